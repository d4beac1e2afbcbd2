//! What holds for any program: formatting twice is formatting once, the tree stays, all comments stay, in order.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use proptest::prelude::*;
use qml_source::{CODES, ExampleKind, FileId};

use super::formatted;
use crate::format::words::words;
use crate::{lex, parse};

/// The tree without places.
fn tree(text: &str) -> String {
    let parsed = parse(FileId(0), text);
    assert!(parsed.diagnostics.is_empty(), "{text}\n{:?}", parsed.diagnostics);
    let debug = format!("{:?}", parsed.module);
    let mut parts = debug.split("Span {");
    let mut tree = parts.next().unwrap_or_default().to_owned();
    parts.for_each(|part| tree.push_str(part.split_once('}').unwrap().1));
    tree
}

fn comments(text: &str) -> Vec<String> {
    let words = words(text);
    let all = words.iter().flat_map(|word| word.leading.iter().chain(&word.trailing));
    all.map(|comment| comment.text.to_owned()).collect()
}

/// Formats and checks what must hold.
fn check(text: &str) {
    let once = formatted(text);
    let twice = formatted(&once);
    assert!(twice == once, "not the same a second time:\n{text}\n---- once\n{once}\n---- twice\n{twice}");
    assert_eq!(tree(&once), tree(text), "\n{text}\n----\n{once}");
    assert_eq!(comments(&once), comments(text), "\n{text}\n----\n{once}");
    assert!(once.is_empty() || once.ends_with('\n') && !once.ends_with("\n\n"), "{once}");
    for line in once.lines() {
        assert_eq!(line, line.trim_end(), "space at the end of a line");
    }
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The programs below a folder, by path.
fn collect(folder: &Path, programs: &mut Vec<(PathBuf, String)>) {
    let mut entries: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            collect(&path, programs);
        } else if path.extension().is_some_and(|extension| extension == "qml") {
            let text = fs::read_to_string(&path).unwrap();
            programs.push((path, text));
        }
    }
}

/// Every right program of the repository: files, and examples on the pages of codes.
static PROGRAMS: LazyLock<Vec<String>> = LazyLock::new(|| {
    let mut files = Vec::new();
    collect(&root(), &mut files);
    let pages = CODES.iter().flat_map(qml_source::CodeInfo::examples);
    let examples =
        pages.filter(|example| example.kind != ExampleKind::Text).map(|example| example.text.to_owned());
    let all = files.into_iter().map(|(_, text)| text).chain(examples);
    all.filter(|text| parse(FileId(0), text).diagnostics.is_empty()).collect()
});

#[test]
fn every_program_of_the_repository() {
    assert!(PROGRAMS.len() > 100);
    PROGRAMS.iter().for_each(|text| check(text));
}

#[test]
fn examples_and_standard_library_are_formatted() {
    let mut programs = Vec::new();
    collect(&root().join("examples"), &mut programs);
    collect(&root().join("stdlib"), &mut programs);
    assert!(programs.len() > 8);
    for (path, text) in programs {
        assert!(formatted(&text) == text, "run `qmlang fmt {}`", path.display());
    }
}

#[test]
fn deep_programs_have_enough_stack() {
    let n = 120;
    let nested = |before: &str, after: &str| format!("const A = {}1{};", before.repeat(n), after.repeat(n));
    let texts = [
        nested("f(", ")"),
        nested("[", "]"),
        nested("(2 + ", ")"),
        nested("-", ""),
        nested("if a then 1 else ", ""),
    ];
    texts.iter().for_each(|text| check(text));
    check(&format!("fn f() {{ {}{} }}", "if a { ".repeat(n), "}".repeat(n)));
}

/// What may stand between any two words.
const GAPS: &[&str] = &[
    " ",
    "\n",
    "\n\n\n",
    "\t ",
    "   // apart\n",
    " // comment\n",
    "\n// alone\n",
    "\n\n// apart\n\n",
    "// a\n// b\n",
    "\n    \n",
];

/// The text with other space and comments between some of its words; where `joined`, the newlines that were there go.
fn mutated(text: &str, edits: &[(prop::sample::Index, usize)], joined: bool) -> String {
    let words = lex(text);
    let mut gaps: Vec<String> = Vec::new();
    let mut position = 0;
    for word in &words {
        let gap = &text[position..word.start];
        let is_space = gap.trim().is_empty() && position > 0;
        // After documentation a line has to end.
        let is_after_doc = text[..position].lines().next_back().is_some_and(|line| line.contains("//"));
        gaps.push(if joined && is_space && !gap.is_empty() && !is_after_doc {
            " ".to_owned()
        } else {
            gap.to_owned()
        });
        position = word.end;
    }
    for &(place, gap) in edits {
        if !words.is_empty() {
            gaps[place.index(words.len())].push_str(GAPS[gap]);
        }
    }
    let mut result = String::new();
    for (word, gap) in words.iter().zip(gaps) {
        result.push_str(&gap);
        result.push_str(&text[word.start..word.end]);
    }
    result.push_str(&text[position..]);
    result
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn space_and_comments_anywhere(
        program in any::<prop::sample::Index>(),
        edits in prop::collection::vec((any::<prop::sample::Index>(), 0..GAPS.len()), 0..12),
        joined in any::<bool>(),
    ) {
        let text = mutated(&PROGRAMS[program.index(PROGRAMS.len())], &edits, joined);
        prop_assume!(parse(FileId(0), &text).diagnostics.is_empty());
        check(&text);
    }
}
