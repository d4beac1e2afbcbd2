//! The pieces that routing moves: runs of gates on the same two wires, and everything else one by one.
//!
//! A SWAP right after a run on the same pair is not worth three CX: both together are one two-wire unitary. So each run
//! knows its CX with and without one (a mirror gate: `Cross` et al., arXiv:2308.03874 call the choice MIRAGE; `NASSC`, Liu,
//! Li and Zhou, arXiv:2110.12861). And each knows the Pauli operators that it commutes with, so that routing need not
//! keep an order that means nothing.

use std::collections::HashMap;

use qml_gates::{Gate, Port};
use qml_ir::circuit::{Angle, Op, OpKind, Wire, Wires};
use smallvec::{SmallVec, smallvec};

use crate::consolidate_pairs::shorten;
use crate::one_qubit::{C64, IDENTITY, M2, gate_matrix};
use crate::pair_basis::PairBasis;
use crate::pair_matrix::apply;
use qml_ir::canonical::{M4, tensor};

/// Operations that stay together.
#[derive(Clone, Debug)]
pub struct Block {
    /// The operations in order.
    pub ops: Vec<Op>,
    /// Two-qubit gates that they cost.
    pub n_cx: u8,
    /// Two-qubit gates that they cost with a SWAP after them.
    pub n_mirror: u8,
    /// The wires with the operator that the block commutes with there; empty where it is neither gate nor gates.
    pub ports: SmallVec<[(Wire, Port); 2]>,
    /// The two wires, if there are two.
    pub pair: Option<[u16; 2]>,
}

/// Cuts operations into blocks.
pub fn collect_blocks(ops: Vec<Op>, n_wires: usize, basis: PairBasis) -> Vec<Block> {
    collect(ops, n_wires, basis, true)
}

/// The same for who asks for no SWAPs: `n_mirror` is 0.
pub fn collect_unmirrored(ops: Vec<Op>, n_wires: usize, basis: PairBasis) -> Vec<Block> {
    collect(ops, n_wires, basis, false)
}

fn collect(ops: Vec<Op>, n_wires: usize, basis: PairBasis, is_mirrored: bool) -> Vec<Block> {
    let mut cutter =
        Cutter { blocks: Vec::new(), open: vec![None; n_wires], loose: vec![Vec::new(); n_wires] };
    ops.into_iter().for_each(|op| cutter.add(op));
    (0..n_wires).for_each(|wire| cutter.close(wire));
    let mut known = Known::new();
    cutter.blocks.into_iter().map(|ops| finish(ops, basis, is_mirrored, &mut known)).collect()
}

struct Cutter {
    blocks: Vec<Vec<Op>>,
    /// The block on two wires that each wire is in.
    open: Vec<Option<usize>>,
    /// Gates on one wire since then.
    loose: Vec<Vec<Op>>,
}

impl Cutter {
    fn add(&mut self, op: Op) {
        let wires: SmallVec<[usize; 2]> = op.wires().iter().map(|wire| wire.0 as usize).collect();
        let is_gate = matches!(op.kind, OpKind::Gate { .. });
        match wires.as_slice() {
            [wire] if is_gate && self.open[*wire].is_some() => self.loose[*wire].push(op),
            [a, b] if is_gate => {
                let (a, b) = (*a, *b);
                let block = match self.open[a] {
                    Some(block) if self.open[b] == Some(block) => block,
                    _ => {
                        self.close(a);
                        self.close(b);
                        self.blocks.push(Vec::new());
                        self.blocks.len() - 1
                    }
                };
                for wire in [a, b] {
                    self.open[wire] = Some(block);
                    self.blocks[block].append(&mut self.loose[wire]);
                }
                self.blocks[block].push(op);
            }
            _ => {
                wires.iter().for_each(|&wire| self.close(wire));
                self.blocks.push(vec![op]);
            }
        }
    }

    /// Ends the block of a wire. The other wire may go on with one-wire gates, which are then blocks of their own.
    fn close(&mut self, wire: usize) {
        let Some(block) = self.open[wire].take() else { return };
        let mut wires = Wires::from_slice(&self.blocks[block][self.blocks[block].len() - 1].wires());
        wires.sort_unstable();
        for other in wires.into_iter().map(|wire| wire.0 as usize) {
            self.open[other] = None;
            self.blocks.extend(self.loose[other].drain(..).map(|op| vec![op]));
        }
    }
}

/// What has been found out about blocks with slots: equal blocks come up often.
type Known = HashMap<Vec<u64>, ([Port; 2], u8)>;

fn finish(ops: Vec<Op>, basis: PairBasis, is_mirrored: bool, known: &mut Known) -> Block {
    let wires = ops[ops.len() - 1].wires();
    let is_gate = matches!(ops[0].kind, OpKind::Gate { .. });
    match *wires {
        [wire] if is_gate => {
            let ports = smallvec![(wire, port_of_one(&one_wire_matrix(&ops[0])))];
            Block { ops, n_cx: 0, n_mirror: 0, ports, pair: None }
        }
        [a, b] if is_gate => {
            let wires = [a.min(b), a.max(b)];
            let n_cx = ops.iter().map(|op| basis.cost(op)).sum::<usize>().min(255) as u8;
            if let ([op], PairBasis::Controlled) = (ops.as_slice(), basis) {
                let (ports, n_mirror) =
                    (ports_of_gate(op, wires), if is_mirrored { mirror_of_gate(n_cx) } else { 0 });
                return Block { n_cx, n_mirror, ports, pair: Some(wires.map(|wire| wire.0 as u16)), ops };
            }
            let is_constant = ops.iter().all(|op| op.angles().iter().all(Angle::is_constant));
            let (ports, n_mirror) = if is_constant {
                let m = pair_matrix(&ops, wires);
                ([0, 1].map(|i| port_of(&m, i)), if is_mirrored { count_with_swap(&m, basis) } else { 0 })
            } else {
                let find = || {
                    let m = pair_matrix(&ops, wires);
                    ([0, 1].map(|i| port_of(&m, i)), if is_mirrored { mirror(&ops, wires, basis) } else { 0 })
                };
                *known.entry(key_of(&ops, wires)).or_insert_with(find)
            };
            let ports = smallvec![(wires[0], ports[0]), (wires[1], ports[1])];
            Block { ops, n_cx, n_mirror, ports, pair: Some(wires.map(|wire| wire.0 as u16)) }
        }
        _ => Block { ops, n_cx: 0, n_mirror: 0, ports: SmallVec::new(), pair: None },
    }
}

/// The same for blocks that differ in the names of their wires and slots alone.
fn key_of(ops: &[Op], wires: [Wire; 2]) -> Vec<u64> {
    let mut slots: Vec<u32> = Vec::new();
    let mut key = Vec::new();
    for op in ops {
        let OpKind::Gate { gate, angles, wires: own, .. } = &op.kind else { continue };
        let places = own.iter().fold(1, |places, &wire| 2 * places + u64::from(wire == wires[0]));
        key.push((*gate as u64) << 3 | places);
        for angle in angles {
            key.push(angle.constant.to_bits());
            key.push(angle.terms.len() as u64);
            for &(slot, factor) in &angle.terms {
                let name = slots.iter().position(|&other| other == slot.0).unwrap_or_else(|| {
                    slots.push(slot.0);
                    slots.len() - 1
                });
                key.extend([name as u64, factor.to_bits()]);
            }
        }
    }
    key
}

/// The same as [`port_of`] for a gate by itself, by its row.
fn ports_of_gate(op: &Op, wires: [Wire; 2]) -> SmallVec<[(Wire, Port); 2]> {
    let OpKind::Gate { gate, wires: own, .. } = &op.kind else { return SmallVec::new() };
    let ports = gate.def().ports;
    let is_swapped = own[0] != wires[0];
    smallvec![(wires[0], ports[usize::from(is_swapped)]), (wires[1], ports[usize::from(!is_swapped)])]
}

/// The CX that a gate with a SWAP costs, by those that it costs alone.
fn mirror_of_gate(n_cx: u8) -> u8 {
    match n_cx {
        1 => 2,
        // A SWAP.
        3 => 0,
        _ => 3,
    }
}

/// The two-qubit gates that a block costs with a SWAP.
fn mirror(ops: &[Op], wires: [Wire; 2], basis: PairBasis) -> u8 {
    let mut mirrored = ops.to_vec();
    mirrored.push(Op::gate(Gate::Swap, &[], &wires, ops[0].span));
    let mut out = Vec::new();
    shorten(mirrored, wires, basis, &mut out);
    out.iter().map(|op| basis.cost(op)).sum::<usize>().min(255) as u8
}

/// The same for a constant block, by its matrix.
fn count_with_swap(m: &M4, basis: PairBasis) -> u8 {
    basis.count_of(&[m[0], m[2], m[1], m[3]]) as u8
}

/// Stand-ins for slots. Entries are trigonometric polynomials of them: what holds at a generic point holds everywhere.
fn stand_in(slot: u32) -> f64 {
    let turns = f64::from(slot + 1) * 0.618_033_988_749_894_9;
    0.37 + 6.0 * turns.fract()
}

fn angles(op: &Op) -> SmallVec<[f64; 3]> {
    op.angles()
        .iter()
        .map(|angle| angle.terms.iter().fold(angle.constant, |sum, (slot, c)| sum + c * stand_in(slot.0)))
        .collect()
}

fn one_wire_matrix(op: &Op) -> M2 {
    match &op.kind {
        OpKind::Gate { gate, .. } => gate_matrix(*gate, &angles(op)),
        _ => IDENTITY,
    }
}

fn pair_matrix(ops: &[Op], wires: [Wire; 2]) -> M4 {
    let product = |product: M4, op: &Op| match &op.kind {
        OpKind::Gate { gate, wires: own, .. } => apply(*gate, &angles(op), own, wires, &product),
        _ => product,
    };
    ops.iter().fold(tensor(&[IDENTITY; 2]), product)
}

/// The Pauli operator on a wire that a matrix commutes with.
fn port_of(m: &M4, wire: usize) -> Port {
    let bit = 1 << wire;
    port_by(|r, c| (m[r][c], m[r ^ bit][c ^ bit], (r ^ c) & bit != 0), 4)
}

/// The Pauli operator that a matrix of one wire commutes with.
pub fn port_of_one(m: &M2) -> Port {
    port_by(|r, c| (m[r][c], m[1 - r][1 - c], r != c), 2)
}

/// By the entries of a matrix, each with that at which the wire is flipped in row and column, and with whether it differs
/// between them.
fn port_by(entry: impl Fn(usize, usize) -> (C64, C64, bool), n: usize) -> Port {
    let [mut is_x, mut is_y, mut is_z] = [true; 3];
    for r in 0..n {
        for c in 0..n {
            let (own, flipped, differs) = entry(r, c);
            is_x &= (own - flipped).norm_sqr() < 1e-18;
            is_y &= (own - if differs { -flipped } else { flipped }).norm_sqr() < 1e-18;
            is_z &= !differs || own.norm_sqr() < 1e-18;
        }
    }
    match [is_x, is_y, is_z] {
        [true, true, _] => Port::Any,
        [true, ..] => Port::X,
        [_, true, _] => Port::Y,
        [_, _, true] => Port::Z,
        _ => Port::None,
    }
}

#[cfg(test)]
mod tests;
