//! `qmlang doc`: the pages of a program and of the library.

use crate::suite::tool::{Folder, root};

#[test]
fn a_program_gives_pages_with_an_index() {
    let folder =
        Folder::with("bell.qml", "/// A pair.\nkernel bell() -> qubit[2] { let q = qubit[2]; return q; }\n");
    assert_eq!(folder.qmlang("doc bell.qml -o out/pages").quiet(), "out/pages/index.html\n");
    let page = folder.read("out/pages/bell.html");
    assert!(page.contains("id=\"bell\"") && page.contains("<p>A pair.</p>"), "{page}");
    assert!(folder.read("out/pages/index.html").contains("href=\"bell.html\""));
    assert_eq!(folder.qmlang("doc bell.qml").quiet(), "doc/index.html\n");
}

#[test]
fn the_library_has_pages() {
    let folder = Folder::new();
    assert_eq!(folder.qmlang("doc std -o std").quiet(), "std/index.html\n");
    assert!(folder.read("std/std.gates.html").contains("id=\"qft\""));
    assert!(folder.read("std/reference-prelude.html").contains("id=\"expect\""));
    assert!(folder.read("std/reference-gates.html").contains("id=\"rzz\""));
}

#[test]
fn every_example_has_pages() {
    let folder = Folder::new();
    for entry in std::fs::read_dir(root().join("examples")).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_some_and(|extension| extension == "qml") {
            folder.qmlang_args(&["doc", &path.display().to_string(), "-o", "out"]).quiet();
        }
    }
    assert!(folder.read("out/vqe_h2.html").contains("std.chem.html#h2"));
}

#[test]
fn what_is_wrong_is_told_and_nothing_is_written() {
    let folder = Folder::with("a.qml", "fn f( {}\n");
    folder.qmlang("doc a.qml").fails_silent("Q0009", &["a.qml:1"]);
    assert_eq!(folder.names(), ["a.qml"]);
    folder.qmlang("doc none.qml").fails_silent("Q0910", &["none.qml"]);
    folder.write("b.qml", "fn main() {}\n");
    folder.qmlang("doc b.qml -o a.qml/x").fails_silent("Q0906", &["a.qml"]);
    assert_eq!(folder.qmlang("doc").status, 2);
}
