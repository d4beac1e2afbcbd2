//! Blocks hold every operation once, cost what they cost, and commute where they say so.

use qml_gates::Port;
use qml_ir::circuit::testing::{Options, Random, assert_same_unitary, random_circuit};
use qml_ir::circuit::{Circuit, Op};

use super::collect_blocks;
use crate::lower_controls::lower_controls;

fn blocks_of(text: &str) -> Vec<(String, u8, u8, Vec<Port>)> {
    let circuit = Circuit::parse(text).unwrap();
    let blocks = collect_blocks(&circuit.ops, circuit.n_wires);
    let text = |ops: &[Op]| {
        let circuit = Circuit { ops: ops.to_vec(), ..circuit.clone() };
        circuit.to_string().lines().map(str::trim).filter(|line| line.contains('q')).last().map(str::to_owned)
    };
    blocks
        .iter()
        .map(|block| {
            let ports = block.ports.iter().map(|port| port.1).collect();
            (text(&block.ops).unwrap_or_default(), block.n_cx, block.n_mirror, ports)
        })
        .collect()
}

#[test]
fn costs_and_operators() {
    let of = |text| blocks_of(text).into_iter().map(|(_, cx, mirror, ports)| (cx, mirror, ports)).next_back();
    assert_eq!(of("rzz(s0) q0 q1"), Some((2, 3, vec![Port::Z, Port::Z])));
    assert_eq!(of("cx q0 q1"), Some((1, 2, vec![Port::Z, Port::X])));
    assert_eq!(of("cx q0 q1; rz(s0) q1; cx q0 q1"), Some((2, 3, vec![Port::Z, Port::Z])));
    assert_eq!(of("rxx(s0) q0 q1; ryy(s1) q0 q1; rzz(s2) q0 q1").map(|b| (b.0, b.1)), Some((6, 3)));
    assert_eq!(of("swap q0 q1").map(|b| (b.0, b.1)), Some((3, 0)));
    assert_eq!(of("cx q0 q1; ry(s0) q1; cx q0 q1").map(|b| b.2), Some(vec![Port::Z, Port::Y]));
}

#[test]
fn blocks_in_order_are_the_circuit() {
    let mut random = Random::new(31);
    for _ in 0..30 {
        let mut circuit = random_circuit(&mut random, &Options::unitary(4, 15));
        lower_controls(&mut circuit).unwrap();
        let blocks = collect_blocks(&circuit.ops, circuit.n_wires);
        let ops = blocks.into_iter().flat_map(|block| block.ops).collect();
        assert_same_unitary(&circuit, &Circuit { ops, ..circuit.clone() });
    }
}
