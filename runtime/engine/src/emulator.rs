//! An emulated device: kernels are compiled for it as `build` does, and run with the noise that its data tells of.
//!
//! What a kernel becomes is a circuit of native gates on the qubits of the device that it touches, with its [`Noise`]. It
//! is made once for a specialised kernel: slots stay symbols, and so do the noise and the layout stay the same for all
//! values of them.

mod exact;
mod model;
mod waiting;

use std::collections::BTreeSet;
use std::fmt;
use std::sync::Arc;

use qml_devices::Device;
use qml_ir::circuit::{Circuit, Wire};
use qml_ir::specialise::bind::Node;
use qml_simulator::Noise;
use qml_source::{Code, Diagnostic, Severity};
use qml_transpile::{Compiled, Options};

/// How circuits are compiled for a device; who keeps compiled ones looks there first.
pub type CompileFor = dyn Fn(&Circuit, &Device, &Options) -> Result<Compiled, Diagnostic> + Send + Sync;

/// A device to emulate.
#[derive(Clone)]
pub struct Emulated {
    /// The device.
    pub device: Device,
    /// How circuits are compiled for it.
    pub compile: Arc<CompileFor>,
}

impl From<Device> for Emulated {
    /// Circuits are compiled each time.
    fn from(device: Device) -> Self {
        Self { device, compile: Arc::new(qml_transpile::compile) }
    }
}

impl fmt::Debug for Emulated {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Emulated").field("device", &self.device).finish_non_exhaustive()
    }
}

/// A device that kernels run on, as far as its data goes.
#[derive(Debug)]
pub(crate) struct Emulator {
    emulated: Emulated,
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
    pub(crate) fn new(emulated: Emulated) -> Self {
        Self { emulated, missing: BTreeSet::new() }
    }

    /// The device.
    pub(crate) fn device(&self) -> &Device {
        &self.emulated.device
    }

    /// The circuit on the device; the errors are those of `build`.
    pub(crate) fn compile(&mut self, source: &Circuit) -> Result<Native, Diagnostic> {
        let options = Options { from_zeros: true, ..Options::default() };
        let Emulated { device, compile } = &self.emulated;
        let compiled = compile(source, device, &options)?;
        // Only errors are asked for: what SWAPs cost is told by `check`.
        let elsewhere = |_: &Circuit, _: &Device, _: &Options| Ok(compiled.clone());
        let said = qml_transpile::report(source, &compiled, device, &options, &elsewhere);
        if let Some(error) = said.into_iter().find(Diagnostic::is_error) {
            return Err(error);
        }
        let seconds = compiled.stats.duration_s;
        let (circuit, qubits) = touched(compiled.circuit);
        let noise = model::noise(&circuit, &qubits, device, &mut self.missing);
        Ok(Native { circuit, computed: compiled.computed, noise, seconds })
    }

    /// What the emulation leaves out, because the device's data does.
    pub(crate) fn note(&self) -> Option<Diagnostic> {
        if self.missing.is_empty() {
            return None;
        }
        let missing: Vec<&str> = self.missing.iter().map(String::as_str).collect();
        let message = format!("the data of `{}` lacks {}", self.device().name, missing.join(", "));
        let note = "what is not published is not emulated: results are better than those of the device";
        Some(Diagnostic::new(Severity::Note, Code::Q0723, message).note(note))
    }
}

/// The circuit on the qubits alone that something happens on or that are returned, and which ones they are.
fn touched(mut circuit: Circuit) -> (Circuit, Vec<Wire>) {
    let mut wires: BTreeSet<Wire> = circuit.output.iter().copied().collect();
    circuit.visit(|op| wires.extend(&*op.wires()));
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
