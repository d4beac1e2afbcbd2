//! Specialisation: a kernel's host function, evaluated for known sizes and integers, to a circuit.
//!
//! Integers, bools and strings are concrete, floats are symbols: affine forms over slots, where anything else is computed
//! by the [`BindProgram`] into a further slot. Loops are unrolled, calls inlined, modifiers worked out. Everything that can
//! be wrong with the use of qubits is found here, before anything runs.

pub mod argument;
pub mod bind;

mod arithmetic;
mod bound_call;
mod bound_gradient;
mod builtins;
mod calls;
mod cases;
mod controls;
mod evolve;
mod faults;
mod forms;
mod gates;
mod machine;
mod modifiers;
mod observables;
mod outcomes;
mod qubits;
mod seen;
mod structure;
#[cfg(test)]
mod tests;
mod value;

use qml_prelude::Value;
use qml_source::Diagnostic;

use crate::circuit::{BitExpr, Circuit, Wire};
use crate::host::{FunctionId, FunctionKind, Module};

pub use argument::{Argument, Key, cotangents, split};
pub use bind::BindProgram;
pub use bound_call::BoundCall;

use faults::Failure;
use machine::Machine;
use value::Abstract;

/// A specialised kernel.
#[derive(Clone, Debug, PartialEq)]
pub struct Specialised {
    /// The circuit; its first slots are the inputs, in order.
    pub circuit: Circuit,
    /// Computes all slots from the inputs.
    pub bind: BindProgram,
    /// How many floats the arguments hold.
    pub n_inputs: usize,
    /// What the kernel returns.
    pub result: ResultShape,
}

/// What a kernel returns.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct ResultShape {
    /// The number of qubits of the register, if one is returned.
    pub register: Option<usize>,
    /// How many classical bits come after it.
    pub bits: usize,
}

/// Evaluates a kernel (or a gate, on fresh qubits in the order of its parameters) to a circuit.
///
/// # Errors
/// Whatever is wrong with the kernel for these sizes and integers, with its place.
pub fn specialise(
    module: &Module,
    globals: &[Value],
    kernel: FunctionId,
    args: &[Argument],
) -> Result<Specialised, Diagnostic> {
    run(module, globals, kernel, args).map_err(|failure| *failure)
}

fn run(
    module: &Module,
    globals: &[Value],
    kernel: FunctionId,
    args: &[Argument],
) -> Result<Specialised, Failure> {
    let function = module.function(kernel);
    let mut names = Vec::new();
    let mut values: Vec<Abstract> = Vec::with_capacity(args.len());
    let mut n_wires = 0;
    for (arg, name) in args.iter().zip(&function.param_names) {
        values.push(arg.to_abstract(name, &mut names, &mut n_wires, function.span));
    }
    let n_inputs = names.len();
    let mut machine = Machine::new(module, globals, n_inputs);
    machine.n_wires = n_wires;
    let results = machine.call(kernel, values, function.span)?;
    let mut circuit = Circuit {
        name: function.name.clone(),
        n_wires: machine.n_wires as usize,
        n_bits: machine.n_bits as usize,
        ops: std::mem::take(&mut machine.ops),
        unfinished: std::mem::take(&mut machine.unfinished),
        ..Circuit::default()
    };
    let mut result = ResultShape::default();
    if function.kind == FunctionKind::Gate {
        circuit.output = Circuit::wires(0..n_wires);
        result.register = Some(n_wires as usize);
    }
    for value in &results {
        collect_result(value, &mut circuit, &mut result, function.span)?;
    }
    circuit.slots = names;
    let bind = machine.bind.finish(&mut circuit);
    if cfg!(debug_assertions) {
        circuit.validate();
    }
    Ok(Specialised { circuit, bind, n_inputs, result })
}

/// Adds a part of the kernel's result to the circuit's.
fn collect_result(
    value: &Abstract,
    circuit: &mut Circuit,
    result: &mut ResultShape,
    span: qml_source::Span,
) -> Result<(), Failure> {
    match value {
        Abstract::Qubits(qubits) => {
            if result.register.is_some() {
                return Err(faults::second_register(span));
            }
            circuit.output = qubits.wires.iter().copied().collect::<Vec<Wire>>();
            result.register = Some(circuit.output.len());
            Ok(())
        }
        Abstract::Tuple(parts) => {
            parts.iter().try_for_each(|part| collect_result(part, circuit, result, span))
        }
        Abstract::Grid(grid) => {
            grid.items.iter().try_for_each(|item| collect_result(item, circuit, result, span))
        }
        Abstract::Outcome(outcome) => {
            circuit.result_bits.push(outcome.clone());
            result.bits += 1;
            Ok(())
        }
        Abstract::Known(Value::Unit) => Ok(()),
        Abstract::Known(Value::Bool(bit)) => {
            circuit.result_bits.push(BitExpr::Const(*bit));
            result.bits += 1;
            Ok(())
        }
        Abstract::Known(known @ (Value::Tensor(_) | Value::Tuple(_))) => {
            let parts = value::parts_of(known);
            parts
                .into_iter()
                .try_for_each(|part| collect_result(&Abstract::Known(part), circuit, result, span))
        }
        _ => Err(faults::not_a_result(span)),
    }
}
