//! Whole programs: right ones have no diagnostic, wrong ones those that they should.

use expect_test::{Expect, expect};
use qml_source::{SourceMap, Style, render};

use crate::modules::{SourceModule, UseTarget};
use crate::{Checked, check};

mod library;
mod pages;
mod right;
mod robust;
mod wrong;

/// A standard library in small.
const ANSATZ: &str = "
    /// Rotations and a chain of entanglers.
    gate hardware_efficient[l, n](theta: float[l, 2, n], q: qubit[n]) {
        for k in 0..l {
            ry(theta[k, 0], q);
            rz(theta[k, 1], q);
            for i in 0..n - 1 { cx(q[i], q[i + 1]); }
        }
    }
    gate unused(q: qubit) { x(q); }
";

const CHEM: &str = "
    fn h2(distance: float) -> observable { return distance * Z(0) * Z(1); }
";

fn modules(source: &str) -> (SourceMap, Vec<SourceModule>) {
    let mut sources = SourceMap::default();
    let files = [("main", source), ("std.ansatz", ANSATZ), ("std.chem", CHEM)];
    let parsed = files.map(|(path, text)| {
        let file = sources.add(format!("{path}.qml"), text);
        let parsed = qml_syntax::parse(file, text);
        assert_eq!(parsed.diagnostics, [], "{text}");
        (path.to_owned(), parsed.module)
    });
    let modules = parsed.map(|(path, ast)| {
        let uses = ast.items.iter().filter_map(|item| match &item.kind {
            qml_syntax::ast::ItemKind::Use(item) => Some(target(item)),
            _ => None,
        });
        SourceModule { path, uses: uses.collect(), ast }
    });
    (sources, modules.into())
}

fn target(item: &qml_syntax::ast::Use) -> Option<UseTarget> {
    let segments: Vec<_> = item.path.segments.iter().map(|name| name.text.as_str()).collect();
    let module = match segments.get(1) {
        Some(&"ansatz") => 1,
        Some(&"chem") => 2,
        _ => return None,
    };
    Some(UseTarget { module, last_is_item: segments.len() > 2 })
}

fn checked(source: &str, params: &[(&str, &str)]) -> (SourceMap, Checked) {
    let (sources, modules) = modules(source);
    let params: Vec<_> =
        params.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    let checked = check(&modules, &params, |_| None);
    (sources, checked)
}

/// The program has no diagnostic.
#[track_caller]
fn accept(source: &str) -> Checked {
    let (sources, checked) = checked(source, &[]);
    let shown: String = checked.diagnostics.iter().map(|d| render(d, &sources, Style::default())).collect();
    assert!(checked.diagnostics.is_empty(), "{source}\n{shown}");
    checked
}

/// The program has these diagnostics: code, place, message.
#[track_caller]
fn refuse(source: &str, expected: &Expect) {
    refuse_with(source, &[], expected);
}

#[track_caller]
fn refuse_with(source: &str, params: &[(&str, &str)], expected: &Expect) {
    let (sources, checked) = checked(source, params);
    let mut shown = String::new();
    for diagnostic in &checked.diagnostics {
        let place = diagnostic.primary.as_ref().map_or("", |label| sources.snippet(label.span));
        shown += &format!("{} `{place}` {}\n", diagnostic.code, diagnostic.message);
    }
    expected.assert_eq(&shown);
}

/// A body of `main`.
fn in_main(body: &str) -> String {
    format!("fn main() {{ {body} }}")
}
