//! What a `use` finds.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use qml_source::SourceMap;

use super::*;

struct Memory(HashMap<PathBuf, &'static str>);

impl Files for Memory {
    fn read(&self, path: &Path) -> Result<String, String> {
        self.0.get(path).map(|text| (*text).to_owned()).ok_or_else(|| "there is no such file".to_owned())
    }

    fn names(&self, folder: &Path) -> Vec<String> {
        let inside = self.0.keys().filter(|path| path.parent() == Some(folder));
        inside.filter_map(|path| Some(path.file_name()?.to_str()?.to_owned())).collect()
    }
}

fn load_all(files: &[(&str, &'static str)]) -> (Vec<SourceModule>, Vec<String>) {
    let memory = Memory(files.iter().map(|&(path, text)| (PathBuf::from(path), text)).collect());
    let (mut sources, mut diagnostics) = (SourceMap::default(), Vec::new());
    let modules = load(&memory, Path::new(files[0].0), &mut sources, &mut diagnostics);
    (modules, diagnostics.into_iter().map(|d| format!("{} {}", d.code, d.message)).collect())
}

#[test]
fn paths_name_files_or_their_items() {
    let (modules, problems) = load_all(&[
        ("p/a.qml", "use ./b;\nuse ./b.f;\nuse ./sub.c.{g};\nfn main() {}"),
        ("p/b.qml", "use ./a;\nfn f() {}"),
        ("p/sub/c.qml", "fn g() {}"),
    ]);
    assert_eq!(problems, Vec::<String>::new());
    let paths: Vec<_> = modules.iter().map(|module| module.path.as_str()).collect();
    assert_eq!(paths, ["main", "./b", "./sub/c"]);
    let target = |module, last_is_item| Some(UseTarget { module, last_is_item });
    assert_eq!(modules[0].uses, [target(1, false), target(1, true), target(2, false)]);
    assert_eq!(modules[1].uses, [target(0, false)]);
}

#[test]
fn what_is_missing_is_told() {
    let (modules, problems) =
        load_all(&[("a.qml", "use ./b;\nuse std.nothing.x;\nuse other.y;\nfn main() {}")]);
    assert_eq!(modules[0].uses, [None, None, None]);
    assert_eq!(
        problems,
        [
            "Q0190 there is no file `b.qml`",
            "Q0191 there is no module `std.nothing.x`",
            "Q0191 there is no module `other.y`"
        ]
    );
}

#[test]
fn a_misspelt_file_is_named_before_what_is_in_it() {
    let told = |program: &'static str| {
        let files = [("p/a.qml", program), ("p/enc.qml", "fn angle() {}"), ("p/sub/ansatz.qml", "")];
        let memory = Memory(files.iter().map(|&(path, text)| (PathBuf::from(path), text)).collect());
        let (mut sources, mut diagnostics) = (SourceMap::default(), Vec::new());
        load(&memory, Path::new("p/a.qml"), &mut sources, &mut diagnostics);
        let texts = |diagnostic: &Diagnostic| (diagnostic.message.clone(), diagnostic.help.clone());
        diagnostics.iter().map(texts).collect::<Vec<_>>()
    };
    let message = |file: &str| format!("there is no file `{file}`");
    let help = |text: &str| vec![text.to_owned()];
    assert_eq!(told("use ./encc.angle;"), [(message("encc.qml"), help("did you mean `./enc`?"))]);
    assert_eq!(told("use ./encc;"), [(message("encc.qml"), help("did you mean `./enc`?"))]);
    assert_eq!(
        told("use ./sub.ansats.f;"),
        [(message("sub/ansats.qml"), help("did you mean `./sub.ansatz`?"))]
    );
}

#[test]
fn a_missing_program_is_told() {
    let memory = Memory(HashMap::new());
    let (mut sources, mut diagnostics) = (SourceMap::default(), Vec::new());
    assert!(load(&memory, Path::new("x.qml"), &mut sources, &mut diagnostics).is_empty());
    assert_eq!(diagnostics[0].message, "cannot read `x.qml`: there is no such file");
}

#[test]
fn the_table_of_the_standard_library_is_complete() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../stdlib");
    let mut files: Vec<String> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| Path::new(name).extension().is_some_and(|extension| extension == "qml"))
        .collect();
    files.sort();
    let table: Vec<String> =
        stdlib::MODULES.iter().map(|(name, _)| format!("{}.qml", &name["std.".len()..])).collect();
    assert_eq!(table, files);
}
