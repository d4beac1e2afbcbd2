//! Many calls of one circuit at once: samples of a data set, in the lanes of the registers.
//!
//! Most of what a call does besides arithmetic is the same for all samples: slots that no sample changes, the weights of a
//! model beside its inputs, are bound once for many samples, with the tables that depend on them alone. Samples run one
//! after the other on each thread, ket and bra in its first cache.
//!
//! In single precision states of few registers are done otherwise: as many samples as a register has lanes lie amplitude by
//! amplitude, sample by sample, and every gate is an operation between whole registers. What an operation costs besides
//! arithmetic is then shared. Sums have another order there; in doubles a sample has the same bits in a batch and alone.

use rayon::ThreadPool;
use rayon::prelude::*;

use crate::Fault;
use crate::bind::{Bound, Varied};
use crate::kernel::Collected;
use crate::ket::{Ket, Layout};
use crate::pass::{apply, unapply};
use crate::pauli::Prepared;
use crate::plan::{Plan, TILE_WIRES};
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

/// With less work, in operations on amplitudes, it costs more to wake a thread than it saves.
const WORTH_A_THREAD: usize = 1 << 17;

/// Rows of a group that share what they have in common.
const ROWS: usize = 16;

/// The slots that are not the same in all rows.
fn varied_slots(plan: &Plan, rows: &[&[f64]]) -> Vec<bool> {
    let mut is_varied = vec![false; plan.n_slots()];
    for row in &rows[1..] {
        for ((is_varied, a), b) in is_varied.iter_mut().zip(*row).zip(rows[0]) {
            *is_varied |= a.to_bits() != b.to_bits();
        }
    }
    is_varied
}

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

    /// What `work` gives for each number below `n`, in order; threads share them if that is worth it, by the cost of one
    /// ([`Plan::cost`]).
    ///
    /// # Errors
    /// One of those of `work`.
    pub fn each<T: Send>(
        &self,
        n: usize,
        cost: usize,
        work: impl Fn(usize) -> Result<T, Fault> + Sync,
    ) -> Result<Vec<T>, Fault> {
        let work = |i| self.run.check().and_then(|()| work(i));
        match self.pool_worth_it(n, n, cost) {
            Some(pool) => pool.install(|| (0..n).into_par_iter().map(work).collect()),
            None => (0..n).map(work).collect(),
        }
    }

    /// The threads for calls in parts, if all calls together are worth waking them, by the cost of one.
    fn pool_worth_it(&self, n_parts: usize, n_calls: usize, cost: usize) -> Option<&ThreadPool> {
        let is_worth_it = n_calls.saturating_mul(cost) >= WORTH_A_THREAD;
        is_worth_it.then(|| self.run.pool_for(n_parts)).flatten()
    }

    /// Circuits with outcomes, and those whose states are larger than a tile, run row by row with all threads; small ones
    /// in groups of as many rows as there are lanes; others row by row on each thread.
    fn run_batch(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Batch, Fault> {
        if !plan.is_unitary() || plan.n_wires > TILE_WIRES || rows.len() < 2 {
            return self.one_by_one(plan, rows, prepared, cotangents);
        }
        match self.precision() {
            Precision::F64 => self.run_groups::<f64>(plan, rows, prepared, cotangents),
            Precision::F32 => self.run_groups::<f32>(plan, rows, prepared, cotangents),
        }
    }

    fn run_groups<T: Amplitude>(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Batch, Fault> {
        let lane_bits = self.isa.lane_bits::<T>() as usize;
        let is_in_lanes = self.precision() == Precision::F32 && plan.n_wires <= 2 * lane_bits;
        let per_group = if is_in_lanes { 1 << lane_bits } else { ROWS };
        let varied = Varied::new(plan, &varied_slots(plan, rows));
        let group = |(i, rows): (usize, &[&[f64]])| {
            if is_in_lanes {
                self.run_lanes::<T>(plan, i * per_group, rows, prepared, cotangents)
            } else {
                self.run_rows::<T>(plan, i * per_group, rows, &varied, prepared, cotangents)
            }
        };
        let n_groups = rows.len().div_ceil(per_group);
        let parts: Vec<Result<Batch, Fault>> = match self.pool_worth_it(n_groups, rows.len(), plan.cost()) {
            Some(pool) => pool.install(|| rows.par_chunks(per_group).enumerate().map(group).collect()),
            None => rows.chunks(per_group).enumerate().map(group).collect(),
        };
        let mut batch = Batch::default();
        for part in parts {
            let part = part?;
            batch.values.extend(part.values);
            batch.d_slots.extend(part.d_slots);
        }
        Ok(batch)
    }

    /// Row by row: what rows have in common is bound once.
    fn run_rows<T: Amplitude>(
        &self,
        plan: &Plan,
        first: usize,
        rows: &[&[f64]],
        varied: &Varied,
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Batch, Fault> {
        let run = &self.run;
        let mut bound = self.bind::<T>(plan, rows[0])?;
        let layout = self.layout::<T>(plan.n_wires);
        let mut ket: Ket<T> = self.kets.take(run, layout)?;
        let mut bra: Ket<T> = self.kets.take(run, layout)?;
        let mut measured = prepared.zeros(1);
        let mut collected = Collected::new(&bound);
        let first_segment = plan.first_trainable_segment();
        let mut batch = Batch::default();
        for (i, slots) in rows.iter().enumerate() {
            run.check()?;
            if i > 0 {
                bound.rebind(slots, varied)?;
            }
            ket.reals_mut().fill(T::ZERO);
            ket.reals_mut()[0] = T::ONE;
            for segment in &plan.segments {
                apply(run, &bound, segment, &mut ket);
            }
            measured.fill(0.0);
            prepared.add_values(run, self.isa, &ket, &mut measured);
            let values = prepared.combine(&measured, 1, 0);
            if let Some(cotangents) = cotangents {
                let weights = prepared.weights(&[&cotangents(first + i, &values)]);
                prepared.apply(run, self.isa, &ket, None, &weights, &mut bra);
                collected.clear();
                for index in (first_segment..plan.segments.len()).rev() {
                    let is_first = index == first_segment;
                    let segment = &plan.segments[index];
                    unapply(run, &bound, segment, [&mut ket, &mut bra], is_first, &mut collected);
                }
                batch.d_slots.push(bound.to_slots(&collected));
            }
            batch.values.push(values);
        }
        self.kets.give(bra);
        self.kets.give(ket);
        run.check()?;
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
            let first = plan.first_trainable_segment();
            for index in (first..plan.segments.len()).rev() {
                let states = [&mut ket, &mut bra];
                unapply(run, &bound, &plan.segments[index], states, index == first, &mut collected);
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
