use super::*;
use qml_devices::Device;

/// Two qubits with T1 and T2 of 100 and 50 microseconds; CZ takes 1, the other gates half of one.
fn device() -> Device {
    let mut device = qml_devices::find("line:3").unwrap();
    device.averages.duration_1q_s = Some(0.5e-6);
    device.averages.duration_2q_s = Some(1e-6);
    for qubit in &mut device.qubits {
        (qubit.t1_s, qubit.t2_s) = (Some(100e-6), Some(50e-6));
    }
    device
}

#[test]
fn a_qubit_waits_between_its_gates() {
    // Qubit 0 waits for two CZ of the others and a turn.
    let circuit =
        Circuit::parse("circuit wires 3 output []\ncz q0 q1; cz q1 q2; cz q1 q2; x q1; cz q0 q1").unwrap();
    let found = waiting(&circuit, &DeviceFacts::new(&device())).unwrap();
    assert_eq!(found.len(), 3);
    for ((wire, seconds), wanted) in found.into_iter().zip([2.5e-6, 0.0, 0.0]) {
        assert!((seconds - wanted).abs() < 1e-15, "{wire:?} waits {seconds:e}");
    }
    let kept: f64 = 0.5 + (-0.025_f64).exp() / 6.0 + (-0.05_f64).exp() / 3.0;
    assert!((total_loss(&circuit, &DeviceFacts::new(&device())).unwrap() + kept.ln()).abs() < 1e-12);
}

#[test]
fn a_returned_qubit_waits_for_the_last_one() {
    let circuit = Circuit::parse("circuit wires 3 output [q0 q1]\ncz q0 q1; x q1; x q1").unwrap();
    let found = waiting(&circuit, &DeviceFacts::new(&device())).unwrap();
    assert!((found[0].1 - 1e-6).abs() < 1e-15, "{found:?}");
}

#[test]
fn nothing_is_known_of_a_shape() {
    let circuit = Circuit::parse("cz q0 q1").unwrap();
    assert_eq!(total_loss(&circuit, &DeviceFacts::new(&qml_devices::find("line:2").unwrap())), None);
}

#[test]
fn a_loss_is_none_at_once_and_one_half_at_last() {
    let qubit = device().qubits[0].clone();
    assert!(loss(0.0, &qubit).unwrap().abs() < 1e-15);
    assert!((loss(1.0, &qubit).unwrap() - std::f64::consts::LN_2).abs() < 1e-12);
}
