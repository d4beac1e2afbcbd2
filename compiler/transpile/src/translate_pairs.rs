//! Turns all two-wire gates into the two-qubit gate of the device, up to its direction and the range of its angle.
//!
//! Expects: gates as `lower_controls` and `consolidate_pairs` leave them. Leaves: of two-wire gates CX and CZ where the
//! device has a controlled gate, RZZ or RXX where it has a rotation, iSWAP or its square root. Keeps: the unitary,
//! including global phase; what happens in branches.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use qml_devices::TwoQubitBasis;
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use qml_source::bug;

use crate::emit_canonical::turn_axis;
use crate::one_qubit::{is_multiple, push_phase};
use crate::pair_basis::PairBasis;

/// Translates the whole circuit.
pub fn translate_pairs(circuit: &mut Circuit, native: TwoQubitBasis) {
    circuit.ops = translate_all(std::mem::take(&mut circuit.ops), native);
}

fn translate_all(ops: Vec<Op>, native: TwoQubitBasis) -> Vec<Op> {
    let mut out = Vec::with_capacity(ops.len());
    for mut op in ops {
        match &mut op.kind {
            OpKind::If { then, otherwise, .. } => {
                *then = translate_all(std::mem::take(then), native);
                *otherwise = translate_all(std::mem::take(otherwise), native);
                out.push(op);
            }
            OpKind::Gate { wires, .. } if wires.len() == 2 => translate(&op, native, &mut out),
            _ => out.push(op),
        }
    }
    out
}

fn translate(op: &Op, native: TwoQubitBasis, out: &mut Vec<Op>) {
    let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { bug!("{op:?} is no gate") };
    let basis = PairBasis::of(native);
    match (gate, basis) {
        (Gate::Cx | Gate::Cz, PairBasis::Controlled)
        | (Gate::Iswap, PairBasis::Iswap)
        | (Gate::SqrtIswap, PairBasis::SqrtIswap) => return out.push(op.clone()),
        (Gate::Cz, _) if native == TwoQubitBasis::CzRzz => return out.push(op.clone()),
        (Gate::Swap, PairBasis::Controlled) => {
            let [a, b] = [wires[0], wires[1]];
            return out
                .extend([[a, b], [b, a], [a, b]].map(|wires| Op::gate(Gate::Cx, &[], &wires, op.span)));
        }
        _ => {}
    }
    let mut pieces = Vec::new();
    push_by_class(*gate, angles.first(), [wires[0], wires[1]], op, basis, &mut pieces);
    for piece in pieces {
        match &piece.kind {
            OpKind::Gate { gate: Gate::Rxx | Gate::Ryy | Gate::Rzz, .. } => {
                turn_rotation(&piece, native, out);
            }
            _ => out.push(piece),
        }
    }
}

/// A gate by its coordinates.
fn push_by_class(
    gate: Gate,
    angle: Option<&Angle>,
    wires: [Wire; 2],
    op: &Op,
    basis: PairBasis,
    out: &mut Vec<Op>,
) {
    let [_, b] = wires;
    let half = angle.map(|angle| angle.times(-0.5)).unwrap_or_default();
    let none = Angle::default;
    let on_second = |out: &mut Vec<Op>| out.push(Op::gate(Gate::H, &[], &[b], op.span));
    match gate {
        Gate::Cx => {
            on_second(out);
            push_by_class(Gate::Cz, None, wires, op, basis, out);
            on_second(out);
        }
        // exp(i pi/4 (1 - Z_a)(1 - Z_b)).
        Gate::Cz => {
            for wire in wires {
                out.push(Op::gate(Gate::Rz, &[Angle::constant(FRAC_PI_2)], &[wire], op.span));
            }
            push_phase(Angle::constant(FRAC_PI_4), op.span, out);
            basis.push(&[none(), none(), Angle::constant(FRAC_PI_4)], wires, op.span, out);
        }
        Gate::Swap => {
            push_phase(Angle::constant(-FRAC_PI_4), op.span, out);
            basis.push(&[FRAC_PI_4; 3].map(Angle::constant), wires, op.span, out);
        }
        Gate::Rxx => basis.push(&[half, none(), none()], wires, op.span, out),
        Gate::Ryy => basis.push(&[none(), half, none()], wires, op.span, out),
        Gate::Rzz => basis.push(&[none(), none(), half], wires, op.span, out),
        Gate::Rzx => {
            on_second(out);
            basis.push(&[none(), none(), half], wires, op.span, out);
            on_second(out);
        }
        _ => bug!("no translation of the gate {gate:?}"),
    }
}

/// A rotation about the axis that the device has.
fn turn_rotation(op: &Op, native: TwoQubitBasis, out: &mut Vec<Op>) {
    let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { bug!("{op:?} is no gate") };
    let wires = [wires[0], wires[1]];
    let axis = match gate {
        Gate::Rxx => 0,
        Gate::Ryy => 1,
        _ => 2,
    };
    let is_about_x = matches!(native, TwoQubitBasis::Rxx | TwoQubitBasis::Ms);
    // About the third axis; two letters change sign together.
    let turn = match (axis, is_about_x) {
        (0, false) | (2, true) => Some((0, 2)),
        (1, false) => Some((1, 2)),
        (1, true) => Some((1, 0)),
        _ => None,
    };
    let turned = |sign: f64, out: &mut Vec<Op>| {
        if let Some((from, to)) = turn {
            turn_axis(from, to, wires, sign, op.span, out);
        }
    };
    turned(1.0, out);
    if native == TwoQubitBasis::CzRzz && is_multiple(&angles[0], FRAC_PI_2) {
        // exp(-i angle/2 ZZ) by CZ = exp(i pi/4 (1 - Z_a)(1 - Z_b)), for a quarter turn either way.
        let sign = if is_multiple(&angles[0].plus(&Angle::constant(FRAC_PI_2)), 2.0 * FRAC_PI_2 * 2.0) {
            1.0
        } else {
            -1.0
        };
        for wire in wires {
            out.push(Op::gate(Gate::Rz, &[Angle::constant(-sign * FRAC_PI_2)], &[wire], op.span));
        }
        out.push(Op::gate(Gate::Cz, &[], &wires, op.span));
        push_phase(Angle::constant(-sign * FRAC_PI_4), op.span, out);
    } else {
        let gate = if is_about_x { Gate::Rxx } else { Gate::Rzz };
        out.push(Op::gate(gate, angles, &wires, op.span));
    }
    turned(-1.0, out);
}

#[cfg(test)]
mod tests;
