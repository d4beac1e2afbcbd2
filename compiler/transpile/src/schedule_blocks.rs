//! Orders blocks that commute so that the circuit gets shallow.
//!
//! List scheduling: what can start earliest comes first, and of several that can the one on the wire with the most work
//! left (Graham, SIAM J. Appl. Math. 17, 416 (1969)). For commuting rotations on the edges of a graph this is greedy edge
//! colouring.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: the same blocks in another order, or everything as it was if
//! that is no deeper. Keeps: the unitary, including global phase; what happens in branches.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use qml_ir::circuit::{Circuit, Op};

use crate::attach_turns::attach_turns;
use crate::collect_blocks::{Block, collect_unmirrored};
use crate::graph::Graph;
use crate::pair_basis::PairBasis;

/// Orders the operations outside of branches.
pub fn schedule_blocks(circuit: &mut Circuit, basis: PairBasis) {
    // No order is shallower than what one of the wires takes.
    if circuit.longest_path(|op| basis.cost(op)) <= heaviest(circuit, basis) {
        return;
    }
    let n_ops = circuit.ops.len();
    let blocks = collect_unmirrored(std::mem::take(&mut circuit.ops), circuit.n_wires, basis);
    let blocks = attach_turns(blocks, circuit.n_wires);
    let graph = Graph::new(&blocks, circuit.n_wires, circuit.n_bits, basis);
    let mut best: Vec<u32> = (0..blocks.len() as u32).collect();
    let mut depth = depth_of(&best, &blocks, &graph, circuit.n_wires);
    let chain = chains(&blocks, &graph);
    let left = loads(&blocks, &graph, circuit.n_wires);
    // No order is shallower than the longest chain and the most work on a wire.
    let least = chain.iter().chain(&left).copied().max().unwrap_or(0);
    for rule in [Rule::Chain, Rule::Load, Rule::Both] {
        if depth <= least {
            break;
        }
        let order = order_of(&blocks, &graph, &chain, left.clone(), rule);
        let new_depth = depth_of(&order, &blocks, &graph, circuit.n_wires);
        if new_depth < depth {
            depth = new_depth;
            best = order;
        }
    }
    let mut blocks: Vec<Vec<Op>> = blocks.into_iter().map(|block| block.ops).collect();
    circuit.ops.reserve(n_ops);
    best.into_iter().for_each(|i| circuit.ops.append(&mut blocks[i as usize]));
}

/// The most CX on one wire.
fn heaviest(circuit: &Circuit, basis: PairBasis) -> usize {
    let mut loads = vec![0; circuit.n_wires];
    for op in &circuit.ops {
        let cost = basis.cost(op);
        op.wires().iter().for_each(|wire| loads[wire.0 as usize] += cost);
    }
    loads.into_iter().max().unwrap_or(0)
}

/// The longest path in CX.
fn depth_of(order: &[u32], blocks: &[Block], graph: &Graph, n_wires: usize) -> u64 {
    let mut ends = vec![0; n_wires];
    for &i in order {
        let wires = &graph.wires[i as usize];
        let start = wires.iter().map(|&wire| ends[usize::from(wire)]).max().unwrap_or(0);
        let end = start + u64::from(blocks[i as usize].n_cx);
        wires.iter().for_each(|&wire| ends[usize::from(wire)] = end);
    }
    ends.into_iter().max().unwrap_or(0)
}

/// What makes a block urgent: the longest chain of CX from it on, what is left on its wires, or both.
#[derive(Clone, Copy)]
enum Rule {
    Chain,
    Load,
    Both,
}

/// The CX on each wire.
fn loads(blocks: &[Block], graph: &Graph, n_wires: usize) -> Vec<u64> {
    let mut loads = vec![0; n_wires];
    for (block, wires) in blocks.iter().zip(&graph.wires) {
        wires.iter().for_each(|&wire| loads[usize::from(wire)] += u64::from(block.n_cx));
    }
    loads
}

/// The longest chain of CX from each block on.
fn chains(blocks: &[Block], graph: &Graph) -> Vec<u64> {
    let mut chains = vec![0; blocks.len()];
    for i in (0..blocks.len()).rev() {
        let after = graph.forwards.after(i as u32).iter().map(|&next| chains[next as usize]).max();
        chains[i] = after.unwrap_or(0) + u64::from(blocks[i].n_cx);
    }
    chains
}

/// The blocks in the order of their start; `chain` as in [`chains`], and `left` as in [`loads`].
fn order_of(blocks: &[Block], graph: &Graph, chain: &[u64], mut left: Vec<u64>, rule: Rule) -> Vec<u32> {
    // When each wire is free.
    let mut free_at = vec![0_u64; left.len()];
    let mut n_before = graph.forwards.n_before.clone();
    // When the blocks before each have all ended.
    let mut ready_at = vec![0_u64; blocks.len()];
    let start = |i: u32, ready_at: &[u64], free_at: &[u64]| {
        let wires = graph.wires[i as usize].iter().map(|&wire| free_at[usize::from(wire)]);
        wires.fold(ready_at[i as usize], u64::max)
    };
    let urgency = |i: u32, left: &[u64]| {
        let most = graph.wires[i as usize].iter().map(|&wire| left[usize::from(wire)]).max().unwrap_or(0);
        match rule {
            Rule::Chain => (chain[i as usize], most),
            Rule::Load => (most, chain[i as usize]),
            Rule::Both => (chain[i as usize] + most, most),
        }
    };
    let mut queue = BinaryHeap::new();
    for i in (0..blocks.len() as u32).filter(|&i| n_before[i as usize] == 0) {
        queue.push(Reverse((0, Reverse(urgency(i, &left)), i)));
    }
    let mut order = Vec::with_capacity(blocks.len());
    while let Some(Reverse((at, Reverse(urgent), i))) = queue.pop() {
        // The wires may have been taken since it was queued, and others may be more urgent by now.
        let now = (start(i, &ready_at, &free_at), urgency(i, &left));
        if now != (at, urgent) {
            queue.push(Reverse((now.0, Reverse(now.1), i)));
            continue;
        }
        let length = u64::from(blocks[i as usize].n_cx);
        for &wire in &graph.wires[i as usize] {
            free_at[usize::from(wire)] = at + length;
            left[usize::from(wire)] -= length;
        }
        order.push(i);
        for &next in graph.forwards.after(i) {
            let next_ready = &mut ready_at[next as usize];
            *next_ready = (*next_ready).max(at + length);
            n_before[next as usize] -= 1;
            if n_before[next as usize] == 0 {
                let at = start(next, &ready_at, &free_at);
                queue.push(Reverse((at, Reverse(urgency(next, &left)), next)));
            }
        }
    }
    order
}

#[cfg(test)]
mod tests;
