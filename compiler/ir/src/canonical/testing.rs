//! For tests of this and other crates: unitaries by their coordinates, and random ones.

use qml_gates::Gate;

use super::{C64, Canonical, M4, decompose, tensor, times};
use crate::circuit::testing::{Random, random_unitary};
use crate::euler::IDENTITY;

/// `CAN(a, b, c)` as the product of its rotations.
pub fn can(coordinates: [f64; 3]) -> M4 {
    let mut product: M4 = tensor(&[IDENTITY; 2]);
    for (gate, x) in [Gate::Rxx, Gate::Ryy, Gate::Rzz].into_iter().zip(coordinates) {
        product = times(&matrix(gate, &[-2.0 * x]), &product);
    }
    product
}

fn matrix(gate: Gate, angles: &[f64]) -> M4 {
    let m = (gate.def().matrix)(angles);
    std::array::from_fn(|r| std::array::from_fn(|c| m.at(r, c)))
}

/// The product of a canonical form.
pub fn compose(k: &Canonical) -> M4 {
    let m = times(&tensor(&k.after), &times(&can(k.coordinates), &tensor(&k.before)));
    m.map(|row| row.map(|z| z * C64::from_polar(1.0, k.phase)))
}

/// A random unitary.
pub fn random_4(random: &mut Random) -> M4 {
    let entries = random_unitary(random, 2);
    std::array::from_fn(|r| std::array::from_fn(|c| entries[4 * r + c]))
}

/// Random gates on both wires.
pub fn random_locals(random: &mut Random) -> M4 {
    let mut one = || {
        let entries = random_unitary(random, 1);
        std::array::from_fn(|r| std::array::from_fn(|c| entries[2 * r + c]))
    };
    tensor(&[one(), one()])
}

/// Fails if the canonical form is not that of the unitary.
pub fn check(u: &M4) {
    check_same(u, &compose(&decompose(u)));
}

/// Fails if the matrices differ.
pub fn check_same(u: &M4, again: &M4) {
    let apart =
        u.iter().flatten().zip(again.iter().flatten()).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max);
    assert!(apart < 1e-12, "{apart:e}");
}
