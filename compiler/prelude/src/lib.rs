//! Values, tensors, observables, and the table of built-in functions.
//!
//! One row a function: from the rows come the type checker's signatures, what the JIT and the evaluator call, and the
//! reference. The crate must never learn about syntax, circuits or devices; whatever touches the world outside goes
//! through [`Host`].

// Tests list arguments and numbers as they come from elsewhere.
#![cfg_attr(test, allow(clippy::cloned_ref_to_slice_refs, clippy::unreadable_literal))]

pub mod builtins;
pub mod chart;
pub mod columns;
pub mod complex;
pub mod host;
pub mod observable;
pub mod optimizer;
pub mod random;
pub mod room;
pub mod value;

#[cfg(test)]
mod testing;

pub use builtins::format::{format_coefficient, format_complex, format_float, format_value};
pub use builtins::{BUILTINS, Builtin, BuiltinId, CONSTANTS, Call, Effect, SECTIONS};
pub use columns::{Column, Columns};
pub use host::{Fault, Host, NoWorld, ResultFunction, Stage, Training};
pub use optimizer::{Optimizer, Rule};
pub use value::{Array, C64, Element, Program, Tensor, Value};
