use qml_gates::Matrix;
use qml_ir::circuit::testing::{Random, random_unitary};

use super::*;
use qml_ir::canonical::{M4, tensor};
use qml_ir::canonical::{decompose, times as product};

fn m4(data: &[crate::one_qubit::C64]) -> M4 {
    std::array::from_fn(|r| std::array::from_fn(|c| data[4 * r + c]))
}

fn can(coordinates: &[f64; 3]) -> M4 {
    let rotation = |gate: Gate, angle: f64| m4(&gate.matrix(&[-2.0 * angle]).data);
    let [a, b, c] = coordinates;
    let ab = product(&rotation(Gate::Rxx, *a), &rotation(Gate::Ryy, *b));
    product(&ab, &rotation(Gate::Rzz, *c))
}

fn matrix(canonical: &Canonical) -> M4 {
    let core = product(&can(&canonical.coordinates), &tensor(&canonical.before));
    product(&tensor(&canonical.after), &core)
}

fn apart(a: &M4, b: &M4) -> f64 {
    a.iter().flatten().zip(b.iter().flatten()).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

#[test]
fn the_product_stays_and_turns_that_pass_are_gone() {
    let mut random = Random::new(61);
    let mut n_passing = 0;
    for _ in 0..200 {
        let one = |random: &mut Random| -> M2 {
            let m = random_unitary(random, 1);
            std::array::from_fn(|r| std::array::from_fn(|c| m[2 * r + c]))
        };
        let quarters = [0; 3].map(|_| (random.below(9) as f64 - 4.0) * FRAC_PI_4);
        let mut canonical = Canonical {
            after: [one(&mut random), one(&mut random)],
            coordinates: quarters,
            before: [one(&mut random), one(&mut random)],
            phase: 0.0,
            generators: Vec::new(),
        };
        if random.chance(0.2) {
            canonical.coordinates[random.below(3)] = random.unit();
        }
        let before = matrix(&canonical);
        let coordinates = canonical.coordinates.map(Angle::constant);
        pass_turns(&mut canonical, &coordinates);
        assert!(apart(&before, &matrix(&canonical)) < 1e-9, "{quarters:?}");
        for axis in 0..3 {
            if passage([&coordinates[(axis + 1) % 3], &coordinates[(axis + 2) % 3]]).is_some() {
                n_passing += 1;
            }
        }
    }
    assert!(n_passing > 100);
}

/// Whether a matrix is a Clifford gate: it takes Pauli letters to Pauli letters.
fn is_clifford(m: &M2) -> bool {
    [Gate::X, Gate::Z].iter().all(|&letter| {
        let moved = times(m, &times(&gate_matrix(letter, &[]), &dagger(m)));
        [Gate::X, Gate::Y, Gate::Z].iter().any(|&other| {
            let p = gate_matrix(other, &[]);
            let trace = times(&p, &moved);
            ((trace[0][0] + trace[1][1]).norm() - 2.0).abs() < 1e-9
        })
    })
}

#[test]
fn clifford_products_get_clifford_gates() {
    let mut random = Random::new(62);
    for _ in 0..300 {
        let mut u = Matrix::identity(4);
        for _ in 0..12 {
            let one = [Gate::H, Gate::S, Gate::Sx][random.below(3)].matrix(&[]);
            let local =
                if random.chance(0.5) { [one, Matrix::identity(2)] } else { [Matrix::identity(2), one] };
            let [low, high] = local.map(|m| std::array::from_fn(|r| std::array::from_fn(|c| m.at(r, c))));
            let local = tensor(&[low, high]).concat();
            u = Matrix { dim: 4, data: local.into() }.times(&u);
            if random.chance(0.3) {
                u = Gate::Cx.matrix(&[]).times(&u);
            }
        }
        let mut canonical = decompose(&m4(&u.data));
        let coordinates = canonical.coordinates.map(Angle::constant);
        pass_turns(&mut canonical, &coordinates);
        for m in canonical.before.iter().chain(&canonical.after) {
            assert!(is_clifford(m), "{:?} {m:?}", canonical.coordinates);
        }
    }
}
