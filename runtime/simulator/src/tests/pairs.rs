//! Gates between the same two wires again and again: states of one tile do them one after the other, larger ones by a
//! matrix, so a circuit with a wire more must have the same state and gradient.

use qml_gates::Gate;
use qml_ir::circuit::{Circuit, Control, OpKind, Wire};
use qml_prelude::random::Stream;

use super::generate;
use super::machines::simulators;
use super::{assert_near, circuit, gate, slot};
use crate::plan::{TILE_WIRES, tile_wires};
use crate::{C64, Plan};

/// Some gates on two random wires: flips both ways and on zeros, rotations, phases of one and of two wires.
fn pair(stream: &mut Stream, n: u32, ops: &mut Vec<OpKind>) {
    let a = stream.below(u64::from(n)) as u32;
    let b = (a + 1 + stream.below(u64::from(n) - 1) as u32) % n;
    let angle = |stream: &mut Stream| slot(stream.below(4) as u32).plus(&slot(stream.below(4) as u32));
    for _ in 0..4 + stream.below(8) {
        let (a, b) = if stream.below(2) == 0 { (a, b) } else { (b, a) };
        ops.push(match stream.below(10) {
            0..4 => gate(Gate::Cx, &[], &[a, b]),
            4 => OpKind::Gate {
                gate: Gate::X,
                angles: Vec::new().into(),
                wires: vec![Wire(a)].into(),
                controls: vec![Control { wire: Wire(b), on_one: false }].into(),
            },
            5 | 6 => gate(Gate::Ry, &[angle(stream)], &[a]),
            7 => gate(Gate::Rz, &[angle(stream)], &[a]),
            8 => gate(Gate::Cp, &[angle(stream)], &[a, b]),
            _ => gate(Gate::Rzz, &[angle(stream)], &[a, b]),
        });
    }
}

/// Layers like those of a quantum volume: rotations, and between two flips a rotation and a phase.
fn volume(stream: &mut Stream, n: u32) -> Vec<OpKind> {
    let mut ops = Vec::new();
    for layer in 0..4 {
        let shift = 1 + stream.below(u64::from(n) - 1) as u32;
        for i in 0..n / 2 {
            let (a, b) = ((2 * i * shift + layer) % n, (2 * i * shift + shift + layer) % n);
            if a == b {
                continue;
            }
            ops.push(gate(Gate::Ry, &[slot(i % 4)], &[a]));
            ops.push(gate(Gate::Rz, &[slot((i + 1) % 4)], &[a]));
            ops.push(gate(Gate::Ry, &[slot((i + 2) % 4)], &[b]));
            ops.push(gate(Gate::Cx, &[], &[a, b]));
            ops.push(gate(Gate::Ry, &[slot(layer)], &[a]));
            ops.push(gate(Gate::Rz, &[slot(i % 3)], &[b]));
            ops.push(gate(Gate::Cx, &[], &[a, b]));
            ops.push(gate(Gate::Ry, &[slot(i % 4)], &[a]));
        }
    }
    ops
}

#[test]
fn a_wire_more_does_not_change_what_pairs_do() {
    assert_eq!(tile_wires(TILE_WIRES + 1), TILE_WIRES);
    let (n, simulators) = (TILE_WIRES, simulators(1));
    let mut stream = Stream::new(43);
    for round in 0..24 {
        let mut ops = if round % 4 == 3 { volume(&mut stream, n as u32) } else { Vec::new() };
        for _ in 0..12 {
            pair(&mut stream, n as u32, &mut ops);
        }
        let slots = generate::slots(&mut stream);
        let small = circuit(n, 4, ops.clone());
        let mut large: Circuit = circuit(n + 1, 4, ops);
        large.output.truncate(n);
        let (small, large) = (Plan::new(&small).unwrap(), Plan::new(&large).unwrap());
        let list = [generate::observable(&mut stream, n, 5)];
        for (simulator, allowed) in &simulators {
            let expected = simulator.expectations_vjp(&small, &slots, &list, &[1.0]).unwrap().value;
            let found = simulator.expectations_vjp(&large, &slots, &list, &[1.0]).unwrap().value;
            assert_near(&found.values, &expected.values, 100.0 * allowed);
            assert_near(&found.d_slots, &expected.d_slots, 1000.0 * allowed);
            let indices: Vec<usize> = (0..1 << n).step_by(37).collect();
            let expected = simulator.amplitudes(&small, &slots, &indices).unwrap();
            let found = simulator.amplitudes(&large, &slots, &indices).unwrap();
            let far = expected.iter().zip(&found).map(|(a, b): (&C64, &C64)| (a - b).norm());
            let far = far.fold(0.0, f64::max);
            assert!(far <= 10.0 * allowed, "round {round}, {}: {far}", simulator.instruction_set());
        }
    }
}
