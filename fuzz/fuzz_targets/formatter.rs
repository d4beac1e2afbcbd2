//! What parses is formatted; the tree stays, and formatting twice is formatting once.
#![no_main]

use libfuzzer_sys::{fuzz_mutator, fuzz_target};
use qml_source::FileId;
use qml_syntax::{format, parse};

fuzz_mutator!(|data: &mut [u8], size: usize, max_size: usize, seed: u32| {
    qml_fuzz::edit_program(data, size, max_size, seed)
});

/// The tree without places.
fn tree(text: &str) -> String {
    let debug = format!("{:?}", parse(FileId(0), text).module);
    let mut parts = debug.split("Span {");
    let mut tree = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| tree.push_str(part.split_once('}').map_or("", |(_, rest)| rest)));
    tree
}

fuzz_target!(|text: &str| {
    let Ok(once) = format(FileId(0), text) else { return };
    let twice = format(FileId(0), &once).expect("what the formatter writes parses");
    assert_eq!(once, twice, "not the same a second time");
    assert_eq!(tree(text), tree(&once), "another program");
});
