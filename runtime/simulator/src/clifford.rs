//! Circuits of Clifford gates, on thousands of wires.
//!
//! A Clifford gate turns products of Pauli letters into products of Pauli letters. So a state is told by what its circuit
//! does to `2 n` letters instead of by `2^n` amplitudes (Gottesman, arXiv:quant-ph/9807006), and everything here is exact:
//!
//! - [`tableau`] holds these images and measures; it takes any circuit, one branch of outcomes after the other.
//! - [`frames`] draws shots: one run of the tableau, then for each shot where it differs from that run, 64 shots a word
//!   (Gidney, arXiv:2103.02202).
//! - [`noise`] lets letters happen to some shots, and outcomes be told wrongly.
//! - [`observe`] moves observables back through the circuit to its start.
//! - [`affine`] tells which outcomes there are: all equally likely, a point plus a linear space over the field of two
//!   elements.
//!
//! Frames and moving back need outcomes to have *linear* consequences only: corrections by Pauli letters where a sum of
//! bits is odd, as in teleportation and error correction. Other branches are followed one by one.

mod affine;
mod frames;
mod images;
mod lower;
mod noise;
mod observe;
mod results;
mod tableau;

use std::sync::Arc;

use qml_ir::circuit::BitExpr;

use crate::branches::Program;
use images::Action;
use noise::{Mixture, Told};

/// A circuit of Clifford gates for some values of its slots.
#[derive(Clone, Debug)]
pub struct Clifford {
    n_wires: usize,
    program: Program<Op>,
    /// The wires of the register, qubit 0 first.
    output: Vec<u32>,
    result_bits: Vec<BitExpr>,
    /// Whether outcomes have linear consequences only; there are no branches and jumps then.
    is_linear: bool,
}

/// What happens between outcomes.
#[derive(Clone, Debug)]
enum Op {
    /// A gate: what it does to letters on these wires.
    Gate { wires: Vec<u32>, action: Arc<Action> },
    /// `exp(-i quarters pi/4 P)` for a string of letters `x + 2 z`.
    Rotation { string: Letters, quarters: u8 },
    /// A string of letters where the sum of some bits, plus one if `odd`, is odd.
    Correction { string: Letters, bits: Vec<u32>, odd: bool },
    /// Letters that happen to some shots.
    Mixture(Mixture),
    /// An outcome of 0, and one of 1, is told wrongly with these probabilities.
    Misread { told: Told, errors: [f64; 2] },
}

type Step = crate::branches::Step<Op>;

/// A product of Pauli letters: wires with letters `x + 2 z`, 1 for X, 2 for Z, 3 for Y.
type Letters = Vec<(u32, u8)>;

impl Clifford {
    /// Wires of the circuit.
    pub fn n_wires(&self) -> usize {
        self.n_wires
    }

    /// Whether outcomes have linear consequences only.
    #[cfg(test)]
    pub(crate) fn is_linear(&self) -> bool {
        self.is_linear
    }

    /// Whether something is measured or reset on the way.
    fn has_outcomes(&self) -> bool {
        self.program.steps.iter().any(|step| matches!(step, Step::Measure { .. } | Step::Reset { .. }))
    }
}
