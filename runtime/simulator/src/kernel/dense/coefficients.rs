//! What a dense matrix is multiplied with: its entries by far settings, exchanges and lanes.

use super::lane_bits;
use crate::plan::Select;
use crate::vector::{Complex, MOST_LANES, Real, Vector};

/// The wires of a matrix: which of them count groups, which lanes.
pub(super) struct Wires {
    /// For each of the matrix's wires: its place among groups (`true`) or lanes.
    pub places: [(bool, u32); 2],
    pub count: usize,
    /// Bits of group indices.
    pub group_mask: usize,
}

impl Wires {
    pub(super) fn new<V: Vector, const PER_LANE: bool>(positions: &[u32]) -> Self {
        let bits = lane_bits::<V, PER_LANE>();
        let mut places = [(false, 0); 2];
        let mut group_mask = 0;
        for (place, &position) in places.iter_mut().zip(positions) {
            let is_far = position >= bits;
            *place = (is_far, if is_far { position - bits } else { position });
            if is_far {
                group_mask |= 1 << (position - bits);
            }
        }
        Self { places, count: positions.len().min(2), group_mask }
    }

    /// The group offset of setting `h` of the far wires.
    pub(super) fn group(&self, h: usize) -> usize {
        let (mut offset, mut k) = (0, 0);
        for &(is_far, place) in &self.places[..self.count] {
            if is_far {
                offset |= (h >> k & 1) << place;
                k += 1;
            }
        }
        offset
    }

    /// The exchange of lanes for setting `x` of the near wires.
    pub(super) fn exchange(&self, x: usize) -> usize {
        let (mut mask, mut k) = (0, 0);
        for &(is_far, place) in &self.places[..self.count] {
            if !is_far {
                mask |= (x >> k & 1) << place;
                k += 1;
            }
        }
        mask
    }

    /// The row of the matrix for setting `h` and lane `l`.
    pub(super) fn row(&self, h: usize, lane: usize) -> usize {
        let (mut row, mut k) = (0, 0);
        for (i, &(is_far, place)) in self.places[..self.count].iter().enumerate() {
            if is_far {
                row |= (h >> k & 1) << i;
                k += 1;
            } else {
                row |= (lane >> place & 1) << i;
            }
        }
        row
    }
}

/// Coefficients `C[(h * H + g) * X + x]`.
pub(super) type Table<V> = [Complex<V>; 16];

/// The coefficients of a matrix, or of its inverse.
#[inline(always)]
pub(super) unsafe fn table<V: Vector, const PER_LANE: bool, const H: usize, const X: usize>(
    wires: &Wires,
    matrix: *const V::Real,
    select: Select,
    is_inverse: bool,
) -> Table<V> {
    let dim = 1 << wires.count;
    let low = (1 << lane_bits::<V, PER_LANE>()) - 1;
    let lane_select = Select { mask: select.mask & low, value: select.value & low };
    let is_same_in_lanes = PER_LANE || X == 1 && lane_select.mask == 0;
    let entry = |row: usize, column: usize| if is_inverse { column * dim + row } else { row * dim + column };
    // SAFETY: The matrix has `dim * dim` entries, for each lane where lanes are samples.
    unsafe {
        let mut table = [Complex::<V>::splat(0.0, 0.0); 16];
        let rows = if is_same_in_lanes { [[0; MOST_LANES]; 4] } else { rows_of_lanes(V::LANES, wires) };
        for h in 0..H {
            for g in 0..H {
                for x in 0..X {
                    let mut c = if is_same_in_lanes {
                        broadcast::<V, PER_LANE>(matrix, entry(wires.row(h, 0), wires.row(g, 0)))
                    } else {
                        let exchange = wires.exchange(x);
                        in_lanes(matrix, |l| {
                            if lane_select.has(l) {
                                Ok(entry(rows[h][l], rows[g][l ^ exchange]))
                            } else {
                                Err(h == g && x == 0)
                            }
                        })
                    };
                    if is_inverse {
                        c.im = V::splat(V::Real::ZERO).sub(c.im);
                    }
                    table[(h * H + g) * X + x] = c;
                }
            }
        }
        table
    }
}

/// An entry of a matrix for all lanes.
#[inline(always)]
unsafe fn broadcast<V: Vector, const PER_LANE: bool>(matrix: *const V::Real, k: usize) -> Complex<V> {
    // SAFETY: The matrix has so many entries.
    unsafe {
        if PER_LANE {
            Complex::<V>::coefficient::<true>(matrix, k)
        } else {
            Complex { re: V::splat(*matrix.add(2 * k)), im: V::splat(*matrix.add(2 * k + 1)) }
        }
    }
}

/// For each lane an entry of the matrix, or else 1 or 0.
#[inline(always)]
unsafe fn in_lanes<V: Vector>(
    matrix: *const V::Real,
    entry: impl Fn(usize) -> Result<usize, bool>,
) -> Complex<V> {
    let (mut re, mut im) = ([V::Real::ZERO; MOST_LANES], [V::Real::ZERO; MOST_LANES]);
    for l in 0..V::LANES {
        match entry(l) {
            // SAFETY: The matrix has so many entries.
            Ok(k) => (re[l], im[l]) = unsafe { (*matrix.add(2 * k), *matrix.add(2 * k + 1)) },
            Err(true) => re[l] = V::Real::ONE,
            Err(false) => {}
        }
    }
    // SAFETY: The arrays have room for every vector.
    unsafe { Complex { re: V::load(re.as_ptr()), im: V::load(im.as_ptr()) } }
}

/// For each setting of the far wires, the row of the matrix for each lane. Compiled once, not once a kernel and an
/// instruction set.
#[inline(never)]
fn rows_of_lanes(n_lanes: usize, wires: &Wires) -> [[usize; MOST_LANES]; 4] {
    let mut rows = [[0; MOST_LANES]; 4];
    for (h, row) in rows.iter_mut().enumerate().take(1 << wires.group_mask.count_ones()) {
        for (l, row) in row.iter_mut().enumerate().take(n_lanes) {
            *row = wires.row(h, l);
        }
    }
    rows
}

/// The diagonal before a real matrix: what each far setting's lanes are multiplied with.
#[inline(always)]
pub(super) unsafe fn diagonal<V: Vector, const H: usize>(
    wires: &Wires,
    matrix: *const V::Real,
) -> [Complex<V>; H] {
    // SAFETY: Behind the sixteen entries of the matrix stand the four of the diagonal.
    unsafe {
        let mut diagonal = [Complex::<V>::splat(1.0, 0.0); H];
        for (h, entry) in diagonal.iter_mut().enumerate() {
            *entry = in_lanes(matrix, |l| Ok(16 + wires.row(h, l)));
        }
        diagonal
    }
}

/// The first far setting with a phase: where both wires are zero there is none, so far from lanes the first has none.
pub(super) const fn first_phase<const X: usize>() -> usize {
    if X == 1 { 1 } else { 0 }
}
