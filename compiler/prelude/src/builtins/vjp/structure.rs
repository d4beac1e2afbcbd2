//! Functions that put elements in other places.

use std::sync::Arc;

use qml_source::bug;

use super::{fold, or_zeros};
use crate::builtins::gradients::{add, zeros_like};
use crate::builtins::{indexing, lists, reductions, tensors};
use crate::{Fault, Tensor, Value};

/// The items of a cotangent, as cotangents of the items.
fn items(cotangent: &Value) -> Vec<Value> {
    match cotangent {
        Value::Tensor(tensor) => (0..tensor.len()).map(|i| tensor.item(i)).collect(),
        Value::List(items) => items.to_vec(),
        other => bug!("{other:?} is no cotangent of a tensor"),
    }
}

/// A cotangent of a tensor from those of its items. Items are `Unit` where they have none; a tensor of floats then has
/// zeros.
fn joined(cotangents: Vec<Value>, like: &Value) -> Result<Value, Fault> {
    if cotangents.iter().all(|cotangent| *cotangent == Value::Unit) {
        return Ok(Value::Unit);
    }
    let Value::Tensor(tensor @ (Tensor::Float(_) | Tensor::Complex(_))) = like else {
        return Ok(Value::vector(cotangents));
    };
    let whole = cotangents.into_iter().enumerate().map(|(i, cotangent)| or_zeros(cotangent, &tensor.item(i)));
    lists::stack(whole.collect())
}

fn range(lo: usize, hi: usize) -> Value {
    Value::tuple([Value::Int(lo as i64), Value::Int(hi as i64)])
}

pub(super) fn index(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    if let Value::List(_) = &args[0] {
        return list_get(args, &Value::Unit, g);
    }
    Ok(vec![indexing::slice_zeros_add(&args[0], g.clone(), &args[1..])?])
}

pub(super) fn index_set(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let indices = &args[2..];
    let new = fold(indexing::index(g, indices)?, &args[1]);
    let nothing = if matches!(g, Value::Tensor(Tensor::Value(_))) { Value::Unit } else { Value::Float(0.0) };
    Ok(vec![indexing::index_set(g.clone(), nothing, indices)?, new])
}

pub(super) fn index_add(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    if args[1] == Value::Unit {
        return Ok(vec![g.clone()]);
    }
    Ok(vec![g.clone(), fold(indexing::index(g, &args[2..])?, &args[1])])
}

pub(super) fn slice_zeros_add(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![Value::Unit, fold(indexing::index(g, &args[2..])?, &args[1])])
}

pub(super) fn stack(_: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(items(g))
}

pub(super) fn fill(_: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![match g {
        Value::Tensor(Tensor::Float(_) | Tensor::Complex(_)) => reductions::sum(g.clone(), Some(0))?,
        other => items(other).into_iter().try_fold(Value::Unit, add)?,
    }])
}

pub(super) fn tuple_get(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut parts = vec![Value::Unit; args[0].parts().len()];
    parts[args[1].to_int() as usize] = g.clone();
    Ok(vec![Value::tuple(parts)])
}

pub(super) fn tuple_set(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut parts = g.parts().to_vec();
    let part = std::mem::take(&mut parts[args[1].to_int() as usize]);
    Ok(vec![Value::tuple(parts), Value::Unit, part])
}

pub(super) fn list_push(_: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut all = items(g);
    let last = all.pop().unwrap_or_default();
    Ok(vec![Value::List(Arc::new(all)), last])
}

pub(super) fn list_stack(_: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![Value::List(Arc::new(items(g)))])
}

pub(super) fn list_get(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let mut all = vec![Value::Unit; lists::len(&args[0])];
    all[args[1].to_int() as usize] = g.clone();
    Ok(vec![Value::List(Arc::new(all))])
}

pub(super) fn full(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let cotangent = match g {
        Value::Tensor(Tensor::Value(all)) => all.iter().cloned().try_fold(Value::Unit, add)?,
        other => reductions::sum(other.clone(), None)?,
    };
    Ok(vec![Value::Unit, fold(cotangent, &args[1])])
}

pub(super) fn reshape(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    if args[0].shape().is_empty() {
        return Ok(vec![reductions::sum(g.clone(), None)?]);
    }
    Ok(vec![tensors::reshape(g.clone(), args[0].shape())?])
}

pub(super) fn transpose(_: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![tensors::transpose(g.clone())])
}

pub(super) fn concat(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let (m, n) = (lists::len(&args[0]), lists::len(g));
    Ok(vec![indexing::index(g, &[range(0, m)])?, indexing::index(g, &[range(m, n)])?])
}

pub(super) fn append(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let m = lists::len(&args[0]);
    Ok(vec![indexing::index(g, &[range(0, m)])?, indexing::index(g, &[Value::Int(m as i64)])?])
}

pub(super) fn reverse(_: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![lists::select(g, &(0..lists::len(g)).rev().collect::<Vec<_>>())])
}

pub(super) fn sort(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    let order: Vec<i64> = tensors::sorted(&args[0]).into_iter().map(|i| i as i64).collect();
    Ok(vec![indexing::index_add(zeros_like(&args[0]), g.clone(), &[Value::vector(order)])?])
}

/// Part `position` of the cotangents of a tensor of tuples, as a cotangent of `like`.
fn unzipped(g: &Value, position: usize, like: &Value) -> Result<Value, Fault> {
    let part = |item: Value| if item == Value::Unit { Value::Unit } else { item.parts()[position].clone() };
    joined(items(g).into_iter().map(part).collect(), like)
}

pub(super) fn zip(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    args.iter().enumerate().map(|(position, arg)| unzipped(g, position, arg)).collect()
}

pub(super) fn enumerate(args: &[Value], _: &Value, g: &Value) -> Result<Vec<Value>, Fault> {
    Ok(vec![unzipped(g, 1, &args[0])?])
}
