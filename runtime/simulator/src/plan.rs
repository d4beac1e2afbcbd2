//! A circuit prepared for many runs.
//!
//! A plan is made once for a circuit; a call then only computes sines, cosines and small matrices. It is made in three
//! steps, a file each:
//!
//! 1. [`lower`]: gates become *entries*. Each one-qubit gate is a real rotation between two diagonals,
//!    `U = e^(ia) P(b) RY(c) P(d)`; neighbours merge, also where the angles are symbols ([`pieces`]). Exchanges of wires
//!    become a relabelling, branches become jumps.
//!    In large states, what happens between the same two wires becomes a matrix ([`pairs`]).
//! 2. [`schedule`]: entries become *passes*. A pass brings one tile of the state after the other into the cache and does
//!    there whatever entries act inside of it.
//! 3. [`layers`]: within a pass, entries that commute become one operation: rotations of many wires one, and all
//!    diagonals together one quadratic form of phases.

mod arguments;
mod block;
mod layers;
mod lower;
mod measured;
mod pairs;
mod pieces;
mod schedule;
mod select;
mod track;

pub(crate) use arguments::Arguments;
pub(crate) use block::{Block, Factor, M2};
pub(crate) use lower::{Chances, Planned, Undone};
pub(crate) use pairs::Pair;
pub(crate) use select::Select;
pub(crate) use track::Track;

use std::ops::Range;
use std::sync::OnceLock;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, BitExpr, Circuit};

use crate::kernel::{MOST_LANE_BITS, Tables};
use crate::noise::{Noise, Readout};
use crate::{C64, Fault};
use lower::Kind;

/// Most wires of a circuit: an index and the number of indices must be a `usize`.
const MAX_WIRES: usize = 62;
/// States of so few wires are one tile.
pub(crate) const TILE_WIRES: usize = 13;
/// Wires of a tile at most: 512 KiB of doubles, half of a second cache of 1 MiB.
const MOST_TILE_WIRES: usize = 15;
/// There are at least so many tiles, as a power of two, where they could be larger: threads share them.
const SHARED_WIRES: usize = 4;
/// The lowest wires are in each tile: runs of 32 amplitudes are long enough for memory to be read at full speed.
pub(crate) const RUN_WIRES: usize = 5;

/// How many wires the tiles of a state have: the more, the fewer sweeps over memory.
pub(crate) fn tile_wires(n_wires: usize) -> usize {
    n_wires.saturating_sub(SHARED_WIRES).clamp(TILE_WIRES, MOST_TILE_WIRES).min(n_wires)
}

/// A circuit prepared for many runs.
#[derive(Clone, Debug)]
pub struct Plan {
    pub(crate) n_wires: usize,
    pub(crate) n_bits: usize,
    pub(crate) slots: Vec<String>,
    pub(crate) steps: Vec<Step>,
    pub(crate) segments: Vec<Segment>,
    /// All angles that depend on the call, or that an operation reads.
    pub(crate) angles: Vec<Angle>,
    /// Angles with a factor whose sine and cosine an operation reads.
    pub(crate) trigs: Vec<Trig>,
    /// Their arguments for a call.
    pub(crate) arguments: Arguments,
    /// Where the tables of forms are, made when they are first asked for, by how many wires are near.
    pub(crate) tables: [OnceLock<Tables>; MOST_LANE_BITS + 1],
    pub(crate) matrices: Vec<MatrixSource>,
    /// Entries of all matrices.
    pub(crate) n_entries: usize,
    pub(crate) channels: Vec<Planned>,
    /// Where steps are channels, in order.
    pub(crate) channel_runs: Vec<ChannelRun>,
    pub(crate) tracks: Vec<Track>,
    /// Trigs that are no cosine and sine but the parts of this number.
    pub(crate) coefficients: Vec<(usize, C64)>,
    /// How the outcomes of the register are told.
    pub(crate) readout: Readout,
    /// How many forms of phases there are in all passes.
    pub(crate) n_forms: usize,
    /// The angle of the factor `exp(i angle)` before everything.
    pub(crate) phase: Angle,
    /// Qubit `i` of the register is bit `output[i]` of a state index.
    pub(crate) output: Vec<u32>,
    pub(crate) result_bits: Vec<BitExpr>,
    /// Where one of these holds at the end, a loop was cut off.
    pub(crate) unfinished: Vec<BitExpr>,
}

/// One step of a plan.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// A unitary: one of the plan's segments.
    Unitary(usize),
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
    /// One of the plan's tracks.
    Track(usize),
    /// A channel that is gone back through.
    Channel(usize),
    /// Channels of a density matrix: a segment, and that of their adjoints.
    Map { forth: usize, back: usize },
    /// An outcome of 0, and one of 1, is told wrongly with these probabilities.
    Misread {
        bit: usize,
        errors: [f64; 2],
        /// The measurement before it is the last.
        is_last: bool,
    },
}

/// Steps that are all channels, and what they usually do together.
#[derive(Clone, Debug)]
pub(crate) struct ChannelRun {
    pub steps: Range<usize>,
    /// What happens where every channel does the usual: a segment, or nothing.
    pub usual: Option<usize>,
    /// Its adjoint.
    pub adjoint: Option<usize>,
    /// What undoes it, where [`Planned::undone`] is there for every channel that does anything.
    pub undone: Option<usize>,
}

/// A unitary between two measurements.
#[derive(Clone, Debug)]
pub(crate) struct Segment {
    pub passes: Vec<Pass>,
    /// The first operation that depends on a slot, as (pass, operation): nothing before it is undone for a gradient.
    pub first_trainable: Option<(usize, usize)>,
}

/// Operations that are done tile by tile.
#[derive(Clone, Debug)]
pub(crate) struct Pass {
    /// Bit `i` of an index in the tile is bit `tile[i]` of an index of the state. Rises; starts with `0, 1, ..`.
    pub tile: Vec<u32>,
    pub ops: Vec<Op>,
    /// Bits of an index that may be one before the pass: elsewhere the state is zero, and there is nothing to do. At first a
    /// circuit has one amplitude, and each pass adds the wires of its tile.
    pub live: usize,
}

/// An index of a state in two parts: masks `inner` are on bits of the tile, masks `outer` on bits of the whole index.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Where {
    pub inner: Select,
    pub outer: Select,
}

/// An operation of a pass; positions are those in the tile.
#[derive(Clone, Debug)]
pub(crate) enum Op {
    /// Real rotations `RY` of different wires, in the order of their positions.
    Turns(Vec<Turn>),
    /// A diagonal.
    Phases(Form),
    /// A matrix on one or two wires.
    Dense { positions: Vec<u32>, matrix: usize, on: Where },
    /// A matrix on more wires.
    Matrix { positions: Vec<u32>, matrix: usize, on: Where },
    /// Exchanges the amplitudes of `i` and `i ^ flip`.
    Flip { flip: usize, on: Where },
    /// `exp(-i angle/2 P)` for the Pauli string `i^n_y X^x Z^z`, `x` not zero.
    Rotation { x: usize, z: usize, outer_z: usize, n_y: u32, trig: usize, on: Where },
}

/// `RY(angle)`, `[[cos, -sin], [sin, cos]]` of half the angle.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Turn {
    pub position: u32,
    pub trig: usize,
}

/// A diagonal `exp(i f)`, where `f` adds up terms in the bits of the index.
#[derive(Clone, Debug, Default)]
pub(crate) struct Form {
    /// Which of the plan's forms it is.
    pub index: usize,
    /// `angle` where all bits of both masks are one; at most two bits in all.
    pub monomials: Vec<Monomial>,
    /// Terms of more bits.
    pub others: Vec<Other>,
}

/// A term of a form: an angle times the product of some bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Monomial {
    pub inner: usize,
    pub outer: usize,
    pub trig: usize,
}

/// A term of a form that is not a product of two bits.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Other {
    pub kind: OtherKind,
    pub trig: usize,
}

#[derive(Clone, Copy, Debug)]
pub(crate) enum OtherKind {
    /// The angle where the bits have these values.
    Select(Where),
    /// The angle where the number of ones is even, its negative where it is odd.
    Parity { inner: usize, outer: usize, on: Where },
}

/// `factor * angle`.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Trig {
    pub angle: usize,
    pub factor: f64,
}

/// A matrix on several wires, the first one least significant.
#[derive(Clone, Debug)]
pub(crate) struct MatrixSource {
    pub n_wires: usize,
    /// Where its entries begin among those of all matrices.
    pub start: usize,
    pub entries: Entries,
}

/// Where a matrix comes from.
#[derive(Clone, Debug)]
pub(crate) enum Entries {
    /// Always the same, row by row.
    Constant(Vec<C64>),
    /// From the gate table, for these of the plan's angles.
    Gate(Gate, Range<usize>),
    /// One-qubit gates one after the other.
    Block(Block),
    /// Gates on two wires one after the other.
    Pair(Pair),
}

impl Plan {
    /// Prepares a circuit. The circuit is valid; more than 62 wires are refused as too large.
    pub fn new(circuit: &Circuit) -> Result<Self, Fault> {
        Self::of_kind(circuit, circuit.n_wires, Kind::State)
    }

    /// Prepares a circuit with noise, for shots: what is exact asks for a [`crate::Density`].
    pub fn noisy(circuit: &Circuit, noise: &Noise) -> Result<Self, Fault> {
        Self::of_kind(circuit, circuit.n_wires, Kind::Shots(noise))
    }

    /// Prepares a circuit with noise for gradients from trajectories: see [`crate::Simulator::sampled_expectations_vjp`].
    pub fn trajectories(circuit: &Circuit, noise: &Noise) -> Result<Self, Fault> {
        Self::of_kind(circuit, circuit.n_wires, Kind::Trajectories(noise))
    }

    /// The density matrix with channels as steps of their own, to be gone back through.
    pub(crate) fn layered_density(circuit: &Circuit, noise: &Noise) -> Result<Self, Fault> {
        Self::of_kind(circuit, 2 * circuit.n_wires, Kind::LayeredDensity(noise))
    }

    /// Prepares the density matrix of a circuit with noise.
    pub(crate) fn density(circuit: &Circuit, noise: &Noise) -> Result<Self, Fault> {
        Self::of_kind(circuit, 2 * circuit.n_wires, Kind::Density(noise))
    }

    fn of_kind(circuit: &Circuit, qubits: usize, kind: Kind<'_>) -> Result<Self, Fault> {
        if qubits > MAX_WIRES {
            let needed_bytes = if qubits > 100 { u128::MAX } else { 16 << qubits };
            let available_bytes = crate::memory::available_bytes();
            return Err(Fault::TooLarge { needed_bytes, available_bytes, qubits });
        }
        Ok(lower::lower(circuit, kind))
    }

    /// About how much work a call is: operations times amplitudes.
    pub fn cost(&self) -> usize {
        let passes = self.segments.iter().flat_map(|segment| &segment.passes);
        passes.map(|pass| pass.ops.len()).sum::<usize>().max(1) << self.n_wires
    }

    /// Whether nothing is measured or reset on the way.
    pub fn is_unitary(&self) -> bool {
        self.steps.iter().all(|step| matches!(step, Step::Unitary(_)))
    }

    /// Qubits of the register that the circuit returns.
    pub fn register_len(&self) -> usize {
        self.output.len()
    }

    /// Whether a loop was cut off that would go on where the bits end like this.
    pub(crate) fn is_unfinished(&self, bits: &[bool]) -> bool {
        self.unfinished.iter().any(|condition| holds(condition, bits))
    }

    /// Classical bits of the result.
    pub fn n_result_bits(&self) -> usize {
        self.result_bits.len()
    }

    /// How many slots a call binds.
    pub fn n_slots(&self) -> usize {
        self.slots.len()
    }

    /// How often the state is swept through, and how many operations are done on the way.
    pub fn size(&self) -> (usize, usize) {
        let passes = self.segments.iter().flat_map(|segment| &segment.passes);
        passes.fold((0, 0), |(passes, ops), pass| (passes + 1, ops + pass.ops.len()))
    }

    /// Where the tables of forms are in states whose lowest wires, so many, count lanes.
    pub(crate) fn tables(&self, lane_bits: u32) -> &Tables {
        self.tables[lane_bits as usize].get_or_init(|| Tables::new(self, lane_bits))
    }

    /// Whether the argument of a sine depends on a slot.
    #[inline(always)]
    pub(crate) fn trig_varies(&self, trig: usize) -> bool {
        self.arguments.varies(trig)
    }

    /// Whether a step depends on a slot.
    pub(crate) fn is_trainable(&self, step: usize) -> bool {
        match self.steps[step] {
            Step::Unitary(segment) => self.segments[segment].first_trainable.is_some(),
            _ => false,
        }
    }

    /// The first segment that depends on a slot; their number if none does.
    pub(crate) fn first_trainable_segment(&self) -> usize {
        let first = self.segments.iter().position(|segment| segment.first_trainable.is_some());
        first.unwrap_or(self.segments.len())
    }

    /// Whether an operation depends on a slot.
    fn op_is_trainable(&self, op: &Op) -> bool {
        let angle = |angle: usize| !self.angles[angle].is_constant();
        let trig = |trig: usize| angle(self.trigs[trig].angle);
        match op {
            Op::Turns(turns) => turns.iter().any(|turn| trig(turn.trig)),
            Op::Phases(form) => {
                form.monomials.iter().any(|m| trig(m.trig)) || form.others.iter().any(|o| trig(o.trig))
            }
            Op::Dense { matrix, .. } | Op::Matrix { matrix, .. } => match &self.matrices[*matrix].entries {
                Entries::Constant(_) => false,
                Entries::Gate(_, range) => range.clone().any(angle),
                Entries::Block(block) => block.angles().any(angle),
                Entries::Pair(pair) => pair.trigs().any(trig),
            },
            Op::Flip { .. } => false,
            Op::Rotation { trig: index, .. } => trig(*index),
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

    /// Whether nothing is measured and the register has all wires.
    pub(crate) fn is_pure(&self) -> bool {
        self.output.len() == self.n_wires && self.steps.iter().all(|step| matches!(step, Step::Unitary(_)))
    }

    /// Whether the register's state is that of all wires in their order.
    pub(crate) fn is_whole(&self) -> bool {
        let mut in_order = self.output.iter().enumerate();
        self.is_pure() && in_order.all(|(i, &p)| i == p as usize)
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
