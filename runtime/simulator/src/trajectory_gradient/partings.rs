//! Where shots part: by the operators of channels, by outcomes, by what is told of them.
//!
//! The largest group stays; what happens to a group is a linear map, whose adjoint the bra goes through on its way back.

use std::cmp::Ordering;

use qml_prelude::random::{child_key, uniform_at};

use super::Sampler;
use crate::Fault;
use crate::bind::Bound;
use crate::ket::Ket;
use crate::pass::apply;
use crate::pieces::{outcome_weights, scale};
use crate::plan::{Step, Undone};
use crate::sample::NOISE;
use crate::simulator::{Amplitude, Run};
use crate::sweep::unsettle;
use crate::trajectory::{Odds, SHORT, by_operator, jump};
use crate::walk::settle;

/// What happened to a group of shots.
#[derive(Clone, Copy, Debug)]
pub(super) enum Choice {
    /// An operator of a channel, with a factor.
    Operator { channel: usize, operator: usize, factor: f64 },
    /// An outcome of a step, with a factor.
    Outcome { step: usize, outcome: bool, factor: f64 },
    /// The outcome was told as it is, or not.
    Told,
}

/// Shots that walk together.
#[derive(Clone, Default)]
pub(super) struct Group {
    /// The next step.
    pub step: usize,
    /// Measurements and channels before it.
    pub draws: u64,
    /// The times of the channels before it together, see [`Planned::time`].
    pub time: f64,
    /// The bits that they see.
    pub bits: Vec<bool>,
    /// The shots, each with the time at which something unusual may happen to it; the latest first.
    pub shots: Vec<Waiting>,
}

/// A time and a shot.
pub(super) type Waiting = (f64, usize);

/// The latest is first.
fn order(a: &Waiting, b: &Waiting) -> Ordering {
    b.0.total_cmp(&a.0).then(a.1.cmp(&b.1))
}

/// Puts the latest first.
pub(super) fn latest_first(shots: &mut [Waiting]) {
    shots.sort_unstable_by(order);
}

/// Puts some shots where they belong among others, which are sorted.
pub(super) fn put_back(shots: &mut Vec<Waiting>, some: Vec<Waiting>) {
    for waiting in some {
        let at = shots.partition_point(|other| order(other, &waiting).is_lt());
        shots.insert(at, waiting);
    }
}

/// Takes the shots out that wait for a time before this one.
pub(super) fn take_before(time: f64, shots: &mut Vec<Waiting>) -> Vec<usize> {
    let n_left = shots.partition_point(|waiting| waiting.0 >= time);
    shots.drain(n_left..).rev().map(|(_, shot)| shot).collect()
}

/// The keys of the numbers that shots draw: for outcomes, for what noise does, and for when it does something unusual.
#[derive(Clone, Copy)]
pub(super) struct Keys {
    pub outcome: u64,
    pub noise: u64,
    event: u64,
}

impl Keys {
    pub(super) fn new(key: u64) -> Self {
        let noise = child_key(key, NOISE);
        Self { outcome: key, noise, event: child_key(noise, 0) }
    }

    /// A shot with the time at which something unusual may happen to it next: as in radioactive decay, see
    /// [`crate::plan::Track::next_event`].
    pub(super) fn waiting(&self, time: f64, draws: u64, shot: usize) -> Waiting {
        let uniform = uniform_at(self.event, shot as u64, draws);
        (time - (1.0 - uniform).ln(), shot)
    }
}

/// What happens to most shots, and to groups that part from them.
pub(super) type Parting = (Choice, Vec<(Choice, Group)>);

impl<T: Amplitude> Sampler<'_, T> {
    pub(super) fn part_by_operator(
        &self,
        channel: usize,
        ket: &Ket<T>,
        group: &mut Group,
    ) -> Option<Parting> {
        let (run, planned) = (&self.task.simulator.run, &self.task.bound.plan.channels[channel]);
        let draws = group.draws;
        group.draws += 1;
        group.time += planned.time();
        let choice = |operator, factor| Choice::Operator { channel, operator, factor };
        let mut here = take_before(group.time, &mut group.shots);
        if here.is_empty() {
            return planned.operators[0].is_some().then(|| (choice(0, 1.0), Vec::new()));
        }
        let odds = Odds::of(run, planned, ket);
        let chosen =
            |shot: usize| odds.choice(planned.most * uniform_at(self.task.keys.noise, shot as u64, draws));
        let mut parts = Vec::new();
        for (operator, shots) in by_operator(&mut here, chosen) {
            let waiting = |&shot: &usize| self.task.keys.waiting(group.time, group.draws, shot);
            let mut waiting: Vec<Waiting> = shots.iter().map(waiting).collect();
            if operator == 0 {
                put_back(&mut group.shots, waiting);
            } else {
                latest_first(&mut waiting);
                let part = Group { shots: waiting, bits: group.bits.clone(), ..*group };
                parts.push((choice(operator, odds.factor(operator)), part));
            }
        }
        // The largest group goes on with this state.
        let mut own = choice(0, odds.factor(0));
        if let Some(largest) = (0..parts.len()).max_by_key(|&i| parts[i].1.shots.len())
            && parts[largest].1.shots.len() > group.shots.len()
        {
            let other = parts.swap_remove(largest);
            let usual = std::mem::replace(group, other.1);
            let usual = (std::mem::replace(&mut own, other.0), usual);
            parts.extend((!usual.1.shots.is_empty()).then_some(usual));
        }
        let is_nothing = matches!(own, Choice::Operator { operator, factor, .. }
            if planned.operators[operator].is_none() && factor == 1.0);
        (!parts.is_empty() || !is_nothing).then_some((own, parts))
    }

    /// The channel where what happens to all shots is the usual that can be undone.
    pub(super) fn is_undone(&self, choice: Choice) -> Option<(usize, Undone)> {
        match choice {
            Choice::Operator { channel, operator: 0, factor: 1.0 } => {
                self.task.bound.plan.channels[channel].undone.map(|undone| (channel, undone))
            }
            _ => None,
        }
    }

    /// Takes the ket back through the usual operator of a channel, and the bra through its adjoint.
    pub(super) fn undo_usual(&self, channel: usize, ket: &mut Ket<T>, bra: &mut Ket<T>) {
        let (run, plan) = (&self.task.simulator.run, self.task.bound.plan);
        if let Some(Undone { segment, .. }) = plan.channels[channel].undone {
            apply(run, self.task.bound, &plan.segments[segment], ket);
        }
        unhappen(run, self.task.bound, Choice::Operator { channel, operator: 0, factor: 1.0 }, bra);
    }

    pub(super) fn part_by_outcome(
        &self,
        step: usize,
        position: u32,
        ket: &Ket<T>,
        group: &mut Group,
    ) -> Result<Parting, Fault> {
        let weights = outcome_weights(&self.task.simulator.run, ket, position);
        self.task.simulator.run.check()?;
        let chance = weights[1] / (weights[0] + weights[1]);
        let draws = group.draws;
        let (is_one, others) =
            part(group, |shot| uniform_at(self.task.keys.outcome, shot as u64, draws) < chance);
        let choice = |outcome: bool| {
            let left = weights[usize::from(outcome)];
            let factor = if left < SHORT { left.sqrt().recip() } else { 1.0 };
            Choice::Outcome { step, outcome, factor }
        };
        let noted = |outcome: bool, group: &mut Group| {
            if let Step::Measure { bit, .. } = self.task.bound.plan.steps[step] {
                group.bits[bit] = outcome;
            }
        };
        noted(is_one, group);
        let parted = others.map(|mut other| {
            noted(!is_one, &mut other);
            (choice(!is_one), other)
        });
        Ok((choice(is_one), parted.into_iter().collect()))
    }

    pub(super) fn part_by_what_is_told(
        &self,
        bit: usize,
        errors: [f64; 2],
        group: &mut Group,
    ) -> Option<Parting> {
        let (draws, probability) = (group.draws, errors[usize::from(group.bits[bit])]);
        let (is_wrong, others) =
            part(group, |shot| uniform_at(self.task.keys.noise, shot as u64, draws) < probability);
        group.bits[bit] ^= is_wrong;
        let mut other = others?;
        other.bits[bit] ^= !is_wrong;
        Some((Choice::Told, vec![(Choice::Told, other)]))
    }
}

/// What a choice does to a ket.
pub(super) fn happen<T: Amplitude>(run: &Run, bound: &Bound<T>, choice: Choice, ket: &mut Ket<T>) {
    let plan = bound.plan;
    match choice {
        Choice::Operator { channel, operator, factor } => {
            jump(run, bound, &plan.channels[channel], operator, factor, ket);
        }
        Choice::Outcome { step, outcome, factor } => {
            settle(run, &plan.steps[step], outcome, ket, &mut vec![false; plan.n_bits]);
            if factor != 1.0 {
                scale(run, ket, factor);
            }
        }
        Choice::Told => {}
    }
}

/// What its adjoint does to a bra.
pub(super) fn unhappen<T: Amplitude>(run: &Run, bound: &Bound<T>, choice: Choice, bra: &mut Ket<T>) {
    let plan = bound.plan;
    let factor = match choice {
        Choice::Operator { channel, operator, factor } => {
            if let Some(segment) = plan.channels[channel].adjoints[operator] {
                apply(run, bound, &plan.segments[segment], bra);
            }
            factor
        }
        Choice::Outcome { step, outcome, factor } => {
            unsettle(run, &plan.steps[step], outcome, bra);
            factor
        }
        Choice::Told => 1.0,
    };
    if factor != 1.0 {
        scale(run, bra, factor);
    }
}

/// Parts shots by a number that each of them draws; returns whether it holds for the larger group, which stays, and the
/// smaller one if it is not empty.
fn part(group: &mut Group, holds: impl Fn(usize) -> bool) -> (bool, Option<Group>) {
    // Both stay sorted.
    let shots = std::mem::take(&mut group.shots).into_iter();
    let (mut larger, mut smaller): (Vec<Waiting>, Vec<Waiting>) = shots.partition(|&(_, shot)| holds(shot));
    group.draws += 1;
    let is_larger = larger.len() > smaller.len();
    if !is_larger {
        std::mem::swap(&mut larger, &mut smaller);
    }
    group.shots = larger;
    let other = (!smaller.is_empty()).then(|| Group { shots: smaller, bits: group.bits.clone(), ..*group });
    (is_larger, other)
}
