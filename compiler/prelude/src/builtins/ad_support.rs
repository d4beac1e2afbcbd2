//! More of what differentiated code calls: conversions between cotangents and values, and sums into parts.

use qml_source::bug;

use super::gradients::{add, zeros_like};
use super::{Builtin, indexing, internal, lists};
use crate::{Columns, Fault, Tensor, Value};

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "ad.to_float",
        |_, args| {
            Ok(match &args[0] {
                Value::Unit => Value::Float(0.0),
                Value::Float(x) => Value::Float(*x),
                other => Value::Float(other.to_float()),
            })
        },
        "`(cot)`: the cotangent of a float, 0.0 for Unit.",
    ),
    internal(
        "ad.dense",
        |_, args| dense(std::mem::take(&mut args[0]), &args[1]),
        "`(cot, like)`: the cotangent with zeros where it has Unit, shaped like `like`.",
    ),
    internal(
        "ad.item",
        |_, args| {
            if args[0] == Value::Unit { Ok(Value::Unit) } else { indexing::index(&args[0], &args[1..]) }
        },
        "`(cot, i)`: item i of a tensor's cotangent.",
    ),
    internal(
        "ad.index_add",
        |_, args| index_add(args),
        "`(cot, like, v, i0, ...)`: the cotangent of a tensor shaped like `like`, with v added to that part.",
    ),
];

/// The sum of the zeros of `like` and the cotangent; of numbers in the cotangent's own place.
fn dense(cotangent: Value, like: &Value) -> Result<Value, Fault> {
    match (cotangent, like) {
        (Value::Tensor(Tensor::Float(mut array)), Value::Tensor(Tensor::Float(like)))
            if array.shape() == like.shape() =>
        {
            // Of a zero with a sign it is the zero without.
            array.map_inplace(|x| *x += 0.0);
            Ok(Value::Tensor(Tensor::Float(array)))
        }
        (cotangent, like) => add(zeros_like(like), cotangent),
    }
}

/// The cotangent of a tensor of `n` items, with that of one of them added to it; in place if nobody else holds it.
fn item_add(cotangent: Value, n: usize, at: usize, part: Value) -> Result<Value, Fault> {
    let mut cotangents = match cotangent {
        Value::Unit => Value::vector(vec![Value::Unit; n]).into_values(),
        other => other.into_values(),
    };
    let old = &mut cotangents[[at].as_slice()];
    *old = add(std::mem::take(old), part)?;
    Ok(Value::Tensor(Tensor::Value(cotangents)))
}

fn index_add(args: &mut [Value]) -> Result<Value, Fault> {
    let [cotangent, like, part, index @ ..] = args else { bug!("ad.index_add without its arguments") };
    let cotangent = std::mem::take(cotangent);
    if *part == Value::Unit {
        return Ok(cotangent);
    }
    if let (Some(calls), [Value::Int(at)]) = (Columns::of(like), &*index) {
        return item_add(cotangent, calls.n, *at as usize, std::mem::take(part));
    }
    let Value::Tensor(Tensor::Value(items)) = &*like else {
        let dense = if cotangent == Value::Unit { zeros_like(like) } else { cotangent };
        return indexing::index_add(dense, std::mem::take(part), index);
    };
    // Tuples and programs: each item has a cotangent of its own.
    let n_items = items.len();
    let shape = items.shape().to_vec();
    if let ([Value::Int(at)], [_]) = (&*index, &*shape) {
        return item_add(cotangent, n_items, *at as usize, std::mem::take(part));
    }
    // Which ones are meant, their positions tell.
    let positions = lists::from_elements(&shape, (0..n_items as i64).collect());
    let mut cotangents = match cotangent {
        Value::Unit => vec![Value::Unit; n_items],
        Value::Tensor(Tensor::Value(old)) => old.iter().cloned().collect(),
        other => bug!("{other:?} is no cotangent of a tensor of tuples"),
    };
    match (indexing::index(&positions, index)?, part) {
        (Value::Int(at), part) => {
            let old = &mut cotangents[at as usize];
            *old = add(std::mem::take(old), part.clone())?;
        }
        (Value::Tensor(Tensor::Int(at)), Value::Tensor(Tensor::Value(parts))) => {
            for (at, part) in at.iter().zip(parts.iter()) {
                let old = &mut cotangents[*at as usize];
                *old = add(std::mem::take(old), part.clone())?;
            }
        }
        (at, part) => bug!("{part:?} is no cotangent of the items at {at:?}"),
    }
    Ok(lists::from_elements(&shape, cotangents))
}
