use qml_ir::canonical::tensor;
use qml_ir::circuit::testing::Random;

use super::*;
use crate::one_qubit::{C64, IDENTITY};

/// Row by row, as the table of gates has it.
fn product(gate: Gate, angles: &[f64], own: &[usize], u: &M4) -> M4 {
    let matrix = gate.matrix(angles);
    let m: M4 = match *own {
        [wire] => {
            let small: M2 = std::array::from_fn(|r| std::array::from_fn(|c| matrix.at(r, c)));
            tensor(&if wire == 0 { [small, IDENTITY] } else { [IDENTITY, small] })
        }
        _ => {
            let index = |i: usize| if own[0] == 1 { [0, 2, 1, 3][i] } else { i };
            std::array::from_fn(|r| std::array::from_fn(|c| matrix.at(index(r), index(c))))
        }
    };
    times(&m, u)
}

#[test]
fn every_gate_does_what_its_matrix_says() {
    let mut random = Random::new(5);
    for &gate in Gate::ALL.iter().filter(|gate| matches!(gate.def().wires.len(), 1 | 2)) {
        for own in [[0, 1], [1, 0]] {
            let own = &own[..gate.def().wires.len()];
            let angles = random.angles(gate.def().params.len());
            let entry = |_| C64::new(random.unit(), random.unit());
            let entries: Vec<C64> = (0..16).map(entry).collect();
            let u: M4 = std::array::from_fn(|r| std::array::from_fn(|c| entries[4 * r + c]));
            let on: Vec<Wire> = own.iter().map(|&wire| Wire([7, 3][wire])).collect();
            let found = apply(gate, &angles, &on, [Wire(7), Wire(3)], &u);
            let expected = product(gate, &angles, own, &u);
            let mut entries = found.iter().flatten().zip(expected.iter().flatten());
            assert!(entries.all(|(a, b)| (a - b).norm() < 1e-12), "{gate:?} on {own:?}");
        }
    }
}
