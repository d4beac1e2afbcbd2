//! What the formatter makes of each construct.

// Snapshots read best as calls with two arguments.
#![allow(clippy::needless_pass_by_value)]

mod properties;

use expect_test::{Expect, expect};
use qml_source::FileId;

use super::format;

fn formatted(text: &str) -> String {
    match format(FileId(0), text) {
        Ok(formatted) => formatted,
        Err(diagnostics) => panic!("{text}\n{diagnostics:?}"),
    }
}

fn check(text: &str, expected: Expect) {
    let once = formatted(text);
    expected.assert_eq(&once);
    assert_eq!(formatted(&once), once, "a second time");
}

/// Checks statements, without the function around them.
fn check_statements(text: &str, expected: Expect) {
    let once = formatted(&format!("fn f() {{\n{text}\n}}\n"));
    let lines = once.lines().filter(|line| line.starts_with("    ") || line.is_empty());
    let mut inner = String::new();
    for line in lines {
        inner += line.strip_prefix("    ").unwrap_or(line);
        inner += "\n";
    }
    expected.assert_eq(&inner);
    assert_eq!(formatted(&once), once, "a second time");
}

#[test]
fn a_file_ends_in_one_newline() {
    check("", expect![[""]]);
    check("\n\n\n", expect![[""]]);
    check(
        "\u{feff}// only a comment   \n\n",
        expect![[r#"
        // only a comment
    "#]],
    );
    check(
        "\n\nconst N=7;\n\n\n",
        expect![[r#"
        const N = 7;
    "#]],
    );
    check(
        "fn f(){}\r\n\r\n// end\r\n",
        expect![[r#"
        fn f() {}

        // end
    "#]],
    );
}

#[test]
fn items() {
    check(
        "use  std . gates.{ qft,iqft } ;use ./encoder.angle;\n\n\nuse std.chem as chem;\nconst N:int=7;param lr:float=0.05;",
        expect![[r#"
            use std.gates.{qft, iqft};
            use ./encoder.angle;

            use std.chem as chem;
            const N: int = 7;
            param lr: float = 0.05;
        "#]],
    );
    check(
        "struct Empty{}\nstruct Model{w:float[4,2],b:float,}\nstruct Long {\nw:float[4,2], // weights\n\n\n// bias\nb:float}",
        expect![[r#"
            struct Empty {}
            struct Model { w: float[4, 2], b: float }
            struct Long {
                w: float[4, 2], // weights

                // bias
                b: float,
            }
        "#]],
    );
    check(
        "@shots(1000)@quiet kernel ghz [ n ] (n:int)->qubit[n]where n>=2 and n<5{let q=qubit[n];return q;}\ngate g(){}\n/// Docs.\n\n\ntest\"t\"{}",
        expect![[r#"
            @shots(1000)
            @quiet
            kernel ghz[n](n: int) -> qubit[n] where n >= 2 and n < 5 { let q = qubit[n]; return q; }

            gate g() {}

            /// Docs.
            test "t" {}
        "#]],
    );
    check(
        "fn f(k:kernel(float[4])->qubit[2],g:gate(float,qubit),h:fn()->(int,(float)),a:((float[?]))[2**n,div(n,2)],b:int=20)->float[?]{}",
        expect![[r#"
            fn f(
                k: kernel(float[4]) -> qubit[2],
                g: gate(float, qubit),
                h: fn() -> (int, (float)),
                a: ((float[?]))[2 ** n, div(n, 2)],
                b: int = 20
            ) -> float[?] {}
        "#]],
    );
}

#[test]
fn blank_lines() {
    check(
        "// head\n\n\n\n// of the file\nuse a.b;\nconst A = 1;\n\n\nconst B = 2;\nfn f() {\n\n\n    g();\n\n\n\n    // why\n\n    h();\n\n}\n// about g\nfn g() {}\n// end",
        expect![[r#"
            // head

            // of the file
            use a.b;
            const A = 1;

            const B = 2;

            fn f() {
                g();

                // why

                h();
            }

            // about g
            fn g() {}
            // end
        "#]],
    );
}

#[test]
fn statements() {
    check_statements(
        "let  x=1;let y:float=2.0 ;var(a,(b,_)):(int,(int,int))=(1,(2,3));z+=1;m.w[0,1 .. 2].x=3;return;",
        expect![[r#"
            let x = 1;
            let y: float = 2.0;
            var (a, (b, _)): (int, (int, int)) = (1, (2, 3));
            z += 1;
            m.w[0, 1..2].x = 3;
            return;
        "#]],
    );
    check_statements(
        "for i in a-1..b+1{f(i);}\nfor (x,_) in zip(xs,ys){\nf(x);}\nwhile not a{break;}\nif a{}else{}",
        expect![[r#"
            for i in a - 1..b + 1 { f(i); }
            for (x, _) in zip(xs, ys) {
                f(x);
            }
            while not a { break; }
            if a {} else {}
        "#]],
    );
    check_statements(
        "if a{b();}else if c{d();}else{e();}\nif a{b();}\nelse{e();}\nif a { for i in xs { f(i); } }",
        expect![[r#"
            if a { b(); } else if c { d(); } else { e(); }
            if a {
                b();
            } else {
                e();
            }
            if a {
                for i in xs { f(i); }
            }
        "#]],
    );
    check_statements(
        "adjoint  control(a,not b,)power(-k)u(x,q);adjoint{h(q);s(q);}\nwithin{h(q);}apply{z(q[0]);}\nadjoint within{h(q);}\napply{control(a)within{x(b);}apply{z(a);}}",
        expect![[r#"
            adjoint control(a, not b) power(-k) u(x, q);
            adjoint { h(q); s(q); }
            within { h(q); } apply { z(q[0]); }
            adjoint within {
                h(q);
            } apply {
                control(a) within { x(b); } apply { z(a); }
            }
        "#]],
    );
    check_statements(
        "optimize (w,b) with adam(lr:0.05),epochs:40 over (x,y) in batches(xs,16){minimize f(w);}\noptimize m.w with opt,steps:3{let a=m.w;\nmaximize f(a);}",
        expect![[r#"
            optimize (w, b) with adam(lr: 0.05), epochs: 40 over (x, y) in batches(xs, 16) { minimize f(w); }
            optimize m.w with opt, steps: 3 {
                let a = m.w;
                maximize f(a);
            }
        "#]],
    );
    check_statements(
        "optimize w with opt,steps:3,metrics:(accuracy:a(w),loss:b(w),){minimize f(w);}\noptimize weights with adam(lr: 0.05), steps: 40, metrics: (accuracy: accuracy(predicted(weights, points_of_test), classes_of_test), overlap: fidelity(prepared(weights), target())) { minimize f(weights); }",
        expect![[r#"
            optimize w with opt, steps: 3, metrics: (accuracy: a(w), loss: b(w)) { minimize f(w); }
            optimize weights with adam(lr: 0.05),
                steps: 40,
                metrics: (
                    accuracy: accuracy(predicted(weights, points_of_test), classes_of_test),
                    overlap: fidelity(prepared(weights), target()),
                )
            {
                minimize f(weights);
            }
        "#]],
    );
    check_statements(
        "optimize (weights, bias) with adam(lr: 0.05), epochs: 40, patience: 5, checkpoint: \"model.ckpt\" over (xs, ys) in batches((data, labels), 16) { minimize f(w); }",
        expect![[r#"
            optimize (weights, bias) with adam(lr: 0.05),
                epochs: 40,
                patience: 5,
                checkpoint: "model.ckpt"
                over (xs, ys) in batches((data, labels), 16)
            {
                minimize f(w);
            }
        "#]],
    );
}

#[test]
fn expressions() {
    check_statements(
        "f(-x**2+-(-y)- -z,not  not a==b,a@b%c/d,[ ],[1,2,],[0.0;n],( a,b ),x[i,..],x[2 ..],x[..,1..n+1],qubit [ 2*n ]);",
        expect![[r#"
            f(
                -x ** 2 + -(-y) - -z,
                not not a == b,
                a @ b % c / d,
                [],
                [1, 2],
                [0.0; n],
                (a, b),
                x[i, ..],
                x[2..],
                x[.., 1..n + 1],
                qubit[2 * n],
            );
        "#]],
    );
    check_statements(
        "g(over:1,power:f (x)(y)[0].z,\"{ a + b :.3}\",if a then b else if c then d else e,1_000,0x1F,2im);",
        expect![[r#"
            g(over: 1, power: f(x)(y)[0].z, "{ a + b :.3}", if a then b else if c then d else e, 1_000, 0x1F, 2im);
        "#]],
    );
    check_statements(
        "let a=[Z(i)*Z(j)for i in 0..n for j in i+1..n if linked[i,j]];let (v,g)=grad f(m)wrt(m.w,b)using\"adjoint\";",
        expect![[r#"
            let a = [Z(i) * Z(j) for i in 0..n for j in i + 1..n if linked[i, j]];
            let (v, g) = grad f(m) wrt (m.w, b) using "adjoint";
        "#]],
    );
}

#[test]
fn lines_that_are_too_long() {
    check_statements(
        "let result = first_function(the_first_argument, the_second_argument + 1, name: second_function(x, y), other: 3);",
        expect![[r#"
            let result = first_function(
                the_first_argument,
                the_second_argument + 1,
                name: second_function(x, y),
                other: 3,
            );
        "#]],
    );
    check_statements(
        "return 1.0 / r + g * (number_0 + number_1) + u * (number_2 + number_3) + j_gg * number_0 * number_1 + j_uu * number_2;",
        expect![[r#"
            return 1.0 / r + g * (number_0 + number_1) + u * (number_2 + number_3) + j_gg * number_0 * number_1
                + j_uu * number_2;
        "#]],
    );
    check_statements(
        "minimize mean([(score(weights, bias, sample) - label) ** 2 + penalty(weights) for (sample, label) in zip(samples, labels)]);",
        expect![[r#"
            minimize mean([
                (score(weights, bias, sample) - label) ** 2 + penalty(weights)
                for (sample, label) in zip(samples, labels)
            ]);
        "#]],
    );
    check_statements(
        "let numbers = [1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0, 19.0];",
        expect![[r#"
            let numbers = [
                1.0, 2.0, -3.0, 4.0, 5.0, 6.0, 7.0, 8.0, 9.0, 10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 17.0, 18.0,
                19.0,
            ];
        "#]],
    );
    check_statements(
        "let matrix = [[cos(theta / 2.0), -exp(1.0im * lambda) * sin(theta / 2.0)], [exp(1.0im * phi) * sin(theta / 2.0), 1.0]];",
        expect![[r#"
            let matrix = [
                [cos(theta / 2.0), -exp(1.0im * lambda) * sin(theta / 2.0)],
                [exp(1.0im * phi) * sin(theta / 2.0), 1.0],
            ];
        "#]],
    );
    check_statements(
        "let value = if first_condition(x) and second_condition(y) then the_first_value(x, y) else if third then c else the_other_value;",
        expect![[r#"
            let value = if first_condition(x) and second_condition(y)
                then the_first_value(x, y)
                else if third
                then c
                else the_other_value;
        "#]],
    );
    check_statements(
        "let (value, gradient) = grad expect(hamiltonian_of_the_molecule, prepare_the_state(theta_of_all_layers)) wrt theta_of_all_layers;",
        expect![[r#"
            let (value, gradient) = grad expect(hamiltonian_of_the_molecule, prepare_the_state(theta_of_all_layers))
                wrt theta_of_all_layers;
        "#]],
    );
    check_statements(
        "if a_long_condition(of_some_arguments, and_others) and another_one(of_some_arguments, and_others) { do_it(now, or_later); }",
        expect![[r#"
            if a_long_condition(of_some_arguments, and_others) and another_one(of_some_arguments, and_others) {
                do_it(now, or_later);
            }
        "#]],
    );
    check(
        "kernel classify_all_samples[l, n](weights: float[l, 2, n], sample: float[n], bias: float) -> qubit[n] where n >= 2 { return q; }",
        expect![[r#"
            kernel classify_all_samples[l, n](
                weights: float[l, 2, n],
                sample: float[n],
                bias: float
            ) -> qubit[n] where n >= 2 {
                return q;
            }
        "#]],
    );
    check(
        "use std.gates.{first_function, second_function, third_function, fourth_function, fifth_function, sixth_function, a};",
        expect![[r#"
            use std.gates.{
                first_function, second_function, third_function, fourth_function, fifth_function, sixth_function, a
            };
        "#]],
    );
}

#[test]
fn comments_stay_where_they_are() {
    check(
        "fn f() { // after the brace\n    let x = 1;     // set off\n    let long = 2;  // set off\n    g(); // one space\n    h();//none\n    // at the end\n}\n// after\nfn g() {\n// only this\n}",
        expect![[r#"
            fn f() { // after the brace
                let x = 1;     // set off
                let long = 2;  // set off
                g(); // one space
                h(); //none
                // at the end
            }

            // after
            fn g() {
                // only this
            }
        "#]],
    );
    check_statements(
        "f(a, // first\n b // second\n);\nf(// inside\n);\nlet x = [\n// one\n1,\n2 // two\n,3];\nlet y = a // left\n + b\n // own line\n * c;",
        expect![[r#"
            f(
                a, // first
                b, // second
            );
            f( // inside
            );
            let x = [
                // one
                1,
                2, // two
                3,
            ];
            let y = a // left
                + b
                    // own line
                    * c;
        "#]],
    );
    check_statements(
        "if a { b(); } // after\n// before else\nelse { c(); }\nlet // why\nz = 1 // end\n;",
        expect![[r#"
            if a {
                b();
            } // after
            // before else
            else {
                c();
            }
            let // why
            z = 1; // end
        "#]],
    );
    check(
        "fn f(a: int, // first\n// second\nb: int\n// last\n) -> int // result\n{ return a; }\nuse a.{b, // b\nc};\n",
        expect![[r#"
            fn f(
                a: int, // first
                // second
                b: int
                // last
            ) -> int // result
            {
                return a;
            }

            use a.{
                b, // b
                c
            };
        "#]],
    );
}

#[test]
fn documentation_stays_with_its_item() {
    check(
        "const A = 1 /// of B\n;\n/// more of B\nconst B = 2; /// of f\n/// more of f\n@shots(3)\n/// inside\nkernel f() {}",
        expect![[r#"
            const A = 1 /// of B
            ;
            /// more of B
            const B = 2; /// of f

            /// more of f
            @shots(3)
            /// inside
            kernel f() {}
        "#]],
    );
}

#[test]
fn what_has_errors_is_left_alone() {
    let diagnostics = format(FileId(0), "fn f( {}").unwrap_err();
    assert!(!diagnostics.is_empty());
}
