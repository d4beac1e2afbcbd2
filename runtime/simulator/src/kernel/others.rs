//! Terms of a form with more than two bits: each one a sweep of its own over the amplitudes that it changes.

use super::{Near, Parts, Tile, is_odd, lane_bits};
use crate::bind::Bound;
use crate::plan::{Form, Other, OtherKind, Select};
use crate::vector::{Complex, Real, Vector};

/// Multiplies, or divides where `IS_BACK`: the factors have the length 1.
#[inline(always)]
pub(super) unsafe fn multiply<V: Vector, const PER_LANE: bool, const IS_BACK: bool>(
    tile: Tile<V::Real>,
    other: &Other,
    trigs: *const V::Real,
) {
    // SAFETY: The caller's contract.
    unsafe {
        let factor = Complex::<V>::coefficient::<PER_LANE>(trigs, other.trig);
        let Some(signs) = Signs::<V>::new::<PER_LANE>(other, tile.outer) else { return };
        for group in signs.groups(tile.n_groups) {
            let at = tile.group::<V>(group);
            let (v, factor) = (Complex::<V>::load(at), signed(factor, signs.of(group)));
            let product = if IS_BACK { v.mul_conj(factor) } else { v.mul(factor) };
            product.store(at);
        }
    }
}

/// Collects for all terms that depend on a slot, from `w = Im(bra* ket)` of each group, which is written down first.
#[inline(always)]
pub(super) unsafe fn collect_all<V: Vector, const PER_LANE: bool>(
    [ket, bra]: [Tile<V::Real>; 2],
    form: &Form,
    bound: &Bound<V::Real>,
    products: *mut V::Real,
    sums: &mut [f64],
) {
    // SAFETY: The caller's contract; there is a number for each amplitude.
    unsafe {
        for group in 0..ket.n_groups {
            let v = Complex::<V>::load(ket.group::<V>(group));
            let w = Complex::<V>::load(bra.group::<V>(group));
            let product = w.im.neg_mul_add(v.re, w.re.mul(v.im));
            product.store(products.add(group * V::LANES));
        }
        let near = Near::of::<V, PER_LANE>(ket.n_groups);
        for other in &form.others {
            if !bound.plan.trig_varies(other.trig) {
                continue;
            }
            let Some(signs) = Signs::<V>::new::<PER_LANE>(other, ket.outer) else { continue };
            let mut parts = Parts::none();
            for lane in 0..near.count {
                let mut total = V::splat(V::Real::ZERO);
                for group in signs.groups_at::<PER_LANE>(ket.n_groups, lane) {
                    total = V::load(products.add(group * V::LANES)).mul_add(signs.of(group), total);
                }
                parts.add(lane, total);
            }
            parts.collect::<PER_LANE>(near.count, -2.0, sums, other.trig);
        }
    }
}

/// The factor with the sign of its angle; 1 in a lane with sign zero.
#[inline(always)]
unsafe fn signed<V: Vector>(factor: Complex<V>, sign: V) -> Complex<V> {
    // SAFETY: As for `Vector`.
    unsafe {
        // The cosine is even; a lane with sign zero keeps its amplitude.
        let is_in = sign.mul(sign);
        let outside = V::splat(V::Real::ONE).sub(is_in);
        Complex { re: factor.re.mul_add(is_in, outside), im: factor.im.mul(sign) }
    }
}

/// The groups that a term changes, and the sign of its angle for each lane: 0 where the term is nothing.
struct Signs<V> {
    even: V,
    odd: V,
    /// The bits of a group whose parity decides.
    z: usize,
    groups: Select,
}

impl<V: Vector> Signs<V> {
    /// None where bits outside of the tile say that there is nothing to do.
    #[inline(always)]
    unsafe fn new<const PER_LANE: bool>(other: &Other, outer: usize) -> Option<Self> {
        let bits = lane_bits::<V, PER_LANE>();
        let lanes = (1 << bits) - 1;
        let (z, on, outer_sign) = match other.kind {
            OtherKind::Select(on) => (0, on, 1.0),
            OtherKind::Parity { inner, outer: outer_z, on } => {
                (inner, on, if is_odd(outer & outer_z) { -1.0 } else { 1.0 })
            }
        };
        if !on.outer.has(outer) {
            return None;
        }
        // SAFETY: As for `Vector`.
        unsafe {
            let selected = V::selected(on.inner.mask & lanes, on.inner.value & lanes);
            let even = selected.mul(V::signs(z & lanes)).mul(V::splat(V::Real::from_f64(outer_sign)));
            let odd = V::splat(V::Real::ZERO).sub(even);
            let groups = Select { mask: on.inner.mask >> bits, value: on.inner.value >> bits };
            Some(Self { even, odd, z: z >> bits, groups })
        }
    }

    #[inline(always)]
    fn groups(&self, n_groups: usize) -> impl Iterator<Item = usize> + use<V> {
        self.groups.indices(n_groups)
    }

    /// Those of them, where lanes are samples, with this setting of the near wires.
    #[inline(always)]
    fn groups_at<const PER_LANE: bool>(
        &self,
        n_groups: usize,
        near: usize,
    ) -> impl Iterator<Item = usize> + use<V, PER_LANE> {
        let lanes = if PER_LANE { (V::LANES - 1) & (n_groups - 1) } else { 0 };
        let Select { mask, value } = self.groups;
        let select = Select { mask: mask | lanes, value: value & !lanes | near & lanes };
        let is_on = near & mask & lanes == value & lanes;
        select.indices(n_groups).filter(move |_| is_on)
    }

    #[inline(always)]
    fn of(&self, group: usize) -> V {
        if is_odd(group & self.z) { self.odd } else { self.even }
    }
}
