//! Wrong programs, and what their authors see.
#![allow(clippy::needless_raw_string_hashes)] // expect-test writes them.

use expect_test::{Expect, expect};
use qml_source::{SourceMap, Style, render};

use crate::parse;

fn check(text: &str, expected: &Expect) {
    let mut sources = SourceMap::default();
    let file = sources.add("a.qml", text);
    let parsed = parse(file, text);
    let messages = parsed.diagnostics.iter().map(|diagnostic| render(diagnostic, &sources, Style::default()));
    expected.assert_eq(&messages.collect::<String>());
}

#[test]
fn missing_semicolon_at_the_end_of_a_line() {
    check(
        "fn main() {\n    let x = 3\n    let y: float[3] = [1.0, 2.0, 3.0]\n    print(x)\n}\n",
        &expect![[r#"
            [Q0010] Error: missing `;`
               ╭─[ a.qml:2:14 ]
               │
             2 │     let x = 3
               │              │
               │              ╰─ `;` is expected here
               │
               │ Help: write `let x = 3;`
            ───╯
            [Q0010] Error: missing `;`
               ╭─[ a.qml:3:38 ]
               │
             3 │     let y: float[3] = [1.0, 2.0, 3.0]
               │                                      │
               │                                      ╰─ `;` is expected here
               │
               │ Help: write `let y: float[3] = [1.0, 2.0, 3.0];`
            ───╯
            [Q0010] Error: missing `;`
               ╭─[ a.qml:4:13 ]
               │
             4 │     print(x)
               │             │
               │             ╰─ `;` is expected here
               │
               │ Help: write `print(x);`
            ───╯
        "#]],
    );
}

#[test]
fn missing_semicolon_where_a_division_was_meant() {
    check(
        "fn main() {\n    let x = 7 // 2;\n    var y = 7;\n    y //= 2;\n    print(x);\n}\n",
        &expect![[r#"
            [Q0010] Error: missing `;`
               ╭─[ a.qml:2:14 ]
               │
             2 │     let x = 7 // 2;
               │              │
               │              ╰─ `;` is expected here
               │
               │ Help: floor division is `div(7, 2)`; `//` begins a comment
            ───╯
            [Q0010] Error: missing `;`
               ╭─[ a.qml:4:6 ]
               │
             4 │     y //= 2;
               │      │
               │      ╰─ `;` is expected here
               │
               │ Help: `//` begins a comment; write `y = div(y, 2);`
            ───╯
        "#]],
    );
}

#[test]
fn assignment_in_a_condition() {
    check(
        "fn main() {\n    if x = 3 { }\n    while (y = 4) { }\n    let x == 3;\n    let b = x = 3;\n}\n",
        &expect![[r#"
            [Q0015] Error: `=` assigns and has no value
               ╭─[ a.qml:2:10 ]
               │
             2 │     if x = 3 { }
               │          ┬
               │          ╰── here a value is expected
               │
               │ Help: comparison is `==`
            ───╯
            [Q0015] Error: `=` assigns and has no value
               ╭─[ a.qml:3:14 ]
               │
             3 │     while (y = 4) { }
               │              ┬
               │              ╰── here a value is expected
               │
               │ Help: comparison is `==`
            ───╯
            [Q0015] Error: `==` compares; a declaration takes `=`
               ╭─[ a.qml:4:11 ]
               │
             4 │     let x == 3;
               │           ─┬
               │            ╰── write `=`
            ───╯
            [Q0015] Error: `=` assigns and has no value
               ╭─[ a.qml:5:15 ]
               │
             5 │     let b = x = 3;
               │               ┬
               │               ╰── here a value is expected
               │
               │ Help: write `let x = 3; let b = x;`; comparison is `==`
            ───╯
        "#]],
    );
}

#[test]
fn logic_of_c() {
    check(
        "fn main() {\n    let a = b && !c || d != e;\n}\n",
        &expect![[r#"
        [Q0008] Error: `&&` is not part of the language
           ╭─[ a.qml:2:15 ]
           │
         2 │     let a = b && !c || d != e;
           │               ─┬
           │                ╰── here
           │
           │ Help: logical and is written `and`
        ───╯
        [Q0008] Error: `!` is not part of the language
           ╭─[ a.qml:2:18 ]
           │
         2 │     let a = b && !c || d != e;
           │                  ┬
           │                  ╰── here
           │
           │ Help: logical not is written `not`
        ───╯
        [Q0008] Error: `||` is not part of the language
           ╭─[ a.qml:2:21 ]
           │
         2 │     let a = b && !c || d != e;
           │                     ─┬
           │                      ╰── here
           │
           │ Help: logical or is written `or`
        ───╯
    "#]],
    );
}

#[test]
fn elif() {
    check(
        "fn main() {\n    if a {\n    } elif b {\n    }\n}\n",
        &expect![[r#"
        [Q0018] Error: there is no `elif`
           ╭─[ a.qml:3:12 ]
           │
         3 │     } elif b {
           │            ┬
           │            ╰── here
           │
           │ Help: write `else if condition { ... }`
        ───╯
    "#]],
    );
}

#[test]
fn function_of_python() {
    check(
        "def f(x):\n    return x\n\nfn main() { }\n",
        &expect![[r#"
        [Q0013] Error: expected `use`, `const`, `param`, `struct`, `gate`, `kernel`, `fn` or `test`, found `def`
           ╭─[ a.qml:1:1 ]
           │
         1 │ def f(x):
           │ ─┬─
           │  ╰─── no item begins like this
           │
           │ Help: a function is declared with `fn name(x: float) -> float { ... }`
        ───╯
    "#]],
    );
}

#[test]
fn function_of_javascript() {
    check(
        "function f(x) {\n    return x;\n}\nfn main() { }\n",
        &expect![[r#"
        [Q0013] Error: expected `use`, `const`, `param`, `struct`, `gate`, `kernel`, `fn` or `test`, found `function`
           ╭─[ a.qml:1:1 ]
           │
         1 │ function f(x) {
           │ ────┬───
           │     ╰───── no item begins like this
           │
           │ Help: a function is declared with `fn name(x: float) -> float { ... }`
        ───╯
    "#]],
    );
}

#[test]
fn missing_arrow() {
    check(
        "fn f(x: float) float {\n    return x;\n}\nfn g(x: float): float {\n    return x;\n}\nkernel k(n: int) qubit[n] {\n    let q = qubit[n];\n    return q;\n}\n",
        &expect![[r#"
            [Q0018] Error: `->` is missing before the type of the result
               ╭─[ a.qml:1:16 ]
               │
             1 │ fn f(x: float) float {
               │                ──┬──
               │                  ╰──── write `->` before it
               │
               │ Help: write `fn name(x: float) -> float { ... }`
            ───╯
            [Q0018] Error: the type of the result follows `->`
               ╭─[ a.qml:4:15 ]
               │
             4 │ fn g(x: float): float {
               │               ┬
               │               ╰── write `->`
               │
               │ Help: write `fn name(x: float) -> float { ... }`
            ───╯
            [Q0018] Error: `->` is missing before the type of the result
               ╭─[ a.qml:7:18 ]
               │
             7 │ kernel k(n: int) qubit[n] {
               │                  ──┬──
               │                    ╰──── write `->` before it
               │
               │ Help: write `fn name(x: float) -> float { ... }`
            ───╯
        "#]],
    );
}

#[test]
fn arrow_of_a_gate() {
    check(
        "gate g(q: qubit) -> qubit { }\n",
        &expect![[r#"
        [Q0018] Error: a gate has no result
           ╭─[ a.qml:1:18 ]
           │
         1 │ gate g(q: qubit) -> qubit { }
           │                  ─┬
           │                   ╰── here
           │
           │ Help: a gate acts on its qubits; a `kernel` can return them
        ───╯
    "#]],
    );
}

#[test]
fn for_with_parentheses() {
    check(
        "fn main() {\n    for (i in 0..3) { print(i); }\n    for (int i = 0; i < 3; i++) { print(i); }\n}\n",
        &expect![[r#"
            [Q0018] Error: `for` has no parentheses
               ╭─[ a.qml:2:12 ]
               │
             2 │     for (i in 0..3) { print(i); }
               │            ─┬
               │             ╰── here
               │
               │ Help: write `for i in 0..n { ... }`
            ───╯
            [Q0018] Error: `for` has no parentheses
               ╭─[ a.qml:3:14 ]
               │
             3 │     for (int i = 0; i < 3; i++) { print(i); }
               │              ┬
               │              ╰── here
               │
               │ Help: write `for i in 0..n { ... }`
            ───╯
            [Q0008] Error: `++` is not part of the language
               ╭─[ a.qml:3:29 ]
               │
             3 │     for (int i = 0; i < 3; i++) { print(i); }
               │                             ─┬
               │                              ╰── here
               │
               │ Help: write `i += 1`
            ───╯
        "#]],
    );
}

#[test]
fn three_points_and_an_inclusive_range() {
    check(
        "fn main() {\n    for i in 0...n { }\n    for i in 0..=n { }\n}\n",
        &expect![[r#"
        [Q0008] Error: `...` is not part of the language
           ╭─[ a.qml:2:15 ]
           │
         2 │     for i in 0...n { }
           │               ─┬─
           │                ╰─── here
           │
           │ Help: a range is `a..b` and leaves out b; with b it is `a..b + 1`
        ───╯
        [Q0008] Error: `..=` is not part of the language
           ╭─[ a.qml:3:15 ]
           │
         3 │     for i in 0..=n { }
           │               ─┬─
           │                ╰─── here
           │
           │ Help: a range is `a..b` and leaves out b; with b it is `a..b + 1`
        ───╯
    "#]],
    );
}

#[test]
fn malformed_numbers() {
    check(
        "fn main() {\n    let x = 1.;\n    let y = .5 + 2x;\n    let z = 0x + 0b12 + t.0;\n    let w = 2. * 3.5im + 2.0i;\n}\n",
        &expect![[r#"
            [Q0003] Error: a number needs digits on both sides of its point
               ╭─[ a.qml:2:13 ]
               │
             2 │     let x = 1.;
               │             ─┬
               │              ╰── digits are missing after the point
               │
               │ Help: write `1.0` for `1.`; so `0..n` is always a range
            ───╯
            [Q0003] Error: a number needs digits on both sides of its point
               ╭─[ a.qml:3:13 ]
               │
             3 │     let y = .5 + 2x;
               │             ─┬
               │              ╰── digits are missing before the point
               │
               │ Help: write `0.5` for `.5`
            ───╯
            [Q0003] Error: a name follows this number directly
               ╭─[ a.qml:3:18 ]
               │
             3 │     let y = .5 + 2x;
               │                  ─┬
               │                   ╰── not a number
               │
               │ Help: multiplication is written `2 * x`
            ───╯
            [Q0003] Error: this number has no digits
               ╭─[ a.qml:4:13 ]
               │
             4 │     let z = 0x + 0b12 + t.0;
               │             ─┬
               │              ╰── digits are missing
               │
               │ Help: hexadecimal is `0x1f`, binary is `0b101`
            ───╯
            [Q0003] Error: a name follows this number directly
               ╭─[ a.qml:4:18 ]
               │
             4 │     let z = 0x + 0b12 + t.0;
               │                  ──┬─
               │                    ╰─── not a number
               │
               │ Help: multiplication is written `2 * x`, an imaginary number `2.0im`
            ───╯
            [Q0003] Error: parts of a tuple have no numbers
               ╭─[ a.qml:4:26 ]
               │
             4 │     let z = 0x + 0b12 + t.0;
               │                          ─┬
               │                           ╰── not a field
               │
               │ Help: take a tuple apart with `let (a, b) = pair;`
            ───╯
            [Q0003] Error: a number needs digits on both sides of its point
               ╭─[ a.qml:5:13 ]
               │
             5 │     let w = 2. * 3.5im + 2.0i;
               │             ─┬
               │              ╰── digits are missing after the point
               │
               │ Help: write `2.0` for `2.`; so `0..n` is always a range
            ───╯
            [Q0003] Error: a name follows this number directly
               ╭─[ a.qml:5:26 ]
               │
             5 │     let w = 2. * 3.5im + 2.0i;
               │                          ──┬─
               │                            ╰─── not a number
               │
               │ Help: an imaginary number is written `2.0im`
            ───╯
        "#]],
    );
}

#[test]
fn numbers_too_large() {
    check(
        "fn main() {\n    print(9223372036854775808, 0xffffffffffffffff, 1e400, 1e400im);\n}\n",
        &expect![[r#"
            [Q0004] Error: this integer is too large
               ╭─[ a.qml:2:11 ]
               │
             2 │     print(9223372036854775808, 0xffffffffffffffff, 1e400, 1e400im);
               │           ─────────┬─────────
               │                    ╰─────────── does not fit
               │
               │ Note: an `int` has 64 bits and ends at 9223372036854775807
            ───╯
            [Q0004] Error: this integer is too large
               ╭─[ a.qml:2:32 ]
               │
             2 │     print(9223372036854775808, 0xffffffffffffffff, 1e400, 1e400im);
               │                                ─────────┬────────
               │                                         ╰────────── does not fit
               │
               │ Note: an `int` has 64 bits and ends at 9223372036854775807
            ───╯
            [Q0004] Error: this number is too large
               ╭─[ a.qml:2:52 ]
               │
             2 │     print(9223372036854775808, 0xffffffffffffffff, 1e400, 1e400im);
               │                                                    ──┬──
               │                                                      ╰──── does not fit
               │
               │ Note: a `float` has 64 bits and ends at about 1.8e308
            ───╯
            [Q0004] Error: this number is too large
               ╭─[ a.qml:2:59 ]
               │
             2 │     print(9223372036854775808, 0xffffffffffffffff, 1e400, 1e400im);
               │                                                           ───┬───
               │                                                              ╰───── does not fit
               │
               │ Note: a `float` has 64 bits and ends at about 1.8e308
            ───╯
        "#]],
    );
}

#[test]
fn colon_blocks() {
    check(
        "fn main() {\n    if x > 3:\n        print(x);\n    for i in 0..3:\n        print(i);\n}\n",
        &expect![[r#"
            [Q0018] Error: blocks stand in braces
               ╭─[ a.qml:2:13 ]
               │
             2 │     if x > 3:
               │             ┬
               │             ╰── `{` is expected
               │
               │ Help: write `{ ... }` in place of `:` and indentation
            ───╯
            [Q0018] Error: blocks stand in braces
               ╭─[ a.qml:4:18 ]
               │
             4 │     for i in 0..3:
               │                  ┬
               │                  ╰── `{` is expected
               │
               │ Help: write `{ ... }` in place of `:` and indentation
            ───╯
        "#]],
    );
}

#[test]
fn increment() {
    check(
        "fn main() {\n    i++;\n    let x = 2 ^ 3;\n    x := 3;\n}\n",
        &expect![[r#"
            [Q0008] Error: `++` is not part of the language
               ╭─[ a.qml:2:6 ]
               │
             2 │     i++;
               │      ─┬
               │       ╰── here
               │
               │ Help: write `i += 1`
            ───╯
            [Q0008] Error: `^` is not part of the language
               ╭─[ a.qml:3:15 ]
               │
             3 │     let x = 2 ^ 3;
               │               ┬
               │               ╰── here
               │
               │ Help: a power is written `a ** b`, exclusive or of two bools `a != b`
            ───╯
            [Q0008] Error: `:=` is not part of the language
               ╭─[ a.qml:4:7 ]
               │
             4 │     x := 3;
               │       ─┬
               │        ╰── here
               │
               │ Help: write `let x = ...;`, and `x = ...;` to assign to a `var`
            ───╯
        "#]],
    );
}

#[test]
fn generics() {
    check(
        "fn f<T>(x: T) -> T {\n    return x;\n}\nfn g(x: float<3>) { }\n",
        &expect![[r#"
        [Q0018] Error: there are no generics
           ╭─[ a.qml:1:5 ]
           │
         1 │ fn f<T>(x: T) -> T {
           │     ┬
           │     ╰── here
           │
           │ Help: sizes stand in brackets: `fn mean[n](x: float[n]) -> float`
        ───╯
        [Q0018] Error: types have no angle brackets
           ╭─[ a.qml:4:14 ]
           │
         4 │ fn g(x: float<3>) { }
           │              ┬
           │              ╰── here
           │
           │ Help: dimensions stand in brackets: `float[n, 2]`
        ───╯
    "#]],
    );
}

#[test]
fn mutable_and_typed_declarations() {
    check(
        "fn main() {\n    let mut x = 3;\n    int y = 3;\n    float[3] z = [1.0, 2.0, 3.0];\n}\n",
        &expect![[r#"
            [Q0018] Error: there is no `mut`
               ╭─[ a.qml:2:13 ]
               │
             2 │     let mut x = 3;
               │             ┬
               │             ╰── here
               │
               │ Help: a variable that changes is declared with `var x = ...;`
            ───╯
            [Q0018] Error: a variable is declared with `let` or `var`
               ╭─[ a.qml:3:9 ]
               │
             3 │     int y = 3;
               │         ┬
               │         ╰── here
               │
               │ Help: write `let x = 3;` or `var x: int = 3;`
            ───╯
            [Q0018] Error: a variable is declared with `let` or `var`
               ╭─[ a.qml:4:14 ]
               │
             4 │     float[3] z = [1.0, 2.0, 3.0];
               │              ┬
               │              ╰── here
               │
               │ Help: write `let x = 3;` or `var x: int = 3;`
            ───╯
        "#]],
    );
}

#[test]
fn struct_literal() {
    check(
        "fn main() {\n    let m = Model { w: 1.0, b: 2.0 };\n}\n",
        &expect![[r#"
        [Q0009] Error: expected `;`, found `{`
           ╭─[ a.qml:2:19 ]
           │
         2 │     let m = Model { w: 1.0, b: 2.0 };
           │                   ┬
           │                   ╰── expected `;`
           │
           │ Help: a struct is built by calling its name: `Model(w: x, b: y)`
        ───╯
    "#]],
    );
}

#[test]
fn conditional_expressions() {
    check(
        "fn main() {\n    let a = c ? 1 : 2;\n    let b = if c { 1 } else { 2 };\n    let d = if c then 1;\n}\n",
        &expect![[r#"
            [Q0018] Error: `?` is no operator
               ╭─[ a.qml:2:15 ]
               │
             2 │     let a = c ? 1 : 2;
               │               ┬
               │               ╰── here
               │
               │ Help: the conditional expression is `if condition then a else b`
            ───╯
            [Q0009] Error: expected `then`, found `{`
               ╭─[ a.qml:3:18 ]
               │
             3 │     let b = if c { 1 } else { 2 };
               │                  ┬
               │                  ╰── expected `then`
               │
               │ Help: as an expression, write `if condition then a else b`
            ───╯
            [Q0009] Error: expected a statement or `}`, found `else`
               ╭─[ a.qml:3:24 ]
               │
             1 │ fn main() {
               │           ┬
               │           ╰── to close this
               │
             3 │     let b = if c { 1 } else { 2 };
               │                        ──┬─
               │                          ╰─── expected a statement or `}`
            ───╯
            [Q0009] Error: expected `else`, found `;`
               ╭─[ a.qml:4:24 ]
               │
             4 │     let d = if c then 1;
               │                        ┬
               │                        ╰── expected `else`
            ───╯
        "#]],
    );
}

#[test]
fn if_without_braces() {
    check(
        "fn main() {\n    if (x > 3) print(x);\n    print(2);\n}\n",
        &expect![[r#"
        [Q0018] Error: the body of `if` and `while` stands in braces
           ╭─[ a.qml:2:16 ]
           │
         2 │     if (x > 3) print(x);
           │                ──┬──
           │                  ╰──── `{` is expected
           │
           │ Help: write `if condition { ... }`
        ───╯
    "#]],
    );
}

#[test]
fn reserved_words_as_names() {
    check(
        "fn main() {\n    let over = 3;\n    for in in 0..3 { }\n}\nfn power(x: float) -> float { return x; }\nfn f(with: int) { }\n",
        &expect![[r#"
            [Q0011] Error: `over` is a reserved word
               ╭─[ a.qml:2:9 ]
               │
             2 │     let over = 3;
               │         ──┬─
               │           ╰─── a name is expected here
               │
               │ Help: choose another name, for example `over_`
            ───╯
            [Q0011] Error: `in` is a reserved word
               ╭─[ a.qml:3:9 ]
               │
             3 │     for in in 0..3 { }
               │         ─┬
               │          ╰── a name is expected here
               │
               │ Help: choose another name, for example `in_`
            ───╯
            [Q0011] Error: `power` is a reserved word
               ╭─[ a.qml:5:4 ]
               │
             5 │ fn power(x: float) -> float { return x; }
               │    ──┬──
               │      ╰──── a name is expected here
               │
               │ Help: choose another name, for example `power_`
            ───╯
            [Q0011] Error: `with` is a reserved word
               ╭─[ a.qml:6:6 ]
               │
             6 │ fn f(with: int) { }
               │      ──┬─
               │        ╰─── a name is expected here
               │
               │ Help: choose another name, for example `with_`
            ───╯
        "#]],
    );
}

#[test]
fn unclosed_string() {
    check(
        "fn main() {\n    print(\"hello);\n    print(\"there\");\n    let x = ;\n}\n",
        &expect![[r#"
        [Q0002] Error: this string is not closed on its line
           ╭─[ a.qml:2:11 ]
           │
         2 │     print("hello);
           │           ────┬───
           │               ╰───── `"` is missing
           │
           │ Help: a line break in a string is written `\n`
        ───╯
        [Q0009] Error: expected an expression, found `;`
           ╭─[ a.qml:4:13 ]
           │
         4 │     let x = ;
           │             ┬
           │             ╰── expected an expression
        ───╯
    "#]],
    );
}

#[test]
fn unknown_escape() {
    check(
        "fn main() {\n    print(\"a\\qb\");\n}\n",
        &expect![[r#"
        [Q0005] Error: unknown escape `\q`
           ╭─[ a.qml:2:13 ]
           │
         2 │     print("a\qb");
           │             ─┬
           │              ╰── has no meaning
           │
           │ Help: the escapes are `\"`, `\\`, `\n` and `\t`; a backslash itself is `\\`
        ───╯
    "#]],
    );
}

#[test]
fn interpolations() {
    check(
        "fn main() {\n    print(\"{} {x {{ }\");\n    print(\"} {x:3q} {x +} {a b:.3} {x:.} {f(}\");\n}\n",
        &expect![[r#"
            [Q0006] Error: nothing stands between these braces
               ╭─[ a.qml:2:12 ]
               │
             2 │     print("{} {x {{ }");
               │            ─┬
               │             ╰── an expression is expected
               │
               │ Help: `{x}` inserts the value of x; braces themselves are `{{` and `}}`
            ───╯
            [Q0006] Error: `{` in a string is not closed
               ╭─[ a.qml:2:15 ]
               │
             2 │     print("{} {x {{ }");
               │               ───┬───
               │                  ╰───── `}` is missing
               │
               │ Help: `{x}` inserts the value of x; braces themselves are `{{` and `}}`
            ───╯
            [Q0006] Error: `}` in a string closes nothing
               ╭─[ a.qml:3:12 ]
               │
             3 │     print("} {x:3q} {x +} {a b:.3} {x:.} {f(}");
               │            ┬
               │            ╰── no `{` before it
               │
               │ Help: `{x}` inserts the value of x; braces themselves are `{{` and `}}`
            ───╯
            [Q0007] Error: unknown format `3q`
               ╭─[ a.qml:3:17 ]
               │
             3 │     print("} {x:3q} {x +} {a b:.3} {x:.} {f(}");
               │                 ─┬
               │                  ╰── not a format
               │
               │ Help: a format is `[<^>][width][.digits][d f e g %]`, as in `{x:.3}`, `{x:>10.2e}`, `{n:4d}`
            ───╯
            [Q0009] Error: expected an expression, found the end
               ╭─[ a.qml:3:25 ]
               │
             3 │     print("} {x:3q} {x +} {a b:.3} {x:.} {f(}");
               │                         │
               │                         ╰─ expected an expression
            ───╯
            [Q0009] Error: expected an operator, found `b`
               ╭─[ a.qml:3:30 ]
               │
             3 │     print("} {x:3q} {x +} {a b:.3} {x:.} {f(}");
               │                              ┬
               │                              ╰── expected an operator
            ───╯
            [Q0007] Error: unknown format `.`
               ╭─[ a.qml:3:39 ]
               │
             3 │     print("} {x:3q} {x +} {a b:.3} {x:.} {f(}");
               │                                       ┬
               │                                       ╰── not a format
               │
               │ Help: a format is `[<^>][width][.digits][d f e g %]`, as in `{x:.3}`, `{x:>10.2e}`, `{n:4d}`
            ───╯
            [Q0012] Error: `(` is never closed
               ╭─[ a.qml:3:44 ]
               │
             3 │     print("} {x:3q} {x +} {a b:.3} {x:.} {f(}");
               │                                            ┬
               │                                            ╰── opened here
               │
               │ Help: write `)` where it ends
            ───╯
        "#]],
    );
}

#[test]
fn comments_and_quotes_of_others() {
    check(
        "# a comment\nfn main() {\n    print('hello'); /* and\n    more */\n    print(3); # end\n}\n",
        &expect![[r#"
            [Q0008] Error: `# a comment` is not part of the language
               ╭─[ a.qml:1:1 ]
               │
             1 │ # a comment
               │ ─────┬─────
               │      ╰─────── here
               │
               │ Help: a comment begins with `//`
            ───╯
            [Q0008] Error: `'hello'` is not part of the language
               ╭─[ a.qml:3:11 ]
               │
             3 │     print('hello'); /* and
               │           ───┬───
               │              ╰───── here
               │
               │ Help: a string stands in double quotes
            ───╯
            [Q0008] Error: `/* and` is not part of the language
               ╭─[ a.qml:3:21 ]
               │
             3 │ ╭─▶     print('hello'); /* and
             4 │ ├─▶     more */
               │ │
               │ ╰───────────────── here
               │
               │     Help: a comment begins with `//` and ends with its line
            ───╯
            [Q0008] Error: `# end` is not part of the language
               ╭─[ a.qml:5:15 ]
               │
             5 │     print(3); # end
               │               ──┬──
               │                 ╰──── here
               │
               │ Help: a comment begins with `//`
            ───╯
        "#]],
    );
}

#[test]
fn unexpected_characters() {
    check(
        "fn main() {\n    let x = 3 − 1;\n    let y = $z;\n    print(“hello”);\n    let α₁ = 2 × 3；\n}\n",
        &expect![[r#"
            [Q0001] Error: unexpected character `−`
               ╭─[ a.qml:2:15 ]
               │
             2 │     let x = 3 − 1;
               │               ┬
               │               ╰── it only looks like `-`
               │
               │ Help: write `-`
            ───╯
            [Q0001] Error: unexpected character `$`
               ╭─[ a.qml:3:13 ]
               │
             3 │     let y = $z;
               │             ┬
               │             ╰── no word of the language begins with it
            ───╯
            [Q0001] Error: unexpected character `“`
               ╭─[ a.qml:4:11 ]
               │
             4 │     print(“hello”);
               │           ┬
               │           ╰── it only looks like `"`
               │
               │ Help: write `"`
            ───╯
            [Q0001] Error: unexpected character `”`
               ╭─[ a.qml:4:17 ]
               │
             4 │     print(“hello”);
               │                 ┬
               │                 ╰── it only looks like `"`
               │
               │ Help: write `"`
            ───╯
            [Q0001] Error: unexpected character `₁`
               ╭─[ a.qml:5:10 ]
               │
             5 │     let α₁ = 2 × 3；
               │          ┬
               │          ╰── no word of the language begins with it
            ───╯
            [Q0001] Error: unexpected character `×`
               ╭─[ a.qml:5:16 ]
               │
             5 │     let α₁ = 2 × 3；
               │                ┬
               │                ╰── it only looks like `*`
               │
               │ Help: write `*`
            ───╯
            [Q0001] Error: unexpected character `；`
               ╭─[ a.qml:5:19 ]
               │
             5 │     let α₁ = 2 × 3；
               │                   ┬─
               │                   ╰─── it only looks like `;`
               │
               │ Help: write `;`
            ───╯
        "#]],
    );
}

#[test]
fn broken_items_hide_no_others() {
    check(
        "const = 3;\nfn f( { }\nstruct S { a float }\nfn g() { let = 3; let y 4; }\nuse std.;\nparam p = 3;\ntest main { }\nfn h() { }\n",
        &expect![[r#"
            [Q0009] Error: expected a name, found `=`
               ╭─[ a.qml:1:7 ]
               │
             1 │ const = 3;
               │       ┬
               │       ╰── expected a name
            ───╯
            [Q0009] Error: expected a name or `)`, found `{`
               ╭─[ a.qml:2:7 ]
               │
             2 │ fn f( { }
               │     ┬ ┬
               │     ╰──── to close this
               │       │
               │       ╰── expected a name or `)`
            ───╯
            [Q0009] Error: expected `:`, found `float`
               ╭─[ a.qml:3:14 ]
               │
             3 │ struct S { a float }
               │              ──┬──
               │                ╰──── expected `:`
            ───╯
            [Q0009] Error: expected a name, found `=`
               ╭─[ a.qml:4:14 ]
               │
             4 │ fn g() { let = 3; let y 4; }
               │              ┬
               │              ╰── expected a name
            ───╯
            [Q0009] Error: expected `:` or `=`, found `4`
               ╭─[ a.qml:4:25 ]
               │
             4 │ fn g() { let = 3; let y 4; }
               │                         ┬
               │                         ╰── expected `:` or `=`
            ───╯
            [Q0009] Error: expected a name, found `;`
               ╭─[ a.qml:5:9 ]
               │
             5 │ use std.;
               │         ┬
               │         ╰── expected a name
            ───╯
            [Q0018] Error: a `param` has a type
               ╭─[ a.qml:6:9 ]
               │
             6 │ param p = 3;
               │         ┬
               │         ╰── here
               │
               │ Help: write `param p: int = 3;`
            ───╯
            [Q0013] Error: expected `use`, `const`, `param`, `struct`, `gate`, `kernel`, `fn` or `test`, found `test`
               ╭─[ a.qml:7:1 ]
               │
             7 │ test main { }
               │ ──┬─
               │   ╰─── no item begins like this
               │
               │ Help: a test has a name in quotes: `test "what it shows" { ... }`
            ───╯
        "#]],
    );
}

#[test]
fn unclosed_block() {
    check(
        "fn f() {\n    for i in 0..3 {\n        print(i);\n}\n\nfn g() {\n    print(2)\n}\n",
        &expect![[r#"
            [Q0012] Error: `{` is never closed
               ╭─[ a.qml:2:19 ]
               │
             2 │     for i in 0..3 {
               │                   ┬
               │                   ╰── opened here
               │
               │ Help: write `}` where its block ends
            ───╯
            [Q0010] Error: missing `;`
               ╭─[ a.qml:7:13 ]
               │
             7 │     print(2)
               │             │
               │             ╰─ `;` is expected here
               │
               │ Help: write `print(2);`
            ───╯
        "#]],
    );
}

#[test]
fn brackets_that_close_nothing() {
    check(
        "fn f() {\n    print(1);\n}\n}\nfn g() {\n    print(2));\n    print([1, 2);\n}\n",
        &expect![[r#"
            [Q0012] Error: `}` closes nothing
               ╭─[ a.qml:4:1 ]
               │
             4 │ }
               │ ┬
               │ ╰── nothing is open here
               │
               │ Help: delete it, or open it before
            ───╯
            [Q0012] Error: `)` closes nothing
               ╭─[ a.qml:6:13 ]
               │
             6 │     print(2));
               │             ┬
               │             ╰── nothing is open here
               │
               │ Help: delete it, or open it before
            ───╯
            [Q0009] Error: expected `]` or `,`, found `)`
               ╭─[ a.qml:7:16 ]
               │
             7 │     print([1, 2);
               │           ┬    ┬
               │           ╰─────── to close this
               │                │
               │                ╰── expected `]` or `,`
            ───╯
        "#]],
    );
}

#[test]
fn items_in_blocks() {
    check(
        "fn f() {\n    fn g() { print(1); }\n    const N = 3;\n    print(2);\n}\n",
        &expect![[r#"
        [Q0013] Error: `fn` cannot be declared inside a block
           ╭─[ a.qml:2:5 ]
           │
         1 │ fn f() {
           │        ┬
           │        ╰── inside this block
         2 │     fn g() { print(1); }
           │     ─┬
           │      ╰── declared here
           │
           │ Help: move it to the top level of the file; if the block should have ended, `}` is missing
        ───╯
        [Q0013] Error: `const` cannot be declared inside a block
           ╭─[ a.qml:3:5 ]
           │
         1 │ fn f() {
           │        ┬
           │        ╰── inside this block
           │
         3 │     const N = 3;
           │     ──┬──
           │       ╰──── declared here
           │
           │ Help: move it to the top level of the file; if the block should have ended, `}` is missing
        ───╯
    "#]],
    );
}

#[test]
fn statements_at_top_level() {
    check(
        "let x = 3;\nprint(x);\nfn main() { }\nimport numpy as np\n",
        &expect![[r#"
        [Q0013] Error: expected `use`, `const`, `param`, `struct`, `gate`, `kernel`, `fn` or `test`, found `let`
           ╭─[ a.qml:1:1 ]
           │
         1 │ let x = 3;
           │ ─┬─
           │  ╰─── no item begins like this
           │
           │ Help: a constant of the file is `const N = 7;`; variables stand in functions
        ───╯
        [Q0013] Error: expected `use`, `const`, `param`, `struct`, `gate`, `kernel`, `fn` or `test`, found `import`
           ╭─[ a.qml:4:1 ]
           │
         4 │ import numpy as np
           │ ───┬──
           │    ╰──── no item begins like this
           │
           │ Help: modules are brought in with `use std.chem.{h2};`
        ───╯
    "#]],
    );
}

#[test]
fn comparison_chain() {
    check(
        "fn main() {\n    if 0 < x < 3 { }\n}\n",
        &expect![[r#"
            [Q0009] Error: expected `{` or `then`, found `<`
               ╭─[ a.qml:2:14 ]
               │
             2 │     if 0 < x < 3 { }
               │              ┬
               │              ╰── expected `{` or `then`
               │
               │ Help: comparisons do not chain: write `a < b and b < c`
            ───╯
        "#]],
    );
}

#[test]
fn trailing_commas() {
    check(
        "fn f(a: int, b: int,) { }\nfn main() {\n    let (a, b,) = c;\n}\n",
        &expect![[r#"
        [Q0009] Error: expected a name, found `)`
           ╭─[ a.qml:1:21 ]
           │
         1 │ fn f(a: int, b: int,) { }
           │                     ┬
           │                     ╰── expected a name
           │
           │ Help: no comma before the closing bracket
        ───╯
        [Q0009] Error: expected a name, found `)`
           ╭─[ a.qml:3:15 ]
           │
         3 │     let (a, b,) = c;
           │               ┬
           │               ╰── expected a name
           │
           │ Help: no comma before the closing bracket
        ───╯
    "#]],
    );
}

#[test]
fn missing_commas_and_brackets() {
    check(
        "fn main() {\n    print(1 2);\n    let a = [1, 2;\n    let b = (3 + 4;\n    f(x\n    let c = 3;\n}\n",
        &expect![[r#"
            [Q0009] Error: expected `)` or `,`, found `2`
               ╭─[ a.qml:2:13 ]
               │
             2 │     print(1 2);
               │          ┬  ┬
               │          ╰───── to close this
               │             │
               │             ╰── expected `)` or `,`
               │
               │ Help: elements and arguments are separated by commas: `[1.0, 2.0]`
            ───╯
            [Q0009] Error: expected `]` or `,`, found `;`
               ╭─[ a.qml:3:18 ]
               │
             3 │     let a = [1, 2;
               │             ┬    ┬
               │             ╰─────── to close this
               │                  │
               │                  ╰── expected `]` or `,`
            ───╯
            [Q0009] Error: expected `)`, found `;`
               ╭─[ a.qml:4:19 ]
               │
             4 │     let b = (3 + 4;
               │             ┬     ┬
               │             ╰──────── to close this
               │                   │
               │                   ╰── expected `)`
            ───╯
            [Q0009] Error: expected `)`, `,` or `:`, found `let`
               ╭─[ a.qml:6:5 ]
               │
             5 │     f(x
               │      ┬
               │      ╰── to close this
             6 │     let c = 3;
               │     ─┬─
               │      ╰─── expected `)`, `,` or `:`
            ───╯
        "#]],
    );
}

#[test]
fn modifiers() {
    check(
        "gate g(a: qubit, b: qubit) {\n    control() x(a);\n    control(q: a) x(b);\n    power() x(a);\n    power(1, 2) x(a);\n    adjoint;\n}\n",
        &expect![[r#"
            [Q0016] Error: `control` needs a qubit
               ╭─[ a.qml:2:12 ]
               │
             2 │     control() x(a);
               │            ─┬
               │             ╰── here
               │
               │ Help: write `control(a, not b) x(q[0]);`: `not` acts where b is zero
            ───╯
            [Q0016] Error: the qubits of `control` have no names
               ╭─[ a.qml:3:13 ]
               │
             3 │     control(q: a) x(b);
               │             ┬
               │             ╰── here
               │
               │ Help: write `control(a, not b) x(q[0]);`: `not` acts where b is zero
            ───╯
            [Q0016] Error: `power` takes one integer
               ╭─[ a.qml:4:10 ]
               │
             4 │     power() x(a);
               │          ─┬
               │           ╰── here
               │
               │ Help: write `power(k) u(x, q);`
            ───╯
            [Q0016] Error: `power` takes one integer
               ╭─[ a.qml:5:10 ]
               │
             5 │     power(1, 2) x(a);
               │          ───┬──
               │             ╰──── here
               │
               │ Help: write `power(k) u(x, q);`
            ───╯
            [Q0009] Error: expected an expression, found `;`
               ╭─[ a.qml:6:12 ]
               │
             6 │     adjoint;
               │            ┬
               │            ╰── expected an expression
            ───╯
        "#]],
    );
}

#[test]
fn optimize_without_with() {
    check(
        "fn main() {\n    optimize theta using adam() { minimize f(theta); }\n    let g = grad f(x);\n    optimize w with adam(), steps 3 { }\n}\n",
        &expect![[r#"
            [Q0009] Error: expected `with`, found `using`
               ╭─[ a.qml:2:20 ]
               │
             2 │     optimize theta using adam() { minimize f(theta); }
               │                    ──┬──
               │                      ╰──── expected `with`
               │
               │ Help: the optimizer follows `with`: `optimize x with adam(lr: 0.1), steps: 100 { ... }`
            ───╯
            [Q0009] Error: expected `wrt`, found `;`
               ╭─[ a.qml:3:22 ]
               │
             3 │     let g = grad f(x);
               │                      ┬
               │                      ╰── expected `wrt`
               │
               │ Help: write `let (value, slope) = grad f(x) wrt x;`
            ───╯
            [Q0009] Error: expected `:`, found `3`
               ╭─[ a.qml:4:35 ]
               │
             4 │     optimize w with adam(), steps 3 { }
               │                                   ┬
               │                                   ╰── expected `:`
            ───╯
        "#]],
    );
}

#[test]
fn qt_quick() {
    check(
        "import QtQuick 2.15\n\nRectangle {\n    width: 200\n}\n",
        &expect![[r#"
        [Q0017] Error: this file is written in Qt QML, another language of the same name
           ╭─[ a.qml:1:1 ]
           │
         1 │ import QtQuick 2.15
           │ ───────┬──────
           │        ╰──────── this is how files of Qt Quick begin
           │
           │ Help: Qt's files are run by Qt's own tools, `qml` and `qmlscene`
           │
           │ Note: this tool compiles QML, the language for hybrid quantum-classical programs
        ───╯
    "#]],
    );
}

#[test]
fn qt_object() {
    check(
        "// A comment.\nItem {\n    id: root\n}\n",
        &expect![[r#"
        [Q0017] Error: this file is written in Qt QML, another language of the same name
           ╭─[ a.qml:2:1 ]
           │
         2 │ Item {
           │ ───┬──
           │    ╰──── this is how files of Qt Quick begin
           │
           │ Help: Qt's files are run by Qt's own tools, `qml` and `qmlscene`
           │
           │ Note: this tool compiles QML, the language for hybrid quantum-classical programs
        ───╯
    "#]],
    );
}

#[test]
fn at_the_end_of_the_file() {
    check(
        "fn main() {\n    print(1",
        &expect![[r#"
            [Q0012] Error: `(` is never closed
               ╭─[ a.qml:2:10 ]
               │
             2 │     print(1
               │          ┬
               │          ╰── opened here
               │
               │ Help: write `)` where it ends
            ───╯
        "#]],
    );
}

#[test]
fn half_an_item() {
    check(
        "fn main()",
        &expect![[r#"
        [Q0009] Error: expected `{` or `->`, found the end
           ╭─[ a.qml:1:10 ]
           │
         1 │ fn main()
           │          │
           │          ╰─ expected `{` or `->`
        ───╯
    "#]],
    );
}

#[test]
fn none_and_lambda() {
    check(
        "fn main() {\n    let f = lambda x: x;\n    let g = (x) => x;\n    let m = a::b(1);\n}\n",
        &expect![[r#"
            [Q0009] Error: expected `;`, found `x`
               ╭─[ a.qml:2:20 ]
               │
             2 │     let f = lambda x: x;
               │                    ┬
               │                    ╰── expected `;`
               │
               │ Help: there are no closures; declare a `fn`
            ───╯
            [Q0009] Error: expected `;`, found `=>`
               ╭─[ a.qml:3:17 ]
               │
             3 │     let g = (x) => x;
               │                 ─┬
               │                  ╰── expected `;`
               │
               │ Help: there are no closures; declare a `fn`
            ───╯
            [Q0008] Error: `::` is not part of the language
               ╭─[ a.qml:4:14 ]
               │
             4 │     let m = a::b(1);
               │              ─┬
               │               ╰── here
               │
               │ Help: a path is written with points, `std.chem`
            ───╯
        "#]],
    );
}

#[test]
fn empty_statements() {
    check(
        "fn main() {\n    print(1);;\n};\n",
        &expect![[r#"
        [Q0009] Error: expected a statement or `}`, found `;`
           ╭─[ a.qml:2:14 ]
           │
         1 │ fn main() {
           │           ┬
           │           ╰── to close this
         2 │     print(1);;
           │              ┬
           │              ╰── expected a statement or `}`
           │
           │ Help: delete it: a statement cannot be empty
        ───╯
        [Q0013] Error: nothing stands before this `;`
           ╭─[ a.qml:3:2 ]
           │
         3 │ };
           │  ┬
           │  ╰── no item begins like this
           │
           │ Help: delete it: no `;` follows a closing brace
        ───╯
    "#]],
    );
}

#[test]
fn calls_as_in_python() {
    check(
        "fn main() {\n    print(counts(p, shots=100));\n    print \"x\";\n    print(f\"E = {e}\");\n    print(len xs);\n    \
         let y = 3 if true else 4;\n    print(xs[1:3]);\n    print(xs[::2]);\n    let a, b = f();\n}\n\n\
         fn g(x, y) { }\n",
        &expect![[r#"
            [Q0018] Error: a named argument takes `:`
               ╭─[ a.qml:2:26 ]
               │
             2 │     print(counts(p, shots=100));
               │                          ┬
               │                          ╰── here
               │
               │ Help: write `shots: 100`
            ───╯
            [Q0018] Error: arguments stand in parentheses
               ╭─[ a.qml:3:11 ]
               │
             3 │     print "x";
               │           ─┬─
               │            ╰─── here
               │
               │ Help: write `print("x")`
            ───╯
            [Q0018] Error: a string has no prefix
               ╭─[ a.qml:4:12 ]
               │
             4 │     print(f"E = {e}");
               │            ────┬────
               │                ╰────── here
               │
               │ Help: write `"E = {e}"`: `{x}` in it inserts x
            ───╯
            [Q0018] Error: arguments stand in parentheses
               ╭─[ a.qml:5:15 ]
               │
             5 │     print(len xs);
               │               ─┬
               │                ╰── here
               │
               │ Help: write `len(xs)`
            ───╯
            [Q0009] Error: expected `;`, found `if`
               ╭─[ a.qml:6:15 ]
               │
             6 │     let y = 3 if true else 4;
               │               ─┬
               │                ╰── expected `;`
               │
               │ Help: the conditional expression is `if condition then a else b`
            ───╯
            [Q0018] Error: a slice is written `a..b`, without b
               ╭─[ a.qml:7:15 ]
               │
             7 │     print(xs[1:3]);
               │               ┬
               │               ╰── here
               │
               │ Help: write `xs[1..3]`
            ───╯
            [Q0018] Error: a slice is written `a..b`, without b
               ╭─[ a.qml:8:14 ]
               │
             8 │     print(xs[::2]);
               │              ┬
               │              ╰── here
               │
               │ Help: write `xs[range(0, len(xs), 2)]`
            ───╯
            [Q0009] Error: expected `:` or `=`, found `,`
               ╭─[ a.qml:9:10 ]
               │
             9 │     let a, b = f();
               │          ┬
               │          ╰── expected `:` or `=`
               │
               │ Help: a tuple stands in parentheses: `(a, b)`
            ───╯
            [Q0009] Error: expected `:`, found `,`
                ╭─[ a.qml:12:7 ]
                │
             12 │ fn g(x, y) { }
                │       ┬
                │       ╰── expected `:`
                │
                │ Help: each parameter has a type: `x: float`, `x: float[n]`
            ────╯
        "#]],
    );
}

#[test]
fn statements_as_in_openqasm() {
    check(
        "kernel k() -> qubit[2] {\n    qubit[2] q;\n    bit c;\n    h q[0];\n    rx(0.3) q[0];\n    cx q[0], q[1];\n    \
         c = measure q[0];\n    return q;\n}\n",
        &expect![[r#"
            [Q0018] Error: a register is made and named by `let`
               ╭─[ a.qml:2:14 ]
               │
             2 │     qubit[2] q;
               │              ┬
               │              ╰── here
               │
               │ Help: write `let q = qubit[2];`
            ───╯
            [Q0018] Error: classical bits are not declared
               ╭─[ a.qml:3:9 ]
               │
             3 │     bit c;
               │         ┬
               │         ╰── here
               │
               │ Help: the result of a measurement is a `bool`: `let c = measure(q[0]);`
            ───╯
            [Q0018] Error: arguments stand in parentheses
               ╭─[ a.qml:4:7 ]
               │
             4 │     h q[0];
               │       ┬
               │       ╰── here
               │
               │ Help: write `h(q[0])`
            ───╯
            [Q0018] Error: qubits stand in the parentheses, behind the angles
               ╭─[ a.qml:5:13 ]
               │
             5 │     rx(0.3) q[0];
               │             ┬
               │             ╰── here
               │
               │ Help: write `rx(0.3, q[0])`
            ───╯
            [Q0018] Error: arguments stand in parentheses
               ╭─[ a.qml:6:8 ]
               │
             6 │     cx q[0], q[1];
               │        ┬
               │        ╰── here
               │
               │ Help: write `cx(q[0], q[1])`
            ───╯
            [Q0018] Error: arguments stand in parentheses
               ╭─[ a.qml:7:17 ]
               │
             7 │     c = measure q[0];
               │                 ┬
               │                 ╰── here
               │
               │ Help: write `measure(q[0])`
            ───╯
        "#]],
    );
}

#[test]
fn reserved_word_in_a_path() {
    check(
        "use std.gate.qft;\n",
        &expect![[r#"
            [Q0011] Error: `gate` is a reserved word
               ╭─[ a.qml:1:9 ]
               │
             1 │ use std.gate.qft;
               │         ──┬─
               │           ╰─── a name is expected here
               │
               │ Help: did you mean `std.gates`?
            ───╯
        "#]],
    );
}

#[test]
fn uses_of_a_reserved_word_that_is_declared_as_a_name() {
    check(
        "fn main() {\n    print(apply(1.0));\n    let over = apply(2.0) + 1.0;\n}\n\nfn apply(x: float) -> float { return x; }\n",
        &expect![[r#"
            [Q0011] Error: `over` is a reserved word
               ╭─[ a.qml:3:9 ]
               │
             3 │     let over = apply(2.0) + 1.0;
               │         ──┬─
               │           ╰─── a name is expected here
               │
               │ Help: choose another name, for example `over_`
            ───╯
            [Q0011] Error: `apply` is a reserved word
               ╭─[ a.qml:6:4 ]
               │
             6 │ fn apply(x: float) -> float { return x; }
               │    ──┬──
               │      ╰──── a name is expected here
               │
               │ Help: choose another name, for example `apply_`
            ───╯
        "#]],
    );
}

#[test]
fn brackets_that_stay_open_and_others() {
    check(
        "fn f() {\n    let a = [qubit; 2];\n    let b = [1, 2;\n    let c = g(**a);\n}\n",
        &expect![[r#"
        [Q0018] Error: a register is made by `qubit[n]`
           ╭─[ a.qml:2:19 ]
           │
         2 │     let a = [qubit; 2];
           │                   ┬
           │                   ╰── here
           │
           │ Help: write `let a = qubit[2];`
        ───╯
        [Q0009] Error: expected `]` or `,`, found `;`
           ╭─[ a.qml:3:18 ]
           │
         3 │     let b = [1, 2;
           │             ┬    ┬
           │             ╰─────── to close this
           │                  │
           │                  ╰── expected `]` or `,`
        ───╯
        [Q0018] Error: arguments can't be spread
           ╭─[ a.qml:4:15 ]
           │
         4 │     let c = g(**a);
           │               ─┬
           │                ╰── here
           │
           │ Help: pass the tensor itself: `g(a)`
        ───╯
    "#]],
    );
}

#[test]
fn divisions_with_an_operand_that_is_no_word() {
    check(
        "fn f() {\n    let a = (x + 7 // (2 + y));\n}\nfn g() { print([8 // 2, 3]) }\n",
        &expect![[r#"
        [Q0018] Error: `//` begins a comment
           ╭─[ a.qml:2:20 ]
           │
         2 │     let a = (x + 7 // (2 + y));
           │                    ─┬
           │                     ╰── the rest of this line is not read
           │
           │ Help: floor division is `div(a, b)`; `//` begins a comment
        ───╯
        [Q0018] Error: `//` begins a comment
           ╭─[ a.qml:4:19 ]
           │
         4 │ fn g() { print([8 // 2, 3]) }
           │                   ─┬
           │                    ╰── the rest of this line is not read
           │
           │ Help: floor division is `div(a, b)`; `//` begins a comment
        ───╯
    "#]],
    );
}

#[test]
fn bars_of_closures_and_of_or() {
    check(
        "fn f() {\n    let g = map(|x, y| x + y, xs);\n    let h = || 3;\n    let a = b | c;\n    let d = b || c;\n}\n",
        &expect![[r#"
            [Q0009] Error: expected an expression or `)`, found `|`
               ╭─[ a.qml:2:17 ]
               │
             2 │     let g = map(|x, y| x + y, xs);
               │                ┬┬
               │                ╰─── to close this
               │                 │
               │                 ╰── expected an expression or `)`
               │
               │ Help: there are no closures; declare a `fn`
            ───╯
            [Q0009] Error: expected an expression, found `||`
               ╭─[ a.qml:3:13 ]
               │
             3 │     let h = || 3;
               │             ─┬
               │              ╰── expected an expression
               │
               │ Help: there are no closures; declare a `fn`
            ───╯
            [Q0008] Error: `|` is not part of the language
               ╭─[ a.qml:4:15 ]
               │
             4 │     let a = b | c;
               │               ┬
               │               ╰── here
               │
               │ Help: logical or is written `or`
            ───╯
            [Q0008] Error: `||` is not part of the language
               ╭─[ a.qml:5:15 ]
               │
             5 │     let d = b || c;
               │               ─┬
               │                ╰── here
               │
               │ Help: logical or is written `or`
            ───╯
        "#]],
    );
}

#[test]
fn words_that_recovery_has_put_in_have_no_text() {
    check(
        "fn [()let {\n    let gate = 3;\n    print(gate);\n",
        &expect![[r#"
            [Q0009] Error: expected a name, found `[`
               ╭─[ a.qml:1:4 ]
               │
             1 │ fn [()let {
               │    ┬
               │    ╰── expected a name
            ───╯
            [Q0012] Error: `{` is never closed
               ╭─[ a.qml:1:11 ]
               │
             1 │ fn [()let {
               │           ┬
               │           ╰── opened here
               │
               │ Help: write `}` where its block ends
            ───╯
            [Q0011] Error: `gate` is a reserved word
               ╭─[ a.qml:2:9 ]
               │
             2 │     let gate = 3;
               │         ──┬─
               │           ╰─── a name is expected here
               │
               │ Help: choose another name, for example `gate_`
            ───╯
        "#]],
    );
}
