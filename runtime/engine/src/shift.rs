//! The general parameter-shift rule (Wierichs et al., arXiv:2107.12390).
//!
//! As a function of one occurrence of an angle, an expectation value is a sum of sines and cosines with the frequencies of
//! the gate's generator. With as many shifts as frequencies, a linear system gives the derivative exactly; sums over
//! occurrences and the chain rule through the affine angles give the derivative with respect to each slot.

use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Slot};
use qml_prelude::Fault;
use qml_source::{Code, Diagnostic, Span};

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
    pub(crate) fn new(kernels: &mut Kernels, circuit: &Circuit) -> Result<Self, Fault> {
        let mut circuit = circuit.clone();
        let mut occurrences = Vec::new();
        let mut problem = None;
        circuit.visit_mut(|op| {
            let frequencies = frequencies(op);
            let span = op.span;
            for (i, angle) in op.angles_mut().iter_mut().enumerate() {
                if angle.is_constant() {
                    continue;
                }
                let Some(rule) = frequencies.get(i).and_then(|frequencies| rule(frequencies)) else {
                    problem = problem.or(Some(span));
                    continue;
                };
                let slot = Angle::slot(Slot(occurrences.len() as u32));
                occurrences.push(Occurrence { angle: std::mem::replace(angle, slot), rule });
            }
        });
        if let Some(span) = problem {
            return Err(no_rule(span));
        }
        circuit.slots = (0..occurrences.len()).map(|i| format!("angle_{i}")).collect();
        Ok(Self { runnable: kernels.runnable(circuit)?, occurrences })
    }

    /// The values of the occurrences.
    pub(crate) fn bind(&self, slots: &[f64]) -> Vec<f64> {
        self.occurrences.iter().map(|occurrence| occurrence.angle.eval(slots)).collect()
    }
}

fn no_rule(span: Span) -> Fault {
    Box::new(
        Diagnostic::error(Code::Q0661, "there is no parameter-shift rule for this gate")
            .primary(span, "its angle is differentiated")
            .help("`using \"adjoint\"` on a simulator, or write the gate as rotations"),
    )
}

/// The frequencies of each angle of an operation; empty where none are known.
fn frequencies(op: &Op) -> Vec<Vec<f64>> {
    match &op.kind {
        OpKind::Gate { gate, controls, .. } => {
            let own = gate.def().frequencies.iter().map(|list| list.to_vec());
            if controls.is_empty() { own.collect() } else { own.map(|list| controlled(&list)).collect() }
        }
        OpKind::PauliRotation { controls, .. } => {
            vec![if controls.is_empty() { vec![1.0] } else { controlled(&[1.0]) }]
        }
        OpKind::Unitary { .. }
        | OpKind::Measure { .. }
        | OpKind::Reset { .. }
        | OpKind::If { .. }
        | OpKind::Barrier { .. } => Vec::new(),
    }
}

/// Frequencies that cover those under further controls: where a generator has eigenvalues `e`, the differences `e - 0`
/// come in, which are `1/2` or `1` for the gates of the table with frequencies up to 1. Too many do no harm.
fn controlled(own: &[f64]) -> Vec<f64> {
    if own.iter().all(|&frequency| frequency == 0.5 || frequency == 1.0) { vec![0.5, 1.0] } else { Vec::new() }
}

/// Shifts and weights for frequencies in rising order: with `f(x) = sum of a cos(w x) + b sin(w x)`, `f(s) - f(-s)` is
/// `2 sum of b sin(w s)` and `f'(0)` is `sum of w b`.
fn rule(frequencies: &[f64]) -> Option<Vec<(f64, f64)>> {
    use std::f64::consts::PI;
    let n = frequencies.len();
    let lowest = *frequencies.first()?;
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
        for row in 0..n {
            if row != column {
                let factor = rows[row][column] / rows[column][column];
                for k in column..=n {
                    rows[row][k] -= factor * rows[column][k];
                }
            }
        }
    }
    Some((0..n).map(|i| rows[i][n] / rows[i][i]).collect())
}

#[cfg(test)]
mod tests {
    use super::rule;

    #[test]
    fn one_frequency_is_the_known_rule() {
        let rule = rule(&[1.0]).unwrap();
        assert!((rule[0].0 - std::f64::consts::FRAC_PI_2).abs() < 1e-15 && (rule[0].1 - 0.5).abs() < 1e-15);
    }

    #[test]
    fn rules_differentiate_their_frequencies() {
        for frequencies in [&[1.0][..], &[0.5, 1.0], &[1.0, 2.0], &[0.5, 1.0, 1.5]] {
            let f = |x: f64| frequencies.iter().map(|w| (w * x + 0.3 * w).sin() * (1.0 + w)).sum::<f64>();
            let exact: f64 = frequencies.iter().map(|w| w * (0.3 * w).cos() * (1.0 + w)).sum();
            let found: f64 = rule(frequencies).unwrap().iter().map(|(s, w)| w * (f(*s) - f(-s))).sum();
            assert!((found - exact).abs() < 1e-12, "{frequencies:?}: {found} {exact}");
        }
    }
}
