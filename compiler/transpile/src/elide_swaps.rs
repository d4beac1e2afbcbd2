//! Removes SWAP gates by following the wires under their new names.
//!
//! Expects: any circuit. Leaves: no SWAP outside of branches; `layout` and `final_layout` filled. Keeps: the unitary
//! from `layout` to `final_layout`.

use qml_gates::Gate;
use qml_ir::circuit::{Circuit, OpKind, Wire};

/// Removes the SWAPs outside of branches.
pub fn elide_swaps(circuit: &mut Circuit) {
    // `place[w]` is where what the source calls wire `w` now is.
    let mut place = Circuit::wires(0..circuit.n_wires as u32);
    let mut kept = Vec::with_capacity(circuit.ops.len());
    for mut op in circuit.ops.drain(..) {
        match &op.kind {
            OpKind::Gate { gate: Gate::Swap, wires, controls, .. } if controls.is_empty() => {
                place.swap(wires[0].0 as usize, wires[1].0 as usize);
            }
            _ => {
                op.map_wires(&mut |wire| place[wire.0 as usize]);
                kept.push(op);
            }
        }
    }
    circuit.ops = kept;
    relabel_end(circuit, &place);
}

/// Notes that at the end wire `w` is found at `place[w]`.
fn relabel_end(circuit: &mut Circuit, place: &[Wire]) {
    if circuit.layout.is_empty() {
        circuit.layout = Circuit::wires(0..circuit.n_wires as u32);
        circuit.final_layout.clone_from(&circuit.layout);
    }
    for wire in circuit.final_layout.iter_mut().chain(&mut circuit.output) {
        *wire = place[wire.0 as usize];
    }
}

#[cfg(test)]
mod tests;
