//! The adjoint gradient through unitaries, measurements and branches.
//!
//! With branch states that are not normalised a value is `E = sum over branches b of <psi_b| O |psi_b>`, and each `psi_b` is
//! linear in what came before: `|psi_b> = .. K_b U ..`. So the bra before a measurement is the sum of the bras of its
//! outcomes, each projected, `lambda = sum_b K_b^H lambda_b`. Going back also restores the ket: the projected states of
//! the two outcomes don't overlap, and their sum is the state before. No state is kept but those.

use crate::Fault;
use crate::bind::Bound;
use crate::kernel::Collected;
use crate::ket::Ket;
use crate::pass::{apply, unapply};
use crate::pieces::{add, flip_wire, outcome_weights, project};
use crate::plan::{Step, holds};
use crate::simulator::{Amplitude, Run, Simulator};
use crate::walk::{Purpose, Tally, settle};

/// What may be left out of a gradient: where a probability is `p`, its derivative may be of the order `sqrt(p)`.
pub(crate) const LEFT_OUT: f64 = 1e-26;

/// A sweep forth and back.
struct Sweep<'a, T: Amplitude> {
    simulator: &'a Simulator,
    bound: &'a Bound<'a, T>,
    purpose: Purpose,
    collected: Collected,
    tally: Tally,
    /// The first step that depends on a slot: nothing before it is undone.
    first: usize,
}

/// Sees the state at the end of a branch and writes the bra there.
pub(crate) type Leaf<'a, T> = dyn FnMut(&Ket<T>, &mut Ket<T>) -> Result<(), Fault> + 'a;

/// What happened on the way, to be undone.
enum Past<T> {
    /// A unitary step.
    Step(usize),
    /// A projection with one outcome left.
    Settled(usize, bool),
    /// A projection where the other outcome has been followed to its end: its ket and bra after the projection.
    Split { step: usize, outcome: bool, other_ket: Ket<T>, other_bra: Ket<T> },
}

/// The derivatives with respect to the slots, and the number of branches. `leaf` gets the state at the end of each
/// branch and writes the bra there.
pub(crate) fn sweep<T: Amplitude>(
    simulator: &Simulator,
    bound: &Bound<T>,
    purpose: Purpose,
    leaf: &mut Leaf<'_, T>,
) -> Result<(Vec<f64>, u64), Fault> {
    sweep_back(simulator, bound, purpose, leaf, None)
}

/// As [`sweep`], for a unitary plan whose state at the end may be known already.
pub(crate) fn sweep_back<T: Amplitude>(
    simulator: &Simulator,
    bound: &Bound<T>,
    purpose: Purpose,
    leaf: &mut Leaf<'_, T>,
    end: Option<Ket<T>>,
) -> Result<(Vec<f64>, u64), Fault> {
    let plan = bound.plan;
    simulator.kets.require::<T>(plan.n_wires, 2)?;
    let (ket, at) = match end {
        Some(end) => (end, plan.steps.len()),
        None => (simulator.start(plan.n_wires)?, 0),
    };
    let first = (0..plan.steps.len()).find(|&i| plan.is_trainable(i)).unwrap_or(plan.steps.len());
    let collected = Collected::new(bound);
    let tally = Tally::new(LEFT_OUT);
    let mut sweep = Sweep { simulator, bound, purpose, collected, tally, first };
    let (ket, bra) =
        sweep.follow(at, ket, vec![false; plan.n_bits], (0..at).map(Past::Step).collect(), leaf)?;
    simulator.kets.give(ket);
    simulator.kets.give(bra);
    Ok((bound.to_slots(&sweep.collected), sweep.tally.branches))
}

impl<T: Amplitude> Sweep<'_, T> {
    /// Runs from step `at` to all ends and back, also through the past; returns the ket as it was and the bra that belongs
    /// to it.
    fn follow(
        &mut self,
        mut at: usize,
        mut ket: Ket<T>,
        mut bits: Vec<bool>,
        mut past: Vec<Past<T>>,
        leaf: &mut Leaf<'_, T>,
    ) -> Result<(Ket<T>, Ket<T>), Fault> {
        let run = &self.simulator.run;
        let plan = self.bound.plan;
        while let Some(step) = plan.steps.get(at) {
            run.check()?;
            let here = at;
            at += 1;
            match step {
                Step::Unitary(segment) => {
                    apply(run, self.bound, &plan.segments[*segment], &mut ket);
                    past.push(Past::Step(here));
                }
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
                    let weights = outcome_weights(run, &ket, *position);
                    run.check()?;
                    let rare = weights[1] <= weights[0];
                    if self.tally.follows(weights[usize::from(rare)]) {
                        let mut other = self.simulator.copied(&ket)?;
                        let mut other_bits = bits.clone();
                        settle(run, step, rare, &mut other, &mut other_bits);
                        let (other_ket, other_bra) = self.follow(at, other, other_bits, Vec::new(), leaf)?;
                        past.push(Past::Split { step: here, outcome: !rare, other_ket, other_bra });
                    } else {
                        past.push(Past::Settled(here, !rare));
                    }
                    settle(&self.simulator.run, step, !rare, &mut ket, &mut bits);
                }
            }
        }
        self.simulator.run.check()?;
        if plan.is_unfinished(&bits) {
            let weights = outcome_weights(run, &ket, 0);
            if weights[0] + weights[1] > crate::expect::LEFT_OUT {
                return Err(Fault::Unfinished);
            }
        }
        self.tally.branches += 1;
        let mut bra = self.simulator.kets.take(run, ket.layout())?;
        leaf(&ket, &mut bra)?;
        self.go_back(past, &mut ket, &mut bra)?;
        Ok((ket, bra))
    }

    /// Undoes the past, latest first.
    fn go_back(&mut self, past: Vec<Past<T>>, ket: &mut Ket<T>, bra: &mut Ket<T>) -> Result<(), Fault> {
        let run = &self.simulator.run;
        let steps = &self.bound.plan.steps;
        for event in past.into_iter().rev() {
            run.check()?;
            match event {
                Past::Step(index) if index < self.first => break,
                Past::Step(index) => {
                    undo_step(run, self.bound, index, self.first, [ket, bra], &mut self.collected);
                }
                Past::Settled(step, outcome) => {
                    unsettle(run, &steps[step], outcome, ket);
                    unsettle(run, &steps[step], outcome, bra);
                }
                Past::Split { step, outcome, mut other_ket, mut other_bra } => {
                    for (mine, other) in [(&mut *ket, &mut other_ket), (&mut *bra, &mut other_bra)] {
                        unsettle(run, &steps[step], outcome, mine);
                        unsettle(run, &steps[step], !outcome, other);
                        add(run, mine, other);
                    }
                    self.simulator.kets.give(other_ket);
                    self.simulator.kets.give(other_bra);
                }
            }
        }
        run.check()
    }
}

/// Undoes a step on ket and bra if it is a unitary, and collects derivatives; `first` is the first step that depends on a
/// slot.
pub(crate) fn undo_step<T: Amplitude>(
    run: &Run,
    bound: &Bound<T>,
    step: usize,
    first: usize,
    states: [&mut Ket<T>; 2],
    collected: &mut Collected,
) {
    if let Step::Unitary(segment) = bound.plan.steps[step] {
        unapply(run, bound, &bound.plan.segments[segment], states, step == first, collected);
    }
}

/// Applies the adjoint of [`settle`].
pub(crate) fn unsettle<T: Amplitude>(run: &Run, step: &Step, outcome: bool, state: &mut Ket<T>) {
    match *step {
        Step::Measure { position, .. } => project(run, state, position, outcome),
        Step::Reset { position } => {
            if outcome {
                flip_wire(run, state, position);
            }
            project(run, state, position, outcome);
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
