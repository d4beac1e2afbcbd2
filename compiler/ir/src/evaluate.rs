//! Runs host functions slowly and plainly: the oracle that machine code is held against.
//!
//! Expects: a valid module without [`OpKind::ValueAndGradient`] in what runs (see [`crate::differentiate`]). Faults have
//! the place of the operation that they arose in, unless they know a better one.

mod scalar;

use qml_prelude::{Effect, Fault, Host, Program, Tensor, Value};
use qml_source::{Code, Diagnostic, bug};
use std::sync::Arc;

use crate::host::{Constant, FunctionId, FunctionKind, Module, Op, OpKind, Region, Type, ValueId};

pub use scalar::{binary, unary};

/// How deep the regions of all calls may nest before the program is stopped, unless told otherwise.
pub const MAX_DEPTH: usize = 400;

/// A module with the values of its globals, ready to run its functions.
pub struct Evaluator<'m> {
    module: &'m Module,
    /// The values of the module's globals.
    pub globals: Vec<Value>,
    /// How deep the regions of all calls may nest: a call is one, a loop or branch inside it another. Each takes some
    /// kilobytes of the stack of the thread that runs it; the default fits the smallest usual stack, of 2 MiB.
    pub max_depth: usize,
    depth: usize,
    // A value of type `Tape` is an index into this list.
    tapes: Vec<Vec<Value>>,
}

/// The values of one call.
struct Frame<'m> {
    types: &'m [Type],
    values: Vec<Value>,
}

impl Frame<'_> {
    fn get(&self, value: ValueId) -> &Value {
        &self.values[value.0 as usize]
    }

    fn set(&mut self, ids: &[ValueId], values: Vec<Value>) {
        debug_assert_eq!(ids.len(), values.len(), "as many values as names");
        for (id, value) in ids.iter().zip(values) {
            self.values[id.0 as usize] = value;
        }
    }

    fn int(&self, value: ValueId) -> i64 {
        match self.get(value) {
            Value::Int(i) => *i,
            other => bug!("an int was expected, not {other:?}"),
        }
    }

    fn bool(&self, value: ValueId) -> bool {
        truth(self.get(value))
    }

    fn all(&self, values: &[ValueId]) -> Vec<Value> {
        values.iter().map(|&value| self.get(value).clone()).collect()
    }
}

impl<'m> Evaluator<'m> {
    /// An evaluator without globals, for modules that have none or whose values are known.
    pub fn new(module: &'m Module, globals: Vec<Value>) -> Self {
        Self { module, globals, max_depth: MAX_DEPTH, depth: 0, tapes: Vec::new() }
    }

    /// Computes the globals in their order; those that are random get `key`.
    pub fn initialise(&mut self, host: &mut dyn Host, key: i64) -> Result<(), Fault> {
        self.globals.clear();
        for global in &self.module.globals {
            let n_params = self.module.function(global.init).body.params.len();
            let args = vec![Value::Int(key); n_params];
            let mut results = self.call(global.init, host, args)?;
            self.globals.push(results.pop().unwrap_or_default());
        }
        Ok(())
    }

    /// Calls a host function.
    pub fn call(
        &mut self,
        function: FunctionId,
        host: &mut dyn Host,
        args: Vec<Value>,
    ) -> Result<Vec<Value>, Fault> {
        let module = self.module;
        let callee = module.function(function);
        if callee.kind != FunctionKind::Fn {
            bug!("`{}` is no host function", callee.name);
        }
        let mut frame = Frame { types: &callee.types, values: vec![Value::Unit; callee.types.len()] };
        self.region(&callee.body, args, &mut frame, host)
    }

    fn region(
        &mut self,
        region: &'m Region,
        args: Vec<Value>,
        frame: &mut Frame<'m>,
        host: &mut dyn Host,
    ) -> Result<Vec<Value>, Fault> {
        if self.depth >= self.max_depth {
            return Err(Box::new(Diagnostic::error(Code::Q0698, "calls are nested too deeply")));
        }
        frame.set(&region.params, args);
        self.depth += 1;
        let done = self.ops(&region.ops, frame, host);
        self.depth -= 1;
        done.map(|()| frame.all(&region.yields))
    }

    fn ops(&mut self, ops: &'m [Op], frame: &mut Frame<'m>, host: &mut dyn Host) -> Result<(), Fault> {
        let mut rest = ops.iter();
        while let Some(op) = rest.next() {
            if let OpKind::Ahead(plain) = op.kind {
                let end = rest.as_slice().iter().position(|op| op.kind == OpKind::Behind);
                let (ahead, behind) = rest.as_slice().split_at(end.unwrap_or_else(|| bug!("no end of it")));
                self.ahead(plain, frame.all(&op.args), ahead, frame, host)?;
                rest = behind[1..].iter();
                continue;
            }
            let results = self.op(op, frame, host).map_err(|fault| placed(fault, op))?;
            frame.set(&op.results, results);
        }
        Ok(())
    }

    /// Work ahead of its turn; a fault is the one that the plain function meets.
    fn ahead(
        &mut self,
        plain: FunctionId,
        args: Vec<Value>,
        ops: &'m [Op],
        frame: &mut Frame<'m>,
        host: &mut dyn Host,
    ) -> Result<(), Fault> {
        let level = host.ahead();
        match self.ops(ops, frame, host) {
            Ok(()) => host.behind(level),
            Err(fault) => {
                host.retry(level);
                self.call(plain, host, args)?;
                return Err(fault);
            }
        }
        Ok(())
    }

    fn op(&mut self, op: &'m Op, frame: &mut Frame<'m>, host: &mut dyn Host) -> Result<Vec<Value>, Fault> {
        let arg = |i: usize| frame.get(op.args[i]);
        let result = match &op.kind {
            OpKind::Const(constant) => constant_value(constant),
            OpKind::Global(id) => self.globals[id.0 as usize].clone(),
            OpKind::Unary(kind) => unary(*kind, arg(0))?,
            OpKind::Binary(kind) => binary(*kind, arg(0), arg(1))?,
            OpKind::Builtin(id) => {
                let row = id.row();
                if row.effect == Effect::Quantum {
                    check_interrupt(host)?;
                }
                row.run(host, &mut frame.all(&op.args))?
            }
            OpKind::Call(function) => return self.call(*function, host, frame.all(&op.args)),
            OpKind::Tuple => Value::Tuple(frame.all(&op.args).into()),
            OpKind::TupleGet(i) => match arg(0) {
                Value::Tuple(parts) => parts[*i as usize].clone(),
                other => bug!("a tuple was expected, not {other:?}"),
            },
            OpKind::Program(kernel) => {
                Value::Program(Arc::new(Program { kernel: kernel.0, args: frame.all(&op.args) }))
            }
            OpKind::If => {
                let branch = usize::from(!frame.bool(op.args[0]));
                return self.region(&op.regions[branch], Vec::new(), frame, host);
            }
            OpKind::For => return self.for_loop(op, frame, host),
            OpKind::While => return self.while_loop(op, frame, host),
            OpKind::Map => self.map(op, frame, host)?,
            OpKind::TapeNew => {
                self.tapes.push(Vec::new());
                Value::Int(self.tapes.len() as i64 - 1)
            }
            OpKind::TapePush => {
                let (tape, value) = (frame.int(op.args[0]), arg(1).clone());
                self.tapes[tape as usize].push(value);
                return Ok(Vec::new());
            }
            OpKind::TapePop => match self.tapes[frame.int(op.args[0]) as usize].pop() {
                Some(value) => value,
                None => bug!("a value is taken from an empty tape"),
            },
            OpKind::Ahead(_) | OpKind::Behind => bug!("work ahead of its turn is done in one piece"),
            OpKind::ValueAndGradient { .. } => bug!("a gradient was not replaced by its function"),
            quantum => bug!("a quantum operation in a host function: {quantum:?}"),
        };
        Ok(vec![result])
    }

    fn for_loop(
        &mut self,
        op: &'m Op,
        frame: &mut Frame<'m>,
        host: &mut dyn Host,
    ) -> Result<Vec<Value>, Fault> {
        let (lo, hi) = (frame.int(op.args[0]), frame.int(op.args[1]));
        let mut carried = frame.all(&op.args[2..]);
        for i in lo..hi {
            check_interrupt(host)?;
            carried.insert(0, Value::Int(i));
            carried = self.region(&op.regions[0], carried, frame, host)?;
        }
        Ok(carried)
    }

    fn while_loop(
        &mut self,
        op: &'m Op,
        frame: &mut Frame<'m>,
        host: &mut dyn Host,
    ) -> Result<Vec<Value>, Fault> {
        let mut carried = frame.all(&op.args);
        while truth(&self.region(&op.regions[0], carried.clone(), frame, host)?[0]) {
            check_interrupt(host)?;
            carried = self.region(&op.regions[1], carried, frame, host)?;
        }
        Ok(carried)
    }

    fn map(&mut self, op: &'m Op, frame: &mut Frame<'m>, host: &mut dyn Host) -> Result<Value, Fault> {
        let mut items = Vec::new();
        for i in 0..frame.int(op.args[0]) {
            check_interrupt(host)?;
            items.extend(self.region(&op.regions[0], vec![Value::Int(i)], frame, host)?);
        }
        if items.is_empty() {
            return Ok(empty_tensor(&frame.types[op.results[0].0 as usize]));
        }
        (scalar::row("list.stack"))(host, &mut [Value::List(Arc::new(items))])
    }
}

/// The value of a constant.
pub fn constant_value(constant: &Constant) -> Value {
    match constant {
        Constant::Unit => Value::Unit,
        Constant::Bool(b) => Value::Bool(*b),
        Constant::Int(i) => Value::Int(*i),
        Constant::Float(x) => Value::Float(*x),
        Constant::Complex(re, im) => Value::Complex(qml_prelude::C64::new(*re, *im)),
        Constant::Str(text) => Value::Str(text.as_str().into()),
    }
}

/// The tensor of this type without elements: what a comprehension over nothing gives.
pub fn empty_tensor(ty: &Type) -> Value {
    use qml_prelude::value::Array;
    let Type::Tensor(element, rank) = ty else { bug!("{ty:?} is no tensor") };
    let shape = vec![0; usize::from(*rank)];
    Value::Tensor(match **element {
        Type::Bool => Tensor::Bool(Array::default(shape)),
        Type::Int => Tensor::Int(Array::default(shape)),
        Type::Float => Tensor::Float(Array::default(shape)),
        Type::Complex => Tensor::Complex(Array::default(shape)),
        _ => Tensor::Value(Array::default(shape)),
    })
}

fn truth(value: &Value) -> bool {
    match value {
        Value::Bool(b) => *b,
        other => bug!("a bool was expected, not {other:?}"),
    }
}

/// The fault with the place of the operation, if it has none yet.
fn placed(mut fault: Fault, op: &Op) -> Fault {
    if fault.primary.is_none() {
        *fault = fault.clone().primary(op.span, "");
    }
    fault
}

fn check_interrupt(host: &dyn Host) -> Result<(), Fault> {
    if host.interrupted() {
        return Err(Box::new(Diagnostic::error(Code::Q0699, "the program was interrupted")));
    }
    Ok(())
}

#[cfg(test)]
mod tests;
