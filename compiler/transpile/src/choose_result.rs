//! Chooses among finished circuits: by gates and depth, or by what goes wrong.

use qml_devices::Device;
use qml_ir::circuit::Circuit;

use crate::estimate::estimate;
use crate::waiting::total_loss;
use crate::{Compiled, Stats};

/// The place of the best of several results. A hundredth of the gates is worth `weight` hundredths of the depth. Where the
/// errors of the device are known, what goes wrong decides too: the negative logarithm of the estimated fidelity stands in
/// place of one of the factors. It doesn't stand for all of them, since errors change from one day to the next.
pub fn choose_result(compiled: &[Compiled], device: &Device, weight: u32) -> usize {
    let losses: Option<Vec<f64>> =
        compiled.iter().map(|compiled| log_fidelity(&compiled.circuit, device).map(|log| -log)).collect();
    let key = |i: usize| {
        let Stats { two_qubit_gates, two_qubit_depth, .. } = compiled[i].stats;
        let depth = two_qubit_depth as f64;
        let gates = (two_qubit_gates as f64).max(1.0).powi(weight as i32 - 1);
        let loss = losses.as_ref().map_or(0.0, |losses| losses[i]) * gates * depth.max(1.0);
        (loss, (two_qubit_gates as u128).saturating_pow(weight).saturating_mul(two_qubit_depth as u128))
    };
    let less = |a: &usize, b: &usize| {
        let (a, b) = (key(*a), key(*b));
        a.0.total_cmp(&b.0).then(a.1.cmp(&b.1))
    };
    (0..compiled.len()).min_by(less).unwrap_or(0)
}

/// The logarithm of the estimated fidelity, with what qubits lose while they wait as far as that is known; none where
/// errors are not known.
pub fn log_fidelity(circuit: &Circuit, device: &Device) -> Option<f64> {
    let waiting = total_loss(circuit, device).unwrap_or(0.0);
    estimate(circuit, device).map(|estimate| estimate.log_fidelity() - waiting)
}

#[cfg(test)]
mod tests;
