//! Turns all two-wire gates into CX and CZ.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: no two-wire gates but CX and CZ. Keeps: the unitary,
//! including global phase; what happens in branches.

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind};
use qml_source::bug;

use crate::emit_canonical::push_canonical;

/// Translates the whole circuit.
pub fn translate_pairs(circuit: &mut Circuit) {
    circuit.ops = translate_all(std::mem::take(&mut circuit.ops));
}

fn translate_all(ops: Vec<Op>) -> Vec<Op> {
    let mut out = Vec::with_capacity(ops.len());
    for mut op in ops {
        match &mut op.kind {
            OpKind::If { then, otherwise, .. } => {
                *then = translate_all(std::mem::take(then));
                *otherwise = translate_all(std::mem::take(otherwise));
                out.push(op);
            }
            OpKind::Gate { wires, .. } if wires.len() == 2 => translate(&op, &mut out),
            _ => out.push(op),
        }
    }
    out
}

fn translate(op: &Op, out: &mut Vec<Op>) {
    let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { bug!("{op:?} is no gate") };
    let [a, b] = [wires[0], wires[1]];
    let half = angles.first().map(|angle| angle.times(-0.5)).unwrap_or_default();
    let none = Angle::default;
    match gate {
        Gate::Cx | Gate::Cz => out.push(op.clone()),
        Gate::Swap => {
            out.extend([[a, b], [b, a], [a, b]].map(|wires| Op::gate(Gate::Cx, &[], &wires, op.span)));
        }
        Gate::Rxx => push_canonical(&[half, none(), none()], [a, b], op.span, out),
        Gate::Ryy => push_canonical(&[none(), half, none()], [a, b], op.span, out),
        Gate::Rzz => push_canonical(&[none(), none(), half], [a, b], op.span, out),
        Gate::Rzx => {
            out.push(Op::gate(Gate::H, &[], &[b], op.span));
            push_canonical(&[none(), none(), half], [a, b], op.span, out);
            out.push(Op::gate(Gate::H, &[], &[b], op.span));
        }
        _ => bug!("no translation of the gate {gate:?}"),
    }
}
