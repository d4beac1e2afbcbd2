//! What the operations of a circuit cost on each qubit of a device: negative logarithms of fidelities.

use std::collections::{BTreeMap, BTreeSet};

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Bit, Circuit, Op, OpKind, Wire};
use qml_source::Span;
use smallvec::SmallVec;

use crate::device_facts::DeviceFacts;
use crate::target::Target;
use crate::waiting::{loss, waiting};

/// The cost of what is not possible, or whose error is not known.
pub const NEVER: u64 = u64::MAX;
/// Costs are whole numbers of this share of a natural logarithm, so that sums have no rounding.
pub const UNIT: f64 = 1e-9;

/// What the operations of a circuit cost on each place of a device. Wires are numbered by their place in `wires`.
pub struct Costs {
    n_qubits: usize,
    /// The wires that something happens on, or that are returned.
    pub wires: Vec<u16>,
    /// What happens on wire `w` alone costs `alone[w * n_qubits + q]` on qubit `q`.
    alone: Vec<u64>,
    /// For each wire its partners, with how often it meets them in each gate of `pairs`.
    pub links: Vec<Vec<Link>>,
    /// One gate of each kind on qubits `a` and `b`, at `a * n_qubits + b`.
    pub pairs: Vec<Vec<u64>>,
}

/// That two wires meet.
pub struct Link {
    /// The other wire.
    pub other: usize,
    /// Kinds of gates, and their numbers.
    pub gates: SmallVec<[(usize, u64); 1]>,
}

impl Costs {
    /// The costs of a circuit of native gates.
    pub fn new(circuit: &Circuit, facts: &DeviceFacts, target: &Target) -> Self {
        let device = facts.device;
        let mut happens = Happens::default();
        circuit.visit(|op| happens.note(op));
        for &wire in &circuit.output {
            // Returned qubits are measured at the end, if they are not yet.
            happens.alone.entry((wire.0 as u16, Alone::Measure)).or_insert(1);
        }
        let wires: Vec<u16> = happens.wires().into_iter().collect();
        let mut alone = happens.costs_alone(&wires, facts);
        for (wire, seconds) in waiting(circuit, facts).unwrap_or_default() {
            let Ok(index) = wires.binary_search(&(wire.0 as u16)) else { continue };
            let own = &mut alone[index * device.n_qubits..][..device.n_qubits];
            for (own, qubit) in own.iter_mut().zip(&device.qubits) {
                let loss = loss(seconds, qubit).unwrap_or(0.0);
                *own = own.saturating_add((loss / UNIT).round() as u64);
            }
        }
        let gates: BTreeSet<Gate> = happens.pairs.keys().map(|key| key.1).collect();
        let gates: Vec<Gate> = gates.into_iter().collect();
        let links = happens.links(&wires, &gates);
        let pairs = gates.into_iter().map(|gate| pair_costs(gate, facts, target)).collect();
        Self { n_qubits: device.n_qubits, wires, alone, links, pairs }
    }

    /// What a wire costs on a qubit alone.
    pub fn alone(&self, wire: usize, qubit: u16) -> u64 {
        self.alone[wire * self.n_qubits + usize::from(qubit)]
    }

    /// What the gates of a link cost on two qubits.
    pub fn between(&self, link: &Link, a: u16, b: u16) -> u64 {
        let at = usize::from(a) * self.n_qubits + usize::from(b);
        link.gates.iter().fold(0, |sum, &(kind, n)| sum.saturating_add(times(self.pairs[kind][at], n)))
    }

    /// What a whole placement costs; a link counts from its higher wire.
    pub fn of(&self, place: &[u16]) -> u64 {
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
    fn cost(self, qubit: u32, facts: &DeviceFacts) -> u64 {
        let wire = Wire(qubit);
        let op = match self {
            Self::Gate(gate) => gate_op(gate, &[wire]),
            Self::Measure => Op::measure(wire, Bit(0), Span::default()),
            Self::Reset => Op { kind: OpKind::Reset { wire }, span: Span::default() },
        };
        cost(&op, facts)
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
        match (&op.kind, &*op.wires()) {
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

    /// What happens on each of the wires alone, on each qubit.
    fn costs_alone(&self, wires: &[u16], facts: &DeviceFacts) -> Vec<u64> {
        let n_qubits = facts.device.n_qubits;
        let mut known: BTreeMap<Alone, Vec<u64>> = BTreeMap::new();
        let mut alone = vec![0_u64; wires.len() * n_qubits];
        for (&(wire, kind), &n) in &self.alone {
            let on_qubits = || (0..n_qubits as u32).map(|qubit| kind.cost(qubit, facts)).collect();
            let costs = known.entry(kind).or_insert_with(on_qubits);
            let own = &mut alone[index_of(wire, wires) * n_qubits..][..n_qubits];
            own.iter_mut().zip(costs).for_each(|(own, cost)| *own = own.saturating_add(times(*cost, n)));
        }
        alone
    }

    /// Who meets whom, in which of the gates and how often.
    fn links(&self, wires: &[u16], gates: &[Gate]) -> Vec<Vec<Link>> {
        let mut links: Vec<Vec<Link>> = wires.iter().map(|_| Vec::new()).collect();
        for (&(pair, gate), &n) in &self.pairs {
            let kind = gates.binary_search(&gate).unwrap_or_default();
            let [a, b] = pair.map(|wire| index_of(wire, wires));
            for (own, other) in [(a, b), (b, a)] {
                match links[own].iter_mut().find(|link| link.other == other) {
                    Some(link) => link.gates.push((kind, n)),
                    None => links[own].push(Link { other, gates: SmallVec::from_slice(&[(kind, n)]) }),
                }
            }
        }
        links
    }

    fn wires(&self) -> BTreeSet<u16> {
        let alone = self.alone.keys().map(|key| key.0);
        alone.chain(self.pairs.keys().flat_map(|key| key.0)).collect()
    }
}

fn index_of(wire: u16, wires: &[u16]) -> usize {
    wires.binary_search(&wire).unwrap_or_else(|_| qml_source::bug!("nothing happens on wire {wire}"))
}

fn gate_op(gate: Gate, wires: &[Wire]) -> Op {
    let angles = vec![Angle::default(); gate.def().params.len()];
    Op::gate(gate, &angles, wires, Span::default())
}

fn cost(op: &Op, facts: &DeviceFacts) -> u64 {
    match facts.of(op).map(|facts| facts.error) {
        None => 0,
        // What never works is dear: a circuit that uses it has to move.
        Some(Some(error)) => (-(1.0 - error).max(1e-9).ln() / UNIT).round() as u64,
        Some(None) => NEVER,
    }
}

/// The cost of so many.
pub fn times(cost: u64, n: u64) -> u64 {
    if cost == NEVER { NEVER } else { cost.saturating_mul(n) }
}

fn pair_costs(gate: Gate, facts: &DeviceFacts, target: &Target) -> Vec<u64> {
    let n = facts.device.n_qubits;
    let mut costs = vec![NEVER; n * n];
    for a in 0..n as u16 {
        for &b in target.neighbours(a) {
            costs[usize::from(a) * n + usize::from(b)] =
                cost(&gate_op(gate, &[Wire(a.into()), Wire(b.into())]), facts);
        }
    }
    costs
}
