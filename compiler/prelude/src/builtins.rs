//! The table of built-in functions.
//!
//! # Signatures
//!
//! A signature is the name, the parameters in parentheses, and `-> type` if there is a result. It is written as in the
//! language, with these additions:
//! - `T`, `U`, `V`, `W` stand for any type, the same one at every place of the signature. Alone, `T` may be a tensor or a
//!   tuple too; in `T[m, ..s]` it is the type of the elements;
//! - `num` stands for `int`, `float` or `complex`, the same one at every place of the signature, each argument widened
//!   to the widest;
//! - `..s` as the last or only dimension stands for a shape of any rank, also none: `sqrt(x: float[..s]) -> float[..s]`;
//! - sizes `a b m n` are bound by the arguments; in a result, the name of an `int` parameter is its value; `?` in a
//!   result is a size known only when it runs, in a parameter any size;
//! - `..s & ..t` in a result is the shape that `..s` and `..t` broadcast to;
//! - `shape[..s]` matches an `int` or a bracket literal of `int`s (`8`, `[layers, 2, 4]`) and binds `..s` to them; it is
//!   passed as an `Int` or a tensor of `Int`. A `shape?` that is left out binds `..s` to no dimension;
//! - `axis` matches a constant `int` from 0; then `..s` in a result without that axis is written `..s - axis`;
//! - `seq[m]` is a sequence: a tensor with `m` items (`T[m, ..s]`) or a tuple of tensors that all have `m` items.
//!   `seq[k]` elsewhere in the signature is the same sequence with `k` items;
//! - `(type, type)[m]` is a tensor of tuples, `(seq[?])[m]` a list of sequences that may differ in length; both are
//!   [`crate::Tensor::Value`]s of rank 1;
//! - `Counts` is the struct `Counts { outcomes: bool[?, ?], n: int[?] }`;
//! - `name?: type` may be left out, and is passed as `Unit` then; `name: type = literal` has a default;
//! - several signatures are tried in order; the first that fits is taken. Several rows may have the same name (see
//!   [`BuiltinId::find_all`]): their signatures are tried in the order of the rows.

// The rows share one type of function, the rules of derivatives another; some of them can't fail.
#![allow(clippy::unnecessary_wraps)]

use std::sync::LazyLock;

use rustc_hash::{FxBuildHasher, FxHashMap};

use crate::{Fault, Host, Value};

mod ad_support;
mod batch;
mod calls;
mod charts;
mod convert;
mod data;
pub use data::{npz, saved};
mod elementwise;
pub use elementwise::{of_float, power};
pub mod faults;
pub(crate) mod format;
pub(crate) mod gradients;
pub use gradients::contract;
mod indexing;
pub mod jvp;
mod linear_algebra;
mod lists;
mod long;
mod operators;
mod optimizers;
mod quantum;
mod random;
mod reductions;
pub(crate) mod rows;
pub use rows::works_on_elements;
mod running;
mod statistics;
mod tensors;
pub mod vjp;

pub(crate) use linear_algebra::{length, solve};
pub(crate) use lists::from_elements;

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

/// What a row does. Arguments are as in the signature (after the hidden key), widened to its types. It may take an
/// argument out of the slice, to reuse the memory of a tensor that nobody else holds.
pub type Call = fn(&mut dyn Host, &mut [Value]) -> Result<Value, Fault>;

/// One row of the table.
pub struct Builtin {
    /// The name in the language; names with a dot (`op.add`) are for the compiler alone.
    pub name: &'static str,
    /// See the module's documentation; empty for the compiler's own.
    pub signatures: &'static [&'static str],
    /// What it may do.
    pub effect: Effect,
    /// What it does.
    pub call: Call,
    /// A sentence or two for the reference, with the formula.
    pub doc: &'static str,
}

/// The index of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct BuiltinId(pub u32);

/// All rows, by subject. Those without a title are the compiler's own.
pub static SECTIONS: &[(&str, &[Builtin])] = &[
    ("Tensors", tensors::ROWS),
    ("Sums and other reductions", reductions::ROWS),
    ("Linear algebra", linear_algebra::ROWS),
    ("Elementwise", elementwise::ROWS),
    ("Random numbers", random::ROWS),
    ("Statistics", statistics::ROWS),
    ("Data", data::ROWS),
    ("Programs and observables", quantum::ROWS),
    ("", batch::ROWS),
    ("", rows::ROWS),
    ("Printing and testing", running::ROWS),
    ("Charts", charts::ROWS),
    ("Optimizers", optimizers::ROWS),
    ("", operators::ROWS),
    ("", calls::ROWS),
    ("", indexing::ROWS),
    ("", lists::ROWS),
    ("", convert::ROWS),
    ("", format::ROWS),
    ("Gradients", gradients::ROWS),
    ("", ad_support::ROWS),
];

/// All rows.
pub static BUILTINS: LazyLock<Vec<&'static Builtin>> =
    LazyLock::new(|| SECTIONS.iter().flat_map(|(_, rows)| *rows).collect());

static BY_NAME: LazyLock<FxHashMap<&'static str, Vec<BuiltinId>>> = LazyLock::new(|| {
    let mut by_name: FxHashMap<_, Vec<_>> =
        FxHashMap::with_capacity_and_hasher(BUILTINS.len(), FxBuildHasher);
    for (i, row) in BUILTINS.iter().enumerate() {
        by_name.entry(row.name).or_default().push(BuiltinId(i as u32));
    }
    by_name
});

/// The constants of the prelude, all of type `float`.
pub const CONSTANTS: &[(&str, f64)] = &[
    ("pi", std::f64::consts::PI),
    ("π", std::f64::consts::PI),
    ("tau", std::f64::consts::TAU),
    ("euler", std::f64::consts::E),
    ("inf", f64::INFINITY),
];

impl BuiltinId {
    /// The first row of this name.
    pub fn find(name: &str) -> Option<Self> {
        Self::find_all(name).first().copied()
    }

    /// All rows of this name, in the order in which their signatures are tried: `variance` of numbers and of an
    /// observable are two rows, because their effects differ.
    pub fn find_all(name: &str) -> &'static [Self] {
        BY_NAME.get(name).map_or(&[], Vec::as_slice)
    }

    /// The row.
    pub fn row(self) -> &'static Builtin {
        BUILTINS[self.0 as usize]
    }
}

const fn row(
    effect: Effect,
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    Builtin { name, signatures, effect, call, doc }
}

/// A row without an effect.
const fn pure(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Pure, name, signatures, call, doc)
}

/// A row without an effect that is for the compiler alone.
const fn internal(name: &'static str, call: Call, doc: &'static str) -> Builtin {
    row(Effect::Pure, name, &[], call, doc)
}

#[cfg(test)]
mod tests;
