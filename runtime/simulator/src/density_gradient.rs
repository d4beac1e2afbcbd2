//! The gradient of what a density matrix tells, by one sweep back.
//!
//! All that happens to `vec(rho)` is linear, and so is a value `E = Re <l|rho>`: going back, the bra goes through the
//! adjoint of each step, `<l| S`, and a gate `U (x) conj(U)` on the way is differentiated as any gate of a state vector.
//! What cannot be undone, a channel or a measurement, is a stop (`stops.rs`). All ends of a run have the same bra.

use qml_prelude::observable::Observable;

use crate::bind::Bound;
use crate::density::{Density, keep_blocks, told_parts, weights};
use crate::kernel::Collected;
use crate::ket::Ket;
use crate::noise::Told;
use crate::observables::check_observables;
use crate::pass::apply;
use crate::pauli::masks;
use crate::pieces::add;
use crate::plan::{Plan, Step, holds};
use crate::simulator::{Amplitude, Exact, Precision, Simulator};
use crate::stops::{Kept, Line};
use crate::sweep::{LEFT_OUT, undo_step};
use crate::walk::Tally;
use crate::{C64, Fault};

impl Simulator {
    /// The derivative with respect to each slot of `sum of cotangent * value`, for the values of
    /// [`Self::noisy_expectations`].
    pub fn noisy_expectations_vjp(
        &self,
        density: &Density,
        slots: &[f64],
        observables: &[Observable],
        cotangents: &[f64],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let plan = density.layered()?;
        check_observables(plan.register_len(), observables)?;
        let told = Told::of_observables(&plan.readout, plan.register_len(), observables, cotangents);
        self.gradient_of(density, slots, &told)
    }

    /// The derivative with respect to each slot of `sum of cotangent * probability`, for what
    /// [`Self::noisy_probabilities`] gives.
    pub fn noisy_probabilities_vjp(
        &self,
        density: &Density,
        slots: &[f64],
        cotangents: &[f64],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let told = Told::of_probabilities(&density.layered()?.readout, cotangents);
        self.gradient_of(density, slots, &told)
    }

    fn gradient_of(&self, density: &Density, slots: &[f64], told: &Told) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.gradient_of_in::<f64>(density, slots, told),
            Precision::F32 => self.gradient_of_in::<f32>(density, slots, told),
        }
    }

    fn gradient_of_in<T: Amplitude>(
        &self,
        density: &Density,
        slots: &[f64],
        told: &Told,
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let plan = density.layered()?;
        let bound = self.bind::<T>(plan, slots)?;
        // The matrix and its bra, the bra of all ends, and two stops.
        self.kets.require::<T>(plan.n_wires, 5)?;
        let first = (0..plan.steps.len()).find(|&step| plan.is_trainable(step)).unwrap_or(plan.steps.len());
        let end = self.end_of(plan, bound.phase(0), told)?;
        let collected = Collected::new(&bound);
        let tally = Tally::new(LEFT_OUT);
        let mut back =
            Back { simulator: self, density, plan, bound: &bound, end, first, collected, tally, depth: 0 };
        let rho = self.start(plan.n_wires)?;
        let bra = back.follow(0, rho, &vec![false; plan.n_bits])?;
        self.kets.give(bra);
        let Back { end, collected, tally, .. } = back;
        self.kets.give(end);
        Ok(Exact { value: bound.to_slots(&collected), branches: tally.branches })
    }

    /// The bra of each end: half of the conjugate of what each entry counts, because a sweep gives `2 Re <l|d rho>`.
    fn end_of<T: Amplitude>(&self, plan: &Plan, phase: C64, told: &Told) -> Result<Ket<T>, Fault> {
        let half = plan.n_wires / 2;
        let mut end = self.start::<T>(plan.n_wires)?;
        end.set(0, C64::default());
        let mut count = |row: usize, column: usize, by: C64| {
            let index = row | column << half;
            end.set(index, end.get(index) + (by * phase).conj() / 2.0);
        };
        for (string, weight) in &told.strings {
            self.run.check()?;
            let letters = string.iter().map(|&(qubit, letter)| (plan.output[qubit as usize], letter));
            let (x, z, n_y) = masks(letters);
            let sign = |k: usize| if (k & z).count_ones() % 2 == 1 { -weight } else { *weight };
            (0..1 << half).for_each(|k| count(k, k ^ x, C64::I.powu(n_y) * sign(k)));
        }
        if !told.outcomes.is_empty() {
            (0..1 << half).for_each(|k| count(k, k, told.outcomes[plan.outcome(k)].into()));
        }
        Ok(end)
    }
}

/// A sweep forth and back.
struct Back<'a, T: Amplitude> {
    simulator: &'a Simulator,
    density: &'a Density,
    plan: &'a Plan,
    bound: &'a Bound<'a, T>,
    /// The bra of each end.
    end: Ket<T>,
    /// The first step that depends on a slot: nothing before it is undone.
    first: usize,
    collected: Collected,
    tally: Tally,
    /// How many outcomes were chosen.
    depth: usize,
}

impl<T: Amplitude> Back<'_, T> {
    /// Runs from a step to all ends and back; returns the bra there.
    fn follow(&mut self, mut at: usize, mut rho: Ket<T>, bits: &[bool]) -> Result<Ket<T>, Fault> {
        let (simulator, plan) = (self.simulator, self.plan);
        let mut kept = Kept::new(simulator, plan.n_wires, self.depth);
        let (mut steps, mut stops) = (Vec::new(), Vec::new());
        let mut bra = loop {
            simulator.run.check()?;
            let Some(step) = plan.steps.get(at) else { break self.end(&rho, bits)? };
            match step {
                Step::Branch { condition, otherwise } => {
                    at = if holds(condition, bits) { at + 1 } else { *otherwise };
                    continue;
                }
                Step::Jump { to } => {
                    at = *to;
                    continue;
                }
                Step::Measure { bit, .. } if self.density.is_read(*bit) => {
                    break self.follow_outcomes(at, &rho, bits)?;
                }
                // Done with the measurement before it, or of no interest.
                Step::Misread { .. } => {}
                Step::Unitary(_) => steps.push(at),
                _ => {
                    if at > self.first {
                        stops.push(steps.len());
                        kept.stop(&rho)?;
                    }
                    steps.push(at);
                }
            }
            self.apply(at, &mut rho);
            at += 1;
        };
        let tail = stops.last().map_or(0, |stop| stop + 1);
        self.undo(&steps[tail..], &mut rho, &mut bra)?;
        simulator.kets.give(rho);
        kept.go_back(&mut Stretch { back: self, steps: &steps, stops: &stops }, &mut bra)?;
        Ok(bra)
    }

    /// Both outcomes of a measurement that decides something; returns the bra before it.
    fn follow_outcomes(&mut self, at: usize, rho: &Ket<T>, bits: &[bool]) -> Result<Ket<T>, Fault> {
        let (simulator, half) = (self.simulator, self.plan.n_wires as u32 / 2);
        let Step::Measure { position, bit, .. } = self.plan.steps[at] else {
            qml_source::bug!("no measurement: {:?}", self.plan.steps[at])
        };
        let place = [position, position + half];
        let parts = told_parts(self.plan, at);
        let weights = weights(rho, half, position);
        let weight = |told: bool| {
            let parts = parts[usize::from(told)];
            parts[0] * weights[0] + parts[1] * weights[1]
        };
        let rare = weight(true) <= weight(false);
        let mut sum: Option<Ket<T>> = None;
        self.depth += 1;
        for told in [!rare, rare] {
            if told == rare && !self.tally.follows(weight(rare)) {
                continue;
            }
            let mut part = simulator.copied(rho)?;
            keep_blocks(&simulator.run, &mut part, place, parts[usize::from(told)]);
            let mut bits = bits.to_vec();
            bits[bit] = told;
            let mut bra = self.follow(at + 1, part, &bits)?;
            keep_blocks(&simulator.run, &mut bra, place, parts[usize::from(told)]);
            match &mut sum {
                Some(sum) => {
                    add(&simulator.run, sum, &bra);
                    simulator.kets.give(bra);
                }
                None => sum = Some(bra),
            }
        }
        self.depth -= 1;
        Ok(sum.unwrap_or_else(|| qml_source::bug!("the likelier outcome was not followed")))
    }

    fn end(&mut self, rho: &Ket<T>, bits: &[bool]) -> Result<Ket<T>, Fault> {
        if self.plan.is_unfinished(bits) {
            let weights = weights(rho, self.plan.n_wires as u32 / 2, 0);
            if weights[0] + weights[1] > crate::expect::LEFT_OUT {
                return Err(Fault::Unfinished);
            }
        }
        self.tally.branches += 1;
        self.simulator.copied(&self.end)
    }

    fn apply(&self, at: usize, rho: &mut Ket<T>) {
        let (run, plan) = (&self.simulator.run, self.plan);
        let half = plan.n_wires as u32 / 2;
        match plan.steps[at] {
            Step::Unitary(segment) | Step::Map { forth: segment, .. } => {
                apply(run, self.bound, &plan.segments[segment], rho);
            }
            // Nobody asks for the outcome.
            Step::Measure { position, .. } => keep_blocks(run, rho, [position, position + half], [1.0, 1.0]),
            _ => {}
        }
    }

    /// Undoes unitary steps, back to the first that depends on a slot.
    fn undo(&mut self, steps: &[usize], rho: &mut Ket<T>, bra: &mut Ket<T>) -> Result<(), Fault> {
        let run = &self.simulator.run;
        for &at in steps.iter().rev().take_while(|at| **at >= self.first) {
            run.check()?;
            undo_step(run, self.bound, at, self.first, [rho, bra], &mut self.collected);
        }
        run.check()
    }
}

/// A stretch between two choices.
struct Stretch<'s, 'a, T: Amplitude> {
    back: &'s mut Back<'a, T>,
    steps: &'s [usize],
    /// Where in `steps` the stops are.
    stops: &'s [usize],
}

impl<T: Amplitude> Line<T> for Stretch<'_, '_, T> {
    fn forth(&mut self, stop: usize, rho: &mut Ket<T>) -> Result<(), Fault> {
        self.steps[self.stops[stop]..self.stops[stop + 1]].iter().for_each(|&at| self.back.apply(at, rho));
        self.back.simulator.run.check()
    }

    fn back(&mut self, stop: usize, rho: &mut Ket<T>, bra: &mut Ket<T>) -> Result<(), Fault> {
        let here = self.stops[stop];
        let (run, plan) = (&self.back.simulator.run, self.back.plan);
        match plan.steps[self.steps[here]] {
            Step::Map { back, .. } => apply(run, self.back.bound, &plan.segments[back], bra),
            // Its own adjoint.
            _ => self.back.apply(self.steps[here], bra),
        }
        let start = if stop == 0 { 0 } else { self.stops[stop - 1] + 1 };
        self.back.undo(&self.steps[start..here], rho, bra)
    }
}
