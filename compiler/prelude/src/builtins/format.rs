//! Values as text.

use ndarray::{ArrayViewD, Axis};

use super::faults::domain;
use super::{Builtin, internal};
use crate::{C64, Fault, Optimizer, Tensor, Value, with_array};

mod spec;
pub use spec::Spec;

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "op.format",
        |_, args| {
            let spec = args[1].to_str();
            let spec = Spec::parse(spec).ok_or_else(|| domain(format!("`{spec}` is not a format")))?;
            spec.format(&args[0]).map(Value::text)
        },
        "`(value, spec)`: the value as text; spec as in `{x:>8.3f}`, may be empty.",
    ),
    internal(
        "op.format_counts",
        |_, args| Ok(Value::text(format_counts(&args[0]))),
        "`(counts)`: the table of a `Counts`, no line end after the last row.",
    ),
    internal(
        "op.concat",
        |_, args| Ok(Value::text(args.iter().map(Value::to_str).collect::<String>())),
        "`(s0, s1, ...)`: the strings one after the other.",
    ),
];

/// Tensors with more elements than this show the ends of each axis only.
const MAX_ELEMENTS: usize = 1000;
/// The same in a message.
const MAX_IN_MESSAGE: usize = 12;
/// How many items of a long axis are shown at each end.
const N_ENDS: usize = 3;

/// The shortest decimal that reads back, always with a point or an exponent; zero has no sign.
pub fn format_float(x: f64) -> String {
    if x.is_nan() {
        "nan".to_string()
    } else if x == 0.0 {
        "0.0".to_string()
    } else {
        format!("{x:?}")
    }
}

/// As `1.0+2.0im`.
pub fn format_complex(x: C64) -> String {
    let sign = if x.im < 0.0 { '-' } else { '+' };
    format!("{}{sign}{}im", format_float(x.re), format_float(x.im.abs()))
}

/// A coefficient: as [`format_complex`] unless it is real.
pub fn format_coefficient(x: C64) -> String {
    if x.im == 0.0 { format_float(x.re) } else { format_complex(x) }
}

/// A value as `print` shows it.
pub fn format_value(value: &Value) -> String {
    format_with(value, &mut format_scalar)
}

/// A value as a message shows it: long tensors shortened, strings in quotes.
pub(crate) fn format_short(value: &Value) -> String {
    format_up_to(MAX_IN_MESSAGE, value, &mut |scalar| match scalar {
        Value::Str(text) => format!("\"{text}\""),
        other => format_scalar(other),
    })
}

fn format_scalar(scalar: &Value) -> String {
    match scalar {
        Value::Bool(x) => x.to_string(),
        Value::Int(x) => x.to_string(),
        Value::Float(x) => format_float(*x),
        Value::Complex(x) => format_complex(*x),
        Value::Str(text) => text.to_string(),
        Value::Observable(observable) => observable.to_string(),
        Value::Program(_) => "<program>".to_string(),
        Value::Optimizer(optimizer) => format_optimizer(optimizer),
        Value::Unit => "()".to_string(),
        Value::List(_) | Value::Tensor(_) | Value::Tuple(_) => unreachable!("has parts"),
    }
}

/// As it was made; of a schedule the first rate and the last.
fn format_optimizer(optimizer: &Optimizer) -> String {
    let rates = match optimizer.rates.as_slice() {
        [] => None,
        [rate] => Some(format!("lr: {}", format_float(*rate))),
        [first, .., last] => Some(format!("lr: {}..{}", format_float(*first), format_float(*last))),
    };
    let names = optimizer.rule.options().iter().zip(&optimizer.options);
    let options = names.map(|(name, x)| format!("{name}: {}", format_float(*x)));
    let parts: Vec<String> = rates.into_iter().chain(options).collect();
    format!("{}({})", optimizer.rule.name(), parts.join(", "))
}

/// A value whose parts are formatted by a function.
fn format_with(value: &Value, scalar: &mut impl FnMut(&Value) -> String) -> String {
    format_up_to(MAX_ELEMENTS, value, scalar)
}

/// The same; tensors with more than `most` elements are shortened.
fn format_up_to(most: usize, value: &Value, scalar: &mut impl FnMut(&Value) -> String) -> String {
    match value {
        Value::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| format_up_to(most, part, scalar)).collect();
            format!("({})", parts.join(", "))
        }
        Value::List(items) => {
            let items: Vec<_> = items.iter().map(|item| format_up_to(most, item, scalar)).collect();
            format!("[{}]", items.join(", "))
        }
        // Cloning is for the tensors of values; the numbers are copied.
        #[allow(clippy::clone_on_copy)]
        Value::Tensor(tensor) => with_array!(tensor, array => {
            let is_long = array.len() > most;
            format_array(&array.view(), is_long, &mut |x| {
                format_up_to(most, &crate::value::Element::into_value(x.clone()), scalar)
            })
        }),
        other => scalar(other),
    }
}

fn format_array<T>(
    array: &ArrayViewD<'_, T>,
    is_long: bool,
    element: &mut impl FnMut(&T) -> String,
) -> String {
    if let (0, Some(x)) = (array.ndim(), array.first()) {
        return element(x);
    }
    let length = array.shape()[0];
    let mut items = Vec::new();
    for (i, item) in array.axis_iter(Axis(0)).enumerate() {
        if is_long && length > 2 * N_ENDS && (N_ENDS..length - N_ENDS).contains(&i) {
            if i == N_ENDS {
                items.push("...".to_string());
            }
            continue;
        }
        items.push(format_array(&item, is_long, element));
    }
    format!("[{}]", items.join(", "))
}

/// A `Counts` as a table: outcomes with qubit 0 leftmost, and how often each occurred.
fn format_counts(counts: &Value) -> String {
    let parts = counts.parts();
    let (outcomes, n) = (parts[0].clone().into_bools(), parts[1].clone().into_ints());
    let rows: Vec<(String, String)> = outcomes
        .axis_iter(Axis(0))
        .zip(n.iter())
        .map(|(bits, n)| (bits.iter().map(|&bit| if bit { '1' } else { '0' }).collect(), n.to_string()))
        .collect();
    let left = rows.iter().map(|row| row.0.len()).chain(["outcome".len()]).max().unwrap_or(0);
    let right = rows.iter().map(|row| row.1.len()).chain(["count".len()]).max().unwrap_or(0);
    let header = ("outcome".to_string(), "count".to_string());
    let lines: Vec<_> = std::iter::once(&header)
        .chain(&rows)
        .map(|(bits, n)| format!("{bits:<left$}  {n:>right$}"))
        .collect();
    lines.join("\n")
}

impl Tensor {
    /// The type of the elements as the language writes it, for messages.
    pub fn element_name(&self) -> &'static str {
        match self {
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float",
            Self::Complex(_) => "complex",
            Self::Value(_) => "value",
        }
    }
}

impl Spec {
    /// The value with this format; of a tensor or tuple each element has it.
    pub fn format(&self, value: &Value) -> Result<String, Fault> {
        let mut problem = None;
        let text = format_with(value, &mut |scalar| match self.scalar(scalar) {
            Ok(text) => text,
            Err(error) => {
                problem = Some(error);
                String::new()
            }
        });
        problem.map_or(Ok(text), Err)
    }
}

#[cfg(test)]
mod tests;
