//! Chooses where the wires start and how they move: a layout without SWAPs if one is found, else the best of several
//! trials, each improved by routing the circuit forwards and backwards (Li, Ding and Xie, ASPLOS 2019).
//!
//! Trials start from random layouts, from layouts in which a stretch of the circuit needs no SWAPs, and from lines. Where
//! wires start matters to the opening of a circuit alone, so that a long one is routed to and fro no further. Only the
//! best trials go on, stretch by stretch, and only the best of these after a first round (successive halving: Jamieson
//! and Talwalkar, AISTATS 2016). Trials run in parallel and are compared by CX, depth and number: any thread count gives
//! the same.

use qml_ir::circuit::Circuit;
use rayon::prelude::*;

use crate::attach_turns::attach_turns;
use crate::bind_blocks::limit_costs;
use crate::collect_blocks::{Block, collect_blocks};
use crate::effort::Effort;
use crate::embed::{embed, embed_window};
use crate::find_line::find_line;
use crate::graph::Graph;
use crate::pair_basis::PairBasis;
use crate::random::Random;
use crate::route_swaps::{
    Costs, Layout, Regions, Router, Source, Step, Stretches, Weights, route, route_in_stretches,
};
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

/// The kind of trials on a line: weights that keep wires in line where SWAPs are cheap, and the order in which the circuit
/// is written.
const LINE_KIND: usize = 7;

/// Shorter lines are like any other layout.
const MIN_LINE: usize = 8;

/// The opening of a circuit, in blocks for each wire.
const OPENING: usize = 12;

/// Most stretches of a circuit: each way starts from a copy of the state, which is as large as what is left.
const MAX_STRETCHES: usize = 100;

/// A circuit to be routed.
pub struct Problem {
    /// Its blocks.
    pub blocks: Vec<Block>,
    /// The orders in which they may happen: freedom helps some circuits, and the order in which they are written others.
    graphs: [Graph; 2],
    /// The same for the opening, if the circuit is much longer.
    openings: Option<[Graph; 2]>,
    /// CX of all blocks.
    pub n_cx: i64,
}

impl Problem {
    /// The problem of routing a circuit, whose operations are taken out of it; `at_bind` if angles of two-wire blocks may
    /// be computed when values are bound.
    pub fn new(circuit: &mut Circuit, basis: PairBasis, at_bind: bool) -> Self {
        let mut blocks = collect_blocks(std::mem::take(&mut circuit.ops), circuit.n_wires, basis);
        if at_bind {
            limit_costs(&mut blocks, basis);
        }
        let blocks = attach_turns(blocks, circuit.n_wires);
        let orders = |blocks: &[Block]| {
            [Graph::new, Graph::in_order].map(|of| of(blocks, circuit.n_wires, circuit.n_bits, basis))
        };
        let n_cx = blocks.iter().map(|block| i64::from(block.n_cx)).sum();
        let pairs = blocks.iter().enumerate().filter(|(_, block)| block.pair.is_some());
        let end = pairs.map(|(i, _)| i).nth(OPENING * circuit.n_wires);
        let openings = end.filter(|end| 2 * end < blocks.len()).map(|end| orders(&blocks[..end]));
        Self { graphs: orders(&blocks), openings, blocks, n_cx }
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
    /// How branches are routed.
    pub regions: Regions,
    /// CX of the blocks and SWAPs.
    pub n_cx: i64,
    /// The longest path in CX.
    pub depth: u32,
}

impl Routed {
    /// The lower the better: a hundredth of the gates is worth `weight` hundredths of the depth.
    pub fn key(&self, weight: u32) -> u128 {
        u128::from(self.n_cx.unsigned_abs()).saturating_pow(weight).saturating_mul(u128::from(self.depth))
    }

    fn rank(&self) -> u128 {
        self.key(2)
    }
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
    let mut found = search.without_swaps(n_wires, seed);
    // What has more CX than that without any SWAP cannot win.
    let fewest = found.iter().map(|routed| routed.n_cx).min().unwrap_or(i64::MAX);
    let is_open =
        |&i: &usize| problems[i].n_cx < fewest && found.iter().all(|routed: &Routed| routed.problem != i);
    let open: Vec<usize> = (0..problems.len()).filter(is_open).collect();
    let mut tried = search.try_layouts(&open, n_wires, effort, seed);
    let n_blocks = tried.first().map_or(0, |best| problems[best.problem].blocks.len());
    keep_best(&mut tried, (effort.kept_blocks / n_blocks.max(1)).clamp(1, effort.kept));
    found.extend(search.refine_all(&tried, effort, seed));
    found.extend(tried);
    found.sort_by_key(Routed::rank);
    found.dedup_by(|a, b| a.problem == b.problem && a.steps == b.steps);
    // Without SWAPs there is nothing to search: each variant may be the shallowest, in either order.
    if !target.is_complete() {
        keep_best(&mut found, effort.best);
    }
    found
}

/// Keeps the first ones, and of each problem the first one that is not far behind.
fn keep_best(sorted: &mut Vec<Routed>, n: usize) {
    let mut is_seen = Vec::new();
    let mut i = 0;
    let limit = sorted.first().map_or(0, |best| best.n_cx + best.n_cx / 8);
    sorted.retain(|routed| {
        let is_first = !is_seen.contains(&routed.problem) && routed.n_cx <= limit;
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
    let routed = search.forwards(0, 1, 0, start, i64::MAX, &mut Random::new(seed, 0));
    routed.unwrap_or_else(|| qml_source::bug!("routing without a limit came to no end"))
}

struct Search<'a> {
    problems: &'a [Problem],
    costs: &'a [Costs],
    target: &'a Target,
}

impl Search<'_> {
    /// Ways without any SWAP, of the problems that have one.
    fn without_swaps(&self, n_wires: usize, seed: u64) -> Vec<Routed> {
        let mut found = Vec::new();
        for (i, problem) in self.problems.iter().enumerate() {
            let Some(place) = embed(&links(&problem.blocks, n_wires), self.target) else { continue };
            let start = Layout::new(place, self.target.n_qubits);
            for order in 0..if self.target.is_complete() { 2 } else { 1 } {
                let random = &mut Random::new(seed, 0);
                found.extend(self.forwards(i, order, 0, start.clone(), i64::MAX, random));
            }
        }
        found
    }

    /// Ways from first layouts of these problems, best first. A part of the trials shows which problems are worth the
    /// others, and how many CX are too many.
    fn try_layouts(&self, open: &[usize], n_wires: usize, effort: &Effort, seed: u64) -> Vec<Routed> {
        let n_trials = |problem: usize| {
            let n_trials = effort.blocks / self.problems[problem].blocks.len().max(1);
            n_trials.clamp(effort.starts[0], effort.starts[1]) as u64
        };
        let trials =
            open.iter().flat_map(|&problem| (0..n_trials(problem)).map(move |trial| (problem, trial)));
        let is_early = |trial: &(usize, u64)| trial.1 < (n_trials(trial.0) / 4).max(2);
        let (early, late): (Vec<_>, Vec<_>) = trials.partition(is_early);
        let first = |&(problem, trial): &(usize, u64), limit: i64| {
            let mut random = Random::new(seed, trial);
            let blocks = &self.problems[problem].blocks;
            let start = first_layout(blocks, n_wires, self.target, trial, &mut random);
            self.improve(problem, trial as usize % (2 * WEIGHTS.len()), start, limit, &mut random)
        };
        let limit_of = |best: &Routed| best.n_cx + best.n_cx / 20;
        let mut tried: Vec<Routed> = early.par_iter().filter_map(|trial| first(trial, i64::MAX)).collect();
        let limit = tried.iter().map(limit_of).min().unwrap_or(i64::MAX);
        tried.extend(self.on_a_line(open, n_wires, limit, seed));
        // The sort is stable: equal ones stay in the order of their numbers.
        tried.sort_by_key(Routed::rank);
        let mut promising: Vec<usize> = tried.iter().map(|routed| routed.problem).collect();
        promising.dedup();
        promising.truncate(2);
        let late: Vec<_> = late.into_iter().filter(|trial| promising.contains(&trial.0)).collect();
        let limit = tried.first().map_or(i64::MAX, limit_of);
        tried.extend(late.par_iter().filter_map(|trial| first(trial, limit)).collect::<Vec<_>>());
        tried.sort_by_key(Routed::rank);
        tried
    }

    /// Ways along a line for problems that ask for most pairs of wires.
    fn on_a_line(&self, open: &[usize], n_wires: usize, limit: i64, seed: u64) -> Vec<Routed> {
        let n_links = |problem: usize| {
            links(&self.problems[problem].blocks, n_wires).iter().map(Vec::len).sum::<usize>()
        };
        let dense: Vec<usize> =
            open.iter().copied().filter(|&problem| 2 * n_links(problem) >= n_wires * n_wires).collect();
        if dense.is_empty() || n_wires < MIN_LINE {
            return Vec::new();
        }
        let Some(line) = find_line(n_wires, self.target) else { return Vec::new() };
        let costs = WEIGHTS.map(|weights| Costs::new(weights, &line.target));
        let search = Search { problems: self.problems, costs: &costs, target: &line.target };
        let way = |&problem: &usize| {
            let random = &mut Random::new(seed, 0);
            search.improve(problem, LINE_KIND, line.start.clone(), limit, random)
        };
        dense.par_iter().filter_map(way).collect()
    }

    /// One way forwards; none if it adds more CX than `limit`.
    fn forwards(
        &self,
        problem: usize,
        graph: usize,
        weights: usize,
        start: Layout,
        limit: i64,
        random: &mut Random,
    ) -> Option<Routed> {
        let source = Source::forwards(&self.problems[problem].graphs[graph]);
        let router = route(source, self.target, &self.costs[weights], start.clone(), random, limit)?;
        Some(self.routed(problem, start, router))
    }

    fn routed(&self, problem: usize, start: Layout, router: Router) -> Routed {
        let n_cx = self.problems[problem].n_cx + router.added;
        Routed { problem, start, steps: router.steps, regions: router.regions, n_cx, depth: router.depth }
    }

    /// Routes the opening forwards and backwards, with weights and order of the kind, and then everything.
    fn improve(
        &self,
        problem: usize,
        kind: usize,
        start: Layout,
        limit: i64,
        random: &mut Random,
    ) -> Option<Routed> {
        let (weights, graph) = (kind % self.costs.len(), kind / self.costs.len());
        let Problem { graphs, openings, n_cx, .. } = &self.problems[problem];
        let opening = &openings.as_ref().unwrap_or(graphs)[graph];
        let costs = &self.costs[weights];
        let limit = limit.saturating_sub(*n_cx);
        let there = route(Source::forwards(opening), self.target, costs, start, random, i64::MAX)?;
        // The way back takes about as much as the way that follows.
        let back = route(Source::backwards(opening), self.target, costs, there.layout, random, limit)?;
        self.forwards(problem, graph, weights, back.layout, limit, random)
    }

    /// Refines all in both orders, the best after one round further.
    fn refine_all(&self, tried: &[Routed], effort: &Effort, seed: u64) -> Vec<Routed> {
        let start = |(i, routed): (usize, &Routed)| {
            [0, 1].map(|graph| {
                let random = Random::new(seed, 1000 + (2 * i + graph) as u64);
                Refined { best: routed.clone(), graph, random }
            })
        };
        let mut all: Vec<Refined> = tried.iter().enumerate().flat_map(start).collect();
        all.par_iter_mut().for_each(|refined| self.refine(refined, effort, true));
        all.sort_by_key(|refined| refined.best.rank());
        let n_raced = all.len().min(effort.raced);
        all[..n_raced].par_iter_mut().for_each(|refined| self.refine(refined, effort, false));
        all.into_iter().map(|refined| refined.best).collect()
    }

    /// Routes again, stretch by stretch: in the first round from the same start, and in all others from starts to which it
    /// comes by going to and fro.
    fn refine(&self, refined: &mut Refined, effort: &Effort, is_first: bool) {
        let Refined { best, graph, random } = refined;
        let Problem { graphs, openings, .. } = &self.problems[best.problem];
        let opening = &openings.as_ref().unwrap_or(graphs)[*graph];
        let graph = &graphs[*graph];
        let n_pairs = graph.pairs.iter().flatten().count();
        let stretches = Stretches {
            n: (n_pairs / effort.stretch).min(MAX_STRETCHES),
            n_ways: effort.n_ways,
            depth: 500 * best.n_cx / i64::from(best.depth.max(1)),
        };
        let n_rounds =
            (effort.round_blocks / graph.pairs.len().max(1)).clamp(effort.rounds[0], effort.rounds[1]);
        let rounds = if is_first { 0..n_rounds.min(1) } else { 1..n_rounds };
        for round in rounds {
            let mut start = best.start.clone();
            if round > 0 {
                let costs = &self.costs[round % self.costs.len()];
                for source in [Source::forwards(opening), Source::backwards(opening)] {
                    let way = route(source, self.target, costs, start.clone(), random, i64::MAX);
                    start = way.map_or(start, |way| way.layout);
                }
            }
            let source = Source::forwards(graph);
            let router =
                route_in_stretches(source, self.target, self.costs, start.clone(), random, stretches);
            let routed = self.routed(best.problem, start, router);
            if routed.rank() < best.rank() {
                *best = routed;
            }
        }
    }
}

/// A way that is being refined.
struct Refined {
    best: Routed,
    /// The order that it keeps.
    graph: usize,
    random: Random,
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
    match (&op.kind, &*op.wires()) {
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
