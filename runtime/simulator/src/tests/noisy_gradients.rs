//! Gradients through noise and measurements: the density matrix's against central differences, those of trajectories
//! against the density matrix's, on average.

use qml_gates::Gate;
use qml_ir::circuit::{Bit, Circuit, OpKind, Wire};
use qml_prelude::random::Stream;

use super::generate::{self, With};
use super::gradients::differences;
use super::machines::simulators;
use super::noise::noise;
use super::{assert_near, bit, circuit, gate, observable, simulator, slot};
use crate::noise::Told;
use crate::trajectory_gradient::Value;
use crate::{Channel, Density, Method, Noise, Plan, Precision, Simulator};

/// A circuit with noise, and its slots.
fn random(stream: &mut Stream, round: usize) -> (Circuit, Noise, Vec<f64>) {
    let with = if round.is_multiple_of(3) { With::Unitaries } else { With::Outcomes };
    let circuit = generate::circuit(stream, 1 + round % 3, 14, with);
    let noise = noise(stream, &circuit);
    (circuit, noise, generate::slots(stream))
}

#[test]
fn the_density_matrix_has_the_gradient_of_differences() {
    let mut stream = Stream::new(91);
    let method = Method::StateVector(Precision::F32);
    let (simulator, singles) = (simulator(2), Simulator::with_method(method, 1, std::sync::Arc::default()));
    for round in 0..60 {
        let (circuit, noise, slots) = random(&mut stream, round);
        let density = Density::new(&circuit, &noise).unwrap();
        let n = circuit.output.len();
        let list = [generate::observable(&mut stream, n, 4), generate::observable(&mut stream, n, 2)];
        let value = |slots: &[f64]| {
            let values = simulator.noisy_expectations(&density, slots, &list).unwrap().value;
            0.7 * values[0] - 0.4 * values[1]
        };
        let found = simulator.noisy_expectations_vjp(&density, &slots, &list, &[0.7, -0.4]).unwrap().value;
        assert_near(&found, &differences(&slots, value), 1e-6);
        let rough = singles.noisy_expectations_vjp(&density, &slots, &list, &[0.7, -0.4]).unwrap().value;
        assert_near(&rough, &found, 1e-3);

        let cotangents: Vec<f64> = (0..1 << n).map(|_| stream.normal()).collect();
        let value = |slots: &[f64]| {
            let values = simulator.noisy_probabilities(&density, slots).unwrap().value;
            values.iter().zip(&cotangents).map(|(p, c)| p * c).sum::<f64>()
        };
        let found = simulator.noisy_probabilities_vjp(&density, &slots, &cotangents).unwrap().value;
        assert_near(&found, &differences(&slots, value), 1e-6);
    }
}

#[test]
fn without_noise_the_gradients_are_those_of_the_state() {
    let mut stream = Stream::new(92);
    let simulator = simulator(1);
    for round in 0..30 {
        let with = if round % 2 == 0 { With::Unitaries } else { With::Outcomes };
        let circuit = generate::circuit(&mut stream, 1 + round % 4, 15, with);
        let slots = generate::slots(&mut stream);
        let list = [generate::observable(&mut stream, circuit.output.len(), 5)];
        let plan = Plan::new(&circuit).unwrap();
        let exact = simulator.expectations_vjp(&plan, &slots, &list, &[1.0]).unwrap().value.d_slots;
        let density = Density::new(&circuit, &Noise::default()).unwrap();
        let found = simulator.noisy_expectations_vjp(&density, &slots, &list, &[1.0]).unwrap().value;
        assert_near(&found, &exact, 1e-9);
        if with == With::Unitaries {
            // There is one trajectory.
            let plan = Plan::trajectories(&circuit, &Noise::default()).unwrap();
            let found = simulator.sampled_expectations_vjp(&plan, &slots, &list, &[1.0], 10, 0).unwrap();
            assert_near(&found, &exact, 1e-9);
        }
    }
}

/// Rotations with damping after each: more stops than are kept.
fn long(n_wires: u32, n_rounds: usize) -> (Circuit, Noise) {
    let (mut ops, mut noise) = (Vec::new(), Noise::default());
    for round in 0..n_rounds {
        for wire in 0..n_wires {
            let turn = if round % 2 == 0 { Gate::Rx } else { Gate::Rz };
            noise.after(ops.len(), Channel::amplitude_damping(0.004), &[Wire(wire)]);
            ops.push(gate(turn, &[slot((round % 3) as u32)], &[wire]));
        }
    }
    (circuit(n_wires as usize, 3, ops), noise)
}

#[test]
fn more_stops_than_are_kept_give_the_same_gradient() {
    let simulator = simulator(1);
    let slots = [0.3, -0.2, 0.25];
    let (circuit, noise) = long(2, 170);
    let density = Density::new(&circuit, &noise).unwrap();
    let list = [observable(&[(1.0, "ZI"), (0.5, "YX")])];
    let value = |slots: &[f64]| simulator.noisy_expectations(&density, slots, &list).unwrap().value[0];
    let found = simulator.noisy_expectations_vjp(&density, &slots, &list, &[1.0]).unwrap().value;
    assert_near(&found, &differences(&slots, value), 1e-6);
    assert!(found.iter().any(|d| d.abs() > 0.1), "{found:?}");
}

/// The largest distance of a mean from what it should be, in standard errors; what doesn't vary is equal.
fn deviation(draws: &[Vec<f64>], expected: &[f64]) -> f64 {
    let n = draws.len() as f64;
    let of_slot = |slot: usize| {
        let mean = draws.iter().map(|d| d[slot]).sum::<f64>() / n;
        let variance = draws.iter().map(|d| (d[slot] - mean).powi(2)).sum::<f64>() / (n - 1.0);
        let error = (variance / n).sqrt().max(1e-9);
        (mean - expected[slot]).abs() / error
    };
    (0..expected.len()).map(of_slot).fold(0.0, f64::max)
}

#[test]
fn trajectories_have_the_gradient_of_the_density_matrix_on_average() {
    let mut stream = Stream::new(93);
    let simulator = simulator(1);
    for round in 0..40 {
        let (circuit, noise, slots) = random(&mut stream, round);
        let plan = Plan::trajectories(&circuit, &noise).unwrap();
        let density = Density::new(&circuit, &noise).unwrap();
        let n = circuit.output.len();
        let list = [generate::observable(&mut stream, n, 3)];
        let exact = simulator.noisy_expectations_vjp(&density, &slots, &list, &[1.0]).unwrap().value;
        let draw = |key| simulator.sampled_expectations_vjp(&plan, &slots, &list, &[1.0], 4, key).unwrap();
        let draws: Vec<Vec<f64>> = (0..150).map(draw).collect();
        let far = deviation(&draws, &exact);
        assert!(far < 4.5, "{round}: {far} standard errors");
        if round % 4 == 0 {
            let cotangents: Vec<f64> = (0..1 << n).map(|_| stream.normal()).collect();
            let exact = simulator.noisy_probabilities_vjp(&density, &slots, &cotangents).unwrap().value;
            let draw = |key| simulator.sampled_probabilities_vjp(&plan, &slots, &cotangents, 4, key).unwrap();
            let far = deviation(&(0..150).map(draw).collect::<Vec<_>>(), &exact);
            assert!(far < 4.5, "{round}: {far} standard errors");
        }
    }
}

#[test]
fn lines_side_by_side_give_what_they_give_one_by_one() {
    let mut stream = Stream::new(95);
    let simulators = simulators(1);
    let mut n_beside = 0;
    for round in 0..60 {
        let n = 1 + round % 9;
        let circuit = generate::circuit(&mut stream, n, 12, With::Unitaries);
        let (mut noise, strength) = (Noise::default(), if round % 2 == 0 { 0.02 } else { 0.2 });
        for op in 0..circuit.ops.len() {
            let wire = Wire(stream.below(n as u64) as u32);
            let channel = match stream.below(4) {
                0 => Channel::amplitude_damping(strength),
                1 => Channel::phase_damping(strength),
                2 => Channel::depolarizing(1, strength),
                _ => Channel::thermal_relaxation(Some(1.0), Some(0.7), strength),
            };
            noise.after(op, channel, &[wire]);
        }
        (0..n as u32).for_each(|wire| noise.misread(Wire(wire), [0.02, 0.05]));
        let plan = Plan::trajectories(&circuit, &noise).unwrap();
        let slots = generate::slots(&mut stream);
        let list = [generate::observable(&mut stream, n, 4)];
        let cotangents: Vec<f64> = (0..1 << n).map(|_| stream.normal()).collect();
        let told = [
            Told::of_observables(&plan.readout, n, &list, &[0.7]),
            Told::of_probabilities(&plan.readout, &cotangents),
        ];
        let values = told.map(|told| Value::new(&plan, told).unwrap());
        for (simulator, allowed) in &simulators {
            let [beside, one_by_one] = [true, false].map(|is_beside| {
                let of =
                    |value| simulator.gradient_of_lines(&plan, &slots, value, is_beside, (90, 3)).unwrap();
                values.each_ref().map(of).concat()
            });
            assert_near(&beside, &one_by_one, 1000.0 * allowed);
        }
        let simulator = &simulators[0].0;
        let found = simulator.sampled_expectations_vjp(&plan, &slots, &list, &[0.7], 90, 3).unwrap();
        let beside = simulator.gradient_of_lines(&plan, &slots, &values[0], true, (90, 3)).unwrap();
        n_beside += usize::from(found == beside);
    }
    // Many of them go that way by themselves.
    assert!(n_beside > 20, "{n_beside}");
}

#[test]
fn a_long_trajectory_has_the_gradient_of_the_density_matrix_on_average() {
    let simulator = simulator(1);
    let slots = [0.3, -0.2, 0.25];
    let (circuit, noise) = long(1, 200);
    let list = [observable(&[(1.0, "Z")])];
    let density = Density::new(&circuit, &noise).unwrap();
    let exact = simulator.noisy_expectations_vjp(&density, &slots, &list, &[1.0]).unwrap().value;
    let plan = Plan::trajectories(&circuit, &noise).unwrap();
    let draw = |key| simulator.sampled_expectations_vjp(&plan, &slots, &list, &[1.0], 10, key).unwrap();
    let far = deviation(&(0..60).map(draw).collect::<Vec<_>>(), &exact);
    assert!(far < 4.5, "{far} standard errors");
}

#[test]
fn an_angle_that_only_changes_how_likely_an_outcome_is_has_a_gradient() {
    // The outcome of the first qubit decides whether the second is flipped: E[Z_1] = cos(theta), while along each
    // trajectory the value is 1 or -1 whatever the angle.
    let theta = 0.7;
    let flip =
        vec![qml_ir::circuit::Op { kind: gate(Gate::X, &[], &[1]), span: qml_source::Span::default() }];
    let ops = vec![
        gate(Gate::Ry, &[slot(0)], &[0]),
        OpKind::Measure { wire: Wire(0), bit: Bit(0) },
        OpKind::If { condition: bit(0), then: flip, otherwise: Vec::new() },
    ];
    let circuit = circuit(2, 1, ops);
    let plan = Plan::trajectories(&circuit, &Noise::default()).unwrap();
    let list = [observable(&[(1.0, "IZ")])];
    let found = simulator(1).sampled_expectations_vjp(&plan, &[theta], &list, &[1.0], 20_000, 5).unwrap();
    assert_near(&found, &[-theta.sin()], 0.02);
}

#[test]
fn gradients_of_trajectories_do_not_depend_on_threads() {
    let mut stream = Stream::new(94);
    for round in 0..6 {
        let (circuit, noise, slots) = random(&mut stream, 1 + round);
        let plan = Plan::trajectories(&circuit, &noise).unwrap();
        let list = [generate::observable(&mut stream, circuit.output.len(), 3)];
        let draw =
            |threads| simulator(threads).sampled_expectations_vjp(&plan, &slots, &list, &[1.0], 200, 8);
        assert_eq!(draw(1).unwrap(), draw(3).unwrap());
    }
}
