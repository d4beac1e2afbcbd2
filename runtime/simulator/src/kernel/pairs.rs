//! Visits amplitudes one by one or in pairs, in one state or in two at the same places.

use std::array;

use super::{PIECE, Sum, drive};
use crate::C64;
use crate::simulator::Run;

/// The indices `i` with `i & mask == value`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Select {
    pub mask: usize,
    pub value: usize,
}

impl Select {
    /// All of these indices that also have this value of a bit.
    pub(crate) fn with(self, position: u32, on_one: bool) -> Self {
        Self { mask: self.mask | 1 << position, value: self.value | usize::from(on_one) << position }
    }

    /// These indices below `len`, a power of two, in rising order.
    pub(crate) fn indices(self, len: usize) -> impl Iterator<Item = usize> {
        let (fixed, value) = (self.mask, self.value);
        let mut start = Some(0).filter(|_| value < len);
        std::iter::from_fn(move || {
            let found = start? | value;
            start = Some(((start? | fixed) + 1) & !fixed).filter(|&next| next < len);
            Some(found)
        })
    }

    /// Whether a piece that starts at `base` has some of them.
    fn meets(self, base: usize, len: usize) -> bool {
        (base ^ self.value) & self.mask & !(len - 1) == 0
    }
}

/// A piece of `N` states: the same range of each, and, for pairs that are far apart, their partners' range.
struct Piece<'a, const N: usize> {
    base: usize,
    low: [&'a mut [C64]; N],
    high: Option<[&'a mut [C64]; N]>,
}

/// Calls `work` for all pairs `(i, i ^ flip)` where the highest bit of `flip` is 0 in `i` and `i` is selected, with the
/// amplitudes of each state at both places. `flip` is not 0; the selection says nothing about its highest bit.
pub(crate) fn for_pairs<const N: usize, A: Sum>(
    run: &Run,
    states: [&mut [C64]; N],
    flip: usize,
    select: Select,
    work: impl Fn(&mut A, usize, &mut [[C64; 2]; N]) + Sync,
) -> A {
    let len = states[0].len();
    if len <= PIECE {
        return visit_pairs(Piece { base: 0, low: states, high: None }, flip, select, &work);
    }
    let far = flip / PIECE;
    let mut parts = states.map(|state| state.chunks_mut(PIECE).map(Some).collect::<Vec<_>>());
    let mut take = |i: usize| parts.each_mut().map(|part| part[i].take().unwrap_or_default());
    let mut pieces = Vec::new();
    for i in 0..len / PIECE {
        let is_second = far != 0 && i >> far.ilog2() & 1 == 1;
        if !is_second && select.meets(i * PIECE, PIECE) {
            pieces.push(Piece { base: i * PIECE, low: take(i), high: (far != 0).then(|| take(i ^ far)) });
        }
    }
    drive(run, pieces, |piece| visit_pairs(piece, flip, select, &work))
}

#[inline]
fn visit_pairs<const N: usize, A: Sum>(
    piece: Piece<N>,
    flip: usize,
    select: Select,
    work: &impl Fn(&mut A, usize, &mut [[C64; 2]; N]),
) -> A {
    let Piece { base, mut low, high } = piece;
    let mut sum = A::default();
    let len = low[0].len();
    let (mask, value) = (select.mask & (len - 1), select.value & (len - 1));
    if let Some(mut high) = high {
        let near = flip & (len - 1);
        for_selected(len, mask, value, |i| {
            let mut pairs = array::from_fn(|n| [low[n][i], high[n][i ^ near]]);
            work(&mut sum, base + i, &mut pairs);
            for n in 0..N {
                [low[n][i], high[n][i ^ near]] = pairs[n];
            }
        });
    } else {
        for_selected(len, mask | 1 << flip.ilog2(), value, |i| {
            let mut pairs = array::from_fn(|n| [low[n][i], low[n][i ^ flip]]);
            work(&mut sum, base + i, &mut pairs);
            for n in 0..N {
                [low[n][i], low[n][i ^ flip]] = pairs[n];
            }
        });
    }
    sum
}

/// Calls `work` for all selected indices with the amplitude of each state there.
pub(crate) fn for_each<const N: usize, A: Sum>(
    run: &Run,
    states: [&mut [C64]; N],
    select: Select,
    work: impl Fn(&mut A, usize, &mut [C64; N]) + Sync,
) -> A {
    let visit = |base: usize, mut parts: [&mut [C64]; N]| {
        let mut sum = A::default();
        let len = parts[0].len();
        for_selected(len, select.mask & (len - 1), select.value & (len - 1), |i| {
            let mut amplitudes = array::from_fn(|n| parts[n][i]);
            work(&mut sum, base + i, &mut amplitudes);
            for n in 0..N {
                parts[n][i] = amplitudes[n];
            }
        });
        sum
    };
    let len = states[0].len();
    if len <= PIECE {
        return visit(0, states);
    }
    let mut parts = states.map(|state| state.chunks_mut(PIECE));
    let pieces = (0..len / PIECE)
        .map(|i| (i * PIECE, parts.each_mut().map(|part| part.next().unwrap_or_default())))
        .filter(|(base, _)| select.meets(*base, PIECE))
        .collect();
    drive(run, pieces, |(base, parts)| visit(base, parts))
}

/// Calls `work` with the start and the amplitudes of each piece.
pub(crate) fn for_chunks<A: Sum>(run: &Run, state: &[C64], work: impl Fn(usize, &[C64]) -> A + Sync) -> A {
    if state.len() <= PIECE {
        return work(0, state);
    }
    let pieces = state.chunks(PIECE).enumerate().collect();
    drive(run, pieces, |(i, piece)| work(i * PIECE, piece))
}

/// Calls `work` with the start and the amplitudes of each piece, to be changed.
pub(crate) fn for_chunks_mut(run: &Run, state: &mut [C64], work: impl Fn(usize, &mut [C64]) + Sync) {
    if state.len() <= PIECE {
        return work(0, state);
    }
    let pieces = state.chunks_mut(PIECE).enumerate().collect();
    drive(run, pieces, |(i, piece)| work(i * PIECE, piece));
}

/// Exchanges the amplitudes of all selected pairs `(i, i ^ flip)`, see [`for_pairs`].
pub(crate) fn flip_amplitudes<const N: usize>(
    run: &Run,
    states: [&mut [C64]; N],
    flip: usize,
    select: Select,
) {
    for_pairs(run, states, flip, select, |(), _, pairs| pairs.iter_mut().for_each(|pair| pair.swap(0, 1)));
}

/// Calls `visit` for `i` in `0..len`, a power of two, with `i & mask == value`, in rising order.
#[inline]
pub(super) fn for_selected(len: usize, mask: usize, value: usize, mut visit: impl FnMut(usize)) {
    // The bits below the lowest masked one count through a run; the others count through the starts of the runs.
    let run = if mask == 0 { len } else { mask & mask.wrapping_neg() };
    let fixed = mask | (run - 1);
    let mut start = 0;
    while start < len {
        for i in start | value..(start | value) + run {
            visit(i);
        }
        start = ((start | fixed) + 1) & !fixed;
    }
}
