//! Every operation, lowered, is the same unitary with the same global phase.

use qml_gates::Gate;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit, random_unitary};
use qml_ir::circuit::{Circuit, Control, Op, OpKind, Pauli, Wire};
use qml_source::Span;

use super::lower_controls;

const LEFT: &[Gate] = &[
    Gate::H,
    Gate::U,
    Gate::Rx,
    Gate::Ry,
    Gate::Rz,
    Gate::Gphase,
    Gate::Cx,
    Gate::Cz,
    Gate::Swap,
    Gate::Rxx,
    Gate::Ryy,
    Gate::Rzz,
    Gate::Rzx,
];

fn check(circuit: &Circuit) -> Circuit {
    let mut lowered = circuit.clone();
    lower_controls(&mut lowered).unwrap();
    lowered.validate();
    for op in &lowered.ops {
        let OpKind::Gate { gate, controls, angles, .. } = &op.kind else { panic!("{op:?} is left") };
        assert!(LEFT.contains(gate) && controls.is_empty(), "{op:?} is left");
        assert!(*gate != Gate::U || angles.iter().all(qml_ir::circuit::Angle::is_constant));
    }
    assert_same_unitary(circuit, &lowered);
    lowered
}

fn circuit(n_wires: usize, kind: OpKind) -> Circuit {
    let output = Circuit::wires(0..n_wires as u32);
    Circuit { n_wires, output, ops: vec![Op { kind, span: Span::default() }], ..Circuit::default() }
}

#[test]
fn random_circuits() {
    let mut random = Random::new(1);
    for _ in 0..60 {
        check(&random_circuit(&mut random, &Options::unitary(4, 6)));
    }
}

#[test]
fn many_controls_with_and_without_room() {
    for n_controls in 0..5 {
        for n_wires in n_controls + 1..7 {
            let control = |i: usize| Control { wire: Wire(i as u32 + 1), on_one: i % 3 != 1 };
            for gate in [Gate::X, Gate::Z, Gate::T, Gate::H] {
                let controls = (0..n_controls).map(control).collect();
                let wires = [Wire(0)].as_slice().into();
                check(&circuit(
                    n_wires,
                    OpKind::Gate { gate, angles: [].into_iter().collect(), wires, controls },
                ));
            }
        }
    }
}

#[test]
fn matrices_of_three_wires_with_a_control() {
    let mut random = Random::new(2);
    let wires = [Wire(2), Wire(0), Wire(3)].as_slice().into();
    let controls = [Control { wire: Wire(1), on_one: false }].as_slice().into();
    let matrix = random_unitary(&mut random, 3).into();
    check(&circuit(4, OpKind::Unitary { matrix, wires, controls }));
}

#[test]
fn a_pauli_string_costs_two_cx_a_letter() {
    let pauli = [(Wire(0), Pauli::X), (Wire(1), Pauli::Y), (Wire(2), Pauli::Z)].as_slice().into();
    let angle = qml_ir::circuit::Angle::constant(0.3);
    let kind = OpKind::PauliRotation { pauli, angle, controls: [].into_iter().collect() };
    assert_eq!(check(&circuit(3, kind)).two_qubit_gates(), 3);
}

#[test]
fn a_matrix_that_is_too_large_is_diagnosed() {
    let matrix = vec![num_complex::Complex::new(0.0, 0.0); 1 << 14].into();
    let wires = Circuit::wires(0..7).into();
    let mut circuit = circuit(7, OpKind::Unitary { matrix, wires, controls: [].into_iter().collect() });
    assert_eq!(lower_controls(&mut circuit).unwrap_err().code.as_str(), "Q0714");
}
