//! Errors and durations of the operations of a device, looked up by name once for each gate.
//!
//! A finished circuit is measured several times over: its fidelity, how long it takes and how long qubits wait. Names of
//! gates and maps of couplings would be most of that.

use std::sync::OnceLock;

use qml_devices::{Device, GateFacts};
use qml_gates::Gate;
use qml_ir::circuit::{Op, OpKind};

/// What is known about the gates of a device.
pub struct DeviceFacts<'a> {
    /// The device.
    pub device: &'a Device,
    /// By the number of the gate; each is filled in when it is asked for first.
    of_gate: Vec<OnceLock<OfGate>>,
}

/// What is known about a gate.
enum OfGate {
    /// It is a change of frame.
    Virtual,
    /// On each qubit.
    Alone(Vec<GateFacts>),
    /// For each qubit the qubits that it is coupled to, sorted, with the gate on both, in this order.
    Pairs(Vec<Vec<(u32, GateFacts)>>),
    /// It is on more qubits.
    Wide,
}

impl<'a> DeviceFacts<'a> {
    /// Nothing looked up yet.
    pub fn new(device: &'a Device) -> Self {
        Self { device, of_gate: Gate::ALL.iter().map(|_| OnceLock::new()).collect() }
    }

    /// Error and duration of an operation of the device; none for what is no operation.
    pub fn of(&self, op: &Op) -> Option<GateFacts> {
        let device = self.device;
        match &op.kind {
            OpKind::Gate { gate, wires, controls, .. } if controls.is_empty() => {
                let own = self.of_gate[*gate as usize].get_or_init(|| of_gate(*gate, device));
                let free = GateFacts { error: Some(0.0), duration_s: Some(0.0) };
                match (own, wires.as_slice()) {
                    (OfGate::Virtual, _) => Some(free),
                    (OfGate::Alone(facts), &[wire]) => facts.get(wire.0 as usize).copied(),
                    (OfGate::Pairs(facts), &[a, b]) => {
                        let own = &facts[a.0 as usize];
                        let place = own.binary_search_by_key(&b.0, |facts| facts.0);
                        Some(place.map_or_else(|_| on_pair(*gate, a.0, b.0, device), |place| own[place].1))
                    }
                    _ => None,
                }
            }
            OpKind::Measure { wire, .. } => {
                let facts = &device.qubits[wire.0 as usize];
                Some(GateFacts { error: facts.readout_error, duration_s: facts.readout_duration_s })
            }
            // Resets are not calibrated by their error.
            OpKind::Reset { wire } => {
                let facts = device.one_qubit_facts("reset", wire.0);
                Some(GateFacts { error: Some(0.0), ..facts })
            }
            _ => None,
        }
    }
}

fn of_gate(gate: Gate, device: &Device) -> OfGate {
    let def = gate.def();
    let native = device.native_gate(def.name);
    if native.is_some_and(|native| native.is_virtual) {
        return OfGate::Virtual;
    }
    match def.ports.len() {
        1 => {
            let name = native.map_or(def.name, |native| &native.name);
            let or_native = |facts: GateFacts| GateFacts {
                duration_s: facts.duration_s.or_else(|| native?.duration_s),
                ..facts
            };
            let qubits = 0..device.n_qubits as u32;
            OfGate::Alone(qubits.map(|qubit| or_native(device.one_qubit_facts(name, qubit))).collect())
        }
        2 => {
            let mut pairs = vec![Vec::new(); device.n_qubits];
            for (a, b, _) in device.coupling.all_edges() {
                let facts = on_pair(gate, a, b, device);
                pairs[a as usize].push((b, facts));
                pairs[b as usize].push((a, facts));
            }
            pairs.iter_mut().for_each(|own| own.sort_unstable_by_key(|facts| facts.0));
            OfGate::Pairs(pairs)
        }
        _ => OfGate::Wide,
    }
}

fn on_pair(gate: Gate, a: u32, b: u32, device: &Device) -> GateFacts {
    let native = device.native_gate(gate.def().name);
    let facts = device.two_qubit_facts(native.map_or(gate.def().name, |native| &native.name), a, b);
    GateFacts { duration_s: facts.duration_s.or_else(|| native?.duration_s), ..facts }
}
