//! What a simulation is run with: threads, memory, and the flag that stops it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::kernel::for_chunks_mut;
use crate::kets::Kets;
use crate::{C64, Fault};

/// From here on an exact result should say how many branches it took.
pub const MANY_BRANCHES: u64 = 1 << 20;

/// An exact result, with the number of branches of measurement outcomes that were summed.
#[derive(Clone, Debug, PartialEq)]
pub struct Exact<T> {
    /// The result.
    pub value: T,
    /// How many branches were summed; see [`MANY_BRANCHES`].
    pub branches: u64,
}

/// Runs plans. One simulator may serve several threads at once.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) run: Run,
    pub(crate) kets: Kets,
}

/// What the kernels need to know about the machine.
#[derive(Debug)]
pub(crate) struct Run {
    pool: Option<ThreadPool>,
    interrupt: Arc<AtomicBool>,
}

impl Simulator {
    /// A simulator with this number of threads (at least one). When `interrupt` becomes true, the call that is under
    /// way ends with [`Fault::Interrupted`] within a tenth of a second.
    pub fn new(threads: usize, interrupt: Arc<AtomicBool>) -> Self {
        // Without a pool the numbers are the same, only later: the fault of a system without threads is no fault.
        let pool =
            (threads > 1).then(|| ThreadPoolBuilder::new().num_threads(threads).build().ok()).flatten();
        Self { run: Run { pool, interrupt }, kets: Kets::default() }
    }

    /// The state in which all wires are zero.
    pub(crate) fn start(&self, n_wires: usize) -> Result<Vec<C64>, Fault> {
        let mut ket = self.kets.take(&self.run, n_wires)?;
        for_chunks_mut(&self.run, &mut ket, |_, chunk| chunk.fill(C64::ZERO));
        ket[0] = C64::ONE;
        Ok(ket)
    }
}

impl Run {
    /// Whether somebody asked to stop.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Ends the call if somebody asked to stop.
    pub(crate) fn check(&self) -> Result<(), Fault> {
        if self.is_interrupted() { Err(Fault::Interrupted) } else { Ok(()) }
    }

    /// The threads to share `n_pieces` of work between, if that is worth it.
    pub(crate) fn pool_for(&self, n_pieces: usize) -> Option<&ThreadPool> {
        self.pool.as_ref().filter(|_| n_pieces >= 4)
    }
}
