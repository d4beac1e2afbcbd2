//! OpenQASM in and out.
//!
//! [`import`] reads OpenQASM 2, and the part of OpenQASM 3 that describes circuits, into the circuit IR; [`export_qasm3`]
//! and [`export_qasm2`] write it. The crate must never learn about the language's syntax nor about devices.

mod export;
mod import;
mod registers;
#[cfg(test)]
mod tests;

pub use export::{export_bound, export_program, export_qasm2, export_qasm3, slot_expressions};
pub use import::{Computed, Function, Program, import, import_program};
pub use registers::{Register, Registers};
