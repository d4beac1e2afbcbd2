//! A run of a program: its globals, `main`, its tests.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_ir::host::{FunctionId, Module};
use qml_jit::{Call, Compiled as MachineCode};
use qml_prelude::random::child_key;
use qml_prelude::{Fault, Value};
use qml_simulator::{Method, Simulator};
use qml_source::{Code, Diagnostic, bug};

use crate::clock::Clock;
use crate::emulator::{Emulated, Emulator};
use crate::kernels::{Kernels, Statistics};
use crate::ledger::{Budget, Ledger};
use crate::record::{Foreseen, GoingOn, Reading, Record, RecordOptions};
use crate::session::{Judged, Output, Session};
use crate::simulation::Simulation;

/// Room for the calls of a program.
const STACK_BYTES: usize = 256 << 20;
/// What the runtime needs below the deepest call.
const RESERVE_BYTES: usize = 8 << 20;

/// How a program runs.
#[derive(Clone, Debug)]
pub struct Options {
    /// All randomness follows from it.
    pub seed: u64,
    /// Shots of result functions that say nothing themselves; without it they are exact.
    pub shots: Option<i64>,
    /// Kernels are compiled for this device and run with its noise; without it exactly as they are.
    pub emulated: Option<Emulated>,
    /// How kernels are simulated.
    pub simulation: Simulation,
    /// Threads for simulation.
    pub threads: usize,
    /// Where paths of data start.
    pub folder: PathBuf,
    /// Set it to stop the program.
    pub interrupt: Arc<AtomicBool>,
    /// What it may cost.
    pub budget: Budget,
    /// What is kept of it, if anything is.
    pub record: Option<RecordOptions>,
}

/// How a test ended.
#[derive(Clone, Debug)]
pub struct TestOutcome {
    /// What it shows.
    pub name: String,
    /// Why it failed.
    pub fault: Option<Diagnostic>,
}

/// What a run leaves besides its output.
#[derive(Clone, Debug, Default)]
pub struct Run {
    /// What it did.
    pub statistics: Statistics,
    /// What a user should know.
    pub warnings: Vec<Diagnostic>,
    /// What it cost.
    pub ledger: Ledger,
    /// Time and energy, of all processes of the run.
    pub reading: Reading,
    /// Where it is kept.
    pub folder: Option<PathBuf>,
    /// What `resume` would do with it.
    pub going_on: GoingOn,
    /// The function of the first chart that was kept nowhere.
    pub undrawn: Option<&'static str>,
}

impl Run {
    /// Runs `main`; an error has its place.
    pub fn main(
        module: &Module,
        options: &Options,
        output: &mut (dyn Output + Send),
    ) -> Result<Self, (Fault, Self)> {
        Self::main_of(module, &machine_code(module, options.threads), options, output)
    }

    /// The same, of a module whose machine code is there.
    pub fn main_of(
        module: &Module,
        code: &MachineCode,
        options: &Options,
        output: &mut (dyn Output + Send),
    ) -> Result<Self, (Fault, Self)> {
        let Some(main) = module.main else { bug!("a program without `main` is refused before it runs") };
        let (run, result) = in_session(module, code, options, output, |session| {
            call(code, main, options.seed, session).map(drop)
        });
        result.map(|()| run.clone()).map_err(|fault| (fault, run))
    }

    /// Runs the tests whose names contain `filter`, each from the same seed; `report` is told of each when it ends. An
    /// interrupted test ends the run.
    pub fn tests(
        module: &Module,
        filter: &str,
        options: &Options,
        output: &mut (dyn Output + Send),
        report: &mut (dyn FnMut(TestOutcome) + Send),
    ) -> Result<Self, (Fault, Self)> {
        let tests: Vec<_> = module.tests.iter().filter(|test| test.name.contains(filter)).collect();
        let roots: Vec<FunctionId> = tests.iter().map(|test| test.function).collect();
        let code = &compiled(module, &roots, options.threads);
        let (run, result) = in_session(module, code, options, output, |session| {
            for test in &tests {
                let fault = call(code, test.function, options.seed, session).err();
                if let Some(fault) = fault.as_ref().filter(|fault| fault.code == Code::Q0699) {
                    return Err(fault.clone());
                }
                report(TestOutcome { name: test.name.clone(), fault: fault.map(|fault| *fault) });
            }
            Ok(())
        });
        result.map(|()| run.clone()).map_err(|fault| (fault, run))
    }
}

/// Machine code of `main` and the globals of a module, made on up to `threads` threads.
pub fn machine_code(module: &Module, threads: usize) -> MachineCode {
    compiled(module, module.main.as_slice(), threads)
}

/// Machine code of these functions, and of the globals.
fn compiled(module: &Module, roots: &[FunctionId], threads: usize) -> MachineCode {
    let globals = module.globals.iter().map(|global| global.init);
    let functions: Vec<_> = globals.chain(roots.iter().copied()).collect();
    // Regions are translated by recursion.
    stacker::maybe_grow(STACK_BYTES, STACK_BYTES, || MachineCode::new(module, &functions, threads))
}

/// Computes the globals, and does `work`, on a stack with room for deep recursion.
fn in_session<T>(
    module: &Module,
    code: &MachineCode,
    options: &Options,
    output: &mut (dyn Output + Send),
    work: impl FnOnce(&mut Session<'_>) -> Result<T, Fault>,
) -> (Run, Result<T, Fault>) {
    qml_prelude::room::ask(qml_simulator::available_bytes);
    // A caller that has so much left keeps its stack, with the memory that is at hand there.
    stacker::maybe_grow(STACK_BYTES, STACK_BYTES, || {
        let clock = Clock::start();
        let record = match Record::new(options.record.clone(), Foreseen::of(module), clock) {
            Ok(record) => record,
            Err(fault) => return (Run::default(), Err(fault)),
        };
        let mut session = Session {
            module,
            globals: Vec::new(),
            kernels: Kernels::new(options.emulated.clone().map(Emulator::new), options.budget),
            observables: None,
            marks: Vec::new(),
            simulation: options.simulation,
            simulator: Simulator::with_method(
                Method::StateVector(options.simulation.precision),
                options.threads,
                Arc::clone(&options.interrupt),
            ),
            default_shots: options.shots,
            folder: options.folder.clone(),
            output,
            interrupt: Arc::clone(&options.interrupt),
            record,
            judged: Judged::default(),
            undrawn: None,
            n_charts: BTreeMap::new(),
        };
        let result = initialise(code, options.seed, &mut session).and_then(|()| work(&mut session));
        let result = result.and_then(|value| session.record.check_end().map(|()| value));
        session.warn_of_distances();
        if result.is_ok() {
            let note = session.kernels.emulator.as_ref().and_then(Emulator::note);
            session.kernels.warnings.extend(note);
        }
        (ended(session, result.as_ref().err()), result)
    })
}

/// What is left of a run.
fn ended(session: Session<'_>, fault: Option<&Fault>) -> Run {
    let Session { mut kernels, mut record, undrawn, .. } = session;
    kernels.books.ledger = record.spent(kernels.books.ledger);
    record.keep_circuits(kernels.first_circuits());
    let mut warnings = kernels.warnings;
    record.finish(fault, &warnings, &kernels.books);
    warnings.append(&mut record.warnings);
    Run {
        statistics: kernels.statistics,
        warnings,
        ledger: kernels.books.ledger,
        reading: record.meter.read(),
        folder: record.folder().map(Path::to_path_buf),
        going_on: record.going_on(fault),
        undrawn,
    }
}

fn initialise(code: &MachineCode, seed: u64, session: &mut Session<'_>) -> Result<(), Fault> {
    for (i, global) in session.module.globals.iter().enumerate() {
        // `main` makes its keys from the seed and small numbers: those of globals must be others.
        let key = child_key(child_key(seed, u64::MAX), i as u64);
        let value = call(code, global.init, key, session)?;
        session.globals.push(value);
    }
    Ok(())
}

/// Calls a function whose only parameter, if any, is its random key.
fn call(
    code: &MachineCode,
    function: FunctionId,
    key: u64,
    session: &mut Session<'_>,
) -> Result<Value, Fault> {
    let n_params = session.module.function(function).body.params.len();
    let args = vec![Value::Int(key as i64); n_params];
    let (globals, interrupt) = (session.globals.clone(), Arc::clone(&session.interrupt));
    let call = Call {
        host: session,
        globals: &globals,
        interrupt: &interrupt,
        stack_bytes: STACK_BYTES - RESERVE_BYTES,
    };
    Ok(code.call(function, args, call)?.pop().unwrap_or_default())
}
