//! The state of one routing, and its steps.

use smallvec::SmallVec;

use super::{Costs, Layout, NONE, Regions, Source, Step, Weights};
use crate::graph::{Arrows, Graph};
use crate::random::Random;
use crate::target::Target;

/// SWAPs in a row without a block after which the nearest wires are brought together by the shortest way.
const PATIENCE: usize = 30;

/// SWAPs after which the penalty for reuse is forgotten.
const DECAY_RESET: usize = 5;

/// The latest block on a qubit: its name, its CX now and with one more SWAP.
#[derive(Clone, Copy)]
pub(super) struct Latest {
    pub(super) name: u32,
    cx: u8,
    mirror: u8,
    is_bare: bool,
}

/// A meeting of a wire with another one.
#[derive(Clone, Copy)]
struct Meeting {
    other: u16,
    /// What a step of distance weighs, in units of the router.
    weight: i32,
}

/// The state of one routing.
#[derive(Clone)]
pub struct Router<'a> {
    pub(super) graph: &'a Graph,
    pub(super) arrows: &'a Arrows,
    pub(super) target: &'a Target,
    pub(super) costs: &'a Costs,
    weights: Weights,
    scores: &'a [i32],
    /// Where the wires are.
    pub layout: Layout,
    /// What has happened since the start, or since the fork.
    pub steps: Vec<Step>,
    /// How branches were routed.
    pub regions: Regions,
    /// Blocks on two wires that have happened.
    pub n_done: usize,
    /// SWAPs in a row without a block, and all of them.
    n_stuck: usize,
    n_swaps: usize,
    /// The longest path in CX that ends on each qubit, and on any.
    pub(super) ends: Vec<u32>,
    /// The longest path in CX.
    pub depth: u32,
    /// Blocks that still come before each.
    n_before: Vec<u32>,
    /// Blocks on two wires that wait for their wires to meet.
    pub(super) front: Vec<u32>,
    /// Wires of the front, each once.
    active: Vec<u16>,
    is_active: Vec<bool>,
    /// The meetings of wire `w` are `meetings[starts[w]..starts[w + 1]]`: those of the front and those soon after it.
    starts: Vec<u32>,
    meetings: Vec<Meeting>,
    /// What one step of distance of one front block weighs, in units in which all weights are whole.
    unit: i64,
    /// Penalty of each qubit for recent SWAPs, and the qubits that have one.
    decay: Vec<u16>,
    decayed: Vec<u16>,
    /// For each coupling how much further apart the meetings of the wire on its first qubit get if it goes to the second,
    /// all others staying where they are; kept up to date since the round in which it was computed for the first qubit.
    changes: Vec<i64>,
    computed: Vec<u32>,
    /// The wires of the blocks of the front and of those soon after it.
    pub(super) near: Vec<[u16; 2]>,
    /// The search of blocks ahead: how often it was made, and in which of these rounds a block was seen.
    round: u32,
    seen: Vec<u32>,
    queue: Vec<u32>,
    free: Vec<u32>,
    best: Vec<(u16, u16)>,
    pub(super) latest: Vec<Latest>,
    n_latest: u32,
    /// CX that SWAPs have added.
    pub added: i64,
}

impl<'a> Router<'a> {
    /// Nothing has happened but what needs no SWAP.
    pub fn new(source: Source<'a>, target: &'a Target, costs: &'a Costs, layout: Layout) -> Self {
        let Source { graph, arrows } = source;
        let n_wires = layout.qubit.len();
        let nothing = Latest { name: u32::MAX, cx: 0, mirror: 0, is_bare: false };
        let mut router = Self {
            graph,
            arrows,
            target,
            costs,
            weights: costs.weights,
            scores: &costs.scores,
            layout,
            steps: Vec::with_capacity(2 * graph.pairs.len()),
            regions: Regions::new(),
            n_done: 0,
            n_stuck: 0,
            n_swaps: 0,
            ends: vec![0; target.n_qubits],
            depth: 0,
            n_before: arrows.n_before.clone(),
            front: Vec::new(),
            active: Vec::new(),
            is_active: vec![false; n_wires],
            starts: vec![0; n_wires + 1],
            meetings: Vec::new(),
            unit: 1,
            decay: vec![0; target.n_qubits],
            decayed: Vec::new(),
            changes: vec![0; target.n_couplings()],
            computed: vec![0; target.n_qubits],
            near: Vec::new(),
            round: 0,
            seen: vec![0; graph.pairs.len()],
            queue: Vec::new(),
            free: Vec::new(),
            best: Vec::new(),
            latest: vec![nothing; target.n_qubits],
            n_latest: 0,
            added: 0,
        };
        let free = (0..graph.pairs.len() as u32).filter(|&block| arrows.n_before[block as usize] == 0);
        router.free.extend(free);
        router.release();
        router
    }

    /// The same state with other weights, and no steps.
    pub fn fork(&mut self, costs: &'a Costs) -> Self {
        let steps = std::mem::take(&mut self.steps);
        let mut fork = self.clone();
        self.steps = steps;
        fork.costs = costs;
        fork.weights = costs.weights;
        fork.scores = &costs.scores;
        fork.look_ahead();
        fork
    }

    /// Whether everything has happened.
    pub fn is_done(&self) -> bool {
        self.front.is_empty()
    }

    /// Goes on until `until` blocks on two wires have happened, or all; whether SWAPs add no more than `limit` CX.
    pub fn advance(&mut self, until: usize, random: &mut Random, limit: i64) -> bool {
        while !self.is_done() && self.n_done < until {
            if self.n_stuck < PATIENCE {
                let (a, b) = self.best_swap(random);
                self.apply(a, b);
                if !self.has_met(a) && !self.has_met(b) && self.added <= limit {
                    continue;
                }
            } else {
                self.shortest_path().into_iter().for_each(|(a, b)| self.apply(a, b));
            }
            if self.added > limit {
                return false;
            }
            if self.execute() {
                self.n_stuck = 0;
            }
        }
        true
    }

    /// What the routing has cost up to now and is about to, a CX being 1000: CX that were added, `depth` for each CX of the
    /// longest path, and the way that the wires of the front and soon after it have to go.
    pub fn burden(&self, depth: i64) -> i64 {
        let n_front = self.front.len();
        let way = |(i, pair): (usize, &[u16; 2])| {
            let weight = if i < n_front { 1500 } else { 500 };
            weight * (i64::from(self.distance(*pair)) - 1)
        };
        let ahead: i64 = self.near.iter().enumerate().map(way).sum();
        1000 * self.added + depth * i64::from(self.depth) + ahead
    }

    fn distance(&self, [a, b]: [u16; 2]) -> u16 {
        self.target.distance(self.layout.qubit[usize::from(a)], self.layout.qubit[usize::from(b)])
    }

    fn is_apart(&self, block: u32) -> bool {
        self.graph.pairs[block as usize].is_some_and(|pair| self.distance(pair) > 1)
    }

    /// Whether the wire on a qubit is next to another one that it meets soon.
    fn has_met(&self, qubit: u16) -> bool {
        let wire = self.layout.wire[usize::from(qubit)];
        let is_next = |meeting: &Meeting| {
            self.target.distance(qubit, self.layout.qubit[usize::from(meeting.other)]) == 1
        };
        wire != NONE && self.meetings_of(wire).iter().any(is_next)
    }

    /// Lets blocks happen that wait for nothing, and those that become free by that.
    fn release(&mut self) {
        let mut free = std::mem::take(&mut self.free);
        // Earliest first.
        free.sort_unstable_by(|a, b| b.cmp(a));
        let mut is_moved = false;
        while let Some(block) = free.pop() {
            if self.is_apart(block) {
                self.front.push(block);
                continue;
            }
            self.steps.push(Step::Block(block));
            self.note(block);
            is_moved |= self.pass_region(block);
            for &next in self.arrows.after(block) {
                self.n_before[next as usize] -= 1;
                if self.n_before[next as usize] == 0 {
                    free.push(next);
                }
            }
        }
        self.free = free;
        self.look_ahead();
        if is_moved {
            self.execute();
        }
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
            self.n_done += 1;
            self.lengthen(a, b, i64::from(cx));
        } else if graph.is_wall[block as usize] {
            for &wire in &graph.wires[block as usize] {
                self.latest[usize::from(self.layout.qubit[usize::from(wire)])].name = u32::MAX;
            }
        }
    }

    /// Lets happen what has become possible at the front; whether that was anything.
    fn execute(&mut self) -> bool {
        if self.front.iter().all(|&block| self.is_apart(block)) {
            return false;
        }
        let mut front = std::mem::take(&mut self.front);
        let mut free = std::mem::take(&mut self.free);
        free.extend(front.extract_if(.., |block| !self.is_apart(*block)));
        (self.front, self.free) = (front, free);
        self.forget_decay();
        self.release();
        true
    }

    fn forget_decay(&mut self) {
        for qubit in self.decayed.drain(..) {
            self.decay[usize::from(qubit)] = 0;
        }
    }

    /// Collects the meetings of the front and after it, nearest first.
    fn look_ahead(&mut self) {
        self.near.clear();
        for wire in self.active.drain(..) {
            self.is_active[usize::from(wire)] = false;
        }
        for &block in &self.front {
            let Some(pair) = self.graph.pairs[block as usize] else { continue };
            self.near.push(pair);
            for wire in pair {
                if !std::mem::replace(&mut self.is_active[usize::from(wire)], true) {
                    self.active.push(wire);
                }
            }
        }
        let n_front = self.near.len();
        self.round += 1;
        self.queue.clear();
        self.queue.extend_from_slice(&self.front);
        let mut at = 0;
        while at < self.queue.len() && self.near.len() < n_front + self.weights.n_ahead {
            for &next in self.arrows.after(self.queue[at]) {
                if std::mem::replace(&mut self.seen[next as usize], self.round) != self.round {
                    self.queue.push(next);
                    match self.graph.pairs[next as usize] {
                        Some(pair) => self.near.push(pair),
                        None => self.look_into(next),
                    }
                }
            }
            at += 1;
        }
        // In units of a thousandth of what one of the blocks ahead weighs by itself.
        let n_soon = self.near.len() - n_front;
        self.unit = 1000 * n_soon.max(1) as i64;
        self.index_meetings(n_front);
    }

    /// Sorts what is near by wires.
    fn index_meetings(&mut self, n_front: usize) {
        self.starts.fill(0);
        for [v, w] in &self.near {
            self.starts[usize::from(*v)] += 1;
            self.starts[usize::from(*w)] += 1;
        }
        let mut end = 0;
        for start in &mut self.starts {
            end += *start;
            *start = end;
        }
        self.meetings.resize(end as usize, Meeting { other: 0, weight: 0 });
        for (i, &[v, w]) in self.near.iter().enumerate() {
            let weight = if i < n_front { self.unit as i32 } else { self.weights.ahead as i32 };
            for (wire, other) in [(v, w), (w, v)] {
                let start = &mut self.starts[usize::from(wire)];
                *start -= 1;
                self.meetings[*start as usize] = Meeting { other, weight };
            }
        }
    }

    fn meetings_of(&self, wire: u16) -> &[Meeting] {
        let [start, end] = [0, 1].map(|i| self.starts[usize::from(wire) + i] as usize);
        &self.meetings[start..end]
    }

    /// The SWAP at the front with the least score.
    fn best_swap(&mut self, random: &mut Random) -> (u16, u16) {
        let mut best = std::mem::take(&mut self.best);
        best.clear();
        let mut best_score = i64::MAX;
        let target = self.target;
        for i in 0..self.active.len() {
            let a = self.layout.qubit[usize::from(self.active[i])];
            self.compute_changes(a);
            let first = target.first_coupling(a);
            for (i, &b) in target.neighbours(a).iter().enumerate() {
                let other = self.layout.wire[usize::from(b)];
                // Both ends wait: seen from the lower one.
                if b < a && other != NONE && self.is_active[usize::from(other)] {
                    continue;
                }
                self.compute_changes(b);
                let changes = self.changes[first + i] + self.changes[target.reverse(first + i)];
                let score = changes + self.own_score(a, b);
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
        let chosen = best[random.below(best.len())];
        self.best = best;
        chosen
    }

    /// What a SWAP costs by itself.
    fn own_score(&self, a: u16, b: u16) -> i64 {
        let decay = i64::from(self.decay[usize::from(a)].max(self.decay[usize::from(b)]));
        (self.weights.cx * self.marginal(a, b) + self.weights.decay * decay) * self.unit
    }

    /// Fills in `changes` from a qubit. Two wires that change places stay as far apart as they are: neighbours are as good
    /// as in one place.
    fn compute_changes(&mut self, from: u16) {
        if std::mem::replace(&mut self.computed[usize::from(from)], self.round) == self.round {
            return;
        }
        let (n, neighbours) = (self.target.n_qubits, self.target.neighbours(from));
        let first = self.target.first_coupling(from);
        let changes = &mut self.changes[first..first + neighbours.len()];
        changes.fill(0);
        let wire = self.layout.wire[usize::from(from)];
        if wire == NONE {
            return;
        }
        let [start, end] = [0, 1].map(|i| self.starts[usize::from(wire) + i] as usize);
        for meeting in &self.meetings[start..end] {
            let place = usize::from(self.layout.qubit[usize::from(meeting.other)]);
            let scores = &self.scores[place * n..][..n];
            let before = scores[usize::from(from)];
            for (change, &to) in changes.iter_mut().zip(neighbours) {
                *change += i64::from(meeting.weight) * i64::from(scores[usize::from(to)] - before);
            }
        }
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

    fn apply(&mut self, a: u16, b: u16) {
        self.steps.push(Step::Swap(a, b));
        self.n_swaps += 1;
        self.n_stuck += 1;
        let marginal = self.marginal(a, b);
        self.added += marginal;
        self.lengthen(a.into(), b.into(), marginal.max(0));
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
        self.update_changes(a, b);
        self.update_changes(b, a);
        if self.n_swaps.is_multiple_of(DECAY_RESET) {
            self.forget_decay();
        }
        for qubit in [a, b] {
            self.decay[usize::from(qubit)] += 1;
            self.decayed.push(qubit);
        }
    }

    /// The changes of a wire that has moved are others now, and for those that it meets it is in another place.
    fn update_changes(&mut self, from: u16, to: u16) {
        self.computed[usize::from(to)] = 0;
        let wire = self.layout.wire[usize::from(to)];
        if wire == NONE {
            return;
        }
        let n = self.target.n_qubits;
        let [before, after] = [from, to].map(|place| &self.scores[usize::from(place) * n..][..n]);
        let [start, end] = [0, 1].map(|i| self.starts[usize::from(wire) + i] as usize);
        for meeting in &self.meetings[start..end] {
            let qubit = self.layout.qubit[usize::from(meeting.other)];
            if self.computed[usize::from(qubit)] != self.round {
                continue;
            }
            let further = |at: u16| after[usize::from(at)] - before[usize::from(at)];
            let here = further(qubit);
            let neighbours = self.target.neighbours(qubit);
            let changes = &mut self.changes[self.target.first_coupling(qubit)..][..neighbours.len()];
            for (change, &next) in changes.iter_mut().zip(neighbours) {
                *change += i64::from(meeting.weight) * i64::from(further(next) - here);
            }
        }
    }

    /// Notes that the paths on two qubits go on together.
    fn lengthen(&mut self, a: usize, b: usize, n_cx: i64) {
        let end = self.ends[a].max(self.ends[b]) + n_cx as u32;
        self.ends[a] = end;
        self.ends[b] = end;
        self.depth = self.depth.max(end);
    }

    /// The way out when nothing has happened for long: the SWAPs that bring the nearest front block together.
    fn shortest_path(&self) -> SmallVec<[(u16, u16); 1]> {
        let mut swaps = SmallVec::new();
        let pairs = self.front.iter().filter_map(|&block| self.graph.pairs[block as usize]);
        let Some([v, w]) = pairs.min_by_key(|&pair| self.distance(pair)) else { return swaps };
        let (mut at, end) = (self.layout.qubit[usize::from(v)], self.layout.qubit[usize::from(w)]);
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
