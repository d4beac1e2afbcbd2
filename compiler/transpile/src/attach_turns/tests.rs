//! The same circuit in fewer pieces, in every order that is allowed.

use qml_gates::Port;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};
use qml_ir::circuit::{Circuit, Op, OpKind};

use super::attach_turns;
use crate::collect_blocks::{Block, collect_blocks};
use crate::graph::Graph;
use crate::lower_controls::lower_controls;
use crate::pair_basis::PairBasis;

fn attached(circuit: &Circuit) -> Vec<Block> {
    let blocks = collect_blocks(circuit.ops.clone(), circuit.n_wires, PairBasis::Controlled);
    attach_turns(blocks, circuit.n_wires)
}

/// The operations of the blocks in a random order that the graph allows.
fn in_some_order(circuit: &Circuit, blocks: &[Block], random: &mut Random) -> Vec<Op> {
    let graph = Graph::new(blocks, circuit.n_wires, circuit.n_bits, PairBasis::Controlled);
    let mut n_before = graph.forwards.n_before.clone();
    let mut free: Vec<u32> = (0..blocks.len() as u32).filter(|&i| n_before[i as usize] == 0).collect();
    let mut ops = Vec::new();
    while !free.is_empty() {
        let next = free.swap_remove(random.below(free.len()));
        ops.extend(blocks[next as usize].ops.iter().cloned());
        for &after in graph.forwards.after(next) {
            n_before[after as usize] -= 1;
            if n_before[after as usize] == 0 {
                free.push(after);
            }
        }
    }
    ops
}

#[test]
fn every_order_is_the_circuit() {
    let mut random = Random::new(83);
    for _ in 0..60 {
        let mut circuit = random_circuit(&mut random, &Options::unitary(4, 24));
        lower_controls(&mut circuit).unwrap();
        let blocks = attached(&circuit);
        let ops = in_some_order(&circuit, &blocks, &mut random);
        assert_same_unitary(&circuit, &Circuit { ops, ..circuit.clone() });
    }
}

/// For each block how many operations it has, and its operators.
fn pieces(text: &str) -> Vec<(usize, Vec<Port>)> {
    let piece = |block: &Block| (block.ops.len(), block.ports.iter().map(|port| port.1).collect());
    attached(&Circuit::parse(text).unwrap()).iter().map(piece).collect()
}

#[test]
fn a_gate_goes_along_with_the_only_block_beside_it() {
    let text = "h q0; cx q0 q1; h q0; cx q0 q2";
    assert_eq!(pieces(text), [(3, vec![Port::None, Port::X]), (1, vec![Port::Z, Port::X])]);
}

#[test]
fn a_gate_that_commutes_takes_no_freedom() {
    let text = "cx q0 q1; rz(s0) q0; cx q0 q2";
    assert_eq!(pieces(text), [(2, vec![Port::Z, Port::X]), (1, vec![Port::Z, Port::X])]);
}

#[test]
fn a_gate_between_groups_stays() {
    let text = "cx q0 q1; cx q0 q2; h q0; t q0; h q0; cx q0 q1; cx q0 q2";
    let sizes: Vec<usize> = pieces(text).into_iter().map(|piece| piece.0).collect();
    assert_eq!(sizes, [1, 1, 3, 1, 1]);
}

#[test]
fn measurements_and_branches_stay_alone() {
    let circuit = Circuit::parse("h q0; b0 = measure q0; x q0; if b0 { x q1 }; h q1").unwrap();
    for block in attached(&circuit) {
        let is_gate = |op: &Op| matches!(op.kind, OpKind::Gate { .. });
        assert!(block.ops.len() == 1 || block.ops.iter().all(is_gate));
    }
}
