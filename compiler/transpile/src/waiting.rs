//! What qubits lose while they wait.
//!
//! A qubit that holds a state and waits for the next gate relaxes with T1 and loses its phase with T2; gates and
//! measurements have that in their own errors. The state after a time `t` has the mean fidelity
//! `1/2 + exp(-t/T1)/6 + exp(-t/T2)/3` (Nielsen and Chuang, section 8.4.2, with M. Nielsen, Phys. Lett. A 303, 249 (2002)).

use qml_devices::{GateFacts, QubitFacts};
use qml_ir::circuit::{Circuit, OpKind, Wire};

use crate::device_facts::DeviceFacts;
use crate::schedule::exposures_by;

/// The seconds that each qubit holds a state and waits; none if the duration of an operation is not known. Both sides of a
/// branch count as busy, so that waiting is never told too long.
pub fn waiting(circuit: &Circuit, facts: &DeviceFacts) -> Option<Vec<(Wire, f64)>> {
    let exposures = exposures_by(circuit, facts)?;
    let mut busy = vec![0.0; circuit.n_wires];
    circuit.visit(|op| {
        if let Some(GateFacts { duration_s: Some(seconds), .. }) = facts.of(op)
            && !matches!(op.kind, OpKind::Reset { .. })
        {
            op.wires().iter().for_each(|wire| busy[wire.0 as usize] += seconds);
        }
    });
    let own = |exposure: &crate::Exposure| {
        (exposure.wire, (exposure.seconds - busy[exposure.wire.0 as usize]).max(0.0))
    };
    Some(exposures.iter().map(own).collect())
}

/// The negative logarithm of the fidelity of a qubit that waits; none if T1 or T2 is not known.
pub fn loss(seconds: f64, qubit: &QubitFacts) -> Option<f64> {
    let kept = |time: f64| (-seconds / time).exp();
    Some(-(0.5 + kept(qubit.t1_s?) / 6.0 + kept(qubit.t2_s?) / 3.0).ln())
}

/// The loss of all qubits of a compiled circuit together; none if durations, or T1 or T2 of a qubit are not known.
pub fn total_loss(circuit: &Circuit, facts: &DeviceFacts) -> Option<f64> {
    let waiting = waiting(circuit, facts)?;
    waiting.iter().map(|&(wire, seconds)| loss(seconds, &facts.device.qubits[wire.0 as usize])).sum()
}

#[cfg(test)]
mod tests;
