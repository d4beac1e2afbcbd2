//! How outcomes are told: an outcome of 0 may be told wrongly more or less often than one of 1.
//!
//! A true outcome `b` of a qubit is told wrongly with the probability `e_b`. A Pauli letter `P` has the outcome 1 for `b = 0`
//! and -1 for `b = 1`, so on average it is told as `(e_1 - e_0) + (1 - e_0 - e_1) P`; a string is the product of its letters.

use std::collections::BTreeMap;

use qml_prelude::observable::{Observable, PauliString};

use crate::density::index_of;

/// For each qubit of a register how often its outcomes 0 and 1 are told wrongly; empty where there is no noise.
#[derive(Clone, Debug, Default)]
pub(crate) struct Readout {
    errors: Vec<[f64; 2]>,
}

/// What is told, in terms of what is true: the sum of strings with coefficients, and of a weight for each outcome of the
/// register; no weights where all are zero.
#[derive(Clone, Debug, Default)]
pub(crate) struct Told {
    pub strings: BTreeMap<PauliString, f64>,
    pub outcomes: Vec<f64>,
}

impl Told {
    /// `sum of cotangent_k O_k`, on a register of this many qubits.
    pub(crate) fn of_observables(
        readout: &Readout,
        register: usize,
        observables: &[Observable],
        cotangents: &[f64],
    ) -> Self {
        let mut told = Self::default();
        for (observable, cotangent) in observables.iter().zip(cotangents) {
            for (string, coefficient) in &observable.terms {
                for (part, factor) in readout.told(string) {
                    *told.strings.entry(part).or_insert(0.0) += cotangent * coefficient.re * factor;
                }
            }
            for (bits, coefficient) in &observable.projectors {
                told.outcomes.resize(1 << register, 0.0);
                told.outcomes[index_of(bits)] += cotangent * coefficient.re;
            }
        }
        readout.pull_back(&mut told.outcomes);
        told
    }

    /// `sum of cotangent * probability`, qubit 0 least significant.
    pub(crate) fn of_probabilities(readout: &Readout, cotangents: &[f64]) -> Self {
        let mut outcomes = cotangents.to_vec();
        readout.pull_back(&mut outcomes);
        Self { outcomes, ..Self::default() }
    }
}

impl Readout {
    pub(crate) fn new(errors: impl Iterator<Item = [f64; 2]>) -> Self {
        Self { errors: errors.collect() }
    }

    /// How often outcomes of each qubit are told wrongly.
    pub(crate) fn errors(&self) -> &[[f64; 2]] {
        &self.errors
    }

    /// Strings with factors, whose true mean is the mean of this string as it is told.
    pub(crate) fn told(&self, string: &PauliString) -> Vec<(PauliString, f64)> {
        let mut parts = vec![(PauliString::default(), 1.0)];
        for &(qubit, letter) in string {
            let [zero, one] = self.errors.get(qubit as usize).copied().unwrap_or_default();
            if one != zero {
                parts.extend_from_within(..);
            }
            let n_with = if one == zero { parts.len() } else { parts.len() / 2 };
            for (part, factor) in &mut parts[..n_with] {
                part.push((qubit, letter));
                *factor *= 1.0 - zero - one;
            }
            parts[n_with..].iter_mut().for_each(|(_, factor)| *factor *= one - zero);
        }
        parts
    }

    /// From the probabilities of outcomes to those of what is told, qubit 0 least significant.
    pub(crate) fn tell(&self, probabilities: &mut [f64]) {
        self.mix(probabilities, |[zero, one], [p, q]| {
            [(1.0 - zero) * p + one * q, zero * p + (1.0 - one) * q]
        });
    }

    /// From weights of what is told to weights of the outcomes that give the same sum: the transpose of [`Self::tell`].
    pub(crate) fn pull_back(&self, weights: &mut [f64]) {
        self.mix(weights, |[zero, one], [v, w]| [(1.0 - zero) * v + zero * w, one * v + (1.0 - one) * w]);
    }

    fn mix(&self, numbers: &mut [f64], mixed: impl Fn([f64; 2], [f64; 2]) -> [f64; 2]) {
        for (qubit, &errors) in self.errors.iter().enumerate().filter(|(_, errors)| **errors != [0.0; 2]) {
            let bit = 1 << qubit;
            for outcome in (0..numbers.len()).filter(|outcome| outcome & bit == 0) {
                [numbers[outcome], numbers[outcome | bit]] =
                    mixed(errors, [numbers[outcome], numbers[outcome | bit]]);
            }
        }
    }
}
