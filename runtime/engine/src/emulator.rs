//! An emulated device: kernels are compiled for it as `build` does, and run with the noise that its data tells of.
//!
//! What a kernel becomes is a circuit of native gates on the qubits of the device that it touches, with its [`Noise`]. It
//! is made once for a specialised kernel: slots stay symbols, and so do the noise and the layout stay the same for all
//! values of them.

mod exact;
mod model;
mod waiting;

use std::collections::BTreeSet;

use qml_devices::Device;
use qml_ir::circuit::{Circuit, Wire};
use qml_ir::specialise::bind::Node;
use qml_simulator::Noise;
use qml_source::{Code, Diagnostic, Severity};
use qml_transpile::Options;

/// A device that kernels run on, as far as its data goes.
#[derive(Debug)]
pub(crate) struct Emulator {
    /// The device.
    pub device: Device,
    /// What circuits would have needed to know, and nobody has published.
    missing: BTreeSet<String>,
}

/// A circuit as a device runs it.
pub(crate) struct Native {
    pub circuit: Circuit,
    /// What its further slots are computed from.
    pub computed: Vec<Node>,
    /// What goes wrong there.
    pub noise: Noise,
    /// How long a shot takes, if all durations are known.
    pub seconds: Option<f64>,
}

impl Emulator {
    pub(crate) fn new(device: Device) -> Self {
        Self { device, missing: BTreeSet::new() }
    }

    /// The circuit on the device; the errors are those of `build`.
    pub(crate) fn compile(&mut self, source: &Circuit) -> Result<Native, Diagnostic> {
        let options = Options { from_zeros: true, ..Options::default() };
        let compiled = qml_transpile::compile(source, &self.device, &options)?;
        // Only errors are asked for: what SWAPs cost is told by `check`.
        let elsewhere = |_: &Circuit, _: &Device, _: &Options| Ok(compiled.clone());
        let said = qml_transpile::report(source, &compiled, &self.device, &options, &elsewhere);
        if let Some(error) = said.into_iter().find(Diagnostic::is_error) {
            return Err(error);
        }
        let seconds = compiled.stats.duration_s;
        let (circuit, qubits) = touched(compiled.circuit);
        let noise = model::noise(&circuit, &qubits, &self.device, &mut self.missing);
        Ok(Native { circuit, computed: compiled.computed, noise, seconds })
    }

    /// What the emulation leaves out, because the device's data does.
    pub(crate) fn note(&self) -> Option<Diagnostic> {
        if self.missing.is_empty() {
            return None;
        }
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).collect();
        let message = format!("the data of `{}` lacks {}", self.device.name, missing.join(", "));
        let note = "what is not published is not emulated: results are better than those of the device";
        Some(Diagnostic::new(Severity::Note, Code::Q0723, message).note(note))
    }
}

/// The circuit on the qubits alone that something happens on or that are returned, and which ones they are.
fn touched(mut circuit: Circuit) -> (Circuit, Vec<Wire>) {
    let mut wires: BTreeSet<Wire> = circuit.output.iter().copied().collect();
    circuit.visit(|op| wires.extend(op.wires()));
    let qubits: Vec<Wire> = wires.into_iter().collect();
    let place = |wire: Wire| Wire(qubits.partition_point(|&qubit| qubit < wire) as u32);
    circuit.ops.iter_mut().for_each(|op| op.map_wires(&mut |wire| place(wire)));
    circuit.output.iter_mut().for_each(|wire| *wire = place(*wire));
    circuit.n_wires = qubits.len();
    circuit.layout.clear();
    circuit.final_layout.clear();
    (circuit, qubits)
}

#[cfg(test)]
mod tests;
