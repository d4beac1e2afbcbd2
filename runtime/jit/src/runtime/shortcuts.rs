//! Operations on what slots hold, without the values that a row of the built-in functions gets. Each gives what the row
//! gives; where it doesn't fit, and for all that is wrong, it gives nothing, and the row is called.

use qml_ir::host::Type;
use qml_prelude::{Tensor, Value};

use crate::slot::Slot;

/// An operation with a shortcut.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Shortcut {
    /// An item of a tensor, or of its cotangent.
    Item,
    /// A part of a tuple, or of its cotangent.
    Part,
}

impl Shortcut {
    /// The shortcut of a row with arguments of these types.
    pub fn of(row: &str, args: &[Type]) -> Option<Self> {
        match (row, args) {
            ("op.index", [Type::Tensor(..), Type::Int]) | ("ad.item", [Type::Cotangent, Type::Int]) => {
                Some(Self::Item)
            }
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
            Self::Item => match &first.value {
                Value::Unit if !first.is_row() => Some(Value::Unit),
                Value::Tensor(tensor) => {
                    // A row shares the elements of its matrix.
                    first.shares();
                    item(tensor, words[1] as i64)
                }
                _ => None,
            },
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
