//! The closed forms against the rows of the gate table.

use super::*;

#[test]
fn closed_forms_are_those_of_the_table() {
    for &gate in Gate::ALL {
        if gate.def().wires.len() != 1 {
            continue;
        }
        let angles = &[0.83, -1.71, 2.6][..gate.def().params.len()];
        assert_close(&one_qubit(gate, angles), &gate.matrix(angles).data, gate);
        for i in 0..angles.len() {
            assert_close(&one_qubit_derivative(gate, angles, i), &gate.derivative(angles, i).data, gate);
        }
    }
}

fn assert_close(ours: &M2, row: &[C64], gate: Gate) {
    let far = ours.iter().zip(row).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(far < 1e-14, "{}: {far}", gate.def().name);
}
