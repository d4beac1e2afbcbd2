//! How compile time grows with the length of a circuit.
//!
//! `cargo run --release -p qml-transpile --example scaling -- [LEVEL]`. Compiles random circuits, of gates U on single wires
//! and CX on random pairs, for a grid of as many qubits, and prints a line for each.

use std::env;
use std::time::Instant;

use qml_devices::find;
use qml_gates::Gate;
use qml_ir::circuit::testing::Random;
use qml_ir::circuit::{Angle, Circuit, Op};
use qml_source::Span;
use qml_transpile::{Options, compile};

/// Wires, the grid that takes them, and CX.
const SIZES: [(usize, &str, usize); 5] = [
    (20, "grid:4x5", 5000),
    (100, "grid:10x10", 12_500),
    (100, "grid:10x10", 25_000),
    (100, "grid:10x10", 50_000),
    (100, "grid:10x10", 100_000),
];

#[allow(clippy::disallowed_methods)] // Time is shown, and decides nothing.
fn main() -> Result<(), String> {
    let level = env::args().nth(1).and_then(|level| level.parse().ok()).unwrap_or(2);
    for (n_wires, shape, n_cx) in SIZES {
        let circuit = random_circuit(n_wires, n_cx);
        let device = find(shape).map_err(|error| error.message)?;
        let begin = Instant::now();
        let compiled = compile(&circuit, &device, &Options { level, ..Options::default() });
        let seconds = begin.elapsed().as_secs_f64();
        let stats = compiled.map_err(|error| error.message)?.stats;
        let per_gate = 1e6 * seconds / n_cx as f64;
        println!(
            "{n_wires:4} wires {n_cx:7} CX  {seconds:7.2} s  {per_gate:6.1} us each  {} gates, depth {}",
            stats.two_qubit_gates, stats.two_qubit_depth
        );
    }
    Ok(())
}

fn random_circuit(n_wires: usize, n_cx: usize) -> Circuit {
    let mut random = Random::new(1);
    let mut circuit = Circuit { n_wires, output: Circuit::wires(0..n_wires as u32), ..Circuit::default() };
    for _ in 0..n_cx {
        let wires = random.wires(2, n_wires);
        for &wire in &wires {
            let angles: Vec<Angle> = random.angles(3).into_iter().map(Angle::constant).collect();
            circuit.ops.push(Op::gate(Gate::U, &angles, &[wire], Span::default()));
        }
        circuit.ops.push(Op::gate(Gate::Cx, &[], &wires, Span::default()));
    }
    circuit
}
