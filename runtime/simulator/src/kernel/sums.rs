//! Sums over bits of an index: what a quadratic form collects on the way back.
//!
//! For a product `b` of at most two bits the derivative is `-2 sum of b w`, one `w` an amplitude. A block of eight groups adds
//! its `w` up while they are in registers, in all and over each of its three bits: 13 additions for eight groups. All
//! sums over bits that count blocks come from what is left of a block, one number a lane, or four where pairs of bits
//! are asked for; over single bits by folding them in half, bit by bit.

use super::phases::BLOCK;
use super::tables::{FormTables, Trainable};
use super::{Parts, collect, for_selected};
use crate::bind::Bound;
use crate::plan::{Form, Monomial};
use crate::vector::{Real, Vector};

/// Sums of `w`: for each block in all and, for pairs, over each of its bits, in scratch; over the whole tile here.
pub(super) struct Sums<V: Vector> {
    n_blocks: usize,
    lane_bits: u32,
    upper_bits: u32,
    /// For each block the sum of its groups, then for each block that over its first bit, and so on.
    scratch: *mut V::Real,
    upper: [V; 3],
    /// Over pairs of bits of a block: 0 and 1, 0 and 2, 1 and 2.
    upper_pairs: [V; 3],
}

impl<V: Vector> Sums<V> {
    #[inline(always)]
    pub(super) unsafe fn new(at: &FormTables, scratch: *mut V::Real) -> Self {
        // SAFETY: As for `Vector`.
        let zero = unsafe { V::splat(V::Real::ZERO) };
        Self {
            n_blocks: 1 << at.high_bits,
            lane_bits: at.lane_bits,
            upper_bits: at.upper_bits,
            scratch,
            upper: [zero; 3],
            upper_pairs: [zero; 3],
        }
    }

    /// The sum of a block, or over one of its bits.
    #[inline(always)]
    unsafe fn of_block(&self, table: usize, h: usize) -> *mut V::Real {
        // SAFETY: The scratch has four numbers for each block.
        unsafe { self.scratch.add((table * self.n_blocks + h) * V::LANES) }
    }

    #[inline(always)]
    pub(super) unsafe fn add<const PAIRS: bool>(&mut self, h: usize, w: &[V; BLOCK]) {
        // SAFETY: As for `of_block`.
        unsafe {
            // Fold in half, the highest bit first: the upper half is the sum over that bit.
            let (w45, w67) = (w[4].add(w[5]), w[6].add(w[7]));
            let bit2 = w45.add(w67);
            let folded = [w[0].add(w[4]), w[1].add(w[5]), w[2].add(w[6]), w[3].add(w[7])];
            let bit1 = folded[2].add(folded[3]);
            let bit0 = folded[1].add(folded[3]);
            let all = folded[0].add(folded[2]).add(bit0);
            all.store(self.of_block(0, h));
            self.upper[0] = self.upper[0].add(bit0);
            self.upper[1] = self.upper[1].add(bit1);
            self.upper[2] = self.upper[2].add(bit2);
            if PAIRS {
                bit0.store(self.of_block(1, h));
                bit1.store(self.of_block(2, h));
                bit2.store(self.of_block(3, h));
                self.upper_pairs[0] = self.upper_pairs[0].add(folded[3]);
                self.upper_pairs[1] = self.upper_pairs[1].add(w[5].add(w[7]));
                self.upper_pairs[2] = self.upper_pairs[2].add(w67);
            }
        }
    }

    /// Collects for terms of two bits of the tile.
    #[inline(always)]
    pub(super) unsafe fn pairs<const PER_LANE: bool>(
        &self,
        form: &Form,
        bound: &Bound<V::Real>,
        outer: usize,
        to: &mut Destination<'_, V>,
    ) {
        let lanes = (1usize << self.lane_bits) - 1;
        let upper = ((1usize << self.upper_bits) - 1) << self.lane_bits;
        for (term, m) in form.monomials.iter().enumerate() {
            if m.inner.count_ones() != 2 || !is_active(bound, m, outer) {
                continue;
            }
            let (near, middle) = (m.inner & lanes, (m.inner & upper) >> self.lane_bits);
            let far = m.inner >> (self.lane_bits + self.upper_bits);
            // SAFETY: As for `of_block`.
            unsafe {
                let mut total = V::splat(V::Real::ZERO);
                if far == 0 && middle != 0 {
                    total = match middle {
                        1 | 2 | 4 => self.upper[middle.ilog2() as usize],
                        3 => self.upper_pairs[0],
                        5 => self.upper_pairs[1],
                        _ => self.upper_pairs[2],
                    };
                } else {
                    let table = if middle == 0 { 0 } else { middle.ilog2() as usize + 1 };
                    for_selected(self.n_blocks, far, far, |h| {
                        total = total.add(V::load(self.of_block(table, h)));
                    });
                }
                to.add::<PER_LANE>((term, m.trig), near, total);
            }
        }
    }

    /// Collects for terms of at most one bit of the tile; the sums of blocks are overwritten.
    #[inline(always)]
    pub(super) unsafe fn singles<const PER_LANE: bool>(
        &self,
        form: &Form,
        bound: &Bound<V::Real>,
        outer: usize,
        to: &mut Destination<'_, V>,
    ) {
        // SAFETY: As for `of_block`.
        unsafe {
            // What is left of an upper half is the sum over its bit.
            let mut len = self.n_blocks;
            while len > 1 {
                len /= 2;
                let mut total = V::splat(V::Real::ZERO);
                for h in 0..len {
                    let (low, high) = (V::load(self.of_block(0, h)), V::load(self.of_block(0, h + len)));
                    total = total.add(high);
                    low.add(high).store(self.of_block(0, h));
                }
                total.store(self.of_block(0, len));
            }
            let all = V::load(self.of_block(0, 0));
            for (term, m) in form.monomials.iter().enumerate() {
                if m.inner.count_ones() > 1 || !is_active(bound, m, outer) {
                    continue;
                }
                let (near, total) = match m.inner.checked_ilog2() {
                    Some(bit) if bit >= self.lane_bits + self.upper_bits => {
                        (0, V::load(self.of_block(0, 1 << (bit - self.lane_bits - self.upper_bits))))
                    }
                    Some(bit) if bit >= self.lane_bits => (0, self.upper[(bit - self.lane_bits) as usize]),
                    _ => (m.inner, all),
                };
                to.add::<PER_LANE>((term, m.trig), near, total);
            }
        }
    }
}

/// Whether a term depends on a slot and the bits outside of the tile are one.
#[inline(always)]
pub(super) fn is_active<T: Real>(bound: &Bound<T>, m: &Monomial, outer: usize) -> bool {
    outer & m.outer == m.outer && bound.plan.trig_varies(m.trig)
}

/// Where the sums for the terms of a form go: to their trigs, or, where lanes are samples, into the parts of the terms.
pub(super) struct Destination<'a, V> {
    /// The setting of the near wires that is summed, where lanes are samples.
    pub near: usize,
    pub terms: *mut Parts<V>,
    pub trigs: &'a mut [f64],
}

impl<V: Vector> Destination<'_, V> {
    /// Adds the sum for a term over its bits that are not near.
    #[inline(always)]
    unsafe fn add<const PER_LANE: bool>(&mut self, (term, trig): (usize, usize), near: usize, total: V) {
        // SAFETY: As for `Vector`; there are parts for each term.
        unsafe {
            if PER_LANE {
                let is_in = self.near & near == near;
                let total = if is_in { total } else { V::splat(V::Real::ZERO) };
                (*self.terms.add(term)).add(self.near, total);
            } else {
                let total = if near == 0 { total } else { total.mul(V::inside(near)) };
                collect(total, -2.0, self.trigs, trig);
            }
        }
    }
}

/// Collects what the terms of a form sum up to where lanes are samples, terms of two bits first: the order in which they
/// are collected where lanes are amplitudes.
#[inline(always)]
pub(super) unsafe fn collect_terms<V: Vector>(
    form: &Form,
    bound: &Bound<V::Real>,
    outer: usize,
    (terms, n_parts): (*const Parts<V>, usize),
    sums: &mut [f64],
) {
    let most_bits = match bound.form(form.index).trainable {
        Trainable::Nothing => return,
        Trainable::Singles => 1,
        Trainable::Pairs => 2,
    };
    for is_pair in [true, false] {
        for (term, m) in form.monomials.iter().enumerate() {
            let n_bits = m.inner.count_ones();
            if (n_bits == 2) == is_pair && n_bits <= most_bits && is_active(bound, m, outer) {
                // SAFETY: The parts of these terms were added.
                unsafe { (*terms.add(term)).collect::<true>(n_parts, -2.0, sums, m.trig) };
            }
        }
    }
}
