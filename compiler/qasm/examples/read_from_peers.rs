//! Reads OpenQASM of other tools and compares with what these tools say of it, for `tests/peers`.
//!
//! `cargo run -p qml-qasm --example read_from_peers -- FOLDER`: for each `NAME.qasm` the file `NAME.txt` binds the inputs
//! in its first line; the others are the rows of the matrix, real and imaginary parts in turn, or, for a circuit that
//! measures, the outcomes with their frequencies in 40000 shots. Global phase is not compared.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

use qml_ir::circuit::dense::{C64, branches, unitary};
use qml_ir::circuit::testing::distance_up_to_phase;
use qml_ir::circuit::{Circuit, OpKind};
use qml_qasm::import_program;
use qml_source::{SourceMap, Style, render};

/// How far a frequency of 40000 shots may be from its probability: six standard deviations at most.
const MAX_DEVIATION: f64 = 0.015;

fn main() {
    let Some(folder) = env::args().nth(1) else {
        eprintln!("usage: read_from_peers FOLDER");
        process::exit(2);
    };
    let paths = fs::read_dir(&folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut files: Vec<PathBuf> =
        paths.filter(|path| path.extension().is_some_and(|extension| extension == "qasm")).collect();
    files.sort();
    let mut n_wrong = 0;
    for path in &files {
        if let Err(problem) = check(path) {
            n_wrong += 1;
            println!("{}: {problem}", path.display());
        }
    }
    println!("{} agree, {n_wrong} don't", files.len() - n_wrong);
    process::exit(i32::from(n_wrong > 0 || files.is_empty()));
}

/// Reads a file and compares it with the `.txt` beside it.
pub fn check(path: &Path) -> Result<(), String> {
    let read = |path: &Path| fs::read_to_string(path).map_err(|error| error.to_string());
    let (text, expected) = (read(path)?, read(&path.with_extension("txt"))?);
    let mut sources = SourceMap::default();
    let file = sources.add(path.display().to_string(), text.as_str());
    let program = import_program(file, &text).map_err(|faults| {
        faults.iter().map(|fault| render(fault, &sources, Style::default())).collect::<String>()
    })?;
    let mut lines = expected.lines();
    let bound: BTreeMap<&str, f64> = lines
        .next()
        .unwrap_or_default()
        .split_whitespace()
        .filter_map(|pair| pair.rsplit_once('='))
        .filter_map(|(name, value)| Some((name, value.parse().ok()?)))
        .collect();
    let names = &program.circuit.slots[..program.n_inputs];
    let inputs: Option<Vec<f64>> = names.iter().map(|name| bound.get(name.as_str()).copied()).collect();
    let slots = program.bind(&inputs.ok_or_else(|| format!("{names:?} are not all in {bound:?}"))?);
    let rows: Vec<Vec<&str>> = lines.map(|line| line.split_whitespace().collect()).collect();
    if rows.iter().any(|row| row.len() == 2) {
        return same_outcomes(&program.circuit, &slots, &rows);
    }
    // Braket measures everything at the end.
    let mut circuit = program.circuit;
    circuit.ops.retain(|op| !matches!(op.kind, OpKind::Measure { .. }));
    same_matrix(&circuit, &slots, &rows)
}

fn same_matrix(circuit: &Circuit, slots: &[f64], rows: &[Vec<&str>]) -> Result<(), String> {
    let number = |text: &str| text.parse().unwrap_or(f64::NAN);
    let expected: Vec<Vec<C64>> = rows
        .iter()
        .map(|row| row.chunks(2).map(|entry| C64::new(number(entry[0]), number(entry[1]))).collect())
        .collect();
    let found = unitary(circuit, slots);
    if found.len() != expected.len() {
        return Err(format!("{} rows instead of {}", found.len(), expected.len()));
    }
    let apart = distance_up_to_phase(&found, &expected);
    if apart < 1e-8 { Ok(()) } else { Err(format!("{apart:.1e} apart")) }
}

fn same_outcomes(circuit: &Circuit, slots: &[f64], rows: &[Vec<&str>]) -> Result<(), String> {
    let mut found: BTreeMap<String, f64> = BTreeMap::new();
    for branch in branches(circuit, slots) {
        // What the bits of the file are in the end; outcomes that were overwritten have bits of their own.
        let bits: String = match circuit.result_bits.as_slice() {
            [] => branch.bits.iter().map(|&bit| digit(bit)).collect(),
            values => values.iter().map(|value| digit(value.eval(&branch.bits))).collect(),
        };
        *found.entry(bits).or_default() += branch.state.iter().map(C64::norm_sqr).sum::<f64>();
    }
    for row in rows {
        let [bits, frequency] = row[..] else { return Err(format!("no outcome: {row:?}")) };
        let frequency: f64 = frequency.parse().unwrap_or(f64::NAN);
        let probability = found.remove(bits).unwrap_or(0.0);
        let is_near = (probability - frequency).abs() < MAX_DEVIATION;
        if !is_near {
            return Err(format!("{bits} has probability {probability} instead of about {frequency}"));
        }
    }
    match found.into_iter().find(|(_, probability)| *probability > MAX_DEVIATION) {
        Some((bits, probability)) => Err(format!("{bits} has probability {probability}, and never happens")),
        None => Ok(()),
    }
}

fn digit(bit: bool) -> char {
    if bit { '1' } else { '0' }
}
