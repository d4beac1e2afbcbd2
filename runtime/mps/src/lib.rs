//! Circuits on matrix-product states.
//!
//! A state of `n` wires in a row is a chain of tensors, one a wire, each contracted with the next over a *bond*. The
//! dimension of a bond is the number of Schmidt coefficients of a cut there, so states with little entanglement are small
//! on any number of wires (Vidal, Phys. Rev. Lett. 91, 147902; Schollwoeck, arXiv:1008.3477):
//!
//! - [`tensor`]: contractions and the singular value decomposition, where small coefficients are left out;
//! - [`chain`]: the state; gates on neighbours, and how wires become neighbours;
//! - [`lower`]: what the operations of a circuit are as matrices;
//! - [`observe`]: expectation values, probabilities and samples.
//!
//! **How far it is off.** Leaving out the share `e` of a state's weight moves the state by `d = sqrt(2 - 2 sqrt(1 - e))`, and
//! nothing later makes the distance larger. So the sum of all `d` bounds the distance to the exact state; branches of
//! outcomes count as they are likely. Probabilities of events are off by at most that, expectation values of `O` by twice
//! that times the largest absolute value of `O`.
//!
//! The crate knows circuits; it must never learn about the language, devices or files.

mod chain;
mod lower;
mod observe;
mod results;
mod tensor;
#[cfg(test)]
mod tests;

pub use lower::TooWide;
pub use results::{Approximate, Mps};

/// A complex number in double precision.
type C64 = num_complex::Complex<f64>;

/// What is left out.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Limits {
    /// The largest dimension of a bond.
    pub max_bond: usize,
    /// The share of the weight that one decomposition may leave out even where the bond has room.
    pub truncation: f64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { max_bond: 128, truncation: 1e-20 }
    }
}
