//! Cancels gates that undo each other and merges rotations, past everything that commutes with them.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: no two gates that meet over commuting ones and cancel or
//! merge, as far as the window sees. Keeps: the unitary, including global phase; what happens in branches.

use std::f64::consts::PI;

use qml_gates::{Gate, Port};
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};

use crate::one_qubit::{TOLERANCE, push_phase};

/// How far back a partner is looked for, in operations on the same wires.
const WINDOW: usize = 64;

/// Cancels and merges until nothing changes; returns how many operations are gone.
pub fn cancel_gates(circuit: &mut Circuit) -> usize {
    let ops = std::mem::take(&mut circuit.ops);
    let n_before = ops.len();
    circuit.ops = cancel_all(ops, circuit.n_wires);
    n_before.saturating_sub(circuit.ops.len())
}

fn cancel_all(mut ops: Vec<Op>, n_wires: usize) -> Vec<Op> {
    loop {
        let n_before = ops.len();
        ops = sweep(ops, n_wires);
        if ops.len() >= n_before {
            return ops;
        }
    }
}

/// One pass from first to last.
fn sweep(ops: Vec<Op>, n_wires: usize) -> Vec<Op> {
    let mut kept: Vec<Option<Op>> = Vec::with_capacity(ops.len());
    // For each wire, the kept operations that touch it, latest last.
    let mut history: Vec<Vec<usize>> = vec![Vec::new(); n_wires];
    let mut phase = Angle::default();
    for mut op in ops {
        if let OpKind::Gate { gate: Gate::Gphase, angles, .. } = &op.kind {
            phase = phase.plus(&angles[0]);
            continue;
        }
        if let OpKind::If { then, otherwise, .. } = &mut op.kind {
            *then = cancel_all(std::mem::take(then), n_wires);
            *otherwise = cancel_all(std::mem::take(otherwise), n_wires);
        }
        sort_wires(&mut op);
        if let Some(turn) = vanishing(&op) {
            phase.constant += turn;
            continue;
        }
        let partner = find_partner(&op, &kept, &history);
        let joined = partner.and_then(|i| Some((i, join(kept[i].as_ref()?, &op)?)));
        let Some((i, joined)) = joined else {
            op.wires().iter().for_each(|wire| history[wire.0 as usize].push(kept.len()));
            kept.push(Some(op));
            continue;
        };
        if let Some(turn) = vanishing(&joined) {
            phase.constant += turn;
            op.wires().iter().for_each(|wire| history[wire.0 as usize].retain(|&k| k != i));
            kept[i] = None;
        } else {
            kept[i] = Some(joined);
        }
    }
    let mut ops: Vec<Op> = kept.into_iter().flatten().collect();
    let span = ops.last().map(|op| op.span).unwrap_or_default();
    phase.constant %= 2.0 * PI;
    push_phase(phase, span, &mut ops);
    ops
}

/// The gate, its angles and its wires.
fn parts(op: &Op) -> Option<(Gate, &[Angle], &[Wire])> {
    match &op.kind {
        OpKind::Gate { gate, angles, wires, controls } if controls.is_empty() => Some((*gate, angles, wires)),
        _ => None,
    }
}

/// Sorts the wires of symmetric gates, so that equal gates look equal.
fn sort_wires(op: &mut Op) {
    if let OpKind::Gate { gate: Gate::Cz | Gate::Swap | Gate::Rxx | Gate::Ryy | Gate::Rzz, wires, .. } =
        &mut op.kind
    {
        wires.sort_unstable();
    }
}

fn is_rotation(gate: Gate) -> bool {
    matches!(gate, Gate::Rx | Gate::Ry | Gate::Rz | Gate::Rxx | Gate::Ryy | Gate::Rzz | Gate::Rzx)
}

/// The phase that is left of a rotation by whole turns.
fn vanishing(op: &Op) -> Option<f64> {
    let (gate, angles, _) = parts(op)?;
    if gate == Gate::Id {
        return Some(0.0);
    }
    let angle = angles.first().filter(|angle| is_rotation(gate) && angle.is_constant())?;
    let turns = (angle.constant / (2.0 * PI)).round();
    // A whole turn is -1.
    ((angle.constant - 2.0 * PI * turns).abs() < TOLERANCE).then_some(PI * turns.rem_euclid(2.0))
}

/// The latest earlier operation that the new one can join, with only commuting ones between.
fn find_partner(op: &Op, kept: &[Option<Op>], history: &[Vec<usize>]) -> Option<usize> {
    let (_, _, wires) = parts(op)?;
    let mut cursors: Vec<(&[usize], usize)> = wires
        .iter()
        .map(|wire| (history[wire.0 as usize].as_slice(), history[wire.0 as usize].len()))
        .collect();
    for _ in 0..WINDOW {
        let latest = cursors.iter().filter(|(_, n)| *n > 0).map(|(list, n)| list[n - 1]).max()?;
        for (list, n) in &mut cursors {
            *n -= usize::from(*n > 0 && list[*n - 1] == latest);
        }
        let earlier = kept[latest].as_ref()?;
        if can_join(earlier, op) {
            return Some(latest);
        }
        if !commute(earlier, op) {
            return None;
        }
    }
    None
}

/// Whether two gates next to each other cancel or merge.
fn can_join(earlier: &Op, later: &Op) -> bool {
    let (Some((gate, _, wires)), Some((other, _, others))) = (parts(earlier), parts(later)) else {
        return false;
    };
    gate == other
        && wires == others
        && (matches!(gate, Gate::Cx | Gate::Cz | Gate::Swap | Gate::H) || is_rotation(gate))
}

/// Two gates as one; a rotation by 0 where they cancel.
fn join(earlier: &Op, later: &Op) -> Option<Op> {
    let (gate, angles, wires) = parts(earlier)?;
    let (other, more, others) = parts(later)?;
    if gate != other || wires != others {
        return None;
    }
    match gate {
        Gate::Cx | Gate::Cz | Gate::Swap | Gate::H => {
            Some(Op::gate(Gate::Id, &[], &wires[..1], earlier.span))
        }
        _ if is_rotation(gate) => {
            let mut sum = angles[0].plus(&more[0]);
            // Coefficients that cancel up to rounding are gone.
            sum.terms.retain(|term| term.1.abs() > 1e-14);
            Some(Op::gate(gate, &[sum], wires, earlier.span))
        }
        _ => None,
    }
}

/// Whether two gates surely commute: by equal Pauli operators on each shared wire, or because both are functions of
/// Pauli strings that anticommute on an even number of wires.
fn commute(a: &Op, b: &Op) -> bool {
    let (Some((gate_a, _, wires_a)), Some((gate_b, _, wires_b))) = (parts(a), parts(b)) else { return false };
    let (ports_a, ports_b) = (gate_a.def().ports, gate_b.def().ports);
    let mut n_different = 0;
    for (i, wire) in wires_a.iter().enumerate() {
        let Some(j) = wires_b.iter().position(|other| other == wire) else { continue };
        match (ports_a[i], ports_b[j]) {
            (Port::None, _) | (_, Port::None) => return false,
            (Port::Any, _) | (_, Port::Any) => {}
            (p, q) => n_different += usize::from(p != q),
        }
    }
    n_different == 0 || (n_different % 2 == 0 && is_rotation(gate_a) && is_rotation(gate_b))
}

#[cfg(test)]
mod tests;
