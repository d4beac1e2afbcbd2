//! Small tensors of floats that were given up.
//!
//! The next result of the same shape is written into one of them, where it would ask for memory three times: for its elements,
//! for what counts who holds them, and for its slot.

use smallvec::SmallVec;

use crate::slot::Slot;

/// Tensors that are kept.
const MOST: usize = 8;
/// Elements of each: together no more than a quarter of a megabyte.
const MOST_ELEMENTS: usize = 4096;

/// The tensors, each held by nobody else.
#[derive(Debug, Default)]
pub(crate) struct Spare {
    slots: SmallVec<[Box<Slot>; MOST]>,
    /// The one that goes first where all places are taken.
    next: usize,
}

impl Spare {
    /// Takes over a slot that is given up.
    pub fn keep(&mut self, slot: Box<Slot>) {
        if !slot.is_whole_and_alone(MOST_ELEMENTS) {
            return;
        }
        if self.slots.len() < MOST {
            self.slots.push(slot);
        } else {
            self.slots[self.next] = slot;
            self.next = (self.next + 1) % MOST;
        }
    }

    /// A tensor of floats of this shape, whatever its elements are.
    pub fn take(&mut self, lens: &[usize]) -> Option<Box<Slot>> {
        let found = self.slots.iter().rposition(|slot| slot.has_lens(lens))?;
        Some(self.slots.swap_remove(found))
    }
}
