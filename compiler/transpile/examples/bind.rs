//! How long it takes to bind a template.
//!
//! `cargo run --release -p qml-transpile --example bind -- [FILE]`. Prints what a thread needs for an affine slot and for
//! a two-qubit block, and what a loop of 1000 steps needs for a circuit, by default one of the suite. Each figure is
//! the best of several runs: others only add to the time.

use std::f64::consts::PI;
use std::time::Instant;
use std::{env, fs};

use qml_devices::find;
use qml_gates::Gate;
use qml_ir::circuit::testing::Random;
use qml_ir::circuit::{Angle, Circuit, Op, Slot, Wire};
use qml_ir::specialise::BindProgram;
use qml_ir::specialise::bind::Node;
use qml_qasm::import_program;
use qml_source::{FileId, Span};
use qml_transpile::{Angles, Options, Template, compile};

const FILE: &str = "tests/circuits/symbolic/qcnn_8.qasm";
const STEPS: usize = 1000;

fn main() -> Result<(), String> {
    let file = env::args().nth(1).unwrap_or_else(|| FILE.to_owned());
    affine()?;
    blocks()?;
    training(&file)
}

/// The best time of some runs, in seconds.
#[expect(clippy::disallowed_methods, reason = "time is shown, and decides nothing")]
fn best(runs: usize, mut work: impl FnMut()) -> f64 {
    let once = |_| {
        let start = Instant::now();
        work();
        start.elapsed().as_secs_f64()
    };
    (0..runs).map(once).fold(f64::INFINITY, f64::min)
}

fn template(circuit: &Circuit, shape: &str) -> Result<Template, String> {
    let device = find(shape).map_err(|error| error.message)?;
    let bind = BindProgram { n_inputs: circuit.slots.len(), nodes: Vec::new() };
    Template::compile(circuit, &bind, &device, &Options::default()).map_err(|error| error.message)
}

/// Layers of rotations about two axes between CX, each with an input of its own.
fn ansatz(n_wires: u32, n_layers: u32) -> Circuit {
    let (mut ops, mut slot) = (Vec::new(), 0);
    for layer in 0..n_layers {
        for wire in 0..n_wires {
            for gate in [Gate::Ry, Gate::Rz] {
                ops.push(Op::gate(gate, &[Angle::slot(Slot(slot))], &[Wire(wire)], Span::default()));
                slot += 1;
            }
        }
        let pairs = (layer % 2..n_wires - 1).step_by(2);
        ops.extend(pairs.map(|a| Op::gate(Gate::Cx, &[], &[Wire(a), Wire(a + 1)], Span::default())));
    }
    Circuit::from_ops(ops)
}

fn affine() -> Result<(), String> {
    let template = template(&ansatz(100, 20), "line:100")?;
    let inputs = Random::new(1).angles(template.inputs().len());
    let mut angles = Angles::default();
    let seconds = best(50, || _ = (0..100).map(|_| template.bind(&inputs, &mut angles)).count()) / 100.0;
    let n = template.n_angles();
    println!(
        "affine: {n} angles in {:.1} us, {:.0} million a second",
        1e6 * seconds,
        n as f64 / seconds / 1e6
    );
    let n_sets = 1000;
    let inputs = Random::new(2).angles(template.inputs().len() * n_sets);
    let mut table = vec![0.0; n * n_sets];
    let seconds = best(10, || _ = template.bind_batch(&inputs, &mut table));
    println!(
        "affine, {n_sets} sets on all threads: {:.0} million a second",
        (n * n_sets) as f64 / seconds / 1e6
    );
    Ok(())
}

/// Runs on separate pairs, of five CX each.
fn blocks() -> Result<(), String> {
    let (n_pairs, mut ops, mut slot) = (50, Vec::new(), 0);
    for pair in 0..n_pairs {
        let wires = [Wire(2 * pair), Wire(2 * pair + 1)];
        for _ in 0..5 {
            for (gate, wire) in [(Gate::Ry, 0), (Gate::Rz, 0), (Gate::Ry, 1), (Gate::Rz, 1)] {
                ops.push(Op::gate(gate, &[Angle::slot(Slot(slot))], &[wires[wire]], Span::default()));
                slot += 1;
            }
            ops.push(Op::gate(Gate::Cx, &[], &wires, Span::default()));
        }
    }
    let template = template(&Circuit::from_ops(ops), "line:100")?;
    let n_blocks = template.compiled().computed.len() / 15;
    let inputs = Random::new(3).angles(template.inputs().len());
    let mut angles = Angles::default();
    let seconds = best(200, || _ = template.bind(&inputs, &mut angles));
    println!("blocks: {n_blocks} in {:.1} us, {:.2} us each", 1e6 * seconds, 1e6 * seconds / n_blocks as f64);
    Ok(())
}

fn training(file: &str) -> Result<(), String> {
    let text = fs::read_to_string(file).map_err(|error| format!("{file}: {error}"))?;
    let program = import_program(FileId(0), &text).map_err(|errors| errors[0].message.clone())?;
    let device = find("iqm_garnet").map_err(|error| error.message)?;
    let options = Options::default();
    let template = || Template::compile(&program.circuit, &program.bind_program(), &device, &options);
    let compiling = best(3, || _ = template());
    let template = template().map_err(|error| error.message)?;
    let (mut random, mut angles) = (Random::new(4), Angles::default());
    let inputs: Vec<Vec<f64>> = (0..STEPS).map(|_| random.angles(program.n_inputs)).collect();
    let binding = best(5, || _ = inputs.iter().map(|inputs| template.bind(inputs, &mut angles)).count());
    // What a compiler without templates does in each step.
    let bound = template.circuit(&angles.values.iter().map(|angle| angle % PI).collect::<Vec<_>>());
    let again = best(3, || _ = compile(&bound, &device, &options));
    let n_angles = template.n_angles();
    let is_first = |node: &&Node| matches!(node, Node::Block(_, 0));
    let n_blocks = template.bind_program().nodes.iter().filter(is_first).count();
    println!("{file} on iqm_garnet, {n_angles} angles, {n_blocks} blocks:");
    println!("  compiled in {:.1} ms, {STEPS} steps bound in {:.1} ms", 1e3 * compiling, 1e3 * binding);
    println!("  compiled in each step: {:.0} ms", 1e3 * again * STEPS as f64);
    Ok(())
}
