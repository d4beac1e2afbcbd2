//! Probabilities of the register's outcomes, and their gradient.

use crate::bind::Bound;
use crate::kernel::{PIECE, for_chunks_mut};
use crate::plan::Plan;
use crate::simulator::{Exact, Run, Simulator};
use crate::sweep::sweep;
use crate::walk::Purpose;
use crate::{C64, Fault};

/// Probabilities with what a backward pass needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbabilitiesVjp {
    /// One value for each outcome, qubit 0 least significant.
    pub values: Vec<f64>,
    /// The derivative of `sum of cotangent * value` with respect to each slot.
    pub d_slots: Vec<f64>,
}

impl Simulator {
    /// The probability of each outcome of the register, qubit 0 least significant.
    pub fn probabilities(&self, plan: &Plan, slots: &[f64]) -> Result<Exact<Vec<f64>>, Fault> {
        let bound = Bound::new(plan, slots)?;
        self.kets.require(plan.n_wires, 2)?;
        let outcomes = Outcomes::new(plan);
        let mut values = vec![0.0; 1 << plan.register_len()];
        let branches = self
            .walk(&bound, Purpose::Outcomes)
            .run(|psi| add_probabilities(&self.run, &outcomes, psi, &mut values))?;
        Ok(Exact { value: values, branches })
    }

    /// The probabilities, and the derivative of their sum weighted with `cotangents` with respect to each slot.
    pub fn probabilities_vjp(
        &self,
        plan: &Plan,
        slots: &[f64],
        cotangents: &[f64],
    ) -> Result<Exact<ProbabilitiesVjp>, Fault> {
        let bound = Bound::new(plan, slots)?;
        self.kets.require(plan.n_wires, 3)?;
        let outcomes = Outcomes::new(plan);
        let mut values = vec![0.0; 1 << plan.register_len()];
        let mut leaf = |psi: &[C64], bra: &mut [C64]| {
            add_probabilities(&self.run, &outcomes, psi, &mut values)?;
            for_chunks_mut(&self.run, bra, |base, chunk| {
                let outcome = outcomes.of_piece(base);
                for (i, a) in chunk.iter_mut().enumerate() {
                    *a = psi[base + i] * cotangents[outcome(i)];
                }
            });
            Ok(())
        };
        let (d_slots, branches) = sweep(self, &bound, Purpose::Outcomes, &mut leaf)?;
        Ok(Exact { value: ProbabilitiesVjp { values, d_slots }, branches })
    }
}

/// Adds the probabilities of a branch.
fn add_probabilities(run: &Run, outcomes: &Outcomes, psi: &[C64], values: &mut [f64]) -> Result<(), Fault> {
    for (piece, amplitudes) in psi.chunks(PIECE).enumerate() {
        run.check()?;
        let outcome = outcomes.of_piece(piece * PIECE);
        amplitudes.iter().enumerate().for_each(|(i, a)| values[outcome(i)] += a.norm_sqr());
    }
    Ok(())
}

/// The register's outcome for each index of a state.
struct Outcomes<'a> {
    plan: &'a Plan,
    /// For the indices of the first piece; an outcome is the union of what the two halves of an index give.
    near: Vec<usize>,
}

impl<'a> Outcomes<'a> {
    fn new(plan: &'a Plan) -> Self {
        Self { plan, near: (0..PIECE.min(1 << plan.n_wires)).map(|i| plan.outcome(i)).collect() }
    }

    /// The outcome for a place in the piece that starts at `base`.
    fn of_piece(&self, base: usize) -> impl Fn(usize) -> usize {
        let far = self.plan.outcome(base);
        move |i| far | self.near[i]
    }
}
