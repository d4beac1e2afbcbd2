//! Rewrites stretches of Clifford gates and rotations as Pauli networks with fewer CX.
//!
//! Such a stretch is a list of rotations about Pauli strings and one Clifford, whatever the angles are: products of
//! exponentials as in unitary coupled clusters or Trotter steps, written gate by gate.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: the same, SWAPs too; only stretches that get shorter are
//! written anew. Keeps: the unitary up to a global phase; what happens in branches.

use std::f64::consts::FRAC_PI_2;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire, rotation_letters};
use qml_source::Span;
use smallvec::SmallVec;

use crate::attribute_spans::attribute_spans;
use crate::fold_parities::cost_of;
use crate::one_qubit::{C64, M2, TOLERANCE, euler, is_multiple, op_matrix};
use crate::pauli_network::{Aim, Piece, pauli_network};
use crate::pauli_string::{Clifford, Letter, Pauli};
use crate::stretches::{rewrite_stretches, stretches, wires_of};

/// Longer stretches are left alone, and wider ones.
const MAX_ROTATIONS: usize = 1000;
const MAX_WIRES: usize = 128;

/// Rewrites the stretches outside of branches; none if they don't get shorter.
pub fn fold_paulis(circuit: &Circuit) -> Option<Circuit> {
    rewrite_stretches(circuit, &stretches(circuit, is_pauli), rewrite)
}

/// Whether an operation is a Clifford gate or a rotation.
fn is_pauli(op: &Op) -> bool {
    let OpKind::Gate { gate, .. } = &op.kind else { return false };
    match gate {
        Gate::Cx | Gate::Cz | Gate::Swap => true,
        _ if rotation_letters(*gate).is_some() => true,
        _ => op_matrix(op).is_some_and(|m| images(&m).is_some()),
    }
}

/// `g^-1 X g` and `g^-1 Z g` on wire 0, if they are letters up to sign.
pub fn images(m: &M2) -> Option<[Pauli; 2]> {
    let [[a, b], [c, d]] = *m;
    // Both are `x X + y Y + z Z`, so that `x - iy` stands at the upper right and `z` at the upper left.
    let of_x = (a.conj() * d + c.conj() * b, 2.0 * (a.conj() * c).re);
    let of_z = (a.conj() * b - c.conj() * d, a.norm_sqr() - c.norm_sqr());
    let letter = |(right, left): (C64, f64)| {
        let coordinates = [(right.re, 1, 0), (-right.im, 1, 1), (left, 0, 1)];
        let mut large = coordinates.into_iter().filter(|(length, ..)| length.abs() > TOLERANCE);
        let (length, x, z) = large.next()?;
        // Y is iXZ.
        let phase = (x & z) as u8 + if length < 0.0 { 2 } else { 0 };
        large.next().is_none().then_some(Pauli { x, z, phase })
    };
    Some([letter(of_x)?, letter(of_z)?])
}

/// What a stretch does: rotations, then the Clifford `C` by `C^-1 X C` and `C^-1 Z C` for each wire.
#[derive(Default)]
pub struct PauliForm {
    wires: Vec<Wire>,
    /// The rotations in order: string and angle.
    pub rotations: Vec<(Pauli, Angle)>,
    table: Vec<[Pauli; 2]>,
}

impl PauliForm {
    /// The number of a wire, which is the next one if it is new.
    pub fn index(&mut self, wire: Wire) -> usize {
        self.wires.iter().position(|&other| other == wire).unwrap_or_else(|| {
            let bit = 1 << self.wires.len();
            self.wires.push(wire);
            self.table.push([Pauli { x: bit, z: 0, phase: 0 }, Pauli { x: 0, z: bit, phase: 0 }]);
            self.wires.len() - 1
        })
    }

    fn add(&mut self, op: &Op) {
        let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { return };
        let at: SmallVec<[usize; 2]> = wires.iter().map(|&wire| self.index(wire)).collect();
        match gate {
            Gate::Cx => self.cx(at[0], at[1]),
            Gate::Cz => {
                self.table[at[1]].swap(0, 1);
                self.cx(at[0], at[1]);
                self.table[at[1]].swap(0, 1);
            }
            Gate::Swap => self.table.swap(at[0], at[1]),
            _ => {
                let letters = rotation_letters(*gate);
                let is_quarter = angles.iter().all(|angle| is_multiple(angle, FRAC_PI_2));
                let is_turn = is_quarter || letters.is_none();
                let images = if is_turn { op_matrix(op).and_then(|m| images(&m)) } else { None };
                match (images, letters) {
                    (Some(images), _) => self.turn(at[0], images),
                    (None, Some(letters)) => {
                        let strings = letters.iter().zip(&at).map(|(&letter, &at)| self.string(letter, at));
                        let one = Pauli { x: 0, z: 0, phase: 0 };
                        let string = strings.fold(one, Pauli::times);
                        self.rotate(string, &angles[0]);
                    }
                    (None, None) => qml_source::bug!("{op:?} in a stretch of Paulis"),
                }
            }
        }
    }

    /// `C^-1 P C` for a letter on a wire.
    fn string(&self, letter: Letter, at: usize) -> Pauli {
        let [x, z] = self.table[at];
        match letter {
            Letter::X => x,
            Letter::Z => z,
            Letter::Y => {
                let product = x.times(z);
                Pauli { phase: (product.phase + 1) % 4, ..product }
            }
        }
    }

    fn cx(&mut self, control: usize, target: usize) {
        self.table[control][0] = self.table[control][0].times(self.table[target][0]);
        self.table[target][1] = self.table[control][1].times(self.table[target][1]);
    }

    fn turn(&mut self, at: usize, images: [Pauli; 2]) {
        let [x, z] = self.table[at];
        self.table[at] = images.map(|image| {
            let mut string = Pauli { x: 0, z: 0, phase: image.phase };
            if image.x == 1 {
                string = string.times(x);
            }
            if image.z == 1 {
                string = string.times(z);
            }
            string
        });
    }

    /// Adds any gate on one or two wires: one that is no rotation is three. Global phases are left out.
    pub fn add_any(&mut self, op: &Op) {
        if op.wires().is_empty() {
            return;
        }
        let matrix = if is_pauli(op) { None } else { op_matrix(op) };
        let Some(matrix) = matrix else { return self.add(op) };
        let e = euler(&matrix);
        for (gate, angle) in [(Gate::Rz, e.lambda), (Gate::Ry, e.theta), (Gate::Rz, e.phi)] {
            self.add(&Op::gate(gate, &[Angle::constant(angle)], &op.wires(), op.span));
        }
    }

    /// The strings of the rotations, those by 0 left out.
    pub fn strings(&mut self) -> Vec<Pauli> {
        self.rotations.retain(|rotation| !(rotation.1.is_constant() && rotation.1.constant == 0.0));
        self.rotations.iter().map(|rotation| rotation.0).collect()
    }

    /// What a network for it is made for.
    pub fn aim<'a>(&'a self, rotations: &'a [Pauli]) -> Aim<'a> {
        Aim { rotations, clifford: &self.table }
    }

    /// Appends a piece of a network.
    pub fn write(&self, piece: Piece, span: Span, out: &mut Vec<Op>) {
        match piece {
            Piece::Clifford(gate) => out.push(self.clifford(gate, span)),
            Piece::Controlled(gate) => {
                out.extend(gate.frame().map(|gate| self.clifford(gate, span)));
                out.push(Op::gate(Gate::Cx, &[], &gate.wires.map(|wire| self.wires[wire]), span));
                out.extend(gate.frame().rev().map(|gate| self.clifford(gate.inverse(), span)));
            }
            Piece::Rotation { number, wire, letter, is_negated } => {
                let gate = match letter {
                    Letter::X => Gate::Rx,
                    Letter::Y => Gate::Ry,
                    Letter::Z => Gate::Rz,
                };
                let angle = self.rotations[number].1.times(if is_negated { -1.0 } else { 1.0 });
                out.push(Op::gate(gate, &[angle], &[self.wires[wire]], span));
            }
        }
    }

    fn clifford(&self, gate: Clifford, span: Span) -> Op {
        let turn = |gate, quarters: f64, wire: usize| {
            Op::gate(gate, &[Angle::constant(quarters * FRAC_PI_2)], &[self.wires[wire]], span)
        };
        match gate {
            Clifford::H(q) => Op::gate(Gate::H, &[], &[self.wires[q]], span),
            Clifford::S(q) => turn(Gate::Rz, 1.0, q),
            Clifford::Sdg(q) => turn(Gate::Rz, -1.0, q),
            Clifford::X(q) => turn(Gate::Rx, 2.0, q),
            Clifford::Z(q) => turn(Gate::Rz, 2.0, q),
            Clifford::Swap(a, b) => Op::gate(Gate::Swap, &[], &[self.wires[a], self.wires[b]], span),
        }
    }

    /// Adds a rotation, to an equal one where only commuting ones are between.
    fn rotate(&mut self, string: Pauli, angle: &Angle) {
        for (other, sum) in self.rotations.iter_mut().rev() {
            if (other.x, other.z) == (string.x, string.z) {
                let sign = if other.phase == string.phase { 1.0 } else { -1.0 };
                *sum = sum.plus(&angle.times(sign));
                return;
            }
            if !other.commutes_with(string) {
                break;
            }
        }
        self.rotations.push((string, angle.clone()));
    }
}

/// A stretch anew, if that saves CX.
fn rewrite(ops: &[&Op]) -> Option<Vec<Op>> {
    let before: usize = ops.iter().map(|op| cost_of(op)).sum();
    if before <= 1 {
        return None;
    }
    // In their order, so that close numbers mean close wires.
    let wires = wires_of(ops);
    if wires.len() > MAX_WIRES {
        return None;
    }
    let mut form = PauliForm::default();
    wires.iter().for_each(|&wire| _ = form.index(wire));
    for op in ops {
        form.add(op);
        if form.rotations.len() > MAX_ROTATIONS {
            return None;
        }
    }
    let strings = form.strings();
    let pieces = pauli_network(form.aim(&strings), before)?;
    let mut new = Vec::with_capacity(2 * pieces.len());
    pieces.into_iter().for_each(|piece| form.write(piece, ops[0].span, &mut new));
    attribute_spans(ops.iter().copied(), &mut new);
    Some(new)
}

#[cfg(test)]
mod tests;
