//! Chains against the state vector.

use std::collections::BTreeMap;
use std::sync::Arc;

use qml_gates::Gate;
use qml_ir::circuit::testing::{Options, Random, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Op, Wire};
use qml_prelude::observable::{Observable, Pauli};
use qml_simulator::{Plan, Simulator};
use qml_source::Span;

use crate::{C64, Limits, Mps};

fn simulator() -> Simulator {
    Simulator::new(1, Arc::default())
}

fn random_observable(random: &mut Random, n: usize) -> Observable {
    let mut observable = Observable::default();
    for _ in 0..4 {
        let string =
            (0..n as u32).filter_map(|q| Some((q, *[Pauli::X, Pauli::Y, Pauli::Z].get(random.below(5))?)));
        let string = string.collect();
        observable.add_term(string, C64::new(random.unit() - 0.5, 0.0));
    }
    let bits: Vec<bool> = (0..n).map(|_| random.chance(0.5)).collect();
    observable.add_projector(&bits, C64::new(random.unit(), 0.0));
    observable
}

fn circuit(random: &mut Random, n: usize, n_ops: usize, has_outcomes: bool) -> (Circuit, Vec<f64>) {
    let options = Options { measurements: has_outcomes, ..Options::unitary(n, n_ops) };
    let mut circuit = random_circuit(random, &options);
    let n_output = 1 + random.below(n);
    circuit.output = random.wires(n_output, n);
    let slots = random.angles(circuit.slots.len());
    (circuit, slots)
}

fn near(a: &[f64], b: &[f64], far: f64) {
    assert_eq!(a.len(), b.len());
    let apart = a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
    assert!(apart <= far, "{apart:e} apart: {a:?} and {b:?}");
}

#[test]
fn exact_results_are_those_of_the_state_vector() {
    let mut random = Random::new(61);
    for round in 0..60 {
        let n = 1 + round % 6;
        let (circuit, slots) = circuit(&mut random, n, 20, round % 2 == 1);
        let (plan, simulator) = (Plan::new(&circuit).unwrap(), simulator());
        let mps = Mps::new(&circuit, &slots, Limits::default()).unwrap();
        let list = [random_observable(&mut random, circuit.output.len())];
        let found = mps.expectations(&simulator, &list).unwrap();
        near(&found.value.value, &simulator.expectations(&plan, &slots, &list).unwrap().value, 1e-9);
        let found = mps.probabilities(&simulator).unwrap();
        near(&found.value.value, &simulator.probabilities(&plan, &slots).unwrap().value, 1e-9);
        assert!(found.distance < 1e-6 && found.bond <= 8, "{} {}", found.distance, found.bond);
    }
}

#[test]
fn shots_are_as_often_as_they_are_likely() {
    let mut random = Random::new(62);
    for round in 0..12 {
        let (mut circuit, slots) = circuit(&mut random, 4, 20, round % 2 == 1);
        circuit.result_bits.clear();
        let simulator = simulator();
        let expected = simulator.probabilities(&Plan::new(&circuit).unwrap(), &slots).unwrap().value;
        let mps = Mps::new(&circuit, &slots, Limits::default()).unwrap();
        let shots = mps.sample_part(&simulator, 0..3000, round as u64).unwrap().value;
        let mut counts: BTreeMap<usize, f64> = BTreeMap::new();
        for shot in 0..3000 {
            let index = shots.row(shot).iter().enumerate().map(|(i, &bit)| usize::from(bit) << i).sum();
            *counts.entry(index).or_default() += 1.0;
        }
        for (index, p) in expected.iter().enumerate() {
            let (mean, found) = (3000.0 * p, counts.get(&index).copied().unwrap_or(0.0));
            assert!((found - mean).abs() <= 5.0 * mean.sqrt() + 3.0, "{found} of {mean}");
        }
        let part = mps.sample_part(&simulator, 700..900, round as u64).unwrap().value;
        assert_eq!(part.bits, shots.bits[700 * shots.n_bits..900 * shots.n_bits]);
    }
}

#[test]
fn the_distance_is_a_bound() {
    let mut random = Random::new(63);
    let mut n_truncated = 0;
    for max_bond in [1, 2, 3, 5, 7] {
        let (circuit, slots) = circuit(&mut random, 7, 60, max_bond == 3);
        let simulator = simulator();
        let limits = Limits { max_bond, ..Limits::default() };
        let found = Mps::new(&circuit, &slots, limits).unwrap().probabilities(&simulator).unwrap();
        let exact = simulator.probabilities(&Plan::new(&circuit).unwrap(), &slots).unwrap().value;
        let apart = found.value.value.iter().zip(&exact).map(|(a, b)| (a - b).abs()).sum::<f64>() / 2.0;
        assert!(apart <= found.distance + 1e-9, "{apart} of {}", found.distance);
        assert!(found.bond <= max_bond);
        assert!((found.value.value.iter().sum::<f64>() - 1.0).abs() < 1e-9);
        n_truncated += usize::from(apart > 1e-3);
    }
    assert!(n_truncated > 1, "something is left out");
}

#[test]
fn little_entanglement_is_exact_on_many_wires() {
    // exp(-i t Z Z / 2) and turns about X on a ring of 60: every expectation value is known for one layer.
    let n = 60;
    let (gamma, beta) = (0.3, 0.7);
    let wire = |w: usize| Wire((w % n) as u32);
    let gate =
        |gate, angle: f64, wires: &[Wire]| Op::gate(gate, &[Angle::constant(angle)], wires, Span::default());
    let mut ops: Vec<Op> = (0..n).map(|w| Op::gate(Gate::H, &[], &[wire(w)], Span::default())).collect();
    ops.extend((0..n).map(|w| gate(Gate::Rzz, 2.0 * gamma, &[wire(w), wire(w + 1)])));
    ops.extend((0..n).map(|w| gate(Gate::Rx, 2.0 * beta, &[wire(w)])));
    let circuit = Circuit { n_wires: n, ops, output: Circuit::wires(0..n as u32), ..Circuit::default() };
    let zz = |w: u32| Observable::term(vec![(w, Pauli::Z), (w + 1, Pauli::Z)], C64::ONE);
    let list = [zz(0), zz(29), zz(58)];
    let found =
        Mps::new(&circuit, &[], Limits::default()).unwrap().expectations(&simulator(), &list).unwrap();
    // <Z Z> of an edge of a ring without triangles: Wang, Hadfield, Jiang and Rieffel, arXiv:1706.02998, with the
    // signs of these conventions.
    let value = (4.0f64 * beta).sin() * (4.0f64 * gamma).sin() / 2.0;
    near(&found.value.value.iter().map(|v| v.abs()).collect::<Vec<_>>(), &[value.abs() / 1.0; 3], 1e-9);
    assert!(found.distance < 1e-6 && found.bond <= 8);
}
