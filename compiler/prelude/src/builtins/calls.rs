//! What a call checks of the sizes of its arguments, where that isn't known when the program is compiled.
//!
//! A check knows where the function was declared: file, start and end of that place are ints among its arguments.

use qml_source::{Code, FileId, Span};

use super::faults::fault;
use super::{Builtin, internal};
use crate::{Fault, Value};

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "op.call_shape",
        |_, args| call_shape(args),
        "`(what, file, start, end, d0, d1, ..., e0, e1, ...)`: a fault unless the dimensions are those expected.",
    ),
    internal(
        "op.call_where",
        |_, args| call_where(args),
        "`(holds, text, names, file, start, end, values...)`: a fault unless the condition of a signature holds.",
    ),
];

fn call_shape(args: &[Value]) -> Result<Value, Fault> {
    let ints: Vec<i64> = args[4..].iter().map(Value::to_int).collect();
    let (actual, expected) = ints.split_at(ints.len() / 2);
    let Some(axis) = actual.iter().zip(expected).position(|(a, b)| a != b) else { return Ok(Value::Unit) };
    let message = format!("{} has the shape {actual:?}, {expected:?} is needed", args[0].to_str());
    let axes = format!("they differ first in axis {axis}: {} and {}", actual[axis], expected[axis]);
    Err(Box::new(fault(Code::Q0604, message).secondary(declared(&args[1..]), "declared here").note(axes)))
}

fn call_where(args: &[Value]) -> Result<Value, Fault> {
    if args[0].to_bool() {
        return Ok(Value::Unit);
    }
    let names = args[2].to_str().split(',').filter(|name| !name.is_empty());
    let values = names.zip(&args[6..]).map(|(name, value)| format!("{name} = {}", value.to_int()));
    let values: Vec<_> = values.collect();
    let fault = fault(Code::Q0309, args[1].to_str())
        .secondary(declared(&args[3..]), "the condition of its signature")
        .note(format!("here {}", values.join(", ")));
    Err(Box::new(fault))
}

fn declared(args: &[Value]) -> Span {
    let [file, start, end] = [&args[0], &args[1], &args[2]].map(Value::to_int);
    Span::new(FileId(file as u32), start as usize, end as usize)
}
