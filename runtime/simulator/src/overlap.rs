//! Squared overlaps `|<a|b>|^2` of states: of two, and of many with many.
//!
//! The overlaps of `m` states with `n` states are a product of matrices, and what bounds it is how often amplitudes are
//! loaded. As in K. Goto, R. van de Geijn, *Anatomy of High-Performance Matrix Multiplication* (2008), a tile of rows and
//! columns is multiplied at once, its sums in registers, so that each loaded register takes part in several products. And
//! states are read in pieces, so that those of the rows stay in the first cache while all columns pass by; between pieces
//! the sums of all lanes wait in memory.
//!
//! Amplitudes lie as pairs of numbers. Of a register `a` and a register `b` the products lane by lane sum up to the real
//! part, those of `a` and `b` with the numbers of each pair exchanged to `re im` in even and `im re` in odd lanes, whose
//! difference is the imaginary part: 8 flops an amplitude. Each lane sums its products in their order, whatever the tile:
//! an overlap has the same bits by itself, in a product, and with its states exchanged.

use std::ops::Range;
use std::slice::from_ref;

use crate::simulator::Simulator;
use crate::vector::{Task, Vector, dispatch};
use crate::{C64, Fault};

/// Rows that are multiplied at once.
const ROWS: usize = 4;

/// Numbers of a piece: those of the rows take 16 KiB.
const PIECE: usize = 512;

impl Simulator {
    /// `|<a|b>|^2` for each of the rows `a` with each of the columns `b`, row by row.
    ///
    /// # Errors
    /// [`Fault::RegisterMismatch`] if two states differ in size; [`Fault::Interrupted`].
    pub fn overlaps(&self, rows: &[&[C64]], columns: &[&[C64]]) -> Result<Vec<f64>, Fault> {
        check_sizes(rows, columns)?;
        let of_rows = |i: usize| Ok(self.strip(strip_rows(rows, i), columns));
        let strips = self.each(rows.len().div_ceil(ROWS), strip_cost(columns), of_rows)?;
        Ok(strips.concat())
    }

    /// `|<a|b>|^2` for each two of the states, row by row.
    ///
    /// # Errors
    /// As [`Self::overlaps`].
    pub fn gram(&self, states: &[&[C64]]) -> Result<Vec<f64>, Fault> {
        check_sizes(states, states)?;
        let (n, n_strips) = (states.len(), states.len().div_ceil(ROWS));
        // A long strip and a short one in turn: any part of them is as much work as another.
        let number = |k: usize| if k.is_multiple_of(2) { k / 2 } else { n_strips - 1 - k / 2 };
        let of_rows = |k: usize| {
            let i = number(k);
            Ok(self.strip(strip_rows(states, i), &states[i * ROWS..]))
        };
        let strips = self.each(n_strips, strip_cost(states) / 2, of_rows)?;
        let mut gram = vec![0.0; n * n];
        for (k, strip) in strips.iter().enumerate() {
            let first = number(k) * ROWS;
            for (i, row) in (first..).zip(strip.chunks(n - first)) {
                for (j, &value) in (first..).zip(row) {
                    gram[i * n + j] = value;
                    gram[j * n + i] = value;
                }
            }
        }
        Ok(gram)
    }

    /// `|<a|b>|^2` of two states.
    ///
    /// # Errors
    /// As [`Self::overlaps`].
    pub fn overlap(&self, a: &[C64], b: &[C64]) -> Result<f64, Fault> {
        check_sizes(from_ref(&a), from_ref(&b))?;
        Ok(self.strip(&[a], &[b])[0])
    }

    /// The overlaps of at most [`ROWS`] rows with all columns, row by row.
    fn strip(&self, rows: &[&[C64]], columns: &[&[C64]]) -> Vec<f64> {
        dispatch(self.isa, Strip { rows, columns })
    }
}

/// The rows of a strip.
fn strip_rows<'s, 'a>(rows: &'s [&'a [C64]], i: usize) -> &'s [&'a [C64]] {
    &rows[i * ROWS..rows.len().min((i + 1) * ROWS)]
}

/// How much work a strip is.
fn strip_cost(columns: &[&[C64]]) -> usize {
    ROWS * columns.iter().map(|column| column.len()).sum::<usize>()
}

fn check_sizes(rows: &[&[C64]], columns: &[&[C64]]) -> Result<(), Fault> {
    let Some(first) = rows.first() else { return Ok(()) };
    match rows.iter().chain(columns).find(|state| state.len() != first.len()) {
        None => Ok(()),
        Some(other) => Err(Fault::RegisterMismatch {
            left: first.len().ilog2() as usize,
            right: other.len().ilog2() as usize,
        }),
    }
}

struct Strip<'a> {
    rows: &'a [&'a [C64]],
    columns: &'a [&'a [C64]],
}

impl Task<f64> for Strip<'_> {
    type Output = Vec<f64>;

    #[inline(always)]
    unsafe fn run<V: Vector<Real = f64>>(self) -> Vec<f64> {
        // SAFETY: The caller has the instruction set.
        unsafe {
            // The sums of a row with a column are two registers. Of 32 registers a tile takes 24, of 16 it takes 8.
            if V::LANES == 8 { self.in_tiles::<V, 3>() } else { self.in_tiles::<V, 1>() }
        }
    }
}

impl Strip<'_> {
    /// The overlaps, computed in tiles of [`ROWS`] rows and `C` columns.
    #[inline(always)]
    unsafe fn in_tiles<V: Vector<Real = f64>, const C: usize>(&self) -> Vec<f64> {
        let (m, n) = (self.rows.len(), self.columns.len());
        let len = 2 * self.rows.first().map_or(0, |row| row.len());
        let whole = len - len % V::LANES;
        // SAFETY: As for `Vector`; all states have this length, and an amplitude is two numbers.
        unsafe {
            let mut sums = vec![Sums { straight: V::splat(0.0), crossed: V::splat(0.0) }; m * n];
            for start in (0..whole).step_by(PIECE) {
                let piece = start..whole.min(start + PIECE);
                for (columns, sums) in self.columns.chunks(C).zip(sums.chunks_mut(m * C)) {
                    match (<&[_; ROWS]>::try_from(self.rows), <&[_; C]>::try_from(columns)) {
                        (Ok(rows), Ok(columns)) => multiply(rows, columns, piece.clone(), sums),
                        _ => one_by_one(self.rows, columns, piece.clone(), sums),
                    }
                }
            }
            let mut overlaps = Vec::with_capacity(m * n);
            for (i, row) in self.rows.iter().enumerate() {
                for (j, column) in self.columns.iter().enumerate() {
                    // Tiny states don't fill a register.
                    let rest = row[whole / 2..].iter().zip(&column[whole / 2..]);
                    let rest = rest.map(|(a, b)| a.conj() * b).sum::<C64>();
                    overlaps.push((sums[j * m + i].inner() + rest).norm_sqr());
                }
            }
            overlaps
        }
    }
}

/// The sums of a row with a column, lane by lane.
#[derive(Clone, Copy)]
struct Sums<V> {
    straight: V,
    crossed: V,
}

impl<V: Vector<Real = f64>> Sums<V> {
    /// `<a|b>`.
    #[inline(always)]
    unsafe fn inner(self) -> C64 {
        // SAFETY: As for `Vector`.
        unsafe {
            // re(a) im(b) in even lanes, im(a) re(b) in odd ones
            let mut crossed = self.crossed;
            for bit in 1..V::BITS {
                crossed = crossed.add(crossed.exchange(bit));
            }
            let crossed = crossed.lanes();
            C64::new(self.straight.sum(), crossed[0] - crossed[1])
        }
    }
}

/// Adds to the sums, column by column, the products of a piece of the rows with a piece of the columns.
#[inline(always)]
unsafe fn multiply<V: Vector<Real = f64>, const R: usize, const C: usize>(
    rows: &[&[C64]; R],
    columns: &[&[C64]; C],
    piece: Range<usize>,
    sums: &mut [Sums<V>],
) {
    // SAFETY: As for `Vector`; the caller's states have these numbers.
    unsafe {
        let rows = rows.map(|row| row.as_ptr().cast::<f64>());
        let columns = columns.map(|column| column.as_ptr().cast::<f64>());
        let mut tile = [[Sums { straight: V::splat(0.0), crossed: V::splat(0.0) }; R]; C];
        for c in 0..C {
            tile[c].copy_from_slice(&sums[c * R..(c + 1) * R]);
        }
        let mut at = piece.start;
        while at < piece.end {
            let mut a = [V::splat(0.0); R];
            for r in 0..R {
                a[r] = V::load(rows[r].add(at));
            }
            for c in 0..C {
                let b = V::load(columns[c].add(at));
                let exchanged = b.exchange(0);
                for r in 0..R {
                    let Sums { straight, crossed } = &mut tile[c][r];
                    *straight = a[r].mul_add(b, *straight);
                    *crossed = a[r].mul_add(exchanged, *crossed);
                }
            }
            at += V::LANES;
        }
        for c in 0..C {
            sums[c * R..(c + 1) * R].copy_from_slice(&tile[c]);
        }
    }
}

/// As [`multiply`], for what doesn't fill a tile.
#[inline(always)]
unsafe fn one_by_one<V: Vector<Real = f64>>(
    rows: &[&[C64]],
    columns: &[&[C64]],
    piece: Range<usize>,
    sums: &mut [Sums<V>],
) {
    for (column, sums) in columns.iter().zip(sums.chunks_mut(rows.len())) {
        for (row, sum) in rows.iter().zip(sums) {
            // SAFETY: As for `multiply`.
            unsafe { multiply(&[row], &[column], piece.clone(), std::slice::from_mut(sum)) };
        }
    }
}
