//! Gradients by three methods on random kernels, and of each result function.

use std::fmt::Write as _;

use qml_engine::Options;
use qml_gates::Gate;
use qml_ir::circuit::testing::Random;
use qml_source::Code;

use crate::suite::numeric::{fault_of, numbers, numbers_with, options, try_compile};

/// An angle: a number, a parameter, or something that is not linear in them.
fn angle(random: &mut Random) -> String {
    let i = random.below(3);
    match random.below(10) {
        0 => format!("{:.3}", 4.0 * random.unit() - 2.0),
        1 | 2 => "a".to_owned(),
        3 => "b".to_owned(),
        4 | 5 => format!("t[{i}]"),
        6 => format!("a * t[{i}]"),
        7 => "sin(b)".to_owned(),
        8 => format!("-2.0 * t[{i}] + 0.5 * a"),
        _ => "(a + b) ** 2 / 3.0".to_owned(),
    }
}

/// A gate of the table on some of the qubits.
fn gate(random: &mut Random, qubits: &[usize]) -> String {
    loop {
        let def = Gate::ALL[random.below(Gate::ALL.len())].def();
        // Most gates have no angle; most of those chosen have one.
        if def.wires.len() > qubits.len() || (def.params.is_empty() && random.chance(0.7)) {
            continue;
        }
        let mut args: Vec<String> = def.params.iter().map(|_| angle(random)).collect();
        args.extend(qubits[..def.wires.len()].iter().map(|qubit| format!("q[{qubit}]")));
        return format!("{}({})", def.name, args.join(", "));
    }
}

fn statement(random: &mut Random) -> String {
    let mut qubits: Vec<usize> = (0..4).collect();
    for i in 0..3 {
        qubits.swap(i, i + random.below(4 - i));
    }
    match random.below(12) {
        0 => "ry(t, q[0..3]);".to_owned(),
        1 => format!("rx({}, q);", angle(random)),
        2 => format!("control(q[{}]) {};", qubits[3], gate(random, &qubits[..3])),
        3 => format!("control(not q[{}], q[{}]) {};", qubits[3], qubits[2], gate(random, &qubits[..2])),
        4 => format!("adjoint {};", gate(random, &qubits)),
        5 => format!("power({}) {};", random.below(5) as i64 - 2, gate(random, &qubits)),
        6 => format!("within {{ {}; }} apply {{ {}; }}", gate(random, &qubits), gate(random, &qubits)),
        _ => format!("{};", gate(random, &qubits)),
    }
}

/// A kernel on four qubits of the parameters a, b and t.
pub(crate) fn kernel(random: &mut Random, name: &str) -> String {
    let mut text =
        format!("kernel {name}(a: float, b: float, t: float[3]) -> qubit[4] {{\n    let q = qubit[4];\n");
    text += "    ry([0.3, 0.8, 1.1, -0.5], q);\n";
    for _ in 0..5 {
        _ = writeln!(text, "    {}", statement(random));
    }
    if random.chance(0.5) {
        let (measured, other) = (random.below(2), 2 + random.below(2));
        _ = writeln!(text, "    let m = measure(q[{measured}]);");
        _ = writeln!(
            text,
            "    if m {{ {}; }} else {{ h(q[{other}]); }}",
            gate(random, &[other, 1 - measured])
        );
        if random.chance(0.5) {
            _ = writeln!(text, "    reset(q[{measured}]);");
        }
        _ = writeln!(text, "    {}", statement(random));
    }
    text + "    return q;\n}\n"
}

fn observable(random: &mut Random) -> String {
    let mut terms = Vec::new();
    for _ in 0..3 {
        let letters: Vec<String> = (0..=random.below(2))
            .map(|i| format!("{}({})", ["X", "Y", "Z"][random.below(3)], i * 2 + random.below(2)))
            .collect();
        terms.push(format!("{:.2} * {}", random.unit() + 0.1, letters.join(" * ")));
    }
    if random.chance(0.3) {
        terms.push("0.7 * projector([true, false, false, true])".to_owned());
    }
    terms.join(" + ")
}

/// Prints the gradient of each `value_i(a, b, t)` by adjoint, parameter shift, and central differences in the program.
fn three_methods(n_values: usize) -> String {
    let mut text = "fn main() {
    let a = 0.713;
    let b = -1.204;
    let t = [0.35, 1.6, -0.81];
    let h = 1.0e-5;\n"
        .to_owned();
    for i in 0..n_values {
        for (k, method) in ["adjoint", "parameter_shift"].iter().enumerate() {
            _ = write!(
                text,
                "    let (v{k}_{i}, g{k}_{i}) = grad value_{i}(a, b, t) wrt (a, b, t) using \"{method}\";
    let (ga{k}_{i}, gb{k}_{i}, gt{k}_{i}) = g{k}_{i};
    print(ga{k}_{i}, gb{k}_{i}, gt{k}_{i});\n"
            );
        }
        _ = writeln!(text, "    print((value_{i}(a + h, b, t) - value_{i}(a - h, b, t)) / (2.0 * h));");
        _ = writeln!(text, "    print((value_{i}(a, b + h, t) - value_{i}(a, b - h, t)) / (2.0 * h));");
        for part in 0..3 {
            let unit: Vec<&str> = (0..3).map(|j| if j == part { "h" } else { "0.0" }).collect();
            let step = unit.join(", ");
            _ = writeln!(
                text,
                "    print((value_{i}(a, b, t + [{step}]) - value_{i}(a, b, t - [{step}])) / (2.0 * h));"
            );
        }
    }
    text + "}\n"
}

/// Five numbers by each method, for each value; says how many of them are not zero.
fn check_methods(source: &str) -> usize {
    let found = numbers(source);
    assert_eq!(found.len() % 15, 0, "{found:?}");
    for group in found.chunks(15) {
        let (adjoint, rest) = group.split_at(5);
        let (shift, difference) = rest.split_at(5);
        for k in 0..5 {
            assert!((adjoint[k] - shift[k]).abs() < 1e-10, "parameter {k}: {group:?}\n{source}");
            assert!((adjoint[k] - difference[k]).abs() < 1e-6, "parameter {k}: {group:?}\n{source}");
        }
    }
    found.chunks(15).flat_map(|group| &group[..5]).filter(|slope| slope.abs() > 1e-3).count()
}

#[test]
fn expectations_of_random_kernels() {
    let mut n_slopes = 0;
    for seed in 0..8 {
        let mut random = Random::new(seed);
        let mut source = String::new();
        for i in 0..5 {
            source += &kernel(&mut random, &format!("k{i}"));
            let observable = observable(&mut random);
            _ = writeln!(
                source,
                "fn value_{i}(a: float, b: float, t: float[3]) -> float {{
    let scale = a * t[1] + 1.0;
    return scale * expect({observable}, k{i}(a, b, t)) + sum(t) * b;
}}"
            );
        }
        n_slopes += check_methods(&(source + &three_methods(5)));
    }
    assert!(n_slopes > 150, "only {n_slopes} of 200 slopes say anything");
}

#[test]
fn other_results_of_random_kernels() {
    let values = "
        fn value_0(a: float, b: float, t: float[3]) -> float {
            return variance(Z(0) * X(1) + 0.5 * Y(2), k0(a, b, t));
        }
        fn value_1(a: float, b: float, t: float[3]) -> float {
            return dot(probs(k1(a, b, t)) ** 2, linspace(-1.0, 2.0, 16));
        }
        fn value_2(a: float, b: float, t: float[3]) -> float {
            let e = expect([Z(0), X(1) * Y(3), Z(2)], k2(a, b, t));
            return e[0] * e[1] - sin(e[2]);
        }
        fn value_3(a: float, b: float, t: float[3]) -> float {
            return fidelity(k3(a, b, t), k3(b, a, 0.5 * t)) * t[0];
        }\n";
    let mut n_slopes = 0;
    for seed in 100..105 {
        let mut random = Random::new(seed);
        let mut source = String::new();
        for i in 0..4 {
            source += &loop {
                let text = kernel(&mut random, &format!("k{i}"));
                // A fidelity needs pure states.
                if i < 3 || !text.contains("measure") {
                    break text;
                }
            };
        }
        n_slopes += check_methods(&(source + values + &three_methods(4)));
    }
    assert!(n_slopes > 40, "only {n_slopes} of 100 slopes say anything");
}

/// Jacobians by one number of a kernel's results, twice as many numbers as columns are worth, and central differences.
fn jacobians(values: &[&str], method: &str) -> String {
    let mut text = String::new();
    for (i, value) in values.iter().enumerate() {
        _ = writeln!(text, "fn many_{i}(a: float, b: float, t: float[3]) -> float[?] {{ return {value}; }}");
    }
    text += "fn main() {\n    let a = 0.713;\n    let b = -1.204;\n    let t = [0.35, 1.6, -0.81];\n    let h = 1.0e-5;\n";
    for i in 0..values.len() {
        _ = writeln!(
            text,
            "    let (v{i}, g{i}) = grad many_{i}(a, b, t) wrt a{method};
    let d{i} = (many_{i}(a + h, b, t) - many_{i}(a - h, b, t)) / (2.0 * h);
    for j in 0..len(v{i}) {{ print(g{i}[j], d{i}[j]); }}"
        );
    }
    text + "}\n"
}

#[test]
fn jacobians_of_random_kernels_by_one_number() {
    let values = [
        "probs(k0(a, b, t)) * (1.0 + a)",
        "expect([Z(0), X(1) * Y(3), Z(2), 0.3 * Y(0) + Z(1), projector([true, false, false, true])], k1(a * t[0], b, t))",
        "real(state(k2(a, b, a * t))) - imag(state(k2(a, b, t)))",
    ];
    for seed in 200..206 {
        let mut random = Random::new(seed);
        let mut source = String::new();
        for i in 0..3 {
            source += &loop {
                let text = kernel(&mut random, &format!("k{i}"));
                if i < 2 || !text.contains("measure") {
                    break text;
                }
            };
        }
        // Amplitudes have no shift rule.
        for (method, n) in [("", 3), (" using \"parameter_shift\"", 2)] {
            let found = numbers(&(source.clone() + &jacobians(&values[..n], method)));
            assert_eq!(found.len(), 2 * [37, 21][3 - n]);
            let far = |pair: &&[f64]| (pair[0] - pair[1]).abs() > 1e-6;
            assert_eq!(found.chunks(2).find(far), None, "{method}\n{source}");
            let n_slopes = found.chunks(2).filter(|pair| pair[1].abs() > 1e-3).count();
            assert!(n_slopes > 3, "only {n_slopes} slopes say anything");
        }
    }
}

#[test]
fn jacobians_by_coefficients_of_a_kernels_observable() {
    // Of a sum one term moves or both; projectors keep the order in which they are added.
    let sums = [
        "projector([true, false, true]) + x * projector([false, true, true])",
        "x * projector([true, false, true]) - projector([false, true, true])",
        "projector([true, false, true]) - x * projector([false, true, true]) + 0.3 * Z(0) * Z(1)",
        "sin(x) * projector([true, true, true]) + x * x * projector([false, true, true])",
    ];
    for sum in sums {
        let source = format!(
            "kernel k(h: observable) -> qubit[3] {{
                let q = qubit[3];
                for i in 0..3 {{ ry(0.7 + 0.2 * float(i), q[i]); }}
                evolve(h, 0.9, q);
                for i in 0..3 {{ ry(0.4, q[i]); }}
                return q;
            }}
            fn many(x: float) -> float[8] {{ return probs(k({sum})); }}
            fn main() {{
                let x = 0.6;
                let (p, g) = grad many(x) wrt x;
                let d = (many(x + 1.0e-5) - many(x - 1.0e-5)) / 2.0e-5;
                for j in 0..8 {{ print(g[j], d[j]); }}
            }}"
        );
        let found = numbers(&source);
        assert!(found.chunks(2).all(|pair| (pair[0] - pair[1]).abs() < 1e-7), "{sum}: {found:?}");
        assert!(found.iter().any(|slope| slope.abs() > 1e-3), "{sum}: {found:?}");
    }
}

#[test]
fn sampled_jacobians_are_right_on_average() {
    let source = "
        kernel k(x: float) -> qubit[3] { let q = qubit[3]; ry(x, q); control(q[0]) rx(x * x, q[1]); return q; }
        fn main() { let x = 0.8; let (p, g) = grad probs(k(x)) wrt x; print([g[j] for j in 0..8]); }";
    let exact = numbers(source);
    let sampled = numbers_with(source, &Options { shots: Some(40_000), ..options() });
    assert!(exact.iter().any(|slope| slope.abs() > 0.1));
    for (exact, sampled) in exact.iter().zip(&sampled) {
        assert!(exact != sampled && (exact - sampled).abs() < 0.03, "{exact} {sampled}");
    }
}

#[test]
fn finite_differences_can_be_asked_for() {
    let source = "
        kernel k(x: float) -> qubit[1] { let q = qubit[1]; ry(x, q[0]); return q; }
        fn main() { let x = 0.4; let (e, g) = grad expect(Z(0), k(x)) wrt x using \"finite_difference\"; print(e, g); }";
    let found = numbers(source);
    assert!((found[0] - 0.4_f64.cos()).abs() < 1e-12 && (found[1] + 0.4_f64.sin()).abs() < 1e-8, "{found:?}");
}

#[test]
fn simultaneous_perturbation_is_right_on_average() {
    let source = "
        kernel k(w: float[3]) -> qubit[2] {
            let q = qubit[2];
            ry(w[0], q[0]);
            rx(sin(w[1]), q[1]);
            cx(q[0], q[1]);
            ry(w[2] * w[0], q[1]);
            return q;
        }
        fn slope(w: float[3], i: int) -> float[3] {
            let (e, g) = grad expect(Z(1) + 0.5 * X(0), k(w)) wrt w using \"spsa\";
            return g;
        }
        fn main() {
            let w = [0.4, 0.9, -0.7];
            let (e, g) = grad expect(Z(1) + 0.5 * X(0), k(w)) wrt w;
            let gs = [slope(w, i) for i in 0..2000];
            print([g[j] for j in 0..3]);
            print([mean(gs[.., j]) for j in 0..3]);
            print([stddev(gs[.., j]) for j in 0..3]);
            print([max(abs(abs(gs[.., j]) - abs(gs[.., 0]))) for j in 0..3]);
        }";
    for options in [options(), Options { shots: Some(2000), ..options() }] {
        let found = numbers_with(source, &options);
        for j in 0..3 {
            let (exact, mean, sd) = (found[j], found[3 + j], found[6 + j]);
            let bias = if options.shots.is_some() { 0.01 } else { 1e-7 };
            assert!(sd > 1e-3 && (mean - exact).abs() < bias + 5.0 * sd / 2000_f64.sqrt(), "{found:?}");
            // One number, with random signs.
            assert!(found[9 + j] < 1e-9, "{found:?}");
        }
    }
}

#[test]
fn sampled_gradients_are_right_on_average() {
    let source = "
        kernel k(x: float, y: float) -> qubit[2] {
            let q = qubit[2];
            ry(x, q[0]);
            control(q[0]) ry(x * y, q[1]);
            rx(y, q);
            return q;
        }
        fn slope(x: float, y: float, i: int) -> float[2] {
            let (e, g) = grad expect(Z(0) * Z(1) + 0.5 * X(0) + 0.25, k(x, y)) wrt (x, y);
            let (gx, gy) = g;
            return [gx, gy];
        }
        fn main() {
            let x = 0.6;
            let y = 1.1;
            let gs = [slope(x, y, i) for i in 0..200];
            print(slope(x, y, 0), mean(gs[.., 0]), mean(gs[.., 1]), stddev(gs[.., 0]), stddev(gs[.., 1]));
        }";
    let exact = numbers(source);
    let sampled = numbers_with(source, &Options { shots: Some(40), ..options() });
    for k in 0..2 {
        assert!(exact[4 + k] < 1e-12, "exact values do not vary: {exact:?}");
        let sigma = sampled[4 + k] / 200_f64.sqrt();
        assert!(sigma > 1e-3 && (sampled[2 + k] - exact[k]).abs() < 5.0 * sigma, "{exact:?} {sampled:?}");
    }
}

#[test]
fn methods_that_cannot_be_are_refused() {
    let source = |method: &str, gate: &str| {
        format!(
            "kernel k(x: float) -> qubit[1] {{ let q = qubit[1]; {gate} return q; }}
            fn main() {{ let x = 0.4; let (e, g) = grad expect(Z(0), k(x)) wrt x using \"{method}\"; print(e, g); }}"
        )
    };
    let sampled = Options { shots: Some(10), ..options() };
    assert_eq!(fault_of(&source("finite_difference", "ry(x, q[0]);"), &sampled).code, Code::Q0662);
    let overlap = source("adjoint", "ry(x, q[0]);").replace("expect(Z(0), k(x))", "fidelity(k(0.0), k(x))");
    assert_eq!(fault_of(&overlap, &sampled).code, Code::Q0662);
}

/// Each value's gradient by the language and by central differences in the program, at some points; zero is one of them.
fn check_differences(functions: &str, names: &[&str]) {
    let mut text = format!("{functions}\nfn main() {{\n    let h = 1.0e-5;\n");
    for name in names {
        for (a, b, c) in [(0.3, 0.5, 1.0), (0.0, 0.5, 0.2), (0.0, 0.0, 0.3), (-0.7, -0.7, 0.9)] {
            _ = write!(
                text,
                "    if true {{
        let a = {a:?}; let b = {b:?}; let c = {c:?};
        let (v, g) = grad {name}(a, b, c) wrt (a, b, c);
        let (ga, gb, gc) = g;
        print(ga, ({name}(a + h, b, c) - {name}(a - h, b, c)) / (2.0 * h));
        print(gb, ({name}(a, b + h, c) - {name}(a, b - h, c)) / (2.0 * h));
        print(gc, ({name}(a, b, c + h) - {name}(a, b, c - h)) / (2.0 * h));
    }}\n"
            );
        }
    }
    let found = numbers(&(text + "}\n"));
    assert_eq!(found.len(), names.len() * 24);
    for (i, pair) in found.chunks(2).enumerate() {
        let name = names[i / 12];
        assert!((pair[0] - pair[1]).abs() < 1e-6 * (1.0 + pair[1].abs()), "{name}, {i}: {pair:?}");
    }
    let n_slopes = found.chunks(2).filter(|pair| pair[1].abs() > 1e-3).count();
    assert!(2 * n_slopes > found.len() / 2, "only {n_slopes} of {} slopes say anything", found.len() / 2);
}

const KERNELS: &str = "
    kernel k(t: float) -> qubit[2] { let q = qubit[2]; ry(t, q[0]); cx(q[0], q[1]); rx(0.4, q); gphase(0.3 * t); return q; }
    kernel evolved(c: float, h: observable) -> qubit[2] {
        let q = qubit[2]; ry(0.4, q[0]); rx(0.3, q[1]); evolve(c * h, 0.7, q); return q;
    }";

#[test]
fn coefficients_of_observables() {
    let functions = "
        fn sum_of(a: float, b: float) -> observable {
            return sum([a * Z(0), b * X(0) * X(1), (a * b) * Y(0)]) * (1.0 + a) - 0.3 * a;
        }
        fn value(a: float, b: float, t: float) -> float {
            let cs = [a, b, t];
            let chain = sum([cs[i] * Z(i % 2) for i in 0..3]);
            return expect(sum_of(a, b), k(t)) + expect(chain * chain, k(t));
        }
        fn spread(a: float, b: float, t: float) -> float { return variance(sum_of(a, b) + X(1), k(t)); }
        fn several(a: float, b: float, t: float) -> float {
            let e = expect([a * Z(0), b * X(1) + a * Z(1), t * projector([true, false])], k(t));
            return e[0] * e[1] + e[2];
        }
        fn in_kernels(a: float, b: float, t: float) -> float {
            return expect(Z(0) + X(1) + Y(0), evolved(t, (a + 0.4) * X(0) * X(1) + b * Z(0) * Z(1)));
        }";
    check_differences(&format!("{KERNELS}{functions}"), &["value", "spread", "several", "in_kernels"]);
}

#[test]
fn complex_numbers_on_the_way() {
    let functions = "
        fn classical(a: float, b: float, t: float) -> float {
            let z = a + 0.2 + b * 1.0im;
            let w = [z ** 2, exp(z * t) / (2.0 + z), sin(conj(z)), sqrt(z + 1.5)];
            return sum(real(w * [1.0, 2.0im, 1.0, 3.0])) + abs(sum(w)) + imag(dot(w, w)) + norm(w);
        }
        fn amplitudes(a: float, b: float, t: float) -> float {
            let s = state(k(t + a));
            return abs(s[0] + 1.0im * b * s[3]) ** 2 + imag(s[1] * conj(s[2])) + real(s[2]);
        }";
    check_differences(&format!("{KERNELS}{functions}"), &["classical", "amplitudes"]);
}

#[test]
fn overlaps_of_collected_programs() {
    let functions = "
        fn one_list(a: float, b: float, t: float) -> float {
            let g = gram([k(a + t), k(2.0 * t), k(0.1)]);
            return g[0, 1] * 2.0 + g[1, 2] * b + g[2, 0];
        }
        fn two_lists(a: float, b: float, t: float) -> float {
            return sum(gram([k(t), k(a)], [k(t * t), k(b), k(0.3)]) * [[1.0, 2.0, 0.5], [0.3, -1.0, 0.7]]);
        }
        fn collected(a: float, b: float, t: float) -> float {
            let programs = [k(a), k(b * t), k(t)];
            return sum([expect(Z(0) + 0.5 * X(1), p) for p in programs]);
        }";
    check_differences(&format!("{KERNELS}{functions}"), &["one_list", "two_lists", "collected"]);
}

#[test]
fn a_complex_argument_of_a_kernel_has_no_silent_gradient() {
    let source = "
        kernel k(z: complex) -> qubit[1] { let q = qubit[1]; h(q); return q; }
        fn main() { let x = 0.4; let (e, g) = grad expect(Z(0), k(x)) wrt x; print(e, g); }";
    let diagnostics = try_compile(source).err().unwrap();
    assert!(diagnostics.iter().any(|diagnostic| diagnostic.code == Code::Q0520), "{diagnostics:?}");
}

/// `hessian` and `metric_tensor` beside second differences of values; the metric of kernels that measure nothing.
#[test]
fn second_derivatives_are_those_of_differences() {
    let mut n_metrics = 0;
    for seed in 0..12 {
        let random = &mut Random::new(7000 + seed);
        let kernel = kernel(random, "k");
        let is_pure = !kernel.contains("measure");
        n_metrics += usize::from(is_pure);
        let overlap =
            if is_pure { "1.0 - fidelity(whole(x), whole([0.3, -0.8, 0.5, 1.1, 0.2]))" } else { "x[0]" };
        let metric = if is_pure { "metric_tensor(whole, x, 4)" } else { "zeros([5, 5])" };
        let source = format!(
            "use std.curvature.{{hessian, hessian_times, metric_tensor}};
            {kernel}
            kernel whole(x: float[5]) -> qubit[4] {{ let q = k(x[0], x[1], x[2..5]); return q; }}
            fn f(x: float[5]) -> float {{ return sin(x[0] * expect({}, whole(x))); }}
            fn distance(x: float[5]) -> float {{ return {overlap}; }}
            fn moved(x: float[5], i: int, j: int, a: float, b: float) -> float[5] {{
                var y = x;
                y[i] += a;
                y[j] += b;
                return y;
            }}
            fn differences(f: fn(float[5]) -> float, x: float[5]) -> float[5, 5] {{
                let d = 1e-3;
                return [[(f(moved(x, i, j, d, d)) - f(moved(x, i, j, d, -d)) - f(moved(x, i, j, -d, d))
                    + f(moved(x, i, j, -d, -d))) / (4.0 * d ** 2) for j in 0..5] for i in 0..5];
            }}
            fn main() {{
                let x = [0.3, -0.8, 0.5, 1.1, 0.2];
                let h = hessian(f, x);
                let v = [1.0, 0.5, -0.3, 0.2, 2.0];
                print(max(abs(h - differences(f, x))), max(abs(h @ v - hessian_times(f, x, v))));
                print(max(abs({metric} - 0.5 * differences(distance, x))));
            }}",
            observable(random)
        );
        let errors = numbers(&source);
        assert!(errors[0] < 1e-5 && errors[1] < 1e-9 && errors[2] < 1e-5, "{errors:?}\n{source}");
    }
    assert!(n_metrics > 3, "only {n_metrics} kernels measure nothing");
}
