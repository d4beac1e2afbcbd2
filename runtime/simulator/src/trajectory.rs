//! Trajectories: each shot takes one Kraus operator of each channel on its way.
//!
//! The operator `K` happens to a state `psi` with the probability `|K psi|^2`; the average over many shots is the density
//! matrix (Dalibard, Castin and Molmer, Phys. Rev. Lett. 68, 580 (1992)). Shots that took the same operators up to here
//! have the same state, so they walk together until they differ: most of them all the way. Operators of a mixture of
//! unitaries are as probable in each state. Where probabilities depend on the state, it is looked at only if the number
//! that a shot drew is so small that something else than the usual may happen to it.

use crate::C64;
use crate::bind::Bound;
use crate::ket::Ket;
use crate::pass::apply;
use crate::pieces::{outcome_weights, scale};
use crate::plan::{Chances, Planned};
use crate::simulator::{Amplitude, Run};

/// The squared length under which a state is made longer.
pub(crate) const SHORT: f64 = 0.1;

/// How probable the operators of a channel are in a state.
pub(crate) struct Odds {
    chances: Vec<f64>,
    /// The squared length of the state.
    norm: f64,
}

impl Odds {
    pub(crate) fn of<T: Amplitude>(run: &Run, channel: &Planned, ket: &Ket<T>) -> Self {
        let (chances, norm) = chances(run, channel, ket);
        Self { chances, norm }
    }

    /// The operator that a number chooses. The usual one has the upper end, so that a look at the state is rarely needed.
    pub(crate) fn choice(&self, uniform: f64) -> usize {
        let mut sum = 0.0;
        for (operator, chance) in self.chances.iter().enumerate().skip(1) {
            sum += chance;
            if uniform < sum {
                return operator;
            }
        }
        0
    }

    /// The factor that brings the state after an operator back to the length one, if it has become short: lengths don't
    /// matter otherwise, probabilities are shares.
    pub(crate) fn factor(&self, operator: usize) -> f64 {
        let left = self.chances[operator] * self.norm;
        if left < SHORT { left.max(f64::MIN_POSITIVE).sqrt().recip() } else { 1.0 }
    }
}

/// Shots by what happens to them; `choice` is the operator of a shot.
pub(crate) fn by_operator(
    shots: &mut [usize],
    choice: impl Fn(usize) -> usize,
) -> Vec<(usize, &mut [usize])> {
    shots.sort_by_cached_key(|&shot| choice(shot));
    let groups = shots.chunk_by_mut(|&a, &b| choice(a) == choice(b));
    groups.map(|group| (choice(group[0]), group)).collect()
}

/// Applies an operator.
pub(crate) fn jump<T: Amplitude>(
    run: &Run,
    bound: &Bound<T>,
    channel: &Planned,
    operator: usize,
    factor: f64,
    ket: &mut Ket<T>,
) {
    if let Some(segment) = channel.operators[operator] {
        apply(run, bound, &bound.plan.segments[segment], ket);
    }
    if factor != 1.0 {
        scale(run, ket, factor);
    }
}

/// The probabilities of the operators in a state, and its squared length.
fn chances<T: Amplitude>(run: &Run, channel: &Planned, ket: &Ket<T>) -> (Vec<f64>, f64) {
    match &channel.chances {
        // Unitary, whatever the length.
        Chances::Fixed(chances) => (chances.clone(), f64::INFINITY),
        Chances::Diagonal(effects) => {
            let weights = outcome_weights(run, ket, channel.positions[0]);
            let norm = weights[0] + weights[1];
            let chance = |effect: &[f64; 2]| (effect[0] * weights[0] + effect[1] * weights[1]) / norm;
            (effects.iter().map(chance).collect(), norm)
        }
        Chances::General(effects) => {
            let rho = reduced(run, ket, &channel.positions);
            let dim = 1 << channel.positions.len();
            let norm: f64 = (0..dim).map(|i| rho[i * dim + i].re).sum();
            // tr(E rho)
            let chance = |effect: &Vec<C64>| {
                let term = |k: usize| effect[k] * rho[(k % dim) * dim + k / dim];
                (0..dim * dim).map(term).sum::<C64>().re / norm
            };
            (effects.iter().map(chance).collect(), norm)
        }
    }
}

/// The density matrix of some wires, row by row, for a state of any length.
fn reduced<T: Amplitude>(run: &Run, ket: &Ket<T>, positions: &[u32]) -> Vec<C64> {
    let dim = 1 << positions.len();
    let inner: usize = positions.iter().map(|p| 1 << p).sum();
    let at = |bits: usize| positions.iter().enumerate().map(|(i, p)| (bits >> i & 1) << p).sum::<usize>();
    let places: Vec<usize> = (0..dim).map(at).collect();
    let mut rho = vec![C64::default(); dim * dim];
    for rest in run.pieces(ket.len()).flatten().filter(|index| index & inner == 0) {
        let part: Vec<C64> = places.iter().map(|place| ket.get(rest | place)).collect();
        for (i, entry) in rho.iter_mut().enumerate() {
            *entry += part[i / dim] * part[i % dim].conj();
        }
    }
    rho
}
