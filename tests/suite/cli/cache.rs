//! Compiled circuits on disk: what comes from there is what compilation gives, byte for byte.

use std::fs;
use std::path::PathBuf;

use crate::suite::tool::{Folder, Outcome};

/// Needs SWAPs on a line, which a note tells with their places.
const TRIANGLE: &str = "kernel triangle(theta: float) -> qubit[3] {
    let q = qubit[3];
    ry(sin(theta), q);
    cx(q[0], q[1]);
    ry(theta, q);
    cx(q[1], q[2]);
    rx(theta, q);
    cx(q[2], q[0]);
    return q;
}

fn main() {
    print(expect(Z(0), triangle(0.3)));
}
";

const EMITS: [&str; 3] = ["qasm3", "ir", "stats"];

fn folder() -> Folder {
    Folder::with("triangle.qml", TRIANGLE)
}

fn build(folder: &Folder, options: &str) -> Outcome {
    folder.qmlang(&format!("build triangle.qml --target line:3 {options}"))
}

fn entries(folder: &Folder) -> Vec<PathBuf> {
    let Ok(files) = fs::read_dir(folder.cache()) else { return Vec::new() };
    let mut paths: Vec<PathBuf> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths
}

/// Both outputs of a success.
fn all(outcome: Outcome) -> (String, String) {
    assert_eq!(outcome.status, 0, "{outcome:?}");
    (outcome.out, outcome.err)
}

#[test]
fn a_hit_is_a_miss_byte_for_byte() {
    let folder = folder();
    for options in ["", "-O 3 --seed 4", "--bind theta=0.4"] {
        let runs: Vec<_> = (0..2)
            .map(|_| EMITS.map(|emit| all(build(&folder, &format!("{options} --emit {emit}")))))
            .collect();
        assert_eq!(runs[0], runs[1]);
        for (emit, cached) in EMITS.into_iter().zip(&runs[1]).filter(|(emit, _)| *emit != "stats") {
            assert_eq!(&all(build(&folder, &format!("{options} --emit {emit} --no-cache"))), cached);
        }
    }
    // The circuit, and the same with all qubits coupled, for each of the options.
    assert_eq!(entries(&folder).len(), 6);
    let check = || all(folder.qmlang("check triangle.qml --target line:3"));
    assert_eq!(check(), check());
}

#[test]
fn without_a_cache_nothing_is_kept() {
    let folder = folder();
    build(&folder, "--no-cache").noted();
    folder.qmlang("check triangle.qml --target line:3 --no-cache").noted();
    assert_eq!(entries(&folder), Vec::<PathBuf>::new());
}

#[test]
fn a_kernel_that_moved_is_found_and_named_at_its_place() {
    let folder = folder();
    let before = build(&folder, "");
    assert!(before.err.contains("triangle.qml:8:"), "{}", before.err);
    let n_entries = entries(&folder).len();
    folder.write("triangle.qml", format!("// Moved.\n\n{TRIANGLE}"));
    let moved = build(&folder, "");
    assert_eq!(entries(&folder).len(), n_entries);
    assert!(moved.err.contains("triangle.qml:10:"), "{}", moved.err);
    assert_eq!(all(moved), all(build(&folder, "--no-cache")));
}

#[test]
fn broken_entries_are_replaced() {
    let folder = folder();
    let expected = all(build(&folder, ""));
    let paths = entries(&folder);
    let contents: Vec<String> = paths.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let spoil: [fn(&str) -> String; 4] = [
        |text| text[..text.len() / 2].to_owned(),
        |text| text.replacen("cz", "cx", 1),
        |_| String::new(),
        |_| "\u{0}something else\n{}".to_owned(),
    ];
    for spoil in spoil {
        for (path, content) in paths.iter().zip(&contents) {
            fs::write(path, spoil(content)).unwrap();
        }
        assert_eq!(all(build(&folder, "")), expected);
        let size = |text: &String| text.len() / 64;
        let again: Vec<usize> = paths.iter().map(|path| size(&fs::read_to_string(path).unwrap())).collect();
        assert!(again.iter().all(|&n| n > 1), "whole entries again: {again:?}");
    }
}

#[test]
fn processes_at_once_do_not_disturb_each_other() {
    let folder = folder();
    let expected = all(build(&folder, "--no-cache"));
    let found: Vec<_> = std::thread::scope(|scope| {
        let runs: Vec<_> = (0..4).map(|_| scope.spawn(|| all(build(&folder, "")))).collect();
        runs.into_iter().map(|run| run.join().unwrap()).collect()
    });
    assert!(found.iter().all(|outcome| *outcome == expected));
    assert_eq!(entries(&folder).len(), 2, "no entry twice, nothing left over");
}

#[test]
fn a_folder_that_cannot_be_written_is_no_error() {
    let folder = folder();
    // A file where the folder would be.
    fs::write(folder.cache(), "").unwrap();
    assert_eq!(all(build(&folder, "")), all(build(&folder, "--no-cache")));
    fs::remove_file(folder.cache()).unwrap();
}

#[test]
fn an_emulated_device_runs_what_was_compiled_before() {
    let folder = folder();
    let run = || all(folder.qmlang("run triangle.qml --seed 1 -q --target emulator:iqm_garnet"));
    let first = run();
    let kept = entries(&folder);
    assert_eq!(kept.len(), 1, "{kept:?}");
    assert_eq!(run(), first);
    assert_eq!(entries(&folder), kept);
    // It is read: another circuit in its place has another value.
    let turned = TRIANGLE.replace("rx(theta, q)", "rx(2.0 * theta, q)");
    folder.write("triangle.qml", turned);
    assert_ne!(run().0, first.0);
    let others: Vec<PathBuf> = entries(&folder).into_iter().filter(|path| !kept.contains(path)).collect();
    assert_eq!(others.len(), 1, "{others:?}");
    fs::copy(&others[0], &kept[0]).unwrap();
    let other = run();
    folder.write("triangle.qml", TRIANGLE);
    assert_eq!(run(), other);
}
