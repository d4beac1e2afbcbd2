//! Devices that are only a shape: `line:16`, `grid:4x5`, `all_to_all:20`, `heavy_hex:127`, with an optional gate
//! as in `line:16/cx`: one of `cz`, `cx`, `ecr`, `iswap`, `sqrt_iswap` and `rzz` by any angle.
//!
//! One-qubit gates are RZ, SX, X; nothing is known of errors and durations; every feature is there.

use qml_source::{Code, Diagnostic};

use crate::coupling::plain;
use crate::file::MAX_QUBITS;
use crate::native::choose_basis;
use crate::{Averages, Calibration, Device, Features, Limits, NativeGate, Parameter, QubitFacts};

/// Names of the shapes, with an example of each.
pub(crate) const SHAPES: &[(&str, &str)] = &[
    ("all_to_all", "all_to_all:20"),
    ("grid", "grid:4x5"),
    ("heavy_hex", "heavy_hex:127"),
    ("line", "line:16"),
];

/// The device of a shape, or why the text is not one (Q0702).
pub(crate) fn parse_shape(text: &str) -> Result<Device, Diagnostic> {
    let (body, gate) = text.split_once('/').unwrap_or((text, "cz"));
    let (kind, size) = body.split_once(':').ok_or_else(|| malformed(text, "it has no size"))?;
    let (n_qubits, edges) = match kind {
        "all_to_all" => read_count(text, size).map(|n| (n, all_to_all(n as u32)))?,
        "line" => read_count(text, size).map(|n| (n, line(n as u32)))?,
        "grid" => {
            let (rows, columns) = size
                .split_once('x')
                .ok_or_else(|| malformed(text, "the size of a grid is rows x columns"))?;
            let (rows, columns) = (read_count(text, rows)?, read_count(text, columns)?);
            (rows * columns, grid(rows as u32, columns as u32))
        }
        "heavy_hex" => read_count(text, size).map(|n| (n, heavy_hex(n as u32)))?,
        _ => return Err(malformed(text, "there is no shape of this name")),
    };
    if n_qubits > MAX_QUBITS {
        return Err(malformed(text, &format!("a shape has at most {MAX_QUBITS} qubits")));
    }
    let native_gates = native_gates(gate).ok_or_else(|| {
        Diagnostic::error(Code::Q0705, format!("there are no shapes with the two-qubit gate `{gate}`"))
            .help("there are `/cz`, `/cx`, `/ecr`, `/iswap`, `/sqrt_iswap` and `/rzz`")
    })?;
    Ok(Device {
        name: text.to_owned(),
        vendor: String::new(),
        product: None,
        modality: None,
        paradigm: Some("gate".to_owned()),
        kind: "shape".to_owned(),
        n_qubits,
        labels: (0..n_qubits).map(|qubit| qubit.to_string()).collect(),
        coupling: plain(n_qubits, edges),
        resonator: None,
        basis: choose_basis(&native_gates, None),
        native_gates,
        qubits: vec![QubitFacts::default(); n_qubits],
        averages: Averages::default(),
        calibration: Calibration::default(),
        features: Features {
            mid_circuit_measurement: Some(true),
            feed_forward: Some(true),
            reset: Some(true),
        },
        conditional_gates: None,
        limits: Limits::default(),
        price: None,
        caveats: Vec::new(),
    })
}

fn malformed(text: &str, problem: &str) -> Diagnostic {
    let examples: Vec<_> = SHAPES.iter().map(|(_, example)| format!("`{example}`")).collect();
    Diagnostic::error(Code::Q0702, format!("`{text}` is not a shape: {problem}"))
        .help(format!("shapes look like {}, with an optional `/cx` at the end", examples.join(", ")))
}

fn read_count(text: &str, size: &str) -> Result<usize, Diagnostic> {
    match size.parse() {
        Ok(n) if (1..=MAX_QUBITS).contains(&n) => Ok(n),
        _ => Err(malformed(text, &format!("`{size}` is not a number from 1 to {MAX_QUBITS}"))),
    }
}

fn native_gates(two_qubit: &str) -> Option<Vec<NativeGate>> {
    let angles = match two_qubit {
        "cz" | "cx" | "ecr" | "iswap" | "sqrt_iswap" => 0,
        "rzz" => 1,
        _ => return None,
    };
    let gate = |name: &str, n_qubits, params, is_virtual| NativeGate {
        name: name.to_owned(),
        n_qubits,
        params,
        is_virtual,
        is_optional: false,
        duration_s: None,
    };
    let angle =
        Parameter { name: "theta".to_owned(), unit: "rad".to_owned(), min: None, max: None, allowed: None };
    Some(vec![
        gate("rz", 1, vec![angle.clone()], true),
        gate("sx", 1, Vec::new(), false),
        gate("x", 1, Vec::new(), false),
        gate(two_qubit, 2, vec![angle; angles], false),
    ])
}

fn all_to_all(n: u32) -> Vec<(u32, u32)> {
    (0..n).flat_map(|a| (a + 1..n).map(move |b| (a, b))).collect()
}

fn line(n: u32) -> Vec<(u32, u32)> {
    (1..n).map(|b| (b - 1, b)).collect()
}

/// Row by row.
fn grid(rows: u32, columns: u32) -> Vec<(u32, u32)> {
    let right = (0..rows).flat_map(|r| (1..columns).map(move |c| (r * columns + c - 1, r * columns + c)));
    let down = (1..rows).flat_map(|r| (0..columns).map(move |c| ((r - 1) * columns + c, r * columns + c)));
    right.chain(down).collect()
}

/// The first `n` qubits of an endless heavy-hexagon lattice, numbered as vendors do: rows of 15 qubits in a line, and
/// between two rows 4 qubits that join them, at columns 0, 4, 8, 12 and 2, 6, 10, 14 in turns.
fn heavy_hex(n: u32) -> Vec<(u32, u32)> {
    const ROW: u32 = 15;
    const PERIOD: u32 = ROW + 4;
    let mut edges = Vec::new();
    for qubit in 0..n {
        let (row, place) = (qubit / PERIOD, qubit % PERIOD);
        if place < ROW {
            if place > 0 {
                edges.push((qubit - 1, qubit));
            }
        } else {
            let column = 4 * (place - ROW) + if row % 2 == 0 { 0 } else { 2 };
            edges.push((row * PERIOD + column, qubit));
            edges.push((qubit, (row + 1) * PERIOD + column));
        }
    }
    // A joint whose lower row is not there yet hangs from the upper one.
    edges.retain(|&(_, b)| b < n);
    edges
}

#[cfg(test)]
mod tests;
