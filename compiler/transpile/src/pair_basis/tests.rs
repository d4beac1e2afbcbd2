//! Circuits of canonical gates against the product of their rotations, in every basis.

use std::f64::consts::FRAC_PI_4;

use qml_gates::Gate;
use qml_ir::circuit::testing::{Random, assert_same_unitary, random_angle};
use qml_ir::circuit::{Angle, Circuit, Op, Wire};
use qml_source::Span;

use super::PairBasis;
use qml_ir::canonical::testing::{can, random_locals};
use qml_ir::canonical::times;

const BASES: [PairBasis; 4] =
    [PairBasis::Controlled, PairBasis::Rotation, PairBasis::Iswap, PairBasis::SqrtIswap];

fn check(basis: PairBasis, coordinates: &[Angle; 3]) {
    let wires = [Wire(0), Wire(1)];
    let slots = vec!["a".to_owned(), "b".to_owned()];
    let mut wanted = Circuit { n_wires: 2, slots, output: wires.to_vec(), ..Circuit::default() };
    let mut found = wanted.clone();
    for (gate, angle) in [Gate::Rxx, Gate::Ryy, Gate::Rzz].into_iter().zip(coordinates) {
        wanted.ops.push(Op::gate(gate, &[angle.times(-2.0)], &wires, Span::default()));
    }
    basis.push(coordinates, wires, Span::default(), &mut found.ops);
    assert_same_unitary(&wanted, &found);
    assert_eq!(found.two_qubit_gates(), basis.count(coordinates), "{basis:?} {coordinates:?}");
}

#[test]
fn every_kind_of_coordinate() {
    let mut random = Random::new(5);
    let mut values: Vec<Angle> = (-3..4).map(|k| Angle::constant(f64::from(k) * FRAC_PI_4)).collect();
    values.extend([0.3, -1.9, 0.5 * FRAC_PI_4, 1e-7].map(Angle::constant));
    values.push(random_angle(&mut random, 2));
    for a in &values {
        for b in &values {
            for c in &values {
                for basis in BASES {
                    check(basis, &[a.clone(), b.clone(), c.clone()]);
                }
            }
        }
    }
}

#[test]
fn random_coordinates() {
    let mut random = Random::new(6);
    for i in 0..300 {
        // Small ones, and ones anywhere.
        let scale = if i % 2 == 0 { FRAC_PI_4 } else { 4.0 };
        let coordinates: [f64; 3] = std::array::from_fn(|_| scale * (2.0 * random.unit() - 1.0));
        // At and beside the walls of the chamber.
        let walls: [f64; 3] = std::array::from_fn(|_| {
            let aside = [0.0, 4e-17, -1e-16, 1e-12][random.below(4)];
            random.below(9) as f64 * 0.5 * FRAC_PI_4 + aside
        });
        for basis in BASES {
            check(basis, &coordinates.map(Angle::constant));
            check(basis, &walls.map(Angle::constant));
        }
    }
}

#[test]
fn counts() {
    let count = |basis: PairBasis, k: [f64; 3]| basis.count(&k.map(|x| Angle::constant(x * FRAC_PI_4)));
    // Coordinates in quarters of pi, with the counts of CX, rotations, iSWAP and its root.
    for (k, counts) in [
        ([0.0, 2.0, 4.0], [0, 0, 0, 0]),
        ([1.0, 0.0, 2.0], [1, 1, 2, 2]),
        ([0.3, 0.0, 0.0], [2, 1, 2, 2]),
        ([1.0, 1.0, 0.0], [2, 2, 1, 2]),
        ([0.0, 0.5, 0.5], [2, 2, 2, 1]),
        ([0.3, 0.2, 0.0], [2, 2, 2, 2]),
        ([0.3, 0.2, 0.1], [3, 3, 3, 2]),
        ([0.3, 0.2, 0.2], [3, 3, 3, 3]),
        ([1.0, 1.0, 1.0], [3, 3, 3, 3]),
    ] {
        let found = BASES.map(|basis| count(basis, k));
        assert_eq!(found, counts, "{k:?}");
    }
}

#[test]
fn matrices_are_counted_without_their_form() {
    let mut random = Random::new(26);
    let special = [
        [0.0; 3],
        [FRAC_PI_4, 0.0, 0.0],
        [FRAC_PI_4, FRAC_PI_4, 0.0],
        [FRAC_PI_4; 3],
        [0.3, 0.0, 0.0],
        [0.5 * FRAC_PI_4, 0.5 * FRAC_PI_4, 0.0],
        [FRAC_PI_4, 0.2, 0.0],
        [FRAC_PI_4, FRAC_PI_4, 0.2],
        [0.3, 0.3, 0.3],
    ];
    let random_ones: Vec<[f64; 3]> = (0..40)
        .map(|i| [random.unit(), random.unit(), if i % 2 == 0 { 0.0 } else { random.unit() }])
        .collect();
    for coordinates in special.into_iter().chain(random_ones) {
        let core = can(coordinates);
        let u = times(&random_locals(&mut random), &times(&core, &random_locals(&mut random)));
        let coordinates = coordinates.map(Angle::constant);
        for basis in BASES {
            assert_eq!(basis.count_of(&u), basis.count(&coordinates), "{basis:?} {coordinates:?}");
        }
    }
}
