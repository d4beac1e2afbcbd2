//! What the examples that compile a folder of circuits have in common.

use std::path::Path;
use std::{fs, process};

use qml_qasm::Program;
use qml_source::SourceMap;

/// Runs an example with the folder and the level of its arguments, `FOLDER [LEVEL]`.
pub fn main(name: &str, arguments: &[String], run: impl FnOnce(&Path, u8) -> Result<(), String>) {
    let Some(folder) = arguments.first().map(Path::new) else {
        eprintln!("usage: {name} FOLDER [LEVEL]");
        process::exit(2);
    };
    let level = arguments.get(1).and_then(|level| level.parse().ok()).unwrap_or(2);
    if let Err(problem) = run(folder, level) {
        eprintln!("{problem}");
        process::exit(1);
    }
}

/// The circuit of an OpenQASM file; angles that are computed from inputs are slots of their own.
pub fn load(path: &Path) -> Result<Program, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let file = SourceMap::default().add(path.display().to_string(), text.clone());
    let program = qml_qasm::import_program(file, &text);
    program.map_err(|errors| format!("{}: {}", path.display(), errors[0].message))
}
