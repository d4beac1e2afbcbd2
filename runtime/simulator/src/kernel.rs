//! What is done to a tile: one file for each kind of operation, forth and back.
//!
//! Kernels are written once over [`Vector`] and once over what a lane is: an amplitude of one state, whose coefficients are
//! the same for all lanes, or a sample of a batch, with coefficients of its own (`PER_LANE`). The first must look at
//! wires whose partner is in the same register, *near* wires; for the second there are none.
//!
//! Both give a sample the same bits. An amplitude is the same formula in both, and a sum is made of the same parts: one
//! for each setting of the wires that are near where lanes are amplitudes, which are then added up in their order
//! ([`Near`], [`Parts`]).
//!
//! Going back, a kernel undoes its operation on the ket and on the bra and collects what the operation's angles do to the
//! value: for `U = exp(-i x G)` it is `dE/dx = 2 Im <bra| G |ket>`, for a matrix the transition matrix
//! `M[b][a] = sum of ket_in[b] conj(bra_out[a])`, from which `dE/dt = 2 Re tr(dU/dt M)` for every angle `t` inside
//! (Jones and Gacon, arXiv:2009.02823, for the sweep; one transition matrix for all angles of a block).

mod dense;
mod few;
mod flip;
mod matrix;
mod others;
mod phases;
mod rotation;
mod sums;
mod tables;
mod tangents;
mod turns;

pub(crate) use tables::{FormTables, MOST_LANE_BITS, Tables};

use crate::ahead::Ahead;
use crate::bind::Bound;
use crate::ket::Line;
use crate::plan::{Form, Op, Pass, Select, Turn};
use crate::vector::{Real, Task, Vector, dispatch};

/// Enters a kernel with the bound instruction set.
macro_rules! enter {
    ($at:expr, $arguments:expr, $kernel:ident) => {
        dispatch($at.bound.isa, $kernel::<T, PER_LANE>($at, $arguments))
    };
}

/// The amplitudes in the cache, in groups.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Tile<T> {
    /// The first number.
    pub data: *mut T,
    /// How many groups.
    pub n_groups: usize,
    /// The bits of the index outside of the tile.
    pub outer: usize,
}

/// What is collected on the way back: derivatives with respect to the arguments of sines and cosines, and transition
/// matrices; one for each lane where lanes are samples.
#[derive(Clone, Debug, Default)]
pub(crate) struct Collected {
    pub trigs: Vec<f64>,
    pub matrices: Vec<f64>,
    /// Where lanes are samples: room for the parts of the sums for the terms of a form.
    terms: Vec<Line>,
}

impl Collected {
    /// Nothing yet.
    pub(crate) fn new<T: Real>(bound: &Bound<T>) -> Self {
        let per = bound.samples();
        Self {
            trigs: vec![0.0; bound.plan.trigs.len() * per],
            matrices: vec![0.0; 2 * bound.plan.n_entries * per],
            terms: Vec::new(),
        }
    }

    /// Room for the parts of so many sums.
    #[inline(always)]
    fn room<V: Vector>(&mut self, n_sums: usize) -> *mut Parts<V> {
        let n_lines = n_sums * size_of::<Parts<V>>().div_ceil(size_of::<Line>());
        if self.terms.len() < n_lines {
            self.terms.resize(n_lines, Line::default());
        }
        self.terms.as_mut_ptr().cast()
    }

    /// Nothing again.
    pub(crate) fn clear(&mut self) {
        self.trigs.fill(0.0);
        self.matrices.fill(0.0);
    }

    /// Adds another part.
    pub(crate) fn add(&mut self, other: &Self) {
        self.trigs.iter_mut().zip(&other.trigs).for_each(|(a, b)| *a += b);
        self.matrices.iter_mut().zip(&other.matrices).for_each(|(a, b)| *a += b);
    }
}

impl<T: Real> Tile<T> {
    /// Where a group begins.
    #[inline(always)]
    pub(crate) unsafe fn group<V: Vector<Real = T>>(self, group: usize) -> *mut T {
        // SAFETY: The caller's group is one of the tile.
        unsafe { self.data.add(group * 2 * V::LANES) }
    }
}

/// How many wires count lanes.
#[inline(always)]
pub(crate) fn lane_bits<V: Vector, const PER_LANE: bool>() -> u32 {
    if PER_LANE { 0 } else { V::BITS }
}

/// The registers of a tile as settings of near and of far wires: where lanes are amplitudes, a register has all settings of
/// the near ones, where they are samples it has one of them.
#[derive(Clone, Copy)]
pub(crate) struct Near {
    /// Registers for one setting of the far wires.
    pub count: usize,
    /// Settings of the far wires.
    pub n_far: usize,
    /// Wires that count [`Self::count`], where there are as many as a register has lanes.
    bits: u32,
}

impl Near {
    #[inline(always)]
    pub(crate) fn of<V: Vector, const PER_LANE: bool>(n_groups: usize) -> Self {
        if PER_LANE {
            let count = V::LANES.min(n_groups);
            Self { count, n_far: n_groups / count, bits: V::BITS }
        } else {
            Self { count: 1, n_far: n_groups, bits: 0 }
        }
    }

    /// The register for setting `far` of the far and `near` of the near wires.
    #[inline(always)]
    pub(crate) fn register(self, far: usize, near: usize) -> usize {
        far << self.bits | near
    }
}

/// A mask of near wires and one of far wires.
#[inline(always)]
pub(crate) fn near_and_far<V: Vector>(mask: usize) -> (usize, usize) {
    (mask & (V::LANES - 1), mask >> V::BITS)
}

/// A sum over all amplitudes from its parts, one for each setting of the near wires. Where lanes are samples these are
/// registers, which come in order, none left out, and are added as [`Vector::sum`] adds lanes: level `k` is the sum of the
/// last `2^k` parts that wait for as many more.
#[derive(Clone, Copy)]
pub(crate) struct Parts<V>([V; MOST_LANE_BITS + 1]);

impl<V: Vector> Parts<V> {
    #[inline(always)]
    pub(crate) unsafe fn none() -> Self {
        // SAFETY: As for `Vector`.
        Self([unsafe { V::splat(V::Real::ZERO) }; MOST_LANE_BITS + 1])
    }

    /// Adds the part of a setting.
    #[inline(always)]
    pub(crate) unsafe fn add(&mut self, near: usize, part: V) {
        let (mut sum, mut level) = (part, 0);
        while near >> level & 1 == 1 {
            // SAFETY: As for `Vector`.
            sum = unsafe { self.0[level].add(sum) };
            level += 1;
        }
        self.0[level] = sum;
    }

    /// The parts of all settings in their order.
    #[inline(always)]
    pub(crate) unsafe fn of(parts: &[V]) -> Self {
        // SAFETY: As for `Vector`.
        unsafe {
            let mut sum = Self::none();
            for (near, part) in parts.iter().enumerate() {
                sum.add(near, *part);
            }
            sum
        }
    }

    /// Adds the sum of so many parts to a number of each sample; where lanes are amplitudes the sum of the one part.
    #[inline(always)]
    pub(crate) unsafe fn collect<const PER_LANE: bool>(
        &self,
        count: usize,
        factor: f64,
        into: &mut [f64],
        index: usize,
    ) {
        let sum = self.0[count.ilog2() as usize];
        // SAFETY: As for `Vector`.
        unsafe {
            if !PER_LANE {
                return collect(sum, factor, into, index);
            }
            collect_lanes(sum, factor, into, index);
        }
    }
}

/// Does the operations of a pass in a tile, and asks for memory ahead. `scratch` has two numbers for each amplitude.
///
/// Each operation enters its instruction set by itself: small functions compile faster than one that does everything, and
/// the choice costs a nanosecond.
///
/// # Safety
///
/// The tile and the bound numbers are laid out for the bound instruction set, and nobody else looks at the tile.
#[inline]
pub(crate) unsafe fn forth<T: Real, const PER_LANE: bool>(
    bound: &Bound<T>,
    pass: &Pass,
    tile: Tile<T>,
    scratch: *mut T,
    ahead: &Ahead<'_>,
) {
    let at = &At { bound, tile, scratch, ahead };
    for op in &pass.ops {
        if is_on(op, tile.outer) {
            match op {
                Op::Turns(turns) => enter!(at, turns, TurnsForth),
                Op::Phases(form) => enter!(at, form, PhasesForth),
                Op::Dense { .. } => enter!(at, op, DenseForth),
                Op::Matrix { .. } => enter!(at, op, MatrixForth),
                Op::Flip { flip, on } => enter!(at, (*flip, on.inner), Flip),
                Op::Rotation { .. } => enter!(at, op, RotationForth),
            }
        }
    }
}

/// Undoes the operations of a pass from `first` on in the tiles of ket and bra, and collects their derivatives.
///
/// # Safety
///
/// As for [`forth`].
#[inline]
pub(crate) unsafe fn back<T: Real, const PER_LANE: bool>(
    bound: &Bound<T>,
    pass: &Pass,
    first: usize,
    [ket, bra]: [Tile<T>; 2],
    scratch: *mut T,
    collected: &mut Collected,
) {
    let ahead = &Ahead::none();
    let at = &At { bound, tile: ket, scratch, ahead };
    for op in pass.ops[first..].iter().rev() {
        if is_on(op, ket.outer) {
            let to = (bra, &mut *collected);
            match op {
                Op::Turns(turns) => enter!(at, (turns.as_slice(), to), TurnsBack),
                Op::Phases(form) => enter!(at, (form, to), PhasesBack),
                Op::Dense { .. } => enter!(at, (op, to), DenseBack),
                Op::Matrix { .. } => enter!(at, (op, to), MatrixBack),
                Op::Flip { flip, on } => {
                    enter!(at, (*flip, on.inner), Flip);
                    let at = &At { bound, tile: bra, scratch, ahead };
                    enter!(at, (*flip, on.inner), Flip);
                }
                Op::Rotation { .. } => enter!(at, (op, to), RotationBack),
            }
        }
    }
}

/// Whether the controls outside of a tile are satisfied.
fn is_on(op: &Op, outer: usize) -> bool {
    match op {
        Op::Turns(_) | Op::Phases(_) => true,
        Op::Dense { on, .. } | Op::Matrix { on, .. } | Op::Flip { on, .. } | Op::Rotation { on, .. } => {
            on.outer.has(outer)
        }
    }
}

/// Where the operations of a pass are done. Kernels get its address: to copy what was just written is to wait for it.
struct At<'a, T: Real> {
    bound: &'a Bound<'a, T>,
    tile: Tile<T>,
    scratch: *mut T,
    ahead: &'a Ahead<'a>,
}

/// The bra that is taken back together with the ket, and where derivatives are collected.
type To<'a, T> = (Tile<T>, &'a mut Collected);

/// A kernel with its arguments, for an instruction set to be chosen.
macro_rules! kernels {
    ($($name:ident($arguments:ty) |$at:ident, $with:pat_param| $call:expr;)*) => {$(
        struct $name<'a, T: Real, const PER_LANE: bool>(&'a At<'a, T>, $arguments);

        impl<T: Real, const PER_LANE: bool> Task<T> for $name<'_, T, PER_LANE> {
            type Output = ();

            #[inline(always)]
            unsafe fn run<V: Vector<Real = T>>(self) {
                let ($at, $with) = (self.0, self.1);
                // SAFETY: The contract of `forth` and `back`.
                unsafe { $call }
            }
        }
    )*};
}

kernels! {
    TurnsForth(&'a [Turn]) |at, turns|
        turns::forth::<V, PER_LANE>(at.tile, turns, at.bound.trigs(), at.ahead);
    TurnsBack((&'a [Turn], To<'a, T>)) |at, (turns, (bra, collected))|
        turns::back::<V, PER_LANE>([at.tile, bra], turns, at.bound.trigs(), &mut collected.trigs);
    PhasesForth(&'a Form) |at, form|
        phases::forth::<V, PER_LANE>(at.tile, form, at.bound, at.scratch);
    PhasesBack((&'a Form, To<'a, T>)) |at, (form, (bra, collected))|
        phases::back::<V, PER_LANE>([at.tile, bra], form, at.bound, at.scratch, collected);
    DenseForth(&'a Op) |at, op|
        if let Op::Dense { positions, matrix, on } = op {
            let entries = at.bound.dense_matrix(*matrix);
            dense::forth::<V, PER_LANE>(at.tile, positions, entries, on.inner, at.ahead);
        };
    DenseBack((&'a Op, To<'a, T>)) |at, (op, (bra, collected))|
        if let Op::Dense { positions, matrix, on } = op {
            let entries = at.bound.dense_matrix(*matrix);
            let is_trainable = at.bound.is_trainable(*matrix);
            let sums = is_trainable.then(|| at.bound.collected_matrix(*matrix, collected));
            dense::back::<V, PER_LANE>([at.tile, bra], positions, entries, on.inner, sums);
        };
    MatrixForth(&'a Op) |at, op|
        if let Op::Matrix { positions, matrix, on } = op {
            matrix::forth::<V, PER_LANE>(at.tile, positions, at.bound.matrix(*matrix), on.inner);
        };
    MatrixBack((&'a Op, To<'a, T>)) |at, (op, (bra, collected))|
        if let Op::Matrix { positions, matrix, on } = op {
            let sums = at.bound.collected_matrix(*matrix, collected);
            let entries = at.bound.matrix(*matrix);
            matrix::back::<V, PER_LANE>([at.tile, bra], positions, entries, on.inner, sums);
        };
    Flip((usize, Select)) |at, (flip, select)|
        flip::flip::<V, PER_LANE>(at.tile, flip, select);
    RotationForth(&'a Op) |at, op|
        if let Op::Rotation { trig, on, .. } = op {
            let string = rotation::String::of(op, at.tile.outer);
            rotation::forth::<V, PER_LANE>(at.tile, string, at.bound.trigs(), *trig, on.inner);
        };
    RotationBack((&'a Op, To<'a, T>)) |at, (op, (bra, collected))|
        if let Op::Rotation { trig, on, .. } = op {
            let string = rotation::String::of(op, at.tile.outer);
            let (trigs, sums) = (at.bound.trigs(), &mut collected.trigs);
            rotation::back::<V, PER_LANE>([at.tile, bra], string, trigs, *trig, on.inner, sums);
        };
}

/// Whether the number of ones is odd.
#[inline(always)]
pub(crate) fn is_odd(bits: usize) -> bool {
    bits.count_ones() & 1 == 1
}

/// Adds what the lanes of a vector, which are amplitudes, sum up to.
#[inline(always)]
pub(crate) unsafe fn collect<V: Vector>(sum: V, factor: f64, into: &mut [f64], index: usize) {
    // SAFETY: As for `Vector`.
    into[index] += factor * unsafe { sum.sum() };
}

/// Adds each lane, which is a sample, to its number.
#[inline(always)]
pub(crate) unsafe fn collect_lanes<V: Vector>(sum: V, factor: f64, into: &mut [f64], index: usize) {
    // SAFETY: As for `Vector`.
    let lanes = unsafe { sum.lanes() };
    let into = &mut into[index * V::LANES..][..V::LANES];
    for l in 0..V::LANES {
        into[l] += factor * lanes[l].to_f64();
    }
}

/// Calls `visit` for `i` in `0..len`, a power of two, with `i & mask == value`, in rising order.
#[inline(always)]
pub(crate) fn for_selected(len: usize, mask: usize, value: usize, mut visit: impl FnMut(usize)) {
    // The bits below the lowest masked one count through a run; the others count through the starts of the runs.
    let run = if mask == 0 { len } else { mask & mask.wrapping_neg() };
    let fixed = mask | (run - 1);
    let mut start = 0;
    while start < len {
        for i in start | value..(start | value) + run {
            visit(i);
        }
        start = ((start | fixed) + 1) & !fixed;
    }
}
