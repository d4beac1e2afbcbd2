//! Observables whose coefficients are symbols.

use std::collections::BTreeMap;
use std::rc::Rc;

use qml_prelude::observable::{PauliString, multiply_strings};
use qml_prelude::{Value, observable::Observable};
use qml_source::Span;

use super::argument::symbolic;
use super::bind::Binary;
use super::faults::{self, Failure};
use super::machine::Machine;
use super::value::Abstract;
use crate::circuit::Angle;

/// An observable with real coefficients that depend on slots.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct SymbolicObservable {
    pub terms: BTreeMap<PauliString, Angle>,
    pub projectors: Vec<(Vec<bool>, Angle)>,
}

/// An observable or a real number; none if a coefficient is not real.
pub(super) fn to_symbolic(value: &Abstract) -> Option<Rc<SymbolicObservable>> {
    match value {
        Abstract::Observable(observable) => Some(observable.clone()),
        Abstract::Known(Value::Observable(observable)) => symbolic(observable).map(Rc::new),
        Abstract::Known(value) => symbolic(&Observable::constant(value.to_complex())).map(Rc::new),
        Abstract::Float(angle) => {
            let terms = BTreeMap::from([(Vec::new(), angle.clone())]);
            Some(Rc::new(SymbolicObservable { terms, projectors: Vec::new() }))
        }
        _ => None,
    }
}

impl SymbolicObservable {
    fn add_scaled(&mut self, other: &Self, factor: f64) {
        for (string, coefficient) in &other.terms {
            let sum = self.terms.entry(string.clone()).or_default();
            *sum = sum.plus(&coefficient.times(factor));
        }
        self.projectors.extend(other.projectors.iter().map(|(bits, c)| (bits.clone(), c.times(factor))));
    }

    /// The number, if it is a multiple of the identity.
    fn as_number(&self) -> Option<&Angle> {
        match self.terms.first_key_value() {
            Some((string, number))
                if string.is_empty() && self.terms.len() == 1 && self.projectors.is_empty() =>
            {
                Some(number)
            }
            _ => None,
        }
    }
}

impl Machine<'_> {
    /// `+ - *` and unary `-` of observables.
    pub(super) fn observable_operator(
        &mut self,
        name: &str,
        args: &[Abstract],
        span: Span,
    ) -> Result<Abstract, Failure> {
        let mut operands = Vec::with_capacity(args.len());
        for arg in args {
            operands.push(to_symbolic(arg).ok_or_else(|| faults::not_on_floats(name, span))?);
        }
        let mut result = SymbolicObservable::default();
        match (name, &operands[..]) {
            ("op.neg", [a]) => result.add_scaled(a, -1.0),
            ("op.add", [a, b]) => {
                result.add_scaled(a, 1.0);
                result.add_scaled(b, 1.0);
            }
            ("op.sub", [a, b]) => {
                result.add_scaled(a, 1.0);
                result.add_scaled(b, -1.0);
            }
            ("op.mul", [a, b]) => result = self.observable_product(a, b, span)?,
            _ => return Err(faults::not_on_floats(name, span)),
        }
        Ok(Abstract::Observable(Rc::new(result)))
    }

    fn observable_product(
        &mut self,
        a: &SymbolicObservable,
        b: &SymbolicObservable,
        span: Span,
    ) -> Result<SymbolicObservable, Failure> {
        if let Some((number, other)) = a.as_number().map(|n| (n, b)).or(b.as_number().map(|n| (n, a))) {
            let mut product = SymbolicObservable::default();
            for (string, coefficient) in &other.terms {
                let coefficient = self.bind.binary(Binary::Mul, number, coefficient);
                product.terms.insert(string.clone(), coefficient);
            }
            for (bits, coefficient) in &other.projectors {
                product.projectors.push((bits.clone(), self.bind.binary(Binary::Mul, number, coefficient)));
            }
            return Ok(product);
        }
        if !(a.projectors.is_empty() && b.projectors.is_empty()) {
            return Err(faults::not_on_floats("a product with a projector", span));
        }
        let mut product = SymbolicObservable::default();
        for (x, c) in &a.terms {
            for (y, d) in &b.terms {
                let (phase, string) = multiply_strings(x, y);
                if phase.im != 0.0 {
                    return Err(faults::not_on_floats("a product of observables that don't commute", span));
                }
                let coefficient = self.bind.binary(Binary::Mul, c, d).times(phase.re);
                let sum = product.terms.entry(string).or_default();
                *sum = sum.plus(&coefficient);
            }
        }
        Ok(product)
    }
}
