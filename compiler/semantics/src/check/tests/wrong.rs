//! Wrong programs.

use super::{expect, in_main, refuse, refuse_with};

#[test]
fn names() {
    refuse(
        &in_main("let theta = 1.0; print(thet); prnt(theta); let y: flot = 2.0;"),
        &expect![[r#"
        Q0101 `thet` no variable is named `thet`
        Q0102 `prnt` no gate, kernel, fn or struct is named `prnt`
        Q0103 `flot` no type is named `flot`
    "#]],
    );
    refuse(
        "fn f() {} gate f(q: qubit) {} struct S { a: int, a: int } fn g(x: int, x: int) {} fn main() { let (a, a) = (1, 2); }",
        &expect![[r#"
        Q0104 `f` `f` is declared twice
        Q0104 `a` `a` is declared twice
        Q0104 `x` `x` is declared twice
        Q0104 `a` `a` is declared twice
    "#]],
    );
    refuse(
        "use std.ansatz.{hardware_efficient, hardware_eficient}; use std.ansatz.hardware_efficient; use std.nothing.{anything}; fn main() { anything(2); }",
        &expect![[r#"
        Q0106 `hardware_eficient` `std.ansatz` has no item `hardware_eficient`
        Q0105 `hardware_efficient` `hardware_efficient` is brought into scope twice
    "#]],
    );
    refuse(
        &in_main("let x = [1.0]; x(0); x.sum(); sum; heat_map(x);"),
        &expect![[r#"
            Q0401 `x(0)` the gate `x` in a `fn`
            Q0107 `x` `x.sum` is no path to a function
            Q0101 `sum` no variable is named `sum`
            Q0102 `heat_map` no gate, kernel, fn or struct is named `heat_map`
        "#]],
    );
    refuse(
        "use std.chem as chem; fn main() { chem.h3(1.0); print(chem.N); }",
        &expect![[r#"
        Q0106 `h3` `std.chem` has no item `h3`
        Q0106 `N` `std.chem` has no item `N`
    "#]],
    );
}

#[test]
fn declarations() {
    refuse(
        "struct A { b: B } struct B { a: A } @shots(3) fn f() {} @shots kernel k() {} fn main(x: int) {}",
        &expect![[r#"
        Q0109 `A` the struct `A` holds itself
        Q0110 `shots` there is no attribute `@shots` here
        Q0110 `@shots ` `@shots` takes one number, at least 1
        Q0111 `x` `main` takes no parameters
    "#]],
    );
    refuse(
        "const A = B; const B = A + 1; fn f(x: float[2] = [0.0 for i in 0..2]) {}",
        &expect![[r#"
            Q0113 `A` the value of `A` needs itself
        "#]],
    );
    refuse(
        "const A = f(2); fn f(x: int) -> int { return x * B; } const B = g(); fn g() -> int { return A; }",
        &expect![[r#"
        Q0113 `B` the value of `B` needs itself
    "#]],
    );
    refuse(
        "param a: float[2] = [1.0, 2.0]; param b: int = len([1]); param c: int = 2.5;",
        &expect![[r#"
            Q0114 `float[2]` a `param` can't be `float[2]`
            Q0114 `len([1])` the default of a `param` is a constant
            Q0201 `2.5` this is `float`, `int` is needed
        "#]],
    );
}

#[test]
fn params_from_outside() {
    let source =
        "param steps: int = 2; param lr: float = 0.1; param name: string = \"a\"; param on: bool = true;";
    refuse_with(source, &[("steps", "3"), ("lr", "1e-3"), ("name", "b c"), ("on", "false")], &expect![[""]]);
    refuse_with(
        source,
        &[("step", "3"), ("lr", "fast"), ("on", "1"), ("steps", "2.5"), ("lr", "nan")],
        &expect![[r#"
        Q0115 `` no `param` is named `step`
        Q0116 `steps` `2.5` is not of the type of the `param` `steps`
        Q0116 `lr` `fast` is not of the type of the `param` `lr`
        Q0116 `lr` `nan` is not of the type of the `param` `lr`
        Q0116 `on` `1` is not of the type of the `param` `on`
    "#]],
    );
    refuse_with(
        "fn main() {}",
        &[("steps", "3")],
        &expect![[r#"
        Q0115 `` no `param` is named `steps`
    "#]],
    );
}

#[test]
fn types() {
    refuse(
        &in_main(
            "let a: int = 1.5; let b: bool = 1; let c: string = 2; let d: float = print(1); if 1 { } if [true] == [false] { } let e: float[2] = 1.0;",
        ),
        &expect![[r#"
        Q0201 `1.5` this is `float`, `int` is needed
        Q0201 `1` this is `int`, `bool` is needed
        Q0201 `2` this is `int`, `string` is needed
        Q0202 `print(1)` this gives no value
        Q0209 `1` a condition is a `bool`, this is `int`
        Q0209 `[true] == [false]` a condition is a `bool`, this is `bool[1]`
        Q0301 `1.0` this is `float`, `float[2]` is needed
    "#]],
    );
    refuse(
        &in_main(
            "let a = 1 + true; let b = \"a\" + \"b\"; let c = not 1; let d = -\"a\"; let e = 1 and true; let f = Z(0) / 2; let g = [1.0] @ 2.0; let h = 1.0im < 2; let i = (1.0, true) + (1.0, true);",
        ),
        &expect![[r#"
        Q0203 `+` `+` is not defined for `int` and `bool`
        Q0203 `+` `+` is not defined for `string` and `string`
        Q0203 `not 1` `not` is not defined for `int`
        Q0203 `-"a"` `-` is not defined for `string`
        Q0203 `and` `and` is not defined for `int` and `bool`
        Q0203 `/` `/` is not defined for `observable` and `int`
        Q0203 `@` `@` is not defined for `float[1]` and `float`
        Q0203 `<` `<` is not defined for `complex` and `int`
        Q0203 `+` `+` is not defined for `(float, bool)` and `(float, bool)`
    "#]],
    );
    refuse(
        &in_main(
            "let c = counts; let t = (1, 2); t[0]; t.a; let x = [1.0, 2.0]; x[0, 1]; x[1.0]; let (a, b) = x; let (p, q, r) = t; for i in 3 { }",
        ),
        &expect![[r#"
        Q0101 `counts` no variable is named `counts`
        Q0208 `t` `(int, int)` has no elements
        Q0207 `a` `(int, int)` has no field `a`
        Q0208 `x[0, 1]` 2 indices for `float[2]`
        Q0208 `1.0` `float` is no index here
        Q0210 `(a, b)` `float[2]` doesn't have 2 parts
        Q0210 `(p, q, r)` `(int, int)` doesn't have 3 parts
        Q0211 `3` `int` can't be run through
    "#]],
    );
    refuse(
        &in_main(
            "let a = [1, true]; let b = if true then 1 else \"a\"; let c = []; let d = [[1, 2], [3]]; let e = [x for x in 5];",
        ),
        &expect![[r#"
        Q0213 `true` the elements of a list have different types
        Q0213 `"a"` the two values of an `if` have different types
        Q0212 `[]` the type of `[]` is not known
        Q0213 `[3]` the elements of a list have different types
        Q0211 `5` `int` can't be run through
    "#]],
    );
    refuse(
        &in_main(
            "print(\"{1.0:d} {1:.2} {true:.2f} {\"a\"}\");"
                .replace("{\\\"a\\\"}", "")
                .as_str()
                .replace("{\"a\"}", "")
                .as_str(),
        ),
        &expect![[r#"
        Q0216 `d` the format `d` doesn't fit `float`
        Q0216 `.2` the format `.2` doesn't fit `int`
        Q0216 `.2f` the format `.2f` doesn't fit `bool`
    "#]],
    );
    refuse(
        &in_main("break; for i in 0..2 { continue; } while true { break; }"),
        &expect![[r#"
        Q0217 `break;` `break` outside of a loop
    "#]],
    );
    refuse(
        "kernel k() -> qubit[2] { let q = qubit[2]; for i in 0..3 { within { h(q[0]); if i == 1 { break; } for j in 0..2 { break; } } apply { z(q[0]); if i == 2 { break; } } } return q; }
         fn main() { var w = 1.0; for i in 0..3 { optimize w with adam(lr: 0.1), steps: 3 { continue; minimize w ** 2; } } print(probs(k())); }",
        &expect![[r#"
            Q0217 `break;` `break` outside of a loop
            Q0217 `continue;` `continue` outside of a loop
        "#]],
    );
}

#[test]
fn calls() {
    refuse(
        "fn f(x: float, n: int = 2) -> float { return x; } struct S { a: int } fn main() { f(); f(1.0, 2, 3); f(1.0, m: 2); f(x: 1.0, x: 2.0); f(n: 2, 1.0); f(\"a\"); S(1); S(b: 1); S(); }",
        &expect![[r#"
        Q0204 `f()` the call of `f` doesn't match
        Q0204 `3` the call of `f` doesn't match
        Q0205 `m` `f` has no parameter `m`
        Q0204 `x: 2.0` the call of `f` doesn't match
        Q0204 `1.0` the call of `f` doesn't match
        Q0201 `"a"` this is `string`, `float` is needed
        Q0204 `1` the call of `S` doesn't match
        Q0205 `b` `S` has no parameter `b`
        Q0204 `S()` the call of `S` doesn't match
    "#]],
    );
    refuse(
        &in_main(
            "sqrt(\"a\"); sqrt(); uniform(0.0, 1.0, shpe: [2]); uniform(0.0, 1.0, [2.0]); zeros(n: 2); expect(1.0, 2.0); adam(lr: \"fast\"); sum([1.0], axis: 2); dot([1.0], [1.0, 2.0]); assert(1);",
        ),
        &expect![[r#"
        Q0206 `sqrt("a")` `sqrt` doesn't take (`string`)
        Q0206 `sqrt()` `sqrt` doesn't take (nothing)
        Q0205 `shpe` `uniform` has no parameter `shpe`
        Q0204 `[2.0]` the call of `uniform` doesn't match
        Q0205 `n` `zeros` has no parameter `n`
        Q0206 `expect(1.0, 2.0)` `expect` doesn't take (`float`, `float`)
        Q0206 `adam(lr: "fast")` `adam` doesn't take (`lr: string`)
        Q0307 `2` there is no axis 2
        Q0301 `dot([1.0], [1.0, 2.0])` the shapes `[1]` and `[2]` don't go together
        Q0204 `1` the call of `assert` doesn't match
    "#]],
    );
}

#[test]
fn returns() {
    refuse(
        "fn f() -> int { } fn g() -> int { if true { return 1; } } fn h() { return 1; } fn i() -> int { return; } fn j() -> int { return 1.5; } fn k() -> int { while true { return 1; } } gate g2(q: qubit) { return; }",
        &expect![[r#"
        Q0215 `f` `f` may end without a `return`
        Q0215 `g` `g` may end without a `return`
        Q0214 `1` this `return` doesn't match the declaration
        Q0214 `return;` this `return` doesn't match the declaration
        Q0201 `1.5` this is `float`, `int` is needed
        Q0409 `return;` `return` in a `gate`
    "#]],
    );
}

#[test]
fn assignments() {
    refuse(
        "const N = 3; param p: int = 2; struct S { a: float } fn f(x: int) { x = 2; } fn main() { let a = 1; a = 2; N = 4; p = 3; pi = 3.0; b = 2; var c = 1; c = 1.5; c += 0.5; c /= 2; var xs = [1.0, 2.0]; xs[0] = 2; xs = [1.0]; xs[0, 1] = 2.0; var s = [S(a: 1.0)]; s[0].a = 2.0; var t = (1, 2); (c, a) = t; (c, c) = 3; for i in 0..2 { i = 3; } }",
        &expect![[r#"
            Q0220 `x` `x` can't be assigned to
            Q0220 `a` `a` can't be assigned to
            Q0220 `N` `N` can't be assigned to
            Q0220 `p` `p` can't be assigned to
            Q0220 `pi` `pi` can't be assigned to
            Q0101 `b` no variable is named `b`
            Q0201 `1.5` this is `float`, `int` is needed
            Q0201 `0.5` this is `float`, `int` is needed
            Q0201 `2` this is `float`, `int` is needed
            Q0301 `[1.0]` this is `float[1]`, `float[2]` is needed
            Q0208 `xs[0, 1]` 2 indices for `float[2]`
            Q0219 `s[0].a` a part of an element can't be assigned to
            Q0220 `a` `a` can't be assigned to
            Q0210 `(c, c)` `int` doesn't have 2 parts
            Q0220 `i` `i` can't be assigned to
        "#]],
    );
}

#[test]
fn shapes() {
    refuse(
        &in_main(
            "let a = zeros([2, 3]) + zeros([2, 4]); let b = zeros([2, 3]) @ zeros([2, 3]); let c: float[3] = [1.0, 2.0]; let d: float[2, 2] = [1.0, 2.0]; let e = [1, 2][2]; let f = [1, 2][-1]; let g = [1, 2][0..3]; let h: float[-1] = zeros([2]); let i = [0; -2];",
        ),
        &expect![[r#"
        Q0301 `+` the shapes `[2, 3]` and `[2, 4]` don't go together
        Q0301 `@` the shapes `[2, 3]` and `[2, 3]` don't go together
        Q0301 `[1.0, 2.0]` this is `float[2]`, `float[3]` is needed
        Q0301 `[1.0, 2.0]` this is `float[2]`, `float[2, 2]` is needed
        Q0306 `2` the index 2 is out of range
        Q0306 `-1` the index -1 is out of range
        Q0306 `0..3` the index 3 is out of range
        Q0305 `-1` a size can't be -1
        Q0305 `-2` a size can't be -2
    "#]],
    );
    refuse(
        "fn f[n](x: float[n], y: float[n]) -> float[n] { return x; } fn g[n](x: float[2 * n]) {} fn main() { f([1.0], [1.0, 2.0]); g([1.0]); let z: float[3] = f([1.0, 2.0], [1.0, 2.0]); var k = 2; let w: float[k] = [1.0, 2.0]; }",
        &expect![[r#"
            Q0301 `[1.0, 2.0]` this is `float[2]`, `float[1]` is needed
            Q0308 `[1.0]` no size `n` makes `2 * n` equal to 1
            Q0301 `f([1.0, 2.0], [1.0, 2.0])` this is `float[2]`, `float[3]` is needed
            Q0303 `k` this is no size
        "#]],
    );
    refuse(
        "fn f[n](x: float) {} fn g[n, m](x: float[n * m, m]) {} kernel k(x: float[?]) {} gate u(x: float[2.5], q: qubit) {} fn w[n](x: float[n]) where x[0] > 1.0 {} fn v[n](x: float[n]) where n {} fn main() {}",
        &expect![[r#"
        Q0302 `n` the size `n` doesn't follow from a parameter
        Q0302 `n` the size `n` doesn't follow from a parameter
        Q0304 `?` `?` in the signature of a kernel
        Q0201 `2.5` this is `float`, `int` is needed
        Q0303 `x[0] > 1.0` this is no size
        Q0209 `n` a condition is a `bool`, this is `int`
    "#]],
    );
}

#[test]
fn effects() {
    refuse(
        &in_main(
            "h(q[0]); measure(2); let q = qubit[2]; adjoint x(q); within { } apply { } unitary(eye(2), 1);",
        ),
        &expect![[r#"
        Q0401 `h(q[0])` the gate `h` in a `fn`
        Q0101 `q` no variable is named `q`
        Q0401 `measure(2)` `measure` in a `fn`
        Q0401 `qubit[2]` `qubit[n]` in a `fn`
        Q0401 `adjoint` `adjoint`, `control` and `power` in a `fn`
        Q0401 `{ }` `within` in a `fn`
        Q0401 `unitary(eye(2), 1)` the gate `unitary` in a `fn`
    "#]],
    );
    refuse(
        "kernel k() -> qubit[1] { let q = qubit[1]; return q; } gate g(q: qubit) { measure(q); reset(q); let a = qubit[1]; k(); while true { } print(1); }",
        &expect![[r#"
        Q0402 `measure(q)` `measure` in a `gate`
        Q0402 `reset(q)` `reset` in a `gate`
        Q0402 `qubit[1]` `qubit[n]` in a `gate`
        Q0402 `k()` a call of the kernel `k` in a `gate`
        Q0413 `while true { }` `while` in a `gate`
        Q0403 `print(1)` `print` can't be called in a `gate`
    "#]],
    );
    refuse(
        "fn noisy() -> float { return uniform(0.0, 1.0); } fn outer() -> float { return noisy(); } fn loud(x: float) -> float { print(x); return x; } kernel k() -> qubit[1] { let q = qubit[1]; rx(outer(), q); print(1); expect(Z(0), 1); grad 1.0 wrt q; return q; } fn main() { let a = [loud(x) for x in [1.0]]; let b = [elapsed() for i in 0..2]; let c = [outer() for i in 0..2]; }",
        &expect![[r#"
            Q0403 `outer()` `outer` can't be called in a `kernel`
            Q0403 `print(1)` `print` can't be called in a `kernel`
            Q0403 `expect(Z(0), 1)` `expect` can't be called in a `kernel`
            Q0412 `grad 1.0 wrt q` `grad` in a `kernel`
            Q0404 `loud(x)` `loud` can't be called in a comprehension
            Q0404 `elapsed()` `elapsed` can't be called in a comprehension
        "#]],
    );
    refuse(
        "gate a(q: qubit) { b(q); } gate b(q: qubit) { a(q); } kernel k() { k(); } fn main() {}",
        &expect![[r#"
        Q0411 `a(q)` the gate `a` calls itself
        Q0411 `k()` the kernel `k` calls itself
    "#]],
    );
}

#[test]
fn qubits() {
    refuse(
        "kernel k(n: int, r: qubit[2], s: qubit) -> qubit[2] { let q = qubit[n]; cx(q[0], q[0]); cx(q[n - 1], q[n - 1]); cx(q, q); cx(q[0], q[1]); ccx(q[0], q[1], q[0]); control(q[0]) x(q[0]); cx(q[0..2], q[1..3]); cx(q[0..2], q[2..4]); let a = q; let b = q[0]; let c = [q[0]]; cx(r, q); return r; } fn f(q: qubit[2]) {} struct S { q: qubit } fn main() { k(2); let p: qubit[2] = 1; }",
        &expect![[r#"
            Q0405 `q[0]` one qubit is used twice in a call
            Q0405 `q[n - 1]` one qubit is used twice in a call
            Q0405 `q` one qubit is used twice in a call
            Q0405 `q[0]` one qubit is used twice in a call
            Q0405 `q[0]` one qubit is used twice in a call
            Q0405 `q[1..3]` one qubit is used twice in a call
            Q0406 `q` qubits can't be copied
            Q0406 `q[0]` qubits can't be copied
            Q0406 `q[0]` qubits can't be copied
            Q0407 `r` qubits that came in as a parameter are returned
            Q0401 `qubit[2]` a qubit as parameter or result in a `fn`
            Q0414 `qubit` qubits are no values
            Q0415 `k(2)` the kernel `k` takes qubits, and can't be run from a `fn`
            Q0414 `qubit[2]` qubits are no values
        "#]],
    );
    refuse(
        "kernel k() -> int { if true { return 1; } return 2; } kernel l() -> (qubit[1], qubit[1]) { let a = qubit[1]; return (a, a); } kernel m() { let q = qubit[2]; let b = measure(q[0]); let q2 = qubit[1]; adjoint { measure(q[0]); } rx(if b then 1.0 else 2.0, q[1]); for i in 0..(if b then 1 else 2) { } x(q[if b then 1 else 0]); if b { x(q[0]); } }",
        &expect![[r#"
        Q0408 `int` a kernel can't return `int`
        Q0409 `return 1;` `return` in the middle of a kernel
        Q0408 `(qubit[1], qubit[1])` a kernel can't return `(qubit[1], qubit[1])`
        Q0410 `measure(q[0])` `measure` can't be inverted, controlled or repeated as a gate
        Q0416 `if b then 1.0 else 2.0` the outcome of a measurement as an angle
        Q0416 `(if b then 1 else 2)` the outcome of a measurement as a loop bound
        Q0416 `if b then 1 else 0` the outcome of a measurement as an index
    "#]],
    );
    refuse(
        "gate g(theta: float, q: qubit) {} kernel k() { let q = qubit[2]; rx(q); rx(1.0, 2.0); rx(0.1, q, q); rx([1.0, 2.0, 3.0], q); g(true, q); g([1.0, 2.0], q); x(q)[0]; let y = x(q[0]); let z = q + 1; }",
        &expect![[r#"
        Q0204 `rx(q)` the call of `rx` doesn't match
        Q0201 `2.0` this is `float`, `qubit` is needed
        Q0204 `q` the call of `rx` doesn't match
        Q0301 `rx([1.0, 2.0, 3.0], q)` the shapes `[3]` and `[2]` don't go together
        Q0201 `true` this is `bool`, `float` is needed
        Q0202 `x(q)` this gives no value
        Q0202 `x(q[0])` this gives no value
        Q0203 `+` `+` is not defined for `qubit[2]` and `int`
    "#]],
    );
}

#[test]
fn gradients() {
    refuse(
        "const N = 1.0; kernel k(t: float) -> qubit[1] { let q = qubit[1]; rx(t, q); return q; } fn helper(x: float) -> float { let (v, g) = grad x * x wrt x; return g; } fn main() { var x = 1.0; let i = 2; let p = k(x); let y = 2.0 * x; grad expect(Z(0), p) wrt x; grad y + 1.0 wrt x; grad x wrt i; grad x wrt N; grad x wrt nothing; grad [x, x] wrt x; grad 2 wrt x; grad x wrt x using \"adjont\"; grad x wrt x using \"spsa\"; grad (grad x wrt x) wrt x; grad helper(x) wrt x; let (v, g) = grad y * y wrt y; }",
        &expect![[r#"
            Q0501 `x` `x` doesn't occur in what is differentiated
            Q0501 `x` `x` doesn't occur in what is differentiated
            Q0502 `i` there is no derivative by `int`
            Q0502 `N` `N` is a constant
            Q0101 `nothing` no variable is named `nothing`
            Q0504 `2` this is `int`, a `float` is needed
            Q0503 `"adjont"` no gradient rule is named `adjont`
            Q0504 `(grad x wrt x)` this is `(float, float)`, a `float` is needed
            Q0513 `grad x wrt x` a `grad` or `optimize` inside of another
            Q0513 `helper(x)` `helper` can't be called in what a `grad` differentiates
        "#]],
    );
}

#[test]
fn metrics() {
    refuse(
        "fn main() { var b = 1.0; optimize b with adam(), steps: 2, metrics: abs(b) { minimize b; } optimize b with adam(), steps: (n: 3), metrics: (seconds: b, x: b, x: b, y: true) { minimize b; } optimize b with adam(), steps: 2, metric: b { minimize b; } optimize b with adam(), steps: 2, metrics: (x: b), metrics: (y: b) { minimize b; } }",
        &expect![[r#"
            Q0516 `abs(b)` what `metrics:` shows has names
            Q0516 `(n: 3)` `steps:` takes one value
            Q0516 `seconds` the metric can't be called `seconds`
            Q0516 `x` the metric can't be called `x`
            Q0201 `true` this is `bool`, `float` is needed
            Q0507 `metric` `optimize` has no option `metric`
            Q0509 `metrics` `metrics:` doesn't belong here
        "#]],
    );
}

#[test]
fn optimizations() {
    refuse(
        "fn main() { let a = 1.0; var b = 1.0; var n = 1; var seen = 0; optimize a with adam(), steps: 2 { minimize a; } optimize b with adam() { minimize b; } optimize b with adam(), steps: 2 { b; } optimize b with adam(), steps: 2 { } optimize b with adam(), epochs: 2 { minimize b; } optimize n with adam(), steps: 2 { minimize b; } optimize b with 3, steps: 2 { minimize b; } optimize b with adam(), steps: 2, checkpoint: 1e-3, stps: 3 { minimize b; } optimize b with adam(), steps: 2 { seen += 1; print(b); minimize b; } optimize b with adam(), steps: 2.5 { minimize [b]; } minimize b; let o = adam(); optimize b with o, steps: 1 { maximize b; } optimize b with lbfgs(), epochs: 2, clip_norm: 1.0 over c in [1.0] { minimize b * c; } optimize b with qng(), steps: 2, validate: b { minimize b; } let l = load(\"l\"); save(\"l\", [1.0]); }",
        &expect![[r#"
            Q0506 `a` `a` can't be optimized
            Q0509 `adam()` `steps:` is missing
            Q0510 `b;` the block of an `optimize` ends in `minimize` or `maximize`
            Q0510 `}` the block of an `optimize` ends in `minimize` or `maximize`
            Q0509 `epochs` `epochs:` doesn't belong here
            Q0502 `n` there is no derivative by `int`
            Q0201 `3` this is `int`, `optimizer` is needed
            Q0201 `1e-3` this is `float`, `string` is needed
            Q0507 `stps` `optimize` has no option `stps`
            Q0512 `seen` `seen` is assigned to inside of an `optimize`
            Q0404 `print(b)` `print` can't be called in the block of an `optimize`
            Q0201 `2.5` this is `float`, `int` is needed
            Q0505 `[b]` a tensor has no smallest value
            Q0510 `minimize b;` `minimize` and `maximize` stand at the end of the block of an `optimize`
            Q0511 `o` the optimizer `o` can't keep its state
            Q0530 `lbfgs()` `lbfgs` doesn't go over data
            Q0532 `clip_norm` `clip_norm:` has no meaning for `lbfgs`
            Q0531 `b` `qng` needs one program in the objective
            Q0230 `load("l")` the type of what is loaded isn't written
        "#]],
    );
}

#[test]
fn a_function_as_an_argument() {
    refuse(
        "fn scan(f: fn(float) -> float) {} fn main() { scan(sin); let (v, j) = grad [1.0] wrt x; }",
        &expect![[r#"
            Q0101 `x` no variable is named `x`
        "#]],
    );
}

#[test]
fn floats_that_shape_a_circuit() {
    refuse(
        "struct P { n: int, t: float }
         kernel k[n](t: float[n], p: P, e: (int, float)) -> qubit[n] {
             let q = qubit[n];
             if t[0] > 0.5 { x(q[0]); }
             for i in 0..int(t[0]) { x(q[i]); }
             let b = sum(t) > 1.0; if b { x(q[0]); }
             let a = if t[0] > 0.1 then 0.3 else 0.2;
             x(q[argmax(t)]);
             let (i, f) = e; x(q[i]); if f > 0.0 { x(q[0]); }
             if p.n > 1 { x(q[0]); } if len(t) > 1 { x(q[1]); }
             if p.t > 1.0 { x(q[0]); }
             for s in t { if s > 0.0 { x(q[0]); } }
             power(int(t[0])) x(q[0]);
             return q;
         }
         fn f(t: float) -> float { return if t > 0.0 then t else 0.0; }",
        &expect![[r#"
            Q0443 `t[0] > 0.5` a branch depends on a float argument
            Q0443 `int(t[0])` a loop bound depends on a float argument
            Q0443 `b` a branch depends on a float argument
            Q0443 `t[0] > 0.1` a branch depends on a float argument
            Q0443 `argmax(t)` an index depends on a float argument
            Q0443 `f > 0.0` a branch depends on a float argument
            Q0443 `p.t > 1.0` a branch depends on a float argument
            Q0443 `s > 0.0` a branch depends on a float argument
            Q0443 `int(t[0])` a power depends on a float argument
        "#]],
    );
}

#[test]
fn sizes_that_there_are_none_of() {
    refuse(
        "fn f[n](x: float[2 * n]) -> float { return x[0]; }
         fn g[n](x: float[n + 2]) -> float { return x[0]; }
         fn main() { print(f([1.0, 2.0, 3.0])); print(f(zeros(4))); print(g([1.0])); print(g([1.0, 2.0])); }",
        &expect![[r#"
            Q0308 `[1.0, 2.0, 3.0]` no size `n` makes `2 * n` equal to 3
            Q0308 `[1.0]` no size `n` makes `n + 2` equal to 1
        "#]],
    );
}

#[test]
fn rounds_of_loops() {
    refuse(
        "kernel k(n: int) -> qubit[n] {
             let q = qubit[n];
             for i in 0..n { cx(q[i], q[i + 1]); }
             for i in 0..n { cx(q[0], q[i]); }
             for i in 0..n { for j in i..n { cx(q[i], q[j]); } }
             for i in 0..n { if i + 1 < n { cx(q[i], q[i + 1]); } }
             for i in 0..n { if i == n - 1 { break; } cx(q[i], q[i + 1]); }
             for i in 0..n { cx(q[i], q[(i + 1) % n]); }
             x(q[n]); x(q[0..n + 1]);
             return q;
         }
         fn f[n](xs: float[n]) -> float {
             var s = 0.0;
             for i in 0..n { s += xs[i] - xs[i + 1]; }
             for i in 0..n { if i + 1 < n and xs[i + 1] > 0.0 { s += 1.0; } }
             return s;
         }",
        &expect![[r#"
            Q0306 `i + 1` the index i + 1 is out of range
            Q0405 `q[i]` one qubit is used twice in a call
            Q0405 `q[j]` one qubit is used twice in a call
            Q0306 `n` the index n is out of range
            Q0306 `0..n + 1` the index n + 1 is out of range
            Q0306 `i + 1` the index i + 1 is out of range
        "#]],
    );
}

#[test]
fn signatures_that_need_themselves() {
    refuse(
        "fn f(a: float[g()]) -> int { return 1; }
         fn g(x: int = f([1.0])) -> int { return x; }
         kernel k(n: int) -> qubit[k(n)] { let q = qubit[1]; return q; }
         fn main() { print(f([1.0])); }",
        &expect![[r#"
            Q0113 `f` the signature of `f` needs itself
            Q0113 `k` the signature of `k` needs itself
        "#]],
    );
}

#[test]
fn places_that_overlap() {
    refuse(
        "struct M { w: float, b: float }
         fn f(x: float, m: M) -> float {
             let (v, g) = grad m.w * x wrt (m, m.w);
             let (v2, g2) = grad m.w * x wrt (m.w, m.b, x);
             let (v3, g3) = grad x * x wrt (x, x);
             var w = 1.0;
             optimize (w, w) with adam(lr: 0.1), steps: 3 { minimize w * w; }
             return v;
         }",
        &expect![[r#"
            Q0515 `m.w` one variable is named twice
            Q0501 `m.b` `m.b` doesn't occur in what is differentiated
            Q0515 `x` one variable is named twice
            Q0515 `w` one variable is named twice
        "#]],
    );
}

#[test]
fn registers_under_a_second_name() {
    refuse(
        "kernel s(q: qubit[1]) -> qubit[1] {
             var r = qubit[1];
             r = q;
             var p = qubit[1];
             (r, p) = (p, r);
             r = qubit[1];
             return r;
         }",
        &expect![[r#"
            Q0406 `q` qubits can't be copied
            Q0406 `(p, r)` qubits can't be copied
        "#]],
    );
}
