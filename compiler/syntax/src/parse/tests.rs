//! Right programs: every construct of the grammar parses.

use qml_source::FileId;

use super::parse;
use crate::ast::ItemKind;

/// The right programs of this crate, by name.
pub(crate) const CORPUS: &[(&str, &str)] = &[
    ("first_program.qml", include_str!("../corpus/first_program.qml")),
    ("items.qml", include_str!("../corpus/items.qml")),
    ("statements.qml", include_str!("../corpus/statements.qml")),
    ("expressions.qml", include_str!("../corpus/expressions.qml")),
];

#[test]
fn every_construct_parses() {
    for (name, text) in CORPUS {
        let parsed = parse(FileId(0), text);
        let messages: Vec<_> = parsed
            .diagnostics
            .iter()
            .map(|d| (&d.message, d.primary.as_ref().map(|p| &text[p.span.start as usize..])))
            .collect();
        assert!(messages.is_empty(), "{name}: {messages:?}");
        assert!(parsed.module.items.len() >= 2, "{name}");
        assert!(parsed.module.items.iter().all(|item| !matches!(item.kind, ItemKind::Broken(_))), "{name}");
    }
}
