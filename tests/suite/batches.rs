//! Calls of kernels that are gathered from loops: the same bits, faults and costs as one by one.

use std::path::Path;
use std::sync::atomic::Ordering;

use qml_engine::{Costs, Options, Run};
use qml_ir::host::Module;
use qml_source::{Code, Diagnostic};

use super::numeric::{Printed, Text, options, try_compile};

/// The program with its calls gathered, and as it is written.
fn both(source: &str) -> [Module; 2] {
    let gathered = try_compile(source).unwrap_or_else(|messages| panic!("{messages:#?}\n{source}"));
    let checked = qml_driver::check(&Text(source), Path::new("program.qml"), &[]);
    let mut in_turn = qml_semantics::lower::lower(&checked.program, &checked.sources);
    qml_ir::differentiate(&mut in_turn).unwrap();
    [gathered, in_turn]
}

fn run(module: &Module, options: &Options) -> (String, Result<Run, (Diagnostic, Run)>) {
    let mut printed = Printed::default();
    let result = Run::main(module, options, &mut printed);
    (printed.0, result.map_err(|(fault, run)| (*fault, run)))
}

/// Costs without the time they took, and without jobs, of which a batch is one.
fn costs(run: &Run) -> Vec<(String, Costs)> {
    let timeless = |costs: &Costs| Costs { seconds: 0.0, jobs: 0, ..*costs };
    let kernels = run.ledger.kernels.iter().map(|(name, costs)| (name.clone(), timeless(costs)));
    kernels.chain([("total".to_owned(), timeless(&run.ledger.total))]).collect()
}

/// Holds a program against itself without gathering, on 1, 2 and 8 threads: what it prints must be the same to the last
/// bit, and so must its costs be. At least so many batches ran.
fn check_with(source: &str, n_batches: u64, options: &Options) {
    let [gathered, in_turn] = both(source);
    let (expected, reference) = run(&in_turn, options);
    let reference = reference.unwrap_or_else(|(fault, _)| panic!("{fault:#?}\n{source}"));
    assert_eq!(reference.statistics.batches, 0);
    for threads in [1, 2, 8] {
        let (found, run) = run(&gathered, &Options { threads, ..options.clone() });
        let run = run.unwrap_or_else(|(fault, _)| panic!("{fault:#?}\n{source}"));
        assert_eq!(found, expected, "on {threads} threads\n{source}");
        assert_eq!(costs(&run), costs(&reference), "{source}");
        assert!(run.statistics.batches >= n_batches, "only {:?}\n{source}", run.statistics);
    }
}

fn check(source: &str, n_batches: u64) {
    check_with(source, n_batches, &options());
}

/// Layers of rotations and entangling gates: data, weights, and products of both.
const MODEL: &str = "
    kernel model[n](w: float[3, n], x: float) -> qubit[n] {
        let q = qubit[n];
        for k in 0..3 {
            ry(x + k, q);
            rz(w[k], q);
            rx(w[k] * x, q);
            for i in 0..n - 1 { cx(q[i], q[i + 1]); }
            if n > 2 { cz(q[0], q[n - 1]); }
            p(0.3 * x, q[0]);
        }
        return q;
    }
    kernel turned(x: float, n: int) -> qubit[n] { let q = qubit[n]; ry(x, q); return q; }
    fn weights(n: int) -> float[3, n] { return [[sin(1.0 * k + 0.7 * i) for i in 0..n] for k in 0..3]; }
";

#[test]
fn every_function_of_a_program_gives_the_same_bits() {
    // In the lanes of registers, and sample by sample.
    for n in [1, 3, 4, 6, 8] {
        let source = format!(
            "{MODEL}
            fn main() {{
                let w = weights({n});
                let xs = linspace(-1.0, 2.0, 37);
                print([expect(Z(0) + 0.3 * X({last}), model(w, x)) for x in xs]);
                print([expect([Z(0), X(0), Y({last})], model(w, x)) for x in xs]);
                print([variance(Z(0) + 0.5 * X({last}), model(w, x)) for x in xs]);
                print([probs(model(w, x))[1] for x in xs]);
                print([state(model(w, x))[1] for x in xs]);
                print([fidelity(model(w, x), model(w, 2.0 * x)) for x in xs]);
                print([fidelity(model(w, x), turned(x, {n})) for x in xs]);
                print([[fidelity(model(w, x), model(w, y)) for y in xs[0..5]] for x in xs]);
                var sum = 0.0;
                for i in 0..37 {{ sum = sum + i * expect(Z(0), model(w, xs[i])); }}
                print(sum);
            }}",
            last = n - 1
        );
        check(&source, 9);
    }
}

#[test]
fn gradients_of_a_mean_give_the_same_bits() {
    for n in [1, 4, 5, 7] {
        let source = format!(
            "{MODEL}
            fn score[n](w: float[3, n], s: float, x: float) -> float {{
                return s * sum(expect([X(0), Z({last})], model(w, 0.5 * x)));
            }}
            fn main() {{
                let w = weights({n});
                let xs = linspace(-1.0, 2.0, 21);
                let (value, g) = grad mean([(score(w, 1.3, x) - sin(x)) ** 2 for x in xs]) wrt w;
                print(value, g);
                let (_, h) = grad sum([probs(model(w, x))[0] * x for x in xs]) wrt w;
                print(h);
                let (_, k) = grad sum([[fidelity(model(w, x), model(w, y)) for y in xs[0..3]] for x in xs[0..4]]) wrt w;
                print(k);
                let (_, v) = grad mean([variance(Z(0), model(w, x)) for x in xs]) wrt w;
                print(v);
                let (_, a) = grad mean([expect(Z(0), model(w, x)) for x in xs]) wrt w using \"parameter_shift\";
                print(a);
                let (_, s) = grad sum([real(state(model(w, x))[1]) for x in xs]) wrt w;
                print(s);
                let (_, t) = grad sum([fidelity(turned(x, {n}), model(w, y)) * x for x in xs[0..3] for y in xs]) wrt w;
                print(t);
            }}",
            last = n - 1
        );
        // Forth and back, but for the one by parameter shift.
        check(&source, 13);
    }
}

#[test]
fn arguments_that_are_trained_or_are_data_give_the_same_bits() {
    let source = "
        struct Model { w: float[2, 3], scale: float[3], shift: float }
        kernel layers(m: Model, x: float[3], y: float, h: observable) -> qubit[3] {
            let q = qubit[3];
            for k in 0..2 { ry(m.w[k], q); rx(x * y, q); cx(q[0], q[1]); cx(q[1], q[2]); }
            evolve(h, y, q);
            return q;
        }
        fn loss(m: Model, x: float[3], y: float, h: observable) -> float {
            return expect(Z(0) + 0.5 * X(1), layers(m, m.scale * x, y - m.shift, h));
        }
        fn main() {
            let m = Model(w: [[0.3, 0.8, -0.2], [0.1, 0.4, 1.1]], scale: [1.0, 0.5, -0.7], shift: 0.2);
            let xs = [[sin(1.0 * i + 0.3 * j) for j in 0..3] for i in 0..11];
            let ys = linspace(-1.0, 1.0, 11);
            let h = 0.3 * Z(0) * Z(2) + 0.2 * X(1);
            let (value, g) = grad mean([loss(m, x, y, h) for (x, y) in zip(xs, ys)]) wrt m;
            print(value, g.w, g.scale, g.shift);
            let (_, gx) = grad sum([loss(m, x, y, h) for (x, y) in zip(xs, ys)]) wrt (xs, ys);
            print(gx);
            let s = 0.7;
            let (_, gs) = grad sum([loss(m, s * x, 0.1 + s * y, h) for (x, y) in zip(xs, ys)]) wrt s;
            print(\"{gs:.12}\");
            let c = 0.3;
            let (_, gc) = grad sum([sum(expect([c * Z(0), X(1)], layers(m, x, y, c * Z(1)))) for (x, y) in zip(xs, ys)]) wrt c;
            print(\"{gc:.12}\");
            let (_, gv) = grad sum([variance(Z(0), layers(m, x, y, h)) for (x, y) in zip(xs, ys)]) wrt m;
            print(gv.w, gv.scale);
            let (_, gf) = grad sum([fidelity(layers(m, x, y, h), layers(m, xs[0], 0.0, h)) for (x, y) in zip(xs, ys)]) wrt m;
            print(\"{gf.w:.12}\");
        }";
    check(source, 9);
}

#[test]
fn a_weight_of_several_calls_has_its_gradient_in_another_order() {
    let source = format!(
        "{MODEL}
        fn main() {{
            let w = weights(3);
            let xs = linspace(-1.0, 2.0, 9);
            let (_, g) = grad mean([expect(Z(0), model(w, x)) * expect(X(1), model(w, 0.5 * x)) for x in xs]) wrt w;
            print(g);
        }}"
    );
    let [gathered, in_turn] = both(&source);
    let numbers = |module: &Module| -> Vec<f64> {
        let text = run(module, &options()).0;
        let words = text.split(|c: char| !(c.is_ascii_digit() || "-.e".contains(c)));
        words.filter_map(|word| word.parse().ok()).collect()
    };
    let (found, expected) = (numbers(&gathered), numbers(&in_turn));
    assert_eq!((found.len(), expected.len()), (9, 9));
    for (found, expected) in found.iter().zip(&expected) {
        assert!((found - expected).abs() < 1e-14, "{found} is not {expected}");
    }
}

#[test]
fn the_derivative_by_coefficients_of_observables_is_gathered_too() {
    let source = format!(
        "{MODEL}
        fn main() {{
            let w = weights(2);
            let xs = linspace(-1.0, 2.0, 9);
            var c = [0.5, -0.3];
            let (value, g) = grad mean([expect(c[0] * Z(0) + c[1] * x * X(1), model(w, x)) for x in xs]) wrt c;
            print(value, g);
        }}"
    );
    check(&source, 1);
}

#[test]
fn shots_are_the_same_and_so_are_those_of_a_device() {
    let source = format!(
        "{MODEL}
        fn main() {{
            let w = weights(3);
            let xs = linspace(-1.0, 2.0, 9);
            print([expect([Z(0), X(1)], model(w, x), shots: 50) for x in xs]);
            print([[probs(model(w, x + y), shots: 20)[1] for y in xs[0..2]] for x in xs]);
            print([fidelity(model(w, x), model(w, 0.3), shots: 30) for x in xs]);
            print([expect(Z(0), model(w, x), shots: if x > 0.0 then 10 else 20) for x in xs]);
            let h = 0.5 + 0.3 * X(0) + 0.2 * Y(1) * Z(2) - 0.1 * Z(0) + projector([true, false, true]);
            print([expect(h, model(w, x), shots: 40) for x in xs]);
            print([expect(x * Z(0), model(w, x), shots: 40) for x in xs]);
        }}"
    );
    check(&source, 3);
    check_with(
        &source.replace("fidelity(model(w, x), model(w, 0.3), shots: 30)", "1.0"),
        0,
        &Options { emulated: Some(device().into()), ..options() },
    );
}

fn device() -> qml_devices::Device {
    qml_devices::find("iqm_garnet").unwrap()
}

#[test]
fn sizes_and_chunks() {
    // None, one, more than a chunk, kernels of several sizes, and inner loops of several lengths.
    let source = format!(
        "{MODEL}
        fn one[n](w: float[3, n], x: float) -> float {{ return expect(Z(0), model(w, x)); }}
        fn main() {{
            let w = weights(1);
            let none: float[0] = [];
            print([one(w, x) for x in none], [[one(w, x) for x in [0.1]] for y in none]);
            print([one(w, x) for x in [0.3]]);
            let many = [one(w, 0.001 * i) for i in 0..2500];
            print(sum(many), many[1023..1026]);
            print([probs(model(weights(k), 0.2))[0] for k in [1, 2, 3, 2, 1]]);
            print([sum([one(w, 0.1 * j) for j in 0..i]) for i in 0..40]);
            print([sum([sum([one(w, 0.1 * k) for k in 0..j]) for j in 0..i]) for i in 0..5]);
        }}"
    );
    check(&source, 6);
}

#[test]
fn calls_under_a_branch_are_made_for_the_rounds_that_come_there() {
    // Another kernel on either side, a branch in a branch, one with a loop, one that waits for a call, and gradients.
    let source = format!(
        "{MODEL}
        fn one[n](w: float[3, n], x: float) -> float {{ return expect(Z(0), model(w, x)); }}
        fn chosen[n](w: float[3, n], x: float) -> float {{
            if x > 1.0 {{ return 2.0 * one(w, x); }}
            if x > 0.0 {{
                let y = expect(X(0), turned(x, n));
                if y > 0.5 {{ return one(w, y) + y; }}
                return probs(turned(y, n))[1] * w[0, 0];
            }}
            return sum([one(w, x * i) for i in 0..3]);
        }}
        fn main() {{
            let w = weights(3);
            let xs = linspace(-1.0, 2.0, 37);
            print([chosen(w, x) for x in xs]);
            print([[chosen(w, x * y) for y in xs[30..37]] for x in xs]);
            print([if x > 0.5 then expect([Z(0), X(1)], model(w, x)) else [x, 0.0] for x in xs]);
            let (value, g) = grad sum([if x > 0.5 then one(w, x) else x for x in xs]) wrt w;
            print(value, g);
            let (_, h) = grad sum([if x > 0.5 then expect([Z(0), X(1)], model(w, x)) else [x, 0.0] for x in xs]) wrt w;
            print(h);
            let (_, p) = grad sum([if x > 0.5 then probs(model(w, x))[1] else fidelity(turned(x, 3), model(w, x)) for x in xs]) wrt w;
            // The terms of one side are summed before those of the other.
            print(\"{{p:.12}}\");
            let (_, s) = grad sum([if x > 0.5 then sum([one(w, x * i) for i in 0..3]) else 0.0 for x in xs]) wrt w;
            print(s);
            var total = 0.0;
            for x in xs {{ if x < 1.5 {{ total = total + one(w, x); }} }}
            print(total);
            print([if i % 3 == 0 then one(w, 0.001 * i) else 0.0 for i in 0..1500]);
        }}"
    );
    check(&source, 18);
}

#[test]
fn classical_code_may_stand_anywhere() {
    let source = format!(
        "{MODEL}
        fn one[n](w: float[3, n], x: float) -> float {{ return expect(Z(0), model(w, x)); }}
        fn twice[n](w: float[3, n], x: float) -> float {{
            let first = one(w, x);
            if first > 0.3 {{ return one(w, first); }}
            return one(w, -first);
        }}
        fn main() {{
            let w = weights(2);
            let xs = linspace(-1.0, 2.0, 17);
            print([twice(w, x) for x in xs]);
            print([(if x > 0.5 then one(w, x) else x) + one(w, x * x) for x in xs]);
            print([one(w, x) + uniform(0.0, 1.0) for x in xs]);
            print([expect(Z(0), model(w, normal(0.0, 1.0))) for x in xs]);
            var last = 0.2;
            for x in xs {{ last = one(w, last) + one(w, x); }}
            print(last);
            var kept = zeros([17]);
            for i in 0..17 {{ kept[i] = one(w, xs[i]) * i; }}
            print(kept);
            for i in 0..3 {{ print(i, one(w, xs[i])); }}
        }}"
    );
    check(&source, 5);
}

/// What a program tells, prints and costs until it goes wrong must not depend on gathering.
fn check_fault(source: &str, code: Code) {
    let [gathered, in_turn] = both(source);
    let (expected, reference) = run(&in_turn, &options());
    let (found, run) = run(&gathered, &options());
    let ((expected_fault, reference), (fault, run)) = (reference.unwrap_err(), run.unwrap_err());
    assert_eq!(fault.code, code, "{fault:#?}");
    assert_eq!(fault, expected_fault, "{source}");
    assert_eq!(found, expected, "{source}");
    assert_eq!(costs(&run), costs(&reference), "{source}");
}

#[test]
fn the_first_thing_that_goes_wrong_is_told() {
    let program = |body: &str| {
        format!(
            "{MODEL}
            fn at(xs: float[4], i: int) -> float {{ return xs[i]; }}
            fn one[n](w: float[3, n], x: float) -> float {{ return expect(Z(0), model(w, x)); }}
            fn main() {{
                let w = weights(2);
                let xs = [0.1, 0.2, 0.3, 0.4];
                print(1);
                {body}
            }}"
        )
    };
    // A call of round 2, arguments of round 3, both in either order, and something of round 1 after its call.
    check_fault(&program("print([one(w, if i == 2 then inf else xs[i]) for i in 0..4]);"), Code::Q0652);
    check_fault(&program("print([one(w, at(xs, i + 1)) for i in 0..4]);"), Code::Q0605);
    check_fault(
        &program("print([one(w, at(xs, i + 1) / (if i == 1 then 0.0 else 1.0)) for i in 0..4]);"),
        Code::Q0652,
    );
    check_fault(
        &program("print([one(w, if i == 2 then inf else 1.0) + at(xs, i + 3) for i in 0..4]);"),
        Code::Q0605,
    );
    check_fault(&program("print([one(w, at(xs, i + 1)) + at(xs, i + 3) for i in 0..4]);"), Code::Q0605);
    check_fault(
        &program("for i in 0..4 { let z = div(7, 2 - i); let y = one(w, at(xs, i + 1)); }"),
        Code::Q0602,
    );
    check_fault(&program("print([[one(w, at(xs, i + j)) for j in 0..2] for i in 0..4]);"), Code::Q0605);
    check_fault(
        &program("print([fidelity(model(w, x), model(weights(if x > 0.3 then 3 else 2), x)) for x in xs]);"),
        Code::Q0656,
    );
}

#[test]
fn a_budget_ends_where_it_would_without_gathering() {
    let source = format!(
        "{MODEL}
        fn main() {{
            let w = weights(2);
            print([expect(Z(0), model(w, 0.1 * i), shots: 10) for i in 0..20]);
        }}"
    );
    let options =
        Options { budget: qml_engine::Budget { shots: Some(105), ..Default::default() }, ..options() };
    let [gathered, in_turn] = both(&source);
    let (fault, spent) = run(&gathered, &options).1.unwrap_err();
    let (expected, reference) = run(&in_turn, &options).1.unwrap_err();
    assert_eq!((fault, costs(&spent)), (expected, costs(&reference)));
    assert_eq!(spent.ledger.total.shots, 100);
}

#[test]
fn a_batch_can_be_interrupted() {
    let source = format!(
        "{MODEL}
        fn main() {{ let w = weights(9); print([expect(Z(0), model(w, 0.1 * i)) for i in 0..1000]); }}"
    );
    let options = options();
    options.interrupt.store(true, Ordering::Relaxed);
    let (fault, _) = run(&both(&source)[0], &options).1.unwrap_err();
    assert_eq!(fault.code, Code::Q0699);
}
