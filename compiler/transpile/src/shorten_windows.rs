//! Rewrites windows of three coupled qubits with fewer CX.
//!
//! Whatever the gates on one qubit are, a [`Window`] is a list of rotations about Pauli strings and a Clifford. A shortest
//! network for these on the same couplings ([`Search`]) takes its place: SWAPs that routing put in merge with the CX around
//! them, and CX that only serve a rotation go another way. (Windows of Clifford gates: Bravyi, Shaydulin, Hu and Maslov,
//! Quantum 5, 580 (2021); with rotations, by a learned policy: Dubal et al., arXiv:2503.14448.)
//!
//! Expects: gates on coupled qubits as `lower_controls` and `consolidate_pairs` leave them. Leaves: the same; only windows
//! that get shorter are written anew. Keeps: the unitary up to a global phase; what happens in branches.

use std::collections::VecDeque;

use qml_ir::circuit::{Circuit, Op, Wire};
use rustc_hash::FxHashMap as HashMap;

use crate::attribute_spans::attribute_spans;
use crate::clifford_classes::{Classes, N_WIRES, Shape};
use crate::fold_paulis::PauliForm;
use crate::pair_basis::PairBasis;
use crate::pauli_network::{Aim as NetworkAim, Network, Order, Piece};
use crate::pauli_string::{Controlled, LETTERS, Pauli};
use crate::target::Target;
use crate::window::{Effects, Entry, Grower, Window, commute, partners};
use crate::window_network::{Aim, Search};

/// How far a window is followed past operations that are not part of it.
const REACH: usize = 200;

/// Fewer CX on three wires can't get less.
const MIN_CX: usize = 3;

/// How far to search.
#[derive(Clone, Copy, Debug)]
pub struct Effort {
    /// How often all windows are gone through.
    pub rounds: usize,
    /// Steps of the search for each window.
    pub steps: usize,
}

impl Effort {
    /// The effort of a level.
    pub fn of_level(level: u8) -> Self {
        match level {
            0 | 1 => Self { rounds: 0, steps: 0 },
            2 => Self { rounds: 1, steps: 50 },
            _ => Self { rounds: 3, steps: 200 },
        }
    }
}

/// Rewrites windows outside of branches, with so many steps of the search for each; returns how many CX are gone.
/// Only where the two-qubit gate is worth one CX.
pub fn shorten_windows(circuit: &mut Circuit, target: &Target, budget: usize) -> usize {
    if target.pairs != PairBasis::Controlled {
        return 0;
    }
    let mut pass = Pass {
        target,
        n_source: circuit.ops.len(),
        ops: std::mem::take(&mut circuit.ops),
        n_seen: 0,
        near: VecDeque::new(),
        effects: Effects::default(),
        grower: Grower::new(circuit.n_wires),
        search: Search::new(budget),
        settled: HashMap::default(),
    };
    let mut order: Vec<u32> = Vec::with_capacity(pass.n_source);
    let mut gone = 0;
    loop {
        pass.look_ahead();
        gone += pass.shorten_first();
        let Some(first) = pass.near.pop_front() else { break };
        order.push(first.op);
    }
    let mut ops: Vec<Option<Op>> = pass.ops.into_iter().map(Some).collect();
    circuit.ops = order.into_iter().filter_map(|op| ops[op as usize].take()).collect();
    gone
}

struct Pass<'a> {
    target: &'a Target,
    /// All operations by number: those of the source, then new ones.
    ops: Vec<Op>,
    n_source: usize,
    /// How many of the source have come into view.
    n_seen: usize,
    /// What is in view, in order.
    near: VecDeque<Entry>,
    effects: Effects,
    grower: Grower,
    search: Search,
    /// For three qubits the last member of the latest window that can't get shorter.
    settled: HashMap<[u16; N_WIRES], u32>,
}

impl Pass<'_> {
    /// Brings operations into view.
    fn look_ahead(&mut self) {
        while self.near.len() < REACH && self.n_seen < self.n_source {
            let op = &self.ops[self.n_seen];
            self.near.push_back(Entry::new(self.n_seen as u32, op, &mut self.effects));
            self.n_seen += 1;
        }
    }

    /// Rewrites the windows that begin with the next operation until none gets shorter; how many CX are gone.
    fn shorten_first(&mut self) -> usize {
        let mut gone = 0;
        while let Some(less) = self.shorten_one() {
            gone += less;
        }
        gone
    }

    /// Rewrites a window that begins with the next operation, if one gets shorter.
    fn shorten_one(&mut self) -> Option<usize> {
        let first = self.near.front()?;
        let [a, b] = first.pair()?;
        let [one, other] = partners(&self.near);
        let thirds = one.into_iter().chain(other.filter(|_| one != other));
        for third in thirds {
            let (wires, shape) = self.in_order([a, b, third]);
            if !self.grower.grow(&self.near, wires) || self.grower.window.n_cx < MIN_CX {
                continue;
            }
            let window = &self.grower.window;
            let last = self.near[*window.members.last()? as usize].op;
            // Then it is a part of that.
            if self.settled.get(&wires) == Some(&last) {
                continue;
            }
            let (aim, n_cx) = (aim_of(window, shape), window.n_cx);
            if let Some(path) = self.search.shortest_network(aim, n_cx) {
                let gone = n_cx - path.len();
                self.rewrite(wires, shape, &path);
                return Some(gone);
            }
            self.settled.insert(wires, last);
        }
        None
    }

    fn is_coupled(&self, a: u16, b: u16) -> bool {
        self.target.distance(a, b) == 1
    }

    /// Three qubits, the first two of them coupled, so that a line is in order, and how they are coupled.
    fn in_order(&self, [a, b, c]: [u16; N_WIRES]) -> ([u16; N_WIRES], Shape) {
        let ends_first = |end: u16, middle: u16, other: u16| [end.min(other), middle, end.max(other)];
        match (self.is_coupled(a, c), self.is_coupled(b, c)) {
            (true, true) => {
                let mut wires = [a, b, c];
                wires.sort_unstable();
                (wires, Shape::Triangle)
            }
            (true, false) => (ends_first(b, a, c), Shape::Line),
            _ => (ends_first(a, b, c), Shape::Line),
        }
    }

    /// Puts a network in the place of the latest window.
    fn rewrite(&mut self, wires: [u16; N_WIRES], shape: Shape, path: &[u16]) {
        let Window { members, after, .. } = &self.grower.window;
        let old: Vec<Op> =
            members.iter().map(|&at| self.ops[self.near[at as usize].op as usize].clone()).collect();
        let mut form = PauliForm::default();
        wires.iter().for_each(|&wire| _ = form.index(Wire(wire.into())));
        old.iter().for_each(|op| form.add_any(op));
        let rotations = form.strings();
        let mut new = Vec::new();
        for piece in network(form.aim(&rotations), path, shape) {
            form.write(piece, old[0].span, &mut new);
        }
        attribute_spans(&old, &mut new);
        let n_ops = self.ops.len();
        let effects = &mut self.effects;
        let entries = new.iter().enumerate().map(|(i, op)| Entry::new((n_ops + i) as u32, op, effects));
        let entries: Vec<Entry> = entries.collect();
        let mut between = (Vec::new(), Vec::new());
        let end = members.last().map_or(0, |&last| last as usize + 1);
        for (entry, at) in self.near.drain(..end).zip(0..) {
            if after.binary_search(&at).is_ok() {
                between.1.push(entry);
            } else if members.binary_search(&at).is_err() {
                between.0.push(entry);
            }
        }
        let (before, after) = between;
        for entry in before.into_iter().chain(entries).chain(after).rev() {
            self.near.push_front(entry);
        }
        self.ops.extend(new);
    }
}

/// What a network for a window is made for.
fn aim_of(window: &Window, shape: Shape) -> Aim {
    // In the strings of the table: one of them takes part if the other of its row anticommutes.
    let in_table = |rotation: u8| {
        (0..2 * N_WIRES).fold(0, |set, string| {
            let partner = window.images[(string + N_WIRES) % (2 * N_WIRES)];
            set | u8::from(!commute(rotation, partner)) << string
        })
    };
    let waits_for = |(i, &later): (usize, &u8)| {
        let earlier = window.rotations[..i].iter().enumerate();
        earlier.fold(0, |set, (j, &earlier)| set | u64::from(!commute(earlier, later)) << j)
    };
    Aim {
        start: Classes::all().of(window.images),
        strings: window.rotations.iter().map(|&rotation| in_table(rotation)).collect(),
        waits_for: window.rotations.iter().enumerate().map(waits_for).collect(),
        shape,
    }
}

/// The network along a path of classes.
fn network(aim: NetworkAim, path: &[u16], shape: Shape) -> Vec<Piece> {
    let order = Order::new(aim.rotations);
    let mut network = Network::new(aim, &order, usize::MAX);
    network.take_done();
    for &class in path {
        let letters = || LETTERS.into_iter().flat_map(|a| LETTERS.map(|b| [a, b]));
        let on_pair = |&wires: &[usize; 2]| letters().map(move |letters| Controlled { wires, letters });
        let leads = |gate: &Controlled| {
            let mut table = network.table.clone();
            gate.conjugate_all(table.iter_mut().flatten());
            class_of(&table) == class
        };
        let gate = shape.pairs().iter().flat_map(on_pair).find(leads);
        network.push_controlled(gate.unwrap_or_else(|| qml_source::bug!("no gate leads to the next class")));
        network.take_done();
    }
    (0..N_WIRES).for_each(|wire| network.turn_to_xz(wire, wire));
    network.pieces
}

fn class_of(table: &[[Pauli; 2]]) -> u16 {
    let bits = |string: Pauli| string.x as u8 | (string.z as u8) << N_WIRES;
    Classes::all().of(std::array::from_fn(|i| bits(table[i % N_WIRES][i / N_WIRES])))
}

#[cfg(test)]
mod tests;
