//! Rotations about Pauli strings, `exp(-i x P) = cos x - i sin x P`, kept whole.
//!
//! With `P = i^n_y X^x Z^z`, `(P psi)_i = i^n_y (-1)^|(i ^ x) & z| psi_(i ^ x)`. Per amplitude: 12 flops, two times its
//! bytes. Back: `dE/dx = 2 Im <bra| P |ket>`.

use super::{Near, Parts, Tile, collect, for_selected, is_odd, lane_bits, near_and_far};
use qml_source::bug;

use crate::plan::{Op, Select};
use crate::vector::{Complex, MOST_LANES, Real, Vector};

/// A Pauli string on the wires of a tile, with the sign that the wires outside of it give.
#[derive(Clone, Copy, Debug)]
pub(super) struct String {
    pub x: usize,
    pub z: usize,
    pub n_y: u32,
    pub is_negative: bool,
}

impl String {
    /// The string of a rotation in a tile with these bits outside of it.
    pub(super) fn of(op: &Op, outer: usize) -> Self {
        let Op::Rotation { x, z, outer_z, n_y, .. } = *op else { bug!("not a rotation: {op:?}") };
        Self { x, z, n_y, is_negative: is_odd(outer & outer_z) }
    }
}

/// What a rotation does to the lanes of a group: `cos * psi + sign * other * (psi of the partner)`.
struct Coefficients<V> {
    cos: V,
    /// `-i sin` times the string's entry, where the sign of the group is even.
    other: Complex<V>,
    /// The string's entry alone; zero for lanes that are not selected.
    entry: Complex<V>,
}

impl<V: Vector> Coefficients<V> {
    #[inline(always)]
    unsafe fn new<const PER_LANE: bool>(
        string: String,
        x: Complex<V>,
        sin_sign: f64,
        select: Select,
    ) -> Self {
        let low = (1 << lane_bits::<V, PER_LANE>()) - 1;
        let lane_select = Select { mask: select.mask & low, value: select.value & low };
        let (flip, z) = (string.x & low, string.z & low);
        // The sign of lane `l` is that of the partner's letters, (-1)^|(l ^ flip) & z|.
        let sign = if is_odd(flip & z) == string.is_negative { 1.0 } else { -1.0 };
        // i^n_y
        let (re, im) = [(1.0, 0.0), (0.0, 1.0), (-1.0, 0.0), (0.0, -1.0)][string.n_y as usize % 4];
        // SAFETY: As for `Vector`.
        unsafe {
            let turned = V::selected(lane_select.mask, lane_select.value);
            let kept = V::splat(V::Real::ONE).sub(turned);
            let signs = turned.mul(V::signs(z)).mul(V::splat(V::Real::from_f64(sign)));
            let [re, im] = [V::Real::from_f64(re), V::Real::from_f64(im)];
            let entry = Complex { re: signs.mul(V::splat(re)), im: signs.mul(V::splat(im)) };
            // -i sin (re + i im) = sin im - i sin re
            let sin = x.im.mul(V::splat(V::Real::from_f64(sin_sign)));
            let other = Complex { re: sin.mul(entry.im), im: V::splat(V::Real::ZERO).sub(sin.mul(entry.re)) };
            Self { cos: x.re.mul_add(turned, kept), other, entry }
        }
    }

    #[inline(always)]
    unsafe fn image(&self, v: Complex<V>, partner: Complex<V>, sign: V) -> Complex<V> {
        // SAFETY: As for `Vector`.
        unsafe { partner.scale(sign).mul_add(self.other, v.scale(self.cos)) }
    }

    /// Adds `Im(bra* P ket)`, from the partner's amplitudes of the ket with the sign of their group.
    #[inline(always)]
    unsafe fn product(&self, total: V, bra: Complex<V>, partner: Complex<V>) -> V {
        // SAFETY: As for `Vector`.
        unsafe {
            let image = partner.mul(self.entry);
            bra.im.neg_mul_add(image.re, bra.re.mul_add(image.im, total))
        }
    }
}

/// Calls `visit` with each group and its partner, once a pair, and the string's signs at both.
#[inline(always)]
unsafe fn for_pairs<V: Vector, const PER_LANE: bool>(
    n_groups: usize,
    string: String,
    select: Select,
    mut visit: impl FnMut(usize, usize, V, V),
) {
    let bits = lane_bits::<V, PER_LANE>();
    let (far, z) = (string.x >> bits, string.z >> bits);
    let (mask, value) = (select.mask >> bits, select.value >> bits);
    let top = if far == 0 { 0 } else { 1 << far.ilog2() };
    let sign = |g: usize| V::Real::from_f64(if is_odd(g & z) { -1.0 } else { 1.0 });
    for_selected(n_groups, mask | top, value, |g| {
        let partner = g ^ far;
        // SAFETY: As for `Vector`.
        unsafe { visit(g, partner, V::splat(sign(partner)), V::splat(sign(g))) };
    });
}

/// Rotates.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    string: String,
    trigs: *const V::Real,
    trig: usize,
    select: Select,
) {
    let near = string.x & ((1 << lane_bits::<V, PER_LANE>()) - 1);
    // SAFETY: The caller's contract.
    unsafe {
        let x = Complex::<V>::coefficient::<PER_LANE>(trigs, trig);
        let c = Coefficients::new::<PER_LANE>(string, x, 1.0, select);
        for_pairs::<V, PER_LANE>(tile.n_groups, string, select, |g, partner, sign, partner_sign| {
            let (at, there) = (tile.group::<V>(g), tile.group::<V>(partner));
            let (v, w) = (Complex::<V>::load(at), Complex::<V>::load(there));
            c.image(v, w.exchange_all(near), sign).store(at);
            if partner != g {
                c.image(w, v.exchange_all(near), partner_sign).store(there);
            }
        });
    }
}

/// Rotates back, and collects.
#[inline(always)]
pub(super) unsafe fn back<V: Vector, const PER_LANE: bool>(
    [ket, bra]: [Tile<V::Real>; 2],
    string: String,
    trigs: *const V::Real,
    trig: usize,
    select: Select,
    sums: &mut [f64],
) {
    // SAFETY: The caller's contract.
    unsafe {
        let x = Complex::<V>::coefficient::<PER_LANE>(trigs, trig);
        let c = Coefficients::new::<PER_LANE>(string, x, -1.0, select);
        if PER_LANE {
            return near_back([ket, bra], string, &c, trig, select, sums);
        }
        let near = string.x & (V::LANES - 1);
        let mut total = V::splat(V::Real::ZERO);
        for_pairs::<V, false>(ket.n_groups, string, select, |g, partner, sign, partner_sign| {
            let [v, w] = [g, partner].map(|g| Complex::<V>::load(ket.group::<V>(g)));
            let [p, q] = [g, partner].map(|g| Complex::<V>::load(bra.group::<V>(g)));
            total = c.product(total, p, w.exchange_all(near).scale(sign));
            c.image(v, w.exchange_all(near), sign).store(ket.group::<V>(g));
            c.image(p, q.exchange_all(near), sign).store(bra.group::<V>(g));
            if partner != g {
                total = c.product(total, q, v.exchange_all(near).scale(partner_sign));
                c.image(w, v.exchange_all(near), partner_sign).store(ket.group::<V>(partner));
                c.image(q, p.exchange_all(near), partner_sign).store(bra.group::<V>(partner));
            }
        });
        collect(total, 2.0, sums, trig);
    }
}

/// The same where lanes are samples: registers that are the lanes `l` and `l ^ near` of two registers there, with a sum
/// for each of them.
#[inline(always)]
unsafe fn near_back<V: Vector>(
    [ket, bra]: [Tile<V::Real>; 2],
    string: String,
    c: &Coefficients<V>,
    trig: usize,
    select: Select,
    sums: &mut [f64],
) {
    let all = Near::of::<V, true>(ket.n_groups);
    let (near, far) = near_and_far::<V>(string.x);
    let (lane_mask, mask) = near_and_far::<V>(select.mask);
    let (lane_value, value) = near_and_far::<V>(select.value);
    let top = if far == 0 { 0 } else { 1 << far.ilog2() };
    // SAFETY: The caller's contract.
    unsafe {
        let zero = V::splat(V::Real::ZERO);
        let mut totals = [zero; MOST_LANES];
        for lane in 0..all.count {
            let other = lane ^ near;
            if lane & lane_mask != lane_value || other < lane {
                continue;
            }
            let [mut here, mut there] = [zero; 2];
            for_selected(all.n_far, mask | top, value, |g| {
                let partner = g ^ far;
                let first = Turned::load([ket, bra], [all.register(g, lane), all.register(partner, other)]);
                here = first.product(c, string, 0, here);
                if near == 0 {
                    here = first.product(c, string, 1, here);
                } else if far == 0 {
                    there = first.product(c, string, 1, there);
                } else {
                    let second =
                        Turned::load([ket, bra], [all.register(g, other), all.register(partner, lane)]);
                    there = second.product(c, string, 0, there);
                    here = second.product(c, string, 1, here);
                    there = first.product(c, string, 1, there);
                    second.store([ket, bra], c, string);
                }
                first.store([ket, bra], c, string);
            });
            totals[other] = there;
            totals[lane] = here;
        }
        Parts::of(&totals[..all.count]).collect::<true>(all.count, 2.0, sums, trig);
    }
}

/// Two registers of ket and bra that a string takes to each other.
struct Turned<V> {
    at: [usize; 2],
    ket: [Complex<V>; 2],
    bra: [Complex<V>; 2],
}

impl<V: Vector> Turned<V> {
    #[inline(always)]
    unsafe fn load([ket, bra]: [Tile<V::Real>; 2], at: [usize; 2]) -> Self {
        // SAFETY: The caller's registers are in the tiles.
        unsafe {
            Self {
                at,
                ket: at.map(|at| Complex::load(ket.group::<V>(at))),
                bra: at.map(|at| Complex::load(bra.group::<V>(at))),
            }
        }
    }

    /// The sign that the string gives to the partner of the `i`th register.
    #[inline(always)]
    unsafe fn sign(&self, string: String, i: usize) -> V {
        let is_negative = is_odd(self.at[1 - i] & string.z);
        // SAFETY: As for `Vector`.
        unsafe { V::splat(V::Real::from_f64(if is_negative { -1.0 } else { 1.0 })) }
    }

    /// Adds the product of bra and image at the `i`th register.
    #[inline(always)]
    unsafe fn product(&self, c: &Coefficients<V>, string: String, i: usize, total: V) -> V {
        // SAFETY: As for `Vector`.
        unsafe { c.product(total, self.bra[i], self.ket[1 - i].scale(self.sign(string, i))) }
    }

    #[inline(always)]
    unsafe fn store(&self, states: [Tile<V::Real>; 2], c: &Coefficients<V>, string: String) {
        // SAFETY: The registers are in the tiles.
        unsafe {
            for (tile, v) in states.into_iter().zip([self.ket, self.bra]) {
                for i in 0..2 {
                    let image = c.image(v[i], v[1 - i], self.sign(string, i));
                    image.store(tile.group::<V>(self.at[i]));
                }
            }
        }
    }
}
