//! States, expectation values and variances of circuits without outcomes.

use qml_prelude::random::Stream;

use super::generate::{self, With};
use super::{assert_near, circuit, gate, observable, oracle, simulator, slot};
use crate::{C64, Plan};
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Wire};

/// The register's state from that of the wires.
fn register(circuit: &Circuit, psi: &[C64]) -> Vec<C64> {
    let wire_index = |outcome: usize| -> usize {
        circuit.output.iter().enumerate().map(|(i, wire)| (outcome >> i & 1) << wire.0).sum()
    };
    (0..psi.len()).map(|outcome| psi[wire_index(outcome)]).collect()
}

fn distance(a: &[C64], b: &[C64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

#[test]
fn states_are_those_of_plain_loops() {
    let mut stream = Stream::new(1);
    let simulator = simulator(1);
    for round in 0..300 {
        let circuit = generate::circuit(&mut stream, 1 + round % 6, 30, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let ours = simulator.state(&Plan::new(&circuit).unwrap(), &slots).unwrap();
        let far = distance(&ours.value, &register(&circuit, &oracle::state(&circuit, &slots)));
        assert!(far < 1e-12, "round {round}: {far}");
        assert_eq!(ours.branches, 1);
    }
}

/// Fourteen wires are four pieces, so that pairs and groups reach across pieces and several threads work.
#[test]
fn large_states_are_those_of_plain_loops_on_any_number_of_threads() {
    let mut stream = Stream::new(2);
    let (one, two) = (simulator(1), simulator(2));
    for _ in 0..6 {
        let circuit = generate::circuit(&mut stream, 14, 30, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let plan = Plan::new(&circuit).unwrap();
        let state = one.state(&plan, &slots).unwrap();
        let psi = oracle::state(&circuit, &slots);
        assert!(distance(&state.value, &register(&circuit, &psi)) < 1e-12);
        assert_eq!(state, two.state(&plan, &slots).unwrap());

        let list = [generate::observable(&mut stream, 14, 30), generate::observable(&mut stream, 14, 3)];
        let forth = one.expectations_vjp(&plan, &slots, &list, &[0.7, -1.3]).unwrap();
        assert_eq!(forth, two.expectations_vjp(&plan, &slots, &list, &[0.7, -1.3]).unwrap());
        for (value, observable) in forth.value.values.iter().zip(&list) {
            let image = oracle::image(observable, &circuit.output, &psi);
            let expected: f64 = psi.iter().zip(&image).map(|(a, b)| (a.conj() * b).re).sum();
            assert_near(&[*value], &[expected], 1e-11);
        }
        assert_eq!(one.sample(&plan, &slots, 5000, 3).unwrap(), two.sample(&plan, &slots, 5000, 3).unwrap());
        assert_eq!(one.probabilities(&plan, &slots).unwrap(), two.probabilities(&plan, &slots).unwrap());
    }
}

/// From nineteen wires on tiles have fifteen.
#[test]
fn states_of_the_largest_tiles_are_those_of_plain_loops() {
    let mut stream = Stream::new(5);
    let circuit = generate::circuit(&mut stream, 19, 60, With::Unitaries);
    let slots = generate::slots(&mut stream);
    let plan = Plan::new(&circuit).unwrap();
    let state = simulator(2).state(&plan, &slots).unwrap();
    let psi = oracle::state(&circuit, &slots);
    assert!(distance(&state.value, &register(&circuit, &psi)) < 1e-12);
}

#[test]
fn expectations_and_variances_are_those_of_plain_loops() {
    let mut stream = Stream::new(3);
    let simulator = simulator(1);
    for round in 0..100 {
        let n = 1 + round % 5;
        let circuit = generate::circuit(&mut stream, n, 20, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let plan = Plan::new(&circuit).unwrap();
        // Many terms on few qubits: groups are large enough for the transform.
        let list = [generate::observable(&mut stream, n, 4), generate::observable(&mut stream, n, 200)];
        let psi = oracle::state(&circuit, &slots);
        let (mut values, mut variances) = (Vec::new(), Vec::new());
        for observable in &list {
            let image = oracle::image(observable, &circuit.output, &psi);
            let value: f64 = psi.iter().zip(&image).map(|(a, b)| (a.conj() * b).re).sum();
            values.push(value);
            variances.push(image.iter().map(C64::norm_sqr).sum::<f64>() - value * value);
        }
        assert_near(&simulator.expectations(&plan, &slots, &list).unwrap().value, &values, 1e-11);
        assert_near(&simulator.variances(&plan, &slots, &list).unwrap().value, &variances, 1e-10);
        let outcomes: Vec<f64> = register(&circuit, &psi).iter().map(C64::norm_sqr).collect();
        let ours = simulator.probabilities(&plan, &slots).unwrap().value;
        assert_near(&ours, &outcomes, 1e-12);
        assert!((ours.iter().sum::<f64>() - 1.0).abs() < 1e-12);
    }
}

#[test]
fn a_product_with_wires_that_are_not_returned_has_a_state() {
    let ops = vec![
        gate(Gate::H, &[], &[0]),
        gate(Gate::Ry, &[slot(0)], &[1]),
        gate(Gate::Cx, &[], &[0, 2]),
        gate(Gate::Swap, &[], &[1, 2]),
    ];
    let mut bell = circuit(3, 1, ops);
    bell.output = vec![Wire(0), Wire(1)];
    let state = simulator(1).state(&Plan::new(&bell).unwrap(), &[0.3]).unwrap().value;
    let half = C64::new(0.5f64.sqrt(), 0.0);
    assert!(distance(&state, &[half, C64::ZERO, C64::ZERO, half]) < 1e-14);
}

#[test]
fn one_plan_serves_many_values() {
    let ry = circuit(1, 1, vec![gate(Gate::Ry, &[slot(0)], &[0])]);
    let plan = Plan::new(&ry).unwrap();
    let simulator = simulator(1);
    for i in 0..10 {
        let theta = f64::from(i) * 0.37;
        let value = simulator.expectations(&plan, &[theta], &[observable(&[(1.0, "Z")])]).unwrap().value;
        assert_near(&value, &[theta.cos()], 1e-14);
    }
}

#[test]
fn global_phases_are_kept() {
    let ops = vec![gate(Gate::Gphase, &[slot(0)], &[]), gate(Gate::Rz, &[Angle::constant(1.0)], &[0])];
    let state = simulator(1).state(&Plan::new(&circuit(1, 1, ops)).unwrap(), &[0.9]).unwrap().value;
    assert!((state[0] - C64::from_polar(1.0, 0.4)).norm() < 1e-15);
}

#[test]
fn an_empty_circuit_has_the_empty_register() {
    let nothing = circuit(0, 0, vec![]);
    let plan = Plan::new(&nothing).unwrap();
    assert_eq!(simulator(1).state(&plan, &[]).unwrap().value, [C64::ONE]);
    assert_eq!(simulator(1).probabilities(&plan, &[]).unwrap().value, [1.0]);
    let shots = simulator(1).sample(&plan, &[], 3, 0).unwrap();
    assert_eq!((shots.n_shots, shots.n_bits), (3, 0));
}
