//! How well circuits fare on devices, by the errors that the devices' data gives.
//!
//! `cargo run --release -p qml-transpile --example fidelity -- FOLDER [LEVEL]`. The folder holds circuits as
//! `bound/CIRCUIT.qasm` and `symbolic/CIRCUIT.qasm`. Prints, for each circuit on `ibm_torino` and `iqm_garnet`, couplings
//! out of service left out, the negative logarithm of the estimated fidelity, and the geometric means of these.

mod common;

use std::path::{Path, PathBuf};
use std::{env, fs};

use qml_devices::find;
use qml_transpile::{Options, compile, estimate};

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    common::main("fidelity", &arguments, run);
}

fn run(folder: &Path, level: u8) -> Result<(), String> {
    for target in ["ibm_torino", "iqm_garnet"] {
        let device = find(target).map_err(|error| error.message)?;
        let (mut sum, mut n) = (0.0, 0.0);
        for path in paths(folder)? {
            let circuit = common::load(&path)?.circuit;
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
