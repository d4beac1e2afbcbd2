//! Values, tensors, observables, and the table of built-in functions.
//!
//! One row a function: from the rows come the type checker's signatures, what the JIT and the evaluator call, and the
//! reference. The crate must never learn about syntax, circuits or devices; whatever touches the world outside goes
//! through [`Host`].

pub mod builtins;
pub mod host;
pub mod observable;
pub mod random;
pub mod value;

#[cfg(test)]
mod testing;

pub use builtins::format::{format_complex, format_float, format_value};
pub use builtins::{BUILTINS, Builtin, BuiltinId, CONSTANTS, Call, Effect, UNSUPPORTED};
pub use host::{Fault, Host, ResultFunction};
pub use value::{Array, C64, Element, Optimizer, Program, Tensor, Value};
