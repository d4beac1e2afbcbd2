//! Runs programs from their text, for the tests that look at numbers.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_driver::Files;
use qml_engine::{Budget, Options, Output, Progress, Run, Simulation};
use qml_ir::host::Module;
use qml_source::Diagnostic;

/// One file.
pub(crate) struct Text<'a>(pub &'a str);

impl Files for Text<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        if path == Path::new("program.qml") {
            Ok(self.0.to_owned())
        } else {
            Err("there is no such file".to_owned())
        }
    }
}

/// What is printed.
#[derive(Default)]
pub(crate) struct Printed(pub String);

impl Output for Printed {
    fn print(&mut self, text: &str) -> std::io::Result<()> {
        self.0.push_str(text);
        Ok(())
    }
    fn progress(&mut self, _: &Progress<'_>) {}
}

/// Seed 1, exact, one thread.
pub(crate) fn options() -> Options {
    Options {
        seed: 1,
        shots: None,
        emulated: None,
        simulation: Simulation::default(),
        threads: 1,
        folder: ".".into(),
        interrupt: Arc::new(AtomicBool::new(false)),
        budget: Budget::default(),
        record: None,
    }
}

/// The program, or what is said against it.
pub(crate) fn try_compile(source: &str) -> Result<Module, Vec<Diagnostic>> {
    let compilation = qml_driver::compile(&Text(source), Path::new("program.qml"), &[]);
    compilation.module.ok_or(compilation.diagnostics)
}

/// The program.
pub(crate) fn compile(source: &str) -> Module {
    try_compile(source).unwrap_or_else(|diagnostics| panic!("{diagnostics:#?}\n{source}"))
}

/// What `main` prints, and what the run did.
pub(crate) fn run_with(source: &str, options: &Options) -> (String, Run) {
    let mut printed = Printed::default();
    match Run::main(&compile(source), options, &mut printed) {
        Ok(run) => (printed.0, run),
        Err((fault, _)) => panic!("{fault:#?}\n{source}"),
    }
}

/// The fault that ends the run.
pub(crate) fn fault_of(source: &str, options: &Options) -> Diagnostic {
    match Run::main(&compile(source), options, &mut Printed::default()) {
        Ok(_) => panic!("no fault\n{source}"),
        Err((fault, _)) => *fault,
    }
}

/// All numbers that `main` prints.
pub(crate) fn numbers_with(source: &str, options: &Options) -> Vec<f64> {
    let (text, _) = run_with(source, options);
    let words =
        text.split(|c: char| c.is_whitespace() || "[](),".contains(c)).filter(|word| !word.is_empty());
    words.map(|word| word.parse().unwrap_or_else(|_| panic!("`{word}` is no number in\n{text}"))).collect()
}

/// All numbers that `main` prints with the usual options.
pub(crate) fn numbers(source: &str) -> Vec<f64> {
    numbers_with(source, &options())
}

/// Holds what is printed against numbers known beforehand.
pub(crate) fn check_numbers(source: &str, expected: &[f64]) {
    let found = numbers(source);
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for (found_one, expected_one) in found.iter().zip(expected) {
        assert!((found_one - expected_one).abs() < 1e-12, "{found:?} is not {expected:?}\n{source}");
    }
}
