//! Right programs.

use super::{accept, in_main};

#[test]
fn the_first_page() {
    accept(
        r#"
use std.ansatz.hardware_efficient;
use std.chem.{h2};

param layers: int = 2;           // settable from outside: qmlang run vqe.qml -D layers=3
param steps: int = 200;

/// The ansatz state on n qubits.
kernel prepare[l, n](theta: float[l, 2, n]) -> qubit[n] {
    let q = qubit[n];            // n fresh qubits in |0>
    hardware_efficient(theta, q);
    return q;
}

fn main() {
    let h = h2(0.735);
    var theta = uniform(-pi, pi, [layers, 2, 4]);
    optimize theta with adam(lr: 0.1), steps: steps {
        minimize expect(h, prepare(theta));
    }
    let (e, g) = grad expect(h, prepare(theta)) wrt theta;
    print("E = {e:.6} Ha, exact {ground_energy(h):.6} Ha, |grad| = {norm(g):.1e}");
    print(counts(prepare(theta), shots: 1000));
}

test "two layers reach chemical accuracy" {
    let h = h2(0.735);
    var theta = uniform(-pi, pi, [2, 2, 4]);             // tests run with seed 0
    optimize theta with adam(lr: 0.1), steps: 300 { minimize expect(h, prepare(theta)); }
    assert_close(expect(h, prepare(theta)), ground_energy(h), 0.0016);
}
"#,
    );
}

#[test]
fn only_what_is_used_of_the_standard_library_is_in_the_program() {
    let checked = accept("use std.ansatz; fn main() { print(1); }");
    assert_eq!(checked.program.functions.len(), 1);
}

#[test]
fn teleportation() {
    accept(
        "
kernel teleport(theta: float) -> qubit {
    let q = qubit[2];
    let out = qubit[1];
    ry(theta, q[0]);
    h(q[1]);
    cx(q[1], out[0]);
    cx(q[0], q[1]);
    h(q[0]);
    if measure(q[1]) { x(out[0]); }
    let m = measure(q[0]);
    if m { z(out[0]); }
    return out[0];
}
fn main() { print(expect(Z(0), teleport(0.3))); }
",
    );
}

#[test]
fn a_classifier() {
    accept(
        r#"
struct Model { w: float[4, 2], b: float }
kernel model[n](w: float[n, 2], x: float[n]) -> qubit[n] {
    let q = qubit[n];
    ry(x, q);
    for i in 0..n { u(w[i, 0], w[i, 1], 0.0, q[i]); }
    for i in 0..n { cx(q[i], q[(i + 1) % n]); }
    return q;
}
fn score(m: Model, x: float[4]) -> float { return expect(Z(0), model(m.w, x)) + m.b; }
fn accuracy_of[m](model: Model, xs: float[m, 4], ys: float[m]) -> float {
    let guesses = [if score(model, x) > 0.0 then 1.0 else -1.0 for x in xs];
    return mean(guesses == ys);
}
fn main() {
    let xs = uniform(0.0, 1.0, [20, 4]);
    let ys = [if x[0] > 0.5 then 1.0 else -1.0 for x in xs];
    let (train, test) = split((xs, ys), 0.7, seed: 1);
    let (test_xs, test_ys) = test;
    var m = Model(w: zeros([4, 2]), b: 0);
    optimize m with adam(lr: 0.05), epochs: 4 over (bx, by) in batches(train, 5) {
        let losses = [(score(m, x) - y) ** 2 for (x, y) in zip(bx, by)];
        minimize mean(losses);
    }
    optimize (m.w, m.b) with sgd(lr: 0.05), epochs: 4 over (bx, by) in batches(train, 5) {
        minimize mean([(score(m, x) - y) ** 2 for (x, y) in zip(bx, by)]);
    }
    let (value, (gw, gb)) = grad score(m, xs[0]) wrt (m.w, m.b) using "parameter_shift";
    m.w -= 0.1 * gw;
    m.b += gb;
    var v = m;
    v = 0.9 * v - 0.1 * m;
    var opt = adam(lr: 0.1);
    (opt, m) = step(opt, m, v);
    print("accuracy {accuracy_of(m, test_xs, test_ys):.1%} {value:>8.3f}");
}
"#,
    );
}

#[test]
fn max_cut() {
    accept(
        "
kernel qaoa[p, m](n: int, edges: (int, int)[m], gammas: float[p], betas: float[p]) -> qubit[n] {
    let q = qubit[n];
    h(q);
    for k in 0..p {
        for (i, j) in edges { rzz(-gammas[k], q[i], q[j]); }
        rx(2.0 * betas[k], q);
    }
    return q;
}
fn main() {
    let n = 4;
    let edges = [(0, 1), (1, 2), (2, 3), (3, 0)];
    let linked = [[(i + j) % 2 == 1 for j in 0..n] for i in 0..n];
    let more = [Z(i) * Z(j) for i in 0..n for j in i + 1..n if linked[i, j]];
    let cost = sum([0.5 * (1 - Z(i) * Z(j)) for (i, j) in edges]);
    print(expect(cost, qaoa(n, edges, [0.4], [0.3])), expect(sum(more), qaoa(n, edges, [0.4], [0.3])));
}
",
    );
}

#[test]
fn modifiers_and_gates_of_ones_own() {
    accept(
        "
gate bell(a: qubit, b: qubit) { h(a); cx(a, b); }
gate turn(theta: float, q: qubit) { rx(theta, q); gphase(theta / 2); }
gate all_of_it[n](theta: float[n], q: qubit[n]) where n >= 2 {
    turn(theta, q);
    turn(0.5, q);
    adjoint turn(0.1, q[0]);
    control(q[0], not q[1]) { x(q[n - 1]); }
    power(3) adjoint bell(q[0], q[1]);
    within { h(q); } apply { z(q[0]); }
    adjoint within { h(q); } apply { z(q[0]); }
    if n > 3 { swap(q[0], q[1]); } else if n == 3 { s(q[2]); } else { t(q[0]); }
}
@shots(100)
kernel main_one() -> (qubit[3], bool) {
    let q = qubit[3];
    let helper = qubit[1];
    all_of_it([0.1, 0.2, 0.3], q);
    unitary([[0.0, 1.0], [1.0, 0.0]], helper[0]);
    evolve(Z(0) * Z(1), 0.3, q, steps: 2);
    let bit = measure(helper[0]);
    reset(helper);
    bell(q[0], helper[0]);
    return (q, bit);
}
fn main() { print(run(main_one())); print(samples(main_one(), shots: 3)); }
",
    );
}

#[test]
fn tensors() {
    accept(&in_main(
        r#"
        var a = zeros([3, 4]);
        a[0, 1] = 2;
        a[1] = [1.0, 2.0, 3.0, 4.0];
        a += 1;
        let b = a @ transpose(a) + eye(3);
        let c = b[0, ..] * b[.., 1];
        let d = c[1..] + c[..2];
        let picked = a[[0, 2]];
        let f: float[2, 4] = picked;
        let g = sum(a > 1.0) + 2 ** 3 + div(7, 2) % 3;
        let e = exp(1.0im * pi) + 1;
        let names = ["a", "b"];
        let (x, y) = (1, 2.0);
        var xs: float[?] = [];
        xs = append(xs, 3.0);
        xs = append(xs, y);
        let rows = [[i * j for j in 0..3] for i in 0..2];
        let m = mean(a, axis: 1) + [1.0, 2.0, 3.0];
        var total = 0.0;
        for (i, v) in enumerate(m) { total += v * i; }
        while total > 1.0 { total /= 2; if total < 0.0 { break; } else { continue; } }
        let best = if total > 0.5 and not (x == 1) then argmax(m) else 0;
        let lo = [0; 4];
        print("{total:>8.3f} {{braces}} {e} {g:d} {names}", best, lo, f);
        print(reshape(a, [12]), concat(xs, m), d, rows[1, 2]);
        "#,
    ));
}

#[test]
fn sizes_follow_from_arguments() {
    accept(
        "
const N = 2 * 3;
fn pairs[n](x: float[2 * n]) -> float[n] { return x[0..n] + x[n..]; }
fn grow[n](x: float[n + 1]) -> float[n] { return x[1..]; }
fn any_length(x: float[?, 2]) -> float { return sum(x); }
fn nested[n](t: (float[n], int[n])) -> float[n] { let (a, b) = t; return a * b; }
fn main() {
    let x: float[N] = zeros([6]);
    let y: float[3] = pairs(x);
    let z: float[5] = grow(x);
    let w: float[2] = nested(([1, 2], [3, 4]));
    print(y, z, w, any_length(zeros([9, 2])));
}
",
    );
}

#[test]
fn recursion_and_defaults() {
    accept(
        "
fn factorial(n: int) -> int { if n <= 1 { return 1; } return n * factorial(n - 1); }
fn scaled(x: float, by: float = 2.0) -> float { return x * by; }
fn main() { print(factorial(5), scaled(1), scaled(1.0, by: 3), scaled(x: 2)); }
",
    );
}

#[test]
fn names_of_values_and_callables_are_separate() {
    accept(
        "
use std.chem as chem;
kernel k() -> qubit[1] { let x = 0.5; let q = qubit[1]; x(q[0]); rx(x, q[0]); return q; }
fn norm(v: float) -> float { return abs(v); }
fn main() { let norm = norm(2.0); print(norm, expect(chem.h2(1.0), k())); }
",
    );
}

#[test]
fn constants_stand_after_what_their_functions_need() {
    let checked = accept(
        "const A = f(2); fn f(x: int) -> int { return g(x); } fn g(x: int) -> int { return x * B; } const B = C + 1; const C = 3;",
    );
    let names: Vec<_> = checked.program.globals.iter().map(|global| global.name.text.as_str()).collect();
    assert_eq!(names, ["C", "B", "A"]);
}

/// What the sixty-first condition says is not kept, so nothing is told that would only be so without it.
#[test]
fn many_conditions() {
    let returns: String =
        (0..70).map(|i| format!("if k == {i} {{ return 0.0; }} ")).collect::<Vec<_>>().concat();
    accept(&format!(
        "fn pick(k: int, xs: float[3]) -> float {{
             {returns}
             var s = 0.0;
             for i in 0..3 {{ if i > 0 {{ s += xs[i - 1]; }} }}
             return s;
         }}
         fn main() {{ print(pick(1, [1.0, 2.0, 3.0])); }}"
    ));
}
