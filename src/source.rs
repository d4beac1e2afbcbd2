//! The circuit that a command is about: that of a kernel, or an OpenQASM file.

use std::path::Path;

use qml_driver::kernel::KernelRequest;
use qml_ir::circuit::{Circuit, OpKind};
use qml_ir::specialise::BindProgram;
use qml_qasm::Registers;
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::CircuitArgs;
use crate::show::{self, Form, Shown};

/// A circuit with where it comes from.
pub(crate) struct Source {
    pub circuit: Circuit,
    /// How slots are computed from the inputs.
    pub bind: BindProgram,
    /// What an OpenQASM file calls its qubits and bits.
    pub registers: Registers,
    pub sources: SourceMap,
    /// It is a kernel, not a file of OpenQASM.
    pub is_kernel: bool,
}

/// Reads the kernel or OpenQASM file.
pub(crate) fn read_circuit(args: &CircuitArgs) -> Result<Source, Shown> {
    match args.file.extension().and_then(|extension| extension.to_str()) {
        Some("qasm") => from_qasm(&args.file),
        Some("qml") => from_kernel(args),
        _ => {
            let message = format!("`{}` is neither a `.qml` nor a `.qasm` file", args.file.display());
            Err(show::fail(&Diagnostic::error(Code::Q0915, message), &SourceMap::default()))
        }
    }
}

fn from_qasm(path: &Path) -> Result<Source, Shown> {
    let mut sources = SourceMap::default();
    let text = read_file(path)?;
    let file = sources.add(path.display().to_string(), text.as_str());
    match qml_qasm::import_program(file, &text) {
        Ok(program) => {
            let bind = program.bind_program();
            let qml_qasm::Program { circuit, registers, .. } = program;
            Ok(Source { circuit, bind, registers, sources, is_kernel: false })
        }
        Err(errors) => {
            show::show(&errors, &sources, Form::Text);
            Err(Shown)
        }
    }
}

fn from_kernel(args: &CircuitArgs) -> Result<Source, Shown> {
    let request = KernelRequest {
        kernel: args.kernel.clone(),
        sizes: show::pairs("--size", &args.sizes)?,
        args: show::pairs("--arg", &args.args)?,
    };
    let params = show::pairs("-D", &args.params.define)?;
    let compilation = show::compile(&args.file, &params)?;
    let Some(module) = &compilation.module else { return Err(Shown) };
    let (circuit, bind) = qml_driver::kernel::bound_circuit(&compilation.program, module, &request)
        .map_err(|error| show::fail(&error, &compilation.sources))?;
    let registers = Registers::default();
    Ok(Source { circuit, bind, registers, sources: compilation.sources, is_kernel: true })
}

/// Whether something is measured.
pub(crate) fn measures(circuit: &Circuit) -> bool {
    circuit.count(|op| matches!(op.kind, OpKind::Measure { .. })) > 0
}

/// The text of a file.
pub(crate) fn read_file(file: &Path) -> Result<String, Shown> {
    qml_driver::Files::read(&qml_driver::Disk, file).map_err(|why| {
        let message = format!("cannot read `{}`: {why}", file.display());
        show::fail(&Diagnostic::error(Code::Q0910, message), &SourceMap::default())
    })
}
