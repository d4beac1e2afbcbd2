//! QIR out: a compiled circuit as LLVM IR text.
//!
//! [`export_qir`] writes the base profile where a circuit measures only at its end, else the adaptive profile
//! (qir-alliance/qir-spec, 2.0: pointers are opaque). The crate must never learn about the language's syntax nor about
//! devices.

mod gates;
mod module;
mod profile;
#[cfg(test)]
mod tests;

pub use module::export_qir;
