//! How states move: against differences of the slow simulator, and against the sweep back.

use qml_prelude::random::Stream;

use super::generate::{self, With};
use super::{assert_near, oracle, simulator};
use crate::{C64, Plan};

fn along(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

#[test]
fn tangents_agree_with_differences_and_with_the_sweep_back() {
    let mut stream = Stream::new(61);
    for round in 0..60 {
        let n_wires = 1 + round % 4;
        let mut circuit = generate::circuit(&mut stream, n_wires, 12, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let direction: Vec<f64> = slots.iter().map(|_| stream.normal()).collect();
        let simulator = simulator(1);
        let moving = simulator.state_tangent(&circuit, &slots, &direction).unwrap().unwrap();

        let at = |step: f64| {
            let moved: Vec<f64> = slots.iter().zip(&direction).map(|(x, d)| x + step * d).collect();
            oracle::state(&circuit, &moved)
        };
        let (step, reals) = (1e-5, |z: &[C64]| z.iter().flat_map(|z| [z.re, z.im]).collect::<Vec<f64>>());
        let differences: Vec<C64> =
            at(step).iter().zip(&at(-step)).map(|(up, down)| (up - down) / (2.0 * step)).collect();
        let amplitudes = moving.amplitudes().unwrap();
        let place = |outcome: usize| -> usize {
            circuit.output.iter().enumerate().map(|(i, wire)| (outcome >> i & 1) << wire.0).sum()
        };
        let expected: Vec<C64> = (0..1 << n_wires).map(|outcome| differences[place(outcome)]).collect();
        assert_near(&reals(&amplitudes), &reals(&expected), 1e-8);

        // A part of the wires, and the same back.
        circuit.output.truncate(n_wires.div_ceil(2));
        let plan = Plan::new(&circuit).unwrap();
        let moving = simulator.state_tangent(&circuit, &slots, &direction).unwrap().unwrap();
        let weights: Vec<f64> = (0..1 << circuit.output.len()).map(|_| stream.normal()).collect();
        let back = simulator.probabilities_vjp(&plan, &slots, &weights).unwrap().value.d_slots;
        assert_near(&[along(&moving.probabilities(), &weights)], &[along(&back, &direction)], 1e-12);
        let observable = generate::observable(&mut stream, circuit.output.len(), 3);
        let observables = std::slice::from_ref(&observable);
        let back = simulator.expectations_vjp(&plan, &slots, observables, &[1.0]).unwrap().value.d_slots;
        assert_near(&[moving.expectation(&observable)], &[along(&back, &direction)], 1e-12);
    }
}

#[test]
fn a_circuit_that_measures_has_no_one_state() {
    let mut stream = Stream::new(62);
    let mut circuit = generate::circuit(&mut stream, 2, 3, With::Unitaries);
    let slots = generate::slots(&mut stream);
    assert!(simulator(1).state_tangent(&circuit, &slots, &slots).is_some());
    circuit.ops.push(
        super::circuit(2, 0, vec![qml_ir::circuit::OpKind::Reset { wire: circuit.output[0] }]).ops.remove(0),
    );
    assert!(simulator(1).state_tangent(&circuit, &slots, &slots).is_none());
}
