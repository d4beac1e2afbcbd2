//! Cancels gates that undo each other and merges rotations, past everything that commutes with them.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: no two gates that meet over commuting ones and cancel or
//! merge, as far as the window sees. Keeps: the unitary, including global phase; what happens in branches.

use std::f64::consts::PI;

use qml_gates::{Gate, Port};
use qml_ir::circuit::{Angle, Circuit, Op, OpKind, Wire};
use smallvec::SmallVec;

use crate::one_qubit::{TOLERANCE, push_phase};

/// How far back a partner is looked for, in operations on the same wires.
const WINDOW: usize = 64;

/// Cancels and merges until nothing changes; returns how many operations are gone.
pub fn cancel_gates(circuit: &mut Circuit) -> usize {
    let n_before = circuit.ops.len();
    cancel_all(&mut circuit.ops, circuit.n_wires);
    n_before.saturating_sub(circuit.ops.len())
}

fn cancel_all(ops: &mut Vec<Op>, n_wires: usize) {
    loop {
        let n_before = ops.len();
        sweep(ops, n_wires);
        if ops.len() >= n_before {
            return;
        }
    }
}

/// One pass from first to last.
fn sweep(ops: &mut Vec<Op>, n_wires: usize) {
    let mut is_gone = vec![false; ops.len()];
    // For each wire, the operations up to now that touch it and are not gone, latest last.
    let mut history: Vec<Vec<usize>> = vec![Vec::new(); n_wires];
    let mut phase = Angle::default();
    for i in 0..ops.len() {
        let (earlier, rest) = ops.split_at_mut(i);
        let op = &mut rest[0];
        if let OpKind::Gate { gate: Gate::Gphase, angles, .. } = &op.kind {
            phase = phase.plus(&angles[0]);
            is_gone[i] = true;
            continue;
        }
        if let OpKind::If { then, otherwise, .. } = &mut op.kind {
            cancel_all(then, n_wires);
            cancel_all(otherwise, n_wires);
        }
        sort_wires(op);
        if let Some(turn) = vanishing(op) {
            phase.constant += turn;
            is_gone[i] = true;
            continue;
        }
        let partner = find_partner(op, earlier, &history);
        let joined = partner.and_then(|partner| Some((partner, join(&earlier[partner], op)?)));
        let Some((partner, joined)) = joined else {
            op.wires().iter().for_each(|wire| history[wire.0 as usize].push(i));
            continue;
        };
        is_gone[i] = true;
        if let Some(turn) = vanishing(&joined) {
            phase.constant += turn;
            is_gone[partner] = true;
            for wire in &*op.wires() {
                let own = &mut history[wire.0 as usize];
                own.iter().rposition(|&other| other == partner).map(|place| own.remove(place));
            }
        } else {
            earlier[partner] = joined;
        }
    }
    let mut is_gone = is_gone.into_iter();
    ops.retain(|_| is_gone.next() != Some(true));
    let span = ops.last().map(|op| op.span).unwrap_or_default();
    phase.constant %= 2.0 * PI;
    push_phase(phase, span, ops);
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
    ((angle.constant - 2.0 * PI * turns).abs() < TOLERANCE).then(|| PI * turns.rem_euclid(2.0))
}

/// The latest earlier operation that the new one can join, with only commuting ones between.
fn find_partner(op: &Op, earlier: &[Op], history: &[Vec<usize>]) -> Option<usize> {
    let (_, _, wires) = parts(op)?;
    let mut cursors: SmallVec<[&[usize]; 2]> =
        wires.iter().map(|wire| history[wire.0 as usize].as_slice()).collect();
    for _ in 0..WINDOW {
        let latest = cursors.iter().filter_map(|list| list.last()).copied().max()?;
        for list in &mut cursors {
            if let Some((&last, before)) = list.split_last()
                && last == latest
            {
                *list = before;
            }
        }
        if can_join(&earlier[latest], op) {
            return Some(latest);
        }
        if !commute(&earlier[latest], op) {
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
