//! Derivatives by the coefficients of observables.
//!
//! The cotangent of an observable is an observable: the coefficient of a string in it is the cotangent of the string's
//! coefficient, as [`super::complex`] defines that of a complex number. It tells the derivative for the strings of the
//! value, and says nothing of others.

use ndarray::Dimension;
use qml_source::bug;

use super::has_derivative;
use crate::builtins::gradients::add;
use crate::builtins::operators::{Kind, broadcast_shape, kind, mul, spread};
use crate::builtins::quantum;
use crate::observable::Observable;
use crate::{C64, Fault, Tensor, Value};

/// Whether the value is an observable or a tensor of some.
pub(super) fn is_observable(value: &Value) -> bool {
    match value {
        Value::Observable(_) => true,
        Value::Tensor(Tensor::Value(items)) => matches!(items.first(), Some(Value::Observable(_))),
        _ => false,
    }
}

/// Whether a function is of observables, whatever its arguments are.
pub(super) fn is_own(name: &str) -> bool {
    matches!(name, "commutator" | "op.to_observable" | "matrix" | "ground_energy" | "smallest_eigenvalue")
}

/// The cotangents of the arguments of an operation on observables; `None` if it is none of their arithmetic.
pub(super) fn vjp(name: &str, args: &[Value], g: &Value) -> Option<Result<Vec<Value>, Fault>> {
    Some(match name {
        "op.add" => binary(args, g, |a, b, g| Ok([like(g, a), like(g, b)])),
        "op.sub" => binary(args, g, |a, b, g| Ok([like(g, a), like(&g.scaled(-C64::ONE), b)])),
        "op.mul" => binary(args, g, product),
        "op.div" => binary(args, g, quotient),
        "op.neg" => mul(g.clone(), Value::Float(-1.0)).map(|g| vec![g]),
        "op.pow" => power(args, g),
        "commutator" => binary(args, g, |a, b, g| {
            let ([a_left, b_left], [b_right, a_right]) =
                (product(a, b, g)?, product(b, a, &g.scaled(-C64::ONE))?);
            Ok([add(a_left, a_right)?, add(b_left, b_right)?])
        }),
        "op.to_observable" => Ok(vec![elements(&args[0], g)]),
        "matrix" => matrix(&args[0].to_observable(), g).map(|g| vec![g, Value::Unit]),
        "ground_energy" | "smallest_eigenvalue" => {
            ground_energy(&args[0].to_observable(), g.to_float()).map(|g| vec![g])
        }
        "sum" => Ok(vec![Value::vector(vec![g.clone(); args[0].shape()[0]]), Value::Unit]),
        _ => return None,
    })
}

type Rule = fn(&Value, &Value, &Observable) -> Result<[Value; 2], Fault>;

/// By a rule for single values; a tensor gets a tensor, and what was broadcast the sum.
fn binary(args: &[Value], g: &Value, rule: Rule) -> Result<Vec<Value>, Fault> {
    let (a, b) = (args[0].clone().into_values(), args[1].clone().into_values());
    let shape = broadcast_shape("derivative", a.shape(), b.shape())?;
    let g = g.clone().into_values();
    let mut sums = [vec![Value::Unit; a.len()], vec![Value::Unit; b.len()]];
    let (all_a, all_b, all_g) = (spread(&a, &shape), spread(&b, &shape), spread(&g, &shape));
    for (place, g) in all_g.indexed_iter() {
        let Value::Observable(g) = g else { continue };
        let parts = rule(&all_a[&place], &all_b[&place], g)?;
        for ((sums, arg), part) in sums.iter_mut().zip([&a, &b]).zip(parts) {
            let sum = &mut sums[position(arg.shape(), place.slice())];
            *sum = add(std::mem::take(sum), part)?;
        }
    }
    Ok(sums.into_iter().zip(args).map(|(sums, arg)| joined(sums, arg)).collect())
}

/// Where the element that was broadcast to `place` stands, last index fastest.
fn position(shape: &[usize], place: &[usize]) -> usize {
    let own = &place[place.len() - shape.len()..];
    shape.iter().zip(own).fold(0, |position, (&size, &i)| position * size + if size == 1 { 0 } else { i })
}

/// The cotangents of the elements as one of the argument.
fn joined(parts: Vec<Value>, arg: &Value) -> Value {
    if !has_derivative(arg) {
        return Value::Unit;
    }
    let Value::Tensor(tensor) = arg else { return parts.into_iter().next().unwrap_or_default() };
    let number = |part: &Value| if *part == Value::Unit { C64::ZERO } else { part.to_complex() };
    let shape = tensor.shape();
    match tensor {
        Tensor::Float(_) => {
            crate::builtins::lists::from_elements(shape, parts.iter().map(|part| number(part).re).collect())
        }
        Tensor::Complex(_) => {
            crate::builtins::lists::from_elements(shape, parts.iter().map(number).collect())
        }
        _ => crate::builtins::lists::from_elements(shape, parts),
    }
}

/// Of numbers that became observables, element by element.
fn elements(arg: &Value, g: &Value) -> Value {
    let values = arg.clone().into_values();
    let g = g.clone().into_values();
    let parts = values.iter().zip(g.iter()).map(|(x, g)| match g {
        Value::Observable(g) => like(g, x),
        _ => Value::Unit,
    });
    joined(parts.collect(), arg)
}

/// The cotangent of a number is that of the identity; an observable keeps all.
fn like(g: &Observable, arg: &Value) -> Value {
    match kind(arg) {
        Kind::Other => Value::observable(g.clone()),
        Kind::Complex => Value::Complex(identity(g)),
        Kind::Float => Value::Float(identity(g).re),
        Kind::Bool | Kind::Int => Value::Unit,
    }
}

fn identity(g: &Observable) -> C64 {
    g.terms.get(&Vec::new()).copied().unwrap_or_default()
}

/// Each string and projector by itself, with its coefficient.
fn parts(observable: &Observable) -> Vec<(Observable, C64)> {
    let strings = observable.terms.iter().map(|(string, c)| (Observable::term(string.clone(), C64::ONE), *c));
    let projectors = observable.projectors.iter().map(|(bits, c)| (Observable::projector(bits.clone()), *c));
    strings.chain(projectors).collect()
}

/// The sum of `conj(coefficient in sum) * cotangent` over what stands in `sum`.
pub(in crate::builtins) fn along(sum: &Observable, g: &Observable) -> C64 {
    let strings =
        sum.terms.iter().map(|(string, c)| c.conj() * g.terms.get(string).copied().unwrap_or_default());
    let projectors = sum.projectors.iter().map(|(bits, c)| {
        c.conj() * g.projectors.iter().find(|(other, _)| other == bits).map_or(C64::ZERO, |(_, c)| *c)
    });
    strings.chain(projectors).sum()
}

/// Adds a multiple of a single string or projector.
fn put(target: &mut Observable, part: &Observable, coefficient: C64) {
    for string in part.terms.keys() {
        target.add_term(string.clone(), coefficient);
    }
    for (bits, _) in &part.projectors {
        target.add_projector(bits, coefficient);
    }
}

/// z = a b.
fn product(a: &Value, b: &Value, g: &Observable) -> Result<[Value; 2], Fault> {
    let (parts_a, parts_b) = (parts(&a.to_observable()), parts(&b.to_observable()));
    let (mut by_a, mut by_b) = (Observable::default(), Observable::default());
    for (x, p) in &parts_a {
        for (y, q) in &parts_b {
            // A product that would expand a projector has a coefficient that is 0, or the value would not be there.
            let Some(z) = x.product(y) else { continue };
            let slope = along(&z, g);
            put(&mut by_a, x, q.conj() * slope);
            put(&mut by_b, y, p.conj() * slope);
        }
    }
    Ok([like(&by_a, a), like(&by_b, b)])
}

/// z = a / n: dz = da / n - a dn / n^2.
fn quotient(a: &Value, n: &Value, g: &Observable) -> Result<[Value; 2], Fault> {
    let number = n.to_complex();
    let by_number = -along(&a.to_observable(), g) / (number * number).conj();
    let by_number = Observable::constant(by_number);
    Ok([like(&g.scaled(number.conj().inv()), a), like(&by_number, n)])
}

/// The sum of `cotangent * conj(element)` over the matrix of each string.
fn matrix(observable: &Observable, g: &Value) -> Result<Value, Fault> {
    let n = g.shape()[0].ilog2() as usize;
    let g = g.clone().into_complexes();
    let mut cotangent = Observable::default();
    for (part, _) in parts(observable).iter().filter(|(part, _)| part.n_qubits() <= n) {
        let elements = quantum::matrix(part, &Value::Int(n as i64))?.into_complexes();
        put(&mut cotangent, part, g.iter().zip(&elements).map(|(g, x)| g * x.conj()).sum());
    }
    Ok(Value::observable(cotangent))
}

/// The expectation of each string in the ground state.
fn ground_energy(observable: &Observable, g: f64) -> Result<Value, Fault> {
    let expectations = quantum::ground_expectations(observable)?;
    let mut cotangent = Observable::default();
    for ((part, _), expectation) in parts(observable).iter().zip(expectations) {
        put(&mut cotangent, part, C64::from(g * expectation));
    }
    Ok(Value::observable(cotangent))
}

/// a ** n as a product: each factor has its part.
fn power(args: &[Value], g: &Value) -> Result<Vec<Value>, Fault> {
    let (a, n) = (&args[0], args[1].to_int());
    let Value::Observable(g) = g else { bug!("{g:?} is no cotangent of an observable") };
    let mut powers = vec![Value::observable(Observable::constant(C64::ONE))];
    for k in 1..n.max(0) as usize {
        powers.push(mul(powers[k - 1].clone(), a.clone())?);
    }
    let (mut sum, mut g) = (Value::Unit, g.clone());
    for power in powers.iter().take(n.max(0) as usize).rev() {
        let [by_power, by_a] = product(power, a, &g)?;
        sum = add(sum, by_a)?;
        g = by_power.to_observable();
    }
    Ok(vec![sum, Value::Unit])
}
