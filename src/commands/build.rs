//! `qmlang build`

use std::path::Path;

use qml_devices::Device;
use qml_driver::bindings;
use qml_driver::kernel::KernelRequest;
use qml_ir::circuit::{Circuit, OpKind};
use qml_ir::specialise::BindProgram;
use qml_source::{Code, Diagnostic, SourceMap};
use qml_transpile::{Angles, Compiled, Options, Template};

use crate::cache::Cache;
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
    let Source { mut circuit, mut bind, sources } = source(args)?;
    // Before compilation: what is wrong with them is told at once.
    let rows = values(args, &circuit.slots[..bind.n_inputs])?;

    let measured = !args.unmeasured;
    if measured && measures_itself(args, &circuit) {
        circuit.output.clear();
    }
    let options = Options { level: args.level, seed: args.seed, measured, blocks_at_bind: rows.is_some() };
    let cache = Cache::new(args.no_cache);
    let compile =
        |circuit: &Circuit, device: &Device, options: &Options| cache.compile(circuit, device, options);
    let mut compiled = compile(&circuit, &device, &options).map_err(|error| show::fail(&error, &sources))?;
    let said = qml_transpile::report(&circuit, &compiled, &device, &options, &compile);
    if measured {
        compiled.circuit.measure_output();
    }
    let texts = match rows {
        Some(rows) => bound_texts(&args.emit, compiled, &bind, &rows),
        None => {
            bind.nodes.append(&mut compiled.computed);
            text(&args.emit, &compiled, &bind).map(|text| vec![text])
        }
    };
    let texts = texts.map_err(|error| show::fail(&error, &sources))?;

    show::show(&said, &sources, Form::Text);
    if said.iter().any(Diagnostic::is_error) {
        return Err(Shown);
    }
    match (&args.output, &args.bind_rows, texts.as_slice()) {
        (Some(folder), Some(_), texts) => write_numbered(folder, texts, &args.emit),
        (Some(path), None, [text]) => show::write_file(path, text),
        (_, _, texts) => {
            texts.iter().for_each(|text| show::print(text));
            Ok(())
        }
    }
}

/// The circuit in the form that is asked for.
fn text(emit: &str, compiled: &Compiled, bind: &BindProgram) -> Result<String, Diagnostic> {
    Ok(match emit {
        "qasm2" => qml_qasm::export_qasm2(&compiled.circuit)?,
        "qir" => qml_qir::export_qir(&compiled.circuit)?,
        "ir" => compiled.circuit.to_string(),
        "stats" => serde_json::to_string_pretty(&compiled.stats).map_or_else(|e| e.to_string(), |s| s + "\n"),
        _ => qml_qasm::export_bound(&compiled.circuit, bind),
    })
}

/// The same for each set of values.
fn bound_texts(
    emit: &str,
    compiled: Compiled,
    bind: &BindProgram,
    rows: &[Vec<f64>],
) -> Result<Vec<String>, Diagnostic> {
    let template = Template::new(compiled, bind);
    let (mut angles, no_slots) = (Angles::default(), BindProgram::default());
    let bound = |inputs: &Vec<f64>| {
        template.bind(inputs, &mut angles).map_err(|fault| *fault)?;
        if !angles.values.iter().all(|angle| angle.is_finite()) {
            let values: Vec<String> = inputs.iter().map(f64::to_string).collect();
            let message = format!("for the values {} an angle is no number", values.join(", "));
            return Err(Diagnostic::error(Code::Q0925, message)
                .help("the circuit computes angles with functions that are not defined there"));
        }
        let circuit = template.circuit(&angles.values);
        text(emit, &Compiled { circuit, ..template.compiled().clone() }, &no_slots)
    };
    rows.iter().map(bound).collect()
}

/// The values that inputs are bound to, a row a circuit; none if inputs stay inputs.
fn values(args: &BuildArgs, inputs: &[String]) -> Result<Option<Vec<Vec<f64>>>, Shown> {
    let fail = |error: Diagnostic| show::fail(&error, &SourceMap::default());
    let Some(file) = &args.bind_rows else {
        if args.bind.is_empty() {
            return Ok(None);
        }
        let row = bindings::from_pairs(inputs, &show::pairs("--bind", &args.bind)?).map_err(fail)?;
        return Ok(Some(vec![row]));
    };
    let rows = bindings::from_csv(inputs, &read(file)?).map_err(fail)?;
    if rows.len() > 1 && args.output.is_none() {
        let message = format!("`{}` has {} rows, each of them a circuit", file.display(), rows.len());
        return Err(fail(Diagnostic::error(Code::Q0925, message).help("`-o FOLDER` writes a file for each")));
    }
    Ok(Some(rows))
}

/// Writes `1.qasm`, `2.qasm` and so on, with as many digits as the last one has.
fn write_numbered(folder: &Path, texts: &[String], emit: &str) -> Result<(), Shown> {
    let ending = match emit {
        "stats" => "json",
        "ir" => "txt",
        "qir" => "ll",
        _ => "qasm",
    };
    std::fs::create_dir_all(folder).map_err(|error| {
        let message = format!("cannot make the folder `{}`: {error}", folder.display());
        show::fail(&Diagnostic::error(Code::Q0906, message), &SourceMap::default())
    })?;
    let n_digits = texts.len().to_string().len();
    let mut numbered = texts.iter().enumerate();
    numbered.try_for_each(|(i, text)| {
        show::write_file(&folder.join(format!("{:0n_digits$}.{ending}", i + 1)), text)
    })
}

fn read(file: &Path) -> Result<String, Shown> {
    qml_driver::Files::read(&qml_driver::Disk, file).map_err(|why| {
        let message = format!("cannot read `{}`: {why}", file.display());
        show::fail(&Diagnostic::error(Code::Q0910, message), &SourceMap::default())
    })
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
            let text = read(&args.file)?;
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
