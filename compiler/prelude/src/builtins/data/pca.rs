//! Principal components.

use ndarray::{Array2, Axis, Ix2};
use qml_source::bug;

use crate::builtins::faults::{domain, shapes};
use crate::builtins::linear_algebra::eigh;
use crate::{C64, Fault, Value};

fn matrix(value: &Value) -> Array2<f64> {
    match value.clone().into_floats().into_owned().into_dimensionality::<Ix2>() {
        Ok(matrix) => matrix,
        Err(error) => bug!("no matrix: {error}"),
    }
}

/// `pca(x, k, reference?)`: rows minus the mean of the reference, times the eigenvectors of its covariance with the `k`
/// largest eigenvalues. Each eigenvector has the sign that makes its largest element (the first of equal ones) positive.
pub(super) fn pca(args: &[Value]) -> Result<Value, Fault> {
    let reference = if args[2] == Value::Unit { &args[0] } else { &args[2] };
    if args[0].shape()[1] != reference.shape()[1] {
        return Err(shapes("pca", args[0].shape(), reference.shape(), 1));
    }
    let (x, reference) = (matrix(&args[0]), matrix(reference));
    let (n_rows, n) = reference.dim();
    let k = usize::try_from(args[1].to_int()).ok().filter(|k| *k <= n && *k <= n_rows);
    let Some(k) = k else {
        let k = args[1].to_int();
        return Err(domain(format!("pca: {k} components of {n_rows} rows with {n} columns")));
    };
    let Some(mean) = reference.mean_axis(Axis(0)) else { return Ok(args[0].clone()) };
    let centred = &reference - &mean;
    let covariance = centred.t().dot(&centred) / n_rows as f64;
    let (_, vectors) = eigh(&covariance.mapv(|x| C64::new(x, 0.0)))?;
    let axes = Array2::from_shape_fn((n, k), |(i, j)| vectors[(i, n - 1 - j)].re);
    Ok(Value::from_owned((&x - &mean).dot(&axes)))
}
