//! Host IR to machine code, through Cranelift.
//!
//! Scalars live in registers; everything else is a pointer to a [`Value`](qml_prelude::Value) that its holder owns
//! (`codegen/ownership.rs`). Machine code never sees a gate: it makes one call per circuit. What it calls
//! (`runtime.rs`) returns a status instead of unwinding, and every loop looks at a flag that interrupts it. Functions that
//! compute by themselves are optimized, others are made quickly (`codegen/isas.rs`).
//!
//! The crate must never learn what a circuit is, nor where programs come from.
#![allow(unsafe_code)]

mod chain;
mod codegen;
mod context;
mod growing;
mod products;
mod runtime;
mod site;
mod slot;
mod spare;
mod words;

pub use context::{Call, Compiled};

#[cfg(test)]
mod tests;
