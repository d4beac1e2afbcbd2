//! Expectation values and variances of a batch, and their gradients.

use std::sync::Arc;

use ndarray::Array2;
use qml_prelude::observable::Observable;
use qml_prelude::{Fault, Value};
use qml_simulator::Plan;

use super::{Bound, Call};
use crate::results::{is_one, observables_of, squared};
use crate::session::{Session, simulation_fault};

impl Session<'_> {
    pub(super) fn batch_expectations(
        &mut self,
        group: &Bound,
        plan: &Plan,
        rows: &[&[f64]],
        observables: &Observables,
    ) -> Result<Vec<Vec<f64>>, Fault> {
        let Observables::Same(same) = observables else {
            let one = |i: usize| self.simulator.expectations(plan, rows[i], observables.of(i));
            let found = self.simulator.each(rows.len(), plan.cost(), one);
            return self.exact_each(group, found);
        };
        let prepared = group.runnable().observables(same).map_err(|fault| simulation_fault(&fault))?;
        let prepared = &*prepared;
        if plan.is_unitary() {
            self.kernels.count(&group.account(), rows.len() as u64, 0)?;
            let found = self.simulator.batch_expectations(plan, rows, prepared);
            return found.map(|values| by_rows(&values)).map_err(|fault| simulation_fault(&fault));
        }
        let one = |i: usize| self.simulator.prepared_expectations(plan, rows[i], prepared);
        let found = self.simulator.each(rows.len(), plan.cost(), one);
        self.exact_each(group, found)
    }

    pub(super) fn batch_gradients(
        &mut self,
        group: &Bound,
        plan: &Plan,
        rows: &[&[f64]],
        observables: &Observables,
        weights: &[Vec<f64>],
    ) -> Result<Vec<Vec<f64>>, Fault> {
        if let (Observables::Same(same), true) = (observables, plan.is_unitary()) {
            let prepared = group.runnable().observables(same);
            let prepared = prepared.map_err(|fault| simulation_fault(&fault))?;
            self.kernels.count(&group.account(), rows.len() as u64, 0)?;
            let cotangents = |i: usize, _: &[f64], of: &mut [f64]| of.copy_from_slice(&weights[i]);
            let found = self.simulator.batch_vjp(plan, rows, &prepared, &cotangents);
            return found.map(|found| by_rows(&found.d_slots)).map_err(|fault| simulation_fault(&fault));
        }
        let one = |i: usize| self.simulator.expectations_vjp(plan, rows[i], observables.of(i), &weights[i]);
        let found = self.simulator.each(rows.len(), plan.cost(), one);
        Ok(self.exact_each(group, found)?.into_iter().map(|found| found.d_slots).collect())
    }

    /// `d(<O^2> - <O>^2) = d<O^2> - 2 <O> d<O>`: two observables, whose weights depend on a first run.
    pub(super) fn variance_gradients(
        &mut self,
        group: &Bound,
        plan: &Plan,
        rows: &[&[f64]],
        observables: &Observables,
        weights: &[f64],
    ) -> Result<Vec<Vec<f64>>, Fault> {
        let means = self.batch_expectations(group, plan, rows, observables)?;
        let with_square = |one: &[Observable]| Ok(Arc::from([squared(&one[0])?, one[0].clone()]));
        let both = match observables {
            Observables::Same(same) => Observables::Same(with_square(same)?),
            Observables::Each(each) => {
                let each = each.iter().map(|one| with_square(one));
                Observables::Each(each.collect::<Result<_, Fault>>()?)
            }
        };
        let weights = weights.iter().zip(means).map(|(weight, mean)| vec![*weight, -2.0 * mean[0] * weight]);
        self.batch_gradients(group, plan, rows, &both, &weights.collect::<Vec<_>>())
    }
}

fn by_rows(table: &Array2<f64>) -> Vec<Vec<f64>> {
    table.rows().into_iter().map(|row| row.to_vec()).collect()
}

/// The observables of calls.
pub(super) enum Observables {
    /// Of all of them.
    Same(Arc<[Observable]>),
    /// Of each.
    Each(Vec<Arc<[Observable]>>),
}

impl Observables {
    pub(super) fn of(&self, i: usize) -> &[Observable] {
        match self {
            Self::Same(all) => all,
            Self::Each(each) => &each[i],
        }
    }
}

pub(super) fn observables(calls: &[Call], group: &Bound) -> Observables {
    let first = &calls[group.calls[0]].1[0];
    // Most often they are one.
    let is_first = |value: &Value| is_one(value, first) || value == first;
    if group.calls.iter().all(|&i| is_first(&calls[i].1[0])) {
        return Observables::Same(observables_of(first));
    }
    Observables::Each(group.calls.iter().map(|&i| observables_of(&calls[i].1[0])).collect())
}
