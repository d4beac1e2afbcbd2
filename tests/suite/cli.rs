//! The command line: every command and option, exit status, and what goes to which stream.

mod bad_input;
mod build;
mod commands;
