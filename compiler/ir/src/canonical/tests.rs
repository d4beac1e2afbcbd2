//! Random and degenerate unitaries, put together again.

use qml_gates::Gate;

use super::{C64, Canonical, M4, count_cx_of, decompose, tensor, times};
use crate::circuit::testing::{Random, random_unitary};

fn can(coordinates: [f64; 3]) -> M4 {
    let mut product: M4 = tensor(&[crate::euler::IDENTITY; 2]);
    for (gate, x) in [Gate::Rxx, Gate::Ryy, Gate::Rzz].into_iter().zip(coordinates) {
        product = times(&matrix(gate, &[-2.0 * x]), &product);
    }
    product
}

fn matrix(gate: Gate, angles: &[f64]) -> M4 {
    let m = (gate.def().matrix)(angles);
    std::array::from_fn(|r| std::array::from_fn(|c| m.at(r, c)))
}

fn compose(k: &Canonical) -> M4 {
    let m = times(&tensor(&k.after), &times(&can(k.coordinates), &tensor(&k.before)));
    m.map(|row| row.map(|z| z * C64::from_polar(1.0, k.phase)))
}

fn random_4(random: &mut Random) -> M4 {
    let entries = random_unitary(random, 2);
    std::array::from_fn(|r| std::array::from_fn(|c| entries[4 * r + c]))
}

fn random_locals(random: &mut Random) -> M4 {
    let mut one = || {
        let entries = random_unitary(random, 1);
        std::array::from_fn(|r| std::array::from_fn(|c| entries[2 * r + c]))
    };
    tensor(&[one(), one()])
}

fn check(u: &M4) {
    let again = compose(&decompose(u));
    let apart =
        u.iter().flatten().zip(again.iter().flatten()).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(apart < 1e-12, "{apart:e}");
}

#[test]
fn random_and_degenerate_unitaries() {
    let mut random = Random::new(3);
    for _ in 0..200 {
        check(&random_4(&mut random));
        for coordinates in [
            [0.0; 3],
            [0.25, 0.0, 0.0],
            [0.25, 0.25, 0.0],
            [0.25; 3],
            [0.25, 0.125, 0.0],
            [1e-7, 0.0, 0.0],
            [0.25, 0.25, 0.25 - 1e-9],
        ] {
            let core = can(coordinates.map(|x| x * std::f64::consts::PI));
            check(&times(&random_locals(&mut random), &times(&core, &random_locals(&mut random))));
        }
    }
}

#[test]
fn cx_are_counted_without_the_form() {
    use std::f64::consts::FRAC_PI_4;
    let mut random = Random::new(26);
    for (coordinates, n_cx) in [
        ([0.0; 3], 0),
        ([FRAC_PI_4, 0.0, 0.0], 1),
        ([FRAC_PI_4, FRAC_PI_4, 0.0], 2),
        ([FRAC_PI_4; 3], 3),
        ([0.3, 0.0, 0.0], 2),
    ] {
        for _ in 0..10 {
            let u =
                times(&random_locals(&mut random), &times(&can(coordinates), &random_locals(&mut random)));
            assert_eq!(count_cx_of(&u), n_cx, "{coordinates:?}");
        }
    }
    for _ in 0..40 {
        let [a, b] = [random.unit(), random.unit()];
        let two = times(&random_locals(&mut random), &times(&can([a, b, 0.0]), &random_locals(&mut random)));
        assert_eq!(count_cx_of(&two), 2);
        assert_eq!(count_cx_of(&random_4(&mut random)), 3);
    }
}
