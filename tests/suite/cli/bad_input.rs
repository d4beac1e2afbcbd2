//! Malformed input of every kind: a diagnosed error, exit status 1, nothing half-written.

use crate::suite::tool::Folder;

const ONE_PARAM: &str = "param layers: int = 3;\nfn main() { print(layers); }\n";
const REGISTER: &str = "kernel register(n: int) -> qubit[n] { let q = qubit[n]; h(q); return q; }\n";

#[test]
fn parameters_that_are_wrong() {
    let folder = Folder::with("a.qml", ONE_PARAM);
    for command in ["run", "check"] {
        let with = |define: &str| folder.qmlang(&format!("{command} a.qml {define}"));
        with("-D layer=4").fails_silent("Q0115", &["`layer`", "layers"]);
        with("-D layers=many").fails_silent("Q0116", &["`many`", "`int`", "a.qml:1:7"]);
        with("-D layers=2.5").fails_silent("Q0116", &["`2.5`"]);
        with("-D layers=99999999999999999999").fails_silent("Q0116", &["`99999999999999999999`"]);
        with("-D layers=1 -D layers=2").fails_silent("Q0912", &["`layers` twice"]);
        with("-D layers").fails_silent("Q0912", &["`-D layers` has no value"]);
        with("-D =3").fails_silent("Q0912", &["`-D =3` has no name"]);
    }
}

#[test]
fn parameters_of_several_modules() {
    let folder = Folder::with(
        "a.qml",
        "use ./pm.val; use ./qm as q;\nparam layers: int = 1;\nfn main() { print(layers, val(), q.val()); }\n",
    );
    let module = "param depth: int = 3; param layers: int = 5; param rate: float = 0.5;\n";
    folder.write("pm.qml", format!("{module}fn val() -> int {{ return 10 * layers + depth; }}\n"));
    folder.write("qm.qml", "param depth: int = 4;\nfn val() -> int { return depth; }\n");
    let with = |define: &str| folder.qmlang(&format!("run a.qml --seed 1 {define}"));
    assert_eq!(with("").quiet(), "1 53 4\n");
    // The file's own come first; the path of the module tells it from others.
    assert_eq!(with("-D layers=2 -D pm.layers=7 -D qm.depth=8 -D rate=1").quiet(), "2 73 8\n");
    with("-D depth=5").fails("Q0115", &["several modules", "`-D pm.depth=...`, `-D qm.depth=...`"]);
    with("-D pm.rat=5").fails("Q0115", &["layers, pm.depth, pm.layers, rate, qm.depth"]);
    with("-D pm.rate=many").fails("Q0116", &["`rate`", "pm.qml:1:"]);
}

#[test]
fn programs_that_cannot_be_read() {
    let folder = Folder::with("bytes.qml", b"fn main() {\xff}\n");
    folder.write("folder.qml/a.txt", "");
    for command in ["run", "check", "build --target line:3"] {
        let with = |file: &str| folder.qmlang(&format!("{command} {file}"));
        with("none.qml").fails_silent("Q0910", &["`none.qml`: there is no such file"]);
        with("folder.qml").fails_silent("Q0910", &["`folder.qml`: it is a folder"]);
        with("bytes.qml").fails_silent("Q0910", &["`bytes.qml`: it is not UTF-8 text (byte 11"]);
    }
    folder.qmlang("build none.qasm --target line:3").fails_silent("Q0910", &["none.qasm"]);
    folder.qmlang("build notes.txt --target line:3").fails_silent("Q0915", &["notes.txt", ".qasm"]);
}

#[test]
fn a_program_of_qt_is_recognised() {
    let folder = Folder::with(
        "a.qml",
        "import QtQuick 2.15\n\nRectangle {\n    width: 100\n    Text { text: \"Hi\" }\n}\n",
    );
    folder
        .write("b.qml", "pragma Singleton\nimport QtQuick.Controls\nItem { id: root; property int n: 3 }\n");
    for command in ["run a.qml", "check b.qml", "build a.qml --target line:2"] {
        let outcome = folder.qmlang(command).fails("Q0017", &["Qt QML, another language of the same name"]);
        assert_eq!(outcome.err.matches("Error:").count(), 1, "one message is enough: {}", outcome.err);
    }
}

#[test]
fn a_program_without_main_cannot_run() {
    let folder = Folder::with("a.qml", REGISTER);
    folder.write("empty.qml", "");
    folder.qmlang("run a.qml").fails_silent("Q0911", &["`main`"]);
    folder.qmlang("run empty.qml").fails_silent("Q0911", &["`main`"]);
    folder.qmlang("build empty.qml --target line:2").fails_silent("Q0920", &["has no kernel"]);
}

#[test]
fn tables_that_are_wrong_are_told_with_line_and_column() {
    let folder = Folder::new();
    folder.write("ragged.csv", "a,b\n1,2\n3\n");
    folder.write("word.csv", "a,b\n1,2\n3,four\n");
    folder.write("gap.csv", "a,b\n\n1,2\n3,\n");
    folder.write("empty.csv", "");
    folder.write("heading.csv", "a,b\n");
    folder.write("bytes.csv", b"a,b\n1,\xff\n");
    for (file, code, texts) in [
        ("ragged", "Q0902", &["ragged.csv, line 3", "1 field, but 2"][..]),
        ("word", "Q0903", &["word.csv, line 3, column 2 (`b`): `four` is not a number"]),
        ("gap", "Q0903", &["gap.csv, line 4, column 2"]),
        ("empty", "Q0905", &["empty.csv: the file is empty"]),
        ("heading", "Q0905", &["heading.csv"]),
        ("bytes", "Q0901", &["bytes.csv, line 2", "not text in UTF-8"]),
        ("missing", "Q0901", &["`missing.csv`: there is no such file"]),
    ] {
        // The file is written after the table has been read: it must not be there.
        folder.write(
            "a.qml",
            format!(
                "fn main() {{\n    let x = read_csv(\"{file}.csv\");\n    write_csv(\"copy.csv\", x);\n}}\n"
            ),
        );
        let place = "a.qml:2:13";
        folder.qmlang("run a.qml --seed 1").fails_silent(code, &[texts, &[place]].concat());
        assert!(!folder.names().contains(&"copy.csv".to_owned()), "{file}");
    }
}

#[test]
fn labels_that_are_not_there() {
    let folder = Folder::with("a.csv", "a,kind\n1,x\n");
    folder.write("a.qml", "fn main() { print(read_labels(\"a.csv\", \"species\")); }\n");
    let outcome = folder.qmlang("run a.qml --seed 1");
    assert_eq!((outcome.status, outcome.out.as_str()), (1, ""));
    for text in ["species", "kind", "a.csv"] {
        assert!(outcome.err.contains(text), "{}", outcome.err);
    }
}

#[test]
fn devices_that_are_not_there() {
    let folder = Folder::with("a.qml", REGISTER);
    for command in ["build a.qml --arg n=2 --target", "check a.qml --target", "devices"] {
        let with = |target: &str| folder.qmlang(&format!("{command} {target}"));
        with("iqm_granet").fails_silent("Q0701", &["`iqm_granet`", "did you mean `iqm_garnet`?"]);
        with("line:0").fails_silent("Q0702", &["`line:0`"]);
        with("grid:3").fails_silent("Q0702", &["`grid:3`", "`grid:4x5`"]);
        with("all_to_all:99999999999999999999").fails_silent("Q0702", &[]);
        with("./mine.json").fails_silent("Q0703", &["`./mine.json`: there is no such file"]);
        with("qpu:iqm_garnet")
            .fails_silent("Q0705", &["`qpu:iqm_garnet` is not supported yet", "without `qpu:`"]);
    }
    folder.write("mine.json", "{\"name\": \"mine\"");
    folder.qmlang("devices ./mine.json").fails_silent("Q0704", &["`./mine.json`", "line 1"]);
    folder.write("mine.json", "{\"name\": \"mine\"}");
    folder.qmlang("devices ./mine.json").fails_silent("Q0704", &["`num_qubits`"]);
    folder.qmlang("run a.qml --target iqm_garnet").fails_silent("Q0913", &["`iqm_garnet`", "simulator"]);
}

#[test]
fn kernels_larger_than_their_device() {
    let folder = Folder::with("a.qml", REGISTER);
    let build = |n: usize, target: &str| folder.qmlang(&format!("build a.qml --arg n={n} --target {target}"));
    build(5, "line:4").fails_silent("Q0710", &["`register` has 5 qubits", "`line:4` has 4"]);
    build(21, "iqm_garnet").fails_silent("Q0710", &["21 qubits", "has 20"]);
    build(134, "ibm_torino").fails_silent("Q0710", &["134 qubits", "has 133"]);
    build(20, "iqm_garnet").quiet();
}

#[test]
fn a_state_too_large_for_memory() {
    let folder =
        Folder::with("a.qml", format!("{REGISTER}fn main() {{ print(expect(Z(0), register(48))); }}\n"));
    // 16 bytes an amplitude.
    let needed = "takes 4 PiB of memory";
    let outcome = folder
        .qmlang("run a.qml --seed 1 --method statevector")
        .fails("Q0651", &["48 qubits", needed, "a.qml:2:"]);
    assert_eq!(outcome.out, "");
    let available = regex::Regex::new(r"memory, ([\d.]+) ([MGT]iB) are available").unwrap();
    let (_, [number, unit]) = available.captures(&outcome.err).expect("what there is").extract();
    assert!(number.parse::<f64>().unwrap() >= 1.0, "{unit}: {}", outcome.err);
}

#[test]
fn what_was_printed_before_a_fault_stays() {
    let folder = Folder::with(
        "a.qml",
        "fn main() {\n    print(\"first\");\n    assert(1 > 2);\n    print(\"last\");\n}\n",
    );
    let outcome = folder.qmlang("run a.qml --seed 1").fails("Q0608", &["a.qml:3:12", "`1` is 1, `2` is 2"]);
    assert_eq!(outcome.out, "first\n");
}

#[test]
fn endless_recursion_is_a_fault() {
    let folder = Folder::with(
        "a.qml",
        "fn down(n: int) -> int { return 1 + down(n + 1); }\nfn main() { print(down(0)); }\n",
    );
    let outcome = folder.qmlang("run a.qml --seed 1");
    assert_eq!((outcome.status, outcome.out.as_str()), (1, ""), "{outcome:?}");
    assert!(outcome.err.starts_with("[Q06"), "{}", outcome.err);
}

#[test]
fn deep_nesting_is_diagnosed() {
    for (open, close) in [("(", ")"), ("[", "]"), ("-", ""), ("not ", ""), ("if true then 1 else ", "")] {
        let n = 20_000;
        let program = format!("fn main() {{ print({}1{}); }}\n", open.repeat(n), close.repeat(n));
        let outcome = Folder::with("a.qml", program).qmlang("check a.qml");
        assert_eq!(outcome.status, 1, "{open}: {}", &outcome.err[..outcome.err.len().min(500)]);
    }
}
