//! A device as a file that [`find`] reads back, for a user to change.

use qml_source::Diagnostic;

use crate::catalogue::text;
use crate::file::parse;
use crate::find::{is_file, read_file, split_gate};
use crate::{Device, NativeGate, find};

/// The file of a device: of the catalogue, or of a user, as it is; of a shape one with places for figures and a price.
///
/// Errors: as of [`find`].
pub fn device_file(name: &str) -> Result<String, Diagnostic> {
    // A gate behind the name is chosen behind the name of the file too.
    let (own, _) = split_gate(name);
    if is_file(own) {
        let text = read_file(own)?;
        return parse(&text, own).map(|_| text);
    }
    let device = find(name)?;
    Ok(text(own).map_or_else(|| shape_file(&device), str::to_owned))
}

fn shape_file(device: &Device) -> String {
    let connectivity = if device.name.starts_with("all_to_all") {
        r#"{"kind": "all_to_all"}"#.to_owned()
    } else {
        let edges: Vec<_> = device.coupling.all_edges().map(|(a, b, _)| format!("[{a}, {b}]")).collect();
        format!(r#"{{"kind": "graph", "edges": [{}]}}"#, edges.join(", "))
    };
    let gates: Vec<_> = device.native_gates.iter().map(gate).collect();
    format!(
        r#"{{
 "schema": "qml-device-facts/1",
 "name": "{}",
 "paradigm": "gate",
 "num_qubits": {},
 "connectivity": {connectivity},
 "native_gates": [
  {}
 ],
 "calibration": {{
  "averages": {{"error_1q": null, "error_2q": null, "duration_1q_s": null, "duration_2q_s": null}},
  "qubits": []
 }},
 "features": {{"mid_circuit_measurement": true, "feed_forward": true, "reset": true}},
 "price": null
}}
"#,
        device.name,
        device.n_qubits,
        gates.join(",\n  ")
    )
}

fn gate(gate: &NativeGate) -> String {
    let params: Vec<_> = gate
        .params
        .iter()
        .map(|param| format!(r#"{{"name": "{}", "unit": "{}"}}"#, param.name, param.unit))
        .collect();
    format!(
        r#"{{"name": "{}", "num_qubits": {}, "params": [{}], "virtual": {}}}"#,
        gate.name,
        gate.n_qubits,
        params.join(", "),
        gate.is_virtual
    )
}

#[cfg(test)]
mod tests {
    use super::device_file;
    use crate::{Device, catalogue, find, parse};

    /// The device as it is read from its file, which is not called a shape any more.
    fn again(name: &str) -> Device {
        let kind = find(name).unwrap().kind;
        let device = parse(&device_file(name).unwrap(), name).unwrap();
        if kind == "shape" { Device { kind, ..device } } else { device }
    }

    #[test]
    fn files_read_back_to_the_same_device() {
        let shapes = ["line:1", "grid:2x3/iswap", "heavy_hex:27/ecr", "all_to_all:5/rzz", "line:4/cx"];
        for name in catalogue().chain(shapes) {
            assert_eq!(format!("{:?}", again(name)), format!("{:?}", find(name).unwrap()), "{name}");
        }
        assert_eq!(device_file("ibm_fez/rzz").unwrap(), device_file("ibm_fez").unwrap());
        assert_eq!(device_file("no_such").unwrap_err().code, find("no_such").unwrap_err().code);
    }
}
