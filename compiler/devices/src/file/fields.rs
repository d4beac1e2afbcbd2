//! The fields of a device file, by where they stand: those that are read, and those that tell a person of the vendor's data.
//!
//! A field of another name is an error, as a figure under a wrong name would be left out without a word. What only people
//! read can stand under `note` and `notes` anywhere.

use qml_source::Diagnostic;

use crate::nearest::edit_distance;
use crate::reader::Field;

const ROOT: &[&str] = &[
    "schema",
    "name",
    "vendor",
    "product",
    "model",
    "modality",
    "paradigm",
    "kind",
    "location",
    "num_qubits",
    "qubit_labels",
    "connectivity",
    "native_gates",
    "calibration",
    "features",
    "features_note",
    "limits",
    "price",
    "caveats",
    "missing",
    "sources",
    "program_formats",
];
const CONNECTIVITY: &[&str] = &["kind", "directed", "edges"];
const GATE: &[&str] = &[
    "name",
    "num_qubits",
    "params",
    "virtual",
    "optional",
    "duration_s",
    "vendor_name",
    "unitary",
    "symmetric",
    "acts_on",
];
const PARAMETER: &[&str] = &["name", "unit", "min", "max", "allowed", "periodic"];
const CALIBRATION: &[&str] = &["kind", "timestamp", "averages", "qubits", "edges"];
const QUBIT: &[&str] = &[
    "index",
    "t1_s",
    "t2_s",
    "t2_echo_s",
    "readout_error",
    "readout_error_of_0",
    "readout_error_of_1",
    "readout_duration_s",
    "gates",
];
const EDGE: &[&str] = &["qubits", "gates"];
const FACTS: &[&str] = &["error", "error_kind", "duration_s", "operational"];
const AVERAGES: &[&str] = &["error_1q", "error_2q", "duration_1q_s", "duration_2q_s"];
const FEATURES: &[&str] = &[
    "mid_circuit_measurement",
    "feed_forward",
    "reset",
    "conditional_gates",
    "dynamic_circuits",
    "partial_measurement",
];
const LIMITS: &[&str] =
    &["min_shots", "max_shots", "max_circuits_per_job", "max_ops_per_circuit", "dt_s", "rep_delay_s"];
const PRICE: &[&str] = &["currency", "per_task", "per_shot", "per_second"];

/// Q0704 for a field that nobody reads.
pub(super) fn check(root: &Field) -> Result<(), Diagnostic> {
    root.only(ROOT)?;
    if let Some(connectivity) = root.find("connectivity") {
        connectivity.only(CONNECTIVITY)?;
    }
    for gate in root.list_or_empty("native_gates")? {
        gate.only(GATE)?;
        gate.list_or_empty("params")?.iter().try_for_each(|param| param.only(PARAMETER))?;
    }
    if let Some(calibration) = root.find("calibration") {
        check_calibration(&calibration)?;
    }
    for (name, fields) in [("features", FEATURES), ("limits", LIMITS), ("price", PRICE)] {
        root.optional(name, |field| field.only(fields))?;
    }
    Ok(())
}

fn check_calibration(calibration: &Field) -> Result<(), Diagnostic> {
    calibration.only(CALIBRATION)?;
    for (places, fields) in [("qubits", QUBIT), ("edges", EDGE)] {
        for place in calibration.list_or_empty(places)? {
            place.only(fields)?;
            if let Some(gates) = place.find("gates") {
                gates.entries()?.iter().try_for_each(|(_, facts)| facts.only(FACTS))?;
            }
        }
    }
    // Vendors publish all kinds of averages: only what looks like a slip of the pen is one.
    if let Some(averages) = calibration.find("averages") {
        for (name, field) in averages.entries()? {
            let slip = AVERAGES.iter().find(|known| edit_distance(&name.to_lowercase(), known) == 1);
            if let Some(meant) = slip.filter(|_| !AVERAGES.contains(&name)) {
                return Err(field.unknown(name, &[meant]));
            }
        }
    }
    Ok(())
}
