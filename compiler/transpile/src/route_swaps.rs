//! Inserts SWAPs so that every two-wire gate acts on coupled qubits: SABRE (Li, Ding and Xie, ASPLOS 2019) with the
//! constant weights of `LightSABRE` (arXiv:2409.08368).
//!
//! Scores are integers and ties go by the trial's own random numbers, so that the result depends on the seed alone.

use qml_gates::Gate;
use qml_ir::circuit::{Op, OpKind, Wire};
use qml_source::Span;

use crate::graph::Graph;
use crate::random::Random;
use crate::target::Target;

/// Gates after the front that a SWAP is judged by.
const LOOKAHEAD: usize = 20;
/// SWAPs after which the penalty for reuse is forgotten.
const DECAY_RESET: usize = 5;
/// Weight of a front gate, of all gates after the front together, and the unit of the penalty for reuse.
const FRONT: i64 = 2 * LOOKAHEAD as i64;
const DECAY_UNIT: i64 = 1000;

/// No wire.
const NONE: u16 = u16::MAX;

/// Where the wires are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Layout {
    /// The qubit of each wire.
    pub qubit: Vec<u16>,
    /// The wire on each qubit, `u16::MAX` if there is none.
    wire: Vec<u16>,
}

/// One step of a routed circuit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The operation of this index happens where its wires are.
    Op(u32),
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

    fn swap(&mut self, a: u16, b: u16) {
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

/// Routes a graph from a layout, which is left as it is at the end; calls `emit` with every step and returns how many
/// SWAPs there are.
pub fn route(
    graph: &Graph,
    target: &Target,
    layout: &mut Layout,
    random: &mut Random,
    mut emit: impl FnMut(Step),
) -> usize {
    let mut router = Router::new(graph, target, layout);
    router.release(
        (0..graph.pairs.len() as u32).filter(|&op| graph.n_before[op as usize] == 0).collect(),
        &mut emit,
    );
    let mut n_swaps = 0;
    let mut n_stuck = 0;
    let patience = 10 * target.n_qubits.min(100);
    while !router.front.is_empty() {
        let swaps = if n_stuck < patience { vec![router.best_swap(random)] } else { router.shortest_path() };
        for (a, b) in swaps {
            emit(Step::Swap(a, b));
            router.apply(a, b, n_swaps);
            n_swaps += 1;
            n_stuck += 1;
        }
        if router.execute(&mut emit) {
            n_stuck = 0;
        }
    }
    n_swaps
}

/// The state of one routing.
struct Router<'a> {
    graph: &'a Graph,
    target: &'a Target,
    layout: &'a mut Layout,
    /// Operations that still come before each.
    n_before: Vec<u32>,
    /// Two-wire gates that wait for their wires to meet.
    front: Vec<u32>,
    /// Gates soon after the front.
    ahead: Vec<[u16; 2]>,
    /// Penalty of each qubit for recent SWAPs.
    decay: Vec<i64>,
    /// For the search of gates ahead: the round in which an operation was seen.
    seen: Vec<u32>,
    round: u32,
}

impl<'a> Router<'a> {
    fn new(graph: &'a Graph, target: &'a Target, layout: &'a mut Layout) -> Self {
        Self {
            graph,
            target,
            layout,
            n_before: graph.n_before.clone(),
            front: Vec::new(),
            ahead: Vec::new(),
            decay: vec![0; target.n_qubits],
            seen: vec![0; graph.pairs.len()],
            round: 0,
        }
    }

    fn distance(&self, [a, b]: [u16; 2]) -> i64 {
        i64::from(self.target.distance(self.layout.qubit[usize::from(a)], self.layout.qubit[usize::from(b)]))
    }

    /// Lets operations happen that wait for nothing, and those that become free by that.
    fn release(&mut self, mut free: Vec<u32>, emit: &mut impl FnMut(Step)) {
        // Earliest first.
        free.sort_unstable_by(|a, b| b.cmp(a));
        while let Some(op) = free.pop() {
            if self.graph.pairs[op as usize].is_some_and(|pair| self.distance(pair) > 1) {
                self.front.push(op);
                continue;
            }
            emit(Step::Op(op));
            for &next in self.graph.after(op) {
                self.n_before[next as usize] -= 1;
                if self.n_before[next as usize] == 0 {
                    free.push(next);
                }
            }
        }
        self.look_ahead();
    }

    /// Executes what has become possible at the front; whether that was anything.
    fn execute(&mut self, emit: &mut impl FnMut(Step)) -> bool {
        let front = std::mem::take(&mut self.front);
        let is_near = |op: &u32| self.graph.pairs[*op as usize].is_none_or(|pair| self.distance(pair) <= 1);
        let (near, far): (Vec<u32>, Vec<u32>) = front.into_iter().partition(is_near);
        self.front = far;
        if near.is_empty() {
            return false;
        }
        self.decay.fill(0);
        self.release(near, emit);
        true
    }

    /// Collects the gates after the front, nearest first.
    fn look_ahead(&mut self) {
        self.ahead.clear();
        self.round += 1;
        let mut queue: Vec<u32> = self.front.clone();
        let mut at = 0;
        while at < queue.len() && self.ahead.len() < LOOKAHEAD {
            for &next in self.graph.after(queue[at]) {
                if self.seen[next as usize] == self.round {
                    continue;
                }
                self.seen[next as usize] = self.round;
                queue.push(next);
                self.ahead.extend(self.graph.pairs[next as usize]);
            }
            at += 1;
        }
    }

    /// The SWAP at the front with the least score.
    fn best_swap(&self, random: &mut Random) -> (u16, u16) {
        let front: Vec<[u16; 2]> =
            self.front.iter().filter_map(|&op| self.graph.pairs[op as usize]).collect();
        let ahead_weight = (FRONT / 2) / (self.ahead.len().max(1) as i64);
        let total = |pairs: &[[u16; 2]]| pairs.iter().map(|&pair| self.distance(pair)).sum::<i64>();
        let base = FRONT * total(&front) + ahead_weight * total(&self.ahead);
        let mut best: Vec<(u16, u16)> = Vec::new();
        let mut best_score = i64::MAX;
        for &wire in front.iter().flatten() {
            let a = self.layout.qubit[usize::from(wire)];
            for &b in self.target.neighbours(a) {
                let change =
                    FRONT * self.change(&front, a, b) + ahead_weight * self.change(&self.ahead, a, b);
                let decay = self.decay[usize::from(a)].max(self.decay[usize::from(b)]);
                let score = (base + change) * (DECAY_UNIT + decay);
                if score < best_score {
                    best_score = score;
                    best.clear();
                }
                let swap = (a.min(b), a.max(b));
                if score == best_score && !best.contains(&swap) {
                    best.push(swap);
                }
            }
        }
        // The order in which gates came to the front is no reason.
        best.sort_unstable();
        best[random.below(best.len())]
    }

    /// How much longer all pairs get by a SWAP.
    fn change(&self, pairs: &[[u16; 2]], a: u16, b: u16) -> i64 {
        let moved = |q: u16| match q {
            _ if q == a => b,
            _ if q == b => a,
            _ => q,
        };
        let mut change = 0;
        for pair in pairs {
            let [p, q] = pair.map(|wire| self.layout.qubit[usize::from(wire)]);
            if p == a || p == b || q == a || q == b {
                change += i64::from(self.target.distance(moved(p), moved(q)));
                change -= i64::from(self.target.distance(p, q));
            }
        }
        change
    }

    fn apply(&mut self, a: u16, b: u16, n_swaps: usize) {
        self.layout.swap(a, b);
        if (n_swaps + 1).is_multiple_of(DECAY_RESET) {
            self.decay.fill(0);
        }
        self.decay[usize::from(a)] += 1;
        self.decay[usize::from(b)] += 1;
    }

    /// The way out when nothing has happened for long: the SWAPs that bring the nearest front gate together.
    fn shortest_path(&self) -> Vec<(u16, u16)> {
        let pairs = self.front.iter().filter_map(|&op| self.graph.pairs[op as usize]);
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

/// The operations of a routed circuit on the qubits of the device.
pub fn write_steps(
    ops: &[Op],
    steps: &[Step],
    target: &Target,
    layout: &mut Layout,
    n_bits: usize,
    seed: u64,
) -> Vec<Op> {
    let mut out = Vec::with_capacity(steps.len());
    let mut span = Span::default();
    for step in steps {
        match *step {
            Step::Swap(a, b) => {
                layout.swap(a, b);
                out.push(swap_op(a, b, span));
            }
            Step::Op(i) => {
                let op = &ops[i as usize];
                span = op.span;
                out.push(place(op, target, layout, n_bits, seed));
            }
        }
    }
    out
}

fn swap_op(a: u16, b: u16, span: Span) -> Op {
    Op::gate(Gate::Swap, &[], &[Wire(a.into()), Wire(b.into())], span)
}

/// An operation where its wires are; a branch is routed inside and leaves the layout as it found it.
fn place(op: &Op, target: &Target, layout: &Layout, n_bits: usize, seed: u64) -> Op {
    if let OpKind::If { condition, then, otherwise } = &op.kind {
        let [then, otherwise] = [then, otherwise].map(|ops| route_region(ops, target, layout, n_bits, seed));
        return Op { kind: OpKind::If { condition: condition.clone(), then, otherwise }, span: op.span };
    }
    let mut op = op.clone();
    op.map_wires(&mut |wire| Wire(layout.qubit[wire.0 as usize].into()));
    op
}

fn route_region(ops: &[Op], target: &Target, layout: &Layout, n_bits: usize, seed: u64) -> Vec<Op> {
    let graph = Graph::new(ops, layout.qubit.len(), n_bits);
    let mut steps = Vec::new();
    route(&graph, target, &mut layout.clone(), &mut Random::new(seed, 0), |step| steps.push(step));
    let mut out = write_steps(ops, &steps, target, &mut layout.clone(), n_bits, seed);
    let swaps = steps.iter().rev().filter_map(|step| match *step {
        Step::Swap(a, b) => Some(swap_op(a, b, Span::default())),
        Step::Op(_) => None,
    });
    out.extend(swaps);
    out
}

#[cfg(test)]
mod tests;
