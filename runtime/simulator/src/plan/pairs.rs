//! Gates between the same two wires, again and again, become one matrix.
//!
//! Flips in between keep rotations and phases of two wires from joining those of others, and each is a sweep over the
//! cache of its own. From two flips on, one matrix of four rows does all in a sweep: 30 flops an amplitude, as much as
//! five rotations. Only for states larger than a tile: making the matrix takes a fraction of a microsecond a call.
//!
//! Rotations and flips are real. Phases go through flips, as phases where other bits are set, and through rotations that
//! exchange amplitudes of the same phase. Where all phases of a run come to its front in this way, or to its end and from
//! there to the front of the next run, the matrix is a real one behind a diagonal: 20 flops. That is so for the circuit of
//! three CX that any gate on two wires has (Vatan and Williams, arXiv:quant-ph/0308006): between the rotations of its
//! canonical form `exp(i(a XX + b YY + c ZZ))` stand phases of `ZZ` alone.

use super::schedule::Entry;
use super::{Entries, MatrixSource, Plan, Select, Trig};
use crate::C64;

/// Flips from which on a matrix is faster.
const FLIPS: usize = 2;

/// A matrix of four rows.
type M4 = [[C64; 4]; 4];

/// What happens on two wires, the first one first.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    steps: Vec<Step>,
    /// So many phases stand before steps that are real, if all others are.
    n_phases: Option<usize>,
}

/// A step; wires and masks are those of the pair.
#[derive(Clone, Copy, Debug)]
enum Step {
    Turn { wire: u32, trig: usize },
    Phase { mask: usize, trig: usize },
    Flip { flip: usize, select: Select },
}

/// Replaces runs of entries on two wires, where that is faster.
pub(super) fn fuse_pairs(plan: &mut Plan, entries: Vec<Entry>) -> Vec<Entry> {
    let n_wires = plan.n_wires;
    let mut runs = Runs {
        open: vec![None; n_wires],
        waiting: vec![Vec::new(); n_wires],
        last: vec![None; n_wires],
        done: Vec::new(),
    };
    for entry in entries {
        runs.add(entry);
    }
    (0..n_wires).for_each(|wire| runs.close(wire));
    let goes_on = runs.goes_on();
    let mut fused = Fused { plan, carried: vec![Vec::new(); n_wires], entries: Vec::new() };
    for (item, goes_on) in runs.done.into_iter().zip(goes_on) {
        match item {
            Item::Entry(entry) => fused.entries.push(entry),
            Item::Run { wires, entries } => fused.run(wires, &entries, goes_on),
        }
    }
    fused.entries
}

/// An entry, or a run of them on two wires.
enum Item {
    Entry(Entry),
    Run { wires: [usize; 2], entries: Vec<Entry> },
}

/// Finds runs.
struct Runs {
    /// For each wire, the other wire of its run; the run is with the lower one.
    open: Vec<Option<usize>>,
    /// For each wire the entries of its run, or those of the wire alone.
    waiting: Vec<Vec<Entry>>,
    /// For each wire the run that was the last to touch it, if nothing did since.
    last: Vec<Option<usize>>,
    done: Vec<Item>,
}

impl Runs {
    fn add(&mut self, entry: Entry) {
        let touches = entry.touches();
        let wires: Vec<usize> = (0..self.open.len()).filter(|wire| touches >> wire & 1 == 1).collect();
        let fits = matches!(entry, Entry::Turn { .. } | Entry::Monomial { .. } | Entry::Flip { .. });
        match *wires {
            [wire] if fits => self.add_alone(wire, entry),
            [a, b] if fits => {
                if self.open[a] != Some(b) {
                    for (wire, other) in [(a, b), (b, a)] {
                        if self.open[wire].is_some() {
                            self.close(wire);
                        }
                        self.open[wire] = Some(other);
                    }
                    let alone = std::mem::take(&mut self.waiting[b]);
                    self.waiting[a].extend(alone);
                }
                self.waiting[a].push(entry);
            }
            _ => {
                for &wire in &wires {
                    self.close(wire);
                    self.last[wire] = None;
                }
                self.done.push(Item::Entry(entry));
            }
        }
    }

    /// What one wire does alone belongs to its run, also to one that ended because the other wire went on.
    fn add_alone(&mut self, wire: usize, entry: Entry) {
        match (self.open[wire], self.last[wire]) {
            (Some(other), _) => self.waiting[wire.min(other)].push(entry),
            (None, Some(last)) => {
                if let Item::Run { entries, .. } = &mut self.done[last] {
                    entries.push(entry);
                }
            }
            (None, None) => self.waiting[wire].push(entry),
        }
    }

    /// Ends what waits on a wire.
    fn close(&mut self, wire: usize) {
        let other = self.open[wire].take();
        let run = other.map_or(wire, |other| wire.min(other));
        let entries = std::mem::take(&mut self.waiting[run]);
        if let Some(other) = other {
            self.open[other] = None;
            let n_flips = entries.iter().filter(|entry| matches!(entry, Entry::Flip { .. })).count();
            let is_run = n_flips >= FLIPS;
            for wire in [wire, other] {
                self.last[wire] = is_run.then_some(self.done.len());
            }
            if is_run {
                let wires = [run, wire.max(other)];
                return self.done.push(Item::Run { wires, entries });
            }
        }
        self.done.extend(entries.into_iter().map(Item::Entry));
    }

    /// For each item, the wires whose next mixing happens in another run: their phases may wait for that.
    fn goes_on(&self) -> Vec<usize> {
        let mut into_run = 0;
        let mut goes_on = vec![0; self.done.len()];
        for (item, goes_on) in self.done.iter().zip(&mut goes_on).rev() {
            *goes_on = into_run;
            match item {
                Item::Entry(entry) => into_run &= !entry.mixes(),
                Item::Run { wires: [a, b], .. } => into_run |= 1 << a | 1 << b,
            }
        }
        goes_on
    }
}

/// Makes matrices of runs.
struct Fused<'a> {
    plan: &'a mut Plan,
    /// For each wire phases for its next run.
    carried: Vec<Vec<Entry>>,
    entries: Vec<Entry>,
}

impl Fused<'_> {
    /// A run; `goes_on` are the wires whose phases may wait.
    fn run(&mut self, wires: [usize; 2], entries: &[Entry], goes_on: usize) {
        let carried = wires.map(|wire| std::mem::take(&mut self.carried[wire]));
        let steps: Vec<Step> =
            carried.iter().flatten().chain(entries).filter_map(|entry| Step::of(entry, wires)).collect();
        let may_wait = |mask: usize| (0..2).all(|i| mask >> i & 1 == 0 || goes_on >> wires[i] & 1 == 1);
        let pair = match sort(&steps).filter(|sorted| sorted.behind.iter().all(|phase| phase.may(may_wait))) {
            None => Pair { steps, n_phases: None },
            Some(sorted) => {
                for (mask, trig) in self.terms(&sorted.behind) {
                    let wire = wires[mask - 1];
                    self.carried[wire].push(Entry::Monomial { mask: 1 << wire, trig });
                }
                let phases = self.terms(&sorted.before).into_iter();
                let mut steps: Vec<Step> = phases.map(|(mask, trig)| Step::Phase { mask, trig }).collect();
                let n_phases = Some(steps.len());
                steps.extend(sorted.real);
                Pair { steps, n_phases }
            }
        };
        let matrix = self.plan.matrices.len();
        let start = self.plan.n_entries;
        self.plan.n_entries += ENTRIES;
        self.plan.matrices.push(MatrixSource { n_wires: 2, start, entries: Entries::Pair(pair) });
        let positions = wires.map(|wire| wire as u32).to_vec();
        self.entries.push(Entry::Matrix { positions, matrix, select: Select::default() });
    }

    /// The terms of phases: masks of the two bits, and trigs. What has no bit is an entry of its own.
    fn terms(&mut self, phases: &[Diagonal]) -> Vec<(usize, usize)> {
        let mut terms = Vec::new();
        for phase in phases {
            for (mask, factor) in phase.monomials().into_iter().filter(|&(_, factor)| factor != 0.0) {
                let mut trig = phase.trig;
                if factor != 1.0 {
                    let Trig { angle, factor: before } = self.plan.trigs[trig];
                    trig = self.plan.trigs.len();
                    self.plan.trigs.push(Trig { angle, factor: before * factor });
                }
                match mask {
                    0 => self.entries.push(Entry::Monomial { mask, trig }),
                    _ => terms.push((mask, trig)),
                }
            }
        }
        terms
    }
}

/// A phase on some of the four settings of two wires.
#[derive(Clone, Copy, Debug)]
struct Diagonal {
    on: [bool; 4],
    trig: usize,
}

impl Diagonal {
    /// Whether a rotation of the wire exchanges amplitudes of the same phase only.
    fn is_same_on(&self, wire: u32) -> bool {
        (0..4).all(|i| self.on[i] == self.on[i ^ 1 << wire])
    }

    /// The same on the other side of a flip.
    fn through(self, flip: Step) -> Self {
        Self { on: std::array::from_fn(|i| self.on[flip.image(i)]), ..self }
    }

    /// The same before these steps, if it can get there.
    fn to_the_front(self, steps: &[Step]) -> Option<Self> {
        steps.iter().rev().try_fold(self, |phase, step| match *step {
            Step::Turn { wire, .. } => phase.is_same_on(wire).then_some(phase),
            _ => Some(phase.through(*step)),
        })
    }

    /// As a polynomial in the two bits: masks of bits, and their factors.
    fn monomials(&self) -> [(usize, f64); 4] {
        let [f, a, b, ab] = self.on.map(|on| f64::from(u8::from(on)));
        [(0, f), (1, a - f), (2, b - f), (3, ab - a - b + f)]
    }

    /// Whether all its terms are of one bit at most, and may wait.
    fn may(&self, wait: impl Fn(usize) -> bool) -> bool {
        self.monomials().iter().all(|&(mask, factor)| factor == 0.0 || mask < 3 && wait(mask))
    }
}

/// A pair's steps with all phases before and behind real ones.
#[derive(Debug, Default)]
struct Sorted {
    before: Vec<Diagonal>,
    real: Vec<Step>,
    behind: Vec<Diagonal>,
}

/// Takes phases to the front or the end, if that can be done with all.
fn sort(steps: &[Step]) -> Option<Sorted> {
    let mut sorted = Sorted::default();
    for &step in steps {
        match step {
            Step::Turn { wire, .. } => {
                if sorted.behind.iter().any(|phase| !phase.is_same_on(wire)) {
                    return None;
                }
                sorted.real.push(step);
            }
            Step::Flip { .. } => {
                sorted.behind.iter_mut().for_each(|phase| *phase = phase.through(step));
                sorted.real.push(step);
            }
            Step::Phase { mask, trig } => {
                let phase = Diagonal { on: std::array::from_fn(|i| i & mask == mask), trig };
                match phase.to_the_front(&sorted.real) {
                    Some(first) => sorted.before.push(first),
                    None => sorted.behind.push(phase),
                }
            }
        }
    }
    Some(sorted)
}

/// Entries of a pair's matrix: of 16, and of a diagonal before it.
const ENTRIES: usize = 20;

impl Pair {
    /// The trigs that it reads.
    pub(crate) fn trigs(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().filter_map(|step| match *step {
            Step::Turn { trig, .. } | Step::Phase { trig, .. } => Some(trig),
            Step::Flip { .. } => None,
        })
    }

    /// Whether the matrix is a real one behind a diagonal.
    pub(crate) fn is_real(&self) -> bool {
        self.n_phases.is_some()
    }

    /// The matrix, row by row, given the cosine and sine of each trig as a complex number, and the diagonal before it.
    pub(crate) fn matrix(&self, trig: impl Fn(usize) -> C64) -> [C64; ENTRIES] {
        let (phases, rest) = self.steps.split_at(self.n_phases.unwrap_or(0));
        let (rows, diagonal) = (product(rest, &trig), product(phases, &trig));
        std::array::from_fn(|k| if k < 16 { rows[k / 4][k % 4] } else { diagonal[k - 16][k - 16] })
    }

    /// Adds `d value / d argument` for each trig, where `d value = 2 Re tr(dU transition)`.
    ///
    /// As for [`super::Block`]: with `T = F_j .. F_1 M F_k .. F_(j+1)` and `dF_j = G F_j dx` it is `2 Re tr(G T)`.
    pub(crate) fn pull_back(
        &self,
        transition: impl Fn(usize) -> C64,
        trig: impl Fn(usize) -> C64,
        d_trigs: &mut [f64],
    ) {
        let u = product(&self.steps, &trig);
        let mut t: M4 = std::array::from_fn(|i| {
            std::array::from_fn(|j| (0..4).map(|k| transition(4 * i + k) * u[k][j]).sum())
        });
        for step in &self.steps {
            // F T F^H = (F (F T)^H)^H
            for _ in 0..2 {
                step.apply(&mut t, &trig);
                t = std::array::from_fn(|i| std::array::from_fn(|j| t[j][i].conj()));
            }
            match *step {
                // G = [[0, -1], [1, 0]]
                Step::Turn { wire, trig } => {
                    let bit = 1 << wire;
                    let of = |i: usize| (t[i][i | bit] - t[i | bit][i]).re;
                    d_trigs[trig] += 2.0 * (of(0) + of(3 ^ bit));
                }
                // G = i where all bits of the mask are one
                Step::Phase { mask, trig } => {
                    let of = |i: usize| if i & mask == mask { t[i][i].im } else { 0.0 };
                    d_trigs[trig] -= 2.0 * (0..4).map(of).sum::<f64>();
                }
                Step::Flip { .. } => {}
            }
        }
    }
}

/// The product of steps.
fn product(steps: &[Step], trig: &impl Fn(usize) -> C64) -> M4 {
    let mut u: M4 = std::array::from_fn(|i| std::array::from_fn(|j| C64::from(f64::from(u8::from(i == j)))));
    steps.iter().for_each(|step| step.apply(&mut u, trig));
    u
}

impl Step {
    /// An entry on wires `a < b`, which are 0 and 1 of the pair.
    fn of(entry: &Entry, [a, b]: [usize; 2]) -> Option<Self> {
        let local = |mask: usize| mask >> a & 1 | (mask >> b & 1) << 1;
        match *entry {
            Entry::Turn { position, trig } => {
                Some(Self::Turn { wire: u32::from(position as usize == b), trig })
            }
            Entry::Monomial { mask, trig } => Some(Self::Phase { mask: local(mask), trig }),
            Entry::Flip { flip, select } => {
                let select = Select { mask: local(select.mask), value: local(select.value) };
                Some(Self::Flip { flip: local(flip), select })
            }
            _ => None,
        }
    }

    /// Where a flip takes a setting of the wires.
    fn image(self, i: usize) -> usize {
        match self {
            Self::Flip { flip, select } => {
                let top = 1 << flip.ilog2();
                let first = if i & top == 0 { i } else { i ^ flip };
                if select.has(first) { i ^ flip } else { i }
            }
            _ => i,
        }
    }

    /// Multiplies from the left.
    fn apply(self, rows: &mut M4, value: &impl Fn(usize) -> C64) {
        match self {
            Self::Turn { wire, trig } => {
                let (bit, x) = (1 << wire, value(trig));
                for i in [0, 3 ^ bit] {
                    let (a, b) = (rows[i], rows[i | bit]);
                    rows[i] = std::array::from_fn(|j| a[j] * x.re - b[j] * x.im);
                    rows[i | bit] = std::array::from_fn(|j| a[j] * x.im + b[j] * x.re);
                }
            }
            Self::Phase { mask, trig } => {
                let x = value(trig);
                let selected = rows.iter_mut().enumerate().filter(|(i, _)| i & mask == mask);
                selected.for_each(|(_, row)| row.iter_mut().for_each(|entry| *entry *= x));
            }
            Self::Flip { .. } => {
                let before = *rows;
                (0..4).for_each(|i| rows[self.image(i)] = before[i]);
            }
        }
    }
}
