//! Gates between the same two wires, again and again, become one matrix.
//!
//! Flips in between keep rotations and phases of two wires from joining those of others, and each is a sweep over the
//! cache of its own. From two flips on, one matrix of four rows does all in a sweep: 30 flops an amplitude, as much as
//! five rotations. Only for states larger than a tile: making the matrix takes a fraction of a microsecond a call.

use super::schedule::Entry;
use super::{Entries, MatrixSource, Plan, Select};
use crate::C64;

/// Flips from which on a matrix is faster.
const FLIPS: usize = 2;

/// A matrix of four rows.
type M4 = [[C64; 4]; 4];

/// What happens on two wires, the first one first.
#[derive(Clone, Debug)]
pub(crate) struct Pair {
    steps: Vec<Step>,
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
    let mut runs =
        Runs { plan, open: vec![None; n_wires], waiting: vec![Vec::new(); n_wires], done: Vec::new() };
    for entry in entries {
        runs.add(entry);
    }
    (0..n_wires).for_each(|wire| runs.close(wire));
    runs.done
}

struct Runs<'a> {
    plan: &'a mut Plan,
    /// For each wire, the other wire of its run; the run is with the lower one.
    open: Vec<Option<usize>>,
    /// For each wire the entries of its run, or those of the wire alone.
    waiting: Vec<Vec<Entry>>,
    done: Vec<Entry>,
}

impl Runs<'_> {
    fn add(&mut self, entry: Entry) {
        let touches = entry.touches();
        let wires: Vec<usize> = (0..self.open.len()).filter(|wire| touches >> wire & 1 == 1).collect();
        let fits = matches!(entry, Entry::Turn { .. } | Entry::Monomial { .. } | Entry::Flip { .. });
        match *wires {
            [wire] if fits => {
                let run = self.open[wire].map_or(wire, |other| wire.min(other));
                self.waiting[run].push(entry);
            }
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
                wires.iter().for_each(|&wire| self.close(wire));
                self.done.push(entry);
            }
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
            if n_flips >= FLIPS {
                let fused = self.fuse(&entries, [run, wire.max(other)]);
                return self.done.push(fused);
            }
        }
        self.done.extend(entries);
    }

    fn fuse(&mut self, entries: &[Entry], [a, b]: [usize; 2]) -> Entry {
        let local = |mask: usize| mask >> a & 1 | (mask >> b & 1) << 1;
        let step = |entry: &Entry| match *entry {
            Entry::Turn { position, trig } => {
                Some(Step::Turn { wire: u32::from(position as usize == b), trig })
            }
            Entry::Monomial { mask, trig } => Some(Step::Phase { mask: local(mask), trig }),
            Entry::Flip { flip, select } => {
                let select = Select { mask: local(select.mask), value: local(select.value) };
                Some(Step::Flip { flip: local(flip), select })
            }
            _ => None,
        };
        let pair = Pair { steps: entries.iter().filter_map(step).collect() };
        let matrix = self.plan.matrices.len();
        let start = self.plan.n_entries;
        self.plan.n_entries += 16;
        self.plan.matrices.push(MatrixSource { n_wires: 2, start, entries: Entries::Pair(pair) });
        Entry::Matrix { positions: vec![a as u32, b as u32], matrix, select: Select::default() }
    }
}

impl Pair {
    /// The trigs that it reads.
    pub(crate) fn trigs(&self) -> impl Iterator<Item = usize> {
        self.steps.iter().filter_map(|step| match *step {
            Step::Turn { trig, .. } | Step::Phase { trig, .. } => Some(trig),
            Step::Flip { .. } => None,
        })
    }

    /// The matrix, row by row, given the cosine and sine of each trig as a complex number.
    pub(crate) fn matrix(&self, trig: impl Fn(usize) -> C64) -> [C64; 16] {
        let rows = self.product(&trig);
        std::array::from_fn(|k| rows[k / 4][k % 4])
    }

    fn product(&self, trig: &impl Fn(usize) -> C64) -> M4 {
        let mut u: M4 =
            std::array::from_fn(|i| std::array::from_fn(|j| C64::from(f64::from(u8::from(i == j)))));
        self.steps.iter().for_each(|step| step.apply(&mut u, trig));
        u
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
        let u = self.product(&trig);
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

impl Step {
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
            Self::Flip { flip, select } => {
                let top = 1 << flip.ilog2();
                for i in (0..4).filter(|i| i & top == 0 && select.has(*i)) {
                    rows.swap(i, i ^ flip);
                }
            }
        }
    }
}
