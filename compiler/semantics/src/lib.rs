//! Names, types, sizes, effects and qubit use: syntax tree to typed program ([`hir`]), and that to host IR ([`lower`]).
//!
//! Every refusal is a diagnostic with a stable code. The crate must never learn how programs are run.

pub mod hir;
pub mod lower;
pub mod modules;
pub mod size;
