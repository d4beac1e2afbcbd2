//! From the figures of a device to noise.
//!
//! **Gates.** The published error is the average infidelity `e` of the gate. A part of it is relaxation during the gate's
//! time `t`: a qubit keeps the entanglement fidelity `F = 1/4 + exp(-t/T1)/4 + exp(-t/T2)/2` (from Nielsen and Chuang,
//! section 8.4.2), independent qubits the product, and the average fidelity is `f = (d F + 1)/(d + 1)` with `d = 2^n`.
//! What is left is taken to be depolarizing: `rho -> (1 - p) rho + p I/d` after the relaxation has the fidelity
//! `(1 - p) f + p/d`, so `p = (f - (1 - e)) / (f - 1/d)`, or 0 if relaxation alone is worse than the published error.
//! Without relaxation that is `e = p (1 - 1/d)`.
//!
//! **Waiting.** Qubits that hold a state between two operations relax with T1 and T2, see [`super::waiting`].
//!
//! **Readout.** An outcome is told wrongly with the published error, that of 0 and that of 1 where they are told apart.
//!
//! Changes of frame and resets are perfect. Crosstalk, leakage, drift and coherent errors are not in the data.

use std::collections::BTreeSet;

use qml_devices::Device;
use qml_ir::circuit::{Circuit, Op, OpKind, Wire};
use qml_simulator::{Channel, Noise};
use qml_transpile::DeviceFacts;

use super::waiting::{Wait, waits};

/// The noise of a circuit whose wires are these qubits of the device; `missing` gets what the data lacks.
pub(super) fn noise(
    circuit: &Circuit,
    qubits: &[Wire],
    device: &Device,
    missing: &mut BTreeSet<String>,
) -> Noise {
    let mut model =
        Model { qubits, facts: DeviceFacts::new(device), device, noise: Noise::default(), missing };
    for (wire, qubit) in qubits.iter().enumerate() {
        match device.qubits[qubit.0 as usize].errors_of_outcomes() {
            Some(errors) => model.noise.misread(Wire(wire as u32), errors.map(|error| error.clamp(0.0, 1.0))),
            None => model.lacks("readout errors".to_owned()),
        }
    }
    let mut number = 0;
    circuit.visit(|op| {
        model.gate(number, op);
        number += 1;
    });
    let waits = waits(circuit, &|op| model.facts(op).and_then(|facts| facts.1));
    waits.iter().for_each(|wait| model.wait(wait));
    circuit.visit(|op| {
        if let Some((_, None)) = model.facts(op) {
            model.lacks(format!("the duration of {}", name(op)));
        }
    });
    model.noise
}

struct Model<'a> {
    qubits: &'a [Wire],
    device: &'a Device,
    facts: DeviceFacts<'a>,
    noise: Noise,
    missing: &'a mut BTreeSet<String>,
}

impl Model<'_> {
    /// Error and duration of an operation, if it is one.
    fn facts(&self, op: &Op) -> Option<(Option<f64>, Option<f64>)> {
        let mut placed = op.clone();
        placed.map_wires(&mut |wire| self.qubits[wire.0 as usize]);
        self.facts.of(&placed).map(|facts| (facts.error, facts.duration_s))
    }

    fn lacks(&mut self, what: String) {
        self.missing.insert(what);
    }

    fn times(&self, wire: Wire) -> (Option<f64>, Option<f64>) {
        let facts = &self.device.qubits[self.qubits[wire.0 as usize].0 as usize];
        (facts.t1_s, facts.t2_s)
    }

    fn gate(&mut self, number: usize, op: &Op) {
        if !matches!(op.kind, OpKind::Gate { .. }) {
            return;
        }
        let Some((error, seconds)) = self.facts(op) else { return };
        let wires = op.wires();
        let (Some(error), Some(seconds)) = (error, seconds) else {
            if error.is_none() {
                self.lacks(format!("the error of {}", name(op)));
            }
            // Relaxation without the error would be half of the truth, and the error without relaxation is all of it.
            if let Some(error) = error {
                self.depolarize(number, &wires, depolarizing(error, 1.0, wires.len()));
            }
            return;
        };
        if error == 0.0 && seconds == 0.0 {
            return;
        }
        let mut kept = 1.0;
        for &wire in &*wires {
            kept *= self.relax(seconds, wire, |noise, channel| noise.after(number, channel, &[wire]));
        }
        self.depolarize(number, &wires, depolarizing(error, kept, wires.len()));
    }

    fn depolarize(&mut self, number: usize, wires: &[Wire], p: f64) {
        if p > 0.0 {
            self.noise.after(number, Channel::depolarizing(wires.len(), p), wires);
        }
    }

    fn wait(&mut self, wait: &Wait) {
        let wire = [wait.wire];
        self.relax(wait.seconds, wait.wire, |noise, channel| {
            if wait.is_after {
                noise.after(wait.op, channel, &wire);
            } else {
                noise.before(wait.op, channel, &wire);
            }
        });
    }

    /// Puts the relaxation of a qubit somewhere; returns the entanglement fidelity that it keeps.
    fn relax(&mut self, seconds: f64, wire: Wire, put: impl FnOnce(&mut Noise, Channel)) -> f64 {
        let (t1, t2) = self.times(wire);
        if t1.is_none() || t2.is_none() {
            self.lacks("T1 or T2 of some qubits".to_owned());
        }
        if seconds <= 0.0 || (t1.is_none() && t2.is_none()) {
            return 1.0;
        }
        put(&mut self.noise, Channel::thermal_relaxation(t1, t2, seconds));
        let kept = |time: Option<f64>| time.map_or(1.0, |time| (-seconds / time).exp());
        0.25 + kept(t1) / 4.0 + kept(t2).min(kept(t1).sqrt()) / 2.0
    }
}

/// An operation in a message.
fn name(op: &Op) -> String {
    match &op.kind {
        OpKind::Gate { gate, .. } => format!("`{}`", gate.def().name),
        OpKind::Measure { .. } => "measurements".to_owned(),
        _ => "resets".to_owned(),
    }
}

/// The depolarizing parameter for an average infidelity, net of relaxation that keeps this entanglement fidelity.
pub(super) fn depolarizing(error: f64, kept: f64, n_wires: usize) -> f64 {
    let d = f64::from(1 << n_wires);
    let fidelity = (d * kept + 1.0) / (d + 1.0);
    ((fidelity - (1.0 - error)) / (fidelity - 1.0 / d)).clamp(0.0, 1.0)
}
