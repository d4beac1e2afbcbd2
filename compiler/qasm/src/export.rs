//! Writes OpenQASM 2 and 3.
//!
//! Gates that the included file lacks are defined first ([`define`]); their definitions have the same matrix, global phase
//! included, under every reading of OpenQASM's `U`. `output` and the layouts become comments.

mod decisions;
mod define;
mod expressions;
mod names;
mod qasm2;
mod qasm3;

use std::fmt::Write;

use qml_ir::circuit::{Bit, BitExpr, Circuit, Wire};

use crate::Registers;
use names::format_condition;

pub use qasm2::export_qasm2;
#[cfg(test)]
pub(crate) use qasm3::slot_names;
pub use qasm3::{export_bound, export_program, export_qasm3, slot_expressions};

/// Comments on what OpenQASM has no words for.
fn comments(circuit: &Circuit, registers: &Registers, bit_name: &dyn Fn(Bit) -> String) -> String {
    let list = |wires: &[Wire]| wires.iter().map(|&wire| qubit(wire)).collect::<Vec<_>>().join(", ");
    let mut text = String::new();
    if !circuit.name.is_empty() {
        let _ = writeln!(text, "// {}", circuit.name.replace(['\n', '\r'], " "));
    }
    if !circuit.output.is_empty() && circuit.output != Circuit::wires(0..circuit.n_wires as u32) {
        let _ = writeln!(text, "// returned qubits: {}", list(&circuit.output));
    }
    let all: Vec<BitExpr> = (0..circuit.n_bits as u32).map(|bit| BitExpr::Bit(Bit(bit))).collect();
    if !circuit.result_bits.is_empty() && circuit.result_bits != all {
        let result: Vec<String> =
            circuit.result_bits.iter().map(|bit| format_condition(bit, bit_name)).collect();
        let _ = writeln!(text, "// result: {}", result.join(", "));
    }
    let qubits: Vec<String> =
        registers.qubits.iter().map(|register| format!("{}[{}]", register.name, register.size)).collect();
    if !matches!(&registers.qubits[..], [] | [_]) || registers.qubits.iter().any(|one| one.name != "q") {
        let _ = writeln!(text, "// qubits of the source, in order: {}", qubits.join(", "));
    }
    if !circuit.layout.is_empty() {
        let _ = writeln!(text, "// initial layout: {}", list(&circuit.layout));
    }
    if !circuit.final_layout.is_empty() {
        let _ = writeln!(text, "// final layout: {}", list(&circuit.final_layout));
    }
    text
}

/// A wire as an element of the one register.
fn qubit(wire: Wire) -> String {
    format!("q[{}]", wire.0)
}
