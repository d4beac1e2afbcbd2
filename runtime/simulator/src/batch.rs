//! Many calls of one circuit at once: samples of a data set, in the lanes of the registers.
//!
//! The states of as many samples as a register has lanes lie amplitude by amplitude, sample by sample. So every gate, on
//! any wire, is an operation between whole registers: nothing is exchanged between lanes, and the work that does not
//! depend on the numbers, walking through plan and state, is shared. Angles that all samples have in common are bound
//! once a lane, which costs less than telling them apart. Groups of samples run on all threads.

use rayon::prelude::*;

use crate::Fault;
use crate::bind::Bound;
use crate::kernel::Collected;
use crate::ket::{Ket, Layout};
use crate::pass::{apply, unapply};
use crate::pauli::Prepared;
use crate::plan::{Plan, Step, TILE_WIRES};
use crate::simulator::{Amplitude, Precision, Simulator};

/// Values and gradients of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Batch {
    /// For each sample, one value for each observable.
    pub values: Vec<Vec<f64>>,
    /// For each sample, the derivative of `sum of cotangent * value` with respect to each slot.
    pub d_slots: Vec<Vec<f64>>,
}

/// The derivative of the whole with respect to each value of a sample, from the sample's number and its values.
pub type Cotangents<'a> = &'a (dyn Fn(usize, &[f64]) -> Vec<f64> + Sync);

impl Simulator {
    /// The expectation values of the observables for each row of slots.
    pub fn batch_expectations(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
    ) -> Result<Vec<Vec<f64>>, Fault> {
        Ok(self.run_batch(plan, rows, prepared, None)?.values)
    }

    /// The expectation values for each row of slots, and the derivative of their sum, weighted with the cotangents of the
    /// row, with respect to the row's slots.
    pub fn batch_vjp(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Cotangents<'_>,
    ) -> Result<Batch, Fault> {
        self.run_batch(plan, rows, prepared, Some(cotangents))
    }

    /// The rows in groups of as many as there are lanes; the last group may be smaller. Circuits with outcomes, and those
    /// whose states are larger than a tile, run row by row.
    fn run_batch(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Batch, Fault> {
        let is_unitary = plan.steps.iter().all(|step| matches!(step, Step::Unitary(_)));
        if !is_unitary || plan.n_wires > TILE_WIRES || rows.len() < 2 {
            return self.one_by_one(plan, rows, prepared, cotangents);
        }
        let lanes = 1
            << match self.precision() {
                Precision::F64 => self.isa.lane_bits::<f64>(),
                Precision::F32 => self.isa.lane_bits::<f32>(),
            };
        let group = |(i, rows): (usize, &[&[f64]])| match self.precision() {
            Precision::F64 => self.run_lanes::<f64>(plan, i * lanes, rows, prepared, cotangents),
            Precision::F32 => self.run_lanes::<f32>(plan, i * lanes, rows, prepared, cotangents),
        };
        let parts: Vec<Result<Batch, Fault>> = match self.run.pool_for(rows.len().div_ceil(lanes)) {
            Some(pool) => pool.install(|| rows.par_chunks(lanes).enumerate().map(group).collect()),
            None => rows.chunks(lanes).enumerate().map(group).collect(),
        };
        let mut batch = Batch::default();
        for part in parts {
            let part = part?;
            batch.values.extend(part.values);
            batch.d_slots.extend(part.d_slots);
        }
        Ok(batch)
    }

    fn one_by_one(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Batch, Fault> {
        let mut batch = Batch::default();
        for (i, slots) in rows.iter().enumerate() {
            let values = self.prepared_expectations(plan, slots, prepared)?.value;
            if let Some(cotangents) = cotangents {
                let cotangents = cotangents(i, &values);
                let vjp = self.prepared_expectations_vjp(plan, slots, prepared, &cotangents)?;
                batch.d_slots.push(vjp.value.d_slots);
            }
            batch.values.push(values);
        }
        Ok(batch)
    }

    fn run_lanes<T: Amplitude>(
        &self,
        plan: &Plan,
        first: usize,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Batch, Fault> {
        let run = &self.run;
        run.check()?;
        let bound = Bound::<T>::batch(plan, self.isa, T::store(self), rows)?;
        let samples = bound.samples();
        let layout = Layout::batch(plan.n_wires, self.isa.lane_bits::<T>());
        let mut ket: Ket<T> = self.kets.take(run, layout)?;
        ket.reals_mut().fill(T::ZERO);
        ket.reals_mut()[..samples].fill(T::ONE);
        for segment in &plan.segments {
            apply(run, &bound, segment, &mut ket);
        }
        let mut measured = prepared.zeros(samples);
        prepared.add_values(run, self.isa, &ket, &mut measured);
        let values: Vec<Vec<f64>> =
            (0..rows.len()).map(|sample| prepared.combine(&measured, samples, sample)).collect();
        let mut batch = Batch { values, d_slots: Vec::new() };
        if let Some(cotangents) = cotangents {
            let mut of_samples: Vec<Vec<f64>> =
                batch.values.iter().enumerate().map(|(i, values)| cotangents(first + i, values)).collect();
            // Lanes without a sample.
            of_samples.resize(samples, vec![0.0; prepared.observables.len()]);
            let of_samples: Vec<&[f64]> = of_samples.iter().map(Vec::as_slice).collect();
            let weights = prepared.weights(&of_samples);
            let mut bra: Ket<T> = self.kets.take(run, layout)?;
            prepared.apply(run, self.isa, &ket, None, &weights, &mut bra);
            let mut collected = Collected::new(&bound);
            let first = plan.segments.iter().position(|segment| segment.first_trainable.is_some());
            for index in (first.unwrap_or(plan.segments.len())..plan.segments.len()).rev() {
                let states = [&mut ket, &mut bra];
                unapply(run, &bound, &plan.segments[index], states, Some(index) == first, &mut collected);
            }
            let d_slots = bound.to_slots(&collected);
            let n_slots = plan.slots.len();
            batch.d_slots =
                (0..rows.len()).map(|sample| d_slots[sample * n_slots..][..n_slots].to_vec()).collect();
            self.kets.give(bra);
        }
        self.kets.give(ket);
        run.check()?;
        Ok(batch)
    }
}
