use expect_test::{Expect, expect};
use qml_ir::circuit::testing::Random;

use super::*;
use crate::remove_unread::tests::partly_read;
use crate::tests::assert_same_outcomes;

fn check(before: &str, after: &Expect) {
    let original = Circuit::parse(before).unwrap();
    let mut circuit = original.clone();
    follow_zeros(&mut circuit);
    circuit.validate();
    assert_same_outcomes(&original, &circuit);
    after.assert_eq(&circuit.to_string());
}

#[test]
fn controls_on_known_wires_decide_nothing() {
    check(
        "x q0; h q3; cx q0 q1; cx q2 q1; ccx q0 q3 q1; cp(0.3) q3 q2; cz q3 q0",
        &expect!["x q0; h q3; x q1; cx q3 q1; z q3"],
    );
}

#[test]
fn turns_about_z_of_known_wires_are_phases() {
    check(
        "circuit slots [t]\nrz(s0) q0; x q1; h q2; rzz(s0) q1 q2; rot(s0) Z q0 Z q1 X q2; rzz(s0) q0 q1; h q0; rz(s0) q0",
        &expect![[r#"
            circuit slots [t]
            x q1
            h q2
            rz(-s0) q2
            rot(-s0) X q2
            h q0
            rz(s0) q0
        "#]],
    );
}

#[test]
fn values_move_with_swaps_and_end_in_branches() {
    check(
        "reset q0; x q0; swap q0 q1; swap q0 q2; reset q0; b0 = measure q1; if b0 { x q2; cx q2 q3 } else { z q2 }; cx q2 q3; cx q0 q3",
        &expect!["x q0; swap q0 q1; b0 = measure q1; if b0 { x q2; x q3 }; cx q2 q3"],
    );
}

#[test]
fn only_unitaries_that_return_all_wires_are_asked_for_all_states() {
    let of = |text: &str| starts_from_zeros(&Circuit::parse(text).unwrap());
    assert!(!of("h q0; cx q0 q1"));
    assert!(!of("circuit wires 2 output []\nh q0; cx q0 q1"));
    assert!(of("circuit wires 2 output [q1]\nh q0; cx q0 q1"));
    assert!(of("h q0; b0 = measure q0"));
}

#[test]
fn random_circuits_do_the_same_to_zeros() {
    let mut random = Random::new(83);
    let mut n_removed = 0;
    for _ in 0..80 {
        let mut original = partly_read(&mut random);
        original.output = Circuit::wires(0..4);
        let mut circuit = original.clone();
        follow_zeros(&mut circuit);
        circuit.validate();
        assert_same_outcomes(&original, &circuit);
        n_removed += original.count(|_| true) - circuit.count(|_| true);
    }
    assert!(n_removed > 40, "{n_removed}");
}
