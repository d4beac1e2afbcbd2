//! Runs a segment over a state: tile by tile, in the cache.
//!
//! A tile is gathered into a buffer, all operations of the pass are done there as on a small register, and it is written
//! back; where the tile is the lowest wires, it is used where it lies. Tiles are shared between threads in strips whose
//! number depends on the state alone, and what the strips collect is added up in their order: any number of threads gives
//! the same bits.

use std::cell::RefCell;
use std::ops::Range;

use crate::ahead::Ahead;
use crate::bind::Bound;
use crate::kernel::{Collected, Tile, back, forth};
use crate::ket::{Ket, Layout, Line};
use crate::plan::{Pass, Segment};
use crate::simulator::Run;
use crate::vector::Real;

/// How many pieces the tiles are shared in at most.
const STRIPS: usize = 64;

/// Lines of sixteen registers.
const SPARE: usize = 16;
/// Most lines of a buffer that waits for its next use: 4 MiB.
const KEPT: usize = 1 << 16;

/// Applies a segment.
pub(crate) fn apply<T: Real>(run: &Run, bound: &Bound<T>, segment: &Segment, ket: &mut Ket<T>) {
    for pass in &segment.passes {
        if run.is_interrupted() {
            return;
        }
        let layout = ket.layout();
        let tiles = Tiles::new(layout, pass);
        let ket = Shared::new(ket);
        if tiles.n_strips() == 1 {
            with_buffers(|buffers| forth_strip(run, bound, pass, (&tiles, tiles.strip(0)), ket, buffers));
            continue;
        }
        drive(run, &tiles, |strip, buffers| {
            forth_strip(run, bound, pass, (&tiles, strip), ket, buffers);
        });
    }
}

/// Undoes a segment on ket and bra and collects derivatives; where nothing before it depends on a slot (`is_first`), only
/// back to its first operation that does.
pub(crate) fn unapply<T: Real>(
    run: &Run,
    bound: &Bound<T>,
    segment: &Segment,
    [ket, bra]: [&mut Ket<T>; 2],
    is_first: bool,
    collected: &mut Collected,
) {
    let layout = ket.layout();
    let states = [Shared::new(ket), Shared::new(bra)];
    let stop = segment.first_trainable.filter(|_| is_first);
    for (index, pass) in segment.passes.iter().enumerate().rev() {
        let first = match stop {
            Some((pass, _)) if index < pass => break,
            Some((pass, op)) if index == pass => op,
            _ => 0,
        };
        if run.is_interrupted() {
            return;
        }
        let tiles = Tiles::new(layout, pass);
        if tiles.n_strips() == 1 {
            with_buffers(|buffers| {
                back_strip(run, bound, (pass, first), (&tiles, tiles.strip(0)), states, buffers, collected);
            });
            continue;
        }
        let parts = drive(run, &tiles, |strip, buffers| {
            let mut collected = Collected::new(bound);
            back_strip(run, bound, (pass, first), (&tiles, strip), states, buffers, &mut collected);
            collected
        });
        parts.iter().for_each(|part| collected.add(part));
    }
}

/// How the tiles of a pass lie in a state.
pub(crate) struct Tiles {
    layout: Layout,
    /// How many tiles.
    count: usize,
    /// The wires outside that tell them apart, as a mask.
    outer: usize,
    n_wires: u32,
    /// Numbers of a run: so many lie side by side in the state as in the tile.
    run: usize,
    /// Where the runs of a tile begin, in amplitudes from the tile's first one; empty where the tile is one run.
    starts: Vec<usize>,
}

impl Tiles {
    /// Those of a pass that are not zero.
    #[inline]
    pub(crate) fn new(layout: Layout, pass: &Pass) -> Self {
        let mut tiles = Self::of(layout, &pass.tile);
        tiles.outer &= pass.live;
        tiles.count = 1 << tiles.outer.count_ones();
        tiles
    }

    /// The tiles whose wires are these positions.
    #[inline]
    pub(crate) fn of(layout: Layout, tile: &[u32]) -> Self {
        if tile.len() == layout.n_wires as usize {
            // Small states are nothing else, and have no time to lose.
            let (n_wires, run) = (layout.n_wires, layout.n_reals());
            return Self { layout, count: 1, outer: 0, n_wires, run, starts: Vec::new() };
        }
        Self::of_some(layout, tile)
    }

    /// As [`Self::of`], for positions of some wires.
    fn of_some(layout: Layout, tile: &[u32]) -> Self {
        let run_wires = (0..).zip(tile).take_while(|&(i, &position)| i == position).count();
        let inner: usize = tile.iter().map(|p| 1usize << p).sum();
        let far = &tile[run_wires..];
        let start = |k: usize| far.iter().enumerate().map(|(i, p)| (k >> i & 1) << p).sum::<usize>();
        let starts = if far.is_empty() { Vec::new() } else { (0..1 << far.len()).map(start).collect() };
        let tile_layout = Layout { n_wires: run_wires as u32, ..layout };
        Self {
            layout,
            count: 1 << (layout.n_wires as usize - tile.len()),
            outer: ((1usize << layout.n_wires) - 1) & !inner,
            n_wires: tile.len() as u32,
            run: tile_layout.n_reals(),
            starts,
        }
    }

    /// The layout of a tile as a state of its own.
    pub(crate) fn tile_layout(&self) -> Layout {
        Layout { n_wires: self.n_wires, ..self.layout }
    }

    pub(crate) fn n_strips(&self) -> usize {
        self.count.min(STRIPS)
    }

    /// The tiles of a strip.
    pub(crate) fn strip(&self, i: usize) -> Range<usize> {
        let per_strip = self.count / self.n_strips();
        i * per_strip..(i + 1) * per_strip
    }

    /// The index bits of a tile outside of it.
    fn outer_of(&self, tile: usize) -> usize {
        let (mut outer, mut left, mut rest) = (0, self.outer, tile);
        while left != 0 {
            let bit = left & left.wrapping_neg();
            outer |= bit * (rest & 1);
            rest >>= 1;
            left &= left - 1;
        }
        outer
    }

    /// The tile where it lies, or gathered into the buffer.
    ///
    /// # Safety
    ///
    /// The state has this layout, nobody else looks at the tile, and the buffer has room for it.
    #[inline(always)]
    pub(crate) unsafe fn open<T: Real>(&self, state: Shared<T>, tile: usize, buffer: *mut T) -> Tile<T> {
        let outer = self.outer_of(tile);
        let n_groups = self.tile_layout().n_groups();
        // SAFETY: The caller's contract.
        unsafe {
            if self.starts.is_empty() {
                return Tile { data: state.0.add(self.layout.place(outer).0), n_groups, outer };
            }
            for (k, start) in self.starts.iter().enumerate() {
                let from = state.0.add(self.layout.place(outer | start).0);
                std::ptr::copy_nonoverlapping(from, buffer.add(k * self.run), self.run);
            }
            Tile { data: buffer, n_groups, outer }
        }
    }

    /// What will be gathered for a tile, if there is one of that number.
    pub(crate) fn ahead<T: Real>(&self, state: Shared<T>, tile: usize) -> Ahead<'_> {
        if tile >= self.count || self.starts.is_empty() {
            return Ahead::none();
        }
        let first = state.0.wrapping_add(self.layout.place(self.outer_of(tile)).0);
        let amplitude = size_of::<T>() << (self.layout.width_bits + 1 - self.layout.lane_bits);
        Ahead::runs(first.cast(), &self.starts, amplitude, self.run * size_of::<T>())
    }

    /// Writes a gathered tile back.
    ///
    /// # Safety
    ///
    /// As for [`Self::open`].
    #[inline(always)]
    pub(crate) unsafe fn close<T: Real>(&self, state: Shared<T>, tile: Tile<T>) {
        for (k, start) in self.starts.iter().enumerate() {
            // SAFETY: The caller's contract.
            unsafe {
                let to = state.0.add(self.layout.place(tile.outer | start).0);
                std::ptr::copy_nonoverlapping(tile.data.add(k * self.run), to, self.run);
            }
        }
    }
}

/// A state that threads work on at different places.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Shared<T>(*mut T);

// SAFETY: Whoever opens a tile promises that nobody else looks at it.
unsafe impl<T> Send for Shared<T> {}
// SAFETY: As above.
unsafe impl<T> Sync for Shared<T> {}

impl<T: Real> Shared<T> {
    pub(crate) fn new(ket: &mut Ket<T>) -> Self {
        Self(ket.reals_mut().as_mut_ptr())
    }

    /// A state that is only read.
    pub(crate) fn read(ket: &Ket<T>) -> Self {
        Self(ket.reals().as_ptr().cast_mut())
    }
}

/// Room for a tile of each state, and to work in.
#[derive(Debug, Default)]
pub(crate) struct Buffers {
    states: [Vec<Line>; 2],
    scratch: Vec<Line>,
}

impl Buffers {
    /// Room for tiles of `n_states` states, if they have to be gathered, and for two numbers an amplitude and those of two
    /// blocks of eight groups.
    pub(crate) fn reserve<T: Real>(&mut self, tiles: &Tiles, n_states: usize) -> ([*mut T; 2], *mut T) {
        let lines = tiles.tile_layout().n_lines::<T>();
        if !tiles.starts.is_empty() {
            self.states[..n_states]
                .iter_mut()
                .for_each(|state| state.resize(lines.max(state.len()), Line::default()));
        }
        self.scratch.resize((lines + SPARE).max(self.scratch.len()), Line::default());
        (self.states.each_mut().map(|state| state.as_mut_ptr().cast()), self.scratch.as_mut_ptr().cast())
    }
}

/// Works on all strips of tiles, on several threads where there are several; results in order.
pub(crate) fn drive<A: Send>(
    run: &Run,
    tiles: &Tiles,
    work: impl Fn(Range<usize>, &mut Buffers) -> A + Sync,
) -> Vec<A> {
    let n_strips = tiles.n_strips();
    let each = |i: usize| with_buffers(|buffers| work(tiles.strip(i), buffers));
    run.share(n_strips, each)
}

thread_local! {
    /// The buffers of this thread.
    static BUFFERS: RefCell<Buffers> = RefCell::default();
}

/// Lends this thread's buffers; nobody asks for them twice at once. Those of unusually large tiles are not kept.
pub(crate) fn with_buffers<A>(work: impl FnOnce(&mut Buffers) -> A) -> A {
    BUFFERS.with_borrow_mut(|buffers| {
        let result = work(buffers);
        if buffers.scratch.len() > KEPT {
            *buffers = Buffers::default();
        }
        result
    })
}

/// Does a pass in a strip of tiles.
fn forth_strip<T: Real>(
    run: &Run,
    bound: &Bound<T>,
    pass: &Pass,
    (tiles, strip): (&Tiles, Range<usize>),
    ket: Shared<T>,
    buffers: &mut Buffers,
) {
    let ([buffer, _], scratch) = buffers.reserve::<T>(tiles, 1);
    for index in strip.take_while(|_| !run.is_interrupted()) {
        // SAFETY: Strips don't overlap, and the buffers have room.
        unsafe {
            let tile = tiles.open(ket, index, buffer);
            let ahead = tiles.ahead(ket, index + 1);
            if bound.samples() > 1 {
                forth::<T, true>(bound, pass, tile, scratch, &ahead);
            } else {
                forth::<T, false>(bound, pass, tile, scratch, &ahead);
            }
            tiles.close(ket, tile);
        }
    }
}

/// Undoes a pass in a strip of tiles of ket and bra.
fn back_strip<T: Real>(
    run: &Run,
    bound: &Bound<T>,
    (pass, first): (&Pass, usize),
    (tiles, strip): (&Tiles, Range<usize>),
    states: [Shared<T>; 2],
    buffers: &mut Buffers,
    collected: &mut Collected,
) {
    let (buffers, scratch) = buffers.reserve::<T>(tiles, 2);
    for index in strip.take_while(|_| !run.is_interrupted()) {
        // SAFETY: Strips don't overlap, and the buffers have room.
        unsafe {
            let ket = tiles.open(states[0], index, buffers[0]);
            let bra = tiles.open(states[1], index, buffers[1]);
            if bound.samples() > 1 {
                back::<T, true>(bound, pass, first, [ket, bra], scratch, collected);
            } else {
                back::<T, false>(bound, pass, first, [ket, bra], scratch, collected);
            }
            tiles.close(states[0], ket);
            tiles.close(states[1], bra);
        }
    }
}
