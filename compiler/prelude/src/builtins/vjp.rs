//! Vector-Jacobian products of the differentiable built-in functions.
//!
//! For y = f(x) and the cotangent of y, a function here gives that of each argument: the sum over the elements of y of
//! cotangent times derivative. `Unit` is the zero cotangent, and that of arguments without a derivative. The cotangent
//! of a tuple is a tuple, of a list a list, of a tensor of tuples a tensor of values; their parts may be `Unit`.

use std::sync::{LazyLock, OnceLock};

use qml_source::bug;

use super::BuiltinId;
use super::faults::domain;
use super::gradients::{unbroadcast, zeros_like};
use super::operators::{div, mul, neg, sub};
use crate::{Fault, Tensor, Value};

mod columns;
mod complex;
mod elementwise;
mod matrices;
mod observables;
mod reductions;
mod spectrum;
mod structure;

pub(super) use complex::{complexes, conj, is_complex};
pub(super) use observables::along;

/// Whether a function has a derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differentiability {
    /// It has one, which [`vjp`] knows.
    Yes,
    /// It is constant wherever it is continuous (comparisons, counts, conversions to `int`): its derivative is zero.
    Zero,
    /// It has none that is known here.
    No,
}

type Rule = fn(args: &[Value], result: &Value, cotangent: &Value) -> Result<Vec<Value>, Fault>;

/// The rule of a function.
fn rule(name: &str) -> Option<Rule> {
    Some(match name {
        "op.add" => |args, _, g| Ok(vec![fold(g.clone(), &args[0]), fold(g.clone(), &args[1])]),
        "op.sub" => |args, _, g| Ok(vec![fold(g.clone(), &args[0]), fold(neg(g.clone())?, &args[1])]),
        "op.mul" => |args, _, g| {
            let (a, b) = (&args[0], &args[1]);
            Ok(vec![fold(mul(g.clone(), b.clone())?, a), fold(mul(g.clone(), a.clone())?, b)])
        },
        "op.div" => |args, y, g| {
            let (a, b) = (&args[0], &args[1]);
            let ratio = div(g.clone(), b.clone())?;
            Ok(vec![fold(ratio.clone(), a), fold(neg(mul(ratio, y.clone())?)?, b)])
        },
        "op.neg" => |_, _, g| Ok(vec![neg(g.clone())?]),
        "op.pow" => elementwise::pow,
        "op.mod" => elementwise::modulo,
        "op.matmul" | "dot" => matrices::matmul,
        "op.index" | "take" => structure::index,
        "op.index_set" => structure::index_set,
        "op.index_add" => structure::index_add,
        "op.slice_zeros_add" => structure::slice_zeros_add,
        "op.stack" | "stack" => structure::stack,
        "op.fill" => structure::fill,
        "op.tuple" => |_, _, g| Ok(g.parts().to_vec()),
        "op.tuple_get" => structure::tuple_get,
        "op.tuple_set" => structure::tuple_set,
        "op.to_float" | "float" | "op.or_empty" => |_, _, g| Ok(vec![g.clone()]),
        "rows.call" => |args, y, g| {
            let hidden = [Value::Unit, Value::Unit, Value::Unit];
            Ok(hidden.into_iter().chain(super::rows::Rows::new(args).vjp(y, g)?).collect())
        },
        "rows.part" => |args, _, g| super::rows::part_vjp(args, g),
        "rows.stack" => |_, _, g| Ok(vec![g.clone()]),
        "list.push" => structure::list_push,
        "list.stack" => structure::list_stack,
        "list.get" => structure::list_get,
        "full" => structure::full,
        "reshape" => structure::reshape,
        "transpose" => structure::transpose,
        "concat" => structure::concat,
        "append" => structure::append,
        "reverse" => structure::reverse,
        "sort" => structure::sort,
        "zip" => structure::zip,
        "enumerate" => structure::enumerate,
        "sum" => reductions::sum,
        "mean" => reductions::mean,
        "prod" => reductions::prod,
        "min" | "max" => reductions::extreme,
        "variance" => reductions::variance,
        "stddev" => reductions::stddev,
        "mse" => reductions::mse,
        "cross_entropy" => reductions::cross_entropy,
        "softmax" => reductions::softmax,
        "log_softmax" => reductions::log_softmax,
        "maximum" => elementwise::maximum,
        "minimum" => elementwise::minimum,
        "clip" => elementwise::clip,
        "atan2" => elementwise::atan2,
        "outer" => matrices::outer,
        "kron" => matrices::kron,
        "norm" => matrices::norm,
        "trace" => matrices::trace,
        "det" => matrices::det,
        "inv" => matrices::inv,
        "solve" => matrices::solve,
        "lstsq" => columns::lstsq,
        "eigh" => spectrum::eigh,
        "polyfit" => columns::polyfit,
        "linspace" => columns::linspace,
        "standardize" => columns::standardize,
        "minmax" => columns::minmax,
        "median" => columns::median,
        "quantile" => columns::quantile,
        _ => return None,
    })
}

/// Whether the function of this name (`op.mul`, `sin`) is differentiable.
pub fn is_differentiable(name: &str) -> Differentiability {
    let is_special = complex::is_mixed(name) || observables::is_own(name);
    if is_special || rule(name).is_some() || elementwise::derivative(name).is_some() {
        return Differentiability::Yes;
    }
    match name {
        "op.eq" | "op.ne" | "op.lt" | "op.le" | "op.gt" | "op.ge" | "op.and" | "op.or" | "op.not"
        | "op.div_floor" | "op.len" | "op.dim" | "op.shape_check" | "op.call_shape" | "op.call_where"
        | "op.assert_compare" | "op.range" | "op.to_int" | "op.format" | "op.format_counts" | "op.concat"
        | "op.mix" | "list.new" | "stop_gradient" | "len" | "shape" | "argsort" | "argmin" | "argmax"
        | "any" | "all" | "div" | "to_int" | "where_true" | "int" | "sign" | "floor" | "ceil" | "round"
        | "accuracy" | "confusion" | "zeros" | "ones" | "eye" | "range" | "bits" | "batch.none" => {
            Differentiability::Zero
        }
        _ => Differentiability::No,
    }
}

/// What is known of the derivative of a function.
#[derive(Clone, Copy)]
pub struct Derivative {
    name: &'static str,
    differentiability: Differentiability,
    is_of_observables: bool,
    is_mixed: bool,
    rule: Option<Rule>,
    slope: Option<elementwise::Derivative>,
}

/// Of each row, once it is asked for: a name is looked up, not compared with each rule's.
static KNOWN: LazyLock<Vec<OnceLock<Derivative>>> =
    LazyLock::new(|| super::BUILTINS.iter().map(|_| OnceLock::new()).collect());

/// The cotangents of the arguments of a call, see [`Derivative::vjp`].
pub fn vjp(
    name: &str,
    args: &[Value],
    result: &Value,
    cotangent: &Value,
) -> Option<Result<Vec<Value>, Fault>> {
    Derivative::of(name)?.vjp(args, result, cotangent)
}

impl std::fmt::Debug for Derivative {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "derivative of {}", self.name)
    }
}

impl Derivative {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            differentiability: is_differentiable(name),
            is_of_observables: observables::is_own(name),
            is_mixed: complex::is_mixed(name),
            rule: rule(name),
            slope: elementwise::derivative(name),
        }
    }

    /// That of the built-in function of this name.
    pub fn of(name: &str) -> Option<Self> {
        let id = BuiltinId::find(name)?;
        Some(*KNOWN[id.0 as usize].get_or_init(|| Self::new(id.row().name)))
    }

    /// The name of the function.
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// The cotangents of the arguments of a call, from the arguments, the result, and the cotangent of the result; `None`
    /// if the function has no derivative, [`Differentiability::Zero`] apart. A fault where the derivative doesn't exist.
    pub fn vjp(
        &self,
        args: &[Value],
        result: &Value,
        cotangent: &Value,
    ) -> Option<Result<Vec<Value>, Fault>> {
        let zeros = || Some(Ok(vec![Value::Unit; args.len()]));
        match self.differentiability {
            Differentiability::No => return None,
            Differentiability::Zero => return zeros(),
            Differentiability::Yes if *cotangent == Value::Unit => return zeros(),
            Differentiability::Yes => {}
        }
        if let Some(found) = other_numbers(self, args, result, cotangent) {
            return Some(found.map(|cotangents| finished(cotangents, args)));
        }
        let has_tuple = args.iter().any(|arg| matches!(arg, Value::Tuple(_)));
        if has_tuple && matches!(self.name, "op.add" | "op.sub" | "op.mul" | "op.div" | "op.neg") {
            return Some(by_parts(self, args, result, cotangent));
        }
        let cotangents = match (self.rule, self.slope) {
            (Some(rule), _) => rule(args, result, cotangent),
            (None, Some(slope)) => {
                elementwise::unary(slope, &args[0], result, cotangent).map(|cotangent| vec![cotangent])
            }
            (None, None) => bug!("`{}` is differentiable without a rule", self.name),
        };
        Some(cotangents.map(|cotangents| finished(cotangents, args)))
    }
}

/// By the rules of complex numbers and observables, where there are some among the arguments.
fn other_numbers(
    known: &Derivative,
    args: &[Value],
    result: &Value,
    cotangent: &Value,
) -> Option<Result<Vec<Value>, Fault>> {
    let holds = |is_one: fn(&Value) -> bool| args.iter().any(is_one) || is_one(cotangent);
    if (known.is_of_observables || holds(observables::is_observable))
        && let Some(cotangents) = observables::vjp(known.name, args, cotangent)
    {
        return Some(cotangents);
    }
    if known.is_mixed || holds(is_complex) {
        let unknown = || domain(format!("`{}` of complex numbers has no derivative", known.name));
        return Some(complex::vjp(known.name, args, result, cotangent).unwrap_or_else(|| Err(unknown())));
    }
    None
}

/// One cotangent an argument.
fn finished(mut cotangents: Vec<Value>, args: &[Value]) -> Vec<Value> {
    cotangents.resize(args.len(), Value::Unit);
    for (cotangent, arg) in cotangents.iter_mut().zip(args) {
        if !has_derivative(arg) {
            *cotangent = Value::Unit;
        }
    }
    cotangents
}

/// Whether a value can have a cotangent.
fn has_derivative(value: &Value) -> bool {
    matches!(
        value,
        Value::Float(_)
            | Value::Complex(_)
            | Value::Tensor(Tensor::Float(_) | Tensor::Complex(_) | Tensor::Value(_))
            | Value::Tuple(_)
            | Value::List(_)
            | Value::Observable(_)
            | Value::Program(_)
    )
}

/// Operators on tuples: each part by itself; the parts of the cotangent of a number are added.
fn by_parts(
    known: &Derivative,
    args: &[Value],
    result: &Value,
    cotangent: &Value,
) -> Result<Vec<Value>, Fault> {
    let mut sums: Vec<Vec<Value>> = vec![Vec::new(); args.len()];
    for (i, (y, g)) in result.parts().iter().zip(cotangent.parts()).enumerate() {
        let part = |arg: &Value| if let Value::Tuple(parts) = arg { parts[i].clone() } else { arg.clone() };
        let part_args: Vec<Value> = args.iter().map(part).collect();
        let Some(cotangents) = known.vjp(&part_args, y, g) else {
            bug!("`{}` has no derivative", known.name)
        };
        for (sum, cotangent) in sums.iter_mut().zip(cotangents?) {
            sum.push(cotangent);
        }
    }
    args.iter()
        .zip(sums)
        .map(|(arg, parts)| match arg {
            Value::Tuple(_) => Ok(Value::tuple(parts)),
            _ => parts.into_iter().try_fold(Value::Unit, super::gradients::add),
        })
        .collect()
}

/// Summed down to the shape of an argument that was broadcast; nothing for one without a derivative.
fn fold(cotangent: Value, like: &Value) -> Value {
    if !has_derivative(like) {
        return Value::Unit;
    }
    if like.shape() == cotangent.shape() { cotangent } else { unbroadcast(cotangent, like) }
}

/// A cotangent, or the zeros that `Unit` stands for.
fn or_zeros(cotangent: Value, like: &Value) -> Value {
    if cotangent == Value::Unit { zeros_like(like) } else { cotangent }
}

/// a - b * c, element by element.
fn sub_mul(a: Value, b: Value, c: Value) -> Result<Value, Fault> {
    sub(a, mul(b, c)?)
}

#[cfg(test)]
mod tests;
