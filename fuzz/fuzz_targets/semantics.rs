//! Any program is compiled, or something is said of it, with a place.
#![no_main]

use std::path::Path;

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use qml_fuzz::{NAME, Only};
use qml_source::{Diagnostic, Style, render};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    qml_fuzz::edit_program(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    let compilation = qml_driver::compile(&Only(text), Path::new(NAME), &[]);
    let has_error = compilation.diagnostics.iter().any(Diagnostic::is_error);
    assert_eq!(compilation.module.is_none(), has_error, "nothing said, or said too much");
    for diagnostic in compilation.diagnostics.iter().take(5) {
        assert!(diagnostic.primary.is_some(), "{diagnostic:?}");
        assert!(!render(diagnostic, &compilation.sources, Style { color: false }).is_empty());
    }
    if let Some(module) = &compilation.module {
        if let Err(broken) = module.validate() {
            panic!("{broken}");
        }
    }
});
