//! Expectation values, variances, and the gradient of expectation values.

use qml_prelude::observable::Observable;

use crate::Fault;
use crate::bind::Bound;
use crate::ket::{Ket, Line};
use crate::pauli::Prepared;
use crate::pieces::for_pieces;
use crate::plan::Plan;
use crate::simulator::{Amplitude, Exact, Precision, Simulator};
use crate::sweep::sweep_back;
use crate::walk::{Purpose, Tally, Walk};

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

/// The state at the end of a unitary circuit, for the sweep back that may follow: who asks for a value and then for its
/// gradient runs forth once. It belongs to a plan and a simulator.
#[derive(Debug)]
pub struct End {
    slots: Vec<f64>,
    lines: Vec<Line>,
}

impl Simulator {
    /// The expectation value of each observable; qubit `i` of an observable is qubit `i` of the returned register.
    pub fn expectations(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        self.prepared_expectations(plan, slots, &Prepared::new(plan, observables)?)
    }

    /// As [`Self::expectations`], for observables that were prepared for this plan.
    pub fn prepared_expectations(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
    ) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.expectations_in::<f64>(plan, slots, prepared),
            Precision::F32 => self.expectations_in::<f32>(plan, slots, prepared),
        }
    }

    /// As [`Self::prepared_expectations`], with what is left for [`Self::expectations_vjp_from`] if the circuit is unitary.
    pub fn expectations_to_end(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
    ) -> Result<(Exact<Vec<f64>>, Option<End>), Fault> {
        match self.precision() {
            Precision::F64 => self.to_end_in::<f64>(plan, slots, prepared),
            Precision::F32 => self.to_end_in::<f32>(plan, slots, prepared),
        }
    }

    /// Takes back what nobody needs any more.
    pub fn recycle(&self, end: End) {
        self.kets.give_lines(end.lines);
    }

    fn expectations_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let (exact, end) = self.values_in::<T>(plan, slots, prepared)?;
        self.kets.give(end);
        Ok(exact)
    }

    fn to_end_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
    ) -> Result<(Exact<Vec<f64>>, Option<End>), Fault> {
        let (exact, end) = self.values_in::<T>(plan, slots, prepared)?;
        if plan.is_unitary() {
            return Ok((exact, Some(End { slots: slots.to_vec(), lines: end.into_lines() })));
        }
        self.kets.give(end);
        Ok((exact, None))
    }

    /// The values, and the state at the end of the last branch.
    #[inline]
    fn values_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
    ) -> Result<(Exact<Vec<f64>>, Ket<T>), Fault> {
        let bound = self.bind::<T>(plan, slots)?;
        let mut values = prepared.zeros(1);
        let (branches, end) = self.walk(&bound, prepared.purpose()).run_to_end(|psi| {
            prepared.add_values(&self.run, self.isa, psi, &mut values);
            self.run.check()
        })?;
        Ok((Exact { value: prepared.combine(&values, 1, 0).collect(), branches }, end))
    }

    /// The variance `<O^2> - <O>^2` of each observable.
    pub fn variances(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        match self.precision() {
            Precision::F64 => self.variances_in::<f64>(plan, slots, observables),
            Precision::F32 => self.variances_in::<f32>(plan, slots, observables),
        }
    }

    fn variances_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        observables: &[Observable],
    ) -> Result<Exact<Vec<f64>>, Fault> {
        let each: Vec<Prepared> = observables
            .iter()
            .map(|observable| Prepared::new(plan, std::slice::from_ref(observable)))
            .collect::<Result<_, _>>()?;
        let bound = self.bind::<T>(plan, slots)?;
        self.kets.require::<T>(plan.n_wires, 2)?;
        let mut values = vec![0.0; each.len()];
        let mut squares = vec![0.0; each.len()];
        let mut image = self.kets.take::<T>(&self.run, self.layout::<T>(plan.n_wires))?;
        let branches = self.walk(&bound, Purpose::State).run(|psi| {
            for (i, prepared) in each.iter().enumerate() {
                let weights = prepared.weights(&[1.0], 1);
                prepared.apply(&self.run, self.isa, psi, None, &weights, &mut image);
                let other = psi.reals();
                let sums = for_pieces(&self.run, &image, |first, piece| {
                    piece.iter().zip(&other[2 * first..]).fold([0.0; 2], |[value, square], (o, a)| {
                        let (o, a) = (o.to_f64(), a.to_f64());
                        [value + a * o, square + o * o]
                    })
                });
                for [value, square] in sums {
                    values[i] += value;
                    squares[i] += square;
                }
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
        self.prepared_expectations_vjp(plan, slots, &Prepared::new(plan, observables)?, cotangents)
    }

    /// As [`Self::expectations_vjp`], for observables that were prepared for this plan.
    pub fn prepared_expectations_vjp(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
        cotangents: &[f64],
    ) -> Result<Exact<Expectations>, Fault> {
        self.expectations_vjp_from(plan, slots, prepared, cotangents, None)
    }

    /// As [`Self::prepared_expectations_vjp`], to the last bit, from an end of this plan if it is one of these slots.
    pub fn expectations_vjp_from(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
        cotangents: &[f64],
        end: Option<End>,
    ) -> Result<Exact<Expectations>, Fault> {
        match self.precision() {
            Precision::F64 => self.expectations_vjp_in::<f64>(plan, slots, prepared, cotangents, end),
            Precision::F32 => self.expectations_vjp_in::<f32>(plan, slots, prepared, cotangents, end),
        }
    }

    fn expectations_vjp_in<T: Amplitude>(
        &self,
        plan: &Plan,
        slots: &[f64],
        prepared: &Prepared,
        cotangents: &[f64],
        end: Option<End>,
    ) -> Result<Exact<Expectations>, Fault> {
        let bound = self.bind::<T>(plan, slots)?;
        let is_same = |end: &End| end.slots.iter().map(|x| x.to_bits()).eq(slots.iter().map(|x| x.to_bits()));
        let end = end.filter(is_same).map(|end| Ket::new(end.lines, self.layout::<T>(plan.n_wires)));
        let mut measured = prepared.zeros(1);
        let weights = prepared.weights(cotangents, 1);
        let mut leaf = |psi: &Ket<T>, bra: &mut Ket<T>| {
            prepared.apply(&self.run, self.isa, psi, Some(&mut measured), &weights, bra);
            self.run.check()
        };
        let (d_slots, branches) = sweep_back(self, &bound, prepared.purpose(), &mut leaf, end)?;
        let values = prepared.combine(&measured, 1, 0).collect();
        let of_terms = |terms: &Vec<crate::pauli::Term>| terms.iter().map(|t| measured[t.measured]).collect();
        let terms = prepared.observables.iter().map(of_terms).collect();
        Ok(Exact { value: Expectations { values, terms, d_slots }, branches })
    }

    /// A walk for an exact result.
    pub(crate) fn walk<'a, T: Amplitude>(&'a self, bound: &'a Bound<'a, T>, purpose: Purpose) -> Walk<'a, T> {
        Walk { simulator: self, bound, purpose, tally: Tally::new(LEFT_OUT) }
    }
}
