//! Sums, products, extremes: many elements to one, over the whole tensor or along an axis.

use super::{Builtin, pure};

use std::sync::Arc;

use ndarray::{ArrayD, ArrayView1, Axis, Ix2};
use qml_source::bug;

use super::faults::{domain, overflow};
use super::operators::{Kind, kind};
use crate::observable::Observable;
use crate::value::{Array, Element};
use crate::{C64, Fault, Value};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "sum",
        &[
            "sum(x: num[..s]) -> num",
            "sum(x: num[..s], axis: axis) -> num[..s - axis]",
            "sum(x: observable[m]) -> observable",
            "sum(x: bool[..s]) -> int",
            "sum(x: bool[..s], axis: axis) -> int[..s - axis]",
        ],
        |_, args| sum(std::mem::take(&mut args[0]), axis_of(args, 1)),
        "The sum of the elements, or along an axis; counts what is true among `bool`s.",
    ),
    pure(
        "prod",
        &["prod(x: num[..s]) -> num", "prod(x: num[..s], axis: axis) -> num[..s - axis]"],
        |_, args| prod(std::mem::take(&mut args[0]), axis_of(args, 1)),
        "The product of the elements, or along an axis.",
    ),
    pure(
        "mean",
        &[
            "mean(x: float[..s]) -> float",
            "mean(x: float[..s], axis: axis) -> float[..s - axis]",
            "mean(x: bool[..s]) -> float",
            "mean(x: bool[..s], axis: axis) -> float[..s - axis]",
            "mean(x: complex[..s]) -> complex",
            "mean(x: complex[..s], axis: axis) -> complex[..s - axis]",
        ],
        |_, args| mean(std::mem::take(&mut args[0]), axis_of(args, 1)),
        "The mean of the elements, or along an axis; the share of what is true among `bool`s.",
    ),
    pure(
        "min",
        &[
            "min(x: int[..s]) -> int",
            "min(x: int[..s], axis: axis) -> int[..s - axis]",
            "min(x: float[..s]) -> float",
            "min(x: float[..s], axis: axis) -> float[..s - axis]",
        ],
        |_, args| extreme(args, "min", f64::lt, i64::min),
        "The smallest element, or along an axis.",
    ),
    pure(
        "max",
        &[
            "max(x: int[..s]) -> int",
            "max(x: int[..s], axis: axis) -> int[..s - axis]",
            "max(x: float[..s]) -> float",
            "max(x: float[..s], axis: axis) -> float[..s - axis]",
        ],
        |_, args| extreme(args, "max", f64::gt, i64::max),
        "The largest element, or along an axis.",
    ),
    pure(
        "argmin",
        &["argmin(x: float[m]) -> int", "argmin(x: float[..s], axis: axis) -> int[..s - axis]"],
        |_, args| arg_extreme(args, "argmin", |x, y| x < y),
        "The index of the smallest element, the first of several.",
    ),
    pure(
        "argmax",
        &["argmax(x: float[m]) -> int", "argmax(x: float[..s], axis: axis) -> int[..s - axis]"],
        |_, args| arg_extreme(args, "argmax", |x, y| x > y),
        "The index of the largest element, the first of several.",
    ),
    pure(
        "any",
        &["any(x: bool[..s]) -> bool", "any(x: bool[..s], axis: axis) -> bool[..s - axis]"],
        |_, args| Ok(quantify(args, |lane| lane.iter().any(|&x| x))),
        "Whether one element is true.",
    ),
    pure(
        "all",
        &["all(x: bool[..s]) -> bool", "all(x: bool[..s], axis: axis) -> bool[..s - axis]"],
        |_, args| Ok(quantify(args, |lane| lane.iter().all(|&x| x))),
        "Whether each element is true.",
    ),
];

/// The axis argument, if there is one.
pub(super) fn axis_of(args: &[Value], position: usize) -> Option<usize> {
    match args.get(position) {
        None | Some(Value::Unit) => None,
        Some(axis) => Some(axis.to_int() as usize),
    }
}

/// Each lane along the axis to one element; the whole tensor if there is no axis. A scalar is a lane of one.
fn reduce<T: Element, U: Element>(
    x: &Array<T>,
    axis: Option<usize>,
    f: impl Fn(ArrayView1<'_, T>) -> Result<U, Fault>,
) -> Result<Value, Fault> {
    let Some(axis) = axis else {
        if let Some(elements) = x.as_slice() {
            return Ok(f(ArrayView1::from(elements))?.into_value());
        }
        let flat: ndarray::Array1<T> = x.iter().cloned().collect();
        return Ok(f(flat.view())?.into_value());
    };
    if axis >= x.ndim() {
        return Err(domain(format!("there is no axis {axis} in a tensor of shape {:?}", x.shape())));
    }
    let mut shape = x.shape().to_vec();
    shape.remove(axis);
    let elements: Vec<U> = x.lanes(Axis(axis)).into_iter().map(f).collect::<Result<_, _>>()?;
    match ArrayD::from_shape_vec(shape, elements) {
        Ok(array) => Ok(Value::from_owned(array)),
        Err(error) => bug!("{error}"),
    }
}

/// The sum of the elements, or along an axis.
pub(super) fn sum(x: Value, axis: Option<usize>) -> Result<Value, Fault> {
    match kind(&x) {
        Kind::Bool => reduce(&x.into_bools(), axis, |lane| Ok(count(&lane))),
        Kind::Int => reduce(&x.into_ints(), axis, |lane| {
            lane.iter().try_fold(0i64, |a, &b| a.checked_add(b)).ok_or_else(|| overflow("sum"))
        }),
        Kind::Float => Ok(match axis {
            None => Value::Float(x.into_floats().sum()),
            Some(axis) if axis < x.shape().len() => sum_axis(&x.into_floats(), Axis(axis)),
            Some(_) => reduce(&x.into_floats(), axis, |lane| Ok(lane.sum()))?,
        }),
        Kind::Complex => reduce(&x.into_complexes(), axis, |lane| Ok(lane.sum())),
        Kind::Other => {
            let mut sum = Observable::default();
            for term in &x.into_values() {
                sum.add_scaled(&term.to_observable(), C64::ONE);
            }
            Ok(Value::Observable(Arc::new(sum)))
        }
    }
}

/// The sums along an axis. Matrices by themselves: ndarray goes through axes whose number it knows much faster.
fn sum_axis(x: &Array<f64>, axis: Axis) -> Value {
    match x.view().into_dimensionality::<Ix2>() {
        Ok(matrix) => Value::from_owned(matrix.sum_axis(axis)),
        Err(_) => Value::from_owned(x.sum_axis(axis)),
    }
}

/// How many are true: first in bytes, whose sums the processor makes many at a time.
fn count(lane: &ArrayView1<'_, bool>) -> i64 {
    let in_bytes = |part: &[bool]| i64::from(part.iter().map(|&x| u8::from(x)).sum::<u8>());
    match lane.as_slice() {
        Some(all) => all.chunks(usize::from(u8::MAX)).map(in_bytes).sum(),
        None => lane.iter().map(|&x| i64::from(x)).sum(),
    }
}

fn prod(x: Value, axis: Option<usize>) -> Result<Value, Fault> {
    match kind(&x) {
        Kind::Bool | Kind::Int => reduce(&x.into_ints(), axis, |lane| {
            lane.iter().try_fold(1i64, |a, &b| a.checked_mul(b)).ok_or_else(|| overflow("prod"))
        }),
        Kind::Complex => reduce(&x.into_complexes(), axis, |lane| Ok(lane.product())),
        _ => reduce(&x.into_floats(), axis, |lane| Ok(lane.product())),
    }
}

fn not_empty(what: &str, n: usize) -> Result<(), Fault> {
    if n == 0 { Err(domain(format!("{what} of no elements"))) } else { Ok(()) }
}

/// The mean of the elements, or along an axis.
pub(super) fn mean(x: Value, axis: Option<usize>) -> Result<Value, Fault> {
    if kind(&x) == Kind::Complex {
        return reduce(&x.into_complexes(), axis, |lane| {
            not_empty("mean", lane.len())?;
            Ok(lane.sum() / lane.len() as f64)
        });
    }
    reduce(&x.into_floats(), axis, |lane| {
        not_empty("mean", lane.len())?;
        Ok(lane.sum() / lane.len() as f64)
    })
}

/// The position of the first element that comes before all others; of the first `nan` if there is one.
fn position<T: PartialOrd>(lane: &ArrayView1<'_, T>, is_before: fn(&T, &T) -> bool) -> usize {
    let mut best = 0;
    for (i, x) in lane.iter().enumerate() {
        // What isn't equal to itself is `nan`.
        if lane[best].partial_cmp(&lane[best]).is_none() {
            break;
        }
        if is_before(x, &lane[best]) || x.partial_cmp(x).is_none() {
            best = i;
        }
    }
    best
}

/// The element that comes before all others; `nan` if there is one.
fn extreme(
    args: &mut [Value],
    what: &str,
    is_before: impl Fn(&f64, &f64) -> bool,
    of_ints: impl Fn(i64, i64) -> i64,
) -> Result<Value, Fault> {
    let (x, axis) = (std::mem::take(&mut args[0]), axis_of(args, 1));
    if kind(&x) == Kind::Float {
        return reduce(&x.into_floats(), axis, |lane| {
            not_empty(what, lane.len())?;
            Ok(match lane.as_slice() {
                Some(side_by_side) => first_of(side_by_side, &is_before),
                None => first_of(&lane.to_vec(), &is_before),
            })
        });
    }
    reduce(&x.into_ints(), axis, |lane| {
        not_empty(what, lane.len())?;
        Ok(lane.iter().copied().fold(lane[0], &of_ints))
    })
}

/// The element that comes before all others, of two that are equal the first; `nan` if there is one. Eight elements are looked at
/// side by side.
fn first_of(elements: &[f64], is_before: impl Fn(&f64, &f64) -> bool) -> f64 {
    let (groups, rest) = elements.as_chunks::<8>();
    let (mut best, mut has_nan) = ([elements[0]; 8], [false; 8]);
    for group in groups {
        for lane in 0..8 {
            best[lane] = if is_before(&group[lane], &best[lane]) { group[lane] } else { best[lane] };
            has_nan[lane] |= group[lane].is_nan();
        }
    }
    let earlier = |best, &x: &f64| if is_before(&x, &best) { x } else { best };
    let first = best.iter().chain(rest).fold(best[0], earlier);
    if has_nan.contains(&true) || rest.iter().any(|x| x.is_nan()) {
        f64::NAN
    } else if first == 0.0 {
        // Zeros are equal, but those of different lanes may differ in their signs.
        elements.iter().copied().find(|&x| x == 0.0).unwrap_or(first)
    } else {
        first
    }
}

fn arg_extreme(args: &mut [Value], what: &str, is_before: fn(&f64, &f64) -> bool) -> Result<Value, Fault> {
    let (x, axis) = (std::mem::take(&mut args[0]), axis_of(args, 1));
    reduce(&x.into_floats(), axis, |lane| {
        not_empty(what, lane.len())?;
        Ok(position(&lane, is_before) as i64)
    })
}

fn quantify(args: &mut [Value], f: fn(ArrayView1<'_, bool>) -> bool) -> Value {
    let (x, axis) = (std::mem::take(&mut args[0]), axis_of(args, 1));
    match reduce(&x.into_bools(), axis, |lane| Ok(f(lane))) {
        Ok(value) => value,
        Err(fault) => bug!("{}", fault.message),
    }
}

#[cfg(test)]
mod tests;
