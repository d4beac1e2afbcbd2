//! The operators of the language: elementwise with broadcasting on numbers and tensors, part by part on tuples, and the
//! algebra of observables.

use std::sync::Arc;

use qml_source::{Code, bug};

use super::elementwise::power;
use super::faults::{domain, fault, overflow};
use super::{Builtin, internal};
use crate::complex::{divide, invert};
use crate::{C64, Fault, Tensor, Value};

mod compare;
mod matmul;
mod zip;

pub(crate) use matmul::matmul;
pub(crate) use zip::{broadcast_shape, spread, zip_map, zip_same, zip_try};

pub(super) const ROWS: &[Builtin] = &[
    internal("op.add", |_, args| binary(args, add), "`(a, b)`: a + b."),
    internal("op.sub", |_, args| binary(args, sub), "`(a, b)`: a - b."),
    internal("op.mul", |_, args| binary(args, mul), "`(a, b)`: a * b."),
    internal("op.div", |_, args| binary(args, div), "`(a, b)`: a / b, true division."),
    internal("op.mod", |_, args| binary(args, modulo), "`(a, b)`: a % b, with the sign of b."),
    internal("op.pow", |_, args| binary(args, pow), "`(a, b)`: a ** b."),
    internal("op.neg", |_, args| neg(args[0].clone()), "`(a)`: -a."),
    internal("op.eq", |_, args| compare::equal(args, false), "`(a, b)`: a == b."),
    internal("op.ne", |_, args| compare::equal(args, true), "`(a, b)`: a != b."),
    internal("op.lt", |_, args| compare::order::<compare::Less>(args), "`(a, b)`: a < b."),
    internal("op.le", |_, args| compare::order::<compare::LessOrEqual>(args), "`(a, b)`: a <= b."),
    internal("op.gt", |_, args| compare::order::<compare::Greater>(args), "`(a, b)`: a > b."),
    internal("op.ge", |_, args| compare::order::<compare::GreaterOrEqual>(args), "`(a, b)`: a >= b."),
    internal("op.and", |_, args| compare::logic(args, |a, b| a && b), "`(a, b)`: a and b, both evaluated."),
    internal("op.or", |_, args| compare::logic(args, |a, b| a || b), "`(a, b)`: a or b, both evaluated."),
    internal("op.not", |_, args| compare::not(args), "`(a)`: not a."),
    internal("op.matmul", |_, args| binary(args, matmul), "`(a, b)`: a @ b for ranks 1 and 2."),
    internal("op.div_floor", |_, args| binary(args, div_floor), "`(a, b)`: the quotient rounded down."),
];

fn binary(args: &mut [Value], f: fn(Value, Value) -> Result<Value, Fault>) -> Result<Value, Fault> {
    f(std::mem::take(&mut args[0]), std::mem::take(&mut args[1]))
}

/// What numbers a value holds, from the narrowest to the widest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Kind {
    Bool,
    Int,
    Float,
    Complex,
    /// No numbers.
    Other,
}

pub(super) fn kind(value: &Value) -> Kind {
    match value {
        Value::Bool(_) | Value::Tensor(Tensor::Bool(_)) => Kind::Bool,
        Value::Int(_) | Value::Tensor(Tensor::Int(_)) => Kind::Int,
        Value::Float(_) | Value::Tensor(Tensor::Float(_)) => Kind::Float,
        Value::Complex(_) | Value::Tensor(Tensor::Complex(_)) => Kind::Complex,
        _ => Kind::Other,
    }
}

/// An operator on each type of number.
trait Arithmetic {
    /// As it is written.
    const SIGN: &'static str;
    fn ints(a: i64, b: i64) -> Result<i64, Fault>;
    fn floats(a: f64, b: f64) -> f64;
    fn complexes(a: C64, b: C64) -> C64;
}

macro_rules! arithmetic {
    ($name:ident, $sign:literal, $ints:expr, $floats:expr, $complexes:expr) => {
        struct $name;
        impl Arithmetic for $name {
            const SIGN: &'static str = $sign;
            fn ints(a: i64, b: i64) -> Result<i64, Fault> {
                $ints(a, b)
            }
            fn floats(a: f64, b: f64) -> f64 {
                $floats(a, b)
            }
            fn complexes(a: C64, b: C64) -> C64 {
                $complexes(a, b)
            }
        }
    };
}

/// The result if there is one, else the overflow of what was written.
fn checked(result: Option<i64>, a: i64, sign: &str, b: i64) -> Result<i64, Fault> {
    result.ok_or_else(|| overflow(format_args!("{a} {sign} {b}")))
}

arithmetic!(Add, "+", |a: i64, b| checked(a.checked_add(b), a, "+", b), |a, b| a + b, |a, b| a + b);
arithmetic!(Sub, "-", |a: i64, b| checked(a.checked_sub(b), a, "-", b), |a, b| a - b, |a, b| a - b);
arithmetic!(Mul, "*", |a: i64, b| checked(a.checked_mul(b), a, "*", b), |a, b| a * b, |a, b| a * b);
arithmetic!(Mod, "%", modulo_ints, modulo_floats, |_, _| bug!("`%` of complex numbers"));
arithmetic!(Pow, "**", pow_ints, power, pow_complexes);
arithmetic!(DivFloor, "div", div_floor_ints, |a: f64, b: f64| (a / b).floor(), |_, _| bug!(
    "`div` of complex numbers"
));

fn apply<O: Arithmetic>(a: Value, b: Value) -> Result<Value, Fault> {
    match (&a, &b) {
        (Value::Float(x), Value::Float(y)) => return Ok(Value::Float(O::floats(*x, *y))),
        (Value::Int(x), Value::Int(y)) => return Ok(Value::Int(O::ints(*x, *y)?)),
        _ => {}
    }
    match kind(&a).max(kind(&b)) {
        Kind::Bool | Kind::Int => zip_try(O::SIGN, &a.into_ints(), &b.into_ints(), O::ints),
        Kind::Float => zip_same(O::SIGN, a.into_floats(), b.into_floats(), |x, y| O::floats(*x, *y)),
        Kind::Complex => {
            zip_same(O::SIGN, a.into_complexes(), b.into_complexes(), |x, y| O::complexes(*x, *y))
        }
        Kind::Other => bug!("`{}` of {a:?} and {b:?}", O::SIGN),
    }
}

fn modulo_ints(a: i64, b: i64) -> Result<i64, Fault> {
    if b == 0 {
        return Err(fault(Code::Q0602, format!("`{a} % 0` has no result")));
    }
    // The remainder of the smallest int by -1 is 0; only the quotient overflows.
    let remainder = a.wrapping_rem(b);
    Ok(if remainder != 0 && (remainder < 0) != (b < 0) { remainder + b } else { remainder })
}

fn div_floor_ints(a: i64, b: i64) -> Result<i64, Fault> {
    if b == 0 {
        return Err(fault(Code::Q0602, format!("`div({a}, 0)` has no result")));
    }
    let quotient = a.checked_div(b).ok_or_else(|| overflow(format_args!("div({a}, {b})")))?;
    Ok(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}

fn modulo_floats(a: f64, b: f64) -> f64 {
    let remainder = a % b;
    if remainder != 0.0 && (remainder < 0.0) != (b < 0.0) { remainder + b } else { remainder }
}

fn pow_ints(a: i64, b: i64) -> Result<i64, Fault> {
    if b < 0 {
        let message = format!("`{a} ** {b}`: a negative power of an int is not an int");
        let mut negative = fault(Code::Q0603, message);
        negative.help.push(format!("write `{a}.0 ** {b}` for a float"));
        return Err(negative);
    }
    let exponent = u32::try_from(b);
    let power = match (a, exponent) {
        (0 | 1, Err(_)) => Some(a),
        (-1, Err(_)) => Some(if b % 2 == 0 { 1 } else { -1 }),
        (_, Ok(exponent)) => a.checked_pow(exponent),
        (_, Err(_)) => None,
    };
    power.ok_or_else(|| overflow(format_args!("{a} ** {b}")))
}

fn pow_complexes(a: C64, b: C64) -> C64 {
    // Whole powers by multiplication: (1im) ** 2 is exactly -1.
    if b.im != 0.0 || b.re.fract() != 0.0 || b.re.abs() > 1024.0 {
        return a.powc(b);
    }
    let power = a.powu(b.re.abs() as u32);
    if b.re < 0.0 { invert(power) } else { power }
}

/// Part by part if one of them is a tuple.
fn by_parts(
    a: &Value,
    b: &Value,
    f: impl Fn(Value, Value) -> Result<Value, Fault>,
) -> Option<Result<Value, Fault>> {
    let parts: Result<Vec<_>, _> = match (a, b) {
        (Value::Tuple(a), Value::Tuple(b)) => {
            a.iter().zip(b.iter()).map(|(x, y)| f(x.clone(), y.clone())).collect()
        }
        (Value::Tuple(a), b) => a.iter().map(|x| f(x.clone(), b.clone())).collect(),
        (a, Value::Tuple(b)) => b.iter().map(|y| f(a.clone(), y.clone())).collect(),
        _ => return None,
    };
    Some(parts.map(Value::tuple))
}

/// Whether a value is an observable or a tensor of observables.
fn has_observables(value: &Value) -> bool {
    matches!(value, Value::Observable(_) | Value::Tensor(Tensor::Value(_)))
}

/// Observables with numbers and with each other, element by element.
fn with_observables(
    sign: &str,
    a: Value,
    b: Value,
    f: impl Fn(&Value, &Value) -> Result<Value, Fault>,
) -> Result<Value, Fault> {
    zip_try(sign, &a.into_values(), &b.into_values(), |x, y| f(&x, &y))
}

/// a + b.
pub(crate) fn add(a: Value, b: Value) -> Result<Value, Fault> {
    if let Some(parts) = by_parts(&a, &b, add) {
        return parts;
    }
    if has_observables(&a) || has_observables(&b) {
        return with_observables("+", a, b, |x, y| Ok(add_observables(x, y, 1.0)));
    }
    apply::<Add>(a, b)
}

/// a - b.
pub(crate) fn sub(a: Value, b: Value) -> Result<Value, Fault> {
    if let Some(parts) = by_parts(&a, &b, sub) {
        return parts;
    }
    if has_observables(&a) || has_observables(&b) {
        return with_observables("-", a, b, |x, y| Ok(add_observables(x, y, -1.0)));
    }
    apply::<Sub>(a, b)
}

/// x + sign * y.
fn add_observables(x: &Value, y: &Value, sign: f64) -> Value {
    let mut sum = x.to_observable();
    Arc::make_mut(&mut sum).add_scaled(&y.to_observable(), C64::new(sign, 0.0));
    Value::Observable(sum)
}

/// a * b.
pub(crate) fn mul(a: Value, b: Value) -> Result<Value, Fault> {
    if let Some(parts) = by_parts(&a, &b, mul) {
        return parts;
    }
    if has_observables(&a) || has_observables(&b) {
        return with_observables("*", a, b, |x, y| {
            let (x, y) = (x.to_observable(), y.to_observable());
            x.product(&y)
                .map(Value::observable)
                .ok_or_else(|| domain(format!("`({x}) * ({y})` would have to expand a projector")))
        });
    }
    apply::<Mul>(a, b)
}

/// a / b, true division.
pub(crate) fn div(a: Value, b: Value) -> Result<Value, Fault> {
    if let Some(parts) = by_parts(&a, &b, div) {
        return parts;
    }
    if has_observables(&a) {
        return with_observables("/", a, b, |x, y| {
            Ok(Value::observable(x.to_observable().scaled(invert(y.to_complex()))))
        });
    }
    if kind(&a).max(kind(&b)) == Kind::Complex {
        return zip_same("/", a.into_complexes(), b.into_complexes(), |x, y| divide(*x, *y));
    }
    if let (Value::Int(a), Value::Int(0)) = (&a, &b) {
        return Err(fault(Code::Q0602, format!("`{a} / 0` has no result")));
    }
    if let (Value::Float(_) | Value::Int(_), Value::Float(_) | Value::Int(_)) = (&a, &b) {
        return Ok(Value::Float(a.to_float() / b.to_float()));
    }
    zip_same("/", a.into_floats(), b.into_floats(), |x, y| x / y)
}

fn modulo(a: Value, b: Value) -> Result<Value, Fault> {
    apply::<Mod>(a, b)
}

/// a ** b.
pub(crate) fn pow(a: Value, b: Value) -> Result<Value, Fault> {
    if let (Value::Float(x), Value::Int(n)) = (&a, &b) {
        return Ok(Value::Float(power(*x, *n as f64)));
    }
    if let Value::Observable(observable) = &a {
        let mut power = Value::observable(crate::observable::Observable::constant(C64::ONE));
        for _ in 0..super::faults::size("the exponent of an observable", b.to_int())? {
            power = mul(power, Value::Observable(observable.clone()))?;
        }
        return Ok(power);
    }
    apply::<Pow>(a, b)
}

/// The quotient rounded down.
pub(crate) fn div_floor(a: Value, b: Value) -> Result<Value, Fault> {
    apply::<DivFloor>(a, b)
}

/// -a.
pub(crate) fn neg(a: Value) -> Result<Value, Fault> {
    match a {
        Value::Float(x) => Ok(Value::Float(-x)),
        Value::Tensor(Tensor::Float(mut array)) => {
            array.mapv_inplace(|x| -x);
            Ok(Value::from_array(array))
        }
        Value::Complex(x) => Ok(Value::Complex(-x)),
        Value::Tensor(Tensor::Complex(mut array)) => {
            array.mapv_inplace(|x| -x);
            Ok(Value::from_array(array))
        }
        Value::Unit => Ok(Value::Unit),
        Value::Int(x) => x.checked_neg().map(Value::Int).ok_or_else(|| overflow(format_args!("-({x})"))),
        Value::Tensor(Tensor::Int(_) | Tensor::Bool(_)) => sub(Value::Int(0), a),
        other => mul(Value::Int(-1), other),
    }
}

#[cfg(test)]
mod tests;
