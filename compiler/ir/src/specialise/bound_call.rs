//! Functions of floats that are computed as a whole when a kernel is bound: of the prelude those that have no rule on
//! symbols (`sort`, `inv`), and `fn`s whose branches and indices depend on floats.
//!
//! The shape of the result is that for some numbers; it may not depend on them.

use std::cell::Cell;
use std::sync::{Arc, Mutex, PoisonError};

use qml_prelude::builtins::vjp::{Differentiability, is_differentiable, vjp};
use qml_prelude::{BuiltinId, Effect, Fault, Host, NoWorld, Value};
use qml_source::{Code, Diagnostic, Span};
use rustc_hash::FxHashMap;

use super::bound_gradient::weighted_sum;
use super::faults::{self, Failure};
use super::forms::{Form, floats_of, has_shape_of, symbols_like, with_floats};
use super::machine::Machine;
use super::value::Abstract;
use crate::circuit::Angle;
use crate::differentiate::differentiate;
use crate::evaluate::Evaluator;
use crate::host::build::gradient_of;
use crate::host::{FunctionId, Module};

/// A call of a function on values with forms over slots in place of floats.
#[derive(Debug)]
pub struct BoundCall {
    callee: Callee,
    args: Vec<Form>,
    /// What it gives for some numbers.
    sample: Value,
    /// How many floats the result holds.
    pub n_outputs: usize,
    span: Span,
}

#[derive(Clone, Debug)]
enum Callee {
    Builtin(BuiltinId),
    Function(Arc<BoundFunction>),
}

/// A `fn` that is called when kernels are bound.
#[derive(Debug)]
pub(super) struct BoundFunction {
    module: Arc<Module>,
    globals: Arc<[Value]>,
    id: FunctionId,
    /// By the parameters that are differentiated by; made when a gradient asks for them.
    gradients: Mutex<FxHashMap<Vec<usize>, MadeGradient>>,
}

/// A gradient, or why there is none.
type MadeGradient = Arc<Result<Gradient, Fault>>;

/// The function that gives the derivatives of a function by some of its parameters, for cotangents of its results that
/// are further arguments.
#[derive(Debug)]
struct Gradient {
    module: Module,
    id: FunctionId,
}

/// Calls are equal that do the same with the same forms; programs of different modules are not compared.
impl PartialEq for BoundCall {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (&self.callee, &other.callee) {
            (Callee::Builtin(a), Callee::Builtin(b)) => a == b,
            (Callee::Function(a), Callee::Function(b)) => a.id == b.id,
            _ => false,
        };
        is_same && self.args == other.args
    }
}

impl BoundCall {
    /// The name of the function, for people.
    pub fn name(&self) -> &str {
        self.callee.name()
    }

    /// All forms over slots in the arguments.
    pub(super) fn angles(&self) -> Vec<&Angle> {
        let mut angles = Vec::new();
        self.args.iter().for_each(|arg| arg.collect(&mut angles));
        angles
    }

    /// The same call with forms over other slots.
    pub(super) fn map_angles(&self, map: &mut dyn FnMut(&Angle) -> Angle) -> Self {
        let args = self.args.iter().map(|arg| arg.map(map)).collect();
        let (callee, sample) = (self.callee.clone(), self.sample.clone());
        Self { callee, args, sample, n_outputs: self.n_outputs, span: self.span }
    }

    /// The floats of the result, last index fastest.
    ///
    /// # Errors
    /// What the function itself refuses, and a result of another shape than for other numbers.
    pub fn outputs(&self, slots: &[f64], stop: &dyn Fn() -> bool) -> Result<Vec<f64>, Fault> {
        let args = self.values(slots);
        let result = self.callee.call(args, stop).map_err(|fault| self.at(fault))?;
        match floats_of(&result) {
            Some(outputs) if has_shape_of(&result, &self.sample) => Ok(outputs),
            _ => Err(Box::new(
                Diagnostic::error(
                    Code::Q0451,
                    format!("the shape of what `{}` gives depends on floats", self.name()),
                )
                .primary(self.span, "has another one for other numbers")
                .help("compute it in the `fn` that calls the kernel, and pass the result"),
            )),
        }
    }

    /// Adds the derivatives by slots, from those by the outputs.
    ///
    /// # Errors
    /// What has no derivative.
    pub fn add_vjp(&self, slots: &[f64], d_outputs: &[f64], d_slots: &mut [f64]) -> Result<(), Fault> {
        let args = self.values(slots);
        let cotangent = with_floats(&self.sample, &mut d_outputs.iter().copied());
        let cotangents = match &self.callee {
            Callee::Builtin(id) if is_differentiable(id.row().name) == Differentiability::Zero => {
                return Ok(());
            }
            Callee::Builtin(id) => {
                let result = self.callee.call(args.clone(), &|| false).map_err(|fault| self.at(fault))?;
                match vjp(id.row().name, &args, &result, &cotangent) {
                    Some(cotangents) => cotangents.map_err(|fault| self.at(fault))?,
                    None => return Err(no_derivative(self.name(), self.span)),
                }
            }
            Callee::Function(function) => {
                let wrt: Vec<usize> = (0..args.len()).filter(|&i| self.args[i].has_slots()).collect();
                let gradient = function.gradient(&wrt, self.span);
                let gradient = gradient.as_ref().as_ref().map_err(Clone::clone)?;
                let mut cotangents = vec![Value::Unit; args.len()];
                let all = args.into_iter().chain([cotangent]).collect();
                let mut evaluator = Evaluator::new(&gradient.module, function.globals.to_vec());
                let found = evaluator.call(gradient.id, &mut NoWorld, all).map_err(|fault| self.at(fault))?;
                for (&i, cotangent) in wrt.iter().zip(found.into_iter().skip(1)) {
                    cotangents[i] = cotangent;
                }
                cotangents
            }
        };
        self.args.iter().zip(&cotangents).for_each(|(arg, cotangent)| arg.add(cotangent, d_slots));
        Ok(())
    }

    fn values(&self, slots: &[f64]) -> Vec<Value> {
        self.args.iter().map(|arg| arg.value(slots)).collect()
    }

    fn at(&self, mut fault: Fault) -> Fault {
        if fault.primary.is_none() {
            *fault = fault.primary(self.span, "here");
        }
        fault
    }
}

impl Callee {
    fn name(&self) -> &str {
        match self {
            Self::Builtin(id) => id.row().name,
            Self::Function(function) => faults::shown(&function.module.function(function.id).name),
        }
    }

    fn call(&self, mut args: Vec<Value>, stop: &dyn Fn() -> bool) -> Result<Value, Fault> {
        let mut host = Stoppable(stop);
        match self {
            Self::Builtin(id) => id.row().run(&mut host, &mut args),
            Self::Function(function) => {
                let mut evaluator = Evaluator::new(&function.module, function.globals.to_vec());
                Ok(evaluator.call(function.id, &mut host, args)?.pop().unwrap_or_default())
            }
        }
    }
}

impl BoundFunction {
    /// The gradient by these parameters, made once.
    fn gradient(&self, wrt: &[usize], span: Span) -> MadeGradient {
        // A panic while the lock is held leaves no half-made entry.
        let mut gradients = self.gradients.lock().unwrap_or_else(PoisonError::into_inner);
        let made = gradients.entry(wrt.to_vec()).or_insert_with(|| Arc::new(self.make_gradient(wrt, span)));
        Arc::clone(made)
    }

    /// The module with a function whose value is the sum of the outputs times their cotangents, and its gradient.
    fn make_gradient(&self, wrt: &[usize], span: Span) -> Result<Gradient, Fault> {
        let mut module = Module::clone(&self.module);
        let objective = FunctionId(module.functions.len() as u32);
        let weighted = weighted_sum(&module, self.id, span);
        module.functions.push(weighted);
        let name = format!("{}.slopes", module.function(objective).name);
        let gradient = gradient_of(&module, objective, wrt, &name);
        module.functions.push(gradient);
        match differentiate(&mut module) {
            Ok(_) => Ok(Gradient { module, id: FunctionId(objective.0 + 1) }),
            Err(messages) => {
                let name = faults::shown(&self.module.function(self.id).name);
                let error = messages.into_iter().find(Diagnostic::is_error);
                Err(error.map_or_else(|| no_derivative(name, span), Box::new))
            }
        }
    }
}

fn no_derivative(name: &str, span: Span) -> Fault {
    Box::new(
        Diagnostic::error(Code::Q0520, format!("`{name}` cannot be differentiated"))
            .primary(span, "here the chain breaks")
            .help("`stop_gradient(...)` makes its argument a constant"),
    )
}

/// No world, but for whoever may stop what runs.
struct Stoppable<'s>(&'s dyn Fn() -> bool);

impl Host for Stoppable<'_> {
    fn interrupted(&self) -> bool {
        (self.0)()
    }
}

/// How often a `fn` may loop or call while it is tried with some numbers.
const MOST_ROUNDS: u64 = 100_000;

/// How the inputs are chosen that a function is tried with, from numbers between 0 and 1 that are all different: what
/// one choice leads into a fault of the function may go well with another.
const TRIES: [fn(f64) -> f64; 6] = [|x| 0.1 + 0.8 * x, |x| 1.5 + x, |x| -x, |x| 10.0 * x, |_| 1.0, |_| 0.0];

impl Machine<'_> {
    /// A call of a row on floats, computed when the kernel is bound; the failure if it can't be.
    pub(super) fn bound_builtin(
        &mut self,
        id: BuiltinId,
        args: &[Abstract],
        failure: Failure,
        span: Span,
    ) -> Result<Abstract, Failure> {
        if id.row().effect != Effect::Pure {
            return Err(failure);
        }
        self.bound_call(Callee::Builtin(id), args, failure, span)
    }

    /// The same for a `fn`.
    pub(super) fn bound_function(
        &mut self,
        id: FunctionId,
        args: &[Abstract],
        failure: Failure,
        span: Span,
    ) -> Result<Abstract, Failure> {
        let (module, globals) = self.shared.get_or_insert_with(|| {
            (Arc::new(self.module.clone()), self.globals.iter().cloned().collect::<Arc<[Value]>>())
        });
        let function = self.bound_functions.entry(id).or_insert_with(|| {
            let (module, globals) = (Arc::clone(module), Arc::clone(globals));
            Arc::new(BoundFunction { module, globals, id, gradients: Mutex::default() })
        });
        let callee = Callee::Function(Arc::clone(function));
        self.bound_call(callee, args, failure, span)
    }

    fn bound_call(
        &mut self,
        callee: Callee,
        args: &[Abstract],
        mut failure: Failure,
        span: Span,
    ) -> Result<Abstract, Failure> {
        let Some(args) = args.iter().map(Form::of).collect::<Option<Vec<_>>>() else { return Err(failure) };
        let mut faults = Vec::new();
        for choose in TRIES {
            match self.tried(&callee, &args, choose) {
                Ok(sample) => {
                    let Some(floats) = floats_of(&sample) else {
                        if let Callee::Function(_) = callee {
                            failure.notes.push(format!(
                                "what `{}` gives holds something else than floats, tensors and tuples of them",
                                callee.name()
                            ));
                        }
                        return Err(failure);
                    };
                    let outputs = self.bind.call(BoundCall {
                        callee,
                        args,
                        sample: sample.clone(),
                        n_outputs: floats.len(),
                        span,
                    });
                    return Ok(symbols_like(&sample, &mut outputs.into_iter()));
                }
                Err(fault) => faults.push(fault),
            }
        }
        let what = faults.first().map(|fault| fault.message.clone()).unwrap_or_default();
        failure.notes.push(format!("`{}` was tried with some numbers, and stopped: {what}", callee.name()));
        Err(failure)
    }

    /// What a function gives for numbers without a meaning.
    fn tried(&self, callee: &Callee, args: &[Form], choose: fn(f64) -> f64) -> Result<Value, Fault> {
        let n_rounds = Cell::new(0);
        let stop = || {
            n_rounds.set(n_rounds.get() + 1);
            n_rounds.get() > MOST_ROUNDS
        };
        let inputs: Vec<f64> =
            (1..=self.bind.n_inputs()).map(|i| choose((i as f64 * 0.618_034).fract())).collect();
        let mut slots = Vec::new();
        self.bind.sample(&inputs, &mut slots, &stop)?;
        callee.call(args.iter().map(|arg| arg.value(&slots)).collect(), &stop)
    }
}

/// Whether a failure says that floats are known too late, so that what was tried may be computed when they are known.
pub(super) fn is_too_early(failure: &Failure) -> bool {
    matches!(failure.code, Code::Q0443 | Code::Q0451)
}
