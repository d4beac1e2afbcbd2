//! Angles of rotations about a product of two Pauli letters, brought into `0..=pi/2` by turns of single qubits.
//!
//! `exp(-i t/2 PP)` is `PP exp(-i (t - pi)/2 PP)` up to a phase, and `exp(i t/2 PP)` is `Q exp(-i t/2 PP) Q` for a letter
//! `Q` on one of the wires that anticommutes with `P`. Which of the two is needed depends on the angle: where it has
//! slots, the turns are by angles that are computed when the slots are bound, so that the circuit is the same for all
//! values. Devices with such ranges: RZZ of IBM, RXX of AQT.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_ir::circuit::{Angle, Slot};
use qml_ir::specialise::bind::{Binary, Node, Unary};

use crate::one_qubit::{TOLERANCE, wrap};

/// The slots that were appended, after those of the source.
pub struct Folded {
    /// How many slots the source has.
    pub n_slots: usize,
    /// What each of the others is computed from.
    pub nodes: Vec<Node>,
}

/// A rotation by any angle as one in `0..=pi/2`.
pub struct Fold {
    /// Its angle.
    pub angle: Angle,
    /// By how much both wires turn about `P` then: 0 or a half turn.
    pub far: Angle,
    /// By how much one wire turns about `Q` before, and back after: 0, or a half turn.
    pub back: Angle,
}

impl Folded {
    /// Folds an angle.
    pub fn fold(&mut self, angle: &Angle) -> Fold {
        if angle.is_constant() { fold_constant(angle.constant) } else { self.fold_slots(angle) }
    }

    /// With `u` in `-pi..pi` the angle up to whole turns: the angle is `pi/2 - | |u| - pi/2 |`, `far` a half turn where
    /// `|u|` is `pi/2` or more, and the sense is that of `u`, the other one if it is far.
    fn fold_slots(&mut self, angle: &Angle) -> Fold {
        let constant = Angle::constant;
        let turned = angle.plus(&constant(PI));
        let u = self.push(Node::Binary(Binary::Mod, turned, constant(2.0 * PI))).plus(&constant(-PI));
        let size = self.push(Node::Unary(Unary::Abs, u.clone()));
        let beyond = self.push(Node::Unary(Unary::Abs, size.plus(&constant(-FRAC_PI_2))));
        let quarters = self.push(Node::Unary(Unary::Floor, size.times(1.0 / FRAC_PI_2)));
        let far = self.push(Node::Binary(Binary::Min, quarters, constant(1.0)));
        let sign = self.push(Node::Unary(Unary::Sign, u));
        // 1 forwards, -1 backwards.
        let sense = self.push(Node::Binary(Binary::Mul, sign, constant(1.0).plus(&far.times(-2.0))));
        Fold {
            angle: constant(FRAC_PI_2).plus(&beyond.negated()),
            far: far.times(PI),
            back: constant(FRAC_PI_2).plus(&sense.times(-FRAC_PI_2)),
        }
    }

    fn push(&mut self, node: Node) -> Angle {
        self.nodes.push(node);
        Angle::slot(Slot((self.n_slots + self.nodes.len() - 1) as u32))
    }
}

fn fold_constant(angle: f64) -> Fold {
    let u = wrap(angle);
    let is_far = u.abs() > FRAC_PI_2 + TOLERANCE;
    let near = if is_far { u - PI.copysign(u) } else { u };
    let half_turn = |is_there: bool| Angle::constant(if is_there { PI } else { 0.0 });
    Fold { angle: Angle::constant(near.abs()), far: half_turn(is_far), back: half_turn(near < 0.0) }
}

#[cfg(test)]
mod tests;
