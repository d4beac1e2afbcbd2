//! Squared overlaps `|<a|b>|^2` of states: of two, and of many with many.
//!
//! The overlaps of `m` states with `n` states are a product of matrices, and what bounds it is how often amplitudes are
//! loaded. So two rows are multiplied with two columns at once: each loaded register takes part in two products, and four
//! products keep eight sums going, as many as two multipliers with a latency of four cycles need. Amplitudes lie as
//! pairs of numbers. Of a register `a` and a register `b` the products lane by lane sum up to the real part, those of `a`
//! and `b` with the numbers of each pair exchanged to `re im` in even and `im re` in odd lanes, whose difference is the
//! imaginary part: 8 flops an amplitude. An overlap has the same bits by itself, in a product, and with its states
//! exchanged.

use std::slice::from_ref;

use crate::simulator::Simulator;
use crate::vector::{Real, Task, Vector, dispatch};
use crate::{C64, Fault};

/// Rows and columns that are multiplied at once.
const BLOCK: usize = 2;

impl Simulator {
    /// `|<a|b>|^2` for each of the rows `a` with each of the columns `b`, row by row.
    ///
    /// # Errors
    /// [`Fault::RegisterMismatch`] if two states differ in size; [`Fault::Interrupted`].
    pub fn overlaps(&self, rows: &[&[C64]], columns: &[&[C64]]) -> Result<Vec<f64>, Fault> {
        check_sizes(rows, columns)?;
        let of_rows = |i: usize| -> Result<_, Fault> { Ok(self.strip(block(rows, i), columns)) };
        let strips = self.each(rows.len().div_ceil(BLOCK), strip_cost(columns), of_rows)?;
        Ok(strips.into_iter().flatten().flatten().collect())
    }

    /// `|<a|b>|^2` for each two of the states, row by row.
    ///
    /// # Errors
    /// As [`Self::overlaps`].
    pub fn gram(&self, states: &[&[C64]]) -> Result<Vec<f64>, Fault> {
        check_sizes(states, states)?;
        let n = states.len();
        let of_rows =
            |i: usize| -> Result<_, Fault> { Ok(self.strip(block(states, i), &states[i * BLOCK..])) };
        let strips = self.each(n.div_ceil(BLOCK), strip_cost(states) / 2, of_rows)?;
        let mut gram = vec![0.0; n * n];
        for (i, row) in strips.into_iter().flatten().enumerate() {
            let first = i / BLOCK * BLOCK;
            for (j, value) in (first..).zip(row) {
                gram[i * n + j] = value;
                gram[j * n + i] = value;
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
        Ok(self.inner([a], [b])[0][0].norm_sqr())
    }

    /// The overlaps of at most [`BLOCK`] rows with all columns.
    fn strip(&self, rows: &[&[C64]], columns: &[&[C64]]) -> Vec<Vec<f64>> {
        let mut overlaps = vec![Vec::with_capacity(columns.len()); rows.len()];
        for columns in columns.chunks(BLOCK) {
            match (rows, columns) {
                (&[a, b], &[c, d]) => add(&mut overlaps, self.inner([a, b], [c, d])),
                (&[a, b], &[c]) => add(&mut overlaps, self.inner([a, b], [c])),
                (&[a], &[c, d]) => add(&mut overlaps, self.inner([a], [c, d])),
                (&[a], &[c]) => add(&mut overlaps, self.inner([a], [c])),
                _ => {}
            }
        }
        overlaps
    }

    /// `<a|b>` of rows and columns of one length.
    fn inner<const R: usize, const C: usize>(
        &self,
        rows: [&[C64]; R],
        columns: [&[C64]; C],
    ) -> [[C64; C]; R] {
        dispatch(self.isa, Inner { rows, columns })
    }
}

/// The rows of a block.
fn block<'s, 'a>(rows: &'s [&'a [C64]], i: usize) -> &'s [&'a [C64]] {
    &rows[i * BLOCK..rows.len().min((i + 1) * BLOCK)]
}

/// How much work a strip is.
fn strip_cost(columns: &[&[C64]]) -> usize {
    BLOCK * columns.iter().map(|column| column.len()).sum::<usize>()
}

fn add<const R: usize, const C: usize>(overlaps: &mut [Vec<f64>], inner: [[C64; C]; R]) {
    for (row, inner) in overlaps.iter_mut().zip(inner) {
        row.extend(inner.map(|inner| inner.norm_sqr()));
    }
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

struct Inner<'a, const R: usize, const C: usize> {
    rows: [&'a [C64]; R],
    columns: [&'a [C64]; C],
}

impl<const R: usize, const C: usize> Task<f64> for Inner<'_, R, C> {
    type Output = [[C64; C]; R];

    #[inline(always)]
    unsafe fn run<V: Vector<Real = f64>>(self) -> [[C64; C]; R] {
        let len = 2 * self.rows[0].len();
        let whole = len - len % V::LANES;
        // SAFETY: All states have this length; an amplitude is two numbers.
        let mut inner = unsafe { products::<V, R, C>(self.rows, self.columns, whole) };
        // Tiny states don't fill a register.
        for (row, inner) in self.rows.iter().zip(&mut inner) {
            for (column, inner) in self.columns.iter().zip(inner) {
                let rest = row[whole / 2..].iter().zip(&column[whole / 2..]);
                *inner += rest.map(|(a, b)| a.conj() * b).sum::<C64>();
            }
        }
        inner
    }
}

/// `<a|b>` of the first `len` numbers, whole registers.
#[inline(always)]
unsafe fn products<V: Vector<Real = f64>, const R: usize, const C: usize>(
    rows: [&[C64]; R],
    columns: [&[C64]; C],
    len: usize,
) -> [[C64; C]; R] {
    // SAFETY: As for `Vector`; the caller's states have so many numbers.
    unsafe {
        let zero = V::splat(f64::ZERO);
        let (mut straight, mut crossed) = ([[zero; C]; R], [[zero; C]; R]);
        let mut at = 0;
        while at < len {
            let mut b = [zero; C];
            let mut exchanged = [zero; C];
            for c in 0..C {
                b[c] = V::load(columns[c].as_ptr().cast::<f64>().add(at));
                exchanged[c] = b[c].exchange(0);
            }
            for r in 0..R {
                let a = V::load(rows[r].as_ptr().cast::<f64>().add(at));
                for c in 0..C {
                    straight[r][c] = a.mul_add(b[c], straight[r][c]);
                    crossed[r][c] = a.mul_add(exchanged[c], crossed[r][c]);
                }
            }
            at += V::LANES;
        }
        let mut inner = [[C64::ZERO; C]; R];
        for r in 0..R {
            for c in 0..C {
                let signed = crossed[r][c].lanes();
                // re(a) im(b) and im(a) re(b)
                let (mut even, mut odd) = (0.0, 0.0);
                for pair in signed[..V::LANES].chunks_exact(2) {
                    even += pair[0];
                    odd += pair[1];
                }
                inner[r][c] = C64::new(straight[r][c].sum(), even - odd);
            }
        }
        inner
    }
}
