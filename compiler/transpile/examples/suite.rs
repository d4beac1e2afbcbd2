//! Compares gate counts with a table of other compilers' results.
//!
//! `cargo run --release -p qml-transpile --example suite -- FOLDER [LEVEL]`. The folder holds `baseline.csv` (columns suite,
//! circuit, target, tool, `two_qubit_gates`, `two_qubit_depth`, ...) and the circuits as `SUITE/CIRCUIT.qasm`. Prints a line
//! for each circuit and target, and geometric means of our figures over those of each tool.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Instant;
use std::{env, fs, process};

use qml_devices::{Device, find};
use qml_ir::circuit::Circuit;
use qml_source::SourceMap;
use qml_transpile::{Options, Stats, compile};

/// Two-qubit gates and two-qubit depth.
type Figures = [f64; 2];

fn main() {
    let arguments: Vec<String> = env::args().collect();
    let Some(folder) = arguments.get(1).map(Path::new) else {
        eprintln!("usage: suite FOLDER [LEVEL]");
        process::exit(2);
    };
    let level = arguments.get(2).and_then(|level| level.parse().ok()).unwrap_or(2);
    if let Err(problem) = run(folder, level) {
        eprintln!("{problem}");
        process::exit(1);
    }
}

#[allow(clippy::disallowed_methods)] // Time is shown, and decides nothing.
fn run(folder: &Path, level: u8) -> Result<(), String> {
    // Suite, circuit and target, with the figures of each tool.
    let mut rows: BTreeMap<[String; 3], BTreeMap<String, Figures>> = BTreeMap::new();
    for line in read(&folder.join("baseline.csv"))?.lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let [suite, circuit, target, tool, gates, depth, ..] = cells.as_slice() else {
            return Err(format!("a short row: {line}"));
        };
        let number = |text: &str| text.parse::<f64>().map_err(|_| format!("not a number: {line}"));
        let key = [suite, circuit, target].map(|cell| (*cell).to_owned());
        rows.entry(key).or_default().insert((*tool).to_owned(), [number(gates)?, number(depth)?]);
    }
    // Sums of logarithms of ratios, and their number, by suite, target and tool.
    let mut means: BTreeMap<[String; 3], (Figures, f64)> = BTreeMap::new();
    let (mut total, mut longest) = (0.0, (0.0, String::new()));
    for ([suite, name, target], tools) in &rows {
        let circuit = load(&folder.join(suite).join(format!("{name}.qasm")))?;
        let device = device(target, circuit.n_wires)?;
        let begin = Instant::now();
        let stats = measure(&circuit, &device, level)?;
        let seconds = begin.elapsed().as_secs_f64();
        total += seconds;
        if seconds > longest.0 {
            longest = (seconds, format!("{name} on {target}"));
        }
        print!("{suite:9} {name:36} {target:11} {:6} {:6}", stats.two_qubit_gates, stats.two_qubit_depth);
        print!(" {:8.1} ms", 1e3 * seconds);
        for (tool, figures) in tools {
            print!("  {tool} {} {}", figures[0], figures[1]);
            let (sums, n) = means.entry([suite, target, tool].map(String::clone)).or_default();
            let ours = [stats.two_qubit_gates as f64, stats.two_qubit_depth as f64];
            for i in 0..2 {
                sums[i] += (ours[i].max(1.0) / figures[i].max(1.0)).ln();
            }
            *n += 1.0;
        }
        println!();
    }
    println!("\n{total:.2} s in all, the longest {:.2} s for {}", longest.0, longest.1);
    println!("\nours over theirs, geometric means of two-qubit gates and two-qubit depth");
    for ([suite, target, tool], (sums, n)) in means {
        println!("{suite:9} {target:11} {tool:32} {:.3} {:.3}", (sums[0] / n).exp(), (sums[1] / n).exp());
    }
    Ok(())
}

fn measure(circuit: &Circuit, device: &Device, level: u8) -> Result<Stats, String> {
    let options = Options { level, ..Options::default() };
    compile(circuit, device, &options).map(|compiled| compiled.stats).map_err(|error| error.message)
}

fn load(path: &Path) -> Result<Circuit, String> {
    let text = read(path)?;
    let mut sources = SourceMap::default();
    let file = sources.add(path.display().to_string(), text.clone());
    // Angles that are computed from inputs are slots of their own.
    let program = qml_qasm::import_program(file, &text);
    program
        .map(|program| program.circuit)
        .map_err(|errors| format!("{}: {}", path.display(), errors[0].message))
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))
}

/// The target of a row; couplings out of service are in the tables, and so are they here.
fn device(target: &str, n_wires: usize) -> Result<Device, String> {
    let name = if target == "all_to_all" { format!("all_to_all:{n_wires}") } else { target.to_owned() };
    let mut device = find(&name).map_err(|error| error.message)?;
    device.coupling.all_edges_mut().for_each(|(_, _, facts)| facts.broken = false);
    Ok(device)
}
