//! Every signature of the table can be read.

use qml_prelude::BUILTINS;

use super::signature::{self, Dim, Pattern};

#[test]
fn each_signature_reads() {
    let signatures: Vec<_> = BUILTINS.iter().flat_map(|row| row.signatures).collect();
    assert!(signatures.len() > 100);
    for text in signatures {
        let read = signature::read(text);
        assert_eq!(read.parameters.is_empty(), text.contains("()"), "{text}");
    }
}

#[test]
fn placeholders() {
    let read = signature::read("maximum(x: int[..s], y: num[m, ..t], seed?: int) -> int[..s & ..t]");
    assert!(read.parameters[2].is_optional);
    let Some(Pattern::Tensor(_, dims)) = read.result else { panic!("no tensor") };
    assert_eq!(dims, [Dim::Broadcast("s", "t")]);
}
