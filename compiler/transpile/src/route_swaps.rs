//! Inserts SWAPs so that every two-wire block acts on coupled qubits: SABRE (Li, Ding and Xie, ASPLOS 2019) with the
//! constant weights of `LightSABRE` (arXiv:2409.08368), and with SWAPs weighed by the CX that they add.
//!
//! A SWAP right after a block on the same pair adds what the mirror of the block costs more than the block, which may be
//! nothing; one with a qubit that holds no wire, and so is 0, adds two CX; any other adds three. Scores are integers and
//! ties go by the trial's own random numbers, so that the result depends on the seed alone.

mod regions;
mod router;
mod swap_tokens;

use crate::graph::{Arrows, Graph};
use crate::random::Random;
use crate::target::Target;

pub use regions::{Region, Regions, RoutedRegion};
pub use router::Router;

/// The score of one step of distance of one front block.
const STEP: i64 = 1000;

/// No wire.
pub const NONE: u16 = u16::MAX;

/// What a SWAP is judged by.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    /// Blocks after the front that count.
    pub n_ahead: usize,
    /// What all blocks after the front weigh together, one step of one front block being 1000.
    pub ahead: i64,
    /// What a CX weighs that a SWAP adds.
    pub cx: i64,
    /// The penalty for a qubit for each recent SWAP.
    pub decay: i64,
    /// How much less each further step of distance counts than the one before, in thousandths.
    pub discount: i64,
}

/// Weights with the scores that they give to the distances of a device.
#[derive(Clone, Debug)]
pub struct Costs {
    weights: Weights,
    /// The score of qubits `a` and `b`, at `a * n_qubits + b`.
    scores: Vec<i32>,
}

impl Costs {
    /// The scores of a device.
    pub fn new(weights: Weights, target: &Target) -> Self {
        let (mut of_distance, mut step) = (vec![0, 0], STEP);
        for _ in 2..=target.n_qubits {
            of_distance.push(of_distance[of_distance.len() - 1] + step);
            // A little of each step stays, so that coming closer is always better.
            step = (step * (1000 - weights.discount) / 1000).max(STEP / 5);
        }
        let of_distance: Vec<i32> = of_distance.into_iter().map(|score: i64| score as i32).collect();
        let score = |&distance: &u16| of_distance[usize::from(distance).min(target.n_qubits)];
        Self { weights, scores: target.distances().iter().map(score).collect() }
    }
}

/// Where the wires are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The qubit of each wire.
    pub qubit: Vec<u16>,
    /// The wire on each qubit, [`NONE`] if there is none.
    pub wire: Vec<u16>,
}

/// One step of a routed circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The block of this index happens where its wires are.
    Block(u32),
    /// Two coupled qubits exchange their wires.
    Swap(u16, u16),
}

impl Layout {
    /// Wires on these qubits.
    pub fn new(qubit: Vec<u16>, n_qubits: usize) -> Self {
        let mut wire = vec![NONE; n_qubits];
        for (w, &q) in qubit.iter().enumerate() {
            wire[usize::from(q)] = w as u16;
        }
        Self { qubit, wire }
    }

    /// Exchanges what is on two qubits.
    pub fn swap(&mut self, a: u16, b: u16) {
        let (v, w) = (self.wire[usize::from(a)], self.wire[usize::from(b)]);
        self.wire[usize::from(a)] = w;
        self.wire[usize::from(b)] = v;
        for (wire, qubit) in [(v, b), (w, a)] {
            if wire != NONE {
                self.qubit[usize::from(wire)] = qubit;
            }
        }
    }
}

/// What is routed: blocks, and the order in which they may happen.
#[derive(Clone, Copy)]
pub struct Source<'a> {
    /// The blocks.
    pub graph: &'a Graph,
    /// Their order, or its reverse.
    pub arrows: &'a Arrows,
}

impl<'a> Source<'a> {
    /// From the first block to the last.
    pub fn forwards(graph: &'a Graph) -> Self {
        Self { graph, arrows: &graph.forwards }
    }

    /// From the last block to the first.
    pub fn backwards(graph: &'a Graph) -> Self {
        Self { graph, arrows: &graph.backwards }
    }
}

/// Routes everything from a layout. None once the SWAPs add more than `limit` CX.
pub fn route<'a>(
    source: Source<'a>,
    target: &'a Target,
    costs: &'a Costs,
    layout: Layout,
    random: &mut Random,
    limit: i64,
) -> Option<Router<'a>> {
    let mut router = Router::new(source, target, costs, layout);
    router.advance(usize::MAX, random, limit).then_some(router)
}

/// How a circuit is routed stretch by stretch.
#[derive(Clone, Copy, Debug)]
pub struct Stretches {
    /// Into how many stretches it is cut.
    pub n: usize,
    /// Ways that are tried for each.
    pub n_ways: usize,
    /// What one more CX of depth is worth, a CX being 1000.
    pub depth: i64,
}

/// Routes everything from a layout, stretch by stretch: of several ways to go on the one that adds least goes on itself.
/// Chance has its best in each stretch, not only as a whole. The ways take turns with `costs`.
pub fn route_in_stretches<'a>(
    source: Source<'a>,
    target: &'a Target,
    costs: &'a [Costs],
    layout: Layout,
    random: &mut Random,
    stretches: Stretches,
) -> Router<'a> {
    let mut router = Router::new(source, target, &costs[0], layout);
    let n_pairs = source.graph.pairs.iter().flatten().count();
    let n_stretches = stretches.n.clamp(1, n_pairs.max(1));
    let (mut next, mut best) = (router.clone(), router.clone());
    for i in 1..=n_stretches {
        let until = if i == n_stretches { usize::MAX } else { n_pairs * i / n_stretches };
        if router.n_done >= until || router.is_done() {
            continue;
        }
        let steps = std::mem::take(&mut router.steps);
        let mut best_score = i64::MAX;
        for way in 0..stretches.n_ways {
            next.fork_from(&router, &costs[way % costs.len()]);
            next.advance(until, random, i64::MAX);
            let score = next.burden(stretches.depth);
            if score < best_score {
                best_score = score;
                std::mem::swap(&mut best, &mut next);
            }
        }
        if best_score < i64::MAX {
            std::mem::swap(&mut router, &mut best);
        }
        router.steps.splice(..0, steps);
    }
    router
}

#[cfg(test)]
mod tests;
