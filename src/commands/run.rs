//! `qmlang run`

use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io::{IsTerminal, Write};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use qml_devices::Device;
use qml_engine::{Options, Output, Progress, Run};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::RunArgs;
use crate::show::{self, Form, Shown};

pub(crate) fn run(args: &RunArgs) -> Result<(), Shown> {
    let form = if args.json { Form::Json } else { Form::Text };
    let params = show::pairs("-D", &args.params.define)?;
    let emulated = emulated(&args.target).map_err(|error| show::fail(&error, &SourceMap::default()))?;
    let compilation = show::compile(&args.file, &params, form)?;
    let (Some(module), sources) = (&compilation.module, &compilation.sources) else { return Err(Shown) };
    if module.main.is_none() {
        let diagnostic =
            Diagnostic::error(Code::Q0911, format!("`{}` has no function `main`", args.file.display()))
                .help("`fn main() { ... }` is where a run starts; tests run with `qmlang test`");
        show::show(&[diagnostic], sources, form);
        return Err(Shown);
    }
    let seed = args.seed.unwrap_or_else(draw_seed);
    let options = Options {
        seed,
        shots: args.shots,
        emulated,
        simulation: args.simulation.simulation(),
        threads: threads(args.threads),
        folder: compilation.folder.clone(),
        interrupt: stop_on_interrupt(),
    };
    let mut terminal = Terminal { is_verbose: args.verbose, ..Terminal::default() };
    let result = Run::main(module, &options, &mut terminal);
    terminal.end_progress();
    let (run, fault) = match result {
        Ok(run) => (run, None),
        Err((fault, run)) => (run, Some(*fault)),
    };
    show::show(&run.warnings, sources, form);
    if args.seed.is_none() {
        show::say(&format!("seed {seed}\n"));
    }
    match fault {
        None => Ok(()),
        Some(fault) => {
            show::show(&[fault], sources, form);
            Err(Shown)
        }
    }
}

/// The device to emulate; none on the simulator.
fn emulated(target: &str) -> Result<Option<Device>, Diagnostic> {
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
        Err(_) => diagnostic.help("`--target simulator` runs it; `qmlang devices` lists devices to emulate"),
    })
}

/// As many threads as asked for, else as there are processors.
pub(crate) fn threads(asked: Option<u16>) -> usize {
    asked.map_or_else(|| std::thread::available_parallelism().map_or(1, usize::from), usize::from)
}

/// A flag that Ctrl-C sets; a second one ends the process.
pub(crate) fn stop_on_interrupt() -> Arc<AtomicBool> {
    let flag = Arc::new(AtomicBool::new(false));
    let handle = Arc::clone(&flag);
    // Without a handler Ctrl-C ends the process at once, which is right too.
    _ = ctrlc::set_handler(move || {
        if handle.swap(true, Ordering::Relaxed) {
            std::process::exit(130);
        }
    });
    flag
}

/// A seed that is short enough to type again.
fn draw_seed() -> u64 {
    RandomState::new().build_hasher().finish() % 1_000_000
}

/// Standard output, and progress on a terminal.
#[derive(Default)]
pub(crate) struct Terminal {
    /// Whether methods are told.
    is_verbose: bool,
    has_progress: bool,
}

impl Output for Terminal {
    fn print(&mut self, text: &str) {
        self.end_progress();
        show::print(text);
    }

    fn progress(&mut self, progress: Progress) {
        let mut err = std::io::stderr();
        if err.is_terminal() {
            let of = if progress.steps > 0 { format!("/{}", progress.steps) } else { String::new() };
            _ = write!(err, "\r\x1b[Kstep {}{of}  objective {:.6}", progress.step, progress.objective);
            self.has_progress = true;
        }
    }

    fn method(&mut self, kernel: &str, qubits: usize, method: &str) {
        if self.is_verbose {
            self.end_progress();
            show::say(&format!("`{kernel}` on {qubits} qubits: {method}\n"));
        }
    }
}

impl Terminal {
    /// Takes the progress line away.
    pub(crate) fn end_progress(&mut self) {
        if std::mem::take(&mut self.has_progress) {
            show::say("\r\x1b[K");
        }
    }
}
