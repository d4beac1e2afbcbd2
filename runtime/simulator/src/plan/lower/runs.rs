//! From a run of one-qubit gates on a wire to entries: phases, turns, and matrices where a gate is neither.

use std::f64::consts::{PI, TAU};

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Wire};

use super::Builder;
use crate::plan::pieces::Piece;
use crate::plan::schedule::Entry;
use crate::plan::{Block, Entries, Select};

impl Builder<'_> {
    /// Makes the pending gates of a wire entries.
    pub(super) fn flush(&mut self, wire: Wire) {
        let run = std::mem::take(&mut self.pending[wire.0 as usize]);
        if run.pieces.is_empty() {
            return self.global(&run.global);
        }
        let (parts, global) = run.parts();
        self.global(&global);
        parts.before.iter().for_each(|angle| self.phase_of(wire, angle));
        let is_turned = |piece: &Piece| !matches!(piece, Piece::Factor(_));
        if parts.core.iter().all(is_turned) {
            // Also where several turns follow each other: those of a layer are one operation, a matrix would be its own.
            for piece in &parts.core {
                match piece {
                    Piece::Phase(angle) => self.phase_of(wire, angle),
                    Piece::Turn(angle) => self.turn_of(wire, angle),
                    Piece::Factor(_) => {}
                }
            }
        } else {
            let factors = parts.core.iter().map(|piece| match piece {
                Piece::Phase(angle) => self.factor(Gate::P, std::slice::from_ref(angle)),
                Piece::Turn(angle) => self.factor(Gate::Ry, std::slice::from_ref(angle)),
                Piece::Factor(factor) => factor.clone(),
            });
            let factors = factors.collect();
            self.dense(Entries::Block(Block { factors }), &[wire], Select::default());
        }
        parts.after.iter().for_each(|angle| self.phase_of(wire, angle));
    }

    /// `P(angle)` as an entry.
    fn phase_of(&mut self, wire: Wire, angle: &Angle) {
        let trig = self.add_trig(angle, 1.0);
        self.entry(Entry::Monomial { mask: 1 << self.at(wire), trig });
    }

    /// `RY(angle)` as entries.
    fn turn_of(&mut self, wire: Wire, angle: &Angle) {
        let position = self.at(wire);
        if !is_half_turn(angle) {
            let trig = self.add_trig(angle, 0.5);
            return self.entry(Entry::Turn { position, trig });
        }
        // RY(pi) = X Z, RY(-pi) = -X Z
        self.phase_of(wire, &Angle::constant(PI));
        self.entry(Entry::Flip { flip: 1 << position, select: Select::default() });
        if (angle.constant / PI).round().rem_euclid(4.0) == 3.0 {
            self.global(&Angle::constant(PI));
        }
    }
}

/// Whether `RY` of the angle exchanges the amplitudes.
fn is_half_turn(angle: &Angle) -> bool {
    let half_turns = angle.constant / PI;
    angle.is_constant()
        && (half_turns - half_turns.round()).abs() < 1e-15
        && half_turns.round().rem_euclid(2.0) == 1.0
        && half_turns.abs() * PI < 4.0 * TAU
}
