//! The density matrix of a circuit with noise: exact results.
//!
//! `vec(rho)` is a state vector on twice the wires, and runs through the same passes and kernels (see `plan/lower/noisy.rs`).
//! Where an outcome decides what comes later, both are followed, each with its part of the matrix, whose trace is its
//! probability; where nobody asks for an outcome, the coherences between the two just vanish. In the end all parts are
//! added up.

use std::sync::OnceLock;

use qml_ir::circuit::{BitExpr, Circuit, OpKind};
use qml_prelude::observable::{Observable, PauliString};

use crate::bind::Bound;
use crate::expect::LEFT_OUT;
use crate::ket::Ket;
use crate::noise::Noise;
use crate::observables::check_observables;
use crate::pass::apply;
use crate::pauli::masks;
use crate::pieces::{add, for_pieces_mut};
use crate::plan::{Plan, Step, holds};
use crate::simulator::{Amplitude, Exact, Precision, Run, Simulator};
use crate::walk::Tally;
use crate::{C64, Fault};

/// A circuit with noise, prepared for exact results.
#[derive(Clone, Debug)]
pub struct Density {
    plan: Plan,
    /// What gradients are computed with, made when they are first asked for.
    layered: OnceLock<Plan>,
    source: (Circuit, Noise),
    /// The bits that decide something.
    is_read: Vec<bool>,
}

impl Density {
    /// Prepares a circuit with noise. Its density matrix takes the memory of a state of twice the wires.
    pub fn new(circuit: &Circuit, noise: &Noise) -> Result<Self, Fault> {
        let mut is_read = vec![false; circuit.n_bits];
        let mut note = |condition: &BitExpr| condition.each_bit(&mut |bit| is_read[bit.0 as usize] = true);
        circuit.unfinished.iter().for_each(|cut| note(&cut.condition));
        circuit.visit(|op| {
            if let OpKind::If { condition, .. } = &op.kind {
                note(condition);
            }
        });
        let source = (circuit.clone(), noise.clone());
        Ok(Self { plan: Plan::density(circuit, noise)?, layered: OnceLock::new(), source, is_read })
    }

    /// The plan that gradients go back through.
    pub(crate) fn layered(&self) -> Result<&Plan, Fault> {
        if let Some(plan) = self.layered.get() {
            return Ok(plan);
        }
        let plan = Plan::layered_density(&self.source.0, &self.source.1)?;
        Ok(self.layered.get_or_init(|| plan))
    }

    /// Whether a bit decides something.
    pub(crate) fn is_read(&self, bit: usize) -> bool {
        self.is_read[bit]
    }

    fn half(&self) -> usize {
        self.plan.n_wires / 2
    }

    /// The probability that each outcome is told, qubit 0 least significant.
    fn probabilities<T: Amplitude>(&self, rho: &Ket<T>, phase: C64) -> Vec<f64> {
        let mut values = vec![0.0; 1 << self.plan.register_len()];
        for index in 0..1 << self.half() {
            values[self.plan.outcome(index)] += (rho.get(index | index << self.half()) * phase).re;
        }
        self.plan.readout.tell(&mut values);
        values
    }

    /// The mean of a string's outcomes, as they are told.
    fn told<T: Amplitude>(&self, rho: &Ket<T>, phase: C64, string: &PauliString) -> f64 {
        let parts = self.plan.readout.told(string);
        parts.iter().map(|(part, factor)| factor * self.mean(rho, phase, part)).sum()
    }

    fn mean<T: Amplitude>(&self, rho: &Ket<T>, phase: C64, string: &PauliString) -> f64 {
        let letters = string.iter().map(|&(qubit, letter)| (self.plan.output[qubit as usize], letter));
        let (x, z, n_y) = masks(letters);
        // tr(rho P) = sum of <k| rho P |k>, and P |k> = i^n_y (-1)^|z k| |k ^ x>
        let term = |k: usize| {
            let entry = rho.get(k | (k ^ x) << self.half());
            if (k & z).count_ones() % 2 == 1 { -entry } else { entry }
        };
        let sum: C64 = (0..1 << self.half()).map(term).sum();
        (sum * phase * C64::new(0.0, 1.0).powu(n_y)).re
    }
}

impl Simulator {
    /// The probability that each outcome of the register is told, noise and readout errors included.
    pub fn noisy_probabilities(&self, density: &Density, slots: &[f64]) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => {
                self.of_density::<f64, _>(density, slots, |rho, phase| density.probabilities(rho, phase))
            }
            Precision::F32 => {
                self.of_density::<f32, _>(density, slots, |rho, phase| density.probabilities(rho, phase))
            }
        }
    }

    /// The mean that infinitely many shots would give for each observable, each string being measured by itself: noise
    /// and readout errors included.
    pub fn noisy_expectations(
        &self,
        density: &Density,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        check_observables(density.plan.register_len(), observables)?;
        match self.precision() {
            Precision::F64 => self.noisy_expectations_in::<f64>(density, slots, observables),
            Precision::F32 => self.noisy_expectations_in::<f32>(density, slots, observables),
        }
    }

    fn noisy_expectations_in<T: Amplitude>(
        &self,
        density: &Density,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        self.of_density::<T, _>(density, slots, |rho, phase| {
            let has_projectors = observables.iter().any(|observable| !observable.projectors.is_empty());
            let told = if has_projectors { density.probabilities(rho, phase) } else { Vec::new() };
            let value = |observable: &Observable| {
                let strings = observable.terms.iter().map(|(s, c)| c.re * density.told(rho, phase, s));
                let projectors = observable.projectors.iter().map(|(bits, c)| c.re * told[index_of(bits)]);
                strings.sum::<f64>() + projectors.sum::<f64>()
            };
            observables.iter().map(value).collect()
        })
    }

    /// What `look` finds in the density matrix at the end, which is to be multiplied with a phase.
    fn of_density<T: Amplitude, A>(
        &self,
        density: &Density,
        slots: &[f64],
        look: impl FnOnce(&Ket<T>, C64) -> A,
    ) -> Result<Exact<A>, Fault> {
        let bound = self.bind::<T>(&density.plan, slots)?;
        self.kets.require::<T>(density.plan.n_wires, 2)?;
        let mut walk =
            Walk { simulator: self, density, bound: &bound, tally: Tally::new(LEFT_OUT), sum: None };
        let rho = self.start(density.plan.n_wires)?;
        walk.follow(0, rho, vec![false; density.plan.n_bits])?;
        let branches = walk.tally.branches;
        let Some(rho) = walk.sum else { return Err(Fault::Unfinished) };
        let value = look(&rho, bound.phase(0));
        self.kets.give(rho);
        Ok(Exact { value, branches })
    }
}

/// A walk through the outcomes that decide something.
struct Walk<'a, T: Amplitude> {
    simulator: &'a Simulator,
    density: &'a Density,
    bound: &'a Bound<'a, T>,
    tally: Tally,
    /// All ends so far, added up.
    sum: Option<Ket<T>>,
}

impl<T: Amplitude> Walk<'_, T> {
    fn follow(&mut self, mut at: usize, mut rho: Ket<T>, mut bits: Vec<bool>) -> Result<(), Fault> {
        let (simulator, density) = (self.simulator, self.density);
        let (run, plan, half) = (&simulator.run, &density.plan, density.half() as u32);
        while let Some(step) = plan.steps.get(at) {
            run.check()?;
            at += 1;
            match *step {
                Step::Unitary(segment) => apply(run, self.bound, &plan.segments[segment], &mut rho),
                Step::Branch { ref condition, otherwise } => {
                    if !holds(condition, &bits) {
                        at = otherwise;
                    }
                }
                Step::Jump { to } => at = to,
                Step::Measure { position, bit, .. } if !density.is_read[bit] => {
                    keep_blocks(run, &mut rho, [position, position + half], [1.0, 1.0]);
                }
                Step::Measure { position, bit, .. } => {
                    let weights = weights(&rho, half, position);
                    let told = told_parts(plan, at - 1);
                    let parts = |is_one: bool| told[usize::from(is_one)];
                    let weight = |told| parts(told)[0] * weights[0] + parts(told)[1] * weights[1];
                    let rare = weight(true) <= weight(false);
                    let place = [position, position + half];
                    if self.tally.follows(weight(rare)) {
                        let mut other = simulator.copied(&rho)?;
                        keep_blocks(run, &mut other, place, parts(rare));
                        let mut other_bits = bits.clone();
                        other_bits[bit] = rare;
                        self.follow(at, other, other_bits)?;
                    }
                    keep_blocks(run, &mut rho, place, parts(!rare));
                    bits[bit] = !rare;
                }
                // Done with the measurement before it, or of no interest.
                Step::Misread { .. } => {}
                Step::Reset { .. } | Step::Track(_) | Step::Channel(_) | Step::Map { .. } => {
                    qml_source::bug!("no step of a density matrix: {step:?}")
                }
            }
        }
        run.check()?;
        if plan.is_unfinished(&bits) {
            let weights = weights(&rho, half, 0);
            if self.tally.follows(weights[0] + weights[1]) {
                return Err(Fault::Unfinished);
            }
            simulator.kets.give(rho);
            return Ok(());
        }
        self.tally.branches += 1;
        match &mut self.sum {
            Some(sum) => {
                add(run, sum, &rho);
                simulator.kets.give(rho);
            }
            None => self.sum = Some(rho),
        }
        Ok(())
    }
}

/// For each outcome that a measurement may tell, the shares of the true outcomes 0 and 1 that are told so.
pub(crate) fn told_parts(plan: &Plan, measurement: usize) -> [[f64; 2]; 2] {
    let [zero, one] = match plan.steps.get(measurement + 1) {
        Some(Step::Misread { errors, .. }) => *errors,
        _ => [0.0; 2],
    };
    [[1.0 - zero, one], [zero, 1.0 - one]]
}

/// The probabilities of the outcomes of a wire: the traces of the two parts. A phase of the whole doesn't count.
pub(crate) fn weights<T: Amplitude>(rho: &Ket<T>, half: u32, position: u32) -> [f64; 2] {
    let mut sums = [C64::default(); 2];
    (0..1_usize << half).for_each(|k| sums[k >> position & 1] += rho.get(k | k << half));
    sums.map(C64::norm)
}

/// Multiplies the part where both bits are 0, and that where both are 1; what lies between them vanishes.
pub(crate) fn keep_blocks<T: Amplitude>(
    run: &Run,
    rho: &mut Ket<T>,
    [ket, bra]: [u32; 2],
    factors: [f64; 2],
) {
    let layout = rho.layout();
    let factors = factors.map(T::from_f64);
    for_pieces_mut(run, rho, |first, piece| {
        let width = 1 << layout.width_bits;
        for (group, numbers) in piece.chunks_mut(2 * width).enumerate() {
            for (lane, number) in numbers.iter_mut().enumerate() {
                let i = first + group * width + lane % width;
                let (row, column) = (i >> ket & 1, i >> bra & 1);
                *number = if row == column { *number * factors[row] } else { T::ZERO };
            }
        }
    });
}

/// The integer of an outcome, qubit 0 least significant.
pub(crate) fn index_of(bits: &[bool]) -> usize {
    bits.iter().rev().fold(0, |index, &bit| index << 1 | usize::from(bit))
}
