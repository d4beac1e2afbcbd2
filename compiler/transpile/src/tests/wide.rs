//! Circuits of tens of wires on devices of more than a hundred qubits, at angles at which they are Clifford circuits: those
//! are compared exactly, by stabiliser tableaux.

use qml_devices::find;
use qml_gates::Gate;
use qml_ir::circuit::testing::Random;
use qml_ir::circuit::testing::tableau::{assert_same_clifford_on_device, difference, random_clifford};
use qml_ir::circuit::{Circuit, Op};
use qml_source::Span;

use super::{assert_native, options};
use crate::compile;

/// Devices with over a hundred qubits, wires of the source, and its operations.
const WIDE: [(&str, usize, usize); 5] = [
    ("heavy_hex:127", 30, 120),
    ("ibm_torino", 60, 150),
    ("ibm_brisbane", 45, 120),
    ("ibm_fez", 100, 200),
    ("rigetti_cepheus_1_108q", 80, 150),
];

#[test]
fn wide_circuits_are_kept_at_every_level() {
    let mut random = Random::new(51);
    for (name, n_wires, n_ops) in WIDE {
        let device = find(name).unwrap();
        for level in 0..4 {
            let n_slots = if level % 2 == 0 { 3 } else { 0 };
            let (source, slots) = random_clifford(&mut random, n_wires, n_ops, n_slots);
            let compiled = compile(&source, &device, &options(level)).unwrap().circuit;
            assert_native(&compiled, &device);
            assert_same_clifford_on_device(&source, &compiled, &slots);
        }
    }
}

#[test]
fn one_wrong_gate_of_a_wide_circuit_is_noticed() {
    let mut random = Random::new(52);
    let (source, slots) = random_clifford(&mut random, 50, 100, 0);
    let compiled = compile(&source, &find("ibm_torino").unwrap(), &options(1)).unwrap().circuit;
    for i in 0..20 {
        let mut wrong = Circuit { ops: compiled.ops.clone(), ..compiled.clone() };
        let place = random.below(wrong.ops.len());
        let wire = compiled.layout[random.below(50)];
        wrong.ops.insert(place, Op::gate([Gate::X, Gate::S, Gate::H][i % 3], &[], &[wire], Span::default()));
        assert!(difference(&source, &wrong, &slots).is_some(), "{i}");
    }
}
