//! The state of one routing, and its steps.

mod judge_swaps;

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
    /// The qubits of blocks that have happened since what is ahead was looked for.
    fresh: Vec<(u16, u16)>,
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
            fresh: Vec::new(),
            added: 0,
        };
        let free = (0..graph.pairs.len() as u32).filter(|&block| arrows.n_before[block as usize] == 0);
        router.free.extend(free);
        router.release();
        router
    }

    /// Takes over the state of another routing of the same blocks, with other weights, in the memory that it has.
    pub fn fork_from(&mut self, other: &Self, costs: &'a Costs) {
        (self.costs, self.weights, self.scores) = (costs, costs.weights, &costs.scores);
        self.layout.qubit.clone_from(&other.layout.qubit);
        self.layout.wire.clone_from(&other.layout.wire);
        self.steps.clone_from(&other.steps);
        self.regions.clone_from(&other.regions);
        self.ends.clone_from(&other.ends);
        self.n_before.clone_from(&other.n_before);
        self.front.clone_from(&other.front);
        self.decay.clone_from(&other.decay);
        self.decayed.clone_from(&other.decayed);
        self.latest.clone_from(&other.latest);
        (self.n_done, self.n_stuck, self.n_swaps) = (other.n_done, other.n_stuck, other.n_swaps);
        (self.depth, self.n_latest, self.added) = (other.depth, other.n_latest, other.added);
        // What is ahead, and all that is computed from it, is looked for anew.
        self.look_ahead();
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
        is_moved |= self.accept_mirrors();
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
            self.fresh.push((a as u16, b as u16));
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
