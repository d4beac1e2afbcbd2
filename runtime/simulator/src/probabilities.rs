//! Probabilities of the register's outcomes, and their gradient.

use crate::bind::Bound;
use crate::kernel::for_chunks_mut;
use crate::plan::Plan;
use crate::simulator::{Exact, Simulator};
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
        self.kets.require(plan.n_wires.max(plan.register_len()), 2)?;
        let mut values = vec![0.0; 1 << plan.register_len()];
        let branches = self.walk(&bound, Purpose::Outcomes).run(|psi| {
            add_probabilities(plan, psi, &mut values);
            Ok(())
        })?;
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
        let mut values = vec![0.0; 1 << plan.register_len()];
        let mut leaf = |psi: &[C64], bra: &mut [C64]| {
            add_probabilities(plan, psi, &mut values);
            for_chunks_mut(&self.run, bra, |base, chunk| {
                for (i, a) in chunk.iter_mut().enumerate() {
                    *a = psi[base + i] * cotangents[plan.outcome(base + i)];
                }
            });
            Ok(())
        };
        let (d_slots, branches) = sweep(self, &bound, Purpose::Outcomes, &mut leaf)?;
        Ok(Exact { value: ProbabilitiesVjp { values, d_slots }, branches })
    }
}

fn add_probabilities(plan: &Plan, psi: &[C64], values: &mut [f64]) {
    if plan.is_whole() {
        psi.iter().zip(values).for_each(|(a, value)| *value += a.norm_sqr());
    } else {
        psi.iter().enumerate().for_each(|(i, a)| values[plan.outcome(i)] += a.norm_sqr());
    }
}
