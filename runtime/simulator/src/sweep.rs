//! The adjoint gradient through unitaries, measurements and branches.
//!
//! With branch states that are not normalised a value is `E = sum over branches b of <psi_b| O |psi_b>`, and each `psi_b` is
//! linear in what came before: `|psi_b> = .. K_b U ..`. So the bra before a measurement is the sum of the bras of its
//! outcomes, each projected, `lambda = sum_b K_b^H lambda_b`. Going back also restores the ket: the projected states of
//! the two outcomes don't overlap, and their sum is the state before. No state is kept but those.

use crate::bind::Bound;
use crate::kernel::for_chunks_mut;
use crate::kernel::{Gradient, Select, apply, copy, flip_amplitudes, outcome_weights, project, unapply};
use crate::plan::{Step, holds};
use crate::simulator::{Run, Simulator};
use crate::walk::{Purpose, Tally, settle};
use crate::{C64, Fault};

/// What may be left out of a gradient: where a probability is `p`, its derivative may be of the order `sqrt(p)`.
const LEFT_OUT: f64 = 1e-26;

/// A sweep forth and back.
pub(crate) struct Sweep<'a> {
    simulator: &'a Simulator,
    bound: &'a Bound<'a>,
    purpose: Purpose,
    gradient: Gradient,
    tally: Tally,
    /// The first step that depends on a slot: nothing before it is undone.
    first: usize,
}

/// Sees the state at the end of a branch and writes the bra there.
pub(crate) type Leaf<'a> = dyn FnMut(&[C64], &mut [C64]) -> Result<(), Fault> + 'a;

/// What happened on the way, to be undone.
enum Past {
    /// A unitary step.
    Step(usize),
    /// A projection with one outcome left.
    Settled(usize, bool),
    /// A projection where the other outcome has been followed to its end: its ket and bra after the projection.
    Split { step: usize, outcome: bool, other_ket: Vec<C64>, other_bra: Vec<C64> },
}

/// The derivatives with respect to the slots, and the number of branches. `leaf` gets the state at the end of each
/// branch and writes the bra there.
pub(crate) fn sweep(
    simulator: &Simulator,
    bound: &Bound,
    purpose: Purpose,
    leaf: &mut Leaf<'_>,
) -> Result<(Vec<f64>, u64), Fault> {
    let plan = bound.plan;
    simulator.kets.require(plan.n_wires, 2)?;
    let ket = simulator.start(plan.n_wires)?;
    let first = (0..plan.steps.len()).find(|&i| plan.is_trainable(i)).unwrap_or(plan.steps.len());
    let gradient = Gradient { d_angles: vec![0.0; plan.angles.len()] };
    let tally = Tally::new(LEFT_OUT);
    let mut sweep = Sweep { simulator, bound, purpose, gradient, tally, first };
    let (ket, bra) = sweep.follow(0, ket, vec![false; plan.n_bits], leaf)?;
    simulator.kets.give(ket);
    simulator.kets.give(bra);
    Ok((bound.to_slots(&sweep.gradient.d_angles), sweep.tally.branches))
}

impl Sweep<'_> {
    /// Runs from step `at` to all ends and back; returns the ket as it was and the bra that belongs to it.
    fn follow(
        &mut self,
        mut at: usize,
        mut ket: Vec<C64>,
        mut bits: Vec<bool>,
        leaf: &mut Leaf<'_>,
    ) -> Result<(Vec<C64>, Vec<C64>), Fault> {
        let run = &self.simulator.run;
        let plan = self.bound.plan;
        let mut past = Vec::new();
        while let Some(step) = plan.steps.get(at) {
            run.check()?;
            let here = at;
            at += 1;
            match step {
                Step::Unitary(unitary) => {
                    apply(run, self.bound, *unitary, &mut ket);
                    past.push(Past::Step(here));
                }
                Step::Branch { condition, otherwise } => {
                    if !holds(condition, &bits) {
                        at = *otherwise;
                    }
                }
                Step::Jump { to } => at = *to,
                Step::Measure { position, is_last, .. } if self.purpose.skips(plan, *position, *is_last) => {}
                Step::Measure { position, .. } | Step::Reset { position } => {
                    let weights = outcome_weights(run, &ket, *position);
                    run.check()?;
                    let rare = weights[1] <= weights[0];
                    if self.tally.follows(weights[usize::from(rare)]) {
                        let mut other = self.simulator.kets.take(run, plan.n_wires)?;
                        copy(run, &ket, &mut other);
                        let mut other_bits = bits.clone();
                        settle(run, step, rare, &mut other, &mut other_bits);
                        let (other_ket, other_bra) = self.follow(at, other, other_bits, leaf)?;
                        past.push(Past::Split { step: here, outcome: !rare, other_ket, other_bra });
                    } else {
                        past.push(Past::Settled(here, !rare));
                    }
                    settle(&self.simulator.run, step, !rare, &mut ket, &mut bits);
                }
            }
        }
        self.simulator.run.check()?;
        self.tally.branches += 1;
        let mut bra = self.simulator.kets.take(run, plan.n_wires)?;
        leaf(&ket, &mut bra)?;
        self.go_back(past, &mut ket, &mut bra)?;
        Ok((ket, bra))
    }

    /// Undoes the past, latest first.
    fn go_back(&mut self, past: Vec<Past>, ket: &mut [C64], bra: &mut [C64]) -> Result<(), Fault> {
        let run = &self.simulator.run;
        let steps = &self.bound.plan.steps;
        for event in past.into_iter().rev() {
            run.check()?;
            match event {
                Past::Step(index) if index < self.first => break,
                Past::Step(index) => {
                    if let Step::Unitary(unitary) = steps[index] {
                        unapply(run, self.bound, unitary, ket, bra, &mut self.gradient);
                    }
                }
                Past::Settled(step, outcome) => {
                    unsettle(run, &steps[step], outcome, ket);
                    unsettle(run, &steps[step], outcome, bra);
                }
                Past::Split { step, outcome, mut other_ket, mut other_bra } => {
                    for (mine, other) in [(&mut *ket, &mut other_ket), (&mut *bra, &mut other_bra)] {
                        unsettle(run, &steps[step], outcome, mine);
                        unsettle(run, &steps[step], !outcome, other);
                        for_chunks_mut(run, mine, |base, chunk| {
                            chunk.iter_mut().zip(&other[base..]).for_each(|(a, b)| *a += b);
                        });
                    }
                    self.simulator.kets.give(other_ket);
                    self.simulator.kets.give(other_bra);
                }
            }
        }
        run.check()
    }
}

/// Applies the adjoint of [`settle`].
fn unsettle(run: &Run, step: &Step, outcome: bool, state: &mut [C64]) {
    match *step {
        Step::Measure { position, .. } => project(run, state, position, outcome),
        Step::Reset { position } => {
            if outcome {
                flip_amplitudes(run, [&mut *state], 1 << position, Select::default());
            }
            project(run, state, position, outcome);
        }
        Step::Unitary(_) | Step::Branch { .. } | Step::Jump { .. } => {}
    }
}
