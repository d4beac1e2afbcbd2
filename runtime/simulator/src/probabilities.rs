//! Probabilities of the register's outcomes, and their gradient.

use crate::Fault;
use crate::ket::Ket;
use crate::pieces::{PIECE, for_amplitudes, for_pieces_mut};
use crate::plan::Plan;
use crate::simulator::{Amplitude, Exact, Precision, Run, Simulator};
use crate::sweep::sweep;
use crate::walk::Purpose;

/// Probabilities with what a backward pass needs.
#[derive(Clone, Debug, PartialEq)]
pub struct ProbabilitiesVjp {
    /// One value for each outcome, qubit 0 least significant.
    pub values: Vec<f64>,
    /// The derivative of `sum of cotangent * value` with respect to each slot.
    pub d_slots: Vec<f64>,
}

impl Simulator {
    /// Checks that a number for each outcome of a register fits into memory.
    pub fn require_outcomes(&self, register: usize) -> Result<(), Fault> {
        self.kets.require::<f32>(register, 1)
    }

    /// The probability of each outcome of the register, qubit 0 least significant.
    pub fn probabilities(&self, plan: &Plan, slots: &[f64]) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.probabilities_in::<f64>(plan, slots),
            Precision::F32 => self.probabilities_in::<f32>(plan, slots),
        }
    }

    fn probabilities_in<T: Amplitude>(&self, plan: &Plan, slots: &[f64]) -> Result<Exact<Vec<f64>>, Fault> {
        let bound = self.bind::<T>(plan, slots)?;
        self.kets.require::<T>(plan.n_wires, 2)?;
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
        match self.precision() {
            Precision::F64 => self.probabilities_vjp_in::<f64>(plan, slots, cotangents),
            Precision::F32 => self.probabilities_vjp_in::<f32>(plan, slots, cotangents),
        }
    }

    fn probabilities_vjp_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        cotangents: &[f64],
    ) -> Result<Exact<ProbabilitiesVjp>, Fault> {
        let bound = self.bind::<T>(plan, slots)?;
        self.kets.require::<T>(plan.n_wires, 3)?;
        let outcomes = Outcomes::new(plan);
        let mut values = vec![0.0; 1 << plan.register_len()];
        let mut leaf = |psi: &Ket<T>, bra: &mut Ket<T>| {
            add_probabilities(&self.run, &outcomes, psi, &mut values)?;
            let (layout, reals) = (psi.layout(), psi.reals());
            for_pieces_mut(&self.run, bra, |base, piece| {
                let outcome = outcomes.of_piece(base);
                // Also the lanes beyond a tiny state.
                piece.fill(T::ZERO);
                for_amplitudes(layout, base, &reals[2 * base..][..piece.len()], |i, re, im| {
                    let cotangent = T::from_f64(cotangents[outcome(i - base)]);
                    piece[re] = reals[2 * base + re] * cotangent;
                    piece[im] = reals[2 * base + im] * cotangent;
                });
            });
            Ok(())
        };
        let (d_slots, branches) = sweep(self, &bound, Purpose::Outcomes, &mut leaf)?;
        Ok(Exact { value: ProbabilitiesVjp { values, d_slots }, branches })
    }
}

/// Adds the probabilities of a branch.
fn add_probabilities<T: Amplitude>(
    run: &Run,
    outcomes: &Outcomes,
    psi: &Ket<T>,
    values: &mut [f64],
) -> Result<(), Fault> {
    for (index, piece) in psi.reals().chunks(2 * PIECE).enumerate() {
        run.check()?;
        let base = index * PIECE;
        let outcome = outcomes.of_piece(base);
        for_amplitudes(psi.layout(), base, piece, |i, re, im| {
            values[outcome(i - base)] += piece[re].to_f64().powi(2) + piece[im].to_f64().powi(2);
        });
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
