//! Functions that only move elements about: done on the numbers of the elements by the prelude itself.

use ndarray::{ArrayD, IxDyn};
use qml_prelude::{BuiltinId, Tensor, Value};
use qml_source::{Code, Diagnostic, Span, bug};

use super::arithmetic::row;
use super::faults::Failure;
use super::machine::{call_row, int, known};
use super::value::{Abstract, Grid, parts_of};

/// For a function that moves elements about, which arguments hold them; none for others.
pub(super) fn data_positions(name: &str, n_args: usize) -> Option<std::ops::Range<usize>> {
    match name {
        "op.index" | "op.fill" | "op.dim" | "op.len" | "len" | "shape" | "reshape" | "transpose" | "take"
        | "reverse" | "list.stack" | "list.get" | "op.or_empty" => Some(0..1),
        "op.index_set" | "concat" | "stack" | "append" | "list.push" | "zip" => Some(0..n_args.min(2)),
        "op.stack" => Some(0..n_args),
        "full" => Some(1..2),
        _ => None,
    }
}

/// Calls a row on the numbers of the elements, and puts the elements back.
pub(super) fn rearrange(
    id: BuiltinId,
    args: &[Abstract],
    positions: std::ops::Range<usize>,
    span: Span,
) -> Result<Abstract, Failure> {
    match (id.row().name, args) {
        // Numbers would come back as elements.
        ("op.dim", [x, axis]) => {
            let axis = int(axis, "an axis", span)?;
            return Ok(Abstract::Known(Value::Int(x.shape()[axis as usize] as i64)));
        }
        ("op.len" | "len", [x]) => {
            let len = if let Abstract::List(items) = x { items.len() } else { x.shape()[0] };
            return Ok(Abstract::Known(Value::Int(len as i64)));
        }
        ("shape", [x]) => {
            return Ok(Abstract::Known(Value::vector(x.shape().iter().map(|&n| n as i64).collect())));
        }
        ("list.push", [list, item]) => {
            let mut items = list_items(list);
            items.push(item.clone());
            return Ok(Abstract::list(items));
        }
        ("list.stack", [list]) => return stack(&list_items(list), span),
        ("list.get", [list, index]) => {
            let index = int(index, "an index", span)?;
            return Ok(list_items(list)[index as usize].clone());
        }
        ("op.stack", items) => return stack(items, span),
        ("op.index", [Abstract::Grid(grid), indices @ ..]) if indices.len() == grid.shape.len() => {
            if let Some(item) = element(grid, indices) {
                return Ok(item);
            }
        }
        _ => {}
    }
    let mut pool = Vec::new();
    let mut values = Vec::with_capacity(args.len());
    for (position, arg) in args.iter().enumerate() {
        values.push(if positions.contains(&position) {
            numbered(arg, &mut pool)
        } else {
            known(arg, "an index", span)?.clone()
        });
    }
    let result = call_row(id, values, span)?;
    Ok(restored(&result, &pool))
}

/// A tensor of items; tensors as items go on a new first axis.
pub(super) fn stack(items: &[Abstract], span: Span) -> Result<Abstract, Failure> {
    if let Some(known) = items.iter().map(|item| item.known().cloned()).collect::<Option<Vec<_>>>() {
        return Ok(Abstract::Known(call_row(row("op.stack"), known, span)?));
    }
    let mut all = Vec::new();
    let first = items[0].shape().to_vec();
    for item in items {
        if item.shape() != first {
            let differing = item.shape().iter().zip(&first).position(|(a, b)| a != b).unwrap_or(0);
            return Err(shapes_differ(&first, item.shape(), differing, span));
        }
        all.extend(item.to_grid().items.iter().cloned());
    }
    let mut shape = vec![items.len()];
    shape.extend(first);
    Ok(Grid { shape, items: all }.into_abstract())
}

/// The element at indices that are all ints in range.
fn element(grid: &Grid, indices: &[Abstract]) -> Option<Abstract> {
    let mut position = 0;
    for (index, &size) in indices.iter().zip(&grid.shape) {
        let Abstract::Known(Value::Int(index)) = index else { return None };
        let index = usize::try_from(*index).ok().filter(|&index| index < size)?;
        position = position * size + index;
    }
    grid.items.get(position).cloned()
}

fn list_items(list: &Abstract) -> Vec<Abstract> {
    match list {
        Abstract::List(items) => items.to_vec(),
        Abstract::Known(Value::List(items)) => items.iter().cloned().map(Abstract::Known).collect(),
        other => bug!("{other:?} as a list"),
    }
}

/// The value with each element replaced by its position in the pool.
fn numbered(value: &Abstract, pool: &mut Vec<Abstract>) -> Value {
    let grid = value.to_grid();
    let start = pool.len() as i64;
    pool.extend(grid.items.iter().cloned());
    let numbers: Vec<i64> = (start..pool.len() as i64).collect();
    match ArrayD::from_shape_vec(IxDyn(&grid.shape), numbers) {
        Ok(array) => Value::from_owned(array),
        Err(error) => bug!("a grid of another shape: {error}"),
    }
}

/// The value with the elements for their positions.
fn restored(value: &Value, pool: &[Abstract]) -> Abstract {
    match value {
        Value::Int(position) => pool[*position as usize].clone(),
        Value::Tuple(parts) => Abstract::tuple(parts.iter().map(|part| restored(part, pool)).collect()),
        Value::Tensor(Tensor::Int(_) | Tensor::Value(_)) => {
            let items = parts_of(value).iter().map(|item| restored(item, pool)).collect();
            Grid { shape: value.shape().to_vec(), items }.into_abstract()
        }
        other => Abstract::Known(other.clone()),
    }
}

/// The shape that two broadcast to, or the first axis that differs.
pub(super) fn broadcast_shape(x: &[usize], y: &[usize]) -> Result<Vec<usize>, usize> {
    let rank = x.len().max(y.len());
    let size =
        |shape: &[usize], axis: usize| (axis + shape.len()).checked_sub(rank).map_or(1, |own| shape[own]);
    (0..rank)
        .map(|axis| match (size(x, axis), size(y, axis)) {
            (a, b) if a == b => Ok(a),
            (1, b) => Ok(b),
            (a, 1) => Ok(a),
            _ => Err(axis),
        })
        .collect()
}

/// For each element of the broadcast shape the position in a tensor of this one.
pub(super) fn broadcast_indices(from: &[usize], to: &[usize]) -> Vec<usize> {
    let count: usize = to.iter().product();
    let added = to.len() - from.len();
    (0..count)
        .map(|position| {
            let (mut rest, mut index, mut stride) = (position, 0, 1);
            for axis in (0..to.len()).rev() {
                let coordinate = rest % to[axis];
                rest /= to[axis];
                if axis >= added {
                    let size = from[axis - added];
                    if size > 1 {
                        index += coordinate * stride;
                    }
                    stride *= size;
                }
            }
            index
        })
        .collect()
}

/// Two shapes that don't go together.
pub(super) fn shapes_differ(x: &[usize], y: &[usize], axis: usize, span: Span) -> Failure {
    let message = format!("shapes {x:?} and {y:?} don't go together");
    Box::new(Diagnostic::error(Code::Q0604, message).primary(span, format!("they differ on axis {axis}")))
}
