//! Random kernels with right uses of qubits are accepted; with one fault planted they are refused before anything runs.

use proptest::prelude::*;
use qml_ir::specialise::{specialise, split};
use qml_prelude::Value;
use qml_source::{Diagnostic, SourceMap, Span};

use crate::check;
use crate::modules::SourceModule;

mod disjoint;

/// Statements that are right for all `n >= 4`.
const RIGHT: &[&str] = &[
    "h(q[2]);",
    "cx(q[0], q[3]);",
    "cx(q[0], q[n - 1]);",
    "h(q);",
    "for i in 0..n - 1 { cx(q[i], q[i + 1]); }",
    "for i in 1..n { cx(q[i - 1], q[i]); }",
    "for i in 0..n { cx(q[i], q[(i + 1) % n]); }",
    "for i in 0..n { for j in i + 1..n { cz(q[i], q[j]); } }",
    "for i in 0..n { for j in 0..i { cz(q[i], q[j]); } }",
    "for i in 0..n { for j in 0..n { if i != j { cz(q[i], q[j]); } } }",
    "for i in 0..n { if i + 1 < n { cx(q[i], q[i + 1]); } }",
    "for i in 0..n { if i == n - 1 { break; } cx(q[i], q[i + 1]); }",
    "for i in 0..div(n, 2) { swap(q[2 * i], q[2 * i + 1]); }",
    "for i in 0..div(n, 2) { swap(q[i], q[n - 1 - i]); }",
    "for i in 0..n { ring(q, i); }",
    "cx(q[0..2], q[2..4]);",
    "cx(q[..2], q[n - 2..]);",
    "cx(q[0..3][1], q[2..][0]);",
    "pair(q[1], q[0]);",
    "both(q[1..3]);",
    "nested(q[0..3]);",
    "for i in 0..n - 1 { both(q[i..i + 2]); }",
    "control(q[1]) x(q[0]);",
    "control(q[0..2], not q[3]) { z(q[2]); }",
    "for i in 1..n { control(q[0]) ry(0.1, q[i]); }",
    "control(q[0]) { for i in 1..n { x(q[i]); } }",
    "control(q2) nested(q[1..4]);",
    "adjoint pair(q[0], q[1]);",
    "power(2) { cx(q[2], q[3]); }",
    "within { h(q[0]); cx(q[0], q[1]); } apply { rz(0.3, q[1]); }",
    "for i in n..n { x(q[i]); }",
    "for i in 0..0 { x(q[i - 1]); }",
    "power(0) { h(q[3]); }",
];

/// The same of statements that are for kernels only.
const RIGHT_IN_KERNELS: &[&str] = &[
    "if measure(q[0]) { x(q[1]); }",
    "let bits = measure(q[0..2]); if bits[0] and not bits[1] { cx(q[0], q[1]); }",
    "reset(q[n - 1]);",
    "inner(q[0..3]);",
    "for i in 0..n - 2 { inner(q[i..i + 3]); }",
    "let more = fresh(n); cx(more, q);",
    "if flag { let more = qubit[2]; cx(more[0], more[1]); cx(more, q[0..2]); }",
];

/// Statements that use a qubit twice, for `n = 4` at least.
const TWICE: &[&str] = &[
    "cx(q[2], q[2]);",
    "cx(q[n - 1], q[3]);",
    "cx(q, q);",
    "cx(q, q[1]);",
    "cx(q[0..2], q[1..3]);",
    "cx(q[0..3][2], q[2..][0]);",
    "for i in 0..n { cx(q[i], q[i]); }",
    "for i in 0..n { cx(q[0], q[i]); }",
    "for i in 0..n { for j in i..n { cz(q[i], q[j]); } }",
    "for i in 0..n { for j in 0..n { cz(q[i], q[j]); } }",
    "for i in 0..n { for j in 0..n { if i != j + 1 { cz(q[i], q[j]); } } }",
    "for i in 0..n { cx(q[i], q[(2 * i) % n]); }",
    "for i in 0..n { cx(q[i], q[n - 2]); }",
    "for i in 0..n - 1 { cx(q[i], q[i..i + 2]); }",
    "for i in 1..n { swap(q[i], q[n - i]); }",
    "pair(q[1], q[1]);",
    "cx(q2, q2[1]);",
    "ccx(q[0], q[1], q[0]);",
    "ring(q2, 2); pair(q[1], q[n - 3]);",
    "control(q[1]) x(q[1]);",
    "control(q[0..2]) x(q[1]);",
    "control(q[1], q[1]) x(q[0]);",
    "control(q[1]) { h(q[0]); x(q[1]); }",
    "control(q[1]) { for i in 0..n { x(q[i]); } }",
    "control(q[1]) { control(q[1]) x(q[0]); }",
    "control(q[2]) { within { h(q[0]); } apply { z(q[n - 2]); } }",
    "for i in 0..n { control(q[0]) x(q[i]); }",
    "control(q) both(q[0..2]);",
];

/// Statements with an index out of range, for `n = 4` at least.
const OUTSIDE: &[&str] = &[
    "x(q[n]);",
    "x(q[7]);",
    "x(q[0 - 1]);",
    "x(q[n - 5]);",
    "h(q[2..n + 1]);",
    "h(q[3..2]);",
    "h(q[0..3][3]);",
    "for i in 0..n { cx(q[i], q[i + 1]); }",
    "for i in 0..n { cx(q[i - 1], q[i]); }",
    "for i in 0..n + 1 { x(q[i]); }",
    "for i in 0..n { x(q[2 * i]); }",
    "for i in 0..n { for j in i + 1..n { cz(q[i], q[j + 1]); } }",
    "for i in 0..n { both(q[i..i + 2]); }",
];

/// Statements that use qubits beyond their life, or a second name for them.
const BEYOND: &[&str] = &[
    "if flag { let short = qubit[1]; h(short); } h(short[0]);",
    "for i in 0..2 { let short = qubit[2]; h(short); } cx(short[0], q[0]);",
    "let other = q; h(other);",
    "let other = q[0..2]; h(other);",
    "let both = [q[0], q[1]];",
    "return q; h(q[0]);",
];

/// What may stand around a statement.
const AROUND: &[&str] = &[
    "@",
    "if flag { @ }",
    "if not flag { h(q[0]); } else { @ }",
    "for round in 0..2 { @ }",
    "within { h(q[0]); } apply { @ }",
    "adjoint { @ }",
    "let outcome = measure(q[0]); if outcome { @ }",
];

fn kernel(statements: &[String]) -> String {
    format!(
        "gate pair(a: qubit, b: qubit) {{ cx(a, b); }}
gate both(r: qubit[2]) {{ cx(r[0], r[1]); }}
gate nested(r: qubit[3]) {{ both(r[0..2]); adjoint both(r[1..]); }}
gate ring[m](r: qubit[m], i: int) where m >= 2 {{ pair(r[i % m], r[(i + 1) % m]); }}
kernel inner(r: qubit[3]) {{ nested(r); if measure(r[0]) {{ x(r[2]); }} }}
kernel fresh(m: int) -> qubit[m] {{ let r = qubit[m]; h(r); return r; }}
kernel k(n: int, flag: bool) -> qubit[n] where n >= 4 {{
    let q = qubit[n];
    let q2 = qubit[2];
    {}
    return q;
}}
fn main() {{ print(probs(k(4, true))); }}",
        statements.join("\n    ")
    )
}

/// What is said of a kernel when it is checked, else when it is specialised.
fn said(source: &str) -> Vec<Diagnostic> {
    said_for(source, &[Value::Int(4), Value::Bool(true)])
}

/// The same for other arguments.
fn said_for(source: &str, args: &[Value]) -> Vec<Diagnostic> {
    let mut sources = SourceMap::default();
    let file = sources.add("main.qml", source);
    let parsed = qml_syntax::parse(file, source);
    assert!(parsed.diagnostics.is_empty(), "{source}\n{:?}", parsed.diagnostics);
    let modules = [SourceModule { path: "main".into(), ast: parsed.module, uses: Vec::new() }];
    let checked = check(&modules, &[], |_| None);
    if !checked.diagnostics.is_empty() {
        return checked.diagnostics;
    }
    let module = super::lower(&checked.program, &sources);
    let (args, _) = split(args);
    specialise(&module, &[], module.find("main.k").unwrap(), &args).err().into_iter().collect()
}

fn spans(diagnostic: &Diagnostic) -> Vec<Span> {
    diagnostic.primary.iter().chain(&diagnostic.secondary).map(|label| label.span).collect()
}

fn statement() -> impl Strategy<Value = String> {
    let anywhere = (prop::sample::select(RIGHT), prop::sample::select(AROUND))
        .prop_map(|(statement, around)| around.replace('@', statement));
    prop_oneof![3 => anywhere, 1 => prop::sample::select(RIGHT_IN_KERNELS).prop_map(str::to_owned)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn right_kernels_are_accepted(statements in prop::collection::vec(statement(), 1..6)) {
        let source = kernel(&statements);
        let said = said(&source);
        prop_assert!(said.is_empty(), "{source}\n{said:?}");
    }

    #[test]
    fn a_fault_is_refused(
        mut statements in prop::collection::vec(statement(), 0..4),
        (kind, twice, outside) in (any::<bool>(), prop::sample::select(TWICE), prop::sample::select(OUTSIDE)),
        around in prop::sample::select(AROUND),
        place in any::<prop::sample::Index>(),
    ) {
        let is_twice = kind;
        let fault = if is_twice { twice } else { outside };
        let planted = around.replace('@', fault);
        statements.insert(place.index(statements.len() + 1), planted.clone());
        let source = kernel(&statements);
        let said = said(&source);
        prop_assert!(!said.is_empty(), "{source}");
        let start = source.find(&planted).unwrap() as u32;
        let end = start + planted.len() as u32;
        let declared = source.find("q = qubit[n]").unwrap() as u32;
        for diagnostic in &said {
            let spans = spans(diagnostic);
            let is_register = |span: &Span| (declared..declared + 12).contains(&span.start);
            let is_planted = |span: &Span| start <= span.start && span.end <= end;
            prop_assert!(spans.iter().all(|span| is_planted(span) || is_register(span)), "{source}\n{said:?}");
            // Both uses are shown, or the index and the register: each as a place of its own.
            let mut places: Vec<_> = spans.iter().map(|span| (span.start, span.end)).collect();
            places.dedup();
            prop_assert!(places.len() >= 2, "{source}\n{said:?}");
            prop_assert!(is_twice || spans.iter().any(is_register) || fault.contains("]["), "{source}\n{said:?}");
        }
    }
}

#[test]
fn each_fault_is_refused() {
    for fault in TWICE.iter().chain(OUTSIDE) {
        for around in AROUND {
            let source = kernel(&[around.replace('@', fault)]);
            assert!(!said(&source).is_empty(), "{source}");
        }
    }
    for fault in BEYOND {
        let source = kernel(&[(*fault).to_owned()]);
        let said = said(&source);
        assert!(!said.is_empty(), "{source}");
        assert!(said.iter().any(|diagnostic| spans(diagnostic).len() >= 2), "{source}\n{said:?}");
    }
}
