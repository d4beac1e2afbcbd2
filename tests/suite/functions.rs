//! Functions given by name: each instance does what its text with the name written out does.

use crate::suite::messages::{Text, compile_and_run};
use crate::suite::numeric::{options, run_with};
use crate::suite::tool::Folder;

/// Prints pairs of equal words.
fn pairs_agree(program: &str) {
    let (text, _) = run_with(program, &options());
    assert!(!text.trim().is_empty());
    for line in text.lines() {
        let (left, right) = line.split_once('|').unwrap();
        assert_eq!(left, right, "{program}");
    }
}

#[test]
fn instances_are_their_texts() {
    pairs_agree(
        "gate a(t: float, q: qubit[2]) { rx(t, q[0]); cx(q[0], q[1]); }
         gate twice(g: gate(float, qubit[2]), t: float, q: qubit[2]) { g(t, q); adjoint g(0.3, q); g(t, q); }
         gate twice_a(t: float, q: qubit[2]) { a(t, q); adjoint a(0.3, q); a(t, q); }
         kernel by_name(g: gate(float, qubit[2]), t: float) -> qubit[2] { let q = qubit[2]; twice(g, t, q); return q; }
         kernel written(t: float) -> qubit[2] { let q = qubit[2]; twice_a(t, q); return q; }
         kernel all_of(g: gate(float, qubit), t: float) -> qubit[3] { let q = qubit[3]; g(t, q); g(t, q[1]); return q; }
         kernel all_rx(t: float) -> qubit[3] { let q = qubit[3]; rx(t, q); rx(t, q[1]); return q; }
         kernel any_size[n](x: float[n]) -> qubit[n] { let q = qubit[n]; ry(x, q); return q; }
         kernel after(k: kernel(float[2]) -> qubit[2]) -> qubit[2] { let q = k([0.1, 0.2]); h(q); return q; }
         kernel after_it() -> qubit[2] { let q = any_size([0.1, 0.2]); h(q); return q; }
         fn values[m](k: kernel(float[2]) -> qubit[2], xs: float[m, 2]) -> float[m] { return [expect(Z(0), k(x)) for x in xs]; }
         fn again(f: fn(float) -> float, x: float) -> float { return f(f(x)); }
         fn square(x: float) -> float { return x ** 2; }
         fn main() {
             print(\"{probs(by_name(a, 0.7))}|{probs(written(0.7))}\");
             print(\"{probs(all_of(rx, 0.7))}|{probs(all_rx(0.7))}\");
             print(\"{probs(after(any_size))}|{probs(after_it())}\");
             print(\"{values(any_size, [[0.1, 0.2]])}|{[expect(Z(0), any_size([0.1, 0.2]))]}\");
             print(\"{again(square, 3.0)} {again(f: sin, x: 1.0)}|{81.0} {sin(sin(1.0))}\");
             let x = 2.0;
             let (v, g) = grad again(square, x) wrt x;
             let (w, h) = grad (x ** 2) ** 2 wrt x;
             print(\"{v} {g}|{w} {h}\");
         }",
    );
}

#[test]
fn a_pattern_is_checked_without_a_call() {
    let folder = Folder::new();
    let text = "fn f(g: fn(float) -> float) -> float { return g(1.0, 2.0); } fn main() { print(1); }";
    let said = compile_and_run(&Text { folder: folder.path(), name: "a.qml", text });
    assert_eq!(said.codes(), ["Q0204"]);
}
