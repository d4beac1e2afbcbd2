//! A circuit prepared for many runs.
//!
//! Runs of one-qubit gates on a wire become one block, whose 2 x 2 matrix is multiplied together anew in each call; the
//! gate's own and added controls become one selection of indices; exchanges of wires become a relabelling; branches
//! become jumps. Expects: a valid circuit. Keeps: the state, including its global phase.

mod block;
mod build;

pub(crate) use block::{Block, Factor, M2};

use std::ops::Range;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, BitExpr, Circuit};

use crate::C64;
use crate::Fault;
use crate::kernel::Select;

/// Most wires of a circuit: an index and the number of indices must be a `usize`.
const MAX_WIRES: usize = 62;

/// A circuit prepared for many runs.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) n_wires: usize,
    pub(crate) n_bits: usize,
    pub(crate) slots: Vec<String>,
    pub(crate) steps: Vec<Step>,
    /// All angles that depend on the call, or that a step reads.
    pub(crate) angles: Vec<Angle>,
    pub(crate) blocks: Vec<Block>,
    pub(crate) matrices: Vec<MatrixSource>,
    /// The angle of the factor `exp(i angle)` before everything.
    pub(crate) phase: Angle,
    /// Qubit `i` of the register is bit `output[i]` of a state index.
    pub(crate) output: Vec<u32>,
    pub(crate) result_bits: Vec<BitExpr>,
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A unitary.
    Unitary(Unitary),
    /// A measurement.
    Measure {
        position: u32,
        bit: usize,
        /// Nothing later touches the wire, reads the bit in a condition or writes it.
        is_last: bool,
    },
    /// Sets a wire to zero.
    Reset { position: u32 },
    /// Goes on at `otherwise` where the condition doesn't hold.
    Branch { condition: BitExpr, otherwise: usize },
    /// Goes on elsewhere.
    Jump { to: usize },
}

/// A unitary on the amplitudes that `select` names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Unitary {
    pub select: Select,
    pub kind: UnitaryKind,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum UnitaryKind {
    /// A block's 2 x 2 matrix on a wire.
    Dense { position: u32, block: usize },
    /// A block's diagonal matrix on a wire.
    Diagonal { position: u32, block: usize },
    /// Exchanges the amplitudes of `i` and `i ^ flip`.
    Flip { flip: usize },
    /// `exp(-i angle/2 P)` for the Pauli string `i^n_y X^x Z^z`.
    Rotation { x: usize, z: usize, n_y: u32, angle: usize },
    /// The factor `exp(i angle)`.
    Phase { angle: usize },
    /// A matrix on some wires.
    Matrix { source: usize },
}

/// A matrix on several wires.
#[derive(Clone, Debug)]
pub(crate) struct MatrixSource {
    /// The wires, least significant first.
    pub positions: Vec<u32>,
    pub entries: Entries,
}

/// Where a matrix comes from.
#[derive(Clone, Debug)]
pub(crate) enum Entries {
    /// Always the same, row by row.
    Constant(Vec<C64>),
    /// From the gate table, for these of the plan's angles.
    Gate(Gate, Range<usize>),
}

impl Plan {
    /// Prepares a circuit. The circuit is valid; more than 62 wires are refused as too large.
    pub fn new(circuit: &Circuit) -> Result<Self, Fault> {
        if circuit.n_wires > MAX_WIRES {
            let qubits = circuit.n_wires;
            let needed_bytes = if qubits > 100 { u128::MAX } else { 16 << qubits };
            let available_bytes = crate::memory::available_bytes();
            return Err(Fault::TooLarge { needed_bytes, available_bytes, qubits });
        }
        Ok(build::build(circuit))
    }

    /// Qubits of the register that the circuit returns.
    pub fn register_len(&self) -> usize {
        self.output.len()
    }

    /// How many slots a call binds.
    pub fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// Whether a step depends on a slot.
    pub(crate) fn is_trainable(&self, step: usize) -> bool {
        let varies = |angle: usize| !self.angles[angle].is_constant();
        let Step::Unitary(Unitary { kind, .. }) = self.steps[step] else { return false };
        match kind {
            UnitaryKind::Dense { block, .. } | UnitaryKind::Diagonal { block, .. } => self.blocks[block]
                .factors
                .iter()
                .any(|f| matches!(f, Factor::Gate(_, r) if r.clone().any(varies))),
            UnitaryKind::Flip { .. } => false,
            UnitaryKind::Rotation { angle, .. } | UnitaryKind::Phase { angle } => varies(angle),
            UnitaryKind::Matrix { source } => match &self.matrices[source].entries {
                Entries::Constant(_) => false,
                Entries::Gate(_, range) => range.clone().any(varies),
            },
        }
    }

    /// Whether the wire at a position belongs to the register.
    pub(crate) fn is_returned(&self, position: u32) -> bool {
        self.output.contains(&position)
    }

    /// The register's outcome for an index of the state.
    pub(crate) fn outcome(&self, index: usize) -> usize {
        self.output.iter().enumerate().fold(0, |sum, (i, &position)| sum | (index >> position & 1) << i)
    }

    /// Whether the register's state is that of all wires in their order.
    pub(crate) fn is_whole(&self) -> bool {
        let is_unitary = self.steps.iter().all(|step| matches!(step, Step::Unitary(_)));
        let mut in_order = self.output.iter().enumerate();
        is_unitary && self.output.len() == self.n_wires && in_order.all(|(i, &p)| i == p as usize)
    }
}

/// The value of a condition.
pub(crate) fn holds(condition: &BitExpr, bits: &[bool]) -> bool {
    match condition {
        BitExpr::Const(value) => *value,
        BitExpr::Bit(bit) => bits[bit.0 as usize],
        BitExpr::Not(a) => !holds(a, bits),
        BitExpr::And(a, b) => holds(a, bits) && holds(b, bits),
        BitExpr::Or(a, b) => holds(a, bits) || holds(b, bits),
        BitExpr::Xor(a, b) => holds(a, bits) != holds(b, bits),
    }
}
