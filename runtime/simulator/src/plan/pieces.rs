//! One-qubit gates as real rotations between diagonals.
//!
//! Each gate is `e^(ia) P(b) RY(c) P(d)` with angles that are affine in its own: `RX(t) = P(-pi/2) RY(t) P(pi/2)`,
//! `H = RY(pi/2) Z`. A real rotation costs half of a complex matrix, and diagonals wait for others, with which they
//! become one sweep. Runs on a wire merge: equal neighbours add up, and a phase between two quarter turns is a turn
//! between two phases.

use std::f64::consts::{FRAC_PI_2, PI, TAU};

use qml_gates::Gate;
use qml_ir::circuit::Angle;

use super::block::times;
use super::{Factor, M2};

/// A part of a run of one-qubit gates.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// `diag(1, exp(i angle))`.
    Phase(Angle),
    /// `RY(angle)`.
    Turn(Angle),
    /// Anything else.
    Factor(Factor),
}

/// A run of one-qubit gates on a wire, the first one first, and the angle of its global factor.
#[derive(Clone, Debug, Default)]
pub(super) struct Run {
    pub pieces: Vec<Piece>,
    pub global: Angle,
}

/// What a run comes down to: phases, then a core, then phases.
pub(super) struct Parts {
    pub before: Option<Angle>,
    pub core: Vec<Piece>,
    pub after: Option<Angle>,
}

impl Run {
    /// Adds a gate; false if it has no such form.
    pub(super) fn push_gate(&mut self, gate: Gate, angles: &[Angle]) -> bool {
        let c = Angle::constant;
        match gate {
            Gate::Id => {}
            Gate::X => {
                // RY(pi) Z
                self.phase(&c(PI));
                self.turn(&c(PI));
            }
            Gate::Y => {
                self.global(&c(FRAC_PI_2));
                self.turn(&c(PI));
            }
            Gate::Z => self.phase(&c(PI)),
            Gate::S => self.phase(&c(FRAC_PI_2)),
            Gate::Sdg => self.phase(&c(-FRAC_PI_2)),
            Gate::T => self.phase(&c(FRAC_PI_2 / 2.0)),
            Gate::Tdg => self.phase(&c(-FRAC_PI_2 / 2.0)),
            Gate::H => {
                self.phase(&c(PI));
                self.turn(&c(FRAC_PI_2));
            }
            Gate::Rx => self.rx(&angles[0]),
            Gate::Sx => {
                self.global(&c(FRAC_PI_2 / 2.0));
                self.rx(&c(FRAC_PI_2));
            }
            Gate::Sxdg => {
                self.global(&c(-FRAC_PI_2 / 2.0));
                self.rx(&c(-FRAC_PI_2));
            }
            Gate::Ry => self.turn(&angles[0]),
            Gate::Rz => {
                self.global(&angles[0].times(-0.5));
                self.phase(&angles[0]);
            }
            Gate::P => self.phase(&angles[0]),
            Gate::U => {
                self.phase(&angles[2]);
                self.turn(&angles[0]);
                self.phase(&angles[1]);
            }
            Gate::Prx => {
                let ahead = angles[1].plus(&c(-FRAC_PI_2));
                self.phase(&ahead.negated());
                self.turn(&angles[0]);
                self.phase(&ahead);
            }
            _ => return false,
        }
        true
    }

    /// Adds a constant matrix: `e^(ia) P(b) RY(c) P(d)` of its entries.
    pub(super) fn push_matrix(&mut self, [u00, u01, u10, u11]: M2) {
        let turn = 2.0 * u10.norm().hypot(u01.norm()).atan2(u00.norm().hypot(u11.norm()));
        let (before, after, global);
        if u00.norm() >= u10.norm() {
            // u11/u00 = exp(i (before + after)); the larger of the others tells them apart.
            global = u00.arg();
            let both = (u11 * u00.conj()).arg();
            after = if u10.norm() > 1e-15 { (u10 * u00.conj()).arg() } else { 0.0 };
            before = both - after;
        } else {
            // u00 is small: global + after = arg u10, global + before = arg -u01.
            let small = u00.norm() > 1e-15;
            global = if small { u00.arg() } else { 0.0 };
            after = u10.arg() - global;
            before = (-u01).arg() - global;
        }
        self.global(&Angle::constant(global));
        self.phase(&Angle::constant(before));
        self.turn(&Angle::constant(turn));
        self.phase(&Angle::constant(after));
    }

    /// Adds anything else.
    pub(super) fn push_factor(&mut self, factor: Factor) {
        self.pieces.push(Piece::Factor(factor));
    }

    /// The run in its shortest form.
    pub(super) fn parts(self) -> (Parts, Angle) {
        let mut pieces = self.pieces;
        let after = take_phase(pieces.pop(), &mut pieces);
        let before = match pieces.first() {
            Some(Piece::Phase(angle)) => Some(angle.clone()),
            _ => None,
        };
        if before.is_some() {
            pieces.remove(0);
        }
        if pieces.len() > 1 {
            let constants: Option<Vec<M2>> = pieces.iter().map(constant).collect();
            if let Some(constants) = constants {
                let product = constants.into_iter().reduce(|product, next| times(&next, &product));
                let mut short = Self { pieces: Vec::new(), global: self.global };
                before.iter().for_each(|angle| short.phase(angle));
                product.into_iter().for_each(|matrix| short.push_matrix(matrix));
                after.iter().for_each(|angle| short.phase(angle));
                return short.parts();
            }
        }
        (Parts { before, core: pieces, after }, self.global)
    }

    fn global(&mut self, angle: &Angle) {
        self.global = self.global.plus(angle);
    }

    fn rx(&mut self, angle: &Angle) {
        self.phase(&Angle::constant(FRAC_PI_2));
        self.turn(angle);
        self.phase(&Angle::constant(-FRAC_PI_2));
    }

    fn phase(&mut self, angle: &Angle) {
        let mut sum = match self.pieces.pop() {
            Some(Piece::Phase(last)) => last.plus(angle),
            Some(other) => {
                self.pieces.push(other);
                angle.clone()
            }
            None => angle.clone(),
        };
        if sum.is_constant() {
            sum.constant %= TAU;
        }
        if !(sum.is_constant() && sum.constant == 0.0) {
            self.pieces.push(Piece::Phase(sum));
        }
    }

    fn turn(&mut self, angle: &Angle) {
        if let Some(Piece::Turn(last)) = self.pieces.last() {
            let sum = last.plus(angle);
            self.pieces.pop();
            return self.turn(&sum);
        }
        if angle.is_constant() {
            // RY(2 pi) = -1
            let turns = (angle.constant / TAU).round();
            let rest = turns.mul_add(-TAU, angle.constant);
            if rest.abs() < 1e-15 {
                self.global(&Angle::constant(turns * PI));
                return;
            }
            if let Some((first, between)) = self.quarter_before(angle) {
                return self.turn_between_phases(&first, &between, angle);
            }
        }
        self.pieces.push(Piece::Turn(angle.clone()));
    }

    /// The quarter turn and the phase that stand before a quarter turn.
    fn quarter_before(&self, angle: &Angle) -> Option<(Angle, Angle)> {
        let is_quarter = |angle: &Angle| angle.is_constant() && angle.constant.abs() == FRAC_PI_2;
        match self.pieces.as_slice() {
            [.., Piece::Turn(first), Piece::Phase(between)] if is_quarter(first) && is_quarter(angle) => {
                Some((first.clone(), between.clone()))
            }
            _ => None,
        }
    }

    /// `RY(s pi/2) P(a) RY(t pi/2)` is `e^(ia/2) RX(s a)` where `t = -s`, and that times `RY(2 t pi/2)` where `t = s`;
    /// a half turn exchanges the phases that it meets.
    fn turn_between_phases(&mut self, first: &Angle, between: &Angle, last: &Angle) {
        self.pieces.truncate(self.pieces.len() - 2);
        self.global(&between.times(0.5));
        let sign = last.constant.signum();
        let quarter = Angle::constant(FRAC_PI_2);
        let turned = between.times(sign);
        if first.constant == last.constant {
            // P(-pi/2) RY(a) P(pi/2) RY(pi) = i P(-pi/2) RY(a) RY(pi) P(-pi/2)
            self.global(&quarter);
            self.phase(&quarter.negated());
            self.turn(&turned.plus(&Angle::constant(sign * PI)));
            self.phase(&quarter.negated());
        } else {
            self.phase(&quarter);
            self.turn(&turned);
            self.phase(&quarter.negated());
        }
    }
}

/// The angle if the last piece is a phase, else the piece goes back.
fn take_phase(last: Option<Piece>, pieces: &mut Vec<Piece>) -> Option<Angle> {
    match last? {
        Piece::Phase(angle) => Some(angle),
        other => {
            pieces.push(other);
            None
        }
    }
}

/// The matrix of a piece that is always the same.
fn constant(piece: &Piece) -> Option<M2> {
    let matrix =
        |gate, angle: &Angle| angle.is_constant().then(|| super::block::one_qubit(gate, &[angle.constant]));
    match piece {
        Piece::Phase(angle) => matrix(Gate::P, angle),
        Piece::Turn(angle) => matrix(Gate::Ry, angle),
        Piece::Factor(Factor::Constant(matrix)) => Some(*matrix),
        Piece::Factor(Factor::Gate(..)) => None,
    }
}
