//! Values as machine words: scalars as their bits, everything else as a pointer to a [`Slot`].

use qml_ir::host::Type;
use qml_prelude::Value;
use qml_source::bug;

use crate::slot::Slot;

/// Whether values of the type are pointers that their holder owns. A tape is a pointer too, but one that is shared until
/// the function that made it is done with it.
pub(crate) fn is_owned(ty: &Type) -> bool {
    !matches!(ty, Type::Unit | Type::Bool | Type::Int | Type::Float | Type::Tape)
}

/// The word of a value. A missing cotangent (`Unit`) of a float is zero.
pub(crate) fn to_word(value: Value, ty: &Type) -> u64 {
    match (ty, value) {
        (Type::Unit, _) | (Type::Float, Value::Unit) => 0,
        (Type::Bool, Value::Bool(b)) => u64::from(b),
        (Type::Int, Value::Int(i)) => i as u64,
        (Type::Float, Value::Float(x)) => x.to_bits(),
        (ty, value) if is_owned(ty) => Box::into_raw(Slot::boxed(value)) as u64,
        (ty, value) => bug!("a value {value:?} where {ty:?} was expected"),
    }
}

/// The value of a word; owned words are given up.
///
/// # Safety
///
/// A word of an owned type must come from [`to_word`], and must not be used again.
pub(crate) unsafe fn from_word(word: u64, ty: &Type) -> Value {
    match ty {
        Type::Unit => Value::Unit,
        Type::Bool => Value::Bool(word & 1 == 1),
        Type::Int => Value::Int(word as i64),
        Type::Float => Value::Float(f64::from_bits(word)),
        Type::Tape => bug!("a tape as a value"),
        // SAFETY: the caller gives up a pointer made by `Box::into_raw` in `to_word`.
        _ => unsafe { Box::from_raw(word as *mut Slot) }.value,
    }
}
