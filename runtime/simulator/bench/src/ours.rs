//! A workload as a circuit of ours: each angle a slot.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, Slot, Wire};
use qml_prelude::observable::{Observable, Pauli};
use qml_source::Span;

use crate::workloads::{Step, Workload};

/// The circuit and the values of its slots.
pub fn circuit(workload: &Workload) -> (Circuit, Vec<f64>) {
    let mut slots = Vec::new();
    let mut ops = Vec::new();
    for step in &workload.steps {
        let (gate, angle, wires): (Gate, Option<f64>, Vec<usize>) = match *step {
            Step::H(q) => (Gate::H, None, vec![q]),
            Step::Rx(t, q) => (Gate::Rx, Some(t), vec![q]),
            Step::Ry(t, q) => (Gate::Ry, Some(t), vec![q]),
            Step::Rz(t, q) => (Gate::Rz, Some(t), vec![q]),
            Step::Cx(a, b) => (Gate::Cx, None, vec![a, b]),
            Step::Cz(a, b) => (Gate::Cz, None, vec![a, b]),
            Step::Cp(t, a, b) => (Gate::Cp, Some(t), vec![a, b]),
            Step::Rzz(t, a, b) => (Gate::Rzz, Some(t), vec![a, b]),
            Step::Swap(a, b) => (Gate::Swap, None, vec![a, b]),
        };
        let angles: Vec<Angle> = angle
            .into_iter()
            .map(|value| {
                slots.push(value);
                Angle::slot(Slot(slots.len() as u32 - 1))
            })
            .collect();
        let wires: Vec<Wire> = wires.into_iter().map(|q| Wire(q as u32)).collect();
        ops.push(Op::gate(gate, &angles, &wires, Span::default()));
    }
    let circuit = Circuit {
        n_wires: workload.n,
        slots: (0..slots.len()).map(|i| format!("s{i}")).collect(),
        ops,
        output: Circuit::wires(0..workload.n as u32),
        ..Circuit::default()
    };
    (circuit, slots)
}

/// `- sum Z Z - sum X` on an open chain.
pub fn tfim(n: usize) -> Observable {
    let mut observable = Observable::default();
    let minus = num_complex::Complex::new(-1.0, 0.0);
    for q in 0..n as u32 {
        observable.terms.insert([(q, Pauli::X)].into_iter().collect(), minus);
        if q + 1 < n as u32 {
            observable.terms.insert([(q, Pauli::Z), (q + 1, Pauli::Z)].into_iter().collect(), minus);
        }
    }
    observable
}

/// Z on the first qubit.
pub fn z() -> Observable {
    let mut observable = Observable::default();
    observable.terms.insert([(0, Pauli::Z)].into_iter().collect(), num_complex::Complex::new(1.0, 0.0));
    observable
}
