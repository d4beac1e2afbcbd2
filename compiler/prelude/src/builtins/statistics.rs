//! Statistics of samples, and measures of how good a model is.

use super::{Builtin, pure};

use ndarray::{Array2, Axis};

use super::elementwise::log_softmax;
use super::faults::{domain, shapes, size};
use super::linear_algebra::lstsq;
use super::operators;
use super::reductions::{axis_of, mean};
use super::tensors::{reshape, sorted};
use crate::value::Array;
use crate::{Fault, Value};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "variance",
        &["variance(x: float[..s]) -> float", "variance(x: float[..s], axis: axis) -> float[..s - axis]"],
        |_, args| variance(std::mem::take(&mut args[0]), axis_of(args, 1)),
        "The mean of `(x - mean(x)) ** 2`, or along an axis.",
    ),
    pure(
        "stddev",
        &["stddev(x: float[..s]) -> float", "stddev(x: float[..s], axis: axis) -> float[..s - axis]"],
        |_, args| stddev(std::mem::take(&mut args[0]), axis_of(args, 1)),
        "The square root of the variance.",
    ),
    pure(
        "median",
        &["median(x: float[m]) -> float"],
        |_, args| quantile(&args[0], 0.5).map(Value::Float),
        "The middle element, or the mean of the two in the middle.",
    ),
    pure(
        "quantile",
        &["quantile(x: float[m], q: float) -> float"],
        |_, args| quantile(&args[0], args[1].to_float()).map(Value::Float),
        "The value with the share `q` of the elements below it, interpolated linearly.",
    ),
    pure(
        "polyfit",
        &["polyfit(x: float[m], y: float[m], degree: int) -> float[degree + 1]"],
        |_, args| polyfit(args),
        "The coefficients, highest power first, of the polynomial of this degree that makes the sum of `(p(x) - y) ** 2` smallest.",
    ),
    pure(
        "accuracy",
        &["accuracy(predicted: T[m], actual: T[m]) -> float"],
        |_, args| accuracy(&args[0], &args[1]),
        "The share of the predictions that are right.",
    ),
    pure(
        "confusion",
        &["confusion(predicted: int[m], actual: int[m], classes?: int) -> int[?, ?]"],
        |_, args| confusion(args),
        "How often class `j` was predicted (column) where `i` was right (row).",
    ),
    pure(
        "mse",
        &["mse(predicted: float[..s], actual: float[..s]) -> float"],
        |_, args| mse(&args[0], &args[1]),
        "The mean of `(predicted - actual) ** 2`.",
    ),
    pure(
        "cross_entropy",
        &[
            "cross_entropy(logits: float[k], label: int) -> float",
            "cross_entropy(logits: float[m, k], labels: int[m]) -> float",
        ],
        |_, args| cross_entropy(&args[0], &args[1]),
        "The mean of `-log_softmax(logits)[label]`.",
    ),
];

/// x minus its mean, or its means along an axis.
pub(super) fn centered(x: Value, axis: Option<usize>) -> Result<Value, Fault> {
    let mut shape = x.shape().to_vec();
    let mut mean = mean(x.clone(), axis)?;
    if let Some(axis) = axis {
        shape[axis] = 1;
        mean = reshape(mean, &shape)?;
    }
    operators::sub(x, mean)
}

fn variance(x: Value, axis: Option<usize>) -> Result<Value, Fault> {
    let centered = centered(x, axis)?;
    mean(operators::mul(centered.clone(), centered)?, axis)
}

fn stddev(x: Value, axis: Option<usize>) -> Result<Value, Fault> {
    let mut variance = variance(x, axis)?.into_floats();
    variance.mapv_inplace(f64::sqrt);
    Ok(Value::from_array(variance))
}

fn quantile(x: &Value, q: f64) -> Result<f64, Fault> {
    if !(0.0..=1.0).contains(&q) {
        return Err(domain(format!("quantile of {q:?}: the share goes from 0 to 1")));
    }
    let order = sorted(x);
    let x = x.clone().into_floats();
    let Some(last) = order.len().checked_sub(1) else { return Err(domain("quantile of no elements")) };
    if x.iter().any(|x| x.is_nan()) {
        return Ok(f64::NAN);
    }
    let place = q * last as f64;
    let (below, above) = (x[order[place.floor() as usize]], x[order[place.ceil() as usize]]);
    Ok(below + (above - below) * place.fract())
}

fn same_length(what: &str, a: &Value, b: &Value) -> Result<usize, Fault> {
    let (m, n) = (super::lists::len(a), super::lists::len(b));
    if m != n {
        return Err(shapes(what, a.shape(), b.shape(), format_args!("0: {m} and {n}")));
    }
    if m == 0 { Err(domain(format!("{what} of no elements"))) } else { Ok(m) }
}

fn accuracy(predicted: &Value, actual: &Value) -> Result<Value, Fault> {
    let n = same_length("accuracy", predicted, actual)?;
    let (predicted, actual) = (predicted.clone().into_values(), actual.clone().into_values());
    let right = predicted.iter().zip(actual.iter()).filter(|(x, y)| x == y).count();
    Ok(Value::Float(right as f64 / n as f64))
}

fn confusion(args: &[Value]) -> Result<Value, Fault> {
    same_length("confusion", &args[0], &args[1])?;
    let (predicted, actual) = (args[0].clone().into_ints(), args[1].clone().into_ints());
    let largest = predicted.iter().chain(actual.iter()).copied().max().unwrap_or(-1);
    let n = match &args[2] {
        Value::Unit => size("a class", largest)? + 1,
        n => size("the number of classes", n.to_int())?,
    };
    let mut table = Array2::<i64>::zeros((n, n));
    for (&predicted, &actual) in predicted.iter().zip(actual.iter()) {
        match table.get_mut((size("a class", actual)?, size("a class", predicted)?)) {
            Some(cell) => *cell += 1,
            None => return Err(domain(format!("class {largest} of only {n} classes"))),
        }
    }
    Ok(Value::from_owned(table))
}

fn mse(predicted: &Value, actual: &Value) -> Result<Value, Fault> {
    if predicted.shape() != actual.shape() {
        let axis = predicted.shape().iter().zip(actual.shape()).take_while(|(m, n)| m == n).count();
        return Err(shapes("mse", predicted.shape(), actual.shape(), axis));
    }
    let difference = operators::sub(predicted.clone(), actual.clone())?;
    mean(operators::mul(difference.clone(), difference)?, None)
}

/// Labels as positions in rows of `n_classes`.
pub(super) fn classes(labels: &Value, n_classes: usize) -> Result<Vec<usize>, Fault> {
    let class = |&label: &i64| {
        usize::try_from(label)
            .ok()
            .filter(|&label| label < n_classes)
            .ok_or_else(|| domain(format!("cross_entropy: label {label} of {n_classes} classes")))
    };
    labels.clone().into_ints().iter().map(class).collect()
}

fn cross_entropy(logits: &Value, labels: &Value) -> Result<Value, Fault> {
    let logs = log_softmax(logits.clone().into_floats());
    let n_classes = logs.shape()[logs.ndim() - 1];
    let classes = classes(labels, n_classes)?;
    let rows = logs.len() / n_classes.max(1);
    if rows != classes.len() {
        return Err(shapes(
            "cross_entropy",
            logits.shape(),
            labels.shape(),
            format_args!("0: {rows} and {}", classes.len()),
        ));
    }
    if rows == 0 {
        return Err(domain("cross_entropy of no elements"));
    }
    let last = Axis(logs.ndim() - 1);
    let total: f64 = logs.lanes(last).into_iter().zip(&classes).map(|(row, &class)| -row[class]).sum();
    Ok(Value::Float(total / rows as f64))
}

/// A row for each number: its powers from the highest down to 0.
pub(super) fn powers(x: &Array<f64>, degree: usize) -> Array2<f64> {
    Array2::from_shape_fn((x.len(), degree + 1), |(i, j)| x[[i]].powi((degree - j) as i32))
}

/// Least squares on powers of `x` that are scaled to length 1, so that high degrees stay well conditioned.
fn polyfit(args: &[Value]) -> Result<Value, Fault> {
    let degree = size("polyfit: the degree", args[2].to_int())?;
    let x = args[0].clone().into_floats();
    let (m, n) = (x.len(), degree + 1);
    if m != args[1].shape()[0] {
        return Err(shapes("polyfit", args[0].shape(), args[1].shape(), 0));
    }
    if m < n {
        return Err(domain(format!(
            "polyfit: {m} points for a polynomial of degree {degree}, {n} are needed"
        )));
    }
    let mut powers = powers(&x, degree);
    let lengths: Vec<f64> = powers.axis_iter(Axis(1)).map(|column| column.dot(&column).sqrt()).collect();
    for (mut column, length) in powers.axis_iter_mut(Axis(1)).zip(&lengths) {
        column.mapv_inplace(|x| if *length > 0.0 { x / length } else { x });
    }
    let solution = lstsq(&Value::from_owned(powers), &args[1]).map_err(|fault| {
        Box::new(fault.help("a polynomial of this degree needs more points that differ in `x`"))
    })?;
    let coefficients = solution.into_floats();
    Ok(Value::vector(coefficients.iter().zip(lengths).map(|(c, length)| c / length).collect::<Vec<f64>>()))
}

#[cfg(test)]
mod tests;
