use qml_gates::Gate;
use qml_ir::circuit::testing::Random;
use qml_ir::circuit::{Angle, Bit};

use super::*;

/// A line of qubits whose gates take 1 s, 3 s on two qubits, and measurements 5 s.
fn device(n: usize) -> Device {
    let mut device = qml_devices::find(&format!("line:{n}")).unwrap();
    device.averages.duration_1q_s = Some(1.0);
    device.averages.duration_2q_s = Some(3.0);
    device.qubits.iter_mut().for_each(|qubit| qubit.readout_duration_s = Some(5.0));
    device
}

fn check(text: &str, expected: &[(u32, f64)]) {
    let circuit = Circuit::parse(text).unwrap();
    let found = exposures(&circuit, &device(circuit.n_wires)).unwrap();
    let found: Vec<(u32, f64)> = found.iter().map(|e| (e.wire.0, e.seconds)).collect();
    assert_eq!(found, expected, "{text}");
}

#[test]
fn gates_wait_in_the_ground_state() {
    // The first X happens right before the CZ; qubit 1 is returned, and waits at the end.
    check("x q0; x q1; cz q0 q1; x q0; x q0", &[(0, 6.0), (1, 6.0)]);
    check("x q0; x q0; x q0; x q1; cz q0 q1", &[(0, 6.0), (1, 4.0)]);
}

#[test]
fn what_is_not_returned_ends_early() {
    check("circuit wires 2 output [q1]\nx q0; cz q0 q1; x q1; x q1", &[(0, 4.0), (1, 5.0)]);
}

#[test]
fn a_reset_starts_anew() {
    // Resets take as long as the device says, here 1 s like other operations on one qubit.
    check("circuit wires 1 output [q0]\nx q0; x q0; x q0; reset q0; x q0", &[(0, 3.0)]);
}

#[test]
fn outcomes_come_before_what_depends_on_them() {
    // The measurement of qubit 0 ends when the branch starts.
    check(
        "circuit wires 2 bits 1 output [q1]\nx q0; b0 = measure q0; if b0 { x q1; x q1 } else { x q1 }",
        &[(0, 6.0), (1, 2.0)],
    );
}

#[test]
fn rotations_of_the_frame_take_no_time() {
    check("x q0; rz(s0) q0; x q0", &[(0, 2.0)]);
}

/// Against the start of each operation as the longest path to the end.
#[test]
fn random_circuits_agree_with_longest_paths() {
    let mut random = Random::new(5);
    for _ in 0..50 {
        let n = 2 + random.below(5);
        let mut circuit =
            Circuit { n_wires: n, output: Circuit::wires(0..n as u32), n_bits: 1, ..Circuit::default() };
        for _ in 0..30 {
            let at = random.below(n - 1) as u32;
            circuit.ops.push(match random.below(4) {
                0 => Op::gate(Gate::Cz, &[], &[Wire(at), Wire(at + 1)], Span::default()),
                1 => Op::gate(Gate::Rz, &[Angle::constant(0.3)], &[Wire(at)], Span::default()),
                2 => Op::measure(Wire(at), Bit(0), Span::default()),
                _ => Op::gate(Gate::X, &[], &[Wire(at)], Span::default()),
            });
        }
        let length = |op: &Op| match (&op.kind, op.wires().len()) {
            (OpKind::Measure { .. }, _) => 5.0,
            (OpKind::Gate { gate: Gate::Rz, .. }, _) => 0.0,
            (_, 2) => 3.0,
            _ => 1.0,
        };
        let mut starts = vec![0.0; circuit.ops.len()];
        for i in (0..circuit.ops.len()).rev() {
            let after = (i + 1..circuit.ops.len())
                .filter(|&j| circuit.ops[j].wires().iter().any(|wire| circuit.ops[i].wires().contains(wire)));
            starts[i] = length(&circuit.ops[i]) + after.map(|j| starts[j]).fold(0.0, f64::max);
        }
        for exposure in exposures(&circuit, &device(n)).unwrap() {
            let own = (0..starts.len()).filter(|&i| circuit.ops[i].wires().contains(&exposure.wire));
            assert_eq!(exposure.seconds, own.map(|i| starts[i]).fold(0.0, f64::max), "{circuit}");
        }
    }
}

#[test]
fn without_durations_there_is_nothing_to_say() {
    let circuit = Circuit::parse("x q0").unwrap();
    assert_eq!(exposures(&circuit, &qml_devices::find("line:1").unwrap()), None);
}
