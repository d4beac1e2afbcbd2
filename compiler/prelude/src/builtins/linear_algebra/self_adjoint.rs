//! Eigenvalues and eigenvectors of Hermitian matrices, by faer: tridiagonal form and divide and conquer (Golub and Van Loan,
//! Matrix Computations, 8.3 and 8.4), on one thread.

use faer::diag::Diag;
use faer::linalg::evd::{ComputeEigenvectors, self_adjoint_evd, self_adjoint_evd_scratch};
use faer::traits::ComplexField;
use faer::{Mat, Par, Spec, dyn_stack};
use ndarray::Array2;

use crate::builtins::faults::domain;
use crate::{C64, Fault};

/// Eigenvalues in rising order, and the eigenvectors as columns, each of length one with its largest entry positive: of several,
/// which differ by no more than rounding, the first.
pub(in crate::builtins) fn eigh(a: &Array2<C64>) -> Result<(Vec<f64>, Array2<C64>), Fault> {
    // Numbers near the ends of their range have squares out of it.
    let scale = a.iter().map(|x| x.norm()).fold(0.0, f64::max);
    let scale = if scale > 0.0 { scale } else { 1.0 };
    let (values, mut vectors) = if a.iter().all(|x| x.im == 0.0) {
        let (values, vectors) = decompose(&a.map(|x| x.re / scale))?;
        (values, vectors.map(|&x| C64::new(x, 0.0)))
    } else {
        let (values, vectors) = decompose(&a.map(|x| x / scale))?;
        (values.iter().map(|x| x.re).collect(), vectors)
    };
    for mut vector in vectors.columns_mut() {
        let largest = vector.iter().map(|x| x.norm()).fold(0.0, f64::max);
        if let Some(first) = vector.iter().find(|x| x.norm() > largest * (1.0 - 1e-9)).copied() {
            let phase = first.conj() / first.norm();
            vector.mapv_inplace(|x| x * phase);
        }
    }
    Ok((values.into_iter().map(|x| x * scale).collect(), vectors))
}

fn decompose<T: ComplexField>(a: &Array2<T>) -> Result<(Vec<T>, Array2<T>), Fault> {
    let n = a.nrows();
    let matrix = Mat::from_fn(n, n, |i, j| a[(i, j)].clone());
    let (mut values, mut vectors) = (Diag::<T>::zeros(n), Mat::<T>::zeros(n, n));
    let spec = Spec::default();
    let scratch = self_adjoint_evd_scratch::<T>(n, ComputeEigenvectors::Yes, Par::Seq, spec);
    let mut memory = dyn_stack::MemBuffer::new(scratch);
    let stack = dyn_stack::MemStack::new(&mut memory);
    self_adjoint_evd(matrix.as_ref(), values.as_mut(), Some(vectors.as_mut()), Par::Seq, stack, spec)
        .map_err(|_| domain("eigh: no convergence"))?;
    let values = values.column_vector().iter().cloned().collect();
    Ok((values, Array2::from_shape_fn((n, n), |(i, j)| vectors[(i, j)].clone())))
}
