//! Sine and cosine of many angles at once.
//!
//! The angle is reduced to `[-pi/4, pi/4]` by a multiple `q` of `pi/2` (Cody and Waite, three parts of `pi/2`), where
//! the Taylor series of both functions to the 17th order end below the rounding of doubles; `q` then says which of the
//! two is which, and the signs. Beyond `2^20` the standard library's functions take over.

use std::f64::consts::FRAC_2_PI;

use super::{Isa, MOST_LANES, Task, Vector, dispatch};

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

/// Calls `put` with the index, the cosine and the sine of each angle, in order.
#[inline]
pub(crate) fn sin_cos(isa: Isa, angles: &[f64], put: &mut impl FnMut(usize, f64, f64)) {
    dispatch(isa, SinCos { angles, put });
}

struct SinCos<'a, P> {
    angles: &'a [f64],
    put: &'a mut P,
}

impl<P: FnMut(usize, f64, f64)> Task<f64> for SinCos<'_, P> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = f64>>(self) {
        for (chunk, angles) in self.angles.chunks(V::LANES).enumerate() {
            let mut input = [0.0; MOST_LANES];
            input[..angles.len()].copy_from_slice(angles);
            // SAFETY: The caller found the instruction set; the arrays have room for every vector.
            let (quarter, sine, cosine) = unsafe {
                let x = V::load(input.as_ptr());
                let shifted = x.mul_add(V::splat(FRAC_2_PI), V::splat(ROUND));
                let q = shifted.sub(V::splat(ROUND));
                let mut r = q.neg_mul_add(V::splat(HALF_PI[0]), x);
                r = q.neg_mul_add(V::splat(HALF_PI[1]), r);
                r = q.neg_mul_add(V::splat(HALF_PI[2]), r);
                let r2 = r.mul(r);
                let series = |terms: &[f64]| {
                    let last = terms.len() - 1;
                    let start = V::splat(terms[last]);
                    terms[..last].iter().rev().fold(start, |sum, term| sum.mul_add(r2, V::splat(*term)))
                };
                let sine = series(&SINE).mul(r2).mul_add(r, r);
                let start = r2.neg_mul_add(V::splat(0.5), V::splat(1.0));
                let cosine = series(&COSINE).mul(r2).mul_add(r2, start);
                (q.lanes(), sine.lanes(), cosine.lanes())
            };
            for (l, angle) in angles.iter().enumerate() {
                let (sin, cos) = if angle.abs() <= LARGEST {
                    match quarter[l] as i64 & 3 {
                        0 => (sine[l], cosine[l]),
                        1 => (cosine[l], -sine[l]),
                        2 => (-sine[l], -cosine[l]),
                        _ => (-cosine[l], sine[l]),
                    }
                } else {
                    angle.sin_cos()
                };
                (self.put)(chunk * V::LANES + l, cos, sin);
            }
        }
    }
}
