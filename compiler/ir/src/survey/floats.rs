//! The floats of a value in order, and all that is not a float.
//!
//! The order is that of a kernel's inputs: tensors row by row, tuples part by part, of an observable the coefficients of its
//! strings, then those of its projectors. Complex numbers are no floats here, and what an optimizer holds isn't either.

use std::sync::Arc;

use qml_prelude::observable::Observable;
use qml_prelude::{C64, Program, Tensor, Value};

/// How many floats a value has.
pub(super) fn count_floats(value: &Value) -> usize {
    match value {
        Value::Float(_) => 1,
        Value::Tensor(Tensor::Float(array)) => array.len(),
        Value::Tensor(Tensor::Value(array)) => array.iter().map(count_floats).sum(),
        Value::Tuple(parts) => parts.iter().map(count_floats).sum(),
        Value::List(items) => items.iter().map(count_floats).sum(),
        Value::Program(program) => program.args.iter().map(count_floats).sum(),
        Value::Observable(observable) => observable.terms.len() + observable.projectors.len(),
        Value::Unit
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Complex(_)
        | Value::Str(_)
        | Value::Tensor(_)
        | Value::Optimizer(_) => 0,
    }
}

/// The value with other floats.
pub(super) fn map_floats(value: &Value, map: &mut dyn FnMut(f64) -> f64) -> Value {
    let all = |values: &[Value], map: &mut dyn FnMut(f64) -> f64| -> Vec<Value> {
        values.iter().map(|value| map_floats(value, map)).collect()
    };
    match value {
        Value::Float(x) => Value::Float(map(*x)),
        Value::Tensor(Tensor::Float(array)) => Value::Tensor(Tensor::Float(array.mapv(map).into_shared())),
        Value::Tensor(Tensor::Value(array)) => {
            Value::Tensor(Tensor::Value(array.map(|item| map_floats(item, map)).into_shared()))
        }
        Value::Tuple(parts) => Value::tuple(all(parts, map)),
        Value::List(items) => Value::List(Arc::new(all(items, map))),
        Value::Program(program) => {
            Value::Program(Arc::new(Program { kernel: program.kernel, args: all(&program.args, map) }))
        }
        Value::Observable(observable) => {
            let mut number = |x: &C64| C64::new(map(x.re), 0.0);
            Value::observable(Observable {
                terms: observable.terms.iter().map(|(string, x)| (string.clone(), number(x))).collect(),
                projectors: observable.projectors.iter().map(|(bits, x)| (bits.clone(), number(x))).collect(),
            })
        }
        Value::Unit
        | Value::Bool(_)
        | Value::Int(_)
        | Value::Complex(_)
        | Value::Str(_)
        | Value::Tensor(_)
        | Value::Optimizer(_) => value.clone(),
    }
}

/// Whether there is a complex number in a value.
pub(super) fn has_complex(value: &Value) -> bool {
    match value {
        Value::Complex(_) | Value::Tensor(Tensor::Complex(_)) => true,
        Value::Tensor(Tensor::Value(array)) => array.iter().any(has_complex),
        Value::Tuple(parts) => parts.iter().any(has_complex),
        Value::List(items) => items.iter().any(has_complex),
        Value::Program(program) => program.args.iter().any(has_complex),
        _ => false,
    }
}

/// Whether there is an int, a bool, a text or an observable in a value.
pub(super) fn has_discrete(value: &Value) -> bool {
    match value {
        Value::Bool(_) | Value::Int(_) | Value::Str(_) => true,
        Value::Tensor(Tensor::Bool(array)) => !array.is_empty(),
        Value::Tensor(Tensor::Int(array)) => !array.is_empty(),
        Value::Tensor(Tensor::Value(array)) => array.iter().any(has_discrete),
        Value::Tuple(parts) => parts.iter().any(has_discrete),
        Value::List(items) => items.iter().any(has_discrete),
        Value::Program(program) => program.args.iter().any(has_discrete),
        // Which strings it has.
        Value::Observable(_) => true,
        Value::Unit | Value::Float(_) | Value::Complex(_) | Value::Tensor(_) | Value::Optimizer(_) => false,
    }
}

/// The value with all ints, bools and texts the same.
pub(super) fn map_discrete(value: &Value) -> Value {
    let all = |values: &[Value]| -> Vec<Value> { values.iter().map(map_discrete).collect() };
    match value {
        Value::Bool(_) => Value::Bool(false),
        Value::Int(_) => Value::Int(0),
        Value::Str(_) => Value::text(""),
        Value::Tensor(Tensor::Bool(array)) => {
            Value::Tensor(Tensor::Bool(array.mapv(|_| false).into_shared()))
        }
        Value::Tensor(Tensor::Int(array)) => Value::Tensor(Tensor::Int(array.mapv(|_| 0).into_shared())),
        Value::Tensor(Tensor::Value(array)) => {
            Value::Tensor(Tensor::Value(array.map(map_discrete).into_shared()))
        }
        Value::Tuple(parts) => Value::tuple(all(parts)),
        Value::List(items) => Value::List(Arc::new(all(items))),
        Value::Program(program) => {
            Value::Program(Arc::new(Program { kernel: program.kernel, args: all(&program.args) }))
        }
        Value::Observable(_) => Value::observable(Observable::default()),
        Value::Unit | Value::Float(_) | Value::Complex(_) | Value::Tensor(_) | Value::Optimizer(_) => {
            value.clone()
        }
    }
}
