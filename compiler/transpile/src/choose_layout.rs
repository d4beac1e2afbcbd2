//! Chooses where the wires start and how they move: a layout without SWAPs if one is found, else the best of several
//! trials, each improved by routing the circuit forwards and backwards (Li, Ding and Xie, ASPLOS 2019).
//!
//! Trials start from random layouts and from layouts in which a stretch of the circuit needs no SWAPs. After a first round
//! only the best go on (successive halving: Jamieson and Talwalkar, AISTATS 2016). Trials run in parallel and are compared
//! by the CX that they add and then by their number: any thread count gives the same.

use qml_ir::circuit::Circuit;
use rayon::prelude::*;

use crate::collect_blocks::{Block, collect_blocks};
use crate::embed::{embed, embed_window};
use crate::graph::Graph;
use crate::random::Random;
use crate::route_swaps::{Costs, Layout, Step, Weights, route};
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

/// Weights and orders of the later rounds: each weight once, each order twice.
const KINDS: [usize; 4] = [0, 1, 6, 7];

/// How far to search, in steps that do not depend on the machine.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// Blocks that may be routed from first layouts: small circuits get more trials than large ones.
    pub blocks: usize,
    /// Fewest and most layouts to start from.
    pub starts: [usize; 2],
    /// Trials that go on after the first round.
    pub kept: usize,
    /// Rounds of those with each of the weights.
    pub rounds: usize,
    /// Ways that are returned.
    pub best: usize,
}

impl Effort {
    /// The effort of a level; none at 0.
    pub fn of_level(level: u8) -> Option<Self> {
        match level {
            0 => None,
            1 => Some(Self { blocks: 1000, starts: [2, 8], kept: 1, rounds: 0, best: 1 }),
            2 => Some(Self { blocks: 6000, starts: [8, 64], kept: 2, rounds: 1, best: 2 }),
            _ => Some(Self { blocks: 20_000, starts: [24, 128], kept: 6, rounds: 2, best: 6 }),
        }
    }
}

/// A circuit to be routed.
pub struct Problem {
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// The orders in which they may happen: freedom helps some circuits, and the order in which they are written others.
    graphs: [Graph; 2],
    reversed: [Graph; 2],
    /// CX of all blocks.
    n_cx: i64,
}

impl Problem {
    /// The problem of routing a circuit.
    pub fn new(circuit: &Circuit) -> Self {
        let blocks = collect_blocks(&circuit.ops, circuit.n_wires);
        let graphs = [Graph::new, Graph::in_order].map(|of| of(&blocks, circuit.n_wires, circuit.n_bits));
        let reversed = [graphs[0].reversed(), graphs[1].reversed()];
        let n_cx = blocks.iter().map(|block| i64::from(block.n_cx)).sum();
        Self { blocks, graphs, reversed, n_cx }
    }
}

/// A way to route a circuit.
#[derive(Clone, Debug)]
pub struct Routed {
    /// Which of the problems.
    pub problem: usize,
    /// Where the wires start.
    pub start: Layout,
    /// What happens.
    pub steps: Vec<Step>,
    /// CX of the blocks and SWAPs.
    pub n_cx: i64,
}

/// The ways with the fewest CX, best first. The problems are variants of the same circuit.
pub fn choose_layouts(
    problems: &[Problem],
    n_wires: usize,
    target: &Target,
    effort: &Effort,
    seed: u64,
) -> Vec<Routed> {
    let costs = WEIGHTS.map(|weights| Costs::new(weights, target));
    let search = Search { problems, costs: &costs, target };
    let mut found: Vec<Routed> = Vec::new();
    let mut trials: Vec<(usize, u64)> = Vec::new();
    for (i, problem) in problems.iter().enumerate() {
        if let Some(place) = embed(&links(&problem.blocks, n_wires), target) {
            let start = Layout::new(place, target.n_qubits);
            found.push(search.forwards(i, 0, 0, start, i64::MAX, &mut Random::new(seed, 0)).0);
            continue;
        }
        let n_trials = effort.blocks / problem.blocks.len().max(1);
        let n_trials = n_trials.clamp(effort.starts[0], effort.starts[1]);
        trials.extend((0..n_trials as u64).map(|trial| (i, trial)));
    }
    let first = |(problem, trial): (usize, u64)| {
        let mut random = Random::new(seed, trial);
        let start = first_layout(&problems[problem].blocks, n_wires, target, trial, &mut random);
        let kind = trial as usize % (2 * WEIGHTS.len());
        search.improve(problem, kind, start, 1, None, &mut random)
    };
    let mut tried: Vec<Routed> = trials.into_par_iter().map(first).collect();
    // The sort is stable: equal ones stay in the order of their numbers.
    tried.sort_by_key(|routed| routed.n_cx);
    keep_best(&mut tried, effort.kept);
    let again = |(i, routed): (usize, Routed)| -> Vec<Routed> {
        let mut kept = vec![routed];
        for kind in KINDS.into_iter().take(effort.rounds * KINDS.len()) {
            let mut random = Random::new(seed, 1000 + (2 * i * WEIGHTS.len() + kind) as u64);
            let best = &kept[0];
            let (problem, start, n_cx) = (best.problem, best.start.clone(), best.n_cx);
            let improved =
                search.improve(problem, kind, start, effort.rounds, Some(best.clone()), &mut random);
            if improved.n_cx < n_cx {
                kept.insert(0, improved);
            }
        }
        kept
    };
    found.extend(tried.into_par_iter().enumerate().map(again).collect::<Vec<_>>().into_iter().flatten());
    found.sort_by_key(|routed| routed.n_cx);
    found.dedup_by(|a, b| a.problem == b.problem && a.steps == b.steps);
    keep_best(&mut found, effort.best);
    found
}

/// Keeps the first ones, and the first one of each problem.
fn keep_best(sorted: &mut Vec<Routed>, n: usize) {
    let mut is_seen = Vec::new();
    let mut i = 0;
    sorted.retain(|routed| {
        let is_first = !is_seen.contains(&routed.problem);
        is_seen.push(routed.problem);
        i += 1;
        is_first || i <= n
    });
}

/// The first wires on the first qubits, without any search.
pub fn plain_layout(problem: &Problem, n_wires: usize, target: &Target, seed: u64) -> Routed {
    let start = Layout::new(target.usable[..n_wires].to_vec(), target.n_qubits);
    let costs = [Costs::new(PLAIN, target)];
    let search = Search { problems: std::slice::from_ref(problem), costs: &costs, target };
    search.forwards(0, 1, 0, start, i64::MAX, &mut Random::new(seed, 0)).0
}

struct Search<'a> {
    problems: &'a [Problem],
    costs: &'a [Costs],
    target: &'a Target,
}

impl Search<'_> {
    /// One way forwards, and the layout at its end; without meaning if it adds more CX than `limit`.
    fn forwards(
        &self,
        problem: usize,
        graph: usize,
        weights: usize,
        start: Layout,
        limit: i64,
        random: &mut Random,
    ) -> (Routed, Layout) {
        let Problem { blocks, graphs, n_cx, .. } = &self.problems[problem];
        let mut steps = Vec::with_capacity(2 * blocks.len());
        let mut end = start.clone();
        let emit = |step| steps.push(step);
        let added = route(&graphs[graph], self.target, &self.costs[weights], &mut end, random, limit, emit);
        let n_cx = added.map_or(i64::MAX, |added| n_cx + added);
        (Routed { problem, start, steps, n_cx }, end)
    }

    /// Routes forwards and backwards, with weights and order of the kind; the best way forwards.
    fn improve(
        &self,
        problem: usize,
        kind: usize,
        start: Layout,
        n_rounds: usize,
        best: Option<Routed>,
        random: &mut Random,
    ) -> Routed {
        let (weights, graph) = (kind % self.costs.len(), kind / self.costs.len());
        let Problem { reversed, n_cx, .. } = &self.problems[problem];
        let mut best = best;
        let mut layout = start;
        for round in 0..=n_rounds {
            // The last way is of no use but by itself.
            let limit = match &best {
                Some(best) if round == n_rounds => best.n_cx - n_cx - 1,
                _ => i64::MAX,
            };
            let (routed, end) = self.forwards(problem, graph, weights, layout, limit, random);
            if best.as_ref().is_none_or(|best| routed.n_cx < best.n_cx) {
                best = Some(routed);
            }
            layout = end;
            if round < n_rounds {
                let costs = &self.costs[weights];
                route(&reversed[graph], self.target, costs, &mut layout, random, i64::MAX, |_| {});
            }
        }
        best.unwrap_or_else(|| qml_source::bug!("routing without a limit came to no end"))
    }
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
    if !trial.is_multiple_of(4) {
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
