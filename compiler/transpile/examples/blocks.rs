//! What is gained by angles that are computed when values are bound, and by knowing the values.
//!
//! `cargo run --release -p qml-transpile --example blocks -- FOLDER [LEVEL]`. Compiles the OpenQASM files of a folder for some
//! devices: with open inputs; with two-qubit blocks whose angles are computed when values are bound; and with random values
//! instead of inputs. Prints two-qubit gates, two-qubit depth and one-qubit gates, and the geometric means of the ratios of
//! the first two to those with open inputs.

mod common;

use std::path::Path;
use std::{env, fs};

use qml_devices::find;
use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::Random;
use qml_transpile::{Options, Stats, compile};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    common::main("blocks", &arguments, run);
}

fn run(folder: &Path, level: u8) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for target in ["ibm_torino", "iqm_garnet", "all_to_all"] {
        // Sums of logarithms: gates and depth, first with blocks, then with values.
        let mut sums = [[0.0; 2]; 2];
        for path in &paths {
            let program = common::load(path)?;
            let values = program.bind(&Random::new(5).angles(program.n_inputs));
            let bound = program.circuit.bound(&values);
            let open = figures(&program.circuit, target, level, false)?;
            let others =
                [figures(&program.circuit, target, level, true)?, figures(&bound, target, level, false)?];
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            println!("{target:11} {stem:32} {open:?} {:?} {:?}", others[0], others[1]);
            for (sums, others) in sums.iter_mut().zip(&others) {
                for (sum, (other, open)) in sums.iter_mut().zip(others.iter().zip(&open)) {
                    *sum += (*other as f64 / *open as f64).ln();
                }
            }
        }
        for (name, sums) in ["blocks", "values"].into_iter().zip(sums) {
            let [gates, depth] = sums.map(|sum: f64| (sum / paths.len() as f64).exp());
            println!("{target:11} with {name}: two-qubit gates {gates:.3}, depth {depth:.3}");
        }
        println!();
    }
    Ok(())
}

/// Two-qubit gates, two-qubit depth and one-qubit gates.
fn figures(circuit: &Circuit, target: &str, level: u8, blocks_at_bind: bool) -> Result<[usize; 3], String> {
    let name = match target {
        "all_to_all" => format!("all_to_all:{}", circuit.n_wires),
        _ => target.to_owned(),
    };
    let mut device = find(&name).map_err(|error| error.message)?;
    device.coupling.all_edges_mut().for_each(|(_, _, facts)| facts.broken = false);
    let options = Options { level, blocks_at_bind, ..Options::default() };
    let Stats { two_qubit_gates, two_qubit_depth, one_qubit_gates, .. } =
        compile(circuit, &device, &options).map_err(|error| error.message)?.stats;
    Ok([two_qubit_gates, two_qubit_depth, one_qubit_gates])
}
