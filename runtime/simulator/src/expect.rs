//! Expectation values, variances, and the gradient of expectation values.

use qml_prelude::observable::Observable;

use crate::bind::Bound;
use crate::pauli::Prepared;
use crate::plan::Plan;
use crate::simulator::{Exact, Simulator};
use crate::sweep::sweep;
use crate::walk::{Purpose, Tally, Walk};
use crate::{C64, Fault};

/// The weight of branches that an exact result may leave out.
pub(crate) const LEFT_OUT: f64 = 1e-12;

/// Expectation values with what a backward pass needs.
#[derive(Clone, Debug, PartialEq)]
pub struct Expectations {
    /// One value for each observable.
    pub values: Vec<f64>,
    /// For each observable the values of its terms without their coefficients, strings in order and then projectors:
    /// the derivative of its value with respect to its coefficients.
    pub terms: Vec<Vec<f64>>,
    /// The derivative of `sum of cotangent * value` with respect to each slot.
    pub d_slots: Vec<f64>,
}

impl Simulator {
    /// The expectation value of each observable; qubit `i` of an observable is qubit `i` of the returned register.
    pub fn expectations(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let prepared = Prepared::new(plan, observables)?;
        let bound = Bound::new(plan, slots)?;
        let mut values = prepared.zeros();
        let branches = self.walk(&bound, prepared.purpose()).run(|psi| {
            prepared.add_values(&self.run, psi, &mut values);
            self.run.check()
        })?;
        Ok(Exact { value: prepared.combine(&values), branches })
    }

    /// Whether the observables are ones of this circuit's register, as every function here demands.
    pub fn check(plan: &Plan, observables: &[Observable]) -> Result<(), Fault> {
        Prepared::new(plan, observables).map(drop)
    }

    /// The variance `<O^2> - <O>^2` of each observable.
    pub fn variances(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let each: Vec<Prepared> = observables
            .iter()
            .map(|observable| Prepared::new(plan, std::slice::from_ref(observable)))
            .collect::<Result<_, _>>()?;
        let bound = Bound::new(plan, slots)?;
        self.kets.require(plan.n_wires, 2)?;
        let mut values = vec![0.0; each.len()];
        let mut squares = vec![0.0; each.len()];
        let mut image = self.kets.take(&self.run, plan.n_wires)?;
        let branches = self.walk(&bound, Purpose::State).run(|psi| {
            for (i, prepared) in each.iter().enumerate() {
                prepared.apply(&self.run, &[1.0], psi, &mut image);
                let [value, square] = crate::kernel::for_chunks(&self.run, &image, |base, chunk| {
                    chunk.iter().zip(&psi[base..]).fold([0.0; 2], |[value, square], (o, a)| {
                        [value + (a.conj() * o).re, square + o.norm_sqr()]
                    })
                });
                values[i] += value;
                squares[i] += square;
            }
            self.run.check()
        })?;
        self.kets.give(image);
        // Rounding may leave a tiny negative number for an eigenstate.
        let variances = values.iter().zip(squares).map(|(value, square)| (square - value * value).max(0.0));
        Ok(Exact { value: variances.collect(), branches })
    }

    /// The expectation values, and the derivative of their sum weighted with `cotangents` with respect to each slot:
    /// one sweep back, whatever the number of observables.
    pub fn expectations_vjp(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
        cotangents: &[f64],
    ) -> Result<Exact<Expectations>, Fault> {
        let prepared = Prepared::new(plan, observables)?;
        let bound = Bound::new(plan, slots)?;
        let mut measured = prepared.zeros();
        let mut leaf = |psi: &[C64], bra: &mut [C64]| {
            prepared.add_values(&self.run, psi, &mut measured);
            prepared.apply(&self.run, cotangents, psi, bra);
            self.run.check()
        };
        let (d_slots, branches) = sweep(self, &bound, prepared.purpose(), &mut leaf)?;
        let values = prepared.combine(&measured);
        let of_terms = |terms: &Vec<crate::pauli::Term>| terms.iter().map(|t| measured[t.measured]).collect();
        let terms = prepared.observables.iter().map(of_terms).collect();
        Ok(Exact { value: Expectations { values, terms, d_slots }, branches })
    }

    /// A walk for an exact result.
    pub(crate) fn walk<'a>(&'a self, bound: &'a Bound, purpose: Purpose) -> Walk<'a> {
        Walk { simulator: self, bound, purpose, tally: Tally::new(LEFT_OUT) }
    }
}
