//! What a quadratic form of phases needs besides its coefficients: products of its factors, made once a call.
//!
//! An index of a tile has three parts: *low* bits count lanes, the next few (*upper*) a block of up to eight groups, the
//! others (*high*) the blocks. The factor of an amplitude is `T[low, upper] S[high]` times, where a term of the form has
//! a bit of each side, `E_q[high]` for each low or upper bit `q` that is one. `T` has one entry for each amplitude of a
//! block, `S` and `E_q` one for each block, and each entry is the product of an earlier one with a few factors. So a form
//! of any number of terms costs two complex multiplications an amplitude, and little more where low and high bits meet.

use super::lane_bits;
use crate::plan::{Form, Monomial};
use crate::vector::{Complex, Real, Vector};

/// Most bits that count the groups of a block.
pub(super) const UPPER_BITS: u32 = 3;
/// Most bits of an amplitude's index in its block.
const MOST_LOW: usize = 7;

/// Where the tables of a form begin, in numbers from the start of all tables.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct FormTables {
    /// One entry for each group of a block, for each lane a number.
    pub t: usize,
    /// One coefficient for each block.
    pub s: usize,
    /// For each bit of an index in a block, one coefficient for each block, where terms reach across.
    pub e: [Option<usize>; MOST_LOW],
    pub lane_bits: u32,
    pub upper_bits: u32,
    pub high_bits: u32,
    /// All factors are 1 or -1.
    pub is_real: bool,
}

/// The sizes of the parts of an index.
pub(super) fn parts(n_wires: u32, lane_bits: u32) -> (u32, u32, u32) {
    let lanes = lane_bits.min(n_wires);
    let upper = UPPER_BITS.min(n_wires - lanes);
    (lanes, upper, n_wires - lanes - upper)
}

/// Places the tables of a form behind `start`; returns them with the end. Every angle of the form is given by `x`.
pub(crate) fn form_lens<V: Vector, const PER_LANE: bool>(
    form: &Form,
    n_wires: u32,
    start: usize,
    is_sign: impl Fn(usize) -> bool,
) -> (FormTables, usize) {
    let (lanes, upper, high) = parts(n_wires, lane_bits::<V, PER_LANE>());
    let stride = if PER_LANE { 2 * V::LANES } else { 2 };
    let t = start;
    let s = t + ((2 * V::LANES) << upper);
    let mut end = s + (stride << high);
    let mut e = [None; MOST_LOW];
    let low = (1 << (lanes + upper)) - 1;
    let mut is_real = true;
    for monomial in &form.monomials {
        is_real &= is_sign(monomial.trig);
        let near = monomial.inner & low;
        if near != 0 && monomial.inner & !low != 0 {
            let place = &mut e[near.trailing_zeros() as usize];
            if place.is_none() {
                *place = Some(end);
                end += stride << high;
            }
        }
    }
    (FormTables { t, s, e, lane_bits: lanes, upper_bits: upper, high_bits: high, is_real }, end)
}

/// Fills the tables of a form from the terms inside of the tile.
#[inline(always)]
pub(crate) unsafe fn build_tables<V: Vector, const PER_LANE: bool>(
    form: &Form,
    at: &FormTables,
    trigs: *const V::Real,
    tables: *mut V::Real,
) {
    // SAFETY: `form_lens` made room for all entries.
    unsafe {
        let one = Complex::<V>::splat(1.0, 0.0);
        let low_bits = at.lane_bits + at.upper_bits;
        let inside = || form.monomials.iter().filter(|monomial| monomial.outer == 0);
        let with_top = |bit: u32| inside().filter(move |m| m.inner != 0 && m.inner.ilog2() == bit);
        let factor = |m: &Monomial| Complex::<V>::coefficient::<PER_LANE>(trigs, m.trig);

        let mut t = [one; 1 << UPPER_BITS];
        for bit in 0..at.lane_bits {
            for m in with_top(bit) {
                t[0] = t[0].mul(where_lanes(m.inner, factor(m)));
            }
        }
        for r in 0..at.upper_bits {
            let half = 1 << r;
            for j in 0..half {
                t[half | j] = t[j];
            }
            for m in with_top(at.lane_bits + r) {
                let near = m.inner & ((1 << at.lane_bits) - 1);
                let factor = if near == 0 { factor(m) } else { where_lanes(near, factor(m)) };
                let others = m.inner >> at.lane_bits & (half - 1);
                for j in 0..half {
                    if j & others == others {
                        t[half | j] = t[half | j].mul(factor);
                    }
                }
            }
        }
        for (j, entry) in t.iter().enumerate().take(1 << at.upper_bits) {
            entry.store(tables.add(at.t + 2 * V::LANES * j));
        }

        let s = tables.add(at.s);
        let start = inside().filter(|m| m.inner == 0).fold(one, |product, m| product.mul(factor(m)));
        start.set_coefficient::<PER_LANE>(s, 0);
        for e in at.e.into_iter().flatten() {
            one.set_coefficient::<PER_LANE>(tables.add(e), 0);
        }
        for r in 0..at.high_bits {
            let half = 1 << r;
            double::<V, PER_LANE>(s, half);
            for e in at.e.into_iter().flatten() {
                double::<V, PER_LANE>(tables.add(e), half);
            }
            for m in with_top(low_bits + r) {
                let near = m.inner & ((1 << low_bits) - 1);
                let table = match near {
                    0 => Some(s),
                    _ => at.e[near.trailing_zeros() as usize].map(|e| tables.add(e)),
                };
                let others = m.inner >> low_bits & (half - 1);
                if let Some(table) = table {
                    scale::<V, PER_LANE>(table, half, half, others, factor(m));
                }
            }
        }
    }
}

/// Copies the first `half` coefficients behind themselves.
#[inline(always)]
unsafe fn double<V: Vector, const PER_LANE: bool>(table: *mut V::Real, half: usize) {
    let stride = if PER_LANE { 2 * V::LANES } else { 2 };
    // SAFETY: The caller's table has twice as many.
    unsafe { std::ptr::copy_nonoverlapping(table, table.add(half * stride), half * stride) };
}

/// Multiplies the coefficients `start + h` for `h` in `0..len` with all bits of `others`.
#[inline(always)]
pub(super) unsafe fn scale<V: Vector, const PER_LANE: bool>(
    table: *mut V::Real,
    start: usize,
    len: usize,
    others: usize,
    factor: Complex<V>,
) {
    for h in 0..len {
        if h & others == others {
            // SAFETY: The caller's table has so many.
            unsafe {
                Complex::<V>::coefficient::<PER_LANE>(table, start + h)
                    .mul(factor)
                    .set_coefficient::<PER_LANE>(table, start + h);
            }
        }
    }
}

/// The factor in lanes that have all bits of the mask, 1 in the others.
#[inline(always)]
pub(super) unsafe fn where_lanes<V: Vector>(mask: usize, factor: Complex<V>) -> Complex<V> {
    // SAFETY: As for `Vector`.
    unsafe {
        let inside = V::inside(mask);
        let outside = V::splat(V::Real::ONE).sub(inside);
        Complex { re: factor.re.mul_add(inside, outside), im: factor.im.mul(inside) }
    }
}
