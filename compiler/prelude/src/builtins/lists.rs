//! Collecting values: brackets, comprehensions, tuples.

use std::sync::Arc;

use ndarray::IxDyn;
use qml_source::{Code, bug};

use super::faults::{fault, size};
use super::operators::{Kind, kind};
use super::{Builtin, indexing, internal};
use crate::room::{check_room, grow};
use crate::value::{Array, Element};
use crate::{Fault, Tensor, Value};

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "op.stack",
        |_, args| stack(args.iter_mut().map(std::mem::take).collect()),
        "`(e0, e1, ...)`: a tensor with these items; without any an empty float tensor.",
    ),
    internal("op.fill", |_, args| fill(&args[0], args[1].to_int()), "`(v, n)`: a tensor of n items v."),
    internal(
        "op.range",
        |_, args| Ok(Value::vector((args[0].to_int()..args[1].to_int()).collect())),
        "`(a, b)`: the ints from a to before b.",
    ),
    internal(
        "op.tuple",
        |_, args| Ok(Value::tuple(args.iter_mut().map(std::mem::take).collect::<Vec<_>>())),
        "`(e0, e1, ...)`: a tuple or struct.",
    ),
    internal(
        "op.tuple_get",
        |_, args| Ok(args[0].parts()[args[1].to_int() as usize].clone()),
        "`(t, i)`: part i of a tuple.",
    ),
    internal("op.tuple_set", |_, args| Ok(tuple_set(args)), "`(t, i, v)`: the tuple with part i replaced."),
    internal(
        "op.len",
        |_, args| Ok(Value::Int(len(&args[0]) as i64)),
        "`(t)`: the number of items of a tensor, list or tuple sequence.",
    ),
    internal("list.new", |_, _| Ok(Value::List(Arc::default())), "`()`: an empty list."),
    internal(
        "list.push",
        |_, args| push(std::mem::take(&mut args[0]), std::mem::take(&mut args[1])),
        "`(list, v)`: the list with v at its end; in place if nobody else holds it.",
    ),
    internal(
        "list.stack",
        |_, args| {
            let Value::List(items) = std::mem::take(&mut args[0]) else { bug!("no list to stack") };
            stack(Arc::unwrap_or_clone(items))
        },
        "`(list)`: a tensor of its items.",
    ),
    internal(
        "op.or_empty",
        |_, args| or_empty(args),
        "`(t, e, d1, ...)`: t; if it has no items, the tensor without items of such elements as e and these other dimensions.",
    ),
    internal("list.get", |_, args| indexing::index(&args[0], &args[1..]), "`(list, i)`: item i."),
];

fn push(list: Value, item: Value) -> Result<Value, Fault> {
    let Value::List(mut items) = list else { bug!("no list to push to") };
    let own = Arc::make_mut(&mut items);
    grow(own)?;
    own.push(item);
    Ok(Value::List(items))
}

fn tuple_set(args: &mut [Value]) -> Value {
    let Value::Tuple(mut parts) = std::mem::take(&mut args[0]) else { bug!("no tuple to change") };
    let index = args[1].to_int() as usize;
    Arc::make_mut(&mut parts)[index] = std::mem::take(&mut args[2]);
    Value::Tuple(parts)
}

/// The number of items of a tensor, a list or a tuple sequence.
pub(crate) fn len(value: &Value) -> usize {
    match value {
        Value::Tensor(tensor) => tensor.len(),
        Value::List(items) => items.len(),
        Value::Tuple(parts) => parts.first().map_or(0, len),
        other => bug!("the length of {other:?}"),
    }
}

/// A tensor with these items on a new first axis.
pub(crate) fn stack(items: Vec<Value>) -> Result<Value, Fault> {
    let Some(first) = items.first() else { return Ok(Value::vector(Vec::<f64>::new())) };
    let shape = first.shape().to_vec();
    // Not by comparing slices: of two without elements the C library may look at memory that isn't there, which costs 60 ns.
    let is_other = |item: &Value| item.shape().len() != shape.len() || item.shape().iter().ne(&shape);
    if let Some((i, other)) = items.iter().enumerate().find(|(_, item)| is_other(item)) {
        let message = format!("item 0 has shape {shape:?} and item {i} has shape {:?}", other.shape());
        return Err(fault(Code::Q0606, message));
    }
    if items.iter().all(|item| matches!(item, Value::Float(_))) {
        return Ok(from_elements(&[items.len()], items.iter().map(Value::to_float).collect()));
    }
    Ok(match items.iter().map(kind).max() {
        Some(Kind::Bool) => join(items, &shape, Value::into_bools),
        Some(Kind::Int) => join(items, &shape, Value::into_ints),
        Some(Kind::Float) => join(items, &shape, Value::into_floats),
        Some(Kind::Complex) => join(items, &shape, Value::into_complexes),
        _ if shape.is_empty() => from_elements(&[items.len()], items),
        _ => join(items, &shape, Value::into_values),
    })
}

fn join<T: Element>(items: Vec<Value>, shape: &[usize], into_array: fn(Value) -> Array<T>) -> Value {
    let whole: Vec<usize> = std::iter::once(items.len()).chain(shape.iter().copied()).collect();
    let mut elements = Vec::with_capacity(whole.iter().product());
    for item in items {
        let array = into_array(item);
        match array.as_slice() {
            Some(items) => elements.extend_from_slice(items),
            None => elements.extend(array.iter().cloned()),
        }
    }
    from_elements(&whole, elements)
}

/// A tensor of this shape from its elements, last index fastest; their number must be right.
pub(crate) fn from_elements<T: Element>(shape: &[usize], elements: Vec<T>) -> Value {
    match ndarray::ArrayD::from_shape_vec(IxDyn(shape), elements) {
        Ok(array) => Value::from_owned(array),
        Err(error) => bug!("elements for shape {shape:?}: {error}"),
    }
}

fn fill(item: &Value, n: i64) -> Result<Value, Fault> {
    let n = size("the number of items", n)?;
    // One item keeps the type and the other dimensions, also of no items at all.
    let one = stack(vec![item.clone()])?.into_tensor();
    Ok(crate::with_array!(one, array => {
        let mut shape = array.shape().to_vec();
        shape[0] = n;
        check_room(&shape, 8)?;
        Value::from_owned(super::operators::spread(&array, &shape).to_owned())
    }))
}

fn or_empty(args: &mut [Value]) -> Result<Value, Fault> {
    let [tensor, element, inner @ ..] = args else { bug!("op.or_empty without its arguments") };
    if len(tensor) > 0 {
        return Ok(std::mem::take(tensor));
    }
    let shape: Vec<i64> = std::iter::once(0).chain(inner.iter().map(Value::to_int)).collect();
    super::tensors::full(&Value::vector(shape), std::mem::take(element))
}

/// Both, one after the other on the first axis.
pub(crate) fn concat(a: Value, b: Value) -> Result<Value, Fault> {
    fn join<T: Element>(a: &Array<T>, b: &Array<T>) -> Value {
        let shape: Vec<usize> =
            std::iter::once(a.shape()[0] + b.shape()[0]).chain(a.shape()[1..].to_vec()).collect();
        from_elements(&shape, a.iter().chain(b.iter()).cloned().collect())
    }
    let (shape_a, shape_b) = (a.shape().to_vec(), b.shape().to_vec());
    if shape_a[1..] != shape_b[1..] {
        // A tensor without items may not know its other dimensions.
        let is_open = |shape: &[usize]| shape[0] == 0 && (shape.len() == 1 || shape[1..].contains(&0));
        if is_open(&shape_a) {
            return Ok(b);
        }
        if is_open(&shape_b) {
            return Ok(a);
        }
        let axis = shape_a.iter().zip(&shape_b).skip(1).take_while(|(m, n)| m == n).count() + 1;
        return Err(super::faults::shapes("concat", &shape_a, &shape_b, axis));
    }
    let widest = match (kind(&a), kind(&b)) {
        // The type of an empty tensor gives way.
        (_, kind_b) if shape_a.contains(&0) => kind_b,
        (kind_a, _) if shape_b.contains(&0) => kind_a,
        (kind_a, kind_b) => kind_a.max(kind_b),
    };
    check_room(&[shape_a[0] + shape_b[0], shape_a[1..].iter().product()], 8)?;
    Ok(match widest {
        Kind::Bool => join(&a.into_bools(), &b.into_bools()),
        Kind::Int => join(&a.into_ints(), &b.into_ints()),
        Kind::Float => join(&a.into_floats(), &b.into_floats()),
        Kind::Complex => join(&a.into_complexes(), &b.into_complexes()),
        Kind::Other => join(&a.into_values(), &b.into_values()),
    })
}

/// The items of a sequence at these indices: of the tensor, or of each tensor of the tuple.
pub(crate) fn select(sequence: &Value, indices: &[usize]) -> Value {
    match sequence {
        Value::Tuple(parts) => {
            Value::tuple(parts.iter().map(|part| select(part, indices)).collect::<Vec<_>>())
        }
        Value::Tensor(tensor) => Value::Tensor(Tensor::select(tensor, indices)),
        other => bug!("{other:?} is no sequence"),
    }
}

/// The length of a sequence, the same for each of its tensors.
pub(crate) fn sequence_len(sequence: &Value) -> Result<usize, Fault> {
    let Value::Tuple(parts) = sequence else { return Ok(len(sequence)) };
    let length = len(sequence);
    for (i, part) in parts.iter().enumerate() {
        if len(part) != length {
            let message =
                format!("sequences of unequal length: {length} items in part 0, {} in part {i}", len(part));
            return Err(fault(Code::Q0604, message));
        }
    }
    Ok(length)
}

#[cfg(test)]
mod tests;
