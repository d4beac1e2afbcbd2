//! The same unitary, never deeper, and shallow where everything commutes.

use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};

use super::schedule_blocks;
use crate::lower_controls::lower_controls;
use crate::pair_basis::PairBasis;

#[test]
fn random_circuits() {
    let mut random = Random::new(41);
    for _ in 0..60 {
        let mut circuit = random_circuit(&mut random, &Options::unitary(4, 20));
        lower_controls(&mut circuit).unwrap();
        let before = circuit.clone();
        schedule_blocks(&mut circuit, PairBasis::Controlled);
        circuit.validate();
        assert_same_unitary(&before, &circuit);
        assert!(
            circuit.longest_path(|op| PairBasis::Controlled.cost(op))
                <= before.longest_path(|op| PairBasis::Controlled.cost(op))
        );
    }
}

#[test]
fn commuting_rotations_go_side_by_side() {
    // A ring, written down one edge after the other.
    let ops: Vec<String> = (0..6).map(|i| format!("rzz(s0) q{i} q{}", (i + 1) % 6)).collect();
    let mut circuit = Circuit::parse(&ops.join("; ")).unwrap();
    assert_eq!(circuit.two_qubit_depth(), 6);
    schedule_blocks(&mut circuit, PairBasis::Controlled);
    assert_eq!(circuit.two_qubit_depth(), 2);
}

#[test]
fn bits_keep_their_order() {
    let text = "b0 = measure q0; if b0 { x q1 }; b0 = measure q2; cx q1 q2; cx q0 q2";
    let mut circuit = Circuit::parse(text).unwrap();
    schedule_blocks(&mut circuit, PairBasis::Controlled);
    let bits = circuit.to_string();
    let at = |text: &str| bits.find(text).unwrap();
    assert!(at("measure q0") < at("if b0") && at("if b0") < at("measure q2"));
}
