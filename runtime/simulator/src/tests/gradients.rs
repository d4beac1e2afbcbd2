//! Gradients by three methods: adjoint, central differences, and the general parameter-shift rule.

use std::f64::consts::PI;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, OpKind};
use qml_prelude::random::Stream;

use super::generate::{self, With};
use super::machines::simulators;
use super::{assert_near, circuit, gate, oracle, simulator, slot};
use crate::vector::Isa;
use crate::{Plan, Prepared};

/// Central differences of a function of the slots.
pub(super) fn differences(slots: &[f64], f: impl Fn(&[f64]) -> f64) -> Vec<f64> {
    let h = 1e-5;
    let at = |i: usize, shift: f64| {
        let mut shifted = slots.to_vec();
        shifted[i] += shift;
        f(&shifted)
    };
    (0..slots.len()).map(|i| (at(i, h) - at(i, -h)) / (2.0 * h)).collect()
}

/// The derivative at 0 of a function with these frequencies, from its values at shifts: the coefficients `c` solve
/// `sum over m of 2 c_m sin(frequency s_m) = frequency` (Wierichs et al., arXiv:2107.12390).
fn shift_rule(frequencies: &[f64], f: impl Fn(f64) -> f64) -> f64 {
    let n = frequencies.len();
    let shifts: Vec<f64> =
        (0..n).map(|m| (2 * m + 1) as f64 * PI / (2.0 * n as f64 * frequencies[0])).collect();
    let mut rows: Vec<Vec<f64>> = frequencies
        .iter()
        .map(|w| shifts.iter().map(|s| 2.0 * (w * s).sin()).chain([*w]).collect())
        .collect();
    for pivot in 0..n {
        let best = (pivot..n).max_by(|&a, &b| rows[a][pivot].abs().total_cmp(&rows[b][pivot].abs())).unwrap();
        rows.swap(pivot, best);
        let row: Vec<f64> = rows[pivot].iter().map(|x| x / rows[pivot][pivot]).collect();
        for (i, other) in rows.iter_mut().enumerate() {
            let factor = if i == pivot { 0.0 } else { other[pivot] };
            other.iter_mut().zip(&row).for_each(|(a, b)| *a -= factor * b);
        }
        rows[pivot] = row;
    }
    shifts.iter().zip(&rows).map(|(&s, row)| row[n] * (f(s) - f(-s))).sum()
}

/// The angles of an operation with their frequencies.
fn angles(kind: &mut OpKind) -> Vec<(&mut Angle, Vec<f64>)> {
    match kind {
        OpKind::Gate { gate, angles, controls, .. } => {
            let frequencies = |i: usize| {
                if controls.is_empty() {
                    gate.def().frequencies[i].to_vec()
                } else {
                    gate.controlled_frequencies(i)
                }
            };
            angles.iter_mut().enumerate().map(|(i, angle)| (angle, frequencies(i))).collect()
        }
        OpKind::PauliRotation { angle, controls, .. } => {
            let frequencies = if controls.is_empty() { vec![1.0] } else { vec![0.5, 1.0] };
            vec![(angle, frequencies)]
        }
        _ => Vec::new(),
    }
}

/// The derivative with respect to each slot, the sum over all places where it stands.
fn by_shifts(circuit: &Circuit, n_slots: usize, f: impl Fn(&Circuit) -> f64) -> Vec<f64> {
    let mut total = vec![0.0; n_slots];
    for op in 0..circuit.ops.len() {
        let mut copy = circuit.clone();
        let places: Vec<(Angle, Vec<f64>)> =
            angles(&mut copy.ops[op].kind).into_iter().map(|(a, w)| (a.clone(), w)).collect();
        for (i, (angle, frequencies)) in places.into_iter().enumerate() {
            if angle.is_constant() || frequencies.is_empty() {
                continue;
            }
            let derivative = shift_rule(&frequencies, |shift| {
                let mut shifted = circuit.clone();
                angles(&mut shifted.ops[op].kind)[i].0.constant += shift;
                f(&shifted)
            });
            angle.terms.iter().for_each(|&(slot, factor)| total[slot.0 as usize] += factor * derivative);
        }
    }
    total
}

#[test]
fn adjoint_is_the_shift_rule_and_central_differences() {
    let mut stream = Stream::new(11);
    let simulator = simulator(1);
    for round in 0..60 {
        let n = 1 + round % 5;
        let circuit = generate::circuit(&mut stream, n, 15, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let list = [generate::observable(&mut stream, n, 3), generate::observable(&mut stream, n, 20)];
        let cotangents = [stream.normal(), stream.normal()];
        let value = |circuit: &Circuit, slots: &[f64]| -> f64 {
            list.iter().zip(cotangents).map(|(o, c)| c * oracle::expectation(circuit, slots, o)).sum()
        };
        let ours = simulator.expectations_vjp(&Plan::new(&circuit).unwrap(), &slots, &list, &cotangents);
        let ours = ours.unwrap().value;
        assert_near(&ours.d_slots, &differences(&slots, |slots| value(&circuit, slots)), 2e-6);
        assert_near(&ours.d_slots, &by_shifts(&circuit, 4, |circuit| value(circuit, &slots)), 1e-10);

        let values: Vec<f64> = list.iter().map(|o| oracle::expectation(&circuit, &slots, o)).collect();
        assert_near(&ours.values, &values, 1e-11);
        for ((terms, observable), value) in ours.terms.iter().zip(&list).zip(values) {
            let strings = observable.terms.values().map(|c| c.re);
            let coefficients = strings.chain(observable.projectors.iter().map(|p| p.1.re));
            let sum: f64 = coefficients.zip(terms).map(|(c, t)| c * t).sum();
            assert_near(&[sum], &[value], 1e-11);
        }
    }
}

#[test]
fn rotations_in_large_tiles_have_the_gradient_of_differences() {
    let (n, mut stream) = (12, Stream::new(17));
    for round in 0..6 {
        // All wires, or a few.
        let mut ops = Vec::new();
        for layer in 0..3 {
            for wire in (0..n).filter(|_| round == 0 || stream.below(3) == 0).collect::<Vec<u32>>() {
                ops.push(gate(Gate::Ry, &[slot((wire + layer) % 7)], &[wire]));
            }
            (1..n).for_each(|wire| ops.push(gate(Gate::Cz, &[], &[wire - 1, wire])));
        }
        let plan = Plan::new(&circuit(n as usize, 7, ops)).unwrap();
        let slots: Vec<f64> = (0..7).map(|_| 3.0 * stream.normal()).collect();
        let list = [generate::observable(&mut stream, n as usize, 6)];
        let value = |slots: &[f64]| simulator(1).expectations(&plan, slots, &list).unwrap().value[0];
        let expected = differences(&slots, value);
        for (simulator, allowed) in simulators(1) {
            let found = simulator.expectations_vjp(&plan, &slots, &list, &[1.0]).unwrap().value.d_slots;
            assert_near(&found, &expected, 1e-6f64.max(100.0 * allowed));
        }
    }
}

#[test]
fn from_an_end_gradients_have_the_same_bits() {
    let mut stream = Stream::new(13);
    for isa in Isa::available() {
        let mut simulator = simulator(1);
        simulator.isa = isa;
        for round in 0..40 {
            let n = 1 + round % 6;
            let with = if round % 4 == 3 { With::Outcomes } else { With::Unitaries };
            let circuit = generate::circuit(&mut stream, n, 15, with);
            let plan = Plan::new(&circuit).unwrap();
            let list = [generate::observable(&mut stream, circuit.output.len(), 5)];
            let prepared = Prepared::new(&plan, &list).unwrap();
            let [slots, others] = [generate::slots(&mut stream), generate::slots(&mut stream)];
            let (values, end) = simulator.expectations_to_end(&plan, &slots, &prepared).unwrap();
            assert_eq!(end.is_some(), plan.is_unitary());
            assert_eq!(values, simulator.prepared_expectations(&plan, &slots, &prepared).unwrap());
            let gradient = simulator.prepared_expectations_vjp(&plan, &slots, &prepared, &[0.7]).unwrap();
            let from_end = simulator.expectations_vjp_from(&plan, &slots, &prepared, &[0.7], end).unwrap();
            assert_eq!(from_end, gradient);
            // An end of other slots is no help.
            let (_, end) = simulator.expectations_to_end(&plan, &others, &prepared).unwrap();
            let from_end = simulator.expectations_vjp_from(&plan, &slots, &prepared, &[0.7], end).unwrap();
            assert_eq!(from_end, gradient);
        }
    }
}

#[test]
fn gradients_go_through_measurements_resets_and_branches() {
    let mut stream = Stream::new(12);
    let simulator = simulator(1);
    for round in 0..60 {
        let n = 1 + round % 4;
        let circuit = generate::circuit(&mut stream, n, 14, With::Outcomes);
        let slots = generate::slots(&mut stream);
        let plan = Plan::new(&circuit).unwrap();
        let observable = generate::observable(&mut stream, circuit.output.len(), 5);
        let value = |slots: &[f64]| oracle::mixed_expectation(&circuit, slots, &observable);
        let ours = simulator.expectations_vjp(&plan, &slots, std::slice::from_ref(&observable), &[1.0]);
        let ours = ours.unwrap().value;
        assert_near(&ours.values, &[value(&slots)], 1e-11);
        assert_near(&ours.d_slots, &differences(&slots, value), 2e-6);

        let cotangents: Vec<f64> = (0..1 << circuit.output.len()).map(|_| stream.normal()).collect();
        let ours = simulator.probabilities_vjp(&plan, &slots, &cotangents).unwrap().value;
        let weighted = |slots: &[f64]| {
            let values = simulator.probabilities(&plan, slots).unwrap().value;
            values.iter().zip(&cotangents).map(|(p, c)| p * c).sum::<f64>()
        };
        assert_near(&ours.values, &simulator.probabilities(&plan, &slots).unwrap().value, 1e-12);
        assert_near(&ours.d_slots, &differences(&slots, weighted), 2e-6);
    }
}

#[test]
fn fidelity_and_its_gradient_are_those_of_the_overlap() {
    let mut stream = Stream::new(13);
    let simulator = simulator(1);
    for round in 0..30 {
        let n = 1 + round % 4;
        let left = generate::circuit(&mut stream, n, 12, With::Unitaries);
        let mut right = generate::circuit(&mut stream, n, 12, With::Unitaries);
        right.output.clone_from(&left.output);
        let (a, b) = (generate::slots(&mut stream), generate::slots(&mut stream));
        let overlap = |a: &[f64], b: &[f64]| {
            let (a, b) = (oracle::state(&left, a), oracle::state(&right, b));
            a.iter().zip(&b).map(|(a, b)| a.conj() * b).sum::<crate::C64>().norm_sqr()
        };
        let plans = (Plan::new(&left).unwrap(), Plan::new(&right).unwrap());
        let ours = simulator.fidelity_vjp((&plans.0, &a), (&plans.1, &b)).unwrap();
        assert_near(&[ours.value], &[overlap(&a, &b)], 1e-12);
        assert_near(&[simulator.fidelity((&plans.0, &a), (&plans.1, &b)).unwrap()], &[ours.value], 1e-15);
        assert_near(&ours.d_left, &differences(&a, |a| overlap(a, &b)), 2e-6);
        assert_near(&ours.d_right, &differences(&b, |b| overlap(&a, b)), 2e-6);
    }
}
