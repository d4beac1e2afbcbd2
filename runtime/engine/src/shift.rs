//! The general parameter-shift rule (Wierichs et al., arXiv:2107.12390).
//!
//! As a function of one occurrence of an angle, an expectation value is a sum of sines and cosines with the frequencies of
//! the gate's generator. With as many shifts as frequencies, a linear system gives the derivative exactly; sums over
//! occurrences and the chain rule through the affine angles give the derivative with respect to each slot.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Op, OpKind, Slot};
use qml_source::bug;

use crate::kernels::{Kernels, Runnable};

/// A circuit in which each occurrence of a symbolic angle has its own slot.
#[derive(Debug)]
pub(crate) struct Shifted {
    /// The circuit.
    pub runnable: Runnable,
    /// Its occurrences, by slot.
    pub occurrences: Vec<Occurrence>,
}

/// One place where an angle depends on slots.
#[derive(Debug)]
pub(crate) struct Occurrence {
    /// The angle in terms of the original slots.
    pub angle: Angle,
    /// Shifts `s` with weights `w`: the derivative is the sum of `w * (f(s) - f(-s))`.
    pub rule: Vec<(f64, f64)>,
}

impl Shifted {
    /// Gives each occurrence its slot, and finds its rule.
    pub(crate) fn new(kernels: &mut Kernels, runnable: &Runnable) -> Self {
        let mut circuit = runnable.circuit.clone();
        let mut occurrences = Vec::new();
        circuit.visit_mut(|op| {
            let frequencies = frequencies(op);
            for (i, angle) in op.angles_mut().iter_mut().enumerate() {
                if angle.is_constant() {
                    continue;
                }
                let Some(rule) = frequencies.get(i).and_then(|frequencies| rule(frequencies)) else {
                    bug!("an angle without a parameter-shift rule");
                };
                let slot = Angle::slot(Slot(occurrences.len() as u32));
                occurrences.push(Occurrence { angle: std::mem::replace(angle, slot), rule });
            }
        });
        circuit.slots = (0..occurrences.len()).map(|i| format!("angle_{i}")).collect();
        let runnable = kernels.runnable(circuit, runnable.noise.clone(), runnable.account.clone());
        Self { runnable, occurrences }
    }

    /// The values of the occurrences.
    pub(crate) fn bind(&self, slots: &[f64]) -> Vec<f64> {
        self.occurrences.iter().map(|occurrence| occurrence.angle.eval(slots)).collect()
    }
}

/// The frequencies of each angle of an operation; nothing where none are known.
fn frequencies(op: &Op) -> Vec<Vec<f64>> {
    match &op.kind {
        OpKind::Gate { gate, controls, .. } if controls.is_empty() => {
            gate.def().frequencies.iter().map(|list| list.to_vec()).collect()
        }
        OpKind::Gate { gate, .. } => {
            (0..gate.def().params.len()).map(|i| gate.controlled_frequencies(i)).collect()
        }
        // exp(-i t P / 2) is a rotation about Z in another basis.
        OpKind::PauliRotation { controls, .. } if controls.is_empty() => vec![vec![1.0]],
        OpKind::PauliRotation { .. } => vec![Gate::Rz.controlled_frequencies(0)],
        OpKind::Unitary { .. }
        | OpKind::Measure { .. }
        | OpKind::Reset { .. }
        | OpKind::If { .. }
        | OpKind::Barrier { .. } => Vec::new(),
    }
}

/// Shifts and weights for frequencies in rising order: with `f(x) = sum of a cos(w x) + b sin(w x)`, `f(s) - f(-s)` is
/// `2 sum of b sin(w s)` and `f'(0)` is `sum of w b`. Without frequencies, `f` is constant and the rule empty.
fn rule(frequencies: &[f64]) -> Option<Vec<(f64, f64)>> {
    use std::f64::consts::PI;
    let n = frequencies.len();
    let Some(&lowest) = frequencies.first() else { return Some(Vec::new()) };
    let shifts: Vec<f64> = (0..n).map(|k| (2 * k + 1) as f64 * PI / (2.0 * n as f64 * lowest)).collect();
    // Row per frequency: the weights must give it back.
    let matrix: Vec<Vec<f64>> = frequencies
        .iter()
        .map(|frequency| {
            let mut row: Vec<f64> = shifts.iter().map(|shift| 2.0 * (frequency * shift).sin()).collect();
            row.push(*frequency);
            row
        })
        .collect();
    let weights = solve(matrix)?;
    Some(shifts.into_iter().zip(weights).collect())
}

/// Gaussian elimination with pivoting; rows end in the right side.
fn solve(mut rows: Vec<Vec<f64>>) -> Option<Vec<f64>> {
    let n = rows.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&a, &b| rows[a][column].abs().total_cmp(&rows[b][column].abs()))?;
        if rows[pivot][column].abs() < 1e-9 {
            return None;
        }
        rows.swap(column, pivot);
        let pivot_row = rows[column].clone();
        for (_, row) in rows.iter_mut().enumerate().filter(|(i, _)| *i != column) {
            let factor = row[column] / pivot_row[column];
            row.iter_mut().zip(&pivot_row).for_each(|(entry, above)| *entry -= factor * above);
        }
    }
    Some(rows.iter().enumerate().map(|(i, row)| row[n] / row[i]).collect())
}

#[cfg(test)]
mod tests;
