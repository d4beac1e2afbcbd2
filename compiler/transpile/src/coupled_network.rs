//! Pauli networks whose gates act on coupled qubits alone (compare Winderl, Huang and Mendl, arXiv:2309.08972, and
//! Meijer - van de Griend, arXiv:2309.10056, who go qubit by qubit).
//!
//! Nothing is routed: the CX that shorten a string also carry it along the couplings. A string costs what it takes to
//! bring it down to one letter: a CX for each coupling between its letters, and another for each qubit that has none of
//! its letters but lies in between. Each step takes, of the controlled Pauli gates on couplings that make one of the next
//! strings cheaper, the one that makes all next strings cheapest. The Clifford at the end is brought back qubit by qubit,
//! up to a permutation of the qubits, which is free.

use std::cell::Cell;
use std::collections::VecDeque;

use crate::pauli_network::{Aim, Network, Order, Piece};
use crate::pauli_string::{Controlled, Letter, Pauli};

/// The next strings that a gate is judged by.
const REACH: usize = 30;

/// Strings of the front that gates are chosen for.
const MAX_FRONT: usize = 4;

/// The part of all rotations that a search may be behind with.
const AHEAD: usize = 5;

/// Longer strings are judged by their first letters.
const MAX_LETTERS: usize = 16;

/// Qubits with their couplings, as bits, and distances.
pub struct Couplings {
    neighbours: Vec<u128>,
    distances: Vec<u8>,
    /// Costs that were asked for lately: the same strings come up in every step.
    known: Vec<Cell<(u128, i64)>>,
}

/// Bits of the number of costs that are known.
const KNOWN_BITS: u32 = 12;

impl Couplings {
    /// The couplings of connected qubits.
    pub fn new(neighbours: Vec<u128>) -> Self {
        let n = neighbours.len();
        let all = if n == 128 { u128::MAX } else { (1 << n) - 1 };
        let mut couplings = Self {
            neighbours,
            distances: vec![u8::MAX; n * n],
            known: vec![Cell::new((0, 0)); 1 << KNOWN_BITS],
        };
        for from in 0..n {
            let depths = couplings.depths(from, all);
            couplings.distances[from * n..][..n].copy_from_slice(&depths);
        }
        couplings
    }

    fn n(&self) -> usize {
        self.neighbours.len()
    }

    /// The distance of all qubits within a set from one of them.
    fn depths(&self, from: usize, within: u128) -> Vec<u8> {
        let mut depths = vec![u8::MAX; self.n()];
        let mut queue = VecDeque::from([from]);
        depths[from] = 0;
        while let Some(qubit) = queue.pop_front() {
            each_bit(self.neighbours[qubit] & within, |next| {
                if depths[next] == u8::MAX {
                    depths[next] = depths[qubit] + 1;
                    queue.push_back(next);
                }
            });
        }
        depths
    }

    /// The same as [`Self::measure`], known or not.
    fn cost(&self, support: u128) -> i64 {
        let folded = (support ^ support >> 64) as u64;
        let slot = (folded.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - KNOWN_BITS)) as usize;
        let (known, cost) = self.known[slot].get();
        if known == support {
            return cost;
        }
        let cost = self.measure(support);
        self.known[slot].set((support, cost));
        cost
    }

    /// About how many CX it takes to bring letters on these qubits down to one: those along a shortest tree.
    fn measure(&self, support: u128) -> i64 {
        let mut open = [0_u8; MAX_LETTERS];
        let mut n = 0;
        let mut rest = support;
        while rest != 0 && n < MAX_LETTERS {
            open[n] = rest.trailing_zeros() as u8;
            rest &= rest - 1;
            n += 1;
        }
        if n < 2 {
            return 0;
        }
        // Prim's algorithm: how far each letter is from the tree.
        let mut far = [u8::MAX; MAX_LETTERS];
        let mut at = open[n - 1];
        let mut total = 0;
        for left in (1..n).rev() {
            let row = &self.distances[usize::from(at) * self.n()..][..self.n()];
            let mut nearest = 0;
            for i in 0..left {
                far[i] = far[i].min(row[usize::from(open[i])]);
                if far[i] < far[nearest] {
                    nearest = i;
                }
            }
            total += 2 * i64::from(far[nearest]) - 1;
            at = open[nearest];
            open[nearest] = open[left - 1];
            far[nearest] = far[left - 1];
        }
        total
    }
}

/// What a search weighs, in thousandths.
#[derive(Clone, Copy, Debug)]
pub struct Weights {
    /// How fast later strings count less.
    pub fading: i64,
    /// How much the table counts.
    pub table: i64,
}

/// A network up to a global phase, and the qubit on which each wire ends. None once it has `limit` CX.
pub fn coupled_network(
    aim: Aim,
    couplings: &Couplings,
    limit: usize,
    weights: Weights,
) -> Option<(Vec<Piece>, Vec<usize>)> {
    let order = Order::new(aim.rotations);
    let mut search = Search { network: Network::new(aim, &order, limit), couplings, weights };
    if !search.take_rotations(limit) {
        return None;
    }
    let end = search.undo_table()?;
    Some((search.network.pieces, end))
}

struct Search<'a> {
    network: Network<'a>,
    couplings: &'a Couplings,
    weights: Weights,
}

impl Search<'_> {
    /// Brings every string down to one letter; whether the limit was kept.
    fn take_rotations(&mut self, limit: usize) -> bool {
        let n_rotations = self.network.open.len();
        loop {
            self.network.take_done();
            // As many CX for each rotation as the limit allows, and some ahead.
            let n_done = n_rotations - self.network.open.len();
            if self.network.n_cx * n_rotations > limit * (n_done + n_rotations / AHEAD + 1) {
                return false;
            }
            let free = self.network.open.iter().filter(|open| open.is_free).take(2 * REACH);
            let mut front: Vec<(i64, Pauli)> =
                free.map(|open| (self.couplings.cost(open.pauli.support()), open.pauli)).collect();
            let Some(least) = front.iter().map(|string| string.0).min() else { return true };
            if !self.network.has_room() {
                return false;
            }
            front.retain(|string| string.0 == least);
            front.truncate(MAX_FRONT);
            let mut best: Option<(i64, Controlled)> = None;
            let mut pairs: Vec<[usize; 2]> = Vec::new();
            for (_, pauli) in &front {
                each_bit(pauli.support(), |a| {
                    each_bit(self.couplings.neighbours[a], |b| pairs.push([a.min(b), a.max(b)]));
                });
            }
            pairs.sort_unstable();
            pairs.dedup();
            for pair in pairs {
                let scores = self.judge(pair);
                for (gate, score) in gates(pair).zip(scores) {
                    if best.is_some_and(|best| score >= best.0) {
                        continue;
                    }
                    let is_progress = front.iter().any(|&(cost, pauli)| {
                        let after = support_after(pauli, gate);
                        after != pauli.support() && self.couplings.cost(after) < cost
                    });
                    if is_progress {
                        best = Some((score, gate));
                    }
                }
            }
            let Some((_, gate)) = best else { return false };
            self.network.push_controlled(gate);
        }
    }

    /// How much more all next strings cost after each gate on a pair.
    fn judge(&self, pair: [usize; 2]) -> [i64; 9] {
        let both = 1_u128 << pair[0] | 1 << pair[1];
        let mut scores = [0; 9];
        let mut add = |pauli: Pauli, factor: i64| {
            if pauli.support() & both == 0 {
                return;
            }
            let letters = pauli.letters_at(pair);
            let rest = pauli.support() & !both;
            // By whether there is a letter on each of the two.
            let costs = [0, 1 << pair[0], 1 << pair[1], both].map(|own| self.couplings.cost(rest | own));
            let cost =
                |letters: usize| costs[usize::from(letters & 3 != 0) | usize::from(letters >> 2 != 0) << 1];
            for (gate, score) in gates(pair).zip(&mut scores) {
                *score += factor * (cost(gate.letters_after(letters)) - cost(letters));
            }
        };
        let mut factor = 1_000_000;
        for open in self.network.open.iter().take(REACH) {
            add(open.pauli, factor);
            factor = factor * self.weights.fading / 1000;
        }
        for pauli in self.network.table.iter().flatten() {
            add(*pauli, 1000 * self.weights.table);
        }
        scores
    }

    /// Makes the table that of a permutation; the qubit that each row ends on.
    fn undo_table(&mut self) -> Option<Vec<usize>> {
        let n = self.couplings.n();
        let mut active = if n == 128 { u128::MAX } else { (1 << n) - 1 };
        let mut end = vec![usize::MAX; n];
        while active != 0 {
            // Rows and qubits that leave the others connected.
            let mut best: Option<(i64, usize, usize)> = None;
            each_bit(active, |qubit| {
                if !self.is_removable(qubit, active) {
                    return;
                }
                for row in (0..n).filter(|&row| end[row] == usize::MAX) {
                    let cost = |pauli: Pauli| self.couplings.cost(pauli.support() | 1 << qubit);
                    let [x, z] = self.network.table[row];
                    let key = (cost(x) + cost(z), row, qubit);
                    if best.is_none_or(|best| key < best) {
                        best = Some(key);
                    }
                }
            });
            let (_, row, qubit) = best?;
            self.bring_home(row, 0, qubit, None, active)?;
            let kept = self.network.table[row][0].letter(qubit)?;
            self.bring_home(row, 1, qubit, Some(kept), active)?;
            self.network.turn_to_xz(row, qubit);
            end[row] = qubit;
            active &= !(1 << qubit);
        }
        Some(end)
    }

    /// Whether the other active qubits are connected without one.
    fn is_removable(&self, qubit: usize, active: u128) -> bool {
        let rest = active & !(1 << qubit);
        if rest == 0 {
            return true;
        }
        let depths = self.couplings.depths(rest.trailing_zeros() as usize, rest);
        let mut is_whole = true;
        each_bit(rest, |other| is_whole &= depths[other] != u8::MAX);
        is_whole
    }

    /// Brings a string of the table to a qubit, farthest letters first; with `kept`, that letter on it stays as it is.
    fn bring_home(
        &mut self,
        row: usize,
        which: usize,
        qubit: usize,
        kept: Option<Letter>,
        active: u128,
    ) -> Option<()> {
        let depths = self.couplings.depths(qubit, active);
        loop {
            let string = self.network.table[row][which];
            let mut farthest = (0, qubit);
            each_bit(string.support(), |other| farthest = farthest.max((depths[other], other)));
            let (depth, from) = farthest;
            if depth == 0 {
                return Some(());
            }
            if !self.network.has_room() {
                return None;
            }
            let mut closer = 0_u128;
            each_bit(self.couplings.neighbours[from] & active, |next| {
                closer |= u128::from(depths[next] + 1 == depth) << next;
            });
            // Where there is a letter on the way, it takes this one in; else one is put there first.
            let on_way = closer & string.support();
            let next = if on_way == 0 { closer } else { on_way }.trailing_zeros() as usize;
            let at_from = string.letter(from)?;
            let is_fit = |gate: &Controlled| {
                let [first, second] = gate.letters;
                if on_way == 0 {
                    return first != at_from && (next != qubit || kept.is_none_or(|kept| second == kept));
                }
                let is_kept = next != qubit || kept.is_none_or(|kept| second == kept);
                first == at_from && Some(second) != string.letter(next) && is_kept
            };
            let growth = |gate: &Controlled| -> i64 {
                let strings = self.network.table.iter().flatten();
                strings.map(|pauli| gate.growth(pauli.letters_at(gate.wires))).sum()
            };
            let gate = gates([from, next]).filter(is_fit).min_by_key(growth)?;
            self.network.push_controlled(gate);
        }
    }
}

/// The nine gates on two wires.
fn gates(wires: [usize; 2]) -> impl Iterator<Item = Controlled> {
    let letters = Letter::ALL.into_iter().flat_map(|first| Letter::ALL.map(|second| [first, second]));
    letters.map(move |letters| Controlled { wires, letters })
}

fn support_after(pauli: Pauli, gate: Controlled) -> u128 {
    let after = gate.letters_after(pauli.letters_at(gate.wires));
    let [a, b] = gate.wires;
    let rest = pauli.support() & !(1 << a) & !(1 << b);
    rest | u128::from(after & 3 != 0) << a | u128::from(after >> 2 != 0) << b
}

fn each_bit(mut set: u128, mut act: impl FnMut(usize)) {
    while set != 0 {
        act(set.trailing_zeros() as usize);
        set &= set - 1;
    }
}

#[cfg(test)]
mod tests;
