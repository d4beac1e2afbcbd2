//! A plan with values for its slots: all sines, cosines, matrices and tables of one call, or of a batch of calls.

use std::sync::{Mutex, PoisonError};

use qml_source::bug;

use crate::kernel::{Collected, FormTables, build_tables, form_lens};
use crate::plan::{Entries, Form, Op, Plan};
use crate::vector::{Isa, Real, Task, Vector, dispatch, sin_cos};
use crate::{C64, Fault};

/// How many sets of buffers wait for their next use.
const KEPT: usize = 8;

/// The numbers of one call, or of as many calls as a vector has lanes.
#[derive(Debug)]
pub(crate) struct Bound<'a, T: Real> {
    pub plan: &'a Plan,
    pub isa: Isa,
    /// How many calls: 1, or the number of lanes.
    samples: usize,
    /// The value of each angle, for all samples side by side.
    angles: Vec<f64>,
    /// Arguments of sines and cosines in the same order.
    arguments: Vec<f64>,
    /// For each of the plan's trigs its cosine and sine, as coefficients.
    pub trigs: Vec<T>,
    /// All matrices, entry by entry, as coefficients.
    matrices: Vec<T>,
    /// Where each matrix begins, in entries, and where the last one ends.
    starts: Vec<usize>,
    /// Where the tables of each form are.
    pub forms: Vec<FormTables>,
    pub tables: Vec<T>,
    /// The global factor of each sample.
    phases: Vec<C64>,
    store: &'a Store<T>,
}

/// Buffers that wait for their next use: a call in a training loop allocates nothing.
#[derive(Debug)]
pub(crate) struct Store<T> {
    free: Mutex<Vec<Buffers<T>>>,
}

#[derive(Debug)]
struct Buffers<T> {
    angles: Vec<f64>,
    arguments: Vec<f64>,
    trigs: Vec<T>,
    matrices: Vec<T>,
    starts: Vec<usize>,
    forms: Vec<FormTables>,
    tables: Vec<T>,
    phases: Vec<C64>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { free: Mutex::default() }
    }
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            angles: Vec::new(),
            arguments: Vec::new(),
            trigs: Vec::new(),
            matrices: Vec::new(),
            starts: Vec::new(),
            forms: Vec::new(),
            tables: Vec::new(),
            phases: Vec::new(),
        }
    }
}

impl<T> Store<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Buffers<T>>> {
        // Buffers in the store have no content that a panic elsewhere could have spoilt.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Real> Drop for Bound<'_, T> {
    fn drop(&mut self) {
        let buffers = Buffers {
            angles: std::mem::take(&mut self.angles),
            arguments: std::mem::take(&mut self.arguments),
            trigs: std::mem::take(&mut self.trigs),
            matrices: std::mem::take(&mut self.matrices),
            starts: std::mem::take(&mut self.starts),
            forms: std::mem::take(&mut self.forms),
            tables: std::mem::take(&mut self.tables),
            phases: std::mem::take(&mut self.phases),
        };
        let mut free = self.store.lock();
        if free.len() < KEPT {
            free.push(buffers);
        }
    }
}

impl<'a, T: Real> Bound<'a, T> {
    /// Fills in the slots of one call.
    pub(crate) fn new(plan: &'a Plan, isa: Isa, store: &'a Store<T>, slots: &[f64]) -> Result<Self, Fault> {
        let bound = Self::fill(plan, isa, store, &[slots])?;
        Ok(bound.with_tables::<false>())
    }

    /// Fills in the slots of as many calls as a vector has lanes; fewer calls are filled up with the last one.
    pub(crate) fn batch(
        plan: &'a Plan,
        isa: Isa,
        store: &'a Store<T>,
        rows: &[&[f64]],
    ) -> Result<Self, Fault> {
        let lanes = 1 << isa.lane_bits::<T>();
        let rows: Vec<&[f64]> = (0..lanes).map(|lane| rows[lane.min(rows.len() - 1)]).collect();
        let bound = Self::fill(plan, isa, store, &rows)?;
        Ok(bound.with_tables::<true>())
    }

    fn fill(plan: &'a Plan, isa: Isa, store: &'a Store<T>, rows: &[&[f64]]) -> Result<Self, Fault> {
        for slots in rows {
            if slots.len() != plan.slots.len() {
                bug!("{} values for {} slots", slots.len(), plan.slots.len());
            }
            if let Some(slot) = slots.iter().position(|value| !value.is_finite()) {
                return Err(Fault::NotFinite { slot, name: plan.slots[slot].clone(), value: slots[slot] });
            }
        }
        let mut b = store.lock().pop().unwrap_or_default();
        let samples = rows.len();
        b.angles.clear();
        for angle in &plan.angles {
            b.angles.extend(rows.iter().map(|slots| angle.eval(slots)));
        }
        b.arguments.clear();
        for trig in &plan.trigs {
            let angles = &b.angles[trig.angle * samples..][..samples];
            b.arguments.extend(angles.iter().map(|angle| angle * trig.factor));
        }
        b.trigs.clear();
        b.trigs.resize(2 * b.arguments.len(), T::ZERO);
        let trigs = &mut b.trigs;
        sin_cos(isa, &b.arguments, &mut |i, cos, sin| {
            let at = i / samples * 2 * samples + i % samples;
            trigs[at] = T::from_f64(cos);
            trigs[at + samples] = T::from_f64(sin);
        });
        b.phases.clear();
        let phase = |slots: &&[f64]| C64::from_polar(1.0, plan.phase.eval(slots));
        b.phases.extend(rows.iter().map(phase));
        let mut bound = Self {
            plan,
            isa,
            samples,
            angles: b.angles,
            arguments: b.arguments,
            trigs: b.trigs,
            matrices: b.matrices,
            starts: b.starts,
            forms: b.forms,
            tables: b.tables,
            phases: b.phases,
            store,
        };
        bound.fill_matrices();
        Ok(bound)
    }

    fn fill_matrices(&mut self) {
        self.starts.clear();
        self.starts.push(0);
        let mut end = 0;
        for source in &self.plan.matrices {
            end += 1usize << (2 * source.n_wires);
            self.starts.push(end);
        }
        self.matrices.clear();
        self.matrices.resize(2 * end * self.samples, T::ZERO);
        let mut angles = vec![0.0; if self.plan.matrices.is_empty() { 0 } else { self.plan.angles.len() }];
        for (source, start) in self.plan.matrices.iter().zip(&self.starts) {
            for sample in 0..self.samples {
                let mut put = |k: usize, entry: &C64| {
                    let at = 2 * (start + k) * self.samples + sample;
                    self.matrices[at] = T::from_f64(entry.re);
                    self.matrices[at + self.samples] = T::from_f64(entry.im);
                };
                for (k, angle) in angles.iter_mut().enumerate() {
                    *angle = self.angles[k * self.samples + sample];
                }
                match &source.entries {
                    Entries::Constant(entries) => entries.iter().enumerate().for_each(|(k, e)| put(k, e)),
                    Entries::Gate(gate, range) => {
                        let matrix = gate.matrix(&angles[range.clone()]);
                        matrix.data.iter().enumerate().for_each(|(k, e)| put(k, e));
                    }
                    Entries::Block(block) => {
                        block.matrix(&angles).iter().enumerate().for_each(|(k, e)| put(k, e));
                    }
                }
            }
        }
    }

    fn with_tables<const PER_LANE: bool>(mut self) -> Self {
        if self.plan.n_forms > 0 {
            dispatch(self.isa, Tables::<T, PER_LANE>(&mut self));
        }
        self
    }

    /// How many calls are bound.
    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    /// The global factor of a sample.
    pub(crate) fn phase(&self, sample: usize) -> C64 {
        self.phases[sample]
    }

    /// The entries of a matrix.
    #[inline(always)]
    pub(crate) fn matrix(&self, index: usize) -> *const T {
        self.matrices[2 * self.starts[index] * self.samples..].as_ptr()
    }

    /// How many numbers the transition matrices of a sample have.
    pub(crate) fn matrix_reals(&self) -> usize {
        2 * self.starts.last().copied().unwrap_or(0)
    }

    /// The transition matrix that belongs to a matrix.
    pub(crate) fn collected_matrix<'c>(&self, index: usize, collected: &'c mut Collected) -> &'c mut [f64] {
        let [start, end] = [self.starts[index], self.starts[index + 1]].map(|i| 2 * i * self.samples);
        &mut collected.matrices[start..end]
    }

    /// Whether a matrix depends on a slot.
    #[inline(always)]
    pub(crate) fn is_trainable(&self, matrix: usize) -> bool {
        let varies = |angle: usize| !self.plan.angles[angle].is_constant();
        match &self.plan.matrices[matrix].entries {
            Entries::Constant(_) => false,
            Entries::Gate(_, range) => range.clone().any(varies),
            Entries::Block(block) => block.angles().any(varies),
        }
    }

    /// Whether the argument of a sine depends on a slot.
    #[inline(always)]
    pub(crate) fn trig_is_trainable(&self, trig: usize) -> bool {
        !self.plan.angles[self.plan.trigs[trig].angle].is_constant()
    }

    /// Whether a term of a form depends on a slot.
    #[inline(always)]
    pub(crate) fn form_is_trainable(&self, form: &Form) -> bool {
        form.monomials.iter().any(|m| self.trig_is_trainable(m.trig))
            || form.others.iter().any(|o| self.trig_is_trainable(o.trig))
    }

    /// The derivatives with respect to the slots, sample by sample, from what a sweep back collected.
    pub(crate) fn to_slots(&self, collected: &Collected) -> Vec<f64> {
        let (plan, samples) = (self.plan, self.samples);
        let n_slots = plan.slots.len();
        let mut d_slots = vec![0.0; n_slots * samples];
        let mut angles = vec![0.0; plan.angles.len()];
        let mut d_angles = vec![0.0; plan.angles.len()];
        for sample in 0..samples {
            d_angles.fill(0.0);
            for (i, trig) in plan.trigs.iter().enumerate() {
                d_angles[trig.angle] += trig.factor * collected.trigs[i * samples + sample];
            }
            if !plan.matrices.is_empty() {
                for (k, angle) in angles.iter_mut().enumerate() {
                    *angle = self.angles[k * samples + sample];
                }
                self.pull_back(collected, sample, &angles, &mut d_angles);
            }
            let d_slots = &mut d_slots[sample * n_slots..][..n_slots];
            for (angle, d_angle) in plan.angles.iter().zip(&d_angles) {
                for &(slot, coefficient) in &angle.terms {
                    d_slots[slot.0 as usize] += coefficient * d_angle;
                }
            }
        }
        d_slots
    }

    /// Adds what transition matrices say of the angles of their matrices.
    fn pull_back(&self, collected: &Collected, sample: usize, angles: &[f64], d_angles: &mut [f64]) {
        for (source, &start) in self.plan.matrices.iter().zip(&self.starts) {
            let at = |k: usize| {
                let at = 2 * ((start + k) * self.samples + sample);
                C64::new(collected.matrices[at], collected.matrices[at + 1])
            };
            match &source.entries {
                Entries::Constant(_) => {}
                Entries::Gate(gate, range) => {
                    let dim = 1 << source.n_wires;
                    for (i, angle) in range.clone().enumerate() {
                        let d = gate.derivative(&angles[range.clone()], i);
                        let trace: C64 =
                            (0..dim * dim).map(|k| d.data[k] * at((k % dim) * dim + k / dim)).sum();
                        d_angles[angle] += 2.0 * trace.re;
                    }
                }
                Entries::Block(block) => {
                    block.pull_back(&[at(0), at(1), at(2), at(3)], angles, d_angles);
                }
            }
        }
    }
}

/// Makes the tables of all forms.
struct Tables<'b, 'a, T: Real, const PER_LANE: bool>(&'b mut Bound<'a, T>);

impl<T: Real, const PER_LANE: bool> Task<T> for Tables<'_, '_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        let bound = self.0;
        let is_sign = |trig: usize| {
            let at = 2 * trig * bound.samples + bound.samples;
            bound.trigs[at..at + bound.samples].iter().all(|sin| sin.to_f64().abs() < 1e-15)
        };
        bound.forms.clear();
        let mut end = 0;
        let passes = || bound.plan.segments.iter().flat_map(|segment| &segment.passes);
        let forms = || {
            passes().flat_map(|pass| {
                pass.ops.iter().filter_map(move |op| match op {
                    Op::Phases(form) => Some((form, pass.tile.len() as u32)),
                    _ => None,
                })
            })
        };
        for (form, n_wires) in forms() {
            // Forms are numbered in the order in which they stand.
            debug_assert_eq!(form.index, bound.forms.len());
            let (tables, next) = form_lens::<V, PER_LANE>(form, n_wires, end, is_sign);
            bound.forms.push(tables);
            end = next;
        }
        bound.tables.clear();
        bound.tables.resize(end, T::ZERO);
        for ((form, _), at) in forms().zip(&bound.forms) {
            // SAFETY: The tables have the lengths that were added up; `V` is an instruction set of the machine.
            unsafe {
                build_tables::<V, PER_LANE>(form, at, bound.trigs.as_ptr(), bound.tables.as_mut_ptr());
            }
        }
    }
}
