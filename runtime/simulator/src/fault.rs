//! What can go wrong in a simulation that is not our fault.

use std::fmt;

use qml_ir::circuit::MAX_ROUNDS;
use qml_prelude::format_coefficient;
use qml_prelude::room::format_bytes;

use crate::C64;

/// Why a simulation has no result.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The states don't fit into memory.
    TooLarge {
        /// What the call would hold at once.
        needed_bytes: u128,
        /// What the machine (or its container) has left.
        available_bytes: u64,
        /// Wires of the circuit.
        qubits: usize,
    },
    /// The results of the shots don't fit into memory.
    TooManyShots {
        /// What they would take.
        needed_bytes: u128,
        /// What the machine (or its container) has left.
        available_bytes: u64,
        /// How many shots.
        shots: usize,
    },
    /// The program was asked to stop.
    Interrupted,
    /// A slot holds NaN or an infinity.
    NotFinite {
        /// Which slot.
        slot: usize,
        /// Its name.
        name: String,
        /// Its value.
        value: f64,
    },
    /// A coefficient of an observable has an imaginary part, or is not finite.
    NotHermitian {
        /// Which observable of the list.
        observable: usize,
        /// The coefficient.
        coefficient: C64,
    },
    /// An observable refers to a qubit that the register doesn't have.
    QubitOutOfRange {
        /// The qubit.
        qubit: u32,
        /// Qubits of the register.
        register: usize,
    },
    /// A projector has more or fewer bits than the register has qubits.
    ProjectorLength {
        /// Bits of the projector.
        bits: usize,
        /// Qubits of the register.
        register: usize,
    },
    /// A loop on outcomes goes on after all rounds that the circuit holds, in a part of the cases that counts.
    Unfinished,
    /// The register has no state vector: it is entangled with qubits that were not returned, or depends on outcomes.
    Mixed,
    /// A state was asked for of a plan with noise, which has none: its density matrix gives exact results.
    Noisy,
    /// Two registers that are compared differ in size.
    RegisterMismatch {
        /// Qubits of the first.
        left: usize,
        /// Qubits of the second.
        right: usize,
    },
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooLarge { needed_bytes, available_bytes, qubits } => write!(
                f,
                "simulating {qubits} qubits takes {} of memory, {} are available",
                format_bytes(*needed_bytes),
                format_bytes((*available_bytes).into())
            ),
            Self::TooManyShots { needed_bytes, available_bytes, shots } => {
                write!(
                    f,
                    "{shots} shots take {} of memory, {} are available",
                    format_bytes(*needed_bytes),
                    format_bytes((*available_bytes).into())
                )
            }
            Self::Interrupted => write!(f, "interrupted"),
            // Specialisation names what it computes `_0`, `_1`, ...
            Self::NotFinite { name, value, .. } if name.starts_with('_') => {
                write!(f, "an angle computed from the kernel's arguments is {value}")
            }
            Self::NotFinite { name, value, .. } => write!(f, "the angle `{name}` is {value}"),
            Self::NotHermitian { coefficient, .. } => {
                let shown = format_coefficient(*coefficient);
                if coefficient.is_finite() {
                    write!(f, "the observable is not Hermitian: it has the coefficient {shown}")
                } else {
                    write!(f, "the observable has the coefficient {shown}, which is not finite")
                }
            }
            Self::QubitOutOfRange { qubit, register } => {
                write!(f, "the observable acts on qubit {qubit}, the register has {register} qubits")
            }
            Self::ProjectorLength { bits, register } => {
                write!(f, "the projector has {bits} bits, the register has {register} qubits")
            }
            Self::Unfinished => write!(f, "a loop on outcomes goes on after {MAX_ROUNDS} rounds"),
            Self::Mixed => write!(
                f,
                "the register has no state vector: it is entangled with qubits that are not returned, or differs between outcomes"
            ),
            Self::Noisy => write!(f, "the register has no state vector: there is noise"),
            Self::RegisterMismatch { left, right } => {
                write!(f, "the registers have {left} and {right} qubits")
            }
        }
    }
}

impl std::error::Error for Fault {}
