//! State vectors: taken from a store, given back to it, so that a training loop allocates them once.

use std::sync::{Mutex, PoisonError};

use crate::memory::available_bytes;
use crate::simulator::Run;
use crate::{C64, Fault};

/// Below this the machine is not asked how much memory it has.
const SMALL: u128 = 1 << 20;
/// How many vectors are kept for the next call, and how many amplitudes together (a gibibyte).
const KEPT: (usize, usize) = (8, 1 << 26);
/// How many amplitudes are made between two looks at whether the call should end.
const STEP: usize = 1 << 20;

/// Vectors that wait for their next use.
#[derive(Debug, Default)]
pub(crate) struct Kets {
    free: Mutex<Vec<Vec<C64>>>,
}

/// Bytes of `count` states of `qubits` qubits, the largest number where that has more digits.
fn bytes(qubits: usize, count: usize) -> u128 {
    if qubits > 100 { u128::MAX } else { (16 << qubits) * count as u128 }
}

impl Kets {
    /// Checks that `count` states of `qubits` qubits fit into memory together with what already is there.
    pub(crate) fn require(&self, qubits: usize, count: usize) -> Result<(), Fault> {
        let needed_bytes = bytes(qubits, count);
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
        let kept: usize = self.lock().iter().map(|ket| ket.len() * size_of::<C64>()).sum();
        let available = available_bytes().saturating_add(kept as u64);
        // Half of the address space is the most that one vector may have.
        let is_enough = needed_bytes <= u128::from(available) && needed_bytes <= isize::MAX as u128;
        if is_enough { Ok(()) } else { Err(available) }
    }

    /// A vector of `2^qubits` amplitudes with any content.
    pub(crate) fn take(&self, run: &Run, qubits: usize) -> Result<Vec<C64>, Fault> {
        {
            let mut free = self.lock();
            if let Some(found) = free.iter().position(|ket| ket.len() == 1 << qubits) {
                return Ok(free.swap_remove(found));
            }
        }
        self.require(qubits, 1)?;
        if bytes(qubits, 1) > SMALL {
            // Vectors of other sizes were counted as available.
            self.lock().clear();
        }
        let mut ket = Vec::new();
        if ket.try_reserve_exact(1 << qubits).is_err() {
            let (needed_bytes, available_bytes) = (bytes(qubits, 1), available_bytes());
            return Err(Fault::TooLarge { needed_bytes, available_bytes, qubits });
        }
        while ket.len() < 1 << qubits {
            run.check()?;
            ket.resize((ket.len() + STEP).min(1 << qubits), C64::ZERO);
        }
        Ok(ket)
    }

    /// Gives a vector back.
    pub(crate) fn give(&self, ket: Vec<C64>) {
        let mut free = self.lock();
        let amplitudes: usize = free.iter().map(Vec::len).sum();
        if free.len() < KEPT.0 && amplitudes + ket.len() <= KEPT.1 {
            free.push(ket);
        }
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Vec<Vec<C64>>> {
        // A vector in the store has no content that a panic elsewhere could have spoilt.
        self.free.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
