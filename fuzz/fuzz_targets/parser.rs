//! Any text gives a tree, and messages with places inside the text.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use qml_source::{SourceMap, Style, render};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    qml_fuzz::edit_program(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    let mut sources = SourceMap::default();
    let file = sources.add(qml_fuzz::NAME, text);
    let parsed = qml_syntax::parse(file, text);
    for diagnostic in &parsed.diagnostics {
        let span = diagnostic.primary.as_ref().expect("no message without a place").span;
        assert!(text.get(span.start as usize..span.end as usize).is_some(), "{diagnostic:?}");
    }
    for diagnostic in parsed.diagnostics.iter().take(3) {
        assert!(!render(diagnostic, &sources, Style { color: false }).is_empty());
    }
});
