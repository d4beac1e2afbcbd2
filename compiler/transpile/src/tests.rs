//! Whole compilations: native, coupled, and the same as the source.

mod passes;
mod spans;
mod wide;

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, PI};

use qml_devices::{Device, OneQubitBasis, find};
use qml_ir::circuit::testing::{Options as Kinds, Random, assert_same_on_device, random_circuit};
use qml_ir::circuit::{Circuit, OpKind, Slot, Wire, dense};
use qml_ir::specialise::BindProgram;
use qml_ir::specialise::bind::Node;

use crate::{Compiled, Options, compile, report};

fn options(level: u8) -> Options {
    Options { level, seed: 11, ..Options::default() }
}

/// Every gate is native, and every pair coupled the right way round.
pub(crate) fn assert_native(circuit: &Circuit, device: &Device) {
    let basis = device.native_basis().unwrap();
    assert_eq!(circuit.n_wires, device.n_qubits + usize::from(device.is_star()));
    let resonator = Wire(device.n_qubits as u32);
    circuit.visit(|op| match &op.kind {
        OpKind::Gate { gate, wires, .. } if device.is_star() && wires.len() == 2 => {
            assert!(["cz", "swap"].contains(&gate.def().name) && wires[1] == resonator, "{op:?}");
        }
        OpKind::Gate { gate, wires, controls, .. } => {
            assert!(controls.is_empty());
            match wires.as_slice() {
                [_] => assert!(basis.one_qubit.names().contains(&gate.def().name), "{op:?}"),
                [a, b] => {
                    assert!(basis.two_qubit.names().contains(&gate.def().name), "{op:?}");
                    let facts = device.coupling.edge_weight(a.0, b.0).unwrap();
                    assert!(!facts.broken && facts.first.is_none_or(|first| first == a.0), "{op:?}");
                }
                _ => panic!("{op:?}"),
            }
        }
        OpKind::PauliRotation { .. } | OpKind::Unitary { .. } => panic!("{op:?}"),
        _ => {}
    });
}

/// The compiled circuit on those wires alone that something happens on or that belong to the source.
pub(crate) fn touched(circuit: &Circuit) -> Circuit {
    let mut circuit = circuit.clone();
    let mut names: BTreeMap<Wire, Wire> = BTreeMap::new();
    circuit.visit(|op| names.extend(op.wires().iter().map(|&wire| (wire, wire))));
    names.extend(circuit.layout.iter().chain(&circuit.final_layout).map(|&wire| (wire, wire)));
    names.values_mut().enumerate().for_each(|(i, name)| *name = Wire(i as u32));
    for op in &mut circuit.ops {
        op.map_wires(&mut |wire| names[&wire]);
    }
    let Circuit { output, layout, final_layout, .. } = &mut circuit;
    output.iter_mut().chain(layout).chain(final_layout).for_each(|wire| *wire = names[wire]);
    circuit.n_wires = names.len();
    circuit
}

fn check(source: &Circuit, device: &Device, level: u8) -> Option<Compiled> {
    let compiled = compile(source, device, &options(level)).unwrap();
    assert_native(&compiled.circuit, device);
    let small = touched(&compiled.circuit);
    if small.n_wires > 8 {
        return None;
    }
    if source.is_unitary() && compiled.computed.is_empty() {
        assert_same_on_device(source, &small);
    } else if source.is_unitary() {
        for i in 0..4 {
            let (source, bound) = bind(source, &small, &compiled.computed, i);
            assert_angles(&bound, device);
            assert_same_on_device(&source, &bound);
        }
    } else {
        let (source, bound) = bind(source, &small, &compiled.computed, 1);
        assert_same_outcomes(&source, &bound);
    }
    Some(compiled)
}

/// Both circuits with numbers for the slots: special ones first, then random ones.
fn bind(source: &Circuit, compiled: &Circuit, computed: &[Node], draw: usize) -> (Circuit, Circuit) {
    let mut random = Random::new(9 + draw as u64);
    let mut inputs = random.angles(source.slots.len());
    if draw == 0 {
        inputs.iter_mut().for_each(|input| *input = (*input / FRAC_PI_2).round() * FRAC_PI_2);
    }
    let program = BindProgram { n_inputs: inputs.len(), nodes: computed.to_vec() };
    let mut slots = Vec::new();
    program.bind(&inputs, &mut slots).unwrap();
    (source.bound(&inputs), compiled.bound(&slots))
}

/// The angles of the gates are what the device takes.
fn assert_angles(circuit: &Circuit, device: &Device) {
    let basis = device.native_basis().unwrap();
    circuit.visit(|op| {
        let OpKind::Gate { angles, wires, .. } = &op.kind else { return };
        if basis.one_qubit == OneQubitBasis::Gpi && wires.len() == 1 {
            assert!([PI, FRAC_PI_2].contains(&angles[0].constant), "{op:?}");
        }
        let (range, last) = match wires.len() {
            2 => (basis.two_qubit_angles, angles.last()),
            _ => (basis.one_qubit_angles, angles.first()),
        };
        let (Some(range), Some(angle), true) = (range, last, op_name(op) != "rz") else { return };
        let angle = angle.constant;
        assert!(angle > range.min - 1e-9 && angle < range.max + 1e-9, "{op:?} is not in {range:?}");
    });
}

fn op_name(op: &qml_ir::circuit::Op) -> &'static str {
    match &op.kind {
        OpKind::Gate { gate, .. } => gate.def().name,
        _ => "",
    }
}

/// The same density matrix of the returned register for each result.
pub fn assert_same_outcomes(source: &Circuit, compiled: &Circuit) {
    let slots = Random::new(9).angles(source.slots.len());
    let (a, b) = (outcomes(source, &slots), outcomes(compiled, &slots));
    let keys: std::collections::BTreeSet<_> = a.keys().chain(b.keys()).collect();
    for key in keys {
        let none = BTreeMap::new();
        let (a, b) = (a.get(key).unwrap_or(&none), b.get(key).unwrap_or(&none));
        for entry in a.keys().chain(b.keys()) {
            let zero = dense::C64::new(0.0, 0.0);
            let apart = (a.get(entry).unwrap_or(&zero) - b.get(entry).unwrap_or(&zero)).norm();
            assert!(apart < 1e-9, "{apart:e} apart at {key:?} {entry:?}\n{source}\n--- and ---\n{compiled}");
        }
    }
}

type Density = BTreeMap<(usize, usize), dense::C64>;

fn outcomes(circuit: &Circuit, slots: &[f64]) -> BTreeMap<Vec<bool>, Density> {
    let mut outcomes: BTreeMap<Vec<bool>, Density> = BTreeMap::new();
    for branch in dense::branches(circuit, slots) {
        let result = circuit.result_bits.iter().map(|bit| bit.eval(&branch.bits)).collect();
        let density = outcomes.entry(result).or_default();
        let register = |i: usize| -> usize {
            circuit.output.iter().enumerate().map(|(k, wire)| (i >> wire.0 & 1) << k).sum()
        };
        let kept: usize = circuit.output.iter().map(|wire| 1 << wire.0).sum();
        let amplitudes: Vec<_> = branch.state.iter().enumerate().filter(|(_, z)| z.norm() > 1e-12).collect();
        for (i, x) in &amplitudes {
            // The rest of the wires is traced out.
            for (j, y) in amplitudes.iter().filter(|(j, _)| j & !kept == i & !kept) {
                *density.entry((register(*i), register(*j))).or_default() += *x * y.conj();
            }
        }
    }
    outcomes
}

const SHAPES: [&str; 10] = [
    "line:5",
    "grid:2x3",
    "all_to_all:5",
    "line:5/cx",
    "line:5/ecr",
    "line:5/iswap",
    "grid:2x3/sqrt_iswap",
    "line:5/sqrt_iswap",
    "all_to_all:5/rzz",
    "line:5/rzz",
];

#[test]
fn random_circuits_on_every_kind_of_device() {
    let mut random = Random::new(12);
    for name in SHAPES {
        let device = find(name).unwrap();
        for level in 0..4 {
            for _ in 0..4 {
                let source = random_circuit(&mut random, &Kinds::unitary(4, 10));
                check(&source, &device, level).unwrap();
            }
        }
    }
}

/// One of each kind of native gates.
const DEVICES: [&str; 15] = [
    "iqm_garnet",
    "ibm_torino",
    "ibm_torino/rzz",
    "ibm_brisbane",
    "oqc_lucy",
    "rigetti_cepheus_1_108q",
    "rigetti_ankaa_3",
    "google_willow_pink",
    "google_weber/sqrt_iswap",
    "aqt_ibex_q1",
    "ionq_aria_1",
    "ionq_forte_1",
    "quantinuum_h2_1",
    "iqm_deneb_fake",
    "iqm_sirius",
];

#[test]
fn random_circuits_on_real_devices() {
    let mut random = Random::new(13);
    for name in DEVICES {
        let device = find(name).unwrap();
        let checked = (0..6).filter_map(|_| {
            let source = random_circuit(&mut random, &Kinds::unitary(4, 10));
            check(&source, &device, 2)
        });
        assert!(checked.count() > 2, "too few circuits were small enough to be compared");
    }
}

#[test]
fn random_circuits_with_measurements_and_branches() {
    let mut random = Random::new(14);
    for name in ["line:4", "grid:2x3", "ibm_torino"] {
        let device = find(name).unwrap();
        for level in [0, 2] {
            for _ in 0..8 {
                let source = random_circuit(&mut random, &Kinds::everything(4, 10));
                check(&source, &device, level);
            }
        }
    }
}

#[test]
fn branches_that_move_wires_are_the_same() {
    let mut random = Random::new(18);
    for name in ["line:5", "grid:2x3"] {
        let device = find(name).unwrap();
        for level in 0..4 {
            for _ in 0..5 {
                // No controls: few gates on many wires, and so more SWAPs than gates.
                let kinds = Kinds { controls: false, unitaries: false, ..Kinds::everything(4, 24) };
                let source = random_circuit(&mut random, &kinds);
                check(&source, &device, level).unwrap();
            }
        }
    }
}

#[test]
fn special_values_of_slots_change_nothing() {
    let mut random = Random::new(15);
    let device = find("line:4").unwrap();
    for _ in 0..6 {
        let source = random_circuit(&mut random, &Kinds::unitary(3, 10));
        for values in [[0.0; 3], [FRAC_PI_2; 3], [PI, 1e-9, 0.0]] {
            let compiled = compile(&source, &device, &options(2)).unwrap();
            let bind = |circuit: &Circuit| {
                let mut circuit = circuit.clone();
                circuit.visit_mut(|op| {
                    for angle in op.angles_mut() {
                        *angle = qml_ir::circuit::Angle::constant(angle.eval(&values));
                    }
                });
                circuit
            };
            assert_same_on_device(&bind(&source), &touched(&bind(&compiled.circuit)));
        }
    }
}

#[test]
fn measured_results_keep_their_probabilities() {
    let mut random = Random::new(16);
    let device = find("iqm_garnet").unwrap();
    for _ in 0..8 {
        let source = random_circuit(&mut random, &Kinds::unitary(3, 8));
        let compiled = compile(&source, &device, &Options { measured: true, ..options(2) }).unwrap();
        let small = touched(&compiled.circuit);
        let slots = random.angles(3);
        let diagonal = |circuit: &Circuit| outcomes(circuit, &slots).remove(&Vec::new()).unwrap();
        let (a, b) = (diagonal(&source), diagonal(&small));
        for i in 0..8 {
            let at = |density: &Density| density.get(&(i, i)).map_or(0.0, |z| z.re);
            assert!((at(&a) - at(&b)).abs() < 1e-9);
        }
    }
}

#[test]
fn what_starts_from_zeros_ends_in_the_same_states() {
    let mut random = Random::new(19);
    let mut gates = [0; 2];
    for name in ["line:4", "all_to_all:4/rzz", "iqm_garnet"] {
        let device = find(name).unwrap();
        for level in 0..4 {
            for _ in 0..4 {
                let source = random_circuit(&mut random, &Kinds::unitary(4, 8));
                for from_zeros in [false, true] {
                    let compiled =
                        compile(&source, &device, &Options { from_zeros, ..options(level) }).unwrap();
                    gates[usize::from(from_zeros)] += compiled.stats.two_qubit_gates;
                    let small = touched(&compiled.circuit);
                    if small.n_wires <= 7 {
                        assert_same_outcomes(&source, &small);
                    }
                }
            }
        }
    }
    assert!(10 * gates[1] < 9 * gates[0], "{gates:?}");
}

#[test]
fn the_result_does_not_depend_on_threads() {
    let mut random = Random::new(17);
    let source = random_circuit(&mut random, &Kinds::gates(8, 60));
    let device = find("iqm_garnet").unwrap();
    let on = |n| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(n).build().unwrap();
        pool.install(|| compile(&source, &device, &options(2)).unwrap().circuit)
    };
    assert_eq!(on(1), on(4));
}

#[test]
fn slots_stay_affine_and_a_layer_of_rotations_stays_one() {
    let source = Circuit::parse("rx(0.5*s0 + s1) q0; rzz(s0) q0 q1; rx(s1) q1").unwrap();
    let compiled = compile(&source, &find("iqm_garnet").unwrap(), &options(2)).unwrap();
    assert_eq!(compiled.stats.two_qubit_gates, 2);
    let mut slots = std::collections::BTreeSet::new();
    compiled
        .circuit
        .visit(|op| slots.extend(op.angles().iter().flat_map(|a| a.terms.iter().map(|term| term.0))));
    assert_eq!(slots.into_iter().collect::<Vec<_>>(), [Slot(0), Slot(1)]);
}

#[test]
fn a_chain_needs_no_swaps_on_a_grid() {
    let ops: Vec<String> = (0..8).map(|i| format!("cx q{i} q{}", (i + 1) % 9)).collect();
    let source = Circuit::parse(&ops.join("; ")).unwrap();
    let stats = compile(&source, &find("grid:3x3").unwrap(), &options(1)).unwrap().stats;
    assert_eq!((stats.swaps, stats.two_qubit_gates), (0, 8));
    assert_eq!(stats.estimated_fidelity, None);
}

#[test]
fn a_swap_that_adds_no_gate_is_not_counted() {
    // A CX is two iSWAPs, with a SWAP behind it one.
    let figures = |source: &str, device: &str| {
        let source = Circuit::parse(source).unwrap();
        let device = find(device).unwrap();
        let compiled = compile(&source, &device, &options(2)).unwrap();
        let told = report(&source, &compiled, &device, &options(2), &compile);
        (compiled.stats.two_qubit_gates, compiled.stats.swaps, told.len())
    };
    for device in ["line:3/iswap", "all_to_all:3/iswap"] {
        assert_eq!(figures("h q0; cx q0 q1", device), (1, 0, 0), "{device}");
        assert_eq!(figures("h q0; cx q0 q1; ry(s0) q1; cx q1 q2", device), (3, 0, 0), "{device}");
    }
    let triangle = "ry(s0) q0; cx q0 q1; ry(s0) q1; cx q1 q2; ry(s0) q2; cx q2 q0; ry(s0) q0";
    assert_eq!(figures(triangle, "line:3"), (4, 1, 1));
}

#[test]
fn figures_of_a_calibrated_device() {
    let source = Circuit::parse("h q0; cx q0 q1; b0 = measure q0; b1 = measure q1").unwrap();
    let stats = compile(&source, &find("ibm_torino").unwrap(), &options(2)).unwrap().stats;
    let fidelity = stats.estimated_fidelity.unwrap();
    assert!(fidelity > 0.5 && fidelity < 1.0);
    let duration = stats.duration_s.unwrap();
    // A CZ takes 68 ns or more, a measurement 1.56 us.
    assert!(duration > 1.6e-6 && duration < 3e-6, "{duration:e}");
    assert_eq!((stats.qubits, stats.two_qubit_gates, stats.swaps), (2, 1, 0));
}

#[test]
fn returned_qubits_are_counted_and_measured_at_the_end() {
    let device = find("ibm_torino").unwrap();
    let mut source = Circuit::parse("h q0").unwrap();
    source.n_wires = 3;
    source.output = Circuit::wires(0..3);
    let compiled = compile(&source, &device, &options(2)).unwrap();
    let estimate = crate::estimate::estimate(&compiled.circuit, &device).unwrap();
    assert_eq!((compiled.stats.qubits, estimate.n_measurements), (3, 3));
    assert_eq!(compiled.stats.estimated_fidelity, Some(estimate.fidelity()));
    source.output.clear();
    let unread = compile(&source, &device, &options(2)).unwrap().stats;
    assert_eq!(unread.qubits, 1);
    assert!(unread.estimated_fidelity > compiled.stats.estimated_fidelity);
}

fn error(source: &str, device: &str) -> String {
    let error = compile(&Circuit::parse(source).unwrap(), &find(device).unwrap(), &options(1)).unwrap_err();
    format!("{}: {}", error.code, error.message)
}

#[test]
fn what_a_device_cannot_do_is_diagnosed() {
    let inside = "b0 = measure q0; if b0 { reset q1 }";
    assert_eq!(
        error(inside, "iqm_garnet"),
        "Q0713: `iqm_garnet` has no support for a reset within a circuit"
    );
    assert_eq!(error(inside, "iqm_garnet_fake"), "Q0712: `iqm_garnet_fake` has no support for feed-forward");
    assert_eq!(error("cx q0 q4", "line:3"), "Q0710: the circuit has 5 qubits, and `line:3` has 3");
    assert_eq!(
        error("b0 = measure q0; x q0", "iqm_garnet_fake"),
        "Q0711: `iqm_garnet_fake` has no support for measurement in mid-circuit"
    );
    assert_eq!(
        error("reset q0", "iqm_garnet"),
        "Q0713: `iqm_garnet` has no support for a reset within a circuit"
    );
    assert_eq!(
        error("x q0", "alicebob_emu_6q_physical_cats"),
        "Q0705: `alicebob_emu_6q_physical_cats` cannot be compiled for"
    );
}
