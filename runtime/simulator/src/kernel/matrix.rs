//! Any matrix on any wires: the fallback for gates without a kernel of their own.

use super::pairs::{Select, for_selected};
use super::{PIECE, Sum, drive};
use crate::C64;
use crate::simulator::Run;

/// Applies the matrix, first position least significant, to the selected amplitudes.
pub(super) fn apply_matrix(run: &Run, ket: &mut [C64], positions: &[u32], select: Select, matrix: &[C64]) {
    for_groups(run, [ket], positions, select, |(), [group], out| {
        product(matrix, group, out);
        group.copy_from_slice(out);
    });
}

/// Applies the inverse to ket and bra; returns the entries `phi_in[row] conj(lambda_out[column])`, summed over the other
/// wires, row by row.
pub(super) fn unapply_matrix(
    run: &Run,
    states: [&mut [C64]; 2],
    positions: &[u32],
    select: Select,
    inverse: &[C64],
) -> Vec<C64> {
    let dim = 1 << positions.len();
    let sum = for_groups(run, states, positions, select, |sum: &mut Vec<C64>, [ket, bra], out| {
        sum.resize(dim * dim, C64::ZERO);
        product(inverse, ket, out);
        ket.copy_from_slice(out);
        for (k, entry) in sum.iter_mut().enumerate() {
            *entry += ket[k / dim] * bra[k % dim].conj();
        }
        product(inverse, bra, out);
        bra.copy_from_slice(out);
    });
    // An interrupted or empty sweep has no entries.
    if sum.is_empty() { vec![C64::ZERO; dim * dim] } else { sum }
}

/// `out = matrix * group`.
fn product(matrix: &[C64], group: &[C64], out: &mut [C64]) {
    for (row, out) in matrix.chunks_exact(group.len()).zip(out) {
        *out = row.iter().zip(group).map(|(a, b)| a * b).sum();
    }
}

/// Calls `work` for each setting of the other, selected wires with the `2^k` amplitudes of each state over the
/// positions, and a third such vector to work in.
fn for_groups<const N: usize, A: Sum>(
    run: &Run,
    states: [&mut [C64]; N],
    positions: &[u32],
    select: Select,
    work: impl Fn(&mut A, &mut [Vec<C64>; N], &mut [C64]) + Sync,
) -> A {
    let len = states[0].len();
    let piece = len.min(PIECE);
    let dim = 1 << positions.len();
    let targets: usize = positions.iter().map(|p| 1 << p).sum();
    let far = targets & !(piece - 1);
    // Where amplitude `k` of a group lies: in which of the pieces that differ on far wires, and where in it.
    let offset = |k: usize| positions.iter().enumerate().fold(0, |sum, (i, p)| sum | (k >> i & 1) << p);
    let places: Vec<(usize, usize)> =
        (0..dim).map(|k| (gather_bits(offset(k) / piece, far / piece), offset(k) % piece)).collect();

    let mut parts = states.map(|state| state.chunks_mut(piece).map(Some).collect::<Vec<_>>());
    let mut pieces = Vec::new();
    for i in 0..len / piece {
        let base = i * piece;
        if base & far == 0 && (base ^ select.value) & select.mask & !(piece - 1) == 0 {
            let members = 0..1usize << far.count_ones();
            let indices: Vec<usize> = members.map(|m| i | scatter_bits(m, far / piece)).collect();
            pieces.push(parts.each_mut().map(|part| {
                indices.iter().map(|&j| part[j].take().unwrap_or_default()).collect::<Vec<&mut [C64]>>()
            }));
        }
    }
    let (mask, value) = ((select.mask | targets) & (piece - 1), select.value & (piece - 1));
    drive(run, pieces, |mut states| {
        let mut sum = A::default();
        let mut groups: [Vec<C64>; N] = std::array::from_fn(|_| vec![C64::ZERO; dim]);
        let mut out = vec![C64::ZERO; dim];
        for_selected(piece, mask, value, |i| {
            for (state, group) in states.iter().zip(&mut groups) {
                places.iter().zip(group).for_each(|(&(part, at), a)| *a = state[part][i | at]);
            }
            work(&mut sum, &mut groups, &mut out);
            for (state, group) in states.iter_mut().zip(&groups) {
                places.iter().zip(group).for_each(|(&(part, at), a)| state[part][i | at] = *a);
            }
        });
        sum
    })
}

/// The bits of `value` at the ones of `mask`, side by side.
fn gather_bits(value: usize, mask: usize) -> usize {
    let ones = (0..usize::BITS).filter(|p| mask >> p & 1 == 1);
    ones.enumerate().fold(0, |sum, (i, p)| sum | (value >> p & 1) << i)
}

/// The low bits of `value`, spread over the ones of `mask`.
fn scatter_bits(value: usize, mask: usize) -> usize {
    let ones = (0..usize::BITS).filter(|p| mask >> p & 1 == 1);
    ones.enumerate().fold(0, |sum, (i, p)| sum | (value >> i & 1) << p)
}
