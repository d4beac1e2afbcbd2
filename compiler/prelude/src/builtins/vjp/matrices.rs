//! Products of matrices, inverses, systems of equations.

use super::fold;
use crate::builtins::linear_algebra;
use crate::builtins::operators::{matmul as product, mul, neg};
use crate::builtins::tensors::{reshape, transpose};
use crate::{C64, Fault, Value};

pub(super) fn matmul(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (a, b, g) = (args[0].clone(), args[1].clone(), g.clone());
    Ok(match (a.shape().len(), b.shape().len()) {
        (1, 1) => vec![mul(g.clone(), b)?, mul(g, a)?],
        (1, _) => vec![product(b, g.clone())?, linear_algebra::outer(&a, &g)?],
        (_, 1) => vec![linear_algebra::outer(&g, &b)?, product(transpose(a), g)?],
        _ => vec![product(g.clone(), transpose(b))?, product(transpose(a), g)?],
    })
}

pub(super) fn outer(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![product(g.clone(), args[1].clone())?, product(transpose(g.clone()), args[0].clone())?])
}

pub(super) fn kron(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    // A vector is a matrix of one row.
    let as_matrix = |x: &Value| match *x.shape() {
        [n] => [1, n],
        [m, n, ..] => [m, n],
        [] => [1, 1],
    };
    let ([a, b], [c, d]) = (as_matrix(&args[0]), as_matrix(&args[1]));
    let x = reshape(args[0].clone(), &[a, 1, b, 1])?;
    let y = reshape(args[1].clone(), &[1, c, 1, d])?;
    let g = reshape(g.clone(), &[a, c, b, d])?;
    Ok(vec![
        reshape(fold(mul(g.clone(), y.clone())?, &x), args[0].shape())?,
        reshape(fold(mul(g, x)?, &y), args[1].shape())?,
    ])
}

pub(super) fn norm(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let length = result.to_float();
    let factor = if length == 0.0 { 0.0 } else { g.to_float() / length };
    Ok(vec![mul(args[0].clone(), Value::Float(factor))?])
}

pub(super) fn trace(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let identity = ndarray::Array2::<f64>::eye(args[0].shape()[0]);
    Ok(vec![Value::from_owned(identity * g.to_float())])
}

/// det(a) times the transposed inverse; the cofactors where the determinant is no divisor.
pub(super) fn det(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let det = result.to_complex();
    if det == C64::ZERO || !det.is_finite() {
        return Ok(vec![mul(linear_algebra::cofactors(&args[0])?, g.clone())?]);
    }
    let inverse = linear_algebra::inv(&args[0])?;
    Ok(vec![mul(transpose(inverse), mul(g.clone(), result.clone())?)?])
}

pub(super) fn inv(_: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let transposed = transpose(result.clone());
    Ok(vec![neg(product(product(transposed.clone(), g.clone())?, transposed)?)?])
}

pub(super) fn solve(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let b = linear_algebra::solve(&transpose(args[0].clone()), g)?;
    let a = match result.shape().len() {
        1 => linear_algebra::outer(&b, result)?,
        _ => product(b.clone(), transpose(result.clone()))?,
    };
    Ok(vec![neg(a)?, b])
}
