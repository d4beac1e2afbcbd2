//! Exact and sampled simulation of circuits.
//!
//! A circuit is prepared once as a [`Plan`]; each call then binds the slots and runs it on a [`Simulator`]. States are
//! vectors of complex doubles, bit `i` of an index belongs to wire `i`. The same call gives the same bits on any number
//! of threads. The crate knows circuits and observables; it must never learn about the language, devices or files.

// Kernels work on registers and raw memory; each block says why it may.
#![allow(unsafe_code)]
// All that a kernel calls must be compiled with the features of the instruction set that it was entered with.
#![allow(clippy::inline_always)]

mod ahead;
mod batch;
mod bind;
pub mod branches;
mod clifford;
mod density;
mod density_gradient;
mod expect;
mod fault;
mod fidelity;
mod kernel;
mod ket;
mod kets;
mod memory;
mod noise;
mod observables;
mod overlap;
mod pass;
mod pauli;
mod pieces;
mod plan;
mod probabilities;
mod sample;
mod simulator;
mod state;
mod state_gradient;
mod state_tangent;
mod stops;
mod sweep;
#[cfg(test)]
mod tests;
mod trajectory;
mod trajectory_gradient;
mod vector;
mod walk;

pub use batch::{Batch, Cotangents, Ends};
pub use clifford::Clifford;
pub use density::Density;
pub use expect::{End, Expectations};
pub use fault::Fault;
pub use fidelity::Fidelity;
pub use memory::available_bytes;
pub use noise::{Channel, NoChannel, Noise};
pub use observables::check_observables;
pub use pauli::Prepared;
pub use plan::Plan;
pub use probabilities::ProbabilitiesVjp;
pub use sample::Shots;
pub use simulator::{Exact, MANY_BRANCHES, Method, Precision, Run, Simulator};
pub use state_tangent::StateTangent;

/// A complex number in double precision.
pub type C64 = num_complex::Complex<f64>;
