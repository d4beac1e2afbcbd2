//! A diagonal `exp(i f)`, whatever the number of its terms, in one sweep over the tile.
//!
//! See [`super::tables`] for how the factor of an amplitude is found: 12 flops where no term reaches across blocks, 18
//! where one does, and two times the amplitude's bytes; 3 flops where all factors are signs.
//!
//! Back: for a term `x b`, `b` a product of bits, `dE/dx = -2 sum of b w` with `w = Im(bra* ket)`, which is the same before
//! and after: 22 flops an amplitude for ket, bra and `w` besides the factor, and two times the bytes of both; see
//! [`super::sums`] for the sums.

use std::ptr::null_mut;

use super::sums::{Destination, Sums, collect_terms};
use super::tables::{FormTables, Trainable, UPPER_BITS, scale_where, table_at, where_lanes};
use super::{Collected, Near, Parts, Tile, few, lane_bits, others};
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
        let at = bound.form(form.index);
        if form.monomials.is_empty() {
            // Nothing but others.
        } else if PER_LANE && few::are_few(at) {
            few::multiply::<V>(tile, at, bound);
        } else {
            let all = Near::of::<V, PER_LANE>(tile.n_groups);
            for near in 0..all.count {
                let blocks = Blocks::<V>::new::<PER_LANE>(tile, (all, near), form, bound, scratch);
                if blocks.at.is_real {
                    blocks.multiply::<PER_LANE, true>(tile);
                } else {
                    blocks.multiply::<PER_LANE, false>(tile);
                }
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
    collected: &mut Collected,
) {
    let at = bound.form(form.index);
    // SAFETY: The caller's contract; the scratch has two numbers for each amplitude, and those of two blocks.
    unsafe {
        if at.has_trainable_others {
            others::collect_all::<V, PER_LANE>([ket, bra], form, bound, scratch, &mut collected.trigs);
        }
        if form.monomials.is_empty() {
            // Nothing but others.
        } else if PER_LANE && few::are_few(at) {
            few::divide::<V>([ket, bra], form, bound, scratch, &mut collected.trigs);
        } else {
            divide_blocks::<V, PER_LANE>([ket, bra], form, bound, scratch, collected);
        }
        for other in &form.others {
            others::multiply::<V, PER_LANE, true>(ket, other, bound.trigs());
            others::multiply::<V, PER_LANE, true>(bra, other, bound.trigs());
        }
    }
}

/// Divides tiles block by block, and collects.
#[inline(always)]
unsafe fn divide_blocks<V: Vector, const PER_LANE: bool>(
    [ket, bra]: [Tile<V::Real>; 2],
    form: &Form,
    bound: &Bound<V::Real>,
    scratch: *mut V::Real,
    collected: &mut Collected,
) {
    let at = bound.form(form.index);
    // SAFETY: The contract of `back`.
    unsafe {
        let all = Near::of::<V, PER_LANE>(ket.n_groups);
        let terms: *mut Parts<V> = if PER_LANE { collected.room(form.monomials.len()) } else { null_mut() };
        for near in 0..all.count {
            let states = [ket, bra];
            let half = scratch.add((ket.n_groups + BLOCK) * V::LANES);
            let blocks = Blocks::<V>::new::<PER_LANE>(ket, (all, near), form, bound, half);
            let mut to = Destination { near, terms, trigs: &mut collected.trigs };
            match at.trainable {
                Trainable::Nothing if at.is_real => {
                    blocks.multiply::<PER_LANE, true>(ket);
                    blocks.multiply::<PER_LANE, true>(bra);
                }
                Trainable::Nothing => _ = blocks.divide::<PER_LANE, false, false>(states, scratch),
                Trainable::Singles => {
                    let found = blocks.divide::<PER_LANE, true, false>(states, scratch);
                    found.singles::<PER_LANE>(form, bound, ket.outer, &mut to);
                }
                Trainable::Pairs => {
                    let found = blocks.divide::<PER_LANE, true, true>(states, scratch);
                    found.pairs::<PER_LANE>(form, bound, ket.outer, &mut to);
                    found.singles::<PER_LANE>(form, bound, ket.outer, &mut to);
                }
            }
        }
        if PER_LANE {
            collect_terms(form, bound, ket.outer, (terms, all.count), &mut collected.trigs);
        }
    }
}

/// The tables of a form in a tile, with the terms that reach outside of it worked in; where lanes are samples for one
/// setting `near` of the near wires.
struct Blocks<'a, V: Vector> {
    at: &'a FormTables,
    all: Near,
    near: usize,
    t: [Complex<V>; BLOCK],
    s: *const V::Real,
    tables: *const V::Real,
    reaches_lanes: bool,
    /// The bits of groups, from the block's lowest on, whose terms reach across blocks.
    across: usize,
}

impl<'a, V: Vector> Blocks<'a, V> {
    #[inline(always)]
    unsafe fn new<const PER_LANE: bool>(
        tile: Tile<V::Real>,
        (all, near): (Near, usize),
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
                let table = table_at::<V, PER_LANE>(tables, at.t);
                *entry = Complex::load(table.add(2 * V::LANES * all.register(j, near)));
            }
            let mut s = table_at::<V, PER_LANE>(tables, at.s);
            let mut is_own = false;
            let low_bits = at.lane_bits + at.upper_bits;
            // In a tile that is the whole state no term reaches outside.
            let reaching = if tile.outer == 0 { &[][..] } else { &form.monomials };
            for m in reaching {
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
                    let lanes = m.inner & ((1 << at.lane_bits) - 1);
                    let upper = m.inner >> at.lane_bits;
                    let is_here = !PER_LANE || near & lanes == lanes;
                    let factor = if PER_LANE { factor } else { where_lanes(lanes, factor) };
                    for (j, entry) in t.iter_mut().enumerate() {
                        if j & upper == upper && is_here {
                            *entry = entry.mul(factor);
                        }
                    }
                }
            }
            let (lanes, upper) = at.e.split_at(at.lane_bits as usize);
            let reaches_lanes = lanes.iter().any(Option::is_some);
            let across = upper.iter().enumerate().map(|(r, e)| usize::from(e.is_some()) << r).sum();
            Self { at, all, near, t, s, tables, reaches_lanes, across }
        }
    }

    /// A register by its place in all blocks.
    #[inline(always)]
    fn register(&self, group: usize) -> usize {
        self.all.register(group, self.near)
    }

    /// What all amplitudes of a block have in common, but for what lanes add.
    #[inline(always)]
    unsafe fn common<const PER_LANE: bool>(&self, h: usize) -> Complex<V> {
        // SAFETY: There is an entry for each block.
        unsafe {
            let mut s = Complex::<V>::coefficient::<PER_LANE>(self.s, h);
            if self.reaches_lanes {
                for bit in 0..self.at.lane_bits as usize {
                    let is_here = !PER_LANE || self.near >> bit & 1 == 1;
                    if let Some(e) = self.at.e[bit].filter(|_| is_here) {
                        let table = table_at::<V, PER_LANE>(self.tables, e);
                        let e = Complex::<V>::coefficient::<PER_LANE>(table, h);
                        s = s.mul(if PER_LANE { e } else { where_lanes(1 << bit, e) });
                    }
                }
            }
            s
        }
    }

    /// What each group of a block has in common with the same one of other blocks: `s`, and where terms reach across what
    /// its bits add.
    #[inline(always)]
    unsafe fn by_group<const PER_LANE: bool, const ACROSS: usize>(
        &self,
        h: usize,
        s: Complex<V>,
    ) -> [Complex<V>; BLOCK] {
        let mut c = [s; BLOCK];
        // SAFETY: There is an entry for each block.
        unsafe {
            if ACROSS & 1 != 0 {
                self.double::<PER_LANE, 1>(h, &mut c);
            }
            if ACROSS & 2 != 0 {
                self.double::<PER_LANE, 2>(h, &mut c);
            }
            if ACROSS & 4 != 0 {
                self.double::<PER_LANE, 4>(h, &mut c);
            }
        }
        c
    }

    /// Multiplies the groups that have this bit with what it adds.
    #[inline(always)]
    unsafe fn double<const PER_LANE: bool, const BIT: usize>(&self, h: usize, c: &mut [Complex<V>; BLOCK]) {
        let Some(e) = self.at.e[self.at.lane_bits as usize + BIT.ilog2() as usize] else { return };
        // SAFETY: There is an entry for each block.
        unsafe {
            let table = table_at::<V, PER_LANE>(self.tables, e);
            let e = Complex::<V>::coefficient::<PER_LANE>(table, h);
            // Groups with higher bits are still what those without them are.
            let mut products = *c;
            for j in 0..BIT {
                products[j] = c[j].mul(e);
            }
            for j in 0..BLOCK {
                if j & BIT != 0 {
                    c[j] = products[j & (BIT - 1)];
                }
            }
        }
    }

    #[inline(always)]
    unsafe fn multiply<const PER_LANE: bool, const REAL: bool>(&self, tile: Tile<V::Real>) {
        // SAFETY: The caller's contract.
        unsafe {
            match self.across {
                _ if self.at.upper_bits < UPPER_BITS => self.multiply_few::<PER_LANE, REAL>(tile),
                0 => self.multiply_blocks::<PER_LANE, REAL, 0>(tile),
                4 => self.multiply_blocks::<PER_LANE, REAL, 4>(tile),
                _ => self.multiply_blocks::<PER_LANE, REAL, 7>(tile),
            }
        }
    }

    /// A tile of blocks; terms of groups with bits `ACROSS` reach across them.
    #[inline(always)]
    unsafe fn multiply_blocks<const PER_LANE: bool, const REAL: bool, const ACROSS: usize>(
        &self,
        tile: Tile<V::Real>,
    ) {
        // SAFETY: The caller's contract.
        unsafe {
            let step = self.step();
            for h in 0..1usize << self.at.high_bits {
                let s = self.common::<PER_LANE>(h);
                let c = self.by_group::<PER_LANE, ACROSS>(h, s);
                let first = tile.group::<V>(self.register(h << UPPER_BITS));
                for (j, (t, c)) in self.t.iter().zip(&c).enumerate() {
                    multiply_group::<V, REAL>(first.add(j * step), factor::<V, REAL>(*t, *c));
                }
            }
        }
    }

    /// A tile of less than a block.
    #[inline(always)]
    unsafe fn multiply_few<const PER_LANE: bool, const REAL: bool>(&self, tile: Tile<V::Real>) {
        for j in 0..1usize << self.at.upper_bits {
            // SAFETY: The caller's contract.
            unsafe { multiply_group::<V, REAL>(tile.group::<V>(self.register(j)), self.t[j]) };
        }
    }

    /// How many numbers the groups of a block are apart, which stand in one run.
    #[inline(always)]
    fn step(&self) -> usize {
        2 * V::LANES * (self.register(1) - self.register(0))
    }

    /// Divides ket and bra; with `SUMS` keeps the sums of `w` over blocks, with `PAIRS` all that pairs of bits need.
    #[inline(always)]
    unsafe fn divide<const PER_LANE: bool, const SUMS: bool, const PAIRS: bool>(
        &self,
        [ket, bra]: [Tile<V::Real>; 2],
        scratch: *mut V::Real,
    ) -> Sums<V> {
        // SAFETY: The caller's contract.
        unsafe {
            let mut sums = Sums::new(self.at, scratch);
            for h in 0..1usize << self.at.high_bits {
                let register = self.register(h << self.at.upper_bits);
                let states = [ket.group::<V>(register), bra.group::<V>(register)];
                let s = self.common::<PER_LANE>(h);
                let w = match self.across {
                    _ if self.at.upper_bits < UPPER_BITS => self.divide_few::<SUMS>(states),
                    0 => self.divide_block::<SUMS>(states, &[s; BLOCK]),
                    _ => self.divide_block::<SUMS>(states, &self.by_group::<PER_LANE, 7>(h, s)),
                };
                if SUMS {
                    sums.add::<PAIRS>(h, &w);
                }
            }
            sums
        }
    }

    /// Divides a block of ket and bra; gives `Im(bra* ket)` for each group.
    #[inline(always)]
    unsafe fn divide_block<const SUMS: bool>(
        &self,
        [ket, bra]: [*mut V::Real; 2],
        c: &[Complex<V>; BLOCK],
    ) -> [V; BLOCK] {
        // SAFETY: The caller's block is in the tiles.
        unsafe {
            let step = self.step();
            let mut w = [V::splat(V::Real::ZERO); BLOCK];
            for (j, w) in w.iter_mut().enumerate() {
                let at = [ket.add(j * step), bra.add(j * step)];
                *w = divide_group::<V, SUMS>(at, self.t[j].mul(c[j]));
            }
            w
        }
    }

    /// The same for a tile of less than a block.
    #[inline(always)]
    unsafe fn divide_few<const SUMS: bool>(&self, [ket, bra]: [*mut V::Real; 2]) -> [V; BLOCK] {
        // SAFETY: The caller's groups are in the tiles.
        unsafe {
            let step = self.step();
            let mut w = [V::splat(V::Real::ZERO); BLOCK];
            for (j, w) in w.iter_mut().enumerate().take(1 << self.at.upper_bits) {
                *w = divide_group::<V, SUMS>([ket.add(j * step), bra.add(j * step)], self.t[j]);
            }
            w
        }
    }
}

/// `a b`; only the real part counts where `REAL`.
#[inline(always)]
unsafe fn factor<V: Vector, const REAL: bool>(a: Complex<V>, b: Complex<V>) -> Complex<V> {
    // SAFETY: As for `Vector`.
    unsafe { if REAL { Complex { re: a.re.mul(b.re), im: a.im } } else { a.mul(b) } }
}

/// Multiplies a group.
#[inline(always)]
pub(super) unsafe fn multiply_group<V: Vector, const REAL: bool>(at: *mut V::Real, factor: Complex<V>) {
    // SAFETY: The group is in the tile.
    unsafe {
        let group = Complex::<V>::load(at);
        if REAL { group.scale(factor.re) } else { group.mul(factor) }.store(at);
    }
}

/// Divides a group of ket and bra; gives `Im(bra* ket)`.
#[inline(always)]
pub(super) unsafe fn divide_group<V: Vector, const SUMS: bool>(
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
