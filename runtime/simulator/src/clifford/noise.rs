//! Noise that is made of Pauli letters, on circuits of thousands of wires.
//!
//! A letter that happens by chance is a factor of the frame of the shot that it happens to, and moves on with it (Gidney,
//! arXiv:2103.02202, section 4). Most shots are spared by most channels: how many are skipped until the next one is hit has
//! a geometric distribution, so a channel takes one random number, and two more a hit, whatever the number of shots.
//!
//! Channels inside of branches, outcomes with other than linear consequences, and operators that are no letters are for
//! trajectories.

use std::slice::from_ref;

use qml_ir::circuit::{Circuit, OpKind, Wires};
use qml_prelude::random::uniform_at;

use super::frames::Frames;
use super::images::product_of;
use super::lower::Lower;
use super::{Clifford, Op, Step};
use crate::branches::Program;
use crate::noise::{Channel, Noise};

/// A product of letters that happens by chance.
#[derive(Clone, Debug)]
pub(super) struct Mixture {
    wires: Vec<u32>,
    /// Products, each with the probability that it or one before it happens; the rest of the time there is none.
    products: Vec<(usize, f64)>,
}

/// An outcome that may be told wrongly.
#[derive(Clone, Copy, Debug)]
pub(super) enum Told {
    /// That of a measurement, into this bit.
    Bit(u32),
    /// That of a returned qubit, told by its place in the register, at the end.
    Output(usize),
}

/// What happens to some shots.
pub(super) struct Events<'a> {
    /// Their random numbers.
    pub key: u64,
    /// Bits and register of the run that frames differ from.
    pub bits: &'a [bool],
    pub point: &'a [bool],
    pub output: &'a [u32],
}

impl Mixture {
    fn new(channel: &Channel, wires: &Wires) -> Option<Self> {
        let (mut products, mut sum) = (Vec::new(), 0.0);
        for (operator, p) in channel.operators().iter().zip(channel.mixture()?) {
            if p == 0.0 {
                continue;
            }
            let letters: Vec<_> = operator.iter().map(|entry| entry / p.sqrt()).collect();
            match product_of(&letters, channel.n_wires())? {
                0 => {}
                product => {
                    sum += p;
                    products.push((product, sum));
                }
            }
        }
        Some(Self { wires: wires.iter().map(|wire| wire.0).collect(), products })
    }
}

impl Clifford {
    /// The circuit with its noise for these values of its slots, for shots; none where frames can't follow it.
    pub fn noisy(circuit: &Circuit, slots: &[f64], noise: &Noise) -> Option<Self> {
        let mut program = Program { steps: Vec::new(), n_bits: circuit.n_bits, unfinished: Vec::new() };
        let mut lower = Lower::new(slots);
        // How many measurements write each bit.
        let mut n_writes = vec![0; circuit.n_bits];
        circuit.visit(|op| {
            if let OpKind::Measure { bit, .. } = op.kind {
                n_writes[bit.0 as usize] += 1;
            }
        });
        let mut number = 0;
        for op in &circuit.ops {
            let mut next = number;
            op.visit(&mut |_| next += 1);
            if (number + 1..next).any(|inner| noise.has_channels(inner)) {
                return None;
            }
            push_channels(&mut program, noise.channels_before(number))?;
            program.push(from_ref(op), &mut |op| lower.op(op)).ok()?;
            push_channels(&mut program, noise.channels_after(number))?;
            if let OpKind::Measure { wire, bit } = op.kind {
                let errors = noise.readout_error(wire);
                // Which error it is depends on the outcome, which is only known of the last one in a bit.
                if errors[0] != errors[1] && n_writes[bit.0 as usize] > 1 {
                    return None;
                }
                push_misread(&mut program, Told::Bit(bit.0), errors);
            }
            number = next;
        }
        for (place, &wire) in circuit.output.iter().enumerate() {
            push_misread(&mut program, Told::Output(place), noise.readout_error(wire));
        }
        let noisy = Self::of_program(circuit, program);
        noisy.is_linear.then_some(noisy)
    }
}

fn push_channels(program: &mut Program<Op>, channels: &[(Channel, Wires)]) -> Option<()> {
    for (channel, wires) in channels {
        let mixture = Mixture::new(channel, wires)?;
        if !mixture.products.is_empty() {
            program.steps.push(Step::Do(Op::Mixture(mixture)));
        }
    }
    Some(())
}

fn push_misread(program: &mut Program<Op>, told: Told, errors: [f64; 2]) {
    if errors != [0.0; 2] {
        program.steps.push(Step::Do(Op::Misread { told, errors }));
    }
}

impl Frames {
    /// Letters happen to some shots.
    pub(super) fn disturb(&mut self, mixture: &Mixture, events: &Events<'_>, place: u64) {
        let total = mixture.products.last().map_or(0.0, |last| last.1);
        for_hits([events.key, place], self.n_shots(), total, |shot, chance| {
            let found = mixture.products.iter().find(|(_, sum)| chance * total < *sum);
            let Some(&(product, _)) = found.or(mixture.products.last()) else { return };
            for (i, &wire) in mixture.wires.iter().enumerate() {
                self.add_letter(wire, product >> (2 * i) & 3, shot);
            }
        });
    }

    /// Outcomes of some shots are told wrongly.
    pub(super) fn misread(&mut self, told: Told, errors: [f64; 2], events: &Events<'_>, place: u64) {
        let most = errors[0].max(errors[1]);
        let known = match told {
            Told::Bit(bit) => events.bits[bit as usize],
            Told::Output(output) => events.point[output],
        };
        for_hits([events.key, place], self.n_shots(), most, |shot, chance| {
            let row = match told {
                Told::Bit(bit) => self.flips_of(bit),
                Told::Output(output) => self.outcomes_mut(events.output[output]),
            };
            let mask = 1 << (shot % 64);
            let outcome = known ^ (row[shot / 64] & mask != 0);
            if chance * most < errors[usize::from(outcome)] {
                row[shot / 64] ^= mask;
            }
        });
    }
}

/// Calls `visit` with those of `n` shots that something happens to, with the probability `p` each, and with a random
/// number below 1 for each of them.
fn for_hits([key, place]: [u64; 2], n: usize, p: f64, mut visit: impl FnMut(usize, f64)) {
    let mut shot = 0;
    for draw in 0.. {
        // 0 for a certainty: the logarithm of 0 is minus infinity.
        let skipped = (1.0 - uniform_at(key, place, 2 * draw)).ln() / (-p.min(1.0)).ln_1p();
        // Nothing is what happens with the probability 0.
        if skipped.is_nan() || skipped >= (n - shot) as f64 {
            return;
        }
        shot += skipped as usize;
        visit(shot, uniform_at(key, place, 2 * draw + 1));
        shot += 1;
    }
}
