//! Writes a whole circuit as a Pauli network on the couplings of a device, in place of routing it.
//!
//! Worth a try where routing adds much: excitations of coupled clusters, dense feature maps, Trotter steps, arithmetic. The
//! wires start where a routed circuit has them.
//!
//! Expects: gates as `lower_controls` leaves them, measurements last. Leaves: the same gates on coupled qubits. Keeps: the
//! unitary up to a global phase, from `layout` to `final_layout`.

use std::collections::VecDeque;

use qml_ir::circuit::{Circuit, Op, OpKind, Wire};

use crate::attribute_spans::attribute_spans;
use crate::coupled_network::{Couplings, MAX_QUBITS, MAX_SMALL, Weights, coupled_network};
use crate::fold_paulis::PauliForm;
use crate::route_swaps::Layout;
use crate::target::Target;

/// More rotations are not tried.
const MAX_ROTATIONS: usize = 400;

/// What networks weigh, one after the other.
const WEIGHTS: [Weights; 3] = [
    Weights { fading: 900, table: 100 },
    Weights { fading: 970, table: 200 },
    Weights { fading: 800, table: 30 },
];

/// The circuit on the qubits of the device, with fewer than `limit` CX; none if that cannot be, or is not found with any of
/// the weights.
pub fn couple_paulis(circuit: &Circuit, target: &Target, start: &Layout, limit: usize) -> Option<Circuit> {
    let is_gate = |op: &&Op| matches!(op.kind, OpKind::Gate { .. });
    let n_gates = circuit.ops.iter().take_while(is_gate).count();
    let is_end = |op: &Op| matches!(op.kind, OpKind::Measure { .. } | OpKind::Barrier { .. });
    if !circuit.ops[n_gates..].iter().all(is_end) {
        return None;
    }
    let region = region(&start.qubit, target)?;
    // The stretch names the qubits of the region.
    let mut form = PauliForm::default();
    for &qubit in &region {
        form.index(Wire(qubit.into()));
    }
    let mut placed: Vec<Op> = circuit.ops[..n_gates].to_vec();
    for op in &mut placed {
        op.map_wires(&mut |wire| Wire(start.qubit[wire.0 as usize].into()));
        form.add_any(op);
        if form.rotations.len() > MAX_ROTATIONS {
            return None;
        }
    }
    let strings = form.strings();
    let near = |&qubit: &u16| {
        let place = |other: &u16| region.iter().position(|member| member == other);
        target.neighbours(qubit).iter().filter_map(place).fold(0, |set, place| set | 1 << place)
    };
    let couplings = Couplings::new(region.iter().map(near).collect());
    let mut best: Option<(usize, Vec<_>, Vec<usize>)> = None;
    for weights in WEIGHTS {
        let limit = best.as_ref().map_or(limit, |best| best.0);
        if let Some((pieces, end)) = coupled_network(form.aim(&strings), &couplings, limit, weights) {
            let n_cx = pieces.iter().filter(|piece| piece.is_cx()).count();
            best = Some((n_cx, pieces, end));
        } else if best.is_none() && limit > MAX_SMALL {
            // Of a large one the other attempts are rarely so much shorter.
            break;
        }
    }
    let (_, pieces, end) = best?;
    let span = circuit.ops.first().map(|op| op.span).unwrap_or_default();
    let mut ops = Vec::new();
    pieces.into_iter().for_each(|piece| form.write(piece, span, &mut ops));
    attribute_spans(&placed, &mut ops);
    let end_of = |wire: &Wire| {
        let place = region.iter().position(|&qubit| qubit == start.qubit[wire.0 as usize]);
        Wire(region[end[place.unwrap_or_else(|| qml_source::bug!("a wire outside of its region"))]].into())
    };
    for op in &circuit.ops[n_gates..] {
        let mut op = op.clone();
        op.map_wires(&mut |wire| end_of(&wire));
        ops.push(op);
    }
    let start_of = |wire: &Wire| Wire(start.qubit[wire.0 as usize].into());
    let own = Circuit::wires(0..circuit.n_wires as u32);
    let or_own = |layout: &[Wire]| if layout.is_empty() { own.clone() } else { layout.to_vec() };
    Some(Circuit {
        n_wires: target.n_qubits,
        ops,
        output: circuit.output.iter().map(end_of).collect(),
        layout: or_own(&circuit.layout).iter().map(start_of).collect(),
        final_layout: or_own(&circuit.final_layout).iter().map(end_of).collect(),
        ..circuit.clone()
    })
}

/// The qubits with others between them, so that all are connected; none if they are too many.
fn region(qubits: &[u16], target: &Target) -> Option<Vec<u16>> {
    let mut region = vec![*qubits.first()?];
    let is_in = |region: &[u16], qubit| region.contains(&qubit);
    // The nearest qubit that is missing, by the shortest way.
    while qubits.iter().any(|&qubit| !is_in(&region, qubit)) {
        let mut from = vec![u16::MAX; target.n_qubits];
        let mut queue: VecDeque<u16> = region.iter().copied().collect();
        region.iter().for_each(|&qubit| from[usize::from(qubit)] = qubit);
        let mut found = None;
        while let (None, Some(qubit)) = (found, queue.pop_front()) {
            for &next in target.neighbours(qubit) {
                if from[usize::from(next)] == u16::MAX {
                    from[usize::from(next)] = qubit;
                    queue.push_back(next);
                    if qubits.contains(&next) && found.is_none() {
                        found = Some(next);
                    }
                }
            }
        }
        let mut at = found?;
        while !is_in(&region, at) {
            region.push(at);
            at = from[usize::from(at)];
        }
        if region.len() > MAX_QUBITS {
            return None;
        }
    }
    Some(region)
}

#[cfg(test)]
mod tests;
