//! Circuits with as few CX as possible for `CAN(a, b, c) = exp i(a XX + b YY + c ZZ)`, with slots in the coordinates.
//!
//! Three CX after Vatan and Williams, quant-ph/0308006; fewer where coordinates are known to be special.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4};

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Op, Wire};
use qml_source::Span;

use crate::one_qubit::{is_multiple, push_matrix, push_phase};
use crate::pass_turns::pass_turns;
use qml_ir::canonical::Canonical;

/// Appends a unitary in canonical form.
pub fn push_decomposition(canonical: &Canonical, wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let mut canonical = canonical.clone();
    let coordinates = canonical.coordinates.map(Angle::constant);
    pass_turns(&mut canonical, &coordinates);
    push_matrix(&canonical.before[0], wires[0], span, out);
    push_matrix(&canonical.before[1], wires[1], span, out);
    push_canonical(&coordinates, wires, span, out);
    push_matrix(&canonical.after[0], wires[0], span, out);
    push_matrix(&canonical.after[1], wires[1], span, out);
    push_phase(Angle::constant(canonical.phase), span, out);
}

/// Appends `CAN` of the coordinates, exactly.
pub fn push_canonical(coordinates: &[Angle; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let open = push_locals(coordinates, wires, span, out);
    match open.as_slice() {
        [] => {}
        [(axis, angle)] if is_multiple(angle, FRAC_PI_4) => push_one(*axis, angle, wires, span, out),
        [_] | [_, _] => push_by_two(&open, wires, span, out),
        [(_, a), (_, b), (_, c), ..] => push_three([a, b, c], wires, span, out),
    }
}

/// Appends what of `CAN` is gates on one wire; returns the other coordinates, each with its axis.
pub fn push_locals(
    coordinates: &[Angle; 3],
    wires: [Wire; 2],
    span: Span,
    out: &mut Vec<Op>,
) -> Vec<(usize, Angle)> {
    let mut open: Vec<(usize, Angle)> = Vec::new();
    for (axis, angle) in coordinates.iter().enumerate() {
        if !angle.is_constant() {
            open.push((axis, angle.clone()));
            continue;
        }
        // exp(i pi/2 XX) = i XX.
        let turns = (angle.constant / FRAC_PI_2).round();
        push_phase(Angle::constant(turns * FRAC_PI_2), span, out);
        if turns.rem_euclid(2.0) == 1.0 {
            let gate = [Gate::Rx, Gate::Ry, Gate::Rz][axis];
            wires.iter().for_each(|&wire| out.push(rotation(gate, 2.0 * FRAC_PI_2, wire, span)));
            // RX(pi) RX(pi) = -XX.
            push_phase(Angle::constant(2.0 * FRAC_PI_2), span, out);
        }
        let rest = Angle::constant(angle.constant - turns * FRAC_PI_2);
        if !is_multiple(&rest, FRAC_PI_2) {
            open.push((axis, rest));
        }
    }
    open
}

/// `exp(i pi/4 P P)`, or its inverse.
fn push_one(axis: usize, angle: &Angle, wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    turn_axis(axis, 2, wires, 1.0, span, out);
    let sign = angle.constant.signum();
    // CZ = exp(i pi/4 (1 - Z_a)(1 - Z_b)), its own inverse.
    wires.iter().for_each(|&wire| out.push(rotation(Gate::Rz, -sign * FRAC_PI_2, wire, span)));
    out.push(Op::gate(Gate::Cz, &[], &wires, span));
    push_phase(Angle::constant(-sign * FRAC_PI_4), span, out);
    turn_axis(axis, 2, wires, -1.0, span, out);
}

/// `CAN` of two coordinates at most, with two CX.
pub fn push_by_two(open: &[(usize, Angle)], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    match open {
        [(axis, angle)] => {
            turn_axis(*axis, 2, wires, 1.0, span, out);
            push_two(&Angle::constant(0.0), angle, wires, span, out);
            turn_axis(*axis, 2, wires, -1.0, span, out);
        }
        [(0, a), (2, c)] => push_two(a, c, wires, span, out),
        // A turn about X exchanges YY and ZZ, one about Z exchanges XX and YY.
        [(0, a), (_, b)] => {
            turn_axis(1, 2, wires, 1.0, span, out);
            push_two(a, b, wires, span, out);
            turn_axis(1, 2, wires, -1.0, span, out);
        }
        [(_, b), (_, c)] => {
            turn_axis(1, 0, wires, 1.0, span, out);
            push_two(b, c, wires, span, out);
            turn_axis(1, 0, wires, -1.0, span, out);
        }
        _ => qml_source::bug!("more than two coordinates: {open:?}"),
    }
}

/// Turns one axis of both wires into another with `sign` 1, and back with `sign` -1.
pub fn turn_axis(from: usize, to: usize, wires: [Wire; 2], sign: f64, span: Span, out: &mut Vec<Op>) {
    let gate = match (from, to) {
        (0, 2) => Gate::Ry,
        (1, 2) => Gate::Rx,
        (1, 0) => Gate::Rz,
        _ => return,
    };
    wires.iter().for_each(|&wire| out.push(rotation(gate, sign * FRAC_PI_2, wire, span)));
}

/// `CAN(a, 0, c)`: CX turns X of the control into XX and Z of the target into ZZ.
fn push_two(a: &Angle, c: &Angle, wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    out.push(Op::gate(Gate::Cx, &[], &wires, span));
    if !is_multiple(a, 2.0 * FRAC_PI_2) {
        out.push(Op::gate(Gate::Rx, &[a.times(-2.0)], &wires[..1], span));
    }
    out.push(Op::gate(Gate::Rz, &[c.times(-2.0)], &wires[1..], span));
    out.push(Op::gate(Gate::Cx, &[], &wires, span));
}

/// `CAN` of any coordinates, with three CX.
pub fn push_three([a, b, c]: [&Angle; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let [first, second] = wires;
    let affine =
        |angle: &Angle, factor: f64, constant: f64| angle.times(factor).plus(&Angle::constant(constant));
    let turn = |gate, angle: Angle, wire| Op::gate(gate, &[angle], &[wire], span);
    let cx = |control, target| Op::gate(Gate::Cx, &[], &[control, target], span);
    out.extend([
        rotation(Gate::Rz, -FRAC_PI_2, second, span),
        cx(second, first),
        turn(Gate::Rz, affine(c, -2.0, FRAC_PI_2), first),
        turn(Gate::Ry, affine(a, 2.0, -FRAC_PI_2), second),
        cx(first, second),
        turn(Gate::Ry, affine(b, -2.0, FRAC_PI_2), second),
        cx(second, first),
        rotation(Gate::Rz, FRAC_PI_2, first, span),
    ]);
    push_phase(Angle::constant(FRAC_PI_4), span, out);
}

fn rotation(gate: Gate, angle: f64, wire: Wire, span: Span) -> Op {
    Op::gate(gate, &[Angle::constant(angle)], &[wire], span)
}
