//! Reads OpenQASM 2 and 3.
//!
//! Text to tokens to statements ([`parse`]), then statement by statement to a circuit ([`lower`]). Gate definitions are
//! expanded; one that has the name and the matrix of a gate of the table becomes that gate.

mod ast;
mod call;
mod classical;
mod control;
mod declare;
mod evaluate;
mod fault;
mod lower;
mod names;
mod parse;
mod powers;
mod pragmas;
mod program;
mod token;
mod values;

use qml_ir::circuit::Circuit;
use qml_source::{Diagnostic, FileId};

pub(crate) use names::STDGATES;
pub use program::{Computed, Function, Program};

use fault::Fault;

/// Reads an OpenQASM 2 or 3 file whose angles are affine in its inputs. The inputs are the circuit's slots; the output is
/// all qubits in the order of their declarations, the classical result all declared bits. Global phase is kept.
///
/// Errors: all independent faults of the file, in source order.
pub fn import(file: FileId, text: &str) -> Result<Circuit, Vec<Diagnostic>> {
    let program = read(file, text)?;
    let faults: Vec<Diagnostic> =
        program.computed.iter().map(|computed| Fault::NotAffine(computed.span).into()).collect();
    if faults.is_empty() { Ok(program.circuit) } else { Err(faults) }
}

/// As [`import`], for files whose angles are any expression of their inputs: what is not affine is computed first into
/// slots of its own, which come after the inputs.
pub fn import_program(file: FileId, text: &str) -> Result<Program, Vec<Diagnostic>> {
    read(file, text)
}

fn read(file: FileId, text: &str) -> Result<Program, Vec<Diagnostic>> {
    let (parsed, mut faults) = parse::parse(file, text);
    let program = lower::lower(&parsed, &mut faults);
    if faults.is_empty() {
        program.circuit.validate();
        return Ok(program);
    }
    faults.sort_by_key(Fault::span);
    faults.dedup();
    Err(faults.into_iter().map(Diagnostic::from).collect())
}
