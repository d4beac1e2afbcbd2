//! Values whose floats are forms over slots, and back: what a call that is left for later gets and gives.

use qml_prelude::{Tensor, Value};
use qml_source::bug;

use super::value::{Abstract, Grid, parts_of};
use crate::circuit::Angle;

/// A value whose floats are forms over slots.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    Known(Value),
    Float(Angle),
    Tensor(Vec<usize>, Vec<Form>),
    Tuple(Vec<Form>),
}

impl Form {
    pub(super) fn of(value: &Abstract) -> Option<Self> {
        Some(match value {
            Abstract::Known(value) => Self::Known(value.clone()),
            Abstract::Float(angle) => Self::Float(angle.clone()),
            Abstract::Grid(grid) => {
                Self::Tensor(grid.shape.clone(), grid.items.iter().map(Self::of).collect::<Option<_>>()?)
            }
            Abstract::Tuple(parts) => Self::Tuple(parts.iter().map(Self::of).collect::<Option<_>>()?),
            Abstract::Outcome(_)
            | Abstract::Number(_)
            | Abstract::List(_)
            | Abstract::Observable(_)
            | Abstract::Qubits(_) => return None,
        })
    }

    pub(super) fn has_slots(&self) -> bool {
        match self {
            Self::Known(_) => false,
            Self::Float(_) => true,
            Self::Tensor(_, items) | Self::Tuple(items) => items.iter().any(Self::has_slots),
        }
    }

    pub(super) fn collect<'f>(&'f self, angles: &mut Vec<&'f Angle>) {
        match self {
            Self::Known(_) => {}
            Self::Float(angle) => angles.push(angle),
            Self::Tensor(_, items) | Self::Tuple(items) => items.iter().for_each(|item| item.collect(angles)),
        }
    }

    pub(super) fn map(&self, map: &mut dyn FnMut(&Angle) -> Angle) -> Self {
        let mut all = |items: &[Self]| items.iter().map(|item| item.map(map)).collect();
        match self {
            Self::Known(value) => Self::Known(value.clone()),
            Self::Float(angle) => Self::Float(map(angle)),
            Self::Tensor(shape, items) => Self::Tensor(shape.clone(), all(items)),
            Self::Tuple(items) => Self::Tuple(all(items)),
        }
    }

    pub(super) fn value(&self, slots: &[f64]) -> Value {
        match self {
            Self::Known(value) => value.clone(),
            Self::Float(angle) => Value::Float(angle.eval(slots)),
            Self::Tensor(shape, items) => tensor(shape, items.iter().map(|item| item.value(slots)).collect()),
            Self::Tuple(parts) => {
                Value::tuple(parts.iter().map(|part| part.value(slots)).collect::<Vec<_>>())
            }
        }
    }

    /// Adds the derivatives by slots from a cotangent; `Unit` is zero.
    pub(super) fn add(&self, cotangent: &Value, d_slots: &mut [f64]) {
        match (self, cotangent) {
            (_, Value::Unit) | (Self::Known(_), _) => {}
            (Self::Float(angle), cotangent) => {
                let d = cotangent.to_float();
                angle.terms.iter().for_each(|&(slot, c)| d_slots[slot.0 as usize] += c * d);
            }
            (Self::Tensor(_, items) | Self::Tuple(items), cotangent) => {
                let parts = parts_of(cotangent);
                items.iter().zip(&parts).for_each(|(item, part)| item.add(part, d_slots));
            }
        }
    }
}

fn tensor(shape: &[usize], items: Vec<Value>) -> Value {
    let known = items.into_iter().map(Abstract::Known).collect();
    match (Grid { shape: shape.to_vec(), items: known }).into_abstract() {
        Abstract::Known(value) => value,
        other => bug!("{other:?} of known values"),
    }
}

/// All floats, or `None` if there is something else.
pub(super) fn floats_of(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Float(x) => Some(vec![*x]),
        Value::Tensor(Tensor::Float(array)) => Some(array.iter().copied().collect()),
        Value::Tuple(parts) => each(parts.iter()),
        _ => None,
    }
}

fn each<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Vec<f64>> {
    let parts: Vec<Vec<f64>> = values.map(floats_of).collect::<Option<_>>()?;
    Some(parts.concat())
}

/// Whether two values have the same structure and shapes.
pub(super) fn has_shape_of(value: &Value, sample: &Value) -> bool {
    match (value, sample) {
        (Value::Tuple(a), Value::Tuple(b)) => {
            a.len() == b.len() && a.iter().zip(b.iter()).all(|(a, b)| has_shape_of(a, b))
        }
        _ => value.shape() == sample.shape(),
    }
}

/// A value of this structure with other floats.
pub(super) fn with_floats(like: &Value, floats: &mut dyn Iterator<Item = f64>) -> Value {
    match like {
        Value::Tuple(parts) => {
            Value::tuple(parts.iter().map(|part| with_floats(part, floats)).collect::<Vec<_>>())
        }
        Value::Tensor(_) => {
            let parts = parts_of(like);
            tensor(like.shape(), parts.iter().map(|part| with_floats(part, floats)).collect())
        }
        _ => Value::Float(floats.next().unwrap_or_default()),
    }
}

/// A value of this structure with symbols for its floats.
pub(super) fn symbols_like(like: &Value, symbols: &mut dyn Iterator<Item = Angle>) -> Abstract {
    match like {
        Value::Tuple(parts) => {
            Abstract::tuple(parts.iter().map(|part| symbols_like(part, symbols)).collect())
        }
        Value::Tensor(_) => {
            let parts = parts_of(like);
            let items = parts.iter().map(|part| symbols_like(part, symbols)).collect();
            Grid { shape: like.shape().to_vec(), items }.into_abstract()
        }
        _ => Abstract::float(symbols.next().unwrap_or_default()),
    }
}
