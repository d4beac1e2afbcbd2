//! The conversions that the compiler inserts.

use super::{Builtin, internal};
use crate::Value;

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "op.to_int",
        |_, args| Ok(Value::from_array(take(args).into_ints())),
        "`(x)`: bool to int, scalar or tensor.",
    ),
    internal(
        "op.to_float",
        |_, args| Ok(to_float(take(args))),
        "`(x)`: bool or int to float, scalar or tensor; part by part for tuples.",
    ),
    internal(
        "op.to_complex",
        |_, args| Ok(Value::from_array(take(args).into_complexes())),
        "`(x)`: bool, int or float to complex, scalar or tensor.",
    ),
    internal(
        "op.to_observable",
        |_, args| {
            let numbers = take(args).into_values();
            Ok(Value::from_array(numbers.map(|x| Value::Observable(x.to_observable())).into_shared()))
        },
        "`(x)`: a number to a multiple of the identity, scalar or tensor.",
    ),
];

fn take(args: &mut [Value]) -> Value {
    std::mem::take(&mut args[0])
}

fn to_float(value: Value) -> Value {
    match value {
        Value::Int(x) => Value::Float(x as f64),
        Value::Float(_) => value,
        Value::Tuple(parts) => Value::tuple(parts.iter().cloned().map(to_float).collect::<Vec<_>>()),
        other => Value::from_array(other.into_floats()),
    }
}
