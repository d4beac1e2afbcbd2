//! Scalar operations on known numbers, symbols and outcomes.

use qml_prelude::{BuiltinId, Value};
use qml_source::{Span, bug};

use super::bind::Binary;
use super::cases::{call_by_cases, is_known_by_case};
use super::faults::{self, Failure};
use super::machine::{Machine, call_row};
use super::value::Abstract;
use crate::circuit::Angle;
use crate::circuit::condition;
use crate::host::{BinaryOp, UnaryOp};

impl Machine<'_> {
    pub(super) fn binary(
        &mut self,
        operator: BinaryOp,
        x: &Abstract,
        y: &Abstract,
        span: Span,
    ) -> Result<Abstract, Failure> {
        match (x, y) {
            (Abstract::Known(Value::Int(a)), Abstract::Known(Value::Int(b))) => {
                if let Some(value) = int_binary(operator, *a, *b) {
                    return Ok(Abstract::Known(value));
                }
                known_binary(operator, x, y, span)
            }
            (Abstract::Known(_), Abstract::Known(_)) => known_binary(operator, x, y, span),
            (Abstract::Outcome(_) | Abstract::Known(Value::Bool(_)), Abstract::Outcome(_))
            | (Abstract::Outcome(_), Abstract::Known(Value::Bool(_))) => {
                let (x, y) = (x.to_outcome(), y.to_outcome());
                Ok(Abstract::outcome(match operator {
                    BinaryOp::And => condition::and(x, y),
                    BinaryOp::Or => condition::or(x, y),
                    BinaryOp::Ne => condition::xor(x, y),
                    BinaryOp::Eq => condition::not(condition::xor(x, y)),
                    _ => return Err(faults::not_on_outcomes(row_name(operator), span)),
                }))
            }
            _ if is_known_by_case(x) && is_known_by_case(y) => {
                call_by_cases(row(row_name(operator)), &[x.clone(), y.clone()], span)
            }
            (Abstract::Float(_) | Abstract::Known(_), Abstract::Float(_) | Abstract::Known(_)) => {
                let angle = self.float_binary(operator, &x.to_angle(), &y.to_angle(), span)?;
                Ok(Abstract::float(angle))
            }
            _ => Err(faults::depends_on_outcome("a number", span)),
        }
    }

    fn float_binary(
        &mut self,
        operator: BinaryOp,
        x: &Angle,
        y: &Angle,
        span: Span,
    ) -> Result<Angle, Failure> {
        let function = match operator {
            BinaryOp::Add => return Ok(x.plus(y)),
            BinaryOp::Sub => return Ok(x.plus(&y.times(-1.0))),
            BinaryOp::Mul => Binary::Mul,
            BinaryOp::Div => Binary::Div,
            BinaryOp::Mod => Binary::Mod,
            BinaryOp::Pow => Binary::Pow,
            BinaryOp::DivFloor => return Err(faults::not_on_floats("div", span)),
            BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge => {
                return Err(faults::depends_on_float("a comparison", span));
            }
            BinaryOp::And | BinaryOp::Or => bug!("{operator:?} of floats"),
        };
        Ok(self.bind.binary(function, x, y))
    }
}

/// An operation on one scalar.
pub(super) fn unary(operator: UnaryOp, x: &Abstract, span: Span) -> Result<Abstract, Failure> {
    match (operator, x) {
        (UnaryOp::Neg, Abstract::Known(Value::Float(x))) => Ok(Abstract::Known(Value::Float(-x))),
        (UnaryOp::Not, Abstract::Known(Value::Bool(x))) => Ok(Abstract::Known(Value::Bool(!x))),
        (UnaryOp::ToFloat, Abstract::Known(x)) => Ok(Abstract::Known(Value::Float(x.to_float()))),
        (UnaryOp::Neg, Abstract::Known(x)) => {
            Ok(Abstract::Known(call_row(row("op.neg"), vec![x.clone()], span)?))
        }
        (UnaryOp::Neg, Abstract::Float(x)) => Ok(Abstract::float(x.times(-1.0))),
        (UnaryOp::Not, Abstract::Outcome(x)) => Ok(Abstract::outcome(condition::not(x.clone()))),
        (UnaryOp::Neg, Abstract::Number(_)) => call_by_cases(row("op.neg"), std::slice::from_ref(x), span),
        (UnaryOp::ToFloat | UnaryOp::Neg, Abstract::Outcome(_) | Abstract::Number(_)) => {
            Err(faults::depends_on_outcome("a number", span))
        }
        _ => bug!("{operator:?} of {x:?}"),
    }
}

fn known_binary(operator: BinaryOp, x: &Abstract, y: &Abstract, span: Span) -> Result<Abstract, Failure> {
    let args = [x, y].iter().filter_map(|value| value.known().cloned()).collect();
    Ok(Abstract::Known(call_row(row(row_name(operator)), args, span)?))
}

/// The common cases; none where the row of the prelude has to say what is wrong.
fn int_binary(operator: BinaryOp, a: i64, b: i64) -> Option<Value> {
    Some(match operator {
        BinaryOp::Add => Value::Int(a.checked_add(b)?),
        BinaryOp::Sub => Value::Int(a.checked_sub(b)?),
        BinaryOp::Mul => Value::Int(a.checked_mul(b)?),
        BinaryOp::Eq => Value::Bool(a == b),
        BinaryOp::Ne => Value::Bool(a != b),
        BinaryOp::Lt => Value::Bool(a < b),
        BinaryOp::Le => Value::Bool(a <= b),
        BinaryOp::Gt => Value::Bool(a > b),
        BinaryOp::Ge => Value::Bool(a >= b),
        BinaryOp::Div | BinaryOp::DivFloor | BinaryOp::Mod | BinaryOp::Pow | BinaryOp::And | BinaryOp::Or => {
            return None;
        }
    })
}

pub(super) fn row(name: &str) -> BuiltinId {
    BuiltinId::find(name).unwrap_or_else(|| bug!("the prelude has no `{name}`"))
}

fn row_name(operator: BinaryOp) -> &'static str {
    match operator {
        BinaryOp::Add => "op.add",
        BinaryOp::Sub => "op.sub",
        BinaryOp::Mul => "op.mul",
        BinaryOp::Div => "op.div",
        BinaryOp::DivFloor => "op.div_floor",
        BinaryOp::Mod => "op.mod",
        BinaryOp::Pow => "op.pow",
        BinaryOp::Eq => "op.eq",
        BinaryOp::Ne => "op.ne",
        BinaryOp::Lt => "op.lt",
        BinaryOp::Le => "op.le",
        BinaryOp::Gt => "op.gt",
        BinaryOp::Ge => "op.ge",
        BinaryOp::And => "op.and",
        BinaryOp::Or => "op.or",
    }
}
