//! Clifford circuits on tableaux against the other simulators, outcomes included.

use std::collections::BTreeMap;

use qml_gates::Gate;
use qml_ir::circuit::testing::tableau::random_clifford;
use qml_ir::circuit::testing::{Random, random_condition};
use qml_ir::circuit::{Bit, BitExpr, Circuit, Op, OpKind, Wire};
use qml_prelude::observable::Observable;
use qml_prelude::random::Stream;
use qml_source::Span;

use super::branches::assert_drawn_from;
use super::{assert_near, circuit, gate, generate, observable, oracle, simulator};
use crate::{Channel, Clifford, Noise, Plan};

/// What follows from outcomes.
#[derive(Clone, Copy, PartialEq)]
enum Consequences {
    /// Letters where sums of bits are odd.
    Linear,
    /// Any gates, under any condition.
    Any,
}

fn random_op(random: &mut Random, ops: &mut Vec<Op>, n_wires: usize, consequences: Consequences) -> OpKind {
    let wire = Wire(random.below(n_wires) as u32);
    match random.below(10) {
        0 => OpKind::Reset { wire },
        1 | 2 => OpKind::Measure { wire, bit: Bit(random.below(3) as u32) },
        3 | 4 => {
            let mut side = |random: &mut Random| -> Vec<Op> {
                let letter = |random: &mut Random| {
                    let gates = [Gate::X, Gate::Y, Gate::Z];
                    let wire = Wire(random.below(n_wires) as u32);
                    Op::gate(gates[random.below(3)], &[], &[wire], Span::default())
                };
                (0..random.below(3))
                    .map(|_| match consequences {
                        Consequences::Linear => letter(random),
                        Consequences::Any => ops.pop().unwrap_or_else(|| letter(random)),
                    })
                    .collect()
            };
            let condition = match consequences {
                Consequences::Any => random_condition(random, 3, 2),
                Consequences::Linear => {
                    let bit = |random: &mut Random| Box::new(BitExpr::Bit(Bit(random.below(3) as u32)));
                    let sum = BitExpr::Xor(bit(random), Box::new(BitExpr::Not(bit(random))));
                    if random.chance(0.5) { sum } else { *bit(random) }
                }
            };
            OpKind::If { condition, then: side(random), otherwise: side(random) }
        }
        _ => ops.pop().map_or(OpKind::Reset { wire }, |op| op.kind),
    }
}

/// A random circuit with outcomes, with the slots at which it is one of Clifford gates.
fn random_circuit(random: &mut Random, n_wires: usize, consequences: Consequences) -> (Circuit, Vec<f64>) {
    let (mut circuit, slots) = random_clifford(random, n_wires, 24, 2);
    let mut ops = std::mem::take(&mut circuit.ops);
    circuit.n_bits = 3;
    circuit.ops = (0..24)
        .map(|_| Op { kind: random_op(random, &mut ops, n_wires, consequences), span: Span::default() })
        .collect();
    let n_output = 1 + random.below(n_wires);
    circuit.output = random.wires(n_output, n_wires);
    circuit.result_bits = vec![BitExpr::Bit(Bit(0)), random_condition(random, 3, 2)];
    (circuit, slots)
}

#[test]
fn exact_results_are_those_of_the_state_vector() {
    let (mut random, mut stream) = (Random::new(51), Stream::new(51));
    let simulator = simulator(1);
    let mut n_linear = 0;
    for round in 0..100 {
        let consequences = if round % 2 == 0 { Consequences::Linear } else { Consequences::Any };
        let (circuit, slots) = random_circuit(&mut random, 1 + round % 5, consequences);
        let clifford = Clifford::new(&circuit, &slots).unwrap_or_else(|op| panic!("{op}"));
        n_linear += usize::from(clifford.is_linear());
        let plan = Plan::new(&circuit).unwrap();
        let list: Vec<Observable> =
            (0..3).map(|_| generate::observable(&mut stream, circuit.output.len(), 5)).collect();
        let found = simulator.clifford_expectations(&clifford, &list).unwrap().value;
        assert_near(&found, &simulator.expectations(&plan, &slots, &list).unwrap().value, 1e-10);
        let found = simulator.clifford_probabilities(&clifford).unwrap().value;
        assert_near(&found, &simulator.probabilities(&plan, &slots).unwrap().value, 1e-12);
    }
    assert!((50..90).contains(&n_linear), "both ways are taken: {n_linear}");
}

#[test]
fn shots_are_drawn_from_the_exact_distribution() {
    let mut random = Random::new(52);
    for round in 0..40 {
        let consequences = if round % 2 == 0 { Consequences::Linear } else { Consequences::Any };
        let (circuit, slots) = random_circuit(&mut random, 1 + round % 5, consequences);
        let clifford = Clifford::new(&circuit, &slots).unwrap();
        let shots = simulator(1).clifford_sample_part(&clifford, 0..4000, round as u64).unwrap();
        let mut distribution = oracle::distribution(&circuit, &slots);
        // What rounding leaves of zero.
        distribution.retain(|_, p| *p > 1e-12);
        assert_drawn_from(&shots, &distribution);
    }
}

/// Pauli noise at random places, outside of branches, and readout errors.
fn pauli_noise(stream: &mut Stream, circuit: &Circuit) -> Noise {
    let mut noise = Noise::default();
    let mut number = 0;
    for op in &circuit.ops {
        let p = stream.uniform();
        let a = stream.below(circuit.n_wires as u64) as u32;
        let b = (a + 1) % circuit.n_wires as u32;
        let (channel, wires) = match stream.below(5) {
            0 => (Channel::pauli([0.4 * p, 0.2 * p, 0.1]), vec![Wire(a)]),
            1 => (Channel::depolarizing(1, p), vec![Wire(a)]),
            2 if a != b => (Channel::depolarizing(2, 0.2 * p), vec![Wire(a), Wire(b)]),
            3 => (Channel::phase_damping(0.0), vec![Wire(b)]),
            _ => (Channel::pauli([0.0, 0.0, p]), vec![Wire(b)]),
        };
        match stream.below(3) {
            0 => noise.before(number, channel, &wires),
            1 => noise.after(number, channel, &wires),
            _ => {}
        }
        op.visit(&mut |_| number += 1);
    }
    for wire in 0..circuit.n_wires as u32 {
        let error = 0.3 * stream.uniform();
        let other = if stream.below(2) == 0 { error } else { 0.0 };
        noise.misread(Wire(wire), [error, other]);
    }
    noise
}

#[test]
fn noisy_shots_are_drawn_from_the_exact_distribution() {
    let (mut random, mut stream) = (Random::new(57), Stream::new(57));
    let mut n_followed = 0;
    for round in 0..80 {
        let (mut circuit, slots) = random_circuit(&mut random, 1 + round % 4, Consequences::Linear);
        if round % 2 == 0 {
            // Each measurement has a bit of its own, the last ones those that are looked at.
            let mut bits = (0..24).rev();
            circuit.n_bits = 24;
            circuit.ops.iter_mut().for_each(|op| {
                if let (OpKind::Measure { bit, .. }, Some(own)) = (&mut op.kind, bits.next()) {
                    *bit = Bit(own);
                }
            });
        }
        let noise = pauli_noise(&mut stream, &circuit);
        let Some(clifford) = Clifford::noisy(&circuit, &slots, &noise) else { continue };
        n_followed += 1;
        let shots = simulator(1).clifford_sample_part(&clifford, 0..4000, round as u64).unwrap();
        let mut distribution = oracle::noisy_distribution(&circuit, &slots, &noise);
        distribution.retain(|_, p| *p > 1e-12);
        assert_drawn_from(&shots, &distribution);
    }
    assert!((45..80).contains(&n_followed), "most circuits are followed, not all: {n_followed}");
}

#[test]
fn other_noise_is_not_for_frames() {
    let circuit = circuit(1, 0, vec![gate(Gate::H, &[], &[0])]);
    for channel in [Channel::amplitude_damping(0.1), Channel::thermal_relaxation(None, Some(1.0), 0.1)] {
        let mut noise = Noise::default();
        noise.after(0, channel, &[Wire(0)]);
        assert!(Clifford::noisy(&circuit, &[], &noise).is_none());
    }
    assert!(Clifford::noisy(&circuit, &[], &Noise::default()).is_some());
}

#[test]
fn noise_on_a_thousand_wires_hits_as_many_shots_as_it_should() {
    // A GHZ state, depolarized and read wrongly on each wire: neighbours differ where exactly one of them was hit.
    let n = 1000;
    let mut ops = vec![gate(Gate::H, &[], &[0])];
    ops.extend((1..n).map(|q| gate(Gate::Cx, &[], &[q - 1, q])));
    let circuit = circuit(n as usize, 0, ops);
    let mut noise = Noise::default();
    for wire in 0..n {
        noise.after(n as usize - 1, Channel::depolarizing(1, 0.02), &[Wire(wire)]);
        noise.misread(Wire(wire), [0.005, 0.005]);
    }
    let clifford = Clifford::noisy(&circuit, &[], &noise).unwrap();
    let shots = simulator(2).clifford_sample_part(&clifford, 0..3000, 5).unwrap();
    assert_eq!(shots, simulator(1).clifford_sample_part(&clifford, 0..3000, 5).unwrap());
    let part = simulator(1).clifford_sample_part(&clifford, 1000..1100, 5).unwrap();
    assert!((0..100).all(|shot| part.row(shot) == shots.row(1000 + shot)));
    // X or Y happens with 0.01; a wrong bit is one of the two errors without the other.
    let wrong = 0.01 * (1.0 - 0.005) + 0.99 * 0.005;
    let expected = 2.0 * wrong * (1.0 - wrong);
    let differ = (0..3000).map(|shot| shots.row(shot).windows(2).filter(|pair| pair[0] != pair[1]).count());
    let found = differ.sum::<usize>() as f64 / (3000.0 * 999.0);
    assert!(
        (found - expected).abs() < 5.0 * (2.0 * expected / (3000.0 * 999.0)).sqrt(),
        "{found}, {expected}"
    );
}

#[test]
fn shots_depend_on_their_number_alone() {
    let mut random = Random::new(53);
    for consequences in [Consequences::Linear, Consequences::Any, Consequences::Linear] {
        let (circuit, slots) = random_circuit(&mut random, 4, consequences);
        let clifford = Clifford::new(&circuit, &slots).unwrap();
        let many = simulator(1).clifford_sample_part(&clifford, 0..5000, 5).unwrap();
        let few = simulator(3).clifford_sample_part(&clifford, 0..100, 5).unwrap();
        assert_eq!(many.bits[..few.bits.len()], few.bits);
        let part = simulator(2).clifford_sample_part(&clifford, 1300..4700, 5).unwrap();
        assert_eq!(part.bits, many.bits[1300 * many.n_bits..4700 * many.n_bits]);
    }
}

#[test]
fn a_long_chain_is_entangled_from_end_to_end() {
    let n = 1500;
    let mut ops = vec![gate(Gate::H, &[], &[0])];
    ops.extend((1..n).map(|wire| gate(Gate::Cx, &[], &[wire - 1, wire])));
    let clifford = Clifford::new(&circuit(n as usize, 0, ops), &[]).unwrap();
    let shots = simulator(2).clifford_sample_part(&clifford, 0..3000, 1).unwrap();
    let ones = (0..3000).filter(|&shot| shots.row(shot)[0]).count();
    assert!((0..3000).all(|shot| shots.row(shot).iter().all(|&bit| bit == shots.row(shot)[0])));
    assert!((1300..1700).contains(&ones), "{ones}");
    let all = "X".repeat(n as usize);
    let ends = format!("Z{}Z", "I".repeat(n as usize - 2));
    let list = [observable(&[(1.0, &all)]), observable(&[(2.0, &ends), (1.0, "Z")])];
    let values = simulator(1).clifford_expectations(&clifford, &list).unwrap().value;
    assert_eq!(values, [1.0, 2.0]);
    let projector = |bit| Observable::projector(vec![bit; n as usize]);
    let values = simulator(1).clifford_expectations(&clifford, &[projector(false), projector(true)]).unwrap();
    assert_eq!(values.value, [0.5, 0.5]);
}

#[test]
fn teleportation_along_a_line_takes_no_branches() {
    // Each state is taken to the next wire by a measurement of X, and a correction of Z or X.
    let n = 40_u32;
    let mut ops = vec![gate(Gate::H, &[], &[0]), gate(Gate::S, &[], &[0])];
    let when = |bit: u32, letter: Gate, wire: u32| OpKind::If {
        condition: BitExpr::Bit(Bit(bit)),
        then: vec![Op { kind: gate(letter, &[], &[wire]), span: Span::default() }],
        otherwise: Vec::new(),
    };
    for wire in 1..n {
        ops.push(gate(Gate::H, &[], &[wire]));
        ops.push(gate(Gate::Cz, &[], &[wire - 1, wire]));
        ops.push(gate(Gate::H, &[], &[wire - 1]));
        ops.push(OpKind::Measure { wire: Wire(wire - 1), bit: Bit(0) });
        ops.push(when(0, Gate::X, wire));
        ops.push(gate(Gate::H, &[], &[wire]));
    }
    let mut line = circuit(n as usize, 0, ops);
    line.output = vec![Wire(n - 1)];
    let clifford = Clifford::new(&line, &[]).unwrap();
    let result = simulator(1).clifford_expectations(&clifford, &[observable(&[(1.0, "Y")])]).unwrap();
    assert_eq!((result.value, result.branches), (vec![1.0], 1));
}

#[test]
fn other_gates_are_told() {
    let circuit = circuit(2, 1, vec![gate(Gate::H, &[], &[0]), gate(Gate::Rz, &[super::slot(0)], &[1])]);
    assert!(Clifford::new(&circuit, &[std::f64::consts::FRAC_PI_2]).is_ok());
    let op = Clifford::new(&circuit, &[0.3]).unwrap_err();
    assert_eq!(op, &circuit.ops[1]);
    let by_gate: BTreeMap<&str, bool> = [Gate::T, Gate::Ccx, Gate::Iswap, Gate::Sx, Gate::Cswap]
        .into_iter()
        .map(|g| {
            let wires: Vec<u32> = (0..g.def().wires.len() as u32).collect();
            (g.def().name, Clifford::new(&super::circuit(3, 0, vec![gate(g, &[], &wires)]), &[]).is_ok())
        })
        .collect();
    let clifford: Vec<&str> = by_gate.iter().filter(|(_, is)| **is).map(|(name, _)| *name).collect();
    assert_eq!(clifford, ["iswap", "sx"]);
}
