//! One-qubit matrices: blocks of them, in closed form where the gate is common.

use std::ops::Range;

use qml_gates::Gate;

use crate::C64;

/// A 2 x 2 matrix, row by row.
pub(crate) type M2 = [C64; 4];

const IDENTITY: M2 = [C64::ONE, C64::ZERO, C64::ZERO, C64::ONE];

/// One-qubit gates one after the other on a wire, the first one first.
#[derive(Clone, Debug)]
pub(crate) struct Block {
    pub factors: Vec<Factor>,
}

/// A factor of a block.
#[derive(Clone, Debug)]
pub(crate) enum Factor {
    /// Always the same.
    Constant(M2),
    /// A gate with these of the plan's angles.
    Gate(Gate, Range<usize>),
}

impl Factor {
    /// The matrix for the values of the plan's angles.
    pub(crate) fn matrix(&self, angles: &[f64]) -> M2 {
        match self {
            Self::Constant(matrix) => *matrix,
            Self::Gate(gate, range) => one_qubit(*gate, &angles[range.clone()]),
        }
    }
}

impl Block {
    /// The product of the factors.
    pub(crate) fn matrix(&self, angles: &[f64]) -> M2 {
        let mut factors = self.factors.iter().map(|factor| factor.matrix(angles));
        let first = factors.next().unwrap_or(IDENTITY);
        factors.fold(first, |product, factor| times(&factor, &product))
    }

    /// The plan's angles that it reads.
    pub(crate) fn angles(&self) -> impl Iterator<Item = usize> {
        self.factors.iter().flat_map(|factor| match factor {
            Factor::Constant(_) => 0..0,
            Factor::Gate(_, range) => range.clone(),
        })
    }

    /// Adds `d value / d angle` to `d_angles` for each angle of the block, where the derivative of the value with
    /// respect to the block's matrix `U` is told by `transition`: `d value = 2 Re tr(dU transition)`.
    ///
    /// With `U = F_k .. F_1` and `T_j = F_j .. F_1 M F_k .. F_(j+1)`, so `T_0 = M U` and `T_j = F_j T_(j-1) F_j^H`:
    /// `d value / d F_j = 2 Re tr(dF_j T_(j-1) F_j^H)`.
    pub(crate) fn pull_back(&self, transition: &M2, angles: &[f64], d_angles: &mut [f64]) {
        let mut t = times(transition, &self.matrix(angles));
        for factor in &self.factors {
            let f = factor.matrix(angles);
            let g = times(&t, &dagger(&f));
            if let Factor::Gate(gate, range) = factor {
                for (i, angle) in range.clone().enumerate() {
                    let d = one_qubit_derivative(*gate, &angles[range.clone()], i);
                    let trace = d[0] * g[0] + d[1] * g[2] + d[2] * g[1] + d[3] * g[3];
                    d_angles[angle] += 2.0 * trace.re;
                }
            }
            t = times(&f, &g);
        }
    }
}

/// The product `a b`.
pub(crate) fn times(a: &M2, b: &M2) -> M2 {
    [
        a[0] * b[0] + a[1] * b[2],
        a[0] * b[1] + a[1] * b[3],
        a[2] * b[0] + a[3] * b[2],
        a[2] * b[1] + a[3] * b[3],
    ]
}

/// The conjugate transpose.
pub(crate) fn dagger(a: &M2) -> M2 {
    [a[0].conj(), a[2].conj(), a[1].conj(), a[3].conj()]
}

/// The matrix of a one-qubit gate; the common ones without an allocation.
pub(crate) fn one_qubit(gate: Gate, angles: &[f64]) -> M2 {
    let half = || (angles[0] / 2.0).sin_cos();
    let turn = |angle: f64| C64::from_polar(1.0, angle);
    let c = C64::new;
    match gate {
        Gate::Rx => {
            let (sin, cos) = half();
            [c(cos, 0.0), c(0.0, -sin), c(0.0, -sin), c(cos, 0.0)]
        }
        Gate::Ry => {
            let (sin, cos) = half();
            [c(cos, 0.0), c(-sin, 0.0), c(sin, 0.0), c(cos, 0.0)]
        }
        Gate::Rz => {
            let (sin, cos) = half();
            [c(cos, -sin), C64::ZERO, C64::ZERO, c(cos, sin)]
        }
        Gate::P => [C64::ONE, C64::ZERO, C64::ZERO, turn(angles[0])],
        Gate::U => {
            let (sin, cos) = half();
            let (phi, lambda) = (turn(angles[1]), turn(angles[2]));
            [c(cos, 0.0), -lambda * sin, phi * sin, phi * lambda * cos]
        }
        Gate::Prx => {
            let (sin, cos) = half();
            let phi = turn(angles[1]);
            [c(cos, 0.0), c(0.0, -sin) * phi.conj(), c(0.0, -sin) * phi, c(cos, 0.0)]
        }
        _ => {
            let matrix = gate.matrix(angles);
            [matrix.data[0], matrix.data[1], matrix.data[2], matrix.data[3]]
        }
    }
}

/// The derivative of [`one_qubit`] with respect to angle `index`.
pub(crate) fn one_qubit_derivative(gate: Gate, angles: &[f64], index: usize) -> M2 {
    let i = C64::I;
    // For matrices in cos(theta/2) and sin(theta/2) the derivative is half of the matrix at theta + pi.
    let half_turn = || {
        let mut shifted = [0.0; 3];
        shifted[..angles.len()].copy_from_slice(angles);
        shifted[0] += std::f64::consts::PI;
        one_qubit(gate, &shifted[..angles.len()]).map(|entry| entry * 0.5)
    };
    match (gate, index) {
        (Gate::Rx | Gate::Ry | Gate::Rz | Gate::U | Gate::Prx, 0) => half_turn(),
        (Gate::P, _) => [C64::ZERO, C64::ZERO, C64::ZERO, i * C64::from_polar(1.0, angles[0])],
        (Gate::U, 1) => {
            let m = one_qubit(gate, angles);
            [C64::ZERO, C64::ZERO, i * m[2], i * m[3]]
        }
        (Gate::U, _) => {
            let m = one_qubit(gate, angles);
            [C64::ZERO, i * m[1], C64::ZERO, i * m[3]]
        }
        (Gate::Prx, _) => {
            let m = one_qubit(gate, angles);
            [C64::ZERO, -i * m[1], i * m[2], C64::ZERO]
        }
        _ => {
            let matrix = gate.derivative(angles, index);
            [matrix.data[0], matrix.data[1], matrix.data[2], matrix.data[3]]
        }
    }
}

#[cfg(test)]
mod tests;
