//! Circuits of CX and one-wire gates for rotations about Pauli strings followed by a Clifford: Pauli networks (de Brugiere
//! and Martiel, "Faster and shorter synthesis of Hamiltonian simulation circuits", arXiv:2404.03280).
//!
//! A Clifford gate that happens now changes all strings that are still to come. A string of one letter is done. Each step
//! takes, of the controlled Pauli gates that shorten a string whose turn it may be, the one that shortens the next ones
//! most. The Clifford at the end is a table of strings too, and is brought back by the same gates.

/// A product of Pauli operators: `i^phase` times, on each wire, `X^x Z^z`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Pauli {
    /// The wires with X.
    pub x: u128,
    /// The wires with Z.
    pub z: u128,
    /// Powers of i, modulo 4.
    pub phase: u8,
}

/// A piece of the network; wires are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// A gate on one wire.
    H(usize),
    /// A gate on one wire.
    S(usize),
    /// A gate on one wire.
    Sdg(usize),
    /// A gate on one wire.
    X(usize),
    /// A gate on one wire.
    Z(usize),
    /// CX with control and target.
    Cx(usize, usize),
    /// Two wires are exchanged.
    Swap(usize, usize),
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

/// A Pauli letter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Letter {
    /// X.
    X,
    /// Y.
    Y,
    /// Z.
    Z,
}

/// The next strings that a gate is judged by.
const REACH: usize = 60;

/// Of longer strings, the letters among which a gate is chosen.
const MAX_CHOICE: usize = 10;

impl Pauli {
    /// The product.
    #[must_use]
    pub fn times(self, other: Self) -> Self {
        // Z moves past X with a sign.
        let phase = self.phase + other.phase + 2 * ((self.z & other.x).count_ones() % 2) as u8;
        Self { x: self.x ^ other.x, z: self.z ^ other.z, phase: phase % 4 }
    }

    /// Whether two strings commute.
    pub fn commutes_with(self, other: Self) -> bool {
        ((self.x & other.z).count_ones() + (self.z & other.x).count_ones()).is_multiple_of(2)
    }

    /// Whether a Hermitian string has the sign -1.
    fn is_negative(self) -> bool {
        // Y = i X Z.
        (self.phase + 4 - ((self.x & self.z).count_ones() % 4) as u8) % 4 == 2
    }

    fn support(self) -> u128 {
        self.x | self.z
    }

    fn weight(self) -> i64 {
        i64::from(self.support().count_ones())
    }

    fn letter(self, wire: usize) -> Option<Letter> {
        match (self.x >> wire & 1, self.z >> wire & 1) {
            (0, 0) => None,
            (1, 0) => Some(Letter::X),
            (1, 1) => Some(Letter::Y),
            _ => Some(Letter::Z),
        }
    }

    /// The string after a gate: `g P g^-1`.
    fn conjugate(&mut self, piece: Piece) {
        let bit = |set: u128, wire: usize| (set >> wire & 1) as u8;
        let turn = match piece {
            Piece::H(q) => {
                let (x, z) = (bit(self.x, q), bit(self.z, q));
                self.x ^= u128::from(x ^ z) << q;
                self.z ^= u128::from(x ^ z) << q;
                2 * (x & z)
            }
            Piece::S(q) | Piece::Sdg(q) => {
                let x = bit(self.x, q);
                self.z ^= u128::from(x) << q;
                if matches!(piece, Piece::S(_)) { x } else { 3 * x }
            }
            Piece::X(q) => 2 * bit(self.z, q),
            Piece::Z(q) => 2 * bit(self.x, q),
            Piece::Cx(c, t) => {
                self.x ^= (self.x >> c & 1) << t;
                self.z ^= (self.z >> t & 1) << c;
                0
            }
            Piece::Swap(a, b) => {
                for set in [&mut self.x, &mut self.z] {
                    let differ = (*set >> a ^ *set >> b) & 1;
                    *set ^= differ << a | differ << b;
                }
                0
            }
            Piece::Rotation { .. } => 0,
        };
        self.phase = (self.phase + turn) % 4;
    }
}

/// A controlled Pauli gate: what anticommutes with one letter is multiplied by the other.
#[derive(Clone, Copy)]
struct Controlled {
    wires: [usize; 2],
    letters: [Letter; 2],
}

impl Controlled {
    /// How many wires are between the two.
    fn span(self) -> i64 {
        self.wires[0].abs_diff(self.wires[1]) as i64 - 1
    }

    /// The weight of a string after the gate.
    fn weight_after(self, pauli: Pauli) -> i64 {
        let [a, b] = self.wires;
        let (mut p, mut q) = (bits(pauli.letter(a)), bits(pauli.letter(b)));
        let [s, t] = self.letters.map(|letter| bits(Some(letter)));
        let differ = |u: (u8, u8), v: (u8, u8)| (u.0 & v.1) ^ (u.1 & v.0) == 1;
        let (first, second) = (differ(p, s), differ(q, t));
        if first {
            q = (q.0 ^ t.0, q.1 ^ t.1);
        }
        if second {
            p = (p.0 ^ s.0, p.1 ^ s.1);
        }
        let rest = pauli.support() & !(1 << a) & !(1 << b);
        i64::from(rest.count_ones()) + i64::from(p != (0, 0)) + i64::from(q != (0, 0))
    }
}

fn bits(letter: Option<Letter>) -> (u8, u8) {
    match letter {
        None => (0, 0),
        Some(Letter::X) => (1, 0),
        Some(Letter::Y) => (1, 1),
        Some(Letter::Z) => (0, 1),
    }
}

/// A network for rotations in this order, those that commute in any, and then the Clifford `C` with the strings
/// `C^-1 X C` and `C^-1 Z C` for each wire, up to a global phase. None once it has `limit` CX.
/// With `spread` above 0, gates between wires with close numbers are preferred: what follows may have to be routed.
pub fn pauli_network(
    n_wires: usize,
    rotations: &[Pauli],
    clifford: &[[Pauli; 2]],
    limit: usize,
    spread: i64,
) -> Option<Vec<Piece>> {
    // How fast later strings count less, and how much the table counts, in thousandths.
    let attempts = [(900, 100), (970, 200), (700, 30)];
    let mut best: Option<(usize, Vec<Piece>)> = None;
    for (fading, table_weight) in attempts {
        let limit = best.as_ref().map_or(limit, |best| best.0);
        let open = rotations.iter().copied().enumerate().collect();
        let mut network =
            Network { n_wires, open, table: clifford.to_vec(), pieces: Vec::new(), n_cx: 0, limit, spread };
        if network.take_rotations(fading, table_weight) && network.undo_table() {
            best = Some((network.n_cx, network.pieces));
        }
    }
    best.map(|best| best.1)
}

struct Network {
    n_wires: usize,
    /// Rotations that are left, in order.
    open: Vec<(usize, Pauli)>,
    table: Vec<[Pauli; 2]>,
    pieces: Vec<Piece>,
    n_cx: usize,
    limit: usize,
    /// What one more wire between the two of a gate weighs, one letter of the next string being 1000.
    spread: i64,
}

impl Network {
    fn push(&mut self, piece: Piece) {
        let strings = self.open.iter_mut().map(|open| &mut open.1).chain(self.table.iter_mut().flatten());
        strings.for_each(|pauli| pauli.conjugate(piece));
        self.n_cx += usize::from(matches!(piece, Piece::Cx(..)));
        self.pieces.push(piece);
    }

    fn push_controlled(&mut self, gate: Controlled) {
        let [control, target] = gate.wires;
        let (to_z, to_x): (&[Piece], &[Piece]) = (
            match gate.letters[0] {
                Letter::X => &[Piece::H(control)],
                Letter::Y => &[Piece::Sdg(control), Piece::H(control)],
                Letter::Z => &[],
            },
            match gate.letters[1] {
                Letter::X => &[],
                Letter::Y => &[Piece::Sdg(target)],
                Letter::Z => &[Piece::H(target)],
            },
        );
        to_z.iter().chain(to_x).for_each(|&piece| self.push(piece));
        self.push(Piece::Cx(control, target));
        for &piece in to_z.iter().rev().chain(to_x.iter().rev()) {
            self.push(match piece {
                Piece::Sdg(wire) => Piece::S(wire),
                other => other,
            });
        }
    }

    /// Rotations that no earlier one holds back, by their place; only the first of a long list are looked at.
    fn front(&self) -> Vec<usize> {
        let near = &self.open[..self.open.len().min(2 * REACH)];
        let is_free = |i: usize| near[..i].iter().all(|earlier| earlier.1.commutes_with(near[i].1));
        (0..near.len()).filter(|&i| is_free(i)).collect()
    }

    /// Brings every string down to one letter; whether the limit was kept.
    fn take_rotations(&mut self, fading: i64, table_weight: i64) -> bool {
        loop {
            let front = self.front();
            let Some(least) = front.iter().map(|&i| self.open[i].1.weight()).min() else { return true };
            if least <= 1 {
                let done: Vec<usize> =
                    front.iter().copied().filter(|&i| self.open[i].1.weight() <= 1).collect();
                for i in done.into_iter().rev() {
                    let (number, pauli) = self.open.remove(i);
                    let wire = pauli.support().trailing_zeros() as usize;
                    if let Some(letter) = pauli.letter(wire.min(127)) {
                        let is_negated = pauli.is_negative();
                        self.pieces.push(Piece::Rotation { number, wire, letter, is_negated });
                    }
                }
                continue;
            }
            if self.n_cx + 1 >= self.limit {
                return false;
            }
            let mut best: Option<(i64, Controlled)> = None;
            for &i in front.iter().filter(|&&i| self.open[i].1.weight() == least).take(6) {
                for gate in shortening(self.open[i].1, None) {
                    let score = self.score(gate, fading, table_weight);
                    if best.is_none_or(|best| score < best.0) {
                        best = Some((score, gate));
                    }
                }
            }
            let Some((_, gate)) = best else { return false };
            self.push_controlled(gate);
        }
    }

    /// How much longer strings get, nearest ones counting most.
    fn score(&self, gate: Controlled, fading: i64, table_weight: i64) -> i64 {
        let touched = 1_u128 << gate.wires[0] | 1 << gate.wires[1];
        let change = |pauli: Pauli| {
            if pauli.support() & touched == 0 { 0 } else { gate.weight_after(pauli) - pauli.weight() }
        };
        let (mut score, mut factor) = (0, 1_000_000);
        for &(_, pauli) in self.open.iter().take(REACH) {
            score += factor * change(pauli);
            factor = factor * fading / 1000;
        }
        let table: i64 = self.table.iter().flatten().map(|&pauli| change(pauli)).sum();
        score + 1000 * table_weight * table + 1000 * self.spread * gate.span()
    }

    /// Makes the table that of a permutation, and then of nothing; whether the limit was kept.
    fn undo_table(&mut self) -> bool {
        let mut is_open = vec![true; self.n_wires];
        // The wire that each row ends on.
        let mut end = vec![0; self.n_wires];
        for _ in 0..self.n_wires {
            let open = (0..self.n_wires).filter(|&row| is_open[row]);
            let total = |row: usize| self.table[row].iter().map(|pauli| pauli.weight()).sum::<i64>();
            let Some(row) = open.min_by_key(|&row| (total(row), row)) else { break };
            is_open[row] = false;
            while self.table[row][0].weight() > 1 {
                if self.n_cx + 1 >= self.limit {
                    return false;
                }
                let gates = shortening(self.table[row][0], None);
                let Some(gate) = gates.into_iter().min_by_key(|&gate| self.table_score(gate, row)) else {
                    return false;
                };
                self.push_controlled(gate);
            }
            let wire = self.table[row][0].support().trailing_zeros() as usize;
            end[row] = wire;
            // The second string anticommutes with the letter that is left, which therefore stays.
            let Some(kept) = self.table[row][0].letter(wire) else { return false };
            while self.table[row][1].weight() > 1 {
                if self.n_cx + 1 >= self.limit {
                    return false;
                }
                let Some(gate) = shortening(self.table[row][1], Some((wire, kept))).pop() else {
                    return false;
                };
                self.push_controlled(gate);
            }
            self.turn_to_xz(row, wire);
        }
        for row in 0..self.n_wires {
            if end[row] != row {
                self.push(Piece::Swap(row, end[row]));
                let other = end[row];
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
        true
    }

    fn table_score(&self, gate: Controlled, row: usize) -> (i64, usize, usize) {
        let spread = self.spread * gate.span() / 250;
        let own = gate.weight_after(self.table[row][1]);
        let all: i64 = self.table.iter().flatten().map(|&pauli| gate.weight_after(pauli)).sum();
        (2 * own + all + spread, gate.wires[0], gate.wires[1])
    }

    /// Makes the strings of a row, letters on one wire, X and Z.
    fn turn_to_xz(&mut self, row: usize, wire: usize) {
        match self.table[row][0].letter(wire) {
            Some(Letter::Y) => self.push(Piece::S(wire)),
            Some(Letter::Z) => self.push(Piece::H(wire)),
            _ => {}
        }
        if self.table[row][1].letter(wire) == Some(Letter::Y) {
            // A turn about X takes Y to Z.
            [Piece::H(wire), Piece::S(wire), Piece::H(wire)].into_iter().for_each(|piece| self.push(piece));
        }
        if self.table[row][0].is_negative() {
            self.push(Piece::Z(wire));
        }
        if self.table[row][1].is_negative() {
            self.push(Piece::X(wire));
        }
    }
}

/// The gates that take one letter out of a string; with `kept`, only those that leave this letter on its wire alone.
fn shortening(pauli: Pauli, kept: Option<(usize, Letter)>) -> Vec<Controlled> {
    let mut wires = Vec::new();
    let mut support = pauli.support();
    while support != 0 {
        wires.push(support.trailing_zeros() as usize);
        support &= support - 1;
    }
    if kept.is_none() {
        wires.truncate(MAX_CHOICE);
    }
    let firsts = kept.map_or(wires.clone(), |kept| vec![kept.0]);
    let mut gates = Vec::new();
    for a in firsts {
        for &b in wires.iter().filter(|&&b| b != a) {
            let (Some(at_a), Some(at_b)) = (pauli.letter(a), pauli.letter(b)) else { continue };
            for letter in [Letter::X, Letter::Y, Letter::Z] {
                let is_allowed = kept.is_none_or(|kept| kept.1 == letter);
                if letter != at_a && is_allowed {
                    gates.push(Controlled { wires: [a, b], letters: [letter, at_b] });
                }
            }
        }
    }
    gates
}

#[cfg(test)]
mod tests;
