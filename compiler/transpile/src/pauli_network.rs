//! Circuits of CX and one-wire gates for rotations about Pauli strings followed by a Clifford: Pauli networks (de Brugiere
//! and Martiel, "Faster and shorter synthesis of Hamiltonian simulation circuits", arXiv:2404.03280).
//!
//! A Clifford gate that happens now changes all strings that are still to come. A string of one letter is done. Each step
//! takes, of the controlled Pauli gates that shorten a string whose turn it may be, the one that shortens the next ones
//! most. The Clifford at the end is a table of strings too, and is brought back by the same gates.
//!
//! What a gate does to a string depends on the letters on its two wires alone. So the next strings are counted by these
//! letters once for each pair of wires, which judges all nine gates on the pair.

use crate::pauli_string::{Clifford, Controlled, LETTERS, Letter, Pauli};

/// A piece of the network; wires are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A gate on one wire or an exchange.
    Clifford(Clifford),
    /// A controlled Pauli gate, which is one CX.
    Controlled(Controlled),
    /// The rotation of this number happens about a letter on a wire, backwards if so.
    Rotation {
        /// Its number.
        number: usize,
        /// The wire.
        wire: usize,
        /// X, Y or Z.
        letter: Letter,
        /// With the angle negated.
        is_negated: bool,
    },
}

impl Piece {
    /// Whether it is a CX.
    pub fn is_cx(self) -> bool {
        matches!(self, Self::Controlled(_))
    }
}

/// The next strings that a gate is judged by.
const REACH: usize = 60;

/// Of longer strings, the letters among which a gate is chosen.
const MAX_CHOICE: usize = 10;

/// Strings of the front that gates are chosen for.
const MAX_FRONT: usize = 6;

/// The part of all rotations that a search may be behind with.
const AHEAD: usize = 10;

/// More rotations than that are given up if the first attempt fails.
const LONG: usize = 50;

/// More rotations than that are tried to be written once only.
const MANY: usize = 300;

/// What a network is made for.
#[derive(Clone, Copy, Debug)]
pub struct Aim<'a> {
    /// Rotations in this order, those that commute in any.
    pub rotations: &'a [Pauli],
    /// Then the Clifford `C`: `C^-1 X C` and `C^-1 Z C` for each wire.
    pub clifford: &'a [[Pauli; 2]],
}

/// A network, up to a global phase. None once it has `limit` CX.
pub fn pauli_network(aim: Aim, limit: usize) -> Option<Vec<Piece>> {
    // How fast later strings count less, and how much the table counts, in thousandths.
    let attempts = [(900, 100), (970, 200), (700, 30)];
    let n_attempts = if aim.rotations.len() > MANY { 1 } else { attempts.len() };
    let (order, growth) = (Order::new(aim.rotations), growth());
    let mut best: Option<(usize, Vec<Piece>)> = None;
    for (fading, table_weight) in attempts.into_iter().take(n_attempts) {
        let limit = best.as_ref().map_or(limit, |best| best.0);
        let mut search = Search { network: Network::new(aim, &order, limit), growth: &growth };
        if !(search.take_rotations(fading, table_weight) && search.undo_table()) {
            // Of a long one the other attempts are rarely so much shorter.
            if best.is_none() && aim.rotations.len() > LONG {
                return None;
            }
            continue;
        }
        best = Some((search.network.n_cx, search.network.pieces));
    }
    best.map(|best| best.1)
}

/// Which rotations wait for which: those that anticommute keep their order, whatever gates happen.
pub struct Order {
    /// How many earlier ones each waits for.
    n_before: Vec<u32>,
    /// The later ones that wait for each.
    after: Vec<Vec<u32>>,
}

impl Order {
    /// The order of rotations.
    pub fn new(rotations: &[Pauli]) -> Self {
        let mut order = Self { n_before: vec![0; rotations.len()], after: vec![Vec::new(); rotations.len()] };
        for (i, later) in rotations.iter().enumerate() {
            for (j, earlier) in rotations[..i].iter().enumerate() {
                if !earlier.commutes_with(*later) {
                    order.n_before[i] += 1;
                    order.after[j].push(i as u32);
                }
            }
        }
        order
    }
}

/// A rotation that is left.
#[derive(Clone, Copy)]
pub struct Open {
    /// Its number.
    number: u32,
    /// Its string as it is now.
    pub pauli: Pauli,
    /// Whether no earlier one holds it back.
    pub is_free: bool,
}

/// A network that is being written.
pub struct Network<'a> {
    order: &'a Order,
    n_before: Vec<u32>,
    /// Rotations that are left, in order.
    pub open: Vec<Open>,
    /// The Clifford that is left.
    pub table: Vec<[Pauli; 2]>,
    /// What has been written.
    pub pieces: Vec<Piece>,
    /// How many CX that is.
    pub n_cx: usize,
    limit: usize,
}

impl<'a> Network<'a> {
    /// Nothing written yet.
    pub fn new(aim: Aim, order: &'a Order, limit: usize) -> Self {
        let open = |(number, &pauli): (usize, &Pauli)| Open {
            number: number as u32,
            pauli,
            is_free: order.n_before[number] == 0,
        };
        Self {
            order,
            n_before: order.n_before.clone(),
            open: aim.rotations.iter().enumerate().map(open).collect(),
            table: aim.clifford.to_vec(),
            pieces: Vec::new(),
            n_cx: 0,
            limit,
        }
    }

    /// As many CX are too many.
    pub fn limit(&self) -> usize {
        self.limit
    }

    /// Whether there may be one more CX.
    pub fn has_room(&self) -> bool {
        self.n_cx + 1 < self.limit
    }

    /// Whether there are more CX for each rotation that is done than the limit allows for each of all, some ahead, if the
    /// table takes so many.
    pub fn is_behind(&self, n_rotations: usize, for_table: usize) -> bool {
        let n_done = n_rotations - self.open.len();
        let limit = self.limit.saturating_sub(for_table);
        self.n_cx * n_rotations > limit * (n_done + n_rotations / AHEAD + 1)
    }

    fn strings(&mut self) -> impl Iterator<Item = &mut Pauli> {
        self.open.iter_mut().map(|open| &mut open.pauli).chain(self.table.iter_mut().flatten())
    }

    /// Writes a gate on one wire or an exchange.
    pub fn push(&mut self, gate: Clifford) {
        self.strings().for_each(|pauli| pauli.conjugate(gate));
        self.pieces.push(Piece::Clifford(gate));
    }

    /// Writes a controlled gate.
    pub fn push_controlled(&mut self, gate: Controlled) {
        gate.conjugate_all(self.strings());
        self.n_cx += 1;
        self.pieces.push(Piece::Controlled(gate));
    }

    /// Writes all rotations that are down to one letter and may happen.
    pub fn take_done(&mut self) {
        let is_done = |open: &Open| open.is_free && open.pauli.weight() <= 1;
        while self.open.iter().any(is_done) {
            let done: Vec<Open> = self.open.extract_if(.., |open| is_done(open)).collect();
            let mut is_more = false;
            for Open { number, pauli, .. } in done {
                let wire = pauli.support().trailing_zeros() as usize;
                if let Some(letter) = pauli.letter(wire.min(127)) {
                    let (number, is_negated) = (number as usize, pauli.is_negative());
                    self.pieces.push(Piece::Rotation { number, wire, letter, is_negated });
                }
                for &next in &self.order.after[number as usize] {
                    self.n_before[next as usize] -= 1;
                    is_more |= self.n_before[next as usize] == 0;
                }
            }
            if is_more {
                let n_before = &self.n_before;
                self.open.iter_mut().for_each(|open| open.is_free = n_before[open.number as usize] == 0);
            }
        }
    }

    /// Makes the strings of a row of the table, letters on one wire, X and Z.
    pub fn turn_to_xz(&mut self, row: usize, wire: usize) {
        match self.table[row][0].letter(wire) {
            Some(Letter::Y) => self.push(Clifford::S(wire)),
            Some(Letter::Z) => self.push(Clifford::H(wire)),
            _ => {}
        }
        if self.table[row][1].letter(wire) == Some(Letter::Y) {
            // A turn about X takes Y to Z.
            for gate in [Clifford::H(wire), Clifford::S(wire), Clifford::H(wire)] {
                self.push(gate);
            }
        }
        if self.table[row][0].is_negative() {
            self.push(Clifford::Z(wire));
        }
        if self.table[row][1].is_negative() {
            self.push(Clifford::X(wire));
        }
    }

    /// Exchanges wires so that the rows of the table, of which row `i` has come down to wire `end[i]`, become their own.
    pub fn exchange(&mut self, mut end: Vec<usize>) {
        for row in 0..end.len() {
            let other = end[row];
            if other != row {
                self.push(Clifford::Swap(row, other));
                for place in &mut end {
                    *place = if *place == row {
                        other
                    } else if *place == other {
                        row
                    } else {
                        *place
                    };
                }
            }
        }
    }
}

/// The search without regard to couplings.
struct Search<'a> {
    network: Network<'a>,
    growth: &'a Growth,
}

/// How many more letters each gate makes, by its letters and those before it.
type Growth = [[[i64; 16]; 3]; 3];

fn growth() -> Growth {
    LETTERS.map(|first| {
        LETTERS.map(|second| {
            let gate = Controlled { wires: [0, 1], letters: [first, second] };
            std::array::from_fn(|letters| gate.growth(letters))
        })
    })
}

impl Search<'_> {
    /// Brings every string down to one letter; whether the limit was kept.
    fn take_rotations(&mut self, fading: i64, table_weight: i64) -> bool {
        let n_rotations = self.network.open.len();
        let fading: [i64; REACH] = {
            let mut next = 1_000_000;
            std::array::from_fn(|_| {
                let weight = next;
                next = weight * fading / 1000;
                weight
            })
        };
        loop {
            self.network.take_done();
            if self.network.is_behind(n_rotations, 0) {
                return false;
            }
            let free = || self.network.open.iter().filter(|open| open.is_free);
            let Some(least) = free().map(|open| open.pauli.weight()).min() else { return true };
            if !self.network.has_room() {
                return false;
            }
            let near = free().take(2 * REACH).filter(|open| open.pauli.weight() == least);
            let strings: Vec<Pauli> = near.take(MAX_FRONT).map(|open| open.pauli).collect();
            let mut judged: Vec<([usize; 2], [i64; 16])> = Vec::new();
            let mut best: Option<(i64, Controlled)> = None;
            for pauli in strings {
                each_pair(pauli, |pair| {
                    let known = judged.iter().position(|known| known.0 == pair).unwrap_or_else(|| {
                        judged.push((pair, self.count_letters(pair, &fading, table_weight)));
                        judged.len() - 1
                    });
                    for gate in shortening(pauli, pair) {
                        let score = self.total(gate, &judged[known].1);
                        if best.is_none_or(|best| score < best.0) {
                            best = Some((score, gate));
                        }
                    }
                });
            }
            let Some((_, gate)) = best else { return false };
            self.network.push_controlled(gate);
        }
    }

    /// How much strings count that have these letters on two wires; nearest ones count most.
    fn count_letters(&self, pair: [usize; 2], fading: &[i64; REACH], table_weight: i64) -> [i64; 16] {
        let mut counts = [0; 16];
        for (open, factor) in self.network.open.iter().zip(fading) {
            counts[open.pauli.letters_at(pair)] += factor;
        }
        for pauli in self.network.table.iter().flatten() {
            counts[pauli.letters_at(pair)] += 1000 * table_weight;
        }
        counts
    }

    /// How many more letters there are after a gate, with these counts of letters on its wires.
    fn total(&self, gate: Controlled, counts: &[i64; 16]) -> i64 {
        let [first, second] = gate.letters.map(|letter| letter as usize);
        self.growth[first][second].iter().zip(counts).map(|(growth, count)| growth * count).sum()
    }

    /// Makes the table that of a permutation, and then of nothing; whether the limit was kept.
    fn undo_table(&mut self) -> bool {
        let n_wires = self.network.table.len();
        let mut is_open = vec![true; n_wires];
        // The wire that each row ends on.
        let mut end = vec![0; n_wires];
        for _ in 0..n_wires {
            let total = |row: usize| self.network.table[row].iter().map(|pauli| pauli.weight()).sum::<i64>();
            let open = (0..n_wires).filter(|&row| is_open[row]);
            let Some(row) = open.min_by_key(|&row| (total(row), row)) else { break };
            is_open[row] = false;
            while self.network.table[row][0].weight() > 1 {
                if !self.network.has_room() {
                    return false;
                }
                let Some(gate) = self.table_gate(row) else { return false };
                self.network.push_controlled(gate);
            }
            let wire = self.network.table[row][0].support().trailing_zeros() as usize;
            end[row] = wire;
            // The second string anticommutes with the letter that is left, which therefore stays.
            let Some(kept) = self.network.table[row][0].letter(wire) else { return false };
            loop {
                let rest = self.network.table[row][1].support() & !(1 << wire);
                if rest == 0 {
                    break;
                }
                if !self.network.has_room() {
                    return false;
                }
                let other = 127 - rest.leading_zeros() as usize;
                let Some(letter) = self.network.table[row][1].letter(other) else { return false };
                self.network.push_controlled(Controlled { wires: [wire, other], letters: [kept, letter] });
            }
            self.network.turn_to_xz(row, wire);
        }
        self.network.exchange(end);
        true
    }

    /// The best gate to shorten the first string of a row.
    fn table_gate(&self, row: usize) -> Option<Controlled> {
        let [string, partner] = self.network.table[row];
        let mut best: Option<((i64, [usize; 2]), Controlled)> = None;
        each_pair(string, |pair| {
            let mut counts = [0; 16];
            for pauli in self.network.table.iter().flatten() {
                counts[pauli.letters_at(pair)] += 1;
            }
            counts[partner.letters_at(pair)] += 2;
            for gate in shortening(string, pair) {
                let key = (self.total(gate, &counts), gate.wires);
                if best.is_none_or(|best| key < best.0) {
                    best = Some((key, gate));
                }
            }
        });
        best.map(|best| best.1)
    }
}

/// Pairs of wires of a string, lower wires first.
fn each_pair(pauli: Pauli, mut act: impl FnMut([usize; 2])) {
    let mut wires = Vec::new();
    let mut support = pauli.support();
    while support != 0 && wires.len() < MAX_CHOICE {
        wires.push(support.trailing_zeros() as usize);
        support &= support - 1;
    }
    for (i, &a) in wires.iter().enumerate() {
        wires[i + 1..].iter().for_each(|&b| act([a, b]));
    }
}

/// The gates on two wires of a string that take one letter out of it.
pub fn shortening(pauli: Pauli, [a, b]: [usize; 2]) -> impl Iterator<Item = Controlled> {
    let (at_a, at_b) = (pauli.letter(a), pauli.letter(b));
    let both = move |first: Letter, second: Letter| {
        let is_shorter = (Some(first) == at_a) != (Some(second) == at_b);
        (at_a.is_some() && at_b.is_some() && is_shorter)
            .then_some(Controlled { wires: [a, b], letters: [first, second] })
    };
    LETTERS
        .into_iter()
        .flat_map(move |first| LETTERS.into_iter().filter_map(move |second| both(first, second)))
}

#[cfg(test)]
pub mod tests;
