//! Loops over a whole state in pieces, for what is done once a measurement rather than once a gate.
//!
//! Pieces have a fixed size and their results come in order: any number of threads gives the same bits.

use std::sync::{Mutex, PoisonError};

use crate::ket::Ket;
use crate::simulator::Run;
use crate::vector::{MOST_LANES, Real};

/// Amplitudes of a piece: 64 KiB of doubles.
pub(crate) const PIECE: usize = 1 << 12;

/// Calls `work` with the index of the first amplitude and the numbers of each piece; the results in order. Once
/// interrupted, the rest is skipped; the caller finds out through [`Run::check`].
pub(crate) fn for_pieces<T: Real, A: Default + Send>(
    run: &Run,
    ket: &Ket<T>,
    work: impl Fn(usize, &[T]) -> A + Sync,
) -> Vec<A> {
    let reals = ket.reals();
    run.share(reals.len().div_ceil(2 * PIECE), |i| {
        let end = reals.len().min(2 * PIECE * (i + 1));
        if run.is_interrupted() { A::default() } else { work(i * PIECE, &reals[2 * PIECE * i..end]) }
    })
}

/// As [`for_pieces`], to change the numbers.
pub(crate) fn for_pieces_mut<T: Real>(run: &Run, ket: &mut Ket<T>, work: impl Fn(usize, &mut [T]) + Sync) {
    let reals = ket.reals_mut();
    if reals.len() <= 2 * PIECE {
        if !run.is_interrupted() {
            work(0, reals);
        }
        return;
    }
    share_pieces(run, reals, work);
}

/// Shares the pieces between threads. Apart, because a state of one piece is the usual one, and has no time to lose.
#[inline(never)]
fn share_pieces<T: Real>(run: &Run, reals: &mut [T], work: impl Fn(usize, &mut [T]) + Sync) {
    let pieces: Vec<Mutex<&mut [T]>> = reals.chunks_mut(2 * PIECE).map(Mutex::new).collect();
    run.share(pieces.len(), |i| {
        if !run.is_interrupted() {
            // Nobody else takes this piece.
            work(i * PIECE, &mut pieces[i].lock().unwrap_or_else(PoisonError::into_inner));
        }
    });
}

/// Calls `visit` with the index and the places of real and imaginary part, for each amplitude of a piece.
#[inline(always)]
pub(crate) fn for_amplitudes<T: Real>(
    ket: crate::ket::Layout,
    first: usize,
    piece: &[T],
    mut visit: impl FnMut(usize, usize, usize),
) {
    let width = 1 << ket.width_bits;
    // A tiny state has fewer amplitudes than its group has lanes.
    let lanes = width.min(1 << ket.n_wires);
    for (group, start) in (0..piece.len()).step_by(2 * width).enumerate() {
        for lane in 0..lanes {
            visit(first + group * width + lane, start + lane, start + width + lane);
        }
    }
}

/// The squared norm of the part of a state where the wire is 0, and of that where it is 1.
pub(crate) fn outcome_weights<T: Real>(run: &Run, ket: &Ket<T>, position: u32) -> [f64; 2] {
    let layout = ket.layout();
    let width = 1 << layout.width_bits;
    let parts = for_pieces(run, ket, |first, piece| {
        // The sums of each lane, over groups where the wire is 0 and where it is 1; a wire that counts lanes is 0 there.
        let mut lanes = [[0.0; MOST_LANES]; 2];
        for (group, numbers) in piece.chunks_exact(2 * width).enumerate() {
            let index = first + group * width;
            let (re, im) = numbers.split_at(width);
            for ((sum, re), im) in lanes[index >> position & 1].iter_mut().zip(re).zip(im) {
                *sum += re.to_f64() * re.to_f64() + im.to_f64() * im.to_f64();
            }
        }
        let mut weights = [0.0; 2];
        for (value, sums) in lanes.iter().enumerate() {
            for (lane, sum) in sums.iter().enumerate().take(width) {
                weights[value | (lane >> position & usize::from(position < layout.lane_bits))] += sum;
            }
        }
        weights
    });
    parts.into_iter().fold([0.0; 2], |sum, part| [sum[0] + part[0], sum[1] + part[1]])
}

/// Sets the amplitudes to zero where the wire doesn't have this value.
pub(crate) fn project<T: Real>(run: &Run, ket: &mut Ket<T>, position: u32, value: bool) {
    let layout = ket.layout();
    for_pieces_mut(run, ket, |first, piece| {
        let width = 1 << layout.width_bits;
        for (group, numbers) in piece.chunks_mut(2 * width).enumerate() {
            for (lane, number) in numbers.iter_mut().enumerate() {
                let i = first + group * width + lane % width;
                if (i >> position & 1 == 1) != value {
                    *number = T::ZERO;
                }
            }
        }
    });
}

/// Exchanges the amplitudes where a wire is 0 with those where it is 1.
pub(crate) fn flip_wire<T: Real>(run: &Run, ket: &mut Ket<T>, position: u32) {
    let (layout, bit) = (ket.layout(), 1 << position);
    if position < layout.lane_bits {
        return for_pieces_mut(run, ket, |_, piece| {
            for numbers in piece.chunks_exact_mut(1 << layout.width_bits) {
                (0..numbers.len())
                    .filter(|lane| lane & bit == 0)
                    .for_each(|lane| numbers.swap(lane, lane | bit));
            }
        });
    }
    for pair in ket.reals_mut().chunks_exact_mut(4 * bit) {
        let (zeros, ones) = pair.split_at_mut(2 * bit);
        for (zeros, ones) in zeros.chunks_mut(2 * PIECE).zip(ones.chunks_mut(2 * PIECE)) {
            if run.is_interrupted() {
                return;
            }
            zeros.swap_with_slice(ones);
        }
    }
}

/// Multiplies a state with a number.
pub(crate) fn scale<T: Real>(run: &Run, ket: &mut Ket<T>, factor: f64) {
    let factor = T::from_f64(factor);
    for_pieces_mut(run, ket, |_, piece| piece.iter_mut().for_each(|a| *a = *a * factor));
}

/// Copies a state.
pub(crate) fn copy<T: Real>(run: &Run, from: &Ket<T>, to: &mut Ket<T>) {
    let from = from.reals();
    for_pieces_mut(run, to, |first, piece| piece.copy_from_slice(&from[2 * first..][..piece.len()]));
}

/// Adds a state.
pub(crate) fn add<T: Real>(run: &Run, to: &mut Ket<T>, from: &Ket<T>) {
    let from = from.reals();
    for_pieces_mut(run, to, |first, piece| {
        piece.iter_mut().zip(&from[2 * first..]).for_each(|(a, b)| *a += *b);
    });
}
