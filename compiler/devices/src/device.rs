//! The model of a device. Units are SI: seconds, radians.

use std::collections::BTreeMap;
use std::fmt;

use qml_source::{Code, Diagnostic};
use serde::{Deserialize, Serialize};

use crate::native::{choose_basis, find_native};
use crate::{Coupling, EdgeFacts, NativeBasis, NativeGate};

/// A device, or the shape of one.
#[derive(Clone, Debug)]
pub struct Device {
    /// The name that `--target` takes.
    pub name: String,
    /// Who makes it; empty for a shape.
    pub vendor: String,
    /// The vendor's name for it.
    pub product: Option<String>,
    /// What it is made of, such as `superconducting-transmon`.
    pub modality: Option<String>,
    /// What it runs: `gate`, `analog`, `digital-analog` or `linear-optical`.
    pub paradigm: Option<String>,
    /// `qpu`, `qpu_retired`, `fake_backend_noise_model`, `shape` and the like.
    pub kind: String,
    /// How many qubits.
    pub n_qubits: usize,
    /// The vendor's label of each qubit.
    pub labels: Vec<String>,
    /// Which qubits are coupled.
    pub coupling: Coupling,
    /// For a star of qubits around a resonator, what is known of each qubit with it. The resonator is the wire after the
    /// last qubit, `swap` with it is the native `move`, and the coupling map has all pairs of qubits.
    pub resonator: Option<Vec<EdgeFacts>>,
    /// All native gates, as the vendor lists them.
    pub native_gates: Vec<NativeGate>,
    /// The gates that compilation uses, or the reason why there is none yet.
    pub basis: Result<NativeBasis, String>,
    /// Facts of each qubit, and of the resonator if there is one.
    pub qubits: Vec<QubitFacts>,
    /// Figures for the whole device, where the vendor gives no others.
    pub averages: Averages,
    /// Where the figures come from.
    pub calibration: Calibration,
    /// What circuits may contain.
    pub features: Features,
    /// The native gates that an outcome can switch while a circuit runs, where that is not every gate.
    pub conditional_gates: Option<Vec<String>>,
    /// What jobs may ask for.
    pub limits: Limits,
    /// What it costs, if that is public.
    pub price: Option<Price>,
    /// Remarks a reader of the figures needs.
    pub caveats: Vec<String>,
}

/// Facts of one qubit; `None` is "not published".
#[derive(Clone, Debug, Default, PartialEq)]
pub struct QubitFacts {
    /// Relaxation time in seconds.
    pub t1_s: Option<f64>,
    /// Dephasing time in seconds.
    pub t2_s: Option<f64>,
    /// Probability of a wrong outcome, mean of both states.
    pub readout_error: Option<f64>,
    /// Probabilities that 0 and that 1 is told wrongly, where they are told apart.
    pub readout_errors: Option<[f64; 2]>,
    /// Duration of a measurement in seconds.
    pub readout_duration_s: Option<f64>,
    /// Facts by the name of the gate.
    pub gates: BTreeMap<String, GateFacts>,
}

impl QubitFacts {
    /// The probabilities that 0 and that 1 is told wrongly; alike where only the mean is published.
    pub fn errors_of_outcomes(&self) -> Option<[f64; 2]> {
        self.readout_errors.or(self.readout_error.map(|mean| [mean; 2]))
    }
}

/// Facts of a gate on one place.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct GateFacts {
    /// Average gate infidelity. Other kinds of error in the source are converted when the file is read.
    pub error: Option<f64>,
    /// Duration in seconds.
    pub duration_s: Option<f64>,
}

/// Figures for the whole device.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Averages {
    /// Infidelity of a one-qubit gate.
    pub error_1q: Option<f64>,
    /// Infidelity of a two-qubit gate.
    pub error_2q: Option<f64>,
    /// Duration of a one-qubit gate in seconds.
    pub duration_1q_s: Option<f64>,
    /// Duration of a two-qubit gate in seconds.
    pub duration_2q_s: Option<f64>,
}

/// Where the figures of a device come from.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Calibration {
    /// `vendor_snapshot`, `published_paper_averages` and the like; empty for a shape.
    pub kind: String,
    /// Time of the data, from the data.
    pub timestamp: Option<String>,
}

/// What circuits may contain; `None` is "not published".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Features {
    /// Measurement with operations after it.
    pub mid_circuit_measurement: Option<bool>,
    /// Operations that depend on outcomes.
    pub feed_forward: Option<bool>,
    /// Reset of a qubit within a circuit.
    pub reset: Option<bool>,
}

/// What jobs may ask for; `None` is "not published".
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// Fewest shots of a circuit.
    pub min_shots: Option<u64>,
    /// Most shots of a circuit.
    pub max_shots: Option<u64>,
    /// Most circuits in a job.
    pub max_circuits_per_job: Option<u64>,
    /// Most operations of a circuit.
    pub max_ops_per_circuit: Option<u64>,
}

/// What a device costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Price {
    /// ISO 4217.
    pub currency: String,
    /// For a task: a circuit.
    pub per_task: Option<f64>,
    /// For a shot.
    pub per_shot: Option<f64>,
    /// For a second of the machine.
    pub per_second: Option<f64>,
}

impl fmt::Display for Price {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let rates = [(self.per_task, "circuit"), (self.per_shot, "shot"), (self.per_second, "second")];
        let rates = rates.into_iter().filter_map(|(rate, of)| Some((rate.filter(|rate| *rate > 0.0)?, of)));
        let parts: Vec<_> = rates.map(|(rate, of)| format!("{rate} {} a {of}", self.currency)).collect();
        f.write_str(&if parts.is_empty() { format!("0 {}", self.currency) } else { parts.join(", ") })
    }
}

impl Device {
    /// Why it will never run circuits, if it is a machine of another kind.
    pub fn other_paradigm(&self) -> Option<&'static str> {
        match self.paradigm.as_deref()? {
            "analog" => Some("it lets atoms evolve under a Hamiltonian, as a whole, and has no gates"),
            "digital-analog" => Some(
                "it evolves under a Hamiltonian of all atoms between turns of single ones, and has no two-qubit gates",
            ),
            "linear-optical" => Some(
                "it sends photons through beam splitters and phase shifters, and has no qubits with two-qubit gates",
            ),
            _ => None,
        }
    }

    /// The gates to compile to, or Q0705 with the reason why there are none, Q0706 if the device is no gate machine.
    pub fn native_basis(&self) -> Result<NativeBasis, Diagnostic> {
        if let Some(reason) = self.other_paradigm() {
            let message = format!("`{}` doesn't run circuits of gates", self.name);
            return Err(Diagnostic::error(Code::Q0706, message)
                .note(reason)
                .help("`qmlang devices` lists the devices that circuits are compiled for"));
        }
        self.basis.clone().map_err(|reason| {
            Diagnostic::error(Code::Q0705, format!("`{}` cannot be compiled for", self.name))
                .note(reason)
                .help("`qmlang devices` lists the devices that can")
        })
    }

    /// The same device compiled for with another of its two-qubit gates, also one that the vendor has to be asked for.
    #[must_use]
    pub(crate) fn with_two_qubit_gate(mut self, gate: &str) -> Self {
        self.basis = self.basis.and_then(|_| choose_basis(&self.native_gates, Some(gate)));
        self.name = format!("{}/{gate}", self.name);
        self
    }

    /// Whether qubits meet only through a resonator.
    pub fn is_star(&self) -> bool {
        self.resonator.is_some()
    }

    /// The native gate that a gate of the language is here, by its name.
    pub fn native_gate(&self, name: &str) -> Option<&NativeGate> {
        let quarter = || find_native(&self.native_gates, "gpi2").filter(|_| name == "prx");
        find_native(&self.native_gates, name).or_else(quarter)
    }

    /// Whether the two-qubit gate of a coupled pair is in service.
    pub fn is_working(&self, a: u32, b: u32) -> bool {
        self.coupling.edge_weight(a, b).is_some_and(|facts| !facts.broken)
    }

    /// Infidelity and duration of a one-qubit gate on a qubit.
    pub fn one_qubit_facts(&self, gate: &str, qubit: u32) -> GateFacts {
        let facts = self.qubits.get(qubit as usize).and_then(|facts| facts.gates.get(gate)).copied();
        let facts = facts.unwrap_or_default();
        GateFacts {
            error: facts.error.or(self.averages.error_1q),
            duration_s: facts.duration_s.or(self.averages.duration_1q_s),
        }
    }

    /// Infidelity and duration of a two-qubit gate on a pair.
    pub fn two_qubit_facts(&self, gate: &str, a: u32, b: u32) -> GateFacts {
        let with_resonator = self.resonator.as_ref().and_then(|of_qubits| of_qubits.get(a.min(b) as usize));
        let facts = with_resonator.or_else(|| self.coupling.edge_weight(a, b));
        let facts = facts.and_then(|facts| facts.gates.get(gate)).copied().unwrap_or_default();
        GateFacts {
            error: facts.error.or(self.averages.error_2q),
            duration_s: facts.duration_s.or(self.averages.duration_2q_s),
        }
    }
}
