//! Gates as calls of QIR's instruction set.
//!
//! The functions are those that Q# and `PyQIR` know, and that all back ends read; what is native only under one vendor's
//! name (SX, PRX, ECR, iSWAP) is written by its definition, up to global phase.

use qml_gates::Gate;
use qml_ir::circuit::{Wire, definition};
use qml_source::bug;

/// What a gate is called after `__quantum__qis__`.
const NAMES: &[(Gate, &str)] = &[
    (Gate::H, "h__body"),
    (Gate::X, "x__body"),
    (Gate::Y, "y__body"),
    (Gate::Z, "z__body"),
    (Gate::S, "s__body"),
    (Gate::Sdg, "s__adj"),
    (Gate::T, "t__body"),
    (Gate::Tdg, "t__adj"),
    (Gate::Rx, "rx__body"),
    (Gate::Ry, "ry__body"),
    (Gate::Rz, "rz__body"),
    (Gate::Cx, "cnot__body"),
    (Gate::Cz, "cz__body"),
    (Gate::Swap, "swap__body"),
    (Gate::Rxx, "rxx__body"),
    (Gate::Ryy, "ryy__body"),
    (Gate::Rzz, "rzz__body"),
    (Gate::Ccx, "ccx__body"),
];

/// A call of a function of the instruction set.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// Its name without `__quantum__qis__`.
    pub name: &'static str,
    /// Its angles, radians.
    pub angles: Vec<f64>,
    /// Its qubits.
    pub wires: Vec<Wire>,
}

/// The calls that a gate is, in order, up to global phase.
pub fn calls(gate: Gate, angles: &[f64], wires: &[Wire]) -> Vec<Call> {
    if matches!(gate, Gate::Id | Gate::Gphase) {
        return Vec::new();
    }
    // A turn by nothing, as definitions and bound angles leave it.
    let is_turn = matches!(gate, Gate::Rx | Gate::Ry | Gate::Rz | Gate::Rxx | Gate::Ryy | Gate::Rzz);
    if is_turn && angles[0] == 0.0 {
        return Vec::new();
    }
    if let Some(&(_, name)) = NAMES.iter().find(|row| row.0 == gate) {
        return vec![Call { name, angles: angles.to_vec(), wires: wires.to_vec() }];
    }
    let Some(body) = definition(gate) else { bug!("QIR has no `{}`", gate.def().name) };
    let inner = |op: &qml_ir::circuit::Op| {
        let qml_ir::circuit::OpKind::Gate { gate, angles: inner, wires: on, .. } = &op.kind else {
            bug!("`{op}` in a definition")
        };
        let values: Vec<f64> = inner.iter().map(|angle| angle.eval(angles)).collect();
        let on: Vec<Wire> = on.iter().map(|wire| wires[wire.0 as usize]).collect();
        calls(*gate, &values, &on)
    };
    body.ops.iter().flat_map(inner).collect()
}
