use std::path::Path;

use expect_test::{Expect, expect};
use qml_ir::specialise::Argument;

use super::*;
use crate::Files;

/// One file of source, and one of data.
struct Texts<'a>(&'a str);

impl Files for Texts<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        match path.to_str() {
            Some("a.qml") => Ok(self.0.to_owned()),
            Some("xs.csv") => Ok("a,b,c\n1.0,2.0,3.0\n4.0,5.0,6.0\n".to_owned()),
            _ => Err("there is no such file".to_owned()),
        }
    }
}

const KERNELS: &str = "
kernel layer[n](w: float[n]) -> qubit[n] { let q = qubit[n]; ry(w, q); return q; }
kernel steps(k: int, t: float) -> qubit { let q = qubit[1]; for i in 0..k { rx(t, q); } return q[0]; }
";

/// The kernel calls that `main` determines, those that it leaves open, and shots.
fn check(main: &str, expected: &Expect) {
    let text = format!("{KERNELS}fn main() {{\n{main}\n}}\n");
    let compilation = crate::compile(&Texts(&text), Path::new("a.qml"), &[]);
    let errors: Vec<_> = compilation.diagnostics.iter().filter(|d| d.is_error()).collect();
    assert_eq!(errors, Vec::<&Diagnostic>::new(), "{text}");
    let module = compilation.module.as_ref().unwrap();
    let survey = &compilation.survey;
    let mut lines: Vec<String> = Vec::new();
    for call in &survey.calls {
        let args: Vec<String> = call.key.args.iter().map(argument).collect();
        lines.push(format!("{}({})", short(&module.function(call.key.kernel).name), args.join(", ")));
    }
    lines.extend(survey.open.iter().map(|open| format!("{} is open", short(&module.function(open.0).name))));
    lines.extend(survey.shots.iter().map(|shots| format!("{} shots", shots.0)));
    if !survey.is_complete {
        lines.push("and more".to_owned());
    }
    expected.assert_eq(&lines.join("\n"));
}

fn argument(argument: &Argument) -> String {
    match argument {
        Argument::Int(k) => k.to_string(),
        Argument::Float => "float".to_owned(),
        Argument::Floats(shape) => format!("float{shape:?}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn sizes_follow_from_literals_and_random_shapes() {
    check("print(probs(layer([0.1, 0.2])));", &expect!["layer(float[2])"]);
    check(
        "print(probs(layer(normal(0.0, 1.0, 4)), shots: 50));",
        &expect![[r#"
        layer(float[4])
        50 shots"#]],
    );
}

#[test]
fn loops_are_followed_turn_by_turn() {
    check(
        "for k in 1..4 { print(expect(Z(0), steps(k, 0.1))); }",
        &expect![[r#"
        steps(1, float)
        steps(2, float)
        steps(3, float)"#]],
    );
    check(
        "var k = 1; while k < 5 { print(expect(Z(0), steps(k, 0.1))); k = 2 * k; }",
        &expect![[r#"
        steps(1, float)
        steps(2, float)
        steps(4, float)"#]],
    );
}

#[test]
fn both_sides_of_an_open_branch_are_followed() {
    check(
        "let e = expect(Z(0), steps(1, 0.1));
        let k = if e > 0.0 then 2 else 3;
        if e > 0.5 { print(expect(Z(0), steps(7, e))); } else { print(expect(Z(0), steps(8, e))); }
        print(expect(Z(0), steps(k, e)));",
        &expect![[r#"
            steps(1, float)
            steps(7, float)
            steps(8, float)
            steps is open"#]],
    );
}

#[test]
fn training_loops_keep_their_shapes() {
    check(
        "var w = normal(0.0, 0.1, 3);
        let xs = uniform(0.0, 1.0, [1000, 3]);
        optimize w with adam(lr: 0.1), epochs: 400 over x in batches(xs, 7) {
            minimize mean([expect(Z(0) * Z(1) * Z(2), layer(w + x)) for x in x]);
        }
        print(probs(layer(w)));",
        &expect!["layer(float[3])"],
    );
}

#[test]
fn data_are_read() {
    check(
        "let xs = read_csv(\"xs.csv\"); print([expect(Z(0), layer(x)) for x in xs]);",
        &expect!["layer(float[3])"],
    );
    check(
        "let xs = read_csv(\"no.csv\"); print([expect(Z(0), layer(x)) for x in xs]);",
        &expect!["layer is open"],
    );
}

#[test]
fn random_sizes_are_open() {
    check("print(expect(Z(0), steps(random_int(1, 5), 0.1)));", &expect!["steps is open"]);
    check("print(expect(Z(0), layer(zeros(random_int(1, 5)))));", &expect!["layer is open"]);
}

#[test]
fn long_loops_end() {
    check(
        "var x = 0.0; for i in 0..100000000 { x = x + 1.0; } print(expect(Z(0), steps(2, x)));",
        &expect!["steps(2, float)"],
    );
    check(
        "var k = 0; while k < 100000000 { k = k + 1; } print(expect(Z(0), steps(k, 0.1)));",
        &expect!["steps is open"],
    );
}

#[test]
fn kernels_without_a_call_are_told() {
    let text =
        format!("{KERNELS}kernel pair() -> qubit[2] {{ return qubit[2]; }}\nfn main() {{ print(1); }}\n");
    let compilation = crate::compile(&Texts(&text), Path::new("a.qml"), &[]);
    let known = known(&compilation, compilation.module.as_ref().unwrap());
    let names: Vec<_> = known.circuits.iter().map(|known| known.circuit.name.as_str()).collect();
    assert_eq!(names, ["pair"]);
    let said: Vec<_> = known.diagnostics.iter().map(|d| d.message.as_str()).collect();
    assert_eq!(said.len(), 2, "{said:?}");
    assert!(
        said[0].starts_with("`layer` was not checked") && said[1].starts_with("`steps` was not checked"),
        "{said:?}"
    );
}
