//! Where shots part: by the operators of channels, by outcomes, by what is told of them.
//!
//! The largest group stays; what happens to a group is a linear map, whose adjoint the bra goes through on its way back.

use qml_prelude::random::uniform_at;

use super::Sampler;
use crate::Fault;
use crate::ket::Ket;
use crate::pass::apply;
use crate::pieces::{outcome_weights, scale};
use crate::plan::Step;
use crate::sample::ones_first;
use crate::simulator::Amplitude;
use crate::sweep::unsettle;
use crate::trajectory::{SHORT, groups, jump, largest};
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
#[derive(Clone)]
pub(super) struct Group {
    /// The next step.
    pub step: usize,
    /// How many numbers each shot drew.
    pub draws: u64,
    /// The bits that they see.
    pub bits: Vec<bool>,
    pub shots: Vec<usize>,
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
        let planned = &self.bound.plan.channels[channel];
        let draws = group.draws;
        group.draws += 1;
        let mut shots = std::mem::take(&mut group.shots);
        let draw = |shot: usize| uniform_at(self.noise_key, shot as u64, draws);
        let mut parts: Vec<(Choice, Vec<usize>)> = Vec::new();
        let mut is_nothing = false;
        let mut groups = groups(&self.simulator.run, planned, ket, &mut shots, draw);
        let own = groups.swap_remove(largest(&groups)?);
        for (operator, shots, factor) in std::iter::once(own).chain(groups) {
            is_nothing = planned.operators[operator].is_none() && factor == 1.0;
            parts.push((Choice::Operator { channel, operator, factor }, shots.to_vec()));
        }
        let (choice, shots) = parts.swap_remove(0);
        group.shots = shots;
        if parts.is_empty() && is_nothing {
            return None;
        }
        let part = |(choice, shots)| (choice, Group { shots, ..group.clone() });
        Some((choice, parts.into_iter().map(part).collect()))
    }

    pub(super) fn part_by_outcome(
        &self,
        step: usize,
        position: u32,
        ket: &Ket<T>,
        group: &mut Group,
    ) -> Result<Parting, Fault> {
        let weights = outcome_weights(&self.simulator.run, ket, position);
        self.simulator.run.check()?;
        let chance = weights[1] / (weights[0] + weights[1]);
        let draws = group.draws;
        let (is_one, others) = part(group, |shot| uniform_at(self.key, shot as u64, draws) < chance);
        let choice = |outcome: bool| {
            let left = weights[usize::from(outcome)];
            let factor = if left < SHORT { left.sqrt().recip() } else { 1.0 };
            Choice::Outcome { step, outcome, factor }
        };
        let noted = |outcome: bool, group: &mut Group| {
            if let Step::Measure { bit, .. } = self.bound.plan.steps[step] {
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
            part(group, |shot| uniform_at(self.noise_key, shot as u64, draws) < probability);
        group.bits[bit] ^= is_wrong;
        let mut other = others?;
        other.bits[bit] ^= !is_wrong;
        Some((Choice::Told, vec![(Choice::Told, other)]))
    }

    /// What a choice does to a ket.
    pub(super) fn happen(&self, choice: Choice, ket: &mut Ket<T>) {
        let (run, plan) = (&self.simulator.run, self.bound.plan);
        match choice {
            Choice::Operator { channel, operator, factor } => {
                jump(run, self.bound, &plan.channels[channel], operator, factor, ket);
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
    pub(super) fn unhappen(&self, choice: Choice, bra: &mut Ket<T>) {
        let (run, plan) = (&self.simulator.run, self.bound.plan);
        let factor = match choice {
            Choice::Operator { channel, operator, factor } => {
                if let Some(segment) = plan.channels[channel].adjoints[operator] {
                    apply(run, self.bound, &plan.segments[segment], bra);
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
}

/// Parts shots by a number that each of them draws; returns whether it holds for the larger group, which stays, and the
/// smaller one if it is not empty.
fn part(group: &mut Group, holds: impl Fn(usize) -> bool) -> (bool, Option<Group>) {
    let n = ones_first(&mut group.shots, holds);
    group.draws += 1;
    let is_larger = 2 * n > group.shots.len();
    let mut others = group.shots.split_off(n);
    if !is_larger {
        std::mem::swap(&mut group.shots, &mut others);
    }
    let other = (!others.is_empty()).then(|| Group { shots: others, ..group.clone() });
    (is_larger, other)
}
