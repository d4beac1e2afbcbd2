//! The tableau of a stabiliser state.
//!
//! The state is `U |0..0>`. Row `q` of the tableau is `U^H X_q U`, row `n + q` is `U^H Z_q U`: products of letters with
//! signs, 64 letters a word. It is the tableau of Aaronson and Gottesman (Phys. Rev. A 70, 052328) turned around, as in
//! Gidney's Stim (arXiv:2103.02202): the expectation value of a string is that of a product of rows in `|0..0>`, so an
//! outcome that is certain is read off one row.
//!
//! A gate `G` makes `G U` of `U`, and `G^H X_q G` are letters on the gate's wires: a product of their rows. A measurement
//! of `Z_a` with a random outcome `m` leaves `(1 + (-1)^m Z_a) U |0>`, up to its norm. With `P = U^H Z_a U`, and a wire `p`
//! where `P` is X or Y, `(1 + (-1)^m P) |0> = (Z_p + (-1)^m P) |0>`, and `C = (Z_p + (-1)^m P) / sqrt(2)` is a Clifford
//! gate, since `Z_p` and `P` anticommute. So `U` becomes `U C`: measuring is a Hadamard gate between two strings.

use super::images::Action;
use super::{Letters, Op};
use crate::Fault;
use crate::branches::Register;
use crate::simulator::Run;

/// A stabiliser state of `n` wires in `n^2 / 2` bytes.
#[derive(Clone, Debug)]
pub(super) struct Tableau {
    n_wires: usize,
    /// Words of one part of a row.
    n_words: usize,
    /// `2 n` rows; each has the X parts of its letters, then the Z parts.
    bits: Vec<u64>,
    minus: Vec<bool>,
}

/// A product of letters `i^phase P`.
#[derive(Clone, Debug)]
struct Product {
    bits: Vec<u64>,
    /// The power of i.
    phase: u8,
}

/// Bytes of a tableau.
pub(super) fn bytes(n_wires: usize) -> u128 {
    let n = n_wires as u128;
    2 * n * (2 * n.div_ceil(64) * 8 + 1)
}

impl Tableau {
    /// All wires zero.
    pub fn new(n_wires: usize) -> Self {
        let n_words = n_wires.div_ceil(64);
        let mut tableau =
            Self { n_wires, n_words, bits: vec![0; 4 * n_wires * n_words], minus: vec![false; 2 * n_wires] };
        for wire in 0..n_wires {
            let (word, bit) = (wire / 64, 1 << (wire % 64));
            tableau.row_mut(wire)[word] |= bit;
            tableau.row_mut(n_wires + wire)[n_words + word] |= bit;
        }
        tableau
    }

    /// Applies a gate to wires.
    fn gate(&mut self, action: &Action, wires: &[u32]) {
        let (mut changed, mut turned) = (Vec::new(), Vec::new());
        for bit in 0..2 * wires.len() {
            let (image, is_minus) = action.back[1 << bit];
            let row = self.row_of(wires[bit / 2], bit % 2 == 1);
            if image == 1 << bit {
                turned.extend(is_minus.then_some(row));
                continue;
            }
            let letter = |(i, &wire): (usize, &u32)| (wire, (image >> (2 * i) & 3) as u8);
            let mut product = self.product(wires.iter().enumerate().map(letter));
            product.phase += 2 * u8::from(is_minus);
            changed.push((row, product));
        }
        self.replace(changed);
        turned.into_iter().for_each(|row| self.minus[row] ^= true);
    }

    /// Applies `exp(-i quarters pi/4 P)`.
    fn rotate(&mut self, string: &Letters, quarters: u8) {
        if quarters == 0 {
            return;
        }
        if quarters == 2 {
            return self.multiply(string);
        }
        // R^H Q R = Q R^2 = -i Q P or i Q P where Q and P anticommute.
        let axis = self.product(string.iter().copied());
        let mut changed = Vec::new();
        for &(wire, letter) in string {
            for (is_z, commuting) in [(false, 1), (true, 2)] {
                if letter != commuting {
                    let row = self.row_of(wire, is_z);
                    let mut product = self.copied(row);
                    product.times(&axis.bits, axis.phase);
                    product.phase += if quarters == 1 { 3 } else { 1 };
                    changed.push((row, product));
                }
            }
        }
        self.replace(changed);
    }

    /// Applies a product of letters.
    fn multiply(&mut self, string: &Letters) {
        for &(wire, letter) in string {
            let (x, z) = (self.row_of(wire, false), self.row_of(wire, true));
            self.minus[x] ^= letter & 2 != 0;
            self.minus[z] ^= letter & 1 != 0;
        }
    }

    /// The outcome of a wire, if it is certain.
    fn certain(&self, wire: u32) -> Option<bool> {
        let row = self.row_of(wire, true);
        let is_certain = self.row(row)[..self.n_words].iter().all(|&word| word == 0);
        is_certain.then(|| self.minus[row])
    }

    /// The expectation value of a string: 0, 1 or -1.
    pub fn expectation(&self, string: impl Iterator<Item = (u32, u8)>) -> i8 {
        let product = self.product(string);
        match product.bits[..self.n_words].iter().all(|&word| word == 0) {
            false => 0,
            true if product.phase.is_multiple_of(4) => 1,
            true => -1,
        }
    }

    /// One outcome that these wires have together.
    pub fn point(&self, wires: &[u32]) -> Vec<bool> {
        let mut tableau = self.clone();
        let outcome = |&wire: &u32| {
            tableau.certain(wire).unwrap_or_else(|| {
                tableau.project(wire, false);
                false
            })
        };
        wires.iter().map(outcome).collect()
    }

    /// Where the outcomes of a wire are X or Y of `|0..0>`: which of `n` coins they depend on.
    pub fn coins(&self, wire: u32) -> &[u64] {
        &self.row(self.row_of(wire, true))[..self.n_words]
    }

    fn row_of(&self, wire: u32, is_z: bool) -> usize {
        wire as usize + if is_z { self.n_wires } else { 0 }
    }

    fn row(&self, row: usize) -> &[u64] {
        &self.bits[2 * row * self.n_words..][..2 * self.n_words]
    }

    fn row_mut(&mut self, row: usize) -> &mut [u64] {
        &mut self.bits[2 * row * self.n_words..][..2 * self.n_words]
    }

    fn copied(&self, row: usize) -> Product {
        Product { bits: self.row(row).to_vec(), phase: 2 * u8::from(self.minus[row]) }
    }

    /// The product of the rows of a string of letters on different wires.
    fn product(&self, string: impl Iterator<Item = (u32, u8)>) -> Product {
        let mut product = Product { bits: vec![0; 2 * self.n_words], phase: 0 };
        for (wire, letter) in string {
            for (is_z, part) in [(false, 1), (true, 2)] {
                if letter & part != 0 {
                    let row = self.row_of(wire, is_z);
                    product.times(self.row(row), 2 * u8::from(self.minus[row]));
                }
            }
            // Y = i X Z.
            product.phase += u8::from(letter == 3);
            product.phase %= 4;
        }
        product
    }

    fn replace(&mut self, rows: Vec<(usize, Product)>) {
        for (row, product) in rows {
            self.put(row, &product);
        }
    }

    fn put(&mut self, row: usize, product: &Product) {
        debug_assert!(product.phase.is_multiple_of(2), "images are Hermitian");
        self.row_mut(row).copy_from_slice(&product.bits);
        self.minus[row] = product.phase % 4 == 2;
    }
}

impl Register for Tableau {
    type Op = Op;

    fn apply(&mut self, _: &Run, op: &Op, bits: &[bool]) -> Result<(), Fault> {
        match op {
            Op::Gate { wires, action } => self.gate(action, wires),
            Op::Rotation { string, quarters } => self.rotate(string, *quarters),
            Op::Correction { string, bits: sum, odd } => {
                if sum.iter().fold(*odd, |sum, &bit| sum ^ bits[bit as usize]) {
                    self.multiply(string);
                }
            }
            // Nothing happens in the run that frames differ from.
            Op::Mixture(_) | Op::Misread { .. } => {}
        }
        Ok(())
    }

    fn chance(&mut self, wire: u32) -> f64 {
        self.certain(wire).map_or(0.5, |outcome| f64::from(u8::from(outcome)))
    }

    fn project(&mut self, wire: u32, outcome: bool) {
        let measured = self.row_of(wire, true);
        let string = self.row(measured).to_vec();
        // P with the sign of the outcome.
        let phase = 2 * u8::from(self.minus[measured] != outcome);
        let Some(word) = string[..self.n_words].iter().position(|&word| word != 0) else { return };
        let bit = string[word] & string[word].wrapping_neg();
        for row in 0..2 * self.n_wires {
            let own = self.row(row);
            let with_z = own[word] & bit != 0;
            match (with_z, anticommute(own, &string)) {
                (false, false) => {}
                (true, true) => self.minus[row] ^= true,
                // C R C = R Z_p P where R commutes with Z_p alone, R P Z_p where it commutes with P alone.
                (with_z, _) => {
                    let mut product = self.copied(row);
                    let mut z_p = vec![0; 2 * self.n_words];
                    z_p[self.n_words + word] = bit;
                    if with_z {
                        product.times(&string, phase);
                        product.times(&z_p, 0);
                    } else {
                        product.times(&z_p, 0);
                        product.times(&string, phase);
                    }
                    self.put(row, &product);
                }
            }
        }
    }

    fn flip(&mut self, wire: u32) {
        self.multiply(&vec![(wire, 1)]);
    }
}

impl Product {
    /// Multiplies by `i^phase` times a product of letters, on the right. Each place where letters anticommute gives i or
    /// -i; both are counted modulo 4 in two bits a place.
    fn times(&mut self, other: &[u64], phase: u8) {
        let n_words = other.len() / 2;
        let ((x1, z1), (x2, z2)) = (self.bits.split_at_mut(n_words), other.split_at(n_words));
        let (mut ones, mut twos) = (0u64, 0u64);
        for (((x1, z1), x2), z2) in x1.iter_mut().zip(z1).zip(x2).zip(z2) {
            let x1z2 = *x1 & z2;
            let anticommute = *z1 & x2 ^ x1z2;
            *x1 ^= x2;
            *z1 ^= z2;
            twos ^= (ones ^ *x1 ^ *z1 ^ x1z2) & anticommute;
            ones ^= anticommute;
        }
        let count = ones.count_ones() + 2 * twos.count_ones();
        self.phase = (self.phase + phase + (count % 4) as u8) % 4;
    }
}

/// Whether two products of letters anticommute.
fn anticommute(a: &[u64], b: &[u64]) -> bool {
    let n_words = a.len() / 2;
    let ((ax, az), (bx, bz)) = (a.split_at(n_words), b.split_at(n_words));
    let x_z = ax.iter().zip(bz).fold(0, |sum, (x, z)| sum ^ x & z);
    let z_x = az.iter().zip(bx).fold(0, |sum, (z, x)| sum ^ z & x);
    (x_z ^ z_x).count_ones() % 2 == 1
}
