//! Blocks hold every operation once, cost what they cost, and commute where they say so.

use qml_gates::Port;
use qml_ir::circuit::Circuit;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};

use super::collect_blocks;
use crate::lower_controls::lower_controls;
use crate::pair_basis::PairBasis;

/// CX, CX with a SWAP and operators of the last block.
fn last_block(text: &str) -> (u8, u8, Vec<Port>) {
    let circuit = Circuit::parse(text).unwrap();
    let block = collect_blocks(circuit.ops, circuit.n_wires, PairBasis::Controlled).pop().unwrap();
    (block.n_cx, block.n_mirror, block.ports.iter().map(|port| port.1).collect())
}

#[test]
fn costs_and_operators() {
    assert_eq!(last_block("rzz(s0) q0 q1"), (2, 3, vec![Port::Z, Port::Z]));
    assert_eq!(last_block("cx q0 q1"), (1, 2, vec![Port::Z, Port::X]));
    assert_eq!(last_block("cx q0 q1; rz(s0) q1; cx q0 q1"), (2, 3, vec![Port::Z, Port::Z]));
    let (n_cx, n_mirror, _) = last_block("rxx(s0) q0 q1; ryy(s1) q0 q1; rzz(s2) q0 q1");
    assert_eq!((n_cx, n_mirror), (6, 3));
    let (n_cx, n_mirror, _) = last_block("swap q0 q1");
    assert_eq!((n_cx, n_mirror), (3, 0));
    assert_eq!(last_block("cx q0 q1; ry(s0) q1; cx q0 q1").2, [Port::Z, Port::Y]);
}

#[test]
fn a_gate_by_itself_is_like_a_run_of_equal_effect() {
    let thrice = ["cx q0 q1", "cx q1 q0", "cz q0 q1", "swap q0 q1"].map(|gate| (gate, [gate; 3].join("; ")));
    let halves = ["rxx", "ryy", "rzz", "rzx"].map(|gate| {
        let run = format!("{gate}(0.2) q1 q0; {gate}(0.1) q1 q0");
        (format!("{gate}(0.3) q1 q0"), run)
    });
    let thrice = thrice.map(|(gate, run)| (gate.to_owned(), run));
    for (gate, run) in thrice.into_iter().chain(halves) {
        let ((_, mirror, ports), (_, run_mirror, run_ports)) = (last_block(&gate), last_block(&run));
        assert_eq!((mirror, ports), (run_mirror, run_ports), "{gate}");
    }
}

#[test]
fn blocks_in_order_are_the_circuit() {
    let mut random = Random::new(31);
    for _ in 0..30 {
        let mut circuit = random_circuit(&mut random, &Options::unitary(4, 15));
        lower_controls(&mut circuit).unwrap();
        let blocks = collect_blocks(circuit.ops.clone(), circuit.n_wires, PairBasis::Controlled);
        let ops = blocks.into_iter().flat_map(|block| block.ops).collect();
        assert_same_unitary(&circuit, &Circuit { ops, ..circuit.clone() });
    }
}
