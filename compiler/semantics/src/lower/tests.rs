//! Programs from source text, lowered and run by the evaluator; kernels run on the dense oracle.

mod oracle;
mod qubits;

use qml_ir::evaluate::Evaluator;
use qml_ir::host::Module;
use qml_source::{Code, SourceMap, Style, render};

use super::lower;
use crate::check;
use crate::modules::SourceModule;
use oracle::Oracle;

fn lowered(source: &str) -> Module {
    let mut sources = SourceMap::default();
    let file = sources.add("main.qml", source);
    let parsed = qml_syntax::parse(file, source);
    let module = SourceModule { path: "main".into(), ast: parsed.module, uses: Vec::new() };
    let checked = check(&[module], &[], |_| None);
    let errors: String = parsed
        .diagnostics
        .iter()
        .chain(&checked.diagnostics)
        .filter(|diagnostic| diagnostic.is_error())
        .map(|diagnostic| render(diagnostic, &sources, Style::default()))
        .collect();
    assert!(errors.is_empty(), "{errors}");
    lower(&checked.program, &sources)
}

/// Runs `main`; what it prints, and the error that stopped it.
fn outcome(source: &str) -> (String, Option<Code>) {
    let mut module = lowered(source);
    if let Err(messages) = qml_ir::differentiate(&mut module) {
        panic!("{messages:?}");
    }
    let mut oracle = Oracle::new(&module);
    let mut evaluator = Evaluator::new(&module, Vec::new());
    let key = qml_prelude::Value::Int(7);
    let result = evaluator.initialise(&mut oracle, 7).and_then(|()| {
        oracle.globals.clone_from(&evaluator.globals);
        evaluator.call(module.main.unwrap(), &mut oracle, vec![key])
    });
    (oracle.printed, result.err().map(|fault| fault.code))
}

#[track_caller]
fn check_prints(body: &str, expected: &str) {
    let (printed, fault) = outcome(body);
    assert_eq!(fault, None, "{printed}");
    assert_eq!(printed.trim_end(), expected);
}

#[track_caller]
fn check_main(body: &str, expected: &str) {
    check_prints(&format!("fn main() {{ {body} }}"), expected);
}

#[test]
fn variables_pass_through_branches_and_loops() {
    check_main("var x = 1; if x > 0 { x = 2; } else { x = 3; } print(x);", "2");
    check_main("var s = 0; for i in 0..5 { s += i; } print(s);", "10");
    check_main(
        "var n = 27; var k = 0; while n != 1 { if n % 2 == 0 { n = div(n, 2); } else { n = 3 * n + 1; } k += 1; } print(k);",
        "111",
    );
    check_main("var a = 1; var b = 2; (a, b) = (b, a); print(a, b);", "2 1");
}

#[test]
fn jumps_become_flags() {
    check_main(
        "var s = 0; for i in 0..10 { if i == 3 { continue; } if i == 6 { break; } s += i; } print(s);",
        "12",
    );
    check_main("var i = 0; while true { i += 1; if i > 4 { break; } } print(i);", "5");
    check_main(
        "var s = 0; for i in 0..4 { for j in 0..4 { if j > i { break; } if j == 1 { continue; } s += 10 * i + j; } } print(s);",
        "147",
    );
    check_prints(
        "fn first(xs: int[?], y: int) -> int { for i in 0..len(xs) { if xs[i] == y { return i; } } return -1; }
         fn main() { print(first([4, 5, 6], 5), first([4, 5, 6], 7)); }",
        "1 -1",
    );
    check_prints(
        "fn sign(x: float) -> string { if x > 0.0 { return \"+\"; } else if x < 0.0 { return \"-\"; } return \"0\"; }
         fn main() { print(sign(2.0), sign(-1.0), sign(0.0)); }",
        "+ - 0",
    );
    check_prints(
        "fn find(n: int) -> float[2] { var i = 0; while i < n { if i * i > 10 { return [1.0, float(i)]; } i += 1; } return [0.0, 0.0]; }
         fn main() { print(find(9)[1], find(2)[1]); }",
        "4.0 0.0",
    );
    check_prints(
        "fn f(n: int) -> int { for i in 0..n { while true { if i == 2 { return 20; } break; } } return n; }
         fn main() { print(f(2), f(3)); }",
        "2 20",
    );
}

#[test]
fn logic_goes_around_what_does_not_matter() {
    check_main("let xs = [1, 2]; var i = 5; if i < 2 and xs[i] == 1 { print(1); } else { print(0); }", "0");
    check_main("let xs = [1, 2]; var i = 5; print(i >= 2 or xs[i] == 1);", "true");
}

#[test]
fn comprehensions_are_maps_and_lists() {
    check_main("print([i * i for i in 0..4]);", "[0, 1, 4, 9]");
    check_main("print([i * i for i in 2..4]);", "[4, 9]");
    check_main("print([10 * i + j for i in 0..3 for j in i + 1..3]);", "[1, 2, 12]");
    check_main("print([i for i in 0..10 if i % 3 == 1]);", "[1, 4, 7]");
    check_main("print([x + y for (x, y) in zip([1, 2], [10, 20])]);", "[11, 22]");
    check_main("print([i * x for (i, x) in enumerate([5, 6, 7])]);", "[0, 6, 14]");
    check_main("print(sum([x for x in [[1.0, 2.0], [3.0, 4.0]]]));", "10.0");
}

#[test]
fn places_are_rebuilt() {
    check_prints(
        "struct Inner { w: float[2], k: int }
         struct Model { a: Inner, b: float }
         fn main() {
             var m = Model(a: Inner(w: [1.0, 2.0], k: 3), b: 4.0);
             let before = m;
             m.a.w[1] += 5.0;
             m.a.k = 7;
             m.b *= 2.0;
             print(m.a.w[1], m.a.k, m.b, before.a.w[1]);
             print(m);
         }",
        "7.0 7 8.0 2.0\nModel { a: Inner { w: [1.0, 7.0], k: 7 }, b: 8.0 }",
    );
}

#[test]
fn sizes_are_solved_and_shapes_checked() {
    let program = |call: &str| {
        format!(
            "fn f[n, m](a: float[2 * n + 1, m], b: float[m]) -> int where n >= 1 {{ return 10 * n + m; }}
             fn main() {{ var rows = 5; print({call}); }}"
        )
    };
    check_prints(&program("f(zeros([5, 3]), zeros([3]))"), "23");
    let code = |call: &str| outcome(&program(call)).1.map(|code| code.to_string());
    assert!(code("f(zeros([rows - 1, 3]), zeros([3]))").is_some());
    assert!(code("f(zeros([rows, 3]), zeros([rows]))").is_some());
    assert!(code("f(zeros([rows - 4, 3]), zeros([3]))").is_some());
    assert_eq!(code("f(zeros([rows, 3]), zeros([rows - 2]))"), None);
}

#[test]
fn strings_are_formatted() {
    check_main("let x = 2.5; let n = 3; print(\"x = {x:.2}, n = {n}, {{}}\");", "x = 2.50, n = 3, {}");
}

#[test]
fn random_numbers_depend_on_their_place_alone() {
    let program = |before: &str| {
        format!(
            "fn draw() -> float {{ return uniform(0.0, 1.0); }}
             fn main() {{ {before} for i in 0..2 {{ print(draw()); }} print(draw()); }}"
        )
    };
    let printed = |before: &str| outcome(&program(before)).0;
    let alone = printed("");
    let lines: Vec<&str> = alone.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0] != lines[1] && lines[1] != lines[2] && lines[0] != lines[2]);
    assert_eq!(printed("let unused = 3 + 4;"), alone);
}

#[test]
fn gradients_of_classical_code() {
    check_main("let x = 3.0; let (v, g) = grad x * x + 2.0 * x wrt x; print(v, g);", "15.0 8.0");
    check_prints(
        "struct Model { w: float[2], b: float }
         fn main() {
             let m = Model(w: [1.0, 2.0], b: 3.0);
             let (v, (gw, gb)) = grad sum(m.w * m.w) * m.b wrt (m.w, m.b);
             print(v, gw, gb);
         }",
        "15.0 [6.0, 12.0] 5.0",
    );
}

const KERNEL: &str = "
    kernel turn[n](theta: float[n]) -> qubit[n] {
        let q = qubit[n];
        for i in 0..n { ry(theta[i] * theta[i], q[i]); }
        return q;
    }
";

#[test]
fn kernels_run_as_programs() {
    check_prints(
        &format!("{KERNEL} fn main() {{ print(\"{{expect(Z(0), turn([1.0, 2.0])):.6}}\"); }}"),
        "0.540302",
    );
}

#[test]
fn gradients_pass_through_kernels() {
    // d/dt cos(t^2) = -2 t sin(t^2)
    check_prints(
        &format!(
            "{KERNEL} fn main() {{
                let t = [1.0, 2.0];
                let (v, g) = grad expect(Z(0), turn(t)) wrt t;
                print(\"{{v:.6}} {{g[0]:.5}} {{abs(g[1]) < 1e-6}}\");
            }}"
        ),
        "0.540302 -1.68294 true",
    );
}

#[test]
fn optimization_goes_down_and_up() {
    check_main(
        "var x = 3.0; optimize x with sgd(lr: 0.25), steps: 60 { let d = x - 1.0; minimize d * d; } print(\"{x:.6}\");",
        "1.000000",
    );
    check_main(
        "var x = 3.0; var y = [0.0, 1.0]; optimize (x, y) with adam(lr: 0.1), steps: 400 { maximize -(x - 1.0) ** 2 - sum((y - 2.0) ** 2); }
         print(abs(x - 1.0) < 1e-3, abs(y[0] - 2.0) < 1e-3);",
        "true true",
    );
    check_main(
        "var w = 0.0; let xs = [1.0, 2.0, 3.0, 4.0];
         optimize w with sgd(lr: 0.05), epochs: 50 over x in xs { minimize (w * x - 3.0 * x) ** 2; }
         print(\"{w:.4}\");",
        "3.0000",
    );
    check_main(
        "var opt = sgd(lr: 0.5); var x = 1.0;
         optimize x with opt, steps: 1 { minimize x * x; }
         optimize x with opt, steps: 1 { minimize x + 1.0; }
         print(x);",
        "-0.5",
    );
}

#[test]
fn measurements_come_back() {
    check_prints(
        "kernel teleport(t: float) -> qubit[1] {
             let q = qubit[2]; let target = qubit[1];
             ry(t, q[0]);
             h(q[1]); cx(q[1], target[0]);
             cx(q[0], q[1]); h(q[0]);
             let a = measure(q[0]); let b = measure(q[1]);
             if b { x(target[0]); }
             if a { z(target[0]); }
             return target;
         }
         fn main() { print(\"{expect(Z(0), teleport(0.8)):.6} {expect(X(0), teleport(0.8)):.6}\"); }",
        "0.696707 0.717356",
    );
}

#[test]
fn modifiers_and_user_gates_are_lowered() {
    check_prints(
        "gate u[n](t: float, q: qubit[n]) { for i in 0..n - 1 { cx(q[i], q[i + 1]); } ry(t, q); gphase(t); }
         kernel echo(t: float) -> qubit[3] {
             let q = qubit[3];
             h(q[0]);
             u(t, q[1..3]);
             control(q[0]) adjoint u(t, q[1..]);
             control(q[0]) power(2) { u(t, q[1..3]); }
             within { h(q[0]); } apply { adjoint u(t, q[1..]); }
             return q;
         }
         fn main() { let p = probs(echo(0.7)); print(\"{p[0]:.6} {sum(p):.6}\"); }",
        "0.500000 1.000000",
    );
}

#[test]
fn the_derivative_of_a_tensor_has_a_row_for_each_element() {
    check_prints(
        "kernel k(t: float[2]) -> qubit[2] { let q = qubit[2]; ry(t, q); cx(q[0], q[1]); return q; }
         fn f(t: (float, float[2])) -> float { let (a, b) = t; return a * b[0] + b[1]; }
         fn main() {
             let x = [0.3, 0.4];
             let (v, j) = grad [expect(h, k(x)) for h in [Z(0), Z(1), X(0)]] wrt x;
             for i in 0..3 {
                 let (w, g) = grad expect([Z(0), Z(1), X(0)][i], k(x)) wrt x;
                 assert_close(j[i], g, 1e-6);
                 assert_close(v[i], w);
             }
             let a = 2.0;
             let (u, (by_x, by_a)) = grad [x[0] * a, sin(x[1]), a ** 2] wrt (x, a);
             assert_close(by_x, [[2.0, 0.0], [0.0, cos(0.4)], [0.0, 0.0]]);
             assert_close(by_a, [0.3, 0.0, 4.0]);
             let t = (1.0, [2.0, 3.0]);
             let (s, (by_0, by_1)) = grad [[f(t), 1.0], [f(t) ** 2, 0.0]] wrt t;
             assert_close(s, [[5.0, 1.0], [25.0, 0.0]]);
             assert_close(by_0, [[2.0, 0.0], [20.0, 0.0]]);
             assert_close(by_1, [[[1.0, 1.0], [0.0, 0.0]], [[10.0, 10.0], [0.0, 0.0]]]);
             // What is drawn in it is drawn once.
             let (d, e) = grad uniform(0.0, 1.0, 3) * a wrt a;
             assert_close(d, a * e);
             print(shape(j), shape(by_1));
         }",
        "[3, 2] [2, 2, 2]",
    );
}

#[test]
fn the_seed_of_an_optimize_decides_what_it_draws() {
    check_prints(
        "fn train(seed: int) -> float {
             var x = 0.5;
             optimize x with sgd(lr: 0.1), steps: 3, seed: seed { minimize (x - uniform(0.0, 1.0)) ** 2; }
             return x;
         }
         fn free() -> float {
             var x = 0.5;
             optimize x with sgd(lr: 0.1), steps: 3 { minimize (x - uniform(0.0, 1.0)) ** 2; }
             return x;
         }
         fn main() { print(train(1) == train(1), train(1) == train(2), free() == free()); }",
        "true false false",
    );
}
