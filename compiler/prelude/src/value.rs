//! What a variable of the language holds while a program runs.

use std::sync::Arc;

use ndarray::{ArcArray, IxDyn};

use crate::observable::Observable;
use crate::optimizer::Optimizer;

/// A complex number in double precision.
pub type C64 = num_complex::Complex<f64>;

/// An n-dimensional array that is shared until it is written to.
pub type Array<T> = ArcArray<T, IxDyn>;

/// A value. Cloning is cheap; writing never changes a copy.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Value {
    /// Nothing: the result of a function without one, an argument left out, the zero cotangent of a value that has no
    /// derivative.
    #[default]
    Unit,
    /// `bool`.
    Bool(bool),
    /// `int`.
    Int(i64),
    /// `float`.
    Float(f64),
    /// `complex`.
    Complex(C64),
    /// `string`.
    Str(Arc<str>),
    /// A tensor of any rank from 1.
    Tensor(Tensor),
    /// A tuple or a struct, whose fields stand in the order of its declaration.
    Tuple(Arc<[Value]>),
    /// A list that grows, for the compiler alone: a comprehension before its items are stacked.
    List(Arc<Vec<Value>>),
    /// `observable`.
    Observable(Arc<Observable>),
    /// `program`.
    Program(Arc<Program>),
    /// `optimizer`.
    Optimizer(Arc<Optimizer>),
}

/// A tensor by the type of its elements; row-major when laid out anew.
#[derive(Clone, Debug, PartialEq)]
pub enum Tensor {
    /// Of `bool`.
    Bool(Array<bool>),
    /// Of `int`.
    Int(Array<i64>),
    /// Of `float`.
    Float(Array<f64>),
    /// Of `complex`.
    Complex(Array<C64>),
    /// Of anything else: strings, tuples, programs, observables.
    Value(Array<Value>),
}

/// A kernel with the values of its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Program {
    /// The index of the kernel's function in its module.
    pub kernel: u32,
    /// The arguments, in the order of the kernel's parameters; sizes are solved from them.
    pub args: Vec<Value>,
}

mod access;
pub use access::{Element, append};
