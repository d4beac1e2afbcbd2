//! Stays in the resonator, as text and by what circuits do.

use expect_test::{Expect, expect};
use qml_ir::circuit::testing::{Options, Random, assert_same_on_device, random_circuit};
use qml_ir::circuit::{Circuit, OpKind};

use super::move_states;
use crate::lower_controls::lower_controls;
use crate::translate_pairs::translate_pairs;

fn check(before: &str, after: &Expect) {
    let mut circuit = Circuit::parse(before).unwrap();
    move_states(&mut circuit);
    circuit.validate();
    after.assert_eq(&circuit.to_string());
}

#[test]
fn gates_of_one_qubit_share_a_stay() {
    check(
        "cz q0 q1; cz q2 q0; sx q1; cz q0 q1",
        &expect![[r#"
        circuit output [q0 q1 q2]
        swap q0 q3
        cz q1 q3
        cz q2 q3
        swap q0 q3
        sx q1
        swap q0 q3
        cz q1 q3
        swap q0 q3
    "#]],
    );
    check(
        "cz q0 q1; cz q1 q2; cz q1 q3; x q0; x q3",
        &expect![[r#"
        circuit output [q0 q1 q2 q3]
        swap q1 q4
        cz q0 q4
        cz q2 q4
        cz q3 q4
        swap q1 q4
        x q0
        x q3
    "#]],
    );
    check(
        "cz q0 q1; b0 = measure q0; if b0 { cz q0 q1; x q1 }",
        &expect![[r#"
        circuit output [q0 q1]
        swap q0 q2
        cz q1 q2
        swap q0 q2
        b0 = measure q0
        if b0 { swap q0 q2; cz q1 q2; swap q0 q2; x q1 }
    "#]],
    );
}

#[test]
fn random_circuits_are_the_same_and_only_the_resonator_is_coupled() {
    let mut random = Random::new(61);
    for _ in 0..30 {
        let mut source = random_circuit(&mut random, &Options::unitary(4, 12));
        lower_controls(&mut source).unwrap();
        translate_pairs(&mut source, qml_devices::TwoQubitBasis::Cz);
        // CX stand for their CZ.
        source.ops.retain(|op| !matches!(op.kind, OpKind::Gate { gate: qml_gates::Gate::Cx, .. }));
        let wires = Circuit::wires(0..4);
        let mut moved =
            Circuit { output: wires.clone(), layout: wires.clone(), final_layout: wires, ..source.clone() };
        move_states(&mut moved);
        moved.visit(|op| {
            let wires = op.wires();
            assert!(wires.len() < 2 || wires[1] == qml_ir::circuit::Wire(4), "{op:?}");
        });
        assert_same_on_device(&source, &moved);
    }
}
