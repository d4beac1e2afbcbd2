//! Circuits of CX and RZ for turns about parities followed by a linear map: parity networks (Amy, Azimzadeh and Mosca,
//! Quantum Sci. Technol. 4, 015002 (2019)).
//!
//! Everything is written in the wires as they are now: a parity is the set of wires whose sum it is. CX turns every set
//! that contains its target by its control. A set of one wire is done. Each step takes the CX within one of the smallest
//! sets after which all sets together are smallest, so that wires come to hold differences which the next sets need.

use crate::bits::each_bit;

/// A piece of the network; wires are numbered from 0.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Piece {
    /// CX with control and target.
    Cx(usize, usize),
    /// The turn of this number happens on a wire.
    Turn(usize, usize),
    /// Two wires are exchanged.
    Swap(usize, usize),
}

/// Most wires of a network.
pub const MAX_WIRES: usize = 128;

/// Wider maps are brought back by elimination alone.
const MAX_GREEDY: usize = 40;

/// A network in which each parity of `turns` comes up, and after which wire `i` holds the parity `map[i]`. Parities are
/// sets of wires, as bits; none is empty, and `map` is invertible. The shortest of a few attempts; none if all have
/// `limit` CX or more.
pub fn parity_network(n_wires: usize, turns: &[u128], map: &[u128], limit: usize) -> Option<Vec<Piece>> {
    let n_attempts = if turns.is_empty() || turns.len() > 1000 { 1 } else { 3 };
    let mut best: Option<(usize, Vec<Piece>)> = None;
    for weight in [0, 1, 3].into_iter().take(n_attempts) {
        let mut network = Network {
            n_wires,
            open: turns.iter().copied().enumerate().collect(),
            map: map.to_vec(),
            pieces: Vec::new(),
            n_cx: 0,
            limit: best.as_ref().map_or(limit, |best| best.0),
        };
        if network.take_turns(weight) && network.finish() {
            best = Some((network.n_cx, network.pieces));
        }
    }
    best.map(|best| best.1)
}

struct Network {
    n_wires: usize,
    /// The turns that are left, with their sets.
    open: Vec<(usize, u128)>,
    /// The sets that the wires have to hold at the end.
    map: Vec<u128>,
    pieces: Vec<Piece>,
    /// How many CX these are, and how many are too many.
    n_cx: usize,
    limit: usize,
}

impl Network {
    fn cx(&mut self, control: usize, target: usize) {
        for set in self.open.iter_mut().map(|turn| &mut turn.1).chain(&mut self.map) {
            *set ^= (*set >> target & 1) << control;
        }
        self.pieces.push(Piece::Cx(control, target));
        self.n_cx += 1;
    }

    fn is_too_long(&self) -> bool {
        self.n_cx >= self.limit
    }

    /// Brings every set down to one wire, the sets of the map counting `weight` times; whether the limit was kept.
    fn take_turns(&mut self, weight: i64) -> bool {
        loop {
            if self.is_too_long() {
                return false;
            }
            let pieces = &mut self.pieces;
            self.open.retain(|&(turn, set)| {
                if set.is_power_of_two() {
                    pieces.push(Piece::Turn(turn, set.trailing_zeros() as usize));
                }
                set.count_ones() > 1
            });
            let Some(least) = self.open.iter().map(|turn| turn.1.count_ones()).min() else { return true };
            // How often two wires are in a set together; a wire with itself: how often it is in a set.
            let mut together = vec![0_i64; self.n_wires * self.n_wires];
            let turns = self.open.iter().map(|turn| (turn.1, 2));
            for (set, weight) in turns.chain(self.map.iter().map(|&set| (set, weight))) {
                each_bit(set, |a| each_bit(set, |b| together[a * self.n_wires + b] += weight));
            }
            let mut best = (i64::MAX, 0, 0);
            for &(_, set) in self.open.iter().filter(|turn| turn.1.count_ones() == least) {
                each_bit(set, |control| {
                    each_bit(set, |target| {
                        if control != target {
                            let shared = together[control * self.n_wires + target];
                            let growth = together[target * (self.n_wires + 1)] - 2 * shared;
                            best = best.min((growth, control, target));
                        }
                    });
                });
            }
            self.cx(best.1, best.2);
        }
    }

    /// Makes the map a permutation: greedily as long as the map and its inverse get smaller (de Brugiere et al.,
    /// arXiv:2201.06457), then by elimination. Whether the limit was kept.
    fn finish(&mut self) -> bool {
        let mut inverse = invert(&self.map);
        let mut columns = transpose(&self.map);
        while self.n_wires <= MAX_GREEDY {
            if self.is_too_long() {
                return false;
            }
            let best = best_cx(&columns, &inverse);
            if best.0 == 0 {
                break;
            }
            self.cx(best.1, best.2);
            inverse[best.2] ^= inverse[best.1];
            columns[best.1] ^= columns[best.2];
        }
        let mut is_pivot = 0_u128;
        for row in 0..self.n_wires {
            let pivot = (self.map[row] & !is_pivot).trailing_zeros() as usize;
            is_pivot |= 1 << pivot;
            let others = self.map[row] & !(1 << pivot);
            each_bit(others, |other| self.cx(other, pivot));
        }
        for wire in 0..self.n_wires {
            let from = self.map[wire].trailing_zeros() as usize;
            if from != wire {
                self.pieces.push(Piece::Swap(wire, from));
                for set in &mut self.map {
                    let (a, b) = (*set >> wire & 1, *set >> from & 1);
                    *set ^= (a ^ b) << wire | (a ^ b) << from;
                }
            }
        }
        !self.is_too_long()
    }
}

/// The CX, after its change, that makes a map, by its columns, and its inverse, by its rows, smallest; 0 if none does.
fn best_cx(columns: &[u128], inverse: &[u128]) -> (i64, usize, usize) {
    let size = |set: u128| i64::from(set.count_ones());
    let sizes = |sets: &[u128]| -> Vec<i64> { sets.iter().map(|&set| size(set)).collect() };
    let (of_columns, of_inverse) = (sizes(columns), sizes(inverse));
    let mut best = (0, 0, 0);
    for a in 0..columns.len() {
        for b in 0..a {
            let sums = size(columns[a] ^ columns[b]) + size(inverse[a] ^ inverse[b]);
            best = best.min((sums - of_columns[a] - of_inverse[b], a, b));
            best = best.min((sums - of_columns[b] - of_inverse[a], b, a));
        }
    }
    best
}

fn transpose(rows: &[u128]) -> Vec<u128> {
    let column = |i: usize| rows.iter().rev().fold(0, |column, row| column << 1 | row >> i & 1);
    (0..rows.len()).map(column).collect()
}

/// The inverse of a matrix of bits.
fn invert(rows: &[u128]) -> Vec<u128> {
    let n = rows.len();
    let mut rows = rows.to_vec();
    let mut inverse: Vec<u128> = (0..n).map(|i| 1 << i).collect();
    for i in 0..n {
        let Some(pivot) = (i..n).find(|&r| rows[r] >> i & 1 == 1) else {
            qml_source::bug!("a linear map without inverse")
        };
        rows.swap(i, pivot);
        inverse.swap(i, pivot);
        for r in (0..n).filter(|&r| r != i) {
            if rows[r] >> i & 1 == 1 {
                rows[r] ^= rows[i];
                inverse[r] ^= inverse[i];
            }
        }
    }
    inverse
}

#[cfg(test)]
pub(crate) mod tests;
