//! The memory of a state vector.
//!
//! Amplitudes lie in *groups* of as many as a register has lanes: first all real parts of a group, then all imaginary
//! parts. So a kernel loads, multiplies and stores without moving numbers between lanes; only gates on the lowest
//! wires, whose partners are in the same register, exchange lanes. Bit `i` of an amplitude's index belongs to wire `i`:
//! the low bits are the lane, the others count groups. Lanes beyond the last amplitude of a tiny state are zero.

use std::marker::PhantomData;
use std::ops::Range;

use crate::C64;
use crate::vector::Real;

/// A line of the cache, which memory is taken in.
#[derive(Clone, Copy, Debug, Default)]
#[repr(C, align(64))]
pub(crate) struct Line([u64; 8]);

/// Lines that are much: 64 MiB.
const LARGE: usize = (64 << 20) / size_of::<Line>();

/// How states lie in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    /// Wires of the state.
    pub n_wires: u32,
    /// How many of them, from the lowest on, count lanes.
    pub lane_bits: u32,
    /// How many lanes a group has, as a power of two: more than `2^lane_bits` where lanes are samples.
    pub width_bits: u32,
}

impl Layout {
    /// One state whose lowest wires count lanes.
    pub(crate) fn single(n_wires: usize, width_bits: u32) -> Self {
        Self { n_wires: n_wires as u32, lane_bits: width_bits, width_bits }
    }

    /// As many states as there are lanes.
    pub(crate) fn batch(n_wires: usize, width_bits: u32) -> Self {
        Self { n_wires: n_wires as u32, lane_bits: 0, width_bits }
    }

    /// How many groups there are.
    pub(crate) fn n_groups(self) -> usize {
        1 << self.n_wires.saturating_sub(self.lane_bits)
    }

    /// How many real numbers.
    pub(crate) fn n_reals(self) -> usize {
        self.n_groups() << (self.width_bits + 1)
    }

    /// Where the real part of an amplitude stands, and how far its imaginary part is from it.
    #[inline(always)]
    pub(crate) fn place(self, index: usize) -> (usize, usize) {
        let lane = index & ((1 << self.lane_bits) - 1);
        ((index >> self.lane_bits << (self.width_bits + 1)) + lane, 1 << self.width_bits)
    }

    /// How many lines of memory a state takes.
    pub(crate) fn n_lines<T>(self) -> usize {
        (self.n_reals() * size_of::<T>()).div_ceil(size_of::<Line>())
    }
}

/// A state vector, or as many as there are lanes.
#[derive(Debug)]
pub(crate) struct Ket<T> {
    lines: Vec<Line>,
    layout: Layout,
    of: PhantomData<T>,
}

/// Gives memory back to the system; much of it on a thread of its own: a gibibyte in small pages takes most of a tenth of a
/// second, for which nobody who stops a call should wait.
pub(crate) fn free(lines: Vec<Line>) {
    if lines.len() >= LARGE {
        // Without a thread it goes here.
        _ = std::thread::Builder::new().spawn(move || drop(lines));
    }
}

impl<T> Drop for Ket<T> {
    fn drop(&mut self) {
        free(std::mem::take(&mut self.lines));
    }
}

impl<T: Real> Ket<T> {
    /// A state in this memory, which has [`Layout::n_lines`].
    pub(crate) fn new(lines: Vec<Line>, layout: Layout) -> Self {
        assert_eq!(lines.len(), layout.n_lines::<T>());
        Self { lines, layout, of: PhantomData }
    }

    /// The memory.
    pub(crate) fn into_lines(mut self) -> Vec<Line> {
        std::mem::take(&mut self.lines)
    }

    /// Takes over the numbers of a state of the same layout from its memory.
    pub(crate) fn copy_from(&mut self, lines: &[Line]) {
        self.lines.copy_from_slice(lines);
    }

    /// How it lies.
    pub(crate) fn layout(&self) -> Layout {
        self.layout
    }

    /// How many amplitudes a state has.
    pub(crate) fn len(&self) -> usize {
        1 << self.layout.n_wires
    }

    /// All numbers, group by group.
    pub(crate) fn reals(&self) -> &[T] {
        // SAFETY: `new` checked that the lines are this long; a line is valid as numbers whatever its bits.
        unsafe { std::slice::from_raw_parts(self.lines.as_ptr().cast(), self.layout.n_reals()) }
    }

    /// All numbers, group by group.
    pub(crate) fn reals_mut(&mut self) -> &mut [T] {
        // SAFETY: As in `reals`.
        unsafe { std::slice::from_raw_parts_mut(self.lines.as_mut_ptr().cast(), self.layout.n_reals()) }
    }

    /// One amplitude.
    #[inline(always)]
    pub(crate) fn get(&self, index: usize) -> C64 {
        let (re, im) = self.layout.place(index);
        let reals = self.reals();
        C64::new(reals[re].to_f64(), reals[re + im].to_f64())
    }

    /// Appends a piece of the amplitudes, whole groups, times a factor.
    pub(crate) fn extend(&self, amplitudes: &mut Vec<C64>, piece: Range<usize>, factor: C64) {
        let width = 1 << self.layout.width_bits;
        // A tiny state has fewer amplitudes than its group has lanes.
        let lanes = width.min(self.len());
        for group in self.reals()[2 * piece.start..].chunks(2 * width).take(piece.len() / lanes) {
            let (re, im) = (&group[..lanes], &group[width..][..lanes]);
            let all = re.iter().zip(im).map(|(re, im)| C64::new(re.to_f64(), im.to_f64()) * factor);
            amplitudes.extend(all);
        }
    }

    /// Copies one of the states that lie in lanes into a state of its own.
    pub(crate) fn copy_lane(&self, lane: usize, to: &mut Self) {
        to.reals_mut().fill(T::ZERO);
        for index in 0..self.len() {
            let ((re, im), (to_re, to_im)) = (self.layout.place(index), to.layout.place(index));
            to.reals_mut()[to_re] = self.reals()[re + lane];
            to.reals_mut()[to_re + to_im] = self.reals()[re + im + lane];
        }
    }

    /// Changes one of the states that lie in lanes, number by number, by those of a state of its own.
    pub(crate) fn change_lane(&mut self, lane: usize, by: &Self, change: impl Fn(&mut T, T)) {
        for index in 0..self.len() {
            let ((re, im), (by_re, by_im)) = (self.layout.place(index), by.layout.place(index));
            change(&mut self.reals_mut()[re + lane], by.reals()[by_re]);
            change(&mut self.reals_mut()[re + im + lane], by.reals()[by_re + by_im]);
        }
    }

    /// Replaces one amplitude.
    #[inline(always)]
    pub(crate) fn set(&mut self, index: usize, value: C64) {
        let (re, im) = self.layout.place(index);
        let reals = self.reals_mut();
        reals[re] = T::from_f64(value.re);
        reals[re + im] = T::from_f64(value.im);
    }
}
