//! Indices and slices.
//!
//! An index is an `Int`; a range `Tuple(lo, hi)` with `Unit` for a missing bound; `Unit` for the whole axis; or a tensor
//! of `Int` or `Bool`, which gathers along its axis. Axes without an index are taken whole.

use ndarray::{ArrayViewMutD, Axis, Dimension, IxDyn, Slice};
use qml_source::{Code, Diagnostic, bug};

use super::faults::fault;
use super::operators::{broadcast_shape, kind, spread};
use super::{Builtin, internal, operators};
use crate::value::{Array, Element};
use crate::{Fault, Tensor, Value, with_array};

pub(super) const ROWS: &[Builtin] = &[
    internal("op.index", |_, args| index_row(args), "`(t, i0, i1, ...)`: the element, or the part."),
    internal(
        "op.index_set",
        |_, args| index_set(std::mem::take(&mut args[0]), std::mem::take(&mut args[1]), &args[2..]),
        "`(t, v, i0, ...)`: t with that part replaced by v, broadcast.",
    ),
    internal(
        "op.index_add",
        |_, args| index_add(std::mem::take(&mut args[0]), std::mem::take(&mut args[1]), &args[2..]),
        "`(t, v, i0, ...)`: t with v added to that part, broadcast; Unit adds nothing.",
    ),
    internal(
        "op.slice_zeros_add",
        |_, args| slice_zeros_add(&args[0], args[1].clone(), &args[2..]),
        "`(like, v, i0, ...)`: zeros shaped like `like` with v added there.",
    ),
    internal("op.dim", |_, args| dim(args), "`(t, axis)`: the size of an axis."),
    internal(
        "op.shape_check",
        |_, args| shape_check(args),
        "`(actual, expected, axis, what)`: a fault unless the sizes agree; gives `actual`.",
    ),
];

/// An index that was held against the size of its axis.
enum Place {
    One(usize),
    Range(usize, usize),
    Many(Vec<usize>),
}

impl Place {
    fn len(&self) -> usize {
        match self {
            Self::One(_) => 1,
            Self::Range(lo, hi) => hi - lo,
            Self::Many(list) => list.len(),
        }
    }

    fn at(&self, k: usize) -> usize {
        match self {
            Self::One(i) => *i,
            Self::Range(lo, _) => lo + k,
            Self::Many(list) => list[k],
        }
    }
}

fn out_of_range(index: i64, length: usize, axis: usize) -> Fault {
    let message = format!("index {index} is out of range: axis {axis} has length {length}");
    let mut diagnostic = Diagnostic::error(Code::Q0605, message);
    if index < 0 {
        diagnostic =
            diagnostic.help("negative indices don't count from the end: `x[len(x) - 1]` is the last item");
    }
    Box::new(diagnostic)
}

fn resolve_one(index: i64, length: usize, axis: usize) -> Result<usize, Fault> {
    usize::try_from(index).ok().filter(|&i| i < length).ok_or_else(|| out_of_range(index, length, axis))
}

fn resolve(index: &Value, length: usize, axis: usize) -> Result<Place, Fault> {
    let bound = |value: &Value, default: usize| match value {
        Value::Unit => Ok(default as i64),
        other => Ok::<_, Fault>(other.to_int()),
    };
    match index {
        Value::Unit => Ok(Place::Range(0, length)),
        Value::Tuple(range) => {
            let (lo, hi) = (bound(&range[0], 0)?, bound(&range[1], length)?);
            if lo > hi {
                return Err(fault(Code::Q0605, format!("range {lo}..{hi} ends before it begins")));
            }
            if lo < 0 || hi > length as i64 {
                return Err(fault(
                    Code::Q0605,
                    format!("range {lo}..{hi} is out of range: axis {axis} has length {length}"),
                ));
            }
            Ok(Place::Range(lo as usize, hi as usize))
        }
        Value::Tensor(Tensor::Bool(mask)) => {
            if mask.shape() != [length] {
                let text = format_args!("{axis}: {:?} and {length}", mask.shape());
                return Err(super::faults::shapes("mask", mask.shape(), &[length], text));
            }
            Ok(Place::Many(mask.iter().enumerate().filter_map(|(i, &is_in)| is_in.then_some(i)).collect()))
        }
        Value::Tensor(indices) => {
            let indices = Value::Tensor(indices.clone()).into_ints();
            Ok(Place::Many(indices.iter().map(|&i| resolve_one(i, length, axis)).collect::<Result<_, _>>()?))
        }
        index => Ok(Place::One(resolve_one(index.to_int(), length, axis)?)),
    }
}

fn resolve_all(shape: &[usize], indices: &[Value]) -> Result<Vec<Place>, Fault> {
    if indices.len() > shape.len() {
        let message = format!("{} indices for a tensor of shape {shape:?}", indices.len());
        return Err(fault(Code::Q0605, message));
    }
    indices.iter().enumerate().map(|(axis, index)| resolve(index, shape[axis], axis)).collect()
}

/// The shape of a part.
fn part_shape(shape: &[usize], places: &[Place]) -> Vec<usize> {
    let indexed = places.iter().filter(|place| !matches!(place, Place::One(_))).map(Place::len);
    indexed.chain(shape[places.len()..].iter().copied()).collect()
}

fn get<T: Element>(mut array: Array<T>, places: &[Place]) -> Value {
    let mut axis = 0;
    for place in places {
        match place {
            Place::One(i) => array = array.index_axis_move(Axis(axis), *i),
            Place::Range(lo, hi) => {
                array.slice_axis_inplace(Axis(axis), Slice::from(*lo..*hi));
                axis += 1;
            }
            Place::Many(list) => {
                array = gathered(&array, axis, list);
                axis += 1;
            }
        }
    }
    Value::from_array(array)
}

/// The parts of an array at these places of an axis.
fn gathered<T: Element>(array: &Array<T>, axis: usize, places: &[usize]) -> Array<T> {
    let mut shape = array.shape().to_vec();
    let row_len: usize = shape[1..].iter().product();
    match array.as_slice() {
        // Rows that lie side by side are copied as they are.
        Some(elements) if axis == 0 && shape.len() > 1 => {
            shape[0] = places.len();
            let mut rows = Vec::with_capacity(places.len() * row_len);
            places.iter().for_each(|&i| rows.extend_from_slice(&elements[i * row_len..(i + 1) * row_len]));
            match Array::from_shape_vec(shape, rows) {
                Ok(rows) => rows,
                Err(error) => bug!("{error}"),
            }
        }
        _ => array.select(Axis(axis), places).into_shared(),
    }
}

fn index_row(args: &[Value]) -> Result<Value, Fault> {
    // The commonest cases without a detour: one element of a vector, one row of a matrix.
    if let [Value::Tensor(Tensor::Float(array)), Value::Int(i)] = args {
        let i = resolve_one(*i, array.shape()[0], 0)?;
        return Ok(match array.ndim() {
            1 => Value::Float(array[i]),
            _ => Value::Tensor(Tensor::Float(array.clone().index_axis_move(Axis(0), i))),
        });
    }
    index(&args[0], &args[1..])
}

/// `t[i0, i1, ...]`.
pub(crate) fn index(value: &Value, indices: &[Value]) -> Result<Value, Fault> {
    if let Value::List(items) = value {
        return Ok(items[resolve_one(indices[0].to_int(), items.len(), 0)?].clone());
    }
    let Value::Tensor(tensor) = value else { bug!("an index of {value:?}") };
    let places = resolve_all(tensor.shape(), indices)?;
    Ok(with_array!(tensor, array => get(array.clone(), &places)))
}

/// Calls `write` with each element of a part and its new value.
fn write<T: Clone>(
    array: &mut Array<T>,
    places: &[Place],
    new: &Array<T>,
    write: impl Fn(&mut T, &T),
) -> Result<(), Fault> {
    let shape = part_shape(array.shape(), places);
    if broadcast_shape("assignment", &shape, new.shape())? != shape {
        let axis = new.ndim().saturating_sub(shape.len());
        return Err(super::faults::shapes("assignment", &shape, new.shape(), axis));
    }
    let new = spread(new, &shape);
    if !places.iter().any(|place| matches!(place, Place::Many(_))) {
        let mut view: ArrayViewMutD<'_, T> = array.view_mut();
        let mut axis = 0;
        for place in places {
            if let Place::One(i) = place {
                view = view.index_axis_move(Axis(axis), *i);
            } else if let Place::Range(lo, hi) = place {
                view.slice_axis_inplace(Axis(axis), Slice::from(*lo..*hi));
                axis += 1;
            }
        }
        view.zip_mut_with(&new, write);
        return Ok(());
    }
    let mut place = vec![0; array.ndim()];
    for (coordinates, value) in new.indexed_iter() {
        let mut coordinates = coordinates.slice().iter().copied();
        for (axis, slot) in place.iter_mut().enumerate() {
            *slot = match places.get(axis) {
                Some(one @ Place::One(_)) => one.at(0),
                Some(other) => other.at(coordinates.next().unwrap_or(0)),
                None => coordinates.next().unwrap_or(0),
            };
        }
        write(&mut array[IxDyn(&place)], value);
    }
    Ok(())
}

/// `t` with the part at these indices replaced.
pub(crate) fn index_set(target: Value, new: Value, indices: &[Value]) -> Result<Value, Fault> {
    let places = resolve_all(target.shape(), indices)?;
    // The compiler widens; an empty or mixed target is widened here all the same.
    Ok(match target.into_tensor() {
        Tensor::Value(mut array) => {
            // An element that is a tensor itself is set as a whole.
            let new = if part_shape(array.shape(), &places).is_empty() {
                ndarray::arr0(new).into_dyn().into_shared()
            } else {
                new.into_values()
            };
            write(&mut array, &places, &new, Clone::clone_from)?;
            Value::from_array(array)
        }
        Tensor::Bool(mut array) => {
            write(&mut array, &places, &new.into_bools(), |x, y| *x = *y)?;
            Value::from_array(array)
        }
        Tensor::Int(mut array) => {
            write(&mut array, &places, &new.into_ints(), |x, y| *x = *y)?;
            Value::from_array(array)
        }
        Tensor::Float(mut array) => {
            write(&mut array, &places, &new.into_floats(), |x, y| *x = *y)?;
            Value::from_array(array)
        }
        Tensor::Complex(mut array) => {
            write(&mut array, &places, &new.into_complexes(), |x, y| *x = *y)?;
            Value::from_array(array)
        }
    })
}

/// `t` with `v` added to the part at these indices, once for each time an element is named.
pub(crate) fn index_add(target: Value, addend: Value, indices: &[Value]) -> Result<Value, Fault> {
    if addend == Value::Unit {
        return Ok(target);
    }
    let places = resolve_all(target.shape(), indices)?;
    Ok(match target {
        Value::Tensor(Tensor::Float(mut array)) => {
            write(&mut array, &places, &addend.into_floats(), |x, y| *x += y)?;
            Value::from_array(array)
        }
        Value::Tensor(Tensor::Complex(mut array)) => {
            write(&mut array, &places, &addend.into_complexes(), |x, y| *x += y)?;
            Value::from_array(array)
        }
        // Ints are checked, and other values have a sum of their own.
        target => {
            let sum = operators::add(index(&target, indices)?, addend)?;
            index_set(target, sum, indices)?
        }
    })
}

/// Zeros shaped like `like`, with `v` added at the indices: the cotangent of `op.index`.
pub(crate) fn slice_zeros_add(like: &Value, v: Value, indices: &[Value]) -> Result<Value, Fault> {
    if v == Value::Unit {
        return Ok(Value::Unit);
    }
    if kind(like) == operators::Kind::Other {
        // A tensor of tuples: the cotangent is a tensor of their cotangents.
        let zeros = Value::from_owned(ndarray::ArrayD::from_elem(IxDyn(like.shape()), Value::Unit));
        return index_set(zeros, v, indices);
    }
    index_add(super::gradients::zeros_like(like), v, indices)
}

fn dim(args: &[Value]) -> Result<Value, Fault> {
    let (shape, axis) = (args[0].shape(), args[1].to_int());
    match usize::try_from(axis).ok().and_then(|axis| shape.get(axis)) {
        Some(&size) => Ok(Value::Int(size as i64)),
        None => Err(fault(Code::Q0605, format!("there is no axis {axis} in a tensor of shape {shape:?}"))),
    }
}

fn shape_check(args: &[Value]) -> Result<Value, Fault> {
    let (actual, expected) = (args[0].to_int(), args[1].to_int());
    if actual == expected {
        return Ok(Value::Int(actual));
    }
    let (axis, what) = (args[2].to_int(), args[3].to_str());
    Err(fault(Code::Q0604, format!("{what}: axis {axis} has length {actual}, not {expected}")))
}

#[cfg(test)]
mod tests;
