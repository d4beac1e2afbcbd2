//! Chooses where the wires start and how they move: a layout without SWAPs if one is found, else the best of several
//! trials, each improved by routing the circuit forwards and backwards (Li, Ding and Xie, ASPLOS 2019).
//!
//! Trials start from random layouts and from layouts in which a stretch of the circuit needs no SWAPs. After a first round
//! only the best go on (successive halving: Jamieson and Talwalkar, AISTATS 2016). Trials run in parallel and are compared
//! by the CX that they add and then by their number: any thread count gives the same.

use rayon::prelude::*;

use crate::collect_blocks::Block;
use crate::embed::{embed, embed_window};
use crate::graph::Graph;
use crate::random::Random;
use crate::route_swaps::{Layout, Step, Weights, route};
use crate::target::Target;

/// The weights of the first trial, and of everything that is not searched for.
pub const PLAIN: Weights = Weights { n_ahead: 20, ahead: 500, cx: 50, decay: 2, discount: 0 };

/// Different circuits like different weights.
const WEIGHTS: [Weights; 4] = [
    PLAIN,
    Weights { n_ahead: 20, ahead: 1000, cx: 150, decay: 2, discount: 200 },
    Weights { n_ahead: 40, ahead: 2000, cx: 300, decay: 2, discount: 0 },
    Weights { n_ahead: 10, ahead: 500, cx: 300, decay: 20, discount: 300 },
];

/// How far to search.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Layouts to start from.
    pub n_starts: u64,
    /// Those that go on after the first round.
    pub n_kept: usize,
    /// Rounds of those.
    pub n_rounds: usize,
    /// Ways that are returned.
    pub n_best: usize,
}

impl Effort {
    /// The effort of a level; none at 0.
    pub fn of_level(level: u8) -> Option<Self> {
        match level {
            0 => None,
            1 => Some(Self { n_starts: 6, n_kept: 1, n_rounds: 0, n_best: 1 }),
            2 => Some(Self { n_starts: 24, n_kept: 4, n_rounds: 1, n_best: 4 }),
            _ => Some(Self { n_starts: 128, n_kept: 16, n_rounds: 4, n_best: 16 }),
        }
    }
}

/// A way to route a circuit.
#[derive(Clone, Debug)]
pub struct Routed {
    /// Where the wires start.
    pub start: Layout,
    /// What happens.
    pub steps: Vec<Step>,
    /// CX that SWAPs add.
    pub added: i64,
}

/// The ways with the fewest CX, best first. `graphs` are the orders in which the blocks may happen.
pub fn choose_layouts(
    blocks: &[Block],
    graphs: &[Graph],
    n_wires: usize,
    target: &Target,
    effort: &Effort,
    seed: u64,
) -> Vec<Routed> {
    if let Some(place) = embed(&links(blocks, n_wires), target) {
        let start = Layout::new(place, target.n_qubits);
        return record(&graphs[0], target, PLAIN, start, &mut Random::new(seed, 0), i64::MAX)
            .into_iter()
            .collect();
    }
    let reversed: Vec<Graph> = graphs.iter().map(Graph::reversed).collect();
    let search =
        |i: usize| Search { graph: &graphs[i % graphs.len()], reversed: &reversed[i % graphs.len()], target };
    let first = |trial: u64| {
        let mut random = Random::new(seed, trial);
        let start = first_layout(blocks, n_wires, target, trial, &mut random);
        let weights = WEIGHTS[trial as usize % WEIGHTS.len()];
        search(trial as usize / WEIGHTS.len()).improve(start, weights, 1, None, &mut random)
    };
    let mut found: Vec<Routed> = (0..effort.n_starts).into_par_iter().map(first).collect();
    found.sort_by_key(|routed| routed.added);
    found.truncate(effort.n_kept);
    let again = |(i, routed): (usize, Routed)| -> Vec<Routed> {
        let mut kept = vec![routed];
        for (k, &weights) in WEIGHTS.iter().enumerate() {
            let mut random = Random::new(seed, 1000 + (i * WEIGHTS.len() + k) as u64);
            let best = kept[0].clone();
            let improved = search(k / WEIGHTS.len()).improve(
                best.start.clone(),
                weights,
                effort.n_rounds,
                Some(best),
                &mut random,
            );
            if improved.added < kept[0].added {
                kept.insert(0, improved);
            }
        }
        kept
    };
    let mut found: Vec<Routed> =
        found.into_par_iter().enumerate().map(again).collect::<Vec<_>>().into_iter().flatten().collect();
    found.sort_by_key(|routed| routed.added);
    found.dedup_by(|a, b| a.steps == b.steps);
    found.truncate(effort.n_best);
    found
}

/// The first wires on the first qubits, without any search.
pub fn plain_layout(graph: &Graph, n_wires: usize, target: &Target, seed: u64) -> Option<Routed> {
    let start = Layout::new(target.usable[..n_wires].to_vec(), target.n_qubits);
    record(graph, target, PLAIN, start, &mut Random::new(seed, 0), i64::MAX)
}

struct Search<'a> {
    graph: &'a Graph,
    reversed: &'a Graph,
    target: &'a Target,
}

impl Search<'_> {
    /// Routes forwards and backwards; the best way forwards.
    fn improve(
        &self,
        start: Layout,
        weights: Weights,
        n_rounds: usize,
        best: Option<Routed>,
        random: &mut Random,
    ) -> Routed {
        let mut layout = start;
        let mut best = best;
        for _ in 0..=n_rounds {
            let start = layout.clone();
            let mut steps = Vec::with_capacity(2 * self.graph.pairs.len());
            let emit = |step| steps.push(step);
            let added = route(self.graph, self.target, weights, &mut layout, random, i64::MAX, emit);
            if let Some(added) = added
                && best.as_ref().is_none_or(|best| added < best.added)
            {
                best = Some(Routed { start, steps, added });
            }
            route(self.reversed, self.target, weights, &mut layout, random, i64::MAX, |_| {});
        }
        best.unwrap_or_else(|| qml_source::bug!("routing without a limit came to no end"))
    }
}

fn record(
    graph: &Graph,
    target: &Target,
    weights: Weights,
    start: Layout,
    random: &mut Random,
    limit: i64,
) -> Option<Routed> {
    let mut steps = Vec::with_capacity(2 * graph.pairs.len());
    let emit = |step| steps.push(step);
    let added = route(graph, target, weights, &mut start.clone(), random, limit, emit)?;
    Some(Routed { start, steps, added })
}

/// Some trials start anywhere on the device, some close together around a random qubit, some where a stretch of the
/// circuit fits.
fn first_layout(
    blocks: &[Block],
    n_wires: usize,
    target: &Target,
    trial: u64,
    random: &mut Random,
) -> Layout {
    let mut qubits = target.usable.clone();
    random.shuffle(&mut qubits);
    if trial % 4 >= 2 {
        let pairs: Vec<[u16; 2]> = blocks.iter().filter_map(|block| block.pair).collect();
        let from = if trial % 4 == 2 { 0 } else { random.below(pairs.len()) };
        if let Some(place) = embed_window(&pairs[from..], n_wires, target, &qubits) {
            return Layout::new(place, target.n_qubits);
        }
    }
    if trial % 4 != 0 {
        let centre = qubits[0];
        qubits.sort_by_key(|&qubit| target.distance(centre, qubit));
        qubits.truncate(n_wires);
        random.shuffle(&mut qubits);
    }
    qubits.truncate(n_wires);
    Layout::new(qubits, target.n_qubits)
}

/// For each wire those that it shares a gate with, sorted.
fn links(blocks: &[Block], n_wires: usize) -> Vec<Vec<u16>> {
    let mut links = vec![Vec::new(); n_wires];
    for block in blocks {
        block.ops.iter().for_each(|op| push_links(op, &mut links));
    }
    for own in &mut links {
        own.sort_unstable();
        own.dedup();
    }
    links
}

fn push_links(op: &qml_ir::circuit::Op, links: &mut [Vec<u16>]) {
    use qml_ir::circuit::OpKind;
    match (&op.kind, op.wires().as_slice()) {
        (OpKind::Gate { .. }, &[a, b]) => {
            links[a.0 as usize].push(b.0 as u16);
            links[b.0 as usize].push(a.0 as u16);
        }
        (OpKind::If { then, otherwise, .. }, _) => {
            then.iter().chain(otherwise).for_each(|op| push_links(op, links));
        }
        _ => {}
    }
}
