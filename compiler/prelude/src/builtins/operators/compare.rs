//! Comparison and logic, element by element.

use std::cmp::Ordering;

use super::{Kind, kind, zip_map};
use crate::value::Array;
use crate::{Fault, Tensor, Value};

/// a == b, or a != b if `negated`. Tuples are compared as wholes.
pub(super) fn equal(args: &mut [Value], negated: bool) -> Result<Value, Fault> {
    let (a, b) = (std::mem::take(&mut args[0]), std::mem::take(&mut args[1]));
    let what = if negated { "!=" } else { "==" };
    match kind(&a).max(kind(&b)) {
        Kind::Bool => zip_map(what, &a.into_bools(), &b.into_bools(), |x, y| (x == y) != negated),
        Kind::Int => zip_map(what, &a.into_ints(), &b.into_ints(), |x, y| (x == y) != negated),
        Kind::Float => zip_map(what, &a.into_floats(), &b.into_floats(), |x, y| (x == y) != negated),
        Kind::Complex => zip_map(what, &a.into_complexes(), &b.into_complexes(), |x, y| (x == y) != negated),
        Kind::Other => zip_map(what, &a.into_values(), &b.into_values(), |x, y| (x == y) != negated),
    }
}

/// Whether the order of a and b is among those wanted; never for `nan`.
pub(super) fn order(args: &mut [Value], is_wanted: fn(Ordering) -> bool) -> Result<Value, Fault> {
    fn compare<T: crate::value::Element + PartialOrd>(
        a: &Array<T>,
        b: &Array<T>,
        is_wanted: fn(Ordering) -> bool,
    ) -> Result<Value, Fault> {
        zip_map("comparison", a, b, |x, y| x.partial_cmp(y).is_some_and(is_wanted))
    }
    let (a, b) = (std::mem::take(&mut args[0]), std::mem::take(&mut args[1]));
    match kind(&a).max(kind(&b)) {
        Kind::Bool | Kind::Int => compare(&a.into_ints(), &b.into_ints(), is_wanted),
        Kind::Float => compare(&a.into_floats(), &b.into_floats(), is_wanted),
        Kind::Complex | Kind::Other => zip_map("comparison", &a.into_values(), &b.into_values(), |x, y| {
            is_wanted(x.to_str().cmp(y.to_str()))
        }),
    }
}

/// A connective, element by element.
pub(super) fn logic(args: &mut [Value], f: fn(bool, bool) -> bool) -> Result<Value, Fault> {
    let (a, b) = (std::mem::take(&mut args[0]), std::mem::take(&mut args[1]));
    super::zip_same("logic", a.into_bools(), b.into_bools(), |&x, &y| f(x, y))
}

/// not a.
pub(super) fn not(args: &mut [Value]) -> Result<Value, Fault> {
    Ok(match std::mem::take(&mut args[0]) {
        Value::Bool(x) => Value::Bool(!x),
        Value::Tensor(Tensor::Bool(mut array)) => {
            array.mapv_inplace(|x| !x);
            Value::from_array(array)
        }
        other => qml_source::bug!("`not` of {other:?}"),
    })
}
