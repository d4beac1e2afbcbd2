//! Chooses among finished circuits: by gates and depth, or by what goes wrong.

use qml_ir::circuit::{Circuit, Op};

use crate::device_facts::DeviceFacts;
use crate::estimate::estimate_by;
use crate::pair_basis::PairBasis;
use crate::waiting::total_loss;
use crate::{Compiled, Finished, Stats};

/// What is worse by more than that part of the best is not looked at further.
const NEAR: u128 = 4;

/// The place of the best of several results. A hundredth of the gates is worth `weight` hundredths of the depth. Where the
/// errors of the device are known, what goes wrong decides too: the negative logarithm of the estimated fidelity stands in
/// place of one of the factors. It doesn't stand for all of them, since errors change from one day to the next.
pub fn choose_result(compiled: &[Compiled], facts: &DeviceFacts, weight: u32) -> usize {
    let losses: Option<Vec<f64>> =
        compiled.iter().map(|compiled| log_fidelity(&compiled.circuit, facts).map(|log| -log)).collect();
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

/// Leaves out what has so many gates and so much depth that the errors of its qubits will hardly make up for it.
pub fn keep_promising(finished: &mut Vec<Finished>, basis: PairBasis, weight: u32) {
    let keys: Vec<u128> =
        finished.iter().map(|finished| gates_and_depth(&finished.circuit, basis, weight)).collect();
    let least = keys.iter().copied().min().unwrap_or(0);
    let limit = least.saturating_add(least / NEAR);
    let mut keys = keys.into_iter();
    finished.retain(|_| keys.next().is_some_and(|key| key <= limit));
}

/// What a circuit costs by gates and depth: a hundredth of the gates is worth `weight` hundredths of the depth.
pub fn gates_and_depth(circuit: &Circuit, basis: PairBasis, weight: u32) -> u128 {
    let cost = |op: &Op| basis.cost(op);
    let mut n_gates = 0;
    circuit.visit(|op| n_gates += cost(op) as u128);
    n_gates.saturating_pow(weight).saturating_mul(circuit.longest_path(cost) as u128)
}

/// The logarithm of the estimated fidelity, with what qubits lose while they wait as far as that is known; none where
/// errors are not known.
pub fn log_fidelity(circuit: &Circuit, facts: &DeviceFacts) -> Option<f64> {
    let waiting = total_loss(circuit, facts).unwrap_or(0.0);
    estimate_by(circuit, facts).map(|estimate| estimate.log_fidelity() - waiting)
}

#[cfg(test)]
mod tests;
