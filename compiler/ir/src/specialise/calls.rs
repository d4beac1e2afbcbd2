//! Calls of gates, kernels and pure functions, inlined; gates broadcast.

use std::rc::Rc;

use qml_source::{Span, bug};

use super::bound_call::is_too_early;
use super::faults::{self, Failure};
use super::machine::{Frame, Machine};
use super::qubits::{self, Qubits};
use super::value::Abstract;
use crate::host::{FunctionId, FunctionKind, Type};

/// Pure functions may be recursive, within bounds.
const MAX_DEPTH: usize = 200;

impl Machine<'_> {
    /// A call, repeated where an argument is a register and the parameter a qubit, or a tensor and a float.
    pub(super) fn broadcast_call(
        &mut self,
        id: FunctionId,
        args: Vec<Abstract>,
        span: Span,
    ) -> Result<Vec<Abstract>, Failure> {
        let function = self.module.function(id);
        if function.kind == FunctionKind::Fn {
            return self.call_fn(id, args, span);
        }
        let what = format!("`{}`", faults::shown(&function.name));
        let is_repeated: Vec<bool> = function
            .body
            .params
            .iter()
            .zip(&args)
            .map(|(&param, arg)| match (function.ty(param), arg) {
                (Type::Qubit, Abstract::Qubits(qubits)) => qubits.is_register,
                (Type::Float, arg) => !arg.shape().is_empty(),
                _ => false,
            })
            .collect();
        let repeated =
            args.iter().zip(&is_repeated).filter(|(_, is_repeated)| **is_repeated).map(|(arg, _)| arg);
        let Some(count) = common_length(repeated, &what, span)? else {
            check_call(&args, &what, span)?;
            return self.call(id, args, span);
        };
        let items: Vec<Vec<Abstract>> = args
            .iter()
            .zip(&is_repeated)
            .map(|(arg, &is_repeated)| if is_repeated { items_of(arg) } else { vec![arg.clone()] })
            .collect();
        for index in 0..count {
            let args: Vec<Abstract> = items.iter().map(|items| items[index % items.len()].clone()).collect();
            check_call(&args, &what, span)?;
            self.call(id, args, span)?;
        }
        Ok(Vec::new())
    }

    /// A pure function: worked out on symbols, or, where that can't be, when the floats are bound.
    fn call_fn(&mut self, id: FunctionId, args: Vec<Abstract>, span: Span) -> Result<Vec<Abstract>, Failure> {
        if !args.iter().any(Abstract::has_floats) {
            return self.call(id, args, span);
        }
        match self.call(id, args.clone(), span) {
            Err(failure) if is_too_early(&failure) => {
                self.bound_function(id, &args, failure, span).map(|result| vec![result])
            }
            done => done,
        }
    }

    /// One call.
    pub(super) fn call(
        &mut self,
        id: FunctionId,
        args: Vec<Abstract>,
        span: Span,
    ) -> Result<Vec<Abstract>, Failure> {
        let module = self.module;
        let function = module.function(id);
        if function.kind != FunctionKind::Fn && self.calls.contains(&id) {
            return Err(faults::recursion(&function.name, span));
        }
        if self.calls.len() >= MAX_DEPTH {
            return Err(faults::recursion_too_deep(&function.name, span));
        }
        self.calls.push(id);
        let mut frame = Frame::new(function.types.len());
        let results = self.region(&mut frame, &function.body, args);
        self.calls.pop();
        let is_outermost = self.calls.is_empty();
        results.map_err(|failure| {
            if is_outermost { failure } else { faults::called_from(failure, &function.name, span) }
        })
    }
}

/// Checks that no qubit is in two arguments.
fn check_call(args: &[Abstract], what: &str, span: Span) -> Result<(), Failure> {
    let operands: Vec<&Qubits> = args
        .iter()
        .filter_map(|arg| match arg {
            Abstract::Qubits(qubits) => Some(qubits),
            _ => None,
        })
        .collect();
    qubits::check_distinct(&operands, what, span)
}

/// The length that all of these share; none if there are none.
pub(super) fn common_length<'a>(
    repeated: impl Iterator<Item = &'a Abstract>,
    what: &str,
    span: Span,
) -> Result<Option<usize>, Failure> {
    let mut common = None;
    for value in repeated {
        let length = match value {
            Abstract::Qubits(qubits) => qubits.wires.len(),
            tensor => tensor.shape().iter().product(),
        };
        match common {
            None => common = Some(length),
            Some(first) if first != length => return Err(faults::lengths_differ(what, first, length, span)),
            Some(_) => {}
        }
    }
    Ok(common)
}

/// The qubits of a register, the elements of a tensor.
pub(super) fn items_of(value: &Abstract) -> Vec<Abstract> {
    match value {
        Abstract::Qubits(register) => {
            let single = |&wire| Qubits { wires: Rc::new([wire]), is_register: false, span: register.span };
            register.wires.iter().map(single).map(Abstract::Qubits).collect()
        }
        Abstract::Grid(_) | Abstract::Known(_) | Abstract::Float(_) => value.to_grid().items.clone(),
        other => bug!("the items of {other:?}"),
    }
}
