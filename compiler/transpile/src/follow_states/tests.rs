use expect_test::{Expect, expect};
use qml_ir::circuit::testing::Random;

use super::*;
use crate::remove_unread::tests::partly_read;
use crate::tests::assert_same_outcomes;

fn check(before: &str, after: &Expect) {
    let original = Circuit::parse(before).unwrap();
    let mut circuit = original.clone();
    follow_states(&mut circuit);
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
fn letters_with_an_eigenvalue_are_numbers() {
    check(
        "circuit slots [t]\nh q0; x q1; h q1; h q3; s q3; rxx(s0) q0 q2; rxx(s0) q1 q2; ryy(0.3) q3 q2; rot(s0) X q1 Y q3 Z q2; rzx(s0) q2 q1; ry(s0) q3",
        &expect![[r#"
            circuit slots [t]
            h q0
            x q1
            h q1
            h q3
            s q3
            rx(s0) q2
            rx(-s0) q2
            ry(0.3) q2
            rot(-s0) Z q2
            rz(-s0) q2
        "#]],
    );
}

#[test]
fn controlled_gates_on_eigenvectors_are_phases_of_their_controls() {
    check(
        "circuit slots [t]\nh q0; h q1; z q1; h q3; ry(0.4) q2; cx q2 q0; cx q2 q1; ccx q2 q3 q1; crx(s0) q2 q1; ctrl(!q2) rx(0.5) q0; cx q0 q2",
        &expect![[r#"
            circuit slots [t]
            h q0
            h q1
            z q1
            h q3
            ry(0.4) q2
            z q2
            ctrl(q3) z q2
            p(0.5*s0) q2
            ctrl(!q2) rx(0.5) q0
            cx q0 q2
        "#]],
    );
    check(
        "h q0; h q1; cswap q2 q0 q1; ry(1) q2; cswap q2 q0 q1; u(0.5, 0.1, 0.2) q0; cswap q2 q0 q1",
        &expect!["h q0; h q1; ry(1.0) q2; u(0.5, 0.1, 0.2) q0; cswap q2 q0 q1"],
    );
}

#[test]
fn clifford_gates_lead_from_one_eigenstate_to_the_next() {
    check(
        "h q0; x q0; s q0; sx q0; ry(pi/2) q0; h q0; t q0; z q0; h q0; reset q0",
        &expect!["h q0; s q0; sx q0; ry(pi/2) q0; h q0; h q0; reset q0"],
    );
    check("h q0; b0 = measure q0; x q0; cx q0 q1", &expect!["h q0; b0 = measure q0; x q0; cx q0 q1"]);
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
        follow_states(&mut circuit);
        circuit.validate();
        assert_same_outcomes(&original, &circuit);
        n_removed += original.count(|_| true) - circuit.count(|_| true);
    }
    assert!(n_removed > 40, "{n_removed}");
}
