//! `qmlang build`

use std::path::Path;

use qml_devices::Device;
use qml_driver::bindings;
use qml_ir::circuit::Circuit;
use qml_ir::specialise::BindProgram;
use qml_qasm::Registers;
use qml_source::{Code, Diagnostic, SourceMap};
use qml_transpile::{Angles, Compiled, Options, Template};

use crate::cache::Cache;
use crate::cli::BuildArgs;
use crate::show::{self, Form, Shown};
use crate::source::{self, Source};

pub(crate) fn build(args: &BuildArgs) -> Result<(), Shown> {
    let no_sources = SourceMap::default();
    if !["qasm3", "qasm2", "qir", "ir", "stats"].contains(&args.emit.as_str()) {
        let message = format!("`--emit {}` is not supported", args.emit);
        let diagnostic =
            Diagnostic::error(Code::Q0923, message).help("`--emit qasm3`, `qasm2`, `qir`, `ir` or `stats`");
        return Err(show::fail(&diagnostic, &no_sources));
    }
    let device = qml_devices::find(&args.target).map_err(|error| show::fail(&error, &no_sources))?;
    let Source { mut circuit, mut bind, registers, sources, is_kernel } =
        source::read_circuit(&args.circuit)?;
    // Before compilation: what is wrong with them is told at once.
    let inputs = &circuit.slots[..bind.n_inputs];
    if let Some(numbers) = one_set(args, inputs)? {
        circuit = bound(&circuit, &bind, &numbers).map_err(|error| show::fail(&error, &sources))?;
        bind = BindProgram::default();
    }
    let rows = match &args.bind_rows {
        Some(file) => Some(rows(file, &circuit.slots[..bind.n_inputs], args.output.is_none())?),
        None => None,
    };

    let measured = !args.unmeasured;
    if measured && !is_kernel && source::measures(&circuit) {
        // Its bits are the result.
        circuit.output.clear();
    }
    let options = Options {
        level: args.level,
        seed: args.seed,
        measured,
        // A file that is not measured may be meant as a unitary, to be put behind something.
        from_zeros: is_kernel || measured,
        blocks_at_bind: rows.is_some(),
    };
    let cache = Cache::new(args.no_cache);
    let compile =
        |circuit: &Circuit, device: &Device, options: &Options| cache.compile(circuit, device, options);
    let mut compiled = compile(&circuit, &device, &options).map_err(|error| show::fail(&error, &sources))?;
    let said = qml_transpile::report(&circuit, &compiled, &device, &options, &compile);
    if measured {
        compiled.circuit.measure_output();
    }
    let texts = match rows {
        Some(rows) => bound_texts(&args.emit, compiled, &bind, &registers, &rows),
        None => {
            bind.nodes.append(&mut compiled.computed);
            text(&args.emit, &compiled, &bind, &registers).map(|text| vec![text])
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
fn text(
    emit: &str,
    compiled: &Compiled,
    bind: &BindProgram,
    registers: &Registers,
) -> Result<String, Diagnostic> {
    Ok(match emit {
        "qasm2" => qml_qasm::export_qasm2(&compiled.circuit, registers)?,
        "qir" => qml_qir::export_qir(&compiled.circuit)?,
        "ir" => compiled.circuit.to_string(),
        "stats" => serde_json::to_string_pretty(&compiled.stats).map_or_else(|e| e.to_string(), |s| s + "\n"),
        _ => qml_qasm::export_bound(&compiled.circuit, bind, registers),
    })
}

/// The same for each set of values; all have the same structure.
fn bound_texts(
    emit: &str,
    compiled: Compiled,
    bind: &BindProgram,
    registers: &Registers,
    rows: &[Vec<f64>],
) -> Result<Vec<String>, Diagnostic> {
    let template = Template::new(compiled, bind);
    let (mut angles, no_slots) = (Angles::default(), BindProgram::default());
    let bound = |inputs: &Vec<f64>| {
        template.bind(inputs, &mut angles).map_err(|fault| *fault)?;
        check_finite(&angles.values, inputs)?;
        let circuit = template.circuit(&angles.values);
        text(emit, &Compiled { circuit, ..template.compiled().clone() }, &no_slots, registers)
    };
    rows.iter().map(bound).collect()
}

/// The circuit with numbers for its inputs.
fn bound(circuit: &Circuit, bind: &BindProgram, inputs: &[f64]) -> Result<Circuit, Diagnostic> {
    let mut slots = Vec::new();
    bind.bind(inputs, &mut slots).map_err(|fault| *fault)?;
    let circuit = circuit.bound(&slots);
    let mut angles = Vec::new();
    circuit.visit(|op| angles.extend(op.angles().iter().map(|angle| angle.constant)));
    check_finite(&angles, inputs)?;
    Ok(circuit)
}

fn check_finite(angles: &[f64], inputs: &[f64]) -> Result<(), Diagnostic> {
    if angles.iter().all(|angle| angle.is_finite()) {
        return Ok(());
    }
    let inputs: Vec<String> = inputs.iter().map(f64::to_string).collect();
    let message = format!("for the values {} an angle is no number", inputs.join(", "));
    Err(Diagnostic::error(Code::Q0925, message)
        .help("the circuit computes angles with functions that are not defined there"))
}

/// The numbers of `--bind`.
fn one_set(args: &BuildArgs, inputs: &[String]) -> Result<Option<Vec<f64>>, Shown> {
    if args.bind.is_empty() {
        return Ok(None);
    }
    let numbers = bindings::from_pairs(inputs, &show::pairs("--bind", &args.bind)?);
    numbers.map(Some).map_err(|error| show::fail(&error, &SourceMap::default()))
}

/// The numbers of `--bind-rows`, a row a circuit; several need a folder.
fn rows(file: &Path, inputs: &[String], is_printed: bool) -> Result<Vec<Vec<f64>>, Shown> {
    let fail = |error: Diagnostic| show::fail(&error, &SourceMap::default());
    let rows = bindings::from_csv(inputs, &source::read_file(file)?).map_err(fail)?;
    if rows.len() > 1 && is_printed {
        let message = format!("`{}` has {} rows, each of them a circuit", file.display(), rows.len());
        return Err(fail(Diagnostic::error(Code::Q0925, message).help("`-o FOLDER` writes a file for each")));
    }
    Ok(rows)
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
