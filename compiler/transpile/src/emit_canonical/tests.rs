//! Circuits of canonical gates against the product of their rotations.

use std::f64::consts::FRAC_PI_4;

use qml_gates::Gate;
use qml_ir::circuit::testing::{Random, assert_same_unitary, random_angle};
use qml_ir::circuit::{Angle, Circuit, Op, Wire};
use qml_source::Span;

use super::{count_cx, push_canonical};

fn check(coordinates: &[Angle; 3]) {
    let wires = [Wire(0), Wire(1)];
    let slots = vec!["a".to_owned(), "b".to_owned()];
    let mut wanted = Circuit { n_wires: 2, slots, output: wires.to_vec(), ..Circuit::default() };
    let mut found = wanted.clone();
    for (gate, angle) in [Gate::Rxx, Gate::Ryy, Gate::Rzz].into_iter().zip(coordinates) {
        wanted.ops.push(Op::gate(gate, &[angle.times(-2.0)], &wires, Span::default()));
    }
    push_canonical(coordinates, wires, Span::default(), &mut found.ops);
    assert_same_unitary(&wanted, &found);
    assert_eq!(found.two_qubit_gates(), count_cx(coordinates));
}

#[test]
fn every_kind_of_coordinate() {
    let mut random = Random::new(5);
    let mut values: Vec<Angle> = (-3..4).map(|k| Angle::constant(f64::from(k) * FRAC_PI_4)).collect();
    values.push(Angle::constant(0.3));
    values.push(random_angle(&mut random, 2));
    for a in &values {
        for b in &values {
            for c in &values {
                check(&[a.clone(), b.clone(), c.clone()]);
            }
        }
    }
}

#[test]
fn counts() {
    let count = |k: [f64; 3]| count_cx(&k.map(|x| Angle::constant(x * FRAC_PI_4)));
    assert_eq!(count([0.0, 2.0, 4.0]), 0);
    assert_eq!(count([1.0, 0.0, 2.0]), 1);
    assert_eq!(count([1.0, 1.0, 0.0]), 2);
    assert_eq!(count([1.0, 1.0, 1.0]), 3);
    assert_eq!(count([0.3, 0.0, 0.0]), 2);
}
