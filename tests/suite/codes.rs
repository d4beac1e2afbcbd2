//! What is said for each code: `tests/ui/codes/<CODE>.txt`, as a user sees it.
//!
//! It comes from the failing program on the code's page, or where a command is what fails, from running the last line of
//! `tests/ui/codes/<CODE>/command`, after those before it, beside the files that it needs. `UPDATE_UI=1 cargo test --test suite codes` writes
//! the messages anew; read them before they are committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_source::{CODES, Code, CodeInfo, ExampleKind, SourceMap, Style, render};

use crate::suite::messages::{Text, compile_and_run, compile_and_run_until};
use crate::suite::tool::{Folder, root};

fn snapshots() -> PathBuf {
    root().join("tests/ui/codes")
}

/// What is said for a code; nothing if there is neither a failing program on its page nor a command.
fn said(row: &CodeInfo) -> Option<String> {
    let folder = Folder::new();
    let case = snapshots().join(row.code.as_str());
    if case.is_dir() {
        return Some(said_by_command(&case, &folder));
    }
    let mut texts = row.examples().into_iter().filter_map(|example| match example.kind {
        ExampleKind::Fails => Some(said_of_program(row.code, example.text, &folder)),
        ExampleKind::QasmFails => Some(said_of_circuit(example.text)),
        ExampleKind::Works | ExampleKind::QasmWorks | ExampleKind::Text => None,
    });
    let first = texts.next()?;
    Some(texts.fold(first, |all, text| all + &text))
}

fn said_of_program(code: Code, text: &str, folder: &Folder) -> String {
    let text = Text { folder: folder.path(), name: "example.qml", text };
    // As if Ctrl-C had been pressed at once.
    let said = if code == Code::Q0699 {
        compile_and_run_until(&text, &Arc::new(AtomicBool::new(true)))
    } else {
        compile_and_run(&text)
    };
    // How much memory there is differs.
    let memory = regex::Regex::new(r"[\d.]+ \w+ are available").unwrap();
    memory.replace_all(&said.text(), "... are available").into_owned()
}

fn said_of_circuit(text: &str) -> String {
    let mut sources = SourceMap::default();
    let file = sources.add("example.qasm", text);
    let errors = qml_qasm::import(file, text).expect_err("the page says that it fails");
    errors.iter().map(|error| render(error, &sources, Style::default())).collect()
}

fn said_by_command(case: &Path, folder: &Folder) -> String {
    for entry in fs::read_dir(case).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        folder.write(&name, fs::read(&path).unwrap());
    }
    let commands = folder.read("command");
    let mut said = String::new();
    for line in commands.lines() {
        said = format!("$ qmlang {line}\n{}", folder.qmlang(line).said());
    }
    said
}

/// The codes that head a message, `[Q0101] Error: `.
fn codes_in(text: &str) -> BTreeSet<&str> {
    let heads = text.lines().filter_map(|line| line.strip_prefix('[')?.split_once("] "));
    heads.map(|(code, _)| code).collect()
}

#[test]
fn each_code_has_a_message_that_is_as_it_was() {
    let is_update = std::env::var_os("UPDATE_UI").is_some();
    let mut faults = Vec::new();
    for row in CODES {
        let code = row.code.as_str();
        let Some(said) = said(row) else {
            faults.push(format!("{code}: no program and no command shows it"));
            continue;
        };
        if codes_in(&said) != BTreeSet::from([code]) {
            faults.push(format!("{code}: its example says something else:\n{said}"));
        }
        // A message about a source shows the place in it.
        let n_messages = said.lines().filter(|line| line.starts_with("[Q")).count();
        if !row.code.is_without_source() && said.matches("╭─[ ").count() < n_messages {
            faults.push(format!("{code}: it has no place:\n{said}"));
        }
        let snapshot = snapshots().join(format!("{code}.txt"));
        if is_update {
            fs::write(&snapshot, &said).unwrap();
        }
        match fs::read_to_string(&snapshot) {
            Ok(expected) if expected == said => {}
            Ok(expected) => faults.push(format!("{code}:\n{said}--- was ---\n{expected}")),
            Err(_) => faults.push(format!("{code}: there is no `{}`", snapshot.display())),
        }
    }
    assert!(
        faults.is_empty(),
        "`UPDATE_UI=1 cargo test --test suite codes` accepts changed texts:\n{}",
        faults.join("\n")
    );
}

#[test]
fn no_snapshot_is_left_of_a_code_that_is_gone() {
    let known: BTreeSet<_> = CODES.iter().map(|row| row.code.as_str()).collect();
    for entry in fs::read_dir(snapshots()).unwrap() {
        let path = entry.unwrap().path();
        let stem = path.file_stem().unwrap().to_str().unwrap();
        assert!(known.contains(stem), "{}: no such code", path.display());
    }
}

#[test]
fn circuits_on_pages_do_what_their_pages_say() {
    let mut n_circuits = 0;
    for row in CODES {
        for example in row.examples() {
            let mut sources = SourceMap::default();
            let file = sources.add("example.qasm", example.text);
            match example.kind {
                ExampleKind::QasmFails => {
                    let errors = qml_qasm::import(file, example.text).expect_err(row.code.as_str());
                    let codes: BTreeSet<_> = errors.iter().map(|error| error.code).collect();
                    assert_eq!(codes, BTreeSet::from([row.code]), "{}", example.text);
                }
                ExampleKind::QasmWorks => {
                    let result = qml_qasm::import(file, example.text);
                    assert!(result.is_ok(), "{}: {:?}", row.code, result.err());
                }
                ExampleKind::Fails | ExampleKind::Works | ExampleKind::Text => continue,
            }
            n_circuits += 1;
        }
    }
    assert!(n_circuits >= 20, "only {n_circuits} circuits");
}
