//! The noise of a device: its gates are as wrong as its data says, and its qubits wait as long as its times say.

use std::collections::BTreeSet;

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, Wire};
use qml_prelude::C64;
use qml_prelude::observable::Pauli;
use qml_simulator::{Channel, Density, Noise, Simulator};
use qml_source::Span;

use super::model::{depolarizing, noise};
use super::waiting::{Wait, waits};
use super::{Emulator, Native, touched};

fn gate(gate: Gate, angles: &[f64], wires: &[u32]) -> Op {
    let angles: Vec<Angle> = angles.iter().map(|&angle| Angle::constant(angle)).collect();
    let wires: Vec<Wire> = wires.iter().map(|&wire| Wire(wire)).collect();
    Op::gate(gate, &angles, &wires, Span::default())
}

fn circuit(n_wires: usize, ops: Vec<Op>) -> Circuit {
    Circuit { n_wires, ops, output: Circuit::wires(0..n_wires as u32), ..Circuit::default() }
}

/// The average fidelity of channels one after the other, from `sum |tr K|^2` over all products of their operators.
fn average_fidelity(channels: &[Vec<Vec<C64>>]) -> f64 {
    let dim = channels[0][0].len().isqrt();
    let product = |a: &Vec<C64>, b: &Vec<C64>| -> Vec<C64> {
        let entry = |i: usize| (0..dim).map(|j| a[i / dim * dim + j] * b[j * dim + i % dim]).sum();
        (0..dim * dim).map(entry).collect()
    };
    let mut operators = channels[0].clone();
    for channel in &channels[1..] {
        operators = channel.iter().flat_map(|a| operators.iter().map(|b| product(a, b))).collect();
    }
    let trace = |k: &Vec<C64>| (0..dim).map(|i| k[i * dim + i]).sum::<C64>().norm_sqr();
    let entangled = operators.iter().map(trace).sum::<f64>() / (dim * dim) as f64;
    (dim as f64 * entangled + 1.0) / (dim as f64 + 1.0)
}

/// The operators of a channel on one of two wires.
fn widened(channel: &Channel, is_high: bool) -> Vec<Vec<C64>> {
    let wide = |k: &Vec<C64>| {
        let entry = |i: usize| {
            let (row, column) = (i / 4, i % 4);
            let (own, other) = if is_high { (1, 0) } else { (0, 1) };
            let stays = row >> other & 1 == column >> other & 1;
            if stays { k[(row >> own & 1) * 2 + (column >> own & 1)] } else { C64::ZERO }
        };
        (0..16).map(entry).collect()
    };
    channel.operators().iter().map(wide).collect()
}

#[test]
fn relaxation_and_depolarizing_make_the_published_error_together() {
    let (t1, t2) = (Some(40e-6), Some(9e-6));
    for (error, seconds) in [(0.002, 20e-9), (0.01, 40e-9), (0.2, 1e-6)] {
        let relax = Channel::thermal_relaxation(t1, t2, seconds);
        let kept = 0.25 + (-seconds / 40e-6_f64).exp() / 4.0 + (-seconds / 9e-6_f64).exp() / 2.0;
        let one = Channel::depolarizing(1, depolarizing(error, kept, 1));
        let found = average_fidelity(&[relax.operators().to_vec(), one.operators().to_vec()]);
        assert!((found - (1.0 - error)).abs() < 1e-12, "{found}");
        let two = Channel::depolarizing(2, depolarizing(error, kept * kept, 2));
        let both = [widened(&relax, false), widened(&relax, true), two.operators().to_vec()];
        let found = average_fidelity(&both);
        assert!((found - (1.0 - error)).abs() < 1e-12, "{found}");
    }
    assert!((depolarizing(0.003, 1.0, 1) - 0.006).abs() < 1e-15, "p = e / (1 - 1/d)");
    assert_eq!(depolarizing(1e-5, 0.99, 1), 0.0, "relaxation alone is worse");
}

#[test]
fn a_qubit_waits_for_the_gate_that_it_shares() {
    // Wire 0 is turned, waits while wire 1 is turned three times, and meets it.
    let ops = vec![
        gate(Gate::X, &[], &[0]),
        gate(Gate::Cz, &[], &[0, 2]),
        gate(Gate::X, &[], &[1]),
        gate(Gate::X, &[], &[1]),
        gate(Gate::X, &[], &[1]),
        gate(Gate::Cz, &[], &[0, 1]),
    ];
    let duration = |op: &Op| Some(if op.wires().len() == 2 { 5.0 } else { 1.0 });
    let found = waits(&circuit(3, ops.clone()), &duration);
    // Wire 2 is returned and was last needed before the last gate: its gate is as late as wire 0 allows.
    assert_eq!(found, [Wait { wire: Wire(2), op: 1, is_after: true, seconds: 5.0 }]);
    let early = [vec![gate(Gate::Cz, &[], &[0, 1])], ops].concat();
    let found = waits(&circuit(3, early.clone()), &duration);
    // Wire 1 waits now: after the first gate for the second one's five seconds and the turn, less its own three.
    assert!(found.contains(&Wait { wire: Wire(1), op: 3, is_after: false, seconds: 3.0 }), "{found:?}");
    // What is not known lasts no time; all else waits as before.
    let unknown = |op: &Op| (op.wires().len() == 2).then_some(5.0);
    let found = waits(&circuit(3, early), &unknown);
    assert!(found.contains(&Wait { wire: Wire(1), op: 3, is_after: false, seconds: 5.0 }), "{found:?}");
}

#[test]
fn the_emulator_of_a_shape_is_perfect_and_that_of_a_device_is_not() {
    let source = circuit(2, vec![gate(Gate::H, &[], &[0]), gate(Gate::Cx, &[], &[0, 1])]);
    let probabilities = |name: &str| {
        let mut emulator = Emulator::new(qml_devices::find(name).unwrap().into());
        let Native { circuit, noise, .. } = emulator.compile(&source).unwrap();
        assert_eq!(circuit.n_wires, 2, "only what is touched");
        let density = Density::new(&circuit, &noise).unwrap();
        let simulator = Simulator::new(1, std::sync::Arc::default());
        (simulator.noisy_probabilities(&density, &[]).unwrap().value, emulator.note().is_some())
    };
    let (shape, has_note) = probabilities("line:3");
    assert!(has_note);
    assert!((shape[0] - 0.5).abs() < 1e-12 && shape[1].abs() < 1e-12, "{shape:?}");
    let (device, _) = probabilities("iqm_garnet");
    assert!(device[1] + device[2] > 1e-3 && device[1] + device[2] < 0.1, "{device:?}");
}

#[test]
fn what_is_not_published_is_told() {
    let device = qml_devices::find("line:2").unwrap();
    let mut missing = BTreeSet::new();
    let (circuit, qubits) = touched(circuit(2, vec![gate(Gate::Cz, &[], &[0, 1])]));
    assert_eq!(noise(&circuit, &qubits, &device, &mut missing), Noise::default());
    let missing: Vec<String> = missing.into_iter().collect();
    assert_eq!(missing, ["readout errors", "the duration of `cz`", "the error of `cz`"]);
}

#[test]
fn only_touched_qubits_are_kept_in_their_order() {
    let mut wide = circuit(
        6,
        vec![
            gate(Gate::Cz, &[], &[5, 2]),
            Op::pauli_rotation(&[(Wire(2), Pauli::X)], Angle::constant(1.0), Span::default()),
        ],
    );
    wide.output = vec![Wire(5), Wire(4)];
    let (narrow, qubits) = touched(wide);
    assert_eq!(qubits, [Wire(2), Wire(4), Wire(5)]);
    assert_eq!((narrow.n_wires, narrow.output.clone()), (3, vec![Wire(2), Wire(1)]));
    assert_eq!(narrow.ops[0].wires().to_vec(), [Wire(2), Wire(0)]);
}
