//! The folder of a run: what it did, what it gave, and what `resume` needs. The book tells of its files (`runs.md`).
//!
//! The folder is made before anything runs. What is written every step is metrics and nothing else; a checkpoint is
//! written now and then, when a signal asks for it, and when the run stops early.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use qml_prelude::{Fault, Value};
use qml_source::{Code, Diagnostic};

use crate::clock::{Clock, folder_time, timestamp};
use crate::ledger::Ledger;

mod checkpoint;
mod folder;
mod foreseen;
pub mod manifest;
mod meter;
mod metrics;
mod replay;
mod results;
mod trainings;

use checkpoint::{Checkpoints, Kept, State};
use folder::{Folder, cannot, replace};
pub(crate) use foreseen::Foreseen;
use manifest::{Manifest, ResumedNote, Status};
use meter::Meter;
pub use meter::Reading;
use metrics::Metrics;
use replay::{Printed, Times};
use trainings::Running;

/// What is kept of a run, and where.
#[derive(Clone, Debug)]
pub struct RecordOptions {
    /// The folder.
    pub place: Place,
    /// What the command line knows.
    pub manifest: Manifest,
    /// Name and text of each file of the program, its own first, in the order of their numbers in spans.
    pub sources: Vec<(String, String)>,
    /// Seconds from one checkpoint to the next.
    pub checkpoint_every: f64,
    /// The number of the signal that stopped the run; 0 before.
    pub signal: Arc<AtomicUsize>,
    /// Set it to have a checkpoint written soon.
    pub save: Arc<AtomicBool>,
}

/// Where the folder of a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A new folder in this one. Where it can't be made, a run that trains nothing goes on without.
    In(PathBuf),
    /// This folder.
    At(PathBuf),
    /// This folder, of a run that stopped.
    Resumed(PathBuf),
}

/// Seconds from one checkpoint to the next, where nothing else is asked for.
pub const CHECKPOINT_EVERY: f64 = 10.0;
/// A checkpoint on a slow disk is written less often: all of them together take a tenth of the time at most.
const MOST_OF_TIME: f64 = 10.0;
/// More `optimize`s than these are not listed in the manifest.
const MOST_NOTES: usize = 1000;

/// What `resume` would do with a run that has ended.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GoingOn {
    /// Nothing, or come to the same end.
    #[default]
    No,
    /// Begin anew, and show what was not shown yet.
    FromStart,
    /// Go on with an `optimize`.
    FromCheckpoint,
}

/// Whether what stopped the run may be gone the next time, though program, seed and data are the same: a signal, a budget, a
/// file, too little memory.
fn is_from_outside(code: Code) -> bool {
    let is_of_this_run = matches!(code.as_str(), "Q0926" | "Q0928");
    matches!(code.as_str(), "Q0699" | "Q0651" | "Q0663")
        || (code.as_str().starts_with("Q09") && !is_of_this_run)
}

/// What is kept of a run while it runs.
#[derive(Debug)]
pub(crate) struct Record {
    options: Option<RecordOptions>,
    checkpoint_every: f64,
    manifest: Manifest,
    files: Option<Files>,
    pub meter: Meter,
    /// What the process before had kept: `optimize`s that had ended, and the one that ran.
    kept: BTreeMap<u64, Kept>,
    kept_running: Option<Kept>,
    /// How many files this process has read. The manifest has those that a process before had read behind them: should this
    /// one stop before it comes to them, the next one will ask.
    n_reads: usize,
    /// How many `optimize`s have begun.
    n_trainings: u64,
    /// The names of all metrics of the program.
    metric_names: Vec<String>,
    running: Option<Running>,
    /// What is trained, by name.
    values: BTreeMap<String, Value>,
    last_checkpoint: f64,
    /// How long that took.
    took: f64,
    pub warnings: Vec<Diagnostic>,
}

/// The files of a folder that are open.
#[derive(Debug)]
struct Files {
    folder: Folder,
    printed: Printed,
    times: Times,
    metrics: Metrics,
    checkpoints: Checkpoints,
}

impl Record {
    /// Where the folder can't be made, only a program that trains nothing may go on.
    pub fn new(options: Option<RecordOptions>, foreseen: Foreseen, clock: Clock) -> Result<Self, Fault> {
        let checkpoint_every = options.as_ref().map_or(CHECKPOINT_EVERY, |options| options.checkpoint_every);
        let place = options.as_ref().map(|options| options.place.clone());
        let manifest = options.as_ref().map(|options| options.manifest.clone()).unwrap_or_default();
        let mut record = Self {
            options,
            checkpoint_every,
            manifest,
            files: None,
            meter: Meter::start(clock, Reading::default()),
            kept: BTreeMap::new(),
            kept_running: None,
            n_reads: 0,
            n_trainings: 0,
            metric_names: foreseen.metrics,
            running: None,
            values: BTreeMap::new(),
            last_checkpoint: 0.0,
            took: 0.0,
            warnings: Vec::new(),
        };
        match place {
            Some(Place::At(path)) => record.make(Folder::create_at(&path)?)?,
            Some(Place::Resumed(path)) => record.go_on(Folder::open(&path)?)?,
            Some(Place::In(parent)) => match record.make_in(&parent) {
                Err(fault) if !foreseen.trains => record.keep_nothing(&fault),
                made => made?,
            },
            None => {}
        }
        Ok(record)
    }

    /// How many `optimize`s have begun.
    pub fn n_trainings(&self) -> u64 {
        self.n_trainings
    }

    /// How `resume` would go on after this fault.
    pub fn going_on(&self, fault: Option<&Fault>) -> GoingOn {
        match fault {
            Some(fault) if is_from_outside(fault.code) => {
                let has_trained = self.n_trainings > 0 || self.to_come().is_some();
                if has_trained { GoingOn::FromCheckpoint } else { GoingOn::FromStart }
            }
            _ => GoingOn::No,
        }
    }

    /// The last `optimize` that a process before was at, or had ended, and that this one hasn't come to.
    fn to_come(&self) -> Option<&Kept> {
        self.kept_running.as_ref().or_else(|| self.kept.values().next_back())
    }

    /// What the run has cost: what this process knows, or one before that had come further.
    pub fn spent(&self, ledger: Ledger) -> Ledger {
        match self.to_come() {
            Some(kept) if kept.ledger.total.calls > ledger.total.calls => kept.ledger.clone(),
            _ => ledger,
        }
    }

    /// Where the folder is, if there is one.
    pub fn folder(&self) -> Option<&Path> {
        self.files.as_ref().map(|files| files.folder.path.as_path())
    }

    fn make_in(&mut self, parent: &Path) -> Result<(), Fault> {
        let name = format!("{}-{}", folder_time(), self.manifest.name);
        self.make(Folder::create_in(parent, &name)?)
    }

    /// Nothing is lost by it but the record.
    fn keep_nothing(&mut self, why: &Diagnostic) {
        (self.options, self.files) = (None, None);
        let message = format!("this run is not kept: {}", why.message);
        self.warnings.push(
            Diagnostic::warning(Code::Q0906, message).help("`--no-run-dir` keeps nothing, and says nothing"),
        );
    }

    fn make(&mut self, folder: Folder) -> Result<(), Fault> {
        self.manifest.started = timestamp();
        let path = folder.path.clone();
        self.begin_files(folder, &State::default()).map_err(|error| cannot(&path, &error))
    }

    fn begin_files(&mut self, folder: Folder, state: &State) -> io::Result<()> {
        let sources = self.options.as_ref().map(|options| options.sources.as_slice()).unwrap_or_default();
        self.manifest.sources = results::keep_sources(&folder, sources)?;
        let printed = Printed::new(&folder.file("output.txt"), false)?;
        let times = Times::new(&folder.checkpoint("elapsed.f64"))?;
        let metrics = Metrics::new(&folder.file("metrics.csv"), &self.metric_names, state.metrics_bytes)?;
        if metrics.has_lost {
            let message = "`metrics.csv` has lost rows since this run was stopped".to_owned();
            self.warnings.push(Diagnostic::warning(Code::Q0929, message).help("what is trained is whole"));
        }
        let checkpoints = Checkpoints::new(&folder, state)?;
        self.files = Some(Files { folder, printed, times, metrics, checkpoints });
        self.write_manifest()
    }

    /// Opens the folder of a run that stopped.
    fn go_on(&mut self, folder: Folder) -> Result<(), Fault> {
        let (state, finished) = checkpoint::read(&folder)?;
        self.meter.go_on(state.meter);
        self.manifest.resumed.push(ResumedNote {
            at: timestamp(),
            optimize: state.current.as_ref().map(|kept| kept.id),
            step: state.current.as_ref().map_or(0, |kept| kept.optimizer.running().steps),
        });
        (self.manifest.status, self.manifest.exit_status) = (Status::Running, None);
        (self.manifest.fault, self.manifest.ended) = (None, None);
        let path = folder.path.clone();
        self.open_files(folder, &state).map_err(|error| cannot(&path, &error))?;
        self.kept = finished.into_iter().map(|kept| (kept.id, kept)).collect();
        self.kept_running = state.current;
        Ok(())
    }

    fn open_files(&mut self, folder: Folder, state: &State) -> io::Result<()> {
        let printed = Printed::new(&folder.file("output.txt"), true)?;
        let times = Times::new(&folder.checkpoint("elapsed.f64"))?;
        let metrics = Metrics::new(&folder.file("metrics.csv"), &self.metric_names, state.metrics_bytes)?;
        if metrics.has_lost {
            let message = "`metrics.csv` has lost rows since this run was stopped".to_owned();
            self.warnings.push(Diagnostic::warning(Code::Q0929, message).help("what is trained is whole"));
        }
        let checkpoints = Checkpoints::new(&folder, state)?;
        self.files = Some(Files { folder, printed, times, metrics, checkpoints });
        self.write_manifest()
    }

    /// The program has come to its end, and has printed all that it did before.
    pub fn check_end(&mut self) -> Result<(), Fault> {
        match self.files.as_mut().map(|files| files.printed.has_more_before()) {
            Some(Ok(true)) => Err(other_output("")),
            _ => Ok(()),
        }
    }

    /// What can't be written is told once, and the run goes on.
    fn tell(&mut self, result: io::Result<()>) {
        let Err(error) = result else { return };
        if !self.warnings.iter().any(|warning| warning.code == Code::Q0906) {
            let place = self.folder().unwrap_or(Path::new("")).display();
            let message = format!("not all of this run is kept: cannot write in `{place}`: {error}");
            self.warnings.push(Diagnostic::warning(Code::Q0906, message));
        }
    }

    /// The program prints; gives what of it nobody has seen yet. A fault if a process before printed something else.
    pub fn print<'t>(&mut self, text: &'t str) -> Result<&'t str, Fault> {
        let Some(files) = &mut self.files else { return Ok(text) };
        match files.times.flush().and_then(|()| files.printed.print(text)) {
            Ok(Some(new)) => Ok(new),
            Ok(None) => Err(other_output(text)),
            Err(error) => {
                self.tell(Err(error));
                Ok(text)
            }
        }
    }

    /// `elapsed()`
    pub fn elapsed(&mut self) -> f64 {
        let now = self.meter.seconds();
        match &mut self.files {
            Some(files) => files.times.answer(now).unwrap_or(now),
            None => now,
        }
    }

    /// A file was read; gives what the program is to see.
    pub fn read(&mut self, path: &str, content: io::Result<Vec<u8>>) -> io::Result<Vec<u8>> {
        if self.options.is_none() {
            return content;
        }
        let before = self.manifest.reads.get(self.n_reads).cloned();
        let Some(before) = before.filter(|before| before.path == path) else {
            return content.inspect(|content| {
                self.manifest.reads.truncate(self.n_reads);
                self.manifest.reads.push(replay::read_of(path, content));
                self.n_reads += 1;
            });
        };
        self.n_reads += 1;
        if content.as_ref().is_ok_and(|content| manifest::sha256(content) == before.sha256) {
            return content;
        }
        if let Some(kept) = self.files.as_ref().and_then(|files| replay::kept_input(&files.folder, &before)) {
            return Ok(kept);
        }
        if content.is_ok() {
            self.warnings.push(
                Diagnostic::warning(Code::Q0929, format!("`{path}` has changed since this run began"))
                    .help("results may be others than those of a run that was not interrupted"),
            );
        }
        content
    }

    /// A chart is about to be drawn, whose files have this name.
    pub fn draws(&mut self, name: &str) {
        push_new(&mut self.manifest.plots, name);
    }

    /// A file is about to be written.
    pub fn before_write(&mut self, path: &str, full: &Path) {
        push_new(&mut self.manifest.writes, path);
        let kept = self.keep_before_write(path, full);
        self.tell(kept);
    }

    fn keep_before_write(&mut self, path: &str, full: &Path) -> io::Result<()> {
        let Some(files) = &mut self.files else { return Ok(()) };
        files.times.flush()?;
        let Some(read) = self.manifest.reads[..self.n_reads].iter().find(|read| read.path == path) else {
            return Ok(());
        };
        replay::keep_input(&files.folder, full, read)?;
        self.write_manifest()
    }

    /// Whether a signal or the time asks for a checkpoint.
    fn is_due(&self, now: f64) -> bool {
        let Some(options) = &self.options else { return false };
        options.save.load(Ordering::Relaxed)
            || now - self.last_checkpoint >= self.checkpoint_every.max(MOST_OF_TIME * self.took)
    }

    fn checkpoint_if_due(&mut self, now: f64) {
        if self.files.is_some() && self.is_due(now) {
            let written = self.checkpoint();
            self.tell(written);
            self.last_checkpoint = self.meter.seconds();
            self.took = self.last_checkpoint - now;
        }
    }

    /// Writes all that `resume` needs.
    fn checkpoint(&mut self) -> io::Result<()> {
        if let Some(options) = &self.options {
            options.save.store(false, Ordering::Relaxed);
        }
        let meter = self.meter.read();
        let current = self.running.as_ref().filter(|running| !running.is_replayed);
        // One that a process before was at may still be to come.
        let current = current.map(|running| &running.kept).or(self.kept_running.as_ref()).cloned();
        let Some(files) = &mut self.files else { return Ok(()) };
        files.times.flush()?;
        let metrics_bytes = files.metrics.sync()?;
        files.checkpoints.write(&files.folder, current, metrics_bytes, meter)?;
        self.write_manifest()
    }

    fn write_manifest(&mut self) -> io::Result<()> {
        let Some(files) = &self.files else { return Ok(()) };
        self.manifest.seconds = self.meter.seconds();
        let mut text = serde_json::to_string_pretty(&self.manifest)?;
        text.push('\n');
        replace(&files.folder.file("manifest.json"), text.as_bytes(), false)
    }
}

/// A run that is resumed does again what it did.
fn push_new(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

fn other_output(text: &str) -> Fault {
    let line = text.lines().next().unwrap_or_default();
    Box::new(
        Diagnostic::error(Code::Q0926, "this run prints something else than it did before it stopped")
            .note(if line.is_empty() {
                "now it ends earlier; `output.txt` has what it printed".to_owned()
            } else {
                format!("now it would print `{line}`; `output.txt` has what it printed")
            })
            .help("data or the tool have changed: begin anew with `qmlang run`"),
    )
}
