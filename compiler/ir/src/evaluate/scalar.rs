//! Operations on scalars, and the faults of those on `int`.
//!
//! A fault is made by the row of the table that does the same operation on values (`op.add`), so that its words are the
//! same wherever it arises.

use qml_prelude::builtins::{Call, power};
use qml_prelude::{BuiltinId, Fault, NoWorld, Value};
use qml_source::bug;

use crate::host::{BinaryOp, UnaryOp};

/// One scalar to one.
pub fn unary(op: UnaryOp, x: &Value) -> Result<Value, Fault> {
    Ok(match (op, x) {
        (UnaryOp::Neg, Value::Int(i)) => match i.checked_neg() {
            Some(negated) => Value::Int(negated),
            None => return (row("op.neg"))(&mut NoWorld, &mut [x.clone()]),
        },
        (UnaryOp::Neg, Value::Float(x)) => Value::Float(-x),
        (UnaryOp::Not, Value::Bool(b)) => Value::Bool(!b),
        (UnaryOp::ToFloat, Value::Int(i)) => Value::Float(*i as f64),
        _ => bug!("{op:?} of {x:?}"),
    })
}

/// Two scalars of the same type to one.
pub fn binary(op: BinaryOp, a: &Value, b: &Value) -> Result<Value, Fault> {
    match (a, b) {
        (Value::Int(x), Value::Int(y)) => match ints(op, *x, *y) {
            Some(value) => Ok(value),
            None => (row(op.row_name()))(&mut NoWorld, &mut [a.clone(), b.clone()]),
        },
        (Value::Float(x), Value::Float(y)) => Ok(floats(op, *x, *y)),
        (Value::Bool(x), Value::Bool(y)) => Ok(Value::Bool(match op {
            BinaryOp::And => *x && *y,
            BinaryOp::Or => *x || *y,
            BinaryOp::Eq => x == y,
            BinaryOp::Ne => x != y,
            _ => bug!("{op:?} of bools"),
        })),
        _ => bug!("{op:?} of {a:?} and {b:?}"),
    }
}

/// Nothing, if the operation faults.
fn ints(op: BinaryOp, x: i64, y: i64) -> Option<Value> {
    Some(match op {
        BinaryOp::Add => Value::Int(x.checked_add(y)?),
        BinaryOp::Sub => Value::Int(x.checked_sub(y)?),
        BinaryOp::Mul => Value::Int(x.checked_mul(y)?),
        BinaryOp::DivFloor => {
            let quotient = x.checked_div(y)?;
            Value::Int(if x % y != 0 && (x < 0) != (y < 0) { quotient - 1 } else { quotient })
        }
        BinaryOp::Mod => {
            // The smallest int modulo -1 is 0, and overflows in the processor's division.
            let remainder = if y == -1 { 0 } else { x.checked_rem(y)? };
            Value::Int(if remainder != 0 && (remainder < 0) != (y < 0) { remainder + y } else { remainder })
        }
        BinaryOp::Eq => Value::Bool(x == y),
        BinaryOp::Ne => Value::Bool(x != y),
        BinaryOp::Lt => Value::Bool(x < y),
        BinaryOp::Le => Value::Bool(x <= y),
        BinaryOp::Gt => Value::Bool(x > y),
        BinaryOp::Ge => Value::Bool(x >= y),
        BinaryOp::Div | BinaryOp::Pow | BinaryOp::And | BinaryOp::Or => bug!("{op:?} of ints"),
    })
}

fn floats(op: BinaryOp, x: f64, y: f64) -> Value {
    match op {
        BinaryOp::Add => Value::Float(x + y),
        BinaryOp::Sub => Value::Float(x - y),
        BinaryOp::Mul => Value::Float(x * y),
        BinaryOp::Div => Value::Float(x / y),
        BinaryOp::Mod => {
            let remainder = x % y;
            Value::Float(if remainder != 0.0 && (remainder < 0.0) != (y < 0.0) {
                remainder + y
            } else {
                remainder
            })
        }
        BinaryOp::Pow => Value::Float(power(x, y)),
        BinaryOp::Eq => Value::Bool(x == y),
        BinaryOp::Ne => Value::Bool(x != y),
        BinaryOp::Lt => Value::Bool(x < y),
        BinaryOp::Le => Value::Bool(x <= y),
        BinaryOp::Gt => Value::Bool(x > y),
        BinaryOp::Ge => Value::Bool(x >= y),
        BinaryOp::DivFloor | BinaryOp::And | BinaryOp::Or => bug!("{op:?} of floats"),
    }
}

impl BinaryOp {
    /// The row of the table of built-in functions that does the same on values of any shape.
    pub fn row_name(self) -> &'static str {
        match self {
            Self::Add => "op.add",
            Self::Sub => "op.sub",
            Self::Mul => "op.mul",
            Self::Div => "op.div",
            Self::DivFloor => "op.div_floor",
            Self::Mod => "op.mod",
            Self::Pow => "op.pow",
            Self::Eq => "op.eq",
            Self::Ne => "op.ne",
            Self::Lt => "op.lt",
            Self::Le => "op.le",
            Self::Gt => "op.gt",
            Self::Ge => "op.ge",
            Self::And => "op.and",
            Self::Or => "op.or",
        }
    }
}

/// What the row of this name does.
pub(super) fn row(name: &str) -> Call {
    match BuiltinId::find(name) {
        Some(id) => id.row().call,
        None => bug!("no built-in function is called `{name}`"),
    }
}
