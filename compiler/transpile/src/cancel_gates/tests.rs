//! What cancels and merges, and past what.

use expect_test::{Expect, expect};
use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};

use super::cancel_gates;
use crate::lower_controls::lower_controls;

fn check(before: &str, after: &Expect) {
    let original = Circuit::parse(before).unwrap();
    let mut circuit = original.clone();
    cancel_gates(&mut circuit);
    circuit.validate();
    assert_same_unitary(&original, &circuit);
    after.assert_eq(&circuit.to_string());
}

#[test]
fn random_circuits_keep_their_unitary() {
    let mut random = Random::new(4);
    for _ in 0..60 {
        let original = random_circuit(&mut random, &Options::unitary(3, 12));
        let mut circuit = original.clone();
        lower_controls(&mut circuit).unwrap();
        let lowered = circuit.clone();
        cancel_gates(&mut circuit);
        circuit.validate();
        assert!(circuit.two_qubit_gates() <= lowered.two_qubit_gates());
        assert_same_unitary(&original, &circuit);
    }
}

#[test]
fn inverse_pairs_go() {
    check(
        "cx q0 q1; cx q0 q1; h q0; h q0; swap q0 q1; swap q1 q0",
        &expect![[r"
        circuit wires 2
    "]],
    );
    check("cx q0 q1; cx q1 q0", &expect!["cx q0 q1; cx q1 q0"]);
}

#[test]
fn rotations_add_up_past_what_commutes() {
    check("rz(s0) q0; cx q0 q1; rz(0.5*s0 + pi/4) q0", &expect!["rz(1.5*s0 + pi/4) q0; cx q0 q1"]);
    check("rz(s0) q1; cx q0 q1; rz(s0) q1", &expect!["rz(s0) q1; cx q0 q1; rz(s0) q1"]);
    check(
        "rzz(s0) q0 q1; rzz(s1) q1 q2; rx(0.5) q0; rzz(-s0) q1 q0",
        &expect!["rzz(s0) q0 q1; rzz(s1) q1 q2; rx(0.5) q0; rzz(-s0) q0 q1"],
    );
    check("rxx(s0) q0 q1; rzz(s1) q0 q1; rxx(s0) q0 q1", &expect!["rxx(2.0*s0) q0 q1; rzz(s1) q0 q1"]);
}

#[test]
fn barriers_hold() {
    check("h q0; barrier q0; h q0", &expect!["h q0; barrier q0; h q0"]);
}
