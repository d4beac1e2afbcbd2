//! Operations on what slots hold, without the values that a row of the built-in functions gets. Each gives what the row
//! gives; where it doesn't fit, and for all that is wrong, it gives nothing, and the row is called.

use ndarray::{ArrayView1, Axis, Slice};
use qml_ir::host::Type;
use qml_prelude::{Tensor, Value, with_array};

use crate::slot::Slot;

/// An operation with a shortcut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shortcut {
    /// A vector or matrix of floats times a vector.
    Product,
    /// The sum of all floats of a tensor.
    Sum,
    /// An item of a tensor, or of its cotangent.
    Item,
    /// A part of a tensor from one index to another on its first axis.
    Slice,
    /// A part of a tuple, or of its cotangent.
    Part,
}

impl Shortcut {
    /// The shortcut of a row with arguments of these types.
    pub fn of(row: &str, args: &[Type]) -> Option<Self> {
        let is_float = |ty: &Type| matches!(ty, Type::Tensor(element, _) if **element == Type::Float);
        let floats = args.iter().all(is_float);
        match (row, args) {
            ("op.matmul" | "dot", [_, Type::Tensor(_, 1)]) if floats => Some(Self::Product),
            ("sum", [_] | [_, Type::Unit]) if is_float(&args[0]) => Some(Self::Sum),
            ("op.index", [Type::Tensor(..), Type::Int]) | ("ad.item", [Type::Cotangent, Type::Int]) => {
                Some(Self::Item)
            }
            ("op.index", [Type::Tensor(..), Type::Tuple(bounds)]) if bounds.len() == 2 => Some(Self::Slice),
            ("op.tuple_get", [Type::Tuple(_), Type::Int])
            | ("ad.tuple_get", [Type::Cotangent, Type::Int]) => Some(Self::Part),
            _ => None,
        }
    }

    /// The result.
    ///
    /// # Safety
    ///
    /// The words must be live, and of the types that the shortcut was found for.
    pub unsafe fn run(self, words: &[u64]) -> Option<Value> {
        // SAFETY: the first argument is of an owned type, so its word points to its slot.
        let first = unsafe { &*(words[0] as *const Slot) };
        match self {
            // SAFETY: so is the second one of a product.
            Self::Product => product(first, unsafe { &*(words[1] as *const Slot) }),
            Self::Sum => first.floats().map(|floats| Value::Float(ArrayView1::from(floats).sum())),
            Self::Item => match &first.value {
                Value::Unit if !first.is_row() => Some(Value::Unit),
                Value::Tensor(tensor) => item(tensor, words[1] as i64),
                _ => None,
            },
            // SAFETY: a tuple is of an owned type too.
            Self::Slice => slice(&first.value, unsafe { &(*(words[1] as *const Slot)).value }),
            Self::Part => part(first, words[1] as usize),
        }
    }
}

/// A part of a tuple; the cotangent of a tuple may be missing as a whole.
pub(super) fn part(tuple: &Slot, index: usize) -> Option<Value> {
    match &tuple.value {
        Value::Unit => Some(Value::Unit),
        Value::Tuple(parts) => parts.get(index).cloned(),
        _ => None,
    }
}

fn item(tensor: &Tensor, at: i64) -> Option<Value> {
    let at = usize::try_from(at).ok().filter(|&at| at < tensor.len())?;
    Some(tensor.item(at))
}

fn slice(tensor: &Value, bounds: &Value) -> Option<Value> {
    let (Value::Tensor(tensor), Value::Tuple(bounds)) = (tensor, bounds) else { return None };
    let len = tensor.len();
    let bound = |bound: &Value, default: usize| match bound {
        Value::Unit => Some(default),
        Value::Int(bound) => usize::try_from(*bound).ok(),
        _ => None,
    };
    let (low, high) = (bound(&bounds[0], 0)?, bound(&bounds[1], len)?);
    (low <= high && high <= len).then(|| {
        with_array!(tensor, array => {
            let mut part = array.clone();
            part.slice_axis_inplace(Axis(0), Slice::from(low..high));
            Value::from_array(part)
        })
    })
}

/// Rows times a vector, as the row has it.
fn product(a: &Slot, b: &Slot) -> Option<Value> {
    let (elements, vector) = (a.floats()?, ArrayView1::from(b.floats()?));
    let n = vector.len();
    match a.lens()[..] {
        [m] if m == n => Some(Value::Float(ArrayView1::from(elements).dot(&vector))),
        [_, m] if m == n && n > 0 => {
            let rows = elements.chunks_exact(n);
            Some(Value::vector(rows.map(|row| ArrayView1::from(row).dot(&vector)).collect::<Vec<_>>()))
        }
        _ => None,
    }
}
