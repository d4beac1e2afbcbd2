//! The world outside a running program, as its machine code sees it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use qml_ir::host::Module;
use qml_prelude::chart::Chart;
use qml_prelude::observable::Observable;
use qml_prelude::{Columns, Fault, Host, Optimizer, ResultFunction, Stage, Training, Value};
use qml_simulator::Simulator;
use qml_source::{Code, Diagnostic, Span};

use crate::batch::name;
use crate::charts;
use crate::kernels::{Kernels, Mark};
use crate::ledger::Costs;
use crate::record::Record;
use crate::simulation::Simulation;

/// Where a run's output goes.
pub trait Output {
    /// A text of the program, as it is; a failure ends the run.
    fn print(&mut self, text: &str) -> std::io::Result<()>;
    /// How an optimization goes.
    fn progress(&mut self, progress: &Progress<'_>);
    /// By which method a kernel's circuit of so many qubits is simulated; once for each.
    fn method(&mut self, _kernel: &str, _qubits: usize, _method: &str) {}
    /// That calls of a function for a kernel are made at once, and how many the first time; once for each.
    fn batch(&mut self, _kernel: &str, _function: &str, _calls: usize) {}
    /// That a function draws shots of a kernel, and what the first time; once for each.
    fn drawn(&mut self, _drawn: &Drawn<'_>) {}
}

/// Shots that were drawn for calls of a function.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Drawn<'a> {
    /// Of which kernel.
    pub kernel: &'a str,
    /// `counts`, `expect`, `gradients` and so on.
    pub function: &'static str,
    /// How many calls.
    pub calls: usize,
    /// How many circuits ran for them.
    pub circuits: u64,
    /// How many shots these had together.
    pub shots: u64,
    /// How many jobs that is on a device; none without one.
    pub jobs: Option<u64>,
}

/// How an optimization goes.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Progress<'a> {
    /// Its number, from 0.
    pub optimize: u64,
    /// Steps done, from 1.
    pub step: u64,
    /// Steps in all, if that is known.
    pub steps: Option<u64>,
    /// The objective of the step.
    pub objective: f64,
    /// What the last round was judged by, if there is a `validate:`.
    pub validation: Option<f64>,
    /// What the program's own metrics were after the last round.
    pub metrics: &'a [(String, f64)],
    /// Seconds since the run started.
    pub seconds: f64,
    /// Shots drawn since then.
    pub shots: u64,
    /// Time of the device since then; none without one.
    pub qpu_seconds: Option<f64>,
}

/// How a round of an `optimize` was.
#[derive(Clone, Debug, Default)]
pub(crate) struct Judged {
    validation: Option<f64>,
    /// The program's own metrics, by name.
    metrics: Vec<(String, f64)>,
    /// Whether there was a round.
    is_measured: bool,
}

/// What a run holds while it runs.
pub(crate) struct Session<'a> {
    pub module: &'a Module,
    pub globals: Vec<Value>,
    pub kernels: Kernels,
    /// The observables of the latest call, and the value that they are of.
    pub observables: Option<(Value, Arc<[Observable]>)>,
    /// What was spent when work ahead of its turn began, innermost last.
    pub marks: Vec<Mark>,
    pub simulation: Simulation,
    pub simulator: Simulator,
    /// `--shots`.
    pub default_shots: Option<i64>,
    pub folder: PathBuf,
    pub output: &'a mut dyn Output,
    pub interrupt: Arc<AtomicBool>,
    pub record: Record,
    /// What the last round of the `optimize` that runs was judged by, and its metrics.
    pub judged: Judged,
    /// The function of the first chart that has no place to be kept at.
    pub undrawn: Option<&'static str>,
    /// How many charts each function has drawn.
    pub n_charts: BTreeMap<&'static str, usize>,
}

impl Host for Session<'_> {
    fn print(&mut self, text: &str) -> Result<(), Fault> {
        let new = self.record.print(text)?;
        if !new.is_empty() {
            self.output.print(new).map_err(|error| {
                let message = format!("cannot write what the program prints: {error}");
                Box::new(Diagnostic::error(Code::Q0906, message))
            })?;
        }
        Ok(())
    }

    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let full = self.folder.join(path);
        self.record.read(path, std::fs::read(&full)).map_err(|error| {
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
        let full = self.folder.join(path);
        self.record.before_write(path, &full);
        write_whole(&full, content).map_err(|error| {
            Box::new(Diagnostic::error(Code::Q0906, format!("cannot write `{path}`: {error}")))
        })
    }

    fn chart(&mut self, chart: &Chart) -> Result<(), Fault> {
        let number = self.n_charts.entry(chart.function).or_insert(0);
        *number += 1;
        let name = format!("{}-{number}", chart.function);
        if chart.file.is_none() && self.record.folder().is_none() {
            self.undrawn.get_or_insert(chart.function);
        }
        self.record.draws(&name);
        charts::write(chart, &name, &self.folder, self.record.folder())
    }

    fn elapsed(&mut self) -> f64 {
        self.record.elapsed()
    }

    fn result(&mut self, function: ResultFunction, key: i64, args: &[Value]) -> Result<Value, Fault> {
        let before = self.kernels.books.ledger.total;
        let result = self.timed(function, key, args);
        self.enter_drawn(function, 1, &before);
        result
    }

    fn results(
        &mut self,
        function: ResultFunction,
        calls: &[(i64, Vec<Value>)],
    ) -> Result<Vec<Value>, Fault> {
        let before = self.kernels.books.ledger.total;
        let results = self.results_of(function, calls);
        self.enter_drawn(function, calls.len(), &before);
        results
    }

    fn results_in_columns(
        &mut self,
        function: ResultFunction,
        calls: &Columns<'_>,
    ) -> Result<Option<Value>, Fault> {
        // They draw no shots, of which there would be more to enter.
        self.in_columns(function, calls)
    }

    fn has_room(&mut self, function: ResultFunction, calls: &[(i64, Vec<Value>)]) -> Result<bool, Fault> {
        self.have_room(function, calls)
    }

    fn ahead(&mut self) -> usize {
        let mark = self.kernels.mark();
        self.marks.push(mark);
        self.marks.len() - 1
    }

    fn behind(&mut self, level: usize) {
        self.marks.truncate(level);
    }

    fn retry(&mut self, level: usize) {
        if let Some(mark) = self.marks.drain(level..).next() {
            self.kernels.go_back(mark);
        }
    }

    fn result_was_at(&mut self, place: Span) {
        let has_place = |warning: &Diagnostic| warning.primary.is_some();
        if let Some(warning) = self.kernels.warnings.pop_if(|warning| !has_place(warning)) {
            self.kernels.warnings.push(warning.primary(place, "this one"));
        }
    }

    fn begin_training(
        &mut self,
        training: &Training,
        begun: &Arc<Optimizer>,
    ) -> Result<Option<Arc<Optimizer>>, Fault> {
        self.judged = Judged::default();
        self.judged.metrics = training.metrics.iter().map(|name| (name.clone(), f64::NAN)).collect();
        let kept = self.record.begin_training(training, begun, &self.kernels.books.ledger);
        Ok(kept.map(|(optimizer, ledger)| {
            self.kernels.books.ledger = ledger;
            optimizer
        }))
    }

    fn runs_with_tangents(&self) -> bool {
        let is_exact = self.kernels.emulator.is_none() && self.default_shots.is_none();
        is_exact && !self.simulation.method.is_without_amplitudes()
    }

    fn trained(&mut self, stage: Stage<'_>, optimizer: &Arc<Optimizer>) -> Result<(), Fault> {
        let now = self.record.meter.look();
        let reaction = self.record.trained(stage, optimizer, &self.kernels.books.ledger, now);
        if let Some((path, value, ty)) = reaction.file {
            let bytes = qml_prelude::builtins::saved(&path, &value, &ty)?;
            self.write_file(&path, &bytes)?;
        }
        self.show(stage, optimizer, now);
        Ok(())
    }

    fn interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

impl Session<'_> {
    /// A result, with what it took in the books.
    pub(crate) fn timed(
        &mut self,
        function: ResultFunction,
        key: i64,
        args: &[Value],
    ) -> Result<Value, Fault> {
        let before = self.record.meter.seconds();
        let result = self.result_of(function, key, args);
        let seconds = self.record.meter.look() - before;
        if let Some(kernel) = self.kernels.last.take() {
            self.kernels.books.enter_calls(&kernel, 1, seconds);
        }
        result
    }

    /// Enters the jobs of what was run since then, and tells of the first shots.
    fn enter_drawn(&mut self, function: ResultFunction, calls: usize, before: &Costs) {
        let total = self.kernels.books.ledger.total;
        let (circuits, shots) = (total.circuits - before.circuits, total.shots - before.shots);
        if shots == 0 {
            return;
        }
        let jobs = self.kernels.emulator.as_ref().map(|emulator| {
            let most = emulator.device().limits.max_circuits_per_job.unwrap_or(circuits);
            circuits.div_ceil(most.max(1))
        });
        let Some(kernel) = self.kernels.latest_name() else { return };
        if let Some(jobs) = jobs {
            self.kernels.books.enter_jobs(&kernel, jobs);
        }
        let function = name(function);
        if self.kernels.told_shots.insert((kernel.clone(), function)) {
            self.output.drawn(&Drawn { kernel: &kernel, function, calls, circuits, shots, jobs });
        }
    }

    /// Tells whoever watches how an optimization goes, so many seconds since the run started.
    fn show(&mut self, stage: Stage<'_>, optimizer: &Optimizer, seconds: f64) {
        let run = optimizer.running();
        match stage {
            Stage::Step(steps) => {
                let total = self.kernels.books.ledger.total;
                self.output.progress(&Progress {
                    optimize: self.record.n_trainings() - 1,
                    step: run.steps,
                    steps,
                    objective: if run.settings.is_maximized { -run.value } else { run.value },
                    validation: self.judged.validation,
                    metrics: if self.judged.is_measured { &self.judged.metrics } else { &[] },
                    seconds,
                    shots: total.shots,
                    qpu_seconds: self.kernels.books.on_device.then_some(total.qpu_seconds),
                });
            }
            Stage::Round(validation, metrics) => {
                self.judged.validation = validation;
                self.judged.is_measured = true;
                for ((_, shown), metric) in self.judged.metrics.iter_mut().zip(metrics) {
                    *shown = *metric;
                }
            }
            Stage::End => {}
        }
    }
}

/// Writes beside the file first, so that a failure leaves what was there.
pub(crate) fn write_whole(path: &Path, content: &[u8]) -> std::io::Result<()> {
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
        F::TooLarge { .. } => (
            Code::Q0651,
            Some(
                "a smaller register, each qubit less halves the memory; or `--method mps` if there is little entanglement",
            ),
        ),
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
