//! What two-qubit blocks bring whose angles are computed when values are bound.
//!
//! `cargo run --release -p qml-transpile --example blocks -- FOLDER [LEVEL]`. Compiles the OpenQASM files of a folder for some
//! devices with and without them, and prints two-qubit gates and two-qubit depth, and the geometric means of the ratios.

use std::path::Path;
use std::{env, fs, process};

use qml_devices::find;
use qml_source::FileId;
use qml_transpile::{Options, Stats, compile};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let Some(folder) = arguments.get(1).map(Path::new) else {
        eprintln!("usage: blocks FOLDER [LEVEL]");
        process::exit(2);
    };
    let level = arguments.get(2).and_then(|level| level.parse().ok()).unwrap_or(2);
    if let Err(problem) = run(folder, level) {
        eprintln!("{problem}");
        process::exit(1);
    }
}

fn run(folder: &Path, level: u8) -> Result<(), String> {
    let entries = fs::read_dir(folder).map_err(|error| error.to_string())?;
    let mut paths: Vec<_> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.sort();
    for target in ["ibm_torino", "iqm_garnet", "all_to_all"] {
        let mut sums = [0.0; 2];
        for path in &paths {
            let text = fs::read_to_string(path).map_err(|error| error.to_string())?;
            let file = FileId(0);
            let program =
                qml_qasm::import_program(file, &text).map_err(|errors| errors[0].message.clone())?;
            let circuit = program.circuit;
            let name = if target == "all_to_all" {
                format!("all_to_all:{}", circuit.n_wires)
            } else {
                target.to_owned()
            };
            let mut device = find(&name).map_err(|error| error.message)?;
            device.coupling.all_edges_mut().for_each(|(_, _, facts)| facts.broken = false);
            let stats = |blocks_at_bind| {
                let options = Options { level, blocks_at_bind, ..Options::default() };
                compile(&circuit, &device, &options).map(|compiled| compiled.stats).map_err(|e| e.message)
            };
            let (without, with): (Stats, Stats) = (stats(false)?, stats(true)?);
            let figures =
                |stats: &Stats| [stats.two_qubit_gates, stats.two_qubit_depth, stats.one_qubit_gates];
            let (without, with) = (figures(&without), figures(&with));
            let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
            println!("{target:11} {stem:32} {without:?} {with:?}");
            for (sum, (with, without)) in sums.iter_mut().zip(with.iter().zip(&without)) {
                *sum += (*with as f64 / *without as f64).ln();
            }
        }
        let [gates, depth] = sums.map(|sum: f64| (sum / paths.len() as f64).exp());
        println!("{target:11} with over without: two-qubit gates {gates:.3}, depth {depth:.3}\n");
    }
    Ok(())
}
