//! The command line: every command and option, exit status, and what goes to which stream.

mod bad_input;
mod bind;
mod build;
mod cache;
mod charts;
mod commands;
mod draw;
mod emulator;
mod methods;
mod resume;
mod runs;
