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
        let mut lower = Lower { slots, steps: Vec::new(), known: BTreeMap::new() };
        lower.ops(&circuit.ops)?;
        let jumps = |step: &Step| matches!(step, Step::Branch { .. } | Step::Jump { .. });
        let is_linear = circuit.unfinished.is_empty() && !lower.steps.iter().any(jumps);
        let unfinished = circuit.unfinished.iter().map(|loop_end| loop_end.condition.clone()).collect();
        Ok(Self {
            n_wires: circuit.n_wires,
            program: Program { steps: lower.steps, n_bits: circuit.n_bits, unfinished },
            output: circuit.output.iter().map(|wire| wire.0).collect(),
            result_bits: circuit.result_bits.clone(),
            is_linear,
        })
    }
}

/// A gate with the bits of its angles, and the values of its controls.
type Known = (Gate, Vec<u64>, Vec<bool>);

struct Lower<'a> {
    slots: &'a [f64],
    steps: Vec<Step>,
    /// Gates that were looked at, and their actions.
    known: BTreeMap<Known, Arc<Action>>,
}

impl Lower<'_> {
    fn ops<'a>(&mut self, ops: &'a [Op]) -> Result<(), &'a Op> {
        ops.iter().try_for_each(|op| match &op.kind {
            OpKind::If { condition, then, otherwise } => self.branch(condition, then, otherwise),
            _ => self.step(op).ok_or(op),
        })
    }

    fn step(&mut self, op: &Op) -> Option<()> {
        match &op.kind {
            OpKind::Barrier { .. } | OpKind::If { .. } => {}
            OpKind::Measure { wire, bit } => self.steps.push(Step::Measure { wire: wire.0, bit: bit.0 }),
            OpKind::Reset { wire } => self.steps.push(Step::Reset { wire: wire.0 }),
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
                self.gate(wires, controls, action);
            }
            OpKind::Unitary { matrix, wires, controls } => {
                if wires.len() + controls.len() > MOST_WIRES {
                    return None;
                }
                let matrix = Matrix { dim: 1 << wires.len(), data: matrix[..].into() };
                let action = Action::of(&controlled(&matrix, controls))?;
                self.gate(wires, controls, Arc::new(action));
            }
            OpKind::PauliRotation { pauli, angle, controls } => {
                let quarters = (angle.eval(self.slots) / FRAC_PI_2).round();
                let is_quarter = (angle.eval(self.slots) - quarters * FRAC_PI_2).abs() < ROUNDING;
                let turns = quarters.rem_euclid(8.0);
                if !is_quarter || (turns != 0.0 && !controls.is_empty()) {
                    return None;
                }
                let string = pauli.iter().map(|&(wire, letter)| (wire.0, letter_bits(letter))).collect();
                if turns != 0.0 {
                    self.steps.push(Step::Do(Act::Rotation { string, quarters: turns as u8 % 4 }));
                }
            }
        }
        Some(())
    }

    fn gate(&mut self, wires: &[Wire], controls: &[Control], action: Arc<Action>) {
        let wires = wires.iter().map(|wire| wire.0).chain(controls.iter().map(|control| control.wire.0));
        self.steps.push(Step::Do(Act::Gate { wires: wires.collect(), action }));
    }

    /// Corrections if both sides are products of letters and the condition is a sum of bits, else jumps.
    fn branch<'a>(&mut self, condition: &BitExpr, then: &'a [Op], otherwise: &'a [Op]) -> Result<(), &'a Op> {
        let is_flat = then.iter().chain(otherwise).all(Op::is_unitary);
        if let Some((bits, odd)) = as_sum(condition).filter(|_| is_flat) {
            let (start, mut sides) = (self.steps.len(), Vec::new());
            for ops in [then, otherwise] {
                self.ops(ops)?;
                let steps: Vec<Step> = self.steps.drain(start..).collect();
                sides.push(steps.iter().map(as_letters).collect::<Option<Vec<_>>>());
            }
            if let (Some(otherwise), Some(then)) = (sides.pop().flatten(), sides.pop().flatten()) {
                for (strings, odd) in [(then, odd), (otherwise, !odd)] {
                    let correction = |string| Step::Do(Act::Correction { string, bits: bits.clone(), odd });
                    self.steps.extend(strings.into_iter().map(correction));
                }
                return Ok(());
            }
        }
        let branch = self.steps.len();
        self.steps.push(Step::Jump { to: 0 });
        self.ops(then)?;
        let jump = self.steps.len();
        self.steps.push(Step::Jump { to: 0 });
        self.steps[branch] = Step::Branch { condition: condition.clone(), otherwise: jump + 1 };
        self.ops(otherwise)?;
        self.steps[jump] = Step::Jump { to: self.steps.len() };
        Ok(())
    }
}

/// A step that is a product of letters, up to a phase.
fn as_letters(step: &Step) -> Option<Letters> {
    match step {
        Step::Do(Act::Gate { wires, action }) => {
            let product = action.as_product()?;
            let letter = |(i, &wire): (usize, &u32)| (wire, (product >> (2 * i) & 3) as u8);
            Some(wires.iter().enumerate().map(letter).filter(|&(_, letter)| letter != 0).collect())
        }
        Step::Do(Act::Rotation { quarters: 0, .. }) => Some(Letters::new()),
        Step::Do(Act::Rotation { string, quarters: 2 }) => Some(string.clone()),
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
