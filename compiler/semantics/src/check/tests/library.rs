//! The standard library and the examples check.

use std::fs;
use std::path::Path;

use qml_source::{SourceMap, Style, render};
use qml_syntax::ast::ItemKind;

use crate::check;
use crate::modules::{SourceModule, UseTarget};

/// The files of a folder at the root of the project, by name.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(folder);
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let sources = paths.filter(|path| path.extension().is_some_and(|extension| extension == "qml"));
    let mut files: Vec<_> = sources
        .map(|path| {
            (path.file_stem().unwrap().to_string_lossy().into_owned(), fs::read_to_string(&path).unwrap())
        })
        .collect();
    files.sort();
    files
}

fn diagnostics_of(name: &str, text: &str, library: &[(String, String)]) -> String {
    let mut sources = SourceMap::default();
    let all = std::iter::once((name, text))
        .chain(library.iter().map(|(name, text)| (name.as_str(), text.as_str())));
    let modules: Vec<_> = all
        .map(|(name, text)| {
            let parsed = qml_syntax::parse(sources.add(name, text), text);
            assert_eq!(parsed.diagnostics, [], "{name}");
            let uses = parsed.module.items.iter().filter_map(|item| match &item.kind {
                ItemKind::Use(item) => Some(&item.path.segments),
                _ => None,
            });
            let uses = uses.map(|segments| {
                let found = library.iter().position(|(name, _)| *name == segments[1].text);
                found.map(|i| UseTarget { module: i + 1, last_is_item: segments.len() > 2 })
            });
            SourceModule { path: format!("std.{name}"), uses: uses.collect(), ast: parsed.module }
        })
        .collect();
    let checked = check(&modules, &[], |_| None);
    checked.diagnostics.iter().map(|d| render(d, &sources, Style::default())).collect()
}

#[test]
fn the_standard_library_checks() {
    let library = files("stdlib");
    assert!(!library.is_empty());
    for (name, text) in &library {
        assert_eq!(diagnostics_of(name, text, &library), "", "std/{name}.qml");
    }
}

#[test]
fn the_examples_check() {
    let library = files("stdlib");
    let examples = files("examples");
    assert!(!examples.is_empty());
    for (name, text) in &examples {
        assert_eq!(diagnostics_of(name, text, &library), "", "examples/{name}.qml");
    }
}
