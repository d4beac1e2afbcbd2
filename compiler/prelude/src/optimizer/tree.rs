//! Parameters as one list of numbers: the leaves of tensors, tuples and structs, last index fastest.
//!
//! A tensor of tuples or structs is one part after the other.

use serde::{Deserialize, Serialize};

use crate::builtins::faults::shapes;
use crate::value::append;
use crate::{Fault, Tensor, Value};

/// How parameters are put together.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Shape {
    /// A scalar (no dimension) or a tensor.
    Tensor(Vec<usize>),
    /// A tuple or struct.
    Tuple(Vec<Shape>),
    /// A tensor of tuples or structs: its dimensions, its elements.
    Elements(Vec<usize>, Vec<Shape>),
}

/// The shape of parameters.
pub fn shape_of(value: &Value) -> Shape {
    match value {
        Value::Tuple(parts) => Shape::Tuple(parts.iter().map(shape_of).collect()),
        Value::Tensor(Tensor::Value(items)) => {
            Shape::Elements(items.shape().to_vec(), items.iter().map(shape_of).collect())
        }
        other => Shape::Tensor(other.shape().to_vec()),
    }
}

/// Whether all numbers of a gradient are finite; a missing part (`Unit`) is zero.
pub fn is_finite(value: &Value) -> bool {
    match value {
        Value::Float(x) => x.is_finite(),
        Value::Tuple(parts) => parts.iter().all(is_finite),
        Value::Tensor(Tensor::Value(items)) => items.iter().all(is_finite),
        Value::Tensor(Tensor::Float(array)) => match array.as_slice() {
            Some(numbers) => numbers.iter().all(|x| x.is_finite()),
            None => array.iter().all(|x| x.is_finite()),
        },
        _ => true,
    }
}

/// All numbers.
pub fn flatten(value: &Value) -> Vec<f64> {
    let mut numbers = Vec::new();
    collect(value, &mut numbers);
    numbers
}

fn collect(value: &Value, numbers: &mut Vec<f64>) {
    match value {
        Value::Float(x) => numbers.push(*x),
        Value::Tuple(parts) => parts.iter().for_each(|part| collect(part, numbers)),
        Value::Tensor(Tensor::Value(items)) => items.iter().for_each(|item| collect(item, numbers)),
        Value::Tensor(Tensor::Float(array)) => append(array, numbers),
        other => append(&other.clone().into_floats(), numbers),
    }
}

/// The numbers of a gradient by parameters of this shape; a missing part (`Unit`) is zero.
pub fn flatten_like(value: &Value, shape: &Shape) -> Result<Vec<f64>, Fault> {
    let mut numbers = Vec::new();
    collect_like(value, shape, &mut numbers)?;
    Ok(numbers)
}

fn collect_like(value: &Value, shape: &Shape, numbers: &mut Vec<f64>) -> Result<(), Fault> {
    match (value, shape) {
        (Value::Unit, Shape::Tensor(dims)) => numbers.extend(std::iter::repeat_n(0.0, dims.iter().product())),
        (Value::Unit, Shape::Tuple(parts) | Shape::Elements(_, parts)) => {
            parts.iter().try_for_each(|part| collect_like(value, part, numbers))?;
        }
        (Value::Tuple(values), Shape::Tuple(parts)) => {
            values.iter().zip(parts).try_for_each(|(value, part)| collect_like(value, part, numbers))?;
        }
        (Value::Tensor(Tensor::Value(items)), Shape::Elements(dims, parts)) => {
            require_shape(items.shape(), dims)?;
            items.iter().zip(parts).try_for_each(|(value, part)| collect_like(value, part, numbers))?;
        }
        (value, Shape::Tensor(dims)) => {
            require_shape(value.shape(), dims)?;
            collect(value, numbers);
        }
        (value, shape) => qml_source::bug!("{value:?} has not the shape {shape:?}"),
    }
    Ok(())
}

fn require_shape(found: &[usize], dims: &[usize]) -> Result<(), Fault> {
    if found == dims {
        return Ok(());
    }
    let axis = dims.iter().zip(found).take_while(|(m, n)| m == n).count();
    Err(shapes("optimizer step", dims, found, axis))
}

/// Parameters of this shape from their numbers.
pub fn unflatten(shape: &Shape, numbers: &[f64]) -> Value {
    take(shape, &mut &*numbers)
}

fn take(shape: &Shape, numbers: &mut &[f64]) -> Value {
    match shape {
        Shape::Tuple(parts) => Value::tuple(parts.iter().map(|part| take(part, numbers)).collect::<Vec<_>>()),
        Shape::Elements(dims, parts) => {
            crate::builtins::from_elements(dims, parts.iter().map(|part| take(part, numbers)).collect())
        }
        Shape::Tensor(dims) => {
            let (own, rest) = numbers.split_at(dims.iter().product());
            *numbers = rest;
            crate::builtins::from_elements(dims, own.to_vec())
        }
    }
}
