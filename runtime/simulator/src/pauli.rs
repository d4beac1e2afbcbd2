//! Observables on states: Pauli strings grouped by what they flip, projectors by their amplitudes.
//!
//! A string is `i^n_y X^x Z^z` for bit masks `x`, `z` and the number `n_y` of its Ys:
//! `P |j> = i^n_y (-1)^|j & z| |j ^ x>`. All strings with the same `x` share one pass.

use std::collections::BTreeMap;

use qml_ir::circuit::Pauli;
use qml_prelude::observable::Observable;

use crate::kernel::{Select, for_chunks, for_chunks_mut};
use crate::plan::Plan;
use crate::simulator::Run;
use crate::walk::Purpose;
use crate::{C64, Fault};

/// From this many strings in a group on, all signs of a piece are summed by a Walsh transform instead of one by one.
const TRANSFORM_FROM: usize = 12;
/// How far the imaginary part of a coefficient may be from zero, relative to its size where that is over one.
const HERMITIAN: f64 = 1e-12;

/// The masks `x`, `z` and the number of Ys of a string, given by positions and letters.
pub(crate) fn masks(pauli: impl Iterator<Item = (u32, Pauli)>) -> (usize, usize, u32) {
    pauli.fold((0, 0, 0), |(x, z, n_y), (position, letter)| {
        let bit = 1 << position;
        match letter {
            Pauli::X => (x | bit, z, n_y),
            Pauli::Y => (x | bit, z | bit, n_y + 1),
            Pauli::Z => (x, z | bit, n_y),
        }
    })
}

/// A list of observables, prepared for the states of a plan.
#[derive(Debug)]
pub(crate) struct Prepared {
    groups: Vec<Group>,
    projectors: Vec<Select>,
    /// For each observable its terms: strings in their order, then projectors.
    pub observables: Vec<Vec<Term>>,
    /// How many different strings and projectors there are.
    n_measured: usize,
}

/// Strings with the same `x`.
#[derive(Debug)]
struct Group {
    x: usize,
    /// `z` of each string, and where its value stands.
    strings: Vec<(usize, usize)>,
}

/// A term of an observable.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Term {
    pub coefficient: f64,
    /// Where the value of its string or projector stands.
    pub measured: usize,
}

impl Prepared {
    /// Checks the observables against the plan's register and groups their strings.
    pub(crate) fn new(plan: &Plan, observables: &[Observable]) -> Result<Self, Fault> {
        let register = plan.register_len();
        // Where the value of a string stands, by its masks.
        let mut strings: BTreeMap<(usize, usize), usize> = BTreeMap::new();
        let mut projectors: Vec<(Select, usize)> = Vec::new();
        let mut n_measured = 0;
        let mut prepared = Vec::new();
        for (index, observable) in observables.iter().enumerate() {
            let real = |coefficient: C64| {
                let is_real = coefficient.im.abs() <= HERMITIAN * coefficient.norm().max(1.0);
                if is_real && coefficient.re.is_finite() {
                    Ok(coefficient.re)
                } else {
                    Err(Fault::NotHermitian { observable: index, coefficient })
                }
            };
            let mut terms = Vec::new();
            for (string, &coefficient) in &observable.terms {
                if let Some(&(qubit, _)) = string.iter().find(|(qubit, _)| *qubit as usize >= register) {
                    return Err(Fault::QubitOutOfRange { qubit, register });
                }
                let (x, z, _) = masks(string.iter().map(|&(q, letter)| (plan.output[q as usize], letter)));
                let measured = *strings.entry((x, z)).or_insert(n_measured);
                n_measured = n_measured.max(measured + 1);
                terms.push(Term { coefficient: real(coefficient)?, measured });
            }
            for (bits, coefficient) in &observable.projectors {
                if bits.len() != register {
                    return Err(Fault::ProjectorLength { bits: bits.len(), register });
                }
                let pairs = bits.iter().zip(&plan.output);
                let select = pairs.fold(Select::default(), |s, (&bit, &position)| s.with(position, bit));
                projectors.push((select, n_measured));
                terms.push(Term { coefficient: real(*coefficient)?, measured: n_measured });
                n_measured += 1;
            }
            prepared.push(terms);
        }
        // Projectors stand after the strings, in their order.
        let n_strings = strings.len();
        let mut place = vec![0; n_measured];
        let mut groups: Vec<Group> = Vec::new();
        for (i, ((x, z), old)) in strings.into_iter().enumerate() {
            place[old] = i;
            match groups.last_mut() {
                Some(group) if group.x == x => group.strings.push((z, i)),
                _ => groups.push(Group { x, strings: vec![(z, i)] }),
            }
        }
        for (i, (_, old)) in projectors.iter().enumerate() {
            place[*old] = n_strings + i;
        }
        prepared.iter_mut().flatten().for_each(|term| term.measured = place[term.measured]);
        let projectors = projectors.into_iter().map(|(select, _)| select).collect();
        Ok(Self { groups, projectors, observables: prepared, n_measured })
    }

    /// What these observables look at: if all are diagonal, outcomes alone.
    pub(crate) fn purpose(&self) -> Purpose {
        if self.groups.iter().all(|group| group.x == 0) { Purpose::Outcomes } else { Purpose::State }
    }

    /// A zero for each different string and projector.
    pub(crate) fn zeros(&self) -> Vec<f64> {
        vec![0.0; self.n_measured]
    }

    /// Adds `<psi| P |psi>` for each different string and projector.
    pub(crate) fn add_values(&self, run: &Run, psi: &[C64], values: &mut [f64]) {
        for group in &self.groups {
            let sums = for_chunks(run, psi, |base, chunk| group.values(psi, base, chunk));
            group.strings.iter().zip(sums).for_each(|(&(_, place), sum)| values[place] += sum);
        }
        let n_strings = self.n_measured - self.projectors.len();
        for (select, value) in self.projectors.iter().zip(&mut values[n_strings..]) {
            *value += select.indices(psi.len()).map(|i| psi[i].norm_sqr()).sum::<f64>();
        }
    }

    /// The values of the observables from those of their strings and projectors.
    pub(crate) fn combine(&self, values: &[f64]) -> Vec<f64> {
        let value = |terms: &Vec<Term>| terms.iter().map(|t| t.coefficient * values[t.measured]).sum();
        self.observables.iter().map(value).collect()
    }

    /// `out = sum of cotangent_k O_k |psi>`.
    pub(crate) fn apply(&self, run: &Run, cotangents: &[f64], psi: &[C64], out: &mut [C64]) {
        let mut weights = self.zeros();
        for (terms, cotangent) in self.observables.iter().zip(cotangents) {
            for term in terms {
                weights[term.measured] += cotangent * term.coefficient;
            }
        }
        for_chunks_mut(run, out, |base, chunk| {
            chunk.fill(C64::ZERO);
            self.groups.iter().for_each(|group| group.add_image(&weights, psi, base, chunk));
        });
        let n_strings = self.n_measured - self.projectors.len();
        for (select, weight) in self.projectors.iter().zip(&weights[n_strings..]) {
            select.indices(psi.len()).for_each(|i| out[i] += psi[i] * *weight);
        }
    }
}

impl Group {
    /// The part of a piece in `<psi| P |psi>` for each string.
    fn values(&self, psi: &[C64], base: usize, chunk: &[C64]) -> Vec<f64> {
        // w_j = conj(psi[j ^ x]) psi[j]; a string sums i^n_y (-1)^|j & z| w_j, of which only the real part is left.
        let (mut re, mut im): (Vec<f64>, Vec<f64>) = chunk
            .iter()
            .enumerate()
            .map(|(i, a)| {
                let w = psi[(base + i) ^ self.x].conj() * a;
                (w.re, w.im)
            })
            .unzip();
        let transformed = self.strings.len() >= TRANSFORM_FROM;
        if transformed {
            walsh(&mut re);
            if self.x != 0 {
                walsh(&mut im);
            }
        }
        let low = chunk.len() - 1;
        self.strings
            .iter()
            .map(|&(z, _)| {
                let n_y = (self.x & z).count_ones();
                let part = if n_y.is_multiple_of(2) { &re } else { &im };
                let sum = if transformed { part[z & low] } else { signed_sum(part, z & low) };
                // Re(i^n_y w): w.re, -w.im, -w.re, w.im
                let sign = sign(base & z) * if matches!(n_y % 4, 1 | 2) { -1.0 } else { 1.0 };
                sign * sum
            })
            .collect()
    }

    /// Adds `sum of weight P |psi>` to a piece.
    fn add_image(&self, weights: &[f64], psi: &[C64], base: usize, chunk: &mut [C64]) {
        // (P psi)[j] = i^n_y (-1)^|(j ^ x) & z| psi[j ^ x], and (-1)^|x & z| = (-1)^n_y.
        let low = chunk.len() - 1;
        let factors = self.strings.iter().filter(|&&(_, place)| weights[place] != 0.0).map(|&(z, place)| {
            let n_y = (self.x & z).count_ones();
            (z & low, (-C64::I).powu(n_y) * (weights[place] * sign(base & z)))
        });
        if self.strings.len() >= TRANSFORM_FROM {
            let (mut re, mut im) = (vec![0.0; chunk.len()], vec![0.0; chunk.len()]);
            for (z, factor) in factors {
                re[z] += factor.re;
                im[z] += factor.im;
            }
            walsh(&mut re);
            walsh(&mut im);
            for (i, a) in chunk.iter_mut().enumerate() {
                *a += C64::new(re[i], im[i]) * psi[(base + i) ^ self.x];
            }
        } else {
            for (z, factor) in factors {
                for (i, a) in chunk.iter_mut().enumerate() {
                    *a += factor * sign(i & z) * psi[(base + i) ^ self.x];
                }
            }
        }
    }
}

/// `(-1)` to the number of ones.
fn sign(bits: usize) -> f64 {
    if bits.count_ones() & 1 == 1 { -1.0 } else { 1.0 }
}

/// `sum of (-1)^|i & z| values[i]`.
fn signed_sum(values: &[f64], z: usize) -> f64 {
    if z == 0 {
        return values.iter().sum();
    }
    values.iter().enumerate().map(|(i, value)| sign(i & z) * value).sum()
}

/// The Walsh transform in place: entry `z` becomes `sum over i of (-1)^|i & z| values[i]`.
fn walsh(values: &mut [f64]) {
    let mut half = 1;
    while half < values.len() {
        for block in values.chunks_exact_mut(2 * half) {
            let (low, high) = block.split_at_mut(half);
            for (a, b) in low.iter_mut().zip(high) {
                (*a, *b) = (*a + *b, *a - *b);
            }
        }
        half *= 2;
    }
}
