//! Sine and cosine of many angles at once.
//!
//! The angle is reduced to `[-pi/4, pi/4]` by a multiple `q` of `pi/2` (Cody and Waite, three parts of `pi/2`), where
//! the Taylor series of both functions to the 17th order end below the rounding of doubles; `q` then says which of the
//! two is which, and the signs. Beyond `2^20` the standard library's functions take over.

use std::f64::consts::FRAC_2_PI;

use super::{Isa, Real, Task, Vector, dispatch};

/// Largest angle that the reduction serves.
const LARGEST: f64 = 1_048_576.0;
/// `pi/2` in three parts, of which the first two have zeros at the end: a product with `q` is exact.
const HALF_PI: [f64; 3] = [1.570_796_326_734_125_6, 6.077_100_506_303_966e-11, 2.022_266_248_795_950_6e-21];
/// Adding it rounds to an integer.
const ROUND: f64 = 6_755_399_441_055_744.0;
/// `-1/3!`, `1/5!`, ...
const SINE: [f64; 8] = [
    -1.0 / 6.0,
    1.0 / 120.0,
    -1.0 / 5_040.0,
    1.0 / 362_880.0,
    -1.0 / 39_916_800.0,
    1.0 / 6_227_020_800.0,
    -1.0 / 1_307_674_368_000.0,
    1.0 / 355_687_428_096_000.0,
];
/// `1/4!`, `-1/6!`, ...
const COSINE: [f64; 7] = [
    1.0 / 24.0,
    -1.0 / 720.0,
    1.0 / 40_320.0,
    -1.0 / 3_628_800.0,
    1.0 / 479_001_600.0,
    -1.0 / 87_178_291_200.0,
    1.0 / 20_922_789_888_000.0,
];

/// Writes cosine and sine of each angle in groups of as many as a register of `T` has lanes: first the cosines of a
/// group, then its sines. The number of angles is a multiple of the lanes.
#[inline]
pub(crate) fn sin_cos<T: Real>(isa: Isa, angles: &[f64], groups: &mut [T]) {
    let bits = isa.lane_bits::<T>();
    let lanes = 1 << bits;
    assert!(angles.len().is_multiple_of(lanes) && groups.len() == 2 * angles.len());
    dispatch(isa, SinCos { angles, groups, bits });
    // Without a branch for each angle.
    if angles.iter().fold(false, |any, angle| any | (angle.abs() > LARGEST)) {
        correct_large(angles, groups, lanes);
    }
}

/// Cosine and sine of angles that the reduction doesn't serve.
#[cold]
fn correct_large<T: Real>(angles: &[f64], groups: &mut [T], lanes: usize) {
    for (i, angle) in angles.iter().enumerate().filter(|(_, angle)| angle.abs() > LARGEST) {
        let (sin, cos) = angle.sin_cos();
        let at = i / lanes * 2 * lanes + i % lanes;
        groups[at] = T::from_f64(cos);
        groups[at + lanes] = T::from_f64(sin);
    }
}

struct SinCos<'a, T> {
    angles: &'a [f64],
    groups: &'a mut [T],
    /// A group has `2^bits` lanes.
    bits: u32,
}

impl<T: Real> Task<f64> for SinCos<'_, T> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = f64>>(self) {
        let lanes = 1 << self.bits;
        for (chunk, angles) in self.angles.chunks_exact(V::LANES).enumerate() {
            let i = chunk * V::LANES;
            let to = &mut self.groups[(i >> self.bits << (self.bits + 1)) + (i & (lanes - 1))..];
            let (cosines, sines) = to.split_at_mut(lanes);
            // SAFETY: The caller found the instruction set; a chunk has as many numbers as the vector.
            let (cosine, sine) = unsafe {
                let (cosine, sine) = sin_cos_of(V::load(angles.as_ptr()));
                (cosine.lanes(), sine.lanes())
            };
            narrow(&cosine[..V::LANES], cosines);
            narrow(&sine[..V::LANES], sines);
        }
    }
}

/// Rounds numbers.
#[inline(always)]
fn narrow<T: Real>(from: &[f64], to: &mut [T]) {
    for (to, from) in to[..from.len()].iter_mut().zip(from) {
        *to = T::from_f64(*from);
    }
}

/// Cosine and sine of each lane.
#[inline(always)]
unsafe fn sin_cos_of<V: Vector<Real = f64>>(x: V) -> (V, V) {
    // SAFETY: As for `Vector`.
    unsafe {
        let q = x.mul_add(V::splat(FRAC_2_PI), V::splat(ROUND)).sub(V::splat(ROUND));
        let mut r = q.neg_mul_add(V::splat(HALF_PI[0]), x);
        r = q.neg_mul_add(V::splat(HALF_PI[1]), r);
        r = q.neg_mul_add(V::splat(HALF_PI[2]), r);
        let r2 = r.mul(r);
        let sine = series(&SINE, r2).mul(r2).mul_add(r, r);
        let cosine = series(&COSINE, r2).mul(r2).mul_add(r2, r2.neg_mul_add(V::splat(0.5), V::splat(1.0)));
        // q = 2 half + odd; the signs are (-1)^half and (-1)^(half + odd).
        let half = round(q.mul_add(V::splat(0.5), V::splat(-0.25)));
        let odd = half.neg_mul_add(V::splat(2.0), q);
        let rest = half.neg_mul_add(V::splat(0.5), round(half.mul_add(V::splat(0.5), V::splat(-0.25))));
        // What is left of half by twos is 0 or 1/2, up to the sign of zero: the sign is 1 - 8 rest^2.
        let sign = rest.mul(rest).neg_mul_add(V::splat(8.0), V::splat(1.0));
        let odd_sign = odd.neg_mul_add(V::splat(2.0), V::splat(1.0)).mul(sign);
        let even = V::splat(1.0).sub(odd);
        // Exact: one of the products is zero.
        let in_cosine = sine.mul_add(odd, cosine.mul(even));
        let in_sine = cosine.mul_add(odd, sine.mul(even));
        (in_cosine.mul(odd_sign), in_sine.mul(sign))
    }
}

/// The nearest integer, the even one of two.
#[inline(always)]
unsafe fn round<V: Vector<Real = f64>>(x: V) -> V {
    // SAFETY: As for `Vector`.
    unsafe { x.add(V::splat(ROUND)).sub(V::splat(ROUND)) }
}

/// `terms[0] + terms[1] r2 + ..`; a loop, because a closure inside of an iterator may not be compiled into its caller.
#[inline(always)]
unsafe fn series<V: Vector<Real = f64>, const N: usize>(terms: &[f64; N], r2: V) -> V {
    // SAFETY: As for `Vector`.
    unsafe {
        let mut sum = V::splat(terms[N - 1]);
        for term in terms[..N - 1].iter().rev() {
            sum = sum.mul_add(r2, V::splat(*term));
        }
        sum
    }
}
