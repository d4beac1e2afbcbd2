//! Stretches get shorter and stay the same up to a global phase.

use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::{Options, Random, assert_same_up_to_phase, random_circuit};

use super::fold_paulis;
use crate::fold_parities::cost_of;
use crate::lower_controls::lower_controls;

fn total(circuit: &Circuit) -> usize {
    circuit.ops.iter().map(cost_of).sum()
}

/// The CX before and after.
fn check(original: &Circuit) -> [usize; 2] {
    let mut circuit = original.clone();
    lower_controls(&mut circuit).unwrap();
    let before = total(&circuit);
    let gone = fold_paulis(&mut circuit);
    circuit.validate();
    assert_same_up_to_phase(original, &circuit);
    assert_eq!(before - gone, total(&circuit));
    [before, total(&circuit)]
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
