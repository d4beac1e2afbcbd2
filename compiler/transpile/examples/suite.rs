//! Compares gate counts with a table of other compilers' results.
//!
//! `cargo run --release -p qml-transpile --example suite -- FOLDER [LEVEL] [--emit OUT]`. The folder holds `baseline.csv`
//! (columns suite, circuit, target, tool, `two_qubit_gates`, `two_qubit_depth`, ...) and the circuits as
//! `SUITE/CIRCUIT.qasm`. Prints a line for each circuit and target, and geometric means of our figures over those of each
//! tool. With `--emit` it also writes, for `tests/peers`, each compiled circuit in every format
//! (`OUT/SUITE.CIRCUIT.TARGET.*`), and the figures with seconds (`OUT/figures.csv`).

mod common;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{env, fs};

use cpu_time::ProcessTime;
use mimalloc::MiMalloc;
use qml_devices::{Device, find};
use qml_ir::circuit::Circuit;
use qml_ir::specialise::BindProgram;
use qml_qasm::Registers;
use qml_transpile::{Options, compile};

/// That of `qmlang`.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Two-qubit gates and two-qubit depth.
type Figures = [f64; 2];

fn main() {
    // As `qmlang` does: what the system takes to make them is not ours.
    #[cfg(target_os = "linux")]
    let _ = rustix::thread::disable_transparent_huge_pages(true);
    let mut arguments: Vec<String> = env::args().skip(1).collect();
    let emit = arguments.iter().position(|word| word == "--emit").and_then(|at| {
        let out = arguments.drain(at..).nth(1)?;
        Some(PathBuf::from(out))
    });
    common::main("suite", &arguments, |folder, level| run(folder, level, emit.as_deref()));
}

/// Compiles all rows of the table, prints them, and writes what `emit` asks for.
#[expect(clippy::disallowed_methods, reason = "time is shown, and decides nothing")]
pub fn run(folder: &Path, level: u8, emit: Option<&Path>) -> Result<(), String> {
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
    let options = Options { level, ..Options::default() };
    // Sums of logarithms of ratios, and their number, by suite, target and tool.
    let mut means: BTreeMap<[String; 3], (Figures, f64)> = BTreeMap::new();
    let (mut total, mut total_cpu, mut longest) = (0.0, 0.0, (0.0, String::new()));
    let mut figures =
        String::from("suite,circuit,target,two_qubit_gates,two_qubit_depth,seconds,cpu_seconds\n");
    for ([suite, name, target], tools) in &rows {
        let program = common::load(&folder.join(suite).join(format!("{name}.qasm")))?;
        let device = device(target, program.circuit.n_wires)?;
        let (begin, begin_cpu) = (Instant::now(), ProcessTime::now());
        let compiled = compile(&program.circuit, &device, &options).map_err(|error| error.message)?;
        let (seconds, cpu) = (begin.elapsed().as_secs_f64(), begin_cpu.elapsed().as_secs_f64());
        let stats = &compiled.stats;
        let counts = format!("{},{}", stats.two_qubit_gates, stats.two_qubit_depth);
        figures += &format!("{suite},{name},{target},{counts},{seconds},{cpu}\n");
        // Written when all is compiled: what writing does to caches is nobody's time.
        total += seconds;
        total_cpu += cpu;
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
    println!(
        "\n{total:.2} s in all ({total_cpu:.2} s of processor time), the longest {:.2} s for {}",
        longest.0, longest.1
    );
    println!("\nours over theirs, geometric means of two-qubit gates and two-qubit depth");
    for ([suite, target, tool], (sums, n)) in means {
        println!("{suite:9} {target:11} {tool:32} {:.3} {:.3}", (sums[0] / n).exp(), (sums[1] / n).exp());
    }
    let Some(out) = emit else { return Ok(()) };
    // Compiled once more: writing would cost the next circuit of the run above its place in the caches.
    for [suite, name, target] in rows.keys() {
        let program = common::load(&folder.join(suite).join(format!("{name}.qasm")))?;
        let device = device(target, program.circuit.n_wires)?;
        let compiled = compile(&program.circuit, &device, &options).map_err(|error| error.message)?;
        let to = |kind: &str| out.join(format!("{suite}.{name}.{target}.{kind}"));
        write_all(&compiled.circuit, &program.bind_program(), &to)?;
    }
    write(&out.join("figures.csv"), &figures)
}

/// The circuit in every format that it has; what is printed as IR must read back.
fn write_all(circuit: &Circuit, bind: &BindProgram, to: &dyn Fn(&str) -> PathBuf) -> Result<(), String> {
    write(&to("qasm"), &qml_qasm::export_bound(circuit, bind, &Registers::default()))?;
    let ir = circuit.to_string();
    if Circuit::parse(&ir).map_err(|error| error.to_string())?.to_string() != ir {
        return Err(format!("{} does not read back", to("ir").display()));
    }
    write(&to("ir"), &ir)?;
    if circuit.slots.is_empty() {
        write(
            &to("2.qasm"),
            &qml_qasm::export_qasm2(circuit, &Registers::default()).map_err(|error| error.message)?,
        )?;
        let mut measured = circuit.clone();
        measured.measure_output();
        write(&to("ll"), &qml_qir::export_qir(&measured).map_err(|error| error.message)?)?;
    }
    Ok(())
}

fn write(path: &Path, text: &str) -> Result<(), String> {
    fs::write(path, text).map_err(|error| format!("{}: {error}", path.display()))
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
