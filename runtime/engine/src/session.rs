//! The world outside a running program, as its machine code sees it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use qml_ir::host::Module;
use qml_prelude::{Fault, Host, ResultFunction, Value};
use qml_simulator::Simulator;
use qml_source::{Code, Diagnostic, Span};

use crate::clock::Clock;
use crate::kernels::Kernels;
use crate::simulation::Simulation;

/// Where a run's output goes.
pub trait Output {
    /// A text of the program, as it is.
    fn print(&mut self, text: &str);
    /// How an optimization goes.
    fn progress(&mut self, progress: Progress);
    /// By which method a kernel's circuit of so many qubits is simulated; once for each.
    fn method(&mut self, kernel: &str, qubits: usize, method: &str);
}

/// How an optimization goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress {
    /// Steps done, from 1.
    pub step: i64,
    /// Steps in all; 0 if unknown.
    pub steps: i64,
    /// The objective of the step.
    pub objective: f64,
}

/// What a run holds while it runs.
pub(crate) struct Session<'a> {
    pub module: &'a Module,
    pub globals: Vec<Value>,
    pub kernels: Kernels,
    pub simulation: Simulation,
    pub simulator: Simulator,
    /// `--shots`.
    pub default_shots: Option<i64>,
    pub folder: PathBuf,
    pub output: &'a mut dyn Output,
    pub interrupt: Arc<AtomicBool>,
    pub clock: Clock,
}

impl Host for Session<'_> {
    fn print(&mut self, text: &str) {
        self.output.print(text);
    }

    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let full = self.folder.join(path);
        std::fs::read(&full).map_err(|error| {
            let why = match error.kind() {
                std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
                _ => error.to_string(),
            };
            Box::new(Diagnostic::error(Code::Q0901, format!("cannot read `{path}`: {why}")).note(format!(
                "looked for `{}`: paths of data start at the folder of the program",
                full.display()
            )))
        })
    }

    fn write_file(&mut self, path: &str, content: &[u8]) -> Result<(), Fault> {
        write_whole(&self.folder.join(path), content).map_err(|error| {
            Box::new(Diagnostic::error(Code::Q0906, format!("cannot write `{path}`: {error}")))
        })
    }

    fn elapsed(&mut self) -> f64 {
        self.clock.seconds()
    }

    fn result(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        self.result_of(function, key, args)
    }

    fn result_was_at(&mut self, place: Span) {
        let has_place = |warning: &Diagnostic| warning.primary.is_some();
        if let Some(warning) = self.kernels.warnings.pop_if(|warning| !has_place(warning)) {
            self.kernels.warnings.push(warning.primary(place, "this one"));
        }
    }

    fn progress(&mut self, step: i64, steps: i64, objective: f64) {
        self.output.progress(Progress { step, steps, objective });
    }

    fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

/// Writes beside the file first, so that a failure leaves what was there.
fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let written = std::fs::write(&beside, content).and_then(|()| std::fs::rename(&beside, path));
    if written.is_err() {
        // Nothing half-written stays; if there is nothing to remove, all is well.
        _ = std::fs::remove_file(&beside);
    }
    written
}

/// A fault of the simulator in words.
pub(crate) fn simulation_fault(fault: &qml_simulator::Fault) -> Fault {
    use qml_simulator::Fault as F;
    let (code, help) = match fault {
        F::TooLarge { .. } => (Code::Q0651, Some("a smaller register; each qubit less halves the memory")),
        F::TooManyShots { .. } => (Code::Q0651, Some("fewer shots")),
        F::Interrupted => return Box::new(Diagnostic::error(Code::Q0699, "the program was interrupted")),
        F::NotFinite { .. } => (Code::Q0652, None),
        F::NotHermitian { .. } => (Code::Q0653, None),
        F::QubitOutOfRange { .. } | F::ProjectorLength { .. } => (Code::Q0654, None),
        F::Unfinished => (
            Code::Q0456,
            Some(
                "count the rounds, and return whether the loop came to its end: `while not done and rounds < 8 { ... }`",
            ),
        ),
        F::Noisy => (Code::Q0721, None),
        F::Mixed => (Code::Q0655, Some("return all qubits, or use `expect` or `probs`, which allow for it")),
        F::RegisterMismatch { .. } => (Code::Q0656, None),
    };
    let diagnostic = Diagnostic::error(code, fault.to_string());
    Box::new(match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    })
}
