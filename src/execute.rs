//! Runs `main` of a compiled program: what `run` and `resume` share.

use std::panic::resume_unwind;
use std::path::Path;
use std::sync::Arc;

use qml_devices::Device;
use qml_driver::{Compilation, Files};
use qml_engine::manifest::Manifest;
use qml_engine::{Emulated, GoingOn, Limits, MachineCode, Options, Place, RecordOptions, Run, machine_code};
use qml_ir::circuit::Circuit;
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cache::Cache;
use crate::cli::{RunHow, simulation};
use crate::progress::Terminal;
use crate::show::{self, Form, Shown};
use crate::signals;

mod budget;
mod ledger;

/// A program that can run.
pub(crate) struct Executable {
    pub compilation: Compilation,
    code: MachineCode,
}

/// Compiles a program and shows what there is to say; fails if there was an error. Machine code is made on other threads while
/// the program is followed for what it will ask of a device.
pub(crate) fn compile(
    files: &dyn Files,
    file: &Path,
    params: &[(String, String)],
    how: &RunHow,
) -> Result<Executable, Shown> {
    let unsurveyed = qml_driver::compile_unsurveyed(files, file, params);
    let threads = threads(how.threads);
    let (survey, code) = std::thread::scope(|scope| {
        let make = unsurveyed.module().map(|module| move || machine_code(module, threads));
        // A thread that isn't wanted, or can't be had, is one less.
        let spawn =
            |make| std::thread::Builder::new().stack_size(crate::STACK).spawn_scoped(scope, make).ok();
        let maker = make.filter(|_| threads > 1).and_then(spawn);
        let survey = unsurveyed.survey(files);
        let code = match maker {
            Some(maker) => Some(maker.join().unwrap_or_else(|panic| resume_unwind(panic))),
            None => make.map(|make| make()),
        };
        (survey, code)
    });
    let compilation = unsurveyed.with(survey);
    show::show(&compilation.diagnostics, &compilation.sources, form(how));
    code.map(|code| Executable { compilation, code }).ok_or(Shown)
}

/// A program and what its results depend on.
pub(crate) struct Job<'a> {
    pub executable: &'a Executable,
    pub emulated: Option<Device>,
    /// What is known of it.
    pub manifest: Manifest,
    /// Where it is kept, if it is.
    pub place: Option<Place>,
    /// Tell the seed when it ends.
    pub tells_seed: bool,
}

/// Runs it, and shows what there is to say.
pub(crate) fn execute(job: Job<'_>, how: &RunHow) -> Result<(), Shown> {
    let form = form(how);
    let Executable { compilation, code } = job.executable;
    let sources = &compilation.sources;
    let Some(module) = &compilation.module else { return Err(Shown) };
    if module.main.is_none() {
        let message = format!("`{}` has no function `main`", job.manifest.program);
        let diagnostic = Diagnostic::error(Code::Q0911, message)
            .help("`fn main() { ... }` is where a run starts; tests run with `qmlang test`");
        show::show(&[diagnostic], sources, form);
        return Err(Shown);
    }
    // A run that goes on keeps its limits, unless there are new ones.
    let limits = if how.budget.is_empty() { job.manifest.budget.clone() } else { how.budget.clone() };
    let budget =
        budget::budget(&limits, job.emulated.as_ref()).map_err(|error| show::fail(&error, sources))?;
    let signals = signals::listen();
    let threads = threads(how.threads);
    let seed = job.manifest.seed;
    let options = Options {
        seed,
        shots: job.manifest.shots,
        emulated: job.emulated.map(with_cache),
        simulation: simulation(
            &job.manifest.method,
            &job.manifest.precision,
            Limits { max_bond: job.manifest.max_bond.max(1), truncation: job.manifest.truncation },
        ),
        threads,
        folder: compilation.folder.clone(),
        interrupt: Arc::clone(&signals.stop),
        budget,
        record: job.place.map(|place| RecordOptions {
            place,
            manifest: Manifest { threads, budget: limits, ..job.manifest },
            sources: texts(sources),
            checkpoint_every: how.checkpoint_every.max(0.0),
            signal: Arc::clone(&signals.number),
            save: Arc::clone(&signals.save),
        }),
    };
    // Whoever reads JSON is told the rest by the manifest.
    let is_quiet = how.shown.quiet || how.json;
    let mut terminal = Terminal::new(is_quiet, how.shown.verbose);
    let result = Run::main_of(module, code, &options, &mut terminal);
    terminal.end_progress();
    let (run, fault) = match result {
        Ok(run) => (run, None),
        Err((fault, run)) => (run, Some(*fault)),
    };
    let undrawn = run.undrawn.map(|function| {
        let message = format!("`{function}` has drawn nothing: this run has no folder, and no file is named");
        Diagnostic::warning(Code::Q0931, message)
            .help("`file: \"chart.svg\"` writes it there; without `--no-run-dir` it is in `plots`")
    });
    let warnings: Vec<Diagnostic> = run.warnings.iter().cloned().chain(undrawn).collect();
    show::show(&warnings, sources, form);
    let used_device = options.emulated.is_some() && run.ledger.total.shots > 0;
    if !is_quiet && (how.shown.ledger || used_device) {
        show::say(&ledger::table(&run, options.emulated.as_ref().map(|emulated| &emulated.device)));
    }
    if job.tells_seed && !is_quiet {
        show::say(&format!("seed {seed}\n"));
    }
    if let Some(fault) = &fault {
        show::show(std::slice::from_ref(fault), sources, form);
    }
    if let Some(folder) = run.folder.as_ref().filter(|_| !is_quiet) {
        let folder = folder.display();
        show::say(&match run.going_on {
            GoingOn::FromCheckpoint => format!("kept in {folder}: `qmlang resume {folder}` goes on\n"),
            GoingOn::FromStart => {
                format!("kept in {folder}: `qmlang resume {folder}` begins again, and shows what is new\n")
            }
            GoingOn::No => format!("kept in {folder}\n"),
        });
    }
    if fault.is_none() { Ok(()) } else { Err(Shown) }
}

/// How diagnostics are shown.
pub(crate) fn form(how: &RunHow) -> Form {
    if how.json { Form::Json } else { Form::Text }
}

/// As many threads as asked for, else as there are processors.
pub(crate) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// The device to emulate; none on the simulator.
pub(crate) fn emulated(target: &str) -> Result<Option<Device>, Diagnostic> {
    if target == "simulator" {
        return Ok(None);
    }
    if let Some(name) = target.strip_prefix("emulator:") {
        let device = qml_devices::find(name)?;
        device.native_basis()?;
        return Ok(Some(device));
    }
    let diagnostic = Diagnostic::error(Code::Q0913, format!("programs don't run on `{target}` yet"));
    let device = target.strip_prefix("qpu:").unwrap_or(target);
    Err(match qml_devices::find(device) {
        Ok(_) => diagnostic.help(format!(
            "`--target emulator:{device}` runs it with the noise of the device, `--target simulator` without"
        )),
        // A file is meant: what is wrong with it matters more.
        Err(error) if is_path(device) => error,
        Err(_) => diagnostic.help("`--target simulator` runs it; `qmlang devices` lists devices to emulate"),
    })
}

/// Whether it can only be meant as a file.
fn is_path(device: &str) -> bool {
    device.contains('/') || Path::new(device).extension().is_some_and(|extension| extension == "json")
}

/// A device whose compiled circuits are kept on disk.
pub(crate) fn with_cache(device: Device) -> Emulated {
    let cache = Cache::new(false);
    let compile = move |circuit: &Circuit, device: &Device, options: &qml_transpile::Options| {
        cache.compile(circuit, device, options)
    };
    Emulated { device, compile: Arc::new(compile) }
}

/// Name and text of all files, by their numbers.
fn texts(sources: &SourceMap) -> Vec<(String, String)> {
    sources.ids().map(|file| (sources.name(file).to_owned(), sources.text(file).to_owned())).collect()
}
