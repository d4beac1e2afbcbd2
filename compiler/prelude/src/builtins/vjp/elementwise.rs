//! Functions of one number, and of two.

use ndarray::Zip;

use super::{fold, has_derivative};
use crate::builtins::elementwise::{power, sigmoid};
use crate::builtins::operators::{broadcast_shape, spread};
use crate::{Fault, Value};

/// The derivative of y = f(x) as a function of x and y.
pub(super) type Derivative = fn(x: f64, y: f64) -> f64;

/// The derivative of a function of one number.
pub(super) fn derivative(name: &str) -> Option<Derivative> {
    Some(match name {
        "abs" => |x, _| if x == 0.0 { 0.0 } else { x.signum() },
        "sqrt" => |_, y| 0.5 / y,
        "exp" => |_, y| y,
        "log" => |x, _| 1.0 / x,
        "log2" => |x, _| std::f64::consts::LOG2_E / x,
        "sin" => |x, _| x.cos(),
        "cos" => |x, _| -x.sin(),
        "tan" => |_, y| 1.0 + y * y,
        "asin" => |x, _| 1.0 / (1.0 - x * x).sqrt(),
        "acos" => |x, _| -1.0 / (1.0 - x * x).sqrt(),
        "atan" => |x, _| 1.0 / (1.0 + x * x),
        "tanh" => |_, y| 1.0 - y * y,
        // Both factors by themselves: 1 - y would lose what is left of it for large x.
        "sigmoid" => |x, y| y * sigmoid(-x),
        "relu" => |x, _| if x > 0.0 { 1.0 } else { 0.0 },
        _ => return None,
    })
}

pub(super) fn unary(derivative: Derivative, x: &Value, y: &Value, g: &Value) -> Result<Value, Fault> {
    if let (Value::Float(x), Value::Float(y), Value::Float(g)) = (x, y, g) {
        return Ok(Value::Float(g * derivative(*x, *y)));
    }
    let (x, y, mut g) = (x.clone().into_floats(), y.clone().into_floats(), g.clone().into_floats());
    Zip::from(&mut g).and(&x).and(&y).for_each(|g, &x, &y| *g *= derivative(x, y));
    Ok(Value::from_array(g))
}

/// Cotangents from the partial derivatives of f(a, b), given as functions of a, b and the result.
fn binary(
    args: &[Value],
    result: &Value,
    g: &Value,
    partials: [fn(f64, f64, f64) -> f64; 2],
) -> Result<Vec<Value>, Fault> {
    let (a, b, y) =
        (args[0].clone().into_floats(), args[1].clone().into_floats(), result.clone().into_floats());
    let shape = broadcast_shape("derivative", a.shape(), b.shape())?;
    let (a, b) = (spread(&a, &shape), spread(&b, &shape));
    let cotangent = |arg: &Value, partial: fn(f64, f64, f64) -> f64| {
        if !has_derivative(arg) {
            return Value::Unit;
        }
        let mut g = g.clone().into_floats();
        Zip::from(&mut g).and(&a).and(&b).and(&y).for_each(|g, &a, &b, &y| *g *= partial(a, b, y));
        fold(Value::from_array(g), arg)
    };
    Ok(vec![cotangent(&args[0], partials[0]), cotangent(&args[1], partials[1])])
}

pub(super) fn pow(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    binary(
        args,
        result,
        g,
        [
            |a, b, _| if b == 0.0 { 0.0 } else { b * power(a, b - 1.0) },
            |a, b, y| if a == 0.0 && b > 0.0 { 0.0 } else { y * a.ln() },
        ],
    )
}

/// a % b = a - b * floor(a / b).
pub(super) fn modulo(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    binary(args, result, g, [|_, _, _| 1.0, |a, b, _| -(a / b).floor()])
}

pub(super) fn maximum(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    binary(args, result, g, [|a, b, _| share(a, b), |a, b, _| share(b, a)])
}

pub(super) fn minimum(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    binary(args, result, g, [|a, b, _| share(b, a), |a, b, _| share(a, b)])
}

/// 1 for the larger one, 0 for the smaller one, a half for equal ones.
fn share(a: f64, b: f64) -> f64 {
    if a > b {
        1.0
    } else if a < b {
        0.0
    } else {
        0.5
    }
}

pub(super) fn clip(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (x, lo, hi) = (args[0].clone().into_floats(), args[1].to_float(), args[2].to_float());
    let where_in = |is_in: &dyn Fn(f64) -> bool| {
        let mut g = g.clone().into_floats();
        g.zip_mut_with(&x, |g, &x| *g *= f64::from(u8::from(is_in(x))));
        Value::from_array(g)
    };
    Ok(vec![
        where_in(&|x| lo <= x && x <= hi),
        fold(where_in(&|x| x < lo), &args[1]),
        fold(where_in(&|x| x > hi), &args[2]),
    ])
}

pub(super) fn atan2(args: &[Value], result: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    binary(args, result, g, [|y, x, _| x / (x * x + y * y), |y, x, _| -y / (x * x + y * y)])
}
