//! What differentiated code calls. `Unit` is the zero cotangent of anything.

use std::sync::Arc;

use ndarray::{Axis, IxDyn};
use qml_source::bug;

use super::jvp::{jvp, ones_like};
use super::operators::{self, spread};
use super::{Builtin, internal, pure, vjp};
use crate::value::Array;
use crate::{C64, Fault, Host, Program, Tensor, Value};

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "ad.add",
        |_, args| add(std::mem::take(&mut args[0]), std::mem::take(&mut args[1])),
        "`(a, b)`: the sum of two cotangents.",
    ),
    internal(
        "ad.vjp",
        |_, args| vjp_row(args),
        "`(name, args..., result, cot)`: the cotangents of the arguments as a tuple.",
    ),
    internal(
        "ad.tuple_get",
        |_, args| {
            Ok(if args[0] == Value::Unit {
                Value::Unit
            } else {
                args[0].parts()[args[1].to_int() as usize].clone()
            })
        },
        "`(cot, i)`: part i of a tuple's cotangent.",
    ),
    internal(
        "ad.still",
        |_, args| Ok(still(&args[0])),
        "`(v)`: the tangent of a value that doesn't move: v with zeros for its numbers.",
    ),
    internal(
        "ad.jvp",
        |host, args| jvp_row(host, args),
        "`(name, args..., result, tangents...)`: the tangent of the result; Unit for arguments that don't move.",
    ),
    internal(
        "ad.rows_a_column",
        |host, _| Ok(Value::Int(rows_a_column(host))),
        "`()`: how many rows of a Jacobian take the time of a column, where programs give tensors.",
    ),
    internal("ad.ones_like", |_, args| Ok(ones_like(&args[0])), "`(v)`: a one for each number of v."),
    internal(
        "ad.contract",
        |_, args| Ok(Value::Float(contract(&args[0], &args[1]))),
        "`(cot, tangent)`: how a number moves, from its cotangent by a value and the tangent of that value.",
    ),
    pure(
        "stop_gradient",
        &["stop_gradient(x: T) -> T"],
        |_, args| Ok(std::mem::take(&mut args[0])),
        "`x`, taken as a constant by `grad`.",
    ),
];

/// The zero cotangent of a value, `Unit` if it has no derivative.
pub(crate) fn zeros_like(value: &Value) -> Value {
    match value {
        Value::Float(_) => Value::Float(0.0),
        Value::Complex(_) => Value::Complex(C64::ZERO),
        Value::Tensor(Tensor::Float(array)) => {
            Value::from_owned(ndarray::ArrayD::<f64>::zeros(array.raw_dim()))
        }
        Value::Tensor(Tensor::Complex(array)) => {
            Value::from_owned(ndarray::ArrayD::<C64>::zeros(array.raw_dim()))
        }
        Value::Tuple(parts) => Value::tuple(parts.iter().map(zeros_like).collect::<Vec<_>>()),
        _ => Value::Unit,
    }
}

/// The sum of two cotangents.
pub(crate) fn add(a: Value, b: Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Unit, other) | (other, Value::Unit) => Ok(other),
        (Value::Tuple(a), Value::Tuple(b)) => {
            let parts: Result<Vec<_>, _> =
                a.iter().zip(b.iter()).map(|(x, y)| add(x.clone(), y.clone())).collect();
            Ok(Value::tuple(parts?))
        }
        (Value::List(a), Value::List(b)) => {
            let items: Result<Vec<_>, _> =
                a.iter().zip(b.iter()).map(|(x, y)| add(x.clone(), y.clone())).collect();
            Ok(Value::List(Arc::new(items?)))
        }
        (Value::Tensor(Tensor::Value(a)), Value::Tensor(Tensor::Value(b))) => {
            let parts: Result<Vec<_>, _> =
                a.iter().zip(b.iter()).map(|(x, y)| add(x.clone(), y.clone())).collect();
            Ok(super::lists::from_elements(a.shape(), parts?))
        }
        // Rows of numbers, and the same one by one.
        (Value::Tensor(Tensor::Value(one_by_one)), Value::Tensor(rows))
        | (Value::Tensor(rows), Value::Tensor(Tensor::Value(one_by_one))) => {
            let parts: Result<Vec<_>, _> =
                one_by_one.iter().enumerate().map(|(i, part)| add(part.clone(), rows.item(i))).collect();
            Ok(super::lists::from_elements(one_by_one.shape(), parts?))
        }
        (a, b) => operators::add(a, b),
    }
}

/// A cotangent summed down to the shape of the value that was broadcast.
pub(crate) fn unbroadcast(cotangent: Value, like: &Value) -> Value {
    match cotangent {
        Value::Unit | Value::Tuple(_) => cotangent,
        Value::Complex(_) | Value::Tensor(Tensor::Complex(_)) => {
            Value::from_array(sum_to(cotangent.into_complexes(), like.shape()))
        }
        Value::Float(_) | Value::Int(_) | Value::Tensor(_) => {
            Value::from_array(sum_to(cotangent.into_floats(), like.shape()))
        }
        other => bug!("{other:?} is no cotangent"),
    }
}

fn sum_to<T: ndarray::LinalgScalar>(mut array: Array<T>, shape: &[usize]) -> Array<T> {
    while array.ndim() > shape.len() {
        array = array.sum_axis(Axis(0)).into_shared();
    }
    for (axis, &size) in shape.iter().enumerate() {
        if size == 1 && array.shape()[axis] != 1 {
            array = array.sum_axis(Axis(axis)).insert_axis(Axis(axis)).into_shared();
        }
    }
    array
}

/// A cotangent or tangent repeated to fill a shape.
pub(crate) fn broadcast(cotangent: Value, shape: &[usize]) -> Value {
    if cotangent.shape() == shape {
        return cotangent;
    }
    match cotangent {
        Value::Unit => Value::Unit,
        Value::Complex(_) | Value::Tensor(Tensor::Complex(_)) => {
            Value::from_owned(spread(&cotangent.into_complexes(), shape).to_owned())
        }
        other => Value::from_owned(spread(&other.into_floats(), shape).to_owned()),
    }
}

fn vjp_row(args: &[Value]) -> Result<Value, Fault> {
    let [name, rest @ .., result, cotangent] = args else { bug!("ad.vjp without its arguments") };
    match vjp::vjp(name.to_str(), rest, result, cotangent) {
        Some(cotangents) => cotangents.map(Value::tuple),
        None => bug!("`{}` has no derivative", name.to_str()),
    }
}

fn jvp_row(host: &mut dyn Host, args: &[Value]) -> Result<Value, Fault> {
    let [name, rest @ ..] = args else { bug!("ad.jvp without its arguments") };
    let (args, tangents) = rest.split_at(rest.len() / 2 + 1);
    let [args @ .., result] = args else { bug!("ad.jvp without its result") };
    jvp(host, name.to_str(), args, result, tangents)
}

/// The tangent of a value that doesn't move.
pub(crate) fn still(value: &Value) -> Value {
    let each = |items: &[Value]| items.iter().map(still).collect::<Vec<_>>();
    match value {
        Value::Tensor(Tensor::Value(items)) => Value::from_owned(items.map(still)),
        Value::Tuple(parts) => Value::tuple(each(parts)),
        Value::List(items) => Value::List(Arc::new(each(items))),
        Value::Observable(observable) => Value::observable(observable.scaled(C64::ZERO)),
        Value::Program(program) => {
            let Program { kernel, args } = &**program;
            Value::Program(Arc::new(Program { kernel: *kernel, args: each(args) }))
        }
        number => match zeros_like(number) {
            Value::Unit => number.clone(),
            zeros => zeros,
        },
    }
}

/// A column runs a circuit forward with its tangent. Where the host can't do that, it is never worth it.
fn rows_a_column(host: &dyn Host) -> i64 {
    if host.runs_with_tangents() { 4 } else { 1 << 32 }
}

/// How a number moves, from its cotangent by a value and the tangent of that value: the sum of their products, of complex
/// ones the real part of one times the conjugate of the other.
pub fn contract(cotangent: &Value, tangent: &Value) -> f64 {
    let each = |parts: &[Value], others: &[Value]| -> f64 {
        parts.iter().zip(others).map(|(part, other)| contract(part, other)).sum()
    };
    match (cotangent, tangent) {
        (Value::Unit, _) | (_, Value::Unit) => 0.0,
        (Value::Tuple(parts), Value::Tuple(others)) => each(parts, others),
        (Value::List(parts), Value::List(others)) => each(parts, others),
        (Value::Tuple(parts), Value::Program(program)) => each(parts, &program.args),
        (Value::Observable(cotangent), Value::Observable(tangent)) => vjp::along(tangent, cotangent).re,
        (Value::Float(x), Value::Float(y)) => x * y,
        (Value::Tensor(Tensor::Float(x)), Value::Tensor(Tensor::Float(y))) => {
            x.iter().zip(y).map(|(x, y)| x * y).sum()
        }
        (Value::Tensor(x), Value::Tensor(y)) => (0..x.len()).map(|i| contract(&x.item(i), &y.item(i))).sum(),
        (x, y) => (x.to_complex().conj() * y.to_complex()).re,
    }
}

/// An array of zeros.
pub(crate) fn zeros(shape: &[usize]) -> Array<f64> {
    ndarray::ArrayD::zeros(IxDyn(shape)).into_shared()
}

#[cfg(test)]
mod tests;
