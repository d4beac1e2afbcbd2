//! Values from arrays and back. What the type checker guarantees is taken for granted here: a value of another type is a
//! fault of the compiler.

use std::sync::Arc;

use ndarray::{ArcArray, Dimension, IxDyn};
use qml_source::bug;

use super::{Array, C64, Tensor, Value};
use crate::observable::Observable;

/// A type of elements.
pub trait Element: Clone + Sized {
    /// A value without a shape.
    fn into_value(self) -> Value;
    /// A tensor, of rank 1 at least.
    fn into_tensor(array: Array<Self>) -> Tensor;
}

macro_rules! element {
    ($type:ty, $kind:ident) => {
        impl Element for $type {
            fn into_value(self) -> Value {
                Value::$kind(self)
            }

            fn into_tensor(array: Array<Self>) -> Tensor {
                Tensor::$kind(array)
            }
        }
    };
}

element!(bool, Bool);
element!(i64, Int);
element!(f64, Float);
element!(C64, Complex);

impl Element for Value {
    fn into_value(self) -> Value {
        self
    }

    fn into_tensor(array: Array<Self>) -> Tensor {
        Tensor::Value(array)
    }
}

fn scalar<T: Clone>(x: T) -> Array<T> {
    ndarray::arr0(x).into_dyn().into_shared()
}

impl Value {
    /// A string.
    pub fn text(text: impl Into<Arc<str>>) -> Self {
        Self::Str(text.into())
    }

    /// A tuple.
    pub fn tuple(parts: impl Into<Arc<[Value]>>) -> Self {
        Self::Tuple(parts.into())
    }

    /// An observable.
    pub fn observable(observable: Observable) -> Self {
        Self::Observable(Arc::new(observable))
    }

    /// A tensor, or a scalar if the array has rank 0.
    pub fn from_array<T: Element>(array: Array<T>) -> Self {
        if array.ndim() > 0 {
            return Self::Tensor(T::into_tensor(array));
        }
        match array.first() {
            Some(x) => x.clone().into_value(),
            None => bug!("a scalar without a value"),
        }
    }

    /// See [`Value::from_array`]; any ndarray.
    pub fn from_owned<T: Element, D: Dimension>(array: ndarray::Array<T, D>) -> Self {
        Self::from_array(array.into_dyn().into_shared())
    }

    /// A tensor of rank 1.
    pub fn vector<T: Element>(items: Vec<T>) -> Self {
        Self::from_owned(ndarray::Array1::from_vec(items))
    }

    /// The dimensions; none for what is no tensor.
    pub fn shape(&self) -> &[usize] {
        match self {
            Self::Tensor(tensor) => tensor.shape(),
            _ => &[],
        }
    }

    /// An `int` (a `bool` counts as one).
    pub fn to_int(&self) -> i64 {
        match self {
            Self::Int(x) => *x,
            Self::Bool(x) => i64::from(*x),
            other => bug!("{other:?} is no int"),
        }
    }

    /// A `float`, widened.
    pub fn to_float(&self) -> f64 {
        match self {
            Self::Float(x) => *x,
            Self::Int(x) => *x as f64,
            Self::Bool(x) => f64::from(u8::from(*x)),
            other => bug!("{other:?} is no float"),
        }
    }

    /// A `bool`.
    pub fn to_bool(&self) -> bool {
        match self {
            Self::Bool(x) => *x,
            other => bug!("{other:?} is no bool"),
        }
    }

    /// A `string`.
    pub fn to_str(&self) -> &str {
        match self {
            Self::Str(text) => text,
            other => bug!("{other:?} is no string"),
        }
    }

    /// The parts of a tuple or struct.
    pub fn parts(&self) -> &[Value] {
        match self {
            Self::Tuple(parts) => parts,
            other => bug!("{other:?} is no tuple"),
        }
    }

    /// An `observable`, or a number as a multiple of the identity.
    pub fn to_observable(&self) -> Arc<Observable> {
        match self {
            Self::Observable(observable) => observable.clone(),
            number => Arc::new(Observable::constant(number.to_complex())),
        }
    }

    /// A `complex`, widened.
    pub fn to_complex(&self) -> C64 {
        match self {
            Self::Complex(x) => *x,
            other => C64::new(other.to_float(), 0.0),
        }
    }

    /// An array of `bool`; rank 0 for a scalar.
    pub fn into_bools(self) -> Array<bool> {
        match self {
            Self::Bool(x) => scalar(x),
            Self::Tensor(Tensor::Bool(array)) => array,
            Self::Tensor(tensor) if tensor.is_empty() => tensor.emptied(),
            other => bug!("{other:?} is no tensor of bool"),
        }
    }

    /// An array of `int`, widened from `bool`; rank 0 for a scalar.
    pub fn into_ints(self) -> Array<i64> {
        match self {
            Self::Tensor(Tensor::Int(array)) => array,
            Self::Tensor(Tensor::Bool(array)) => array.map(|&x| i64::from(x)).into_shared(),
            // An empty list has no type of its own.
            Self::Tensor(tensor) if tensor.is_empty() => tensor.emptied(),
            other => scalar(other.to_int()),
        }
    }

    /// An array of `float`, widened; rank 0 for a scalar.
    pub fn into_floats(self) -> Array<f64> {
        match self {
            Self::Tensor(Tensor::Float(array)) => array,
            Self::Tensor(Tensor::Int(array)) => array.map(|&x| x as f64).into_shared(),
            Self::Tensor(Tensor::Bool(array)) => array.map(|&x| f64::from(u8::from(x))).into_shared(),
            Self::Tensor(tensor) if tensor.is_empty() => tensor.emptied(),
            other => scalar(other.to_float()),
        }
    }

    /// An array of `complex`, widened; rank 0 for a scalar.
    pub fn into_complexes(self) -> Array<C64> {
        match self {
            Self::Complex(x) => scalar(x),
            Self::Tensor(Tensor::Complex(array)) => array,
            other => other.into_floats().map(|&x| C64::new(x, 0.0)).into_shared(),
        }
    }

    /// An array of values; rank 0 for what is no tensor.
    pub fn into_values(self) -> Array<Value> {
        match self {
            Self::Tensor(Tensor::Bool(array)) => array.map(|&x| Self::Bool(x)).into_shared(),
            Self::Tensor(Tensor::Int(array)) => array.map(|&x| Self::Int(x)).into_shared(),
            Self::Tensor(Tensor::Float(array)) => array.map(|&x| Self::Float(x)).into_shared(),
            Self::Tensor(Tensor::Complex(array)) => array.map(|&x| Self::Complex(x)).into_shared(),
            Self::Tensor(Tensor::Value(array)) => array,
            other => scalar(other),
        }
    }

    /// A tensor.
    pub fn into_tensor(self) -> Tensor {
        match self {
            Self::Tensor(tensor) => tensor,
            other => bug!("{other:?} is no tensor"),
        }
    }
}

/// Does the same with the array of a tensor, whatever its elements are; gives a value.
#[macro_export]
macro_rules! with_array {
    ($tensor:expr, $array:ident => $body:expr) => {
        match $tensor {
            $crate::Tensor::Bool($array) => $body,
            $crate::Tensor::Int($array) => $body,
            $crate::Tensor::Float($array) => $body,
            $crate::Tensor::Complex($array) => $body,
            $crate::Tensor::Value($array) => $body,
        }
    };
}

/// Adds the floats of an array to others, in order.
pub fn append(array: &Array<f64>, floats: &mut Vec<f64>) {
    match array.as_slice() {
        Some(elements) => floats.extend_from_slice(elements),
        None => floats.extend(array.iter()),
    }
}

fn item<T: Element>(array: &Array<T>, index: usize) -> Value {
    match array.ndim() {
        1 => array[index].clone().into_value(),
        _ => Value::from_array(array.clone().index_axis_move(ndarray::Axis(0), index)),
    }
}

impl Tensor {
    /// The dimensions.
    pub fn shape(&self) -> &[usize] {
        with_array!(self, array => array.shape())
    }

    /// The first dimension.
    pub fn len(&self) -> usize {
        self.shape()[0]
    }

    /// Whether there is no element.
    pub fn is_empty(&self) -> bool {
        self.shape().contains(&0)
    }

    /// The item at an index of the first axis, which must be in range.
    pub fn item(&self, index: usize) -> Value {
        with_array!(self, array => item(array, index))
    }

    /// The items at these indices of the first axis, which must be in range.
    #[must_use]
    pub fn select(&self, indices: &[usize]) -> Tensor {
        with_array!(self, array => Element::into_tensor(array.select(ndarray::Axis(0), indices).into_shared()))
    }

    /// An array of the same shape, with no element, of another type.
    fn emptied<T: Element>(&self) -> Array<T> {
        match ArcArray::from_shape_vec(IxDyn(self.shape()), Vec::new()) {
            Ok(array) => array,
            Err(error) => bug!("an empty tensor has elements: {error}"),
        }
    }
}
