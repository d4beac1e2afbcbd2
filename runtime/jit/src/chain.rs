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

use qml_prelude::builtins::power;
use qml_prelude::{BuiltinId, Fault, Host, Value};
use qml_source::Span;
use smallvec::SmallVec;

/// Elements of a block.
const BLOCK: usize = 256;
/// Elements that are read before any of their results is written: an operand may lie where the result goes.
const LANES: usize = 8;
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
    /// Of each input, the last operation that looks at it.
    pub last_looks: Vec<usize>,
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
    /// a ** b.
    Pow,
    /// Any function of one element.
    Unary(fn(f64) -> f64),
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
pub(crate) enum Input {
    /// The same for each element.
    Scalar(f64),
    /// One for each element, side by side.
    Elements(*const f64),
}

impl Chain {
    /// Operations that give the results of those at `outputs`.
    pub fn new(steps: Vec<Step>, outputs: Vec<usize>, rows: Vec<(BuiltinId, Span)>) -> Self {
        let mut last_looks = Vec::new();
        for (i, step) in steps.iter().enumerate() {
            for place in &step.args {
                if let Place::Input(at) = *place {
                    last_looks.resize(last_looks.len().max(at + 1), 0);
                    last_looks[at] = i;
                }
            }
        }
        Self { steps, outputs, rows, last_looks }
    }

    /// Whether an output may be written where an input is: nobody looks at the input after that.
    pub fn may_replace(&self, input: usize, output: usize) -> bool {
        self.last_looks[input] <= self.outputs[output]
    }

    /// The outputs, each to its place.
    ///
    /// # Safety
    ///
    /// All inputs that have elements have `len` of them, and each place has room for as many. A place is where nothing else
    /// is, or just where an input is that it [may replace](Self::may_replace).
    pub unsafe fn run_to(&self, inputs: &[Input], outputs: &[*mut f64], len: usize) {
        #[cfg(target_arch = "x86_64")]
        if std::arch::is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2; the rest is the caller's contract.
            return unsafe { with_avx2(&self.steps, inputs, outputs, len) };
        }
        // SAFETY: the caller's contract.
        unsafe { in_blocks(&self.steps, inputs, outputs, len) };
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
            let mut args: SmallVec<[Value; 4]> = SmallVec::new();
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

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
unsafe fn with_avx2(steps: &[Step], inputs: &[Input], outputs: &[*mut f64], len: usize) {
    // SAFETY: the caller's contract.
    unsafe { in_blocks(steps, inputs, outputs, len) };
}

#[inline(always)]
unsafe fn in_blocks(steps: &[Step], inputs: &[Input], outputs: &[*mut f64], len: usize) {
    let mut between = [[const { MaybeUninit::<f64>::uninit() }; BLOCK]; MOST_BETWEEN];
    for start in (0..len).step_by(BLOCK) {
        let size = BLOCK.min(len - start);
        let mut block = |target| match target {
            Target::Between(at) => between[at].as_mut_ptr().cast(),
            // SAFETY: the output has room for `len` elements.
            Target::Output(at) => unsafe { outputs[at].add(start) },
        };
        for step in steps {
            let mut operand = |place| match place {
                Place::Input(at) => match inputs[at] {
                    Input::Scalar(x) => Input::Scalar(x),
                    // SAFETY: the input has `len` elements.
                    Input::Elements(elements) => Input::Elements(unsafe { elements.add(start) }),
                },
                Place::Step(at) => Input::Elements(block(steps[at].target).cast_const()),
            };
            let a = operand(step.args[0]);
            let b = step.args.get(1).map_or(Input::Scalar(0.0), |&place| operand(place));
            // SAFETY: `size` elements of each, those of steps before this one written; if an operand is where the result
            // goes, it is just there.
            unsafe { apply(step.function, a, b, block(step.target), size) };
        }
    }
}

#[inline(always)]
unsafe fn apply(function: Function, a: Input, b: Input, out: *mut f64, size: usize) {
    // SAFETY: the caller's contract.
    unsafe {
        match function {
            Function::Add => zip(a, b, out, size, |x, y| x + y),
            Function::Sub => zip(a, b, out, size, |x, y| x - y),
            Function::Mul => zip(a, b, out, size, |x, y| x * y),
            Function::Div => zip(a, b, out, size, |x, y| x / y),
            Function::Neg => zip(a, b, out, size, |x, _| -x),
            Function::Sqrt => zip(a, b, out, size, |x, _| x.sqrt()),
            // As `power` has it.
            Function::Pow if matches!(b, Input::Scalar(2.0)) => zip(a, b, out, size, |x, _| x * x),
            Function::Pow => zip(a, b, out, size, power),
            Function::Unary(f) => zip(a, b, out, size, |x, _| f(x)),
        }
    }
}

#[inline(always)]
unsafe fn zip(a: Input, b: Input, out: *mut f64, size: usize, f: impl Fn(f64, f64) -> f64) {
    // SAFETY: the caller's contract.
    unsafe {
        match (a, b) {
            (Input::Elements(a), Input::Elements(b)) => {
                lanes(out, size, |i| group(a, i), |i| group(b, i), &f);
                rest(out, size, |i| f(*a.add(i), *b.add(i)));
            }
            (Input::Elements(a), Input::Scalar(b)) => {
                lanes(out, size, |i| group(a, i), |_| [b; LANES], &f);
                rest(out, size, |i| f(*a.add(i), b));
            }
            (Input::Scalar(a), Input::Elements(b)) => {
                lanes(out, size, |_| [a; LANES], |i| group(b, i), &f);
                rest(out, size, |i| f(a, *b.add(i)));
            }
            (Input::Scalar(a), Input::Scalar(b)) => {
                let value = f(a, b);
                (0..size).for_each(|i| out.add(i).write(value));
            }
        }
    }
}

/// The elements from `start` on.
#[inline(always)]
unsafe fn group(elements: *const f64, start: usize) -> [f64; LANES] {
    // SAFETY: the caller has so many.
    unsafe { elements.add(start).cast::<[f64; LANES]>().read_unaligned() }
}

/// Groups of elements, each read as a whole before its results are written.
#[inline(always)]
unsafe fn lanes(
    out: *mut f64,
    size: usize,
    a: impl Fn(usize) -> [f64; LANES],
    b: impl Fn(usize) -> [f64; LANES],
    f: impl Fn(f64, f64) -> f64,
) {
    for start in (0..size / LANES).map(|group| group * LANES) {
        let (a, b) = (a(start), b(start));
        let mut results = [0.0; LANES];
        for lane in 0..LANES {
            results[lane] = f(a[lane], b[lane]);
        }
        // SAFETY: there is room for `size` elements.
        unsafe { out.add(start).cast::<[f64; LANES]>().write_unaligned(results) };
    }
}

/// The elements after the last whole group.
#[inline(always)]
unsafe fn rest(out: *mut f64, size: usize, f: impl Fn(usize) -> f64) {
    for i in size - size % LANES..size {
        // SAFETY: there is room for `size` elements.
        unsafe { out.add(i).write(f(i)) };
    }
}
