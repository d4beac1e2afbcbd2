//! The command line.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use qml_engine::{Limits, Method, Precision, Simulation};

/// QML: programs for quantum and classical computers together.
#[derive(Debug, Parser)]
#[command(name = "qmlang", version, about, disable_help_subcommand = true, max_term_width = 100)]
pub(crate) struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Compile a program and run its `main`
    Run(RunArgs),
    /// Show all diagnostics of programs
    Check(CheckArgs),
    /// Go on with a run that was stopped
    Resume(ResumeArgs),
    /// Run the `test` blocks of programs
    Test(TestArgs),
    /// Format programs in place
    Fmt(FmtArgs),
    /// Write the documentation of a program, or of the library, as HTML pages
    Doc(DocArgs),
    /// Compile a kernel, or an OpenQASM file, for a device
    Build(BuildArgs),
    /// Draw the circuit of a kernel, or of an OpenQASM file, as text or SVG
    Draw(DrawArgs),
    /// Write what a run has left as one HTML page
    Report(ReportArgs),
    /// Show two runs beside each other: what differs, results, cost
    Compare(CompareArgs),
    /// List the devices, or show one device's facts
    Devices(DevicesArgs),
    /// Explain a diagnostic at length
    Explain(ExplainArgs),
}

/// Parameters of a program.
#[derive(Debug, Args)]
pub(crate) struct Params {
    /// Set a `param` of the program
    #[arg(short = 'D', value_name = "NAME=VALUE")]
    pub define: Vec<String>,
}

/// How circuits are simulated.
#[derive(Debug, Args)]
pub(crate) struct SimulationArgs {
    /// What circuits are simulated by: `auto`, `statevector`, `stabilizer` or `mps`
    #[arg(long, value_name = "M", default_value = "auto", value_parser = Method::ALL.map(Method::name))]
    pub method: String,
    /// With `--method mps`: the largest dimension of a bond
    #[arg(long, value_name = "N", default_value_t = Limits::default().max_bond, value_parser = bond, allow_negative_numbers = true)]
    pub max_bond: usize,
    /// With `--method mps`: the share of the weight that a cut may leave out where the bond has room
    #[arg(long, value_name = "E", default_value_t = Limits::default().truncation, value_parser = share, allow_negative_numbers = true)]
    pub truncation: f64,
    /// Precision of amplitudes: `f32` is faster, takes half the memory, and leaves about six digits
    #[arg(long, value_name = "P", default_value = "f64", value_parser = ["f32", "f64"])]
    pub precision: String,
}

fn shots(text: &str) -> Result<i64, String> {
    let shots = text.replace('_', "").parse().ok().filter(|shots| (1..=1_000_000_000).contains(shots));
    shots.ok_or_else(|| "a whole number from 1 to 1_000_000_000".to_owned())
}

fn seed(text: &str) -> Result<u64, String> {
    text.replace('_', "").parse().map_err(|_| format!("a whole number from 0 to {}", u64::MAX))
}

fn threads(text: &str) -> Result<u16, String> {
    let threads = text.parse().ok().filter(|&threads| threads > 0);
    threads.ok_or_else(|| format!("a whole number from 1 to {}", u16::MAX))
}

fn seconds(text: &str) -> Result<f64, String> {
    let seconds = text.parse().ok().filter(|seconds: &f64| seconds.is_finite() && *seconds >= 0.0);
    seconds.ok_or_else(|| "a number of seconds from 0 on".to_owned())
}

fn columns(text: &str) -> Result<usize, String> {
    text.parse().map_err(|_| "a whole number from 0 on; 0 is no limit".to_owned())
}

fn bond(text: &str) -> Result<usize, String> {
    text.parse().ok().filter(|&bond| bond > 0).ok_or_else(|| "a whole number from 1 on".to_owned())
}

fn share(text: &str) -> Result<f64, String> {
    let share = text.parse().ok().filter(|share| (0.0..1.0).contains(share));
    share.ok_or_else(|| "a number from 0 to below 1".to_owned())
}

impl SimulationArgs {
    /// As the engine takes it.
    pub(crate) fn simulation(&self) -> Simulation {
        let limits = Limits { max_bond: self.max_bond, truncation: self.truncation };
        simulation(&self.method, &self.precision, limits)
    }
}

/// A method and a precision by their names.
pub(crate) fn simulation(method: &str, precision: &str, limits: Limits) -> Simulation {
    let precision = if precision == "f32" { Precision::F32 } else { Precision::F64 };
    let method = Method::ALL.into_iter().find(|known| known.name() == method);
    Simulation { method: method.unwrap_or_default(), limits, precision }
}

/// `qmlang run`
#[derive(Debug, Args)]
pub(crate) struct RunArgs {
    /// The program
    pub file: PathBuf,
    #[command(flatten)]
    pub params: Params,
    /// Where kernels run: `simulator`, or `emulator:iqm_garnet` for the noise of a device
    #[arg(long, default_value = "simulator")]
    pub target: String,
    #[command(flatten)]
    pub simulation: SimulationArgs,
    /// Shots of result functions that say nothing themselves; without it they are exact
    #[arg(long, value_parser = shots, allow_negative_numbers = true)]
    pub shots: Option<i64>,
    /// The seed of all random numbers; drawn and printed if not given
    #[arg(long, value_parser = seed, allow_negative_numbers = true)]
    pub seed: Option<u64>,
    /// Keep the run in this folder [default: runs/TIME-NAME]
    #[arg(long, value_name = "DIR", conflicts_with = "no_run_dir")]
    pub run_dir: Option<PathBuf>,
    /// Keep nothing
    #[arg(long)]
    pub no_run_dir: bool,
    #[command(flatten)]
    pub how: RunHow,
}

/// What may differ from one process of a run to the next.
#[derive(Debug, Args)]
pub(crate) struct RunHow {
    /// Threads for simulation; results don't depend on it [default: as many as processors]
    #[arg(long, value_parser = threads, allow_negative_numbers = true)]
    pub threads: Option<u16>,
    /// Stop before more is spent: `shots=100000`, of a device `qpu_s=60`, and `eur=20` or what its price is in; several
    /// with commas between
    #[arg(long, value_name = "NAME=LIMIT", value_delimiter = ',')]
    pub budget: Vec<String>,
    /// Seconds from one checkpoint to the next
    #[arg(long, value_name = "SECONDS", default_value_t = qml_engine::CHECKPOINT_EVERY, value_parser = seconds, allow_negative_numbers = true)]
    pub checkpoint_every: f64,
    #[command(flatten)]
    pub shown: Shown,
    /// Diagnostics as JSON, one line each, and nothing else
    #[arg(long)]
    pub json: bool,
}

/// What is told of a run besides its output.
#[derive(Debug, Args)]
pub(crate) struct Shown {
    /// Show what the run cost when it ends [default: if it drew shots of a device]
    #[arg(long)]
    pub ledger: bool,
    /// Tell by which method each kernel is simulated, and of the first calls of it that are made at once or draw shots
    #[arg(short = 'v', long)]
    pub verbose: bool,
    /// Show nothing but errors and warnings
    #[arg(short, long)]
    pub quiet: bool,
}

/// `qmlang resume`
#[derive(Debug, Args)]
pub(crate) struct ResumeArgs {
    /// The run's folder
    pub run: PathBuf,
    #[command(flatten)]
    pub how: RunHow,
}

/// `qmlang check`
#[derive(Debug, Args)]
pub(crate) struct CheckArgs {
    /// The programs
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    pub params: Params,
    /// Also compile every kernel call that the program determines for this device, and tell what does not fit
    #[arg(long)]
    pub target: Option<String>,
    /// With `--target`: the shots that `run --shots` would ask for
    #[arg(long, requires = "target", value_parser = shots, allow_negative_numbers = true)]
    pub shots: Option<i64>,
    /// Neither read nor keep compiled circuits on disk
    #[arg(long)]
    pub no_cache: bool,
    /// Diagnostics as JSON on standard output, one line each
    #[arg(long)]
    pub json: bool,
}

/// `qmlang test`
#[derive(Debug, Args)]
pub(crate) struct TestArgs {
    /// Programs, or folders that hold some
    #[arg(default_value = ".")]
    pub paths: Vec<PathBuf>,
    /// Only tests whose names contain this
    #[arg(long, default_value = "")]
    pub filter: String,
    #[command(flatten)]
    pub params: Params,
    /// Where kernels run: `simulator`, or `emulator:iqm_garnet` for the noise of a device
    #[arg(long, default_value = "simulator")]
    pub target: String,
    #[command(flatten)]
    pub simulation: SimulationArgs,
    /// Threads for simulation [default: as many as processors]
    #[arg(long, value_parser = threads, allow_negative_numbers = true)]
    pub threads: Option<u16>,
}

/// `qmlang fmt`
#[derive(Debug, Args)]
pub(crate) struct FmtArgs {
    /// Programs, or folders that hold some; `-` formats standard input to standard output
    #[arg(required = true)]
    pub files: Vec<PathBuf>,
    /// Write nothing; list the files that aren't formatted, and fail if there are any
    #[arg(long)]
    pub check: bool,
}

/// `qmlang doc`
#[derive(Debug, Args)]
pub(crate) struct DocArgs {
    /// The program; `std` is the standard library
    pub file: PathBuf,
    /// The folder to write the pages to
    #[arg(short = 'o', value_name = "OUT_DIR", default_value = "doc")]
    pub output: PathBuf,
}

/// A circuit: a kernel with its arguments, or an OpenQASM file.
#[derive(Debug, Args)]
pub(crate) struct CircuitArgs {
    /// A `.qml` program or an OpenQASM file (`.qasm`)
    pub file: PathBuf,
    /// The kernel; may be left out where the file has one
    #[arg(long)]
    pub kernel: Option<String>,
    /// A size of the kernel
    #[arg(long = "size", value_name = "NAME=N")]
    pub sizes: Vec<String>,
    /// An `int` or `bool` argument of the kernel
    #[arg(long = "arg", value_name = "NAME=VALUE")]
    pub args: Vec<String>,
    #[command(flatten)]
    pub params: Params,
}

/// `qmlang draw`
#[derive(Debug, Args)]
pub(crate) struct DrawArgs {
    #[command(flatten)]
    pub circuit: CircuitArgs,
    /// Draw what is compiled for this device (`iqm_garnet`), device file (`./mine.json`) or shape (`line:16`)
    #[arg(long)]
    pub target: Option<String>,
    /// With `--target`: how hard to optimize, from 0 to 3
    #[arg(short = 'O', default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub level: u8,
    /// With `--target`: the seed of the search for a layout
    #[arg(long, default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// With `--target`: neither read nor keep compiled circuits on disk
    #[arg(long)]
    pub no_cache: bool,
    /// Draw each round of what is repeated
    #[arg(long)]
    pub unfold: bool,
    /// The most characters in a line, 0 for no limit [default: the width of the terminal, else 80]
    #[arg(long, value_name = "N", value_parser = columns, allow_negative_numbers = true)]
    pub width: Option<usize>,
    /// Write the drawing to this file, as SVG
    #[arg(long, value_name = "OUT")]
    pub svg: Option<PathBuf>,
}

/// `qmlang build`
#[derive(Debug, Args)]
pub(crate) struct BuildArgs {
    #[command(flatten)]
    pub circuit: CircuitArgs,
    /// A device (`iqm_garnet`), a device file (`./mine.json`) or a shape (`line:16`, `grid:4x5`, `all_to_all:20/cx`)
    #[arg(long)]
    pub target: String,
    /// How hard to optimize, from 0 to 3
    #[arg(short = 'O', default_value_t = 2, value_parser = clap::value_parser!(u8).range(0..=3))]
    pub level: u8,
    /// The seed of the search for a layout
    #[arg(long, default_value_t = 0, value_parser = seed, allow_negative_numbers = true)]
    pub seed: u64,
    /// The value of an input; with one for each of them the circuit is written with numbers
    #[arg(long = "bind", value_name = "NAME=VALUE", conflicts_with = "bind_rows")]
    pub bind: Vec<String>,
    /// A CSV file with a column for each input: a circuit with numbers for each row, numbered in the folder `-o`
    #[arg(long, value_name = "FILE")]
    pub bind_rows: Option<PathBuf>,
    /// Neither read nor keep compiled circuits on disk
    #[arg(long)]
    pub no_cache: bool,
    /// What to write: `qasm3`, `qasm2`, `qir`, `ir` or `stats`
    #[arg(long, default_value = "qasm3")]
    pub emit: String,
    /// Leave the returned qubits as they are; without it they are measured, in their order
    #[arg(long)]
    pub unmeasured: bool,
    /// The file to write, with `--bind-rows` the folder; standard output if not given
    #[arg(short = 'o', value_name = "OUT")]
    pub output: Option<PathBuf>,
}

/// `qmlang report`
#[derive(Debug, Args)]
pub(crate) struct ReportArgs {
    /// The folder of the run
    #[arg(value_name = "RUN")]
    pub run: PathBuf,
    /// The file to write [default: `report.html` in the folder]
    #[arg(short = 'o', value_name = "OUT")]
    pub output: Option<PathBuf>,
}

/// `qmlang compare`
#[derive(Debug, Args)]
pub(crate) struct CompareArgs {
    /// The folder of a run
    #[arg(value_name = "RUN")]
    pub old: PathBuf,
    /// The folder of another run
    #[arg(value_name = "RUN")]
    pub new: PathBuf,
    /// Write the comparison to this file, as an HTML page
    #[arg(long, value_name = "OUT")]
    pub html: Option<PathBuf>,
}

/// `qmlang devices`
#[derive(Debug, Args)]
pub(crate) struct DevicesArgs {
    /// The device
    pub name: Option<String>,
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// The device's file, to change and to use: `--target ./mine.json`
    #[arg(long, requires = "name", conflicts_with = "json")]
    pub file: bool,
}

/// `qmlang explain`
#[derive(Debug, Args)]
pub(crate) struct ExplainArgs {
    /// The code, like `Q0201`
    pub code: String,
}
