//! The folder of a run: when there is one, and what it holds.

use std::path::Path;

use serde_json::Value as Json;

use crate::suite::tool::{Folder, Outcome};

/// Trains without data, with data, and with shots; prints in between.
pub(super) const PROGRAM: &str = r#"
    kernel pair(w: float[2]) -> qubit[2] {
        let q = qubit[2];
        ry(w, q);
        cx(q[0], q[1]);
        return q;
    }

    struct Line { a: float, b: float }

    fn main() {
        let h = Z(0) * Z(1) + 0.5 * X(0);
        print("begin");
        var w = [0.1, 0.2];
        var offset = 3.0;
        optimize (w, offset) with adam(lr: 0.1), steps: 40 {
            minimize expect(h, pair(w)) + offset ** 2;
        }
        print(w, offset, "ä");
        let xs = linspace(-1.0, 1.0, 21);
        let ys = 3.0 * xs + 0.5 + normal(0.0, 0.1, 21);
        var line = Line(a: 0.0, b: 0.0);
        optimize (line.a, line.b) with sgd(lr: 0.2), epochs: 12, patience: 3,
                validate: -mse(line.a * xs + line.b, ys), metrics: (slope: line.a, gap: abs(line.b - 0.5)) over (x, y) in batches((xs, ys), 5) {
            maximize -mse(line.a * x + line.b, y);
        }
        print(line.a, line.b);
        for k in 0..3 {
            optimize w with spsa(lr: 0.1), steps: 10 {
                minimize expect(h, pair(w), shots: 20) + normal(0.0, 0.01);
            }
            print(k, w);
        }
    }"#;

/// A folder with a program in it.
pub(super) fn with_program(program: &str) -> Folder {
    Folder::with("train.qml", program)
}

/// A table of numbers with a header; a cell may be empty.
fn table(text: &str) -> (Vec<&str>, Vec<Vec<Option<f64>>>) {
    let mut lines = text.lines();
    let header = lines.next().unwrap().split(',').collect();
    let row =
        |line: &str| line.split(',').map(|cell| (!cell.is_empty()).then(|| cell.parse().unwrap())).collect();
    (header, lines.map(row).collect())
}

/// `metrics.csv` without what the clock says.
pub(super) fn timeless_metrics(folder: &Folder, run: &str) -> String {
    let text = folder.read(&format!("{run}/metrics.csv"));
    let at = text.lines().next().unwrap().split(',').position(|name| name == "seconds").unwrap();
    let row = |line: &str| {
        let cells = line.split(',').enumerate().filter(|(i, _)| *i != at).map(|(_, cell)| cell);
        cells.collect::<Vec<_>>().join(",") + "\n"
    };
    text.lines().map(row).collect()
}

pub(super) fn manifest(folder: &Folder, run: &str) -> Json {
    serde_json::from_str(&folder.read(&format!("{run}/manifest.json"))).unwrap()
}

fn run(folder: &Folder, options: &str) -> Outcome {
    folder.qmlang(&format!("run train.qml --seed 3 {options}"))
}

#[test]
fn a_training_leaves_all_that_one_asks_for_later() {
    let folder = with_program(PROGRAM);
    let outcome = run(&folder, "--run-dir here");
    assert_eq!((outcome.status, outcome.err.as_str()), (0, "kept in here\n"));
    let inside = |name: &str| folder.read(&format!("here/{name}"));
    assert_eq!(inside("output.txt"), outcome.out);
    assert_eq!(inside("source/train.qml"), PROGRAM);

    let metrics = inside("metrics.csv");
    let (header, rows) = table(&metrics);
    let column = |name: &str| header.iter().position(|column| *column == name).unwrap();
    let of = |id: f64| rows.iter().filter(|row| row[0] == Some(id)).collect::<Vec<_>>();
    assert_eq!((of(0.0).len(), of(2.0).len(), of(4.0).len()), (40, 10, 10));
    let (norm, validation, rate) = (column("grad_norm"), column("validation"), column("learning_rate"));
    assert!(of(0.0).iter().all(|row| row[norm].unwrap() > 0.0 && row[rate] == Some(0.1)));
    // 21 items in batches of 5 are five steps; the last of them is followed by the validation.
    for row in of(1.0) {
        assert_eq!(row[validation].is_some(), row[column("step")].unwrap() % 5.0 == 0.0, "{row:?}");
        assert_eq!(row[column("slope")].is_some(), row[validation].is_some(), "{row:?}");
        assert!(row[column("objective")].unwrap() < 0.0, "as written, not as it is negated: {row:?}");
    }
    assert!(of(0.0).iter().chain(&of(2.0)).all(|row| row[column("slope")].is_none()));
    let slope = of(1.0).last().unwrap()[column("slope")].unwrap();
    assert!(outcome.out.contains(&format!("{slope:?}")), "what is trained ends as its metric: {slope}");
    // Two values a step, each of two groups of Pauli strings.
    let shots = |row: &[Option<f64>]| row[column("shots")].unwrap();
    assert_eq!(shots(of(2.0)[0]), 80.0);
    assert_eq!(shots(rows.last().unwrap()), 2400.0);

    let manifest = manifest(&folder, "here");
    assert_eq!(manifest["status"], "finished");
    assert_eq!((&manifest["exit_status"], &manifest["seed"]), (&0.into(), &3.into()));
    let optimizes = manifest["optimizes"].as_array().unwrap();
    let facts = |i: usize, name: &str| optimizes[i][name].clone();
    assert_eq!(optimizes.len(), 5);
    assert_eq!(
        (facts(0, "rule"), facts(0, "line"), facts(0, "steps")),
        ("adam".into(), 16.into(), 40.into())
    );
    assert_eq!(facts(1, "variables"), serde_json::json!(["line.a", "line.b"]));
    assert_eq!((facts(0, "ended"), facts(1, "goal")), ("rounds".into(), "maximize".into()));
    assert_eq!(facts(4, "steps"), 10);

    let ledger: Vec<Json> =
        inside("ledger.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&ledger[0]["kernel"], &ledger[0]["shots"]), (&"pair".into(), &2400.into()));
    assert_eq!((&ledger[1]["kind"], &ledger[1]["qpu_seconds"]), (&"total".into(), &Json::Null));

    // The circuit is one that `draw` and the report understand.
    assert!(inside("circuits/pair.txt").contains("cx q0 q1"), "{}", inside("circuits/pair.txt"));

    // The variables can be read back, and are those that were printed.
    folder.write(
        "read.qml",
        r#"
        struct Kept { w: float[2], offset: float }
        fn main() {
            let kept: Kept = load("here/values.npz");
            print(2, kept.w);
        }"#,
    );
    let last = outcome.out.lines().last().unwrap();
    assert_eq!(folder.qmlang("run read.qml --seed 1").quiet().trim_end(), last);
}

#[test]
fn each_run_is_kept_unless_nothing_is_to_be() {
    let folder = with_program(PROGRAM);
    folder.write("hello.qml", "fn main() { print(1); }");
    assert_eq!(folder.qmlang("run hello.qml --seed 1 --no-run-dir").err, "");
    folder.qmlang("check hello.qml").quiet();
    run(&folder, "--no-run-dir").quiet();
    assert_eq!(folder.names(), ["hello.qml", "train.qml"]);

    let kept = folder.qmlang("run hello.qml --seed 1").err;
    let here = kept.strip_prefix("kept in ").unwrap().trim_end().to_owned();
    assert!(here.starts_with("runs/") && here.ends_with("-hello"), "{here}");
    assert_eq!(folder.read(&format!("{here}/output.txt")), "1\n");
    assert_eq!(manifest(&folder, &here)["status"], "finished");
    folder.qmlang(&format!("report {here}")).quiet();
    std::fs::remove_dir_all(folder.path().join("runs")).unwrap();

    assert_eq!(folder.qmlang("run hello.qml --seed 1 --run-dir here").err, "kept in here\n");
    assert_eq!(folder.read("here/output.txt"), "1\n");
    run(&folder, "-q").quiet();
    run(&folder, "--quiet").quiet();
    let runs: Vec<_> = std::fs::read_dir(folder.path().join("runs")).unwrap().collect();
    assert_eq!(runs.len(), 2, "a folder for each, even in the same second");
    for entry in runs {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let (time, rest) = name.split_at(15);
        assert!(time.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-'), "{name}");
        assert!(rest.starts_with("-train"), "{name}");
        assert_eq!(folder.read(&format!("runs/{name}/output.txt")).lines().count(), 6);
    }
    // A run never writes over another one.
    run(&folder, "--run-dir here").fails("Q0928", &["`here`"]);
    assert_eq!(folder.read("here/output.txt"), "1\n");
}

#[test]
fn where_nothing_can_be_kept_nothing_must_be_lost() {
    let folder = with_program(PROGRAM);
    folder.write("hello.qml", "fn main() { print(1); }");
    // A file stands where the folder of all runs would be.
    folder.write("runs", "");
    let hello = folder.qmlang("run hello.qml --seed 1");
    assert_eq!((hello.status, hello.out.as_str()), (0, "1\n"));
    assert!(hello.err.starts_with("[Q0906] Warning: this run is not kept: "), "{hello:?}");
    let refused = run(&folder, "").fails("Q0906", &["runs/", "--no-run-dir"]);
    assert_eq!(refused.out, "", "nothing ran");
    folder.qmlang("run hello.qml --seed 1 --run-dir runs/one").fails("Q0906", &["runs/one"]);
    run(&folder, "--no-run-dir").quiet();
}

#[test]
fn a_failed_run_tells_why() {
    let program = PROGRAM.replace("print(k, w);", "print(k, w); assert(k < 1);");
    let folder = with_program(&program);
    let outcome = run(&folder, "--run-dir here").fails("Q0608", &["kept in here\n"]);
    // It would come to the same.
    assert!(!outcome.err.contains("resume"), "{outcome:?}");
    let manifest = manifest(&folder, "here");
    assert_eq!((&manifest["status"], &manifest["exit_status"]), (&"failed".into(), &1.into()));
    assert_eq!((&manifest["fault"]["code"], &manifest["fault"]["line"]), (&"Q0608".into(), &32.into()));
    let folder = with_program("fn main() { assert(1 > 2); }");
    let outcome = run(&folder, "--run-dir here").fails("Q0608", &["kept in here\n"]);
    assert!(!outcome.err.contains("resume"), "{outcome:?}");
}

#[test]
fn threads_change_no_bit() {
    let folder = with_program(PROGRAM);
    let kept = |threads: u32| {
        let here = format!("with{threads}");
        let outcome = run(&folder, &format!("-q --run-dir {here} --threads {threads}"));
        let values = std::fs::read(folder.path().join(Path::new(&here).join("values.npz"))).unwrap();
        (outcome.quiet(), timeless_metrics(&folder, &here), values)
    };
    let one = kept(1);
    assert_eq!(one, kept(2));
    assert_eq!(one, kept(8));
}

#[test]
fn what_a_device_would_take_is_told() {
    let program = "kernel bell() -> qubit[2] { let q = qubit[2]; h(q[0]); cx(q[0], q[1]); return q; }
        fn main() { print(expect(Z(0) * Z(1), bell(), shots: 1000) > 0.5); }";
    let folder = with_program(program);
    let outcome = run(&folder, "--target emulator:ibm_torino --run-dir here");
    assert_eq!((outcome.status, outcome.out.as_str()), (0, "true\n"), "{outcome:?}");
    let seconds = |line: &str| line.split_whitespace().last().unwrap().parse::<f64>();
    let told = outcome.err.lines().find(|line| line.starts_with("bell")).unwrap();
    // A thousand times some gates and a readout, each of them a fraction of a microsecond to a few.
    assert!((1e-4..1e-1).contains(&seconds(told).unwrap()), "{told}");
    let manifest = manifest(&folder, "here");
    assert_eq!(manifest["device"]["name"], "ibm_torino");
    assert!(manifest["device"]["calibration"].is_string(), "{manifest}");
}

/// Two qubits, at 0.30 EUR a circuit and 0.002 EUR a shot.
const PRICED: &str = r#"{
    "schema": "qml-device-facts/1", "name": "mine", "num_qubits": 2, "paradigm": "gate",
    "connectivity": {"kind": "graph", "edges": [[0, 1]]},
    "native_gates": [
        {"name": "prx", "num_qubits": 1, "params": [{"name": "angle", "unit": "rad"}, {"name": "phase", "unit": "rad"}]},
        {"name": "cz", "num_qubits": 2, "params": []}
    ],
    "calibration": {"averages": {"error_1q": 0.001, "error_2q": 0.01, "duration_1q_s": 2e-8, "duration_2q_s": 4e-8}},
    "price": {"currency": "EUR", "per_task": 0.30, "per_shot": 0.002}
}"#;

#[test]
fn money_is_counted_and_not_spent_beyond_the_budget() {
    let folder = with_program(
        "kernel turn(a: float) -> qubit[1] { let q = qubit[1]; ry(a, q[0]); return q; }
        fn main() {
            var a = 0.5;
            optimize a with spsa(lr: 1.0), steps: 20 { minimize expect(Z(0), turn(a), shots: 100); }
            print(a);
        }",
    );
    folder.write("mine.json", PRICED);
    let target = "--target emulator:./mine.json";
    let whole = run(&folder, &format!("{target} --run-dir whole"));
    // Two circuits of 100 shots a step, each at 0.30 + 0.20.
    let total = |run: &str| -> Json {
        let ledger = folder.read(&format!("{run}/ledger.jsonl"));
        serde_json::from_str(ledger.lines().last().unwrap()).unwrap()
    };
    assert!((total("whole")["price"].as_f64().unwrap() - 20.0).abs() < 1e-9, "{}", total("whole"));
    assert_eq!(total("whole")["currency"], "EUR");
    assert!(whole.err.contains("EUR\n") && whole.err.contains("20.0000"), "{whole:?}");

    let stopped = run(&folder, &format!("{target} --run-dir part --budget eur=5.2"));
    for said in ["[Q0927]", "5.5000 EUR would be spent, 5.2 is allowed", "`qmlang resume part` goes on"] {
        assert!(stopped.status == 1 && stopped.err.contains(said), "{stopped:?}");
    }
    assert!((total("part")["price"].as_f64().unwrap() - 5.0).abs() < 1e-9, "{}", total("part"));
    folder.write("mine.json", PRICED.replace("\"error_2q\": 0.01", "\"error_2q\": 0.02"));
    folder
        .qmlang("resume part --budget eur=100")
        .fails("Q0926", &["has other figures than when this run began"]);
    folder.write("mine.json", PRICED);
    let rest = folder.qmlang("resume part --budget eur=100");
    assert_eq!((rest.status, rest.out.as_str()), (0, whole.out.as_str()));
    assert!((total("part")["price"].as_f64().unwrap() - 20.0).abs() < 1e-9, "{}", total("part"));

    // Five of twenty steps are paid for; at twice the price for a shot, the others are dearer.
    run(&folder, &format!("{target} --run-dir dearer --budget eur=5.2"));
    folder.write("mine.json", PRICED.replace("EUR", "USD"));
    folder
        .qmlang("resume dearer --budget usd=100")
        .fails("Q0926", &["paid in USD now, and this run began in EUR"]);
    folder.write("mine.json", PRICED.replace("0.002", "0.004"));
    let rest = folder.qmlang("resume dearer --budget eur=100");
    assert!(
        rest.err.contains("was 0.3 EUR a circuit, 0.002 EUR a shot, and is 0.3 EUR a circuit, 0.004 EUR"),
        "{rest:?}"
    );
    assert_eq!((rest.status, rest.out.as_str()), (0, whole.out.as_str()));
    let price = total("dearer")["price"].as_f64().unwrap();
    assert!((price - (5.0 + 15.0 * 2.0 * 0.70)).abs() < 1e-9, "{price}");
    folder.write("mine.json", PRICED);

    assert_eq!(run(&folder, &format!("{target} --budget EUR=100,shots=1e4 --run-dir other")).out, whole.out);
    for (limits, said) in [
        ("usd=5", "the device's price is in `eur`"),
        ("eur=5,EUR=6", "`EUR` has a limit already"),
        ("shots=1.5", "a number of shots is whole"),
        ("euros=5", "the device's price is in `eur`"),
    ] {
        let example = "`--budget shots=100000,qpu_s=60,eur=20`";
        run(&folder, &format!("{target} --budget {limits}")).fails("Q0912", &[said, example]);
    }
    for money in ["usd", "foo", "euros"] {
        let said = format!("there is no limit `{money}` on this target");
        run(&folder, &format!("--budget {money}=5"))
            .fails("Q0912", &[&said, "`price`", "`--budget shots=100000`"]);
    }
    run(&folder, "--budget shots=10,").fails("Q0912", &["`--budget shots=10,`", "between commas"]);
    run(&folder, "--budget qpu_s=5").fails("Q0912", &["a simulator has no QPU seconds", "emulator:"]);
}

#[test]
fn the_state_of_an_optimize_can_be_a_file() {
    let folder = with_program(
        r#"fn main() {
            var w = [1.0, -2.0];
            var b = 0.5;
            optimize (w, b) with momentum(lr: 0.05), steps: 9, checkpoint: "state.json" {
                minimize sum(w ** 2) + b ** 4;
            }
            optimize (w, b) with momentum(lr: 0.05), steps: 1 { minimize b + w[0]; }
            var ((v, c), opt): ((float[2], float), optimizer) = load("state.json");
            optimize (v, c) with opt, steps: 11 { minimize sum(v ** 2) + c ** 4; }
            var u = [1.0, -2.0];
            var d = 0.5;
            optimize (u, d) with momentum(lr: 0.05), steps: 20 { minimize sum(u ** 2) + d ** 4; }
            print(u == v, c == d);
        }"#,
    );
    assert_eq!(run(&folder, "--no-run-dir").quiet(), "[true, true] true\n");
    folder.write(
        "wrong.qml",
        "fn main() { var a = 1.0; optimize a with sgd(), steps: 1, checkpoint: \"a.npy\" { minimize a; } }",
    );
    folder.qmlang("run wrong.qml --seed 1").fails("Q0610", &["a.npy"]);
}

#[test]
fn folders_that_can_not_be_are_told_without_the_systems_words() {
    let folder = with_program("fn main() { print(1); }");
    folder.write("taken", "");
    let long = "x".repeat(300);
    for (path, said) in [
        ("taken", "there is a file of this name"),
        ("taken/below", "a part of this path is a file"),
        (long.as_str(), "too long"),
    ] {
        let outcome = run(&folder, &format!("--run-dir {path}")).fails("Q0906", &[said]);
        assert!(!outcome.err.contains("os error"), "{outcome:?}");
    }
}

#[test]
fn runs_are_reported_and_compared() {
    let folder = with_program(PROGRAM);
    run(&folder, "-q --run-dir one");
    folder.qmlang("run train.qml --seed 4 -q --run-dir two");
    folder.qmlang("report one").quiet();
    let page = folder.read("one/report.html");
    for part in ["<svg", "pair", "2 qubits, 1 two-qubit gates", "optimize", "2400", ">slope<"] {
        assert!(page.contains(part), "{part} is not in the page");
    }
    assert!(
        !page.contains("src=\"http") && !page.contains("<script src"),
        "nothing is loaded from elsewhere"
    );
    let compared = folder.qmlang("compare one two").quiet();
    for part in ["seed", "last objective", "last slope of optimize 1", "kernel calls"] {
        assert!(compared.contains(part), "{compared}");
    }
    assert!(!compared.contains("source"), "the programs are the same\n{compared}");
    // As a process leaves it that is killed while it writes.
    let metrics = folder.read("two/metrics.csv");
    folder.write("two/metrics.csv", &metrics[..metrics.len() - 30]);
    folder
        .write("two/manifest.json", folder.read("two/manifest.json").replace("\"finished\"", "\"running\""));
    std::fs::create_dir_all(folder.path().join("two/checkpoints")).unwrap();
    let lock = std::fs::File::create(folder.path().join("two/checkpoints/lock")).unwrap();
    folder.qmlang("report two").quiet();
    assert!(folder.read("two/report.html").contains(">killed<"));
    lock.lock().unwrap();
    assert!(folder.qmlang("compare one two").quiet().contains("running"));
    let manifest = folder.read("one/manifest.json");
    folder.write("one/manifest.json", manifest.replace("\"version\": 1", "\"version\": 7"));
    for command in ["report one", "compare one two"] {
        folder.qmlang(command).fails("Q0930", &["version 7", "this tool reads version 1"]);
    }
    let version = format!("\"qmlang\": \"{}\"", env!("CARGO_PKG_VERSION"));
    folder.write("one/manifest.json", manifest.replace(&version, "\"qmlang\": \"0.0.1\""));
    let outcome = folder.qmlang("compare one two");
    assert!(outcome.err.contains("`one` is a run of qmlang 0.0.1"), "{outcome:?}");
    assert!(outcome.out.contains("qmlang"), "{outcome:?}");
}

/// A matrix of overlaps is paid for pair by pair: not twice, and not for a state with itself.
#[test]
fn shots_of_a_matrix_of_overlaps_are_counted_as_they_are_drawn() {
    let program = "kernel turn(x: float) -> qubit[1] { let q = qubit[1]; ry(x, q); return q; }
        fn main() {
            let ps = [turn(0.3 * i) for i in 0..4];
            let g = gram(ps, shots: 100);
            assert(g[1, 2] == g[2, 1] and g[3, 3] == 1.0);
            if BOTH { print(len(gram(ps, ps, shots: 10))); }
        }";
    for (both, shots) in [("false", 600), ("true", 760)] {
        let folder = with_program(&program.replace("BOTH", both));
        folder.qmlang("run train.qml --seed 1 --run-dir here -q");
        let ledger = folder.read("here/ledger.jsonl");
        let total: serde_json::Value = serde_json::from_str(ledger.lines().last().unwrap()).unwrap();
        assert_eq!(total["shots"], shots, "{ledger}");
    }
}
