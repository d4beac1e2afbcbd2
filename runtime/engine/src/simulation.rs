//! How circuits are simulated, as far as a user chooses.

use qml_mps::Limits;
use qml_simulator::Precision;

/// What circuits are simulated by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Method {
    /// The tableau for Clifford circuits of many qubits, else amplitudes.
    #[default]
    Auto,
    /// All amplitudes.
    StateVector,
    /// A stabiliser tableau, for Clifford circuits.
    Stabilizer,
    /// A matrix-product state, exact while its bonds have room.
    Mps,
}

impl Method {
    /// All of them, for a choice on the command line.
    pub const ALL: [Self; 4] = [Self::Auto, Self::StateVector, Self::Stabilizer, Self::Mps];

    /// Whether amplitudes are never used.
    pub(crate) fn is_without_amplitudes(self) -> bool {
        matches!(self, Self::Stabilizer | Self::Mps)
    }

    /// Its name.
    pub fn name(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::StateVector => "statevector",
            Self::Stabilizer => "stabilizer",
            Self::Mps => "mps",
        }
    }
}

/// What a user chooses.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Simulation {
    /// What circuits are simulated by.
    pub method: Method,
    /// What matrix-product states leave out.
    pub limits: Limits,
    /// Of amplitudes; angles, sums and results are doubles in each case.
    pub precision: Precision,
}

impl Simulation {
    /// Half the step of central differences, which balances rounding against the third derivative: the cube root of
    /// what rounding leaves.
    pub(crate) fn difference_step(self) -> f64 {
        match self.precision {
            Precision::F64 => 1e-5,
            Precision::F32 => 5e-3,
        }
    }

    /// How far simultaneous perturbation moves where values are exact.
    pub(crate) fn perturbation(self) -> f64 {
        match self.precision {
            Precision::F64 => 1e-4,
            Precision::F32 => 1e-2,
        }
    }
}
