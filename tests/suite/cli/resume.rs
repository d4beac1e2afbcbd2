//! Runs that are stopped and go on: to the last bit as if they had not been.

use std::process::{Child, Command, Stdio};
use std::time::Duration;

use super::runs::{PROGRAM, manifest, timeless_metrics, with_program};
use crate::suite::tool::Folder;

/// Starts the tool; nobody waits for it.
fn start(folder: &Folder, command: &str) -> Child {
    Command::new(env!("CARGO_BIN_EXE_qmlang"))
        .args(command.split_whitespace())
        .current_dir(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap()
}

/// All of a run that doesn't depend on the clock.
fn kept(folder: &Folder, run: &str) -> (String, String, Vec<u8>) {
    let values = std::fs::read(folder.path().join(run).join("values.npz")).unwrap();
    (folder.read(&format!("{run}/output.txt")), timeless_metrics(folder, run), values)
}

/// Numbers that look random, the same each time.
struct Moments(u64);

impl Moments {
    fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % end
    }
}

/// A run of the program is killed again and again, and lasts long enough for that.
#[test]
fn a_hundred_kills_change_no_bit() {
    let program = PROGRAM
        .replace("steps: 40", "steps: 400")
        .replace("epochs: 12, patience: 3", "epochs: 40, patience: 40");
    let program = program
        .replace("steps: 10", "steps: 60")
        .replace("print(\"begin\");", "print(\"begin\", elapsed() >= 0.0);");
    let folder = Folder::in_memory();
    folder.write("train.qml", &program);
    let often = "--checkpoint-every 0.005 -q --threads 1";
    folder.qmlang(&format!("run train.qml --seed 3 --run-dir whole {often}")).quiet();
    let whole = kept(&folder, "whole");
    let seconds = manifest(&folder, "whole")["seconds"].as_f64().unwrap();
    // From the first moments of the process to somewhere in its work.
    let latest = 20_000 + (seconds * 0.5e6) as u64;

    let mut moments = Moments(7);
    let mut n_kills = 0;
    for n in 0.. {
        let run = format!("run{n}");
        let mut command = format!("run train.qml --seed 3 --run-dir {run} {often}");
        for _ in 0..10 {
            let mut child = start(&folder, &command);
            std::thread::sleep(Duration::from_micros(moments.below(latest)));
            child.kill().unwrap();
            n_kills += usize::from(!child.wait().unwrap().success());
            if folder.path().join(&run).join("manifest.json").exists() {
                command = format!("resume {run} {often}");
            } else {
                // It was killed before it had anything to keep.
                _ = std::fs::remove_dir_all(folder.path().join(&run));
            }
        }
        let outcome = folder.qmlang(&command);
        assert_eq!(outcome.status, 0, "{outcome:?}");
        let resumed = kept(&folder, &run);
        assert_eq!(resumed.0, whole.0, "output of {run}");
        assert_eq!(resumed.1, whole.1, "metrics of {run}");
        assert!(resumed.2 == whole.2, "values of {run}");
        assert_eq!(manifest(&folder, &run)["status"], "finished");
        if n_kills >= 100 {
            break;
        }
        assert!(n < 50, "only {n_kills} were killed while they ran");
    }
}

#[test]
fn what_was_shown_is_not_shown_again() {
    let folder = with_program(PROGRAM);
    let whole = folder.qmlang("run train.qml --seed 3 --run-dir whole -q").quiet();
    let stopped = folder.qmlang("run train.qml --seed 3 --run-dir part --budget shots=1000");
    stopped
        .clone()
        .fails("Q0927", &["1020 shots would be spent, 1000 is allowed", "`qmlang resume part` goes on"]);
    assert_eq!(folder.qmlang("resume part").fails("Q0927", &[]).out, "", "the budget is that of the run");
    let rest = folder.qmlang("resume part --budget shots=100_000 -q").quiet();
    assert_eq!(stopped.out.clone() + &rest, whole);
    assert!(!stopped.out.is_empty() && !rest.is_empty());
    assert_eq!(kept(&folder, "part"), kept(&folder, "whole"));
    // The costs of what was done twice are counted once.
    let ledger = |run: &str| folder.read(&format!("{run}/ledger.jsonl")).lines().next().unwrap().to_owned();
    let timeless = |line: String| line.split("\"seconds\"").next().unwrap().to_owned();
    assert_eq!(timeless(ledger("part")), timeless(ledger("whole")));
    let outcome = folder.qmlang("resume part");
    assert_eq!((outcome.status, outcome.out.as_str()), (0, ""));
    assert!(outcome.err.contains("has come to its end"), "{outcome:?}");
}

#[test]
fn another_version_of_the_tool_is_told_of() {
    let folder = with_program(PROGRAM);
    folder.qmlang("run train.qml --seed 3 --run-dir part -q --budget shots=1000").fails("Q0927", &[]);
    let manifest = folder.read("part/manifest.json");
    let version = env!("CARGO_PKG_VERSION");
    let older = manifest.replace(&format!("\"qmlang\": \"{version}\""), "\"qmlang\": \"0.0.1\"");
    assert_ne!(older, manifest);
    folder.write("part/manifest.json", older);
    let outcome = folder.qmlang("resume part -q --budget shots=10000");
    assert_eq!(outcome.status, 0, "{outcome:?}");
    assert!(outcome.err.starts_with("qmlang 0.0.1 began this run"), "{outcome:?}");
}

/// Long enough to be stopped by hand: it ends by itself only if nothing stops it.
const LONG: &str = "fn main() {
        var w = [1.0, 2.0];
        optimize w with adam(lr: 1e-6), steps: 100_000_000 { minimize sum(w ** 2); }
    }";

#[cfg(unix)]
#[test]
fn signals_stop_a_run_so_that_it_can_go_on() {
    for (signal, status) in [("INT", 130), ("TERM", 143)] {
        let folder = with_program(LONG);
        let child = start(&folder, "run train.qml --seed 1 --run-dir here --checkpoint-every 1000");
        wait_for_rows(&folder);
        let kill = |signal: &str| {
            let sent = Command::new("kill").args([format!("-{signal}"), child.id().to_string()]).status();
            assert!(sent.unwrap().success());
        };
        assert!(!folder.path().join("here/checkpoints/state.msgpack").exists());
        kill("USR1");
        until(|| folder.path().join("here/checkpoints/state.msgpack").exists());
        kill(signal);
        let output = child.wait_with_output().unwrap();
        let err = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(status), "{err}");
        assert!(err.contains("`qmlang resume here` goes on"), "{err}");
        let manifest = manifest(&folder, "here");
        assert_eq!((&manifest["status"], &manifest["exit_status"]), (&"interrupted".into(), &status.into()));
        let steps = manifest["optimizes"][0]["steps"].as_u64().unwrap();
        let rows = folder.read("here/metrics.csv").lines().count() as u64 - 1;
        assert_eq!((steps, steps > 0), (rows, true));
    }
}

/// One call that takes minutes is left as a loop is.
#[cfg(unix)]
#[test]
fn signals_stop_a_single_call() {
    let program = "fn main() {
        var h = X(0);
        for i in 0..20 { h = h + X(i) + Z(i) * Z((i + 1) % 20); }
        print(\"begun\");
        print(ground_energy(h));
    }";
    let folder = with_program(program);
    let child = start(&folder, "run train.qml --seed 1 --run-dir here");
    let begun = || std::fs::read_to_string(folder.path().join("here/output.txt")).unwrap_or_default();
    until(|| begun() == "begun\n");
    assert!(Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(130), "{output:?}");
    assert_eq!(String::from_utf8(output.stdout).unwrap(), "begun\n");
    assert_eq!(manifest(&folder, "here")["fault"]["line"], 5);
}

#[cfg(unix)]
fn wait_for_rows(folder: &Folder) {
    let rows = || std::fs::read_to_string(folder.path().join("here/metrics.csv")).unwrap_or_default();
    until(|| rows().lines().count() > 1);
}

#[cfg(unix)]
fn until(is_so: impl Fn() -> bool) {
    for _ in 0..6000 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(10));
    }
    panic!("it does not come to that");
}

/// Nothing is promised of a run that would come to the same end.
#[test]
fn only_what_may_end_otherwise_is_to_be_resumed() {
    let folder = with_program(
        "fn main() { var w = 1.0; optimize w with sgd(lr: 0.3), steps: 9 { minimize sqrt(w) + w; } }",
    );
    let failed = folder.qmlang("run train.qml --seed 1 --run-dir here");
    assert!(failed.err.ends_with("kept in here\n"), "{failed:?}");
    let program = "kernel k() -> qubit[1] { let q = qubit[1]; h(q); return q; }
        fn main() { for i in 0..4 { print(i, len(samples(k(), shots: 10))); } }";
    let folder = with_program(program);
    let stopped = folder.qmlang("run train.qml --seed 1 --run-dir here --budget shots=20");
    assert!(
        stopped.err.ends_with("`qmlang resume here` begins again, and shows what is new\n"),
        "{stopped:?}"
    );
    let resumed = folder.qmlang("resume here --budget shots=40");
    assert_eq!((stopped.out.as_str(), resumed.out.as_str()), ("0 10\n1 10\n", "2 10\n3 10\n"));
}

const READS: &str = r#"fn main() {
        let before: float[1] = load("w.json");
        print(before);
        var w = before;
        for k in 0..4 {
            optimize w with sgd(lr: 0.1), steps: 3 { minimize sum((w - 1.0) ** 2) + normal(0.0, 1e-9); }
            save("w.json", w);
            let again: float[1] = load("w.json");
            print(k, again);
            assert(k < LAST);
        }
    }"#;

#[test]
fn a_file_that_was_written_over_is_read_as_it_was() {
    let folder = with_program(&READS.replace("LAST", "2"));
    folder.write("first.qml", "fn main() { save(\"w.json\", [5.0]); }");
    folder.qmlang("run first.qml").quiet_but_seed();
    let stopped = folder.qmlang("run train.qml --seed 1 --run-dir here -q");
    stopped.clone().fails("Q0608", &[]);
    // It fails at the same place, and prints nothing that it has printed.
    let again = folder.qmlang("resume here -q");
    assert_eq!(again.clone().fails("Q0608", &[]).out, "");
    assert_eq!(folder.read("here/output.txt"), stopped.out);
}

/// A process that stops before it has come to where the one before was leaves all that is known of the run.
#[test]
fn a_resume_that_stops_early_forgets_nothing() {
    let program = "kernel k() -> qubit[1] { let q = qubit[1]; h(q); return q; }
        fn main() {
            print(len(samples(k(), shots: 10)));
            var w: float[1] = load(\"w.json\");
            save(\"w.json\", w + 1.0);
            plot([1.0, 2.0], title: \"a\");
            optimize w with sgd(lr: 0.1), steps: 3 { minimize sum(w ** 2) + 0.0 * expect(Z(0), k(), shots: 20); }
            print(w, len(samples(k(), shots: 1000)));
        }";
    let begin = || {
        let folder = with_program(program);
        folder.write("first.qml", "fn main() { save(\"w.json\", [5.0]); }");
        folder.qmlang("run first.qml").quiet_but_seed();
        folder
    };
    let whole = begin().qmlang("run train.qml --seed 1 --run-dir here -q").quiet();
    let folder = begin();
    folder.qmlang("run train.qml --seed 1 --run-dir here -q --budget shots=500").fails("Q0927", &[]);
    let known = |folder: &Folder| {
        let manifest = manifest(folder, "here");
        let ledger = folder.read("here/ledger.jsonl");
        let total: serde_json::Value = serde_json::from_str(ledger.lines().last().unwrap()).unwrap();
        let lists = ["reads", "writes", "plots", "optimizes"].map(|name| manifest[name].clone());
        (lists, total["shots"].clone(), total["circuits"].clone())
    };
    let before = known(&folder);
    assert!(before.0.iter().all(|list| list.as_array().unwrap().len() == 1), "{before:?}");
    for _ in 0..2 {
        let early = folder.qmlang("resume here --budget shots=5");
        assert!(early.err.ends_with("`qmlang resume here` goes on\n"), "{early:?}");
        early.fails("Q0927", &[]);
        assert_eq!(known(&folder), before);
    }
    let resumed = folder.qmlang("resume here -q --budget shots=5000").quiet();
    assert_eq!(format!("10\n{resumed}"), whole);
    assert_eq!(known(&folder).0, before.0);
}

#[test]
fn a_run_that_would_print_something_else_is_not_resumed() {
    let folder = with_program(&READS.replace("LAST", "2"));
    folder.write("first.qml", "fn main() { save(\"w.json\", [5.0]); }");
    folder.qmlang("run first.qml").quiet_but_seed();
    folder.qmlang("run train.qml --seed 1 --run-dir here -q").fails("Q0608", &[]);
    let text = folder.read("here/output.txt").replacen("5.0", "6.0", 1);
    folder.write("here/output.txt", text);
    // The place is that of the `print`, not of what would come after it.
    folder.qmlang("resume here").fails("Q0926", &["prints something else", "train.qml:3:", "print(before)"]);
    folder.write("here/checkpoints/state.msgpack", "nonsense");
    folder.qmlang("resume here").fails("Q0926", &["can't be read"]);
}

/// A bit that was lost is told, whichever it is: it would be another result.
#[test]
fn a_checkpoint_with_a_wrong_bit_is_refused() {
    let folder = with_program(PROGRAM);
    folder.qmlang("run train.qml --seed 3 --run-dir part -q --budget shots=500");
    let path = folder.path().join("part/checkpoints/state.msgpack");
    let whole = std::fs::read(&path).unwrap();
    for place in (0..whole.len()).step_by(whole.len() / 7 + 1) {
        let mut bytes = whole.clone();
        bytes[place] ^= 1 << (place % 8);
        std::fs::write(&path, bytes).unwrap();
        folder.qmlang("resume part -q").fails("Q0926", &["can't be read", "damaged"]);
    }
    std::fs::write(&path, &whole[..20]).unwrap();
    folder.qmlang("resume part -q").fails("Q0926", &["a part of it is missing"]);
}

#[test]
fn a_source_that_was_kept_is_the_one_that_began() {
    let folder = with_program(PROGRAM);
    folder.qmlang("run train.qml --seed 3 --run-dir part -q --budget shots=500");
    folder.write("part/source/train.qml", "fn main() { print(1); }");
    folder.qmlang("resume part -q").fails("Q0926", &["what this run began with, has changed since"]);
    std::fs::remove_file(folder.path().join("part/source/train.qml")).unwrap();
    folder.qmlang("resume part -q").fails("Q0926", &["what this run began with, can't be read"]);
}

#[test]
fn metrics_that_were_lost_are_told_of() {
    let folder = with_program(PROGRAM);
    folder.qmlang("run train.qml --seed 3 --run-dir part -q --budget shots=500");
    let text = folder.read("part/metrics.csv");
    let left: String = text.split_inclusive('\n').take(3).collect();
    folder.write("part/metrics.csv", format!("{left}0,3,"));
    let again = folder.qmlang("resume part -q --budget shots=700");
    assert!(again.err.contains("Q0929") && again.err.contains("lost rows"), "{again:?}");
    let now = folder.read("part/metrics.csv");
    assert!(now.starts_with(&left) && now.lines().count() > 3 && !now.contains("0,3,0,"), "{now}");
    std::fs::remove_file(folder.path().join("part/metrics.csv")).unwrap();
    folder.qmlang("resume part -q --budget shots=10000");
    assert!(folder.read("part/metrics.csv").starts_with(text.lines().next().unwrap()));
    folder.qmlang("report part").quiet();
}

/// A full disk behind standard output, or nobody who reads it.
#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_ends_the_run_as_failed() {
    use std::process::{Command, Stdio};
    let folder = with_program("fn main() { print(1); print(2); save(\"w.json\", 3.0); }");
    let full = || Stdio::from(std::fs::File::options().write(true).open("/dev/full").unwrap());
    let tool = || {
        let mut tool = Command::new(env!("CARGO_BIN_EXE_qmlang"));
        tool.current_dir(folder.path());
        tool
    };
    let run = tool().args(["run", "train.qml", "--run-dir", "here"]).stdout(full()).output().unwrap();
    let told = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1), "{told}");
    assert!(told.contains("Q0906") && told.contains("what the program prints"), "{told}");
    assert!(folder.read("here/manifest.json").contains("\"failed\""));
    let listed = tool().arg("devices").stdout(full()).output().unwrap();
    assert_eq!(listed.status.code(), Some(1));
    assert!(String::from_utf8(listed.stderr).unwrap().contains("cannot write to standard output"));
}

#[test]
fn the_program_that_began_goes_on() {
    let folder = with_program(PROGRAM);
    let whole = folder.qmlang("run train.qml --seed 3 --run-dir whole -q").quiet();
    let stopped = folder.qmlang("run train.qml --seed 3 --run-dir part -q --budget shots=500");
    folder.write("train.qml", PROGRAM.replace("0.5 * X(0)", "0.7 * X(0)"));
    let rest = folder.qmlang("resume part --budget shots=10000 -q");
    assert_eq!(stopped.out + &rest.out, whole);
    assert!(rest.err.starts_with("`train.qml` has changed"), "{rest:?}");
}
