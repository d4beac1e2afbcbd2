//! Inserts SWAPs so that every two-wire block acts on coupled qubits: SABRE (Li, Ding and Xie, ASPLOS 2019) with the
//! constant weights of `LightSABRE` (arXiv:2409.08368), and with SWAPs weighed by the CX that they add.
//!
//! A SWAP right after a block on the same pair adds what the mirror of the block costs more than the block, which may be
//! nothing; one with a qubit that holds no wire, and so is 0, adds two CX; any other adds three. Scores are integers and
//! ties go by the trial's own random numbers, so that the result depends on the seed alone.

use crate::graph::Graph;
use crate::random::Random;
use crate::target::Target;

/// SWAPs after which the penalty for reuse is forgotten.
const DECAY_RESET: usize = 5;

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
        let qubits = 0..target.n_qubits as u16;
        let score = |a, b| of_distance[usize::from(target.distance(a, b)).min(target.n_qubits)] as i32;
        let pairs = qubits.clone().flat_map(|a| qubits.clone().map(move |b| (a, b)));
        Self { weights, scores: pairs.map(|(a, b)| score(a, b)).collect() }
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

/// Routes a graph from a layout, which is left as it is at the end; calls `emit` with every step and returns how many CX
/// the SWAPs add. None once they are more than `limit`.
pub fn route(
    graph: &Graph,
    target: &Target,
    costs: &Costs,
    layout: &mut Layout,
    random: &mut Random,
    limit: i64,
    mut emit: impl FnMut(Step),
) -> Option<i64> {
    let mut router = Router::new(graph, target, costs, layout);
    router.release(
        (0..graph.pairs.len() as u32).filter(|&block| graph.n_before[block as usize] == 0).collect(),
        &mut emit,
    );
    let mut n_swaps = 0;
    let mut n_stuck = 0;
    let patience = 4 * graph.n_before.len().min(25) + 20;
    while !router.front.is_empty() {
        let swaps = if n_stuck < patience { vec![router.best_swap(random)] } else { router.shortest_path() };
        for (a, b) in swaps {
            emit(Step::Swap(a, b));
            router.apply(a, b, n_swaps);
            n_swaps += 1;
            n_stuck += 1;
        }
        if router.added > limit {
            return None;
        }
        if router.execute(&mut emit) {
            n_stuck = 0;
        }
    }
    Some(router.added)
}

/// The latest block on a qubit: its name, its CX now and with one more SWAP.
#[derive(Clone, Copy)]
struct Latest {
    name: u32,
    cx: u8,
    mirror: u8,
    is_bare: bool,
}

/// The state of one routing.
struct Router<'a> {
    graph: &'a Graph,
    target: &'a Target,
    weights: Weights,
    layout: &'a mut Layout,
    scores: &'a [i32],
    /// Blocks that still come before each.
    n_before: Vec<u32>,
    /// Blocks on two wires that wait for their wires to meet.
    front: Vec<u32>,
    /// For each wire, the wires that it waits for.
    waits: Vec<Vec<u16>>,
    /// For each wire, the wires that it meets soon after, and how many such meetings there are.
    soon: Vec<Vec<u16>>,
    n_soon: usize,
    /// Penalty of each qubit for recent SWAPs.
    decay: Vec<i64>,
    /// For the search of blocks ahead: the round in which a block was seen.
    seen: Vec<u32>,
    round: u32,
    latest: Vec<Latest>,
    n_latest: u32,
    /// CX that SWAPs have added.
    added: i64,
}

impl<'a> Router<'a> {
    fn new(graph: &'a Graph, target: &'a Target, costs: &'a Costs, layout: &'a mut Layout) -> Self {
        let n_wires = layout.qubit.len();
        let nothing = Latest { name: u32::MAX, cx: 0, mirror: 0, is_bare: false };
        Self {
            graph,
            target,
            weights: costs.weights,
            scores: &costs.scores,
            n_before: graph.n_before.clone(),
            front: Vec::new(),
            waits: vec![Vec::new(); n_wires],
            soon: vec![Vec::new(); n_wires],
            n_soon: 0,
            decay: vec![0; target.n_qubits],
            seen: vec![0; graph.pairs.len()],
            round: 0,
            latest: vec![nothing; target.n_qubits],
            n_latest: 0,
            added: 0,
            layout,
        }
    }

    fn distance(&self, [a, b]: [u16; 2]) -> u16 {
        self.target.distance(self.layout.qubit[usize::from(a)], self.layout.qubit[usize::from(b)])
    }

    /// Lets blocks happen that wait for nothing, and those that become free by that.
    fn release(&mut self, mut free: Vec<u32>, emit: &mut impl FnMut(Step)) {
        // Earliest first.
        free.sort_unstable_by(|a, b| b.cmp(a));
        while let Some(block) = free.pop() {
            if self.graph.pairs[block as usize].is_some_and(|pair| self.distance(pair) > 1) {
                self.front.push(block);
                continue;
            }
            emit(Step::Block(block));
            self.note(block);
            for &next in self.graph.after(block) {
                self.n_before[next as usize] -= 1;
                if self.n_before[next as usize] == 0 {
                    free.push(next);
                }
            }
        }
        self.look_ahead();
    }

    /// Notes that a block was the latest on its qubits.
    fn note(&mut self, block: u32) {
        let graph = self.graph;
        if let Some([v, w]) = graph.pairs[block as usize] {
            let [a, b] = [v, w].map(|wire| usize::from(self.layout.qubit[usize::from(wire)]));
            let [cx, mirror] = graph.costs[block as usize];
            let mut latest = Latest { name: self.n_latest, cx, mirror, is_bare: false };
            let before = self.latest[a];
            if before.name != u32::MAX && before.name == self.latest[b].name && before.is_bare {
                // The SWAP before the block merges with it.
                self.added += i64::from(mirror) - i64::from(cx) - i64::from(before.cx);
                latest = Latest { cx: mirror, mirror: cx, ..latest };
            }
            self.n_latest += 1;
            self.latest[a] = latest;
            self.latest[b] = latest;
        } else if graph.is_wall[block as usize] {
            for &wire in &graph.wires[block as usize] {
                self.latest[usize::from(self.layout.qubit[usize::from(wire)])].name = u32::MAX;
            }
        }
    }

    /// Lets happen what has become possible at the front; whether that was anything.
    fn execute(&mut self, emit: &mut impl FnMut(Step)) -> bool {
        let front = std::mem::take(&mut self.front);
        let is_near =
            |block: &u32| self.graph.pairs[*block as usize].is_none_or(|pair| self.distance(pair) <= 1);
        let (near, far): (Vec<u32>, Vec<u32>) = front.into_iter().partition(is_near);
        self.front = far;
        if near.is_empty() {
            return false;
        }
        self.decay.fill(0);
        self.release(near, emit);
        true
    }

    /// Collects the blocks of the front and after it, nearest first.
    fn look_ahead(&mut self) {
        self.waits.iter_mut().chain(&mut self.soon).for_each(Vec::clear);
        self.n_soon = 0;
        for &block in &self.front {
            if let Some([v, w]) = self.graph.pairs[block as usize] {
                self.waits[usize::from(v)].push(w);
                self.waits[usize::from(w)].push(v);
            }
        }
        self.round += 1;
        let mut queue: Vec<u32> = self.front.clone();
        let mut at = 0;
        while at < queue.len() && self.n_soon < self.weights.n_ahead {
            for &next in self.graph.after(queue[at]) {
                if self.seen[next as usize] == self.round {
                    continue;
                }
                self.seen[next as usize] = self.round;
                queue.push(next);
                if let Some([v, w]) = self.graph.pairs[next as usize] {
                    self.soon[usize::from(v)].push(w);
                    self.soon[usize::from(w)].push(v);
                    self.n_soon += 1;
                }
            }
            at += 1;
        }
    }

    /// The SWAP at the front with the least score.
    fn best_swap(&self, random: &mut Random) -> (u16, u16) {
        let mut best: Vec<(u16, u16)> = Vec::new();
        let mut best_score = i64::MAX;
        for (wire, _) in self.waits.iter().enumerate().filter(|(_, others)| !others.is_empty()) {
            let a = self.layout.qubit[wire];
            for &b in self.target.neighbours(a) {
                let other = self.layout.wire[usize::from(b)];
                // Both ends wait: seen from the lower one.
                if b < a && other != NONE && !self.waits[usize::from(other)].is_empty() {
                    continue;
                }
                let score = self.score_of(a, b);
                if score < best_score {
                    best_score = score;
                    best.clear();
                }
                if score == best_score {
                    best.push((a.min(b), a.max(b)));
                }
            }
        }
        // The order in which blocks came to the front is no reason.
        best.sort_unstable();
        best[random.below(best.len())]
    }

    fn score_of(&self, a: u16, b: u16) -> i64 {
        let front = self.change(&self.waits, a, b);
        let soon = self.change(&self.soon, a, b) * self.weights.ahead / (1000 * self.n_soon.max(1) as i64);
        let decay = self.decay[usize::from(a)].max(self.decay[usize::from(b)]);
        front + soon + self.weights.cx * self.marginal(a, b) + self.weights.decay * decay
    }

    /// How much longer the meetings in `pairs` get by a SWAP.
    fn change(&self, pairs: &[Vec<u16>], a: u16, b: u16) -> i64 {
        let mut change = 0;
        for (from, to) in [(a, b), (b, a)] {
            let wire = self.layout.wire[usize::from(from)];
            if wire == NONE {
                continue;
            }
            let n = self.target.n_qubits;
            let before = &self.scores[usize::from(from) * n..][..n];
            let after = &self.scores[usize::from(to) * n..][..n];
            for &other in &pairs[usize::from(wire)] {
                let place = usize::from(self.layout.qubit[usize::from(other)]);
                if place != usize::from(to) {
                    change += after[place] - before[place];
                }
            }
        }
        i64::from(change)
    }

    /// The CX that a SWAP adds.
    fn marginal(&self, a: u16, b: u16) -> i64 {
        let latest = self.latest[usize::from(a)];
        if latest.name != u32::MAX && latest.name == self.latest[usize::from(b)].name {
            return i64::from(latest.mirror) - i64::from(latest.cx);
        }
        let is_empty = |q: u16| self.layout.wire[usize::from(q)] == NONE;
        if is_empty(a) || is_empty(b) { 2 } else { 3 }
    }

    fn apply(&mut self, a: u16, b: u16, n_swaps: usize) {
        let marginal = self.marginal(a, b);
        self.added += marginal;
        let before = self.latest[usize::from(a)];
        let latest = if before.name != u32::MAX && before.name == self.latest[usize::from(b)].name {
            Latest { cx: before.mirror, mirror: before.cx, ..before }
        } else {
            self.n_latest += 1;
            Latest { name: self.n_latest - 1, cx: marginal as u8, mirror: 0, is_bare: true }
        };
        self.latest[usize::from(a)] = latest;
        self.latest[usize::from(b)] = latest;
        self.layout.swap(a, b);
        if (n_swaps + 1).is_multiple_of(DECAY_RESET) {
            self.decay.fill(0);
        }
        self.decay[usize::from(a)] += 1;
        self.decay[usize::from(b)] += 1;
    }

    /// The way out when nothing has happened for long: the SWAPs that bring the nearest front block together.
    fn shortest_path(&self) -> Vec<(u16, u16)> {
        let pairs = self.front.iter().filter_map(|&block| self.graph.pairs[block as usize]);
        let Some([v, w]) = pairs.min_by_key(|&pair| self.distance(pair)) else { return Vec::new() };
        let (mut at, end) = (self.layout.qubit[usize::from(v)], self.layout.qubit[usize::from(w)]);
        let mut swaps = Vec::new();
        while self.target.distance(at, end) > 1 {
            let Some(&next) =
                self.target.neighbours(at).iter().min_by_key(|&&next| self.target.distance(next, end))
            else {
                break;
            };
            swaps.push((at, next));
            at = next;
        }
        swaps
    }
}

#[cfg(test)]
mod tests;
