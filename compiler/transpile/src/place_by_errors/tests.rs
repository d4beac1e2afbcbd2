use expect_test::{Expect, expect};
use qml_devices::Device;
use qml_devices::{GateFacts, find};
use qml_gates::Gate;
use qml_ir::circuit::testing::{Random, assert_same_on_device};
use qml_ir::circuit::{Angle, Op};
use qml_source::Span;

use super::costs::UNIT;
use super::*;
use crate::estimate::estimate;

/// A shape whose errors are drawn by chance.
fn noisy(shape: &str, random: &mut Random) -> Device {
    let mut device = find(shape).unwrap();
    let fact = |error: f64| GateFacts { error: Some(error), duration_s: None };
    for qubit in &mut device.qubits {
        qubit.readout_error = Some(0.05 * random.unit());
        for gate in ["sx", "x"] {
            qubit.gates.insert(gate.to_owned(), fact(0.01 * random.unit()));
        }
    }
    let edges: Vec<(u32, u32)> = device.coupling.all_edges().map(|(a, b, _)| (a, b)).collect();
    for (a, b) in edges {
        let facts = device.coupling.edge_weight_mut(a, b).unwrap();
        facts.gates.insert("cz".to_owned(), fact(0.1 * random.unit()));
    }
    device
}

/// Native gates on `n` neighbouring qubits, each new one coupled to one before it. The source's wires are these qubits
/// and, where there is one more, an idle one.
fn native(n: usize, target: &Target, random: &mut Random) -> Circuit {
    let mut used = vec![random.below(target.n_qubits) as u16];
    while used.len() < n {
        let next = target.neighbours(used[random.below(used.len())]);
        let next = next[random.below(next.len())];
        if !used.contains(&next) {
            used.push(next);
        }
    }
    let mut circuit = Circuit { n_wires: target.n_qubits, ..Circuit::default() };
    for _ in 0..20 {
        let a = used[random.below(n)];
        let near: Vec<u16> = target.neighbours(a).iter().copied().filter(|b| used.contains(b)).collect();
        let [a, b] = [a, near[random.below(near.len())]].map(|qubit| Wire(qubit.into()));
        let rz = Op::gate(Gate::Rz, &[Angle::constant(random.unit())], &[a], Span::default());
        let gates = [
            Op::gate(Gate::Cz, &[], &[a, b], Span::default()),
            rz,
            Op::gate(Gate::Sx, &[], &[b], Span::default()),
        ];
        circuit.ops.extend(gates);
    }
    circuit.layout = used.iter().map(|&qubit| Wire(qubit.into())).collect();
    circuit.final_layout = circuit.layout.clone();
    circuit.output = circuit.layout[..n / 2].to_vec();
    circuit
}

/// The circuit under the source's names.
fn named_by_source(circuit: &Circuit) -> Circuit {
    let mut source = circuit.clone();
    let name = |wire: Wire| {
        let place = circuit.layout.iter().position(|&at| at == wire);
        Wire(place.expect("only the source's wires are used") as u32)
    };
    source.ops.iter_mut().for_each(|op| op.map_wires(&mut |wire| name(wire)));
    source.output.iter_mut().for_each(|wire| *wire = name(*wire));
    source.n_wires = circuit.layout.len();
    source.layout.clear();
    source.final_layout.clear();
    source
}

/// Moves a native circuit; whether there was a better place.
fn place(circuit: &mut Circuit, device: &Device, target: &Target) -> bool {
    let to = better_place(circuit, &DeviceFacts::new(device), target, 10_000);
    to.iter().for_each(|to| move_to(to, circuit));
    to.is_some()
}

#[test]
fn random_circuits_stay_the_same_on_coupled_qubits_and_fare_no_worse() {
    let mut random = Random::new(41);
    let mut n_moved = 0;
    for shape in ["line:6", "grid:2x4", "heavy_hex:7"] {
        for _ in 0..8 {
            let device = noisy(shape, &mut random);
            let target = Target::new(&device);
            let before = native(4, &target, &mut random);
            let mut after = before.clone();
            let is_moved = place(&mut after, &device, &target);
            n_moved += usize::from(is_moved);
            after.validate();
            after.visit(|op| {
                if let [a, b] = op.wires()[..] {
                    assert!(device.is_working(a.0, b.0), "{op:?}");
                }
            });
            assert_same_on_device(&named_by_source(&before), &after);
            let [old, new] = [&before, &after].map(|circuit| estimate(circuit, &device).unwrap().fidelity());
            assert!(if is_moved { new > old } else { new == old }, "{new} after {old}");
        }
    }
    assert!(n_moved > 12, "{n_moved} were moved");
}

#[test]
fn the_best_place_of_all_is_found() {
    let mut random = Random::new(42);
    for _ in 0..6 {
        let device = noisy("grid:2x3", &mut random);
        let target = Target::new(&device);
        let circuit = native(3, &target, &mut random);
        let costs = Costs::new(&circuit, &DeviceFacts::new(&device), &target);
        let mut least = u64::MAX;
        for place in (0..216).map(|i: u16| [i % 6, i / 6 % 6, i / 36]) {
            if place[0] != place[1] && place[1] != place[2] && place[0] != place[2] {
                least = least.min(costs.of(&place));
            }
        }
        let found = search(&costs, &target, 10_000).unwrap_or_else(|| costs.wires.clone());
        assert_eq!(costs.of(&found), least);
        // The cost is the fidelity that is reported.
        let logarithm = estimate(&circuit, &device).unwrap().log_fidelity();
        assert!((costs.of(&costs.wires) as f64 * UNIT + logarithm).abs() < 1e-6);
    }
}

fn check(before: &str, device: &Device, after: &Expect) {
    let mut circuit = Circuit::parse(before).unwrap();
    place(&mut circuit, device, &Target::new(device));
    after.assert_eq(&circuit.to_string());
}

const PAIR: &str =
    "circuit wires 4 output [q0 q1 q2] layout [q0 q1 q2] final [q0 q1 q2]\ncz q0 q1; sx q0; cz q0 q1";

#[test]
fn a_bad_coupling_is_left_and_the_idle_wire_makes_room() {
    let mut device = find("line:4").unwrap();
    device.averages.error_1q = Some(0.001);
    device.averages.error_2q = Some(0.001);
    device.qubits.iter_mut().for_each(|qubit| qubit.readout_error = Some(0.01));
    let bad = GateFacts { error: Some(0.2), duration_s: None };
    device.coupling.edge_weight_mut(0, 1).unwrap().gates.insert("cz".to_owned(), bad);
    device.qubits[0].readout_error = Some(0.02);
    check(
        PAIR,
        &device,
        &expect![[r#"
        circuit wires 4 output [q1 q2 q3] layout [q1 q2 q3] final [q1 q2 q3]
        cz q1 q2
        sx q1
        cz q1 q2
    "#]],
    );
}

#[test]
fn without_data_nothing_moves() {
    let device = find("line:4").unwrap();
    let mut circuit = Circuit::parse(PAIR).unwrap();
    let before = circuit.clone();
    assert!(!place(&mut circuit, &device, &Target::new(&device)));
    assert_eq!(circuit, before);
}
