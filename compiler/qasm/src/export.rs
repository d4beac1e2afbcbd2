//! Writes OpenQASM 2 and 3.
//!
//! Gates that the included file lacks are defined first ([`define`]); their definitions have the same matrix, global phase
//! included, under every reading of OpenQASM's `U`. `output` and the layouts become comments.

mod define;
mod expressions;
mod names;
mod qasm2;
mod qasm3;

use std::fmt::Write;

use qml_ir::circuit::{Bit, BitExpr, Circuit, Wire};

pub use qasm2::export_qasm2;
use qasm3::format_condition;
pub use qasm3::{export_bound, export_program, export_qasm3};

/// Comments on what OpenQASM has no words for.
fn comments(circuit: &Circuit) -> String {
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
        let bits: Vec<String> = circuit.result_bits.iter().map(format_condition).collect();
        let _ = writeln!(text, "// result: {}", bits.join(", "));
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
