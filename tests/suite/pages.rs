//! The pages of the codes: what each shows as wrong gives its code and no other, what it shows as right gives none.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_source::{CODES, ExampleKind};

use crate::suite::messages::{Text, compile_and_run_until};
use crate::suite::tool::{Folder, root};

/// What is wrong with an example, if something is.
fn fault(code: &str, kind: ExampleKind, text: &str, folder: &Path) -> Option<String> {
    if !matches!(kind, ExampleKind::Fails | ExampleKind::Works) {
        return None;
    }
    // As if Ctrl-C had been pressed at once, where that is what the page is about.
    let is_interrupted = code == "Q0699" && kind == ExampleKind::Fails;
    let text_of = Text { folder, name: "example.qml", text };
    let said = compile_and_run_until(&text_of, &Arc::new(AtomicBool::new(is_interrupted)));
    let expected: &[&str] = if kind == ExampleKind::Fails { &[code] } else { &[] };
    let found: BTreeSet<_> = said.codes().into_iter().collect();
    let is_right = found.iter().eq(expected);
    (!is_right)
        .then(|| format!("{code}: {expected:?} is expected, {found:?} is said\n{text}{}\n", said.text()))
}

#[test]
fn examples_do_what_their_pages_say() {
    let folder = Folder::new();
    let mut faults = Vec::new();
    let mut n_programs = 0;
    for row in CODES {
        for example in row.examples() {
            n_programs += usize::from(matches!(example.kind, ExampleKind::Fails | ExampleKind::Works));
            faults.extend(fault(row.code.as_str(), example.kind, example.text, folder.path()));
        }
    }
    assert!(n_programs > 200, "only {n_programs} programs");
    assert!(faults.is_empty(), "{} wrong examples:\n{}", faults.len(), faults.concat());
}

#[test]
fn a_wrong_example_is_noticed() {
    let folder = Folder::new();
    let (right, wrong) = ("fn main() { print(1); }\n", "fn main() { print(y1); }\n");
    assert_eq!(fault("Q0101", ExampleKind::Fails, wrong, folder.path()), None);
    assert_eq!(fault("Q0101", ExampleKind::Works, right, folder.path()), None);
    for (code, kind, text) in [
        ("Q0101", ExampleKind::Fails, right),
        ("Q0101", ExampleKind::Works, wrong),
        ("Q0102", ExampleKind::Fails, wrong),
        ("Q0101", ExampleKind::Fails, "fn main() { print(y1); f1(); }\n"),
        ("Q0605", ExampleKind::Works, "fn main() { var i = 3; i += 1; print([1, 2][i]); }\n"),
        ("Q0608", ExampleKind::Works, "test \"wrong\" { assert(1 > 2); }\n"),
    ] {
        assert!(fault(code, kind, text, folder.path()).is_some(), "{code} {text}");
    }
}

#[test]
fn every_code_is_said_somewhere() {
    let mut used = BTreeSet::new();
    for folder in ["src", "compiler", "runtime"] {
        collect_codes(&root().join(folder), &mut used);
    }
    let unused: Vec<_> =
        CODES.iter().map(|row| row.code.as_str()).filter(|code| !used.contains(*code)).collect();
    assert!(unused.is_empty(), "no source says {unused:?}");
}

/// The codes named in the Rust files below a folder, tests left out.
fn collect_codes(folder: &Path, used: &mut BTreeSet<String>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() {
            if name != "tests" && name != "target" {
                collect_codes(&path, used);
            }
        } else if path.extension().is_some_and(|extension| extension == "rs") && name != "tests.rs" {
            let text = std::fs::read_to_string(path).unwrap();
            let codes = text.split("Code::Q").skip(1).map(|rest| &rest[..rest.len().min(4)]);
            used.extend(codes.map(|digits| format!("Q{digits}")));
        }
    }
}
