//! What an optimizer is told has to be finite: a fault tells the step and the parameters.

use qml_source::{Code, Diagnostic};

use super::optimizer;
use crate::builtins::format::{format_float, format_short};
use crate::optimizer::{Ask, Run, Shape, flatten_like, is_finite, unflatten};
use crate::{Fault, Value};

/// `(run, value, gradient, names)`
pub(super) fn check_answer(args: &[Value]) -> Result<Value, Fault> {
    let run = optimizer(&args[0]).running();
    let (Some(Ask::Value(point) | Ask::Gradient(point) | Ask::Overlap { at: point, .. }), value) =
        (&run.ask, args[1].to_float())
    else {
        return Ok(Value::Unit);
    };
    let (step, names) = (run.steps + 1, args[3].to_str());
    if !value.is_finite() {
        let value = format_float(if run.settings.is_maximized { -value } else { value });
        let message = format!("the objective is {value} in step {step}");
        return Err(with_parameters(Diagnostic::error(Code::Q0607, message), run, point, names));
    }
    if matches!(run.ask, Some(Ask::Value(_))) || is_finite(&args[2]) {
        return Ok(Value::Unit);
    }
    let gradient = flatten_like(&args[2], &run.shape)?;
    let Some((element, slope)) = first_not_finite(&gradient, &run.shape, names) else {
        return Ok(Value::Unit);
    };
    let message = format!("the gradient with respect to `{element}` is {slope} in step {step}");
    Err(with_parameters(not_finite(message), run, point, names))
}

/// `(run, value, names)`
pub(super) fn check_validation(args: &[Value]) -> Result<Value, Fault> {
    let (run, value) = (optimizer(&args[0]).running(), args[1].to_float());
    if value.is_finite() {
        return Ok(Value::Unit);
    }
    let message = format!("the validation value is {} after step {}", format_float(value), run.steps);
    Err(with_parameters(Diagnostic::error(Code::Q0607, message), run, &run.point, args[2].to_str()))
}

/// Refuses a gradient that was made by hand.
pub(super) fn check_gradient(gradient: &[f64], shape: &Shape) -> Result<(), Fault> {
    let Some(at) = gradient.iter().position(|x| !x.is_finite()) else { return Ok(()) };
    let (element, slope) = (element_name("g", shape, at), format_float(gradient[at]));
    Err(Box::new(not_finite(format!("the gradient `{element}` is {slope}"))))
}

fn not_finite(message: String) -> Diagnostic {
    let help =
        "`sqrt` and `log` have no finite slope at 0: start elsewhere, or add a small number to what they get";
    Diagnostic::error(Code::Q0617, message).help(help)
}

/// The first element that is no finite number, with its name.
fn first_not_finite(numbers: &[f64], shape: &Shape, names: &str) -> Option<(String, String)> {
    let at = numbers.iter().position(|x| !x.is_finite())?;
    let (name, leaf, start) =
        named_leaves(shape, names).into_iter().rev().find(|(.., start)| *start <= at)?;
    Some((element_name(name, leaf, at - start), format_float(numbers[at])))
}

/// The name of number `at` of a value.
fn element_name(name: &str, shape: &Shape, mut at: usize) -> String {
    let (parts, dims) = match shape {
        Shape::Tensor(dims) => return format!("{name}{}", index(at, dims)),
        Shape::Tuple(parts) => (parts, None),
        Shape::Elements(dims, parts) => (parts, Some(dims)),
    };
    for (i, part) in parts.iter().enumerate() {
        let count = n_numbers(part);
        if at < count {
            let step = dims.map_or_else(|| format!(".{i}"), |dims| index(i, dims));
            return element_name(&format!("{name}{step}"), part, at);
        }
        at -= count;
    }
    name.to_owned()
}

fn n_numbers(shape: &Shape) -> usize {
    match shape {
        Shape::Tensor(dims) => dims.iter().product(),
        Shape::Tuple(parts) | Shape::Elements(_, parts) => parts.iter().map(n_numbers).sum(),
    }
}

/// `[i, j]` of a place in the list of elements; nothing for a scalar.
fn index(mut place: usize, dims: &[usize]) -> String {
    let mut index = Vec::with_capacity(dims.len());
    for &length in dims.iter().rev() {
        index.push(place % length);
        place /= length;
    }
    index.reverse();
    if index.is_empty() { String::new() } else { format!("{index:?}") }
}

fn with_parameters(fault: Diagnostic, run: &Run, point: &[f64], names: &str) -> Fault {
    let values = named_leaves(&run.shape, names).into_iter().map(|(name, leaf, start)| {
        let value = unflatten(leaf, &point[start..start + n_numbers(leaf)]);
        format!("`{name}` is {}", format_short(&value))
    });
    Box::new(values.fold(fault, Diagnostic::note))
}

/// The scalars and tensors of parameters with their names and where their numbers begin.
fn named_leaves<'s>(shape: &'s Shape, names: &'s str) -> Vec<(&'s str, &'s Shape, usize)> {
    let mut start = 0;
    let mut leaves = Vec::new();
    collect_leaves(shape, &mut leaves);
    let with_start = names.split(',').zip(leaves).map(|(name, leaf)| {
        let begins = start;
        start += n_numbers(leaf);
        (name, leaf, begins)
    });
    with_start.collect()
}

fn collect_leaves<'s>(shape: &'s Shape, leaves: &mut Vec<&'s Shape>) {
    match shape {
        Shape::Tensor(_) | Shape::Elements(..) => leaves.push(shape),
        Shape::Tuple(parts) => parts.iter().for_each(|part| collect_leaves(part, leaves)),
    }
}
