//! Runs a plan through all branches of measurement outcomes.
//!
//! A branch state is not normalised: its squared norm is the branch's probability. Sums over the ends of all branches
//! are therefore plain sums.

use crate::Fault;
use crate::bind::Bound;
use crate::ket::Ket;
use crate::pass::apply;
use crate::pieces::{flip_wire, outcome_weights, project};
use crate::plan::{Plan, Step, holds};
use crate::simulator::{Amplitude, Run, Simulator};

/// What is looked at in the end; it decides which measurements matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The state of the register.
    State,
    /// The register's outcomes in the Z basis alone.
    Outcomes,
}

impl Purpose {
    /// Whether a measurement changes nothing that is looked at: nobody uses the outcome, and the wire is traced out or
    /// is only ever looked at in the same basis.
    pub(crate) fn skips(self, plan: &Plan, position: u32, is_last: bool) -> bool {
        is_last && (self == Self::Outcomes || !plan.is_returned(position))
    }
}

/// A walk through the branches.
pub(crate) struct Walk<'a, T: Amplitude> {
    pub simulator: &'a Simulator,
    pub bound: &'a Bound<'a, T>,
    pub purpose: Purpose,
    pub tally: Tally,
}

/// What happened to the branches.
#[derive(Debug)]
pub(crate) struct Tally {
    /// The weight that may be left out.
    budget: f64,
    /// How many branches came to an end.
    pub branches: u64,
}

impl Tally {
    /// Leaves out branches as long as their weights stay under `budget` together.
    pub(crate) fn new(budget: f64) -> Self {
        Self { budget, branches: 0 }
    }

    /// Whether a branch of this weight is followed.
    pub(crate) fn follows(&mut self, weight: f64) -> bool {
        let leaves_out = weight <= self.budget;
        if leaves_out {
            self.budget -= weight;
        }
        !leaves_out
    }
}

impl<T: Amplitude> Walk<'_, T> {
    /// Calls `leaf` with the state at the end of each branch; returns how many there were.
    pub(crate) fn run(self, leaf: impl FnMut(&Ket<T>) -> Result<(), Fault>) -> Result<u64, Fault> {
        let kets = &self.simulator.kets;
        let (branches, end) = self.run_to_end(leaf)?;
        kets.give(end);
        Ok(branches)
    }

    /// As [`Self::run`]; also gives the state at the end of the last branch.
    #[inline]
    pub(crate) fn run_to_end(
        mut self,
        mut leaf: impl FnMut(&Ket<T>) -> Result<(), Fault>,
    ) -> Result<(u64, Ket<T>), Fault> {
        let mut ket = self.simulator.start(self.bound.plan.n_wires)?;
        let bits = vec![false; self.bound.plan.n_bits];
        self.follow(0, &mut ket, bits, &mut leaf)?;
        Ok((self.tally.branches, ket))
    }

    /// Goes on from a step, and leaves the state that it came to in the end.
    fn follow(
        &mut self,
        mut at: usize,
        ket: &mut Ket<T>,
        mut bits: Vec<bool>,
        leaf: &mut dyn FnMut(&Ket<T>) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        let run = &self.simulator.run;
        let plan = self.bound.plan;
        while let Some(step) = plan.steps.get(at) {
            run.check()?;
            at += 1;
            match step {
                Step::Unitary(segment) => apply(run, self.bound, &plan.segments[*segment], ket),
                Step::Branch { condition, otherwise } => {
                    if !holds(condition, &bits) {
                        at = *otherwise;
                    }
                }
                Step::Jump { to } => at = *to,
                Step::Track(_) | Step::Channel(_) | Step::Map { .. } | Step::Misread { .. } => {
                    return Err(Fault::Noisy);
                }
                Step::Measure { position, is_last, .. } if self.purpose.skips(plan, *position, *is_last) => {}
                Step::Measure { position, .. } | Step::Reset { position } => {
                    let weights = outcome_weights(run, ket, *position);
                    run.check()?;
                    // The rarer outcome first: what waits for its end is at most as deep as the weight can be halved.
                    let rare = weights[1] <= weights[0];
                    let outcomes = [rare, !rare];
                    if self.tally.follows(weights[usize::from(rare)]) {
                        let mut other = self.simulator.copied(ket)?;
                        let mut other_bits = bits.clone();
                        settle(&self.simulator.run, step, outcomes[0], &mut other, &mut other_bits);
                        self.follow(at, &mut other, other_bits, leaf)?;
                        self.simulator.kets.give(other);
                    }
                    settle(&self.simulator.run, step, outcomes[1], ket, &mut bits);
                }
            }
        }
        self.simulator.run.check()?;
        if plan.is_unfinished(&bits) {
            let weights = outcome_weights(run, ket, 0);
            if self.tally.follows(weights[0] + weights[1]) {
                return Err(Fault::Unfinished);
            }
        } else {
            self.tally.branches += 1;
            leaf(ket)?;
        }
        Ok(())
    }
}

/// Projects on an outcome of a measurement or reset, and does what follows from it.
pub(crate) fn settle<T: Amplitude>(
    run: &Run,
    step: &Step,
    outcome: bool,
    ket: &mut Ket<T>,
    bits: &mut [bool],
) {
    match *step {
        Step::Measure { position, bit, .. } => {
            project(run, ket, position, outcome);
            bits[bit] = outcome;
        }
        Step::Reset { position } => {
            project(run, ket, position, outcome);
            if outcome {
                flip_wire(run, ket, position);
            }
        }
        Step::Unitary(_)
        | Step::Branch { .. }
        | Step::Jump { .. }
        | Step::Track(_)
        | Step::Channel(_)
        | Step::Map { .. }
        | Step::Misread { .. } => {}
    }
}
