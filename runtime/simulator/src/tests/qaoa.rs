//! Published numbers: QAOA for maximum cuts on the Heawood graph at fixed angles (Wurtz and Lykov, arXiv:2107.00677).

use std::f64::consts::{FRAC_1_SQRT_2, PI};

use qml_gates::Gate;
use qml_ir::circuit::OpKind;
use qml_prelude::observable::{Observable, Pauli};

use super::{assert_near, circuit, gate, simulator, slot};
use crate::{C64, Plan};

/// The Heawood graph: a ring of 14 with a chord from each even vertex five steps on.
fn heawood() -> Vec<(u32, u32)> {
    let ring = (0..14).map(|i| (i, (i + 1) % 14));
    ring.chain((0..14).step_by(2).map(|i| (i, (i + 5) % 14))).collect()
}

/// Expected cut for angles `gamma`, `beta` of `exp(-i gamma C)` and `exp(-i beta sum X)` per layer, with gradient.
fn expected_cut(angles: &[(f64, f64)]) -> (f64, Vec<f64>) {
    let edges = heawood();
    let mut ops: Vec<OpKind> = (0..14).map(|w| gate(Gate::H, &[], &[w])).collect();
    for layer in 0..angles.len() as u32 {
        // exp(-i gamma (1 - ZZ) / 2) is rzz(-gamma) up to a phase.
        ops.extend(edges.iter().map(|&(a, b)| gate(Gate::Rzz, &[slot(2 * layer).times(-1.0)], &[a, b])));
        ops.extend((0..14).map(|w| gate(Gate::Rx, &[slot(2 * layer + 1).times(2.0)], &[w])));
    }
    let plan = Plan::new(&circuit(14, 2 * angles.len(), ops)).unwrap();
    let mut cut = Observable::default();
    cut.terms.insert(Vec::new(), C64::new(edges.len() as f64 / 2.0, 0.0));
    for (a, b) in edges {
        let (a, b) = (a.min(b), a.max(b));
        cut.terms.insert(vec![(a, Pauli::Z), (b, Pauli::Z)], C64::new(-0.5, 0.0));
    }
    let slots: Vec<f64> = angles.iter().flat_map(|&(gamma, beta)| [gamma, beta]).collect();
    let result = simulator(2).expectations_vjp(&plan, &slots, &[cut], &[1.0]).unwrap().value;
    (result.values[0], result.d_slots)
}

#[test]
fn one_layer_cuts_14_54_edges_and_the_angles_are_optimal() {
    let (cut, gradient) = expected_cut(&[(FRAC_1_SQRT_2.atan(), PI / 8.0)]);
    assert_near(&[cut], &[14.541_451_88], 1e-8);
    assert_near(&gradient, &[0.0, 0.0], 1e-12);
}

#[test]
fn two_layers_cut_15_87_edges() {
    // Four digits of the angles are enough near the maximum.
    let (cut, gradient) = expected_cut(&[(0.4878, 0.5550), (0.8979, 0.2924)]);
    assert_near(&[cut], &[15.874_035_39], 1e-6);
    assert_near(&gradient, &[0.0; 4], 5e-3);
}
