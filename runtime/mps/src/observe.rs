//! What is read off a chain: contractions with itself, and samples.

use std::sync::atomic::{AtomicBool, Ordering};

use qml_ir::circuit::Pauli;
use qml_prelude::random::uniform_at;

use crate::C64;
use crate::chain::{Chain, Site};
use crate::tensor::product;

/// What stands on a wire between a state and itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Factor {
    Letter(Pauli),
    /// The projector on a value.
    Value(bool),
}

impl Factor {
    /// The value that a value becomes, and the factor with which.
    fn image(self, value: usize) -> Option<(usize, C64)> {
        match self {
            Self::Letter(Pauli::X) => Some((value ^ 1, C64::ONE)),
            Self::Letter(Pauli::Y) => Some((value ^ 1, if value == 0 { C64::I } else { -C64::I })),
            Self::Letter(Pauli::Z) => Some((value, if value == 0 { C64::ONE } else { -C64::ONE })),
            Self::Value(only) => (usize::from(only) == value).then_some((value, C64::ONE)),
        }
    }
}

impl Chain {
    /// The expectation value of a product of factors on different wires.
    pub fn expectation(&mut self, factors: &[(u32, Factor)]) -> f64 {
        let mut at: Vec<(usize, Factor)> =
            factors.iter().map(|&(wire, factor)| (self.site_of[wire as usize], factor)).collect();
        at.sort_by_key(|(site, _)| *site);
        let (Some(&(first, _)), Some(&(last, _))) = (at.first(), at.last()) else { return 1.0 };
        // Left of the first and right of the last factor, isometries meet themselves.
        self.centre_in(first, last);
        let mut factors = at.into_iter().peekable();
        let mut between = identity(self.sites[first].left);
        for site in first..=last {
            let factor = factors.next_if(|(place, _)| *place == site).map(|(_, factor)| factor);
            between = across(&between, &self.sites[site], factor, &self.stop);
        }
        let n = self.sites[last].right;
        (0..n).map(|i| between[i * n + i].re).sum()
    }

    /// Adds `weight` times the probability of each outcome of these wires, the first one least significant.
    pub fn add_probabilities(&mut self, wires: &[u32], weight: f64, values: &mut [f64]) {
        self.centre_in(0, 0);
        let places: Vec<Option<usize>> =
            self.wire_at.iter().map(|wire| wires.iter().position(|other| other == wire)).collect();
        let start = vec![C64::new(weight, 0.0)];
        self.descend(&places, 0, 0, &start, values);
    }

    fn descend(
        &self,
        places: &[Option<usize>],
        site: usize,
        outcome: usize,
        between: &[C64],
        values: &mut [f64],
    ) {
        if self.stop.load(Ordering::Relaxed) {
            return;
        }
        let Some(place) = places.get(site) else {
            values[outcome] += between[0].re;
            return;
        };
        match place {
            None => {
                let next = across(between, &self.sites[site], None, &self.stop);
                self.descend(places, site + 1, outcome, &next, values);
            }
            Some(place) => {
                for value in [false, true] {
                    let next = across(between, &self.sites[site], Some(Factor::Value(value)), &self.stop);
                    if next.iter().any(|entry| *entry != C64::ZERO) {
                        self.descend(places, site + 1, outcome | usize::from(value) << place, &next, values);
                    }
                }
            }
        }
    }

    /// Measures all wires once, with the numbers at `(key, shot)`; the centre has to be the first site.
    pub fn sample(&self, key: u64, shot: u64, draws: u64) -> Vec<bool> {
        let mut values = vec![false; self.sites.len()];
        let mut row = vec![C64::ONE];
        for (site, tensor) in self.sites.iter().enumerate() {
            let both = product(&row, &tensor.entries, [1, tensor.left, 2 * tensor.right], &self.stop);
            let (zero, one) = both.split_at(tensor.right);
            let weight = |part: &[C64]| part.iter().map(C64::norm_sqr).sum::<f64>();
            let (p, q) = (weight(zero), weight(one));
            let is_one = uniform_at(key, shot, draws + site as u64) * (p + q) < q;
            values[self.wire_at[site] as usize] = is_one;
            let (part, scale) = if is_one { (one, q.sqrt()) } else { (zero, p.sqrt()) };
            row = part.iter().map(|entry| entry / scale).collect();
        }
        values
    }
}

fn identity(n: usize) -> Vec<C64> {
    (0..n * n).map(|i| if i / n == i % n { C64::ONE } else { C64::ZERO }).collect()
}

/// From `E` left of a site to what is right of it: the sum of `A_image^H E A_value`, with `A_value` the matrices of a site.
fn across(between: &[C64], site: &Site, factor: Option<Factor>, stop: &AtomicBool) -> Vec<C64> {
    let (left, right) = (site.left, site.right);
    let mut sum = vec![C64::ZERO; right * right];
    for value in 0..2 {
        let (image, phase) = match factor {
            None => (value, C64::ONE),
            Some(factor) => match factor.image(value) {
                None => continue,
                Some(image) => image,
            },
        };
        let part = |value: usize| (0..left).flat_map(move |l| (0..right).map(move |r| (l, r, value)));
        let entry = |(l, r, value): (usize, usize, usize)| site.entries[(2 * l + value) * right + r];
        let ket: Vec<C64> = part(value).map(entry).collect();
        let bra: Vec<C64> = (0..right * left).map(|i| entry((i % left, i / left, image)).conj()).collect();
        let half = product(between, &ket, [left, left, right], stop);
        let whole = product(&bra, &half, [right, left, right], stop);
        sum.iter_mut().zip(whole).for_each(|(sum, term)| *sum += phase * term);
    }
    sum
}
