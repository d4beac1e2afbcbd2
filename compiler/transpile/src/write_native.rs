//! Writes a finished circuit in the gates of the device, on the qubits where least goes wrong.

use qml_ir::circuit::Circuit;
use qml_ir::specialise::bind::Node;

use crate::setting::Setting;
use crate::{Compiled, Finished, checked, choose_result, lower_native, move_states};
use crate::{place_by_errors, stats, translate_pairs};

/// The circuit in native gates, with its figures.
pub fn write_native(finished: Finished, setting: &Setting) -> Compiled {
    let Setting { device, facts, .. } = setting;
    let Finished { circuit, mut computed, swaps } = finished;
    let (mut native, folded) = lower_at_best_place(circuit, setting);
    computed.extend(folded);
    if device.is_star() {
        move_states::move_states(&mut native);
    }
    let stats = stats::measure(&native, facts, swaps.len());
    Compiled { circuit: native, computed, stats, swaps }
}

/// The circuit in native gates, moved if a better place is found.
fn lower_at_best_place(circuit: Circuit, setting: &Setting) -> (Circuit, Vec<Node>) {
    let Setting { device, target, facts, options, .. } = setting;
    // A circuit that moves is lowered anew there: gates of one direction alone may have to be turned round.
    let is_directed = device.coupling.all_edges().any(|(_, _, facts)| facts.first.is_some());
    let kept = is_directed.then(|| circuit.clone());
    let here = lower(circuit, setting);
    let budget = place_by_errors::budget(options.level);
    let Some(to) = place_by_errors::better_place(&here.0, facts, target, budget) else { return here };
    let moved = match kept {
        Some(mut circuit) => {
            place_by_errors::move_to(&to, &mut circuit);
            lower(circuit, setting)
        }
        None => {
            let (mut circuit, computed) = here.clone();
            place_by_errors::move_to(&to, &mut circuit);
            (circuit, computed)
        }
    };
    let log_fidelity = |way: &(Circuit, Vec<Node>)| choose_result::log_fidelity(&way.0, facts);
    if log_fidelity(&moved) > log_fidelity(&here) { moved } else { here }
}

/// The circuit in native gates, and what the angles are computed from that are none of its slots.
fn lower(mut circuit: Circuit, setting: &Setting) -> (Circuit, Vec<Node>) {
    let Setting { device, basis, options, .. } = setting;
    translate_pairs::translate_pairs(&mut circuit, basis.two_qubit);
    let computed = lower_native::lower_native(&mut circuit, device, *basis, options.measured);
    checked(&circuit);
    (circuit, computed)
}
