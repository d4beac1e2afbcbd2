//! The diagonal of [`super::phases`] where lanes are samples and a state is less than a block: every amplitude has an entry
//! of one table.
//!
//! What amplitudes add to the terms is added up as in [`super::sums`], in the same order: over a block's bits, and then
//! over settings of the near wires as a register's lanes are. Per amplitude and sample 6 flops and two times its bytes;
//! back 22 flops, and an addition a term for each setting of the near wires.

use super::phases::{divide_group, multiply_group};
use super::sums::is_active;
use super::tables::{FormTables, Trainable, UPPER_BITS, table_at};
use super::{Near, Tile, collect_lanes};
use crate::bind::Bound;
use crate::plan::Form;
use crate::vector::{Complex, MOST_LANES, Real, Vector};

/// Whether states in lanes are so few amplitudes.
pub(super) fn are_few(at: &FormTables) -> bool {
    at.upper_bits < UPPER_BITS
}

/// The factor of a group.
#[inline(always)]
unsafe fn factor<V: Vector>(table: *const V::Real, group: usize) -> Complex<V> {
    // SAFETY: The table has an entry for each group.
    unsafe { Complex::load(table.add(2 * V::LANES * group)) }
}

/// Multiplies.
#[inline(always)]
pub(super) unsafe fn multiply<V: Vector>(tile: Tile<V::Real>, at: &FormTables, bound: &Bound<V::Real>) {
    // SAFETY: The caller's contract.
    unsafe {
        let table = table_at::<V, true>(bound.tables(), at.t);
        for g in 0..tile.n_groups {
            let factor = factor::<V>(table, g);
            if at.is_real {
                multiply_group::<V, true>(tile.group::<V>(g), factor);
            } else {
                multiply_group::<V, false>(tile.group::<V>(g), factor);
            }
        }
    }
}

/// Divides, and collects.
#[inline(always)]
pub(super) unsafe fn divide<V: Vector>(
    [ket, bra]: [Tile<V::Real>; 2],
    form: &Form,
    bound: &Bound<V::Real>,
    scratch: *mut V::Real,
    trigs: &mut [f64],
) {
    let at = bound.form(form.index);
    // SAFETY: The caller's contract.
    unsafe {
        if matches!(at.trainable, Trainable::Nothing) && at.is_real {
            multiply::<V>(ket, at, bound);
            return multiply::<V>(bra, at, bound);
        }
        let table = table_at::<V, true>(bound.tables(), at.t);
        for g in 0..ket.n_groups {
            let states = [ket.group::<V>(g), bra.group::<V>(g)];
            divide_group::<V, true>(states, factor::<V>(table, g)).store(scratch.add(g * V::LANES));
        }
        match at.trainable {
            Trainable::Nothing => {}
            Trainable::Singles => {
                sum_bits::<V>(ket.n_groups, scratch);
                collect::<V>(form, (bound, ket.n_groups), 0..2, scratch, trigs);
            }
            Trainable::Pairs => {
                sum_bits::<V>(ket.n_groups, scratch);
                collect::<V>(form, (bound, ket.n_groups), 2..3, scratch, trigs);
                collect::<V>(form, (bound, ket.n_groups), 0..2, scratch, trigs);
            }
        }
    }
}

/// Replaces the at most four numbers of each setting of the near wires, by two bits, with their sum and the sums over the
/// first bit, the second one and both.
#[inline(always)]
unsafe fn sum_bits<V: Vector>(n_groups: usize, w: *mut V::Real) {
    let all = Near::of::<V, true>(n_groups);
    // SAFETY: There is a number for each group.
    unsafe {
        for near in 0..all.count {
            let at = |j: usize| w.add(all.register(j, near) * V::LANES);
            match all.n_far {
                1 => {}
                2 => V::load(at(0)).add(V::load(at(1))).store(at(0)),
                _ => {
                    let [w0, w1, w2, w3] = [V::load(at(0)), V::load(at(1)), V::load(at(2)), V::load(at(3))];
                    let first = w1.add(w3);
                    w0.add(w2).add(first).store(at(0));
                    first.store(at(1));
                    w2.add(w3).store(at(2));
                }
            }
        }
    }
}

/// Collects for terms of so many bits.
#[inline(always)]
unsafe fn collect<V: Vector>(
    form: &Form,
    (bound, n_groups): (&Bound<V::Real>, usize),
    n_bits: std::ops::Range<u32>,
    sums: *const V::Real,
    trigs: &mut [f64],
) {
    let all = Near::of::<V, true>(n_groups);
    for m in &form.monomials {
        if n_bits.contains(&m.inner.count_ones()) && is_active(bound, m, 0) {
            let (near, far) = (m.inner & (all.count - 1), m.inner >> all.count.ilog2());
            // SAFETY: There is a number for each group.
            unsafe {
                let sum = sum_near::<V>(sums.add(all.register(far, 0) * V::LANES), all.count, near);
                collect_lanes(sum, -2.0, trigs, m.trig);
            }
        }
    }
}

/// The sum of so many registers, a power of two, whose number has all bits of the mask: neighbours first, as lanes are added.
#[inline(always)]
unsafe fn sum_near<V: Vector>(parts: *const V::Real, count: usize, mask: usize) -> V {
    // SAFETY: The caller's registers.
    unsafe {
        let mut sums = [V::splat(V::Real::ZERO); MOST_LANES];
        for (near, sum) in sums.iter_mut().enumerate().take(count) {
            *sum = V::load(parts.add(near * V::LANES));
        }
        for level in 0..count.ilog2() {
            for i in 0..count >> (level + 1) {
                let (low, high) = (sums[2 * i], sums[2 * i + 1]);
                sums[i] = if mask >> level & 1 == 1 { high } else { low.add(high) };
            }
        }
        sums[0]
    }
}
