//! Skeletons against the runs that they replace.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_ir::circuit::testing::{Random, distance_up_to_phase};
use qml_ir::circuit::{Circuit, dense};
use qml_ir::specialise::BindProgram;

use super::{bind_blocks, limit_costs};
use crate::collect_blocks::collect_blocks;
use crate::pair_basis::PairBasis;

/// The CX left, and the angles computed.
fn check(text: &str) -> (usize, usize) {
    let source = Circuit::parse(text).unwrap();
    let mut circuit = source.clone();
    let mut bind = BindProgram { n_inputs: source.slots.len(), nodes: Vec::new() };
    bind_blocks(&mut circuit, PairBasis::Controlled, &mut bind.nodes);
    circuit.validate();
    assert_eq!(circuit.slots.len(), bind.n_slots());
    let mut random = Random::new(3);
    let special = [0.0, FRAC_PI_2, PI, 1e-9];
    for k in 0..12 {
        let mut inputs = random.angles(bind.n_inputs);
        if k % 2 == 0 {
            inputs.fill_with(|| special[random.below(4)]);
        }
        let mut slots = Vec::new();
        bind.bind(&inputs, &mut slots).unwrap();
        let apart =
            distance_up_to_phase(&dense::unitary(&source, &inputs), &dense::unitary(&circuit, &slots));
        assert!(apart < 1e-9, "{apart:e} apart at {inputs:?}\n{circuit}");
    }
    (circuit.ops.iter().map(|op| PairBasis::Controlled.cost(op)).sum(), bind.nodes.len())
}

#[test]
fn a_swap_beside_a_layer_of_an_ansatz_is_free() {
    assert_eq!(check("cx q0 q1; ry(s0) q0; ry(s1) q1; cx q0 q1; swap q0 q1"), (3, 15));
}

#[test]
fn layers_on_one_pair_are_three_cx() {
    let layer = "cx q1 q0; ry(s0) q0; ry(s1 - 0.5*s0) q1";
    let layers: Vec<String> = (0..5).map(|_| layer.to_owned()).collect();
    assert_eq!(check(&layers.join("; ")), (3, 15));
}

#[test]
fn two_cx_where_they_are_enough() {
    // Twice the same rotation of one axis: a coordinate vanishes.
    assert_eq!(check("rzz(s0) q0 q1; rx(s1) q0; rzz(s2) q0 q1"), (2, 14));
}

#[test]
fn what_costs_no_more_stays() {
    let text = "cx q0 q1; ry(s0) q0; ry(s1) q1; cx q0 q1";
    assert_eq!(check(text), (2, 0));
    assert_eq!(check("rzz(0.3) q0 q1; h q0; rzz(0.2) q0 q1"), (4, 0));
}

#[test]
fn each_pair_and_each_side_of_a_branch_has_its_own() {
    let run = |a, b| {
        format!(
            "cx q{a} q{b}; ry(s0) q{a}; rz(s1) q{b}; cx q{b} q{a}; ry(s1) q{b}; rz(s0) q{a}; cx q{a} q{b}; swap q{a} q{b}"
        )
    };
    assert_eq!(check(&format!("{}; {}", run(0, 1), run(2, 1))), (4, 28));
    let branch = format!("b0 = measure q2; if b0 {{ {} }} else {{ {} }}", run(0, 1), run(1, 0));
    let mut circuit = Circuit::parse(&branch).unwrap();
    let mut computed = Vec::new();
    bind_blocks(&mut circuit, PairBasis::Controlled, &mut computed);
    circuit.validate();
    assert_eq!((circuit.slots.len(), computed.len()), (30, 28));
}

#[test]
fn routing_is_told_that_a_swap_is_free() {
    let circuit =
        Circuit::parse("cx q0 q1; ry(s0) q0; rz(s1) q1; cx q1 q0; ry(s1) q1; rz(s0) q0; cx q0 q1").unwrap();
    let mut blocks = collect_blocks(circuit.ops.clone(), 2, PairBasis::Controlled);
    assert!(blocks[0].n_mirror > 3);
    limit_costs(&mut blocks, PairBasis::Controlled);
    assert_eq!((blocks[0].n_cx, blocks[0].n_mirror), (3, 2));
}
