//! Memory of the next tile is asked for while a tile is worked on.
//!
//! To gather a tile is to wait for memory, and a kernel waits for its arithmetic. So the loops of kernels ask for a line of
//! the next tile each time round, which then is in the second cache when it is gathered. Asking changes no number.

use std::cell::Cell;

use crate::ket::Line;

/// Lines that are still to be asked for: runs of equal length, in order.
pub(crate) struct Ahead<'a> {
    /// The tile's first amplitude.
    first: *const Line,
    /// Where runs begin, in amplitudes from there.
    starts: &'a [usize],
    /// Bytes of an amplitude.
    amplitude: usize,
    /// A run has `2^run_bits` lines.
    run_bits: u32,
    next: Cell<usize>,
    end: usize,
}

impl<'a> Ahead<'a> {
    /// Nothing to ask for.
    pub(crate) fn none() -> Self {
        Self { first: std::ptr::null(), starts: &[], amplitude: 0, run_bits: 0, next: Cell::new(0), end: 0 }
    }

    /// The runs of a tile, of so many bytes each, whole lines.
    pub(crate) fn runs(first: *const Line, starts: &'a [usize], amplitude: usize, run: usize) -> Self {
        let run_bits = (run / size_of::<Line>()).max(1).ilog2();
        Self { first, starts, amplitude, run_bits, next: Cell::new(0), end: starts.len() << run_bits }
    }

    /// Asks for the next line, if there is one.
    #[inline(always)]
    pub(crate) fn step(&self) {
        if let Some(line) = self.next_line() {
            fetch(line);
        }
    }

    #[inline(always)]
    fn next_line(&self) -> Option<*const Line> {
        let i = self.next.get();
        (i < self.end).then(|| {
            self.next.set(i + 1);
            let run = self.starts[i >> self.run_bits] * self.amplitude;
            let in_run = i & ((1 << self.run_bits) - 1);
            self.first.wrapping_byte_add(run).wrapping_add(in_run)
        })
    }
}

/// Asks for a line, wherever it is; machines without a way to ask read it when they need it.
#[inline(always)]
fn fetch(line: *const Line) {
    #[cfg(all(target_arch = "x86_64", not(miri)))]
    {
        use std::arch::x86_64::{_MM_HINT_T1, _mm_prefetch};
        // SAFETY: Any address may be asked for; all machines of this kind can.
        unsafe { _mm_prefetch::<_MM_HINT_T1>(line.cast()) };
    }
    #[cfg(not(all(target_arch = "x86_64", not(miri))))]
    let _ = line;
}

#[cfg(test)]
mod tests;
