//! Chains of elementwise operations on tensors of floats, in one pass.
//!
//! A block of elements goes through all operations of a chain before the next one is looked at, so what is between them stays
//! in the first cache and no tensor is made of it: the way of numexpr (F. Alted, "Why modern CPUs are starving and what can be
//! done about it", Computing in Science & Engineering 12, 2010). Operations are loops over a block that the compiler makes
//! vector code of; they are compiled twice, for any processor and for AVX2, with the same bits.
//!
//! That is for tensors of one shape. All others, and all that is wrong, go through the rows of the built-in functions, one
//! operation after the other.

#![expect(
    clippy::inline_always,
    reason = "what is inlined is compiled for the instruction set of its caller"
)]

use std::mem::MaybeUninit;

use ndarray::{ArcArray, IxDyn};
use qml_prelude::{BuiltinId, Element, Fault, Host, Tensor, Value};
use qml_source::{Span, bug};

/// Elements of a block.
const BLOCK: usize = 256;
/// Blocks of values between operations.
pub(crate) const MOST_BETWEEN: usize = 8;
/// Operations of a chain.
pub(crate) const MOST_STEPS: usize = 32;

/// Elementwise operations, each on inputs or on results of those before it.
#[derive(Debug)]
pub(crate) struct Chain {
    /// In order.
    pub steps: Vec<Step>,
    /// The operations whose results are wanted.
    pub outputs: Vec<usize>,
    /// The row of each operation, and its place in the source; none where all goes in one pass or not at all.
    pub rows: Vec<(BuiltinId, Span)>,
}

/// One operation.
#[derive(Debug)]
pub(crate) struct Step {
    /// What it does with an element.
    pub function: Function,
    /// Its operands.
    pub args: Vec<Place>,
    /// Where its result goes.
    pub target: Target,
}

/// What is done with elements.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Function {
    /// a + b.
    Add,
    /// a - b.
    Sub,
    /// a * b.
    Mul,
    /// a / b.
    Div,
    /// -a.
    Neg,
    /// The square root.
    Sqrt,
    /// Any function of one element.
    Unary(fn(f64) -> f64),
    /// Any function of two elements.
    Binary(fn(f64, f64) -> f64),
}

/// An operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// An input of the chain.
    Input(usize),
    /// The result of an operation.
    Step(usize),
}

/// Where a result goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// To a block between operations.
    Between(usize),
    /// To an output of the chain.
    Output(usize),
}

/// An input of a chain that may go in one pass.
#[derive(Clone, Copy)]
pub(crate) enum Input<'a> {
    /// The same for each element.
    Scalar(f64),
    /// One for each element.
    Elements(&'a [f64]),
}

impl Chain {
    /// The outputs, in one pass; all inputs that have elements have `len` of them.
    pub fn run(&self, inputs: &[Input<'_>], len: usize) -> Vec<Vec<f64>> {
        let mut outputs: Vec<Vec<f64>> = self.outputs.iter().map(|_| Vec::with_capacity(len)).collect();
        self.in_blocks_of(inputs, &mut outputs, len);
        for output in &mut outputs {
            // SAFETY: each output is the target of a step, which wrote an element of each of its blocks.
            unsafe { output.set_len(len) };
        }
        outputs
    }

    fn in_blocks_of(&self, inputs: &[Input<'_>], outputs: &mut [Vec<f64>], len: usize) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { with_avx2(&self.steps, inputs, outputs, len) };
        }
        in_blocks(&self.steps, inputs, outputs, len);
    }

    /// The outputs, by one row after the other.
    pub fn run_rows(&self, host: &mut dyn Host, inputs: &mut [Value]) -> Result<Vec<Value>, Fault> {
        let mut results: Vec<Value> = vec![Value::Unit; self.steps.len()];
        for (i, (step, &(id, span))) in self.steps.iter().zip(&self.rows).enumerate() {
            let is_last = |place: Place| {
                let later = &self.steps[i + 1..];
                let is_output = matches!(place, Place::Step(at) if self.outputs.contains(&at));
                !is_output && !later.iter().any(|step| step.args.contains(&place))
            };
            let is_twice = step.args.len() == 2 && step.args[0] == step.args[1];
            let mut args: smallvec::SmallVec<[Value; 4]> = smallvec::SmallVec::new();
            for &place in &step.args {
                let value = match place {
                    Place::Input(at) => &mut inputs[at],
                    Place::Step(at) => &mut results[at],
                };
                // What nobody uses after this can be changed in place.
                args.push(if is_last(place) && !is_twice { std::mem::take(value) } else { value.clone() });
            }
            let result = id.row().run(host, &mut args);
            results[i] = result.map_err(|mut fault| {
                if fault.primary.is_none() {
                    *fault = fault.primary(span, "");
                }
                fault
            })?;
        }
        Ok(self.outputs.iter().map(|&at| std::mem::take(&mut results[at])).collect())
    }
}

/// A tensor of this shape.
pub(crate) fn tensor(shape: IxDyn, elements: Vec<f64>) -> Value {
    match ArcArray::from_shape_vec(shape, elements) {
        Ok(array) => Value::Tensor(<f64 as Element>::into_tensor(array)),
        Err(error) => bug!("elements of a chain: {error}"),
    }
}

/// The shape of a tensor.
pub(crate) fn shape(value: &Value) -> IxDyn {
    match value {
        Value::Tensor(Tensor::Float(array)) => array.raw_dim(),
        other => bug!("{other:?} is no tensor of floats"),
    }
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn with_avx2(steps: &[Step], inputs: &[Input<'_>], outputs: &mut [Vec<f64>], len: usize) {
    in_blocks(steps, inputs, outputs, len);
}

#[inline(always)]
fn in_blocks(steps: &[Step], inputs: &[Input<'_>], outputs: &mut [Vec<f64>], len: usize) {
    let mut between = [[const { MaybeUninit::uninit() }; BLOCK]; MOST_BETWEEN];
    for start in (0..len).step_by(BLOCK) {
        let size = BLOCK.min(len - start);
        let mut block = |target| match target {
            Target::Between(at) => between[at].as_mut_ptr(),
            Target::Output(at) => outputs[at].spare_capacity_mut()[start..start + size].as_mut_ptr(),
        };
        for step in steps {
            let mut operand = |place| match place {
                Place::Input(at) => match inputs[at] {
                    Input::Scalar(x) => Input::Scalar(x),
                    Input::Elements(elements) => Input::Elements(&elements[start..start + size]),
                },
                // SAFETY: a step wrote so many elements there before, and only the target of this one is written now.
                Place::Step(at) => Input::Elements(unsafe {
                    std::slice::from_raw_parts(block(steps[at].target).cast(), size)
                }),
            };
            let a = operand(step.args[0]);
            let b = step.args.get(1).map_or(Input::Scalar(0.0), |&place| operand(place));
            // SAFETY: a block of `size` elements, which no operand is in.
            apply(step.function, a, b, unsafe { std::slice::from_raw_parts_mut(block(step.target), size) });
        }
    }
}

#[inline(always)]
fn apply(function: Function, a: Input<'_>, b: Input<'_>, out: &mut [MaybeUninit<f64>]) {
    match function {
        Function::Add => zip(a, b, out, |x, y| x + y),
        Function::Sub => zip(a, b, out, |x, y| x - y),
        Function::Mul => zip(a, b, out, |x, y| x * y),
        Function::Div => zip(a, b, out, |x, y| x / y),
        Function::Neg => zip(a, b, out, |x, _| -x),
        Function::Sqrt => zip(a, b, out, |x, _| x.sqrt()),
        Function::Unary(f) => zip(a, b, out, |x, _| f(x)),
        Function::Binary(f) => zip(a, b, out, f),
    }
}

#[inline(always)]
fn zip(a: Input<'_>, b: Input<'_>, out: &mut [MaybeUninit<f64>], f: impl Fn(f64, f64) -> f64) {
    match (a, b) {
        (Input::Elements(a), Input::Elements(b)) => {
            out.iter_mut().zip(a).zip(b).for_each(|((out, &a), &b)| _ = out.write(f(a, b)));
        }
        (Input::Elements(a), Input::Scalar(b)) => {
            out.iter_mut().zip(a).for_each(|(out, &a)| _ = out.write(f(a, b)));
        }
        (Input::Scalar(a), Input::Elements(b)) => {
            out.iter_mut().zip(b).for_each(|(out, &b)| _ = out.write(f(a, b)));
        }
        (Input::Scalar(a), Input::Scalar(b)) => out.iter_mut().for_each(|out| _ = out.write(f(a, b))),
    }
}
