//! Stretches get shorter and stay the same up to a global phase.

use qml_gates::Gate;
use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::{Options, Random, assert_same_up_to_phase, random_circuit};

use super::{fold_paulis, images};
use crate::fold_parities::cost_of;
use crate::lower_controls::lower_controls;
use crate::one_qubit::{dagger, gate_matrix, times};

fn total(circuit: &Circuit) -> usize {
    circuit.ops.iter().map(cost_of).sum()
}

/// The CX before and after.
fn check(original: &Circuit) -> [usize; 2] {
    let mut circuit = original.clone();
    lower_controls(&mut circuit).unwrap();
    let before = total(&circuit);
    let Some(folded) = fold_paulis(&circuit) else { return [before; 2] };
    folded.validate();
    assert_same_up_to_phase(original, &folded);
    [before, total(&folded)]
}

#[test]
fn random_circuits() {
    let mut random = Random::new(61);
    let shorter = (0..80).filter(|_| {
        let [before, after] = check(&random_circuit(&mut random, &Options::unitary(4, 14)));
        after < before
    });
    assert!(shorter.count() > 20, "too few stretches were written anew");
}

#[test]
fn an_excitation_of_two_electrons() {
    // Eight strings of four letters, six CX each when written one by one.
    let strings = ["XXXY", "XXYX", "XYXX", "YXXX", "YYYX", "YYXY", "YXYY", "XYYY"];
    let ops: Vec<String> = strings
        .iter()
        .map(|string| {
            let ladder = "cx q0 q1; cx q1 q2; cx q2 q3";
            let back = "cx q2 q3; cx q1 q2; cx q0 q1";
            let turn = |sign: &str| -> String {
                string
                    .chars()
                    .enumerate()
                    .map(|(i, p)| match p {
                        'X' => format!("h q{i}; "),
                        _ => format!("rx({sign}1.5707963267948966) q{i}; "),
                    })
                    .collect()
            };
            format!("{}{ladder}; rz(s0) q3; {back}; {}", turn(""), turn("-"))
        })
        .collect();
    let circuit = Circuit::parse(ops.join("").trim_end_matches("; ")).unwrap();
    let [before, after] = check(&circuit);
    assert_eq!(before, 48);
    assert!(after <= 16, "{after} CX");
}

#[test]
fn images_are_those_of_products() {
    let mut random = Random::new(62);
    let gates = [Gate::Id, Gate::X, Gate::Y, Gate::Z, Gate::H, Gate::S, Gate::Sdg, Gate::Sx, Gate::Sxdg];
    for _ in 0..200 {
        // A product of Clifford gates, and one that is off by little.
        let chosen = (0..4).map(|_| gate_matrix(gates[random.below(gates.len())], &[]));
        let m = chosen.reduce(|a, b| times(&a, &b)).unwrap();
        let found = images(&m).unwrap();
        for (letter, image) in [Gate::X, Gate::Z].into_iter().zip(found) {
            let expected = times(&dagger(&m), &times(&gate_matrix(letter, &[]), &m));
            let letters = [(1, 0, Gate::X), (1, 1, Gate::Y), (0, 1, Gate::Z)];
            let own = letters.into_iter().find(|own| (own.0, own.1) == (image.x, image.z)).unwrap();
            let sign = if image.is_negative() { -1.0 } else { 1.0 };
            for (a, b) in expected.iter().flatten().zip(gate_matrix(own.2, &[]).iter().flatten()) {
                assert!((a - b * sign).norm() < 1e-12, "{m:?}");
            }
        }
        assert!(images(&times(&m, &gate_matrix(Gate::U, &[1e-8, 0.3, 0.2]))).is_none());
    }
}
