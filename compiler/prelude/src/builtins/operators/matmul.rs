//! The matrix product.

use ndarray::linalg::Dot;
use ndarray::{Array1, Array2, ArrayView1, ArrayView2, Ix1, Ix2, LinalgScalar};
use qml_source::bug;

use super::{Kind, kind};
use crate::builtins::faults::{overflow, shapes};
use crate::room::check_room;
use crate::value::{Array, Element};
use crate::{Fault, Tensor, Value};

/// a @ b: matrices, a matrix and a vector, or the dot product of two vectors.
pub(crate) fn matmul(a: Value, b: Value) -> Result<Value, Fault> {
    // The commonest cases without a detour: two vectors, or a matrix and a vector, that fit.
    if let (Value::Tensor(Tensor::Float(x)), Value::Tensor(Tensor::Float(y))) = (&a, &b)
        && let (1, Some(elements), Some(y)) = (y.ndim(), x.as_slice(), y.as_slice())
    {
        let y = ArrayView1::from(y);
        match *x.shape() {
            [n] if n == y.len() => return Ok(Value::Float(ArrayView1::from(elements).dot(&y))),
            [_, n] if n == y.len() && n > 0 => {
                let rows = elements.chunks_exact(n);
                return Ok(Value::vector(rows.map(|row| ArrayView1::from(row).dot(&y)).collect::<Vec<_>>()));
            }
            _ => {}
        }
    }
    let (shape_a, shape_b) = (a.shape().to_vec(), b.shape().to_vec());
    let (Some(&inner), Some(&outer)) = (shape_a.last(), shape_b.first()) else {
        bug!("`@` of a scalar");
    };
    if shape_a.len() > 2 || shape_b.len() > 2 {
        return Err(crate::builtins::faults::domain(format!(
            "`@` multiplies vectors and matrices, not shapes {shape_a:?} and {shape_b:?}"
        )));
    }
    if inner != outer {
        let axis = format_args!("{} of the left and 0 of the right: {inner} and {outer}", shape_a.len() - 1);
        return Err(shapes("`@`", &shape_a, &shape_b, axis));
    }
    if let ([m, _], [_, n]) = (&shape_a[..], &shape_b[..]) {
        check_room(&[*m, *n], 8)?;
    }
    match kind(&a).max(kind(&b)) {
        Kind::Bool | Kind::Int => ints(&a.into_ints(), &b.into_ints()),
        Kind::Float => Ok(product(&a.into_floats(), &b.into_floats())),
        Kind::Complex => Ok(product(&a.into_complexes(), &b.into_complexes())),
        Kind::Other => bug!("`@` of {a:?}"),
    }
}

/// The product of whole numbers, in 128 bits first so that overflow is seen.
fn ints(a: &Array<i64>, b: &Array<i64>) -> Result<Value, Fault> {
    let wide = |x: &Array<i64>| x.map(|&x| i128::from(x)).into_shared();
    let (a, b) = (wide(a), wide(b));
    let narrow = |x: &i128| i64::try_from(*x).map_err(|_| overflow("@"));
    let array = product_array(&a, &b);
    let elements: Vec<i64> = array.iter().map(narrow).collect::<Result<_, _>>()?;
    match ndarray::ArrayD::from_shape_vec(array.raw_dim(), elements) {
        Ok(array) => Ok(Value::from_owned(array)),
        Err(error) => bug!("{error}"),
    }
}

fn product<T: Element + LinalgScalar>(a: &Array<T>, b: &Array<T>) -> Value {
    Value::from_owned(product_array(a, b))
}

fn product_array<T: LinalgScalar>(a: &Array<T>, b: &Array<T>) -> ndarray::ArrayD<T> {
    match (a.ndim(), b.ndim()) {
        (1, 1) => ndarray::arr0(vector(a).dot(&vector(b))).into_dyn(),
        (1, 2) => times::<_, _, Array1<T>>(&vector(a), &matrix(b)).into_dyn(),
        (2, 1) => times::<_, _, Array1<T>>(&matrix(a), &vector(b)).into_dyn(),
        _ => times::<_, _, Array2<T>>(&matrix(a), &matrix(b)).into_dyn(),
    }
}

fn times<A: Dot<B, Output = C>, B, C>(a: &A, b: &B) -> C {
    a.dot(b)
}

fn vector<T>(array: &Array<T>) -> ArrayView1<'_, T> {
    match array.view().into_dimensionality::<Ix1>() {
        Ok(view) => view,
        Err(error) => bug!("no vector: {error}"),
    }
}

fn matrix<T>(array: &Array<T>) -> ArrayView2<'_, T> {
    match array.view().into_dimensionality::<Ix2>() {
        Ok(view) => view,
        Err(error) => bug!("no matrix: {error}"),
    }
}
