//! The table of built-in functions.
//!
//! # Signatures
//!
//! A signature is written as in the language, with these additions:
//! - `T`, `U` stand for any type, `num` for `int`, `float` or `complex` (`bool` counts as `int`), the same one at every
//!   place of the signature, each argument widened to the widest;
//! - `..s` as the last or only dimension stands for a shape of any rank, also none: `sqrt(x: float[..s]) -> float[..s]`;
//! - sizes `a b m n` are bound by the arguments, `?` in a result is a size known only when it runs;
//! - `shape[..s]` matches an `int` or a bracket literal of `int`s (`8`, `[layers, 2, 4]`) and binds `..s` to them;
//! - `axis` matches a constant `int`; then `..s` in a result without that axis is written `..s - axis`;
//! - `name?: type` may be left out, and is passed as `Unit` then; `name: type = literal` has a default;
//! - several signatures are tried in order; the first that fits is taken.

use crate::{Fault, Host, Value};

/// What a call may do besides giving a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Nothing; may be called in gates and kernels too.
    Pure,
    /// Draws random numbers: takes its random key (`Int`) as a hidden first argument.
    Random,
    /// Runs programs, and takes a random key as a hidden first argument; in `fn`s only.
    Quantum,
    /// Reads or writes outside the program; in `fn`s only, not in comprehensions.
    Io,
}

/// One row of the table.
pub struct Builtin {
    /// The name in the language; names with a dot (`op.add`) are for the compiler alone.
    pub name: &'static str,
    /// See the module's documentation; empty for the compiler's own.
    pub signatures: &'static [&'static str],
    /// What it may do.
    pub effect: Effect,
    /// What it does: arguments as in the signature (after the hidden key), widened to its types.
    pub call: fn(&mut dyn Host, &[Value]) -> Result<Value, Fault>,
    /// A sentence or two for the reference, with the formula.
    pub doc: &'static str,
}

/// The index of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BuiltinId(pub u32);

/// All rows.
pub static BUILTINS: &[Builtin] = &[];

impl BuiltinId {
    /// The row of this name.
    pub fn find(name: &str) -> Option<Self> {
        BUILTINS.iter().position(|row| row.name == name).map(|i| Self(i as u32))
    }

    /// The row.
    pub fn row(self) -> &'static Builtin {
        &BUILTINS[self.0 as usize]
    }
}
