//! How well circuits fare on devices, by the errors that the devices' data gives.
//!
//! `cargo run --release -p qml-transpile --example fidelity -- FOLDER [LEVEL]`. The folder holds circuits as
//! `bound/CIRCUIT.qasm` and `symbolic/CIRCUIT.qasm`. Prints, for each circuit on `ibm_torino` and `iqm_garnet`, couplings
//! out of service left out, the negative logarithm of the estimated fidelity, and the geometric means of these.

use std::path::{Path, PathBuf};
use std::{env, fs, process};

use qml_devices::find;
use qml_ir::circuit::Circuit;
use qml_source::SourceMap;
use qml_transpile::{Options, compile, estimate};

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let Some(folder) = arguments.get(1).map(Path::new) else {
        eprintln!("usage: fidelity FOLDER [LEVEL]");
        process::exit(2);
    };
    let level = arguments.get(2).and_then(|level| level.parse().ok()).unwrap_or(2);
    if let Err(problem) = run(folder, level) {
        eprintln!("{problem}");
        process::exit(1);
    }
}

fn run(folder: &Path, level: u8) -> Result<(), String> {
    for target in ["ibm_torino", "iqm_garnet"] {
        let device = find(target).map_err(|error| error.message)?;
        let (mut sum, mut n) = (0.0, 0.0);
        for path in paths(folder)? {
            let circuit = load(&path)?;
            let options = Options { level, ..Options::default() };
            let Ok(compiled) = compile(&circuit, &device, &options) else { continue };
            let estimate = estimate(&compiled.circuit, &device);
            let loss = -estimate.ok_or("an error is not known")?.log_fidelity();
            println!("{target:11} {:40} {loss:10.4}", path.display());
            sum += loss.ln();
            n += 1.0;
        }
        println!("{target:11} geometric mean of {n} circuits: {:.4}", (sum / n).exp());
    }
    Ok(())
}

fn paths(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let mut paths = Vec::new();
    for suite in ["bound", "symbolic"] {
        let folder = folder.join(suite);
        let entries = fs::read_dir(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
        paths.extend(entries.filter_map(|entry| entry.ok().map(|entry| entry.path())));
    }
    paths.sort();
    Ok(paths)
}

fn load(path: &Path) -> Result<Circuit, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = SourceMap::default().add(path.display().to_string(), text.clone());
    let program = qml_qasm::import_program(file, &text);
    program
        .map(|program| program.circuit)
        .map_err(|errors| format!("{}: {}", path.display(), errors[0].message))
}
