//! Any text falls into words, in order, inside the text.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    qml_fuzz::edit_program(data, size, max_size, seed)
});

fuzz_target!(|text: &str| {
    let mut end = 0;
    for word in qml_syntax::lex(text) {
        assert!(end <= word.start && word.start < word.end, "{word:?}");
        assert!(text.get(word.start..word.end).is_some(), "{word:?}");
        end = word.end;
    }
});
