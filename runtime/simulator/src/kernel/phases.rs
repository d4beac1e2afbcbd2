//! A diagonal `exp(i f)`, whatever the number of its terms, in one sweep over the tile.
//!
//! See [`super::tables`] for how the factor of an amplitude is found: 12 flops where no term reaches across blocks, 18
//! where one does, and two times the amplitude's bytes; 3 flops where all factors are signs.
//!
//! Back: for a term `x b`, `b` a product of bits, `dE/dx = -2 sum of b Im(bra* ket)`, and the numbers `w = Im(bra* ket)`
//! are the same before and after. They are written down once; sums over single bits fold them in half bit by bit.

use super::tables::{FormTables, scale, where_lanes};
use super::{Tile, collect, for_selected, lane_bits, others};
use crate::bind::Bound;
use crate::plan::Form;
use crate::vector::{Complex, Real, Vector};

/// Multiplies.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    form: &Form,
    bound: &Bound<V::Real>,
    scratch: *mut V::Real,
) {
    let at = &bound.forms[form.index];
    // SAFETY: The caller's contract.
    unsafe {
        if !form.monomials.is_empty() {
            let blocks = Blocks::new::<PER_LANE>(tile, form, at, bound, scratch);
            if at.is_real {
                blocks.each::<PER_LANE, true>(|group, factor| {
                    let at = tile.group::<V>(group);
                    Complex::<V>::load(at).scale(factor.re).store(at);
                });
            } else {
                blocks.each::<PER_LANE, false>(|group, factor| {
                    let at = tile.group::<V>(group);
                    Complex::<V>::load(at).mul(factor).store(at);
                });
            }
        }
        for other in &form.others {
            others::each::<V, PER_LANE>(tile, other, bound.trigs.as_ptr(), |group, factor| {
                let at = tile.group::<V>(group);
                Complex::<V>::load(at).mul(factor).store(at);
            });
        }
    }
}

/// Divides, and collects.
#[inline(always)]
pub(super) unsafe fn back<V: Vector, const PER_LANE: bool>(
    [ket, bra]: [Tile<V::Real>; 2],
    form: &Form,
    bound: &Bound<V::Real>,
    scratch: *mut V::Real,
    sums: &mut [f64],
) {
    let at = &bound.forms[form.index];
    let n = ket.n_groups;
    // SAFETY: The caller's contract; the scratch has two numbers for each amplitude.
    unsafe {
        let products = scratch;
        let is_trainable = bound.form_is_trainable(form);
        let keep = |group: usize, v: Complex<V>, w: Complex<V>| {
            if is_trainable {
                let product = w.im.neg_mul_add(v.re, w.re.mul(v.im));
                product.store(products.add(group * V::LANES));
            }
        };
        let both = |group: usize| (ket.group::<V>(group), bra.group::<V>(group));
        if form.monomials.is_empty() {
            if is_trainable {
                for group in 0..n {
                    let (v, w) = both(group);
                    keep(group, Complex::load(v), Complex::load(w));
                }
            }
        } else {
            let blocks = Blocks::new::<PER_LANE>(ket, form, at, bound, scratch.add(n * V::LANES));
            if at.is_real && !is_trainable {
                blocks.each::<PER_LANE, true>(|group, factor| {
                    let (to_ket, to_bra) = both(group);
                    Complex::<V>::load(to_ket).scale(factor.re).store(to_ket);
                    Complex::<V>::load(to_bra).scale(factor.re).store(to_bra);
                });
            } else {
                blocks.each::<PER_LANE, false>(|group, factor| {
                    let (to_ket, to_bra) = both(group);
                    let (v, w) = (Complex::<V>::load(to_ket), Complex::<V>::load(to_bra));
                    keep(group, v, w);
                    v.mul_conj(factor).store(to_ket);
                    w.mul_conj(factor).store(to_bra);
                });
            }
        }
        for other in &form.others {
            others::each::<V, PER_LANE>(ket, other, bound.trigs.as_ptr(), |group, factor| {
                let (to_ket, to_bra) = both(group);
                Complex::<V>::load(to_ket).mul_conj(factor).store(to_ket);
                Complex::<V>::load(to_bra).mul_conj(factor).store(to_bra);
            });
        }
        if is_trainable {
            add_up::<V, PER_LANE>(products, n, ket.outer, form, bound, sums);
        }
    }
}

/// The tables of a form in a tile, with the terms that reach outside of it worked in.
struct Blocks<'a, V: Vector> {
    at: &'a FormTables,
    t: [Complex<V>; 8],
    s: *const V::Real,
    tables: *const V::Real,
}

impl<'a, V: Vector> Blocks<'a, V> {
    #[inline(always)]
    unsafe fn new<const PER_LANE: bool>(
        tile: Tile<V::Real>,
        form: &Form,
        at: &'a FormTables,
        bound: &'a Bound<V::Real>,
        scratch: *mut V::Real,
    ) -> Self {
        // SAFETY: The caller's contract.
        unsafe {
            let tables = bound.tables.as_ptr();
            let mut t = [Complex::<V>::splat(1.0, 0.0); 8];
            for (j, entry) in t.iter_mut().enumerate().take(1 << at.upper_bits) {
                *entry = Complex::load(tables.add(at.t + 2 * V::LANES * j));
            }
            let mut s = tables.add(at.s);
            let mut is_own = false;
            let low_bits = at.lane_bits + at.upper_bits;
            for m in &form.monomials {
                if m.outer == 0 || tile.outer & m.outer != m.outer {
                    continue;
                }
                let factor = Complex::<V>::coefficient::<PER_LANE>(bound.trigs.as_ptr(), m.trig);
                if m.inner >> low_bits != 0 {
                    let n = 1 << at.high_bits;
                    if !is_own {
                        // The tables in the tile are everybody's: this one is changed in a copy.
                        std::ptr::copy_nonoverlapping(s, scratch, 2 * n);
                        (s, is_own) = (scratch, true);
                    }
                    scale::<V, PER_LANE>(scratch, 0, n, m.inner >> low_bits, factor);
                } else {
                    let near = m.inner & ((1 << at.lane_bits) - 1);
                    let factor = if near == 0 { factor } else { where_lanes(near, factor) };
                    let upper = m.inner >> at.lane_bits;
                    for (j, entry) in t.iter_mut().enumerate() {
                        if j & upper == upper {
                            *entry = entry.mul(factor);
                        }
                    }
                }
            }
            Self { at, t, s, tables }
        }
    }

    /// Calls `visit` with each group and its factor; only the real part counts where `REAL`.
    #[inline(always)]
    unsafe fn each<const PER_LANE: bool, const REAL: bool>(&self, mut visit: impl FnMut(usize, Complex<V>)) {
        let at = self.at;
        let n_upper = 1 << at.upper_bits;
        let reaches_lanes = at.e[..at.lane_bits as usize].iter().any(Option::is_some);
        let upper_e = &at.e[at.lane_bits as usize..][..at.upper_bits as usize];
        let reaches_upper = upper_e.iter().any(Option::is_some);
        // SAFETY: The caller's contract.
        unsafe {
            for h in 0..1usize << at.high_bits {
                let mut s = Complex::<V>::coefficient::<PER_LANE>(self.s, h);
                if reaches_lanes {
                    for (bit, e) in at.e[..at.lane_bits as usize].iter().enumerate() {
                        if let Some(e) = e {
                            let e = Complex::<V>::coefficient::<PER_LANE>(self.tables.add(*e), h);
                            s = s.mul(where_lanes(1 << bit, e));
                        }
                    }
                }
                let first = h << at.upper_bits;
                if reaches_upper {
                    let mut c = [s; 8];
                    for (r, e) in upper_e.iter().enumerate() {
                        let half = 1 << r;
                        let e = e.map(|e| Complex::<V>::coefficient::<PER_LANE>(self.tables.add(e), h));
                        for j in 0..half {
                            c[half | j] = match e {
                                Some(e) => c[j].mul(e),
                                None => c[j],
                            };
                        }
                    }
                    for (j, (t, c)) in self.t.into_iter().zip(c).enumerate().take(n_upper) {
                        visit(first | j, times::<V, REAL>(t, c));
                    }
                } else {
                    for j in 0..n_upper {
                        visit(first | j, times::<V, REAL>(self.t[j], s));
                    }
                }
            }
        }
    }
}

#[inline(always)]
unsafe fn times<V: Vector, const REAL: bool>(a: Complex<V>, b: Complex<V>) -> Complex<V> {
    // SAFETY: As for `Vector`.
    unsafe { if REAL { Complex { re: a.re.mul(b.re), im: b.im } } else { a.mul(b) } }
}

/// Adds up the products for each term; they are overwritten.
#[inline(always)]
unsafe fn add_up<V: Vector, const PER_LANE: bool>(
    products: *mut V::Real,
    n_groups: usize,
    outer: usize,
    form: &Form,
    bound: &Bound<V::Real>,
    sums: &mut [f64],
) {
    let bits = lane_bits::<V, PER_LANE>();
    let lanes = (1 << bits) - 1;
    // SAFETY: The caller's contract.
    unsafe {
        let zero = V::splat(V::Real::ZERO);
        let product = |group: usize| V::load(products.add(group * V::LANES));
        // Where the lanes have all bits of the mask.
        let only = |mask: usize, sum: V| {
            if mask == 0 { sum } else { sum.mul(V::inside(mask)) }
        };
        for other in form.others.iter().filter(|other| bound.trig_is_trainable(other.trig)) {
            let mut total = zero;
            others::each_sign::<V, PER_LANE>(n_groups, outer, other, |group, sign| {
                total = product(group).mul_add(sign, total);
            });
            collect::<V, PER_LANE>(total, -2.0, sums, other.trig);
        }
        let of_form = || form.monomials.iter().filter(|m| bound.trig_is_trainable(m.trig));
        let is_active = |m: &&crate::plan::Monomial| outer & m.outer == m.outer;
        for m in of_form().filter(is_active).filter(|m| m.inner.count_ones() == 2) {
            let mut total = zero;
            let far = m.inner >> bits;
            for_selected(n_groups, far, far, |group| total = total.add(product(group)));
            collect::<V, PER_LANE>(only(m.inner & lanes, total), -2.0, sums, m.trig);
        }
        // Fold in half, the highest bit first: the upper half is the sum over that bit.
        let mut single = [zero; 64];
        let mut len = n_groups;
        while len > 1 {
            len /= 2;
            let mut total = zero;
            for group in 0..len {
                let (low, high) = (product(group), product(group + len));
                total = total.add(high);
                low.add(high).store(products.add(group * V::LANES));
            }
            single[(bits + len.ilog2()) as usize] = total;
        }
        let all = product(0);
        for m in of_form().filter(is_active).filter(|m| m.inner.count_ones() < 2) {
            let total = match m.inner {
                0 => all,
                inner if inner <= lanes => only(inner, all),
                inner => single[inner.ilog2() as usize],
            };
            collect::<V, PER_LANE>(total, -2.0, sums, m.trig);
        }
    }
}
