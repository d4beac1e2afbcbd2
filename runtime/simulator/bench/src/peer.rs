//! A workload as a circuit of PRISM-Q's.

use prism_q::{Circuit, Gate, Parameters, PauliTerm};

use crate::workloads::{Step, Workload};

/// The circuit with all its rotations as parameters.
pub fn circuit(workload: &Workload) -> (Circuit, Parameters) {
    let mut circuit = Circuit::new(workload.n, 0);
    for step in &workload.steps {
        match *step {
            Step::H(q) => circuit.add_gate(Gate::H, &[q]),
            Step::Rx(t, q) => circuit.add_gate(Gate::Rx(t), &[q]),
            Step::Ry(t, q) => circuit.add_gate(Gate::Ry(t), &[q]),
            Step::Rz(t, q) => circuit.add_gate(Gate::Rz(t), &[q]),
            Step::Cx(a, b) => circuit.add_gate(Gate::Cx, &[a, b]),
            Step::Cz(a, b) => circuit.add_gate(Gate::Cz, &[a, b]),
            Step::Cp(t, a, b) => circuit.add_gate(Gate::cphase(t), &[a, b]),
            Step::Rzz(t, a, b) => circuit.add_gate(Gate::Rzz(t), &[a, b]),
            Step::Swap(a, b) => circuit.add_gate(Gate::Swap, &[a, b]),
        }
    }
    let parameters = Parameters::all_rotations(&circuit);
    (circuit, parameters)
}

/// See [`crate::ours::tfim`].
pub fn tfim(n: usize) -> Vec<(f64, Vec<PauliTerm>)> {
    let pairs = (0..n - 1).map(|q| (-1.0, vec![PauliTerm::z(q), PauliTerm::z(q + 1)]));
    pairs.chain((0..n).map(|q| (-1.0, vec![PauliTerm::x(q)]))).collect()
}
