//! A group of strings in a tile: their values, and their sum's image.
//!
//! The value of a string is `Re((-i)^n_y sum of (-1)^|j & z| w_j)` with `w_j = conj(psi_j) psi_(j ^ x)`, its image at `j` is
//! `(-i)^n_y (-1)^|j & z| psi_(j ^ x)`. Few strings are summed one by one, a few at a time while the products are in
//! registers; of many, all signed sums over groups are made together by a Walsh transform, and lanes get their signs in
//! the end.

use super::{Group, Letters, ObservablePass};
use crate::kernel::{Near, Parts, Tile, for_selected, is_odd, lane_bits, near_and_far};
use crate::vector::{Complex, Isa, Real, Task, Vector, dispatch};

/// From this many strings on the transform is faster.
const TRANSFORM_FROM: usize = 12;

/// Adds the tile's part in the value of each string.
///
/// # Safety
///
/// The tile is laid out for the instruction set and nobody else changes it; the scratch has two numbers for each amplitude.
pub(super) unsafe fn values<T: Real, const PER_LANE: bool>(
    isa: Isa,
    tile: Tile<T>,
    group: &Group,
    scratch: *mut T,
    values: &mut [f64],
) {
    if group.strings.len() >= TRANSFORM_FROM {
        return dispatch(isa, TransformedValues::<T, PER_LANE>(tile, group, scratch, values));
    }
    for strings in group.strings.chunks(AT_ONCE) {
        dispatch(isa, FewValues::<T, PER_LANE>(tile, group.x, strings, values));
    }
}

/// Adds the weighted sum of the images of all strings of a pass; of those that only flip four at a time while an amplitude
/// is in a register.
///
/// # Safety
///
/// As for [`values`].
pub(super) unsafe fn images<T: Real, const PER_LANE: bool>(
    isa: Isa,
    states: [Tile<T>; 2],
    pass: &ObservablePass,
    weights: *const T,
    scratch: *mut T,
) {
    for group in pass.groups.iter().filter(|group| group.flip().is_none()) {
        if group.strings.len() >= TRANSFORM_FROM {
            dispatch(isa, TransformedImage::<T, PER_LANE>(states, group, weights, scratch));
            continue;
        }
        for strings in group.strings.chunks(AT_ONCE) {
            dispatch(isa, FewImages::<T, PER_LANE>(states, group.x, strings, weights));
        }
    }
    for flips in pass.flips.chunks(AT_ONCE) {
        dispatch(isa, FlippedImages::<T, PER_LANE>(states, flips, weights));
    }
}

/// Most strings that are done at a time.
const AT_ONCE: usize = 4;

/// Calls a kernel with one to [`AT_ONCE`] strings as an array, whose length it is compiled for.
macro_rules! by_number {
    ($strings:expr, $kernel:ident($($argument:expr),*)) => {
        match *$strings {
            [a] => $kernel::<V, PER_LANE, 1>([a], $($argument),*),
            [a, b] => $kernel::<V, PER_LANE, 2>([a, b], $($argument),*),
            [a, b, c] => $kernel::<V, PER_LANE, 3>([a, b, c], $($argument),*),
            [a, b, c, d] => $kernel::<V, PER_LANE, 4>([a, b, c, d], $($argument),*),
            _ => {}
        }
    };
}

struct TransformedValues<'a, T, const PER_LANE: bool>(Tile<T>, &'a Group, *mut T, &'a mut [f64]);
struct TransformedImage<'a, T, const PER_LANE: bool>([Tile<T>; 2], &'a Group, *const T, *mut T);
struct FewValues<'a, T, const PER_LANE: bool>(Tile<T>, usize, &'a [Letters], &'a mut [f64]);
struct FewImages<'a, T, const PER_LANE: bool>([Tile<T>; 2], usize, &'a [Letters], *const T);
struct FlippedImages<'a, T, const PER_LANE: bool>([Tile<T>; 2], &'a [(usize, Letters)], *const T);

impl<T: Real, const PER_LANE: bool> Task<T> for TransformedValues<'_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        // SAFETY: The caller's contract.
        unsafe { transformed_values::<V, PER_LANE>(self.0, self.1, self.2, self.3) }
    }
}

impl<T: Real, const PER_LANE: bool> Task<T> for TransformedImage<'_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        // SAFETY: The caller's contract.
        unsafe { transformed_image::<V, PER_LANE>(self.0, self.1, self.2, self.3) }
    }
}

impl<T: Real, const PER_LANE: bool> Task<T> for FewValues<'_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        let Self(tile, x, strings, values) = self;
        // SAFETY: The caller's contract.
        unsafe { by_number!(strings, few_values(tile, x, values)) }
    }
}

impl<T: Real, const PER_LANE: bool> Task<T> for FewImages<'_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        let Self(states, x, strings, weights) = self;
        // SAFETY: The caller's contract.
        unsafe { by_number!(strings, few_images(states, x, weights)) }
    }
}

impl<T: Real, const PER_LANE: bool> Task<T> for FlippedImages<'_, T, PER_LANE> {
    type Output = ();

    #[inline(always)]
    unsafe fn run<V: Vector<Real = T>>(self) {
        let Self(states, flips, weights) = self;
        // SAFETY: The caller's contract.
        unsafe { by_number!(flips, flipped_images(states, weights)) }
    }
}

/// The signs of the lanes times a factor: `(-1)^|l & z|`.
#[inline(always)]
unsafe fn lane_signs<V: Vector, const PER_LANE: bool>(z: usize, factor: f64) -> V {
    let low = (1 << lane_bits::<V, PER_LANE>()) - 1;
    // SAFETY: As for `Vector`.
    unsafe { V::signs(z & low).mul(V::splat(V::Real::from_f64(factor))) }
}

/// Which part of `w` a string's value is, and with which sign: `Re((-i)^n_y w)`.
#[inline(always)]
fn part(n_y: u32) -> (bool, f64) {
    (n_y % 2 == 1, if matches!(n_y % 4, 2 | 3) { -1.0 } else { 1.0 })
}

/// The sign of the bits outside of the tile.
#[inline(always)]
fn outer_sign(outer: usize, string: Letters) -> f64 {
    if is_odd(outer & string.outer_z) { -1.0 } else { 1.0 }
}

#[inline(always)]
unsafe fn few_values<V: Vector, const PER_LANE: bool, const N: usize>(
    strings: [Letters; N],
    tile: Tile<V::Real>,
    x: usize,
    values: &mut [f64],
) {
    let all = Near::of::<V, PER_LANE>(tile.n_groups);
    let (near, far) = near_and_far::<V>(x);
    // The two ends of a pair of groups have the same real part: one of them is enough.
    let (top, twice) = if far == 0 { (0, 1.0) } else { (1 << far.ilog2(), 2.0) };
    let signs = [V::Real::ONE, -V::Real::ONE];
    // SAFETY: The caller's contract.
    unsafe {
        let mut parts = [Parts::<V>::none(); N];
        for lane in 0..all.count {
            let mut sums = [V::splat(V::Real::ZERO); N];
            for_selected(all.n_far, top, 0, |g| {
                let v = Complex::<V>::load(tile.group::<V>(all.register(g, lane)));
                let w = if x == 0 {
                    let square = v.im.mul_add(v.im, v.re.mul(v.re));
                    Complex { re: square, im: V::splat(V::Real::ZERO) }
                } else {
                    partner::<V, PER_LANE>(tile, all, [g ^ far, lane], near).mul_conj(v)
                };
                for (sum, string) in sums.iter_mut().zip(&strings) {
                    let value = if string.n_y % 2 == 1 { w.im } else { w.re };
                    let sign = V::splat(signs[usize::from(is_odd(g & string.z >> V::BITS))]);
                    *sum = value.mul_add(sign, *sum);
                }
            });
            for ((sum, string), parts) in sums.into_iter().zip(strings).zip(&mut parts) {
                let factor = part(string.n_y).1 * twice * outer_sign(tile.outer, string);
                parts.add(lane, signed::<V, PER_LANE>(sum, lane, string));
                if lane + 1 == all.count {
                    parts.collect::<PER_LANE>(all.count, factor, values, string.place);
                }
            }
        }
    }
}

/// What a sum adds to the value of a string: that of amplitudes in lanes, or of one setting `near` of the near wires.
#[inline(always)]
unsafe fn signed<V: Vector, const PER_LANE: bool>(sum: V, near: usize, string: Letters) -> V {
    // SAFETY: As for `Vector`.
    unsafe {
        if !PER_LANE {
            return sum.mul(lane_signs::<V, false>(string.z, 1.0));
        }
        let sign = if is_odd(near & string.z & (V::LANES - 1)) { -1.0 } else { 1.0 };
        sum.mul(V::splat(V::Real::from_f64(sign)))
    }
}

/// The amplitudes that a string with these near letters takes to some group.
#[inline(always)]
unsafe fn partner<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    all: Near,
    [far, lane]: [usize; 2],
    near: usize,
) -> Complex<V> {
    // SAFETY: The caller's group is in the tile.
    unsafe {
        if PER_LANE {
            Complex::load(tile.group::<V>(all.register(far, lane ^ near)))
        } else {
            Complex::<V>::load(tile.group::<V>(far)).exchange_all(near)
        }
    }
}

/// `(-i)^n_y` times the weight and the signs of the lanes: a real number, or `i` times the one that is returned.
#[inline(always)]
unsafe fn coefficient<V: Vector, const PER_LANE: bool>(
    string: Letters,
    outer: usize,
    weights: *const V::Real,
) -> V {
    let sign = if matches!(string.n_y % 4, 1 | 2) { -1.0 } else { 1.0 };
    // SAFETY: There is a weight for each string, for each lane where lanes are samples.
    unsafe {
        let weight = if PER_LANE {
            V::load(weights.add(string.place * V::LANES))
        } else {
            V::splat(*weights.add(string.place))
        };
        weight.mul(lane_signs::<V, PER_LANE>(string.z, sign * outer_sign(outer, string)))
    }
}

#[inline(always)]
unsafe fn few_images<V: Vector, const PER_LANE: bool, const N: usize>(
    strings: [Letters; N],
    [ket, out]: [Tile<V::Real>; 2],
    x: usize,
    weights: *const V::Real,
) {
    let bits = lane_bits::<V, PER_LANE>();
    let (far, near) = (x >> bits, x & ((1 << bits) - 1));
    let signs = [V::Real::ONE, -V::Real::ONE];
    let is_real = strings.iter().all(|string| string.n_y % 2 == 0);
    // SAFETY: The caller's contract.
    unsafe {
        let mut coefficients = [V::splat(V::Real::ZERO); N];
        for (c, string) in coefficients.iter_mut().zip(&strings) {
            *c = coefficient::<V, PER_LANE>(*string, ket.outer, weights);
        }
        for g in 0..ket.n_groups {
            let mut c = Complex::<V>::splat(0.0, 0.0);
            for (coefficient, string) in coefficients.iter().zip(&strings) {
                let sign = V::splat(signs[usize::from(is_odd(g & string.z >> bits))]);
                let part = if string.n_y % 2 == 1 { &mut c.im } else { &mut c.re };
                *part = coefficient.mul_add(sign, *part);
            }
            let v = Complex::<V>::load(ket.group::<V>(g ^ far)).exchange_all(near);
            let to = out.group::<V>(g);
            let sum = Complex::load(to);
            if is_real { v.scale_add(c.re, sum) } else { v.mul_add(c, sum) }.store(to);
        }
    }
}

/// Images of strings that only flip.
#[inline(always)]
unsafe fn flipped_images<V: Vector, const PER_LANE: bool, const N: usize>(
    flips: [(usize, Letters); N],
    [ket, out]: [Tile<V::Real>; 2],
    weights: *const V::Real,
) {
    let bits = lane_bits::<V, PER_LANE>();
    // SAFETY: The caller's contract.
    unsafe {
        let mut coefficients = [V::splat(V::Real::ZERO); N];
        for (c, (_, string)) in coefficients.iter_mut().zip(&flips) {
            *c = coefficient::<V, PER_LANE>(*string, ket.outer, weights);
        }
        for g in 0..ket.n_groups {
            let to = out.group::<V>(g);
            let mut sum = Complex::<V>::load(to);
            for k in 0..N {
                let (far, near) = (flips[k].0 >> bits, flips[k].0 & ((1 << bits) - 1));
                let v = Complex::<V>::load(ket.group::<V>(g ^ far)).exchange_all(near);
                sum = v.scale_add(coefficients[k], sum);
            }
            sum.store(to);
        }
    }
}

#[inline(always)]
unsafe fn transformed_values<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    group: &Group,
    scratch: *mut V::Real,
    values: &mut [f64],
) {
    let all = Near::of::<V, PER_LANE>(tile.n_groups);
    let (near, far) = near_and_far::<V>(group.x);
    let n = all.n_far;
    // SAFETY: The caller's contract; the scratch has two numbers for each amplitude.
    unsafe {
        let (re, im) = (scratch, scratch.add(tile.n_groups * V::LANES));
        for lane in 0..all.count {
            let [re, im] = [re, im].map(|part| part.add(lane * n * V::LANES));
            for g in 0..n {
                let v = Complex::<V>::load(tile.group::<V>(all.register(g, lane)));
                let w = partner::<V, PER_LANE>(tile, all, [g ^ far, lane], near).mul_conj(v);
                w.re.store(re.add(g * V::LANES));
                w.im.store(im.add(g * V::LANES));
            }
            walsh::<V>(re, n);
            if group.x != 0 {
                walsh::<V>(im, n);
            }
        }
        for &string in &group.strings {
            let (is_imaginary, sign) = part(string.n_y);
            let factor = sign * outer_sign(tile.outer, string);
            let sums = if is_imaginary { im } else { re }.add((string.z >> V::BITS) * V::LANES);
            let mut parts = Parts::none();
            for lane in 0..all.count {
                let sum = V::load(sums.add(lane * n * V::LANES));
                parts.add(lane, signed::<V, PER_LANE>(sum, lane, string));
            }
            parts.collect::<PER_LANE>(all.count, factor, values, string.place);
        }
    }
}

#[inline(always)]
unsafe fn transformed_image<V: Vector, const PER_LANE: bool>(
    [ket, out]: [Tile<V::Real>; 2],
    group: &Group,
    weights: *const V::Real,
    scratch: *mut V::Real,
) {
    let all = Near::of::<V, PER_LANE>(ket.n_groups);
    let (near, far) = near_and_far::<V>(group.x);
    let n = all.n_far;
    let has_imaginary = group.strings.iter().any(|string| string.n_y % 2 == 1);
    // SAFETY: The caller's contract; the scratch has two numbers for each amplitude.
    unsafe {
        let (re, im) = (scratch, scratch.add(n * V::LANES));
        for lane in 0..all.count {
            std::slice::from_raw_parts_mut(scratch, 2 * n * V::LANES).fill(V::Real::ZERO);
            for &string in &group.strings {
                let c = coefficient::<V, PER_LANE>(string, ket.outer, weights);
                let sign =
                    V::splat(V::Real::from_f64(if PER_LANE && is_odd(lane & string.z) { -1.0 } else { 1.0 }));
                let table = if string.n_y % 2 == 1 { im } else { re };
                let at = table.add((string.z >> V::BITS) * V::LANES);
                c.mul_add(sign, V::load(at)).store(at);
            }
            walsh::<V>(re, n);
            if has_imaginary {
                walsh::<V>(im, n);
            }
            for g in 0..n {
                let v = partner::<V, PER_LANE>(ket, all, [g ^ far, lane], near);
                let to = out.group::<V>(all.register(g, lane));
                let c = Complex { re: V::load(re.add(g * V::LANES)), im: V::load(im.add(g * V::LANES)) };
                v.mul_add(c, Complex::load(to)).store(to);
            }
        }
    }
}

/// The Walsh transform of vectors in place: entry `z` becomes `sum over g of (-1)^|g & z| entry g`.
#[inline(always)]
unsafe fn walsh<V: Vector>(values: *mut V::Real, n: usize) {
    let mut half = 1;
    while half < n {
        for_selected(n, half, 0, |g| {
            // SAFETY: The caller has `n` vectors.
            unsafe {
                let (low, high) = (values.add(g * V::LANES), values.add((g | half) * V::LANES));
                let (a, b) = (V::load(low), V::load(high));
                a.add(b).store(low);
                a.sub(b).store(high);
            }
        });
        half *= 2;
    }
}
