//! From entries to passes: which entries are done together while a tile of the state is in the cache.
//!
//! A tile has the lowest wires, so that memory is read in runs, and some others. An entry can be done in a pass if the
//! wires that it mixes are in the tile; those that it only looks at (controls, and all wires of a phase) may be outside,
//! where they are constant for a tile. Passes are filled greedily: entries are taken in order as long as the tile has
//! room for their wires, and an entry that is left for a later pass holds back those behind it that don't commute with
//! it. What commutes: phases with each other, and all entries that share no wire.

use super::layers::layers;
use super::{Pass, Plan, RUN_WIRES, Segment, Select, tile_wires};

/// A step of a circuit at positions of the state index.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Entry {
    /// `RY`.
    Turn { position: u32, trig: usize },
    /// A phase where all bits of the mask, at most two, are one.
    Monomial { mask: usize, trig: usize },
    /// A phase where bits have these values.
    Phase { select: Select, trig: usize },
    /// A phase by the parity of the bits of `z`.
    Parity { z: usize, select: Select, trig: usize },
    /// A matrix.
    Matrix { positions: Vec<u32>, matrix: usize, select: Select },
    /// Exchanges `i` and `i ^ flip`.
    Flip { flip: usize, select: Select },
    /// `exp(-i angle/2 P)`.
    Rotation { x: usize, z: usize, n_y: u32, trig: usize, select: Select },
}

impl Entry {
    /// The wires that it mixes.
    pub(super) fn mixes(&self) -> usize {
        match self {
            Self::Turn { position, .. } => 1 << position,
            Self::Monomial { .. } | Self::Phase { .. } | Self::Parity { .. } => 0,
            Self::Matrix { positions, .. } => positions.iter().map(|p| 1 << p).sum(),
            Self::Flip { flip, .. } => *flip,
            Self::Rotation { x, .. } => *x,
        }
    }

    /// All wires that it depends on or mixes.
    pub(super) fn touches(&self) -> usize {
        self.mixes()
            | match self {
                Self::Turn { .. } => 0,
                Self::Monomial { mask, .. } => *mask,
                Self::Phase { select, .. } | Self::Matrix { select, .. } | Self::Flip { select, .. } => {
                    select.mask
                }
                Self::Parity { z, select, .. } | Self::Rotation { z, select, .. } => z | select.mask,
            }
    }
}

/// Makes passes of the entries of a segment.
pub(super) fn schedule(plan: &mut Plan, entries: Vec<Entry>) -> Segment {
    let mut passes = Vec::new();
    let mut left = entries;
    while !left.is_empty() {
        let (tile, taken, rest) = fill(plan.n_wires, left);
        left = rest;
        let ops = layers(plan, &tile, &taken);
        passes.push(Pass { tile, ops, live: usize::MAX });
    }
    let first_trainable = passes.iter().enumerate().find_map(|(p, pass)| {
        let op = pass.ops.iter().position(|op| plan.op_is_trainable(op))?;
        Some((p, op))
    });
    Segment { passes, first_trainable }
}

/// Takes what one pass can do; returns its tile, what it does, and the rest.
fn fill(n_wires: usize, entries: Vec<Entry>) -> (Vec<u32>, Vec<Entry>, Vec<Entry>) {
    let width = tile_wires(n_wires);
    if n_wires == width {
        return ((0..n_wires as u32).collect(), entries, Vec::new());
    }
    let mut tile: usize = (1 << RUN_WIRES) - 1;
    // An entry that alone mixes more wires than a tile has makes a larger tile.
    let first = entries.first().map_or(0, Entry::mixes);
    let room = width.max((tile | first).count_ones() as usize) as u32;
    let (mut taken, mut rest) = (Vec::new(), Vec::new());
    // Wires that an entry which was left behind mixes, and those that it looks at.
    let (mut mixed, mut looked_at) = (0, 0);
    for entry in entries {
        let mixes = entry.mixes();
        let is_free = mixes & (mixed | looked_at) == 0 && entry.touches() & mixed == 0;
        if is_free && (tile | mixes).count_ones() <= room {
            tile |= mixes;
            taken.push(entry);
        } else {
            mixed |= mixes;
            looked_at |= entry.touches();
            rest.push(entry);
        }
    }
    // Room that is left makes the runs longer.
    for position in 0..n_wires {
        if tile.count_ones() < room {
            tile |= 1 << position;
        }
    }
    let tile = (0..n_wires as u32).filter(|position| tile >> position & 1 == 1).collect();
    (tile, taken, rest)
}
