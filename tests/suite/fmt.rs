//! `qmlang fmt`: what it writes, what it lists, what it leaves alone.

use std::io::Write;
use std::process::{Command, Stdio};

use crate::suite::tool::{Folder, root};

const LOOSE: &str = "// head\nfn main( ){print( 1+2 );}   // why\n";
const FORMATTED: &str = "// head\nfn main() { print(1 + 2); } // why\n";
const BROKEN: &str = "fn main( ){print( 1+ );}\n";

#[test]
fn files_are_formatted_in_place() {
    let folder = Folder::with("a.qml", LOOSE);
    folder.write("sub/b.qml", LOOSE);
    folder.write("sub/notes.txt", LOOSE);
    assert_eq!(folder.qmlang("fmt a.qml sub").quiet(), "");
    assert_eq!(folder.read("a.qml"), FORMATTED);
    assert_eq!(folder.read("sub/b.qml"), FORMATTED);
    assert_eq!(folder.read("sub/notes.txt"), LOOSE);
    assert_eq!(folder.names(), ["a.qml", "sub"], "nothing is left beside the files");
}

#[test]
fn what_is_formatted_is_not_written() {
    let folder = Folder::with("a.qml", FORMATTED);
    let path = folder.path().join("a.qml");
    let written = || std::fs::metadata(&path).unwrap().modified().unwrap();
    let before = written();
    assert_eq!(folder.qmlang("fmt a.qml").quiet(), "");
    assert_eq!(written(), before);
}

#[test]
fn check_lists_files_and_writes_nothing() {
    let folder = Folder::with("a.qml", LOOSE);
    folder.write("b.qml", FORMATTED);
    folder.write("c.qml", LOOSE);
    let outcome = folder.qmlang("fmt --check a.qml b.qml c.qml");
    assert_eq!((outcome.status, outcome.out.as_str(), outcome.err.as_str()), (1, "a.qml\nc.qml\n", ""));
    assert_eq!(folder.read("a.qml"), LOOSE);
    assert_eq!(folder.qmlang("fmt --check b.qml").quiet(), "");
}

#[test]
fn a_file_with_syntax_errors_is_left_alone_and_the_others_are_formatted() {
    let folder = Folder::with("a.qml", BROKEN);
    folder.write("b.qml", LOOSE);
    folder.qmlang("fmt a.qml b.qml").fails_silent("Q0009", &["a.qml:1:22"]);
    assert_eq!(folder.read("a.qml"), BROKEN);
    assert_eq!(folder.read("b.qml"), FORMATTED);
    folder.qmlang("fmt none.qml").fails_silent("Q0910", &["none.qml"]);
    assert_eq!(folder.qmlang("fmt").status, 2);
}

#[test]
fn a_link_stays_a_link() {
    let folder = Folder::with("sub/a.qml", LOOSE);
    let link = folder.path().join("link.qml");
    std::os::unix::fs::symlink("sub/a.qml", &link).unwrap();
    assert_eq!(folder.qmlang("fmt link.qml").quiet(), "");
    assert!(link.is_symlink());
    assert_eq!(folder.read("sub/a.qml"), FORMATTED);
}

/// Runs `fmt` with a text on standard input: exit status, standard output.
fn piped(args: &[&str], text: &str) -> (i32, String) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_qmlang"))
        .arg("fmt")
        .args(args)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap())
}

#[test]
fn a_dash_is_standard_input() {
    assert_eq!(piped(&["-"], LOOSE), (0, FORMATTED.to_owned()));
    assert_eq!(piped(&["-"], BROKEN), (1, String::new()));
    assert_eq!(piped(&["--check", "-"], LOOSE), (1, "-\n".to_owned()));
    assert_eq!(piped(&["--check", "-"], FORMATTED), (0, String::new()));
}

#[test]
fn examples_and_standard_library_are_formatted() {
    let folder = Folder::new();
    let paths = ["examples", "stdlib"].map(|name| root().join(name).display().to_string());
    assert_eq!(folder.qmlang_args(&["fmt", "--check", &paths[0], &paths[1]]).quiet(), "");
}
