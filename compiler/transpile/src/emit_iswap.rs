//! Circuits with as few iSWAP, or square roots of it, as possible for `CAN(a, b, c) = exp i(a XX + b YY + c ZZ)`.
//!
//! `CZ = SWAP iSWAP (S^-1 (x) S^-1)`: where a circuit has CZ it can have iSWAP, if what follows exchanges its wires. Two CZ
//! exchange them twice. Three leave one SWAP over: so the circuit is that of `CAN SWAP = CAN(a + pi/4, ...)`. Angles may
//! have slots.
//!
//! Square roots of iSWAP need numbers: two where the coordinates allow it, three else, after Huang et al., PRX Quantum 4,
//! 030303 (2023). With slots each iSWAP is two roots.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, FRAC_PI_8, PI};

use qml_gates::Gate;
use qml_ir::circuit::{Angle, Op, OpKind, Wire};
use qml_source::Span;

use crate::emit_canonical::{push_by_two, push_locals, push_three, turn_axis};
use crate::one_qubit::{IDENTITY, M2, dagger, is_multiple, push_matrix, push_phase};
use crate::pair_matrix::apply;
use qml_ir::canonical::{Canonical, M4, decompose, tensor};
use qml_ir::weyl::to_chamber;

/// Appends `CAN` of the coordinates, exactly, with iSWAP.
pub fn push_iswaps(coordinates: &[Angle; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let open = push_locals(coordinates, wires, span, out);
    let mut ops = Vec::new();
    match open.as_slice() {
        [] => {}
        [(i, a), (j, b)] if is_multiple(a, FRAC_PI_4) && is_multiple(b, FRAC_PI_4) => {
            push_one([(*i, a.constant), (*j, b.constant)], wires, span, out);
        }
        [_] | [_, _] => {
            push_by_two(&open, wires, span, &mut ops);
            exchange_controls(ops, false, wires, span, out);
        }
        [(_, a), (_, b), (_, c), ..] => {
            let with_swap = [a, b, c].map(|angle| angle.plus(&Angle::constant(FRAC_PI_4)));
            push_three(with_swap.each_ref(), wires, span, &mut ops);
            exchange_controls(ops, true, wires, span, out);
            // CAN(pi/4, pi/4, pi/4) = exp(i pi/4) SWAP.
            push_phase(Angle::constant(-FRAC_PI_4), span, out);
        }
    }
}

/// `exp i(a P P + b Q Q)` with `a` and `b` plus or minus `pi/4`.
fn push_one([(i, a), (j, b)]: [(usize, f64); 2], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    // What exchanges the axes with X and Y.
    let turn = match (i, j) {
        (0, 2) => Some((1, 2)),
        (1, 2) => Some((0, 2)),
        _ => None,
    };
    let turned = |sign: f64, out: &mut Vec<Op>| {
        if let Some((from, to)) = turn {
            turn_axis(from, to, wires, sign, span, out);
        }
    };
    turned(1.0, out);
    // With ZZ turned into XX, `b` belongs to X.
    let [x, y] = if (i, j) == (1, 2) { [b, a] } else { [a, b] };
    for (gate, angle) in [(Gate::Rx, x), (Gate::Ry, y)] {
        if angle < 0.0 {
            // exp(-i pi/2 XX) = -i XX = i RX(pi) RX(pi).
            wires.iter().for_each(|&wire| out.push(Op::gate(gate, &[Angle::constant(PI)], &[wire], span)));
            push_phase(Angle::constant(FRAC_PI_2), span, out);
        }
    }
    out.push(Op::gate(Gate::Iswap, &[], &wires, span));
    turned(-1.0, out);
}

/// Writes a circuit of CX, CZ and gates on one wire with iSWAP in their place; `is_exchanged` tells whether a SWAP comes
/// first.
fn exchange_controls(ops: Vec<Op>, is_exchanged: bool, wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let mut is_exchanged = is_exchanged;
    for mut op in ops {
        let [a, b] = wires;
        if is_exchanged {
            op.map_wires(&mut |wire| if wire == a { b } else { a });
        }
        let OpKind::Gate { gate: gate @ (Gate::Cx | Gate::Cz), wires: own, .. } = &op.kind else {
            out.push(op);
            continue;
        };
        let target = own[1];
        let around = |wire: Wire| Op::gate(Gate::H, &[], &[wire], span);
        if *gate == Gate::Cx {
            out.push(around(target));
        }
        for wire in wires {
            out.push(Op::gate(Gate::Rz, &[Angle::constant(-FRAC_PI_2)], &[wire], span));
        }
        push_phase(Angle::constant(-FRAC_PI_2), span, out);
        out.push(Op::gate(Gate::Iswap, &[], &wires, span));
        is_exchanged = !is_exchanged;
        if *gate == Gate::Cx {
            out.push(around(if target == a { b } else { a }));
        }
    }
}

/// How many square roots of iSWAP `CAN` of these coordinates needs.
pub fn sqrt_iswaps_of(coordinates: [f64; 3]) -> usize {
    const CLOSE: f64 = 1e-10;
    let [a, b, c] = chamber(coordinates).coordinates;
    if a < CLOSE {
        0
    } else if (a - FRAC_PI_8).abs() < CLOSE && (b - FRAC_PI_8).abs() < CLOSE && c.abs() < CLOSE {
        1
    } else if a - b - c.abs() > -CLOSE {
        2
    } else {
        3
    }
}

/// Appends `CAN` of the coordinates, exactly, with square roots of iSWAP.
pub fn push_sqrt_iswaps(coordinates: &[Angle; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    if !coordinates.iter().all(Angle::is_constant) {
        return push_doubled(coordinates, wires, span, out);
    }
    let form = chamber(coordinates.each_ref().map(|angle| angle.constant));
    let [x, y, z] = form.coordinates;
    let mut inner = Vec::new();
    match sqrt_iswaps_of(form.coordinates) {
        0 => {}
        1 => inner.push(Op::gate(Gate::SqrtIswap, &[], &wires, span)),
        2 => push_two_roots([x, y, z], wires, span, &mut inner),
        _ => {
            let taken = if y < FRAC_PI_8 {
                [-FRAC_PI_8, FRAC_PI_8, 0.0]
            } else {
                [0.0, FRAC_PI_8, FRAC_PI_8.copysign(z)]
            };
            let rest = chamber([x - taken[0], y - taken[1], z - taken[2]]);
            let root = vec![Op::gate(Gate::SqrtIswap, &[], &wires, span)];
            push_like(&chamber(taken), root, wires, span, &mut inner);
            let mut two = Vec::new();
            push_two_roots(rest.coordinates, wires, span, &mut two);
            push_around(&rest, two, wires, span, &mut inner);
        }
    }
    push_around(&form, inner, wires, span, out);
}

fn push_doubled(coordinates: &[Angle; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let mut ops = Vec::new();
    push_iswaps(coordinates, wires, span, &mut ops);
    for op in ops {
        if matches!(op.kind, OpKind::Gate { gate: Gate::Iswap, .. }) {
            out.extend([Gate::SqrtIswap; 2].map(|gate| Op::gate(gate, &[], &wires, span)));
        } else {
            out.push(op);
        }
    }
}

/// `CAN` of coordinates of the chamber with `x >= y + |z|`, exactly.
///
/// The paper's `cos(alpha)`, `cos(beta) = cos 2x - cos 2y + cos 2z +- 2 sqrt(C)` and `cos(gamma)` lose half of the digits
/// at the walls, where CX lies. So sines and cosines of half angles are written as sums of positive terms.
fn push_two_roots([x, y, z]: [f64; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let square = |x: f64| x * x;
    let c = (x + y - z).sin() * (x - y + z).sin() * (x + y + z).sin() * (x - y - z).sin();
    let sin_beta =
        ((x + y).sin() * (x - y).sin() + square(z.sin()) + c.max(0.0).sqrt()).clamp(0.0, 1.0).sqrt();
    let product = 2.0 * z.sin().abs() * x.sin() * y.cos();
    let sin_alpha = if sin_beta > 0.0 { (product / sin_beta).min(sin_beta) } else { 0.0 };
    let cos_alpha = (1.0 - square(sin_alpha)).sqrt();
    let cos_both = square(product) + (FRAC_PI_2 - 2.0 * x).sin() + 2.0 * (y + z).sin() * (y - z).sin();
    let cos_beta = if cos_alpha > 0.0 { cos_both.max(0.0).sqrt() / cos_alpha } else { 0.0 };
    let (alpha, beta) = (2.0 * sin_alpha.atan2(cos_alpha), 2.0 * sin_beta.atan2(cos_beta));
    let walls = (FRAC_PI_2 - 2.0 * x).sin() * (2.0 * y).cos() * (2.0 * z).cos();
    let gamma = walls.max(0.0).sqrt().atan2((2.0 * x.cos() * z.cos() * y.sin()).copysign(z));
    let turn = |gate, angle: f64, wire| Op::gate(gate, &[Angle::constant(angle)], &[wire], span);
    let [first, second] = wires;
    let ops = vec![
        Op::gate(Gate::SqrtIswap, &[], &wires, span),
        turn(Gate::Rz, gamma, second),
        turn(Gate::Rx, alpha, second),
        turn(Gate::Rz, gamma, second),
        turn(Gate::Rx, beta, first),
        Op::gate(Gate::SqrtIswap, &[], &wires, span),
    ];
    push_like(&chamber([x, y, z]), ops, wires, span, out);
}

/// Coordinates in the chamber, with what leads there.
fn chamber(coordinates: [f64; 3]) -> Canonical {
    let none = [IDENTITY; 2];
    to_chamber(Canonical { after: none, coordinates, before: none, phase: 0.0, generators: Vec::new() })
}

/// Gates on one wire around the operations for `CAN` of the form's coordinates.
fn push_around(form: &Canonical, inner: Vec<Op>, wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    push_pair(&form.before, wires, span, out);
    out.extend(inner);
    push_pair(&form.after, wires, span, out);
    push_phase(Angle::constant(form.phase), span, out);
}

/// Appends `target` by operations with the same coordinates, gates on one wire around them.
fn push_like(target: &Canonical, ops: Vec<Op>, wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    let own = to_chamber(decompose(&matrix(&ops, wires)));
    // target = K1 CAN K2 and own = L1 CAN L2, so target = K1 L1^-1 own L2^-1 K2.
    let between = |a: &[M2; 2], b: &[M2; 2]| -> [M2; 2] {
        std::array::from_fn(|i| crate::one_qubit::times(&a[i], &b[i]))
    };
    let inverse = |m: &[M2; 2]| m.each_ref().map(dagger);
    let before = between(&inverse(&own.before), &target.before);
    let after = between(&target.after, &inverse(&own.after));
    push_pair(&before, wires, span, out);
    out.extend(ops);
    push_pair(&after, wires, span, out);
    push_phase(Angle::constant(target.phase - own.phase), span, out);
}

fn push_pair(matrices: &[M2; 2], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
    matrices.iter().zip(wires).for_each(|(m, wire)| push_matrix(m, wire, span, out));
}

/// The unitary of constant operations on two wires.
fn matrix(ops: &[Op], wires: [Wire; 2]) -> M4 {
    let mut product = tensor(&[IDENTITY; 2]);
    for op in ops {
        let OpKind::Gate { gate, angles, wires: own, .. } = &op.kind else { continue };
        let angles: Vec<f64> = angles.iter().map(|angle| angle.constant).collect();
        product = apply(*gate, &angles, own, wires, &product);
    }
    product
}
