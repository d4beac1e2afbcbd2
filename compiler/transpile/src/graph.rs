//! What has to happen before what, for routing.
//!
//! Blocks that meet on a wire keep their order unless both commute with the same Pauli operator there: the
//! phase separators of QAOA, feature maps and Trotter steps have no order at all (Lao and Browne, 2QAN,
//! arXiv:2108.02099).

use std::collections::BTreeMap;

use qml_gates::Port;
use qml_ir::circuit::{Op, OpKind};
use smallvec::SmallVec;

use crate::collect_blocks::Block;
use crate::pair_basis::PairBasis;
use crate::route_swaps::Region;

/// Most blocks in a row on a wire that are left without order: keeps the graph of very long circuits small.
const MAX_GROUP: usize = 64;

/// Blocks with the order that wires and bits impose, as flat arrays.
#[derive(Clone, Debug)]
pub struct Graph {
    /// For each block its two wires, if it is on two.
    pub pairs: Vec<Option<[u16; 2]>>,
    /// For each block its CX alone and with a SWAP.
    pub costs: Vec<[u8; 2]>,
    /// Whether SWAPs cannot merge with what came before the block.
    pub is_wall: Vec<bool>,
    /// The wires of each block.
    pub wires: Vec<SmallVec<[u16; 2]>>,
    /// Blocks that are branches.
    pub regions: BTreeMap<u32, Region>,
    /// The order from the first block to the last.
    pub forwards: Arrows,
    /// The order from the last block to the first.
    pub backwards: Arrows,
}

/// For each block those that come directly after it.
#[derive(Clone, Debug)]
pub struct Arrows {
    /// How many blocks come directly before each.
    pub n_before: Vec<u32>,
    offsets: Vec<u32>,
    after: Vec<u32>,
}

impl Arrows {
    /// The blocks that come directly after one.
    pub fn after(&self, block: u32) -> &[u32] {
        &self.after[self.offsets[block as usize] as usize..self.offsets[block as usize + 1] as usize]
    }

    /// The arrows of edges between blocks, those from the same block in their order here.
    fn new(n: usize, edges: impl Iterator<Item = (u32, u32)> + Clone) -> Self {
        let (mut offsets, mut n_before) = (vec![0; n + 1], vec![0; n]);
        for (from, to) in edges.clone() {
            offsets[from as usize + 1] += 1;
            n_before[to as usize] += 1;
        }
        for i in 1..offsets.len() {
            offsets[i] += offsets[i - 1];
        }
        let mut after = vec![0; offsets[n] as usize];
        let mut next = offsets.clone();
        for (from, to) in edges {
            let place = &mut next[from as usize];
            after[*place as usize] = to;
            *place += 1;
        }
        Self { n_before, offsets, after }
    }
}

/// The blocks of a wire or bit since the operator that they commute with changed last, and those before them.
#[derive(Clone, Default)]
struct Group {
    port: Option<Port>,
    members: Vec<u32>,
    before: Vec<u32>,
}

impl Group {
    fn add(&mut self, block: u32, port: Port, max_group: usize, edges: &mut Vec<(u32, u32)>) {
        let is_same = port != Port::None && self.port == Some(port) && self.members.len() < max_group;
        if !is_same {
            std::mem::swap(&mut self.before, &mut self.members);
            self.members.clear();
            self.port = Some(port);
        }
        edges.extend(self.before.iter().map(|&before| (before, block)));
        self.members.push(block);
    }
}

impl Graph {
    /// The graph of blocks.
    pub fn new(blocks: &[Block], n_wires: usize, n_bits: usize, basis: PairBasis) -> Self {
        Self::with_groups(blocks, n_wires, n_bits, basis, MAX_GROUP)
    }

    /// The graph that keeps the order on every wire.
    pub fn in_order(blocks: &[Block], n_wires: usize, n_bits: usize, basis: PairBasis) -> Self {
        Self::with_groups(blocks, n_wires, n_bits, basis, 1)
    }

    fn with_groups(
        blocks: &[Block],
        n_wires: usize,
        n_bits: usize,
        basis: PairBasis,
        max_group: usize,
    ) -> Self {
        let mut groups = vec![Group::default(); n_wires + n_bits];
        let mut edges: Vec<(u32, u32)> = Vec::with_capacity(2 * blocks.len());
        let mut wires = Vec::with_capacity(blocks.len());
        for (i, block) in blocks.iter().enumerate() {
            let start = edges.len();
            for &(wire, port) in &block.ports {
                groups[wire.0 as usize].add(i as u32, port, max_group, &mut edges);
            }
            let own = wires_of(block);
            if block.ports.is_empty() {
                let mut resources: Vec<usize> = own.iter().map(|&wire| wire.into()).collect();
                block.ops.iter().for_each(|op| push_bits(op, n_wires, &mut resources));
                resources.sort_unstable();
                resources.dedup();
                for resource in resources {
                    groups[resource].add(i as u32, Port::None, max_group, &mut edges);
                }
            }
            wires.push(own);
            sort_from(&mut edges, start);
        }
        let region =
            |(i, block): (usize, &Block)| Some((i as u32, Region::new(block, n_wires, n_bits, basis)?));
        let regions = blocks.iter().enumerate().filter_map(region).collect();
        Self {
            pairs: blocks.iter().map(|block| block.pair).collect(),
            costs: blocks.iter().map(|block| [block.n_cx, block.n_mirror]).collect(),
            regions,
            is_wall: blocks.iter().map(|block| block.ports.is_empty()).collect(),
            wires,
            // By the later block, and then by the earlier one: so both have theirs sorted.
            forwards: Arrows::new(blocks.len(), edges.iter().copied()),
            backwards: Arrows::new(blocks.len(), edges.iter().map(|edge| (edge.1, edge.0))),
        }
    }
}

/// Sorts the edges from a place on and leaves each once.
fn sort_from(edges: &mut Vec<(u32, u32)>, start: usize) {
    edges[start..].sort_unstable();
    let mut end = start;
    for i in start..edges.len() {
        if i == start || edges[i] != edges[end - 1] {
            edges[end] = edges[i];
            end += 1;
        }
    }
    edges.truncate(end);
}

/// The wires of a block, sorted.
fn wires_of(block: &Block) -> SmallVec<[u16; 2]> {
    if let Some(pair) = block.pair {
        return SmallVec::from_slice(&pair);
    }
    let mut own: SmallVec<[u16; 2]> = SmallVec::new();
    for op in &block.ops {
        own.extend(op.wires().iter().map(|wire| wire.0 as u16));
    }
    own.sort_unstable();
    own.dedup();
    own
}

/// The bits that an operation reads or writes; a read keeps its place among reads too.
fn push_bits(op: &Op, n_wires: usize, to: &mut Vec<usize>) {
    match &op.kind {
        OpKind::Measure { bit, .. } => to.push(n_wires + bit.0 as usize),
        OpKind::If { condition, then, otherwise } => {
            condition.each_bit(&mut |bit| to.push(n_wires + bit.0 as usize));
            then.iter().chain(otherwise).for_each(|op| push_bits(op, n_wires, to));
        }
        _ => {}
    }
}
