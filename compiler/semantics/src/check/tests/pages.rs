//! The pages of the codes: the first program of each has its error, the second none.

use qml_source::{CODES, ExampleKind};

use super::checked;

#[test]
fn examples_of_the_pages() {
    let mut n_examples = 0;
    let mut wrong = String::new();
    for row in CODES.iter().filter(|row| is_ours(row.code.as_str())) {
        for example in row.examples() {
            n_examples += 1;
            // The standard library of these tests has no more than they need.
            let text = example.text.replace("std.gates", "std.ansatz").replace("qft", "hardware_efficient");
            let codes: Vec<_> = match example.kind {
                ExampleKind::Text | ExampleKind::QasmFails | ExampleKind::QasmWorks => continue,
                _ => checked(&text, &[]).1.diagnostics.iter().map(|d| d.code.as_str()).collect(),
            };
            let is_right = match example.kind {
                ExampleKind::Fails => codes.contains(&row.code.as_str()),
                _ => codes.is_empty(),
            };
            if !is_right {
                wrong += &format!("{}: {codes:?}\n{}\n", row.code, example.text);
            }
        }
    }
    assert!(n_examples > 100);
    assert_eq!(wrong, "");
}

/// Codes that the checker gives; others of these ranges come from later stages.
fn is_ours(code: &str) -> bool {
    let number: u32 = code[1..].parse().unwrap();
    matches!(number, 101..=116 | 201..=299 | 301..=399 | 401..=416 | 501..=513)
}
