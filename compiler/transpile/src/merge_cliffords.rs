//! Merges Clifford gates of two wires that meet again, however much lies between.
//!
//! CX, CZ and the like are controlled Pauli gates: two letters, one on each wire. Such a gate may be pushed forwards: a
//! Clifford gate on one wire changes its letter there, and what commutes with the letter lets it pass; a SWAP takes it
//! along. The places that it gets to are its interaction points (the technique of TKET's `CliffordSimp`: Sivarajah et al.,
//! Quantum Sci. Technol. 6, 014003 (2021), section 4.3). If a later gate lies at both points of an earlier one, they are
//! on the same pair right after each other: with equal letters they cancel, with one equal letter they are one gate, and
//! with none one gate and a SWAP, which becomes other names of the wires.
//!
//! Expects: gates as `lower_controls` leaves them, not routed yet. Leaves: the same, SWAPs too; no CX or CZ that meet again,
//! as far as the window sees. Keeps: the unitary up to a global phase; what happens in branches.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_gates::{Gate, Port};
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use qml_source::Span;

use crate::collect_blocks::port_of_one;
use crate::fold_paulis::{PauliForm, images};
use crate::one_qubit::{dagger, op_matrix};
use crate::pauli_network::Piece;
use crate::pauli_string::{Controlled, LETTERS, Letter, Pauli, on};

/// Points of one wire that are kept; older ones are forgotten.
const MAX_POINTS: usize = 24;

/// Merges outside of branches; none if no gates meet again.
pub fn merge_cliffords(circuit: &Circuit) -> Option<Circuit> {
    let mut merger = Merger {
        ops: Vec::with_capacity(circuit.ops.len()),
        points: vec![Vec::new(); circuit.n_wires],
        gone: 0,
    };
    circuit.ops.iter().for_each(|op| merger.add(op.clone()));
    (merger.gone > 0).then(|| circuit.with_ops(merger.ops.into_iter().flatten().collect()))
}

/// Where an earlier gate may be pushed to: the end of one of its wires, as it is now.
#[derive(Clone, Copy, Debug)]
struct Point {
    /// The place of the gate.
    gate: usize,
    letter: Letter,
    is_negated: bool,
}

struct Merger {
    /// What there is up to now.
    ops: Vec<Option<Op>>,
    /// The points at the end of each wire, latest last.
    points: Vec<Vec<Point>>,
    gone: usize,
}

impl Merger {
    fn add(&mut self, op: Op) {
        match (&op.kind, &*op.wires()) {
            (OpKind::Gate { gate, controls, .. }, &[a, b]) if controls.is_empty() => match gate {
                Gate::Cx => self.add_controlled([a, b], [Letter::Z, Letter::X], op.span),
                Gate::Cz => self.add_controlled([a, b], [Letter::Z, Letter::Z], op.span),
                Gate::Swap => {
                    self.points.swap(a.0 as usize, b.0 as usize);
                    self.ops.push(Some(op));
                }
                _ => {
                    let ports = gate.def().ports;
                    self.keep(a, ports[0]);
                    self.keep(b, ports[1]);
                    self.ops.push(Some(op));
                }
            },
            (OpKind::Gate { controls, .. }, &[wire]) if controls.is_empty() => {
                self.pass(&op, wire);
                self.ops.push(Some(op));
            }
            (_, wires) => {
                wires.iter().for_each(|wire| self.points[wire.0 as usize].clear());
                self.ops.push(Some(op));
            }
        }
    }

    /// Takes the points of a wire past a gate on it.
    fn pass(&mut self, op: &Op, wire: Wire) {
        let points = &mut self.points[wire.0 as usize];
        let OpKind::Gate { gate, .. } = &op.kind else { return };
        if points.is_empty() {
            return;
        }
        // `g P g^-1` of a Clifford.
        let matrix = op_matrix(op);
        match matrix.and_then(|matrix| images(&dagger(&matrix))) {
            Some(images) => points.iter_mut().for_each(|point| point.conjugate(images)),
            None => self.keep(wire, matrix.map_or(gate.def().ports[0], |matrix| port_of_one(&matrix))),
        }
    }

    /// Keeps the points of a wire that pass what commutes with a letter.
    fn keep(&mut self, wire: Wire, port: Port) {
        self.points[wire.0 as usize].retain(|point| match port {
            Port::Any => true,
            Port::X => point.letter == Letter::X,
            Port::Y => point.letter == Letter::Y,
            Port::Z => point.letter == Letter::Z,
            Port::None => false,
        });
    }

    /// Adds a controlled Pauli gate, merged with an earlier one if there is one at the same place.
    fn add_controlled(&mut self, wires: [Wire; 2], letters: [Letter; 2], span: Span) {
        let Some([at_a, at_b]) = self.meeting(wires) else {
            return self.push_controlled(wires, letters, span);
        };
        // The earlier gate comes here, with the Pauli operators that negated letters leave.
        self.ops[at_a.gate] = None;
        self.points.iter_mut().for_each(|points| points.retain(|point| point.gate != at_a.gate));
        for (point, other, wire) in [(at_a, at_b, wires[1]), (at_b, at_a, wires[0])] {
            if point.is_negated {
                self.turn(other.letter, PI, wire, span);
            }
        }
        match [at_a.letter == letters[0], at_b.letter == letters[1]] {
            [true, true] => self.gone += 2,
            [true, false] => self.join(wires, letters[0], [at_b.letter, letters[1]], span),
            [false, true] => self.join([wires[1], wires[0]], letters[1], [at_a.letter, letters[0]], span),
            [false, false] => {
                let earlier = [at_a.letter, at_b.letter];
                self.exchange(wires, earlier, letters, span);
            }
        }
    }

    /// The points of the latest gate that both wires have.
    fn meeting(&self, wires: [Wire; 2]) -> Option<[Point; 2]> {
        let [on_a, on_b] = wires.map(|wire| &self.points[wire.0 as usize]);
        on_a.iter().rev().find_map(|&at_a| {
            let at_b = on_b.iter().find(|at_b| at_b.gate == at_a.gate);
            at_b.map(|&at_b| [at_a, at_b])
        })
    }

    /// Two gates with the same letter on the first wire and two others on the second, one after the other, are one with
    /// that letter and the third, and a quarter turn.
    fn join(&mut self, wires: [Wire; 2], shared: Letter, [first, second]: [Letter; 2], span: Span) {
        self.gone += 1;
        // `second first` is `i third` or `-i third`.
        let product = on(second, 0).times(on(first, 0));
        let third = product.letter(0).unwrap_or_else(|| qml_source::bug!("two letters that are the same"));
        let is_minus = (product.phase + 4 - on(third, 0).phase) % 4 == 3;
        self.turn(shared, if is_minus { -FRAC_PI_2 } else { FRAC_PI_2 }, wires[0], span);
        self.add_controlled(wires, [shared, third], span);
    }

    /// Two gates with no letter in common are a SWAP and the first one, in the frame in which they are CX to and fro:
    /// `CX(b, a) CX(a, b) = CX(a, b) SWAP`.
    fn exchange(&mut self, wires: [Wire; 2], first: [Letter; 2], second: [Letter; 2], span: Span) {
        self.gone += 1;
        let frame = [
            turns_to([first[0], second[0]], [Letter::Z, Letter::X]),
            turns_to([first[1], second[1]], [Letter::X, Letter::Z]),
        ];
        for (wire, turns) in wires.into_iter().zip(&frame) {
            turns.iter().for_each(|&letter| self.turn(letter, FRAC_PI_2, wire, span));
        }
        self.add(Op::gate(Gate::Swap, &[], &wires, span));
        for (wire, turns) in wires.into_iter().zip(&frame) {
            turns.iter().rev().for_each(|&letter| self.turn(letter, -FRAC_PI_2, wire, span));
        }
        self.add_controlled(wires, first, span);
    }

    /// Appends a turn about a letter.
    fn turn(&mut self, letter: Letter, angle: f64, wire: Wire, span: Span) {
        let gate = match letter {
            Letter::X => Gate::Rx,
            Letter::Y => Gate::Ry,
            Letter::Z => Gate::Rz,
        };
        self.add(Op::gate(gate, &[Angle::constant(angle)], &[wire], span));
    }

    /// Appends a controlled gate as it is.
    fn push_controlled(&mut self, wires: [Wire; 2], letters: [Letter; 2], span: Span) {
        let gate = self.ops.len();
        let mut form = PauliForm::default();
        wires.iter().for_each(|&wire| _ = form.index(wire));
        let mut ops = Vec::new();
        form.write(Piece::Controlled(Controlled { wires: [0, 1], letters }), span, &mut ops);
        // The points are those of the CX, which the turns around it stay with.
        let cx = ops.iter().position(|op| op.wires().len() == 2).unwrap_or(0);
        self.ops.extend(ops.into_iter().map(Some));
        for (wire, letter) in wires.into_iter().zip(letters) {
            self.keep(wire, [Port::X, Port::Y, Port::Z][letter as usize]);
            let points = &mut self.points[wire.0 as usize];
            points.push(Point { gate: gate + cx, letter, is_negated: false });
            if points.len() > MAX_POINTS {
                points.remove(0);
            }
        }
    }
}

impl Point {
    /// Takes the point past a gate with these images of X and Z.
    fn conjugate(&mut self, [x, z]: [Pauli; 2]) {
        let image = match self.letter {
            Letter::X => x,
            Letter::Z => z,
            Letter::Y => {
                let product = x.times(z);
                Pauli { phase: (product.phase + 1) % 4, ..product }
            }
        };
        self.is_negated ^= image.is_negative();
        self.letter = image.letter(0).unwrap_or(self.letter);
    }
}

/// Quarter turns that take two different letters to two others.
fn turns_to(from: [Letter; 2], to: [Letter; 2]) -> Vec<Letter> {
    let goal = to.map(|letter| on(letter, 0));
    let mut found = vec![(from.map(|letter| on(letter, 0)), Vec::new())];
    // Breadth first, over all 24 images.
    let mut at = 0;
    while found[at].0 != goal {
        for letter in LETTERS {
            let (images, turns) = &found[at];
            let images = images.map(|pauli| quarter_turn(pauli, letter));
            if found.iter().all(|other| other.0 != images) {
                let turns = turns.iter().copied().chain([letter]).collect();
                found.push((images, turns));
            }
        }
        at += 1;
    }
    found.swap_remove(at).1
}

/// `R P R^-1` for a quarter turn about a letter, `R = exp(-i pi/4 L)`: `-i L P` where both anticommute.
fn quarter_turn(pauli: Pauli, letter: Letter) -> Pauli {
    let turn = on(letter, 0);
    if pauli.commutes_with(turn) {
        return pauli;
    }
    let product = turn.times(pauli);
    Pauli { phase: (product.phase + 3) % 4, ..product }
}

#[cfg(test)]
mod tests;
