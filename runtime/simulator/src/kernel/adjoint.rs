//! Undoes a unitary step on the ket and the bra together, and reads off what its angles do to the value.
//!
//! For `U` on the wires of a block, `phi_in = U^H phi_out` and `lambda_in = U^H lambda_out`; with
//! `M[b][a] = sum over the other wires of phi_in[b] conj(lambda_out[a])` the derivative of the value with respect to any
//! angle `t` inside the block is `2 Re tr(dU/dt M)`. So one pass serves all angles of a block (Jones and Gacon,
//! arXiv:2009.02823, for the sweep itself).

use super::apply::{is_odd, times_i};
use super::matrix::{apply_matrix, unapply_matrix};
use super::pairs::{flip_amplitudes, for_each, for_pairs};
use crate::C64;
use crate::bind::Bound;
use crate::plan::{Entries, Unitary, UnitaryKind};
use crate::simulator::Run;

/// What is collected on the way back.
pub(crate) struct Gradient {
    /// Derivatives with respect to the plan's angles.
    pub d_angles: Vec<f64>,
}

/// Takes both states back through the unitary and adds its angles' derivatives.
pub(crate) fn unapply(
    run: &Run,
    bound: &Bound,
    unitary: Unitary,
    ket: &mut [C64],
    bra: &mut [C64],
    gradient: &mut Gradient,
) {
    let select = unitary.select;
    let d_angles = &mut gradient.d_angles;
    match unitary.kind {
        UnitaryKind::Dense { position, block } => {
            let [u0, u1, u2, u3] = bound.blocks[block].map(|entry| entry.conj());
            let transition =
                for_pairs(run, [ket, bra], 1 << position, select, |m: &mut [C64; 4], _, pairs| {
                    let [[a, b], [p, q]] = pairs;
                    (*a, *b) = (u0 * *a + u2 * *b, u1 * *a + u3 * *b);
                    let (to_a, to_b) = (p.conj(), q.conj());
                    m[0] += *a * to_a;
                    m[1] += *a * to_b;
                    m[2] += *b * to_a;
                    m[3] += *b * to_b;
                    (*p, *q) = (u0 * *p + u2 * *q, u1 * *p + u3 * *q);
                });
            // Here m[2 i + j] = phi_in[i] conj(lambda_out[j]) is M itself, row by row.
            bound.plan.blocks[block].pull_back(&transition, &bound.angles, d_angles);
        }
        UnitaryKind::Diagonal { position, block } => {
            let d = [bound.blocks[block][0].conj(), bound.blocks[block][3].conj()];
            let m = for_each(run, [ket, bra], select, |m: &mut [C64; 2], i, [a, p]| {
                let bit = i >> position & 1;
                *a *= d[bit];
                m[bit] += *a * p.conj();
                *p *= d[bit];
            });
            let transition = [m[0], C64::ZERO, C64::ZERO, m[1]];
            bound.plan.blocks[block].pull_back(&transition, &bound.angles, d_angles);
        }
        UnitaryKind::Flip { flip } => flip_amplitudes(run, [ket, bra], flip, select),
        UnitaryKind::Rotation { x: 0, z, angle, .. } => {
            // d value = 2 Re <lambda| -i/2 P |phi> = Im <lambda| P |phi>; P commutes with the rotation.
            let back = C64::from_polar(1.0, bound.angles[angle] / 2.0);
            d_angles[angle] += for_each(run, [ket, bra], select, |sum: &mut f64, i, [a, p]| {
                let is_negative = is_odd(i & z);
                let overlap = (p.conj() * *a).im;
                *sum += if is_negative { -overlap } else { overlap };
                let factor = if is_negative { back.conj() } else { back };
                *a *= factor;
                *p *= factor;
            });
        }
        UnitaryKind::Rotation { x, z, n_y, angle } => {
            let (sin, cos) = (bound.angles[angle] / 2.0).sin_cos();
            let entry = C64::I.powu(n_y);
            d_angles[angle] += for_pairs(run, [ket, bra], x, select, |sum: &mut f64, i, pairs| {
                let f = if is_odd(i & z) { -entry } else { entry };
                let [[a, b], [p, q]] = pairs;
                let (to_a, to_b) = (f.conj() * *b, f * *a);
                *sum += (p.conj() * to_a + q.conj() * to_b).im;
                let (to_p, to_q) = (f.conj() * *q, f * *p);
                (*a, *b) = (*a * cos + times_i(to_a) * sin, *b * cos + times_i(to_b) * sin);
                (*p, *q) = (*p * cos + times_i(to_p) * sin, *q * cos + times_i(to_q) * sin);
            });
        }
        UnitaryKind::Phase { angle } => {
            let back = C64::from_polar(1.0, -bound.angles[angle]);
            // d value = 2 Re <lambda| i |phi> = -2 Im <lambda|phi>
            d_angles[angle] -= for_each(run, [ket, bra], select, |sum: &mut f64, _, [a, p]| {
                *sum += 2.0 * (p.conj() * *a).im;
                *a *= back;
                *p *= back;
            });
        }
        UnitaryKind::Matrix { source } => {
            let positions = &bound.plan.matrices[source].positions;
            let inverse = conjugate_transpose(&bound.matrices[source]);
            if let Entries::Gate(gate, range) = &bound.plan.matrices[source].entries {
                let m = unapply_matrix(run, [ket, bra], positions, select, &inverse);
                let dim = 1 << positions.len();
                for (i, angle) in range.clone().enumerate() {
                    let d = gate.derivative(&bound.angles[range.clone()], i);
                    let trace: C64 = (0..dim * dim).map(|k| d.data[k] * m[(k % dim) * dim + k / dim]).sum();
                    d_angles[angle] += 2.0 * trace.re;
                }
            } else {
                apply_matrix(run, ket, positions, select, &inverse);
                apply_matrix(run, bra, positions, select, &inverse);
            }
        }
    }
}

/// The inverse of a unitary matrix.
fn conjugate_transpose(matrix: &[C64]) -> Vec<C64> {
    let dim = matrix.len().isqrt();
    (0..dim * dim).map(|k| matrix[(k % dim) * dim + k / dim].conj()).collect()
}
