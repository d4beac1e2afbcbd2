//! Circuits with outcomes: exact sums over branches, and shots, against density matrices.

use std::collections::BTreeMap;

use qml_gates::Gate;
use qml_ir::circuit::{Bit, Circuit, Op, OpKind, Wire};
use qml_prelude::random::Stream;
use qml_source::Span;

use super::generate::{self, With};
use super::{assert_near, bit, circuit, gate, observable, oracle, simulator, slot};
use crate::{Plan, Shots};

fn measure(wire: u32, bit: u32) -> OpKind {
    OpKind::Measure { wire: Wire(wire), bit: Bit(bit) }
}

fn when(bit_index: u32, then: OpKind) -> OpKind {
    let then = vec![Op { kind: then, span: Span::default() }];
    OpKind::If { condition: bit(bit_index), then, otherwise: Vec::new() }
}

fn counts(shots: &Shots) -> BTreeMap<Vec<bool>, usize> {
    let mut counts = BTreeMap::new();
    (0..shots.n_shots).for_each(|shot| *counts.entry(shots.row(shot).to_vec()).or_insert(0) += 1);
    counts
}

/// Compares shots with probabilities by chi-square; rows that are expected fewer than 8 times are taken together.
#[track_caller]
pub(super) fn assert_drawn_from(shots: &Shots, distribution: &BTreeMap<Vec<bool>, f64>) {
    let counts = counts(shots);
    let n = shots.n_shots as f64;
    let (mut chi_square, mut freedom) = (0.0, -1.0f64);
    let (mut rare_expected, mut rare_found) = (0.0, 0.0);
    for (row, probability) in distribution {
        let (expected, found) = (probability * n, counts.get(row).copied().unwrap_or(0) as f64);
        if expected < 8.0 {
            rare_expected += expected;
            rare_found += found;
        } else {
            chi_square += (found - expected).powi(2) / expected;
            freedom += 1.0;
        }
    }
    if rare_expected >= 8.0 {
        chi_square += (rare_found - rare_expected).powi(2) / rare_expected;
        freedom += 1.0;
    } else {
        assert!(
            rare_found <= rare_expected + 6.0 * rare_expected.sqrt() + 1e-6 * n,
            "{rare_found} rare rows"
        );
    }
    assert!(counts.keys().all(|row| distribution.get(row).is_some_and(|p| *p > 0.0)), "an impossible row");
    // Five standard deviations, and room for the skew at few degrees of freedom.
    assert!(
        chi_square <= freedom + 5.0 * (2.0f64 * freedom.max(1.0)).sqrt() + 10.0,
        "{chi_square} for {freedom}"
    );
}

#[test]
fn exact_results_are_those_of_density_matrices() {
    let mut stream = Stream::new(21);
    let simulator = simulator(1);
    for round in 0..100 {
        let n = 1 + round % 4;
        let circuit = generate::circuit(&mut stream, n, 20, With::Outcomes);
        let slots = generate::slots(&mut stream);
        let plan = Plan::new(&circuit).unwrap();
        let mut probabilities = vec![0.0; 1 << circuit.output.len()];
        for (row, p) in oracle::distribution(&circuit, &slots) {
            let bits = row[..circuit.output.len()].iter().enumerate();
            probabilities[bits.map(|(i, &bit)| usize::from(bit) << i).sum::<usize>()] += p;
        }
        assert_near(&simulator.probabilities(&plan, &slots).unwrap().value, &probabilities, 1e-11);
        let list = [generate::observable(&mut stream, circuit.output.len(), 6)];
        let expected = oracle::mixed_expectation(&circuit, &slots, &list[0]);
        assert_near(&simulator.expectations(&plan, &slots, &list).unwrap().value, &[expected], 1e-10);
    }
}

#[test]
fn shots_are_drawn_from_the_exact_distribution() {
    let mut stream = Stream::new(22);
    let simulator = simulator(1);
    for round in 0..40 {
        let n = 1 + round % 4;
        let with = if round % 3 == 0 { With::Unitaries } else { With::Outcomes };
        let circuit = generate::circuit(&mut stream, n, 16, with);
        let slots = generate::slots(&mut stream);
        let shots = simulator.sample(&Plan::new(&circuit).unwrap(), &slots, 4000, round as u64).unwrap();
        assert_drawn_from(&shots, &oracle::distribution(&circuit, &slots));
    }
}

#[test]
fn the_first_shots_of_many_are_the_shots_of_few() {
    let mut stream = Stream::new(23);
    for _ in 0..10 {
        let circuit = generate::circuit(&mut stream, 3, 16, With::Outcomes);
        let slots = generate::slots(&mut stream);
        let plan = Plan::new(&circuit).unwrap();
        let many = simulator(1).sample(&plan, &slots, 1000, 5).unwrap();
        let few = simulator(2).sample(&plan, &slots, 100, 5).unwrap();
        assert_eq!(many.bits[..few.bits.len()], few.bits);
        let part = simulator(1).sample_part(&plan, &slots, 300..700, 5).unwrap();
        assert_eq!((part.n_shots, part.row(7)), (400, many.row(307)));
        assert_eq!(many.bits[300 * part.n_bits..][..part.bits.len()], part.bits);
    }
}

#[test]
fn another_key_gives_other_shots() {
    let coins = circuit(4, 0, (0..4).map(|w| gate(Gate::H, &[], &[w])).collect());
    let plan = Plan::new(&coins).unwrap();
    let shots = |key| simulator(1).sample(&plan, &[], 100, key).unwrap();
    assert_eq!(shots(1), shots(1));
    assert_ne!(shots(1), shots(2));
}

#[test]
fn teleportation_carries_the_state() {
    let mut teleport = circuit(
        3,
        2,
        vec![
            gate(Gate::Ry, &[slot(0)], &[0]),
            gate(Gate::Rz, &[slot(1)], &[0]),
            gate(Gate::H, &[], &[1]),
            gate(Gate::Cx, &[], &[1, 2]),
            gate(Gate::Cx, &[], &[0, 1]),
            gate(Gate::H, &[], &[0]),
            measure(0, 0),
            measure(1, 1),
            when(1, gate(Gate::X, &[], &[2])),
            when(0, gate(Gate::Z, &[], &[2])),
        ],
    );
    teleport.output = vec![Wire(2)];
    let sent = circuit(1, 2, vec![gate(Gate::Ry, &[slot(0)], &[0]), gate(Gate::Rz, &[slot(1)], &[0])]);
    let (teleport, sent) = (Plan::new(&teleport).unwrap(), Plan::new(&sent).unwrap());
    let simulator = simulator(1);
    let slots = [0.8, 2.1];
    let list = [observable(&[(1.0, "X")]), observable(&[(1.0, "Y")]), observable(&[(1.0, "Z")])];
    let here = simulator.expectations(&sent, &slots, &list).unwrap();
    let there = simulator.expectations(&teleport, &slots, &list).unwrap();
    assert_eq!(there.branches, 4);
    assert_near(&here.value, &there.value, 1e-14);
    // The state is pure although outcomes were random.
    assert_near(&[simulator.fidelity((&teleport, &slots), (&sent, &slots)).unwrap()], &[1.0], 1e-14);
    let d_here = simulator.expectations_vjp(&sent, &slots, &list, &[1.0, 2.0, 3.0]).unwrap().value.d_slots;
    let d_there =
        simulator.expectations_vjp(&teleport, &slots, &list, &[1.0, 2.0, 3.0]).unwrap().value.d_slots;
    assert_near(&d_here, &d_there, 1e-13);
}

#[test]
fn final_measurements_that_nothing_reads_make_no_branches() {
    let n = 12;
    let coins = (0..n).map(|w| gate(Gate::H, &[], &[w]));
    let mut measured = circuit(n as usize, 0, coins.chain((0..n).map(|w| measure(w, w))).collect());
    measured.n_bits = n as usize;
    measured.output = Vec::new();
    measured.result_bits = (0..n).map(bit).collect();
    let plan = Plan::new(&measured).unwrap();
    assert_eq!(simulator(1).expectations(&plan, &[], &[]).unwrap().branches, 1);
    let shots = simulator(1).sample(&plan, &[], 2000, 1).unwrap();
    let ones = shots.bits.iter().filter(|&&bit| bit).count() as f64;
    // Five standard deviations of 24000 coins.
    assert!((ones - 12_000.0).abs() < 5.0 * 6000.0f64.sqrt(), "{ones}");
    assert!(counts(&shots).len() > 1500);
}

#[test]
fn a_returned_wire_that_was_measured_is_no_longer_in_superposition() {
    let plus = circuit(1, 0, vec![gate(Gate::H, &[], &[0]), measure(0, 0)]);
    let x = observable(&[(1.0, "X")]);
    let value = simulator(1).expectations(&Plan::new(&plus).unwrap(), &[], &[x]).unwrap();
    assert_near(&value.value, &[0.0], 1e-15);
    assert_eq!(value.branches, 2);
}

/// A thousand rounds of a coin that is thrown and reset: only the weight decides how many branches there are.
#[test]
fn certain_outcomes_and_deep_circuits_are_no_problem() {
    let mut ops = Vec::new();
    for _ in 0..1000 {
        ops.extend([gate(Gate::X, &[], &[0]), measure(0, 0), when(0, gate(Gate::X, &[], &[0]))]);
    }
    let certain: Circuit = circuit(1, 0, ops);
    let z = [observable(&[(1.0, "Z")])];
    let value = simulator(1).expectations(&Plan::new(&certain).unwrap(), &[], &z).unwrap();
    assert_eq!((value.value[0], value.branches), (1.0, 1));

    let mut ops = Vec::new();
    for _ in 0..1000 {
        ops.extend([gate(Gate::H, &[], &[0]), OpKind::Reset { wire: Wire(0) }]);
    }
    let coins = Plan::new(&circuit(1, 0, ops)).unwrap();
    let shots = simulator(1).sample(&coins, &[], 50, 9).unwrap();
    assert!(shots.bits.iter().all(|&bit| !bit));
}

#[test]
fn rare_outcomes_are_summed_until_next_to_nothing_is_left_out() {
    let theta: f64 = 1e-4;
    let weak = circuit(1, 1, vec![gate(Gate::Ry, &[slot(0)], &[0]), measure(0, 0), gate(Gate::X, &[], &[0])]);
    let plan = Plan::new(&weak).unwrap();
    let z = [observable(&[(1.0, "Z")])];
    let value = simulator(1).expectations(&plan, &[theta], &z).unwrap();
    assert_near(&value.value, &[-theta.cos()], 1e-15);
    // At 1e-7 the weight is 2.5e-15 and the value may do without it; the gradient may not.
    let value = simulator(1).expectations(&plan, &[1e-7], &z).unwrap();
    assert_eq!(value.branches, 1);
    let gradient = simulator(1).expectations_vjp(&plan, &[1e-7], &z, &[1.0]).unwrap();
    assert_near(&gradient.value.d_slots, &[1e-7f64.sin()], 1e-15);
}
