//! The pieces that routing moves: runs of gates on the same two wires, and everything else one by one.
//!
//! A SWAP right after a run on the same pair is not worth three CX: both together are one two-wire unitary. So each run
//! knows its CX with and without one (a mirror gate: `Cross` et al., arXiv:2308.03874 call the choice MIRAGE; `NASSC`, Liu,
//! Li and Zhou, arXiv:2110.12861). And each knows the Pauli operators that it commutes with, so that routing need not
//! keep an order that means nothing.

use qml_gates::{Gate, Port};
use qml_ir::circuit::{Op, OpKind, Wire};

use crate::canonical::{M4, tensor, times};
use crate::consolidate_pairs::{cost, shorten};
use crate::one_qubit::{C64, IDENTITY, M2, gate_matrix};

/// Operations that stay together.
#[derive(Clone, Debug)]
pub struct Block {
    /// The operations in order.
    pub ops: Vec<Op>,
    /// CX that they cost.
    pub n_cx: u8,
    /// CX that they cost with a SWAP after them.
    pub n_mirror: u8,
    /// The wires with the operator that the block commutes with there; empty where it is neither gate nor gates.
    pub ports: Vec<(Wire, Port)>,
    /// The two wires, if there are two.
    pub pair: Option<[u16; 2]>,
}

/// Cuts operations into blocks.
pub fn collect_blocks(ops: &[Op], n_wires: usize) -> Vec<Block> {
    let mut blocks = collect_unmirrored(ops, n_wires);
    blocks.iter_mut().for_each(mirror);
    blocks
}

/// The same for who asks for no SWAPs: `n_mirror` is 0.
pub fn collect_unmirrored(ops: &[Op], n_wires: usize) -> Vec<Block> {
    let mut cutter =
        Cutter { blocks: Vec::new(), open: vec![None; n_wires], loose: vec![Vec::new(); n_wires] };
    ops.iter().for_each(|op| cutter.add(op));
    (0..n_wires).for_each(|wire| cutter.close(wire));
    cutter.blocks.into_iter().map(finish).collect()
}

struct Cutter {
    blocks: Vec<Vec<Op>>,
    /// The block on two wires that each wire is in.
    open: Vec<Option<usize>>,
    /// Gates on one wire since then.
    loose: Vec<Vec<Op>>,
}

impl Cutter {
    fn add(&mut self, op: &Op) {
        let wires: Vec<usize> = op.wires().iter().map(|wire| wire.0 as usize).collect();
        let is_gate = matches!(op.kind, OpKind::Gate { .. });
        match wires.as_slice() {
            [wire] if is_gate && self.open[*wire].is_some() => self.loose[*wire].push(op.clone()),
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
                self.blocks[block].push(op.clone());
            }
            _ => {
                wires.iter().for_each(|&wire| self.close(wire));
                self.blocks.push(vec![op.clone()]);
            }
        }
    }

    /// Ends the block of a wire. The other wire may go on with one-wire gates, which are then blocks of their own.
    fn close(&mut self, wire: usize) {
        let Some(block) = self.open[wire].take() else { return };
        for other in 0..self.open.len() {
            if other == wire || self.open[other] == Some(block) {
                self.open[other] = None;
                let loose = std::mem::take(&mut self.loose[other]);
                self.blocks.extend(loose.into_iter().map(|op| vec![op]));
            }
        }
    }
}

fn finish(ops: Vec<Op>) -> Block {
    let wires = ops[ops.len() - 1].wires();
    let is_gate = matches!(ops[0].kind, OpKind::Gate { .. });
    match wires.as_slice() {
        [wire] if is_gate => {
            let m = one_wire_matrix(&ops[0]);
            let ports = vec![(*wire, port_of(&tensor(&[m, IDENTITY]), 0))];
            Block { ops, n_cx: 0, n_mirror: 0, ports, pair: None }
        }
        [a, b] if is_gate => {
            let wires = [*a.min(b), *a.max(b)];
            let m = pair_matrix(&ops, wires);
            let ports = (0..2).map(|i| (wires[i], port_of(&m, i))).collect();
            let n_cx = ops.iter().map(cost).sum::<usize>().min(255) as u8;
            Block { ops, n_cx, n_mirror: 0, ports, pair: Some(wires.map(|wire| wire.0 as u16)) }
        }
        _ => Block { ops, n_cx: 0, n_mirror: 0, ports: Vec::new(), pair: None },
    }
}

/// Finds the CX that a block costs with a SWAP.
fn mirror(block: &mut Block) {
    let Some(wires) = block.pair.map(|pair| pair.map(|wire| Wire(wire.into()))) else { return };
    let mut mirrored = block.ops.clone();
    mirrored.push(Op::gate(Gate::Swap, &[], &wires, block.ops[0].span));
    let mut out = Vec::new();
    shorten(mirrored, wires, &mut out);
    block.n_mirror = out.iter().map(cost).sum::<usize>().min(255) as u8;
}

/// Stand-ins for slots. Entries are trigonometric polynomials of them: what holds at a generic point holds everywhere.
fn stand_in(slot: u32) -> f64 {
    let turns = f64::from(slot + 1) * 0.618_033_988_749_894_9;
    0.37 + 6.0 * turns.fract()
}

fn angles(op: &Op) -> Vec<f64> {
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
    let mut product = tensor(&[IDENTITY; 2]);
    for op in ops {
        let OpKind::Gate { gate, wires: own, .. } = &op.kind else { continue };
        let m = match own.len() {
            1 if own[0] == wires[0] => tensor(&[one_wire_matrix(op), IDENTITY]),
            1 => tensor(&[IDENTITY, one_wire_matrix(op)]),
            _ => {
                let m = (gate.def().matrix)(&angles(op));
                let is_swapped = own[0] != wires[0];
                let index = |i: usize| if is_swapped { (i >> 1) | (i & 1) << 1 } else { i };
                std::array::from_fn(|r| std::array::from_fn(|c| m.at(index(r), index(c))))
            }
        };
        product = times(&m, &product);
    }
    product
}

/// The Pauli operator on a wire that a matrix commutes with.
fn port_of(m: &M4, wire: usize) -> Port {
    let commutes = |gate: Gate| {
        let p = gate_matrix(gate, &[]);
        let p = if wire == 0 { tensor(&[p, IDENTITY]) } else { tensor(&[IDENTITY, p]) };
        let (a, b) = (times(&p, m), times(m, &p));
        let close = |(x, y): (&C64, &C64)| (x - y).norm() < 1e-9;
        a.iter().flatten().zip(b.iter().flatten()).all(close)
    };
    match [Gate::X, Gate::Y, Gate::Z].map(commutes) {
        [true, true, _] => Port::Any,
        [true, ..] => Port::X,
        [_, true, _] => Port::Y,
        [_, _, true] => Port::Z,
        _ => Port::None,
    }
}

#[cfg(test)]
mod tests;
