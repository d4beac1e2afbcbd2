//! Clifford gates that meet again are merged, and circuits stay the same up to a global phase.

use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::{Options, Random, assert_same_up_to_phase, random_circuit};

use super::merge_cliffords;
use crate::fold_parities::cost_of;
use crate::lower_controls::lower_controls;

fn n_cx(circuit: &Circuit) -> usize {
    circuit.ops.iter().map(cost_of).sum()
}

/// The CX that are left, SWAPs not counted.
fn check(original: &Circuit) -> usize {
    let Some(merged) = merge_cliffords(original) else { return n_cx(original) };
    merged.validate();
    assert_same_up_to_phase(original, &merged);
    assert!(n_cx(&merged) < n_cx(original));
    n_cx(&merged)
}

#[test]
fn random_circuits() {
    let mut random = Random::new(71);
    let mut gone = 0;
    for _ in 0..60 {
        let mut circuit = random_circuit(&mut random, &Options::unitary(4, 25));
        lower_controls(&mut circuit).unwrap();
        gone += n_cx(&circuit) - check(&circuit);
    }
    assert!(gone > 60, "{gone} CX gone");
}

#[test]
fn what_lies_between_commutes_or_is_clifford() {
    for (text, expected) in [
        ("cx q0 q1; rz(s0) q0; rx(s1) q1; cx q0 q2; cx q2 q1; cx q0 q1", 2),
        ("cx q0 q1; h q0; h q1; cx q1 q0", 0),
        ("cx q0 q1; h q1; rz(s0) q1; cx q0 q1", 1),
        ("cx q0 q1; x q0; s q1; cz q0 q2; cx q0 q1", 2),
        ("cx q0 q1; swap q1 q2; cx q0 q2", 0),
        ("cx q0 q1; rx(s0) q0; cx q0 q1", 2),
    ] {
        assert_eq!(check(&Circuit::parse(text).unwrap()), expected, "{text}");
    }
}

#[test]
fn two_gates_are_one_and_a_swap() {
    for text in
        ["cx q0 q1; cx q1 q0", "cx q0 q1; s q0; h q1; h q0; cx q0 q1", "cz q0 q1; h q0; y q1; h q1; cz q0 q1"]
    {
        assert_eq!(check(&Circuit::parse(text).unwrap()), 1, "{text}");
    }
}
