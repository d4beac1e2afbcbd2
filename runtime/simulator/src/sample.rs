//! Shots.
//!
//! The shots walk through the plan together: at a measurement each shot draws its outcome, and the two groups go on with
//! the two projected states. A shot draws from its own stream, keyed by the shot's number and the number of the
//! measurement on its way, so it is the same whatever the threads and whatever the number of shots. Noise is drawn in the
//! same way, from a stream of its own: see `trajectory.rs`.

use std::cmp::Reverse;
use std::collections::BinaryHeap;
use std::ops::Range;

use qml_prelude::random::{child_key, uniform_at};

use crate::Fault;
use crate::bind::Bound;
use crate::ket::Ket;
use crate::pass::apply;
use crate::pieces::{for_pieces, outcome_weights, scale};
use crate::plan::{Plan, Step, Track, holds};
use crate::simulator::{Amplitude, Precision, Run, Simulator};
use crate::trajectory::{Odds, by_operator, jump};
use crate::walk::{Purpose, settle};

/// The stream of noise inside of that of the shots.
pub(crate) const NOISE: u64 = 1 << 62;
/// Parts of the shots of a circuit with noise.
pub(crate) const PARTS: usize = 4;
/// Most wires of a circuit whose shots are parted: the passes of larger states are shared between threads.
pub(crate) const PARTED_WIRES: usize = 18;
/// Amplitudes whose probabilities are summed before a search.
const BLOCK: usize = 64;

/// Outcomes of repeated runs: for each shot the register, qubit 0 first, and then the classical bits of the result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Shots {
    /// How many runs.
    pub n_shots: usize,
    /// Bits of a run.
    pub n_bits: usize,
    /// The bits, run by run.
    pub bits: Vec<bool>,
}

impl Shots {
    /// The bits of a run.
    pub fn row(&self, shot: usize) -> &[bool] {
        &self.bits[shot * self.n_bits..][..self.n_bits]
    }
}

impl Simulator {
    /// Runs the circuit `shots` times and measures the register in the end. The first shots of a longer call are those
    /// of a shorter one with the same key.
    pub fn sample(&self, plan: &Plan, slots: &[f64], shots: usize, key: u64) -> Result<Shots, Fault> {
        self.sample_part(plan, slots, 0..shots, key)
    }

    /// A part of the shots of a longer call of [`Self::sample`], for those that don't fit into memory together.
    pub fn sample_part(
        &self,
        plan: &Plan,
        slots: &[f64],
        shots: Range<usize>,
        key: u64,
    ) -> Result<Shots, Fault> {
        match self.precision() {
            Precision::F64 => self.sample_in::<f64>(plan, slots, shots, key),
            Precision::F32 => self.sample_in::<f32>(plan, slots, shots, key),
        }
    }

    fn sample_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        shots: Range<usize>,
        key: u64,
    ) -> Result<Shots, Fault> {
        let bound = self.bind::<T>(plan, slots)?;
        let n_bits = plan.register_len() + plan.result_bits.len();
        // The rows, the list of shots, the event that it waits for, and the index that each shot finds.
        self.kets.require_shots(shots.len(), n_bits + 4 * size_of::<usize>())?;
        let noise_key = child_key(key, NOISE);
        let part = |shots: Range<usize>| -> Result<Vec<bool>, Fault> {
            let rows = Shots { n_shots: shots.len(), n_bits, bits: vec![false; shots.len() * n_bits] };
            let events = vec![(usize::MAX, 0); if plan.tracks.is_empty() { 0 } else { shots.len() }];
            let first = shots.start;
            let event_key = child_key(noise_key, 0);
            let (simulator, bound) = (self, &bound);
            let mut sampler = Sampler { simulator, bound, key, event_key, noise_key, first, rows, events };
            if !shots.is_empty() {
                let mut all: Vec<usize> = shots.collect();
                let ket = self.start(plan.n_wires)?;
                sampler.follow(Place::default(), ket, vec![false; plan.n_bits], &mut all)?;
            }
            Ok(sampler.rows.bits)
        };
        // Noise parts most shots from each other sooner or later: it pays to follow several groups at once, although
        // each of them begins at the beginning. How many there are doesn't depend on the number of threads.
        let is_parted = !plan.tracks.is_empty() && plan.n_wires <= PARTED_WIRES && shots.len() >= 64;
        let n_parts = if is_parted { PARTS } else { 1 };
        let at = |i: usize| shots.start + shots.len() * i / n_parts;
        let parts = self.run.share(n_parts, |i| part(at(i)..at(i + 1)));
        let bits = parts.into_iter().collect::<Result<Vec<_>, _>>()?.concat();
        Ok(Shots { n_shots: shots.len(), n_bits, bits })
    }
}

/// Where a group of shots is.
#[derive(Clone, Copy, Default)]
struct Place {
    /// The next step.
    step: usize,
    /// Measurements and channels before it.
    draws: u64,
    /// The next unit, in the midst of a track.
    unit: usize,
}

/// Shots on a track, each with the next channel that may do something unusual to it; the first channel on top.
type Waiting = BinaryHeap<Reverse<(usize, usize)>>;

struct Sampler<'a, T: Amplitude> {
    simulator: &'a Simulator,
    bound: &'a Bound<'a, T>,
    key: u64,
    /// The keys of noise, whose numbers are others than those of measurements: of where something unusual happens, and of
    /// what it is.
    event_key: u64,
    noise_key: u64,
    /// The shot of the first row.
    first: usize,
    rows: Shots,
    /// For each shot the last track that it came to, and the next channel that may do something unusual to it.
    events: Vec<(usize, usize)>,
}

impl<T: Amplitude> Sampler<'_, T> {
    /// Follows a group of shots from a place on.
    fn follow(
        &mut self,
        mut place: Place,
        mut ket: Ket<T>,
        mut bits: Vec<bool>,
        mut shots: &mut [usize],
    ) -> Result<(), Fault> {
        let simulator = self.simulator;
        let run = &simulator.run;
        let plan = self.bound.plan;
        let Place { step: mut at, mut draws, .. } = place;
        while let Some(step) = plan.steps.get(at) {
            run.check()?;
            at += 1;
            match step {
                Step::Unitary(segment) => apply(run, self.bound, &plan.segments[*segment], &mut ket),
                Step::Branch { condition, otherwise } => {
                    if !holds(condition, &bits) {
                        at = *otherwise;
                    }
                }
                Step::Jump { to } => at = *to,
                Step::Channel(_) | Step::Map { .. } => qml_source::bug!("no step for shots: {step:?}"),
                Step::Track(index) => {
                    let track = &plan.tracks[*index];
                    let here = Place { step: at - 1, draws, ..place };
                    shots = self.pass(track, here, &mut ket, &bits, shots)?;
                    draws += track.channels.len() as u64;
                    place.unit = 0;
                }
                Step::Misread { is_last: true, .. } => {}
                Step::Misread { bit, errors, .. } => {
                    let probability = errors[usize::from(bits[*bit])];
                    let uniform = |shot: usize| uniform_at(self.noise_key, shot as u64, draws);
                    let n_wrong = ones_first(shots, |shot| uniform(shot) < probability);
                    draws += 1;
                    let (wrong, right) = shots.split_at_mut(n_wrong);
                    let is_wrong = wrong.len() > right.len();
                    let (fewer, more) = if is_wrong { (right, wrong) } else { (wrong, right) };
                    if !fewer.is_empty() {
                        let other = self.simulator.copied(&ket)?;
                        let mut other_bits = bits.clone();
                        other_bits[*bit] ^= !is_wrong;
                        self.follow(Place { step: at, draws, unit: 0 }, other, other_bits, fewer)?;
                    }
                    bits[*bit] ^= is_wrong;
                    shots = more;
                }
                Step::Measure { position, is_last, .. }
                    if Purpose::Outcomes.skips(plan, *position, *is_last) => {}
                Step::Measure { position, .. } | Step::Reset { position } => {
                    let weights = outcome_weights(run, &ket, *position);
                    run.check()?;
                    let p_one = weights[1] / (weights[0] + weights[1]);
                    let n_ones = ones_first(shots, |shot| uniform_at(self.key, shot as u64, draws) < p_one);
                    draws += 1;
                    let (ones, zeros) = shots.split_at_mut(n_ones);
                    // The smaller group first: what waits for its end is at most as deep as a group can be halved.
                    let first = ones.len() <= zeros.len();
                    let (fewer, more) = if first { (ones, zeros) } else { (zeros, ones) };
                    let factor = |outcome: bool| weights[usize::from(outcome)].sqrt().recip();
                    if !fewer.is_empty() {
                        let mut other = self.simulator.copied(&ket)?;
                        let mut other_bits = bits.clone();
                        settle(run, step, first, &mut other, &mut other_bits);
                        scale(run, &mut other, factor(first));
                        self.follow(Place { step: at, draws, unit: 0 }, other, other_bits, fewer)?;
                    }
                    settle(run, step, !first, &mut ket, &mut bits);
                    scale(run, &mut ket, factor(!first));
                    shots = more;
                }
            }
        }
        if plan.is_unfinished(&bits) {
            return Err(Fault::Unfinished);
        }
        self.read_out(draws, &ket, &mut bits, shots)?;
        self.simulator.kets.give(ket);
        Ok(())
    }

    /// Takes shots through a track from a unit on: all the way for those that stay together as the largest group, which
    /// are returned.
    fn pass<'s>(
        &mut self,
        track: &Track,
        mut place: Place,
        ket: &mut Ket<T>,
        bits: &[bool],
        shots: &'s mut [usize],
    ) -> Result<&'s mut [usize], Fault> {
        let (simulator, bound) = (self.simulator, self.bound);
        let (run, plan) = (&simulator.run, bound.plan);
        let n_channels = track.channels.len();
        let mut waiting: Waiting = shots.iter().map(|&shot| self.event(track, place, shot)).collect();
        loop {
            let stop = waiting.peek().map_or(n_channels, |&Reverse((event, _))| event);
            let to = if stop == n_channels { n_channels + 1 } else { stop };
            for segment in track.usual(plan, place.unit, to) {
                apply(run, bound, segment, ket);
            }
            run.check()?;
            if stop == n_channels {
                let n = waiting.len();
                shots.iter_mut().zip(waiting).for_each(|(shot, Reverse((_, waiting)))| *shot = waiting);
                return Ok(&mut shots[..n]);
            }
            if let Some(segment) = track.gates[stop] {
                apply(run, bound, &plan.segments[segment], ket);
            }
            let mut here = Vec::new();
            while let Some(&Reverse((event, shot))) = waiting.peek()
                && event == stop
            {
                here.push(shot);
                waiting.pop();
            }
            let channel = &plan.channels[track.channels[stop]];
            let odds = Odds::of(run, channel, ket);
            let draw = (place.draws + stop as u64, channel.most);
            let noise_key = self.noise_key;
            let choice = |shot: usize| odds.choice(draw.1 * uniform_at(noise_key, shot as u64, draw.0));
            place.unit = stop + 1;
            let mut groups = by_operator(&mut here, choice);
            // Where the usual happens after all, shots stay with those that had no event.
            if groups.first().is_some_and(|group| group.0 == 0) {
                waiting.extend(groups.remove(0).1.iter().map(|&shot| self.event(track, place, shot)));
            }
            // The largest group goes on with this state; each other one is at most half of the shots.
            let largest = (0..groups.len()).max_by_key(|&i| groups[i].1.len());
            let (mut own, mut rest) = (0, Vec::new());
            if let Some(i) = largest.filter(|&i| groups[i].1.len() > waiting.len()) {
                let (operator, shots) = groups.swap_remove(i);
                own = operator;
                let events = shots.iter().map(|&shot| self.event(track, place, shot)).collect();
                rest.extend(
                    std::mem::replace(&mut waiting, events).into_iter().map(|Reverse((_, shot))| shot),
                );
            }
            let usual = (!rest.is_empty()).then_some((0, rest.as_mut_slice()));
            for (operator, group) in groups.into_iter().chain(usual) {
                let mut other = simulator.copied(ket)?;
                jump(run, bound, channel, operator, odds.factor(operator), &mut other);
                self.follow(place, other, bits.to_vec(), group)?;
            }
            jump(run, bound, channel, own, odds.factor(own), ket);
        }
    }

    /// The next channel from a place on that may do something unusual to a shot.
    fn event(
        &mut self,
        track: &Track,
        Place { step, draws, unit }: Place,
        shot: usize,
    ) -> Reverse<(usize, usize)> {
        let event = &mut self.events[shot - self.first];
        if event.0 != step || event.1 < unit {
            let uniform = uniform_at(self.event_key, shot as u64, draws + unit as u64);
            *event = (step, track.next_event(unit, uniform));
        }
        Reverse((event.1, shot))
    }

    /// Measures all wires for these shots and fills in their rows.
    fn read_out(
        &mut self,
        draws: u64,
        ket: &Ket<T>,
        bits: &mut [bool],
        shots: &[usize],
    ) -> Result<(), Fault> {
        let run = &self.simulator.run;
        let plan = self.bound.plan;
        let ends = block_ends(run, ket);
        run.check()?;
        let draw = |&shot: &usize| {
            if run.is_interrupted() { 0 } else { pick(ket, &ends, uniform_at(self.key, shot as u64, draws)) }
        };
        let some: Vec<&[usize]> = shots.chunks(1000).collect();
        let indices = run.share(some.len(), |i| some[i].iter().map(draw).collect::<Vec<usize>>()).concat();
        run.check()?;
        let last: Vec<(u32, usize)> = plan
            .steps
            .iter()
            .filter_map(|step| match *step {
                Step::Measure { position, bit, is_last: true } => Some((position, bit)),
                _ => None,
            })
            .collect();
        let misread: Vec<(usize, [f64; 2])> = plan
            .steps
            .iter()
            .filter_map(|step| match *step {
                Step::Misread { bit, errors, is_last: true } => Some((bit, errors)),
                _ => None,
            })
            .collect();
        let n_bits = self.rows.n_bits;
        for (&shot, index) in shots.iter().zip(indices).take_while(|_| !run.is_interrupted()) {
            for &(position, bit) in &last {
                bits[bit] = index >> position & 1 == 1;
            }
            // Numbers of noise that no step on the way took.
            let mut place = draws;
            let mut tell = |bit: &mut bool, errors: [f64; 2]| {
                place += 1;
                let probability = errors[usize::from(*bit)];
                *bit ^= probability > 0.0 && uniform_at(self.noise_key, shot as u64, place) < probability;
            };
            misread.iter().for_each(|&(bit, errors)| tell(&mut bits[bit], errors));
            let row = &mut self.rows.bits[(shot - self.first) * n_bits..][..n_bits];
            let (register, result) = row.split_at_mut(plan.register_len());
            register
                .iter_mut()
                .zip(&plan.output)
                .for_each(|(bit, position)| *bit = index >> position & 1 == 1);
            register.iter_mut().zip(plan.readout.errors()).for_each(|(bit, &errors)| tell(bit, errors));
            result.iter_mut().zip(&plan.result_bits).for_each(|(bit, value)| *bit = holds(value, bits));
        }
        run.check()
    }
}

/// The summed probabilities at the end of each block.
fn block_ends<T: Amplitude>(run: &Run, ket: &Ket<T>) -> Vec<f64> {
    // A block's groups lie side by side, and lanes beyond a tiny state are zero.
    let of_piece = |_, piece: &[T]| piece.chunks(2 * BLOCK).map(sum_of_squares).collect::<Vec<f64>>();
    let mut ends: Vec<f64> = for_pieces(run, ket, of_piece).concat();
    let mut sum = 0.0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    ends
}

/// The sum of all squares, in eight parts that the compiler can put side by side.
fn sum_of_squares<T: Amplitude>(numbers: &[T]) -> f64 {
    let mut sums = [0.0; 8];
    for some in numbers.chunks(8) {
        for (sum, x) in sums.iter_mut().zip(some) {
            *sum += x.to_f64() * x.to_f64();
        }
    }
    sums.iter().sum()
}

/// Moves the shots for which `is_one` holds to the front; returns how many there are.
pub(crate) fn ones_first(shots: &mut [usize], is_one: impl Fn(usize) -> bool) -> usize {
    let mut n_ones = 0;
    for i in 0..shots.len() {
        if is_one(shots[i]) {
            shots.swap(i, n_ones);
            n_ones += 1;
        }
    }
    n_ones
}

/// The index where the summed probabilities exceed the share `uniform` of the whole.
fn pick<T: Amplitude>(ket: &Ket<T>, ends: &[f64], uniform: f64) -> usize {
    let target = uniform * ends.last().copied().unwrap_or(0.0);
    let block = ends.partition_point(|&end| end <= target).min(ends.len() - 1);
    let mut sum = if block == 0 { 0.0 } else { ends[block - 1] };
    let start = block * BLOCK;
    let mut found = start;
    for i in 0..BLOCK.min(ket.len() - start) {
        let probability = ket.get(start + i).norm_sqr();
        if probability > 0.0 {
            // Also where rounding leaves the target above the last end: the last index that can occur.
            found = start + i;
            sum += probability;
            if sum > target {
                break;
            }
        }
    }
    found
}
