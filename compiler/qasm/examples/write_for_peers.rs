//! Writes random circuits as OpenQASM, and the matrices that they should have, for `tests/peers/check_qasm.py`.
//!
//! `cargo run -p qml-qasm --example write_for_peers -- FOLDER [FILE.qasm]...`: `NAME.qasm` beside `NAME.txt`, whose first
//! line binds the inputs and whose other lines are the rows, real and imaginary parts in turn. Files that are given are
//! imported, and written as they are.

use std::fmt::Write;
use std::path::Path;

use qml_ir::circuit::dense::{C64, unitary};
use qml_ir::circuit::testing::{Options, Random, random_circuit};
use qml_qasm::{Registers, export_qasm2, export_qasm3, import_program};
use qml_source::FileId;

/// Matrices of more wires than this are not written.
const MAX_WIRES: usize = 8;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("a folder is needed")?;
    let folder = Path::new(&folder);
    let mut random = Random::new(77);
    for i in 0..60 {
        let circuit = random_circuit(&mut random, &Options::unitary(4, 10));
        let values = random.angles(circuit.slots.len());
        let matrix = unitary(&circuit, &values);
        write(folder, &format!("three_{i}"), &export_qasm3(&circuit), &circuit.slots, &values, &matrix)?;

        let options = Options { pauli_rotations: true, ..Options::gates(4, 10) };
        let circuit = random_circuit(&mut random, &options);
        let text = export_qasm2(&circuit, &Registers::default()).map_err(|refused| refused.message)?;
        write(folder, &format!("two_{i}"), &text, &[], &[], &unitary(&circuit, &[]))?;
    }
    for path in arguments {
        let text = std::fs::read_to_string(&path)?;
        let program = import_program(FileId(0), &text).map_err(|faults| format!("{path}: {faults:?}"))?;
        if program.circuit.n_wires > MAX_WIRES {
            continue;
        }
        let values = random.angles(program.n_inputs);
        let matrix = unitary(&program.circuit, &program.bind(&values));
        let name = Path::new(&path).file_stem().ok_or("a file is needed")?.to_string_lossy().into_owned();
        let inputs = &program.circuit.slots[..program.n_inputs];
        write(folder, &format!("file_{name}"), &text, inputs, &values, &matrix)?;
    }
    Ok(())
}

fn write(
    folder: &Path,
    name: &str,
    qasm: &str,
    inputs: &[String],
    values: &[f64],
    matrix: &[Vec<C64>],
) -> std::io::Result<()> {
    let bound: Vec<String> =
        inputs.iter().zip(values).map(|(input, value)| format!("{input}={value:?}")).collect();
    let mut text = bound.join(" ") + "\n";
    for row in matrix {
        for entry in row {
            let _ = write!(text, "{:?} {:?} ", entry.re, entry.im);
        }
        text.push('\n');
    }
    std::fs::write(folder.join(format!("{name}.qasm")), qasm)?;
    std::fs::write(folder.join(format!("{name}.txt")), text)
}
