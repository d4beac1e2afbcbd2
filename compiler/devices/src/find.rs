//! Finds a device by what a user writes after `--target`.

use qml_source::{Code, Diagnostic};

use crate::catalogue::{catalogue, load};
use crate::file::parse;
use crate::nearest::edit_distance;
use crate::shape::{SHAPES, parse_shape};
use crate::{Device, TwoQubitBasis};

/// The device of this name in the catalogue, of this shape (`grid:4x5`), or in this file (`./mine.json`). A two-qubit gate
/// behind it (`ibm_fez/rzz`) chooses among those of the device.
///
/// Errors: Q0701 for an unknown name, Q0705 for an unknown gate behind a known one, Q0702 for a malformed shape, Q0703 for a file that cannot be read, Q0704 for
/// one that says something impossible.
pub fn find(name: &str) -> Result<Device, Diagnostic> {
    if let (device, Some(gate)) = split_gate(name) {
        return find_one(device).map(|device| device.with_two_qubit_gate(gate));
    }
    match name.rsplit_once('/') {
        Some((device, gate)) if load(device).is_some() => {
            let message = format!("`{device}` has no two-qubit gate `{gate}`");
            let help = format!("`qmlang devices {device}` shows its gates");
            Err(Diagnostic::error(Code::Q0705, message).help(help))
        }
        _ => find_one(name),
    }
}

/// The name of a device without the two-qubit gate behind it, and that gate.
pub(crate) fn split_gate(name: &str) -> (&str, Option<&str>) {
    match name.rsplit_once('/') {
        Some((device, gate)) if !name.contains(':') && TwoQubitBasis::is_name(gate) => (device, Some(gate)),
        _ => (name, None),
    }
}

fn find_one(name: &str) -> Result<Device, Diagnostic> {
    if let Some((kind @ ("qpu" | "emulator"), device)) = name.split_once(':') {
        return Err(runs_programs(name, kind, device));
    }
    if is_file(name) {
        return parse(&read_file(name)?, name);
    }
    if name.contains(':') || SHAPES.iter().any(|(shape, _)| *shape == name) {
        return parse_shape(name);
    }
    load(name).unwrap_or_else(|| Err(unknown(name)))
}

/// A target of `run`, where a device is asked for.
fn runs_programs(name: &str, kind: &str, device: &str) -> Diagnostic {
    let message = match kind {
        "qpu" => format!("`{name}` is not supported yet: nothing is sent to a device"),
        _ => format!("`{name}` runs programs, and is not what they are compiled for"),
    };
    Diagnostic::error(Code::Q0705, message).help(format!(
        "circuits are compiled for `{device}`, without `{kind}:`; `qmlang run` takes `emulator:{device}`"
    ))
}

/// Whether the name is that of a device file.
pub(crate) fn is_file(name: &str) -> bool {
    std::path::Path::new(name).extension().is_some_and(|extension| extension == "json")
}

/// The text of a device file.
pub(crate) fn read_file(name: &str) -> Result<String, Diagnostic> {
    std::fs::read_to_string(name).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::InvalidData => "it is not text in UTF-8".to_owned(),
            _ => error.to_string(),
        };
        Diagnostic::error(Code::Q0703, format!("cannot read the device file `{name}`: {why}"))
    })
}

fn unknown(name: &str) -> Diagnostic {
    let mut near: Vec<(usize, &str)> = catalogue()
        .map(|known| (edit_distance(&name.to_lowercase(), known), known))
        .filter(|&(distance, known)| {
            distance <= 1 + name.chars().count() / 4 || (name.len() > 2 && known.contains(name))
        })
        .collect();
    near.sort_unstable();
    near.truncate(3);
    let diagnostic = Diagnostic::error(Code::Q0701, format!("there is no device `{name}`"));
    if std::path::Path::new(name).is_file() {
        return diagnostic
            .note("there is a file of this name")
            .help("the name of a device file ends in `.json`");
    }
    let diagnostic = match near.as_slice() {
        [] => diagnostic,
        near => {
            let names: Vec<_> = near.iter().map(|(_, known)| format!("`{known}`")).collect();
            diagnostic.help(format!("did you mean {}?", names.join(" or ")))
        }
    };
    diagnostic
        .help("`qmlang devices` lists all; a shape such as `line:16` and a file such as `./mine.json` are devices too")
}

#[cfg(test)]
mod tests;
