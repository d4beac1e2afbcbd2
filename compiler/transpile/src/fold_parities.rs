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

use crate::attribute_spans::attribute_spans;
use crate::find_region::find_region;
use crate::one_qubit::{op_matrix, push_phase};
use crate::pair_basis::PairBasis;
use crate::parity_network::{MAX_WIRES, Piece, parity_network};
use crate::parity_tree::{MAX_TREE, parity_tree};
use crate::parity_twine::parity_twine;
use crate::target::Target;

/// How far a stretch is followed past operations that are not part of it.
const REACH: usize = 2000;

/// Rewrites the stretches outside of branches; returns how many CX are gone.
pub fn fold_parities(circuit: &mut Circuit) -> usize {
    let mut gone = 0;
    fold_stretches(circuit, |ops, n_wires, out| gone += rewrite(ops, n_wires, out));
    gone
}

/// Rewrites stretches with turns of most pairs of wires as parity twines on one line of all these wires; returns how many.
/// What is left of the circuit should not ask for other neighbours much.
pub fn twine_parities(circuit: &mut Circuit) -> usize {
    place_parities(circuit, &parity_twine)
}

/// The same as parity trees on one region of the device, of as many qubits as there are wires.
pub fn slide_parities(circuit: &mut Circuit, target: &Target) -> usize {
    if circuit.n_wires > MAX_TREE {
        return 0;
    }
    let region = std::cell::OnceCell::new();
    place_parities(circuit, &|n_wires, turns| {
        let region = region.get_or_init(|| find_region(n_wires, target));
        // No more than a twine takes.
        let region = region.as_ref().filter(|region| region.len() == n_wires)?;
        parity_tree(region, turns, n_wires * n_wires)
    })
}

/// Rewrites stretches with turns of most pairs of wires as networks that are each made for the same places; returns how
/// many.
fn place_parities(circuit: &mut Circuit, network: &PlacedNetwork) -> usize {
    let mut n_placed = 0;
    let mut places: Vec<Wire> = Vec::new();
    fold_stretches(circuit, |ops, n_wires, out| {
        for ops in parts(ops, n_wires) {
            match placed(&ops, &mut places, network) {
                Some(new) => {
                    n_placed += 1;
                    out.extend(new);
                }
                None => out.extend(ops),
            }
        }
    });
    n_placed
}

/// By the number of wires and the parities to be turned: the pieces, and the wire of the start that each wire holds at the
/// end.
type PlacedNetwork<'a> = dyn Fn(usize, &[u128]) -> Option<(Vec<Piece>, Vec<usize>)> + 'a;

fn fold_stretches(circuit: &mut Circuit, mut rewrite: impl FnMut(Vec<Op>, usize, &mut Vec<Op>)) {
    let mut rest = Rest::new(std::mem::take(&mut circuit.ops), circuit.n_wires, is_linear);
    while !rest.is_empty() {
        circuit.ops.extend(rest.take(false));
        rewrite(rest.take(true), circuit.n_wires, &mut circuit.ops);
    }
}

/// Operations from which stretches of those of one kind are taken.
pub struct Rest {
    ops: Vec<Option<Op>>,
    is_wanted: Vec<bool>,
    /// Those that are left, in order: `left[start..]`.
    left: Vec<u32>,
    start: usize,
    /// How many of them are on each wire, and how many wires have any.
    on_wire: Vec<u32>,
    n_open: usize,
}

impl Rest {
    /// Nothing taken yet.
    pub fn new(ops: Vec<Op>, n_wires: usize, is_wanted: impl Fn(&Op) -> bool) -> Self {
        let is_wanted = ops.iter().map(is_wanted).collect();
        let left = (0..ops.len() as u32).collect();
        let mut on_wire = vec![0; n_wires];
        ops.iter().flat_map(Op::wires).for_each(|wire| on_wire[wire.0 as usize] += 1);
        let n_open = on_wire.iter().filter(|n| **n > 0).count();
        Self { ops: ops.into_iter().map(Some).collect(), is_wanted, left, start: 0, on_wire, n_open }
    }

    /// Whether all are taken.
    pub fn is_empty(&self) -> bool {
        self.start == self.left.len()
    }

    /// Takes out the operations of a kind, wanted or not, that may happen before all others.
    pub fn take(&mut self, wanted: bool) -> Vec<Op> {
        let mut is_blocked = vec![false; self.on_wire.len()];
        let mut n_blocked = 0;
        let (mut taken, mut kept) = (Vec::new(), Vec::new());
        let mut end = self.start;
        for &i in &self.left[self.start..] {
            end += 1;
            let slot = &mut self.ops[i as usize];
            let Some(op) = slot else { continue };
            let wires = op.wires();
            let is_free = wires.iter().all(|wire| !is_blocked[wire.0 as usize]);
            if is_free && self.is_wanted[i as usize] == wanted {
                for wire in wires {
                    let n = &mut self.on_wire[wire.0 as usize];
                    *n -= 1;
                    self.n_open -= usize::from(*n == 0);
                }
                taken.extend(slot.take());
                if n_blocked == self.n_open {
                    break;
                }
                continue;
            }
            kept.push(i);
            for wire in wires {
                n_blocked += usize::from(!std::mem::replace(&mut is_blocked[wire.0 as usize], true));
            }
            // Measurements and branches keep their order.
            let is_stop = !matches!(op.kind, OpKind::Gate { .. });
            if is_stop || n_blocked == self.n_open || kept.len() == REACH {
                break;
            }
        }
        self.start = end - kept.len();
        self.left[self.start..end].copy_from_slice(&kept);
        taken
    }
}

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
struct Stretch {
    wires: Vec<Wire>,
    /// For each wire the parity of wires at the start that it holds, and whether it is negated.
    rows: Vec<(u128, bool)>,
    /// Parities of the start with their turns.
    turns: Vec<(u128, Angle)>,
    phase: f64,
}

impl Stretch {
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
        let at: Vec<usize> = wires.iter().map(|&wire| self.index(wire)).collect();
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

    fn write(&self, pieces: Vec<Piece>, span: qml_source::Span, out: &mut Vec<Op>) {
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
            push_phase(Angle::constant(FRAC_PI_2), span, out);
        }
        push_phase(Angle::constant(self.phase), span, out);
    }
}

/// Appends a stretch, anew where that saves CX; returns how many.
fn rewrite(ops: Vec<Op>, n_wires: usize, out: &mut Vec<Op>) -> usize {
    // Parts without a common wire don't hinder each other.
    let mut gone = 0;
    for ops in parts(ops, n_wires) {
        let before: usize = ops.iter().map(cost_of).sum();
        let mut stretch = Stretch::new(&[]);
        if before > 1 && wires_of(&ops) <= MAX_WIRES {
            ops.iter().for_each(|op| stretch.add(op));
            stretch.turns.retain(|turn| !vanishes(&turn.1));
            let turns: Vec<u128> = stretch.turns.iter().map(|turn| turn.0).collect();
            let map: Vec<u128> = stretch.rows.iter().map(|row| row.0).collect();
            if let Some(pieces) = parity_network(stretch.wires.len(), &turns, &map, before) {
                let after = pieces.iter().filter(|piece| matches!(piece, Piece::Cx(..))).count();
                let start = out.len();
                stretch.write(pieces, ops[0].span, out);
                attribute_spans(&ops, &mut out[start..]);
                gone += before - after;
                continue;
            }
        }
        out.extend(ops);
    }
    gone
}

/// A stretch as a network on its places, which are its wires if there are none yet; then the places have the names of what
/// they hold. None if too few pairs are turned, or if more than pairs is.
fn placed(ops: &[Op], places: &mut Vec<Wire>, network: &PlacedNetwork) -> Option<Vec<Op>> {
    let n_wires = wires_of(ops);
    if !(4..=MAX_WIRES).contains(&n_wires) || ops.len() < n_wires * (n_wires - 1) / 4 {
        return None;
    }
    let mut wires = places.clone();
    if wires.is_empty() {
        wires = ops.iter().flat_map(Op::wires).collect();
        wires.sort_unstable();
        wires.dedup();
    }
    let mut stretch = Stretch::new(&wires);
    ops.iter().for_each(|op| stretch.add(op));
    stretch.turns.retain(|turn| !vanishes(&turn.1));
    let turns: Vec<u128> = stretch.turns.iter().map(|turn| turn.0).collect();
    let n_pairs = turns.iter().filter(|turn| turn.count_ones() == 2).count();
    let is_whole = stretch.wires.len() == wires.len() && wires.len() == n_wires;
    let is_permutation = stretch.rows.iter().all(|row| row.0.is_power_of_two());
    if !is_whole || !is_permutation || 4 * n_pairs < n_wires * (n_wires - 1) {
        return None;
    }
    let (mut pieces, mut held) = network(n_wires, &turns)?;
    // What wire `i` has to hold is on wire `place`.
    let wanted: Vec<usize> = stretch.rows.iter().map(|row| row.0.trailing_zeros() as usize).collect();
    *places =
        held.iter().map(|label| wires[wanted.iter().position(|own| own == label).unwrap_or(0)]).collect();
    for (i, &own) in wanted.iter().enumerate() {
        let place = held.iter().position(|&label| label == own).unwrap_or(i);
        if place != i {
            pieces.push(Piece::Swap(i, place));
            held.swap(i, place);
        }
    }
    let mut new = Vec::new();
    stretch.write(pieces, ops[0].span, &mut new);
    attribute_spans(ops, &mut new);
    Some(new)
}

/// In CX, which parities are made of. SWAPs outside of branches cost nothing: they become other names.
pub fn cost_of(op: &Op) -> usize {
    let is_swap = matches!(op.kind, OpKind::Gate { gate: Gate::Swap, .. });
    if is_swap { 0 } else { PairBasis::Controlled.cost(op) }
}

fn vanishes(angle: &Angle) -> bool {
    angle.is_constant() && angle.constant == 0.0
}

fn wires_of(ops: &[Op]) -> usize {
    let mut wires: Vec<Wire> = ops.iter().flat_map(Op::wires).collect();
    wires.sort_unstable();
    wires.dedup();
    wires.len()
}

/// Operations by connected sets of wires.
fn parts(ops: Vec<Op>, n_wires: usize) -> Vec<Vec<Op>> {
    let mut name: Vec<usize> = (0..n_wires).collect();
    for op in &ops {
        if let &[a, b] = op.wires().as_slice() {
            let (from, to) = (name[a.0 as usize], name[b.0 as usize]);
            name.iter_mut().filter(|name| **name == from).for_each(|name| *name = to);
        }
    }
    let mut parts: Vec<Vec<Op>> = vec![Vec::new(); n_wires];
    for op in ops {
        let part = op.wires().first().map_or(0, |wire| name[wire.0 as usize]);
        parts[part].push(op);
    }
    parts.into_iter().filter(|part| !part.is_empty()).collect()
}

#[cfg(test)]
mod tests;
