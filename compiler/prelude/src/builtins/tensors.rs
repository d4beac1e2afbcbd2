//! Making, reshaping, joining and sorting tensors.

use super::{Builtin, pure};

use ndarray::{Array2, ArrayD, Axis, IxDyn};
use qml_source::{Code, bug};

use super::faults::{domain, fault, overflow, size};
use super::operators::{Kind, kind, zip_same};
use super::{indexing, lists, operators};
use crate::room::check_room;
use crate::value::{Array, Element};
use crate::{Fault, Tensor, Value, with_array};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "zeros",
        &["zeros(shape: shape[..s]) -> float[..s]"],
        |_, args| filled(&args[0], 0.0),
        "A tensor of zeros.",
    ),
    pure(
        "ones",
        &["ones(shape: shape[..s]) -> float[..s]"],
        |_, args| filled(&args[0], 1.0),
        "A tensor of ones.",
    ),
    pure(
        "full",
        &["full(shape: shape[..s], value: T) -> T[..s]"],
        |_, args| full(&args[0], args[1].clone()),
        "A tensor of this shape, each element `value`.",
    ),
    pure("eye", &["eye(n: int) -> float[n, n]"], |_, args| eye(args[0].to_int()), "The identity matrix."),
    pure(
        "linspace",
        &["linspace(a: float, b: float, n: int) -> float[n]"],
        |_, args| linspace(args),
        "`n` numbers at equal distances from `a` to `b`, both included.",
    ),
    pure(
        "range",
        &["range(a: int, b: int, step: int = 1) -> int[?]"],
        |_, args| range(args),
        "`a`, `a + step`, ... as long as it is before `b`; `step` may be negative, not 0.",
    ),
    pure(
        "len",
        &["len(x: T[m, ..s]) -> int"],
        |_, args| Ok(Value::Int(lists::len(&args[0]) as i64)),
        "The number of items: the first dimension.",
    ),
    pure(
        "shape",
        &["shape(x: T[..s]) -> int[?]"],
        |_, args| Ok(Value::vector(args[0].shape().iter().map(|&n| n as i64).collect())),
        "The dimensions.",
    ),
    pure(
        "reshape",
        &["reshape(x: T[..r], shape: shape[..s]) -> T[..s]"],
        |_, args| reshape(std::mem::take(&mut args[0]), &shape_of(&args[1])?),
        "The same elements, last index fastest, in another shape with as many elements.",
    ),
    pure(
        "transpose",
        &[
            "transpose(x: T[m]) -> T[m]",
            "transpose(x: T[a, b]) -> T[b, a]",
            "transpose(x: T[a, b, c]) -> T[c, b, a]",
            "transpose(x: T[a, b, c, d]) -> T[d, c, b, a]",
        ],
        |_, args| Ok(transpose(std::mem::take(&mut args[0]))),
        "The tensor with its dimensions reversed.",
    ),
    pure(
        "concat",
        &[
            "concat(a: num[m, ..s], b: num[n, ..s]) -> num[m + n, ..s]",
            "concat(a: T[m, ..s], b: T[n, ..s]) -> T[m + n, ..s]",
        ],
        |_, args| lists::concat(std::mem::take(&mut args[0]), std::mem::take(&mut args[1])),
        "The items of `a`, then those of `b`.",
    ),
    pure(
        "stack",
        &["stack(a: num[..s], b: num[..s]) -> num[2, ..s]", "stack(a: T[..s], b: T[..s]) -> T[2, ..s]"],
        |_, args| lists::stack(args.to_vec()),
        "Both, on a new first axis.",
    ),
    pure(
        "append",
        &[
            "append(x: num[m, ..s], item: num[..s]) -> num[m + 1, ..s]",
            "append(x: T[m, ..s], item: T[..s]) -> T[m + 1, ..s]",
        ],
        |_, args| append(std::mem::take(&mut args[0]), std::mem::take(&mut args[1])),
        "The items of `x`, then `item`.",
    ),
    pure(
        "take",
        &["take(x: T[m, ..s], indices: int[k]) -> T[k, ..s]"],
        |_, args| indexing::index(&args[0], &args[1..2]),
        "The items at these indices of the first axis.",
    ),
    pure(
        "sort",
        &["sort(x: int[m]) -> int[m]", "sort(x: float[m]) -> float[m]", "sort(x: string[m]) -> string[m]"],
        |_, args| Ok(lists::select(&args[0], &sorted(&args[0]))),
        "The elements in rising order, `NaN` last.",
    ),
    pure(
        "argsort",
        &[
            "argsort(x: int[m]) -> int[m]",
            "argsort(x: float[m]) -> int[m]",
            "argsort(x: string[m]) -> int[m]",
        ],
        |_, args| Ok(Value::vector(sorted(&args[0]).into_iter().map(|i| i as i64).collect())),
        "The indices that put the elements in rising order; equal ones keep their order.",
    ),
    pure(
        "reverse",
        &["reverse(x: T[m, ..s]) -> T[m, ..s]"],
        |_, args| Ok(lists::select(&args[0], &(0..lists::len(&args[0])).rev().collect::<Vec<_>>())),
        "The items from last to first.",
    ),
    pure(
        "zip",
        &[
            "zip(a: T[m, ..s], b: U[m, ..t]) -> (T[..s], U[..t])[m]",
            "zip(a: T[m, ..s], b: U[m, ..t], c: V[m, ..r]) -> (T[..s], U[..t], V[..r])[m]",
        ],
        |_, args| zip(args),
        "The items of both in pairs.",
    ),
    pure(
        "enumerate",
        &["enumerate(x: T[m, ..s]) -> (int, T[..s])[m]"],
        |_, args| Ok(enumerate(&args[0])),
        "The items, each with its index.",
    ),
    pure(
        "maximum",
        &[
            "maximum(x: int[..s], y: int[..t]) -> int[..s & ..t]",
            "maximum(x: float[..s], y: float[..t]) -> float[..s & ..t]",
        ],
        |_, args| extreme(args, f64::max, i64::max),
        "The larger one, element by element.",
    ),
    pure(
        "minimum",
        &[
            "minimum(x: int[..s], y: int[..t]) -> int[..s & ..t]",
            "minimum(x: float[..s], y: float[..t]) -> float[..s & ..t]",
        ],
        |_, args| extreme(args, f64::min, i64::min),
        "The smaller one, element by element.",
    ),
    pure(
        "clip",
        &[
            "clip(x: int[..s], lo: int, hi: int) -> int[..s]",
            "clip(x: float[..s], lo: float, hi: float) -> float[..s]",
        ],
        |_, args| clip(args),
        "`lo` where `x` is smaller, `hi` where it is larger, else `x`.",
    ),
    pure(
        "div",
        &[
            "div(a: int[..s], b: int[..t]) -> int[..s & ..t]",
            "div(a: float[..s], b: float[..t]) -> float[..s & ..t]",
        ],
        |_, args| operators::div_floor(std::mem::take(&mut args[0]), std::mem::take(&mut args[1])),
        "The quotient, rounded down.",
    ),
    pure(
        "bits",
        &["bits(k: int, n: int) -> bool[n]"],
        |_, args| bits(args),
        "The `n` binary digits of `k`, least significant first; `k` is not negative and has no more than these.",
    ),
    pure(
        "to_int",
        &["to_int(bits: bool[n]) -> int", "to_int(bits: bool[m, n]) -> int[m]"],
        |_, args| to_int(std::mem::take(&mut args[0])),
        "The number with these binary digits, least significant first; of each row of a matrix.",
    ),
    pure(
        "where_true",
        &["where_true(mask: bool[m]) -> int[?]"],
        |_, args| Ok(where_true(std::mem::take(&mut args[0]))),
        "The indices at which `mask` is true.",
    ),
];

/// The dimensions that a `shape` argument names; none if it was left out.
pub(super) fn shape_of(shape: &Value) -> Result<Vec<usize>, Fault> {
    if *shape == Value::Unit {
        return Ok(Vec::new());
    }
    let shape: Vec<usize> =
        shape.clone().into_ints().iter().map(|&n| size("a dimension", n)).collect::<Result<_, _>>()?;
    check_room(&shape, 8)?;
    Ok(shape)
}

fn eye(n: i64) -> Result<Value, Fault> {
    let n = size("the size", n)?;
    check_room(&[n, n], 8)?;
    Ok(Value::from_owned(Array2::<f64>::eye(n)))
}

fn filled(shape: &Value, x: f64) -> Result<Value, Fault> {
    Ok(Value::from_owned(ArrayD::from_elem(shape_of(shape)?, x)))
}

/// A tensor of this shape, each element `item`.
pub(super) fn full(shape: &Value, item: Value) -> Result<Value, Fault> {
    fn repeat<T: Element>(shape: Vec<usize>, item: T) -> Value {
        Value::from_owned(ArrayD::from_elem(shape, item))
    }
    let shape = shape_of(shape)?;
    Ok(match item {
        Value::Bool(x) => repeat(shape, x),
        Value::Int(x) => repeat(shape, x),
        Value::Float(x) => repeat(shape, x),
        Value::Complex(x) => repeat(shape, x),
        other => repeat(shape, other),
    })
}

fn linspace(args: &[Value]) -> Result<Value, Fault> {
    let (a, b, n) = (args[0].to_float(), args[1].to_float(), size("the number of points", args[2].to_int())?);
    check_room(&[n], 8)?;
    let last = n.saturating_sub(1);
    // Both ends exactly.
    let point = |i: usize| if i == last && n > 1 { b } else { a + (b - a) * (i as f64 / last.max(1) as f64) };
    Ok(Value::vector((0..n).map(point).collect()))
}

fn range(args: &[Value]) -> Result<Value, Fault> {
    let (a, b, step) = (args[0].to_int(), args[1].to_int(), args[2].to_int());
    if step == 0 {
        return Err(domain("the step of a range is 0, it would never end"));
    }
    let count = (i128::from(b) - i128::from(a)) / i128::from(step);
    check_room(&[usize::try_from(count).unwrap_or(0)], 8)
        .map_err(|fault| fault.help("`for k in a..b { }` counts without a list of all numbers"))?;
    let is_before = |x: i64| if step > 0 { x < b } else { x > b };
    let next = |x: &i64| x.checked_add(step).filter(|&x| is_before(x));
    Ok(Value::vector(std::iter::successors(Some(a).filter(|&a| is_before(a)), next).collect()))
}

/// The same elements in another shape.
pub(super) fn reshape(x: Value, shape: &[usize]) -> Result<Value, Fault> {
    check_room(shape, 1)?;
    let n_old: usize = x.shape().iter().product();
    let n_new: usize = shape.iter().product();
    if n_old != n_new {
        let message = format!(
            "{n_old} elements of shape {:?} don't fill shape {shape:?}, which has {n_new}",
            x.shape()
        );
        return Err(fault(Code::Q0604, message));
    }
    let Value::Tensor(tensor) = x else { return full(&shape_value(shape), x) };
    Ok(with_array!(tensor, array => match array.to_shape(IxDyn(shape)) {
        Ok(reshaped) => Value::from_owned(reshaped.to_owned()),
        Err(error) => bug!("{error}"),
    }))
}

fn shape_value(shape: &[usize]) -> Value {
    Value::vector(shape.iter().map(|&n| n as i64).collect())
}

/// The dimensions reversed.
pub(super) fn transpose(x: Value) -> Value {
    with_array!(x.into_tensor(), array => Value::from_array(array.reversed_axes()))
}

/// The items of `x`, then `item`.
pub(super) fn append(x: Value, item: Value) -> Result<Value, Fault> {
    // Keeps an item that is a tuple or a string a single element.
    lists::concat(x, lists::stack(vec![item])?)
}

/// The indices that put the elements in rising order.
pub(super) fn sorted(x: &Value) -> Vec<usize> {
    let mut order: Vec<usize> = (0..lists::len(x)).collect();
    match kind(x) {
        Kind::Int | Kind::Bool => {
            let x = x.clone().into_ints();
            order.sort_by_key(|&i| x[i]);
        }
        Kind::Float => {
            let x = x.clone().into_floats();
            // NaN last; -0.0 and 0.0 are equal.
            order.sort_by(|&i, &j| {
                x[i].partial_cmp(&x[j]).unwrap_or_else(|| x[i].is_nan().cmp(&x[j].is_nan()))
            });
        }
        Kind::Complex | Kind::Other => {
            let x = x.clone().into_values();
            order.sort_by(|&i, &j| x[i].to_str().cmp(x[j].to_str()));
        }
    }
    order
}

fn zip(args: &[Value]) -> Result<Value, Fault> {
    let sequences: Vec<&Value> = args.iter().filter(|arg| **arg != Value::Unit).collect();
    let n = lists::sequence_len(&Value::tuple(args.to_vec()))?;
    let item = |i: usize| {
        let parts: Vec<Value> = sequences.iter().map(|sequence| item(sequence, i)).collect();
        Value::tuple(parts)
    };
    Ok(Value::vector((0..n).map(item).collect::<Vec<Value>>()))
}

fn item(sequence: &Value, index: usize) -> Value {
    match sequence {
        Value::Tensor(tensor) => tensor.item(index),
        other => bug!("an item of {other:?}"),
    }
}

fn enumerate(x: &Value) -> Value {
    let pair = |i: usize| Value::tuple([Value::Int(i as i64), item(x, i)]);
    Value::vector((0..lists::len(x)).map(pair).collect::<Vec<Value>>())
}

fn extreme(
    args: &mut [Value],
    floats: fn(f64, f64) -> f64,
    ints: fn(i64, i64) -> i64,
) -> Result<Value, Fault> {
    let (a, b) = (std::mem::take(&mut args[0]), std::mem::take(&mut args[1]));
    if kind(&a).max(kind(&b)) == Kind::Float {
        // NaN stays visible.
        let extreme = |&x: &f64, &y: &f64| if x.is_nan() || y.is_nan() { f64::NAN } else { floats(x, y) };
        return zip_same("maximum or minimum", a.into_floats(), b.into_floats(), extreme);
    }
    zip_same("maximum or minimum", a.into_ints(), b.into_ints(), |&x, &y| ints(x, y))
}

fn clip(args: &mut [Value]) -> Result<Value, Fault> {
    fn bounded<T: Element + PartialOrd + std::fmt::Debug + Copy>(
        mut x: Array<T>,
        lo: T,
        hi: T,
    ) -> Result<Value, Fault> {
        if lo > hi {
            return Err(domain(format!("clip between {lo:?} and {hi:?}: the lower bound is the larger one")));
        }
        x.mapv_inplace(|x| {
            if x < lo {
                lo
            } else if x > hi {
                hi
            } else {
                x
            }
        });
        Ok(Value::from_array(x))
    }
    let x = std::mem::take(&mut args[0]);
    match args.iter().chain([&x]).map(kind).filter(|&kind| kind != Kind::Other).max() {
        Some(Kind::Float) => bounded(x.into_floats(), args[1].to_float(), args[2].to_float()),
        _ => bounded(x.into_ints(), args[1].to_int(), args[2].to_int()),
    }
}

fn bits(args: &[Value]) -> Result<Value, Fault> {
    let (k, n) = (args[0].to_int(), size("the number of bits", args[1].to_int())?);
    check_room(&[n], 1)?;
    if k < 0 || (n < 63 && k >> n != 0) {
        return Err(domain(format!("{k} doesn't fit in {n} bits")));
    }
    Ok(Value::vector((0..n).map(|i| i < 63 && k >> i & 1 == 1).collect()))
}

fn to_int(bits: Value) -> Result<Value, Fault> {
    let bits = bits.into_bools();
    let number = |bits: ndarray::ArrayViewD<'_, bool>| {
        let mut number = 0i64;
        for (i, _) in bits.iter().enumerate().filter(|(_, bit)| **bit) {
            if i > 62 {
                return Err(overflow(format_args!("to_int of {} bits", bits.len())));
            }
            number |= 1 << i;
        }
        Ok(number)
    };
    match bits.ndim() {
        1 => number(bits.view()).map(Value::Int),
        _ => Ok(Value::vector(bits.axis_iter(Axis(0)).map(number).collect::<Result<Vec<i64>, _>>()?)),
    }
}

/// The indices at which a mask is true.
fn where_true(mask: Value) -> Value {
    let Value::Tensor(Tensor::Bool(mask)) = mask else { return Value::vector(Vec::<i64>::new()) };
    Value::vector(mask.iter().enumerate().filter_map(|(i, &is_in)| is_in.then_some(i as i64)).collect())
}

#[cfg(test)]
mod tests;
