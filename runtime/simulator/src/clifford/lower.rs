//! From a circuit to steps.

use std::collections::BTreeMap;
use std::f64::consts::FRAC_PI_2;
use std::sync::Arc;

use qml_gates::{Gate, Matrix};
use qml_ir::circuit::{BitExpr, Circuit, Control, Op, OpKind, Pauli, Wire};

use super::images::{Action, MOST_WIRES, controlled};
use super::{Clifford, Letters, Op as Act, Step};
use crate::branches::Program;

/// How far an angle may be from a quarter of a turn.
const ROUNDING: f64 = 1e-9;

impl Clifford {
    /// The circuit for these values of its slots, or the first operation that is not in the Clifford group then.
    pub fn new<'a>(circuit: &'a Circuit, slots: &[f64]) -> Result<Self, &'a Op> {
        let mut lower = Lower::new(slots);
        Ok(Self::of_program(circuit, Program::new(circuit, &mut |op| lower.op(op))?))
    }

    /// The circuit that does these steps.
    pub(super) fn of_program(circuit: &Circuit, program: Program<Act>) -> Self {
        let jumps = |step: &Step| matches!(step, Step::Branch { .. } | Step::Jump { .. });
        let is_linear = circuit.unfinished.is_empty() && !program.steps.iter().any(jumps);
        Self {
            n_wires: circuit.n_wires,
            program,
            output: circuit.output.iter().map(|wire| wire.0).collect(),
            result_bits: circuit.result_bits.clone(),
            is_linear,
        }
    }
}

/// A gate with the bits of its angles, and the values of its controls.
type Known = (Gate, Vec<u64>, Vec<bool>);

/// Gates become what they do to letters.
pub(super) struct Lower<'a> {
    slots: &'a [f64],
    /// Gates that were looked at, and their actions.
    known: BTreeMap<Known, Arc<Action>>,
}

impl<'s> Lower<'s> {
    pub(super) fn new(slots: &'s [f64]) -> Self {
        Self { slots, known: BTreeMap::new() }
    }

    pub(super) fn op<'a>(&mut self, op: &'a Op) -> Result<Option<Vec<Act>>, &'a Op> {
        match &op.kind {
            OpKind::If { condition, then, otherwise } => self.corrections(condition, then, otherwise),
            _ => self.unitary(op).map(Some).ok_or(op),
        }
    }

    /// What a gate does, if it is one of the group; nothing where it does nothing.
    fn unitary(&mut self, op: &Op) -> Option<Vec<Act>> {
        match &op.kind {
            OpKind::Gate { gate, angles, wires, controls } => {
                let angles: Vec<f64> = angles.iter().map(|angle| angle.eval(self.slots)).collect();
                let bits = angles.iter().map(|angle| angle.to_bits()).collect();
                let key = (*gate, bits, controls.iter().map(|control| control.on_one).collect());
                let action = match self.known.get(&key) {
                    Some(action) => Arc::clone(action),
                    None if wires.len() + controls.len() > MOST_WIRES => return None,
                    None => {
                        let action = Arc::new(Action::of(&controlled(&gate.matrix(&angles), controls))?);
                        self.known.insert(key, Arc::clone(&action));
                        action
                    }
                };
                Some(vec![gate_on(wires, controls, action)])
            }
            OpKind::Unitary { matrix, wires, controls } => {
                if wires.len() + controls.len() > MOST_WIRES {
                    return None;
                }
                let matrix = Matrix { dim: 1 << wires.len(), data: matrix[..].into() };
                let action = Action::of(&controlled(&matrix, controls))?;
                Some(vec![gate_on(wires, controls, Arc::new(action))])
            }
            OpKind::PauliRotation { pauli, angle, controls } => {
                let quarters = (angle.eval(self.slots) / FRAC_PI_2).round();
                let is_quarter = (angle.eval(self.slots) - quarters * FRAC_PI_2).abs() < ROUNDING;
                let turns = quarters.rem_euclid(8.0);
                if !is_quarter || (turns != 0.0 && !controls.is_empty()) {
                    return None;
                }
                let string = pauli.iter().map(|&(wire, letter)| (wire.0, letter_bits(letter))).collect();
                let rotation = Act::Rotation { string, quarters: turns as u8 % 4 };
                Some(if turns == 0.0 { Vec::new() } else { vec![rotation] })
            }
            OpKind::Barrier { .. } | OpKind::Measure { .. } | OpKind::Reset { .. } | OpKind::If { .. } => {
                Some(Vec::new())
            }
        }
    }

    /// Corrections, if both sides are products of letters and the condition is a sum of bits.
    fn corrections<'a>(
        &mut self,
        condition: &BitExpr,
        then: &'a [Op],
        otherwise: &'a [Op],
    ) -> Result<Option<Vec<Act>>, &'a Op> {
        let is_flat = then.iter().chain(otherwise).all(Op::is_unitary);
        let Some((bits, odd)) = as_sum(condition).filter(|_| is_flat) else { return Ok(None) };
        let mut corrections = Vec::new();
        for (ops, odd) in [(then, odd), (otherwise, !odd)] {
            for op in ops {
                for act in self.unitary(op).ok_or(op)? {
                    let Some(string) = as_letters(&act) else { return Ok(None) };
                    corrections.push(Act::Correction { string, bits: bits.clone(), odd });
                }
            }
        }
        Ok(Some(corrections))
    }
}

fn gate_on(wires: &[Wire], controls: &[Control], action: Arc<Action>) -> Act {
    let wires = wires.iter().map(|wire| wire.0).chain(controls.iter().map(|control| control.wire.0));
    Act::Gate { wires: wires.collect(), action }
}

/// An action that is a product of letters, up to a phase.
fn as_letters(act: &Act) -> Option<Letters> {
    match act {
        Act::Gate { wires, action } => {
            let product = action.as_product()?;
            let letter = |(i, &wire): (usize, &u32)| (wire, (product >> (2 * i) & 3) as u8);
            Some(wires.iter().enumerate().map(letter).filter(|&(_, letter)| letter != 0).collect())
        }
        Act::Rotation { quarters: 0, .. } => Some(Letters::new()),
        Act::Rotation { string, quarters: 2 } => Some(string.clone()),
        _ => None,
    }
}

/// A letter as `x + 2 z`.
pub(super) fn letter_bits(letter: Pauli) -> u8 {
    match letter {
        Pauli::X => 1,
        Pauli::Z => 2,
        Pauli::Y => 3,
    }
}

/// The condition as a sum of bits modulo two: the bits, and whether one is added.
fn as_sum(condition: &BitExpr) -> Option<(Vec<u32>, bool)> {
    match condition {
        BitExpr::Const(value) => Some((Vec::new(), *value)),
        BitExpr::Bit(bit) => Some((vec![bit.0], false)),
        BitExpr::Not(a) => as_sum(a).map(|(bits, odd)| (bits, !odd)),
        BitExpr::Xor(a, b) => {
            let ((mut bits, odd), (more, more_odd)) = (as_sum(a)?, as_sum(b)?);
            // A bit that stands twice is not looked at.
            for bit in more {
                match bits.iter().position(|&other| other == bit) {
                    Some(place) => _ = bits.swap_remove(place),
                    None => bits.push(bit),
                }
            }
            Some((bits, odd != more_odd))
        }
        BitExpr::And(..) | BitExpr::Or(..) => None,
    }
}
