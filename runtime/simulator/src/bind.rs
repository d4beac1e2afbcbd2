//! A plan with values for its slots: all sines, cosines, matrices and tables of one call, or of a batch of calls.

use std::mem::ManuallyDrop;
use std::sync::{Mutex, PoisonError};

use qml_source::bug;

use crate::kernel::{Collected, FormTables, Tables};
use crate::plan::{Entries, Op, Plan};
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
    /// Whether all of them have the same slots.
    are_same: bool,
    layout: &'a Tables,
    of: ManuallyDrop<Held<T>>,
    store: &'a Store<T>,
}

/// Buffers that wait for their next use: a call in a training loop allocates nothing.
#[derive(Debug)]
pub(crate) struct Store<T> {
    free: Mutex<Vec<Held<T>>>,
}

/// Buffers that are moved by their address: to copy what was just written is to wait for it.
#[derive(Debug)]
struct Held<T>(Box<Buffers<T>>);

#[derive(Debug)]
struct Buffers<T> {
    /// The slots of all samples, one after the other.
    slots: Vec<f64>,
    /// Where there are matrices: the value of each angle, for all samples side by side.
    angles: Vec<f64>,
    /// Arguments of sines and cosines in the same order.
    arguments: Vec<f64>,
    /// The cosine and sine of each argument, in groups.
    trigs: Vec<T>,
    /// All matrices, entry by entry, as coefficients.
    matrices: Vec<T>,
    /// The tables of all forms.
    tables: Vec<T>,
}

/// What has to be bound again where only some slots change.
#[derive(Debug)]
pub(crate) struct Varied {
    trigs: Vec<u32>,
    forms: Vec<bool>,
}

impl<T> Default for Store<T> {
    fn default() -> Self {
        Self { free: Mutex::default() }
    }
}

impl<T> Default for Buffers<T> {
    fn default() -> Self {
        Self {
            slots: Vec::new(),
            angles: Vec::new(),
            arguments: Vec::new(),
            trigs: Vec::new(),
            matrices: Vec::new(),
            tables: Vec::new(),
        }
    }
}

impl<T> Store<T> {
    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Held<T>>> {
        // Buffers in the store have no content that a panic elsewhere could have spoilt.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T: Real> Drop for Bound<'_, T> {
    fn drop(&mut self) {
        // SAFETY: Nobody looks at the buffers any more, and a value is dropped once.
        let buffers = unsafe { ManuallyDrop::take(&mut self.of) };
        let mut free = self.store.lock();
        if free.len() < KEPT {
            free.push(buffers);
        }
    }
}

impl Varied {
    /// Where these slots change.
    pub(crate) fn new(plan: &Plan, is_varied: &[bool]) -> Self {
        let trigs = plan.arguments.on(is_varied);
        let is_on = |trig: usize| trigs.binary_search(&(trig as u32)).is_ok();
        let ops = plan.segments.iter().flat_map(|segment| &segment.passes).flat_map(|pass| &pass.ops);
        let forms = ops.filter_map(|op| match op {
            Op::Phases(form) => Some(form.monomials.iter().any(|m| is_on(m.trig))),
            _ => None,
        });
        let forms = forms.collect();
        Self { trigs, forms }
    }
}

/// Makes a buffer this long; what is in it is written over.
fn resize<N: Copy>(buffer: &mut Vec<N>, len: usize, zero: N) {
    if buffer.len() != len {
        buffer.clear();
        buffer.resize(len, zero);
    }
}

impl<'a, T: Real> Bound<'a, T> {
    /// Fills in the slots of one call.
    pub(crate) fn new(plan: &'a Plan, isa: Isa, store: &'a Store<T>, slots: &[f64]) -> Result<Self, Fault> {
        Self::batch(plan, isa, store, &[slots], 1)
    }

    /// Fills in the slots of `samples` calls, one or as many as a vector has lanes; fewer rows are filled up with the last
    /// one.
    pub(crate) fn batch(
        plan: &'a Plan,
        isa: Isa,
        store: &'a Store<T>,
        rows: &[&[f64]],
        samples: usize,
    ) -> Result<Self, Fault> {
        let held = store.lock().pop().unwrap_or_else(|| Held(Box::default()));
        let of = ManuallyDrop::new(held);
        let layout = plan.tables(isa.lane_bits::<T>());
        let mut bound = Self { plan, isa, samples, are_same: true, layout, of, store };
        bound.set_slots(rows)?;
        let lanes = 1 << isa.lane_bits::<T>();
        let n = (plan.trigs.len() * samples).next_multiple_of(lanes);
        let b: &mut Buffers<T> = &mut bound.of.0;
        resize(&mut b.arguments, n, 0.0);
        resize(&mut b.trigs, 2 * n, T::ZERO);
        for sample in 0..samples {
            plan.arguments.fill(row(rows, sample), &mut b.arguments[sample.min(n)..], samples);
        }
        sin_cos(isa, &b.arguments, &mut b.trigs);
        for &(trig, c) in &plan.coefficients {
            for k in trig * samples..(trig + 1) * samples {
                let at = k / lanes * 2 * lanes + k % lanes;
                b.trigs[at] = T::from_f64(c.re);
                b.trigs[at + lanes] = T::from_f64(c.im);
            }
        }
        bound.fill_matrices();
        // Where lanes are samples, an entry of a table is a register.
        resize(&mut bound.of.0.tables, layout.n_groups * 2 * lanes * samples, T::ZERO);
        bound.build_tables(None);
        Ok(bound)
    }

    /// Fills in the slots of other calls, which differ from the last ones only in those that vary.
    pub(crate) fn rebind(&mut self, rows: &[&[f64]], varied: &Varied) -> Result<(), Fault> {
        self.set_slots(rows)?;
        let (samples, lanes) = (self.samples, 1 << self.isa.lane_bits::<T>());
        let b: &mut Buffers<T> = &mut self.of.0;
        // The arguments that changed, and behind them room for their sines and cosines.
        let (mut arguments, mut groups) = ([0.0; SOME], [T::ZERO; 2 * SOME]);
        let place = |k: usize| k / lanes * 2 * lanes + k % lanes;
        for trigs in varied.trigs.chunks(SOME / samples) {
            let n = (trigs.len() * samples).next_multiple_of(lanes);
            for sample in 0..samples {
                self.plan.arguments.fill_some(trigs, row(rows, sample), &mut arguments[sample..n], samples);
            }
            sin_cos(self.isa, &arguments[..n], &mut groups[..2 * n]);
            for (k, &trig) in trigs.iter().enumerate() {
                for sample in 0..samples {
                    let (from, to) = (place(k * samples + sample), place(trig as usize * samples + sample));
                    b.trigs[to] = groups[from];
                    b.trigs[to + lanes] = groups[from + lanes];
                }
            }
        }
        self.fill_matrices();
        self.build_tables(Some(&varied.forms));
        Ok(())
    }

    /// Checks the slots of all samples and keeps them.
    fn set_slots(&mut self, rows: &[&[f64]]) -> Result<(), Fault> {
        self.of.0.slots.clear();
        self.are_same = rows.len() == 1;
        (0..self.samples).try_for_each(|sample| self.add_slots(row(rows, sample)))
    }

    /// Checks the slots of a sample and keeps them.
    fn add_slots(&mut self, slots: &[f64]) -> Result<(), Fault> {
        if slots.len() != self.plan.slots.len() {
            bug!("{} values for {} slots", slots.len(), self.plan.slots.len());
        }
        if let Some(slot) = slots.iter().position(|value| !value.is_finite()) {
            let name = self.plan.slots[slot].clone();
            return Err(Fault::NotFinite { slot, name, value: slots[slot] });
        }
        self.of.0.slots.extend_from_slice(slots);
        Ok(())
    }

    /// The slots of a sample.
    fn slots(&self, sample: usize) -> &[f64] {
        let n = self.plan.slots.len();
        &self.of.0.slots[sample * n..][..n]
    }

    fn fill_matrices(&mut self) {
        let plan = self.plan;
        if plan.matrices.is_empty() {
            return;
        }
        let (n, samples) = (plan.slots.len(), self.samples);
        let lanes = 1 << self.isa.lane_bits::<T>();
        let b: &mut Buffers<T> = &mut self.of.0;
        b.angles.clear();
        for angle in &plan.angles {
            b.angles.extend((0..samples).map(|sample| angle.eval(&b.slots[sample * n..][..n])));
        }
        resize(&mut b.matrices, 2 * plan.n_entries * samples, T::ZERO);
        let mut angles = vec![0.0; plan.angles.len()];
        for source in &plan.matrices {
            // Each sample by itself, or all at once.
            let (n_different, width) = if self.are_same { (1, samples) } else { (samples, 1) };
            for sample in 0..n_different {
                let mut put = |k: usize, entry: &C64| {
                    let at = 2 * (source.start + k) * samples + sample;
                    b.matrices[at..at + width].fill(T::from_f64(entry.re));
                    b.matrices[at + samples..][..width].fill(T::from_f64(entry.im));
                };
                for (k, angle) in angles.iter_mut().enumerate() {
                    *angle = b.angles[k * samples + sample];
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
                    Entries::Pair(pair) => {
                        let matrix = pair.matrix(|trig| trig_of(&b.trigs, lanes, trig * samples + sample));
                        matrix.iter().enumerate().for_each(|(k, e)| put(k, e));
                    }
                }
            }
        }
    }

    fn build_tables(&mut self, only: Option<&[bool]>) {
        if self.layout.forms.is_empty() {
            return;
        }
        if self.samples == 1 {
            dispatch(self.isa, Build::<T, false>(self, only));
        } else {
            dispatch(self.isa, Build::<T, true>(self, only));
        }
    }

    /// How many calls are bound.
    pub(crate) fn samples(&self) -> usize {
        self.samples
    }

    /// The global factor of a sample.
    pub(crate) fn phase(&self, sample: usize) -> C64 {
        C64::from_polar(1.0, self.plan.phase.eval(self.slots(sample)))
    }

    /// For each of the plan's trigs its cosine and sine, as coefficients.
    #[inline(always)]
    pub(crate) fn trigs(&self) -> *const T {
        self.of.0.trigs.as_ptr()
    }

    /// The tables of all forms.
    #[inline(always)]
    pub(crate) fn tables(&self) -> *const T {
        self.of.0.tables.as_ptr()
    }

    /// Where the tables of a form are.
    #[inline(always)]
    pub(crate) fn form(&self, index: usize) -> &FormTables {
        &self.layout.forms[index]
    }

    /// The entries of a matrix.
    #[inline(always)]
    pub(crate) fn matrix(&self, index: usize) -> *const T {
        self.of.0.matrices[2 * self.plan.matrices[index].start * self.samples..].as_ptr()
    }

    /// The entries of a matrix, and whether it is a real one behind the diagonal that comes after it.
    pub(crate) fn dense_matrix(&self, index: usize) -> (*const T, bool) {
        let is_real = matches!(&self.plan.matrices[index].entries, Entries::Pair(pair) if pair.is_real());
        (self.matrix(index), is_real)
    }

    /// The transition matrix that belongs to a matrix.
    pub(crate) fn collected_matrix<'c>(&self, index: usize, collected: &'c mut Collected) -> &'c mut [f64] {
        let source = &self.plan.matrices[index];
        let len = 1usize << (2 * source.n_wires);
        let [start, len] = [source.start, len].map(|i| 2 * i * self.samples);
        &mut collected.matrices[start..][..len]
    }

    /// Whether a matrix depends on a slot.
    #[inline(always)]
    pub(crate) fn is_trainable(&self, matrix: usize) -> bool {
        let varies = |angle: usize| !self.plan.angles[angle].is_constant();
        match &self.plan.matrices[matrix].entries {
            Entries::Constant(_) => false,
            Entries::Gate(_, range) => range.clone().any(varies),
            Entries::Block(block) => block.angles().any(varies),
            Entries::Pair(pair) => pair.trigs().any(|trig| self.plan.trig_varies(trig)),
        }
    }

    /// The derivatives with respect to the slots, sample by sample, from what a sweep back collected.
    pub(crate) fn to_slots(&self, collected: &Collected) -> Vec<f64> {
        let (plan, samples) = (self.plan, self.samples);
        let n_slots = plan.slots.len();
        let mut d_slots = vec![0.0; n_slots * samples];
        for sample in 0..samples {
            let d_slots = &mut d_slots[sample * n_slots..][..n_slots];
            plan.arguments.pull_back(&collected.trigs[sample.min(collected.trigs.len())..], samples, d_slots);
            if !plan.matrices.is_empty() {
                let angles: Vec<f64> =
                    plan.angles.iter().map(|angle| angle.eval(self.slots(sample))).collect();
                let mut d_angles = vec![0.0; angles.len()];
                let mut d_trigs = vec![0.0; plan.trigs.len()];
                self.pull_back(collected, sample, &angles, &mut d_angles, &mut d_trigs);
                plan.arguments.pull_back(&d_trigs, 1, d_slots);
                for (angle, d_angle) in plan.angles.iter().zip(&d_angles) {
                    for &(slot, coefficient) in &angle.terms {
                        d_slots[slot.0 as usize] += coefficient * d_angle;
                    }
                }
            }
        }
        d_slots
    }

    /// Adds what transition matrices say of the angles of their matrices, or of their trigs.
    fn pull_back(
        &self,
        collected: &Collected,
        sample: usize,
        angles: &[f64],
        d_angles: &mut [f64],
        d_trigs: &mut [f64],
    ) {
        let lanes = 1 << self.isa.lane_bits::<T>();
        for source in &self.plan.matrices {
            let at = |k: usize| {
                let at = 2 * ((source.start + k) * self.samples + sample);
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
                Entries::Pair(pair) => {
                    let trig = |trig: usize| trig_of(&self.of.0.trigs, lanes, trig * self.samples + sample);
                    pair.pull_back(at, trig, d_trigs);
                }
            }
        }
    }
}

/// The slots of a sample; those of the last row for samples without one.
fn row<'r>(rows: &[&'r [f64]], sample: usize) -> &'r [f64] {
    rows[sample.min(rows.len() - 1)]
}

/// Cosine and sine `k` of those that lie in groups.
fn trig_of<T: Real>(trigs: &[T], lanes: usize, k: usize) -> C64 {
    let at = k / lanes * 2 * lanes + k % lanes;
    C64::new(trigs[at].to_f64(), trigs[at + lanes].to_f64())
}

/// How many arguments are bound again together; a multiple of the most lanes.
const SOME: usize = 64;

/// Makes the tables of all forms, or only of some.
struct Build<'b, 'a, T: Real, const PER_LANE: bool>(&'b mut Bound<'a, T>, Option<&'b [bool]>);

impl<T: Real, const PER_LANE: bool> Task<T> for Build<'_, '_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        let Self(bound, only) = self;
        let (trigs, tables) = (bound.of.0.trigs.as_ptr(), bound.of.0.tables.as_mut_ptr());
        for (i, form) in bound.layout.forms.iter().enumerate() {
            if only.is_none_or(|only| only[i]) {
                // SAFETY: The tables have room for all groups; `V` is an instruction set of the machine.
                unsafe { bound.layout.build::<V, PER_LANE>(form, trigs, tables) };
            }
        }
    }
}
