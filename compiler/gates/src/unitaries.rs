//! The building blocks of the table's matrices.

use std::f64::consts::FRAC_1_SQRT_2;

use crate::{C64, Matrix};

const ZERO: C64 = C64::new(0.0, 0.0);
const ONE: C64 = C64::new(1.0, 0.0);
const I: C64 = C64::new(0.0, 1.0);

/// The matrix of these entries, row by row.
fn square(entries: &[C64]) -> Matrix {
    Matrix { dim: entries.len().isqrt(), data: entries.into() }
}

/// `exp(i angle)`.
pub(crate) fn phase(angle: f64) -> C64 {
    C64::from_polar(1.0, angle)
}

/// The diagonal matrix of the phases `exp(i angle)`.
pub(crate) fn diagonal(angles: &[f64]) -> Matrix {
    let mut matrix = Matrix::identity(angles.len());
    for (i, &angle) in angles.iter().enumerate() {
        matrix.data[i * angles.len() + i] = phase(angle);
    }
    matrix
}

/// The diagonal matrix `diag(1, z)`; exact where `phase` rounds.
pub(crate) fn one_and(z: C64) -> Matrix {
    square(&[ONE, ZERO, ZERO, z])
}

/// A product of Pauli letters `I X Y Z`, the first letter on the first wire.
pub(crate) fn pauli(letters: &str) -> Matrix {
    let dim = 1 << letters.len();
    let mut matrix = Matrix::zero(dim);
    for column in 0..dim {
        let (mut row, mut entry) = (column, ONE);
        for (wire, letter) in letters.bytes().enumerate() {
            let bit = column >> wire & 1 == 1;
            match letter {
                b'I' => {}
                b'X' => row ^= 1 << wire,
                b'Y' => {
                    row ^= 1 << wire;
                    entry *= if bit { -I } else { I };
                }
                _ if bit => entry = -entry,
                _ => {}
            }
        }
        matrix.data[row * dim + column] = entry;
    }
    matrix
}

/// `exp(-i angle/2 P)` for a product of Pauli letters.
pub(crate) fn rotation(letters: &str, angle: f64) -> Matrix {
    let (sin, cos) = (angle / 2.0).sin_cos();
    let turned = -I * sin;
    // What most circuits consist of, without a loop.
    match letters {
        "X" => return square(&[cos.into(), turned, turned, cos.into()]),
        "Y" => return square(&[cos.into(), C64::from(-sin), sin.into(), cos.into()]),
        "Z" => return square(&[cos + turned, ZERO, ZERO, cos - turned]),
        _ => {}
    }
    let mut matrix = pauli(letters);
    for (i, entry) in matrix.data.iter_mut().enumerate() {
        *entry *= turned;
        if i % (matrix.dim + 1) == 0 {
            *entry += cos;
        }
    }
    matrix
}

/// The matrix that acts as `base` where the first `n_controls` wires are one.
pub(crate) fn controlled(n_controls: usize, base: &Matrix) -> Matrix {
    let dim = base.dim << n_controls;
    let ones = (1 << n_controls) - 1;
    let mut matrix = Matrix::identity(dim);
    for row in 0..base.dim {
        for column in 0..base.dim {
            let (to, from) = (row << n_controls | ones, column << n_controls | ones);
            matrix.data[to * dim + from] = base.at(row, column);
        }
    }
    matrix
}

/// Hadamard.
pub(crate) fn hadamard() -> Matrix {
    let h = C64::new(FRAC_1_SQRT_2, 0.0);
    square(&[h, h, h, -h])
}

/// The square root of X with eigenvalues 1 and `i` (`sign` 1), or its inverse (`sign` -1).
pub(crate) fn sqrt_x(sign: f64) -> Matrix {
    let (a, b) = (C64::new(0.5, 0.5 * sign), C64::new(0.5, -0.5 * sign));
    square(&[a, b, b, a])
}

/// `exp(i pi/4 sign)`, exactly the same in both parts.
pub(crate) fn eighth(sign: f64) -> C64 {
    C64::new(FRAC_1_SQRT_2, sign * FRAC_1_SQRT_2)
}

/// `u(theta, phi, lambda) = P(phi) RY(theta) P(lambda)`.
pub(crate) fn general(theta: f64, phi: f64, lambda: f64) -> Matrix {
    let (sin, cos) = (theta / 2.0).sin_cos();
    square(&[cos.into(), -phase(lambda) * sin, phase(phi) * sin, phase(phi + lambda) * cos])
}

/// `exp(-i theta/2 (cos(phi) X + sin(phi) Y))`.
pub(crate) fn planar(theta: f64, phi: f64) -> Matrix {
    let (sin, cos) = (theta / 2.0).sin_cos();
    square(&[cos.into(), -I * phase(-phi) * sin, -I * phase(phi) * sin, cos.into()])
}

/// `exp(-i theta/2 A B)` with `A = cos(phi0) X + sin(phi0) Y` on the first and B alike on the second wire.
pub(crate) fn inclined(phi0: f64, phi1: f64, theta: f64) -> Matrix {
    let mut matrix = rotation("XX", theta);
    for row in 0..4 {
        // What flips a wire up turns by the angle of its axis, what flips it down turns back.
        let turn = |bit: usize, angle: f64| if row >> bit & 1 == 1 { angle } else { -angle };
        matrix.data[row * 4 + (3 - row)] *= phase(turn(0, phi0) + turn(1, phi1));
    }
    matrix
}

/// A one-qubit matrix in the span of the states 1 and 2 of two wires (one of them is one), the identity elsewhere.
pub(crate) fn exchange(block: &Matrix) -> Matrix {
    let mut matrix = Matrix::identity(4);
    for row in 0..2 {
        for column in 0..2 {
            matrix.data[(row + 1) * 4 + column + 1] = block.at(row, column);
        }
    }
    matrix
}

/// The one-qubit matrix that exchanges 0 and 1 with this phase.
pub(crate) fn flip(z: C64) -> Matrix {
    square(&[ZERO, z, z, ZERO])
}

/// Echoed cross resonance, `(X_0 - Y_0 X_1) / sqrt(2)`.
pub(crate) fn echoed_cross_resonance() -> Matrix {
    let (x, yx) = (pauli("XI"), pauli("YX"));
    let data = x.data.iter().zip(&yx.data).map(|(a, b)| (a - b) * FRAC_1_SQRT_2).collect();
    Matrix { dim: 4, data }
}

/// `u(theta, phi, lambda)` times `exp(i gamma)`.
pub(crate) fn phased(gamma: f64, mut base: Matrix) -> Matrix {
    base.data.iter_mut().for_each(|entry| *entry *= phase(gamma));
    base
}
