//! The benchmark circuits compiled for devices do what their sources do.
//!
//! By random stimuli (Burgholzer et al., arXiv:2011.07288): source and compiled circuit get the same random product state,
//! and random values for their slots; their outputs must be the same state up to a global phase. A wrong gate is seen by a
//! few stimuli almost surely.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_gates::Gate;
use qml_ir::circuit::testing::{Options as Kinds, Random, random_circuit};
use qml_ir::circuit::{Angle, Circuit, Op, Wire};
use qml_simulator::{Plan, Simulator};
use qml_source::{SourceMap, Span};
use qml_transpile::{Options, compile};

/// Circuits on more wires are left to stabiliser tableaux, in the tests of the compiler.
const MOST_WIRES: usize = 24;
/// Gates times amplitudes of what is compared: more takes longer than a test may.
const MOST_WORK: usize = 1 << 28;

#[test]
fn benchmark_circuits_are_kept_by_every_target() {
    let mut checked = 0;
    for folder in ["bound", "symbolic"] {
        for circuit in circuits(folder) {
            for target in ["all_to_all", "iqm_garnet", "ibm_torino"] {
                checked += usize::from(is_kept(&circuit, target, MOST_WORK));
            }
        }
    }
    assert!(checked > 120, "{checked} circuits were compared");
}

#[test]
fn random_circuits_on_up_to_24_wires_are_kept() {
    let mut random = Random::new(91);
    let sizes = [(18, 24, "iqm_garnet"), (20, 24, "grid:4x5"), (22, 12, "line:22/cx"), (24, 6, "grid:4x6")];
    for (n_wires, n_ops, target) in sizes {
        let kinds = Kinds { unitaries: false, ..Kinds::unitary(n_wires, n_ops) };
        assert!(
            is_kept(&random_circuit(&mut random, &kinds), target, 8 * MOST_WORK),
            "{n_wires} wires are too many"
        );
    }
}

#[test]
fn a_wrong_gate_is_noticed() {
    let source = circuits("bound").into_iter().find(|circuit| circuit.n_wires == 8).unwrap();
    let mut wrong = source.clone();
    wrong.ops.push(Op::gate(Gate::T, &[], &[Wire(3)], Span::default()));
    let wires: Vec<Wire> = Circuit::wires(0..8);
    assert!(overlap(&source, &wires, &wires, &wrong, &wires, &wires, 1) < 0.999);
}

fn circuits(folder: &str) -> Vec<Circuit> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/circuits").join(folder);
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    let load = |path: &std::path::PathBuf| {
        let text = std::fs::read_to_string(path).unwrap();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        let file = SourceMap::default().add(name.clone(), text.as_str());
        let mut circuit = qml_qasm::import_program(file, &text).unwrap().circuit;
        circuit.name = name;
        circuit
    };
    paths.iter().map(load).collect()
}

/// Compiles and compares; false where that would take too long.
fn is_kept(source: &Circuit, target: &str, most_work: usize) -> bool {
    let target =
        if target == "all_to_all" { format!("all_to_all:{}", source.n_wires) } else { target.to_owned() };
    let device = qml_devices::find(&target).unwrap();
    let compiled = compile(source, &device, &Options::default()).unwrap().circuit;
    let (small, start, end) = touched(&compiled);
    if small.n_wires > MOST_WIRES || small.ops.len().max(16) << small.n_wires > most_work {
        return false;
    }
    let wires: Vec<Wire> = Circuit::wires(0..source.n_wires as u32);
    for seed in 0..2 {
        let overlap = overlap(source, &wires, &wires, &small, &start, &end, seed);
        assert!((overlap - 1.0).abs() < 1e-8, "{} on {target}: overlap {overlap}", source.name);
    }
    true
}

/// The circuit on the wires that it touches, and where the source's wires start and end.
fn touched(circuit: &Circuit) -> (Circuit, Vec<Wire>, Vec<Wire>) {
    let mut new = vec![None; circuit.n_wires];
    let mut count = 0;
    let mut number = |wire: Wire| {
        Wire(*new[wire.0 as usize].get_or_insert_with(|| {
            count += 1;
            count - 1
        }))
    };
    let start: Vec<Wire> = circuit.layout.iter().map(|&wire| number(wire)).collect();
    let mut small = circuit.clone();
    for op in &mut small.ops {
        op.map_wires(&mut number);
    }
    let end: Vec<Wire> = circuit.final_layout.iter().map(|&wire| number(wire)).collect();
    small.n_wires = count as usize;
    (small, start, end)
}

/// The squared overlap of what both make of one random product state with random slots.
fn overlap(
    a: &Circuit,
    a_start: &[Wire],
    a_end: &[Wire],
    b: &Circuit,
    b_start: &[Wire],
    b_end: &[Wire],
    seed: u64,
) -> f64 {
    let mut random = Random::new(seed);
    let slots = random.angles(a.slots.len());
    let stimuli: Vec<[Angle; 3]> =
        a_start.iter().map(|_| [0; 3].map(|_| Angle::constant(random.angles(1)[0]))).collect();
    let run = |circuit: &Circuit, start: &[Wire], end: &[Wire]| {
        let mut circuit = circuit.clone();
        let turns = start.iter().zip(&stimuli);
        let turns = turns.map(|(&wire, angles)| Op::gate(Gate::U, angles, &[wire], Span::default()));
        circuit.ops = turns.chain(circuit.ops).collect();
        circuit.output = end.to_vec();
        circuit.layout.clear();
        circuit.final_layout.clear();
        Plan::new(&circuit).unwrap()
    };
    let simulator = Simulator::new(1, Arc::new(AtomicBool::new(false)));
    let (left, right) = (run(a, a_start, a_end), run(b, b_start, b_end));
    simulator.fidelity((&left, &slots), (&right, &slots)).unwrap()
}
