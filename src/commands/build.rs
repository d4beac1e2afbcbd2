//! `qmlang build`

use std::time::Instant;

use qml_driver::kernel::KernelRequest;
use qml_ir::circuit::{Circuit, OpKind};
use qml_ir::specialise::BindProgram;
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::BuildArgs;
use crate::show::{self, Form, Shown};

pub(crate) fn build(args: &BuildArgs) -> Result<(), Shown> {
    let no_sources = SourceMap::default();
    if !["qasm3", "qasm2", "qir", "ir", "stats"].contains(&args.emit.as_str()) {
        let message = format!("`--emit {}` is not supported", args.emit);
        let diagnostic =
            Diagnostic::error(Code::Q0923, message).help("`--emit qasm3`, `qasm2`, `qir`, `ir` or `stats`");
        return Err(show::fail(&diagnostic, &no_sources));
    }
    let device = qml_devices::find(&args.target).map_err(|error| show::fail(&error, &no_sources))?;
    let Source { circuit, bind, sources } = source(args)?;

    let measured = !args.unmeasured && !measures_itself(args, &circuit);
    let options = qml_transpile::Options { level: args.level, seed: args.seed, measured };
    #[expect(clippy::disallowed_methods, reason = "the time is reported, nothing depends on it")]
    let start = Instant::now();
    let compiled = qml_transpile::compile(&circuit, &device, &options);
    let mut compiled = compiled.map_err(|error| show::fail(&error, &sources))?;
    if measured {
        compiled.circuit.measure_output();
    }
    compiled.stats.compile_ms = Some(start.elapsed().as_secs_f64() * 1e3);

    let text = match args.emit.as_str() {
        "qasm2" => qml_qasm::export_qasm2(&compiled.circuit).map_err(|error| show::fail(&error, &sources))?,
        "qir" => qml_qir::export_qir(&compiled.circuit).map_err(|error| show::fail(&error, &sources))?,
        "ir" => compiled.circuit.to_string(),
        "stats" => serde_json::to_string_pretty(&compiled.stats).map_or_else(|e| e.to_string(), |s| s + "\n"),
        _ => qml_qasm::export_bound(&compiled.circuit, &bind),
    };
    let said = qml_transpile::report(&circuit, &compiled, &device, &options);
    show::show(&said, &sources, Form::Text);
    if said.iter().any(Diagnostic::is_error) {
        return Err(Shown);
    }
    match &args.output {
        Some(path) => show::write_file(path, &text),
        None => {
            show::print(&text);
            Ok(())
        }
    }
}

/// Whether the source is an OpenQASM file that measures: its bits are the result.
fn measures_itself(args: &BuildArgs, circuit: &Circuit) -> bool {
    let mut measures = false;
    circuit.visit(|op| measures |= matches!(op.kind, OpKind::Measure { .. }));
    measures && args.file.extension().is_some_and(|extension| extension == "qasm")
}

/// What is compiled.
struct Source {
    circuit: Circuit,
    /// How slots are computed from the inputs.
    bind: BindProgram,
    sources: SourceMap,
}

/// Reads the kernel or OpenQASM file.
fn source(args: &BuildArgs) -> Result<Source, Shown> {
    match args.file.extension().and_then(|extension| extension.to_str()) {
        Some("qasm") => {
            let mut sources = SourceMap::default();
            let text = qml_driver::Files::read(&qml_driver::Disk, &args.file).map_err(|why| {
                let message = format!("cannot read `{}`: {why}", args.file.display());
                show::fail(&Diagnostic::error(Code::Q0910, message), &sources)
            })?;
            let file = sources.add(args.file.display().to_string(), text.as_str());
            match qml_qasm::import_program(file, &text) {
                Ok(program) => Ok(Source { bind: program.bind_program(), circuit: program.circuit, sources }),
                Err(errors) => {
                    show::show(&errors, &sources, Form::Text);
                    Err(Shown)
                }
            }
        }
        Some("qml") => {
            let request = KernelRequest {
                kernel: args.kernel.clone(),
                sizes: show::pairs("--size", &args.sizes)?,
                args: show::pairs("--arg", &args.args)?,
            };
            let params = show::pairs("-D", &args.params.define)?;
            let compilation = show::compile(&args.file, &params, Form::Text)?;
            let Some(module) = &compilation.module else { return Err(Shown) };
            let (circuit, bind) = qml_driver::kernel::bound_circuit(&compilation.program, module, &request)
                .map_err(|error| show::fail(&error, &compilation.sources))?;
            Ok(Source { circuit, bind, sources: compilation.sources })
        }
        _ => {
            let message = format!("`{}` is neither a `.qml` nor a `.qasm` file", args.file.display());
            Err(show::fail(&Diagnostic::error(Code::Q0915, message), &SourceMap::default()))
        }
    }
}
