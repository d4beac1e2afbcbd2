//! Gradients from trajectories: unbiased through noise and measurements.
//!
//! With branch states `psi_b` that are not normalised a value is `E = sum over b of <psi_b| O |psi_b>`, so
//! `grad E = sum over b of p_b (1/p_b) grad <psi_b| O |psi_b>` with `p_b = <psi_b|psi_b>`: branches are drawn as they happen,
//! and each gives its adjoint gradient, divided by its probability. That has in it both how the value changes along a
//! branch and how the probabilities of branches change; only the derivative of what is drawn would be biased. Since
//! `sum over b of grad p_b = 0`, `O - c` has the same gradient for every number `c` that doesn't depend on what is drawn;
//! a `c` near the value leaves less to chance.
//!
//! Shots walk together as in `trajectory.rs`. Where they part, the largest group goes on; the others are followed on the
//! way back, when the ket is there again, and their bras are added up: one sweep for all that shots have in common. Lines of
//! small states go side by side (`population.rs`).

mod partings;
mod population;

use std::ops::Range;

use qml_prelude::observable::Observable;
use qml_prelude::random::child_key;

use crate::Fault;
use crate::bind::Bound;
use crate::kernel::Collected;
use crate::ket::Ket;
use crate::noise::Told;
use crate::observables::check_observables;
use crate::pass::apply;
use crate::pauli::Prepared;
use crate::pieces::{add, for_amplitudes, for_pieces, for_pieces_mut, scale};
use crate::plan::{Chances, Plan, Step, holds};
use crate::sample::{PARTED_WIRES, PARTS};
use crate::simulator::{Amplitude, Precision, Simulator};
use crate::stops::{Kept, Line};
use crate::sweep::undo_step;
use crate::walk::Purpose;
use partings::{Choice, Group, Keys, happen, latest_first, unhappen};
use population::Population;

/// The stream of the shots that tell `c`.
const BASELINE: u64 = 1 << 61;
/// How many there are of them.
const BASELINE_SHOTS: usize = 100;
/// How much longer what is undone between two stops may make a state: rounding errors grow as much.
const MOST_GROWTH: f64 = 8.0;

impl Simulator {
    /// An estimate of the derivative with respect to each slot of `sum of cotangent * value` of observables, from
    /// `shots` trajectories of a plan of [`Plan::trajectories`]; its mean over keys is the derivative.
    pub fn sampled_expectations_vjp(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
        cotangents: &[f64],
        shots: usize,
        key: u64,
    ) -> Result<Vec<f64>, Fault> {
        check_observables(plan.register_len(), observables)?;
        let told = Told::of_observables(&plan.readout, plan.register_len(), observables, cotangents);
        self.sampled_gradient(plan, slots, told, shots, key)
    }

    /// The same for the probabilities of the register's outcomes, qubit 0 least significant.
    pub fn sampled_probabilities_vjp(
        &self,
        plan: &Plan,
        slots: &[f64],
        cotangents: &[f64],
        shots: usize,
        key: u64,
    ) -> Result<Vec<f64>, Fault> {
        self.sampled_gradient(plan, slots, Told::of_probabilities(&plan.readout, cotangents), shots, key)
    }

    fn sampled_gradient(
        &self,
        plan: &Plan,
        slots: &[f64],
        told: Told,
        shots: usize,
        key: u64,
    ) -> Result<Vec<f64>, Fault> {
        let value = Value::new(plan, told)?;
        let is_beside = population::fits(plan, value.purpose);
        self.gradient_of_lines(plan, slots, &value, is_beside, (shots, key))
    }

    /// The gradient with lines side by side or one after the other: up to rounding errors it is the same.
    pub(crate) fn gradient_of_lines(
        &self,
        plan: &Plan,
        slots: &[f64],
        value: &Value,
        is_beside: bool,
        (shots, key): (usize, u64),
    ) -> Result<Vec<f64>, Fault> {
        match self.precision() {
            Precision::F64 => self.gradient_of_lines_in::<f64>(plan, slots, value, is_beside, (shots, key)),
            Precision::F32 => self.gradient_of_lines_in::<f32>(plan, slots, value, is_beside, (shots, key)),
        }
    }

    fn gradient_of_lines_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        value: &Value,
        is_beside: bool,
        (shots, key): (usize, u64),
    ) -> Result<Vec<f64>, Fault> {
        let one = self.bind::<T>(plan, slots)?;
        let n_lanes = 1 << self.isa.lane_bits::<T>();
        let in_lanes = is_beside
            .then(|| Bound::<T>::batch(plan, self.isa, T::store(self), &[slots], n_lanes))
            .transpose()?;
        // As for shots: several groups at once, whose number doesn't depend on the number of threads.
        let n_parts = if plan.n_wires <= PARTED_WIRES && shots >= 64 { PARTS } else { 1 };
        // A list of the shots, and again where they part; ket and bra of a line and of one that parts from it, or of all.
        self.kets.require_shots(shots, 4 * size_of::<usize>())?;
        let n_states = if is_beside { n_parts * population::n_states(shots.div_ceil(n_parts)) } else { 6 };
        self.kets.require::<T>(plan.n_wires, n_states)?;
        let first = (0..plan.steps.len()).find(|&i| plan.is_trainable(i)).unwrap_or(plan.steps.len());
        let task =
            |key: u64, goal| Task { simulator: self, bound: &one, value, keys: Keys::new(key), goal, first };
        let part = |key: u64, goal: Goal, shots: Range<usize>| match &in_lanes {
            Some(in_lanes) => Population::run_all(task(key, goal), in_lanes, shots),
            None => Sampler::run(task(key, goal), shots),
        };
        let mut c = 0.0;
        if has_uncertain_weights(plan, value.purpose) {
            let n = shots.min(BASELINE_SHOTS);
            c = part(child_key(key, BASELINE), Goal::Value, 0..n)?.value / n as f64;
        }
        let of_part =
            |i: usize| part(key, Goal::Gradient { c }, shots * i / n_parts..shots * (i + 1) / n_parts);
        let mut sum = Sum::new(plan);
        for part in self.run.share(n_parts, of_part) {
            sum.add(&part?);
        }
        Ok(sum.d_slots.iter().map(|d| d / shots as f64).collect())
    }
}

/// What shots are asked for.
#[derive(Clone, Copy, PartialEq)]
enum Goal {
    /// The value alone.
    Value,
    /// The gradient of `O - c`.
    Gradient { c: f64 },
}

/// What shots draw and what they are asked for.
#[derive(Clone, Copy)]
struct Task<'a, T: Amplitude> {
    simulator: &'a Simulator,
    /// For one state.
    bound: &'a Bound<'a, T>,
    value: &'a Value,
    keys: Keys,
    goal: Goal,
    /// The first step that depends on a slot.
    first: usize,
}

/// What some shots give, added up.
struct Sum {
    value: f64,
    d_slots: Vec<f64>,
}

impl Sum {
    fn new(plan: &Plan) -> Self {
        Self { value: 0.0, d_slots: vec![0.0; plan.n_slots()] }
    }

    fn add(&mut self, other: &Self) {
        self.value += other.value;
        self.d_slots.iter_mut().zip(&other.d_slots).for_each(|(a, b)| *a += b);
    }
}

/// Whether trajectories have probabilities that depend on the state.
fn has_uncertain_weights(plan: &Plan, purpose: Purpose) -> bool {
    plan.steps.iter().any(|step| match *step {
        Step::Measure { position, is_last, .. } => !purpose.skips(plan, position, is_last),
        Step::Reset { .. } => true,
        Step::Channel(channel) => !matches!(plan.channels[channel].chances, Chances::Fixed(_)),
        _ => false,
    })
}

/// What is looked at in the end.
pub(crate) struct Value {
    prepared: Prepared,
    weights: Vec<f64>,
    /// A weight for each outcome of the register, or none.
    outcomes: Vec<f64>,
    purpose: Purpose,
}

impl Value {
    pub(crate) fn new(plan: &Plan, told: Told) -> Result<Self, Fault> {
        let terms = told.strings.into_iter().map(|(string, weight)| (string, weight.into()));
        let strings = Observable { terms: terms.collect(), ..Observable::default() };
        let prepared = Prepared::new(plan, &[strings])?;
        let weights = prepared.weights(&[1.0], 1);
        let purpose = prepared.purpose();
        Ok(Self { prepared, weights, outcomes: told.outcomes, purpose })
    }
}

/// What happens on a line.
enum Event {
    /// A unitary step of the plan.
    Unitary(usize),
    /// What a channel usually does, to all shots, where that can be undone.
    Usual(usize),
    /// What can't be undone, or where some shots go another way.
    Stop(Choice, Vec<(Choice, Group)>),
}

/// Follows lines one after the other.
struct Sampler<'a, T: Amplitude> {
    task: Task<'a, T>,
    /// The values of all shots, added up.
    sum: f64,
    collected: Collected,
    /// How many groups wait for this one.
    depth: usize,
}

impl<'a, T: Amplitude> Sampler<'a, T> {
    fn run(task: Task<'a, T>, shots: Range<usize>) -> Result<Sum, Fault> {
        let Task { simulator, bound, keys, .. } = task;
        let mut sampler = Self { task, sum: 0.0, collected: Collected::new(bound), depth: 0 };
        if !shots.is_empty() {
            let ket = simulator.start(bound.plan.n_wires)?;
            let mut shots: Vec<_> = shots.map(|shot| keys.waiting(0.0, 0, shot)).collect();
            latest_first(&mut shots);
            let group = Group { bits: vec![false; bound.plan.n_bits], shots, ..Group::default() };
            let bra = sampler.follow(group, ket)?;
            simulator.kets.give(bra);
        }
        Ok(Sum { value: sampler.sum, d_slots: bound.to_slots(&sampler.collected) })
    }

    /// Follows shots to their ends and back; returns the bra where they began, summed over the shots.
    fn follow(&mut self, mut group: Group, mut ket: Ket<T>) -> Result<Ket<T>, Fault> {
        let Task { simulator, bound, value, .. } = self.task;
        let plan = bound.plan;
        let mut kept = Kept::new(simulator, plan.n_wires, self.depth);
        let (mut events, mut stops) = (Vec::new(), Vec::new());
        // How much longer undoing makes a state since the last stop.
        let mut growth = 1.0;
        while let Some(step) = plan.steps.get(group.step) {
            simulator.run.check()?;
            let here = group.step;
            group.step += 1;
            let parting = match *step {
                Step::Unitary(segment) => {
                    apply(&simulator.run, bound, &plan.segments[segment], &mut ket);
                    events.push(Event::Unitary(here));
                    None
                }
                Step::Branch { ref condition, otherwise } => {
                    if !holds(condition, &group.bits) {
                        group.step = otherwise;
                    }
                    None
                }
                Step::Jump { to } => {
                    group.step = to;
                    None
                }
                Step::Channel(channel) => self.part_by_operator(channel, &ket, &mut group),
                Step::Measure { position, is_last, .. } if value.purpose.skips(plan, position, is_last) => {
                    None
                }
                Step::Measure { position, .. } | Step::Reset { position } => {
                    Some(self.part_by_outcome(here, position, &ket, &mut group)?)
                }
                Step::Misread { is_last: true, .. } => None,
                Step::Misread { bit, errors, .. } => self.part_by_what_is_told(bit, errors, &mut group),
                Step::Track(_) | Step::Map { .. } => qml_source::bug!("no step of a trajectory: {step:?}"),
            };
            if let Some((choice, parted)) = parting {
                if let Some((channel, undone)) = self.is_undone(choice)
                    && parted.is_empty()
                    && growth * undone.growth <= MOST_GROWTH
                {
                    growth *= undone.growth;
                    happen(&simulator.run, bound, choice, &mut ket);
                    events.push(Event::Usual(channel));
                    continue;
                }
                growth = 1.0;
                stops.push(events.len());
                kept.stop(&ket)?;
                happen(&simulator.run, bound, choice, &mut ket);
                events.push(Event::Stop(choice, parted));
            }
        }
        if plan.is_unfinished(&group.bits) {
            return Err(Fault::Unfinished);
        }
        let mut bra = self.end(&ket, group.shots.len())?;
        let tail = stops.last().map_or(0, |stop| stop + 1);
        self.undo(&events[tail..], &mut ket, &mut bra)?;
        simulator.kets.give(ket);
        self.depth += 1;
        kept.go_back(&mut Stretch { sampler: self, events: &events, stops: &stops }, &mut bra)?;
        self.depth -= 1;
        Ok(bra)
    }

    /// The bra at the end of some shots, `(O - c) |psi> / <psi|psi>` for each of them.
    fn end(&mut self, ket: &Ket<T>, shots: usize) -> Result<Ket<T>, Fault> {
        let Task { simulator, bound, value: told, goal, .. } = self.task;
        let (run, plan) = (&simulator.run, bound.plan);
        let (layout, reals) = (ket.layout(), ket.reals());
        let mut bra = simulator.kets.take(run, layout)?;
        told.prepared.apply(run, bound.isa, ket, None, &told.weights, &mut bra);
        if !told.outcomes.is_empty() {
            for_pieces_mut(run, &mut bra, |base, piece| {
                for_amplitudes(layout, base, &reals[2 * base..][..piece.len()], |i, re, im| {
                    let weight = T::from_f64(told.outcomes[plan.outcome(i)]);
                    piece[re] += weight * reals[2 * base + re];
                    piece[im] += weight * reals[2 * base + im];
                });
            });
        }
        // <psi| O |psi> and <psi|psi>
        let parts = for_pieces(run, &bra, |base, piece| {
            piece.iter().zip(&reals[2 * base..]).fold([0.0; 2], |[value, norm], (o, a)| {
                let (o, a) = (o.to_f64(), a.to_f64());
                [value + a * o, norm + a * a]
            })
        });
        run.check()?;
        let [value, norm] =
            parts.into_iter().fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]]);
        self.sum += shots as f64 * value / norm;
        let Goal::Gradient { c } = goal else { return Ok(bra) };
        let (baseline, share) = (T::from_f64(-c), shots as f64 / norm);
        for_pieces_mut(run, &mut bra, |base, piece| {
            piece.iter_mut().zip(&reals[2 * base..]).for_each(|(o, a)| *o += baseline * *a);
        });
        scale(run, &mut bra, share);
        Ok(bra)
    }

    /// Undoes unitary steps, back to the first that depends on a slot.
    fn undo(&mut self, events: &[Event], ket: &mut Ket<T>, bra: &mut Ket<T>) -> Result<(), Fault> {
        let Task { simulator, bound, goal, first, .. } = self.task;
        let run = &simulator.run;
        for event in events.iter().rev() {
            run.check()?;
            match *event {
                Event::Unitary(step) => {
                    if step < first || goal == Goal::Value {
                        break;
                    }
                    undo_step(run, bound, step, first, [ket, bra], &mut self.collected);
                }
                Event::Usual(channel) => self.undo_usual(channel, ket, bra),
                Event::Stop(..) => break,
            }
        }
        run.check()
    }
}

/// A line of events, each known by now.
struct Stretch<'s, 'a, T: Amplitude> {
    sampler: &'s mut Sampler<'a, T>,
    events: &'s [Event],
    /// Where in `events` the stops are.
    stops: &'s [usize],
}

impl<T: Amplitude> Line<T> for Stretch<'_, '_, T> {
    fn forth(&mut self, stop: usize, ket: &mut Ket<T>) -> Result<(), Fault> {
        let (run, bound) = (&self.sampler.task.simulator.run, self.sampler.task.bound);
        for event in &self.events[self.stops[stop]..self.stops[stop + 1]] {
            match *event {
                Event::Stop(choice, _) => happen(run, bound, choice, ket),
                Event::Usual(channel) => {
                    happen(run, bound, Choice::Operator { channel, operator: 0, factor: 1.0 }, ket);
                }
                Event::Unitary(step) => {
                    if let Step::Unitary(segment) = bound.plan.steps[step] {
                        apply(run, bound, &bound.plan.segments[segment], ket);
                    }
                }
            }
        }
        run.check()
    }

    fn back(&mut self, stop: usize, ket: &mut Ket<T>, bra: &mut Ket<T>) -> Result<(), Fault> {
        let here = self.stops[stop];
        let Event::Stop(choice, parted) = &self.events[here] else { qml_source::bug!("no stop") };
        let sampler = &mut *self.sampler;
        let Task { simulator, bound, .. } = sampler.task;
        let run = &simulator.run;
        unhappen(run, bound, *choice, bra);
        for (choice, group) in parted {
            let mut other = simulator.copied(ket)?;
            happen(run, bound, *choice, &mut other);
            let mut other_bra = sampler.follow(group.clone(), other)?;
            unhappen(run, bound, *choice, &mut other_bra);
            add(run, bra, &other_bra);
            simulator.kets.give(other_bra);
        }
        let start = if stop == 0 { 0 } else { self.stops[stop - 1] + 1 };
        sampler.undo(&self.events[start..here], ket, bra)
    }
}
