//! Vectors and matrices: products, norms, systems of equations, eigenvalues.

use super::{Builtin, pure};

use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use qml_source::{Code, bug};

use super::faults::{fault, shapes};
use super::operators::{self, Kind, kind};
use super::{reductions, tensors};
use crate::{C64, Fault, Value};

mod self_adjoint;
mod systems;

pub(super) use self_adjoint::eigh;
use systems::{determinant, solve_matrix};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "dot",
        &["dot(a: num[m], b: num[m]) -> num"],
        |_, args| operators::matmul(std::mem::take(&mut args[0]), std::mem::take(&mut args[1])),
        "Sum of `a[i] * b[i]`; nothing is conjugated.",
    ),
    pure(
        "outer",
        &["outer(a: num[m], b: num[n]) -> num[m, n]"],
        |_, args| outer(&args[0], &args[1]),
        "The matrix of `a[i] * b[j]`.",
    ),
    pure(
        "kron",
        &[
            "kron(x: num[m], y: num[n]) -> num[m * n]",
            "kron(x: num[a, b], y: num[c, d]) -> num[a * c, b * d]",
        ],
        |_, args| kron(&args[0], &args[1]),
        "The Kronecker product; the index of `y` runs faster.",
    ),
    pure(
        "norm",
        &["norm(x: float[..s]) -> float", "norm(x: complex[..s]) -> float"],
        |_, args| Ok(Value::Float(norm(&args[0]))),
        "The square root of the sum of `abs(x) ** 2` over all elements.",
    ),
    pure("trace", &["trace(a: num[n, n]) -> num"], |_, args| trace(&args[0]), "The sum of the diagonal."),
    pure(
        "det",
        &["det(a: float[n, n]) -> float", "det(a: complex[n, n]) -> complex"],
        |_, args| det(&args[0]),
        "The determinant; 0 of a matrix that is singular up to rounding.",
    ),
    pure(
        "inv",
        &["inv(a: float[n, n]) -> float[n, n]", "inv(a: complex[n, n]) -> complex[n, n]"],
        |_, args| inv(&args[0]),
        "The inverse matrix.",
    ),
    pure(
        "solve",
        &[
            "solve(a: float[n, n], b: float[n]) -> float[n]",
            "solve(a: float[n, n], b: float[n, m]) -> float[n, m]",
            "solve(a: complex[n, n], b: complex[n]) -> complex[n]",
            "solve(a: complex[n, n], b: complex[n, m]) -> complex[n, m]",
        ],
        |_, args| solve(&args[0], &args[1]),
        "The `x` with `a @ x == b`.",
    ),
    pure(
        "lstsq",
        &["lstsq(a: float[m, n], b: float[m]) -> float[n]"],
        |_, args| lstsq(&args[0], &args[1]),
        "The `x` that makes `norm(a @ x - b)` smallest; the columns of `a` must be independent.",
    ),
    pure(
        "eigh",
        &[
            "eigh(a: float[n, n]) -> (float[n], float[n, n])",
            "eigh(a: complex[n, n]) -> (float[n], complex[n, n])",
        ],
        |_, args| eigh_row(&args[0]),
        "Eigenvalues in rising order, and the eigenvectors as columns, of a symmetric or Hermitian matrix; the largest entry of each \
         vector is positive.",
    ),
];

/// The matrix of `a[i] * b[j]`.
pub(super) fn outer(a: &Value, b: &Value) -> Result<Value, Fault> {
    let (m, n) = (a.shape()[0], b.shape()[0]);
    operators::mul(tensors::reshape(a.clone(), &[m, 1])?, tensors::reshape(b.clone(), &[1, n])?)
}

/// The Kronecker product of two vectors or two matrices.
pub(super) fn kron(x: &Value, y: &Value) -> Result<Value, Fault> {
    let (s, t) = (x.shape().to_vec(), y.shape().to_vec());
    match (&s[..], &t[..]) {
        ([m], [n]) => tensors::reshape(outer(x, y)?, &[m * n]),
        ([a, b], [c, d]) => {
            let (x, y) = (
                tensors::reshape(x.clone(), &[*a, 1, *b, 1])?,
                tensors::reshape(y.clone(), &[1, *c, 1, *d])?,
            );
            tensors::reshape(operators::mul(x, y)?, &[a * c, b * d])
        }
        _ => bug!("kron of shapes {s:?} and {t:?}"),
    }
}

/// The square root of the sum of squares, without overflow on the way.
pub(super) fn norm(x: &Value) -> f64 {
    let sizes: Vec<f64> = if kind(x) == Kind::Complex {
        x.clone().into_complexes().iter().map(|x| x.norm()).collect()
    } else {
        x.clone().into_floats().iter().map(|x| x.abs()).collect()
    };
    length(&sizes)
}

/// The same of the absolute values of the elements.
pub(crate) fn length(sizes: &[f64]) -> f64 {
    let largest = sizes.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 || !largest.is_finite() {
        return sizes.iter().sum();
    }
    let squares: f64 = sizes.iter().map(|x| (x / largest).powi(2)).sum();
    largest * squares.sqrt()
}

fn trace(a: &Value) -> Result<Value, Fault> {
    square("trace", a.shape())?;
    let n = a.shape()[0];
    // The diagonal is every (n + 1)-th element.
    let flat = tensors::reshape(a.clone(), &[n * n])?;
    let positions: Vec<usize> = (0..n).map(|i| i * (n + 1)).collect();
    reductions::sum(super::lists::select(&flat, &positions), None)
}

fn square(what: &str, shape: &[usize]) -> Result<(), Fault> {
    match shape {
        [m, n] if m == n => Ok(()),
        _ => Err(fault(Code::Q0604, format!("{what} of a matrix of shape {shape:?}, which is not square"))),
    }
}

/// A matrix of complex numbers; a vector is one column.
pub(super) fn matrix(value: &Value) -> Array2<C64> {
    let array = value.clone().into_complexes();
    match array.ndim() {
        1 => match array.into_dimensionality::<Ix1>() {
            Ok(vector) => vector.to_owned().insert_axis(Axis(1)),
            Err(error) => bug!("{error}"),
        },
        _ => match array.into_dimensionality::<Ix2>() {
            Ok(matrix) => matrix.to_owned(),
            Err(error) => bug!("no matrix: {error}"),
        },
    }
}

/// Back to the type that the arguments had, and to a vector if `is_vector`.
pub(super) fn typed(matrix: &Array2<C64>, kind: Kind, is_vector: bool) -> Value {
    let array = if is_vector { matrix.column(0).to_owned().into_dyn() } else { matrix.to_owned().into_dyn() };
    if kind == Kind::Complex { Value::from_owned(array) } else { Value::from_owned(array.map(|x| x.re)) }
}

fn det(a: &Value) -> Result<Value, Fault> {
    square("determinant", a.shape())?;
    let det = determinant(matrix(a));
    Ok(if kind(a) == Kind::Complex { Value::Complex(det) } else { Value::Float(det.re) })
}

/// The derivative of the determinant by each element: the determinant without its row and column, with the sign of
/// `(-1) ** (i + j)`. O(n^5), for matrices that have no inverse: those of more than 40 rows are refused.
pub(super) fn cofactors(a: &Value) -> Result<Value, Fault> {
    let matrix = matrix(a);
    let n = matrix.nrows();
    if n > 40 {
        return Err(crate::builtins::faults::domain(
            "the derivative of the determinant of a singular matrix of more than 40 rows",
        ));
    }
    let without = |i: usize| (0..n).filter(|&k| k != i).collect::<Vec<_>>();
    let cofactors = Array2::from_shape_fn((n, n), |(i, j)| {
        let minor = matrix.select(Axis(0), &without(i)).select(Axis(1), &without(j));
        determinant(minor) * if (i + j) % 2 == 0 { 1.0 } else { -1.0 }
    });
    Ok(typed(&cofactors, kind(a), false))
}

/// The inverse.
pub(super) fn inv(a: &Value) -> Result<Value, Fault> {
    square("inverse", a.shape())?;
    let matrix = matrix(a);
    let n = matrix.nrows();
    Ok(typed(&solve_matrix(matrix, Array2::eye(n))?, kind(a), false))
}

/// The x with `a x = b`.
pub(crate) fn solve(a: &Value, b: &Value) -> Result<Value, Fault> {
    square("solve", a.shape())?;
    if a.shape()[0] != b.shape()[0] {
        return Err(shapes("solve", a.shape(), b.shape(), 0));
    }
    let x = solve_matrix(matrix(a), matrix(b))?;
    Ok(typed(&x, kind(a).max(kind(b)), b.shape().len() == 1))
}

/// Least squares by an orthogonal basis of the columns, then back substitution.
pub(super) fn lstsq(a: &Value, b: &Value) -> Result<Value, Fault> {
    if a.shape()[0] != b.shape()[0] {
        return Err(shapes("lstsq", a.shape(), b.shape(), 0));
    }
    let (q, r) = orthogonalised(a)?;
    Ok(Value::from_owned(back_substituted(&r, q.t().dot(&vector(b)))))
}

/// With `a = q r` and the cotangent g of the x that least squares give, `z = r^-T g`, `w = r^-1 z` and `q z = a w`: then
/// the cotangent of b is `a w`, that of a `(b - a x) w^T - (a w) x^T`.
pub(super) fn lstsq_vjp(a: &Value, b: &Value, x: &Value, g: &Value) -> Result<[Value; 2], Fault> {
    let (q, r) = orthogonalised(a)?;
    let (b, x) = (vector(b), vector(x));
    let z = forward_substituted(&r, vector(g));
    let of_b = q.dot(&z);
    let w = back_substituted(&r, z);
    let rest = b - q.dot(&r.dot(&x));
    let of_a = Array2::from_shape_fn(q.dim(), |(i, j)| rest[i] * w[j] - of_b[i] * x[j]);
    Ok([Value::from_owned(of_a), Value::from_owned(of_b)])
}

/// With `a = q r`: `dx = r^-1 (q^T (db - da x) + r^-T da^T (b - a x))`, where a tangent that is `Unit` is zero.
pub(super) fn lstsq_jvp(
    (a, b): (&Value, &Value),
    x: &Value,
    (of_a, of_b): (&Value, &Value),
) -> Result<Value, Fault> {
    let (q, r) = orthogonalised(a)?;
    let (b, x) = (vector(b), vector(x));
    let mut sum = match of_b {
        Value::Unit => Array1::zeros(x.len()),
        of_b => q.t().dot(&vector(of_b)),
    };
    if *of_a != Value::Unit {
        let of_a = matrix(of_a).map(|x| x.re);
        let rest = &b - &q.dot(&r.dot(&x));
        sum -= &q.t().dot(&of_a.dot(&x));
        sum += &forward_substituted(&r, of_a.t().dot(&rest));
    }
    Ok(Value::from_owned(back_substituted(&r, sum)))
}

fn vector(value: &Value) -> Array1<f64> {
    value.clone().into_floats().iter().copied().collect()
}

/// The x with `r x = b`, for an upper triangle `r`.
fn back_substituted(r: &Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    for i in (0..r.nrows()).rev() {
        let known: f64 = (i + 1..r.nrows()).map(|k| r[(i, k)] * b[k]).sum();
        b[i] = (b[i] - known) / r[(i, i)];
    }
    b
}

/// The x with `r^T x = b`, for an upper triangle `r`.
fn forward_substituted(r: &Array2<f64>, mut b: Array1<f64>) -> Array1<f64> {
    for i in 0..r.nrows() {
        let known: f64 = (0..i).map(|k| r[(k, i)] * b[k]).sum();
        b[i] = (b[i] - known) / r[(i, i)];
    }
    b
}

/// `a = q r` with orthogonal columns of length 1 in q and an upper triangle r: modified Gram-Schmidt, done twice for
/// accuracy.
fn orthogonalised(a: &Value) -> Result<(Array2<f64>, Array2<f64>), Fault> {
    let mut q = matrix(a).map(|x| x.re);
    let n = q.ncols();
    let mut r = Array2::<f64>::zeros((n, n));
    for j in 0..n {
        let before = q.column(j).dot(&q.column(j)).sqrt();
        for i in (0..j).chain(0..j) {
            let overlap = q.column(i).dot(&q.column(j));
            r[(i, j)] += overlap;
            let direction = q.column(i).to_owned();
            q.column_mut(j).scaled_add(-overlap, &direction);
        }
        let length = q.column(j).dot(&q.column(j)).sqrt();
        if length <= before * 1e-13 {
            return Err(fault(Code::Q0611, format!("column {j} depends on the columns before it")));
        }
        r[(j, j)] = length;
        q.column_mut(j).mapv_inplace(|x| x / length);
    }
    Ok((q, r))
}

fn eigh_row(a: &Value) -> Result<Value, Fault> {
    square("eigh", a.shape())?;
    let matrix = matrix(a);
    let largest = matrix.iter().map(|x| x.norm()).fold(0.0, f64::max);
    if let Some(((i, j), _)) = matrix.indexed_iter().find(|&((i, j), x)| {
        let distance = (x - matrix[(j, i)].conj()).norm();
        distance.is_nan() || distance > 1e-10 * largest
    }) {
        let message = format!("eigh: element ({i}, {j}) is not the conjugate of element ({j}, {i})");
        return Err(fault(Code::Q0612, message));
    }
    let (values, vectors) = eigh(&matrix)?;
    Ok(Value::tuple([Value::vector(values), typed(&vectors, kind(a), false)]))
}

#[cfg(test)]
mod tests;
