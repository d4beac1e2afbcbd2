//! The native gates of a device file.

use qml_source::Diagnostic;

use crate::nearest::nearest;
use crate::reader::Field;
use crate::{NativeGate, Parameter};

/// Gates whose names are known: how many qubits they have, and how many parameters.
const COUNTS: [(&str, usize, &[usize]); 19] = [
    ("rz", 1, &[1]),
    ("rx", 1, &[1]),
    ("sx", 1, &[0]),
    ("x", 1, &[0]),
    ("prx", 1, &[2]),
    ("r", 1, &[2]),
    ("u1q", 1, &[2]),
    ("phased_xz", 1, &[3]),
    ("gpi", 1, &[1]),
    ("gpi2", 1, &[1]),
    ("cz", 2, &[0]),
    ("cx", 2, &[0]),
    ("ecr", 2, &[0]),
    ("iswap", 2, &[0]),
    ("sqrt_iswap", 2, &[0]),
    ("rzz", 2, &[1]),
    ("zz", 2, &[1]),
    ("rxx", 2, &[1]),
    ("ms", 2, &[2, 3]),
];

/// `native_gates`, each of them once.
pub(super) fn read_gates(root: &Field) -> Result<Vec<NativeGate>, Diagnostic> {
    let mut gates: Vec<NativeGate> = Vec::new();
    for field in root.get("native_gates")?.list()? {
        let gate = read_gate(&field)?;
        if gates.iter().any(|before| before.name == gate.name) {
            return Err(field.error(&format!("is `{}`, as one before it", gate.name)));
        }
        gates.push(gate);
    }
    Ok(gates)
}

fn read_gate(field: &Field) -> Result<NativeGate, Diagnostic> {
    let read_parameter = |field: &Field| {
        let (min, max) = (field.optional("min", Field::number)?, field.optional("max", Field::number)?);
        if let (Some(min), Some(max)) = (min, max)
            && min > max
        {
            return Err(field.error(&format!("has a `min` of {min} and a `max` of {max}")));
        }
        Ok(Parameter {
            name: field.get("name")?.text()?.to_owned(),
            unit: field.optional("unit", Field::text)?.unwrap_or("rad").to_owned(),
            min,
            max,
            allowed: field.optional("allowed", |field| field.list()?.iter().map(Field::number).collect())?,
        })
    };
    let gate = NativeGate {
        name: field.get("name")?.text()?.to_owned(),
        n_qubits: field.get("num_qubits")?.count()? as usize,
        params: field.list_or_empty("params")?.iter().map(read_parameter).collect::<Result<_, _>>()?,
        is_virtual: field.optional("virtual", Field::flag)?.unwrap_or(false),
        is_optional: field.optional("optional", Field::flag)?.unwrap_or(false),
        duration_s: field.optional("duration_s", Field::non_negative)?,
    };
    check_counts(field, &gate)?;
    Ok(gate)
}

/// The counts of a gate that is known. Its parameters need not be listed.
fn check_counts(field: &Field, gate: &NativeGate) -> Result<(), Diagnostic> {
    let Some((name, n_qubits, n_params)) = COUNTS.iter().find(|(name, ..)| *name == gate.name) else {
        return Ok(());
    };
    if gate.n_qubits != *n_qubits {
        return Err(
            field.error(&format!("is `{name}`, whose `num_qubits` is {n_qubits}, not {}", gate.n_qubits))
        );
    }
    if gate.params.is_empty() || n_params.contains(&gate.params.len()) {
        return Ok(());
    }
    let plural = if n_params == &[1] { "" } else { "s" };
    Err(field.error(&format!(
        "is `{name}`, which has {} parameter{plural}, not {}",
        n_params[0],
        gate.params.len()
    )))
}

/// Figures of `calibration` are of gates that the device has, or of measurement and reset.
pub(super) fn check_names(calibration: &Field, gates: &[NativeGate]) -> Result<(), Diagnostic> {
    let names: Vec<&str> = gates.iter().map(|gate| gate.name.as_str()).collect();
    for place in calibration.list_or_empty("qubits")?.iter().chain(&calibration.list_or_empty("edges")?) {
        let Some(of_gates) = place.find("gates") else { continue };
        for (name, field) in of_gates.entries()? {
            if names.contains(&name) || name.starts_with("measure") || name.starts_with("reset") {
                continue;
            }
            let error = field.error("is about none of the `native_gates`");
            return Err(match nearest(name, &names) {
                Some(meant) => error.help(format!("did you mean `{meant}`?")),
                None => error.note(format!("these are {}", names.join(", "))),
            });
        }
    }
    Ok(())
}
