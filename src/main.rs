//! `qmlang`, the command-line tool: reads the command, calls the crates, shows what they say.
//!
//! Results go to standard output, messages to standard error. Exit status 0 is success, 1 a diagnosed error, 2 wrong usage,
//! 130 and 143 an interruption by Ctrl-C and SIGTERM.

mod cache;
mod cli;
mod commands {
    //! One file a command.
    pub(crate) mod build;
    pub(crate) mod check;
    pub(crate) mod devices;
    pub(crate) mod doc;
    pub(crate) mod draw;
    pub(crate) mod explain;
    pub(crate) mod fmt;
    pub(crate) mod report;
    pub(crate) mod resume;
    pub(crate) mod run;
    pub(crate) mod test;
}
mod execute;
mod progress;
mod show;
mod signals;
mod source;

use std::io::Write;
use std::process::ExitCode;
use std::thread::JoinHandle;

use clap::Parser;
use cli::{Cli, Command};
use mimalloc::MiMalloc;

/// Passes allocate many small vectors.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// The stack in bytes, taken as it is used. Trees are bounded by the parser; chains, such as a constant that needs a
/// constant that needs a constant, are as long as a file.
const STACK: usize = 1 << 30;

fn main() -> ExitCode {
    qml_engine::refuse_huge_pages();
    let command = Cli::parse().command;
    let work = move || leave(execute(command));
    match std::thread::Builder::new().stack_size(STACK).spawn(work).map(JoinHandle::join) {
        // The thread has said why.
        Ok(_) => ExitCode::from(101),
        Err(error) => {
            show::say(&format!("there is no memory for a stack: {error}\n"));
            ExitCode::FAILURE
        }
    }
}

/// Ends the process at once: it has no use for giving back its memory piece by piece, which takes longer than a short command.
fn leave(status: u8) {
    // Whoever closed standard output wants to read no more.
    _ = std::io::stdout().flush();
    signal_hook::low_level::exit(status.into())
}

/// Does what the command says; gives the exit status.
fn execute(command: Command) -> u8 {
    let result = match command {
        Command::Run(args) => commands::run::run(&args),
        Command::Resume(args) => commands::resume::resume(&args),
        Command::Check(args) => commands::check::check(&args),
        Command::Test(args) => commands::test::test(&args),
        Command::Fmt(args) => commands::fmt::fmt(&args),
        Command::Doc(args) => commands::doc::doc(&args),
        Command::Build(args) => commands::build::build(&args),
        Command::Draw(args) => commands::draw::draw(&args),
        Command::Report(args) => commands::report::report(&args),
        Command::Compare(args) => commands::report::compare_runs(&args),
        Command::Devices(args) => commands::devices::devices(&args),
        Command::Explain(args) => commands::explain::explain(&args),
    };
    match result {
        Ok(()) => 0,
        Err(show::Shown) => signals::status().unwrap_or(1),
    }
}
