//! Derivatives through complex numbers.
//!
//! The cotangent of z = x + iy is g = dL/dx + i dL/dy for the real number L that is differentiated, so that
//! dL = Re(conj(g) dz). For a holomorphic w = f(z) that makes `g_z = conj(f'(z)) g_w = conj(f'(z) conj(g_w))`: the rule for
//! real numbers, with the cotangent conjugated before and after. Functions that only move or add numbers need neither.

use ndarray::Axis;

use super::{fold, has_derivative, rule, spectrum};
use crate::builtins::operators::{Kind, div, kind, mul, pow, sub};
use crate::builtins::reductions::axis_of;
use crate::{C64, Fault, Value};

/// Functions that take complex numbers to real ones or back.
pub(super) fn is_mixed(name: &str) -> bool {
    matches!(name, "real" | "imag" | "conj" | "op.to_complex")
}

/// Whether this holds complex numbers.
pub(in crate::builtins) fn is_complex(value: &Value) -> bool {
    kind(value) == Kind::Complex
}

/// The cotangents of the arguments; `None` if the function has no derivative for complex numbers.
pub(super) fn vjp(
    name: &str,
    args: &[Value],
    result: &Value,
    g: &Value,
) -> Option<Result<Vec<Value>, Fault>> {
    let cotangents = match name {
        "real" | "op.to_complex" => Ok(vec![g.clone()]),
        "imag" => mul(g.clone(), Value::Complex(C64::i())).map(|g| vec![g]),
        "conj" => Ok(vec![conj(g)]),
        "abs" => mul(g.clone(), direction(&args[0])).map(|g| vec![g]),
        "norm" => {
            let length = result.to_float();
            let factor = if length == 0.0 { 0.0 } else { g.to_float() / length };
            mul(args[0].clone(), Value::Float(factor)).map(|g| vec![g])
        }
        "op.matmul" | "dot" | "op.mul" | "op.div" | "outer" | "kron" | "inv" | "solve" | "det" => {
            let rule = rule(name)?;
            let complex: Vec<Value> = args.iter().map(complexes).collect();
            rule(&complex, &complexes(result), &conj(g)).map(|all| all.iter().map(conj).collect())
        }
        "sqrt" | "exp" | "log" | "sin" | "cos" => {
            slope(name, &args[0], result).and_then(|slope| Ok(vec![conj(&mul(conj(g), slope)?)]))
        }
        "op.pow" => powers(args, result, &conj(g)).map(|all| all.iter().map(conj).collect()),
        "prod" => Ok(vec![conj(&product(args, &conj(g)))]),
        "trace" => {
            let identity = ndarray::Array2::<f64>::eye(args[0].shape()[0]);
            mul(Value::from_owned(identity), g.clone()).map(|g| vec![g])
        }
        "eigh" => spectrum::eigh(args, result, g),
        // What moves and adds numbers does the same with complex ones.
        "op.add" | "op.sub" | "op.neg" | "sum" | "mean" | "op.index" | "take" | "op.index_set"
        | "op.index_add" | "op.slice_zeros_add" | "op.stack" | "stack" | "op.fill" | "op.tuple"
        | "op.or_empty" | "op.tuple_get" | "op.tuple_set" | "list.push" | "list.stack" | "list.get"
        | "full" | "reshape" | "transpose" | "concat" | "append" | "reverse" | "zip" | "enumerate" => {
            rule(name)?(args, result, g)
        }
        _ => return None,
    };
    Some(cotangents.map(|all| {
        all.into_iter()
            .enumerate()
            .map(|(i, g)| args.get(i).map_or(Value::Unit, |arg| like(g, arg)))
            .collect()
    }))
}

/// The real part where the argument is real.
fn like(cotangent: Value, arg: &Value) -> Value {
    if is_complex(&cotangent) && !is_complex(arg) && matches!(kind(arg), Kind::Bool | Kind::Int | Kind::Float)
    {
        return Value::from_owned(cotangent.into_complexes().map(|z| z.re));
    }
    cotangent
}

/// The same numbers as complex ones.
pub(in crate::builtins) fn complexes(value: &Value) -> Value {
    match kind(value) {
        Kind::Other => value.clone(),
        _ => Value::from_array(value.clone().into_complexes()),
    }
}

/// The conjugate of numbers and of tensors of them.
pub(in crate::builtins) fn conj(value: &Value) -> Value {
    if is_complex(value) {
        return Value::from_owned(value.clone().into_complexes().map(C64::conj));
    }
    value.clone()
}

/// z / |z|, 0 at 0.
fn direction(value: &Value) -> Value {
    let direction = |z: &C64| if *z == C64::ZERO { C64::ZERO } else { z / z.norm() };
    Value::from_owned(value.clone().into_complexes().map(direction))
}

/// f'(x), of y = f(x).
fn slope(name: &str, x: &Value, y: &Value) -> Result<Value, Fault> {
    let of =
        |value: &Value, f: fn(C64) -> C64| Value::from_owned(value.clone().into_complexes().map(|&z| f(z)));
    Ok(match name {
        "sqrt" => div(Value::Float(0.5), y.clone())?,
        "log" => div(Value::Float(1.0), x.clone())?,
        "sin" => of(x, C64::cos),
        "cos" => of(x, |z| -z.sin()),
        _ => y.clone(),
    })
}

/// y = a ** b: by a it is b a ** (b - 1), by b it is y log(a).
fn powers(args: &[Value], y: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (a, b) = (&args[0], &args[1]);
    let less = sub(b.clone(), Value::Float(1.0))?;
    let by_a = mul(mul(g.clone(), b.clone())?, pow(complexes(a), complexes(&less))?)?;
    let by_b = if has_derivative(b) {
        let log = Value::from_owned(a.clone().into_complexes().map(|z| z.ln()));
        fold(mul(mul(g.clone(), y.clone())?, log)?, b)
    } else {
        Value::Unit
    };
    Ok(vec![fold(by_a, a), by_b])
}

/// The derivative by one factor is the product of the others.
fn product(args: &[Value], g: &Value) -> Value {
    let x = args[0].clone().into_complexes();
    let others = |lane: &[C64], i: usize| -> C64 {
        lane.iter().enumerate().filter(|(k, _)| *k != i).map(|(_, z)| *z).product()
    };
    let Some(axis) = axis_of(args, 1) else {
        let lane: Vec<C64> = x.iter().copied().collect();
        let slopes = (0..lane.len()).map(|i| g.to_complex() * others(&lane, i)).collect();
        return crate::builtins::lists::from_elements(x.shape(), slopes);
    };
    let mut out = x.to_owned();
    let g = g.clone().into_complexes();
    for ((lane, mut target), g) in
        x.lanes(Axis(axis)).into_iter().zip(out.lanes_mut(Axis(axis))).zip(g.iter())
    {
        let lane = lane.to_vec();
        target.iter_mut().enumerate().for_each(|(i, slope)| *slope = g * others(&lane, i));
    }
    Value::from_owned(out)
}
