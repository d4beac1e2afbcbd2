//! What a value is while a kernel is specialised: known, a symbol, an outcome, qubits, or made of such.

use std::rc::Rc;

use ndarray::{ArrayD, IxDyn};
use qml_prelude::Value;
use qml_source::bug;

use super::cases::Cases;
use super::observables::SymbolicObservable;
use super::qubits::Qubits;
use crate::circuit::{Angle, BitExpr};

/// A value of a host function under specialisation. Whatever is wholly known is [`Abstract::Known`].
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Abstract {
    Known(Value),
    /// A float that depends on slots.
    Float(Angle),
    /// A bool that depends on outcomes.
    Outcome(BitExpr),
    /// An int that depends on outcomes.
    Number(Rc<Cases>),
    /// A tensor.
    Grid(Rc<Grid>),
    Tuple(Rc<[Abstract]>),
    List(Rc<Vec<Abstract>>),
    Observable(Rc<SymbolicObservable>),
    Qubits(Qubits),
}

/// A tensor some of whose elements aren't known; of rank 0 for a scalar on the way.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Grid {
    pub shape: Vec<usize>,
    /// Last index fastest; none of them a tensor.
    pub items: Vec<Abstract>,
}

impl Abstract {
    pub(super) fn float(angle: Angle) -> Self {
        if angle.is_constant() { Self::Known(Value::Float(angle.constant)) } else { Self::Float(angle) }
    }

    pub(super) fn outcome(outcome: BitExpr) -> Self {
        match outcome {
            BitExpr::Const(bit) => Self::Known(Value::Bool(bit)),
            outcome => Self::Outcome(outcome),
        }
    }

    /// A tuple; known if all its parts are.
    pub(super) fn tuple(parts: Vec<Self>) -> Self {
        match known_items(&parts) {
            Some(parts) => Self::Known(Value::tuple(parts)),
            None => Self::Tuple(parts.into()),
        }
    }

    /// A list; known if all its items are.
    pub(super) fn list(items: Vec<Self>) -> Self {
        match known_items(&items) {
            Some(items) => Self::Known(Value::List(items.into())),
            None => Self::List(Rc::new(items)),
        }
    }

    pub(super) fn known(&self) -> Option<&Value> {
        match self {
            Self::Known(value) => Some(value),
            _ => None,
        }
    }

    /// Whether a float that isn't known occurs in it.
    pub(super) fn has_floats(&self) -> bool {
        match self {
            Self::Float(_) | Self::Observable(_) => true,
            Self::Grid(grid) => grid.items.iter().any(Self::has_floats),
            Self::Tuple(parts) => parts.iter().any(Self::has_floats),
            Self::List(items) => items.iter().any(Self::has_floats),
            Self::Known(_) | Self::Outcome(_) | Self::Number(_) | Self::Qubits(_) => false,
        }
    }

    /// Part `index` of a tuple.
    pub(super) fn part(&self, index: usize) -> Self {
        match self {
            Self::Tuple(parts) => parts[index].clone(),
            Self::Known(Value::Tuple(parts)) => Self::Known(parts[index].clone()),
            other => bug!("part {index} of {other:?}"),
        }
    }

    /// The number of parts of a tuple.
    pub(super) fn n_parts(&self) -> usize {
        match self {
            Self::Tuple(parts) => parts.len(),
            Self::Known(Value::Tuple(parts)) => parts.len(),
            other => bug!("the parts of {other:?}"),
        }
    }

    /// The dimensions: none for a scalar.
    pub(super) fn shape(&self) -> &[usize] {
        match self {
            Self::Grid(grid) => &grid.shape,
            Self::Known(value) => value.shape(),
            _ => &[],
        }
    }

    /// A tensor, or a scalar as one of rank 0.
    pub(super) fn to_grid(&self) -> Rc<Grid> {
        match self {
            Self::Grid(grid) => grid.clone(),
            Self::Known(value @ Value::Tensor(_)) => {
                let items = parts_of(value).into_iter().map(Self::Known).collect();
                Rc::new(Grid { shape: value.shape().to_vec(), items })
            }
            scalar => Rc::new(Grid { shape: Vec::new(), items: vec![scalar.clone()] }),
        }
    }

    /// A float, known or not, as an angle.
    pub(super) fn to_angle(&self) -> Angle {
        match self {
            Self::Float(angle) => angle.clone(),
            Self::Known(value) => Angle::constant(value.to_float()),
            other => bug!("{other:?} as an angle"),
        }
    }

    /// A bool, known or not, as an outcome.
    pub(super) fn to_outcome(&self) -> BitExpr {
        match self {
            Self::Outcome(outcome) => outcome.clone(),
            Self::Known(Value::Bool(bit)) => BitExpr::Const(*bit),
            other => bug!("{other:?} as an outcome"),
        }
    }
}

impl Grid {
    /// The value: known if all elements are, and a scalar if the rank is 0.
    pub(super) fn into_abstract(mut self) -> Abstract {
        if self.shape.is_empty() {
            return self.items.swap_remove(0);
        }
        match known_items(&self.items) {
            // Without elements nothing tells their type; floats are the only ones that come from here.
            Some(items) => Abstract::Known(tensor(&self.shape, items)),
            None => Abstract::Grid(Rc::new(self)),
        }
    }
}

fn known_items(items: &[Abstract]) -> Option<Vec<Value>> {
    items.iter().map(|item| item.known().cloned()).collect()
}

/// The parts of a tuple, the elements of a tensor.
pub(super) fn parts_of(value: &Value) -> Vec<Value> {
    match value {
        Value::Tuple(parts) => parts.to_vec(),
        _ => value.clone().into_values().iter().cloned().collect(),
    }
}

/// A tensor of these elements, by their type.
fn tensor(shape: &[usize], items: Vec<Value>) -> Value {
    fn array<T>(shape: &[usize], items: Vec<T>) -> ArrayD<T> {
        match ArrayD::from_shape_vec(IxDyn(shape), items) {
            Ok(array) => array,
            Err(error) => bug!("a tensor of another shape: {error}"),
        }
    }
    match items.first() {
        None => Value::from_owned(array::<f64>(shape, Vec::new())),
        Some(Value::Float(_)) => Value::from_owned(array(shape, items.iter().map(Value::to_float).collect())),
        Some(Value::Int(_)) => Value::from_owned(array(shape, items.iter().map(Value::to_int).collect())),
        Some(Value::Bool(_)) => Value::from_owned(array(shape, items.iter().map(Value::to_bool).collect())),
        Some(Value::Complex(_)) => {
            Value::from_owned(array(shape, items.iter().map(Value::to_complex).collect()))
        }
        Some(_) => Value::from_owned(array(shape, items)),
    }
}
