//! Folded rotations against the rotations that they stand for.

use std::f64::consts::{FRAC_PI_2, PI};

use qml_gates::Gate;
use qml_ir::circuit::testing::{Random, assert_same_up_to_phase};
use qml_ir::circuit::{Angle, Circuit, Op, Slot, Wire};
use qml_ir::specialise::BindProgram;
use qml_source::Span;

use super::{Fold, Folded};

/// RXX by an angle, and by the folded one with the turns around it.
fn check(angle: f64, fold: &Fold, slots: &[f64]) {
    let wires = [Wire(0), Wire(1)];
    let op =
        |gate, angle: f64, wires: &[Wire]| Op::gate(gate, &[Angle::constant(angle)], wires, Span::default());
    let [folded, far, back] = [&fold.angle, &fold.far, &fold.back].map(|angle| angle.eval(slots));
    assert!((-1e-12..FRAC_PI_2 + 1e-9).contains(&folded), "{angle}: {folded}");
    let wanted = Circuit::from_ops(vec![op(Gate::Rxx, angle, &wires)]);
    let found = Circuit::from_ops(vec![
        op(Gate::Rz, back, &wires[..1]),
        op(Gate::Rxx, folded, &wires),
        op(Gate::Rz, -back, &wires[..1]),
        op(Gate::Rx, far, &wires[..1]),
        op(Gate::Rx, far, &wires[1..]),
    ]);
    assert_same_up_to_phase(&wanted, &found);
}

#[test]
fn every_angle_is_folded() {
    let mut random = Random::new(40);
    let mut angles: Vec<f64> = (-9..10).map(|k| f64::from(k) * FRAC_PI_2).collect();
    angles.extend([1e-9, -1e-9, PI - 1e-9, 1.0 - PI]);
    angles.extend(random.angles(60));
    let mut folded = Folded { n_slots: 1, nodes: Vec::new() };
    let of_slot = folded.fold(&Angle::slot(Slot(0)));
    let bind = BindProgram { n_inputs: 1, nodes: folded.nodes };
    for angle in angles {
        let mut none = Folded { n_slots: 0, nodes: Vec::new() };
        check(angle, &none.fold(&Angle::constant(angle)), &[]);
        assert!(none.nodes.is_empty());
        let mut slots = Vec::new();
        bind.bind(&[angle], &mut slots).unwrap();
        check(angle, &of_slot, &slots);
    }
}
