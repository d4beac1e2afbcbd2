//! The circuit IR: what a specialised kernel is.
//!
//! A flat list of operations over dense wires, angles as affine forms over parameter slots, structured regions for
//! real-time control, a span on every operation, and the permutation of the wires as part of the circuit. One
//! representation for simulator and device.

pub mod condition;
mod count;
mod definition;
pub mod dense;
mod inverse;
pub mod light_cone;
mod measure_output;
mod rotation;
pub mod testing;
#[cfg(test)]
mod tests;
mod text;
mod validate;
mod walk;

use std::ops::Range;

use num_complex::Complex;
use qml_gates::Gate;
use qml_source::Span;
use smallvec::SmallVec;

pub use definition::definition;
pub use rotation::{letter_gate, letter_rotation, rotation_gate, rotation_letters};
pub use text::ParseError;
pub use validate::Broken;

/// A wire of a circuit; wire `i` is bit `i` (the `2^i` place) of a state index.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Wire(pub u32);

/// A parameter slot: a real number that is bound before each execution.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Slot(pub u32);

/// A classical bit, written by a measurement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Bit(pub u32);

/// The angle `constant + sum of coefficient * slot`, in radians. Terms are sorted by slot, each slot once, no zero
/// coefficient.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Angle {
    /// The part without slots.
    pub constant: f64,
    /// Slots with their coefficients.
    pub terms: SmallVec<[(Slot, f64); 1]>,
}

/// Operands of an operation.
pub type Wires = SmallVec<[Wire; 4]>;

/// A control wire; `on_one` tells the value that lets the operation happen.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Control {
    /// The wire.
    pub wire: Wire,
    /// On `|1>`, else on `|0>`.
    pub on_one: bool,
}

/// A condition on outcomes.
#[derive(Clone, Debug, PartialEq)]
pub enum BitExpr {
    /// A known value.
    Const(bool),
    /// The value of a bit at this point of the execution.
    Bit(Bit),
    /// Negation.
    Not(Box<BitExpr>),
    /// Conjunction.
    And(Box<BitExpr>, Box<BitExpr>),
    /// Disjunction.
    Or(Box<BitExpr>, Box<BitExpr>),
    /// Exclusive or (`!=` of two bools).
    Xor(Box<BitExpr>, Box<BitExpr>),
}

/// One operation with the place in the source that it came from.
#[derive(Clone, Debug, PartialEq)]
pub struct Op {
    /// What happens.
    pub kind: OpKind,
    /// The source.
    pub span: Span,
}

/// What an operation does.
#[derive(Clone, Debug, PartialEq)]
pub enum OpKind {
    /// A gate of the table, with further controls where `control(..)` was applied to it.
    Gate {
        /// The gate.
        gate: Gate,
        /// Its angles, as many as the row has parameters.
        angles: SmallVec<[Angle; 3]>,
        /// Its wires, as many as the row has wires, in the row's order; all different.
        wires: Wires,
        /// Controls beyond the gate's own; none of them among `wires`.
        controls: SmallVec<[Control; 2]>,
    },
    /// `exp(-i angle/2 * P)` for a Pauli string `P` of any weight, kept whole.
    PauliRotation {
        /// The string: wires and letters, sorted by wire, no identity.
        pauli: SmallVec<[(Wire, Pauli); 4]>,
        /// The angle.
        angle: Angle,
        /// Controls; none of them in `pauli`.
        controls: SmallVec<[Control; 2]>,
    },
    /// A constant unitary matrix; `2^k` rows for `k` wires, first wire least significant.
    Unitary {
        /// Entries row by row.
        matrix: std::sync::Arc<[Complex<f64>]>,
        /// The wires.
        wires: Wires,
        /// Controls; none of them among `wires`.
        controls: SmallVec<[Control; 2]>,
    },
    /// Measures a wire in the Z basis into a bit.
    Measure {
        /// The wire.
        wire: Wire,
        /// The bit that takes the outcome.
        bit: Bit,
    },
    /// Sets a wire to `|0>`.
    Reset {
        /// The wire.
        wire: Wire,
    },
    /// Real-time branch.
    If {
        /// The condition.
        condition: BitExpr,
        /// What happens where it holds.
        then: Vec<Op>,
        /// What happens elsewhere.
        otherwise: Vec<Op>,
    },
    /// Keeps passes from moving operations across it on these wires.
    Barrier {
        /// The wires.
        wires: Wires,
    },
}

/// A Pauli letter.
pub use qml_prelude::observable::Pauli;

/// How many rounds of a `while` on outcomes are part of a circuit.
pub const MAX_ROUNDS: usize = 250;

/// A loop that would go on where a condition holds at the end of the circuit.
#[derive(Clone, Debug, PartialEq)]
pub struct Unfinished {
    /// The condition.
    pub condition: BitExpr,
    /// Where the loop stands in the source.
    pub span: Span,
}

/// A circuit. All wires start in `|0>`.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Circuit {
    /// The kernel's name, for people.
    pub name: String,
    /// How many wires.
    pub n_wires: usize,
    /// How many classical bits.
    pub n_bits: usize,
    /// Names of the slots (`theta_0_1`); their number is the length.
    pub slots: Vec<String>,
    /// The operations in order.
    pub ops: Vec<Op>,
    /// The result: qubit `i` of the register that the kernel returns is on wire `output[i]` at the end. This is where
    /// permutations live: a pass that relabels wires composes its permutation into it.
    pub output: Vec<Wire>,
    /// The classical part of the result, in order.
    pub result_bits: Vec<BitExpr>,
    /// Where loops on outcomes without an end were cut off: the circuit means what its source means only where none of
    /// these holds at the end.
    pub unfinished: Vec<Unfinished>,
    /// For circuits on a device: where each wire of the source circuit started (`layout[source wire]` is a wire of
    /// this one), empty where wires still are the source's.
    pub layout: Vec<Wire>,
    /// For circuits on a device: where each wire of the source circuit is at the end.
    pub final_layout: Vec<Wire>,
}

impl Circuit {
    /// The same circuit with other operations.
    #[must_use]
    pub fn with_ops(&self, ops: Vec<Op>) -> Self {
        Self {
            name: self.name.clone(),
            n_wires: self.n_wires,
            n_bits: self.n_bits,
            slots: self.slots.clone(),
            ops,
            output: self.output.clone(),
            result_bits: self.result_bits.clone(),
            unfinished: self.unfinished.clone(),
            layout: self.layout.clone(),
            final_layout: self.final_layout.clone(),
        }
    }
}

impl Angle {
    /// A known angle.
    pub fn constant(value: f64) -> Self {
        Self { constant: value, terms: SmallVec::new() }
    }

    /// The value of a slot.
    pub fn slot(slot: Slot) -> Self {
        Self { constant: 0.0, terms: SmallVec::from_slice(&[(slot, 1.0)]) }
    }

    /// The value for given slots.
    pub fn eval(&self, slots: &[f64]) -> f64 {
        self.terms.iter().fold(self.constant, |sum, (slot, c)| sum + c * slots[slot.0 as usize])
    }

    /// How it moves where the slots do.
    pub fn moved(&self, d_slots: &[f64]) -> f64 {
        self.terms.iter().map(|&(slot, c)| c * d_slots[slot.0 as usize]).sum()
    }

    /// Whether it has no slots.
    pub fn is_constant(&self) -> bool {
        self.terms.is_empty()
    }

    /// The angle with the opposite sign.
    #[must_use]
    pub fn negated(&self) -> Self {
        self.times(-1.0)
    }

    /// The sum of two angles.
    #[must_use]
    pub fn plus(&self, other: &Self) -> Self {
        let mut sum = self.clone();
        sum.constant += other.constant;
        for &(slot, coefficient) in &other.terms {
            match sum.terms.binary_search_by_key(&slot, |term| term.0) {
                Ok(i) => sum.terms[i].1 += coefficient,
                Err(i) => sum.terms.insert(i, (slot, coefficient)),
            }
        }
        sum.terms.retain(|term| term.1 != 0.0);
        sum
    }

    /// The angle times a number.
    #[must_use]
    pub fn times(&self, factor: f64) -> Self {
        let terms =
            self.terms.iter().map(|&(slot, c)| (slot, c * factor)).filter(|term| term.1 != 0.0).collect();
        Self { constant: self.constant * factor, terms }
    }
}

/// The same wires; one or two without a loop, since passes write gates all the time.
#[inline]
fn copied(wires: &[Wire]) -> Wires {
    match *wires {
        [a] => Wires::from_buf_and_len([a; 4], 1),
        [a, b] => Wires::from_buf_and_len([a, b, b, b], 2),
        _ => Wires::from_slice(wires),
    }
}

impl Op {
    /// A gate without further controls.
    pub fn gate(gate: Gate, angles: &[Angle], wires: &[Wire], span: Span) -> Self {
        let angles = match angles {
            [] => SmallVec::new(),
            [angle] => std::iter::once(angle.clone()).collect(),
            _ => angles.iter().cloned().collect(),
        };
        let kind = OpKind::Gate { gate, angles, wires: copied(wires), controls: SmallVec::new() };
        Self { kind, span }
    }

    /// A rotation about a Pauli string; the letters in any order of the wires, which are all different.
    pub fn pauli_rotation(pauli: &[(Wire, Pauli)], angle: Angle, span: Span) -> Self {
        let mut pauli = SmallVec::from_slice(pauli);
        pauli.sort_by_key(|letter: &(Wire, Pauli)| letter.0);
        Self { kind: OpKind::PauliRotation { pauli, angle, controls: SmallVec::new() }, span }
    }

    /// A measurement.
    pub fn measure(wire: Wire, bit: Bit, span: Span) -> Self {
        Self { kind: OpKind::Measure { wire, bit }, span }
    }

    /// The controls beyond the gate's own, empty for what has none.
    pub fn controls(&self) -> &[Control] {
        match &self.kind {
            OpKind::Gate { controls, .. }
            | OpKind::PauliRotation { controls, .. }
            | OpKind::Unitary { controls, .. } => controls,
            OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } | OpKind::Barrier { .. } => &[],
        }
    }
}

impl Circuit {
    /// The circuit with these values for its slots, and no slots.
    #[must_use]
    pub fn bound(&self, slots: &[f64]) -> Self {
        let mut bound = self.clone();
        bound.slots.clear();
        bound.visit_mut(|op| {
            op.angles_mut().iter_mut().for_each(|angle| *angle = Angle::constant(angle.eval(slots)));
        });
        bound
    }

    /// The wires of a range, for tests and for registers that are whole.
    pub fn wires(range: Range<u32>) -> Vec<Wire> {
        range.map(Wire).collect()
    }
}
