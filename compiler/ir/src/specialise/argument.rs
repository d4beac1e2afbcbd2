//! Arguments of kernels, parted into what a circuit is compiled for and the numbers that are bound.

use std::rc::Rc;
use std::sync::Arc;

use ndarray::{ArrayD, IxDyn};
use qml_prelude::observable::{Observable, PauliString};
use qml_prelude::value::append;
use qml_prelude::{C64, Tensor, Value};
use qml_source::{Span, bug};

use super::observables::SymbolicObservable;
use super::qubits::Qubits;
use super::value::{Abstract, Grid};
use crate::circuit::{Angle, Slot, Wire};
use crate::host::FunctionId;

/// An argument without its floats: the part of it that a circuit is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Argument {
    /// Nothing.
    Unit,
    /// A bool.
    Bool(bool),
    /// An int.
    Int(i64),
    /// A string.
    Str(Arc<str>),
    /// A complex number, real and imaginary part by their bits.
    Complex(u64, u64),
    /// A float: one input.
    Float,
    /// A tensor of floats of this shape: an input for each element, last index fastest.
    Floats(Vec<usize>),
    /// Another tensor.
    Tensor {
        /// The dimensions.
        shape: Vec<usize>,
        /// The elements, last index fastest.
        items: Vec<Argument>,
    },
    /// A tuple or struct.
    Tuple(Vec<Argument>),
    /// An observable with real coefficients: an input for each of its strings, then for each projector.
    Observable {
        /// The strings.
        strings: Vec<PauliString>,
        /// The projectors.
        projectors: Vec<Vec<bool>>,
    },
    /// Fresh qubits, for a gate that is compiled on its own; `None` for a single one.
    Qubits(Option<usize>),
}

/// What a circuit is compiled for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// The kernel.
    pub kernel: FunctionId,
    /// Its arguments without their floats.
    pub args: Vec<Argument>,
}

impl Key {
    /// The inputs among the arguments of a call, if the key is that of the call.
    pub fn inputs(&self, kernel: FunctionId, args: &[Value]) -> Option<Vec<f64>> {
        let mut inputs = Vec::new();
        let fits = self.kernel == kernel
            && self.args.len() == args.len()
            && self.args.iter().zip(args).all(|(due, arg)| due.fits(arg, &mut inputs));
        fits.then_some(inputs)
    }
}

/// Parts values into what is compiled for and the inputs, in order.
pub fn split(args: &[Value]) -> (Vec<Argument>, Vec<f64>) {
    let mut inputs = Vec::new();
    let args = args.iter().map(|arg| Argument::of(arg, &mut inputs)).collect();
    (args, inputs)
}

/// The gradient by the inputs, shaped like the arguments; `Unit` for what holds no float. That of an observable is the
/// observable whose coefficients are the derivatives by its own.
pub fn cotangents(args: &[Argument], gradient: &[f64]) -> Arc<[Value]> {
    let mut rest = gradient;
    let values = args.iter().map(|arg| arg.cotangent(&mut rest)).collect();
    debug_assert!(rest.is_empty(), "a gradient has an entry for each input");
    values
}

impl Argument {
    /// The argument; its floats go to the end of `inputs`.
    pub fn of(value: &Value, inputs: &mut Vec<f64>) -> Self {
        match value {
            Value::Unit => Self::Unit,
            Value::Bool(x) => Self::Bool(*x),
            Value::Int(x) => Self::Int(*x),
            Value::Str(x) => Self::Str(x.clone()),
            Value::Complex(x) => Self::Complex(x.re.to_bits(), x.im.to_bits()),
            Value::Float(x) => {
                inputs.push(*x);
                Self::Float
            }
            Value::Tensor(Tensor::Float(array)) => {
                append(array, inputs);
                Self::Floats(array.shape().to_vec())
            }
            Value::Tensor(tensor) => {
                let shape = tensor.shape().to_vec();
                let items = value.clone().into_values();
                Self::Tensor { shape, items: items.iter().map(|item| Self::of(item, inputs)).collect() }
            }
            Value::Tuple(parts) => Self::Tuple(parts.iter().map(|part| Self::of(part, inputs)).collect()),
            Value::Observable(observable) => {
                let terms = observable.terms.values();
                inputs.extend(terms.chain(observable.projectors.iter().map(|(_, c)| c)).map(|c| c.re));
                Self::Observable {
                    strings: observable.terms.keys().cloned().collect(),
                    projectors: observable.projectors.iter().map(|(bits, _)| bits.clone()).collect(),
                }
            }
            Value::List(_) | Value::Program(_) | Value::Optimizer(_) => {
                bug!("{value:?} as an argument of a kernel")
            }
        }
    }

    /// Whether the inputs of another argument stand for the same numbers: it may have other complex numbers, which are none.
    pub fn has_inputs_of(&self, other: &Self) -> bool {
        let all = |parts: &[Self], others: &[Self]| {
            parts.len() == others.len() && parts.iter().zip(others).all(|(a, b)| a.has_inputs_of(b))
        };
        match (self, other) {
            (Self::Complex(..), Self::Complex(..)) => true,
            (Self::Tuple(parts), Self::Tuple(others)) => all(parts, others),
            (Self::Tensor { shape, items }, Self::Tensor { shape: other_shape, items: others }) => {
                shape == other_shape && all(items, others)
            }
            _ => self == other,
        }
    }

    /// Whether [`Self::of`] this value is the argument; what is cheap to compare is. The floats go to the end of `inputs`.
    fn fits(&self, value: &Value, inputs: &mut Vec<f64>) -> bool {
        match (self, value) {
            (Self::Unit, Value::Unit) => true,
            (Self::Bool(due), Value::Bool(found)) => due == found,
            (Self::Int(due), Value::Int(found)) => due == found,
            (Self::Float, Value::Float(x)) => {
                inputs.push(*x);
                true
            }
            (Self::Floats(shape), Value::Tensor(Tensor::Float(array))) => {
                append(array, inputs);
                array.shape() == &shape[..]
            }
            (Self::Tuple(due), Value::Tuple(parts)) => {
                due.len() == parts.len() && due.iter().zip(&**parts).all(|(due, part)| due.fits(part, inputs))
            }
            _ => false,
        }
    }

    /// How many inputs it holds.
    pub fn n_inputs(&self) -> usize {
        match self {
            Self::Float => 1,
            Self::Floats(shape) => shape.iter().product(),
            Self::Tensor { items, .. } | Self::Tuple(items) => items.iter().map(Self::n_inputs).sum(),
            Self::Observable { strings, projectors } => strings.len() + projectors.len(),
            Self::Unit
            | Self::Bool(_)
            | Self::Int(_)
            | Self::Str(_)
            | Self::Complex(..)
            | Self::Qubits(_) => 0,
        }
    }

    fn cotangent(&self, gradient: &mut &[f64]) -> Value {
        let (own, rest) = gradient.split_at(if self.is_leaf() { self.n_inputs() } else { 0 });
        *gradient = rest;
        match self {
            Self::Float => Value::Float(own[0]),
            Self::Floats(shape) => match ArrayD::from_shape_vec(IxDyn(shape), own.to_vec()) {
                Ok(array) => Value::from_owned(array),
                Err(error) => bug!("a gradient of another shape: {error}"),
            },
            Self::Tuple(parts) if self.n_inputs() > 0 => {
                Value::Tuple(parts.iter().map(|part| part.cotangent(gradient)).collect())
            }
            Self::Tensor { shape, items } if self.n_inputs() > 0 => {
                let items: Vec<Value> = items.iter().map(|item| item.cotangent(gradient)).collect();
                match ArrayD::from_shape_vec(IxDyn(shape), items) {
                    Ok(array) => Value::from_owned(array),
                    Err(error) => bug!("a gradient of another shape: {error}"),
                }
            }
            Self::Observable { strings, projectors } => {
                let mut coefficients = own.iter().map(|&d| C64::new(d, 0.0));
                let terms = strings.iter().cloned().zip(coefficients.by_ref()).collect();
                let projectors = projectors.iter().cloned().zip(coefficients).collect();
                Value::observable(Observable { terms, projectors })
            }
            _ => Value::Unit,
        }
    }

    fn is_leaf(&self) -> bool {
        !matches!(self, Self::Tensor { .. } | Self::Tuple(_))
    }

    /// The argument with symbols for its floats, named after the parameter.
    pub(super) fn to_abstract(
        &self,
        name: &str,
        names: &mut Vec<String>,
        n_wires: &mut u32,
        span: Span,
    ) -> Abstract {
        let mut input = |name: String| {
            names.push(name);
            Angle::slot(Slot(names.len() as u32 - 1))
        };
        match self {
            Self::Unit => Abstract::Known(Value::Unit),
            Self::Bool(x) => Abstract::Known(Value::Bool(*x)),
            Self::Int(x) => Abstract::Known(Value::Int(*x)),
            Self::Str(x) => Abstract::Known(Value::Str(x.clone())),
            Self::Complex(re, im) => {
                Abstract::Known(Value::Complex(C64::new(f64::from_bits(*re), f64::from_bits(*im))))
            }
            Self::Float => Abstract::Float(input(name.to_string())),
            Self::Floats(shape) => {
                let size = shape.iter().product();
                let items = (0..size).map(|i| Abstract::Float(input(element_name(name, i, shape)))).collect();
                Grid { shape: shape.clone(), items }.into_abstract()
            }
            Self::Tensor { shape, items } => {
                let items = items
                    .iter()
                    .enumerate()
                    .map(|(i, item)| item.to_abstract(&element_name(name, i, shape), names, n_wires, span));
                let items = items.collect();
                Grid { shape: shape.clone(), items }.into_abstract()
            }
            Self::Tuple(parts) => {
                let parts = parts
                    .iter()
                    .enumerate()
                    .map(|(i, part)| part.to_abstract(&format!("{name}_{i}"), names, n_wires, span));
                Abstract::Tuple(parts.collect())
            }
            Self::Observable { strings, projectors } => {
                let mut symbolic = SymbolicObservable::default();
                for (i, string) in strings.iter().enumerate() {
                    symbolic.terms.insert(string.clone(), input(format!("{name}_{i}")));
                }
                for (i, bits) in projectors.iter().enumerate() {
                    symbolic.projectors.push((bits.clone(), input(format!("{name}_{}", strings.len() + i))));
                }
                Abstract::Observable(Rc::new(symbolic))
            }
            Self::Qubits(count) => {
                let start = *n_wires;
                *n_wires += count.unwrap_or(1) as u32;
                let wires = (start..*n_wires).map(Wire).collect();
                Abstract::Qubits(Qubits { wires, is_register: count.is_some(), span })
            }
        }
    }
}

/// `theta_0_1` for the element `[0, 1]` of `theta`.
fn element_name(name: &str, index: usize, shape: &[usize]) -> String {
    let mut rest = index;
    let mut indices = Vec::with_capacity(shape.len());
    for &size in shape.iter().rev() {
        indices.push(rest % size);
        rest /= size;
    }
    indices.iter().rev().fold(name.to_string(), |name, i| format!("{name}_{i}"))
}

/// An observable with known coefficients as a symbolic one; none if a coefficient isn't real.
pub(super) fn symbolic(observable: &Observable) -> Option<SymbolicObservable> {
    if !observable.is_hermitian() {
        return None;
    }
    let terms = observable.terms.iter().map(|(string, c)| (string.clone(), Angle::constant(c.re)));
    let projectors = observable.projectors.iter().map(|(bits, c)| (bits.clone(), Angle::constant(c.re)));
    Some(SymbolicObservable { terms: terms.collect(), projectors: projectors.collect() })
}
