//! PRISM-Q trains by itself: 500 steps of Adam, as `tests/peers/training/vqe.qml` does them.

use prism_q::{Circuit, Gate, Parameters, run_expectation_gradient};

use crate::peer;

const LAYERS: usize = 4;
const RATE: f64 = 0.05;

/// Prints the energy after the training.
pub fn run(n: usize, steps: i32) {
    let mut theta: Vec<f64> = (1..=LAYERS * 2 * n).map(|i| (i as f64).sin()).collect();
    let template = ansatz(n, &theta);
    let parameters = Parameters::all_rotations(&template);
    let chain = peer::tfim(n);
    let mut circuit = template.clone();
    let (mut m, mut v) = (vec![0.0; theta.len()], vec![0.0; theta.len()]);
    for k in 1..=steps {
        parameters.bind_into(&template, &theta, &mut circuit).expect("bound");
        let gradient = run_expectation_gradient(&circuit, &chain, &parameters, 1).expect("gradient").gradient;
        for (i, d) in gradient.into_iter().enumerate() {
            m[i] = 0.9 * m[i] + 0.1 * d;
            v[i] = 0.999 * v[i] + 0.001 * d * d;
            let (m_hat, v_hat) = (m[i] / (1.0 - 0.9f64.powi(k)), v[i] / (1.0 - 0.999f64.powi(k)));
            theta[i] -= RATE * m_hat / (v_hat.sqrt() + 1e-8);
        }
    }
    parameters.bind_into(&template, &theta, &mut circuit).expect("bound");
    let energy = run_expectation_gradient(&circuit, &chain, &parameters, 1).expect("energy").value;
    println!("{energy:.12}");
}

/// RY and RZ on each qubit and a chain of CX; the order of the angles is that of the layers, RY first.
fn ansatz(n: usize, theta: &[f64]) -> Circuit {
    let mut circuit = Circuit::new(n, 0);
    for layer in theta.chunks_exact(2 * n) {
        (0..n).for_each(|q| circuit.add_gate(Gate::Ry(layer[q]), &[q]));
        (0..n).for_each(|q| circuit.add_gate(Gate::Rz(layer[n + q]), &[q]));
        (0..n - 1).for_each(|q| circuit.add_gate(Gate::Cx, &[q, q + 1]));
    }
    circuit
}
