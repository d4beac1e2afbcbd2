//! Stretches get shorter and stay the same.

use expect_test::expect;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};
use qml_ir::circuit::{Circuit, dense};

use super::{cost_of, fold_parities, linear_stretches, slide_parities, twine_parities};
use crate::lower_controls::lower_controls;
use crate::target::Target;

fn total(circuit: &Circuit) -> usize {
    circuit.ops.iter().map(cost_of).sum()
}

fn check(original: &Circuit) -> Circuit {
    let mut circuit = original.clone();
    lower_controls(&mut circuit).unwrap();
    let before = total(&circuit);
    let folded = fold_parities(&circuit, &linear_stretches(&circuit));
    let Some(folded) = folded else { return circuit };
    folded.validate();
    assert_same_unitary(original, &folded);
    assert!(total(&folded) < before);
    folded
}

#[test]
fn random_circuits() {
    let mut random = Random::new(52);
    let shorter = (0..60).filter(|_| {
        let mut circuit = random_circuit(&mut random, &Options::unitary(4, 16));
        lower_controls(&mut circuit).unwrap();
        total(&check(&circuit)) < total(&circuit)
    });
    assert!(shorter.count() > 10, "too few stretches were written anew");
}

#[test]
fn outcomes_stay() {
    let mut random = Random::new(53);
    let mut n_folded = 0;
    for _ in 0..40 {
        let mut circuit = random_circuit(&mut random, &Options::everything(4, 16));
        lower_controls(&mut circuit).unwrap();
        let folded = fold_parities(&circuit, &linear_stretches(&circuit));
        let Some(folded) = folded else { continue };
        n_folded += 1;
        folded.validate();
        let slots = random.angles(circuit.slots.len());
        let weights = |circuit: &Circuit| {
            let mut weights = std::collections::BTreeMap::new();
            for branch in dense::branches(circuit, &slots) {
                let result: Vec<bool> =
                    circuit.result_bits.iter().map(|bit| bit.eval(&branch.bits)).collect();
                for (i, z) in branch.state.iter().enumerate() {
                    *weights.entry((result.clone(), i)).or_insert(0.0) += z.norm_sqr();
                }
            }
            weights
        };
        let (a, b) = (weights(&circuit), weights(&folded));
        for key in a.keys().chain(b.keys()) {
            let at = |of: &std::collections::BTreeMap<_, f64>| of.get(key).copied().unwrap_or(0.0);
            assert!((at(&a) - at(&b)).abs() < 1e-9, "{circuit}\n--- and ---\n{folded}");
        }
    }
    assert!(n_folded > 5, "{n_folded} circuits were written anew");
}

#[test]
fn a_ladder_between_all_pairs_becomes_a_chain() {
    let circuit = Circuit::parse("cx q0 q1; cx q0 q2; cx q0 q3; cx q1 q2; cx q1 q3; cx q2 q3").unwrap();
    expect!["cx q2 q3; cx q1 q2; cx q0 q1"].assert_eq(&check(&circuit).to_string());
}

#[test]
fn turns_of_one_parity_merge() {
    let circuit =
        Circuit::parse("cx q0 q1; rz(s0) q1; cx q0 q1; cx q1 q2; cx q1 q2; rzz(s1) q0 q1; cz q0 q2").unwrap();
    expect![[r#"
        rz(pi/2) q0
        rz(pi/2) q2
        cx q0 q1
        rz(s0 + s1) q1
        cx q0 q2
        rz(-pi/2) q2
        cx q0 q1
        cx q0 q2
        gphase(pi/4)
    "#]]
    .assert_eq(&check(&circuit).to_string());
}

/// A circuit with turns of most pairs of wires, twice.
fn dense_circuit(random: &mut Random, n_wires: usize) -> Circuit {
    let mut text = Vec::new();
    for slot in 0..2 {
        for a in 0..n_wires {
            text.push(format!("rx(s{slot}) q{a}"));
            text.extend((0..a).filter(|_| random.below(5) > 0).map(|b| format!("rzz(s{slot}) q{a} q{b}")));
        }
    }
    Circuit::parse(&text.join("; ")).unwrap()
}

#[test]
fn placed_networks_keep_the_unitary() {
    let mut random = Random::new(54);
    for device in ["line:7", "grid:3x4", "iqm_garnet"] {
        let target = Target::new(&qml_devices::find(device).unwrap());
        for n_wires in [4, 5, 6] {
            let original = dense_circuit(&mut random, n_wires);
            let stretches = linear_stretches(&original);
            let slid = slide_parities(&original, &stretches, &target).unwrap();
            slid.validate();
            assert_same_unitary(&original, &slid);
            let twined = twine_parities(&original, &stretches).unwrap();
            twined.validate();
            assert_same_unitary(&original, &twined);
        }
    }
}
