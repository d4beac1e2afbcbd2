//! The same results from every instruction set of this machine, in both precisions, on one and on more threads.

use qml_gates::Gate;
use qml_ir::circuit::Circuit;
use qml_prelude::random::Stream;

use super::generate::{self, With};
use super::{assert_near, circuit, gate, observable, oracle, simulator, slot};
use crate::vector::Isa;
use crate::{C64, Method, Plan, Precision, Simulator};

/// A simulator for each instruction set and precision, with the distance from exact numbers that it is allowed.
pub(super) fn simulators(threads: usize) -> Vec<(Simulator, f64)> {
    let all = |isa| {
        [(Precision::F64, 1e-11), (Precision::F32, 3e-5)].map(|(precision, far)| {
            let method = Method::StateVector(precision);
            let mut simulator = Simulator::with_method(method, threads, std::sync::Arc::default());
            simulator.isa = isa;
            (simulator, far)
        })
    };
    Isa::available().into_iter().flat_map(all).collect()
}

fn register(circuit: &Circuit, psi: &[C64]) -> Vec<C64> {
    let wire_index = |outcome: usize| -> usize {
        circuit.output.iter().enumerate().map(|(i, wire)| (outcome >> i & 1) << wire.0).sum()
    };
    (0..psi.len()).map(|outcome| psi[wire_index(outcome)]).collect()
}

#[test]
fn every_instruction_set_and_precision_gives_the_state_and_the_gradient() {
    let simulators = simulators(1);
    let mut stream = Stream::new(41);
    for round in 0..60 {
        let n = 1 + round % 7;
        let circuit = generate::circuit(&mut stream, n, 20, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let plan = Plan::new(&circuit).unwrap();
        let list = [generate::observable(&mut stream, n, 3), generate::observable(&mut stream, n, 40)];
        let exact = register(&circuit, &oracle::state(&circuit, &slots));
        let expected = simulator(1).expectations_vjp(&plan, &slots, &list, &[0.3, -0.1]).unwrap().value;
        for (simulator, allowed) in &simulators {
            let ours = simulator.state(&plan, &slots).unwrap().value;
            let far = ours.iter().zip(&exact).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
            assert!(far <= *allowed, "{}: {far}", simulator.instruction_set());
            let some = simulator.amplitudes(&plan, &slots, &[exact.len() - 1, 0]).unwrap();
            let pairs = some.iter().zip([ours[exact.len() - 1], ours[0]]);
            assert!(pairs.map(|(a, b)| (a - b).norm()).fold(0.0, f64::max) <= *allowed);
            let vjp = simulator.expectations_vjp(&plan, &slots, &list, &[0.3, -0.1]).unwrap().value;
            assert_near(&vjp.values, &expected.values, 100.0 * allowed);
            assert_near(&vjp.d_slots, &expected.d_slots, 100.0 * allowed);
        }
    }
}

/// Layers whose phases reach from tile to tile, on more wires than a tile has.
fn layers(n: u32, slots: u32) -> Circuit {
    let mut ops = Vec::new();
    for layer in 0..3 {
        for q in 0..n {
            let next = |k: u32| slot((3 * q + k + layer) % slots);
            ops.push(gate(Gate::Ry, &[next(0)], &[q]));
            ops.push(gate(Gate::Rz, &[next(1)], &[q]));
            ops.push(gate(Gate::Rzz, &[next(2)], &[q, (q + 5) % n]));
        }
        ops.extend((0..n).map(|q| gate(Gate::Cz, &[], &[q, (q + 1) % n])));
        ops.push(gate(Gate::Cx, &[], &[n - 1, 0]));
        ops.push(gate(Gate::Crx, &[slot(0)], &[1, n - 2]));
        ops.push(gate(Gate::Rxx, &[slot(1)], &[3, n - 1]));
        // Two wires again and again: one matrix.
        ops.push(gate(Gate::Cx, &[], &[2, 9]));
        ops.push(gate(Gate::Ry, &[slot(1)], &[2]));
        ops.push(gate(Gate::Rz, &[slot(2)], &[9]));
        ops.push(gate(Gate::Cx, &[], &[9, 2]));
        ops.push(gate(Gate::Ry, &[slot(3)], &[9]));
        ops.push(gate(Gate::Cp, &[slot(4)], &[9, 2]));
        ops.push(gate(Gate::Cx, &[], &[2, 9]));
        ops.push(gate(Gate::Ry, &[slot(0)], &[2]));
    }
    circuit(n as usize, slots as usize, ops)
}

#[test]
fn states_larger_than_a_tile_have_the_gradient_of_differences_on_every_instruction_set() {
    let circuit = layers(15, 5);
    let plan = Plan::new(&circuit).unwrap();
    let (passes, _) = plan.size();
    assert!(passes > 1);
    // Rotations with small and with large tangents.
    let slots = [0.3, -1.1, 0.7, 2.0, -3.1];
    let psi = oracle::state(&circuit, &slots);
    let z = observable(&[(0.5, "ZIIIIIIIIIIIIIZ"), (1.0, "IIIXIIIIIIIIIIY"), (-0.8, "YIIIIIIIIZIIIXI")]);
    let value = |slots: &[f64]| oracle::expectation(&circuit, slots, &z);
    let differences: Vec<f64> = (0..slots.len())
        .map(|i| {
            let at = |step: f64| {
                let mut moved = slots;
                moved[i] += step;
                value(&moved)
            };
            (at(1e-5) - at(-1e-5)) / 2e-5
        })
        .collect();
    for ((one, allowed), (two, _)) in simulators(1).into_iter().zip(simulators(2)) {
        let state = one.state(&plan, &slots).unwrap();
        let far = state.value.iter().zip(&psi).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
        assert!(far <= allowed, "{}: {far}", one.instruction_set());
        let norm: f64 = state.value.iter().map(C64::norm_sqr).sum();
        assert!((norm - 1.0).abs() <= 10.0 * allowed);
        assert_eq!(state, two.state(&plan, &slots).unwrap());
        let list = std::slice::from_ref(&z);
        let vjp = one.expectations_vjp(&plan, &slots, list, &[1.0]).unwrap();
        assert_eq!(vjp, two.expectations_vjp(&plan, &slots, list, &[1.0]).unwrap());
        assert_near(&vjp.value.values, &[value(&slots)], 10.0 * allowed);
        assert_near(&vjp.value.d_slots, &differences, 1e-6 + 30.0 * allowed);
    }
}

/// Layers of rotations of all wires, and phases between all neighbours.
fn entangling(n: u32) -> Circuit {
    let mut ops = Vec::new();
    for layer in 0..3 {
        for q in 0..n {
            ops.push(gate(Gate::Ry, &[slot((q + layer) % 4)], &[q]));
            ops.push(gate(Gate::Rz, &[slot((q + 2 * layer + 1) % 4)], &[q]));
        }
        for q in 1..n {
            ops.push(gate(Gate::Rzz, &[slot((q * layer) % 4)], &[q - 1, q]));
            ops.push(gate(Gate::Rxx, &[slot(layer)], &[q, q / 2]));
            ops.push(gate(Gate::Cx, &[], &[q, (q - 1) / 2]));
        }
    }
    circuit(n as usize, 4, ops)
}

#[test]
fn a_batch_is_one_call_a_row_to_the_last_bit() {
    let simulators = simulators(2);
    let mut stream = Stream::new(42);
    for round in 0..60 {
        // Up to more wires than are done in lanes.
        let n = 1 + round % 9;
        let with = if round % 8 == 7 { With::Outcomes } else { With::Unitaries };
        let circuit = match round % 3 {
            1 => entangling(n as u32),
            _ => generate::circuit(&mut stream, n, 15, with),
        };
        let plan = Plan::new(&circuit).unwrap();
        let mut rows: Vec<Vec<f64>> = (0..=(round % 37)).map(|_| generate::slots(&mut stream)).collect();
        // What rows have in common is bound once: none of the four slots, one, .. or all.
        let common = rows[0].clone();
        rows.iter_mut().for_each(|row| row[4 - round % 5..].copy_from_slice(&common[4 - round % 5..]));
        let rows: Vec<&[f64]> = rows.iter().map(Vec::as_slice).collect();
        let m = circuit.output.len();
        let list = [generate::observable(&mut stream, m, 3), generate::observable(&mut stream, m, 30)];
        let prepared = crate::Prepared::new(&plan, &list).unwrap();
        let cotangents = |i: usize, values: &[f64], of: &mut [f64]| {
            of.copy_from_slice(&[values[1] + i as f64 * 0.1, -0.4]);
        };
        for (simulator, _) in &simulators {
            let batch = simulator.batch_vjp(&plan, &rows, &prepared, &cotangents).unwrap();
            assert_eq!(batch.values.shape(), [rows.len(), list.len()]);
            let values = simulator.batch_expectations(&plan, &rows, &prepared).unwrap();
            assert_eq!(values, batch.values);
            let (values, ends) = simulator.batch_expectations_to_ends(&plan, &rows, &prepared).unwrap();
            assert_eq!(values, batch.values);
            assert_eq!(ends.is_some(), plan.is_unitary() && rows.len() > 1);
            let again =
                simulator.batch_vjp_from(&plan, &rows, &prepared, &cotangents, ends.as_ref()).unwrap();
            assert_eq!(again, batch);
            // Those of other rows are none of these.
            let others: Vec<&[f64]> = rows.iter().rev().copied().collect();
            let found =
                simulator.batch_vjp_from(&plan, &others, &prepared, &cotangents, ends.as_ref()).unwrap();
            assert_eq!(found, simulator.batch_vjp(&plan, &others, &prepared, &cotangents).unwrap());
            ends.into_iter().for_each(|ends| simulator.recycle_ends(ends));
            for (i, slots) in rows.iter().enumerate() {
                let values = values.row(i).to_vec();
                let mut of_row = [0.0; 2];
                cotangents(i, &values, &mut of_row);
                let one = simulator.expectations_vjp(&plan, slots, &list, &of_row).unwrap().value;
                let name = simulator.instruction_set();
                assert_eq!(one.values, values, "round {round}, row {i}, {name}");
                assert_eq!(one.d_slots, batch.d_slots.row(i).to_vec(), "round {round}, row {i}, {name}");
            }
        }
    }
}

#[test]
fn the_batch_of_nothing_is_nothing_and_a_bad_row_is_named() {
    let plan = Plan::new(&circuit(1, 1, vec![gate(Gate::Rx, &[slot(0)], &[0])])).unwrap();
    let prepared = crate::Prepared::new(&plan, &[observable(&[(1.0, "Z")])]).unwrap();
    assert!(simulator(1).batch_expectations(&plan, &[], &prepared).unwrap().is_empty());
    let rows: [&[f64]; 2] = [&[0.0], &[f64::NAN]];
    assert!(simulator(1).batch_expectations(&plan, &rows, &prepared).is_err());
}
