//! Branches: both sides are routed by themselves, and both leave the wires in the same places.
//!
//! Which places these are is a choice: those from before the branch, or those where routing left one of the sides. The
//! other side gets there by SWAPs of its own. The choice counts the CX of these on both sides, which are as likely, and
//! how far apart wires are then that meet later.
//!
//! Where going back the way it came is shorter than any other way to the exit, a side does that.

use std::collections::BTreeMap;
use std::sync::Arc;

use qml_ir::circuit::{Op, OpKind};

use super::swap_tokens::swap_tokens;
use super::{Costs, Layout, NONE, Router, Source, Step, route};
use crate::attach_turns::attach_turns;
use crate::collect_blocks::{Block, collect_blocks};
use crate::graph::Graph;
use crate::pair_basis::PairBasis;
use crate::random::Random;
use crate::target::Target;

/// Pairs of wires after a branch that its exit is judged by.
const N_AHEAD: usize = 12;
/// Blocks that are looked at for these.
const MAX_BLOCKS_AHEAD: usize = 60;
/// Pairs within a branch that count before it is reached.
const N_WITHIN: usize = 6;

/// A branch as routing sees it.
#[derive(Clone, Debug)]
pub struct Region {
    sides: [Side; 2],
    /// The first pairs of wires that meet within it.
    pairs: Vec<[u16; 2]>,
}

#[derive(Clone, Debug)]
struct Side {
    blocks: Arc<[Block]>,
    graph: Graph,
}

/// The routed branches of a circuit, by block.
pub type Regions = BTreeMap<u32, Arc<RoutedRegion>>;

/// A routed branch.
#[derive(Clone, Debug)]
pub struct RoutedRegion {
    /// What happens where the condition holds, and where it does not.
    pub sides: [RoutedSide; 2],
    /// Where the wires are after both.
    pub exit: Layout,
    /// CX that SWAPs add on both sides together, and on the longer path.
    n_cx: i64,
    depth: u32,
}

/// A side of a routed branch.
#[derive(Clone, Debug)]
pub struct RoutedSide {
    /// Its blocks.
    pub blocks: Arc<[Block]>,
    /// Its steps, those to the common exit included.
    pub steps: Vec<Step>,
    /// The branches within it.
    pub regions: Regions,
}

impl Region {
    /// The region of a block, if it is a branch.
    pub fn new(block: &Block, n_wires: usize, n_bits: usize, basis: PairBasis) -> Option<Self> {
        let [Op { kind: OpKind::If { then, otherwise, .. }, .. }] = block.ops.as_slice() else { return None };
        let sides = [then, otherwise].map(|ops| {
            let blocks = attach_turns(collect_blocks(ops.clone(), n_wires, basis), n_wires);
            Side { graph: Graph::new(&blocks, n_wires, n_bits, basis), blocks: blocks.into() }
        });
        let pairs = sides.iter().flat_map(|side| {
            let within = side.graph.regions.values().flat_map(|region| &region.pairs);
            side.graph.pairs.iter().flatten().take(N_WITHIN).chain(within)
        });
        let pairs = pairs.copied().collect();
        Some(Self { sides, pairs })
    }

    /// Routes the branch from a layout; `burden` judges a layout for what comes after it, a CX being 1000.
    fn route(
        &self,
        entry: &Layout,
        target: &Target,
        costs: &Costs,
        burden: &dyn Fn(&Layout) -> i64,
    ) -> RoutedRegion {
        let routers = [0, 1].map(|side| {
            let source = Source::forwards(&self.sides[side].graph);
            // The same for both: sides that need the same do the same.
            let random = &mut Random::new(0, 0);
            let router = route(source, target, costs, entry.clone(), random, i64::MAX);
            router.unwrap_or_else(|| qml_source::bug!("routing without a limit came to no end"))
        });
        let swaps = [0, 1].map(|side| swaps_of(&routers[side].steps, &routers[side].regions));
        let ends = routers.each_ref().map(|router| &router.layout);
        let exits = [(entry, &Vec::new()), (ends[0], &swaps[0]), (ends[1], &swaps[1])];
        let ways = exits.map(|(exit, there)| {
            let ways = [0, 1].map(|side| {
                let back = swaps[side].iter().rev().chain(there).copied().collect();
                way_between(ends[side], exit, back, target)
            });
            let n_cx: i64 = (0..2).map(|side| n_cx_of(&ways[side], ends[side])).sum();
            (1000 * n_cx + burden(exit), n_cx, exit, ways)
        });
        let [a, b, c] = ways;
        let cheaper =
            |best: (i64, i64, _, _), other: (i64, i64, _, _)| if other.0 < best.0 { other } else { best };
        let (_, n_cx, exit, ways) = cheaper(cheaper(a, b), c);
        let exit = exit.clone();
        let lengths = [0, 1].map(|side| i64::from(routers[side].depth) + n_cx_of(&ways[side], ends[side]));
        let n_cx = n_cx + routers.iter().map(|router| router.added).sum::<i64>();
        let mut ways = ways.into_iter();
        let mut blocks = self.sides.iter().map(|side| side.blocks.clone());
        let sides = routers.map(|mut router| {
            let way = ways.next().unwrap_or_default();
            router.steps.extend(way.into_iter().map(|(a, b)| Step::Swap(a, b)));
            let blocks = blocks.next().unwrap_or_default();
            RoutedSide { blocks, steps: router.steps, regions: router.regions }
        });
        RoutedRegion { sides, exit, n_cx, depth: lengths[0].max(lengths[1]) as u32 }
    }
}

impl Router<'_> {
    /// Lets a block happen that is a branch; whether wires have moved.
    pub(super) fn pass_region(&mut self, block: u32) -> bool {
        let graph = self.graph;
        // Backwards, where only the opening layout is looked for, a branch moves nothing.
        let is_forwards = std::ptr::eq(self.arrows, &raw const graph.forwards);
        let Some(region) = graph.regions.get(&block).filter(|_| is_forwards) else { return false };
        let pairs = self.pairs_after(block);
        let target = self.target;
        let burden = |layout: &Layout| {
            let way = |&[a, b]: &[u16; 2]| {
                let qubits = [a, b].map(|wire| layout.qubit[usize::from(wire)]);
                1000 * (i64::from(target.distance(qubits[0], qubits[1])) - 1)
            };
            pairs.iter().map(way).sum::<i64>()
        };
        let routed = region.route(&self.layout, target, self.costs, &burden);
        self.added += routed.n_cx;
        let mut touched: Vec<u16> =
            graph.wires[block as usize].iter().map(|&wire| self.layout.qubit[usize::from(wire)]).collect();
        for side in &routed.sides {
            touched.extend(swaps_of(&side.steps, &side.regions).into_iter().flat_map(|(a, b)| [a, b]));
        }
        let start = touched.iter().map(|&qubit| self.ends[usize::from(qubit)]).max().unwrap_or(0);
        for &qubit in &touched {
            // Nothing merges with what is in a branch.
            self.latest[usize::from(qubit)].name = u32::MAX;
            self.ends[usize::from(qubit)] = start + routed.depth;
        }
        self.depth = self.depth.max(start + routed.depth);
        let is_moved = routed.exit != self.layout;
        self.layout.clone_from(&routed.exit);
        self.regions.insert(block, Arc::new(routed));
        is_moved
    }

    /// Wires that wait to meet or meet soon after a block.
    fn pairs_after(&self, block: u32) -> Vec<[u16; 2]> {
        let graph = self.graph;
        let mut pairs: Vec<[u16; 2]> =
            self.front.iter().filter_map(|&front| graph.pairs[front as usize]).collect();
        let n_front = pairs.len();
        let mut queue = vec![block];
        let mut at = 0;
        while at < queue.len() && queue.len() < MAX_BLOCKS_AHEAD && pairs.len() < n_front + N_AHEAD {
            for &next in self.arrows.after(queue[at]) {
                if !queue.contains(&next) {
                    queue.push(next);
                    pairs.extend(graph.pairs[next as usize]);
                    pairs.extend(self.pairs_within(next));
                }
            }
            at += 1;
        }
        pairs
    }

    /// Counts what is within a block among what comes soon.
    pub(super) fn look_into(&mut self, block: u32) {
        let graph = self.graph;
        let pairs = graph.regions.get(&block).map_or(&[][..], |region| &region.pairs);
        self.near.extend_from_slice(pairs);
    }

    /// The first pairs that meet within a block, if it is a branch.
    fn pairs_within(&self, block: u32) -> &[[u16; 2]] {
        self.graph.regions.get(&block).map_or(&[], |region| &region.pairs)
    }
}

/// The SWAPs of steps; branches move wires by the SWAPs of their first side.
fn swaps_of(steps: &[Step], regions: &Regions) -> Vec<(u16, u16)> {
    let mut swaps = Vec::new();
    for step in steps {
        match *step {
            Step::Swap(a, b) => swaps.push((a, b)),
            Step::Block(block) => {
                if let Some(region) = regions.get(&block) {
                    swaps.extend(swaps_of(&region.sides[0].steps, &region.sides[0].regions));
                }
            }
        }
    }
    swaps
}

/// CX of SWAPs from a layout: qubits without a wire are 0.
fn n_cx_of(swaps: &[(u16, u16)], layout: &Layout) -> i64 {
    let mut layout = layout.clone();
    let mut n_cx = 0;
    for &(a, b) in swaps {
        n_cx += match [a, b].map(|qubit| layout.wire[usize::from(qubit)] == NONE) {
            [true, true] => 0,
            [false, false] => 3,
            _ => 2,
        };
        layout.swap(a, b);
    }
    n_cx
}

/// SWAPs from a layout to another, `known` being some.
fn way_between(from: &Layout, to: &Layout, known: Vec<(u16, u16)>, target: &Target) -> Vec<(u16, u16)> {
    match swap_tokens(from, to, target) {
        Some(way) if n_cx_of(&way, from) <= n_cx_of(&known, from) => way,
        _ => known,
    }
}

#[cfg(test)]
mod tests;
