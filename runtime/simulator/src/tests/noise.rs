//! Noise: the density matrix against sums over Kraus operators on plain matrices, trajectories against both, and what
//! can be told with a pencil.

use std::collections::BTreeMap;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use qml_prelude::observable::{Observable, Pauli};
use qml_prelude::random::Stream;
use qml_source::Span;

use super::branches::assert_drawn_from;
use super::generate::{self, With};
use super::{assert_near, circuit, gate, observable, oracle, simulator};
use crate::{C64, Channel, Density, Fault, Method, NoChannel, Noise, Plan, Precision, Simulator};

fn density(circuit: &Circuit, noise: &Noise) -> Density {
    Density::new(circuit, noise).unwrap()
}

/// A channel of each kind, and one that no constructor makes.
fn channel(stream: &mut Stream, n_wires: usize) -> Channel {
    let p = stream.uniform();
    if n_wires == 2 {
        return match stream.below(2) {
            0 => Channel::depolarizing(2, p),
            _ => correlated(p),
        };
    }
    match stream.below(6) {
        0 => Channel::pauli([0.5 * p, 0.3 * p, 0.1]),
        1 => Channel::depolarizing(1, p),
        2 => Channel::amplitude_damping(p),
        3 => Channel::phase_damping(p),
        4 => Channel::thermal_relaxation(Some(1.0), Some(0.2 + p), 0.4),
        _ => tilted(p),
    }
}

/// Amplitude damping along another axis: probabilities depend on coherences.
fn tilted(gamma: f64) -> Channel {
    let h = Gate::H.matrix(&[]);
    let turned = |operator: &Vec<C64>| {
        let operator = qml_gates::Matrix { dim: 2, data: operator.clone().into() };
        h.times(&operator).times(&h).data.to_vec()
    };
    let damping = Channel::amplitude_damping(gamma);
    Channel::of_kraus(damping.operators().iter().map(turned).collect()).unwrap()
}

/// `|11>` becomes `|00>` with the probability p: two qubits fall together.
fn correlated(p: f64) -> Channel {
    let mut stays = vec![C64::ZERO; 16];
    (0..4).for_each(|i| stays[5 * i] = C64::ONE);
    stays[15] = C64::new((1.0 - p).sqrt(), 0.0);
    let mut falls = vec![C64::ZERO; 16];
    falls[3] = C64::new(p.sqrt(), 0.0);
    Channel::of_kraus(vec![stays, falls]).unwrap()
}

pub(super) fn noise(stream: &mut Stream, circuit: &Circuit) -> Noise {
    let mut noise = Noise::default();
    let mut n_ops = 0;
    circuit.visit(|_| n_ops += 1);
    for op in 0..n_ops {
        if stream.below(2) == 0 {
            continue;
        }
        let a = stream.below(circuit.n_wires as u64) as u32;
        let b = (a + 1) % circuit.n_wires as u32;
        let wires = if a == b || stream.below(2) == 0 { vec![Wire(a)] } else { vec![Wire(a), Wire(b)] };
        let channel = channel(stream, wires.len());
        if stream.below(2) == 0 {
            noise.before(op, channel, &wires);
        } else {
            noise.after(op, channel, &wires);
        }
    }
    (0..circuit.n_wires as u32)
        .for_each(|wire| noise.misread(Wire(wire), [0.3 * stream.uniform(), 0.3 * stream.uniform()]));
    noise
}

/// The probabilities of the register in a distribution of rows.
fn of_register(rows: &BTreeMap<Vec<bool>, f64>, n: usize) -> Vec<f64> {
    let mut probabilities = vec![0.0; 1 << n];
    for (row, p) in rows {
        let bits = row[..n].iter().enumerate();
        probabilities[bits.map(|(i, &bit)| usize::from(bit) << i).sum::<usize>()] += p;
    }
    probabilities
}

/// The mean of a sum of strings, each measured by itself on a register turned for it.
fn measured(circuit: &Circuit, slots: &[f64], noise: &Noise, observable: &Observable) -> f64 {
    let n = circuit.output.len();
    let mut sum = 0.0;
    for (string, coefficient) in &observable.terms {
        let mut turned = circuit.clone();
        for &(qubit, letter) in string {
            let wire = [circuit.output[qubit as usize]];
            if letter == Pauli::Y {
                turned.ops.push(Op::gate(Gate::Sdg, &[], &wire, Span::default()));
            }
            if letter != Pauli::Z {
                turned.ops.push(Op::gate(Gate::H, &[], &wire, Span::default()));
            }
        }
        for (row, p) in oracle::noisy_distribution(&turned, slots, noise) {
            let odd = string.iter().filter(|(qubit, _)| row[*qubit as usize]).count() % 2 == 1;
            sum += coefficient.re * if odd { -p } else { p };
        }
    }
    let told = of_register(&oracle::noisy_distribution(circuit, slots, noise), n);
    for (bits, coefficient) in &observable.projectors {
        let index: usize = bits.iter().enumerate().map(|(i, &bit)| usize::from(bit) << i).sum();
        sum += coefficient.re * told[index];
    }
    sum
}

#[test]
fn density_matrices_are_sums_over_kraus_operators() {
    let mut stream = Stream::new(71);
    let simulator = simulator(1);
    for round in 0..60 {
        let with = if round % 3 == 0 { With::Unitaries } else { With::Outcomes };
        let circuit = generate::circuit(&mut stream, 1 + round % 3, 12, with);
        let slots = generate::slots(&mut stream);
        let noise = noise(&mut stream, &circuit);
        let density = density(&circuit, &noise);
        let n = circuit.output.len();
        let expected = of_register(&oracle::noisy_distribution(&circuit, &slots, &noise), n);
        assert_near(&simulator.noisy_probabilities(&density, &slots).unwrap().value, &expected, 1e-10);
        let observable = generate::observable(&mut stream, n, 4);
        let expected = measured(&circuit, &slots, &noise, &observable);
        let found = simulator.noisy_expectations(&density, &slots, &[observable]).unwrap().value;
        assert_near(&found, &[expected], 1e-9);
    }
}

#[test]
fn without_noise_the_density_matrix_is_that_of_the_state() {
    let mut stream = Stream::new(72);
    let simulator = simulator(1);
    for round in 0..40 {
        let circuit = generate::circuit(&mut stream, 1 + round % 5, 20, With::Unitaries);
        let slots = generate::slots(&mut stream);
        let density = density(&circuit, &Noise::default());
        let list = [generate::observable(&mut stream, circuit.output.len(), 6)];
        let plan = Plan::new(&circuit).unwrap();
        let exact = simulator.expectations(&plan, &slots, &list).unwrap().value;
        assert_near(&simulator.noisy_expectations(&density, &slots, &list).unwrap().value, &exact, 1e-9);
        let exact = simulator.probabilities(&plan, &slots).unwrap().value;
        assert_near(&simulator.noisy_probabilities(&density, &slots).unwrap().value, &exact, 1e-10);
    }
}

#[test]
fn trajectories_are_drawn_from_the_density_matrix() {
    let mut stream = Stream::new(73);
    let simulator = simulator(2);
    for round in 0..40 {
        let with = if round % 3 == 0 { With::Unitaries } else { With::Outcomes };
        let circuit = generate::circuit(&mut stream, 1 + round % 3, 12, with);
        let slots = generate::slots(&mut stream);
        let noise = noise(&mut stream, &circuit);
        let plan = Plan::noisy(&circuit, &noise).unwrap();
        let shots = simulator.sample(&plan, &slots, 4000, round as u64).unwrap();
        assert_drawn_from(&shots, &oracle::noisy_distribution(&circuit, &slots, &noise));
    }
}

#[test]
fn single_precision_has_the_same_noise() {
    let mut stream = Stream::new(76);
    let method = Method::StateVector(Precision::F32);
    let simulator = Simulator::with_method(method, 1, std::sync::Arc::default());
    for round in 0..20 {
        let with = if round % 3 == 0 { With::Unitaries } else { With::Outcomes };
        let circuit = generate::circuit(&mut stream, 1 + round % 3, 12, with);
        let slots = generate::slots(&mut stream);
        let noise = noise(&mut stream, &circuit);
        let expected = oracle::noisy_distribution(&circuit, &slots, &noise);
        let told = of_register(&expected, circuit.output.len());
        let found = simulator.noisy_probabilities(&density(&circuit, &noise), &slots).unwrap().value;
        assert_near(&found, &told, 1e-5);
        let plan = Plan::noisy(&circuit, &noise).unwrap();
        assert_drawn_from(&simulator.sample(&plan, &slots, 2000, round as u64).unwrap(), &expected);
    }
}

#[test]
fn certain_and_impossible_events_happen_always_and_never() {
    // The first is flipped back and nothing else happens to it; the second falls, and is flipped.
    let ops = vec![gate(Gate::X, &[], &[0]), gate(Gate::X, &[], &[1]), gate(Gate::Id, &[], &[1])];
    let circuit = circuit(2, 0, ops);
    let mut noise = Noise::default();
    noise.after(0, Channel::pauli([0.0; 3]), &[Wire(0)]);
    noise.after(1, Channel::amplitude_damping(1.0), &[Wire(1)]);
    noise.after(1, Channel::pauli([1.0, 0.0, 0.0]), &[Wire(0)]);
    noise.after(2, Channel::pauli([1.0, 0.0, 0.0]), &[Wire(1)]);
    let plan = Plan::noisy(&circuit, &noise).unwrap();
    let shots = simulator(1).sample(&plan, &[], 500, 3).unwrap();
    assert!((0..500).all(|shot| shots.row(shot)[..2] == [false, true]));
}

#[test]
fn shots_do_not_depend_on_threads_or_on_how_many_are_drawn_together() {
    let mut stream = Stream::new(74);
    for round in 0..10 {
        let circuit = generate::circuit(&mut stream, 3, 15, With::Outcomes);
        let slots = generate::slots(&mut stream);
        let plan = Plan::noisy(&circuit, &noise(&mut stream, &circuit)).unwrap();
        let all = simulator(1).sample(&plan, &slots, 300, round).unwrap();
        assert_eq!(all, simulator(3).sample(&plan, &slots, 300, round).unwrap());
        let part = simulator(1).sample_part(&plan, &slots, 100..250, round).unwrap();
        assert_eq!(&all.bits[100 * all.n_bits..250 * all.n_bits], part.bits);
    }
}

#[test]
fn an_excited_qubit_decays_with_t1_and_a_superposition_with_t2() {
    let simulator = simulator(1);
    let (t1, t2) = (40e-6, 15e-6);
    let ops = [Gate::X, Gate::H];
    for steps in [0, 1, 5, 30] {
        let mean = |first: Gate, letter: &str| {
            let idle = (0..steps).map(|_| gate(Gate::Id, &[], &[0]));
            let circuit = circuit(1, 0, std::iter::once(gate(first, &[], &[0])).chain(idle).collect());
            let mut noise = Noise::default();
            for step in 1..=steps {
                noise.after(step, Channel::thermal_relaxation(Some(t1), Some(t2), 1e-6), &[Wire(0)]);
            }
            let list = [observable(&[(1.0, letter)])];
            simulator.noisy_expectations(&density(&circuit, &noise), &[], &list).unwrap().value[0]
        };
        let time = steps as f64 * 1e-6;
        // <Z> of |1> is 1 - 2 exp(-t/T1), <X> of |+> is exp(-t/T2)
        assert_near(&[mean(ops[0], "Z")], &[1.0 - 2.0 * (-time / t1).exp()], 1e-12);
        assert_near(&[mean(ops[1], "X")], &[(-time / t2).exp()], 1e-12);
    }
}

/// H and CX with a channel after each.
fn bell(one: Channel, two: Channel) -> (Circuit, Noise) {
    let circuit = circuit(2, 0, vec![gate(Gate::H, &[], &[0]), gate(Gate::Cx, &[], &[0, 1])]);
    let mut noise = Noise::default();
    noise.after(0, one, &[Wire(0)]);
    noise.after(1, two, &[Wire(0), Wire(1)]);
    (circuit, noise)
}

#[test]
fn a_depolarized_bell_pair_has_the_fidelity_of_the_formula() {
    let (p, q) = (0.1, 0.2);
    let (circuit, noise) = bell(Channel::depolarizing(1, p), Channel::depolarizing(2, q));
    let letters = ["XX", "ZZ", "YY"].map(|letters| observable(&[(1.0, letters)]));
    let means = simulator(1).noisy_expectations(&density(&circuit, &noise), &[], &letters).unwrap().value;
    // X on the control becomes XX, Z becomes ZI and leaves ZZ: the turn's channel touches XX and YY alone.
    let expected = [(1.0 - p) * (1.0 - q), 1.0 - q, -(1.0 - p) * (1.0 - q)];
    assert_near(&means, &expected, 1e-12);
}

#[test]
fn readout_errors_mix_outcomes() {
    let circuit = circuit(2, 0, vec![gate(Gate::X, &[], &[1])]);
    let mut noise = Noise::default();
    noise.misread(Wire(0), [0.1, 0.3]);
    noise.misread(Wire(1), [0.3, 0.02]);
    let found = simulator(1).noisy_probabilities(&density(&circuit, &noise), &[]).unwrap().value;
    assert_near(&found, &[0.9 * 0.02, 0.1 * 0.02, 0.9 * 0.98, 0.1 * 0.98], 1e-14);
    // E[Z] of a true 0 is 1 - 2 e_0, of a true 1 it is 2 e_1 - 1.
    let letters = [observable(&[(1.0, "ZI")]), observable(&[(1.0, "IZ")]), observable(&[(1.0, "ZZ")])];
    let means = simulator(1).noisy_expectations(&density(&circuit, &noise), &[], &letters).unwrap().value;
    assert_near(&means, &[0.8, -0.96, -0.8 * 0.96], 1e-14);
}

#[test]
fn the_trace_is_one_and_no_probability_negative() {
    let mut stream = Stream::new(75);
    let simulator = simulator(1);
    for _ in 0..20 {
        let circuit = generate::circuit(&mut stream, 4, 25, With::Outcomes);
        let slots = generate::slots(&mut stream);
        let density = density(&circuit, &noise(&mut stream, &circuit));
        let found = simulator.noisy_probabilities(&density, &slots).unwrap().value;
        assert_near(&[found.iter().sum()], &[1.0], 1e-10);
        assert!(found.iter().all(|p| *p > -1e-12), "{found:?}");
    }
}

#[test]
fn what_is_no_channel_is_refused() {
    let one = |entries: [f64; 4]| entries.map(|entry| C64::new(entry, 0.0)).to_vec();
    let of_kraus = |operators| Channel::of_kraus(operators).unwrap_err().to_string();
    assert_eq!(of_kraus(vec![one([1.0, 0.0, 0.0, 0.9])]), "`sum K^H K` is 1.9e-1 away from the identity");
    assert_eq!(of_kraus(vec![one([1.0, 0.0, 0.0, f64::NAN])]), "`sum K^H K` is NaN away from the identity");
    for shapes in [vec![], vec![vec![C64::ONE]], vec![one([1.0, 0.0, 0.0, 1.0]), vec![C64::ZERO; 16]]] {
        assert_eq!(Channel::of_kraus(shapes), Err(NoChannel::Shape));
    }
    let (z, x) =
        (one([0.8f64.sqrt(), 0.0, 0.0, -0.8f64.sqrt()]), one([0.0, 0.2f64.sqrt(), 0.2f64.sqrt(), 0.0]));
    assert!(Channel::of_kraus(vec![z, x]).is_ok());
}

#[test]
fn a_plan_with_noise_has_no_state() {
    let (circuit, noise) = bell(Channel::depolarizing(1, 0.1), Channel::depolarizing(2, 0.1));
    let plan = Plan::noisy(&circuit, &noise).unwrap();
    assert_eq!(simulator(1).probabilities(&plan, &[]), Err(Fault::Noisy));
}

#[test]
fn every_gate_has_a_conjugate() {
    for &each in Gate::ALL {
        let wires: Vec<u32> = (0..each.def().wires.len() as u32).collect();
        let angles: Vec<Angle> = each.def().params.iter().map(|_| Angle::constant(0.7)).collect();
        let ops = wires.iter().map(|&wire| gate(Gate::Ry, &[Angle::constant(1.0)], &[wire]));
        let ops: Vec<OpKind> = ops.chain([gate(each, &angles, &wires)]).collect();
        let circuit = circuit(wires.len().max(1), 0, ops);
        let expected = oracle::mixed_expectation(&circuit, &[], &observable(&[(1.0, "Y"), (0.5, "X")]));
        let list = [observable(&[(1.0, "Y"), (0.5, "X")])];
        let density = density(&circuit, &Noise::default());
        let found = simulator(1).noisy_expectations(&density, &[], &list).unwrap().value;
        assert_near(&found, &[expected], 1e-12);
    }
}
