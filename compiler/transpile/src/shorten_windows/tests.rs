//! Windows get shorter and stay the same up to a global phase, on the same couplings.

use qml_devices::find;
use qml_ir::circuit::testing::{Options, Random, assert_same_up_to_phase, random_circuit};
use qml_ir::circuit::{Circuit, OpKind};

use super::shorten_windows;
use crate::lower_controls::lower_controls;
use crate::pair_basis::PairBasis;
use crate::target::Target;

fn n_cx(circuit: &Circuit) -> usize {
    circuit.ops.iter().map(|op| PairBasis::Controlled.cost(op)).sum()
}

fn is_coupled(op: &qml_ir::circuit::Op, target: &Target) -> bool {
    let is_gate = matches!(op.kind, OpKind::Gate { .. });
    !matches!(*op.wires(), [a, b] if is_gate && target.distance(a.0 as u16, b.0 as u16) > 1)
}

/// The CX before and after.
fn check(lowered: &Circuit, target: &Target) -> [usize; 2] {
    let mut circuit = lowered.clone();
    let gone = shorten_windows(&mut circuit, target, 200);
    circuit.validate();
    assert_same_up_to_phase(lowered, &circuit);
    assert_eq!(n_cx(lowered) - gone, n_cx(&circuit));
    circuit.visit(|op| assert!(is_coupled(op, target)));
    [n_cx(lowered), n_cx(&circuit)]
}

#[test]
fn random_circuits() {
    let mut random = Random::new(67);
    for shape in ["line:5", "grid:2x3", "all_to_all:4"] {
        let target = Target::new(&find(shape).unwrap());
        let mut total = [0; 2];
        for _ in 0..8 {
            let mut circuit = random_circuit(&mut random, &Options::unitary(target.n_qubits, 40));
            lower_controls(&mut circuit).unwrap();
            circuit.ops.retain(|op| is_coupled(op, &target));
            let counts = check(&circuit, &target);
            total = [total[0] + counts[0], total[1] + counts[1]];
        }
        let [before, after] = total;
        assert!(after + before / 10 < before, "{before} to {after} CX on {shape}");
    }
}

#[test]
fn known_windows() {
    for (text, expected) in [
        // CX past a wire and a SWAP back: the SWAP takes part.
        ("swap q0 q1; cx q1 q2; swap q0 q1", 4),
        // Rotations about pairs along a line.
        ("rzz(s0) q0 q1; rzz(s1) q1 q2; cx q0 q1; cx q1 q2", 4),
        // The rotation on q1 holds the CX apart.
        ("cx q0 q1; rx(s0) q0; rz(s1) q1; cx q1 q2; rx(s2) q1; rz(s2) q2; cx q0 q1", 3),
    ] {
        let target = Target::new(&find("line:3").unwrap());
        let [_, after] = check(&Circuit::parse(text).unwrap(), &target);
        assert_eq!(after, expected, "{text}");
    }
}
