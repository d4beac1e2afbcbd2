//! Every gate in the two-qubit gate of every kind of device, as text and as a unitary.

use expect_test::{Expect, expect};
use qml_devices::TwoQubitBasis;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};
use qml_ir::circuit::{Circuit, OpKind};

use super::translate_pairs;
use crate::consolidate_pairs::consolidate_pairs;
use crate::lower_controls::lower_controls;
use crate::pair_basis::PairBasis;

const ALL: [TwoQubitBasis; 9] = [
    TwoQubitBasis::Cz,
    TwoQubitBasis::Cx,
    TwoQubitBasis::Ecr,
    TwoQubitBasis::Iswap,
    TwoQubitBasis::SqrtIswap,
    TwoQubitBasis::Rzz,
    TwoQubitBasis::CzRzz,
    TwoQubitBasis::Rxx,
    TwoQubitBasis::Ms,
];

/// Names of the gates on two wires that are left.
fn kinds(native: TwoQubitBasis) -> &'static [&'static str] {
    match native {
        TwoQubitBasis::Cz | TwoQubitBasis::Cx | TwoQubitBasis::Ecr => &["cx", "cz"],
        TwoQubitBasis::CzRzz => &["cz", "rzz"],
        TwoQubitBasis::Ms => &["rxx"],
        _ => native.names(),
    }
}

#[test]
fn random_circuits_as_they_are_and_consolidated() {
    let mut random = Random::new(19);
    for native in ALL {
        for i in 0..16 {
            let original = random_circuit(&mut random, &Options::unitary(3, 8));
            let mut circuit = original.clone();
            lower_controls(&mut circuit).unwrap();
            if i % 2 == 0 {
                consolidate_pairs(&mut circuit, PairBasis::of(native));
            }
            translate_pairs(&mut circuit, native);
            circuit.visit(|op| {
                if let OpKind::Gate { gate, wires, .. } = &op.kind {
                    assert!(
                        wires.len() < 2 || kinds(native).contains(&gate.def().name),
                        "{native:?}: {op:?}"
                    );
                }
            });
            assert_same_unitary(&original, &circuit);
        }
    }
}

fn check(before: &str, native: TwoQubitBasis, after: &Expect) {
    let original = Circuit::parse(before).unwrap();
    let mut circuit = original.clone();
    translate_pairs(&mut circuit, native);
    assert_same_unitary(&original, &circuit);
    after.assert_eq(&circuit.to_string());
}

#[test]
fn a_rotation_in_each_kind() {
    let text = "rzz(s0) q0 q1";
    check(text, TwoQubitBasis::Cz, &expect!["cx q0 q1; rz(s0) q1; cx q0 q1"]);
    check(text, TwoQubitBasis::Rzz, &expect!["rzz(s0) q0 q1"]);
    check(
        text,
        TwoQubitBasis::Rxx,
        &expect!["ry(pi/2) q0; ry(pi/2) q1; rxx(s0) q0 q1; ry(-pi/2) q0; ry(-pi/2) q1"],
    );
    check(
        text,
        TwoQubitBasis::Iswap,
        &expect![[r#"
        h q1
        rz(-pi/2) q0
        rz(-pi/2) q1
        gphase(-pi/2)
        iswap q0 q1
        h q0
        rz(s0) q0
        h q0
        rz(-pi/2) q0
        rz(-pi/2) q1
        gphase(-pi/2)
        iswap q0 q1
        h q1
    "#]],
    );
}

#[test]
fn a_controlled_gate_in_each_kind() {
    let text = "cz q0 q1";
    check(text, TwoQubitBasis::Cz, &expect!["cz q0 q1"]);
    check(text, TwoQubitBasis::CzRzz, &expect!["cz q0 q1"]);
    check(
        text,
        TwoQubitBasis::Rzz,
        &expect![[r#"
        rz(pi/2) q0
        rz(pi/2) q1
        gphase(pi/4)
        gphase(pi/2)
        rz(pi) q0
        rz(pi) q1
        gphase(pi)
        rzz(pi/2) q0 q1
    "#]],
    );
    check(
        text,
        TwoQubitBasis::Rxx,
        &expect![[r#"
        rz(pi/2) q0
        rz(pi/2) q1
        gphase(pi/4)
        gphase(pi/2)
        rz(pi) q0
        rz(pi) q1
        gphase(pi)
        ry(pi/2) q0
        ry(pi/2) q1
        rxx(pi/2) q0 q1
        ry(-pi/2) q0
        ry(-pi/2) q1
    "#]],
    );
    check(
        text,
        TwoQubitBasis::Iswap,
        &expect![[r#"
        rz(pi/2) q0
        rz(pi/2) q1
        gphase(pi/4)
        gphase(pi/2)
        rz(pi) q0
        rz(pi) q1
        gphase(pi)
        h q1
        rz(-pi/2) q0
        rz(-pi/2) q1
        gphase(-pi/2)
        iswap q0 q1
        h q0
        rz(pi/2) q0
        h q0
        rz(-pi/2) q0
        rz(-pi/2) q1
        gphase(-pi/2)
        iswap q0 q1
        h q1
    "#]],
    );
    check(
        text,
        TwoQubitBasis::SqrtIswap,
        &expect![[r#"
            rz(pi/2) q0
            rz(pi/2) q1
            gphase(pi/4)
            u(1.5707963267948968, pi, 3*pi/2) q0
            gphase(-3*pi/4)
            u(pi/2, -2.220446049250313e-16, pi/2) q1
            gphase(-0.7853981633974482)
            u(pi/2, 1.5707963267948968, -1.5707963267948968) q0
            gphase(-7.850462293418875e-17)
            gphase(-7.850462293418873e-17)
            sqrt_iswap q0 q1
            rz(pi) q1
            rx(0.0) q1
            rz(pi) q1
            rx(pi) q0
            sqrt_iswap q0 q1
            u(1.5707963267948968, -3*pi/2, -1.5707963267948963) q0
            gphase(pi)
            gphase(-7.850462293418875e-17)
            u(1.5707963267948968, -3*pi/2, 0.0) q0
            gphase(3*pi/4)
            u(pi/2, -pi/2, -pi) q1
            gphase(0.7853981633974482)
            gphase(pi/2)
        "#]],
    );
}
