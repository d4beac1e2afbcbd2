//! Rewrites stretches of CX, CZ and turns about Z as parity networks with fewer CX.
//!
//! Such a stretch turns parities of its wires and then maps the wires linearly; turns of the same parity merge (phase
//! folding). A ladder of CX between all pairs becomes a chain, and turns of all pairs take one CX each.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: the same, SWAPs too; only stretches that get shorter are
//! written anew. Keeps: the unitary, including global phase; what happens in branches.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use smallvec::SmallVec;

use crate::attribute_spans::attribute_spans;
use crate::find_region::find_region;
use crate::one_qubit::{op_matrix, push_phase};
use crate::pair_basis::PairBasis;
use crate::parity_network::{MAX_WIRES, Piece, parity_network};
use crate::parity_tree::{MAX_TREE, parity_tree};
use crate::parity_twine::parity_twine;
use crate::stretches::{Stretch, connected_stretches, rewrite_stretches, wires_of};
use crate::target::Target;

/// The stretches of CX, CZ, SWAP and turns about Z of a circuit.
pub fn linear_stretches(circuit: &Circuit) -> Vec<Stretch> {
    connected_stretches(circuit, is_linear)
}

/// Rewrites the stretches outside of branches; none if they don't get shorter.
pub fn fold_parities(circuit: &Circuit, stretches: &[Stretch]) -> Option<Circuit> {
    rewrite_stretches(circuit, stretches, rewrite)
}

/// Rewrites stretches with turns of most pairs of wires as parity twines on one line of all these wires; none if there
/// are none. What is left of the circuit should not ask for other neighbours much.
pub fn twine_parities(circuit: &Circuit, stretches: &[Stretch]) -> Option<Circuit> {
    place_parities(circuit, stretches, &parity_twine)
}

/// The same as parity trees on one region of the device, of as many qubits as there are wires.
pub fn slide_parities(circuit: &Circuit, stretches: &[Stretch], target: &Target) -> Option<Circuit> {
    if circuit.n_wires > MAX_TREE {
        return None;
    }
    let region = std::cell::OnceCell::new();
    place_parities(circuit, stretches, &|n_wires, turns| {
        let region = region.get_or_init(|| find_region(n_wires, target));
        // No more than a twine takes.
        let region = region.as_ref().filter(|region| region.len() == n_wires)?;
        parity_tree(region, turns, n_wires * n_wires)
    })
}

/// Rewrites stretches with turns of most pairs of wires as networks that are each made for the same places.
fn place_parities(circuit: &Circuit, stretches: &[Stretch], network: &PlacedNetwork) -> Option<Circuit> {
    let mut places: Vec<Wire> = Vec::new();
    rewrite_stretches(circuit, stretches, |ops| placed(ops, &mut places, network))
}

/// By the number of wires and the parities to be turned: the pieces, and the wire of the start that each wire holds at the
/// end.
type PlacedNetwork<'a> = dyn Fn(usize, &[u128]) -> Option<(Vec<Piece>, Vec<usize>)> + 'a;

/// Whether an operation is a permutation of parities and a turn of one.
fn is_linear(op: &Op) -> bool {
    let OpKind::Gate { gate, .. } = &op.kind else { return false };
    match gate {
        Gate::Cx | Gate::Cz | Gate::Swap | Gate::Rzz | Gate::Rz => true,
        _ => op_matrix(op).is_some_and(|m| {
            m[0][1].norm() + m[1][0].norm() < 1e-12 || m[0][0].norm() + m[1][1].norm() < 1e-12
        }),
    }
}

/// What a stretch does.
struct Parities {
    wires: Vec<Wire>,
    /// For each wire the parity of wires at the start that it holds, and whether it is negated.
    rows: Vec<(u128, bool)>,
    /// Parities of the start with their turns.
    turns: Vec<(u128, Angle)>,
    phase: f64,
}

impl Parities {
    fn index(&mut self, wire: Wire) -> usize {
        self.wires.iter().position(|&other| other == wire).unwrap_or_else(|| {
            self.wires.push(wire);
            self.rows.push((1 << (self.wires.len() - 1), false));
            self.wires.len() - 1
        })
    }

    fn turn(&mut self, (parity, is_negated): (u128, bool), angle: &Angle) {
        let angle = if is_negated { angle.negated() } else { angle.clone() };
        match self.turns.iter_mut().find(|turn| turn.0 == parity) {
            Some(turn) => turn.1 = turn.1.plus(&angle),
            None => self.turns.push((parity, angle)),
        }
    }

    fn add(&mut self, op: &Op) {
        let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { return };
        let at: SmallVec<[usize; 2]> = wires.iter().map(|&wire| self.index(wire)).collect();
        let both = |rows: &[(u128, bool)]| (rows[at[0]].0 ^ rows[at[1]].0, rows[at[0]].1 ^ rows[at[1]].1);
        match gate {
            Gate::Cx => self.rows[at[1]] = both(&self.rows),
            Gate::Swap => self.rows.swap(at[0], at[1]),
            Gate::Rzz => self.turn(both(&self.rows), &angles[0]),
            Gate::Rz => self.turn(self.rows[at[0]], &angles[0]),
            Gate::Cz => {
                // CZ = exp(i pi/4 (1 - Z_a)(1 - Z_b)).
                self.turn(self.rows[at[0]], &Angle::constant(FRAC_PI_2));
                self.turn(self.rows[at[1]], &Angle::constant(FRAC_PI_2));
                self.turn(both(&self.rows), &Angle::constant(-FRAC_PI_2));
                self.phase += FRAC_PI_4;
            }
            _ => {
                let Some(m) = op_matrix(op) else { return };
                let is_flip = m[0][0].norm() < 0.5;
                // X diag(c, b) has rows (0, b) and (c, 0).
                let [low, high] = if is_flip { [m[1][0], m[0][1]] } else { [m[0][0], m[1][1]] };
                self.turn(self.rows[at[0]], &Angle::constant(high.arg() - low.arg()));
                self.phase += f64::midpoint(high.arg(), low.arg());
                self.rows[at[0]].1 ^= is_flip;
            }
        }
    }

    fn new(wires: &[Wire]) -> Self {
        let rows = (0..wires.len()).map(|i| (1 << i, false)).collect();
        Self { wires: wires.to_vec(), rows, turns: Vec::new(), phase: 0.0 }
    }

    /// The pieces of a network that stands for `old`.
    fn write(&self, pieces: Vec<Piece>, old: &[&Op]) -> Vec<Op> {
        let span = old[0].span;
        let mut out = Vec::with_capacity(pieces.len());
        let wire = |i: usize| self.wires[i];
        for piece in pieces {
            out.push(match piece {
                Piece::Cx(a, b) => Op::gate(Gate::Cx, &[], &[wire(a), wire(b)], span),
                Piece::Swap(a, b) => Op::gate(Gate::Swap, &[], &[wire(a), wire(b)], span),
                Piece::Turn(i, at) => {
                    Op::gate(Gate::Rz, std::slice::from_ref(&self.turns[i].1), &[wire(at)], span)
                }
            });
        }
        let flipped = self.wires.iter().zip(&self.rows).filter(|(_, row)| row.1);
        for (&wire, _) in flipped {
            // RX(pi) = -iX.
            out.push(Op::gate(Gate::Rx, &[Angle::constant(2.0 * FRAC_PI_2)], &[wire], span));
            push_phase(Angle::constant(FRAC_PI_2), span, &mut out);
        }
        push_phase(Angle::constant(self.phase), span, &mut out);
        attribute_spans(old.iter().copied(), &mut out);
        out
    }
}

/// A stretch anew, if that saves CX.
fn rewrite(ops: &[&Op]) -> Option<Vec<Op>> {
    let before: usize = ops.iter().map(|op| cost_of(op)).sum();
    if before <= 1 || wires_of(ops).len() > MAX_WIRES {
        return None;
    }
    let mut parities = Parities::new(&[]);
    ops.iter().for_each(|op| parities.add(op));
    parities.turns.retain(|turn| !vanishes(&turn.1));
    let turns: Vec<u128> = parities.turns.iter().map(|turn| turn.0).collect();
    let map: Vec<u128> = parities.rows.iter().map(|row| row.0).collect();
    let pieces = parity_network(parities.wires.len(), &turns, &map, before)?;
    Some(parities.write(pieces, ops))
}

/// A stretch as a network on its places, which are its wires if there are none yet; then the places have the names of what
/// they hold. None if too few pairs are turned, or if more than pairs is.
fn placed(ops: &[&Op], places: &mut Vec<Wire>, network: &PlacedNetwork) -> Option<Vec<Op>> {
    // Three on four wires are the least.
    if ops.len() < 3 {
        return None;
    }
    let own = wires_of(ops);
    let n_wires = own.len();
    if !(4..=MAX_WIRES).contains(&n_wires) || ops.len() < n_wires * (n_wires - 1) / 4 {
        return None;
    }
    let wires = if places.is_empty() { own } else { places.clone() };
    let mut parities = Parities::new(&wires);
    ops.iter().for_each(|op| parities.add(op));
    parities.turns.retain(|turn| !vanishes(&turn.1));
    let turns: Vec<u128> = parities.turns.iter().map(|turn| turn.0).collect();
    let n_pairs = turns.iter().filter(|turn| turn.count_ones() == 2).count();
    let is_whole = parities.wires.len() == wires.len() && wires.len() == n_wires;
    let is_permutation = parities.rows.iter().all(|row| row.0.is_power_of_two());
    if !is_whole || !is_permutation || 4 * n_pairs < n_wires * (n_wires - 1) {
        return None;
    }
    let (mut pieces, mut held) = network(n_wires, &turns)?;
    // What wire `i` has to hold is on wire `place`.
    let wanted: Vec<usize> = parities.rows.iter().map(|row| row.0.trailing_zeros() as usize).collect();
    *places =
        held.iter().map(|label| wires[wanted.iter().position(|own| own == label).unwrap_or(0)]).collect();
    for (i, &own) in wanted.iter().enumerate() {
        let place = held.iter().position(|&label| label == own).unwrap_or(i);
        if place != i {
            pieces.push(Piece::Swap(i, place));
            held.swap(i, place);
        }
    }
    Some(parities.write(pieces, ops))
}

/// In CX, which parities are made of. SWAPs outside of branches cost nothing: they become other names.
pub fn cost_of(op: &Op) -> usize {
    let is_swap = matches!(op.kind, OpKind::Gate { gate: Gate::Swap, .. });
    if is_swap { 0 } else { PairBasis::Controlled.cost(op) }
}

fn vanishes(angle: &Angle) -> bool {
    angle.is_constant() && angle.constant == 0.0
}

#[cfg(test)]
mod tests;
