//! The Clifford maps of three wires, up to gates on one wire, and how many CX each takes.
//!
//! A table of strings, `C^-1 X C` and `C^-1 Z C` for each wire, says what a Clifford is. On one wire the letters of all six
//! strings are two sets, those with X or Y and those with Z or Y; gates on the wire exchange these two and their sum, and so
//! the two least of the three stand for all. Of the 1,451,520 Cliffords (signs left out: Sp(6, 2)) 6720 classes are left,
//! with 27 controlled Pauli gates leading from each to others. Breadth-first search from the identity gives the least
//! number of CX (the same on four wires is Bravyi, Latone and Maslov, "6-qubit optimal Clifford circuits", npj Quantum Inf. 8,
//! 79 (2022), where classes are kept up to exchanges too).
//!
//! A string is written in the strings of the table, as a sum of some of them. So a class tells which of all 64 strings
//! have one letter left.

use std::sync::OnceLock;

use rustc_hash::FxHashMap as HashMap;

/// Wires of a window.
pub const N_WIRES: usize = 3;

/// A number of CX for each string.
pub type Ways = [u8; 64];

/// More CX than any class is away.
const FAR: u8 = 100;

/// The sets of one wire.
type Sets = [u8; 2];

/// Which wires are coupled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Shape {
    /// Wire 1 with the others.
    Line,
    /// All with each other.
    Triangle,
}

impl Shape {
    /// The coupled pairs.
    pub fn pairs(self) -> &'static [[usize; 2]] {
        const PAIRS: [[usize; 2]; 3] = [[0, 1], [1, 2], [0, 2]];
        &PAIRS[..self.n_pairs()]
    }

    fn n_pairs(self) -> usize {
        match self {
            Self::Line => 2,
            Self::Triangle => 3,
        }
    }
}

/// The classes as a graph; class 0 is the identity.
pub struct Classes {
    sets: Vec<[Sets; N_WIRES]>,
    number: HashMap<[Sets; N_WIRES], u16>,
    /// Where each gate leads: nine for each of the pairs.
    next: Vec<[u16; 27]>,
    /// Which strings have one letter or none, as bits.
    short: Vec<u64>,
    /// By shape: for each class the CX from there to class 0 by way of one in which each string is short; for string 0
    /// that is no condition.
    ways: [OnceLock<Vec<Ways>>; 2],
}

impl Classes {
    /// All classes, found once.
    pub fn all() -> &'static Self {
        static ALL: OnceLock<Classes> = OnceLock::new();
        ALL.get_or_init(Self::find)
    }

    fn find() -> Self {
        let identity: [Sets; N_WIRES] = std::array::from_fn(|wire| least([1 << wire, 1 << (N_WIRES + wire)]));
        let mut classes = Self {
            sets: vec![identity],
            number: HashMap::from_iter([(identity, 0)]),
            next: Vec::new(),
            short: Vec::new(),
            ways: [const { OnceLock::new() }; 2],
        };
        while let Some(&sets) = classes.sets.get(classes.next.len()) {
            classes.short.push(short_strings(sets));
            let next = after_all(sets).map(|sets| {
                *classes.number.entry(sets).or_insert_with(|| {
                    classes.sets.push(sets);
                    classes.sets.len() as u16 - 1
                })
            });
            classes.next.push(next);
        }
        classes
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.sets.len()
    }

    /// The class of a table: `C^-1 X C` of each wire, then `C^-1 Z C` of each, as bits, X on each wire, then Z on each.
    pub fn of(&self, table: [u8; 2 * N_WIRES]) -> u16 {
        let set = |bit: usize| table.iter().rev().fold(0, |set, string| set << 1 | string >> bit & 1);
        let sets = std::array::from_fn(|wire| least([set(wire), set(N_WIRES + wire)]));
        self.number.get(&sets).copied().unwrap_or_else(|| qml_source::bug!("{table:?} is no Clifford"))
    }

    /// The classes to which one CX on coupled wires leads.
    pub fn after(&self, class: u16, shape: Shape) -> &[u16] {
        &self.next[usize::from(class)][..9 * shape.n_pairs()]
    }

    /// The strings with one letter or none, as bits.
    pub fn short(&self, class: u16) -> u64 {
        self.short[usize::from(class)]
    }

    /// For each class the least numbers of CX to class 0, by way of a class in which a string is short.
    pub fn ways(&self, shape: Shape) -> &[Ways] {
        self.ways[shape as usize].get_or_init(|| {
            let mut ways = vec![[FAR; 64]; self.len()];
            ways[0][0] = 0;
            // Classes are numbered as they were found, so that few rounds are enough.
            let mut is_changed = true;
            while is_changed {
                is_changed = false;
                for class in 0..self.len() {
                    is_changed |= self.relax(class, shape, &mut ways);
                }
            }
            ways
        })
    }

    /// Shortens the ways from a class by those of its neighbours; whether any got shorter.
    fn relax(&self, class: usize, shape: Shape, ways: &mut [Ways]) -> bool {
        let mut best = ways[class];
        for &next in self.after(class as u16, shape) {
            let next = &ways[usize::from(next)];
            best.iter_mut().zip(next).for_each(|(best, next)| *best = (*best).min(next + 1));
        }
        let home = best[0];
        let is_short = |string: usize| self.short[class] >> string & 1 == 1;
        (1..64).filter(|&string| is_short(string)).for_each(|string| best[string] = best[string].min(home));
        let is_changed = best != ways[class];
        ways[class] = best;
        is_changed
    }
}

/// The two least of two sets and their sum.
fn least([x, z]: Sets) -> Sets {
    let mut sets = [x, z, x ^ z];
    sets.sort_unstable();
    [sets[0], sets[1]]
}

/// The classes after all gates. The gate with the letters `s` and `t` leaves the set of strings that `s` does not commute
/// with as it is and adds the other wire's to the two others.
fn after_all(sets: [Sets; N_WIRES]) -> [[Sets; N_WIRES]; 27] {
    let three = |wire: usize| [sets[wire][0], sets[wire][1], sets[wire][0] ^ sets[wire][1]];
    std::array::from_fn(|i| {
        let [a, b] = Shape::Triangle.pairs()[i / 9];
        let (at_a, at_b) = (three(a), three(b));
        let (s, t) = (i / 3 % 3, i % 3);
        let mut after = sets;
        after[a] = least([at_a[s], at_a[(s + 1) % 3] ^ at_b[t]]);
        after[b] = least([at_b[t], at_b[(t + 1) % 3] ^ at_a[s]]);
        after
    })
}

fn short_strings(sets: [Sets; N_WIRES]) -> u64 {
    let is_odd = |set: u8, string: u8| (set & string).count_ones() % 2 == 1;
    let weight = |string: u8| sets.iter().filter(|sets| sets.iter().any(|&set| is_odd(set, string))).count();
    (0..64).fold(0, |short, string| short | u64::from(weight(string) <= 1) << string)
}

#[cfg(test)]
mod tests;
