//! State vectors: their memory is taken from a store and given back to it, so that a training loop allocates it once.

use std::sync::{Mutex, PoisonError};

use crate::Fault;
use crate::ket::{Ket, Layout, Line, free};
use crate::memory::{available_bytes, on_huge_pages};
use crate::simulator::Run;
use crate::vector::Real;

/// Below this the machine is not asked how much memory it has.
const SMALL: u128 = 1 << 20;
/// How many states are kept for the next call, and how many lines of memory together (a gibibyte).
const KEPT: (usize, usize) = (256, (1 << 30) / size_of::<Line>());
/// How many lines are made between two looks at whether the call should end.
const STEP: usize = 1 << 18;

/// Memory that waits for its next use.
#[derive(Debug, Default)]
pub(crate) struct Kets {
    free: Mutex<Vec<Vec<Line>>>,
}

/// Bytes of `count` states of `qubits` qubits, the largest number where that has more digits.
fn bytes<T>(qubits: usize, count: usize) -> u128 {
    if qubits > 100 { u128::MAX } else { (2 * size_of::<T>() as u128) * (1 << qubits) * count as u128 }
}

impl Kets {
    /// Checks that `count` states of `qubits` qubits fit into memory together with what already is there.
    pub(crate) fn require<T: Real>(&self, qubits: usize, count: usize) -> Result<(), Fault> {
        let needed_bytes = bytes::<T>(qubits, count);
        let too_large = |available_bytes| Fault::TooLarge { needed_bytes, available_bytes, qubits };
        self.available_for(needed_bytes).map_err(too_large)
    }

    /// Checks that so many bytes, which a circuit of `qubits` qubits takes, fit into memory.
    pub(crate) fn require_bytes(&self, needed_bytes: u128, qubits: usize) -> Result<(), Fault> {
        let too_large = |available_bytes| Fault::TooLarge { needed_bytes, available_bytes, qubits };
        self.available_for(needed_bytes).map_err(too_large)
    }

    /// Checks that the rows of shots fit into memory.
    pub(crate) fn require_shots(&self, shots: usize, bytes_per_shot: usize) -> Result<(), Fault> {
        let needed_bytes = shots as u128 * bytes_per_shot as u128;
        let too_many = |available_bytes| Fault::TooManyShots { needed_bytes, available_bytes, shots };
        self.available_for(needed_bytes).map_err(too_many)
    }

    /// Whether there are so many bytes, else how many there are.
    fn available_for(&self, needed_bytes: u128) -> Result<(), u64> {
        if needed_bytes <= SMALL {
            return Ok(());
        }
        let kept: usize = self.lock().iter().map(|lines| lines.len() * size_of::<Line>()).sum();
        let available = available_bytes().saturating_add(kept as u64);
        // Half of the address space is the most that one vector may have.
        let is_enough = needed_bytes <= u128::from(available) && needed_bytes <= isize::MAX as u128;
        if is_enough { Ok(()) } else { Err(available) }
    }

    /// A state with any content.
    pub(crate) fn take<T: Real>(&self, run: &Run, layout: Layout) -> Result<Ket<T>, Fault> {
        let qubits = layout.n_wires as usize;
        // Only now is it known that the length is a number.
        self.require::<T>(qubits, 1)?;
        let n_lines = layout.n_lines::<T>();
        {
            let mut free = self.lock();
            // The latest may still be in the cache.
            if let Some(found) = free.iter().rposition(|lines| lines.len() == n_lines) {
                return Ok(Ket::new(free.swap_remove(found), layout));
            }
        }
        if bytes::<T>(qubits, 1) > SMALL {
            // Memory of other sizes was counted as available.
            self.lock().clear();
        }
        let mut lines: Vec<Line> = Vec::new();
        if lines.try_reserve_exact(n_lines).is_err() {
            let (needed_bytes, available_bytes) = (bytes::<T>(qubits, 1), available_bytes());
            return Err(Fault::TooLarge { needed_bytes, available_bytes, qubits });
        }
        on_huge_pages(lines.spare_capacity_mut());
        while lines.len() < n_lines {
            if let Err(fault) = run.check() {
                free(lines);
                return Err(fault);
            }
            lines.resize((lines.len() + STEP).min(n_lines), Line::default());
        }
        Ok(Ket::new(lines, layout))
    }

    /// Gives the memory of a state back.
    pub(crate) fn give<T: Real>(&self, ket: Ket<T>) {
        self.give_lines(ket.into_lines());
    }

    /// Gives memory back.
    pub(crate) fn give_lines(&self, lines: Vec<Line>) {
        let mut free = self.lock();
        let n_lines: usize = free.iter().map(Vec::len).sum();
        if free.len() < KEPT.0 && n_lines + lines.len() <= KEPT.1 {
            free.push(lines);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<Line>>> {
        // Memory in the store has no content that a panic elsewhere could have spoilt.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
