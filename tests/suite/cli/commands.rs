//! `run`, `check`, `test`, `devices`, `explain` (`build` has its own file) on good input, and wrong usage.

use crate::suite::tool::Folder;

const PARAMS: &str = "param k: int = 3;
param name: string = \"a\";
param flag: bool = true;
param rate: float = 0.5;
fn main() { print(\"{k} {name} {flag} {rate}\"); }
";
const RANDOM: &str = "kernel half() -> qubit[3] { let q = qubit[3]; h(q); return q; }
fn main() { print(uniform(0.0, 1.0)); print(samples(half(), shots: 12)); }
";
const TESTS: &str = "test \"right\" { assert(1 + 1 == 2); }
test \"wrong\" { assert(1 + 1 == 3); }
test \"close\" { assert_close(0.5, 0.6, 0.01); }
";

#[test]
fn run_takes_parameters() {
    let folder = Folder::with("a.qml", PARAMS);
    assert_eq!(folder.qmlang("run a.qml --seed 1").quiet(), "3 a true 0.5\n");
    let set = "run a.qml -D k=-5 -Dname=b=c -D flag=false -D rate=2 --seed 1";
    assert_eq!(folder.qmlang(set).quiet(), "-5 b=c false 2.0\n");
}

#[test]
fn a_seed_decides_everything() {
    let folder = Folder::with("a.qml", RANDOM);
    let first = folder.qmlang("run a.qml --seed 7").quiet();
    for again in ["run a.qml --seed 7", "run a.qml --seed 7 --threads 1", "run --threads 2 --seed=7 a.qml"] {
        assert_eq!(folder.qmlang(again).quiet(), first, "{again}");
    }
    assert_ne!(folder.qmlang("run a.qml --seed 8").quiet(), first);
}

#[test]
fn a_drawn_seed_is_printed_and_repeats_the_run() {
    let folder = Folder::with("a.qml", RANDOM);
    let drawn = folder.qmlang("run a.qml");
    assert_eq!(drawn.status, 0);
    let seed = drawn.said().strip_prefix("seed ").and_then(|seed| seed.strip_suffix('\n')).expect("the seed");
    assert_eq!(folder.qmlang(&format!("run a.qml --seed {seed}")).quiet(), drawn.out);
}

#[test]
fn shots_make_results_sampled() {
    let folder = Folder::with(
        "a.qml",
        "kernel half() -> qubit[1] { let q = qubit[1]; h(q); return q; }\nfn main() { print(probs(half())[0]); }\n",
    );
    let number = |command: &str| folder.qmlang(command).quiet().trim().parse::<f64>().unwrap();
    assert!((number("run a.qml --seed 1 --target simulator") - 0.5).abs() < 1e-12);
    let sampled = number("run a.qml --seed 1 --shots 7");
    assert!((sampled * 7.0 - (sampled * 7.0).round()).abs() < 1e-9, "{sampled} is no seventh");
}

#[test]
fn check_says_nothing_of_right_programs() {
    let folder = Folder::with("a.qml", PARAMS);
    folder.write("b.qml", RANDOM);
    assert_eq!(folder.qmlang("check a.qml b.qml").quiet(), "");
    assert_eq!(folder.qmlang("check a.qml b.qml --json -D k=4 --target line:3").status, 1, "b has no `k`");
    assert_eq!(folder.qmlang("check b.qml --json --target line:3").quiet(), "");
}

#[test]
fn check_counts_the_qubits_of_a_device() {
    let folder = Folder::with("a.qml", RANDOM);
    folder
        .qmlang("check a.qml --target line:2")
        .fails_silent("Q0710", &["`half` has 3 qubits", "`line:2` has 2", "a.qml:1:8"]);
}

#[test]
fn check_goes_on_after_a_wrong_file() {
    let folder = Folder::with("a.qml", "fn main() { print(nothing); }\n");
    folder.write("b.qml", "fn main() { print(missing); }\n");
    folder
        .qmlang("check a.qml b.qml")
        .fails_silent("Q0101", &["`nothing`", "`missing`", "a.qml:1:19", "b.qml:1:19"]);
}

#[test]
fn json_has_a_line_for_each_diagnostic() {
    let folder =
        Folder::with("a.qml", "fn main() {\n    let θ = 1;\n    print(θ + \"\", 量);\n    print(ψ);\n}\n");
    let checked = folder.qmlang("check a.qml --json");
    assert_eq!((checked.status, checked.err.as_str()), (1, ""));
    let rows: Vec<serde_json::Value> =
        checked.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let found: Vec<_> = rows
        .iter()
        .map(|row| (row["code"].as_str().unwrap(), &row["primary"]["line"], &row["primary"]["column"]))
        .collect();
    assert_eq!(
        format!("{found:?}"),
        "[(\"Q0203\", Number(3), Number(13)), (\"Q0101\", Number(3), Number(19)), (\"Q0101\", Number(4), Number(11))]"
    );
    // The results of a run are the program's own: its diagnostics go where they always go.
    let run = folder.qmlang("run a.qml --json");
    assert_eq!((run.status, run.out.as_str()), (1, ""));
    assert_eq!(run.err, checked.out);
}

#[test]
fn a_fault_as_json() {
    let folder =
        Folder::with("a.qml", "fn main() {\n    print(1);\n    var i = 4;\n    print([1, 2][i]);\n}\n");
    let run = folder.qmlang("run a.qml --json --seed 1");
    assert_eq!((run.status, run.out.as_str()), (1, "1\n"));
    let row: serde_json::Value = serde_json::from_str(&run.err).unwrap();
    assert_eq!((&row["code"], &row["severity"]), (&"Q0605".into(), &"error".into()));
    assert_eq!(row["primary"]["line"], 4);
}

#[test]
fn test_gives_each_a_line_and_counts() {
    let folder = Folder::with("a.qml", TESTS);
    let outcome = folder.qmlang("test a.qml").fails(
        "Q0608",
        &["assertion failed", "`1 + 1` is 2, `3` is 3", "a.qml:2:23", "[Q0609]", "a.qml:3:16"],
    );
    assert_eq!(
        outcome.out,
        "ok     a.qml: right\nFAILED a.qml: wrong\nFAILED a.qml: close\n1 passed, 2 failed\n"
    );
    assert_eq!(
        folder.qmlang("test a.qml --filter igh --threads 1").quiet(),
        "ok     a.qml: right\n1 passed, 0 failed\n"
    );
}

#[test]
fn test_finds_the_programs_of_folders() {
    let folder = Folder::with("b/c.qml", "param k: int = 1;\ntest \"k\" { assert(k == 2); }\n");
    folder.write("a.qml", "param k: int = 1;\ntest \"first\" { assert(k > 0); }\n");
    folder.write("b/.hidden/d.qml", "test \"hidden\" { assert(false); }\n");
    folder.write("b/notes.txt", "test \"no program\" { assert(false); }\n");
    let expected = "ok     ./a.qml: first\nok     ./b/c.qml: k\n2 passed, 0 failed\n";
    assert_eq!(folder.qmlang("test -D k=2").quiet(), expected);
    assert_eq!(folder.qmlang("test -D k=2 b").quiet(), "ok     b/c.qml: k\n1 passed, 0 failed\n");
}

#[test]
fn tests_that_are_not_there_are_no_success() {
    let folder = Folder::with("a.qml", TESTS);
    let none = folder.qmlang("test a.qml --filter nothing").fails("Q0914", &[]);
    assert_eq!(none.out, "0 passed, 0 failed\n");
    Folder::new().qmlang("test").fails("Q0914", &["there is nothing to test"]);
    let missing = folder.qmlang("test none.qml").fails("Q0910", &["none.qml"]);
    assert_eq!(missing.out, "FAILED none.qml: does not compile\n0 passed, 1 failed\n");
}

#[test]
fn devices_are_listed() {
    let folder = Folder::new();
    let table = folder.qmlang("devices").quiet();
    for name in ["iqm_garnet", "ibm_torino"] {
        assert!(table.lines().any(|line| line.starts_with(&format!("{name} "))), "{table}");
    }
    let list: serde_json::Value = serde_json::from_str(&folder.qmlang("devices --json").quiet()).unwrap();
    assert_eq!(list.as_array().unwrap().len(), table.lines().count() - 1, "a row each, and the heading");
    let facts = folder.qmlang("devices iqm_garnet").quiet();
    assert!(facts.starts_with("iqm_garnet\n") && facts.contains("20 (superconducting"), "{facts}");
    let one: serde_json::Value =
        serde_json::from_str(&folder.qmlang("devices ibm_torino --json").quiet()).unwrap();
    assert_eq!((&one["name"], &one["qubits"]), (&"ibm_torino".into(), &133.into()));
    assert!(folder.qmlang("devices grid:2x3").quiet().contains("coupled pairs        7"));
    // A file of it is the same device, but for what is changed.
    let file = folder.qmlang("devices iqm_garnet --file").quiet();
    folder.write("same.json", &file);
    assert_eq!(folder.qmlang("devices ./same.json").quiet(), facts);
    let price = r#""price": {"currency": "EUR", "per_task": 0.3, "per_shot": 0.002}, "name""#;
    folder.write("priced.json", file.replacen("\"name\"", price, 1));
    let said = "  price                0.3 EUR a circuit, 0.002 EUR a shot\n";
    assert!(folder.qmlang("devices ./priced.json").quiet().contains(said));
    let priced = folder.qmlang("devices ./priced.json --json").quiet();
    assert_eq!(serde_json::from_str::<serde_json::Value>(&priced).unwrap()["price"]["per_shot"], 0.002);
    let shape = folder.qmlang("devices line:4/ecr --file").quiet();
    folder.write("shape.json", shape.replace("\"error_2q\": null", "\"error_2q\": 0.02"));
    assert!(folder.qmlang("devices ./shape.json").quiet().contains("error, two qubits    2.000 %"));
}

#[test]
fn codes_are_explained() {
    let folder = Folder::new();
    let page = folder.qmlang("explain Q0605").quiet();
    assert!(page.starts_with("Q0605: ") && page.contains("\nFails:\n\n    fn main() {\n"), "{page}");
    assert!(page.contains("\nWorks:\n\n    fn main() {\n") && !page.contains('\u{1b}'), "{page}");
    // Running text fits a terminal.
    let is_prose = |line: &&str| !line.starts_with("    ");
    assert!(page.lines().filter(is_prose).all(|line| line.chars().count() <= 88), "{page}");
    assert_eq!(folder.qmlang("explain q605").quiet(), page);
    folder.qmlang("explain Q9999").fails_silent("Q0924", &["there is no code `Q9999`", "`Q0201`"]);
}

#[test]
fn help_and_version_are_results() {
    let folder = Folder::new();
    assert_eq!(folder.qmlang("--version").quiet(), format!("qmlang {}\n", env!("CARGO_PKG_VERSION")));
    let help = folder.qmlang("--help").quiet();
    for command in ["run", "check", "test", "build", "devices", "explain"] {
        assert!(help.lines().any(|line| line.trim_start().starts_with(command)), "{help}");
        assert!(folder.qmlang(&format!("{command} --help")).quiet().contains("Usage: "));
    }
}

#[test]
fn wrong_usage_has_exit_status_two() {
    let folder = Folder::with("a.qml", PARAMS);
    for command in [
        "",
        "frobnicate",
        "run",
        "run a.qml b.qml",
        "run a.qml --threads 0",
        "run a.qml --threads x",
        "run a.qml --seed -1",
        "run a.qml --shots 0",
        "run a.qml --colour",
        "check",
        "build a.qml",
        "build --target line:3",
        "build a.qml --target line:3 -O 4",
        "devices a b",
        "explain",
    ] {
        let outcome = folder.qmlang(command);
        assert_eq!((outcome.status, outcome.out.as_str()), (2, ""), "{command}: {outcome:?}");
        assert!(!outcome.err.is_empty(), "{command}");
    }
}

#[test]
fn the_first_shots_are_told_of() {
    let folder = Folder::with(
        "a.qml",
        "kernel turn(a: float) -> qubit[1] { let q = qubit[1]; ry(a, q); return q; }
        fn main() {
            let xs = linspace(0.0, 1.0, 5);
            let c = counts(turn(0.3), shots: 20);
            let zs = [expect(Z(0), turn(a), shots: 100) for a in xs];
            let more = [expect(Z(0), turn(a), shots: 10) for a in xs];
            print(sum(c.n), len(zs) + len(more));
        }",
    );
    let said = folder.qmlang("run a.qml --seed 1 -v --no-run-dir").err;
    assert_eq!(
        said,
        "`turn` on 1 qubit: statevector\n`turn`: `counts` draws 20 shots\n`turn`: `expect` of 5 at once\n`turn`: `expect` of 5 draws 500 shots of 5 circuits\n"
    );
    let said = folder.qmlang("run a.qml --seed 1 -v --no-run-dir --target emulator:iqm_garnet").err;
    assert!(said.contains("`turn`: `counts` draws 20 shots in 1 job\n"), "{said}");
    assert!(said.contains("`turn`: `expect` of 5 draws 500 shots of 5 circuits in 1 job\n"), "{said}");
}

#[test]
fn negative_numbers_are_values_that_an_option_does_not_take() {
    let folder = Folder::with("a.qml", "fn main() { print(1); }\n");
    for (option, said) in [
        ("--seed -1", "a whole number from 0 to 18446744073709551615"),
        ("--seed 1.5", "a whole number from 0"),
        ("--threads -1", "a whole number from 1 to 65535"),
        ("--threads 0", "a whole number from 1 to 65535"),
        ("--checkpoint-every -1", "a number of seconds from 0 on"),
        ("--max-bond -2", "a whole number from 1 on"),
    ] {
        let outcome = folder.qmlang(&format!("run a.qml {option}"));
        assert!(outcome.status == 2 && outcome.err.contains(said), "{option}: {outcome:?}");
    }
}
