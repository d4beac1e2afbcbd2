//! Loops over amplitudes.
//!
//! A loop works on aligned pieces whose size never depends on the number of threads, and adds up what the pieces give in
//! their order: any number of threads gives the same bits.

mod adjoint;
mod apply;
mod matrix;
mod norm;
mod pairs;

pub(crate) use adjoint::{Gradient, unapply};
pub(crate) use apply::apply;
pub(crate) use norm::{copy, outcome_weights, project, scale};
pub(crate) use pairs::{Select, flip_amplitudes, for_chunks, for_chunks_mut};

use rayon::prelude::*;

use crate::C64;
use crate::simulator::Run;

/// Amplitudes of a piece: 64 KiB, so that one or two of them stay in the second cache.
pub(crate) const PIECE: usize = 1 << 12;

/// A sum that starts at nothing.
pub(crate) trait Sum: Default + Send {
    /// Adds another part.
    fn add(&mut self, other: Self);
}

impl Sum for () {
    fn add(&mut self, (): Self) {}
}

impl Sum for f64 {
    fn add(&mut self, other: Self) {
        *self += other;
    }
}

impl<const N: usize> Sum for [f64; N]
where
    Self: Default,
{
    fn add(&mut self, other: Self) {
        self.iter_mut().zip(other).for_each(|(a, b)| *a += b);
    }
}

impl Sum for C64 {
    fn add(&mut self, other: Self) {
        *self += other;
    }
}

impl<const N: usize> Sum for [C64; N]
where
    Self: Default,
{
    fn add(&mut self, other: Self) {
        self.iter_mut().zip(other).for_each(|(a, b)| *a += b);
    }
}

impl<T: Copy + Default + Send + std::ops::AddAssign> Sum for Vec<T> {
    fn add(&mut self, other: Self) {
        if self.is_empty() {
            *self = other;
        } else {
            self.iter_mut().zip(other).for_each(|(a, b)| *a += b);
        }
    }
}

/// Works on all pieces and adds up their results in order, see [`map`].
pub(crate) fn drive<P: Send, A: Sum>(run: &Run, pieces: Vec<P>, work: impl Fn(P) -> A + Sync) -> A {
    let mut total = A::default();
    for part in map(run, pieces, work) {
        total.add(part);
    }
    total
}

/// Works on all pieces, on several threads where that pays; the results are in order. Once interrupted, the rest is
/// skipped; the caller finds out through [`Run::check`].
pub(crate) fn map<P: Send, A: Default + Send>(
    run: &Run,
    pieces: Vec<P>,
    work: impl Fn(P) -> A + Sync,
) -> Vec<A> {
    let work = |piece| if run.is_interrupted() { A::default() } else { work(piece) };
    match run.pool_for(pieces.len()) {
        Some(pool) => pool.install(|| pieces.into_par_iter().map(work).collect()),
        None => pieces.into_iter().map(work).collect(),
    }
}
