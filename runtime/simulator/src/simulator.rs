//! What a simulation is run with: threads, memory, and the flag that stops it.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};

use rayon::prelude::*;
use rayon::{ThreadPool, ThreadPoolBuilder};

use crate::Fault;
use crate::bind::{Bound, Store};
use crate::ket::{Ket, Layout};
use crate::kets::Kets;
use crate::pieces::{PIECE, copy, for_pieces_mut};
use crate::plan::Plan;
use crate::vector::{Isa, Real};

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

/// How circuits are simulated.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// All amplitudes, in this precision.
    StateVector(Precision),
}

/// The precision of amplitudes. Angles, sums and results are doubles in each case.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Precision {
    /// Single: half the memory, twice the speed, about six digits.
    F32,
    /// Double.
    #[default]
    F64,
}

/// Runs plans. One simulator may serve several threads at once.
#[derive(Debug)]
pub struct Simulator {
    pub(crate) run: Run,
    pub(crate) kets: Kets,
    pub(crate) isa: Isa,
    method: Method,
    doubles: Store<f64>,
    singles: Store<f32>,
}

/// What runs need to know about the machine, and who may stop them.
#[derive(Debug)]
pub struct Run {
    threads: usize,
    /// Made when it is worth it for the first time; many programs never need it.
    pool: OnceLock<Option<ThreadPool>>,
    interrupt: Arc<AtomicBool>,
}

/// A precision that states have.
pub(crate) trait Amplitude: Real {
    /// How far the squared norm of a state may be from one by rounding.
    const NORMALISED: f64;

    /// Where buffers of this precision wait.
    fn store(simulator: &Simulator) -> &Store<Self>;
}

impl Amplitude for f64 {
    const NORMALISED: f64 = 1e-10;

    fn store(simulator: &Simulator) -> &Store<Self> {
        &simulator.doubles
    }
}

impl Amplitude for f32 {
    const NORMALISED: f64 = 1e-4;

    fn store(simulator: &Simulator) -> &Store<Self> {
        &simulator.singles
    }
}

impl Simulator {
    /// A simulator of state vectors in double precision with this number of threads (at least one). When `interrupt`
    /// becomes true, the call that is under way ends with [`Fault::Interrupted`] within a tenth of a second.
    pub fn new(threads: usize, interrupt: Arc<AtomicBool>) -> Self {
        Self::with_method(Method::StateVector(Precision::F64), threads, interrupt)
    }

    /// A simulator of this kind, see [`Self::new`].
    pub fn with_method(method: Method, threads: usize, interrupt: Arc<AtomicBool>) -> Self {
        Self {
            run: Run { threads, pool: OnceLock::new(), interrupt },
            kets: Kets::default(),
            isa: Isa::best(),
            method,
            doubles: Store::default(),
            singles: Store::default(),
        }
    }

    /// The machine that it runs on.
    pub fn run(&self) -> &Run {
        &self.run
    }

    /// Checks that so many bytes, which a circuit of `qubits` qubits takes, fit into memory.
    ///
    /// # Errors
    /// [`Fault::TooLarge`] if they don't.
    pub fn require_bytes(&self, needed_bytes: u128, qubits: usize) -> Result<(), Fault> {
        self.kets.require_bytes(needed_bytes, qubits)
    }

    /// How it simulates.
    pub fn method(&self) -> Method {
        self.method
    }

    /// The instruction set that its kernels use, by its usual name.
    pub fn instruction_set(&self) -> &'static str {
        self.isa.name()
    }

    /// Uses the instruction set of this name instead, where the machine has it: to measure what another machine would do.
    pub fn use_instruction_set(&mut self, name: &str) {
        let found = Isa::available().into_iter().find(|isa| isa.name() == name);
        self.isa = found.unwrap_or(self.isa);
    }

    /// The precision of amplitudes.
    pub(crate) fn precision(&self) -> Precision {
        let Method::StateVector(precision) = self.method;
        precision
    }

    /// How states of this precision lie in memory.
    pub(crate) fn layout<T: Real>(&self, n_wires: usize) -> Layout {
        Layout::single(n_wires, self.isa.lane_bits::<T>())
    }

    /// The plan with values for its slots.
    pub(crate) fn bind<'a, T: Amplitude>(
        &'a self,
        plan: &'a Plan,
        slots: &[f64],
    ) -> Result<Bound<'a, T>, Fault> {
        Bound::new(plan, self.isa, T::store(self), slots)
    }

    /// The state in which all wires are zero.
    #[inline]
    pub(crate) fn start<T: Real>(&self, n_wires: usize) -> Result<Ket<T>, Fault> {
        // Before the length is a number.
        self.kets.require::<T>(n_wires, 1)?;
        let mut ket = self.kets.take(&self.run, self.layout::<T>(n_wires))?;
        for_pieces_mut(&self.run, &mut ket, |_, piece| piece.fill(T::ZERO));
        ket.reals_mut()[0] = T::ONE;
        Ok(ket)
    }

    /// A copy of a state.
    pub(crate) fn copied<T: Real>(&self, ket: &Ket<T>) -> Result<Ket<T>, Fault> {
        let mut other = self.kets.take(&self.run, ket.layout())?;
        copy(&self.run, ket, &mut other);
        Ok(other)
    }
}

impl Run {
    /// Whether somebody asked to stop.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }

    /// Ends the call if somebody asked to stop.
    ///
    /// # Errors
    /// [`Fault::Interrupted`] then.
    pub fn check(&self) -> Result<(), Fault> {
        if self.is_interrupted() { Err(Fault::Interrupted) } else { Ok(()) }
    }

    /// The numbers below `n` in pieces, until somebody asks to stop: the caller finds out through [`Self::check`].
    pub(crate) fn pieces(&self, n: usize) -> impl Iterator<Item = Range<usize>> {
        let starts = (0..n).step_by(PIECE).take_while(|_| !self.is_interrupted());
        starts.map(move |start| start..n.min(start + PIECE))
    }

    /// The flag by which it is stopped.
    pub fn interrupt(&self) -> &Arc<AtomicBool> {
        &self.interrupt
    }

    /// What `work` gives for each number below `n`, in order; threads share the numbers.
    #[inline]
    pub(crate) fn share<A: Send>(&self, n: usize, work: impl Fn(usize) -> A + Sync) -> Vec<A> {
        let pool = if n > 1 { self.pool() } else { None };
        match pool {
            Some(pool) => pool.install(|| (0..n).into_par_iter().map(&work).collect()),
            None => (0..n).map(work).collect(),
        }
    }

    fn pool(&self) -> Option<&ThreadPool> {
        if self.threads < 2 {
            return None;
        }
        // Without a pool the numbers are the same, only later: the fault of a system without threads is no fault.
        let made = || ThreadPoolBuilder::new().num_threads(self.threads).build().ok();
        self.pool.get_or_init(made).as_ref()
    }
}
