//! Expectation values: strings of letters are moved from the end of a circuit back to its start.
//!
//! `<U^H P U>` in `|0..0>` is 0 if a letter X or Y is left, else a sign. A measurement of `Z_w` into a bit takes strings
//! with X or Y on `w` to 0; where a later correction has given the string the sign `(-1)^bit`, that sign is `Z_w` before the
//! measurement. So circuits with linear consequences need no branches, however much is measured.

use super::{Clifford, Letters, Op, Step};
use crate::Fault;
use crate::simulator::Run;
use qml_source::bug;

/// Strings on their way back, a row for each wire or bit.
struct Strings {
    count: usize,
    /// Letters `x + 2 z`.
    letters: Vec<u8>,
    /// Whether there is a factor `(-1)^bit`.
    signs: Vec<bool>,
    minus: Vec<bool>,
    is_zero: Vec<bool>,
}

impl Clifford {
    /// The expectation values of strings of letters on wires, for a linear circuit.
    pub(super) fn moved_back(&self, run: &Run, strings: &[Letters]) -> Result<Vec<f64>, Fault> {
        let n = strings.len();
        let mut moving = Strings {
            count: n,
            letters: vec![0; self.n_wires * n],
            signs: vec![false; self.program.n_bits * n],
            minus: vec![false; n],
            is_zero: vec![false; n],
        };
        for (i, string) in strings.iter().enumerate() {
            string.iter().for_each(|&(wire, letter)| moving.letters[wire as usize * n + i] = letter);
        }
        for step in self.program.steps.iter().rev() {
            run.check()?;
            match step {
                Step::Do(Op::Gate { wires, action }) => moving.gate(wires, &action.back),
                Step::Do(Op::Rotation { string, quarters: 2 }) => moving.correct(string, &[], true),
                Step::Do(Op::Rotation { string, quarters }) if *quarters != 0 => {
                    moving.rotate(string, *quarters);
                }
                Step::Do(Op::Rotation { .. }) | Step::Branch { .. } | Step::Jump { .. } => {}
                Step::Do(Op::Correction { string, bits, odd }) => moving.correct(string, bits, *odd),
                Step::Do(Op::Mixture(_) | Op::Misread { .. }) => bug!("noise is for shots"),
                Step::Measure { wire, bit } => moving.measure(*wire, *bit),
                Step::Reset { wire } => moving.reset(*wire),
            }
        }
        // All wires start in 0.
        (0..self.n_wires as u32).for_each(|wire| moving.reset(wire));
        let value = |(&is_zero, &minus)| match (is_zero, minus) {
            (true, _) => 0.0,
            (false, true) => -1.0,
            (false, false) => 1.0,
        };
        Ok(moving.is_zero.iter().zip(&moving.minus).map(value).collect())
    }
}

impl Strings {
    fn gate(&mut self, wires: &[u32], back: &[(usize, bool)]) {
        for i in 0..self.count {
            let place = |wire: u32| wire as usize * self.count + i;
            let product = wires
                .iter()
                .enumerate()
                .fold(0, |product, (k, &wire)| product | usize::from(self.letters[place(wire)]) << (2 * k));
            let (image, minus) = back[product];
            for (k, &wire) in wires.iter().enumerate() {
                let place = place(wire);
                self.letters[place] = (image >> (2 * k) & 3) as u8;
            }
            self.minus[i] ^= minus;
        }
    }

    /// `Q` becomes `-i Q P`, after three quarters `i Q P`, where it anticommutes with `P`.
    fn rotate(&mut self, string: &Letters, quarters: u8) {
        for i in 0..self.count {
            if !self.anticommutes(i, string) {
                continue;
            }
            let mut phase = if quarters == 1 { 3 } else { 1 };
            for &(wire, letter) in string {
                let own = &mut self.letters[wire as usize * self.count + i];
                phase += phase_of_product(*own, letter);
                *own ^= letter;
            }
            self.minus[i] ^= phase % 4 == 2;
        }
    }

    /// `Q` changes its sign where it anticommutes with the string and the sum of the bits is odd.
    fn correct(&mut self, string: &Letters, bits: &[u32], odd: bool) {
        for i in 0..self.count {
            if self.anticommutes(i, string) {
                self.minus[i] ^= odd;
                bits.iter().for_each(|&bit| self.signs[bit as usize * self.count + i] ^= true);
            }
        }
    }

    fn measure(&mut self, wire: u32, bit: u32) {
        for i in 0..self.count {
            let sign = &mut self.signs[bit as usize * self.count + i];
            let letter = &mut self.letters[wire as usize * self.count + i];
            self.is_zero[i] |= *letter & 1 != 0;
            *letter ^= 2 * u8::from(std::mem::take(sign));
        }
    }

    fn reset(&mut self, wire: u32) {
        for i in 0..self.count {
            let letter = &mut self.letters[wire as usize * self.count + i];
            self.is_zero[i] |= *letter & 1 != 0;
            *letter = 0;
        }
    }

    fn anticommutes(&self, i: usize, string: &Letters) -> bool {
        let differ = |&(wire, letter): &(u32, u8)| {
            let own = self.letters[wire as usize * self.count + i];
            own != 0 && own != letter
        };
        string.iter().filter(|letter| differ(letter)).count() % 2 == 1
    }
}

/// The power of i in the product of two letters: XY = i Z, and so on around.
fn phase_of_product(a: u8, b: u8) -> u8 {
    // X, Y, Z in the order around, for 1, 3, 2.
    let place = |letter: u8| [0, 0, 2, 1][usize::from(letter)];
    match (a, b) {
        (0, _) | (_, 0) => 0,
        _ if a == b => 0,
        _ if (place(a) + 1) % 3 == place(b) => 1,
        _ => 3,
    }
}
