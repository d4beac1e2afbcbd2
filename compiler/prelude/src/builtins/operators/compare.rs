//! Comparison and logic, element by element.

use super::{Kind, kind, zip_map};
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

/// `<`, `<=`, `>` or `>=`; none of them holds for `nan`.
pub(super) trait Relation {
    fn holds<T: PartialOrd + ?Sized>(x: &T, y: &T) -> bool;
}

macro_rules! relation {
    ($name:ident, $sign:tt) => {
        pub(super) struct $name;
        impl Relation for $name {
            fn holds<T: PartialOrd + ?Sized>(x: &T, y: &T) -> bool {
                x $sign y
            }
        }
    };
}
relation!(Less, <);
relation!(LessOrEqual, <=);
relation!(Greater, >);
relation!(GreaterOrEqual, >=);

/// Whether the relation holds, element by element.
pub(super) fn order<R: Relation>(args: &mut [Value]) -> Result<Value, Fault> {
    let what = "comparison";
    let (a, b) = (std::mem::take(&mut args[0]), std::mem::take(&mut args[1]));
    match kind(&a).max(kind(&b)) {
        Kind::Bool | Kind::Int => zip_map(what, &a.into_ints(), &b.into_ints(), R::holds),
        Kind::Float => zip_map(what, &a.into_floats(), &b.into_floats(), R::holds),
        Kind::Complex | Kind::Other => {
            zip_map(what, &a.into_values(), &b.into_values(), |x, y| R::holds(x.to_str(), y.to_str()))
        }
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
