//! Names, types, sizes, effects and qubit use: syntax tree to typed program ([`hir`]), and that to host IR ([`lower`]).
//!
//! Every refusal is a diagnostic with a stable code. The crate must never learn how programs are run.

pub mod claim;
pub mod hir;
pub mod lower;
pub mod modules;
pub mod size;

mod check;

mod scope;

mod declared;
mod function;
mod global;

mod body;
mod expr;
mod stmt;

mod builtin;
mod effect;

mod path;
mod place;
mod prover;
mod qubits;

mod slots;
mod suggest;
mod types;

pub use check::{Checked, check};
pub use suggest::nearest;
