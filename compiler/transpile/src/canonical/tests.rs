//! Random and degenerate unitaries, put together again.

use qml_gates::Gate;
use qml_ir::circuit::testing::{Random, random_unitary};

use super::{C64, Canonical, M4, decompose, tensor, times};

pub fn can(coordinates: [f64; 3]) -> M4 {
    let mut product: M4 = tensor(&[crate::one_qubit::IDENTITY; 2]);
    for (gate, x) in [Gate::Rxx, Gate::Ryy, Gate::Rzz].into_iter().zip(coordinates) {
        product = times(&matrix(gate, &[-2.0 * x]), &product);
    }
    product
}

pub fn matrix(gate: Gate, angles: &[f64]) -> M4 {
    let m = (gate.def().matrix)(angles);
    std::array::from_fn(|r| std::array::from_fn(|c| m.at(r, c)))
}

pub fn compose(k: &Canonical) -> M4 {
    let m = times(&tensor(&k.after), &times(&can(k.coordinates), &tensor(&k.before)));
    m.map(|row| row.map(|z| z * C64::from_polar(1.0, k.phase)))
}

pub fn random_4(random: &mut Random) -> M4 {
    let entries = random_unitary(random, 2);
    std::array::from_fn(|r| std::array::from_fn(|c| entries[4 * r + c]))
}

pub fn random_locals(random: &mut Random) -> M4 {
    let mut one = || {
        let entries = random_unitary(random, 1);
        std::array::from_fn(|r| std::array::from_fn(|c| entries[2 * r + c]))
    };
    tensor(&[one(), one()])
}

pub fn check(u: &M4) {
    check_same(u, &compose(&decompose(u)));
}

pub fn check_same(u: &M4, again: &M4) {
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
