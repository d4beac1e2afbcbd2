//! What a quadratic form of phases needs besides its coefficients: products of its factors, made once a call.
//!
//! An index of a tile has three parts: *low* bits count lanes, the next few (*upper*) a block of up to eight groups, the
//! others (*high*) the blocks. The factor of an amplitude is `T[low, upper] S[high]` times, where a term of the form has
//! a bit of each side, `E_q[high]` for each low or upper bit `q` that is one. Each of these tables is a diagonal again,
//! on fewer bits, and lies in groups as a state does; where lanes are samples, an entry is a register and a group has as
//! many of them as there are lanes. It is made by doubling: the half where the next bit is one is the
//! half where it is zero, times a product of factors of single bits, which is made in the same way. So a form of any
//! number of terms costs two complex multiplications an amplitude, a little more where low and high bits meet, and its
//! tables about as much for an eighth of the amplitudes.

use std::f64::consts::PI;
use std::ops::Range;

use super::lane_bits;
use crate::plan::{Form, Op, Plan};
use crate::vector::{Complex, Real, Vector};

/// Most bits that count the groups of a block.
pub(super) const UPPER_BITS: u32 = 3;
/// Most bits of an amplitude's index in its block.
const MOST_LOW: usize = 7;
/// Most wires that count lanes.
pub(crate) const MOST_LANE_BITS: usize = 4;

/// The tables of all forms of a plan, for states whose lowest wires count lanes.
#[derive(Clone, Debug)]
pub(crate) struct Tables {
    pub forms: Vec<FormTables>,
    diagonals: Vec<Diagonal>,
    terms: Vec<Term>,
    /// Groups of all tables.
    pub n_groups: usize,
}

/// Where a table begins that is some groups after the start of all tables.
#[inline(always)]
pub(crate) unsafe fn table_at<V: Vector, const PER_LANE: bool>(
    tables: *const V::Real,
    groups: usize,
) -> *const V::Real {
    let registers = if PER_LANE { groups << V::BITS } else { groups };
    // SAFETY: The caller's table is one of them.
    unsafe { tables.add(2 * V::LANES * registers) }
}

/// Where the tables of a form begin, in groups from the start of all tables.
#[derive(Clone, Debug)]
pub(crate) struct FormTables {
    pub t: usize,
    pub s: usize,
    /// For each bit of an index in a block, where terms reach across.
    pub e: [Option<usize>; MOST_LOW],
    pub lane_bits: u32,
    pub upper_bits: u32,
    pub high_bits: u32,
    /// All factors are 1 or -1.
    pub is_real: bool,
    /// Which monomials depend on a slot.
    pub trainable: Trainable,
    /// Whether any of [`Form::others`] does.
    pub has_trainable_others: bool,
    diagonals: Range<usize>,
}

/// Which monomials of a form depend on a slot.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Trainable {
    Nothing,
    /// Only some with at most one bit in the tile.
    Singles,
    /// Some with two bits in the tile.
    Pairs,
}

/// A table: the product of its terms on some bits.
#[derive(Clone, Debug)]
struct Diagonal {
    start: usize,
    n_bits: u32,
    terms: Range<usize>,
}

/// The factor `exp(i angle)` where all of these bits, at most two, are one.
#[derive(Clone, Copy, Debug)]
struct Term {
    bits: usize,
    trig: usize,
}

impl Term {
    /// `exp(i angle)`.
    #[inline(always)]
    unsafe fn factor<V: Vector, const PER_LANE: bool>(&self, trigs: *const V::Real) -> Complex<V> {
        // SAFETY: As for `Vector`; the trig is one of the plan's.
        unsafe { Complex::coefficient::<PER_LANE>(trigs, self.trig) }
    }

    /// Terms with the same highest bit stand together, those with a lower second bit first.
    fn order(&self) -> (u32, usize) {
        let top = self.bits.checked_ilog2();
        (top.map_or(0, |top| top + 1), self.bits)
    }
}

impl Tables {
    /// The tables of a plan.
    pub(crate) fn new(plan: &Plan, lane_bits: u32) -> Self {
        let mut tables = Self { forms: Vec::new(), diagonals: Vec::new(), terms: Vec::new(), n_groups: 0 };
        for pass in plan.segments.iter().flat_map(|segment| &segment.passes) {
            for op in &pass.ops {
                if let Op::Phases(form) = op {
                    // Forms are numbered in the order in which they stand.
                    debug_assert_eq!(form.index, tables.forms.len());
                    tables.add_form(plan, form, pass.tile.len() as u32, lane_bits);
                }
            }
        }
        tables
    }

    fn add_form(&mut self, plan: &Plan, form: &Form, n_wires: u32, lane_bits: u32) {
        let lanes = lane_bits.min(n_wires);
        let upper = UPPER_BITS.min(n_wires - lanes);
        let high = n_wires - lanes - upper;
        let low_bits = lanes + upper;
        let low = (1 << low_bits) - 1;
        let first = self.diagonals.len();
        let inside = || form.monomials.iter().filter(|monomial| monomial.outer == 0);
        let near = inside().filter(|m| m.inner & !low == 0);
        let t = self.add_diagonal(low_bits, lane_bits, near.map(|m| (m.inner, m.trig)));
        let far = inside().filter(|m| m.inner & !low != 0 && m.inner & low == 0);
        let s = self.add_diagonal(high, lane_bits, far.map(|m| (m.inner >> low_bits, m.trig)));
        let mut e = [None; MOST_LOW];
        for (bit, table) in e.iter_mut().enumerate().take(low_bits as usize) {
            let across = || inside().filter(|m| m.inner & low == 1 << bit && m.inner & !low != 0);
            if across().next().is_some() {
                let terms = across().map(|m| (m.inner >> low_bits, m.trig));
                *table = Some(self.add_diagonal(high, lane_bits, terms));
            }
        }
        let varying = form.monomials.iter().filter(|m| plan.trig_varies(m.trig));
        let trainable = match varying.map(|m| m.inner.count_ones()).max() {
            None => Trainable::Nothing,
            Some(2) => Trainable::Pairs,
            Some(_) => Trainable::Singles,
        };
        self.forms.push(FormTables {
            t,
            s,
            e,
            lane_bits: lanes,
            upper_bits: upper,
            high_bits: high,
            is_real: form.monomials.iter().all(|m| is_sign(plan, m.trig)),
            trainable,
            has_trainable_others: form.others.iter().any(|o| plan.trig_varies(o.trig)),
            diagonals: first..self.diagonals.len(),
        });
    }

    fn add_diagonal(
        &mut self,
        n_bits: u32,
        lane_bits: u32,
        terms: impl Iterator<Item = (usize, usize)>,
    ) -> usize {
        let (start, first) = (self.n_groups, self.terms.len());
        self.terms.extend(terms.map(|(bits, trig)| Term { bits, trig }));
        self.terms[first..].sort_by_key(Term::order);
        self.n_groups += 1 << n_bits.saturating_sub(lane_bits);
        self.diagonals.push(Diagonal { start, n_bits, terms: first..self.terms.len() });
        start
    }

    /// Fills the tables of a form from the terms inside of the tile.
    #[inline(always)]
    pub(crate) unsafe fn build<V: Vector, const PER_LANE: bool>(
        &self,
        form: &FormTables,
        trigs: *const V::Real,
        tables: *mut V::Real,
    ) {
        for diagonal in &self.diagonals[form.diagonals.clone()] {
            // SAFETY: There is room for all groups.
            unsafe {
                let terms = &self.terms[diagonal.terms.clone()];
                let to = table_at::<V, PER_LANE>(tables, diagonal.start).cast_mut();
                multiply_out::<V, PER_LANE>(diagonal.n_bits, terms, trigs, to);
            }
        }
    }
}

/// Whether a factor is always 1 or -1.
fn is_sign(plan: &Plan, trig: usize) -> bool {
    let trig = plan.trigs[trig];
    let angle = &plan.angles[trig.angle];
    angle.is_constant() && {
        let half_turns = angle.constant * trig.factor / PI;
        (half_turns - half_turns.round()).abs() < 1e-15
    }
}

/// Writes the product of all terms, for each setting of the bits.
#[inline(always)]
unsafe fn multiply_out<V: Vector, const PER_LANE: bool>(
    n_bits: u32,
    terms: &[Term],
    trigs: *const V::Real,
    out: *mut V::Real,
) {
    let lanes = V::BITS.min(n_bits);
    let in_lanes = 1usize << lanes;
    // Registers of a group.
    let width = if PER_LANE { in_lanes } else { 1 };
    let register = |k: usize, near: usize| (k * width + near) * 2 * V::LANES;
    // SAFETY: The caller's table has a group for each setting of the bits that don't count lanes.
    unsafe {
        let n_near = terms.partition_point(|term| term.bits < in_lanes);
        let (near_terms, mut terms) = terms.split_at(n_near);
        for near in 0..width {
            common::<V, PER_LANE>(near_terms, near, trigs).store(out.add(register(0, near)));
        }
        for bit in lanes..n_bits {
            let half = 1usize << (bit - lanes);
            // What all of the new half has in common: the bit itself, and with bits that count lanes.
            let is_near = |term: &Term| term.bits >> bit == 1 && term.bits & !(1 << bit) < in_lanes;
            let n_near = terms.iter().take_while(|term| is_near(term)).count();
            let near_terms = &terms[..n_near];
            terms = &terms[n_near..];
            let is_next = |terms: &[Term]| terms.first().is_some_and(|term| term.bits >> bit == 1);
            for near in 0..width {
                let common = common::<V, PER_LANE>(near_terms, near, trigs);
                if is_next(terms) {
                    common.store(out.add(register(half, near)));
                    continue;
                }
                for k in 0..half {
                    let product = Complex::<V>::load(out.add(register(k, near))).mul(common);
                    product.store(out.add(register(half + k, near)));
                }
            }
            if !is_next(terms) {
                continue;
            }
            let new = out.add(register(half, 0));
            let mut filled = 1;
            while is_next(terms) {
                let bits = terms[0].bits;
                let other = (bits & !(1 << bit)) >> lanes;
                filled = repeat::<V>(new, filled, other, width);
                let mut c = terms[0].factor::<V, PER_LANE>(trigs);
                terms = &terms[1..];
                while terms.first().is_some_and(|term| term.bits == bits) {
                    c = c.mul(terms[0].factor::<V, PER_LANE>(trigs));
                    terms = &terms[1..];
                }
                for k in 0..other * width {
                    let product = Complex::<V>::load(new.add(k * 2 * V::LANES)).mul(c);
                    product.store(new.add((other * width + k) * 2 * V::LANES));
                }
                filled *= 2;
            }
            repeat::<V>(new, filled, half, width);
            for k in 0..half * width {
                let at = new.add(k * 2 * V::LANES);
                Complex::<V>::load(out.add(k * 2 * V::LANES)).mul(Complex::load(at)).store(at);
            }
        }
    }
}

/// The product of terms in those lanes, or, where lanes are samples, for that setting of the near wires, that have all
/// their near bits.
#[inline(always)]
unsafe fn common<V: Vector, const PER_LANE: bool>(
    terms: &[Term],
    near: usize,
    trigs: *const V::Real,
) -> Complex<V> {
    // SAFETY: As for `Vector`.
    unsafe {
        let mut product = Complex::<V>::splat(1.0, 0.0);
        for term in terms {
            let bits = term.bits & (V::LANES - 1);
            let factor = term.factor::<V, PER_LANE>(trigs);
            if !PER_LANE {
                product = product.mul(where_lanes(bits, factor));
            } else if near & bits == bits {
                product = product.mul(factor);
            }
        }
        product
    }
}

/// Repeats the first groups until there are as many as wanted; returns how many there are.
#[inline(always)]
unsafe fn repeat<V: Vector>(groups: *mut V::Real, mut filled: usize, wanted: usize, width: usize) -> usize {
    while filled < wanted {
        let n = filled * width * 2 * V::LANES;
        // SAFETY: The caller's table has so many.
        unsafe { std::ptr::copy_nonoverlapping(groups, groups.add(n), n) };
        filled *= 2;
    }
    filled
}

/// Multiplies a table on `n_bits` bits where all bits of the mask are one.
#[inline(always)]
pub(super) unsafe fn scale_where<V: Vector, const PER_LANE: bool>(
    table: *mut V::Real,
    n_bits: u32,
    mask: usize,
    factor: Complex<V>,
) {
    let bits = lane_bits::<V, PER_LANE>();
    let (near, far) = (mask & ((1 << bits) - 1), mask >> bits);
    // SAFETY: The caller's table has so many groups.
    unsafe {
        let factor = where_lanes(near, factor);
        for k in 0..1usize << n_bits.saturating_sub(bits) {
            if k & far == far {
                let at = table.add(k * 2 * V::LANES);
                Complex::<V>::load(at).mul(factor).store(at);
            }
        }
    }
}

/// The factor in lanes that have all bits of the mask, 1 in the others.
#[inline(always)]
pub(super) unsafe fn where_lanes<V: Vector>(mask: usize, factor: Complex<V>) -> Complex<V> {
    if mask == 0 {
        return factor;
    }
    // SAFETY: As for `Vector`.
    unsafe {
        let inside = V::inside(mask);
        let outside = V::splat(V::Real::ONE).sub(inside);
        Complex { re: factor.re.mul_add(inside, outside), im: factor.im.mul(inside) }
    }
}
