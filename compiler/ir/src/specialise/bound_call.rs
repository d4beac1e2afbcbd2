//! Functions of floats that are computed as a whole when a kernel is bound: of the prelude those that have no rule on
//! symbols (`sort`, `inv`), and `fn`s whose branches and indices depend on floats.
//!
//! The shape of the result is that for some numbers; it may not depend on them.

use std::sync::{Arc, OnceLock};

use qml_prelude::builtins::vjp::vjp;
use qml_prelude::{BuiltinId, Effect, Fault, NoWorld, Tensor, Value};
use qml_source::{Code, Diagnostic, Span, bug};

use super::faults::{self, Failure};
use super::machine::Machine;
use super::value::{Abstract, Grid};
use crate::circuit::Angle;
use crate::differentiate::differentiate;
use crate::evaluate::Evaluator;
use crate::host::build::Builder;
use crate::host::{
    BinaryOp, Constant, Function, FunctionId, FunctionKind, GradientMethod, Module, OpKind, Type, ValueId,
};

/// A call of a function on values with forms over slots in place of floats.
#[derive(Debug)]
pub struct BoundCall {
    callee: Callee,
    args: Vec<Form>,
    /// How many floats the result holds.
    pub n_outputs: usize,
    span: Span,
}

#[derive(Debug)]
enum Callee {
    Builtin(BuiltinId),
    Function {
        module: Arc<Module>,
        globals: Vec<Value>,
        id: FunctionId,
        /// Made when a gradient asks for it.
        gradient: OnceLock<Result<Gradient, Box<Diagnostic>>>,
    },
}

/// The function that gives the derivatives of a function by some of its parameters, for cotangents of its results that
/// are further arguments.
#[derive(Debug)]
struct Gradient {
    module: Module,
    id: FunctionId,
    wrt: Vec<usize>,
}

/// A value whose floats are forms over slots.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Form {
    Known(Value),
    Float(Angle),
    Tensor(Vec<usize>, Vec<Form>),
    Tuple(Vec<Form>),
}

impl PartialEq for BoundCall {
    fn eq(&self, other: &Self) -> bool {
        let callee = |call: &Self| match &call.callee {
            Callee::Builtin(id) => (Some(*id), None),
            Callee::Function { id, .. } => (None, Some(*id)),
        };
        callee(self) == callee(other) && self.args == other.args
    }
}

impl BoundCall {
    /// The name of the function, for people.
    pub fn name(&self) -> &str {
        match &self.callee {
            Callee::Builtin(id) => id.row().name,
            Callee::Function { module, id, .. } => faults::shown(&module.function(*id).name),
        }
    }

    /// All forms over slots in the arguments.
    pub(super) fn angles(&self) -> Vec<&Angle> {
        let mut angles = Vec::new();
        self.args.iter().for_each(|arg| arg.collect(&mut angles));
        angles
    }

    /// The same call with forms over other slots.
    pub(super) fn map_angles(&self, map: &mut dyn FnMut(&Angle) -> Angle) -> Self {
        let callee = match &self.callee {
            Callee::Builtin(id) => Callee::Builtin(*id),
            Callee::Function { module, globals, id, .. } => Callee::Function {
                module: Arc::clone(module),
                globals: globals.clone(),
                id: *id,
                gradient: OnceLock::new(),
            },
        };
        let args = self.args.iter().map(|arg| arg.map(map)).collect();
        Self { callee, args, n_outputs: self.n_outputs, span: self.span }
    }

    /// The floats of the result, last index fastest.
    ///
    /// # Errors
    /// What the function itself refuses, and a result of another shape than for other numbers.
    pub fn outputs(&self, slots: &[f64]) -> Result<Vec<f64>, Fault> {
        let outputs = self.result(slots).map(|result| floats_of(&result)).map_err(|fault| self.at(fault))?;
        match outputs {
            Some(outputs) if outputs.len() == self.n_outputs => Ok(outputs),
            _ => Err(Box::new(
                Diagnostic::error(
                    Code::Q0451,
                    format!("the size of what `{}` gives depends on floats", self.name()),
                )
                .primary(self.span, format!("has {} floats for other numbers", self.n_outputs))
                .help("compute it in the `fn` that calls the kernel, and pass the result"),
            )),
        }
    }

    /// Adds the derivatives by slots, from those by the outputs.
    ///
    /// # Errors
    /// What has no derivative.
    pub fn add_vjp(&self, slots: &[f64], d_outputs: &[f64], d_slots: &mut [f64]) -> Result<(), Fault> {
        let args: Vec<Value> = self.args.iter().map(|arg| arg.value(slots)).collect();
        let cotangents = match &self.callee {
            Callee::Builtin(id) => {
                let result = self.result(slots).map_err(|fault| self.at(fault))?;
                let cotangent = with_floats(&result, &mut d_outputs.iter().copied());
                match vjp(id.row().name, &args, &result, &cotangent) {
                    Some(cotangents) => cotangents.map_err(|fault| self.at(fault))?,
                    None => return Err(self.no_derivative()),
                }
            }
            Callee::Function { globals, gradient, .. } => {
                let made = gradient.get_or_init(|| self.make_gradient());
                let made = made.as_ref().map_err(Clone::clone)?;
                let result = self.result(slots)?;
                let mut all = args;
                let n_args = all.len();
                all.push(with_floats(&result, &mut d_outputs.iter().copied()));
                let mut evaluator = Evaluator::new(&made.module, globals.clone());
                let found = evaluator.call(made.id, &mut NoWorld, all).map_err(|fault| self.at(fault))?;
                let mut cotangents = vec![Value::Unit; n_args];
                for (&i, cotangent) in made.wrt.iter().zip(found.into_iter().skip(1)) {
                    cotangents[i] = cotangent;
                }
                cotangents
            }
        };
        self.args.iter().zip(&cotangents).for_each(|(arg, cotangent)| arg.add(cotangent, d_slots));
        Ok(())
    }

    fn result(&self, slots: &[f64]) -> Result<Value, Fault> {
        let mut args: Vec<Value> = self.args.iter().map(|arg| arg.value(slots)).collect();
        match &self.callee {
            Callee::Builtin(id) => (id.row().call)(&mut NoWorld, &mut args),
            Callee::Function { module, globals, id, .. } => {
                let mut results = Evaluator::new(module, globals.clone()).call(*id, &mut NoWorld, args)?;
                Ok(results.pop().unwrap_or_default())
            }
        }
    }

    /// The module with a function whose value is the sum of the outputs times their cotangents, and its gradient.
    fn make_gradient(&self) -> Result<Gradient, Box<Diagnostic>> {
        let Callee::Function { module, id, .. } = &self.callee else { bug!("rows have their derivatives") };
        let mut module = Module::clone(module);
        let wrt: Vec<usize> = (0..self.args.len()).filter(|&i| self.args[i].has_slots()).collect();
        let objective = FunctionId(module.functions.len() as u32);
        let weighted = weighted_sum(&module, *id, self.span);
        module.functions.push(weighted);
        let gradient = gradient_of(&module, objective, &wrt);
        module.functions.push(gradient);
        match differentiate(&mut module) {
            Ok(_) => Ok(Gradient { module, id: FunctionId(objective.0 + 1), wrt }),
            Err(messages) => {
                let error = messages.into_iter().find(Diagnostic::is_error);
                Err(error.map_or_else(|| self.no_derivative(), Box::new))
            }
        }
    }

    fn no_derivative(&self) -> Fault {
        Box::new(
            Diagnostic::error(Code::Q0520, format!("`{}` cannot be differentiated", self.name()))
                .primary(self.span, "here the chain breaks"),
        )
    }

    fn at(&self, mut fault: Fault) -> Fault {
        if fault.primary.is_none() {
            *fault = fault.primary(self.span, "here");
        }
        fault
    }
}

impl Machine<'_> {
    /// A call of a row on floats, computed when the kernel is bound; `None` if it can't be.
    pub(super) fn bound_builtin(&mut self, id: BuiltinId, args: &[Abstract], span: Span) -> Option<Abstract> {
        if id.row().effect != Effect::Pure {
            return None;
        }
        self.bound_call(Callee::Builtin(id), args, span)
    }

    /// The same for a `fn`.
    pub(super) fn bound_function(
        &mut self,
        id: FunctionId,
        args: &[Abstract],
        span: Span,
    ) -> Option<Abstract> {
        let module = self.shared.get_or_init(|| Arc::new(self.module.clone()));
        let callee = Callee::Function {
            module: Arc::clone(module),
            globals: self.globals.to_vec(),
            id,
            gradient: OnceLock::new(),
        };
        self.bound_call(callee, args, span)
    }

    fn bound_call(&mut self, callee: Callee, args: &[Abstract], span: Span) -> Option<Abstract> {
        let args = args.iter().map(Form::of).collect::<Option<Vec<_>>>()?;
        let mut call = BoundCall { callee, args, n_outputs: 0, span };
        // Numbers without a meaning, all different and none special.
        let samples: Vec<f64> =
            (1..=self.bind.n_slots()).map(|i| 0.1 + 0.8 * (i as f64 * 0.618_034).fract()).collect();
        let sample = call.result(&samples).ok()?;
        call.n_outputs = floats_of(&sample)?.len();
        let outputs = self.bind.call(call);
        Some(symbols_like(&sample, &mut outputs.into_iter()))
    }
}

/// Whether a failure says that floats are known too late, so that what was tried may be computed when they are known.
pub(super) fn is_too_early(failure: &Failure) -> bool {
    matches!(failure.code, Code::Q0443 | Code::Q0451)
}

impl Form {
    fn of(value: &Abstract) -> Option<Self> {
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

    fn has_slots(&self) -> bool {
        match self {
            Self::Known(_) => false,
            Self::Float(_) => true,
            Self::Tensor(_, items) | Self::Tuple(items) => items.iter().any(Self::has_slots),
        }
    }

    fn collect<'f>(&'f self, angles: &mut Vec<&'f Angle>) {
        match self {
            Self::Known(_) => {}
            Self::Float(angle) => angles.push(angle),
            Self::Tensor(_, items) | Self::Tuple(items) => items.iter().for_each(|item| item.collect(angles)),
        }
    }

    fn map(&self, map: &mut dyn FnMut(&Angle) -> Angle) -> Self {
        let mut all = |items: &[Self]| items.iter().map(|item| item.map(map)).collect();
        match self {
            Self::Known(value) => Self::Known(value.clone()),
            Self::Float(angle) => Self::Float(map(angle)),
            Self::Tensor(shape, items) => Self::Tensor(shape.clone(), all(items)),
            Self::Tuple(items) => Self::Tuple(all(items)),
        }
    }

    fn value(&self, slots: &[f64]) -> Value {
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
    fn add(&self, cotangent: &Value, d_slots: &mut [f64]) {
        match (self, cotangent) {
            (_, Value::Unit) | (Self::Known(_), _) => {}
            (Self::Float(angle), cotangent) => {
                let d = cotangent.to_float();
                angle.terms.iter().for_each(|&(slot, c)| d_slots[slot.0 as usize] += c * d);
            }
            (Self::Tensor(_, items) | Self::Tuple(items), cotangent) => {
                let parts = super::value::parts_of(cotangent);
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
fn floats_of(value: &Value) -> Option<Vec<f64>> {
    match value {
        Value::Float(x) => Some(vec![*x]),
        Value::Tensor(Tensor::Float(array)) => Some(array.iter().copied().collect()),
        Value::Tensor(Tensor::Value(items)) => each(items.iter()),
        Value::Tuple(parts) => each(parts.iter()),
        _ => None,
    }
}

fn each<'v>(values: impl Iterator<Item = &'v Value>) -> Option<Vec<f64>> {
    let parts: Vec<Vec<f64>> = values.map(floats_of).collect::<Option<_>>()?;
    Some(parts.concat())
}

/// A value of this structure with other floats.
fn with_floats(like: &Value, floats: &mut dyn Iterator<Item = f64>) -> Value {
    match like {
        Value::Tuple(parts) => {
            Value::tuple(parts.iter().map(|part| with_floats(part, floats)).collect::<Vec<_>>())
        }
        Value::Tensor(_) => {
            let parts = super::value::parts_of(like);
            tensor(like.shape(), parts.iter().map(|part| with_floats(part, floats)).collect())
        }
        _ => Value::Float(floats.next().unwrap_or_default()),
    }
}

/// A value of this structure with symbols for its floats.
fn symbols_like(like: &Value, symbols: &mut dyn Iterator<Item = Angle>) -> Abstract {
    match like {
        Value::Tuple(parts) => {
            Abstract::tuple(parts.iter().map(|part| symbols_like(part, symbols)).collect())
        }
        Value::Tensor(_) => {
            let parts = super::value::parts_of(like);
            let items = parts.iter().map(|part| symbols_like(part, symbols)).collect();
            Grid { shape: like.shape().to_vec(), items }.into_abstract()
        }
        _ => Abstract::float(symbols.next().unwrap_or_default()),
    }
}

/// `(args..., w) -> sum of w * f(args...)`, part by part.
fn weighted_sum(module: &Module, id: FunctionId, span: Span) -> Function {
    let callee = module.function(id);
    let mut builder = Builder::new(format!("{}.weighted", callee.name), FunctionKind::Fn, span);
    let params: Vec<ValueId> =
        callee.body.params.iter().map(|&param| builder.param("x", callee.ty(param).clone())).collect();
    let weights = builder.param("w", callee.results[0].clone());
    let result = builder.op(OpKind::Call(id), params, callee.results.clone())[0];
    let sum = weighted(&mut builder, result, weights);
    builder.finish(vec![sum])
}

fn weighted(builder: &mut Builder, value: ValueId, weight: ValueId) -> ValueId {
    match builder.ty(value).clone() {
        Type::Float => builder.binary(BinaryOp::Mul, value, weight),
        Type::Tuple(parts) => {
            let mut sum = builder.float(0.0);
            for (i, ty) in parts.into_iter().enumerate() {
                let part = builder.value(OpKind::TupleGet(i as u32), vec![value], ty.clone());
                let part_weight = builder.value(OpKind::TupleGet(i as u32), vec![weight], ty);
                let part = weighted(builder, part, part_weight);
                sum = builder.binary(BinaryOp::Add, sum, part);
            }
            sum
        }
        ty @ Type::Tensor(..) => {
            let product = builder.builtin("op.mul", vec![value, weight], ty);
            let all = builder.constant(Constant::Unit);
            builder.builtin("sum", vec![product, all], Type::Float)
        }
        other => bug!("a result of type {other:?} has floats only"),
    }
}

/// A function that gives the value of a function and its derivatives by some parameters.
fn gradient_of(module: &Module, function: FunctionId, wrt: &[usize]) -> Function {
    let callee = module.function(function);
    let mut builder = Builder::new(format!("{}.slopes", callee.name), FunctionKind::Fn, callee.span);
    let types: Vec<Type> = callee.body.params.iter().map(|&param| callee.ty(param).clone()).collect();
    let params = types.iter().map(|ty| builder.param("x", ty.clone())).collect();
    let results = std::iter::once(Type::Float).chain(wrt.iter().map(|&i| types[i].clone())).collect();
    let kind = OpKind::ValueAndGradient { function, wrt: wrt.to_vec(), method: GradientMethod::Auto };
    let results = builder.op(kind, params, results);
    builder.finish(results)
}
