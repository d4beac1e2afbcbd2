//! Sums, products, extremes and statistics.

use ndarray::Axis;

use super::{fold, sub_mul};
use crate::builtins::elementwise;
use crate::builtins::gradients::{broadcast, zeros};
use crate::builtins::operators::{div, mul, neg, sub};
use crate::builtins::reductions::{axis_of, sum as total};
use crate::builtins::statistics::{centered, classes};
use crate::builtins::tensors::reshape;
use crate::value::Array;
use crate::{Fault, Value};

/// A value that lacks an axis, or all, with size 1 there, so that it broadcasts to `x`.
fn with_axis(value: &Value, x: &Value, axis: Option<usize>) -> Result<Value, Fault> {
    let Some(axis) = axis else { return Ok(value.clone()) };
    let mut shape = x.shape().to_vec();
    shape[axis] = 1;
    reshape(value.clone(), &shape)
}

/// How many elements become one.
fn lane_length(x: &Value, axis: Option<usize>) -> f64 {
    axis.map_or_else(|| x.shape().iter().product::<usize>(), |axis| x.shape()[axis]) as f64
}

pub(super) fn sum(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let x = &args[0];
    Ok(vec![broadcast(with_axis(g, x, axis_of(args, 1))?, x.shape())])
}

pub(super) fn mean(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let n = lane_length(&args[0], axis_of(args, 1));
    sum(args, result, &div(g.clone(), Value::Float(n))?)
}

/// Calls `f` with each lane along the axis, its place in the cotangent, and the lane of the result to fill.
fn by_lanes(args: &[Value], g: &Value, f: impl Fn(&[f64], f64) -> Vec<f64>) -> Result<Vec<Value>, Fault> {
    let x = args[0].clone().into_floats();
    let Some(axis) = axis_of(args, 1) else {
        let flat: Vec<f64> = x.iter().copied().collect();
        let filled = Value::vector(f(&flat, g.to_float()));
        return Ok(vec![reshape(filled, x.shape())?]);
    };
    let g: Array<f64> = g.clone().into_floats();
    let mut out = zeros(x.shape());
    for ((lane, mut target), g) in
        x.lanes(Axis(axis)).into_iter().zip(out.lanes_mut(Axis(axis))).zip(g.iter())
    {
        target.assign(&ndarray::Array1::from_vec(f(&lane.to_vec(), *g)));
    }
    Ok(vec![Value::from_array(out)])
}

/// The derivative by one factor is the product of the others: of those before it and those after it.
pub(super) fn prod(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    by_lanes(args, g, |lane, g| {
        let mut out = vec![g; lane.len()];
        let (mut before, mut after) = (1.0, 1.0);
        for i in 0..lane.len() {
            out[i] *= before;
            before *= lane[i];
        }
        for i in (0..lane.len()).rev() {
            out[i] *= after;
            after *= lane[i];
        }
        out
    })
}

/// All goes to the first element that is the extreme one.
pub(super) fn extreme(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let x = args[0].clone().into_floats();
    let mut out = zeros(x.shape());
    let Some(axis) = axis_of(args, 1) else {
        let extreme = result.to_float();
        if let Some((place, _)) = x.indexed_iter().find(|(_, x)| **x == extreme) {
            out[place] = g.to_float();
        }
        return Ok(vec![Value::from_array(out)]);
    };
    let (extremes, g) = (result.clone().into_floats(), g.clone().into_floats());
    let lanes = x.lanes(Axis(axis)).into_iter().zip(out.lanes_mut(Axis(axis)));
    for (((lane, mut target), extreme), g) in lanes.zip(extremes.iter()).zip(g.iter()) {
        if let Some(place) = lane.iter().position(|x| x == extreme) {
            target[place] = *g;
        }
    }
    Ok(vec![Value::from_array(out)])
}

pub(super) fn variance(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (x, axis) = (&args[0], axis_of(args, 1));
    let factor = mul(with_axis(g, x, axis)?, Value::Float(2.0 / lane_length(x, axis)))?;
    Ok(vec![mul(centered(x.clone(), axis)?, factor)?])
}

/// The derivative of the variance over twice the result; zero where nothing varies.
pub(super) fn stddev(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut ratio = g.clone().into_floats();
    ratio.zip_mut_with(&result.clone().into_floats(), |g, &sd| {
        *g = if sd == 0.0 { 0.0 } else { *g / (2.0 * sd) }
    });
    variance(args, result, &Value::from_array(ratio))
}

pub(super) fn mse(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let factor = 2.0 * g.to_float() / lane_length(&args[0], None);
    let first = mul(sub(args[0].clone(), args[1].clone())?, Value::Float(factor))?;
    Ok(vec![fold(first.clone(), &args[0]), fold(neg(first)?, &args[1])])
}

/// (softmax(logits) - one at the label) / rows.
pub(super) fn cross_entropy(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut out = elementwise::softmax(args[0].clone().into_floats());
    let last = out.ndim() - 1;
    let classes = classes(&args[1], out.shape()[last])?;
    let factor = g.to_float() / classes.len() as f64;
    for (mut row, &class) in out.lanes_mut(Axis(last)).into_iter().zip(&classes) {
        row[class] -= 1.0;
        row.mapv_inplace(|x| x * factor);
    }
    Ok(vec![Value::from_array(out)])
}

/// The sums along the last axis, which keeps size 1.
fn row_sums(x: Value) -> Result<Value, Fault> {
    let mut shape = x.shape().to_vec();
    let Some(last) = shape.len().checked_sub(1) else { return Ok(x) };
    shape[last] = 1;
    reshape(total(x, Some(last))?, &shape)
}

/// y * (g - sum(g * y)).
pub(super) fn softmax(_: &[Value], y: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let sums = row_sums(mul(g.clone(), y.clone())?)?;
    Ok(vec![mul(y.clone(), sub(g.clone(), sums)?)?])
}

/// g - softmax(x) * sum(g).
pub(super) fn log_softmax(_: &[Value], y: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut softmax = y.clone().into_floats();
    softmax.mapv_inplace(f64::exp);
    Ok(vec![sub_mul(g.clone(), Value::from_array(softmax), row_sums(g.clone())?)?])
}
