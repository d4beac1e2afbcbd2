//! Blocks against the dense matrices of their gates.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_gates::Gate;

use super::PairBlock;
use crate::canonical::{M4, tensor, times};
use crate::circuit::testing::{Random, distance_up_to_phase, random_angle};
use crate::circuit::{Angle, Circuit, Op, Wire, dense};
use crate::euler::{C64, M2, gate_matrix};
use qml_source::Span;

const SLOTS: usize = 3;

/// What the angles mean.
fn skeleton(block: &PairBlock, angles: &[f64]) -> Vec<Vec<C64>> {
    let u = |at: usize| -> M2 { gate_matrix(Gate::U, &angles[at..at + 3]) };
    let core = &angles[6..angles.len() - 6];
    let coordinates = match *core {
        [a, c] => [a, 0.0, c],
        [a, b, c] => [a, b, c],
        _ => panic!("{core:?}"),
    };
    assert_eq!(core.len(), block.n_cx());
    let mut product: M4 = tensor(&[u(0), u(3)]);
    for (gate, x) in [Gate::Rxx, Gate::Ryy, Gate::Rzz].into_iter().zip(coordinates) {
        let m = (gate.def().matrix)(&[-2.0 * x]);
        product = times(&std::array::from_fn(|r| std::array::from_fn(|c| m.at(r, c))), &product);
    }
    let last = angles.len() - 6;
    times(&tensor(&[u(last), u(last + 3)]), &product).iter().map(|row| row.to_vec()).collect()
}

fn check(block: &PairBlock, slots: &[f64]) {
    let mut circuit = Circuit::from_ops(block.ops().to_vec());
    circuit.n_wires = 2;
    let mut angles = vec![7.0; block.n_angles()];
    block.fill_angles(slots, &mut angles);
    assert!(angles.iter().all(|angle| angle.is_finite()), "{slots:?} {angles:?}");
    let apart = distance_up_to_phase(&dense::unitary(&circuit, slots), &skeleton(block, &angles));
    assert!(apart < 1e-9, "{apart:e} apart at {slots:?}: {circuit}");
}

fn random_ops(random: &mut Random, n: usize) -> Vec<Op> {
    const GATES: [Gate; 12] = [
        Gate::Rx,
        Gate::Ry,
        Gate::Rz,
        Gate::U,
        Gate::H,
        Gate::Cx,
        Gate::Cz,
        Gate::Swap,
        Gate::Rxx,
        Gate::Ryy,
        Gate::Rzz,
        Gate::Rzx,
    ];
    let op = |random: &mut Random| {
        let gate = GATES[random.below(GATES.len())];
        let n_slots = if gate == Gate::U { 0 } else { SLOTS };
        let angles: Vec<Angle> = gate.def().params.iter().map(|_| random_angle(random, n_slots)).collect();
        Op::gate(gate, &angles, &random.wires(gate.def().wires.len(), 2), Span::default())
    };
    (0..n).map(|_| op(random)).collect()
}

/// Values where forms are not unique.
fn special_values(random: &mut Random) -> [f64; SLOTS] {
    const VALUES: [f64; 8] = [0.0, FRAC_PI_2, PI, 1e-9, -FRAC_PI_2, 2.0 * PI, PI + 1e-9, -1e-16];
    std::array::from_fn(|_| VALUES[random.below(VALUES.len())])
}

#[test]
fn angles_make_up_the_gates_for_random_and_for_special_values() {
    let mut random = Random::new(4);
    for n in 1..80 {
        let block = PairBlock::new(random_ops(&mut random, 1 + n % 14)).unwrap();
        for _ in 0..4 {
            check(&block, &random.angles(SLOTS));
            check(&block, &special_values(&mut random));
        }
    }
}

fn block(text: &str) -> PairBlock {
    PairBlock::new(Circuit::parse(text).unwrap().ops).unwrap()
}

#[test]
fn two_cx_are_known_to_be_enough() {
    let mut random = Random::new(5);
    for text in [
        "cx q0 q1; ry(s0) q0; ry(s1) q1; cx q0 q1",
        "cx q0 q1; ry(s0) q1; cx q0 q1; rx(s1) q1; rz(s2) q1",
        "rx(s0) q0; swap q0 q1; cx q0 q1; ry(s0) q0; ry(s1) q1; cz q0 q1; swap q0 q1",
        "rx(s0) q0; ry(s1) q1",
    ] {
        let block = block(text);
        assert_eq!(block.n_cx(), 2, "{text}");
        for _ in 0..20 {
            check(&block, &random.angles(SLOTS));
            check(&block, &special_values(&mut random));
        }
    }
    let swapped = block("cx q0 q1; ry(s0) q0; ry(s1) q1; cx q0 q1");
    assert_eq!(swapped.n_cx_mirrored(), 3);
    assert_eq!(block("cx q0 q1; ry(s0) q0; rx(s2) q1; cx q1 q0; ry(s1) q1; cx q0 q1").n_cx(), 3);
    assert_eq!(block("swap q0 q1; cx q0 q1; ry(s0) q0; rx(s1) q1; cx q0 q1").n_cx_mirrored(), 2);
}

#[test]
fn values_that_are_no_numbers_stay_such() {
    let block = block("cx q0 q1; ry(s0) q0; ry(s1) q1; cx q0 q1");
    let mut angles = vec![0.0; block.n_angles()];
    block.fill_angles(&[f64::INFINITY, 0.3], &mut angles);
    assert!(angles.iter().all(|angle| angle.is_nan()));
}

#[test]
fn gates_with_several_slots_make_no_block() {
    let u = Op::gate(
        Gate::U,
        &[0, 1, 2].map(|s| Angle::slot(crate::circuit::Slot(s))),
        &[Wire(0)],
        Span::default(),
    );
    assert_eq!(PairBlock::new(vec![u]), None);
}
