use super::*;

#[test]
fn gates_and_measurements_are_multiplied() {
    let mut device = qml_devices::find("line:3").unwrap();
    device.averages.error_1q = Some(0.01);
    device.averages.error_2q = Some(0.1);
    for (i, qubit) in device.qubits.iter_mut().enumerate() {
        qubit.readout_error = Some(0.02 * (i + 1) as f64);
    }
    // Qubit 0 is measured already, qubit 1 is returned, qubit 2 is neither.
    let text = "circuit wires 3 bits 1 slots [a] output [q0 q1]\nx q0; sx q1; rz(s0) q1; cz q0 q1; cz q1 q2; b0 = measure q0";
    let found = estimate(&Circuit::parse(text).unwrap(), &device).unwrap();
    assert_eq!((found.n_one_qubit, found.n_two_qubit, found.n_measurements), (3, 2, 2));
    let others = 0.99 * 0.99 * 0.98 * 0.96;
    assert!((found.fidelity() - others * 0.9 * 0.9).abs() < 1e-12);
    assert!((found.fidelity_with(1) - others * 0.9).abs() < 1e-12);
    assert!((found.fidelity_with(0) - others).abs() < 1e-12);
}

#[test]
fn an_unknown_error_is_no_estimate() {
    let circuit = Circuit::parse("x q0").unwrap();
    assert_eq!(estimate(&circuit, &qml_devices::find("line:1").unwrap()), None);
}
