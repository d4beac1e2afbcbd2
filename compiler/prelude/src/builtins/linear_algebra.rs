//! Vectors and matrices: products, norms, systems of equations, eigenvalues.

use super::{Builtin, pure};

use ndarray::{Array1, Array2, Axis, Ix1, Ix2};
use qml_source::{Code, bug};

use super::faults::{fault, shapes};
use super::operators::{self, Kind, kind};
use super::{reductions, tensors};
use crate::{C64, Fault, Value};

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
        |_, args| Ok(det(&args[0])),
        "The determinant.",
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
        "Eigenvalues in rising order, and the eigenvectors as columns, of a symmetric or Hermitian matrix.",
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
fn typed(matrix: &Array2<C64>, kind: Kind, is_vector: bool) -> Value {
    let array = if is_vector { matrix.column(0).to_owned().into_dyn() } else { matrix.to_owned().into_dyn() };
    if kind == Kind::Complex { Value::from_owned(array) } else { Value::from_owned(array.map(|x| x.re)) }
}

/// Gaussian elimination with partial pivoting: reduces `a` to an upper triangle, does the same to `b`, and gives the
/// determinant; stops at 0 if a column has no pivot.
fn eliminate(a: &mut Array2<C64>, b: &mut Array2<C64>) -> C64 {
    let n = a.nrows();
    let mut det = C64::ONE;
    for k in 0..n {
        let pivot = (k..n).max_by(|&i, &j| a[(i, k)].norm().total_cmp(&a[(j, k)].norm())).unwrap_or(k);
        if a[(pivot, k)].norm() == 0.0 {
            return C64::ZERO;
        }
        if pivot != k {
            det = -det;
            for j in 0..n {
                a.swap((k, j), (pivot, j));
            }
            for j in 0..b.ncols() {
                b.swap((k, j), (pivot, j));
            }
        }
        det *= a[(k, k)];
        for i in k + 1..n {
            let factor = a[(i, k)] / a[(k, k)];
            for j in k..n {
                let above = a[(k, j)];
                a[(i, j)] -= factor * above;
            }
            for j in 0..b.ncols() {
                let above = b[(k, j)];
                b[(i, j)] -= factor * above;
            }
        }
    }
    det
}

/// The x with `a x = b`. A matrix that is singular up to rounding is refused.
fn solve_matrix(mut a: Array2<C64>, mut b: Array2<C64>) -> Result<Array2<C64>, Fault> {
    let n = a.nrows();
    let largest = a.iter().map(|x| x.norm()).fold(0.0, f64::max);
    let det = eliminate(&mut a, &mut b);
    let smallest = (0..n).map(|i| a[(i, i)].norm()).fold(f64::INFINITY, f64::min);
    if n > 0 && (det == C64::ZERO && smallest == 0.0 || smallest <= largest * n as f64 * f64::EPSILON) {
        return Err(fault(Code::Q0611, "the matrix is singular: it has no inverse"));
    }
    for j in 0..b.ncols() {
        for i in (0..n).rev() {
            let known: C64 = (i + 1..n).map(|k| a[(i, k)] * b[(k, j)]).sum();
            b[(i, j)] = (b[(i, j)] - known) / a[(i, i)];
        }
    }
    Ok(b)
}

fn det(a: &Value) -> Value {
    let mut matrix = matrix(a);
    let n = matrix.nrows();
    let det = eliminate(&mut matrix, &mut Array2::zeros((n, 0)));
    if kind(a) == Kind::Complex { Value::Complex(det) } else { Value::Float(det.re) }
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

/// Least squares by Householder-free QR: modified Gram-Schmidt, done twice for accuracy, then back substitution.
pub(super) fn lstsq(a: &Value, b: &Value) -> Result<Value, Fault> {
    if a.shape()[0] != b.shape()[0] {
        return Err(shapes("lstsq", a.shape(), b.shape(), 0));
    }
    let mut q = matrix(a).map(|x| x.re);
    let b: Array1<f64> = b.clone().into_floats().iter().copied().collect();
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
    let mut x = q.t().dot(&b);
    for i in (0..n).rev() {
        let known: f64 = (i + 1..n).map(|k| r[(i, k)] * x[k]).sum();
        x[i] = (x[i] - known) / r[(i, i)];
    }
    Ok(Value::from_owned(x))
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
    let (values, vectors) = eigh(matrix);
    Ok(Value::tuple([Value::vector(values), typed(&vectors, kind(a), false)]))
}

/// Eigenvalues in rising order and eigenvectors as columns of a Hermitian matrix, by cyclic Jacobi rotations (Golub and
/// Van Loan, Matrix Computations, 8.5).
pub(super) fn eigh(mut a: Array2<C64>) -> (Vec<f64>, Array2<C64>) {
    let n = a.nrows();
    let mut v = Array2::<C64>::eye(n);
    let scale: f64 = a.iter().map(C64::norm_sqr).sum();
    // Convergence is quadratic: a dozen sweeps are plenty, the bound is for `nan`.
    for _ in 0..60 {
        let off: f64 = a.indexed_iter().filter(|((i, j), _)| i != j).map(|(_, x)| x.norm_sqr()).sum();
        if off <= scale * 1e-32 {
            break;
        }
        for p in 0..n {
            for q in p + 1..n {
                rotate(&mut a, &mut v, p, q);
            }
        }
    }
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|&i, &j| a[(i, i)].re.total_cmp(&a[(j, j)].re));
    (order.iter().map(|&i| a[(i, i)].re).collect(), v.select(Axis(1), &order))
}

/// Makes `a[p, q]` zero by a rotation of the columns p and q, and of the rows.
fn rotate(a: &mut Array2<C64>, v: &mut Array2<C64>, p: usize, q: usize) {
    let size = a[(p, q)].norm();
    if size == 0.0 {
        return;
    }
    let phase = (a[(p, q)] / size).conj();
    let tau = (a[(q, q)].re - a[(p, p)].re) / (2.0 * size);
    let t = if tau >= 0.0 { 1.0 } else { -1.0 } / (tau.abs() + (1.0 + tau * tau).sqrt());
    let c = 1.0 / (1.0 + t * t).sqrt();
    let s = t * c;
    let columns = |m: &mut Array2<C64>| {
        for k in 0..m.nrows() {
            let (x, y) = (m[(k, p)], m[(k, q)] * phase);
            m[(k, p)] = x * c - y * s;
            m[(k, q)] = x * s + y * c;
        }
    };
    columns(a);
    columns(v);
    for k in 0..a.ncols() {
        let (x, y) = (a[(p, k)], a[(q, k)] * phase.conj());
        a[(p, k)] = x * c - y * s;
        a[(q, k)] = x * s + y * c;
    }
}

#[cfg(test)]
mod tests;
