//! Lines of shots side by side, in the lanes of registers.
//!
//! All lines take the same steps at the same time, forth and back: a step is done once for as many of them as there are
//! lanes, and so is what channels beside each other usually do. Where shots part from a line, a line begins, in the next
//! free lane. The old one goes on with the usual, also when no shot is left on it: on the way back its ket comes to where
//! the new line began, whose bra is added to its own. Lines end in the opposite order of their beginning, so those that are
//! there are always the first ones. No ket is kept besides.
//!
//! Numbers are drawn as where lines are followed one by one. For circuits without measurements in between, of small states,
//! and noise that shots seldom notice.

use std::cell::RefCell;
use std::ops::Range;

use qml_prelude::random::uniform_at;

use super::partings::{Choice, Waiting, happen, latest_first, put_back, take_before, unhappen};
use super::{Goal, MOST_GROWTH, Sum, Task};
use crate::Fault;
use crate::bind::Bound;
use crate::kernel::Collected;
use crate::ket::{Ket, Layout};
use crate::pass::apply;
use crate::pieces::copy;
use crate::plan::{ChannelRun, Plan, Step};
use crate::simulator::Amplitude;
use crate::sweep::undo_step;
use crate::trajectory::{Odds, by_operator};
use crate::walk::Purpose;

/// Most wires of a state in a lane: larger ones are faster one by one.
const MOST_WIRES: usize = 7;
/// Most often that something unusual may happen to a shot on average, since it leaves a line behind.
const MOST_EVENTS: f64 = 2.0;
/// Shots whose lines are there at once, which bounds their memory.
const SHOTS: usize = 1 << 10;

/// How many states a population of shots has, about at most.
pub(super) fn n_states(shots: usize) -> usize {
    2 * (1 + MOST_EVENTS as usize) * shots.min(SHOTS)
}

/// Whether lines of a plan may go side by side: nothing but noise parts them, and what it usually does can be undone.
pub(super) fn fits(plan: &Plan, purpose: Purpose) -> bool {
    let (mut growth, mut events) = (1.0, 0.0);
    let is_straight = plan.steps.iter().all(|step| match *step {
        Step::Unitary(_) | Step::Misread { is_last: true, .. } => true,
        Step::Measure { position, is_last, .. } => purpose.skips(plan, position, is_last),
        Step::Channel(channel) => {
            let channel = &plan.channels[channel];
            events += channel.time();
            growth *= channel.undone.map_or(1.0, |undone| undone.growth);
            channel.operators[0].is_none() || channel.undone.is_some()
        }
        _ => false,
    });
    is_straight && plan.n_wires <= MOST_WIRES && growth <= MOST_GROWTH && events <= MOST_EVENTS
}

/// Shots with the same state.
struct Line {
    /// The line that it parted from, and the run of channels, by its number, where that happened.
    parent: usize,
    run: usize,
    /// What happened there that is not usual: steps, and choices.
    unusual: Vec<(usize, Choice)>,
    shots: Vec<Waiting>,
}

impl Line {
    /// What happened at a channel of the run.
    fn choice(&self, step: usize, channel: usize) -> Choice {
        let unusual = self.unusual.iter().find(|unusual| unusual.0 == step);
        unusual.map_or(Choice::Operator { channel, operator: 0, factor: 1.0 }, |unusual| unusual.1)
    }
}

/// What the numbers that shots draw at a channel depend on: channels before it, and their times together.
#[derive(Clone, Copy, Default)]
struct Clock {
    draws: u64,
    time: f64,
}

/// All lines: line `i` lies in lane `i % n_lanes` of group `i / n_lanes`.
pub(super) struct Population<'a, T: Amplitude> {
    task: Task<'a, T>,
    /// For states in lanes.
    in_lanes: &'a Bound<'a, T>,
    lines: Vec<Line>,
    kets: Vec<Ket<T>>,
    bras: Vec<Ket<T>>,
    /// States of single lines that wait for their next use: threads would wait for each other at the simulator's.
    spare: RefCell<Vec<Ket<T>>>,
    clock: Clock,
}

impl<'a, T: Amplitude> Population<'a, T> {
    /// Follows shots, not too many at once.
    pub(super) fn run_all(
        task: Task<'a, T>,
        in_lanes: &'a Bound<'a, T>,
        shots: Range<usize>,
    ) -> Result<Sum, Fault> {
        let mut sum = Sum::new(task.bound.plan);
        for start in shots.clone().step_by(SHOTS) {
            let mut population = Population {
                task,
                in_lanes,
                lines: Vec::new(),
                kets: Vec::new(),
                bras: Vec::new(),
                spare: RefCell::default(),
                clock: Clock::default(),
            };
            let found = population.run(start..shots.end.min(start + SHOTS));
            let states =
                population.kets.into_iter().chain(population.bras).chain(population.spare.into_inner());
            states.for_each(|state| task.simulator.kets.give(state));
            sum.add(&found?);
        }
        Ok(sum)
    }

    fn run(&mut self, shots: Range<usize>) -> Result<Sum, Fault> {
        let Task { simulator, bound, keys, goal, .. } = self.task;
        let mut shots: Vec<Waiting> = shots.map(|shot| keys.waiting(0.0, 0, shot)).collect();
        latest_first(&mut shots);
        let ket = simulator.start(bound.plan.n_wires)?;
        // It parted from nothing, nowhere.
        self.begin(Line { parent: 0, run: usize::MAX, unusual: Vec::new(), shots }, ket)?;
        self.forth()?;
        let value = self.turn()?;
        let d_slots = match goal {
            Goal::Value => Vec::new(),
            Goal::Gradient { .. } => self.back()?,
        };
        Ok(Sum { value, d_slots })
    }

    /// A line begins with a state.
    fn begin(&mut self, line: Line, ket: Ket<T>) -> Result<(), Fault> {
        let simulator = self.task.simulator;
        let (group, lane) = self.place(self.lines.len());
        if group == self.kets.len() {
            let layout = Layout::batch(self.task.bound.plan.n_wires, simulator.isa.lane_bits::<T>());
            let mut kets = simulator.kets.take(&simulator.run, layout)?;
            kets.reals_mut().fill(T::ZERO);
            self.kets.push(kets);
        }
        self.kets[group].change_lane(lane, &ket, |a, b| *a = b);
        self.spare.borrow_mut().push(ket);
        self.lines.push(line);
        Ok(())
    }

    /// The group and the lane of a line.
    fn place(&self, line: usize) -> (usize, usize) {
        let n_lanes = self.in_lanes.samples();
        (line / n_lanes, line % n_lanes)
    }

    /// All steps, to the end.
    fn forth(&mut self) -> Result<(), Fault> {
        let plan = self.task.bound.plan;
        let mut runs = plan.channel_runs.iter().enumerate().peekable();
        for (step, what) in plan.steps.iter().enumerate() {
            self.task.simulator.run.check()?;
            if let Step::Unitary(segment) = what {
                self.apply_to_kets(Some(*segment));
            }
            if let Some((number, run)) = runs.next_if(|(_, run)| run.steps.start == step) {
                let parted = self.part(number, run)?;
                self.apply_to_kets(run.usual);
                for (line, ket) in parted {
                    self.begin(line, ket)?;
                }
            }
        }
        Ok(())
    }

    fn apply_to_kets(&mut self, segment: Option<usize>) {
        if let Some(segment) = segment {
            let segment = &self.task.bound.plan.segments[segment];
            let run = &self.task.simulator.run;
            self.kets.iter_mut().for_each(|ket| apply(run, self.in_lanes, segment, ket));
        }
    }

    /// The lines that begin at channels, where something unusual happens to shots.
    fn part(&mut self, number: usize, run: &ChannelRun) -> Result<Vec<(Line, Ket<T>)>, Fault> {
        let mut end = self.clock;
        run.steps.clone().for_each(|step| self.pass(step, &mut end));
        let mut parted = Vec::new();
        for parent in 0..self.lines.len() {
            if self.lines[parent].shots.last().is_some_and(|waiting| waiting.0 < end.time) {
                let shots = std::mem::take(&mut self.lines[parent].shots);
                let mut line = Line { parent, run: number, unusual: Vec::new(), shots };
                let ket = self.copied(&self.kets, parent)?;
                let ket = self.follow(&mut line, ket, run.steps.clone(), self.clock, &mut parted)?;
                self.spare.borrow_mut().push(ket);
                self.lines[parent].shots = line.shots;
            }
        }
        self.clock = end;
        Ok(parted)
    }

    /// Goes on to behind a channel.
    fn pass(&self, step: usize, clock: &mut Clock) {
        if let Step::Channel(channel) = self.task.bound.plan.steps[step] {
            clock.draws += 1;
            clock.time += self.task.bound.plan.channels[channel].time();
        }
    }

    /// Follows a line through channels; those that part from it begin where it did.
    fn follow(
        &self,
        line: &mut Line,
        mut ket: Ket<T>,
        steps: Range<usize>,
        mut clock: Clock,
        parted: &mut Vec<(Line, Ket<T>)>,
    ) -> Result<Ket<T>, Fault> {
        let Task { simulator, bound, keys, .. } = self.task;
        let (run, plan) = (&simulator.run, bound.plan);
        for step in steps.clone() {
            let Step::Channel(channel) = plan.steps[step] else { continue };
            let (planned, draws) = (&plan.channels[channel], clock.draws);
            self.pass(step, &mut clock);
            let mut here = take_before(clock.time, &mut line.shots);
            if !here.is_empty() {
                let odds = Odds::of(run, planned, &ket);
                let chosen =
                    |shot: usize| odds.choice(planned.most * uniform_at(keys.noise, shot as u64, draws));
                for (operator, shots) in by_operator(&mut here, chosen) {
                    let waiting = |&shot: &usize| keys.waiting(clock.time, clock.draws, shot);
                    let mut shots: Vec<Waiting> = shots.iter().map(waiting).collect();
                    if operator == 0 {
                        put_back(&mut line.shots, shots);
                        continue;
                    }
                    latest_first(&mut shots);
                    let choice = Choice::Operator { channel, operator, factor: odds.factor(operator) };
                    let mut other = self.single()?;
                    copy(run, &ket, &mut other);
                    happen(run, bound, choice, &mut other);
                    let unusual = [line.unusual.as_slice(), &[(step, choice)]].concat();
                    let mut own = Line { unusual, shots, ..*line };
                    let other = self.follow(&mut own, other, step + 1..steps.end, clock, parted)?;
                    if own.shots.is_empty() {
                        self.spare.borrow_mut().push(other);
                    } else {
                        parted.push((own, other));
                    }
                }
            }
            happen(run, bound, Choice::Operator { channel, operator: 0, factor: 1.0 }, &mut ket);
        }
        Ok(ket)
    }

    /// Room for the state of a line.
    fn single(&self) -> Result<Ket<T>, Fault> {
        if let Some(state) = self.spare.borrow_mut().pop() {
            return Ok(state);
        }
        let simulator = self.task.simulator;
        simulator.kets.take(&simulator.run, simulator.layout::<T>(self.task.bound.plan.n_wires))
    }

    /// The state of a line by itself.
    fn copied(&self, states: &[Ket<T>], line: usize) -> Result<Ket<T>, Fault> {
        let (group, lane) = self.place(line);
        let mut state = self.single()?;
        states[group].copy_lane(lane, &mut state);
        Ok(state)
    }

    /// The bras at the end, `(O - c) |psi> / <psi|psi>` for each shot; returns the values of all shots, added up.
    fn turn(&mut self) -> Result<f64, Fault> {
        let Task { simulator, bound, value, goal, .. } = self.task;
        let (run, n_lanes) = (&simulator.run, self.in_lanes.samples());
        let c = if let Goal::Gradient { c } = goal { c } else { 0.0 };
        let weights: Vec<f64> = value.weights.iter().flat_map(|w| std::iter::repeat_n(*w, n_lanes)).collect();
        let mut total = 0.0;
        for (ket, lines) in self.kets.iter().zip(self.lines.chunks(n_lanes)) {
            let mut bra = simulator.kets.take(run, ket.layout())?;
            value.prepared.apply(run, bound.isa, ket, None, &weights, &mut bra);
            if !value.outcomes.is_empty() {
                let amplitudes = bra.reals_mut().chunks_exact_mut(2 * n_lanes);
                for (i, (o, a)) in amplitudes.zip(ket.reals().chunks_exact(2 * n_lanes)).enumerate() {
                    let weight = T::from_f64(value.outcomes[bound.plan.outcome(i)]);
                    o.iter_mut().zip(a).for_each(|(o, a)| *o += weight * *a);
                }
            }
            // <psi| O |psi> and <psi|psi> of each lane.
            let mut sums = vec![[0.0; 2]; n_lanes];
            for (o, a) in bra.reals().chunks_exact(n_lanes).zip(ket.reals().chunks_exact(n_lanes)) {
                for (sum, (o, a)) in sums.iter_mut().zip(o.iter().zip(a)) {
                    let (o, a) = (o.to_f64(), a.to_f64());
                    *sum = [sum[0] + a * o, sum[1] + a * a];
                }
            }
            // Lanes without shots have no share.
            let mut shares = vec![T::ZERO; n_lanes];
            for ((share, [value, norm]), line) in shares.iter_mut().zip(&sums).zip(lines) {
                let n_shots = line.shots.len() as f64;
                if n_shots > 0.0 {
                    total += n_shots * value / norm;
                    *share = T::from_f64(n_shots / norm);
                }
            }
            let c = T::from_f64(c);
            for (o, a) in bra.reals_mut().chunks_exact_mut(n_lanes).zip(ket.reals().chunks_exact(n_lanes)) {
                for ((o, a), share) in o.iter_mut().zip(a).zip(&shares) {
                    *o = (*o - c * *a) * *share;
                }
            }
            self.bras.push(bra);
        }
        run.check()?;
        Ok(total)
    }

    /// All steps back to the first that depends on a slot; the derivatives with respect to the slots, added up.
    fn back(&mut self) -> Result<Vec<f64>, Fault> {
        let Task { simulator, bound, first, .. } = self.task;
        let (run, plan) = (&simulator.run, bound.plan);
        let mut collected = Collected::new(self.in_lanes);
        let mut runs = plan.channel_runs.iter().enumerate().rev().peekable();
        for step in (first..plan.steps.len()).rev() {
            run.check()?;
            if let Some((number, run)) = runs.next_if(|(_, run)| run.steps.end == step + 1) {
                self.undo_channels(number, run)?;
            }
            if let Step::Unitary(_) = plan.steps[step] {
                for states in self.kets.iter_mut().zip(&mut self.bras) {
                    undo_step(run, self.in_lanes, step, first, states.into(), &mut collected);
                }
            }
        }
        run.check()?;
        let mut d_slots = vec![0.0; plan.n_slots()];
        for (i, d) in self.in_lanes.to_slots(&collected).into_iter().enumerate() {
            d_slots[i % plan.n_slots()] += d;
        }
        Ok(d_slots)
    }

    /// Takes kets back through what channels usually do, bras through the adjoint, and ends the lines that began there.
    fn undo_channels(&mut self, number: usize, channels: &ChannelRun) -> Result<(), Fault> {
        let Task { simulator, bound, .. } = self.task;
        let (run, plan) = (&simulator.run, bound.plan);
        let mut ended = Vec::new();
        while let Some(line) = self.lines.pop_if(|line| line.run == number) {
            let at = self.lines.len();
            let mut bra = self.copied(&self.bras, at)?;
            for step in channels.steps.clone().rev() {
                if let Step::Channel(channel) = plan.steps[step] {
                    unhappen(run, bound, line.choice(step, channel), &mut bra);
                }
            }
            let (group, lane) = self.place(at);
            if lane == 0 {
                for states in [&mut self.kets, &mut self.bras] {
                    states.drain(group..).for_each(|state| simulator.kets.give(state));
                }
            } else {
                // What it collects from here on is nothing.
                self.bras[group].change_lane(lane, &bra, |a, _| *a = T::ZERO);
            }
            ended.push((line.parent, bra));
        }
        for (segment, states) in [(channels.undone, &mut self.kets), (channels.adjoint, &mut self.bras)] {
            if let Some(segment) = segment {
                let segment = &plan.segments[segment];
                states.iter_mut().for_each(|state| apply(run, self.in_lanes, segment, state));
            }
        }
        for (parent, bra) in ended {
            let (group, lane) = self.place(parent);
            self.bras[group].change_lane(lane, &bra, |a, b| *a += b);
            self.spare.borrow_mut().push(bra);
        }
        Ok(())
    }
}
