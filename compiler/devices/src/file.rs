//! Reads a device file.
//!
//! The format is described in `catalogue/README.md`. Of what compilation has no use for, only the fields that the catalogue has
//! may be there, and notes ([`fields`]).

use std::collections::{BTreeMap, BTreeSet};

use qml_source::{Code, Diagnostic};

use crate::coupling::{EdgeFacts, plain};
use crate::json;
use crate::native::choose_basis;
use crate::reader::Field;
use crate::{
    Averages, Calibration, Coupling, Device, Features, GateFacts, Limits, NativeGate, Price, QubitFacts,
};

mod fields;
mod gates;

/// Most qubits of a device: distances are kept for all pairs.
pub(crate) const MAX_QUBITS: usize = 2000;
/// The version of the format.
const SCHEMA: &str = "qml-device-facts/1";
/// What devices run.
const PARADIGMS: &[&str] = &["gate", "analog", "digital-analog", "linear-optical"];
/// How qubits meet. Circuits are compiled for the first three.
const CONNECTIVITIES: &[&str] = &["graph", "all_to_all", "star_via_resonator", "reconfigurable", "none"];

/// Reads the text of a device file; `file` names it in errors (Q0704).
pub fn parse(text: &str, file: &str) -> Result<Device, Diagnostic> {
    let value = json::read(text).map_err(|error| {
        let what = if error.is_data() { "can't be read" } else { "is not JSON" };
        Diagnostic::error(Code::Q0704, format!("device file `{file}` {what}: {error}"))
    })?;
    let root = Field::root(&value, file);
    fields::check(&root)?;
    read_device(&root)
}

fn read_device(root: &Field) -> Result<Device, Diagnostic> {
    root.optional("schema", |field| field.one_of(&[SCHEMA]))?;
    let count = root.get("num_qubits")?;
    let n_qubits = count.count()? as usize;
    if n_qubits == 0 || n_qubits > MAX_QUBITS {
        return Err(count.error(&format!("must be from 1 to {MAX_QUBITS}")));
    }
    let native_gates = gates::read_gates(root)?;
    let connectivity = root.get("connectivity")?;
    let shape = connectivity.get("kind")?.one_of(CONNECTIVITIES)?.to_owned();
    let mut coupling = read_coupling(&connectivity, &shape, n_qubits)?;
    let is_star = shape == "star_via_resonator";
    let mut qubits = vec![QubitFacts::default(); n_qubits];
    let mut resonator = is_star.then(|| vec![EdgeFacts::default(); n_qubits]);
    let mut averages = Averages::default();
    let mut calibration = Calibration::default();
    if let Some(field) = root.find("calibration") {
        calibration = Calibration {
            kind: field.optional("kind", Field::text)?.unwrap_or_default().to_owned(),
            timestamp: field.optional("timestamp", Field::text)?.map(str::to_owned),
        };
        read_qubits(&field, &mut qubits)?;
        if let Some(of_qubits) = &mut resonator {
            read_star(&field, of_qubits)?;
        } else if coupling.edge_count() > 0 {
            read_edges(&field, &native_gates, &mut coupling)?;
        }
        gates::check_names(&field, &native_gates)?;
        averages = field.optional("averages", read_averages)?.unwrap_or_default();
    }
    let labels = read_labels(root, n_qubits)?;
    let mut caveats: Vec<String> = root
        .list_or_empty("caveats")?
        .iter()
        .map(|field| field.text().map(str::to_owned))
        .collect::<Result<_, _>>()?;
    caveats.extend(impossible_times(&qubits, &labels));
    qubits.extend(is_star.then(QubitFacts::default));
    let basis = match shape.as_str() {
        "graph" | "all_to_all" => choose_basis(&native_gates, None),
        "star_via_resonator" if native_gates.iter().any(|gate| gate.name == "move") => {
            choose_basis(&native_gates, None)
        }
        "none" => Err("its qubits are not coupled".to_owned()),
        _ => Err(format!("its connectivity (`{shape}`) is none that circuits are compiled for")),
    };
    Ok(Device {
        name: root.get("name")?.text()?.to_owned(),
        vendor: root.optional("vendor", Field::text)?.unwrap_or_default().to_owned(),
        product: root.optional("product", Field::text)?.map(str::to_owned),
        modality: root.optional("modality", Field::text)?.map(str::to_owned),
        paradigm: root.optional("paradigm", |field| field.one_of(PARADIGMS))?.map(str::to_owned),
        kind: root.optional("kind", Field::text)?.unwrap_or("device file").to_owned(),
        n_qubits,
        labels,
        coupling,
        resonator,
        native_gates,
        basis,
        qubits,
        averages,
        calibration,
        features: root.optional("features", read_features)?.unwrap_or_default(),
        conditional_gates: root.optional("features", read_conditional_gates)?.flatten(),
        limits: root.optional("limits", read_limits)?.unwrap_or_default(),
        price: root.optional("price", read_price)?,
        caveats,
    })
}

fn read_labels(root: &Field, n_qubits: usize) -> Result<Vec<String>, Diagnostic> {
    let Some(field) = root.find("qubit_labels") else {
        return Ok((0..n_qubits).map(|qubit| qubit.to_string()).collect());
    };
    let labels = field.list()?;
    if labels.len() != n_qubits {
        return Err(field.error(&format!("has {} entries for {n_qubits} qubits", labels.len())));
    }
    let texts = labels.iter().map(|label| label.text().map(str::to_owned)).collect::<Result<Vec<_>, _>>()?;
    for (i, label) in labels.iter().enumerate() {
        if texts[..i].contains(&texts[i]) {
            return Err(label.error(&format!("is `{}`, as another qubit is called", texts[i])));
        }
    }
    Ok(texts)
}

/// What there is to say of times that no qubit has: T2 is at most twice T1, and measured values may say otherwise.
fn impossible_times(qubits: &[QubitFacts], labels: &[String]) -> Option<String> {
    let mut impossible = qubits.iter().zip(labels).filter_map(|(facts, label)| {
        let (t1, t2) = (facts.t1_s?, facts.t2_s?);
        (t2 > 2.0 * t1).then_some((label, t1, t2))
    });
    let (label, t1, t2) = impossible.next()?;
    let others = match impossible.count() {
        0 => String::new(),
        1 => " and another one".to_owned(),
        n => format!(" and {n} others"),
    };
    let micro = |seconds: f64| format!("{:.1} us", 1e6 * seconds);
    Some(format!(
        "of qubit {label}{others} T2 is more than twice T1 ({} and {}), which is impossible: noise is as if it were twice T1",
        micro(t2),
        micro(t1)
    ))
}

fn read_coupling(field: &Field, shape: &str, n_qubits: usize) -> Result<Coupling, Diagnostic> {
    // Through the resonator of a star any two qubits meet.
    if shape == "all_to_all" || shape == "star_via_resonator" {
        let n = n_qubits as u32;
        return Ok(plain(n_qubits, (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b)))));
    }
    let mut coupling = plain(n_qubits, []);
    if shape != "graph" {
        return Ok(coupling);
    }
    let directed = field.optional("directed", Field::flag)?.unwrap_or(false);
    for edge in field.list_or_empty("edges")? {
        let (a, b) = read_pair(&edge, n_qubits)?;
        // A pair that is listed in both directions works in both.
        let first = (directed && !coupling.contains_edge(a, b)).then_some(a);
        coupling.add_edge(a, b, EdgeFacts { first, ..EdgeFacts::default() });
    }
    Ok(coupling)
}

fn read_pair(field: &Field, n_qubits: usize) -> Result<(u32, u32), Diagnostic> {
    let ends = field.list()?;
    let [a, b] = ends.as_slice() else {
        return Err(field.error("must be a pair of qubits"));
    };
    let (a, b) = (read_qubit(a, n_qubits)?, read_qubit(b, n_qubits)?);
    if a == b { Err(field.error("couples a qubit to itself")) } else { Ok((a, b)) }
}

fn read_qubit(field: &Field, n_qubits: usize) -> Result<u32, Diagnostic> {
    let index = field.count()?;
    if index < n_qubits as u64 {
        Ok(index as u32)
    } else {
        Err(field.error(&format!("is {index}, but the qubits are 0 to {}", n_qubits - 1)))
    }
}

fn read_qubits(calibration: &Field, qubits: &mut [QubitFacts]) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for field in calibration.list_or_empty("qubits")? {
        let qubit = read_qubit(&field.get("index")?, qubits.len())?;
        if !seen.insert(qubit) {
            return Err(field.error(&format!("is about qubit {qubit}, as one before it")));
        }
        let of = |name: &str| field.optional(name, Field::probability);
        let readout_errors = match (of("readout_error_of_0")?, of("readout_error_of_1")?) {
            (Some(zero), Some(one)) => Some([zero, one]),
            (None, None) => None,
            _ => return Err(field.error("has the readout error of one outcome and not of the other")),
        };
        let mean = readout_errors.map(|[zero, one]| f64::midpoint(zero, one));
        qubits[qubit as usize] = QubitFacts {
            t1_s: field.optional("t1_s", Field::non_negative)?,
            t2_s: field.optional("t2_s", Field::non_negative)?,
            readout_error: of("readout_error")?.or(mean),
            readout_errors,
            readout_duration_s: field.optional("readout_duration_s", Field::non_negative)?,
            gates: read_facts(&field, 1)?.0,
        };
    }
    Ok(())
}

fn read_edges(
    calibration: &Field,
    native_gates: &[NativeGate],
    coupling: &mut Coupling,
) -> Result<(), Diagnostic> {
    let mut seen = BTreeSet::new();
    for field in calibration.list_or_empty("edges")? {
        let pair = field.get("qubits")?;
        let (a, b) = read_pair(&pair, coupling.node_count())?;
        if !seen.insert((a.min(b), a.max(b))) {
            return Err(pair.error(&format!("is the pair {a} and {b}, as one before it")));
        }
        let (gates, broken) = read_facts(&field, 2)?;
        let is_used = |name: &String| native_gates.iter().any(|gate| gate.name == *name && !gate.is_optional);
        let facts =
            coupling.edge_weight_mut(a, b).ok_or_else(|| pair.error("is not an edge of the coupling map"))?;
        facts.broken = broken.iter().any(is_used);
        facts.gates = gates;
        // A gate that nobody asked for has an error of 1 where it was not measured.
        for (_, of_gate) in facts.gates.iter_mut().filter(|(name, _)| !is_used(name)) {
            of_gate.error = of_gate.error.filter(|&error| error < 1.0);
        }
    }
    Ok(())
}

/// The edges of a star: a qubit and the resonator, which has the number after the last qubit.
fn read_star(calibration: &Field, of_qubits: &mut [EdgeFacts]) -> Result<(), Diagnostic> {
    for field in calibration.list_or_empty("edges")? {
        let pair = field.get("qubits")?;
        let (qubit, resonator) = read_pair(&pair, of_qubits.len() + 1)?;
        if resonator as usize != of_qubits.len() {
            return Err(pair.error("must be a qubit and the resonator, whose number is that of the qubits"));
        }
        of_qubits[qubit as usize].gates = read_facts(&field, 2)?.0;
    }
    Ok(())
}

/// Facts by gate, and the names of the gates that are out of service.
fn read_facts(
    field: &Field,
    n_qubits: i32,
) -> Result<(BTreeMap<String, GateFacts>, Vec<String>), Diagnostic> {
    let mut gates = BTreeMap::new();
    let mut broken = Vec::new();
    let Some(field) = field.find("gates") else { return Ok((gates, broken)) };
    for (name, gate) in field.entries()? {
        let kind = gate.optional("error_kind", Field::text)?.unwrap_or_default();
        let error = gate.optional("error", Field::probability)?;
        if gate.optional("operational", Field::flag)? == Some(false) {
            broken.push(name.to_owned());
        }
        let facts = GateFacts {
            error: error.map(|error| error * infidelity_factor(kind, n_qubits)),
            duration_s: gate.optional("duration_s", Field::non_negative)?,
        };
        gates.insert(name.to_owned(), facts);
    }
    Ok((gates, broken))
}

/// Average gate infidelity as a multiple of an error of this kind. With `d = 2^n`: a Pauli error probability `p` has
/// infidelity `p d/(d + 1)`, a depolarizing parameter `p (1 - 1/d)`.
fn infidelity_factor(kind: &str, n_qubits: i32) -> f64 {
    let d = 2_f64.powi(n_qubits);
    if kind.starts_with("pauli_error") {
        d / (d + 1.0)
    } else if kind.starts_with("depolarizing_param") {
        1.0 - 1.0 / d
    } else {
        1.0
    }
}

fn read_averages(field: &Field) -> Result<Averages, Diagnostic> {
    Ok(Averages {
        error_1q: field.optional("error_1q", Field::probability)?,
        error_2q: field.optional("error_2q", Field::probability)?,
        duration_1q_s: field.optional("duration_1q_s", Field::non_negative)?,
        duration_2q_s: field.optional("duration_2q_s", Field::non_negative)?,
    })
}

fn read_features(field: &Field) -> Result<Features, Diagnostic> {
    Ok(Features {
        mid_circuit_measurement: field.optional("mid_circuit_measurement", Field::flag)?,
        feed_forward: field.optional("feed_forward", Field::flag)?,
        reset: field.optional("reset", Field::flag)?,
    })
}

fn read_conditional_gates(field: &Field) -> Result<Option<Vec<String>>, Diagnostic> {
    field.optional("conditional_gates", |field| {
        field.list()?.iter().map(|name| name.text().map(str::to_owned)).collect()
    })
}

fn read_limits(field: &Field) -> Result<Limits, Diagnostic> {
    let limits = Limits {
        min_shots: field.optional("min_shots", Field::count)?,
        max_shots: field.optional("max_shots", Field::positive)?,
        max_circuits_per_job: field.optional("max_circuits_per_job", Field::positive)?,
        max_ops_per_circuit: field.optional("max_ops_per_circuit", Field::positive)?,
    };
    if let (Some(min), Some(max)) = (limits.min_shots, limits.max_shots)
        && min > max
    {
        return Err(field.error(&format!("has a `min_shots` of {min} and a `max_shots` of {max}")));
    }
    Ok(limits)
}

fn read_price(field: &Field) -> Result<Price, Diagnostic> {
    let currency = field.get("currency")?;
    if currency.text()?.trim().is_empty() {
        return Err(currency.error("must be the name of a currency, such as \"EUR\""));
    }
    Ok(Price {
        currency: currency.text()?.to_owned(),
        per_task: field.optional("per_task", Field::amount)?,
        per_shot: field.optional("per_shot", Field::amount)?,
        per_second: field.optional("per_second", Field::amount)?,
    })
}

#[cfg(test)]
mod tests;
