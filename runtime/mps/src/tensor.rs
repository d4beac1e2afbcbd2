//! Matrices as plain rows, their products, and their singular values.
//!
//! Once somebody asks to stop, the rest is skipped and what comes out is of no use; whoever asked for it finds out through
//! `Run::check`.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{RecvTimeoutError, channel};
use std::time::Duration;

use faer::diag::Diag;
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, Mat, MatMut, MatRef, Par, Spec, dyn_stack};
use qml_source::bug;

use crate::{C64, Limits};

/// What share of the weight is rounding.
const ROUNDING: f64 = 1e-30;

/// So many multiplications take a few hundredths of a second.
const SOME: usize = 1 << 25;
/// From so many singular values on a decomposition takes as long.
const LARGE: usize = 160;
/// How often the end of one is looked for.
const MOMENT: Duration = Duration::from_millis(10);

/// `a b` for matrices of `m x k` and `k x n` entries, row by row.
pub(crate) fn product(a: &[C64], b: &[C64], [m, k, n]: [usize; 3], stop: &AtomicBool) -> Vec<C64> {
    let mut c = vec![C64::ZERO; m * n];
    let some = (SOME / (k * n)).max(1);
    for (a, c) in a.chunks(some * k).zip(c.chunks_mut(some * n)) {
        if stop.load(Ordering::Relaxed) {
            break;
        }
        let m = a.len() / k;
        matmul(
            MatMut::from_row_major_slice_mut(c, m, n),
            Accum::Replace,
            MatRef::from_row_major_slice(a, m, k),
            MatRef::from_row_major_slice(b, k, n),
            C64::ONE,
            Par::Seq,
        );
    }
    c
}

/// `u`, `s` and `v` of `u s v^H`, thin.
type Decomposition = (Mat<C64>, Diag<C64>, Mat<C64>);

fn decompose(matrix: &[C64], rows: usize, columns: usize) -> Decomposition {
    let size = rows.min(columns);
    let (mut u, mut v, mut s) =
        (Mat::<C64>::zeros(rows, size), Mat::<C64>::zeros(columns, size), Diag::<C64>::zeros(size));
    let thin = ComputeSvdVectors::Thin;
    let scratch = svd_scratch::<C64>(rows, columns, thin, thin, Par::Seq, Spec::default());
    let mut memory = dyn_stack::MemBuffer::new(scratch);
    let done = svd(
        MatRef::from_row_major_slice(matrix, rows, columns),
        s.as_mut(),
        Some(u.as_mut()),
        Some(v.as_mut()),
        Par::Seq,
        dyn_stack::MemStack::new(&mut memory),
        Spec::default(),
    );
    if done.is_err() {
        bug!("the singular values of a matrix with {rows} x {columns} finite entries");
    }
    (u, s, v)
}

/// The same, or nothing if somebody asks to stop. A large decomposition can't be told to end: it runs on a thread of its
/// own, which is left alone then.
fn decompose_or_stop(
    matrix: &[C64],
    rows: usize,
    columns: usize,
    stop: &AtomicBool,
) -> Option<Decomposition> {
    if stop.load(Ordering::Relaxed) {
        return None;
    }
    if rows.min(columns) < LARGE {
        return Some(decompose(matrix, rows, columns));
    }
    let (sender, receiver) = channel();
    let own = matrix.to_vec();
    let work = move || _ = sender.send(decompose(&own, rows, columns));
    if std::thread::Builder::new().name("svd".to_owned()).spawn(work).is_err() {
        return Some(decompose(matrix, rows, columns));
    }
    loop {
        match receiver.recv_timeout(MOMENT) {
            Ok(done) => return Some(done),
            Err(RecvTimeoutError::Timeout) if stop.load(Ordering::Relaxed) => return None,
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bug!("a decomposition ended without an end"),
        }
    }
}

/// A matrix as a product of two, with a bond as small as the limits ask for.
pub(crate) struct Split {
    /// `rows x bond`, columns orthonormal.
    pub left: Vec<C64>,
    /// The singular values, of norm one.
    pub values: Vec<f64>,
    /// `bond x columns`, rows orthonormal.
    pub right: Vec<C64>,
    /// The share of the weight that was left out.
    pub left_out: f64,
}

impl Split {
    /// The decomposition of a matrix that is not zero.
    pub fn new(matrix: &[C64], rows: usize, columns: usize, limits: Limits, stop: &AtomicBool) -> Self {
        let size = rows.min(columns);
        let Some((u, s, v)) = decompose_or_stop(matrix, rows, columns, stop) else {
            let zeros = |n| vec![C64::ZERO; n];
            return Self { left: zeros(rows), values: vec![1.0], right: zeros(columns), left_out: 0.0 };
        };
        let all: Vec<f64> = s.column_vector().iter().map(|value| value.re).collect();
        let weight: f64 = all.iter().map(|value| value * value).sum();
        let (bond, kept) = kept(&all, weight, limits);
        let scale = kept.sqrt().recip();
        let left = (0..rows * bond).map(|i| u[(i / bond, i % bond)]).collect();
        let right = (0..bond * columns).map(|i| v[(i % columns, i / columns)].conj()).collect();
        let values = all[..bond].iter().map(|value| value * scale).collect();
        let left_out = (1.0 - kept / weight).max(0.0);
        Self { left, values, right, left_out: if bond == size { 0.0 } else { left_out } }
    }

    /// The dimension of the bond.
    pub fn bond(&self) -> usize {
        self.values.len()
    }

    /// The right matrix times the singular values.
    pub fn weighted_right(self) -> Vec<C64> {
        let columns = self.right.len() / self.values.len();
        let mut right = self.right;
        for (row, value) in right.chunks_mut(columns).zip(&self.values) {
            row.iter_mut().for_each(|entry| *entry *= *value);
        }
        right
    }

    /// The left matrix times the singular values.
    pub fn weighted_left(self) -> Vec<C64> {
        let bond = self.values.len();
        let mut left = self.left;
        left.iter_mut().enumerate().for_each(|(i, entry)| *entry *= self.values[i % bond]);
        left
    }
}

/// How many of the falling singular values are kept, and their weight.
fn kept(values: &[f64], weight: f64, limits: Limits) -> (usize, f64) {
    let may_go = weight * limits.truncation.max(ROUNDING);
    let (mut bond, mut gone) = (values.len(), 0.0);
    while bond > 1 {
        let next = gone + values[bond - 1] * values[bond - 1];
        if bond <= limits.max_bond && next > may_go {
            break;
        }
        bond -= 1;
        gone = next;
    }
    (bond, values[..bond].iter().map(|value| value * value).sum())
}

#[cfg(test)]
mod tests {
    use qml_ir::circuit::testing::Random;

    use super::*;

    /// A matrix of full rank.
    fn matrix(n: usize) -> Vec<C64> {
        let mut random = Random::new(5);
        (0..n * n).map(|_| C64::new(random.unit() - 0.5, random.unit() - 0.5)).collect()
    }

    #[test]
    fn large_matrices_are_taken_apart_and_put_together_on_another_thread_too() {
        for n in [LARGE - 1, LARGE + 1] {
            let matrix = matrix(n);
            let (limits, go) = (Limits { max_bond: n, ..Limits::default() }, AtomicBool::new(false));
            let split = Split::new(&matrix, n, n, limits, &go);
            let bond = split.bond();
            let left = split.left.clone();
            let again = product(&left, &split.weighted_right(), [n, bond, n], &go);
            let norm = matrix.iter().map(C64::norm_sqr).sum::<f64>().sqrt();
            let far = matrix.iter().zip(&again).map(|(a, b)| (a / norm - b).norm()).fold(0.0, f64::max);
            assert!(far < 1e-12, "{far}");
        }
    }

    #[test]
    fn a_decomposition_that_takes_minutes_is_left_when_somebody_asks_to_stop() {
        let n = 2000;
        let matrix = matrix(n);
        let stop = AtomicBool::new(true);
        assert_eq!(Split::new(&matrix, n, n, Limits::default(), &stop).bond(), 1);
        assert!(product(&matrix, &matrix, [n, n, n], &stop).iter().all(|entry| *entry == C64::ZERO));
        // On its way, too: the one who asks comes later.
        let stop = AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                std::thread::sleep(3 * MOMENT);
                stop.store(true, Ordering::Relaxed);
            });
            assert_eq!(Split::new(&matrix, n, n, Limits::default(), &stop).bond(), 1);
        });
    }
}
