//! OpenQASM in and out.
//!
//! [`import`] reads OpenQASM 2, and the part of OpenQASM 3 that describes circuits, into the circuit IR. The crate must
//! never learn about the language's syntax nor about devices.

mod import;

pub use import::{Computed, Function, Program, import, import_program};
