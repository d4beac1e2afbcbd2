//! Runs get shorter and stay the same, with numbers and with slots.

use qml_gates::Gate;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Op, Slot, Wire};
use qml_source::Span;

use super::consolidate_pairs;
use crate::lower_controls::lower_controls;
use crate::pair_basis::PairBasis;

fn total(circuit: &Circuit) -> usize {
    circuit.ops.iter().map(|op| PairBasis::Controlled.cost(op)).sum()
}

fn check(original: &Circuit) -> usize {
    let mut circuit = original.clone();
    lower_controls(&mut circuit).unwrap();
    let n_before = total(&circuit);
    consolidate_pairs(&mut circuit, PairBasis::Controlled);
    circuit.validate();
    assert_same_unitary(original, &circuit);
    assert!(total(&circuit) <= n_before);
    total(&circuit)
}

#[test]
fn random_circuits() {
    let mut random = Random::new(7);
    for n_wires in 2..4 {
        for _ in 0..50 {
            let mut options = Options::unitary(n_wires, 10);
            check(&random_circuit(&mut random, &options));
            options.n_slots = 0;
            let n_cx = check(&random_circuit(&mut random, &options));
            assert!(n_wires > 2 || n_cx <= 3);
        }
    }
}

#[test]
fn random_circuits_in_every_basis() {
    let mut random = Random::new(8);
    for basis in [PairBasis::Rotation, PairBasis::Iswap, PairBasis::SqrtIswap] {
        let total = |circuit: &Circuit| circuit.ops.iter().map(|op| basis.cost(op)).sum::<usize>();
        for n_wires in 2..4 {
            for _ in 0..20 {
                let original = random_circuit(&mut random, &Options::unitary(n_wires, 10));
                let mut circuit = original.clone();
                lower_controls(&mut circuit).unwrap();
                // A second time: what the first one wrote is read, too.
                for _ in 0..2 {
                    let n_before = total(&circuit);
                    consolidate_pairs(&mut circuit, basis);
                    assert_same_unitary(&original, &circuit);
                    assert!(total(&circuit) <= n_before);
                }
            }
        }
    }
}

fn run(gates: &[(Gate, &[u32])]) -> Circuit {
    let slots = (0..gates.len()).map(|i| format!("s{i}")).collect();
    let mut circuit = Circuit { n_wires: 2, slots, output: Circuit::wires(0..2), ..Circuit::default() };
    for (i, (gate, wires)) in gates.iter().enumerate() {
        let angles: Vec<Angle> = gate.def().params.iter().map(|_| Angle::slot(Slot(i as u32))).collect();
        let wires: Vec<Wire> = wires.iter().map(|&wire| Wire(wire)).collect();
        circuit.ops.push(Op::gate(*gate, &angles, &wires, Span::default()));
    }
    circuit
}

#[test]
fn a_rotation_and_a_swap_take_three() {
    assert_eq!(check(&run(&[(Gate::Rzz, &[0, 1]), (Gate::Swap, &[0, 1])])), 3);
    assert_eq!(
        check(&run(&[(Gate::Cx, &[0, 1]), (Gate::Rz, &[1]), (Gate::Cx, &[0, 1]), (Gate::Swap, &[1, 0])])),
        3
    );
}

#[test]
fn a_heisenberg_edge_takes_three() {
    assert_eq!(check(&run(&[(Gate::Rxx, &[0, 1]), (Gate::Ryy, &[0, 1]), (Gate::Rzz, &[0, 1])])), 3);
    assert_eq!(check(&run(&[(Gate::Rxx, &[0, 1]), (Gate::Ryy, &[0, 1])])), 2);
}

#[test]
fn a_swap_and_a_cx_take_two() {
    assert_eq!(check(&run(&[(Gate::Cx, &[0, 1]), (Gate::Swap, &[0, 1])])), 2);
}

#[test]
fn rotations_that_do_not_commute_stay_apart() {
    assert_eq!(check(&run(&[(Gate::Rzz, &[0, 1]), (Gate::Rx, &[0]), (Gate::Rzz, &[0, 1])])), 4);
}
