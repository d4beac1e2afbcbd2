use expect_test::{Expect, expect};
use qml_ir::circuit::testing::{Options, Random, random_circuit};
use qml_ir::circuit::{Bit, BitExpr};

use super::*;
use crate::tests::assert_same_outcomes;

fn check(before: &str, after: &Expect) {
    let original = Circuit::parse(before).unwrap();
    let mut circuit = original.clone();
    remove_unread(&mut circuit, false);
    circuit.validate();
    assert_same_outcomes(&original, &circuit);
    after.assert_eq(&circuit.to_string());
}

#[test]
fn what_the_returned_qubit_has_not_seen_goes() {
    check(
        "circuit wires 3 slots [t] output [q0]\nh q0; cx q0 q1; h q2; cx q1 q2; rz(s0) q1; cx q0 q1; h q1; rx(s0) q0; reset q2",
        &expect![[r#"
            circuit slots [t] output [q0]
            h q0
            cx q0 q1
            h q2
            cx q1 q2
            rz(s0) q1
            cx q0 q1
            rx(s0) q0
        "#]],
    );
}

#[test]
fn diagonal_gates_right_before_measurements_go() {
    check(
        "circuit wires 2 bits 2 output [] results [b0, b1]\nh q0; h q1; cz q0 q1; rzz(0.3) q0 q1; t q0; b0 = measure q0; b1 = measure q1; x q0",
        &expect![[r#"
            circuit output [] results [b0, b1]
            h q0
            h q1
            b0 = measure q0
            b1 = measure q1
        "#]],
    );
}

#[test]
fn what_decides_a_branch_that_matters_stays() {
    check(
        "circuit wires 3 bits 2 output [q1]\nh q0; h q2; b0 = measure q0; b1 = measure q2; if b0 { x q1; x q0 } else { z q2 }; if b1 { x q2 }",
        &expect![[r#"
            circuit wires 3 bits 2 output [q1]
            h q0
            b0 = measure q0
            if b0 { x q1 }
        "#]],
    );
}

#[test]
fn a_unitary_that_returns_all_its_wires_stays() {
    check("h q0; cx q0 q1; rz(0.1) q1", &expect!["h q0; cx q0 q1; rz(0.1) q1"]);
}

#[test]
fn a_circuit_that_tells_nothing_stays() {
    check(
        "circuit wires 2 output []\nh q0; cx q0 q1",
        &expect![[r#"
        circuit output []
        h q0
        cx q0 q1
    "#]],
    );
}

/// A circuit that returns some of its wires, and some of its bits.
pub fn partly_read(random: &mut Random) -> Circuit {
    let mut circuit = random_circuit(random, &Options::everything(4, 14));
    circuit.output = random.wires(random.clone().below(4), 4);
    circuit.result_bits.truncate(random.below(3));
    if circuit.output.is_empty() && circuit.result_bits.is_empty() {
        circuit.result_bits.push(BitExpr::Bit(Bit(0)));
    }
    circuit
}

#[test]
fn random_circuits_tell_the_same() {
    let mut random = Random::new(81);
    let mut n_removed = 0;
    for _ in 0..80 {
        let original = partly_read(&mut random);
        let mut circuit = original.clone();
        remove_unread(&mut circuit, false);
        circuit.validate();
        assert_same_outcomes(&original, &circuit);
        n_removed += original.count(|_| true) - circuit.count(|_| true);
    }
    assert!(n_removed > 100, "{n_removed}");
}

#[test]
fn measured_circuits_keep_their_probabilities() {
    let mut random = Random::new(82);
    for _ in 0..40 {
        let mut original = random_circuit(&mut random, &Options::unitary(3, 10));
        original.output.truncate(2);
        let mut circuit = original.clone();
        remove_unread(&mut circuit, true);
        let measured = |mut circuit: Circuit| {
            circuit.n_bits = 2;
            for (bit, wire) in circuit.output.drain(..).enumerate() {
                let bit = Bit(bit as u32);
                circuit.ops.push(qml_ir::circuit::Op::measure(wire, bit, qml_source::Span::default()));
                circuit.result_bits.push(BitExpr::Bit(bit));
            }
            circuit
        };
        assert_same_outcomes(&measured(original), &measured(circuit));
    }
}
