//! Leaves two-wire runs of which the angles don't stay affine to a decomposition when values are bound.
//!
//! Consolidation ends a run where rotations with slots don't commute, as those between the CX of a hardware-efficient
//! ansatz. So a SWAP beside `CX RY(s) RY(t) CX` costs three CX more, and every layer on the same pair two. But each
//! two-wire unitary is three CX at most, whatever its angles are: the run becomes this skeleton, its angles new slots
//! that are computed from the old ones ([`PairBlock`]).
//!
//! Expects: gates as `lower_controls` leaves them, consolidated. Leaves: the same; runs with slots only where they cost
//! no more CX than a skeleton. Keeps: the unitary up to a global phase; what happens in branches.

use std::sync::Arc;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Slot, Wire};
use qml_ir::pair_block::PairBlock;
use qml_ir::specialise::bind::Node;
use qml_source::Span;

use crate::collect_blocks::Block;
use crate::consolidate_pairs::rewrite_runs;
use crate::pair_basis::PairBasis;

/// Replaces runs by skeletons. What computes their angles is appended to `computed`, the names of the new slots to those
/// of the circuit.
pub fn bind_blocks(circuit: &mut Circuit, basis: PairBasis, computed: &mut Vec<Node>) {
    let Circuit { ops, slots, n_wires, .. } = circuit;
    *ops = rewrite_runs(std::mem::take(ops), *n_wires, &mut |run, wires, out| {
        let Some(block) = shorter_block(run, wires, basis) else { return out.append(run) };
        let first = Slot(slots.len() as u32);
        let main = run.iter().find(|op| op.wires().len() == 2).unwrap_or(&run[0]);
        push_skeleton(&block, first, wires, basis, main.span, out);
        slots.extend((0..block.n_angles() as u32).map(|angle| format!("block_{}_{angle}", first.0)));
        let block = Arc::new(block);
        computed.extend((0..block.n_angles()).map(|angle| Node::Block(Arc::clone(&block), angle)));
    });
}

/// Tells routing what runs will cost when their angles are computed.
pub fn limit_costs(blocks: &mut [Block], basis: PairBasis) {
    for block in blocks {
        let Some(pair) = block.pair else { continue };
        if let Some(bound) = block_of(&block.ops, pair.map(|wire| Wire(wire.into()))) {
            block.n_cx = block.n_cx.min(cost_of(bound.n_cx(), basis) as u8);
            block.n_mirror = block.n_mirror.min(cost_of(bound.n_cx_mirrored(), basis) as u8);
        }
    }
}

/// The block of a run if it costs fewer gates.
fn shorter_block(run: &[Op], wires: [Wire; 2], basis: PairBasis) -> Option<PairBlock> {
    let cost: usize = run.iter().map(|op| basis.cost(op)).sum();
    // Nothing costs less than two.
    let block = if cost > 2 { block_of(run, wires) } else { None };
    block.filter(|block| cost_of(block.n_cx(), basis) < cost)
}

/// What a skeleton of so many CX costs in a basis.
fn cost_of(n_cx: usize, basis: PairBasis) -> usize {
    let slot = || Angle::slot(Slot(0));
    basis.count(&[slot(), if n_cx == 2 { Angle::default() } else { slot() }, slot()])
}

/// The block of a run with slots.
fn block_of(run: &[Op], wires: [Wire; 2]) -> Option<PairBlock> {
    if run.iter().flat_map(Op::angles).all(Angle::is_constant) {
        return None;
    }
    let mut ops: Vec<Op> = run.iter().filter(|op| matches!(op.kind, OpKind::Gate { .. })).cloned().collect();
    for op in &mut ops {
        op.map_wires(&mut |wire| Wire(u32::from(wire != wires[0])));
        op.span = Span::default();
    }
    PairBlock::new(ops)
}

/// Appends the gates of a block whose angles are the slots from `first` on.
fn push_skeleton(
    block: &PairBlock,
    first: Slot,
    wires: [Wire; 2],
    basis: PairBasis,
    span: Span,
    out: &mut Vec<Op>,
) {
    let slot = |i: usize| Angle::slot(Slot(first.0 + i as u32));
    let push_outer = |from: usize, out: &mut Vec<Op>| {
        for (wire, from) in wires.into_iter().zip([from, from + 3]) {
            // U(theta, phi, lambda) up to a phase.
            for (gate, angle) in [(Gate::Rz, from + 2), (Gate::Ry, from), (Gate::Rz, from + 1)] {
                out.push(Op::gate(gate, &[slot(angle)], &[wire], span));
            }
        }
    };
    let coordinates = match block.n_cx() {
        2 => [slot(6), Angle::default(), slot(7)],
        _ => [slot(6), slot(7), slot(8)],
    };
    push_outer(0, out);
    basis.push(&coordinates, wires, span, out);
    push_outer(6 + block.n_cx(), out);
}

#[cfg(test)]
mod tests;
