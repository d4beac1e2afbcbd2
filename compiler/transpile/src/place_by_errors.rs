//! Moves a routed circuit to qubits on which less goes wrong.
//!
//! What the circuit does stays as it is, gate by gate; only which qubits carry it changes. Its interaction graph is looked
//! for elsewhere in the coupling map, by subgraph search in the manner of VF2 (Cordella et al., IEEE TPAMI 26, 1367 (2004);
//! for errors: Nation and Treinish, PRX Quantum 4, 010327 (2023)). A placement costs the negative logarithm of its
//! fidelity: that of each gate on its qubits, of each measurement, and of waiting. Part of a placement that costs as
//! much as the best whole one, with the least that the rest can cost, is given up. The search is cut off after so many
//! steps, the same number from each qubit that it starts from, and ties go by the numbers of the qubits.
//!
//! Expects: a circuit on coupled qubits, with the same circuit in native gates. Leaves: it on coupled qubits, its layouts
//! and outputs with it; where the errors of the device are not known, everything as it was. Directions of gates are not
//! looked at: native gates are written after it. Keeps: the unitary from `layout` to `final_layout`.

use std::collections::{BTreeMap, BTreeSet};

use qml_devices::Device;
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, Circuit, Op, OpKind, Wire};
use qml_source::Span;
use smallvec::SmallVec;

use crate::stats::facts;
use crate::target::Target;
use crate::waiting::{loss, waiting};

/// The cost of what is not possible, or whose error is not known.
const NEVER: u64 = u64::MAX;
/// Costs are whole numbers of this share of a natural logarithm, so that sums have no rounding.
const UNIT: f64 = 1e-9;

/// Steps of the search at each level.
pub fn budget(level: u8) -> usize {
    match level {
        0 => 0,
        1 => 20_000,
        2 => 60_000,
        _ => 600_000,
    }
}

/// Moves the circuit; whether there was a better place. `native` is the same circuit in the gates of the device.
pub fn place_by_errors(
    circuit: &mut Circuit,
    native: &Circuit,
    device: &Device,
    target: &Target,
    budget: usize,
) -> bool {
    let costs = Costs::new(native, device, target);
    let Some(place) = search(&costs, target, budget) else { return false };
    let to = fill(&costs.wires, &place, circuit, target);
    circuit.ops.iter_mut().for_each(|op| op.map_wires(&mut |wire| to[wire.0 as usize]));
    let Circuit { output, layout, final_layout, .. } = circuit;
    output.iter_mut().chain(layout).chain(final_layout).for_each(|wire| *wire = to[wire.0 as usize]);
    true
}

/// What the operations of a circuit cost on each place of a device. Wires are numbered by their place in `wires`.
struct Costs {
    n_qubits: usize,
    /// The wires that something happens on, or that are returned.
    wires: Vec<u16>,
    /// What happens on wire `w` alone costs `alone[w * n_qubits + q]` on qubit `q`.
    alone: Vec<u64>,
    /// For each wire its partners, with how often it meets them in each gate of `pairs`.
    links: Vec<Vec<Link>>,
    /// One gate of each kind on qubits `a` and `b`, the dearer of both orders, at `a * n_qubits + b`.
    pairs: Vec<Vec<u64>>,
}

struct Link {
    other: usize,
    /// Kinds of gates, and their numbers.
    gates: SmallVec<[(usize, u64); 1]>,
}

impl Costs {
    fn new(circuit: &Circuit, device: &Device, target: &Target) -> Self {
        let mut happens = Happens::default();
        circuit.visit(|op| happens.note(op));
        for &wire in &circuit.output {
            // Returned qubits are measured at the end, if they are not yet.
            happens.alone.entry((wire.0 as u16, Alone::Measure)).or_insert(1);
        }
        let wires: Vec<u16> = happens.wires().into_iter().collect();
        let index = |wire: u16| wires.binary_search(&wire).unwrap_or_default();
        let n_qubits = device.n_qubits;
        let mut alone = vec![0_u64; wires.len() * n_qubits];
        for (&(wire, kind), &n) in &happens.alone {
            for qubit in 0..n_qubits {
                let cost = &mut alone[index(wire) * n_qubits + qubit];
                *cost = cost.saturating_add(times(kind.cost(qubit as u32, device), n));
            }
        }
        for (wire, seconds) in waiting(circuit, device).unwrap_or_default() {
            let Ok(index) = wires.binary_search(&(wire.0 as u16)) else { continue };
            for qubit in 0..n_qubits {
                let loss = loss(seconds, &device.qubits[qubit]).unwrap_or(0.0);
                let cost = &mut alone[index * n_qubits + qubit];
                *cost = cost.saturating_add((loss / UNIT).round() as u64);
            }
        }
        let gates: BTreeSet<Gate> = happens.pairs.keys().map(|key| key.1).collect();
        let gates: Vec<Gate> = gates.into_iter().collect();
        let mut links: Vec<Vec<Link>> = wires.iter().map(|_| Vec::new()).collect();
        for (&([a, b], gate), &n) in &happens.pairs {
            let kind = gates.binary_search(&gate).unwrap_or_default();
            for (own, other) in [(index(a), index(b)), (index(b), index(a))] {
                match links[own].iter_mut().find(|link| link.other == other) {
                    Some(link) => link.gates.push((kind, n)),
                    None => links[own].push(Link { other, gates: SmallVec::from_slice(&[(kind, n)]) }),
                }
            }
        }
        let pairs = gates.into_iter().map(|gate| pair_costs(gate, device, target)).collect();
        Self { n_qubits, wires, alone, links, pairs }
    }

    /// What a wire costs on a qubit alone.
    fn alone(&self, wire: usize, qubit: u16) -> u64 {
        self.alone[wire * self.n_qubits + usize::from(qubit)]
    }

    /// What the gates of a link cost on two qubits.
    fn between(&self, link: &Link, a: u16, b: u16) -> u64 {
        let at = usize::from(a) * self.n_qubits + usize::from(b);
        link.gates.iter().fold(0, |sum, &(kind, n)| sum.saturating_add(times(self.pairs[kind][at], n)))
    }

    /// What a whole placement costs; a link counts from its higher wire.
    fn of(&self, place: &[u16]) -> u64 {
        let links = |wire: usize| self.links[wire].iter().filter(move |link| link.other < wire);
        let own = |wire: usize| -> u64 {
            let pairs = links(wire).map(|link| self.between(link, place[wire], place[link.other]));
            pairs.fold(self.alone(wire, place[wire]), u64::saturating_add)
        };
        (0..place.len()).map(own).fold(0, u64::saturating_add)
    }
}

/// What happens on one wire.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Alone {
    Gate(Gate),
    Measure,
    Reset,
}

impl Alone {
    fn cost(self, qubit: u32, device: &Device) -> u64 {
        let wire = Wire(qubit);
        let op = match self {
            Self::Gate(gate) => gate_op(gate, &[wire]),
            Self::Measure => Op::measure(wire, Bit(0), Span::default()),
            Self::Reset => Op { kind: OpKind::Reset { wire }, span: Span::default() },
        };
        cost(&op, device)
    }
}

/// How often what happens where.
#[derive(Default)]
struct Happens {
    alone: BTreeMap<(u16, Alone), u64>,
    pairs: BTreeMap<([u16; 2], Gate), u64>,
}

impl Happens {
    fn note(&mut self, op: &Op) {
        match (&op.kind, op.wires().as_slice()) {
            (OpKind::Gate { gate, .. }, &[wire]) => self.count_alone(wire, Alone::Gate(*gate)),
            (OpKind::Gate { gate, .. }, &[a, b]) => {
                let pair = [a.min(b).0 as u16, a.max(b).0 as u16];
                *self.pairs.entry((pair, *gate)).or_default() += 1;
            }
            (OpKind::Measure { wire, .. }, _) => self.count_alone(*wire, Alone::Measure),
            (OpKind::Reset { wire }, _) => self.count_alone(*wire, Alone::Reset),
            _ => {}
        }
    }

    fn count_alone(&mut self, wire: Wire, what: Alone) {
        *self.alone.entry((wire.0 as u16, what)).or_default() += 1;
    }

    fn wires(&self) -> BTreeSet<u16> {
        let alone = self.alone.keys().map(|key| key.0);
        alone.chain(self.pairs.keys().flat_map(|key| key.0)).collect()
    }
}

fn gate_op(gate: Gate, wires: &[Wire]) -> Op {
    let angles = vec![Angle::default(); gate.def().params.len()];
    Op::gate(gate, &angles, wires, Span::default())
}

fn cost(op: &Op, device: &Device) -> u64 {
    match facts(op, device) {
        None => 0,
        // What never works is dear: a circuit that uses it has to move.
        Some((Some(error), _)) => (-(1.0 - error).max(1e-9).ln() / UNIT).round() as u64,
        Some((None, _)) => NEVER,
    }
}

fn times(cost: u64, n: u64) -> u64 {
    if cost == NEVER { NEVER } else { cost.saturating_mul(n) }
}

fn pair_costs(gate: Gate, device: &Device, target: &Target) -> Vec<u64> {
    let n = device.n_qubits;
    let mut costs = vec![NEVER; n * n];
    for a in 0..n as u16 {
        for &b in target.neighbours(a) {
            costs[usize::from(a) * n + usize::from(b)] =
                cost(&gate_op(gate, &[Wire(a.into()), Wire(b.into())]), device);
        }
    }
    costs
}

/// The cheapest place of the wires that is found, if it is better than where they are.
fn search(costs: &Costs, target: &Target, budget: usize) -> Option<Vec<u16>> {
    let now = costs.of(&costs.wires);
    if now == NEVER || costs.wires.is_empty() {
        return None;
    }
    let order = search_order(costs);
    let mut search = Search {
        costs,
        target,
        rest: least_of_rest(costs, &order, target),
        place: vec![u16::MAX; costs.wires.len()],
        is_used: vec![false; target.n_qubits],
        steps: 0,
        best: (now, None),
        order: &order,
    };
    let mut roots = target.usable.clone();
    roots.sort_by_key(|&root| (costs.alone(order[0], root), root));
    for &root in &roots {
        search.steps = budget / roots.len();
        search.put(0, root, costs.alone(order[0], root));
    }
    search.best.1
}

/// Wires so that each one has, where possible, partners before it, the more the better; wires that meet no other last.
fn search_order(costs: &Costs) -> Vec<usize> {
    let n = costs.wires.len();
    let mut n_before = vec![0_usize; n];
    let mut is_in = vec![false; n];
    let mut order = Vec::with_capacity(n);
    while let Some(next) = (0..n)
        .filter(|&wire| !is_in[wire])
        .max_by_key(|&wire| (n_before[wire], costs.links[wire].len(), std::cmp::Reverse(wire)))
    {
        is_in[next] = true;
        costs.links[next].iter().for_each(|link| n_before[link.other] += 1);
        order.push(next);
    }
    order
}

/// For each place in the order, the least that it and all after it can cost.
fn least_of_rest(costs: &Costs, order: &[usize], target: &Target) -> Vec<u64> {
    let least_pairs: Vec<u64> =
        costs.pairs.iter().map(|pairs| pairs.iter().copied().min().unwrap_or(0)).collect();
    let mut place_of = vec![0; order.len()];
    order.iter().enumerate().for_each(|(i, &wire)| place_of[wire] = i);
    let mut rest = vec![0_u64; order.len() + 1];
    for (i, &wire) in order.iter().enumerate().rev() {
        let alone = target.usable.iter().map(|&qubit| costs.alone(wire, qubit)).min().unwrap_or(0);
        let before = costs.links[wire].iter().filter(|link| place_of[link.other] < i);
        let gates = before.flat_map(|link| &link.gates);
        let pairs = gates.fold(0_u64, |sum, &(kind, n)| sum.saturating_add(times(least_pairs[kind], n)));
        rest[i] = rest[i + 1].saturating_add(alone).saturating_add(pairs);
    }
    rest
}

struct Search<'a> {
    costs: &'a Costs,
    target: &'a Target,
    order: &'a [usize],
    rest: Vec<u64>,
    place: Vec<u16>,
    is_used: Vec<bool>,
    steps: usize,
    /// The least cost, and what has it; none is where the circuit is.
    best: (u64, Option<Vec<u16>>),
}

impl Search<'_> {
    /// Puts the wire at a place of the order on a qubit, and all further ones where they are cheapest; `cost` is that of
    /// all up to it.
    fn put(&mut self, depth: usize, qubit: u16, cost: u64) {
        if cost.saturating_add(self.rest[depth + 1]) >= self.best.0 {
            return;
        }
        let wire = self.order[depth];
        self.place[wire] = qubit;
        self.is_used[usize::from(qubit)] = true;
        if depth + 1 == self.order.len() {
            self.best = (cost, Some(self.place.clone()));
        } else {
            for (own, next) in self.candidates(depth + 1) {
                if self.steps == 0 {
                    break;
                }
                self.put(depth + 1, next, cost.saturating_add(own));
            }
        }
        self.place[wire] = u16::MAX;
        self.is_used[usize::from(qubit)] = false;
    }

    /// The qubits that the wire at a place of the order can be on, cheapest first.
    fn candidates(&mut self, depth: usize) -> SmallVec<[(u64, u16); 8]> {
        let Self { costs, target, .. } = *self;
        let wire = self.order[depth];
        let links = &costs.links[wire];
        let anchor = links.iter().map(|link| self.place[link.other]).find(|&qubit| qubit != u16::MAX);
        let qubits = anchor.map_or(&target.usable[..], |qubit| target.neighbours(qubit));
        self.steps = self.steps.saturating_sub(qubits.len());
        let cost_on = |qubit: u16| {
            let placed = links.iter().filter(|link| self.place[link.other] != u16::MAX);
            let pairs = placed.map(|link| costs.between(link, qubit, self.place[link.other]));
            pairs.fold(costs.alone(wire, qubit), u64::saturating_add)
        };
        let free = qubits.iter().copied().filter(|&qubit| !self.is_used[usize::from(qubit)]);
        let mut found: SmallVec<[(u64, u16); 8]> =
            free.map(|qubit| (cost_on(qubit), qubit)).filter(|found| found.0 != NEVER).collect();
        found.sort_unstable();
        if links.is_empty() {
            // A wire that meets no other takes the best qubit that is left.
            found.truncate(1);
        }
        found
    }
}

/// Where each qubit of the device goes: `wires` to `place`, wires of the source on which nothing happens to usable
/// qubits, and all others anywhere, each staying where it is if it can.
fn fill(wires: &[u16], place: &[u16], circuit: &Circuit, target: &Target) -> Vec<Wire> {
    let n_qubits = target.n_qubits;
    let mut to = vec![u16::MAX; n_qubits];
    wires.iter().zip(place).for_each(|(&wire, &qubit)| to[usize::from(wire)] = qubit);
    let idle: Vec<u16> = circuit.layout.iter().map(|wire| wire.0 as u16).collect();
    let all: Vec<u16> = (0..n_qubits as u16).collect();
    for (froms, qubits) in [(&idle, &target.usable), (&all, &all)] {
        for &from in froms {
            if to[usize::from(from)] != u16::MAX {
                continue;
            }
            let free = |qubit: u16| !to.contains(&qubit);
            let own = Some(from).filter(|&from| free(from) && qubits.contains(&from));
            let qubit = own.or_else(|| qubits.iter().copied().find(|&qubit| free(qubit)));
            to[usize::from(from)] = qubit.unwrap_or_else(|| qml_source::bug!("no qubit is left"));
        }
    }
    to.into_iter().map(|qubit| Wire(qubit.into())).collect()
}

#[cfg(test)]
mod tests;
