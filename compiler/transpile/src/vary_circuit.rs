//! Rewrites a circuit in several ways, of which only routing shows which is the best.
//!
//! Expects: gates as `lower_controls` leaves them. Leaves: the same, each variant with the permutation of its wires taken
//! out. Keeps: the unitary up to a global phase; what happens in branches.

use qml_ir::circuit::Circuit;
use rayon::prelude::*;

use crate::setting::Setting;
use crate::{cancel_gates, elide_swaps, fold_parities, fold_paulis, merge_cliffords, shorten};

/// Rewrites a circuit; none if there is nothing to rewrite.
type Fold<'a> = dyn Fn(&Circuit) -> Option<Circuit> + Sync + 'a;

/// The circuit with its permutation taken out, and its variants with fewer gates. At level 0 the circuit is the only one.
pub fn vary_circuit(mut circuit: Circuit, setting: &Setting) -> (Circuit, Vec<Circuit>) {
    if !setting.is_shortened {
        return (Circuit::default(), vec![circuit]);
    }
    let target = &setting.target;
    elide_swaps::elide_swaps(&mut circuit);
    cancel_gates::cancel_gates(&mut circuit);
    let n_cx = |circuit: &Circuit| circuit.ops.iter().map(|op| target.pairs.cost(op)).sum::<usize>();
    let linear = fold_parities::linear_stretches(&circuit);
    let fold = |circuit: &Circuit| fold_parities::fold_parities(circuit, &linear);
    let twine = |circuit: &Circuit| fold_parities::twine_parities(circuit, &linear);
    let slide = |circuit: &Circuit| fold_parities::slide_parities(circuit, &linear, target);
    let mut folds: Vec<&Fold> = vec![&|circuit| Some(circuit.clone()), &fold, &fold_paulis::fold_paulis];
    if setting.options.level > 2 {
        folds.push(&merge_cliffords::merge_cliffords);
    }
    let n_routed = folds.len();
    if !target.is_complete() {
        // On a line, and on a region of the device: nothing has to be routed.
        folds.extend([&twine as &Fold, &slide]);
    }
    let source = circuit;
    let folded = |fold: &&Fold| {
        let mut folded = fold(&source)?;
        elide_swaps::elide_swaps(&mut folded);
        shorten(&mut folded, target.pairs);
        Some(folded)
    };
    let mut variants: Vec<Option<Circuit>> = folds.par_iter().map(folded).collect();
    let limit = variants[0].as_ref().map_or(0, n_cx);
    for (i, variant) in variants.iter_mut().enumerate().skip(1) {
        // What is made for couplings needs no SWAPs.
        let limit = if i >= n_routed { 2 * limit } else { limit };
        variant.take_if(|variant| n_cx(variant) >= limit);
    }
    let variants = variants.into_iter().flatten().collect();
    (source, variants)
}
