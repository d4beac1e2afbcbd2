//! Tableaux against dense matrices.

use super::*;
use crate::circuit::dense::unitary;
use crate::circuit::testing::distance;

/// The matrix of a row, sign included.
fn row_matrix(tableau: &Tableau, row: usize) -> Matrix {
    let n = tableau.n_wires;
    let product = (0..n).map(|wire| tableau.letter(row, wire) << (2 * wire)).sum();
    let mut matrix = letters(product, n);
    if tableau.is_minus(row) {
        matrix.data.iter_mut().for_each(|entry| *entry = -*entry);
    }
    matrix
}

fn rows(matrix: &Matrix) -> Vec<Vec<C64>> {
    matrix.data.chunks(matrix.dim).map(<[C64]>::to_vec).collect()
}

#[test]
fn images_are_those_of_dense_matrices() {
    let mut random = Random::new(31);
    for n_wires in 1..5 {
        for _ in 0..6 {
            let (circuit, slots) = random_clifford(&mut random, n_wires, 20, 2);
            assert!(circuit.ops.len() > 5, "too few Clifford gates to show anything");
            let tableau = Tableau::of(&circuit, &slots);
            let u = Matrix { dim: 1 << n_wires, data: unitary(&circuit, &slots).concat().into() };
            for wire in 0..n_wires {
                for (letter, row) in [(1, wire), (2, n_wires + wire)] {
                    let moved = u.times(&letters(letter << (2 * wire), n_wires)).times(&u.dagger());
                    let apart = distance(&rows(&moved), &rows(&row_matrix(&tableau, row)));
                    assert!(apart < 1e-9, "row {row} of\n{circuit}");
                }
            }
        }
    }
}

#[test]
fn gates_outside_of_the_group_are_noticed() {
    for text in ["t q0", "ch q0 q1", "rz(0.3) q0", "ccx q0 q1 q2"] {
        let circuit = Circuit::parse(text).unwrap();
        let mut tableau = Tableau::new(circuit.n_wires);
        assert!(!tableau.apply(&circuit.ops[0], &[], &mut BTreeMap::new()), "{text}");
    }
}

#[test]
fn one_changed_gate_in_hundreds_is_noticed() {
    let mut random = Random::new(32);
    let (source, slots) = random_clifford(&mut random, 70, 400, 3);
    let mut compiled = source.clone();
    compiled.layout = Circuit::wires(0..70);
    compiled.final_layout = Circuit::wires(0..70);
    assert_eq!(difference(&source, &compiled, &slots), None);
    for gate in [Gate::X, Gate::Z, Gate::S, Gate::H] {
        let mut wrong = compiled.clone();
        wrong.ops.insert(200, Op::gate(gate, &[], &[Wire(33)], Span::default()));
        assert!(difference(&source, &wrong, &slots).is_some(), "{gate:?}");
    }
}

#[test]
fn ancillas_are_zero_before_and_after() {
    let source = Circuit::parse("circuit wires 2\nh q0; cx q0 q1").unwrap();
    let on_device = |text: &str| {
        let mut circuit = Circuit::parse(&format!("circuit wires 3\n{text}")).unwrap();
        circuit.layout = vec![Wire(0), Wire(1)];
        circuit.final_layout = vec![Wire(2), Wire(1)];
        difference(&source, &circuit, &[])
    };
    // A SWAP with a qubit that is 0 takes two CX, and a CZ on one changes nothing.
    assert_eq!(on_device("cz q2 q0; h q0; cx q0 q1; cx q0 q2; cx q2 q0"), None);
    assert!(on_device("h q0; cx q0 q1; cx q0 q2").is_some());
    assert!(on_device("h q0; cx q0 q1; cx q0 q2; cx q2 q0; x q0").is_some());
    assert!(on_device("h q0; cx q0 q1; cx q0 q2; cx q2 q0; z q2").is_some());
}
