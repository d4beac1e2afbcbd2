//! Shots: what differs from one run that is known.
//!
//! The run that is known takes outcome 0 wherever it is not certain. A shot is told by its *frame*, a product of letters
//! without sign: its state is that of the known run times the frame. A letter Z on a wire that is 0, and one of what was
//! just measured, change nothing, so each shot has one or not with even chances: later they make its other outcomes
//! random, in the way that quantum mechanics demands (Gidney, arXiv:2103.02202, section 4).

use super::images::Action;
use super::noise::Events;
use super::{Clifford, Letters, Op, Step};
use crate::Fault;
use crate::simulator::Run;

/// What is known of shots at some place: bit `s` of word `w` of a row is shot `64 w + s`.
#[derive(Clone, Debug)]
pub(super) struct Frames {
    n_words: usize,
    /// X and Z parts of the frames, a row a wire.
    x: Vec<u64>,
    z: Vec<u64>,
    /// Where classical bits differ from those of the known run.
    pub flips: Vec<u64>,
}

impl Frames {
    /// Frames at the end of a linear circuit, for `64 * n_words` shots; `coins(place, row)` throws a coin for each of them,
    /// at places from 0 to [`Clifford::n_coins`]. Without `events` there is no noise.
    pub fn run(
        clifford: &Clifford,
        run: &Run,
        n_words: usize,
        coins: &dyn Fn(usize, &mut [u64]),
        events: Option<&Events<'_>>,
    ) -> Result<Self, Fault> {
        let mut frames = Self {
            n_words,
            x: vec![0; clifford.n_wires * n_words],
            z: vec![0; clifford.n_wires * n_words],
            flips: vec![0; clifford.program.n_bits * n_words],
        };
        let mut place = 0;
        let mut toss = |row: &mut [u64]| {
            coins(place, row);
            place += 1;
        };
        frames.z.chunks_mut(n_words).for_each(&mut toss);
        for (number, step) in (0..).zip(&clifford.program.steps) {
            run.check()?;
            match step {
                Step::Do(Op::Gate { wires, action }) => frames.apply(action, wires),
                Step::Do(Op::Rotation { string, quarters }) if quarters % 2 == 1 => frames.rotate(string),
                Step::Do(Op::Rotation { .. }) | Step::Branch { .. } | Step::Jump { .. } => {}
                Step::Do(Op::Correction { string, bits, .. }) => frames.correct(string, bits),
                Step::Do(Op::Mixture(mixture)) => {
                    events.into_iter().for_each(|events| frames.disturb(mixture, events, number));
                }
                Step::Do(Op::Misread { told, errors }) => {
                    events.into_iter().for_each(|events| frames.misread(*told, *errors, events, number));
                }
                Step::Measure { wire, bit } => {
                    let range = |row: u32| row as usize * n_words..(row as usize + 1) * n_words;
                    frames.flips[range(*bit)].copy_from_slice(&frames.x[range(*wire)]);
                    toss(&mut frames.z[range(*wire)]);
                }
                Step::Reset { wire } => {
                    let range = *wire as usize * n_words..(*wire as usize + 1) * n_words;
                    frames.x[range.clone()].fill(0);
                    toss(&mut frames.z[range]);
                }
            }
        }
        Ok(frames)
    }

    /// Where outcomes of a wire differ from those of the known run.
    pub fn outcomes(&self, wire: u32) -> &[u64] {
        &self.x[wire as usize * self.n_words..][..self.n_words]
    }

    /// The same, to be told otherwise.
    pub fn outcomes_mut(&mut self, wire: u32) -> &mut [u64] {
        &mut self.x[wire as usize * self.n_words..][..self.n_words]
    }

    /// Where a bit differs from that of the known run.
    pub fn flips_of(&mut self, bit: u32) -> &mut [u64] {
        &mut self.flips[bit as usize * self.n_words..][..self.n_words]
    }

    /// How many shots there are.
    pub fn n_shots(&self) -> usize {
        64 * self.n_words
    }

    /// Multiplies the frame of a shot with a letter `x + 2 z`.
    pub fn add_letter(&mut self, wire: u32, letter: usize, shot: usize) {
        let place = wire as usize * self.n_words + shot / 64;
        self.x[place] ^= (letter as u64 & 1) << (shot % 64);
        self.z[place] ^= (letter as u64 >> 1) << (shot % 64);
    }

    fn apply(&mut self, action: &Action, wires: &[u32]) {
        let n_bits = 2 * wires.len();
        let place = |bit: usize, word: usize| wires[bit / 2] as usize * self.n_words + word;
        for word in 0..self.n_words {
            let mut after = [0u64; 2 * super::images::MOST_WIRES];
            for (bit, image) in action.forth.iter().enumerate() {
                let part = if bit % 2 == 0 { self.x[place(bit, word)] } else { self.z[place(bit, word)] };
                for (to, value) in after[..n_bits].iter_mut().enumerate() {
                    *value ^= if image >> to & 1 == 1 { part } else { 0 };
                }
            }
            for (bit, value) in after[..n_bits].iter().enumerate() {
                let part = if bit % 2 == 0 { &mut self.x } else { &mut self.z };
                part[wires[bit / 2] as usize * self.n_words + word] = *value;
            }
        }
    }

    /// A quarter turn about a string: frames that anticommute with it get it as a factor.
    fn rotate(&mut self, string: &Letters) {
        for word in 0..self.n_words {
            let turned = string.iter().fold(0, |sum, &(wire, letter)| {
                let place = wire as usize * self.n_words + word;
                let by_x = if letter & 2 != 0 { self.x[place] } else { 0 };
                let by_z = if letter & 1 != 0 { self.z[place] } else { 0 };
                sum ^ by_x ^ by_z
            });
            self.multiply(string, word, turned);
        }
    }

    /// A correction is made where it was not made in the known run, and left out where it was, if its bits differ.
    fn correct(&mut self, string: &Letters, bits: &[u32]) {
        for word in 0..self.n_words {
            let differ =
                bits.iter().fold(0, |sum, &bit| sum ^ self.flips[bit as usize * self.n_words + word]);
            self.multiply(string, word, differ);
        }
    }

    fn multiply(&mut self, string: &Letters, word: usize, shots: u64) {
        for &(wire, letter) in string {
            let place = wire as usize * self.n_words + word;
            self.x[place] ^= if letter & 1 != 0 { shots } else { 0 };
            self.z[place] ^= if letter & 2 != 0 { shots } else { 0 };
        }
    }
}

impl Clifford {
    /// How many coins the frame of a shot takes.
    pub(super) fn n_coins(&self) -> usize {
        let tosses = |step: &&Step| matches!(step, Step::Measure { .. } | Step::Reset { .. });
        self.n_wires + self.program.steps.iter().filter(tosses).count()
    }
}
