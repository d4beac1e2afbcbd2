// Every form of an expression.
fn numbers() {
    let a = [1_000, 0x1f, 0b101, 0, 9223372036854775807];
    let b = (1.5e-3, 2.0im, 2im, 1e3, 1E+3, 1_0.0_1, 0x1_F);
    let c = [true, false];
}
fn operators() {
    let a = 1 + 2 - 3 * 4 / 5 % 6 @ b ** -c ** 2;
    let b = -x ** 2 + -(-y) - - z;
    let c = not a == b and not not c or d != e and f < g or h <= i and j > k or l >= m;
    let d = if a and b then 1 else if c then 2 else 3 + 4;
    let e = (if a then 1 else 2) + 3;
    let f = (a + b) * (c);
}
fn indices() {
    let a = x[i] + x[i, j] + x[1..3] + x[i, ..] + x[2..] + x[..3] + x[.., 1, ..n + 1, m - 1..] + x[indices];
    let b = x[[1, 2]][0](1).over.power.test;
    let c = q[(i + 1) % n];
    let d = qubit[2 * n];
    let e = qubit[1];
}
fn lists() {
    let a = [];
    let b = [1.0, 2.0,];
    let c = [0.0; n];
    let d = [[0.0; n]; m];
    let e = [f(x) for x in xs];
    let f = [f(x, y) for (x, y) in zip(xs, ys)];
    let g = [Z(i) * Z(j) for i in 0..n for j in i + 1..n if linked[i, j] if i != 3];
    let h = [if a then b else c for a in as_list];
    let i = (1, 2);
    let j = (1, (2, 3), [4]);
}
fn calls() {
    f();
    normal(0.0, 0.1, [4, 2]);
    counts(k(), shots: 1000,);
    f(over: 1, power: 2, control: 3, apply: 4, with: 5, using: 6, where: 7, then: 8, optimize: 9, minimize: 10);
    f(maximize: 1, within: 2, adjoint: 3, wrt: 4, as: 5, param: 6, test: 7, x: if a then b else c);
    chem.h2(0.735).terms[0];
    Model(w: x, b: 0.0);
}
fn gradients() {
    let (value, g) = grad expect(h, prepare(theta)) wrt theta;
    let (e, g) = grad f(m) wrt (m.w, b) using "parameter_shift";
    let h = grad if a then b else c wrt x.y.over;
    let i = [grad f(x) wrt x for x in xs];
}
fn strings() {
    print("");
    print("plain \" \\ \n \t text, Grüße, 量子");
    print("E = {e:.6} Ha, exact {ground_energy(h):.6} Ha, |grad| = {norm(g):.1e}");
    print("{{}} {a}{b} {{{c}}} {x[1..2]:>10} {f(over: 1)} {f(over: 1):^8.3%} {n:4d} {x:<g} {x:f} {if a then b else c:.2} {[x for x in xs]}");
    print("{ spaced + out :.3}");
}
