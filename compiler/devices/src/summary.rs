//! What `qmlang devices` prints, as text and as JSON.

use std::fmt;

use qml_source::Diagnostic;
use serde::Serialize;

use crate::catalogue::{catalogue, load};
use crate::{Device, NativeBasis, OneQubitBasis, Price};

/// The facts of a device on one page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Summary {
    /// The name that `--target` takes.
    pub name: String,
    /// Who makes it; empty for a shape.
    pub vendor: String,
    /// The vendor's name for it.
    pub product: Option<String>,
    /// What it is made of.
    pub modality: Option<String>,
    /// `qpu`, `qpu_retired`, `fake_backend_noise_model`, `shape` and the like.
    pub kind: String,
    /// How many qubits.
    pub qubits: usize,
    /// How many coupled pairs.
    pub couplings: usize,
    /// How many of them the vendor reports as out of service.
    pub couplings_out_of_service: usize,
    /// Names of the native gates.
    pub native_gates: Vec<String>,
    /// Names of the gates that circuits are compiled to; empty if that is not possible yet.
    pub compiled_to: Vec<String>,
    /// Why circuits cannot be compiled for it.
    pub not_supported: Option<String>,
    /// It is no machine of gates.
    #[serde(skip)]
    pub other_paradigm: bool,
    /// Measurement with operations after it; null is "not published".
    pub mid_circuit_measurement: Option<bool>,
    /// Operations that depend on outcomes.
    pub feed_forward: Option<bool>,
    /// Reset within a circuit.
    pub reset: Option<bool>,
    /// Most shots of a circuit.
    pub max_shots: Option<u64>,
    /// Median infidelity of the one-qubit gate.
    pub median_error_1q: Option<f64>,
    /// Median infidelity of the two-qubit gate.
    pub median_error_2q: Option<f64>,
    /// Median probability of a wrong outcome.
    pub median_readout_error: Option<f64>,
    /// Median relaxation time in seconds.
    pub median_t1_s: Option<f64>,
    /// Median dephasing time in seconds.
    pub median_t2_s: Option<f64>,
    /// Time of the figures, from the data.
    pub calibrated: Option<String>,
    /// What it costs; null is "not known".
    pub price: Option<Price>,
    /// Remarks a reader of the figures needs.
    pub caveats: Vec<String>,
}

/// The summaries of the whole catalogue, sorted by name.
pub fn list() -> Result<Vec<Summary>, Diagnostic> {
    catalogue().filter_map(load).map(|device| device.map(|device| device.summary())).collect()
}

/// A line a device: name, vendor, qubits, and the gates that circuits are compiled to.
pub fn table(devices: &[Summary]) -> String {
    let width = |column: &dyn Fn(&Summary) -> usize, title: usize| {
        devices.iter().map(column).max().unwrap_or(0).max(title)
    };
    let name = width(&|device| device.name.len(), 6);
    let vendor = width(&|device| device.vendor.len(), 6);
    let mut text = format!("{:name$}  {:vendor$}  qubits  compiled to\n", "device", "vendor");
    for device in devices {
        let gates = match &device.not_supported {
            None => device.compiled_to.join(", "),
            Some(_) if device.other_paradigm => "no gates".to_owned(),
            Some(_) => "not enough gates".to_owned(),
        };
        text += &format!("{:name$}  {:vendor$}  {:>6}  {gates}\n", device.name, device.vendor, device.qubits);
    }
    text
}

impl Device {
    /// The facts of the device on one page.
    pub fn summary(&self) -> Summary {
        let basis = self.basis.as_ref().ok();
        let compiled_to = basis.map(|basis| self.vendors_names(basis)).unwrap_or_default();
        let edges = || self.coupling.all_edges().filter(|(_, _, facts)| !facts.broken);
        // The gate that turns a qubit; `rz` is virtual almost everywhere.
        let turn = basis.map(|basis| basis.one_qubit.names().iter().rfind(|name| **name != "x"));
        let vendors = |name| self.native_gate(name).map_or("", |gate| &gate.name);
        let turn = vendors(turn.flatten().copied().unwrap_or_default());
        let pair = vendors(basis.map_or("", |basis| basis.two_qubit.name()));
        Summary {
            name: self.name.clone(),
            vendor: self.vendor.clone(),
            product: self.product.clone(),
            modality: self.modality.clone(),
            kind: self.kind.clone(),
            qubits: self.n_qubits,
            couplings: self.coupling.edge_count(),
            couplings_out_of_service: self.coupling.edge_count() - edges().count(),
            native_gates: self.native_gates.iter().map(|gate| gate.name.clone()).collect(),
            compiled_to,
            not_supported: self.other_paradigm().map(str::to_owned).or_else(|| self.basis.clone().err()),
            other_paradigm: self.other_paradigm().is_some(),
            mid_circuit_measurement: self.features.mid_circuit_measurement,
            feed_forward: self.features.feed_forward,
            reset: self.features.reset,
            max_shots: self.limits.max_shots,
            median_error_1q: median((0..self.n_qubits as u32).map(|q| self.one_qubit_facts(turn, q).error)),
            median_error_2q: median(edges().map(|(a, b, _)| self.two_qubit_facts(pair, a, b).error)),
            median_readout_error: median(self.qubits.iter().map(|facts| facts.readout_error)),
            median_t1_s: median(self.qubits.iter().map(|facts| facts.t1_s)),
            median_t2_s: median(self.qubits.iter().map(|facts| facts.t2_s)),
            calibrated: self.calibration.timestamp.clone(),
            price: self.price.clone(),
            caveats: self.caveats.clone(),
        }
    }
}

impl Device {
    /// What the vendor calls the gates that circuits are compiled to.
    fn vendors_names(&self, basis: &NativeBasis) -> Vec<String> {
        let one_qubit: &[&str] =
            if basis.one_qubit == OneQubitBasis::Gpi { &["gpi", "gpi2"] } else { basis.one_qubit.names() };
        let vendors = |name: &&str| self.native_gate(name).map_or(*name, |gate| &gate.name).to_owned();
        let resonator: &[&str] = if self.is_star() { &["swap"] } else { &[] };
        one_qubit.iter().chain(basis.two_qubit.names()).chain(resonator).map(vendors).collect()
    }
}

/// The median of the published values.
fn median(values: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    let mut values: Vec<f64> = values.flatten().collect();
    values.sort_unstable_by(f64::total_cmp);
    let middle = values.len() / 2;
    match values.len() {
        0 => None,
        n if n % 2 == 0 => Some(f64::midpoint(values[middle - 1], values[middle])),
        _ => Some(values[middle]),
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let yes = |value: Option<bool>| match value {
            Some(true) => "yes",
            Some(false) => "no",
            None => "not published",
        };
        let number = |value: Option<f64>, scale: f64, unit: &str| match value {
            Some(value) => format!("{:.3}{unit}", value * scale),
            None => "not published".to_owned(),
        };
        let maker = [Some(self.vendor.as_str()).filter(|vendor| !vendor.is_empty()), self.product.as_deref()];
        let maker: Vec<_> = maker.into_iter().flatten().collect();
        writeln!(f, "{}", self.name)?;
        if !maker.is_empty() {
            writeln!(f, "  made by              {}", maker.join(", "))?;
        }
        writeln!(f, "  kind                 {}", self.kind)?;
        if let Some(modality) = &self.modality {
            writeln!(f, "  qubits               {} ({modality})", self.qubits)?;
        } else {
            writeln!(f, "  qubits               {}", self.qubits)?;
        }
        write!(f, "  coupled pairs        {}", self.couplings)?;
        match self.couplings_out_of_service {
            0 => writeln!(f)?,
            n => writeln!(f, ", {n} of them out of service")?,
        }
        writeln!(f, "  native gates         {}", self.native_gates.join(", "))?;
        match &self.not_supported {
            None => writeln!(f, "  compiled to          {}", self.compiled_to.join(", "))?,
            Some(reason) if self.other_paradigm => writeln!(f, "  compiled to          no gates: {reason}")?,
            Some(reason) => writeln!(f, "  compiled to          nothing: {reason}")?,
        }
        writeln!(f, "  mid-circuit measure  {}", yes(self.mid_circuit_measurement))?;
        writeln!(f, "  feed-forward         {}", yes(self.feed_forward))?;
        writeln!(f, "  reset                {}", yes(self.reset))?;
        if let Some(shots) = self.max_shots {
            writeln!(f, "  most shots           {shots}")?;
        }
        if self.kind == "shape" {
            return Ok(());
        }
        writeln!(f, "  error, one qubit     {}", number(self.median_error_1q, 100.0, " %"))?;
        writeln!(f, "  error, two qubits    {}", number(self.median_error_2q, 100.0, " %"))?;
        writeln!(f, "  error, readout       {}", number(self.median_readout_error, 100.0, " %"))?;
        writeln!(f, "  T1                   {}", number(self.median_t1_s, 1e6, " us"))?;
        writeln!(f, "  T2                   {}", number(self.median_t2_s, 1e6, " us"))?;
        if let Some(time) = &self.calibrated {
            writeln!(f, "  figures of           {time} (medians)")?;
        }
        if let Some(price) = &self.price {
            writeln!(f, "  price                {price}")?;
        }
        self.caveats.iter().try_for_each(|caveat| writeln!(f, "  note: {caveat}"))
    }
}
