//! Values that depend on outcomes: worked out for each case of the outcomes, and put together again.

use std::collections::BTreeMap;
use std::rc::Rc;

use qml_prelude::{BuiltinId, Value};
use qml_source::Span;

use super::faults::{self, Failure};
use super::machine::call_row;
use super::structure;
use super::value::{Abstract, Grid, parts_of};
use crate::circuit::BitExpr;
use crate::circuit::condition::{and, not, or};

/// How many cases are looked at one by one.
const MAX_CASES: usize = 4096;
/// How many operations on bits a value may take.
const MAX_BIT_OPS: usize = 100_000;

/// An int that depends on outcomes: its values, each with the condition under which it has it. Exactly one of the
/// conditions holds.
pub(super) type Cases = Vec<(BitExpr, i64)>;

/// Calls a row for each case of the outcomes in its arguments.
pub(super) fn call_by_cases(id: BuiltinId, args: &[Abstract], span: Span) -> Result<Abstract, Failure> {
    let mut leaves = Vec::new();
    args.iter().for_each(|arg| collect_leaves(arg, &mut leaves));
    let alternatives: Vec<Vec<(BitExpr, Value)>> = leaves.iter().map(|leaf| values_of(leaf)).collect();
    let count = alternatives.iter().try_fold(1usize, |count, values| count.checked_mul(values.len()));
    let Some(count) = count.filter(|&count| count <= MAX_CASES) else {
        return Err(faults::too_many_cases(span));
    };
    let mut results = Vec::with_capacity(count);
    for number in 0..count {
        let mut rest = number;
        let mut condition = BitExpr::Const(true);
        let mut chosen = Vec::with_capacity(leaves.len());
        for values in &alternatives {
            let (holds, value) = &values[rest % values.len()];
            rest /= values.len();
            condition = and(condition, holds.clone());
            chosen.push(value.clone());
        }
        if condition == BitExpr::Const(false) {
            continue;
        }
        let known = args.iter().map(|arg| in_case(arg, &leaves, &chosen, span)).collect::<Result<_, _>>()?;
        results.push((condition, call_row(id, known, span)?));
    }
    merge(&results, span)
}

/// Whether nothing but outcomes keeps a value from being known.
pub(super) fn is_known_by_case(value: &Abstract) -> bool {
    match value {
        Abstract::Known(_) | Abstract::Outcome(_) | Abstract::Number(_) => true,
        Abstract::Grid(grid) => grid.items.iter().all(is_known_by_case),
        Abstract::Tuple(parts) => parts.iter().all(is_known_by_case),
        Abstract::List(items) => items.iter().all(is_known_by_case),
        Abstract::Float(_) | Abstract::Observable(_) | Abstract::Qubits(_) => false,
    }
}

/// `if condition then a else b` of ints.
pub(super) fn select_number(
    condition: &BitExpr,
    a: &Abstract,
    b: &Abstract,
    span: Span,
) -> Result<Abstract, Failure> {
    let mut cases = Vec::new();
    for (holds, value) in values_of(a) {
        cases.push((and(condition.clone(), holds), value));
    }
    for (holds, value) in values_of(b) {
        cases.push((and(not(condition.clone()), holds), value));
    }
    merge(&cases, span)
}

fn collect_leaves<'a>(value: &'a Abstract, leaves: &mut Vec<&'a Abstract>) {
    match value {
        Abstract::Outcome(_) | Abstract::Number(_) => {
            if !leaves.contains(&value) {
                leaves.push(value);
            }
        }
        Abstract::Grid(grid) => grid.items.iter().for_each(|item| collect_leaves(item, leaves)),
        Abstract::Tuple(parts) => parts.iter().for_each(|part| collect_leaves(part, leaves)),
        Abstract::List(items) => items.iter().for_each(|item| collect_leaves(item, leaves)),
        Abstract::Known(_) | Abstract::Float(_) | Abstract::Observable(_) | Abstract::Qubits(_) => {}
    }
}

/// The values that a bool or int may have, each with its condition.
fn values_of(value: &Abstract) -> Vec<(BitExpr, Value)> {
    match value {
        Abstract::Outcome(outcome) => {
            vec![(not(outcome.clone()), Value::Bool(false)), (outcome.clone(), Value::Bool(true))]
        }
        Abstract::Number(cases) => {
            cases.iter().map(|(holds, value)| (holds.clone(), Value::Int(*value))).collect()
        }
        Abstract::Known(value) => vec![(BitExpr::Const(true), value.clone())],
        other => qml_source::bug!("the cases of {other:?}"),
    }
}

/// The value with what its leaves are in one case.
fn in_case(value: &Abstract, leaves: &[&Abstract], chosen: &[Value], span: Span) -> Result<Value, Failure> {
    match value {
        Abstract::Known(value) => Ok(value.clone()),
        Abstract::Outcome(_) | Abstract::Number(_) => match leaves.iter().position(|leaf| *leaf == value) {
            Some(position) => Ok(chosen[position].clone()),
            None => qml_source::bug!("a case without {value:?}"),
        },
        Abstract::Grid(grid) => {
            let items = grid
                .items
                .iter()
                .map(|item| in_case(item, leaves, chosen, span).map(Abstract::Known))
                .collect::<Result<_, _>>()?;
            match (Grid { shape: grid.shape.clone(), items }).into_abstract() {
                Abstract::Known(value) => Ok(value),
                other => qml_source::bug!("{other:?} in a case"),
            }
        }
        Abstract::Tuple(parts) => {
            let parts = parts.iter().map(|part| in_case(part, leaves, chosen, span));
            Ok(Value::tuple(parts.collect::<Result<Vec<_>, _>>()?))
        }
        _ => Err(faults::depends_on_outcome("a list", span)),
    }
}

/// One value of those of all cases.
fn merge(cases: &[(BitExpr, Value)], span: Span) -> Result<Abstract, Failure> {
    let Some((_, first)) = cases.first() else { return Err(faults::too_many_cases(span)) };
    if cases.iter().all(|(_, value)| value == first) {
        return Ok(Abstract::Known(first.clone()));
    }
    match first {
        Value::Bool(_) => {
            let holds = cases.iter().filter(|(_, value)| value.to_bool()).map(|(holds, _)| holds.clone());
            let outcome = any(holds);
            within_bounds(&outcome, span)?;
            Ok(Abstract::outcome(outcome))
        }
        Value::Int(_) => {
            let mut by_value: BTreeMap<i64, Vec<BitExpr>> = BTreeMap::new();
            for (holds, value) in cases {
                by_value.entry(value.to_int()).or_default().push(holds.clone());
            }
            let numbers: Cases = by_value.into_iter().map(|(value, holds)| (any(holds), value)).collect();
            numbers.iter().try_for_each(|(holds, _)| within_bounds(holds, span))?;
            Ok(Abstract::Number(Rc::new(numbers)))
        }
        Value::Tuple(_) | Value::Tensor(_) => merge_parts(first, cases, span),
        _ => Err(faults::depends_on_outcome("a value that is no `bool` or `int`", span)),
    }
}

fn merge_parts(first: &Value, cases: &[(BitExpr, Value)], span: Span) -> Result<Abstract, Failure> {
    if let Some((_, other)) = cases.iter().find(|(_, value)| value.shape() != first.shape()) {
        return Err(structure::shapes_differ(first.shape(), other.shape(), 0, span));
    }
    let parts: Vec<(BitExpr, Vec<Value>)> =
        cases.iter().map(|(holds, value)| (holds.clone(), parts_of(value))).collect();
    let merged = (0..parts[0].1.len()).map(|index| {
        let cases: Vec<_> =
            parts.iter().map(|(holds, parts)| (holds.clone(), parts[index].clone())).collect();
        merge(&cases, span)
    });
    let merged = merged.collect::<Result<Vec<_>, _>>()?;
    Ok(match first {
        Value::Tuple(_) => Abstract::tuple(merged),
        _ => Grid { shape: first.shape().to_vec(), items: merged }.into_abstract(),
    })
}

/// Whether one of the conditions holds; as a balanced tree, which is not deep.
fn any(conditions: impl IntoIterator<Item = BitExpr>) -> BitExpr {
    let mut all: Vec<BitExpr> = conditions.into_iter().collect();
    while all.len() > 1 {
        let mut pairs = all.into_iter();
        let mut halved = Vec::new();
        while let Some(first) = pairs.next() {
            halved.push(match pairs.next() {
                Some(second) => or(first, second),
                None => first,
            });
        }
        all = halved;
    }
    all.pop().unwrap_or(BitExpr::Const(false))
}

fn within_bounds(outcome: &BitExpr, span: Span) -> Result<(), Failure> {
    if n_ops(outcome) > MAX_BIT_OPS { Err(faults::too_many_cases(span)) } else { Ok(()) }
}

fn n_ops(outcome: &BitExpr) -> usize {
    match outcome {
        BitExpr::Const(_) | BitExpr::Bit(_) => 1,
        BitExpr::Not(a) => 1 + n_ops(a),
        BitExpr::And(a, b) | BitExpr::Or(a, b) | BitExpr::Xor(a, b) => 1 + n_ops(a) + n_ops(b),
    }
}
