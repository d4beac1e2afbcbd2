//! Plans of circuits with noise: for shots, where channels are steps of their own, and for the density matrix.
//!
//! A density matrix on `n` wires is a state vector `vec(rho)` on `2 n` wires: the low half of an index is the row, the
//! ket, the high half the column, the bra. A gate `U` acts as `U (x) conj(U)`, so it is done once on the ket's wires and,
//! conjugated, once on the bra's; a channel is the matrix `sum K (x) conj(K)`. Wires are relabelled on both halves
//! alike: the bra of the wire at position `p` is at `p + n`.

use std::sync::Arc;

use qml_gates::Gate;
use qml_ir::circuit::{Op, OpKind, Pauli, Wire};
use qml_source::bug;

use crate::C64;
use crate::noise::Channel;

/// A channel as a step for shots.
#[derive(Clone, Debug)]
pub(crate) struct Planned {
    /// Its wires, as bits of the state index.
    pub positions: Vec<u32>,
    /// What each operator does: a segment, or nothing. Unitaries of a mixture are scaled to be unitary.
    pub operators: Vec<Option<usize>>,
    pub chances: Chances,
    /// No operator but the first happens with more than this probability, all together.
    pub most: f64,
}

/// How probable operators are.
#[derive(Clone, Debug)]
pub(crate) enum Chances {
    /// The same in each state.
    Fixed(Vec<f64>),
    /// The diagonals of `K^H K`, which are diagonal, on one wire.
    Diagonal(Vec<[f64; 2]>),
    /// `K^H K`.
    General(Vec<Vec<C64>>),
}

impl Chances {
    pub(super) fn of(channel: &Channel) -> Self {
        if let Some(mixture) = channel.mixture() {
            return Self::Fixed(mixture);
        }
        let effects = channel.effects();
        let is_diagonal = |effect: &Vec<C64>| effect[1].norm() == 0.0 && effect[2].norm() == 0.0;
        if channel.n_wires() == 1 && effects.iter().all(is_diagonal) {
            return Self::Diagonal(effects.iter().map(|effect| [effect[0].re, effect[3].re]).collect());
        }
        Self::General(effects)
    }

    /// A bound on the probability of all operators but the first: the largest eigenvalue of `1 - K^H K` is at most the
    /// largest sum of a row (Gershgorin).
    pub(super) fn most(&self) -> f64 {
        match self {
            Self::Fixed(chances) => 1.0 - chances[0],
            Self::Diagonal(effects) => 1.0 - effects[0][0].min(effects[0][1]),
            Self::General(effects) => {
                let dim = effects[0].len().isqrt();
                let row = |i: usize| {
                    let entry = |j: usize| {
                        let identity = if i == j { 1.0 } else { 0.0 };
                        (C64::new(identity, 0.0) - effects[0][i * dim + j]).norm()
                    };
                    (0..dim).map(entry).sum::<f64>()
                };
                (0..dim).map(row).fold(0.0, f64::max)
            }
        }
    }
}

/// The operation whose matrix is the conjugate, on wires that are `by` higher.
pub(super) fn conjugate(op: &Op, by: u32) -> Op {
    let kind = match &op.kind {
        OpKind::Gate { gate, angles, wires, controls } => match angle_signs(*gate) {
            Some(signs) => {
                let angles = angles.iter().zip(signs).map(|(angle, sign)| angle.times(sign)).collect();
                OpKind::Gate { gate: *gate, angles, wires: wires.clone(), controls: controls.clone() }
            }
            None if angles.is_empty() => {
                let matrix = conjugated(&(gate.def().matrix)(&[]).data);
                OpKind::Unitary { matrix, wires: wires.clone(), controls: controls.clone() }
            }
            None => bug!("the conjugate of `{}`", gate.def().name),
        },
        OpKind::PauliRotation { pauli, angle, controls } => {
            // conj exp(-i t/2 P) = exp(i t/2 conj(P)), and only Y changes its sign.
            let n_y = pauli.iter().filter(|letter| letter.1 == Pauli::Y).count();
            let sign = if n_y % 2 == 1 { 1.0 } else { -1.0 };
            OpKind::PauliRotation {
                pauli: pauli.clone(),
                angle: angle.times(sign),
                controls: controls.clone(),
            }
        }
        OpKind::Unitary { matrix, wires, controls } => {
            OpKind::Unitary { matrix: conjugated(matrix), wires: wires.clone(), controls: controls.clone() }
        }
        other => bug!("no conjugate of {other:?}"),
    };
    let mut conjugate = Op { kind, span: op.span };
    conjugate.map_wires(&mut |wire| Wire(wire.0 + by));
    conjugate
}

fn conjugated(matrix: &[C64]) -> Arc<[C64]> {
    matrix.iter().map(C64::conj).collect()
}

/// The signs with which the angles of a gate give its conjugate, found on the matrix; none if there are none.
pub(super) fn angle_signs(gate: Gate) -> Option<Vec<f64>> {
    let def = gate.def();
    let n = def.params.len();
    let tried = [[0.3, 1.1, -0.7, 2.3], [-1.9, 0.4, 2.6, -0.8]];
    let is_conjugate = |signs: &Vec<f64>| {
        tried.iter().all(|angles| {
            let turned: Vec<f64> = angles.iter().zip(signs).map(|(angle, sign)| angle * sign).collect();
            let (matrix, other) = ((def.matrix)(&angles[..n]).data, (def.matrix)(&turned).data);
            matrix.iter().zip(&other).all(|(a, b)| (a.conj() - b).norm() < 1e-12)
        })
    };
    let signs = |pattern: usize| (0..n).map(|i| if pattern >> i & 1 == 1 { -1.0 } else { 1.0 }).collect();
    (0..1 << n).map(signs).find(is_conjugate)
}
