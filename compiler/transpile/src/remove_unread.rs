//! Removes what can change neither a result bit nor the state of a returned qubit.
//!
//! Going back from the end, an operation goes that commutes with everything that may still be asked about its wires: a
//! gate on wires that nobody looks at any more, a CZ right before both its wires are measured, a reset of a wire that
//! has done its work, a measurement whose outcome decides nothing ([`qml_ir::circuit::light_cone`]).
//!
//! Expects: any circuit. Leaves: the same without these; everything where nothing is returned or measured, since then
//! nobody tells what it is for. Keeps: for all states that the wires start in, result bits and the state of returned
//! qubits, up to a global phase; with `measured`, only the outcomes of their measurement.

use qml_ir::circuit::light_cone::{Letters, remove_outside};
use qml_ir::circuit::{Circuit, Pauli};

/// Removes the operations.
pub fn remove_unread(circuit: &mut Circuit, measured: bool) {
    if circuit.output.is_empty() && circuit.result_bits.is_empty() {
        return;
    }
    let asked = if measured { Letters::only(Pauli::Z) } else { Letters::ALL };
    let register = vec![asked; circuit.output.len()];
    remove_outside(circuit, &register);
}

#[cfg(test)]
pub mod tests;
