//! Figures of a compiled circuit.

use qml_ir::circuit::{Circuit, Op};
use serde::{Deserialize, Serialize};

use crate::device_facts::DeviceFacts;
use crate::estimate::estimate_by;

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
    /// SWAPs that routing inserted, branches included, but for those that add no gate.
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
pub fn measure(circuit: &Circuit, facts: &DeviceFacts, swaps: usize) -> Stats {
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
        estimated_fidelity: estimate_by(circuit, facts).map(|estimate| estimate.fidelity()),
        duration_s: duration(circuit, facts),
        compile_ms: None,
        initial_layout: circuit.layout.iter().map(|wire| wire.0).collect(),
        final_layout: circuit.final_layout.iter().map(|wire| wire.0).collect(),
    }
}

/// In whole picoseconds, so that the longest path is a path of integers.
fn duration(circuit: &Circuit, facts: &DeviceFacts) -> Option<f64> {
    let mut is_known = true;
    circuit.visit(|op| is_known &= facts.of(op).is_none_or(|facts| facts.duration_s.is_some()));
    let picoseconds = |op: &Op| {
        facts.of(op).and_then(|facts| facts.duration_s).map_or(0, |seconds| (seconds * 1e12).round() as usize)
    };
    is_known.then(|| circuit.longest_path(picoseconds) as f64 * 1e-12)
}
