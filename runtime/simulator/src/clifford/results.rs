//! What is asked of a circuit: expectation values, probabilities, shots.

use std::ops::Range;

use qml_ir::circuit::BitExpr;
use qml_prelude::observable::Observable;
use qml_prelude::random::{child_key, pair_at};

use super::affine::Outcomes;
use super::frames::Frames;
use super::lower::letter_bits;
use super::noise::Events;
use super::tableau::{self, Tableau};
use super::{Clifford, Letters};
use crate::branches::Branch;
use crate::observables::check_observables;
use crate::plan::holds;
use crate::simulator::{Exact, Run, Simulator};
use crate::{Fault, Shots};

/// The stream of coins of frames inside of that of the shots.
const FRAMES: u64 = 1 << 60;
/// The stream of coins of single shots.
const COINS: u64 = 1 << 61;
/// The stream of noise.
const NOISE: u64 = 1 << 62;
/// Words of shots that are followed at once.
const BLOCK: usize = 16;

impl Simulator {
    /// The expectation value of each observable; qubit `i` of an observable is qubit `i` of the returned register.
    pub fn clifford_expectations(
        &self,
        clifford: &Clifford,
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        check_observables(clifford.output.len(), observables)?;
        self.require_tableau(clifford)?;
        let strings: Vec<Letters> = observables
            .iter()
            .flat_map(|observable| observable.terms.keys())
            .map(|string| {
                string.iter().map(|&(q, letter)| (clifford.output[q as usize], letter_bits(letter))).collect()
            })
            .collect();
        let projectors: Vec<&[bool]> = observables
            .iter()
            .flat_map(|observable| observable.projectors.iter().map(|(bits, _)| bits.as_slice()))
            .collect();
        let (mut values, mut chances) = (vec![0.0; strings.len()], vec![0.0; projectors.len()]);
        let mut branches = 1;
        if clifford.is_linear && clifford.has_outcomes() {
            values = clifford.moved_back(&self.run, &strings)?;
            if !projectors.is_empty() {
                let outcomes = self.linear_outcomes(clifford)?;
                chances = projectors.iter().map(|bits| outcomes.probability(bits)).collect();
            }
        } else {
            branches = clifford.program.each_branch(&self.run, start(clifford), &mut |branch| {
                for (value, string) in values.iter_mut().zip(&strings) {
                    self.run.check()?;
                    let sign = branch.register.expectation(string.iter().copied());
                    *value += branch.weight * f64::from(sign);
                }
                if !projectors.is_empty() {
                    let outcomes = outcomes(&branch.register, clifford);
                    for (chance, bits) in chances.iter_mut().zip(&projectors) {
                        *chance += branch.weight * outcomes.probability(bits);
                    }
                }
                Ok(())
            })?;
        }
        let (mut values, mut chances) = (values.into_iter(), chances.into_iter());
        let value = |observable: &Observable| {
            let of_strings: f64 = observable.terms.values().zip(&mut values).map(|(c, v)| c.re * v).sum();
            let projected = observable.projectors.iter().zip(&mut chances);
            of_strings + projected.map(|((_, c), chance)| c.re * chance).sum::<f64>()
        };
        Ok(Exact { value: observables.iter().map(value).collect(), branches })
    }

    /// The probability of each outcome of the register, qubit 0 least significant.
    pub fn clifford_probabilities(&self, clifford: &Clifford) -> Result<Exact<Vec<f64>>, Fault> {
        self.require_tableau(clifford)?;
        self.require_outcomes(clifford.output.len())?;
        let mut values = vec![0.0; 1 << clifford.output.len()];
        let mut branches = 1;
        if clifford.is_linear && clifford.has_outcomes() {
            self.linear_outcomes(clifford)?.add_to(1.0, &mut values);
        } else {
            branches = clifford.program.each_branch(&self.run, start(clifford), &mut |branch| {
                outcomes(&branch.register, clifford).add_to(branch.weight, &mut values);
                Ok(())
            })?;
        }
        Ok(Exact { value: values, branches })
    }

    /// A part of the shots of a longer call, as [`Self::sample_part`].
    pub fn clifford_sample_part(
        &self,
        clifford: &Clifford,
        shots: Range<usize>,
        key: u64,
    ) -> Result<Shots, Fault> {
        self.require_tableau(clifford)?;
        let n_bits = clifford.output.len() + clifford.result_bits.len();
        self.kets.require_shots(shots.len(), n_bits + size_of::<usize>())?;
        let mut rows = Shots { n_shots: shots.len(), n_bits, bits: vec![false; shots.len() * n_bits] };
        if shots.is_empty() {
            return Ok(rows);
        }
        if !clifford.is_linear {
            let (first, coins) = (shots.start, child_key(key, COINS));
            clifford.program.each_group(
                &self.run,
                start(clifford),
                key,
                shots.collect(),
                &mut |branch, shots| clifford.read_out(&self.run, branch, coins, shots, first, &mut rows),
            )?;
            return Ok(rows);
        }
        let known = clifford.program.run_of_zeros(&self.run, start(clifford))?;
        let point = known.register.point(&clifford.output);
        let (key, noise) = (child_key(key, FRAMES), child_key(key, NOISE));
        // Shots of a word always stand in the same block, so it doesn't matter where a part starts.
        let first_block = shots.start / (64 * BLOCK);
        let n_blocks = shots.end.div_ceil(64 * BLOCK) - first_block;
        let block = |index: usize| -> Result<(Range<usize>, Vec<bool>), Fault> {
            let start = (first_block + index) * BLOCK;
            let own = (64 * start).max(shots.start)..(64 * (start + BLOCK)).min(shots.end);
            let coins = |place: usize, row: &mut [u64]| {
                let word =
                    |(w, word): (usize, &mut u64)| *word ^= pair_at(key, (start + w) as u64, place as u64)[0];
                row.iter_mut().enumerate().for_each(word);
            };
            let events = Events {
                key: child_key(noise, (first_block + index) as u64),
                bits: &known.bits,
                point: &point,
                output: &clifford.output,
            };
            let frames = Frames::run(clifford, &self.run, BLOCK, &coins, Some(&events))?;
            let bits = clifford.rows(&known, &point, &frames, own.start - 64 * start..own.end - 64 * start);
            Ok((own, bits))
        };
        for block in self.run.share(n_blocks, block) {
            let (own, bits) = block?;
            rows.bits[(own.start - shots.start) * n_bits..][..bits.len()].copy_from_slice(&bits);
        }
        Ok(rows)
    }

    fn require_tableau(&self, clifford: &Clifford) -> Result<(), Fault> {
        // The tableau, and one more where outcomes are looked at.
        self.require_bytes(2 * tableau::bytes(clifford.n_wires), clifford.n_wires)
    }

    /// The outcomes of the register of a linear circuit: each coin flips some of them.
    fn linear_outcomes(&self, clifford: &Clifford) -> Result<Outcomes, Fault> {
        let known = clifford.program.run_of_zeros(&self.run, start(clifford))?;
        let n_words = clifford.n_coins().div_ceil(64);
        let one_each = |place: usize, row: &mut [u64]| row[place / 64] ^= 1 << (place % 64);
        let frames = Frames::run(clifford, &self.run, n_words, &one_each, None)?;
        let coins: Vec<&[u64]> = clifford.output.iter().map(|&wire| frames.outcomes(wire)).collect();
        Ok(Outcomes::new(&known.register.point(&clifford.output), &coins))
    }
}

/// All wires zero.
fn start(clifford: &Clifford) -> Tableau {
    Tableau::new(clifford.n_wires)
}

/// The outcomes of the register in a state.
fn outcomes(tableau: &Tableau, clifford: &Clifford) -> Outcomes {
    let coins: Vec<&[u64]> = clifford.output.iter().map(|&wire| tableau.coins(wire)).collect();
    Outcomes::new(&tableau.point(&clifford.output), &coins)
}

impl Clifford {
    /// Throws the coins of each shot of a group, and fills in its row.
    fn read_out(
        &self,
        run: &Run,
        branch: &Branch<Tableau>,
        key: u64,
        shots: &[usize],
        first: usize,
        rows: &mut Shots,
    ) -> Result<(), Fault> {
        let point = branch.register.point(&self.output);
        let results: Vec<bool> = self.result_bits.iter().map(|value| holds(value, &branch.bits)).collect();
        for &shot in shots {
            run.check()?;
            let thrown: Vec<u64> = (0..self.n_wires.div_ceil(64) as u64)
                .map(|word| pair_at(key, shot as u64, word)[0])
                .collect();
            let row = &mut rows.bits[(shot - first) * rows.n_bits..][..rows.n_bits];
            for ((to, &wire), &known) in row.iter_mut().zip(&self.output).zip(&point) {
                let coins = branch.register.coins(wire);
                let sum = coins.iter().zip(&thrown).fold(0, |sum, (coin, thrown)| sum ^ coin & thrown);
                *to = known ^ (sum.count_ones() % 2 == 1);
            }
            row[self.output.len()..].copy_from_slice(&results);
        }
        Ok(())
    }

    /// The rows of some shots of a block.
    fn rows(
        &self,
        known: &Branch<Tableau>,
        point: &[bool],
        frames: &Frames,
        shots: Range<usize>,
    ) -> Vec<bool> {
        let n_words = BLOCK;
        let everywhere = |bit: bool| if bit { !0 } else { 0_u64 };
        let bit = |bit: usize, word: usize| everywhere(known.bits[bit]) ^ frames.flips[bit * n_words + word];
        let (start, end) = (shots.start, shots.end);
        let n_bits = self.output.len() + self.result_bits.len();
        let mut rows = vec![false; shots.len() * n_bits];
        for word in start / 64..end.div_ceil(64) {
            let of_bit = |index: usize| bit(index, word);
            let register = self
                .output
                .iter()
                .zip(point)
                .map(|(&wire, &known)| everywhere(known) ^ frames.outcomes(wire)[word]);
            let results = self.result_bits.iter().map(|value| holds_in(value, &of_bit));
            let own = start.max(64 * word)..end.min(64 * (word + 1));
            for (column, bits) in register.chain(results).enumerate() {
                for shot in own.clone() {
                    rows[(shot - start) * n_bits + column] = bits >> (shot % 64) & 1 == 1;
                }
            }
        }
        rows
    }
}

/// The shots of a word for which a condition holds.
fn holds_in(condition: &BitExpr, bit: &impl Fn(usize) -> u64) -> u64 {
    match condition {
        BitExpr::Const(value) => {
            if *value {
                !0
            } else {
                0
            }
        }
        BitExpr::Bit(index) => bit(index.0 as usize),
        BitExpr::Not(a) => !holds_in(a, bit),
        BitExpr::And(a, b) => holds_in(a, bit) & holds_in(b, bit),
        BitExpr::Or(a, b) => holds_in(a, bit) | holds_in(b, bit),
        BitExpr::Xor(a, b) => holds_in(a, bit) ^ holds_in(b, bit),
    }
}
