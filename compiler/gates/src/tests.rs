//! Walks over the table: every row keeps what its columns say.

use crate::{C64, Gate, Inverse, Matrix, Port};

/// A small deterministic stream of numbers (`SplitMix64`).
struct Random(u64);

impl Random {
    fn unit(&mut self) -> f64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) >> 11) as f64 / (1u64 << 53) as f64
    }

    fn angles(&mut self, gate: Gate) -> Vec<f64> {
        gate.def().params.iter().map(|_| 12.0 * self.unit() - 6.0).collect()
    }

    fn vector(&mut self, dim: usize) -> Vec<C64> {
        (0..dim).map(|_| C64::new(self.unit() - 0.5, self.unit() - 0.5)).collect()
    }
}

/// Calls `check` with each gate and some random angles for it.
fn each_gate(mut check: impl FnMut(Gate, &[f64], &mut Random)) {
    let mut random = Random(7);
    for &gate in Gate::ALL {
        for _ in 0..5 {
            let angles = random.angles(gate);
            check(gate, &angles, &mut random);
        }
    }
}

fn distance(a: &Matrix, b: &Matrix) -> f64 {
    assert_eq!(a.dim, b.dim);
    a.data.iter().zip(&b.data).map(|(a, b)| (a - b).norm()).fold(0.0, f64::max)
}

/// The letter on one wire, by its action on basis states; not the table's own Pauli matrices.
fn on_wire(letter: Port, wire: usize, dim: usize) -> Matrix {
    let mut matrix = Matrix::zero(dim);
    for column in 0..dim {
        let sign = if column >> wire & 1 == 1 { -1.0 } else { 1.0 };
        let (row, entry) = match letter {
            Port::X => (column ^ 1 << wire, C64::new(1.0, 0.0)),
            Port::Y => (column ^ 1 << wire, C64::new(0.0, sign)),
            _ => (column, C64::new(sign, 0.0)),
        };
        matrix.data[row * dim + column] = entry;
    }
    matrix
}

#[test]
fn rows_are_in_order_and_complete() {
    let mut names = Vec::new();
    for &gate in Gate::ALL {
        let def = gate.def();
        assert_eq!(def.gate, gate);
        assert_eq!(Gate::find(def.name), Some(gate));
        assert_eq!(def.ports.len(), def.wires.len(), "{}", def.name);
        assert_eq!(def.frequencies.len(), def.params.len(), "{}", def.name);
        assert!(!names.contains(&def.name), "{} twice", def.name);
        names.push(def.name);
    }
    assert_eq!(Gate::find("nothing"), None);
}

#[test]
fn matrices_are_unitary() {
    each_gate(|gate, angles, _| {
        let matrix = gate.matrix(angles);
        assert_eq!(matrix.dim, 1 << gate.def().wires.len(), "{gate:?}");
        assert_eq!(matrix.data.len(), matrix.dim * matrix.dim);
        assert!(distance(&matrix.times(&matrix.dagger()), &Matrix::identity(matrix.dim)) < 1e-13, "{gate:?}");
    });
}

#[test]
fn inverses_undo_with_global_phase() {
    each_gate(|gate, angles, _| {
        let inverse = match gate.def().inverse {
            Inverse::Itself => gate.matrix(angles),
            Inverse::Gate(other) => other.matrix(angles),
            Inverse::Negate => gate.matrix(&angles.iter().map(|a| -a).collect::<Vec<_>>()),
            Inverse::Angles(map) => {
                gate.matrix(&map.iter().map(|&(sign, index)| sign * angles[index]).collect::<Vec<_>>())
            }
            Inverse::Bound(other, fixed) => other.matrix(fixed),
        };
        let matrix = gate.matrix(angles);
        assert!(distance(&matrix.times(&inverse), &Matrix::identity(matrix.dim)) < 1e-13, "{gate:?}");
    });
}

#[test]
fn derivatives_agree_with_differences() {
    let step = 1e-5;
    each_gate(|gate, angles, _| {
        for index in 0..angles.len() {
            let at = |shift: f64| {
                let mut shifted = angles.to_vec();
                shifted[index] += shift;
                gate.matrix(&shifted)
            };
            let (above, below) = (at(step), at(-step));
            let data = above.data.iter().zip(&below.data).map(|(a, b)| (a - b) / (2.0 * step)).collect();
            let differences = Matrix { dim: above.dim, data };
            assert!(distance(&gate.derivative(angles, index), &differences) < 1e-9, "{gate:?} {index}");
        }
    });
}

#[test]
fn ports_are_the_paulis_that_commute_and_none_is_missing() {
    each_gate(|gate, angles, _| {
        let matrix = gate.matrix(angles);
        for (wire, &port) in gate.def().ports.iter().enumerate() {
            for letter in [Port::X, Port::Y, Port::Z] {
                let pauli = on_wire(letter, wire, matrix.dim);
                let commutes = distance(&matrix.times(&pauli), &pauli.times(&matrix)) < 1e-12;
                assert_eq!(commutes, port == letter || port == Port::Any, "{gate:?} {wire} {letter:?}");
            }
        }
    });
}

#[test]
fn controls_add_to_the_base() {
    each_gate(|gate, angles, _| {
        let Some((n_controls, base)) = gate.def().control else { return };
        assert_eq!(base.def().wires.len() + n_controls, gate.def().wires.len());
        let (matrix, base) = (gate.matrix(angles), base.matrix(angles));
        let on = (1 << n_controls) - 1;
        for row in 0..matrix.dim {
            for column in 0..matrix.dim {
                let idle = if row == column { 1.0 } else { 0.0 };
                let expected = match (row & on == on, column & on == on) {
                    (true, true) => base.at(row >> n_controls, column >> n_controls),
                    _ => C64::new(idle, 0.0),
                };
                assert!((matrix.at(row, column) - expected).norm() < 1e-15, "{gate:?}");
            }
        }
    });
}

/// `<psi| A^dagger O B |psi>` for a diagonal-free random Hermitian `O = |v><w| + |w><v|`.
fn expectation(a: &Matrix, b: &Matrix, psi: &[C64], v: &[C64], w: &[C64]) -> C64 {
    let apply = |m: &Matrix| -> Vec<C64> {
        (0..m.dim).map(|row| (0..m.dim).map(|column| m.at(row, column) * psi[column]).sum()).collect()
    };
    let dot = |x: &[C64], y: &[C64]| -> C64 { x.iter().zip(y).map(|(x, y)| x.conj() * y).sum() };
    let (left, right) = (apply(a), apply(b));
    dot(&left, v) * dot(w, &right) + dot(&left, w) * dot(v, &right)
}

/// Derivative from values at shifted angles alone, for a function with these frequencies.
fn shift_rule(frequencies: &[f64], value: impl Fn(f64) -> f64) -> f64 {
    let odd = |shift: f64| (value(shift) - value(-shift)) / 2.0;
    match *frequencies {
        [] => 0.0,
        [w] => w * odd(0.8) / (w * 0.8).sin(),
        [w1, w2] => {
            // odd(s) = b1 sin(w1 s) + b2 sin(w2 s), for two shifts.
            let (s, t) = (0.6, 1.5);
            let (a11, a12, a21, a22) = ((w1 * s).sin(), (w2 * s).sin(), (w1 * t).sin(), (w2 * t).sin());
            let det = a11 * a22 - a12 * a21;
            let (b1, b2) = ((odd(s) * a22 - a12 * odd(t)) / det, (a11 * odd(t) - a21 * odd(s)) / det);
            w1 * b1 + w2 * b2
        }
        _ => panic!("no rule for {frequencies:?}"),
    }
}

/// The wanted derivative and the shift rule's, for a random state and observable, with or without an added control.
fn derivative_twice(
    (gate, angles, index): (Gate, &[f64], usize),
    (controlled, frequencies): (bool, &[f64]),
    random: &mut Random,
) -> (f64, f64) {
    let with_control = |matrix: Matrix, idle: f64| {
        if !controlled {
            return matrix;
        }
        let dim = 2 * matrix.dim;
        let mut bigger = Matrix::zero(dim);
        for row in 0..matrix.dim {
            bigger.data[row * dim + row] = C64::new(idle, 0.0);
            for column in 0..matrix.dim {
                bigger.data[(row + matrix.dim) * dim + column + matrix.dim] = matrix.at(row, column);
            }
        }
        bigger
    };
    let matrix = with_control(gate.matrix(angles), 1.0);
    let (psi, v, w) = (random.vector(matrix.dim), random.vector(matrix.dim), random.vector(matrix.dim));
    let derivative = with_control(gate.derivative(angles, index), 0.0);
    let wanted = 2.0 * expectation(&matrix, &derivative, &psi, &v, &w).re;
    let value = |shift: f64| {
        let mut shifted = angles.to_vec();
        shifted[index] += shift;
        let matrix = with_control(gate.matrix(&shifted), 1.0);
        expectation(&matrix, &matrix, &psi, &v, &w).re
    };
    (wanted, shift_rule(frequencies, value))
}

#[test]
fn shift_rule_with_the_frequencies_gives_derivatives_of_expectation_values() {
    each_gate(|gate, angles, random| {
        for index in 0..angles.len() {
            let (wanted, ruled) =
                derivative_twice((gate, angles, index), (false, gate.def().frequencies[index]), random);
            assert!((wanted - ruled).abs() < 1e-10, "{gate:?} {index}: {wanted} {ruled}");
        }
    });
}

#[test]
fn shift_rule_holds_under_an_added_control() {
    each_gate(|gate, angles, random| {
        for index in 0..angles.len() {
            let frequencies = gate.controlled_frequencies(index);
            let (wanted, ruled) = derivative_twice((gate, angles, index), (true, &frequencies), random);
            assert!((wanted - ruled).abs() < 1e-10, "{gate:?} {index}: {wanted} {ruled}");
        }
    });
    assert_eq!(Gate::Rz.controlled_frequencies(0), [0.5, 1.0]);
    assert_eq!(Gate::P.controlled_frequencies(0), [1.0]);
    assert_eq!(Gate::Gphase.controlled_frequencies(0), [1.0]);
}

/// A gate against entries written down from its definition in Qiskit's documentation.
fn check_entries(gate: Gate, angles: &[f64], entries: &[(f64, f64)]) {
    let matrix = gate.matrix(angles);
    assert_eq!(matrix.data.len(), entries.len());
    for (i, (entry, expected)) in matrix.data.iter().zip(entries).enumerate() {
        assert!((entry - C64::new(expected.0, expected.1)).norm() < 1e-15, "{gate:?} entry {i}: {entry}");
    }
}

#[test]
fn conventions_are_those_of_qiskit() {
    const O: (f64, f64) = (0.0, 0.0);
    const E: (f64, f64) = (1.0, 0.0);
    let r = 0.5f64.sqrt();
    let (t, p, l): (f64, f64, f64) = (0.8, 0.3, 1.1);
    let (s, c) = (0.4f64.sin(), 0.4f64.cos());
    check_entries(Gate::Sx, &[], &[(0.5, 0.5), (0.5, -0.5), (0.5, -0.5), (0.5, 0.5)]);
    check_entries(Gate::Y, &[], &[O, (0.0, -1.0), (0.0, 1.0), O]);
    check_entries(Gate::T, &[], &[E, O, O, (r, r)]);
    check_entries(Gate::Rx, &[t], &[(c, 0.0), (0.0, -s), (0.0, -s), (c, 0.0)]);
    check_entries(Gate::Ry, &[t], &[(c, 0.0), (-s, 0.0), (s, 0.0), (c, 0.0)]);
    check_entries(Gate::Rz, &[t], &[(c, -s), O, O, (c, s)]);
    check_entries(Gate::P, &[t], &[E, O, O, (t.cos(), t.sin())]);
    let u = [
        (c, 0.0),
        (-s * l.cos(), -s * l.sin()),
        (s * p.cos(), s * p.sin()),
        (c * (p + l).cos(), c * (p + l).sin()),
    ];
    check_entries(Gate::U, &[t, p, l], &u);
    check_entries(Gate::Cx, &[], &[E, O, O, O, O, O, O, E, O, O, E, O, O, E, O, O]);
    check_entries(Gate::Iswap, &[], &[E, O, O, O, O, O, (0.0, 1.0), O, O, (0.0, 1.0), O, O, O, O, O, E]);
    let (one, i, mi) = ((r, 0.0), (0.0, r), (0.0, -r));
    check_entries(Gate::Ecr, &[], &[O, one, O, i, one, O, mi, O, O, i, O, one, mi, O, one, O]);
    let (d, m, n) = ((c, 0.0), (0.0, -s), (0.0, s));
    check_entries(Gate::Rzx, &[t], &[d, O, m, O, O, d, O, n, m, O, d, O, O, n, O, d]);
    let (above, below) = ((-s * p.sin(), -s * p.cos()), (s * p.sin(), -s * p.cos()));
    check_entries(Gate::XxPlusYy, &[t, p], &[E, O, O, O, O, d, above, O, O, below, d, O, O, O, O, E]);
    check_entries(Gate::Prx, &[t, p], &[d, above, below, d]);
    let (half, ihalf) = ((r, 0.0), (0.0, r));
    check_entries(Gate::SqrtIswap, &[], &[E, O, O, O, O, half, ihalf, O, O, ihalf, half, O, O, O, O, E]);
    // IonQ's matrix, of which the angles are turns.
    let at = |phase: f64| (-s * phase.sin(), -s * phase.cos());
    let (up, mixed) = (at(p + l), at(l - p));
    let (down, other) = ((-up.0, up.1), (-mixed.0, mixed.1));
    check_entries(Gate::Ms, &[p, l, t], &[d, O, O, up, O, d, mixed, O, O, other, d, O, down, O, O, d]);
}
