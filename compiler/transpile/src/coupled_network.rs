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

use crate::bits::each_bit;
use crate::pauli_network::{Aim, Network, Order, Piece};
use crate::pauli_string::{Controlled, LETTERS, Letter, Pauli};

/// The next strings that a gate is judged by.
const REACH: usize = 30;

/// Strings of the front that gates are chosen for.
const MAX_FRONT: usize = 4;

/// The CX of a small network.
pub const MAX_SMALL: usize = 100;

/// Longer strings are judged by their first letters.
const MAX_LETTERS: usize = 16;

/// Most qubits of a network: a set of them is a word.
pub const MAX_QUBITS: usize = 64;

/// Qubits with their couplings, as bits, and distances.
pub struct Couplings {
    neighbours: Vec<u64>,
    distances: Vec<u8>,
    /// Costs that were asked for lately: the same strings come up in every step.
    known: Vec<Cell<(u64, i64)>>,
}

/// Bits of the number of costs that are known.
const KNOWN_BITS: u32 = 12;

impl Couplings {
    /// The couplings of connected qubits, [`MAX_QUBITS`] at most.
    pub fn new(neighbours: Vec<u64>) -> Self {
        let n = neighbours.len();
        let all = all_of(n);
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
    fn depths(&self, from: usize, within: u64) -> Vec<u8> {
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
    fn cost(&self, support: u64) -> i64 {
        let slot = (support.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> (64 - KNOWN_BITS)) as usize;
        let (known, cost) = self.known[slot].get();
        if known == support {
            return cost;
        }
        let cost = self.measure(support);
        self.known[slot].set((support, cost));
        cost
    }

    /// About how many CX it takes to bring letters on these qubits down to one: those along a shortest tree.
    fn measure(&self, support: u64) -> i64 {
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
    let network = Network::new(aim, &order, limit);
    let mut search = Search { network, couplings, weights, after: presence_after() };
    if !search.take_rotations() {
        return None;
    }
    let end = search.undo_table()?;
    Some((search.network.pieces, end))
}

struct Search<'a> {
    network: Network<'a>,
    couplings: &'a Couplings,
    weights: Weights,
    /// On which wires of each gate there are letters after it, by the letters before it.
    after: [[usize; 16]; 9],
}

/// By [`Pauli::letters_at`]: 1 for a letter on the first of two wires, 2 for one on the second.
fn presence(letters: usize) -> usize {
    usize::from(letters & 3 != 0) | usize::from(letters >> 2 != 0) << 1
}

fn presence_after() -> [[usize; 16]; 9] {
    let mut after = [[0; 16]; 9];
    for (after, gate) in after.iter_mut().zip(gates([0, 1])) {
        *after = std::array::from_fn(|letters| presence(gate.letters_after(letters)));
    }
    after
}

impl Search<'_> {
    /// Brings every string down to one letter; whether the limit was kept.
    fn take_rotations(&mut self) -> bool {
        let n_rotations = self.network.open.len();
        loop {
            self.network.take_done();
            if self.network.is_behind(n_rotations, self.cost_of_table()) {
                return false;
            }
            let free = self.network.open.iter().filter(|open| open.is_free).take(2 * REACH);
            let mut front: Vec<(i64, Pauli)> =
                free.map(|open| (self.couplings.cost(support(open.pauli)), open.pauli)).collect();
            let Some(least) = front.iter().map(|string| string.0).min() else { return true };
            if !self.network.has_room() {
                return false;
            }
            front.retain(|string| string.0 == least);
            front.truncate(MAX_FRONT);
            let mut best: Option<(i64, Controlled)> = None;
            let mut pairs: Vec<[usize; 2]> = Vec::new();
            for (_, pauli) in &front {
                each_bit(support(*pauli), |a| {
                    each_bit(self.couplings.neighbours[a], |b| pairs.push([a.min(b), a.max(b)]));
                });
            }
            pairs.sort_unstable();
            pairs.dedup();
            for pair in pairs {
                let is_progress = self.progress(pair, &front);
                if is_progress == [false; 9] {
                    continue;
                }
                let scores = self.judge(pair);
                for ((gate, score), is_progress) in gates(pair).zip(scores).zip(is_progress) {
                    if is_progress && best.is_none_or(|best| score < best.0) {
                        best = Some((score, gate));
                    }
                }
            }
            let Some((_, gate)) = best else { return false };
            self.network.push_controlled(gate);
        }
    }

    /// The CX that the table takes, which are less than half of what its strings cost each by itself. Of a small network
    /// too little is known before its end.
    fn cost_of_table(&self) -> usize {
        if self.network.limit() <= MAX_SMALL {
            return 0;
        }
        let strings = self.network.table.iter().flatten();
        let total: i64 = strings.map(|pauli| self.couplings.cost(support(*pauli))).sum();
        3 * usize::try_from(total).unwrap_or(0) / 10
    }

    /// Whether each gate on a pair makes one of the strings cheaper.
    fn progress(&self, pair: [usize; 2], front: &[(i64, Pauli)]) -> [bool; 9] {
        let own = sets_of(pair);
        let mut is_progress = [false; 9];
        for &(cost, pauli) in front {
            let rest = support(pauli) & !own[3];
            let letters = pauli.letters_at(pair);
            // No gate takes away the only letter, and none changes a string that has none here.
            let is_cheaper = [0, 1, 2, 3].map(|presence_after| {
                let is_changed =
                    presence_after != presence(letters) && presence_after & presence(letters) != 0;
                is_changed && self.couplings.cost(rest | own[presence_after]) < cost
            });
            for (is_progress, after) in is_progress.iter_mut().zip(&self.after) {
                *is_progress |= is_cheaper[after[letters]];
            }
        }
        is_progress
    }

    /// How much more all next strings cost after each gate on a pair.
    fn judge(&self, pair: [usize; 2]) -> [i64; 9] {
        let own = sets_of(pair);
        // By the letters on the pair, and where there are letters after the gate.
        let mut growth = [[0; 4]; 16];
        let mut add = |pauli: Pauli, factor: i64| {
            let letters = pauli.letters_at(pair);
            let now = presence(letters);
            if now == 0 {
                return;
            }
            let rest = support(pauli) & !own[3];
            let cost = self.couplings.cost(rest | own[now]);
            for after in [1, 2, 3] {
                if after != now && after & now != 0 {
                    growth[letters][after] += factor * (self.couplings.cost(rest | own[after]) - cost);
                }
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
        self.after.map(|after| growth.iter().zip(after).map(|(growth, after)| growth[after]).sum())
    }

    /// Makes the table that of a permutation; the qubit that each row ends on.
    fn undo_table(&mut self) -> Option<Vec<usize>> {
        let n = self.couplings.n();
        let mut active = all_of(n);
        let mut end = vec![usize::MAX; n];
        while active != 0 {
            // Rows and qubits that leave the others connected.
            let mut best: Option<(i64, usize, usize)> = None;
            each_bit(active, |qubit| {
                if !self.is_removable(qubit, active) {
                    return;
                }
                for row in (0..n).filter(|&row| end[row] == usize::MAX) {
                    let cost = |pauli: Pauli| self.couplings.cost(support(pauli) | 1 << qubit);
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
    fn is_removable(&self, qubit: usize, active: u64) -> bool {
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
        active: u64,
    ) -> Option<()> {
        let depths = self.couplings.depths(qubit, active);
        loop {
            let string = self.network.table[row][which];
            let mut farthest = (0, qubit);
            each_bit(support(string), |other| farthest = farthest.max((depths[other], other)));
            let (depth, from) = farthest;
            if depth == 0 {
                return Some(());
            }
            if !self.network.has_room() {
                return None;
            }
            let mut closer = 0_u64;
            each_bit(self.couplings.neighbours[from] & active, |next| {
                closer |= u64::from(depths[next] + 1 == depth) << next;
            });
            // Where there is a letter on the way, it takes this one in; else one is put there first.
            let on_way = closer & support(string);
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
    let letters = LETTERS.into_iter().flat_map(|first| LETTERS.map(|second| [first, second]));
    letters.map(move |letters| Controlled { wires, letters })
}

/// The qubits with a letter.
fn support(pauli: Pauli) -> u64 {
    pauli.support() as u64
}

/// No qubit of a pair, the first, the second, both.
fn sets_of([a, b]: [usize; 2]) -> [u64; 4] {
    [0, 1 << a, 1 << b, 1 << a | 1 << b]
}

fn all_of(n: usize) -> u64 {
    u64::MAX.checked_shr((MAX_QUBITS - n) as u32).unwrap_or(0)
}

#[cfg(test)]
mod tests;
