//! Functions that work element by element.

use super::{Builtin, pure};

use ndarray::{ArrayViewMut1, Axis};
use qml_source::Code;

use super::faults::{fault, overflow};
use super::operators::{Kind, kind, zip_same};
use crate::value::Array;
use crate::{C64, Fault, Value};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "int",
        &["int(x: bool[..s]) -> int[..s]", "int(x: int[..s]) -> int[..s]", "int(x: float[..s]) -> int[..s]"],
        |_, args| int(std::mem::take(&mut args[0])),
        "A whole number: the fraction is cut off.",
    ),
    pure(
        "float",
        &["float(x: bool[..s]) -> float[..s]", "float(x: float[..s]) -> float[..s]"],
        |_, args| Ok(Value::from_array(std::mem::take(&mut args[0]).into_floats())),
        "A floating-point number.",
    ),
    pure(
        "abs",
        &[
            "abs(x: int[..s]) -> int[..s]",
            "abs(x: float[..s]) -> float[..s]",
            "abs(x: complex[..s]) -> float[..s]",
        ],
        |_, args| abs(std::mem::take(&mut args[0])),
        "The absolute value.",
    ),
    pure(
        "sign",
        &["sign(x: int[..s]) -> int[..s]", "sign(x: float[..s]) -> float[..s]"],
        |_, args| Ok(sign(args)),
        "-1, 0 or 1.",
    ),
    pure(
        "floor",
        &["floor(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::floor)),
        "Rounded down.",
    ),
    pure(
        "ceil",
        &["ceil(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::ceil)),
        "Rounded up.",
    ),
    pure(
        "round",
        &["round(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::round_ties_even)),
        "Rounded to the nearest whole number, halves to the even one.",
    ),
    pure(
        "sqrt",
        &["sqrt(x: float[..s]) -> float[..s]", "sqrt(x: complex[..s]) -> complex[..s]"],
        |_, args| Ok(numbers(args, f64::sqrt, C64::sqrt)),
        "The square root.",
    ),
    pure(
        "exp",
        &["exp(x: float[..s]) -> float[..s]", "exp(x: complex[..s]) -> complex[..s]"],
        |_, args| Ok(numbers(args, f64::exp, C64::exp)),
        "`euler ** x`.",
    ),
    pure(
        "log",
        &["log(x: float[..s]) -> float[..s]", "log(x: complex[..s]) -> complex[..s]"],
        |_, args| Ok(numbers(args, f64::ln, C64::ln)),
        "The natural logarithm.",
    ),
    pure(
        "log2",
        &["log2(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::log2)),
        "The logarithm to base 2.",
    ),
    pure(
        "sin",
        &["sin(x: float[..s]) -> float[..s]", "sin(x: complex[..s]) -> complex[..s]"],
        |_, args| Ok(numbers(args, f64::sin, C64::sin)),
        "The sine.",
    ),
    pure(
        "cos",
        &["cos(x: float[..s]) -> float[..s]", "cos(x: complex[..s]) -> complex[..s]"],
        |_, args| Ok(numbers(args, f64::cos, C64::cos)),
        "The cosine.",
    ),
    pure("tan", &["tan(x: float[..s]) -> float[..s]"], |_, args| Ok(floats(args, f64::tan)), "The tangent."),
    pure(
        "asin",
        &["asin(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::asin)),
        "The angle with this sine, from -pi/2 to pi/2.",
    ),
    pure(
        "acos",
        &["acos(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::acos)),
        "The angle with this cosine, from 0 to pi.",
    ),
    pure(
        "atan",
        &["atan(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::atan)),
        "The angle with this tangent, from -pi/2 to pi/2.",
    ),
    pure(
        "atan2",
        &["atan2(y: float[..s], x: float[..t]) -> float[..s & ..t]"],
        |_, args| atan2(args),
        "The angle of the point (x, y), from -pi to pi.",
    ),
    pure(
        "tanh",
        &["tanh(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, f64::tanh)),
        "The hyperbolic tangent.",
    ),
    pure(
        "sigmoid",
        &["sigmoid(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, sigmoid)),
        "`1 / (1 + exp(-x))`.",
    ),
    pure(
        "relu",
        &["relu(x: float[..s]) -> float[..s]"],
        |_, args| Ok(floats(args, relu)),
        "`maximum(x, 0)`, with slope 0 at 0.",
    ),
    pure(
        "softmax",
        &["softmax(x: float[m]) -> float[m]", "softmax(x: float[..s]) -> float[..s]"],
        |_, args| Ok(Value::from_array(softmax(std::mem::take(&mut args[0]).into_floats()))),
        "`exp(x) / sum(exp(x))` along the last axis.",
    ),
    pure(
        "log_softmax",
        &["log_softmax(x: float[m]) -> float[m]", "log_softmax(x: float[..s]) -> float[..s]"],
        |_, args| Ok(Value::from_array(log_softmax(std::mem::take(&mut args[0]).into_floats()))),
        "`log(softmax(x))` along the last axis.",
    ),
    pure(
        "real",
        &["real(x: complex[..s]) -> float[..s]"],
        |_, args| Ok(Value::from_owned(std::mem::take(&mut args[0]).into_complexes().map(|x| x.re))),
        "The real part.",
    ),
    pure(
        "imag",
        &["imag(x: complex[..s]) -> float[..s]"],
        |_, args| Ok(Value::from_owned(std::mem::take(&mut args[0]).into_complexes().map(|x| x.im))),
        "The imaginary part.",
    ),
    pure(
        "conj",
        &["conj(x: complex[..s]) -> complex[..s]"],
        |_, args| Ok(Value::from_owned(std::mem::take(&mut args[0]).into_complexes().map(C64::conj))),
        "The complex conjugate.",
    ),
];

/// The function of one float that a row of this name does with each element, if it is one.
pub fn of_float(name: &str) -> Option<fn(f64) -> f64> {
    Some(match name {
        "abs" => f64::abs,
        "sign" => sign_of,
        "floor" => f64::floor,
        "ceil" => f64::ceil,
        "round" => f64::round_ties_even,
        "sqrt" => f64::sqrt,
        "exp" => f64::exp,
        "log" => f64::ln,
        "log2" => f64::log2,
        "sin" => f64::sin,
        "cos" => f64::cos,
        "tan" => f64::tan,
        "asin" => f64::asin,
        "acos" => f64::acos,
        "atan" => f64::atan,
        "tanh" => f64::tanh,
        "sigmoid" => sigmoid,
        "relu" => relu,
        _ => return None,
    })
}

/// The sign of `nan` is `nan`, that of 0.0 is 0.0.
fn sign_of(x: f64) -> f64 {
    if x == 0.0 { 0.0 } else { x.signum() }
}

/// x ** y; squares are exact up to rounding, and fast.
pub fn power(x: f64, y: f64) -> f64 {
    if y == 2.0 { x * x } else { x.powf(y) }
}

fn floats(args: &mut [Value], f: impl Fn(f64) -> f64) -> Value {
    match std::mem::take(&mut args[0]) {
        Value::Float(x) => Value::Float(f(x)),
        x => {
            let mut array = x.into_floats();
            if !array.is_unique() {
                return Value::from_owned(array.mapv(f));
            }
            array.mapv_inplace(f);
            Value::from_array(array)
        }
    }
}

fn numbers(args: &mut [Value], f: impl Fn(f64) -> f64, g: impl Fn(C64) -> C64) -> Value {
    if kind(&args[0]) != Kind::Complex {
        return floats(args, f);
    }
    let mut array = std::mem::take(&mut args[0]).into_complexes();
    array.mapv_inplace(g);
    Value::from_array(array)
}

fn int(x: Value) -> Result<Value, Fault> {
    if kind(&x) != Kind::Float {
        return Ok(Value::from_array(x.into_ints()));
    }
    let x = x.into_floats();
    // The bounds are powers of two, so they are exact as floats.
    let bound = 2f64.powi(63);
    let whole = |&x: &f64| {
        if (-bound..bound).contains(&x) {
            return Ok(x as i64);
        }
        Err(fault(Code::Q0613, format!("there is no int for {}", super::format::format_float(x))))
    };
    let ints: Vec<i64> = x.iter().map(whole).collect::<Result<_, _>>()?;
    Ok(super::lists::from_elements(x.shape(), ints))
}

fn abs(x: Value) -> Result<Value, Fault> {
    match kind(&x) {
        Kind::Bool | Kind::Int => {
            let x = x.into_ints();
            let abs = |&x: &i64| x.checked_abs().ok_or_else(|| overflow(format_args!("abs({x})")));
            let ints: Vec<i64> = x.iter().map(abs).collect::<Result<_, _>>()?;
            Ok(super::lists::from_elements(x.shape(), ints))
        }
        Kind::Complex => Ok(Value::from_owned(x.into_complexes().map(|x| x.norm()))),
        _ => Ok(floats(&mut [x], f64::abs)),
    }
}

fn sign(args: &mut [Value]) -> Value {
    if kind(&args[0]) == Kind::Float {
        return floats(args, sign_of);
    }
    Value::from_owned(std::mem::take(&mut args[0]).into_ints().map(|x| x.signum()))
}

fn atan2(args: &mut [Value]) -> Result<Value, Fault> {
    let (y, x) = (std::mem::take(&mut args[0]).into_floats(), std::mem::take(&mut args[1]).into_floats());
    zip_same("atan2", y, x, |y, x| y.atan2(*x))
}

/// 1 / (1 + exp(-x)), without overflow on either side.
pub(super) fn sigmoid(x: f64) -> f64 {
    if x >= 0.0 { 1.0 / (1.0 + (-x).exp()) } else { x.exp() / (1.0 + x.exp()) }
}

fn relu(x: f64) -> f64 {
    if x < 0.0 { 0.0 } else { x }
}

/// exp(x) / sum(exp(x)) along the last axis.
pub(super) fn softmax(x: Array<f64>) -> Array<f64> {
    by_rows(x, 1.0, |mut row| {
        row.mapv_inplace(f64::exp);
        let sum = row.sum();
        row.mapv_inplace(|x| x / sum);
    })
}

/// log(softmax(x)) along the last axis: x - log(sum(exp(x))).
pub(super) fn log_softmax(x: Array<f64>) -> Array<f64> {
    by_rows(x, 0.0, |mut row| {
        let log_sum = row.iter().map(|x| x.exp()).sum::<f64>().ln();
        row.mapv_inplace(|x| x - log_sum);
    })
}

/// Calls `f` with each row minus its largest element, so that nothing overflows and no digit is lost. A scalar becomes
/// `of_scalar`.
fn by_rows(mut x: Array<f64>, of_scalar: f64, f: fn(ArrayViewMut1<'_, f64>)) -> Array<f64> {
    let Some(last) = x.ndim().checked_sub(1) else {
        return ndarray::arr0(of_scalar).into_dyn().into_shared();
    };
    for mut row in x.lanes_mut(Axis(last)) {
        let largest = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|x| x - largest);
        f(row);
    }
    x
}

#[cfg(test)]
mod tests;
