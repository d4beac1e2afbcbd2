//! Wrong programs, and what is said of each: `tests/ui/<phase>/<program>.qml` with its `.stderr` beside it.
//!
//! `UPDATE_UI=1 cargo test ui` writes the messages anew; read them before they are committed.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use crate::suite::messages::{Text, compile_and_run, programs};
use crate::suite::tool::{Folder, root};

const PHASES: &[&str] =
    &["syntax", "names", "types", "sizes", "effects", "qubits", "gradients", "specialisation", "running"];

/// What is wrong with the messages of the programs below a folder.
fn faults(folder: &Path, is_update: bool) -> Vec<String> {
    let mut faults = Vec::new();
    let files = programs(folder);
    if files.is_empty() {
        faults.push(format!("no program in {}", folder.display()));
    }
    for file in &files {
        let (name, text) = (file.file_name().unwrap().to_str().unwrap(), fs::read_to_string(file).unwrap());
        let said = compile_and_run(&Text { folder: file.parent().unwrap(), name, text: &text }).text();
        // Where the repository lies says nothing.
        let said = said.replace(&format!("{}/", file.parent().unwrap().display()), "");
        let snapshot = file.with_extension("stderr");
        if said.is_empty() {
            faults.push(format!("{}: nothing is said", file.display()));
            continue;
        }
        if is_update {
            fs::write(&snapshot, &said).unwrap();
        }
        match fs::read_to_string(&snapshot) {
            Ok(expected) if expected == said => {}
            Ok(expected) => faults.push(format!("{}:\n{said}--- was ---\n{expected}", file.display())),
            Err(_) => faults.push(format!("{}: no `.stderr` beside it", file.display())),
        }
    }
    faults.extend(stray_snapshots(folder, &files));
    faults
}

/// Snapshots whose program is gone.
fn stray_snapshots(folder: &Path, files: &[PathBuf]) -> Vec<String> {
    let mut folders: BTreeSet<&Path> = files.iter().filter_map(|file| file.parent()).collect();
    folders.insert(folder);
    let entries = folders.into_iter().flat_map(|folder| fs::read_dir(folder).unwrap());
    entries
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "stderr"))
        .filter(|path| !path.with_extension("qml").exists())
        .map(|path| format!("{}: its program is gone", path.display()))
        .collect()
}

#[test]
fn messages_are_as_they_were() {
    let is_update = std::env::var_os("UPDATE_UI").is_some();
    let mut n_programs = 0;
    for phase in PHASES {
        let folder = root().join("tests/ui").join(phase);
        let faults = faults(&folder, is_update);
        assert!(faults.is_empty(), "`UPDATE_UI=1 cargo test ui` accepts this:\n{}", faults.join("\n"));
        n_programs += programs(&folder).len();
    }
    assert!(n_programs >= 40, "only {n_programs} programs");
    let folders = fs::read_dir(root().join("tests/ui")).unwrap();
    // `codes` is looked at by `codes.rs`.
    assert_eq!(folders.count(), PHASES.len() + 1, "a folder is not looked at");
}

#[test]
fn stale_and_missing_messages_are_noticed() {
    let n_faults = |folder: &Folder| faults(folder.path(), false).len();
    assert_eq!(n_faults(&Folder::new()), 1, "an empty folder");
    let folder = Folder::with("a.qml", "fn main() { print(missing); }\n");
    assert_eq!(n_faults(&folder), 1, "no message yet");
    assert_eq!(faults(folder.path(), true), Vec::<String>::new());
    assert_eq!(n_faults(&folder), 0, "up to date");
    assert!(folder.read("a.stderr").starts_with("[Q0101] Error: "));
    folder.write("a.qml", "fn main() { print(absent); }\n");
    assert_eq!(n_faults(&folder), 1, "stale");
    folder.write("a.qml", "fn main() { print(1); }\n");
    assert_eq!(n_faults(&folder), 1, "nothing is wrong any more");
    fs::remove_file(folder.path().join("a.qml")).unwrap();
    assert_eq!(n_faults(&folder), 2, "no program, and a message without one");
}
