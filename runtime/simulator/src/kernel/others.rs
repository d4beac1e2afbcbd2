//! Terms of a form with more than two bits: each one a sweep of its own over the amplitudes that it changes.

use super::{Tile, for_selected, is_odd, lane_bits};
use crate::plan::{Other, OtherKind, Select};
use crate::vector::{Complex, Real, Vector};

/// Calls `visit` with the factor of each group that has one.
#[inline(always)]
pub(super) unsafe fn each<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    other: &Other,
    trigs: *const V::Real,
    mut visit: impl FnMut(usize, Complex<V>),
) {
    // SAFETY: The caller's contract.
    unsafe {
        let factor = Complex::<V>::coefficient::<PER_LANE>(trigs, other.trig);
        let one = V::splat(V::Real::ONE);
        each_sign::<V, PER_LANE>(tile.n_groups, tile.outer, other, |group, sign| {
            // The cosine is even; a lane with sign zero keeps its amplitude.
            let is_in = sign.mul(sign);
            let re = factor.re.mul_add(is_in, one.sub(is_in));
            visit(group, Complex { re, im: factor.im.mul(sign) });
        });
    }
}

/// Calls `visit` with each group that the term changes, and its sign for each lane: 0 where the term is nothing.
#[inline(always)]
pub(super) unsafe fn each_sign<V: Vector, const PER_LANE: bool>(
    n_groups: usize,
    outer: usize,
    other: &Other,
    mut visit: impl FnMut(usize, V),
) {
    let bits = lane_bits::<V, PER_LANE>();
    let lanes = (1 << bits) - 1;
    let (z, on, outer_sign) = match other.kind {
        OtherKind::Select(on) => (0, on, 1.0),
        OtherKind::Parity { inner, outer: outer_z, on } => {
            (inner, on, if is_odd(outer & outer_z) { -1.0 } else { 1.0 })
        }
    };
    if !on.outer.has(outer) {
        return;
    }
    let select = Select { mask: on.inner.mask & lanes, value: on.inner.value & lanes };
    // SAFETY: As for `Vector`.
    unsafe {
        let even = V::from_lanes(|l| {
            let sign = if is_odd(l & z & lanes) { -outer_sign } else { outer_sign };
            V::Real::from_f64(if select.has(l) { sign } else { 0.0 })
        });
        let odd = V::splat(V::Real::ZERO).sub(even);
        for_selected(n_groups, on.inner.mask >> bits, on.inner.value >> bits, |group| {
            visit(group, if is_odd(group & z >> bits) { odd } else { even });
        });
    }
}
