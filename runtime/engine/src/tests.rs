//! Runs of whole modules, from their printed form.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use qml_ir::host::Module;
use qml_source::Code;

use crate::{Budget, Options, Output, Progress, Run, Simulation, TestOutcome};

/// Keeps what is printed; stops the program after the first text, if it is told to.
#[derive(Default)]
struct Printed {
    text: String,
    stops: Option<Arc<AtomicBool>>,
}

impl Output for Printed {
    fn print(&mut self, text: &str) -> std::io::Result<()> {
        self.text.push_str(text);
        if let Some(flag) = &self.stops {
            flag.store(true, Ordering::Relaxed);
        }
        Ok(())
    }
    fn progress(&mut self, _: &Progress<'_>) {}
}

fn parse(text: &str) -> Module {
    let module = Module::parse(text).unwrap_or_else(|error| panic!("{error}\n{text}"));
    module.validate().unwrap_or_else(|broken| panic!("{broken}\n{text}"));
    module
}

fn options() -> Options {
    Options {
        seed: 3,
        shots: None,
        emulated: None,
        simulation: Simulation::default(),
        threads: 1,
        folder: PathBuf::new(),
        interrupt: Arc::default(),
        budget: Budget::default(),
        record: None,
    }
}

/// A folder that is empty at the start and gone at the end.
struct Folder(PathBuf);

impl Folder {
    fn new(name: &str) -> Self {
        let path = std::env::temp_dir().join(format!("qml-engine-{}-{name}", std::process::id()));
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
    }
}

#[test]
fn randomness_of_globals_is_not_that_of_main() {
    // Both draw with the key that they get, mixed with the same salt; so does a second global.
    let module = parse(
        "global a: float = @draw  global b: float = @draw  main @main
        fn @draw(%0 key: int) -> (float) {
            %1: int = const[1]  %2: int = builtin[op.mix] %0, %1
            %3: float = const[0.0]  %4: float = const[1.0]  %5: unit = const[unit]
            %6: float = builtin[uniform] %2, %3, %4, %5, %5
            return %6 }
        fn @main(%0 key: int) -> () {
            %1: float = call[@draw] %0  %2: float = global[a]  %3: float = global[b]
            %4: unit = builtin[print] %1  %5: unit = builtin[print] %2  %6: unit = builtin[print] %3
            return }",
    );
    let mut printed = Printed::default();
    Run::main(&module, &options(), &mut printed).unwrap();
    let lines: std::collections::BTreeSet<&str> = printed.text.lines().collect();
    assert_eq!(lines.len(), 3, "{}", printed.text);
}

const WRITE: &str = "main @main
    fn @main(%0 key: int) -> () {
        %1: string = const[\"out.csv\"]  %2: int = const[2]
        %3: tensor(float, 2) = map %2 { (%4: int)
            %5: tensor(float, 1) = map %2 { (%6: int) %7: float = to_float %6 yield %7 } yield %5 }
        %8: unit = const[unit]
        %9: unit = builtin[write_csv] %1, %3, %8
        return }";

#[test]
fn files_are_written_beside_the_program() {
    let folder = Folder::new("written");
    Run::main(&parse(WRITE), &Options { folder: folder.0.clone(), ..options() }, &mut Printed::default())
        .unwrap();
    assert_eq!(folder.names(), ["out.csv"]);
    assert_eq!(std::fs::read_to_string(folder.0.join("out.csv")).unwrap().lines().count(), 2);
}

#[test]
fn a_file_that_cannot_be_written_leaves_nothing() {
    let folder = Folder::new("refused");
    std::fs::create_dir(folder.0.join("out.csv")).unwrap();
    let options = Options { folder: folder.0.clone(), ..options() };
    let (fault, _) = Run::main(&parse(WRITE), &options, &mut Printed::default()).unwrap_err();
    assert_eq!(fault.code, Code::Q0906);
    assert_eq!(folder.names(), ["out.csv"]);
}

const TESTS: &str = "
    test \"first\" @print  test \"fails\" @fail  test \"last\" @print
    fn @print(%0 key: int) -> () { %1: unit = builtin[print] %0  return }
    fn @fail(%0 key: int) -> () {
        %1: int = const[0]  %2: int = div_floor %0, %1 !0:5:6  %3: unit = builtin[print] %2  return }";

fn outcomes(filter: &str) -> Vec<(String, Option<Code>)> {
    let mut outcomes = Vec::new();
    let mut report =
        |outcome: TestOutcome| outcomes.push((outcome.name, outcome.fault.map(|fault| fault.code)));
    Run::tests(&parse(TESTS), filter, &options(), &mut Printed::default(), &mut report).unwrap();
    outcomes
}

#[test]
fn a_test_that_fails_does_not_keep_others_from_running() {
    let expected = [("first", None), ("fails", Some(Code::Q0602)), ("last", None)];
    assert_eq!(outcomes(""), expected.map(|(name, code)| (name.to_owned(), code)));
    assert_eq!(outcomes("las"), [("last".to_owned(), None)]);
}

#[test]
fn an_interrupt_ends_all_tests() {
    let options = options();
    let mut printed = Printed { stops: Some(options.interrupt.clone()), ..Printed::default() };
    let mut n_reported = 0;
    let result = Run::tests(&parse(TESTS), "", &options, &mut printed, &mut |_| n_reported += 1);
    assert_eq!(result.unwrap_err().0.code, Code::Q0699);
    assert_eq!(n_reported, 1);
}
