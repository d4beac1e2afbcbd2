//! Matrices of one wire, from operations and as operations.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Op, OpKind, Wire};
use qml_source::Span;
use smallvec::SmallVec;

pub use qml_ir::euler::{C64, Euler, IDENTITY, M2, TOLERANCE, dagger, euler, gate_matrix, times, wrap};

/// The matrix of an operation, if it is a gate on one wire without controls or slots.
pub fn op_matrix(op: &Op) -> Option<M2> {
    match &op.kind {
        OpKind::Gate { gate, angles, wires, controls }
            if wires.len() == 1 && controls.is_empty() && angles.iter().all(Angle::is_constant) =>
        {
            let angles: SmallVec<[f64; 3]> = angles.iter().map(|angle| angle.constant).collect();
            Some(gate_matrix(*gate, &angles))
        }
        _ => None,
    }
}

/// Appends the gate `U` and the global phase that make up a matrix.
pub fn push_matrix(m: &M2, wire: Wire, span: Span, out: &mut Vec<Op>) {
    let Euler { theta, phi, lambda, phase } = euler(m);
    if theta != 0.0 || wrap(phi + lambda).abs() > TOLERANCE {
        let angles = [theta, phi, lambda].map(Angle::constant);
        out.push(Op::gate(Gate::U, &angles, &[wire], span));
    }
    push_phase(Angle::constant(phase), span, out);
}

/// Appends a global phase.
pub fn push_phase(angle: Angle, span: Span, out: &mut Vec<Op>) {
    if !angle.is_constant() || wrap(angle.constant) != 0.0 {
        out.push(Op::gate(Gate::Gphase, &[angle], &[], span));
    }
}

/// Whether the angle is known to be a multiple of `step`.
pub fn is_multiple(angle: &Angle, step: f64) -> bool {
    angle.is_constant() && (angle.constant - (angle.constant / step).round() * step).abs() < TOLERANCE
}
