//! A diagonal `exp(i f)`, whatever the number of its terms, in one sweep over the tile.
//!
//! See [`super::tables`] for how the factor of an amplitude is found: 12 flops where no term reaches across blocks, 18
//! where one does, and two times the amplitude's bytes; 3 flops where all factors are signs.
//!
//! Back: for a term `x b`, `b` a product of bits, `dE/dx = -2 sum of b w` with `w = Im(bra* ket)`, which is the same before
//! and after: 22 flops an amplitude for ket, bra and `w` besides the factor, and two times the bytes of both; see
//! [`super::sums`] for the sums.

use super::sums::Sums;
use super::tables::{FormTables, Trainable, scale_where, where_lanes};
use super::{Tile, lane_bits, others};
use crate::bind::Bound;
use crate::plan::Form;
use crate::vector::{Complex, Real, Vector};

/// Groups of a block.
pub(super) const BLOCK: usize = 8;

/// Multiplies.
#[inline(always)]
pub(super) unsafe fn forth<V: Vector, const PER_LANE: bool>(
    tile: Tile<V::Real>,
    form: &Form,
    bound: &Bound<V::Real>,
    scratch: *mut V::Real,
) {
    // SAFETY: The caller's contract.
    unsafe {
        if !form.monomials.is_empty() {
            let blocks = Blocks::<V>::new::<PER_LANE>(tile, form, bound, scratch);
            if blocks.at.is_real {
                blocks.multiply::<PER_LANE, true>(tile);
            } else {
                blocks.multiply::<PER_LANE, false>(tile);
            }
        }
        for other in &form.others {
            others::multiply::<V, PER_LANE, false>(tile, other, bound.trigs());
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
    let at = bound.form(form.index);
    // SAFETY: The caller's contract; the scratch has two numbers for each amplitude, and those of two blocks.
    unsafe {
        if at.has_trainable_others {
            others::collect_all::<V, PER_LANE>([ket, bra], form, bound, scratch, sums);
        }
        if !form.monomials.is_empty() {
            let states = [ket, bra];
            let half = scratch.add((ket.n_groups + BLOCK) * V::LANES);
            let blocks = Blocks::<V>::new::<PER_LANE>(ket, form, bound, half);
            match at.trainable {
                Trainable::Nothing if at.is_real => {
                    blocks.multiply::<PER_LANE, true>(ket);
                    blocks.multiply::<PER_LANE, true>(bra);
                }
                Trainable::Nothing => _ = blocks.divide::<PER_LANE, false, false>(states, scratch),
                Trainable::Singles => {
                    let found = blocks.divide::<PER_LANE, true, false>(states, scratch);
                    found.singles::<PER_LANE>(form, bound, ket.outer, sums);
                }
                Trainable::Pairs => {
                    let found = blocks.divide::<PER_LANE, true, true>(states, scratch);
                    found.pairs::<PER_LANE>(form, bound, ket.outer, sums);
                    found.singles::<PER_LANE>(form, bound, ket.outer, sums);
                }
            }
        }
        for other in &form.others {
            others::multiply::<V, PER_LANE, true>(ket, other, bound.trigs());
            others::multiply::<V, PER_LANE, true>(bra, other, bound.trigs());
        }
    }
}

/// The tables of a form in a tile, with the terms that reach outside of it worked in.
struct Blocks<'a, V: Vector> {
    at: &'a FormTables,
    t: [Complex<V>; BLOCK],
    s: *const V::Real,
    tables: *const V::Real,
    reaches_lanes: bool,
    reaches_upper: bool,
}

impl<'a, V: Vector> Blocks<'a, V> {
    #[inline(always)]
    unsafe fn new<const PER_LANE: bool>(
        tile: Tile<V::Real>,
        form: &Form,
        bound: &'a Bound<V::Real>,
        scratch: *mut V::Real,
    ) -> Self {
        let at = bound.form(form.index);
        let tables = bound.tables();
        // SAFETY: The caller's contract.
        unsafe {
            let mut t = [Complex::<V>::splat(1.0, 0.0); BLOCK];
            for (j, entry) in t.iter_mut().enumerate().take(1 << at.upper_bits) {
                *entry = Complex::load(tables.add(2 * V::LANES * (at.t + j)));
            }
            let mut s = tables.add(2 * V::LANES * at.s);
            let mut is_own = false;
            let low_bits = at.lane_bits + at.upper_bits;
            for m in &form.monomials {
                if m.outer == 0 || tile.outer & m.outer != m.outer {
                    continue;
                }
                let factor = Complex::<V>::coefficient::<PER_LANE>(bound.trigs(), m.trig);
                let far = m.inner >> low_bits;
                if far != 0 {
                    if !is_own {
                        // The tables in the tile are everybody's: this one is changed in a copy.
                        let n = 1 << at.high_bits.saturating_sub(lane_bits::<V, PER_LANE>());
                        std::ptr::copy_nonoverlapping(s, scratch, 2 * V::LANES * n);
                        (s, is_own) = (scratch, true);
                    }
                    scale_where::<V, PER_LANE>(scratch, at.high_bits, far, factor);
                } else {
                    let factor = where_lanes(m.inner & ((1 << at.lane_bits) - 1), factor);
                    let upper = m.inner >> at.lane_bits;
                    for (j, entry) in t.iter_mut().enumerate() {
                        if j & upper == upper {
                            *entry = entry.mul(factor);
                        }
                    }
                }
            }
            let reaches = |from: u32, n: u32| at.e[from as usize..][..n as usize].iter().any(Option::is_some);
            let reaches_lanes = reaches(0, at.lane_bits);
            let reaches_upper = reaches(at.lane_bits, at.upper_bits);
            Self { at, t, s, tables, reaches_lanes, reaches_upper }
        }
    }

    /// What all amplitudes of a block have in common, but for what lanes add.
    #[inline(always)]
    unsafe fn common<const PER_LANE: bool>(&self, h: usize) -> Complex<V> {
        // SAFETY: There is an entry for each block.
        unsafe {
            let mut s = Complex::<V>::coefficient::<PER_LANE>(self.s, h);
            if self.reaches_lanes {
                for bit in 0..self.at.lane_bits as usize {
                    if let Some(e) = self.at.e[bit] {
                        let e = Complex::<V>::coefficient::<PER_LANE>(self.tables.add(2 * V::LANES * e), h);
                        s = s.mul(where_lanes(1 << bit, e));
                    }
                }
            }
            s
        }
    }

    /// What the groups of a block have in common with others, where terms reach across.
    #[inline(always)]
    unsafe fn by_group<const PER_LANE: bool>(&self, h: usize, s: Complex<V>) -> [Complex<V>; BLOCK] {
        let mut c = [s; BLOCK];
        for r in 0..self.at.upper_bits as usize {
            let half = 1 << r;
            // SAFETY: There is an entry for each block.
            unsafe {
                match self.at.e[self.at.lane_bits as usize + r] {
                    Some(e) => {
                        let e = Complex::<V>::coefficient::<PER_LANE>(self.tables.add(2 * V::LANES * e), h);
                        for j in 0..half {
                            c[half | j] = c[j].mul(e);
                        }
                    }
                    None => {
                        for j in 0..half {
                            c[half | j] = c[j];
                        }
                    }
                }
            }
        }
        c
    }

    #[inline(always)]
    unsafe fn multiply<const PER_LANE: bool, const REAL: bool>(&self, tile: Tile<V::Real>) {
        let n_upper = 1usize << self.at.upper_bits;
        // SAFETY: The caller's contract.
        unsafe {
            for h in 0..1usize << self.at.high_bits {
                let s = self.common::<PER_LANE>(h);
                let first = h << self.at.upper_bits;
                if self.reaches_upper {
                    let c = self.by_group::<PER_LANE>(h, s);
                    for (j, c) in c.iter().enumerate().take(n_upper) {
                        multiply_group::<V, REAL>(tile.group::<V>(first | j), self.t[j], *c);
                    }
                } else {
                    for j in 0..n_upper {
                        multiply_group::<V, REAL>(tile.group::<V>(first | j), self.t[j], s);
                    }
                }
            }
        }
    }

    /// Divides ket and bra; with `SUMS` keeps the sums of `w` over blocks, with `PAIRS` all that pairs of bits need.
    #[inline(always)]
    unsafe fn divide<const PER_LANE: bool, const SUMS: bool, const PAIRS: bool>(
        &self,
        [ket, bra]: [Tile<V::Real>; 2],
        scratch: *mut V::Real,
    ) -> Sums<V> {
        let n_upper = 1usize << self.at.upper_bits;
        // SAFETY: The caller's contract.
        unsafe {
            let zero = V::splat(V::Real::ZERO);
            let mut sums = Sums::new(self.at, scratch);
            for h in 0..1usize << self.at.high_bits {
                let s = self.common::<PER_LANE>(h);
                let first = h << self.at.upper_bits;
                let mut w = [zero; BLOCK];
                if self.reaches_upper {
                    let c = self.by_group::<PER_LANE>(h, s);
                    for (j, w) in w.iter_mut().enumerate().take(n_upper) {
                        let at = [ket.group::<V>(first | j), bra.group::<V>(first | j)];
                        *w = divide_group::<V, SUMS>(at, self.t[j].mul(c[j]));
                    }
                } else {
                    for (j, w) in w.iter_mut().enumerate().take(n_upper) {
                        let at = [ket.group::<V>(first | j), bra.group::<V>(first | j)];
                        *w = divide_group::<V, SUMS>(at, self.t[j].mul(s));
                    }
                }
                if SUMS {
                    sums.add::<PAIRS>(h, &w);
                }
            }
            sums
        }
    }
}

/// Multiplies a group with `a b`, of which only the real part counts where `REAL`.
#[inline(always)]
unsafe fn multiply_group<V: Vector, const REAL: bool>(at: *mut V::Real, a: Complex<V>, b: Complex<V>) {
    // SAFETY: The group is in the tile.
    unsafe {
        if REAL {
            Complex::<V>::load(at).scale(a.re.mul(b.re)).store(at);
        } else {
            Complex::<V>::load(at).mul(a.mul(b)).store(at);
        }
    }
}

/// Divides a group of ket and bra; gives `Im(bra* ket)`.
#[inline(always)]
unsafe fn divide_group<V: Vector, const SUMS: bool>(
    [to_ket, to_bra]: [*mut V::Real; 2],
    factor: Complex<V>,
) -> V {
    // SAFETY: The group is in the tiles.
    unsafe {
        let (v, w) = (Complex::<V>::load(to_ket), Complex::<V>::load(to_bra));
        v.mul_conj(factor).store(to_ket);
        w.mul_conj(factor).store(to_bra);
        if SUMS { w.im.neg_mul_add(v.re, w.re.mul(v.im)) } else { v.re }
    }
}
