//! Applies a unitary step.

use super::matrix::apply_matrix;
use super::pairs::{flip_amplitudes, for_each, for_pairs};
use crate::C64;
use crate::bind::Bound;
use crate::plan::{Unitary, UnitaryKind};
use crate::simulator::Run;

/// Replaces the state with the unitary's image.
pub(crate) fn apply(run: &Run, bound: &Bound, unitary: Unitary, ket: &mut [C64]) {
    let select = unitary.select;
    match unitary.kind {
        UnitaryKind::Dense { position, block } => {
            let u = bound.blocks[block];
            for_pairs(run, [ket], 1 << position, select, |(), _, [[a, b]]| {
                (*a, *b) = (u[0] * *a + u[1] * *b, u[2] * *a + u[3] * *b);
            });
        }
        UnitaryKind::Diagonal { position, block } => {
            let [d0, _, _, d1] = bound.blocks[block];
            if d0 == C64::ONE {
                for_each(run, [ket], select.with(position, true), |(), _, [a]| *a *= d1);
            } else {
                for_each(run, [ket], select, |(), i, [a]| *a *= if i >> position & 1 == 1 { d1 } else { d0 });
            }
        }
        UnitaryKind::Flip { flip } => flip_amplitudes(run, [ket], flip, select),
        UnitaryKind::Rotation { x: 0, z, angle, .. } => {
            let factor = C64::from_polar(1.0, -bound.angles[angle] / 2.0);
            for_each(run, [ket], select, |(), i, [a]| {
                *a *= if is_odd(i & z) { factor.conj() } else { factor }
            });
        }
        UnitaryKind::Rotation { x, z, n_y, angle } => {
            let (sin, cos) = (bound.angles[angle] / 2.0).sin_cos();
            let entry = C64::I.powu(n_y);
            for_pairs(run, [ket], x, select, |(), i, [[a, b]]| {
                // <i ^ x| P |i>
                let f = if is_odd(i & z) { -entry } else { entry };
                let (to_a, to_b) = (f.conj() * *b, f * *a);
                (*a, *b) = (*a * cos - times_i(to_a) * sin, *b * cos - times_i(to_b) * sin);
            });
        }
        UnitaryKind::Phase { angle } => {
            let factor = C64::from_polar(1.0, bound.angles[angle]);
            for_each(run, [ket], select, |(), _, [a]| *a *= factor);
        }
        UnitaryKind::Matrix { source } => {
            let positions = &bound.plan.matrices[source].positions;
            apply_matrix(run, ket, positions, select, &bound.matrices[source]);
        }
    }
}

/// Whether the number of ones is odd.
pub(super) fn is_odd(bits: usize) -> bool {
    bits.count_ones() & 1 == 1
}

/// `i z`.
pub(super) fn times_i(z: C64) -> C64 {
    C64::new(-z.im, z.re)
}
