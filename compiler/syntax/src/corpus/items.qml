// Every form of an item, a type, a parameter and an attribute.
use std.gates.{qft, grover_diffusion};
use ./encoder.angle;
use ./folder.test.{a, test};
use std.chem as chem;
use std.math;

const N = 7;
const SIZES: int[3] = [1, 2, 3];
param lr: float = 0.05;
param name: string = "run";

struct Empty { }
struct Model { w: float[4, 2], b: float }
struct Words { over: int, power: float, control: bool, apply: int, with: int, using: int, where: int, then: int, optimize: int, minimize: int, maximize: int, within: int, adjoint: int, wrt: int, as: int, param: int, test: (float, int), }

/// One layer.
///
/// With an empty line.
gate layer[n](w: float[n, 2], q: qubit[n]) where n >= 2 {
    ry(w[.., 0], q);
    for i in 0..n { cx(q[i], q[(i + 1) % n]); }
}
gate nothing() { }
gate one(q: qubit) { x(q); }
kernel model[n](w: float[n, 2], x: float[n]) -> qubit[n] {
    let q = qubit[n];
    layer(w, q);
    return q;
}
@shots(1000)
kernel ghz(n: int) -> qubit[n] {
    let q = qubit[n];
    h(q[0]);
    for i in 0..n - 1 { cx(q[i], q[i + 1]); }
    return q;
}
@shots(1000) @quiet
kernel mixed() -> (qubit[2], bool, bool[2]) { let q = qubit[2]; let r = qubit[2]; return (q, measure(r[0]), measure(r)); }
kernel silent() { }
fn accuracy[m](w: float[4, 2], xs: float[m, 4], ys: float[m]) -> float where m > 0 and m < 100 { return 0.0; }
fn noisy_scan(k: kernel(float[4]) -> qubit[2], points: int = 20) -> float[?] { return [0.0; points]; }
fn higher(g: gate(float, qubit[2]), f: fn(float, int) -> float[3], e: fn() -> (float, int)[2 * N + 1], z: gate(), test: int) { }
fn dims[n, m](a: float[2 ** n, div(m, 2), n % 3], b: (float), c: ((float, int), bool)[n][m], d: Model, e: qubit[2 * n]) { }
fn 角度(θ: float, ψ0: complex) -> float { return θ; }
fn main() { }
test "what it shows" { assert(true); }
test "escapes \" \\ \n \t and {braces}" { }
