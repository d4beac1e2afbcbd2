//! The programs on the pages of syntax codes: the first gives the code, the repaired one is right.

use qml_source::{CODES, ExampleKind, FileId};

use crate::parse;

#[test]
fn pages_of_syntax_codes_tell_the_truth() {
    let pages: Vec<_> = CODES.iter().filter(|row| row.code.as_str().starts_with("Q00")).collect();
    assert!(pages.len() >= 18);
    for row in pages {
        for example in row.examples() {
            let diagnostics = parse(FileId(0), example.text).diagnostics;
            let codes: Vec<_> = diagnostics.iter().map(|diagnostic| diagnostic.code).collect();
            match example.kind {
                ExampleKind::Fails => assert!(codes.contains(&row.code), "{}: gives {codes:?}", row.code),
                ExampleKind::Works => assert!(codes.is_empty(), "{}: gives {codes:?}", row.code),
                ExampleKind::Text | ExampleKind::QasmFails | ExampleKind::QasmWorks => {}
            }
        }
    }
}
