//! What two-wire gates cost in the two-qubit gate of a device, and how they are made of it.
//!
//! Only the class of a gate matters, its coordinates in `CAN(a, b, c) = exp i(a XX + b YY + c ZZ)`: the rest are gates
//! on one wire. With as few as possible (`Zhang` et al., Phys. Rev. A 67, 042313 (2003); Huang et al., PRX Quantum 4,
//! 030303 (2023)):
//!
//! | native gate | one | two | three |
//! | --- | --- | --- | --- |
//! | CZ, CX, ECR | `(pi/4, 0, 0)` | `(a, b, 0)` | all |
//! | a rotation by any angle | `(a, 0, 0)` | `(a, b, 0)` | all |
//! | iSWAP | `(pi/4, pi/4, 0)` | `(a, b, 0)` | all |
//! | its square root | `(pi/8, pi/8, 0)` | `a >= b + |c|` in the chamber | all |
//!
//! SWAP is three of each.

use std::f64::consts::{FRAC_PI_2, FRAC_PI_4, PI};

use qml_devices::TwoQubitBasis;
use qml_gates::Gate;
use qml_ir::circuit::{Angle, Op, OpKind, Wire};
use qml_source::Span;

use crate::emit_canonical::{push_canonical, push_locals};
use crate::emit_iswap::{push_iswaps, push_sqrt_iswaps, sqrt_iswaps_of};
use crate::one_qubit::{C64, is_multiple};
use qml_ir::canonical::{M4, count_cx_of, decompose, determinant, magic_square, times};

/// What the two-qubit gate of a device is like, up to gates on one qubit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PairBasis {
    /// CZ, CX or ECR.
    Controlled,
    /// A rotation about a product of two Pauli letters, by any angle.
    Rotation,
    /// iSWAP.
    Iswap,
    /// The square root of iSWAP.
    SqrtIswap,
}

impl PairBasis {
    /// The kind of a native gate.
    pub fn of(gate: TwoQubitBasis) -> Self {
        match gate {
            TwoQubitBasis::Cz | TwoQubitBasis::Cx | TwoQubitBasis::Ecr => Self::Controlled,
            TwoQubitBasis::Rzz | TwoQubitBasis::CzRzz | TwoQubitBasis::Rxx | TwoQubitBasis::Ms => {
                Self::Rotation
            }
            TwoQubitBasis::Iswap => Self::Iswap,
            TwoQubitBasis::SqrtIswap => Self::SqrtIswap,
        }
    }

    /// Native gates that an operation costs by itself; 0 for what is no gate on two wires.
    pub fn cost(self, op: &Op) -> usize {
        let OpKind::Gate { gate, angles, wires, .. } = &op.kind else { return 0 };
        if wires.len() < 2 {
            return 0;
        }
        if self == Self::Controlled {
            return match gate {
                Gate::Cx | Gate::Cz => 1,
                Gate::Swap => 3,
                _ if is_multiple(&angles[0], PI) => 0,
                _ if is_multiple(&angles[0], FRAC_PI_2) => 1,
                _ => 2,
            };
        }
        self.count(&coordinates(*gate, angles.first()))
    }

    /// Native gates that [`Self::push`] needs.
    pub fn count(self, coordinates: &[Angle; 3]) -> usize {
        let mut open: [Option<&Angle>; 3] = coordinates.each_ref().map(Some);
        open.iter_mut().for_each(|angle| {
            angle.take_if(|angle| is_multiple(angle, FRAC_PI_2));
        });
        let n_open = open.iter().flatten().count();
        let is_eighths = open.iter().flatten().all(|angle| is_multiple(angle, FRAC_PI_4));
        match (self, n_open) {
            (_, 0) => 0,
            (Self::Controlled, 1) => 2 - usize::from(is_eighths),
            (Self::Controlled | Self::Rotation, n) => n,
            (Self::Iswap, 2) if is_eighths => 1,
            (Self::Iswap, n) => n.max(2),
            (Self::SqrtIswap, n) => {
                let constant = coordinates.iter().all(Angle::is_constant);
                let of_constant = || sqrt_iswaps_of(coordinates.each_ref().map(|angle| angle.constant));
                if constant { of_constant() } else { 2 * n.max(2) }
            }
        }
    }

    /// Native gates that a constant unitary needs.
    pub fn count_of(self, u: &M4) -> usize {
        match self {
            Self::Controlled => count_cx_of(u),
            Self::Rotation => match count_cx_of(u) {
                0 => 0,
                _ if is_rotation(u) => 1,
                n => n,
            },
            Self::Iswap => match count_cx_of(u) {
                2 if is_iswap(u) => 1,
                1 => 2,
                n => n,
            },
            Self::SqrtIswap => sqrt_iswaps_of(decompose(u).coordinates),
        }
    }

    /// Appends `CAN(a, b, c)`. Leaves CX and CZ, rotations, iSWAP or its square root, as the basis is, and gates on one
    /// wire.
    pub fn push(self, coordinates: &[Angle; 3], wires: [Wire; 2], span: Span, out: &mut Vec<Op>) {
        match self {
            Self::Controlled => push_canonical(coordinates, wires, span, out),
            Self::Rotation => {
                for (axis, angle) in push_locals(coordinates, wires, span, out) {
                    let gate = [Gate::Rxx, Gate::Ryy, Gate::Rzz][axis];
                    out.push(Op::gate(gate, &[angle.times(-2.0)], &wires, span));
                }
            }
            Self::Iswap => push_iswaps(coordinates, wires, span, out),
            Self::SqrtIswap => push_sqrt_iswaps(coordinates, wires, span, out),
        }
    }
}

/// The coordinates of a gate on two wires as `lower_controls` and the bases leave them, up to gates on one wire.
fn coordinates(gate: Gate, angle: Option<&Angle>) -> [Angle; 3] {
    let at = |x: [f64; 3]| x.map(|x| Angle::constant(x * FRAC_PI_4));
    match gate {
        Gate::Cx | Gate::Cz => at([1.0, 0.0, 0.0]),
        Gate::Swap => at([1.0, 1.0, 1.0]),
        Gate::Iswap => at([1.0, 1.0, 0.0]),
        Gate::SqrtIswap => at([0.5, 0.5, 0.0]),
        _ => [angle.map(|angle| angle.times(-0.5)).unwrap_or_default(), Angle::default(), Angle::default()],
    }
}

/// Whether a unitary has one coordinate: with `M = U^T U` in the magic basis and `d = det U`, two eigenvalues of `M`,
/// each of them twice, with the product `d`.
fn is_rotation(u: &M4) -> bool {
    const CLOSE: f64 = 1e-9;
    let (m, d) = (magic_square(u), determinant(u));
    let mean = (m[0][0] + m[1][1] + m[2][2] + m[3][3]) / 4.0;
    let mut rest = m;
    (0..4).for_each(|i| rest[i][i] -= mean);
    let square = times(&rest, &rest);
    let scale = square[0][0];
    is_scalar(&square, scale, CLOSE) && (mean * mean - scale - d).norm() < CLOSE
}

/// Whether a unitary is iSWAP up to gates on one wire: `M` has no trace, and `M^2 = d`.
fn is_iswap(u: &M4) -> bool {
    const CLOSE: f64 = 1e-9;
    let (m, d) = (magic_square(u), determinant(u));
    let trace = m[0][0] + m[1][1] + m[2][2] + m[3][3];
    trace.norm() < CLOSE && is_scalar(&times(&m, &m), d, CLOSE)
}

fn is_scalar(m: &M4, scale: C64, close: f64) -> bool {
    let expected = |r: usize, c: usize| if r == c { scale } else { C64::default() };
    (0..4).all(|r| (0..4).all(|c| (m[r][c] - expected(r, c)).norm() < close))
}

#[cfg(test)]
mod tests;
