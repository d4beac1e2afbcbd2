//! Derivatives of results by the coefficients of observables.
//!
//! An expectation value is linear in them, so its derivatives are the expectation values of the single strings; with
//! shots they are estimated like any other.

use std::sync::Arc;

use qml_prelude::observable::Observable;
use qml_prelude::{C64, Fault, Value};

use crate::results::{Sampling, observables_of};
use crate::session::Session;

impl Session<'_> {
    /// Of `expect(obs, p)`, weighted with the cotangent of each value: an observable, or a tensor where there is one.
    pub(crate) fn expect_coefficients(
        &mut self,
        key: i64,
        args: &[Value],
        weights: &[f64],
    ) -> Result<Value, Fault> {
        let program = self.bind(&args[1])?;
        let sampling = self.sampling(&args[2], &program.prepared, key)?;
        let mut cotangents = Vec::new();
        for (observable, &weight) in observables_of(&args[0]).iter().zip(weights) {
            let strings = strings_of(observable);
            let means = self.expectations(program.angles(), &strings, sampling)?;
            cotangents.push(sum_of(&strings, means.iter().map(|mean| mean * weight)));
        }
        Ok(match (&args[0], cotangents.pop()) {
            (Value::Tensor(_), last) => Value::vector(
                cotangents.into_iter().chain(last).map(Value::observable).collect::<Vec<Value>>(),
            ),
            (_, Some(one)) => Value::observable(one),
            (_, None) => Value::Unit,
        })
    }

    /// Of `variance(obs, p)`: by the coefficient of P it is `<O P + P O> - 2 <O> <P>`.
    pub(crate) fn variance_coefficients(
        &mut self,
        key: i64,
        args: &[Value],
        weight: f64,
    ) -> Result<Value, Fault> {
        let program = self.bind(&args[1])?;
        let sampling: Sampling = self.sampling(&args[2], &program.prepared, key)?;
        let observable = (*args[0].to_observable()).clone();
        let strings = strings_of(&observable);
        let mut all = vec![observable.clone()];
        for string in strings.iter() {
            all.push(string.clone());
            let mut both = crate::results::product(&observable, string)?;
            both.add_scaled(&crate::results::product(string, &observable)?, C64::new(1.0, 0.0));
            all.push(both.without_zeros());
        }
        let means = self.expectations(program.angles(), &all.into(), sampling)?;
        let slopes = means[1..].chunks(2).map(|pair| weight * (pair[1] - 2.0 * means[0] * pair[0]));
        Ok(Value::observable(sum_of(&strings, slopes)))
    }
}

/// Each string and projector of a sum by itself.
fn strings_of(observable: &Observable) -> Arc<[Observable]> {
    let one = C64::new(1.0, 0.0);
    let strings = observable.terms.keys().map(|string| Observable::term(string.clone(), one));
    let projectors = observable.projectors.iter().map(|(bits, _)| Observable::projector(bits.clone()));
    strings.chain(projectors).collect()
}

fn sum_of(strings: &[Observable], coefficients: impl Iterator<Item = f64>) -> Observable {
    let mut sum = Observable::default();
    for (string, coefficient) in strings.iter().zip(coefficients) {
        sum.add_scaled(string, C64::new(coefficient, 0.0));
    }
    sum
}
