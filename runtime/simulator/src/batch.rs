//! Many calls of one circuit at once: samples of a data set, in the lanes of the registers.
//!
//! Most of what a call does besides arithmetic is the same for all samples: slots that no sample changes, the weights of a
//! model beside its inputs, are bound once for many samples, with the tables that depend on them alone.
//!
//! States of few registers lie in the lanes: as many samples as a register has lanes, amplitude by amplitude, sample by
//! sample, so that every gate is an operation between whole registers, and what an operation costs besides arithmetic is
//! shared. Other samples run one after the other on each thread, ket and bra in its first cache. Both give the bits of a
//! call by itself, see [`crate::kernel`]: how rows are shared out is a matter of time alone.

mod ends;

use ndarray::Array2;
use qml_source::bug;

use crate::bind::{Bound, Varied};
use crate::kernel::Collected;
use crate::ket::{Ket, Layout, Line};
use crate::pass::{apply, unapply};
use crate::pauli::Prepared;
use crate::plan::{Plan, TILE_WIRES};
use crate::simulator::{Amplitude, Precision, Simulator};

use crate::Fault;
use ends::AtEnds;
pub use ends::Ends;

/// Values and gradients of a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct Batch {
    /// For each sample, one value for each observable.
    pub values: Array2<f64>,
    /// For each sample, the derivative of `sum of cotangent * value` with respect to each slot.
    pub d_slots: Array2<f64>,
}

/// Writes the derivative of the whole with respect to each value of a sample, from the sample's number and its values.
pub type Cotangents<'a> = &'a (dyn Fn(usize, &[f64], &mut [f64]) + Sync);

/// With less work, in operations on amplitudes, it costs more to wake a thread than it saves.
const WORTH_A_THREAD: usize = 1 << 16;

/// Most bytes of the states in the lanes. Larger ones are faster one after the other.
const IN_LANES: usize = 64 << 10;

/// Rows of a group that share what they have in common; of samples in lanes four registers.
const ROWS: usize = 16;

/// Rows of a batch that run on one thread, as many at once as there are samples.
struct Group<'r> {
    first: usize,
    rows: &'r [&'r [f64]],
    samples: usize,
}

impl Group<'_> {
    /// How many states it has, of as many samples as run at once.
    fn n_states(&self) -> usize {
        self.rows.len().div_ceil(self.samples)
    }
}

/// What some rows give, one row after the other.
#[derive(Default)]
struct Part {
    values: Vec<f64>,
    d_slots: Vec<f64>,
    /// Where they are kept.
    ends: Vec<Vec<Line>>,
}

/// The slots that are not the same in all rows.
fn varied_slots(plan: &Plan, rows: &[&[f64]]) -> Vec<bool> {
    let mut different = vec![0; plan.n_slots()];
    for row in &rows[1..] {
        for ((different, a), b) in different.iter_mut().zip(*row).zip(rows[0]) {
            *different |= a.to_bits() ^ b.to_bits();
        }
    }
    different.into_iter().map(|bits| bits != 0).collect()
}

impl Simulator {
    /// The expectation values of the observables (columns) for each row of slots.
    pub fn batch_expectations(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
    ) -> Result<Array2<f64>, Fault> {
        let part = self.run_batch(plan, rows, prepared, None, AtEnds::Forget)?;
        Ok(table(rows.len(), prepared.observables.len(), part.values))
    }

    /// As [`Self::batch_expectations`], with what is left for [`Self::batch_vjp_from`] if the states are small.
    pub fn batch_expectations_to_ends(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
    ) -> Result<(Array2<f64>, Option<Ends>), Fault> {
        let part = self.run_batch(plan, rows, prepared, None, AtEnds::kept(rows.len(), plan.n_wires))?;
        let ends = (!part.ends.is_empty()).then(|| Ends::new(rows, part.ends));
        Ok((table(rows.len(), prepared.observables.len(), part.values), ends))
    }

    /// Takes back what nobody needs any more.
    pub fn recycle_ends(&self, ends: Ends) {
        ends.into_states().into_iter().for_each(|lines| self.kets.give_lines(lines));
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
        self.batch_vjp_from(plan, rows, prepared, cotangents, None)
    }

    /// As [`Self::batch_vjp`], to the last bit, from ends of this plan if they are those of these rows.
    pub fn batch_vjp_from(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Cotangents<'_>,
        ends: Option<&Ends>,
    ) -> Result<Batch, Fault> {
        let at_ends = AtEnds::known(ends, rows);
        let part = self.run_batch(plan, rows, prepared, Some(cotangents), at_ends)?;
        let values = table(rows.len(), prepared.observables.len(), part.values);
        Ok(Batch { values, d_slots: table(rows.len(), plan.n_slots(), part.d_slots) })
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
        self.share_work(n, n.saturating_mul(cost), work).into_iter().collect()
    }

    /// What `work` gives for each number below `n`, in order; threads share them if that is worth it, by the cost of all.
    fn share_work<A: Send>(&self, n: usize, cost: usize, work: impl Fn(usize) -> A + Sync) -> Vec<A> {
        if cost >= WORTH_A_THREAD { self.run.share(n, work) } else { (0..n).map(work).collect() }
    }

    /// Circuits with outcomes, and those whose states are larger than a tile, run row by row with all threads; others in
    /// groups.
    fn run_batch(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
        at_ends: AtEnds<'_>,
    ) -> Result<Part, Fault> {
        if !plan.is_unitary() || plan.n_wires > TILE_WIRES || rows.len() < 2 {
            return self.one_by_one(plan, rows, prepared, cotangents);
        }
        match self.precision() {
            Precision::F64 => self.run_groups::<f64>(plan, rows, prepared, cotangents, at_ends),
            Precision::F32 => self.run_groups::<f32>(plan, rows, prepared, cotangents, at_ends),
        }
    }

    fn run_groups<T: Amplitude>(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
        at_ends: AtEnds<'_>,
    ) -> Result<Part, Fault> {
        let varied = Varied::new(plan, &varied_slots(plan, rows));
        let layout = Layout::batch(plan.n_wires, self.isa.lane_bits::<T>());
        let groups = groups(rows, layout.n_reals() * size_of::<T>() <= IN_LANES, layout.width_bits);
        let mut left = at_ends;
        let of_group: Vec<AtEnds<'_>> = groups.iter().map(|group| left.take(group.n_states())).collect();
        let run =
            |i: usize| self.run_group::<T>(plan, &groups[i], &varied, prepared, cotangents, of_group[i]);
        let cost = rows.len().saturating_mul(plan.cost());
        let mut all = Part::default();
        for part in self.share_work(groups.len(), cost, run) {
            let part = part?;
            all.values.extend(part.values);
            all.d_slots.extend(part.d_slots);
            all.ends.extend(part.ends);
        }
        Ok(all)
    }

    /// So many samples at once: what rows have in common is bound for the first ones.
    fn run_group<T: Amplitude>(
        &self,
        plan: &Plan,
        group: &Group,
        varied: &Varied,
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
        at_ends: AtEnds<'_>,
    ) -> Result<Part, Fault> {
        let (run, samples) = (&self.run, group.samples);
        let layout = match samples {
            1 => self.layout::<T>(plan.n_wires),
            _ => Layout::batch(plan.n_wires, self.isa.lane_bits::<T>()),
        };
        let mut ket: Ket<T> = self.kets.take(run, layout)?;
        let mut bra: Ket<T> = self.kets.take(run, layout)?;
        let first_rows = &group.rows[..samples.min(group.rows.len())];
        let mut bound = Bound::<T>::batch(plan, self.isa, T::store(self), first_rows, samples)?;
        let mut measured = prepared.zeros(samples);
        let mut collected = Collected::new(&bound);
        let first_segment = plan.first_trainable_segment();
        let (n_observables, n_slots) = (prepared.observables.len(), plan.n_slots());
        let mut part = Part::default();
        let mut of_samples = vec![0.0; samples * n_observables];
        for (i, rows) in group.rows.chunks(samples).enumerate() {
            run.check()?;
            if i > 0 {
                bound.rebind(rows, varied)?;
            }
            if let AtEnds::Known(ends) = at_ends {
                ket.copy_from(&ends[i]);
            } else {
                ket.reals_mut().fill(T::ZERO);
                ket.reals_mut()[..samples].fill(T::ONE);
                for segment in &plan.segments {
                    apply(run, &bound, segment, &mut ket);
                }
            }
            measured.fill(0.0);
            prepared.add_values(run, self.isa, &ket, &mut measured);
            let done = i * samples;
            (0..rows.len())
                .for_each(|sample| part.values.extend(prepared.combine(&measured, samples, sample)));
            if let AtEnds::Keep = at_ends {
                let next = self.kets.take(run, layout)?;
                part.ends.push(std::mem::replace(&mut ket, next).into_lines());
            }
            let Some(cotangents) = cotangents else { continue };
            // Lanes without a sample keep what another one had: nobody looks at them.
            for sample in 0..rows.len() {
                let values = &part.values[(done + sample) * n_observables..][..n_observables];
                let of_sample = &mut of_samples[sample * n_observables..][..n_observables];
                cotangents(group.first + done + sample, values, of_sample);
            }
            let weights = prepared.weights(&of_samples, samples);
            prepared.apply(run, self.isa, &ket, None, &weights, &mut bra);
            collected.clear();
            for index in (first_segment..plan.segments.len()).rev() {
                let is_first = index == first_segment;
                let segment = &plan.segments[index];
                unapply(run, &bound, segment, [&mut ket, &mut bra], is_first, &mut collected);
            }
            part.d_slots.extend_from_slice(&bound.to_slots(&collected)[..rows.len() * n_slots]);
        }
        self.kets.give(bra);
        self.kets.give(ket);
        run.check()?;
        Ok(part)
    }

    fn one_by_one(
        &self,
        plan: &Plan,
        rows: &[&[f64]],
        prepared: &Prepared,
        cotangents: Option<Cotangents<'_>>,
    ) -> Result<Part, Fault> {
        let mut part = Part::default();
        let mut of_row = vec![0.0; prepared.observables.len()];
        for (i, slots) in rows.iter().enumerate() {
            let values = self.prepared_expectations(plan, slots, prepared)?.value;
            if let Some(cotangents) = cotangents {
                cotangents(i, &values, &mut of_row);
                let vjp = self.prepared_expectations_vjp(plan, slots, prepared, &of_row)?;
                part.d_slots.extend(vjp.value.d_slots);
            }
            part.values.extend(values);
        }
        Ok(part)
    }
}

/// Numbers row by row.
fn table(n_rows: usize, n_columns: usize, numbers: Vec<f64>) -> Array2<f64> {
    let shape = (n_rows, n_columns);
    Array2::from_shape_vec(shape, numbers).unwrap_or_else(|error| bug!("a batch of {shape:?}: {error}"))
}

/// The rows in groups, small states in lanes. A few rows that are left run one by one.
fn groups<'r>(rows: &'r [&'r [f64]], fits_in_lanes: bool, lane_bits: u32) -> Vec<Group<'r>> {
    let lanes = 1 << lane_bits;
    let n_left = rows.len() % lanes;
    let n_in_lanes = match fits_in_lanes {
        false => 0,
        true if 2 * n_left < lanes => rows.len() - n_left,
        true => rows.len(),
    };
    let (in_lanes, others) = rows.split_at(n_in_lanes);
    let in_lanes = in_lanes.chunks(4 * lanes).map(|rows| (rows, lanes));
    let mut first = 0;
    let group = |(rows, samples): (&'r [&'r [f64]], usize)| {
        first += rows.len();
        Group { first: first - rows.len(), rows, samples }
    };
    in_lanes.chain(others.chunks(ROWS).map(|rows| (rows, 1))).map(group).collect()
}
