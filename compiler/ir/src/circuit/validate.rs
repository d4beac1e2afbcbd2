//! Checks that a circuit keeps the rules that every pass relies on.

use std::fmt;

use num_complex::Complex;
use qml_source::bug;

use super::{Angle, Bit, BitExpr, Circuit, Control, Op, OpKind, Wire};

/// How far a constant matrix may be from unitary, entry by entry.
const UNITARY_TOLERANCE: f64 = 1e-10;

/// A rule that a circuit breaks, and where.
#[derive(Clone, Debug, PartialEq)]
pub struct Broken {
    /// The rule, as a statement that should hold.
    pub rule: &'static str,
    /// The operation as text; none if it is the circuit itself.
    pub op: Option<String>,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.op {
            Some(op) => write!(f, "{}, but not in `{op}`", self.rule),
            None => write!(f, "{}, but not in this circuit", self.rule),
        }
    }
}

impl Circuit {
    /// Stops with the broken rule and the circuit if one is broken: a pass went wrong.
    pub fn validate(&self) {
        if let Err(broken) = self.check() {
            bug!("{broken}:\n{self}");
        }
    }

    /// The first broken rule.
    pub fn check(&self) -> Result<(), Broken> {
        for op in &self.ops {
            self.check_op(op)?;
        }
        self.check_result().map_err(|rule| Broken { rule, op: None })
    }

    fn check_op(&self, op: &Op) -> Result<(), Broken> {
        self.op_rules(op).map_err(|rule| Broken { rule, op: Some(op.to_string()) })?;
        if let OpKind::If { then, otherwise, .. } = &op.kind {
            then.iter().chain(otherwise).try_for_each(|op| self.check_op(op))?;
        }
        Ok(())
    }

    fn op_rules(&self, op: &Op) -> Result<(), &'static str> {
        op.angles().iter().try_for_each(|angle| self.angle_rules(angle))?;
        match &op.kind {
            OpKind::Gate { gate, angles, wires, controls } => {
                ensure(angles.len() == gate.def().params.len(), "a gate has as many angles as its row")?;
                ensure(wires.len() == gate.def().wires.len(), "a gate has as many wires as its row")?;
                self.operand_rules(wires, controls)
            }
            OpKind::PauliRotation { pauli, controls, .. } => {
                let sorted = pauli.windows(2).all(|pair| pair[0].0 < pair[1].0);
                ensure(sorted, "the letters of a Pauli string are sorted by wire, each wire once")?;
                let wires: Vec<Wire> = pauli.iter().map(|letter| letter.0).collect();
                self.operand_rules(&wires, controls)
            }
            OpKind::Unitary { matrix, wires, controls } => {
                ensure(
                    wires.len() < 16 && matrix.len() == 1 << (2 * wires.len()),
                    "a matrix has 2^k rows and columns for k wires",
                )?;
                ensure(is_unitary(matrix, 1 << wires.len()), "a matrix is unitary")?;
                self.operand_rules(wires, controls)
            }
            OpKind::Measure { wire, bit } => {
                self.operand_rules(&[*wire], &[])?;
                self.bit_rule(*bit)
            }
            OpKind::Reset { wire } => self.operand_rules(&[*wire], &[]),
            OpKind::If { condition, .. } => self.condition_rules(condition),
            OpKind::Barrier { wires } => self.operand_rules(wires, &[]),
        }
    }

    fn operand_rules(&self, wires: &[Wire], controls: &[Control]) -> Result<(), &'static str> {
        let all: Vec<Wire> =
            wires.iter().copied().chain(controls.iter().map(|control| control.wire)).collect();
        self.wires_rule(&all)?;
        ensure(are_distinct(wires), "the wires of an operation are different")?;
        ensure(are_distinct(&all), "the controls are different and none is among the wires")
    }

    fn wires_rule(&self, wires: &[Wire]) -> Result<(), &'static str> {
        ensure(wires.iter().all(|wire| (wire.0 as usize) < self.n_wires), "wires are in range")
    }

    fn angle_rules(&self, angle: &Angle) -> Result<(), &'static str> {
        let finite = angle.constant.is_finite() && angle.terms.iter().all(|term| term.1.is_finite());
        ensure(finite, "angles are finite")?;
        ensure(angle.terms.iter().all(|term| (term.0.0 as usize) < self.slots.len()), "slots are in range")?;
        let sorted = angle.terms.windows(2).all(|pair| pair[0].0 < pair[1].0);
        ensure(sorted, "the slots of an angle are sorted, each once")?;
        ensure(angle.terms.iter().all(|term| term.1 != 0.0), "no coefficient of an angle is zero")
    }

    fn bit_rule(&self, bit: Bit) -> Result<(), &'static str> {
        ensure((bit.0 as usize) < self.n_bits, "bits are in range")
    }

    fn condition_rules(&self, condition: &BitExpr) -> Result<(), &'static str> {
        let mut result = Ok(());
        condition.each_bit(&mut |bit| result = result.and(self.bit_rule(bit)));
        result
    }

    fn check_result(&self) -> Result<(), &'static str> {
        for wires in [&self.output, &self.layout, &self.final_layout] {
            self.wires_rule(wires)?;
        }
        ensure(are_distinct(&self.output), "the output wires are different")?;
        ensure(are_distinct(&self.layout), "no two source wires start on the same wire")?;
        ensure(are_distinct(&self.final_layout), "no two source wires end on the same wire")?;
        let same_length = self.layout.len() == self.final_layout.len();
        ensure(same_length, "first and final layout are of the same source wires")?;
        let conditions = self.result_bits.iter().chain(self.unfinished.iter().map(|cut| &cut.condition));
        conditions.into_iter().try_for_each(|condition| self.condition_rules(condition))
    }
}

fn ensure(holds: bool, rule: &'static str) -> Result<(), &'static str> {
    if holds { Ok(()) } else { Err(rule) }
}

fn are_distinct(wires: &[Wire]) -> bool {
    if wires.len() <= 8 {
        return (1..wires.len()).all(|i| !wires[..i].contains(&wires[i]));
    }
    let mut sorted = wires.to_vec();
    sorted.sort_unstable();
    sorted.windows(2).all(|pair| pair[0] != pair[1])
}

fn is_unitary(matrix: &[Complex<f64>], dim: usize) -> bool {
    (0..dim).all(|i| {
        (0..dim).all(|j| {
            let product: Complex<f64> =
                (0..dim).map(|k| matrix[i * dim + k] * matrix[j * dim + k].conj()).sum();
            let wanted = if i == j { 1.0 } else { 0.0 };
            // Written so that a NaN is refused.
            (product - wanted).norm() <= UNITARY_TOLERANCE
        })
    })
}
