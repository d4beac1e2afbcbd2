//! Many calls of kernels at once, for the compiler, which gathers them.
//!
//! Calls stand in columns ([`Columns`]), or are a tensor of tuples: the key, the arguments of the function, and what else there
//! may be, which nobody looks at. Or tuples whose first part is such a tensor itself, or one call, or no call (Unit), whose
//! result nobody looks at. Results are rows, and results and cotangents stand as the calls do.

use std::iter;

use qml_source::bug;

use super::gradients::contract;
use super::{Builtin, Effect, internal, lists, row};
use crate::{Column, Columns, Fault, Host, ResultFunction as F, Tensor, Value};

pub(super) const ROWS: &[Builtin] = &[
    internal("batch.none", |_, _| Ok(Value::Unit), "A call that is not made."),
    row(Effect::Quantum, "batch.expect", &[], |host, args| run(host, &args[0], F::Expect, 3), FORWARD),
    row(Effect::Quantum, "batch.variance", &[], |host, args| run(host, &args[0], F::Variance, 3), FORWARD),
    row(Effect::Quantum, "batch.probs", &[], |host, args| run(host, &args[0], F::Probs, 2), FORWARD),
    row(Effect::Quantum, "batch.state", &[], |host, args| run(host, &args[0], F::State, 1), FORWARD),
    row(Effect::Quantum, "batch.fidelity", &[], |host, args| run(host, &args[0], F::Fidelity, 3), FORWARD),
    row(Effect::Quantum, "batch.probs_item", &[], |host, args| item(host, args, F::Probs, 2), ITEM),
    row(Effect::Quantum, "batch.state_item", &[], |host, args| item(host, args, F::State, 1), ITEM),
    row(Effect::Quantum, "ad.batch_expect_vjp", &[], |host, args| back(host, args, F::ExpectVjp, 3), BACK),
    row(
        Effect::Quantum,
        "ad.batch_variance_vjp",
        &[],
        |host, args| back(host, args, F::VarianceVjp, 3),
        BACK,
    ),
    row(Effect::Quantum, "ad.batch_probs_vjp", &[], |host, args| back(host, args, F::ProbsVjp, 2), BACK),
    row(Effect::Quantum, "ad.batch_state_vjp", &[], |host, args| back(host, args, F::StateVjp, 1), BACK),
    row(
        Effect::Quantum,
        "ad.batch_fidelity_vjp",
        &[],
        |host, args| back(host, args, F::FidelityVjp, 3),
        BACK,
    ),
    row(
        Effect::Quantum,
        "ad.batch_expect_coefficients_vjp",
        &[],
        |host, args| back(host, args, F::ExpectCoefficientsVjp, 3),
        BACK_COEFFICIENTS,
    ),
    row(
        Effect::Quantum,
        "ad.batch_variance_coefficients_vjp",
        &[],
        |host, args| back(host, args, F::VarianceCoefficientsVjp, 3),
        BACK_COEFFICIENTS,
    ),
    internal(
        "batch.one_by_one",
        |_, args| Ok(Columns::of(&args[0]).map_or_else(|| args[0].clone(), |columns| columns.one_by_one())),
        "`(calls)`: calls in columns as a tensor of tuples.",
    ),
    internal(
        "ad.batch_contract",
        |_, args| Ok(contracted(&args[0], &args[1])),
        "`(tangents, cotangents)`: how the result of each call moves, from the tangent of the call and its cotangent.",
    ),
];

const FORWARD: &str = "`(calls)`: the results of all calls; Unit where they have no room together.";
const ITEM: &str = "`(results, calls, i)`: result i, or if there are no results, what call i gives now.";
const BACK: &str = "`(calls, cotangents, method)`: the cotangents of the calls.";
const BACK_COEFFICIENTS: &str =
    "`(calls, cotangents, method)`: the cotangents of the calls, as far as their observables go.";

/// One call: its key, and its arguments.
type One = (i64, Vec<Value>);

/// Makes all calls, of functions with so many arguments.
fn run(host: &mut dyn Host, calls: &Value, function: F, n_args: usize) -> Result<Value, Fault> {
    if let Some(columns) = Columns::of(calls) {
        if columns.n > 0
            && let Some(results) = host.results_in_columns(function, &columns)?
        {
            return Ok(results);
        }
        return run(host, &columns.one_by_one(), function, n_args);
    }
    let mut all = Vec::new();
    with_cotangents(calls, &Value::Unit, &mut |call, _| {
        all.push((call[0].to_int(), call[1..=n_args].to_vec()));
    });
    if !host.has_room(function, &all)? {
        return Ok(Value::Unit);
    }
    let mut results = host.results(function, &all)?.into_iter();
    Ok(like(calls, &mut |_| results.next().unwrap_or_default(), &|_, many| many))
}

/// A result of many calls, which is made now if they have no room together.
fn item(host: &mut dyn Host, args: &[Value], function: F, n_args: usize) -> Result<Value, Fault> {
    let [results, calls, number] = args else { bug!("arguments of a result of many calls") };
    let number = number.to_int() as usize;
    if let Value::Tensor(results) = results {
        return Ok(results.item(number));
    }
    match (calls, Columns::of(calls)) {
        (Value::Tensor(all), _) => item_now(host, all.item(number).parts(), function, n_args),
        (_, Some(columns)) => item_now(host, &columns.call(number), function, n_args),
        _ => bug!("{calls:?} are no calls"),
    }
}

fn item_now(host: &mut dyn Host, call: &[Value], function: F, n_args: usize) -> Result<Value, Fault> {
    match &call[0] {
        many @ Value::Tensor(_) => run(host, many, function, n_args),
        Value::Tuple(call) => item_now(host, call, function, n_args),
        Value::Unit => Ok(Value::Unit),
        key => host.result(function, key.to_int(), &call[1..=n_args]),
    }
}

/// The cotangents of calls. Where that of the result is zero, nothing is run.
fn back(host: &mut dyn Host, args: &[Value], function: F, n_args: usize) -> Result<Value, Fault> {
    let [calls, cotangents, method] = args else { bug!("arguments of the derivative of many calls") };
    if let Some(columns) = Columns::of(calls) {
        return back_in_columns(host, &columns, cotangents, method, (function, n_args));
    }
    let mut all: Vec<One> = Vec::new();
    let mut is_run = Vec::new();
    with_cotangents(calls, cotangents, &mut |call, cotangent| {
        is_run.push(*cotangent != Value::Unit);
        if *cotangent != Value::Unit {
            let args = call[1..=n_args].iter().chain([cotangent, method]).cloned();
            all.push((call[0].to_int(), args.collect()));
        }
    });
    let mut results = host.results(function, &all)?.into_iter();
    let mut is_run = is_run.into_iter();
    let is_of_observables = matches!(function, F::ExpectCoefficientsVjp | F::VarianceCoefficientsVjp);
    let mut cotangent = |call: &[Value]| {
        if is_run.next() != Some(true) {
            return Value::Unit;
        }
        let found = match results.next() {
            Some(Value::Tuple(found)) => found,
            Some(of_observables) if is_of_observables => [of_observables].into(),
            other => bug!("{other:?} are no cotangents of arguments"),
        };
        let part = |i: usize| i.checked_sub(1).and_then(|i| found.get(i)).cloned().unwrap_or_default();
        Value::Tuple((0..call.len()).map(part).collect())
    };
    Ok(like(calls, &mut cotangent, &in_call))
}

/// The same for calls in columns.
fn back_in_columns(
    host: &mut dyn Host,
    calls: &Columns<'_>,
    cotangents: &Value,
    method: &Value,
    (function, n_args): (F, usize),
) -> Result<Value, Fault> {
    match cotangents {
        Value::Unit => return Ok(Value::Unit),
        // None of them is zero as a whole.
        Value::Tensor(rows) if calls.n > 0 && !matches!(rows, Tensor::Value(_)) => {
            let derivatives = calls.clone().and(Column::Rows(cotangents)).and(Column::Same(method));
            if let Some(found) = host.results_in_columns(function, &derivatives)? {
                let of_key = Value::Unit;
                return Ok(Columns::cotangent(iter::once(of_key).chain(found.parts().iter().cloned())));
            }
        }
        _ => {}
    }
    let args = [calls.one_by_one(), cotangents.clone(), method.clone()];
    calls.cotangent_of(&items(&back(host, &args, function, n_args)?))
}

/// The cotangent of what a call has as its first part, as that of the call.
fn in_call(call: &[Value], of_many: Value) -> Value {
    let mut parts = vec![Value::Unit; call.len()];
    parts[0] = of_many;
    Value::tuple(parts)
}

/// Tangents of results, which stand as the calls do.
fn contracted(tangents: &Value, cotangents: &Value) -> Value {
    let pairs = items(tangents).into_iter().zip(items(cotangents));
    many(pairs.map(|(tangent, cotangent)| contracted_one(&tangent, &cotangent)).collect())
}

fn contracted_one(tangent: &Value, cotangent: &Value) -> Value {
    match (&tangent.parts()[0], cotangent) {
        (many @ Value::Tensor(_), Value::Tuple(parts)) => contracted(many, &parts[0]),
        (one @ Value::Tuple(_), Value::Tuple(parts)) => contracted_one(one, &parts[0]),
        (Value::Unit, _) => Value::Unit,
        _ => Value::Float(contract(cotangent, tangent)),
    }
}

fn items(calls: &Value) -> Vec<Value> {
    match calls {
        Value::Tensor(tensor) => (0..tensor.len()).map(|i| tensor.item(i)).collect(),
        other => bug!("{other:?} are no calls"),
    }
}

/// Goes through all calls with what stands for each in `cotangents`; Unit if that is Unit.
fn with_cotangents(calls: &Value, cotangents: &Value, action: &mut dyn FnMut(&[Value], &Value)) {
    for (i, call) in items(calls).iter().enumerate() {
        let cotangent = match cotangents {
            Value::Unit => Value::Unit,
            Value::Tensor(tensor) => tensor.item(i),
            other => bug!("{other:?} are no cotangents of results"),
        };
        with_cotangent(call.parts(), &cotangent, action);
    }
}

fn with_cotangent(call: &[Value], cotangent: &Value, action: &mut dyn FnMut(&[Value], &Value)) {
    match &call[0] {
        many @ Value::Tensor(_) => with_cotangents(many, cotangent, action),
        Value::Tuple(one) => with_cotangent(one, cotangent, action),
        Value::Unit => {}
        _ => action(call, cotangent),
    }
}

/// A value for each call, standing as the calls do; `outside` makes one of those of a batch.
fn like(
    calls: &Value,
    value: &mut dyn FnMut(&[Value]) -> Value,
    outside: &dyn Fn(&[Value], Value) -> Value,
) -> Value {
    many(items(calls).iter().map(|call| like_one(call.parts(), value, outside)).collect())
}

fn like_one(
    call: &[Value],
    value: &mut dyn FnMut(&[Value]) -> Value,
    outside: &dyn Fn(&[Value], Value) -> Value,
) -> Value {
    match &call[0] {
        many @ Value::Tensor(_) => outside(call, like(many, value, outside)),
        Value::Tuple(one) => outside(call, like_one(one, value, outside)),
        Value::Unit => Value::Unit,
        _ => value(call),
    }
}

/// A tensor of values; floats lie side by side, with zeros for those of calls that were not made.
fn many(values: Vec<Value>) -> Value {
    let is_float = |value: &Value| matches!(value, Value::Float(_));
    if values.iter().all(|value| is_float(value) || *value == Value::Unit)
        && (values.is_empty() || values.iter().any(is_float))
    {
        let float = |value: &Value| if is_float(value) { value.to_float() } else { 0.0 };
        return Value::vector(values.iter().map(float).collect::<Vec<f64>>());
    }
    lists::from_elements(&[values.len()], values)
}
