//! How good a result of a compiled circuit will be, by the errors that the device's data gives.

use qml_devices::Device;
use qml_ir::circuit::{Circuit, OpKind};

use crate::device_facts::DeviceFacts;

/// The logarithm of the probability that nothing goes wrong, by what may go wrong: the sum of `ln(1 - error)` over gates and
/// measurements. The returned qubits are measured at the end. Decay of qubits that wait is not counted, nor is crosstalk.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Estimate {
    /// Gates on one qubit, those without an error of their own included.
    pub n_one_qubit: usize,
    /// Gates on two qubits.
    pub n_two_qubit: usize,
    /// Measurements, those of returned qubits included.
    pub n_measurements: usize,
    /// Of gates on two qubits.
    pub log_two_qubit: f64,
    /// Of all else.
    pub log_others: f64,
}

impl Estimate {
    /// The product of the fidelities.
    pub fn fidelity(&self) -> f64 {
        self.log_fidelity().exp()
    }

    /// Its logarithm, which is left where the product is too small for a number.
    pub fn log_fidelity(&self) -> f64 {
        self.log_two_qubit + self.log_others
    }

    /// The product, were there only so many two-qubit gates, each as good as these are in the mean.
    pub fn fidelity_with(&self, n_two_qubit: usize) -> f64 {
        let share = if self.n_two_qubit == 0 { 0.0 } else { n_two_qubit as f64 / self.n_two_qubit as f64 };
        (self.log_two_qubit * share + self.log_others).exp()
    }
}

/// The estimate; none if the error of an operation is not known.
pub fn estimate(circuit: &Circuit, device: &Device) -> Option<Estimate> {
    estimate_by(circuit, &DeviceFacts::new(device))
}

/// The same, by facts that have been looked up.
pub fn estimate_by(circuit: &Circuit, facts: &DeviceFacts) -> Option<Estimate> {
    let mut estimate = Estimate::default();
    let mut is_known = true;
    let mut is_measured = vec![false; circuit.n_wires];
    circuit.visit(|op| {
        let Some(facts) = facts.of(op) else { return };
        let Some(error) = facts.error else {
            is_known = false;
            return;
        };
        let log = (1.0 - error).ln();
        match (&op.kind, op.wires().len()) {
            (OpKind::Measure { wire, .. }, _) => {
                is_measured[wire.0 as usize] = true;
                estimate.n_measurements += 1;
                estimate.log_others += log;
            }
            (OpKind::Gate { .. }, 2) => {
                estimate.n_two_qubit += 1;
                estimate.log_two_qubit += log;
            }
            (OpKind::Gate { .. }, _) => {
                estimate.n_one_qubit += 1;
                estimate.log_others += log;
            }
            _ => estimate.log_others += log,
        }
    });
    for wire in circuit.output.iter().map(|wire| wire.0 as usize).filter(|&wire| !is_measured[wire]) {
        estimate.n_measurements += 1;
        estimate.log_others += (1.0 - facts.device.qubits[wire].readout_error?).ln();
    }
    is_known.then_some(estimate)
}

#[cfg(test)]
mod tests;
