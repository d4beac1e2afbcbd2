//! Figures of a compiled circuit.

use qml_devices::Device;
use qml_ir::circuit::{Circuit, Op, OpKind};
use serde::{Deserialize, Serialize};

use crate::estimate::estimate;

/// Figures of a compiled circuit; what is unknown is null.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Stats {
    /// Qubits of the device that something happens on, or that are returned.
    pub qubits: usize,
    /// Gates on two qubits.
    pub two_qubit_gates: usize,
    /// The longest path, in two-qubit gates.
    pub two_qubit_depth: usize,
    /// Gates on one qubit, changes of frame included where the device has them as a gate.
    pub one_qubit_gates: usize,
    /// The longest path, in gates, measurements and resets.
    pub depth: usize,
    /// SWAPs that routing inserted, branches included.
    pub swaps: usize,
    /// The product of the fidelities of all gates and measurements, those of returned qubits included, by the calibration
    /// of the device.
    pub estimated_fidelity: Option<f64>,
    /// The longest path in seconds.
    pub duration_s: Option<f64>,
    /// How long compilation took; whoever has a clock fills it in.
    pub compile_ms: Option<f64>,
    /// The device qubit on which each qubit of the source starts.
    pub initial_layout: Vec<u32>,
    /// The device qubit on which each qubit of the source ends.
    pub final_layout: Vec<u32>,
}

/// The figures of a circuit on a device.
pub fn measure(circuit: &Circuit, device: &Device, swaps: usize) -> Stats {
    let mut is_used = vec![false; circuit.n_wires];
    circuit.visit(|op| op.wires().iter().for_each(|wire| is_used[wire.0 as usize] = true));
    circuit.output.iter().for_each(|wire| is_used[wire.0 as usize] = true);
    Stats {
        qubits: is_used.iter().filter(|used| **used).count(),
        two_qubit_gates: circuit.two_qubit_gates(),
        two_qubit_depth: circuit.two_qubit_depth(),
        one_qubit_gates: circuit.one_qubit_gates(),
        depth: circuit.depth(),
        swaps,
        estimated_fidelity: estimate(circuit, device).map(|estimate| estimate.fidelity()),
        duration_s: duration(circuit, device),
        compile_ms: None,
        initial_layout: circuit.layout.iter().map(|wire| wire.0).collect(),
        final_layout: circuit.final_layout.iter().map(|wire| wire.0).collect(),
    }
}

/// In whole picoseconds, so that the longest path is a path of integers.
fn duration(circuit: &Circuit, device: &Device) -> Option<f64> {
    let mut is_known = true;
    circuit.visit(|op| is_known &= facts(op, device).is_none_or(|facts| facts.1.is_some()));
    let picoseconds = |op: &Op| {
        facts(op, device).and_then(|facts| facts.1).map_or(0, |seconds| (seconds * 1e12).round() as usize)
    };
    is_known.then(|| circuit.longest_path(picoseconds) as f64 * 1e-12)
}

/// Error and duration of an operation of the device; none for what is no operation.
pub fn facts(op: &Op, device: &Device) -> Option<(Option<f64>, Option<f64>)> {
    match (&op.kind, op.wires().as_slice()) {
        (OpKind::Gate { gate, .. }, wires @ (&[_] | &[_, _])) => {
            let native = device.native_gate(gate.def().name);
            if native.is_some_and(|native| native.is_virtual) {
                return Some((Some(0.0), Some(0.0)));
            }
            let name = native.map_or(gate.def().name, |native| &native.name);
            let facts = match *wires {
                [a, b] => device.two_qubit_facts(name, a.0, b.0),
                _ => device.one_qubit_facts(name, wires[0].0),
            };
            Some((facts.error, facts.duration_s.or_else(|| native?.duration_s)))
        }
        (OpKind::Measure { wire, .. }, _) => {
            let facts = &device.qubits[wire.0 as usize];
            Some((facts.readout_error, facts.readout_duration_s))
        }
        // Resets are not calibrated by their error.
        (OpKind::Reset { wire }, _) => Some((Some(0.0), device.one_qubit_facts("reset", wire.0).duration_s)),
        _ => None,
    }
}
