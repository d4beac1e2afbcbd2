//! Evaluates host functions over abstract values, and collects the operations of the circuit.

use std::sync::Arc;

use qml_prelude::{BuiltinId, NoWorld, Value};
use qml_source::{Span, bug};
use rustc_hash::FxHashMap;

use super::arithmetic;
use super::bind::BindBuilder;
use super::bound_call::BoundFunction;
use super::faults::{self, Failure};
use super::modifiers::Around;
use super::outcomes::select;
use super::qubits;
use super::seen::Seen;
use super::structure;
use super::value::Abstract;
use crate::circuit::condition::and;
use crate::circuit::{MAX_ROUNDS, Op as CircuitOp, OpKind as CircuitOpKind, Unfinished};
use crate::evaluate::constant_value;
use crate::host::{FunctionId, Module, Op, OpKind, Region, ValueId};

/// How many operations a circuit may have.
const MAX_OPS: usize = 10_000_000;
/// How many host operations may be evaluated for it.
const MAX_STEPS: u64 = 100_000_000;

/// The state of a specialisation.
pub(super) struct Machine<'m> {
    pub module: &'m Module,
    pub globals: &'m [Value],
    pub bind: BindBuilder,
    pub n_wires: u32,
    pub n_bits: u32,
    /// Operations of the innermost region whose operations are collected.
    pub ops: Vec<CircuitOp>,
    /// All operations so far, those of finished regions too.
    pub n_ops: usize,
    pub steps: u64,
    /// The functions that are being called, innermost last.
    pub calls: Vec<FunctionId>,
    /// Modifiers around this point that need reversible operations.
    pub around: Vec<Around>,
    /// What the branches around this point say of outcomes.
    pub seen: Seen,
    /// Loops that were cut off.
    pub unfinished: Vec<Unfinished>,
    /// The module, for calls that are left for later.
    pub shared: Option<(Arc<Module>, Arc<[Value]>)>,
    /// The functions that are called so.
    pub bound_functions: FxHashMap<FunctionId, Arc<BoundFunction>>,
}

/// The values of a function that is being called.
pub(super) struct Frame(Vec<Option<Abstract>>);

impl Frame {
    pub(super) fn new(n_values: usize) -> Self {
        Self(vec![None; n_values])
    }

    pub(super) fn get(&self, value: ValueId) -> &Abstract {
        match &self.0[value.0 as usize] {
            Some(value) => value,
            None => bug!("value {} is used before it is defined", value.0),
        }
    }

    pub(super) fn set(&mut self, value: ValueId, new: Abstract) {
        self.0[value.0 as usize] = Some(new);
    }
}

impl<'m> Machine<'m> {
    pub(super) fn new(module: &'m Module, globals: &'m [Value], n_inputs: usize) -> Self {
        Self {
            module,
            globals,
            bind: BindBuilder::new(n_inputs),
            n_wires: 0,
            n_bits: 0,
            ops: Vec::new(),
            n_ops: 0,
            steps: 0,
            calls: Vec::new(),
            around: Vec::new(),
            seen: Seen::default(),
            unfinished: Vec::new(),
            shared: None,
            bound_functions: FxHashMap::default(),
        }
    }

    /// Adds an operation to the circuit.
    pub(super) fn emit(&mut self, op: CircuitOp) -> Result<(), Failure> {
        self.n_ops += 1;
        if self.n_ops > MAX_OPS {
            return Err(faults::too_large("10 million operations", op.span));
        }
        if let Some(angle) = op.angles().iter().find(|angle| !angle.constant.is_finite()) {
            return Err(faults::angle_not_finite(angle.constant, op.span));
        }
        self.ops.push(op);
        Ok(())
    }

    /// Refuses early what would have too many operations in the end.
    pub(super) fn require_room(&self, n_ops: u64, times: u64, span: Span) -> Result<(), Failure> {
        if n_ops.saturating_mul(times) > (MAX_OPS - self.n_ops) as u64 {
            return Err(faults::too_large("10 million operations", span));
        }
        Ok(())
    }

    /// Evaluates a region whose operations are kept apart.
    pub(super) fn collect(
        &mut self,
        frame: &mut Frame,
        region: &Region,
    ) -> Result<(Vec<Abstract>, Vec<CircuitOp>), Failure> {
        let before = std::mem::take(&mut self.ops);
        let yields = self.region(frame, region, Vec::new());
        let ops = std::mem::replace(&mut self.ops, before);
        Ok((yields?, ops))
    }

    /// Evaluates a region; gives what it yields.
    pub(super) fn region(
        &mut self,
        frame: &mut Frame,
        region: &Region,
        args: Vec<Abstract>,
    ) -> Result<Vec<Abstract>, Failure> {
        for (&param, arg) in region.params.iter().zip(args) {
            frame.set(param, arg);
        }
        for op in &region.ops {
            self.steps += 1;
            if self.steps > MAX_STEPS {
                return Err(faults::too_large("100 million steps of classical work", op.span));
            }
            let results = self.op(frame, op)?;
            debug_assert_eq!(results.len(), op.results.len(), "{:?}", op.kind);
            for (&result, value) in op.results.iter().zip(results) {
                frame.set(result, value);
            }
        }
        Ok(region.yields.iter().map(|&value| frame.get(value).clone()).collect())
    }

    fn op(&mut self, frame: &mut Frame, op: &Op) -> Result<Vec<Abstract>, Failure> {
        let span = op.span;
        let arg = |index: usize| frame.get(op.args[index]);
        let args = || op.args.iter().map(|&value| frame.get(value).clone()).collect::<Vec<_>>();
        let one = |value: Abstract| Ok(vec![value]);
        match &op.kind {
            OpKind::Const(constant) => one(Abstract::Known(constant_value(constant))),
            OpKind::Global(id) => one(Abstract::Known(self.globals[id.0 as usize].clone())),
            OpKind::Unary(operator) => one(arithmetic::unary(*operator, &self.seen.value(arg(0)), span)?),
            OpKind::Binary(operator) => {
                let (x, y) = (self.seen.value(arg(0)), self.seen.value(arg(1)));
                one(self.binary(*operator, &x, &y, span)?)
            }
            OpKind::Builtin(id) => {
                let args: Vec<_> = args().iter().map(|arg| self.seen.value(arg).into_owned()).collect();
                let value = self.builtin(*id, &args, span)?;
                Ok(if op.results.is_empty() { Vec::new() } else { vec![value] })
            }
            OpKind::Call(id) => self.broadcast_call(*id, args(), span),
            OpKind::Tuple => one(Abstract::tuple(args())),
            OpKind::TupleGet(index) => one(arg(0).part(*index as usize)),
            OpKind::If => self.branch(frame, op),
            OpKind::For => self.for_loop(frame, op),
            OpKind::While => self.while_loop(frame, op),
            OpKind::Map => self.map(frame, op),
            OpKind::Allocate => one(self.allocate(arg(0), span)?),
            OpKind::QubitAt => one(qubits::qubit_at(arg(0), arg(1), span)?),
            OpKind::QubitSlice => one(qubits::qubit_slice(arg(0), arg(1), span)?),
            OpKind::RegisterLen => {
                one(Abstract::Known(Value::Int(qubits::operand(arg(0)).wires.len() as i64)))
            }
            OpKind::Gate(gate) => self.gate(*gate, &args(), span),
            OpKind::Unitary => self.unitary(&args(), span),
            OpKind::Evolve => self.evolve(&args(), span),
            OpKind::Measure => one(self.measure(arg(0), span)?),
            OpKind::Reset => self.reset(arg(0), span),
            OpKind::Modified(modifier) => self.modified(frame, op, modifier),
            OpKind::Within => self.within(frame, op),
            OpKind::Program(_)
            | OpKind::ValueAndGradient { .. }
            | OpKind::Ahead(_)
            | OpKind::Behind
            | OpKind::TapeNew
            | OpKind::TapePush
            | OpKind::TapePop => bug!("{:?} in a kernel", op.kind),
        }
    }

    fn for_loop(&mut self, frame: &mut Frame, op: &Op) -> Result<Vec<Abstract>, Failure> {
        let start = int(frame.get(op.args[0]), "the bound of a loop", op.span)?;
        let end = int(frame.get(op.args[1]), "the bound of a loop", op.span)?;
        let mut carried: Vec<Abstract> = op.args[2..].iter().map(|&value| frame.get(value).clone()).collect();
        for index in start..end {
            self.step(op.span)?;
            carried.insert(0, Abstract::Known(Value::Int(index)));
            carried = self.region(frame, &op.regions[0], carried)?;
        }
        Ok(carried)
    }

    fn while_loop(&mut self, frame: &mut Frame, op: &Op) -> Result<Vec<Abstract>, Failure> {
        let carried: Vec<Abstract> = op.args.iter().map(|&value| frame.get(value).clone()).collect();
        self.rounds(frame, op, carried, 0)
    }

    /// The rounds of a `while` from here on. What follows a condition on outcomes is a branch of the circuit, in which the
    /// next rounds stand, until the condition is known to fail.
    fn rounds(
        &mut self,
        frame: &mut Frame,
        op: &Op,
        mut carried: Vec<Abstract>,
        depth: usize,
    ) -> Result<Vec<Abstract>, Failure> {
        loop {
            self.step(op.span)?;
            let test = self.region(frame, &op.regions[0], carried.clone())?;
            let test = self.seen.value(&test[0]).into_owned();
            if let Abstract::Outcome(condition) = &test {
                if depth >= MAX_ROUNDS {
                    let condition = and(self.seen.condition(), condition.clone());
                    self.unfinished.push(Unfinished { condition, span: op.span });
                    return Ok(carried);
                }
                let before = std::mem::take(&mut self.ops);
                let facts = self.seen.assume(condition, true);
                let entering = carried.iter().map(|value| self.seen.value(value).into_owned()).collect();
                let after = self
                    .region(frame, &op.regions[1], entering)
                    .and_then(|next| self.rounds(frame, op, next, depth + 1));
                self.seen.forget(facts);
                let then = std::mem::replace(&mut self.ops, before);
                let after = after?;
                if !then.is_empty() {
                    let kind =
                        CircuitOpKind::If { condition: condition.clone(), then, otherwise: Vec::new() };
                    self.emit(CircuitOp { kind, span: op.span })?;
                }
                let merged = after.iter().zip(&carried).map(|(a, b)| select(condition, a, b, op.span));
                return merged.collect();
            }
            if !known(&test, "the condition of a loop", op.span)?.to_bool() {
                return Ok(carried);
            }
            carried = self.region(frame, &op.regions[1], carried)?;
        }
    }

    fn map(&mut self, frame: &mut Frame, op: &Op) -> Result<Vec<Abstract>, Failure> {
        let count = int(frame.get(op.args[0]), "the length of a tensor", op.span)?;
        let mut items = Vec::with_capacity(count.max(0) as usize);
        for index in 0..count {
            self.step(op.span)?;
            let yields = self.region(frame, &op.regions[0], vec![Abstract::Known(Value::Int(index))])?;
            items.extend(yields);
        }
        Ok(vec![structure::stack(&items, op.span)?])
    }

    fn step(&mut self, span: Span) -> Result<(), Failure> {
        self.steps += 1;
        if self.steps > MAX_STEPS {
            return Err(faults::too_large("100 million steps of classical work", span));
        }
        Ok(())
    }
}

/// A value that must be known; `what` is said where it isn't.
pub(super) fn known<'v>(value: &'v Abstract, what: &str, span: Span) -> Result<&'v Value, Failure> {
    match value {
        Abstract::Known(value) => Ok(value),
        value if value.has_floats() => Err(faults::depends_on_float(what, span)),
        _ => Err(faults::depends_on_outcome(what, span)),
    }
}

/// An int that must be known.
pub(super) fn int(value: &Abstract, what: &str, span: Span) -> Result<i64, Failure> {
    Ok(known(value, what, span)?.to_int())
}

/// Calls a row of the prelude.
pub(super) fn call_row(id: BuiltinId, mut args: Vec<Value>, span: Span) -> Result<Value, Failure> {
    (id.row().call)(&mut NoWorld, &mut args).map_err(|mut fault| {
        if fault.primary.is_none() {
            fault.primary = Some(qml_source::Label { span, text: "here".into() });
        }
        fault
    })
}
