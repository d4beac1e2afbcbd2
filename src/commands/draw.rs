//! `qmlang draw`

use std::io::IsTerminal;

use qml_devices::Device;
use qml_ir::circuit::Circuit;
use qml_report::circuit;
use qml_source::{Diagnostic, SourceMap};
use qml_transpile::Options;

use crate::cache::Cache;
use crate::cli::DrawArgs;
use crate::show::{self, Form, Shown};
use crate::source::{self, Source};

/// The width of an SVG, in pixels: a page of text.
const SVG_WIDTH: f64 = 960.0;

pub(crate) fn draw(args: &DrawArgs) -> Result<(), Shown> {
    let device = args.target.as_deref().map(qml_devices::find).transpose();
    let device = device.map_err(|error| show::fail(&error, &SourceMap::default()))?;
    let mut source = source::read_circuit(&args.circuit)?;
    if let Some(device) = &device {
        compile(args, device, &mut source)?;
    }
    let Source { mut circuit, bind, .. } = source;
    let what = heading(&circuit, bind.n_inputs, device.as_ref());
    circuit.slots = qml_qasm::slot_expressions(&circuit, &bind);
    let options = circuit::Options { unfold: args.unfold };
    match &args.svg {
        Some(path) => show::write_file(path, &circuit::svg(&circuit, SVG_WIDTH, options)),
        None => {
            let width = width(args.width);
            show::print(&format!("{}\n\n{}", wrapped(&what, width), circuit::text(&circuit, width, options)));
            Ok(())
        }
    }
}

/// What `build` writes, its returned qubits measured.
fn compile(args: &DrawArgs, device: &Device, source: &mut Source) -> Result<(), Shown> {
    if !source.is_kernel && source::measures(&source.circuit) {
        // Its bits are the result.
        source.circuit.output.clear();
    }
    let options = Options {
        level: args.level,
        seed: args.seed,
        measured: true,
        from_zeros: true,
        blocks_at_bind: false,
    };
    let cache = Cache::new(args.no_cache);
    let compile =
        |circuit: &Circuit, device: &Device, options: &Options| cache.compile(circuit, device, options);
    let mut compiled =
        compile(&source.circuit, device, &options).map_err(|error| show::fail(&error, &source.sources))?;
    let said = qml_transpile::report(&source.circuit, &compiled, device, &options, &compile);
    show::show(&said, &source.sources, Form::Text);
    if said.iter().any(Diagnostic::is_error) {
        return Err(Shown);
    }
    compiled.circuit.measure_output();
    source.bind.nodes.append(&mut compiled.computed);
    source.circuit = compiled.circuit;
    Ok(())
}

/// What the circuit is, and its size.
fn heading(circuit: &Circuit, n_parameters: usize, device: Option<&Device>) -> String {
    let name = if circuit.name.is_empty() { "circuit" } else { &circuit.name };
    let place = device.map_or_else(String::new, |device| format!(" on {}", device.name));
    let n_wires = if circuit.layout.is_empty() { circuit.n_wires } else { circuit.layout.len() };
    let n_parameters = match n_parameters {
        0 => String::new(),
        n => format!(", {}", show::count(n, "parameter")),
    };
    format!(
        "{name}{place}: {}, {}, {}, depth {}{n_parameters}",
        show::count(n_wires, "qubit"),
        show::count(circuit.one_qubit_gates(), "one-qubit gate"),
        show::count(circuit.two_qubit_gates(), "two-qubit gate"),
        circuit.depth()
    )
}

/// The text in lines of at most this width, broken behind commas.
fn wrapped(text: &str, width: Option<usize>) -> String {
    let Some(width) = width else { return text.to_owned() };
    let mut lines: Vec<String> = Vec::new();
    for part in text.split_inclusive(", ") {
        match lines.last_mut() {
            Some(line) if line.chars().count() + part.trim_end().chars().count() <= width => {
                line.push_str(part);
            }
            Some(_) => lines.push(format!("  {part}")),
            None => lines.push(part.to_owned()),
        }
    }
    lines.iter().map(|line| line.trim_end()).collect::<Vec<_>>().join("\n")
}

/// How long lines may be.
fn width(asked: Option<usize>) -> Option<usize> {
    let terminal = || {
        let size = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
        size.map_or(80, |(width, _)| usize::from(width.0))
    };
    match asked {
        Some(0) => None,
        Some(width) => Some(width),
        None => Some(terminal()),
    }
}
