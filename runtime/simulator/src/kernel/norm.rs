//! Norms, copies and projections.

use super::pairs::{Select, for_each};
use super::{PIECE, drive, for_chunks, for_chunks_mut};
use crate::C64;
use crate::simulator::Run;

/// The squared norm of the part of a state where the wire is 0, and of that where it is 1.
pub(crate) fn outcome_weights(run: &Run, ket: &[C64], position: u32) -> [f64; 2] {
    for_chunks(run, ket, |base, chunk| {
        let mut weights = [0.0; 2];
        for (i, amplitude) in chunk.iter().enumerate() {
            weights[(base + i) >> position & 1] += amplitude.norm_sqr();
        }
        weights
    })
}

/// Sets the amplitudes to zero where the wire doesn't have this value.
pub(crate) fn project(run: &Run, ket: &mut [C64], position: u32, value: bool) {
    for_each(run, [ket], Select::default().with(position, !value), |(), _, [a]| *a = C64::ZERO);
}

/// Multiplies a state with a number.
pub(crate) fn scale(run: &Run, ket: &mut [C64], factor: f64) {
    for_chunks_mut(run, ket, |_, chunk| chunk.iter_mut().for_each(|a| *a *= factor));
}

/// Copies a state.
pub(crate) fn copy(run: &Run, from: &[C64], to: &mut [C64]) {
    let pieces = from.chunks(PIECE).zip(to.chunks_mut(PIECE)).collect();
    drive(run, pieces, |(from, to): (&[C64], &mut [C64])| to.copy_from_slice(from));
}
