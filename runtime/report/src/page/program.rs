//! The program, what it wrote and what it drew.

use qml_ir::circuit::Circuit;

use super::html::{escape, figure};
use crate::circuit;
use crate::run::Run;

/// The width of circuits, in pixels: that of the page.
const CIRCUIT_WIDTH: f64 = 940.0;
/// Larger circuits are not drawn: nobody would look through them.
const MOST_OPERATIONS: usize = 3000;

/// What was printed.
pub(super) fn output(run: &Run) -> String {
    let text = run.folder.output.trim_end();
    if text.is_empty() { String::new() } else { format!("<pre>{}</pre>\n", escape(text)) }
}

/// What the program drew.
pub(super) fn charts(run: &Run) -> String {
    run.folder.plots.iter().map(|(name, svg)| figure("", svg, name)).collect()
}

/// The circuits of its kernels.
pub(super) fn circuits(run: &Run) -> String {
    run.folder.circuits.iter().map(|(name, text)| one_circuit(name, text)).collect()
}

fn one_circuit(name: &str, text: &str) -> String {
    let Ok(circuit) = Circuit::parse(text) else { return String::new() };
    let size = format!(
        "{} qubits, {} two-qubit gates, depth {}",
        circuit.n_wires,
        circuit.two_qubit_gates(),
        circuit.depth()
    );
    let heading = format!("<h3><code>{}</code></h3>\n", escape(name));
    if circuit.count(|_| true) > MOST_OPERATIONS {
        return format!("{heading}<p>{size}; too large to be drawn.</p>\n");
    }
    heading + &figure("circuit", &circuit::svg(&circuit, CIRCUIT_WIDTH, circuit::Options::default()), &size)
}

/// The program and the files that it uses, with line numbers.
pub(super) fn sources(run: &Run, highlight: &dyn Fn(&str) -> String) -> String {
    let source = |(i, (path, text)): (usize, &(String, String))| {
        let html = highlight(text.trim_end());
        let lines = html.split('\n').map(|line| format!("<span class=\"line\">{line}</span>"));
        let code = format!("<pre class=\"lines\"><code>{}</code></pre>\n", lines.collect::<String>());
        if i == 0 {
            format!("<h3><code>{}</code></h3>\n{code}", escape(path))
        } else {
            format!("<details><summary><code>{}</code></summary>\n{code}</details>\n", escape(path))
        }
    };
    run.folder.sources.iter().enumerate().map(source).collect()
}
