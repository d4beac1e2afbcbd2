//! The checker's verdicts on two operands, held against brute force over all small sizes and all rounds.

use proptest::prelude::*;
use qml_prelude::Value;
use qml_source::SourceMap;

use super::said_for;
use crate::check;
use crate::claim::Claim;
use crate::modules::SourceModule;

/// Sizes up to here are tried.
const LARGEST: i64 = 8;

/// `c + a n + b i + d j`, or that `% n`.
#[derive(Clone, Copy, Debug)]
struct Index {
    terms: [i64; 4],
    wraps: bool,
}

impl Index {
    fn text(&self) -> String {
        let [c, n, i, j] = self.terms;
        let mut sum = c.to_string();
        for (scale, name) in [(n, "n"), (i, "i"), (j, "j")] {
            match scale {
                0 => {}
                1 => sum += &format!(" + {name}"),
                -1 => sum += &format!(" - {name}"),
                _ => sum += &format!(" + {scale} * {name}"),
            }
        }
        if self.wraps { format!("({sum}) % n") } else { sum }
    }

    fn value(&self, n: i64, i: i64, j: i64) -> i64 {
        let [c, a, b, d] = self.terms;
        let sum = c + a * n + b * i + d * j;
        if self.wraps { sum.rem_euclid(n) } else { sum }
    }
}

/// `for i in 0..n + e { for j in f + g i..n { if i != j { two(q[a..a + k], q[b..b + l]); } } }`
#[derive(Clone, Debug)]
struct Program {
    least: i64,
    end: i64,
    inner: (i64, i64),
    is_unequal: bool,
    form: Form,
    a: Index,
    b: Index,
}

#[derive(Clone, Copy, Debug)]
enum Form {
    Gate,
    Control,
    Slices(i64, i64),
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Outcome {
    Right,
    Twice,
    Outside,
}

impl Program {
    fn source(&self) -> String {
        let (a, b) = (self.a.text(), self.b.text());
        let call = match self.form {
            Form::Gate => format!("cx(q[{a}], q[{b}]);"),
            Form::Control => format!("control(q[{a}]) x(q[{b}]);"),
            Form::Slices(k, l) => format!("two(q[{a}..{a} + {k}], q[{b}..{b} + {l}]);"),
        };
        let call = if self.is_unequal { format!("if i != j {{ {call} }}") } else { call };
        format!(
            "gate two[a, b](x: qubit[a], y: qubit[b]) {{ h(x); h(y); }}
             kernel k(n: int) -> qubit[n] where n >= {} {{
                 let q = qubit[n];
                 for i in 0..n + {} {{ for j in {} + {} * i..n {{ {call} }} }}
                 return q;
             }}
             fn main() {{ print(probs(k(4))); }}",
            self.least, self.end, self.inner.0, self.inner.1
        )
    }

    /// What is so in each round that runs, for a size.
    fn rounds(&self, n: i64) -> Vec<Outcome> {
        let counters =
            (0..n + self.end).flat_map(|i| (self.inner.0 + self.inner.1 * i..n).map(move |j| (i, j)));
        counters.filter(|(i, j)| !self.is_unequal || i != j).map(|(i, j)| self.round(n, i, j)).collect()
    }

    fn round(&self, n: i64, i: i64, j: i64) -> Outcome {
        let (a, b) = (self.a.value(n, i, j), self.b.value(n, i, j));
        let (a_end, b_end) = match self.form {
            Form::Slices(k, l) => (a + k, b + l),
            _ => (a + 1, b + 1),
        };
        if a < 0 || b < 0 || a_end > n || b_end > n {
            Outcome::Outside
        } else if a < b_end && b < a_end && a < a_end && b < b_end {
            Outcome::Twice
        } else {
            Outcome::Right
        }
    }
}

fn index() -> impl Strategy<Value = Index> {
    let common = prop_oneof![
        3 => (-1i64..3, Just(0i64), Just(1i64), Just(0i64)),
        2 => (-1i64..2, Just(0i64), Just(0i64), Just(1i64)),
        1 => (-2i64..1, Just(1i64), Just(-1i64), Just(0i64)),
        1 => (0i64..3, Just(0i64), Just(2i64), Just(0i64)),
        1 => (-2i64..3, 0i64..2, -1i64..2, -1i64..2),
    ];
    (common, prop::bool::weighted(0.3)).prop_map(|((c, n, i, j), wraps)| Index { terms: [c, n, i, j], wraps })
}

fn program() -> impl Strategy<Value = Program> {
    let form = prop_oneof![2 => Just(Form::Gate), 1 => Just(Form::Control), 2 => (0i64..3, 0i64..3).prop_map(|(k, l)| Form::Slices(k, l))];
    ((1i64..5, -2i64..1), (-1i64..2, 0i64..2), any::<bool>(), form, index(), index()).prop_map(
        |((least, end), inner, is_unequal, form, a, b)| Program { least, end, inner, is_unequal, form, a, b },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn verdicts_agree_with_brute_force(program in program()) {
        let source = program.source();
        let mut sources = SourceMap::default();
        let file = sources.add("main.qml", source.as_str());
        let parsed = qml_syntax::parse(file, &source);
        prop_assert!(parsed.diagnostics.is_empty(), "{source}");
        let modules = [SourceModule { path: "main".into(), ast: parsed.module, uses: Vec::new() }];
        let checked = check(&modules, &[], |_| None);
        let outcomes: Vec<_> = (program.least..=LARGEST).map(|n| (n, program.rounds(n))).collect();
        // What is called proved has no counterexample.
        let proved = |is_meant: fn(&Claim) -> bool| {
            let mut claims = checked.program.verdicts.iter().filter(|verdict| is_meant(&verdict.claim)).peekable();
            claims.peek().is_some() && claims.all(|verdict| verdict.is_proved)
        };
        for (n, outcomes) in &outcomes {
            let is_different = proved(|claim| matches!(claim, Claim::Different(..)));
            prop_assert!(!(is_different && outcomes.contains(&Outcome::Twice)), "n = {n}\n{source}");
            let is_inside = proved(|claim| matches!(claim, Claim::InRange(_)));
            let n_inside = checked.program.verdicts.iter().filter(|verdict| matches!(verdict.claim, Claim::InRange(_))).count();
            prop_assert!(!(is_inside && n_inside == 2 && outcomes.contains(&Outcome::Outside)), "n = {n}\n{source}");
        }
        // What is refused is wrong for a size.
        for diagnostic in &checked.diagnostics {
            let wanted = if diagnostic.code.to_string() == "Q0306" { Outcome::Outside } else { Outcome::Twice };
            prop_assert!(outcomes.iter().any(|(_, outcomes)| outcomes.contains(&wanted)), "{diagnostic:?}\n{source}");
        }
        // What isn't refused is found when the kernel is specialised, and nothing else is.
        if checked.diagnostics.is_empty() {
            for n in program.least..6 {
                let said = said_for(&source, &[Value::Int(n)]);
                let is_right = program.rounds(n).iter().all(|outcome| *outcome == Outcome::Right);
                prop_assert_eq!(said.is_empty(), is_right, "n = {}\n{}\n{:?}", n, source, said);
            }
        }
    }
}

/// The uses of the language's description are proved when they are checked, not left for later.
#[test]
fn common_uses_are_proved() {
    for body in [
        "for i in 0..n - 1 { cx(q[i], q[i + 1]); }",
        "for i in 1..n { cx(q[i - 1], q[i]); }",
        "for i in 0..n { cx(q[i], q[(i + 1) % n]); }",
        "for i in 0..n { cx(q[(i + n - 1) % n], q[i]); }",
        "for i in 0..n { for j in i + 1..n { cx(q[i], q[j]); } }",
        "for i in 0..n { for j in 0..n { if i != j { cx(q[i], q[j]); } } }",
        "for i in 0..div(n, 2) { swap(q[i], q[n - 1 - i]); }",
        "for i in 0..div(n, 2) { cx(q[2 * i], q[2 * i + 1]); }",
        "for i in 0..n { if i % 2 == 0 and i + 1 < n { cx(q[i], q[i + 1]); } }",
        "for k in 1..n { two(q[0..k], q[k..]); }",
        "for i in 0..n - 1 { control(q[0..i + 1]) x(q[i + 1]); }",
        "for i in 1..n { control(q[0], not q2[0]) { within { h(q[i]); } apply { x(q[i]); } } }",
        "two(q, q2);",
    ] {
        let source = format!(
            "gate two[a, b](x: qubit[a], y: qubit[b]) {{ h(x); h(y); }}
             kernel k(n: int) -> qubit[n] where n >= 2 {{
                 let q = qubit[n];
                 let q2 = qubit[2];
                 {body}
                 return q;
             }}"
        );
        let mut sources = SourceMap::default();
        let file = sources.add("main.qml", source.as_str());
        let parsed = qml_syntax::parse(file, &source);
        let modules = [SourceModule { path: "main".into(), ast: parsed.module, uses: Vec::new() }];
        let checked = check(&modules, &[], |_| None);
        assert!(checked.diagnostics.is_empty(), "{body}\n{:?}", checked.diagnostics);
        let claims = &checked.program.verdicts;
        assert!(claims.iter().any(|verdict| matches!(verdict.claim, Claim::Different(..))), "{body}");
        let open: Vec<_> = claims.iter().filter(|verdict| !verdict.is_proved).collect();
        assert!(open.is_empty(), "{body}\n{open:?}");
    }
}
