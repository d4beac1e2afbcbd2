//! Two-wire circuits that are brought to few CX when their slots are bound.
//!
//! Where rotations with slots don't commute, a run of gates on two wires has no canonical form that is affine in the
//! slots. Its structure can be fixed all the same: `K1 CAN(a, b, c) K2` with one-wire `K1`, `K2` is three CX for all
//! `a`, `b`, `c`, and two where one of them is known to vanish. The angles are then found by the canonical
//! decomposition ([`crate::canonical`]) of the bound matrix, in about two microseconds. They jump where the form is not
//! unique, so they have no derivative; what they make is as smooth as before. Gradients are those of the circuit that the
//! block stands for, or come from shifts of its inputs, each bound anew.

use std::f64::consts::FRAC_PI_2;

use qml_gates::Gate;
use smallvec::SmallVec;

use crate::canonical::{Canonical, M4, count_cx_of, decompose, tensor, times as times_4};
use crate::circuit::{Angle, Op, OpKind, Wire, letter_gate, rotation_letters};
use crate::euler::{C64, IDENTITY, M2, dagger, euler, gate_matrix, times};

/// A circuit on the wires 0 and 1 that becomes 2 or 3 CX with computed angles.
///
/// The angles are `theta`, `phi`, `lambda` of a gate `U` on wire 0 and of one on wire 1, which happen first; then `a` and
/// `c`, or `a`, `b` and `c` of `CAN = exp i(a XX + b YY + c ZZ)`; then those of `U` on wire 0 and on wire 1. Global
/// phase is not kept.
#[derive(Clone, Debug, PartialEq)]
pub struct PairBlock {
    /// Its gates.
    ops: Vec<Op>,
    /// The same, ready to be multiplied.
    steps: Vec<Step>,
    n_cx: usize,
}

#[derive(Clone, Debug, PartialEq)]
enum Step {
    Constant(M4),
    /// `exp(-i angle/2 P)`, with entry `entries[r]` of `P` in row `r` and column `r ^ flips`.
    Rotation {
        flips: usize,
        entries: [C64; 4],
        angle: Angle,
    },
}

/// The angles of one-wire gates.
const N_OUTER: usize = 12;

impl PairBlock {
    /// The block of gates on the wires 0 and 1; none if there is a gate with slots that is no rotation about a Pauli
    /// string, or something else than gates.
    pub fn new(ops: Vec<Op>) -> Option<Self> {
        let mut steps = Vec::new();
        for op in &ops {
            let step = Step::of(op)?;
            match (steps.last_mut(), step) {
                (Some(Step::Constant(before)), Step::Constant(m)) => *before = times_4(&m, before),
                (_, step) => steps.push(step),
            }
        }
        let mut block = Self { ops, steps, n_cx: 0 };
        block.n_cx = block.count_cx(false);
        Some(block)
    }

    /// CX of the block: 3, or 2 if that is enough for all values of the slots.
    pub fn n_cx(&self) -> usize {
        self.n_cx
    }

    /// CX of the block with a SWAP after it.
    pub fn n_cx_mirrored(&self) -> usize {
        self.count_cx(true)
    }

    /// How many angles there are.
    pub fn n_angles(&self) -> usize {
        N_OUTER + self.n_cx
    }

    /// The gates that the block stands for.
    pub fn ops(&self) -> &[Op] {
        &self.ops
    }

    /// The forms over slots in its gates.
    pub fn angles(&self) -> impl Iterator<Item = &Angle> {
        self.ops.iter().flat_map(Op::angles)
    }

    /// The same block on other slots.
    #[must_use]
    pub fn map_angles(&self, map: &mut dyn FnMut(&Angle) -> Angle) -> Self {
        let mut block = self.clone();
        for angle in block.ops.iter_mut().flat_map(Op::angles_mut) {
            *angle = map(angle);
        }
        for step in &mut block.steps {
            if let Step::Rotation { angle, .. } = step {
                *angle = map(angle);
            }
        }
        block
    }

    /// Its matrix for the values of angles.
    pub fn matrix(&self, value: impl Fn(&Angle) -> f64) -> M4 {
        let mut product = tensor(&[IDENTITY; 2]);
        for step in &self.steps {
            match step {
                Step::Constant(m) => product = times_4(m, &product),
                Step::Rotation { flips, entries, angle } => {
                    let (sin, cos) = (0.5 * value(angle)).sin_cos();
                    let before = product;
                    for (r, row) in product.iter_mut().enumerate() {
                        let factor = entries[r] * C64::new(0.0, -sin);
                        let other = &before[r ^ flips];
                        row.iter_mut().zip(other).for_each(|(x, y)| *x = *x * cos + factor * y);
                    }
                }
            }
        }
        product
    }

    /// The angles for bound slots, as many as [`Self::n_angles`]; they are NaN where a slot is infinite or NaN.
    pub fn fill_angles(&self, slots: &[f64], angles: &mut [f64]) {
        let m = self.matrix(|angle| angle.eval(slots));
        if m.iter().flatten().any(|z| !z.is_finite()) {
            return angles.fill(f64::NAN);
        }
        let mut canonical = decompose(&m);
        let (first, rest) = angles.split_at_mut(N_OUTER / 2);
        let (core, last) = rest.split_at_mut(self.n_cx);
        if self.n_cx == 2 {
            move_zero(&mut canonical);
            core.copy_from_slice(&[canonical.coordinates[0], canonical.coordinates[2]]);
        } else {
            core.copy_from_slice(&canonical.coordinates);
        }
        for (gates, angles) in [(&canonical.before, first), (&canonical.after, last)] {
            for (m, angles) in gates.iter().zip(angles.chunks_exact_mut(3)) {
                let e = euler(m);
                angles.copy_from_slice(&[e.theta, e.phi, e.lambda]);
            }
        }
    }

    /// By some values of the slots. Whether two CX are enough is an equation between trigonometric polynomials of them:
    /// what holds at points without a meaning holds everywhere.
    fn count_cx(&self, is_mirrored: bool) -> usize {
        let count = |offset: u32| {
            let m = self.matrix(|angle| {
                angle.terms.iter().fold(angle.constant, |sum, (slot, c)| sum + c * stand_in(slot.0, offset))
            });
            count_cx_of(&if is_mirrored { [m[0], m[2], m[1], m[3]] } else { m })
        };
        (0..3).map(count).fold(2, usize::max)
    }
}

fn stand_in(slot: u32, offset: u32) -> f64 {
    let turns = f64::from(slot + 1) * 0.618_033_988_749_894_9 + f64::from(offset) * 0.414_213_562_373_095;
    0.37 + 6.0 * turns.fract()
}

impl Step {
    fn of(op: &Op) -> Option<Self> {
        let OpKind::Gate { gate, angles, wires, controls } = &op.kind else { return None };
        if !controls.is_empty() {
            return None;
        }
        let place = |m: M2, wire: Wire| tensor(&if wire.0 == 0 { [m, IDENTITY] } else { [IDENTITY, m] });
        if angles.iter().all(Angle::is_constant) {
            let angles: SmallVec<[f64; 3]> = angles.iter().map(|angle| angle.constant).collect();
            return Some(Self::Constant(match wires.as_slice() {
                [] => return Some(Self::Constant(tensor(&[IDENTITY; 2]))),
                &[wire] => place(gate_matrix(*gate, &angles), wire),
                [first, ..] => {
                    let m = (gate.def().matrix)(&angles);
                    let index = |i: usize| if first.0 == 0 { i } else { (i >> 1) | (i & 1) << 1 };
                    std::array::from_fn(|r| std::array::from_fn(|c| m.at(index(r), index(c))))
                }
            }));
        }
        let letters = rotation_letters(*gate)?.iter().zip(wires);
        let placed = letters.map(|(&letter, &wire)| place(gate_matrix(letter_gate(letter), &[]), wire));
        let pauli = placed.reduce(|a, b| times_4(&a, &b))?;
        let flips = (0..4).find(|&flips| pauli[0][flips].norm_sqr() > 0.5)?;
        let entries = std::array::from_fn(|r| pauli[r][r ^ flips]);
        Some(Self::Rotation { flips, entries, angle: angles[0].clone() })
    }
}

/// Makes `b` the coordinate that is a multiple of pi/2, and 0.
fn move_zero(canonical: &mut Canonical) {
    let Canonical { after, coordinates, before, .. } = canonical;
    let distance = |x: f64| (x - (x / FRAC_PI_2).round() * FRAC_PI_2).abs();
    let nearest =
        |best, axis| if distance(coordinates[axis]) < distance(coordinates[best]) { axis } else { best };
    let axis = (0..3).fold(1, nearest);
    // exp(i pi/2 PP) = i PP.
    if (coordinates[axis] / FRAC_PI_2).round().rem_euclid(2.0) == 1.0 {
        let pauli = gate_matrix([Gate::X, Gate::Y, Gate::Z][axis], &[]);
        after.iter_mut().for_each(|k| *k = times(k, &pauli));
    }
    coordinates[axis] = 0.0;
    // A turn about X exchanges YY and ZZ, one about Z exchanges XX and YY.
    let turn = match axis {
        0 => gate_matrix(Gate::Rz, &[FRAC_PI_2]),
        2 => gate_matrix(Gate::Rx, &[FRAC_PI_2]),
        _ => return,
    };
    coordinates.swap(axis, 1);
    before.iter_mut().for_each(|k| *k = times(&turn, k));
    after.iter_mut().for_each(|k| *k = times(k, &dagger(&turn)));
}

#[cfg(test)]
mod tests;
