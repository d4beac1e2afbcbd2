//! Matrices of one wire and their Euler angles.

use std::f64::consts::PI;
use std::sync::LazyLock;

use num_complex::Complex;
use qml_gates::Gate;

/// A complex number.
pub type C64 = Complex<f64>;

/// A 2x2 matrix, `[row][column]`.
pub type M2 = [[C64; 2]; 2];

/// Angles closer than this to a special value are that value. Errors stay far below what a device can tell.
pub const TOLERANCE: f64 = 1e-10;

/// The identity.
pub const IDENTITY: M2 = [[C64::new(1.0, 0.0), C64::new(0.0, 0.0)], [C64::new(0.0, 0.0), C64::new(1.0, 0.0)]];

/// The product `a * b`: `b` happens first.
pub fn times(a: &M2, b: &M2) -> M2 {
    std::array::from_fn(|r| std::array::from_fn(|c| a[r][0] * b[0][c] + a[r][1] * b[1][c]))
}

/// The conjugate transpose.
pub fn dagger(m: &M2) -> M2 {
    std::array::from_fn(|r| std::array::from_fn(|c| m[c][r].conj()))
}

/// The matrix of a one-wire gate of the table.
pub fn gate_matrix(gate: Gate, angles: &[f64]) -> M2 {
    if angles.is_empty() { FIXED[gate as usize] } else { computed_matrix(gate, angles) }
}

/// The matrices of the one-wire gates without angles, by the number of the gate: passes ask for them all the time.
static FIXED: LazyLock<Vec<M2>> = LazyLock::new(|| {
    let is_fixed = |gate: Gate| gate.def().wires.len() == 1 && gate.def().params.is_empty();
    let fixed = |&gate: &Gate| if is_fixed(gate) { computed_matrix(gate, &[]) } else { IDENTITY };
    Gate::ALL.iter().map(fixed).collect()
});

fn computed_matrix(gate: Gate, angles: &[f64]) -> M2 {
    let matrix = (gate.def().matrix)(angles);
    std::array::from_fn(|r| std::array::from_fn(|c| matrix.at(r, c)))
}

/// A one-qubit unitary as `exp(i phase) U(theta, phi, lambda)`, `theta` in `0..=pi`; where only one of `phi` and
/// `lambda` matters, `lambda` is 0.
#[derive(Clone, Copy, Debug)]
pub struct Euler {
    /// Turn about Y.
    pub theta: f64,
    /// Turn about Z after it.
    pub phi: f64,
    /// Turn about Z before it.
    pub lambda: f64,
    /// Global phase.
    pub phase: f64,
}

/// The Euler angles of a unitary.
pub fn euler(m: &M2) -> Euler {
    let theta = 2.0 * m[1][0].norm_sqr().sqrt().atan2(m[0][0].norm_sqr().sqrt());
    if theta < TOLERANCE {
        return Euler { theta: 0.0, phi: (m[1][1] / m[0][0]).arg(), lambda: 0.0, phase: m[0][0].arg() };
    }
    if PI - theta < TOLERANCE {
        let phase = (-m[0][1]).arg();
        return Euler { theta: PI, phi: m[1][0].arg() - phase, lambda: 0.0, phase };
    }
    let phase = m[0][0].arg();
    let phi = m[1][0].arg() - phase;
    // Of a small entry the argument is inexact. That of the sum of both turns must not be.
    let lambda = if theta < 1e-3 { m[1][1].arg() - phase - phi } else { (-m[0][1]).arg() - phase };
    Euler { theta, phi, lambda, phase }
}

/// The angle in `-pi..=pi` that is the same up to whole turns.
pub fn wrap(angle: f64) -> f64 {
    let wrapped = angle - (angle / (2.0 * PI)).round() * 2.0 * PI;
    if wrapped <= -PI { PI } else { wrapped }
}
