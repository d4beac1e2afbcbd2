//! Matrices as plain rows, their products, and their singular values.

use faer::diag::Diag;
use faer::linalg::matmul::matmul;
use faer::linalg::svd::{ComputeSvdVectors, svd, svd_scratch};
use faer::{Accum, Mat, MatMut, MatRef, Par, Spec, dyn_stack};
use qml_source::bug;

use crate::{C64, Limits};

/// What share of the weight is rounding.
const ROUNDING: f64 = 1e-30;

/// `a b` for matrices of `m x k` and `k x n` entries, row by row.
pub(crate) fn product(a: &[C64], b: &[C64], [m, k, n]: [usize; 3]) -> Vec<C64> {
    let mut c = vec![C64::ZERO; m * n];
    matmul(
        MatMut::from_row_major_slice_mut(&mut c, m, n),
        Accum::Replace,
        MatRef::from_row_major_slice(a, m, k),
        MatRef::from_row_major_slice(b, k, n),
        C64::ONE,
        Par::Seq,
    );
    c
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
    pub fn new(matrix: &[C64], rows: usize, columns: usize, limits: Limits) -> Self {
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
