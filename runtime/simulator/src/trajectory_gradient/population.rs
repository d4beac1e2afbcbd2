//! Lines of shots side by side, in the lanes of registers.
//!
//! All lines take the same steps at the same time, forth and back: a step is done once for as many of them as there are
//! lanes. Where shots part from a line, a line begins, in the next free lane. The old one goes on with the usual, also when
//! no shot is left on it: on the way back its ket comes to where the new line ends again, whose bra is added to its own.
//! Lines end in the opposite order of their beginning, so those that are there are always the first ones. No ket is kept
//! besides.
//!
//! Numbers are drawn as where lines are followed one by one. For circuits without measurements in between, of small states,
//! and noise that shots seldom notice.

use std::ops::Range;

use qml_prelude::random::uniform_at;

use super::partings::{Choice, Waiting, latest_first, take_before, unhappen};
use super::{Goal, MOST_GROWTH, Sum, Task};
use crate::Fault;
use crate::bind::Bound;
use crate::kernel::Collected;
use crate::ket::{Ket, Layout};
use crate::pass::apply;
use crate::plan::{Plan, Step};
use crate::simulator::Amplitude;
use crate::sweep::undo_step;
use crate::trajectory::{Odds, by_operator, jump};
use crate::walk::Purpose;

/// Most wires of a state in a lane: larger ones are faster one by one.
const MOST_WIRES: usize = 9;
/// Most often that something unusual may happen to a shot on average, since it leaves a line behind.
const MOST_EVENTS: f64 = 2.0;
/// Shots whose lines are there at once, which bounds their memory.
const SHOTS: usize = 1 << 10;

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
    /// The line that it parted from, at a step, by a choice.
    parent: usize,
    step: usize,
    choice: Choice,
    shots: Vec<Waiting>,
}

/// All lines: line `i` lies in lane `i % n_lanes` of group `i / n_lanes`.
pub(super) struct Population<'a, T: Amplitude> {
    task: Task<'a, T>,
    /// For states in lanes.
    in_lanes: &'a Bound<'a, T>,
    lines: Vec<Line>,
    kets: Vec<Ket<T>>,
    bras: Vec<Ket<T>>,
    /// Channels so far, and their times together.
    draws: u64,
    time: f64,
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
                draws: 0,
                time: 0.0,
            };
            let found = population.run(start..shots.end.min(start + SHOTS));
            let states = population.kets.into_iter().chain(population.bras);
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
        // It parted from nothing.
        self.begin(Line { parent: 0, step: usize::MAX, choice: Choice::Told, shots }, ket)?;
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
        simulator.kets.give(ket);
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
        for (at, step) in plan.steps.iter().enumerate() {
            self.task.simulator.run.check()?;
            match *step {
                Step::Unitary(segment) => self.apply_to_kets(Some(segment)),
                Step::Channel(channel) => {
                    let parted = self.part(at, channel)?;
                    self.apply_to_kets(plan.channels[channel].operators[0]);
                    for (line, ket) in parted {
                        self.begin(line, ket)?;
                    }
                }
                _ => {}
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

    /// The lines that begin at a channel, where something unusual happens to shots.
    fn part(&mut self, step: usize, channel: usize) -> Result<Vec<(Line, Ket<T>)>, Fault> {
        let Task { simulator, bound, keys, .. } = self.task;
        let (run, planned) = (&simulator.run, &bound.plan.channels[channel]);
        let draws = self.draws;
        self.draws += 1;
        self.time += planned.time();
        let mut parted = Vec::new();
        for parent in 0..self.lines.len() {
            let mut here = take_before(self.time, &mut self.lines[parent].shots);
            if here.is_empty() {
                continue;
            }
            let ket = self.copied(&self.kets, parent)?;
            let odds = Odds::of(run, planned, &ket);
            let chosen = |shot: usize| odds.choice(planned.most * uniform_at(keys.noise, shot as u64, draws));
            for (operator, shots) in by_operator(&mut here, chosen) {
                let waiting = |&shot: &usize| keys.waiting(self.time, self.draws, shot);
                let mut shots: Vec<Waiting> = shots.iter().map(waiting).collect();
                if operator == 0 {
                    self.lines[parent].shots.extend(shots);
                    latest_first(&mut self.lines[parent].shots);
                    continue;
                }
                latest_first(&mut shots);
                let factor = odds.factor(operator);
                let mut other = simulator.copied(&ket)?;
                jump(run, bound, planned, operator, factor, &mut other);
                let choice = Choice::Operator { channel, operator, factor };
                parted.push((Line { parent, step, choice, shots }, other));
            }
            simulator.kets.give(ket);
        }
        Ok(parted)
    }

    /// The state of a line by itself.
    fn copied(&self, states: &[Ket<T>], line: usize) -> Result<Ket<T>, Fault> {
        let simulator = self.task.simulator;
        let layout = simulator.layout::<T>(self.task.bound.plan.n_wires);
        let (group, lane) = self.place(line);
        let mut state = simulator.kets.take(&simulator.run, layout)?;
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
        for step in (first..plan.steps.len()).rev() {
            run.check()?;
            match plan.steps[step] {
                Step::Unitary(_) => {
                    for states in self.kets.iter_mut().zip(&mut self.bras) {
                        undo_step(run, self.in_lanes, step, first, states.into(), &mut collected);
                    }
                }
                Step::Channel(channel) => self.undo_channel(step, channel)?,
                _ => {}
            }
        }
        run.check()?;
        let mut d_slots = vec![0.0; plan.n_slots()];
        for (i, d) in self.in_lanes.to_slots(&collected).into_iter().enumerate() {
            d_slots[i % plan.n_slots()] += d;
        }
        Ok(d_slots)
    }

    /// Takes kets back through what a channel usually does, bras through its adjoint, and ends the lines that began there.
    fn undo_channel(&mut self, step: usize, channel: usize) -> Result<(), Fault> {
        let Task { simulator, bound, .. } = self.task;
        let (run, plan) = (&simulator.run, bound.plan);
        let mut ended = Vec::new();
        while let Some(line) = self.lines.pop_if(|line| line.step == step) {
            let at = self.lines.len();
            let mut bra = self.copied(&self.bras, at)?;
            unhappen(run, bound, line.choice, &mut bra);
            ended.push((line.parent, bra));
            let (group, lane) = self.place(at);
            if lane == 0 {
                for states in [&mut self.kets, &mut self.bras] {
                    states.drain(group..).for_each(|state| simulator.kets.give(state));
                }
            } else {
                // What it collects from here on is nothing.
                let bra = &ended[ended.len() - 1].1;
                self.bras[group].change_lane(lane, bra, |a, _| *a = T::ZERO);
            }
        }
        let planned = &plan.channels[channel];
        for (ket, bra) in self.kets.iter_mut().zip(&mut self.bras) {
            if let Some(undone) = planned.undone {
                apply(run, self.in_lanes, &plan.segments[undone.segment], ket);
            }
            if let Some(adjoint) = planned.adjoints[0] {
                apply(run, self.in_lanes, &plan.segments[adjoint], bra);
            }
        }
        for (parent, bra) in ended {
            let (group, lane) = self.place(parent);
            self.bras[group].change_lane(lane, &bra, |a, b| *a += b);
            simulator.kets.give(bra);
        }
        Ok(())
    }
}
