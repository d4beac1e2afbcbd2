//! The channels: Kraus operators, and what follows from them.

use std::fmt;

use qml_gates::Gate;

use crate::C64;

/// How far `sum K^H K` may be from the identity, entry by entry.
const COMPLETE: f64 = 1e-9;

/// Why Kraus operators are no channel.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum NoChannel {
    /// They are not matrices of one or two wires, all of one size.
    Shape,
    /// An entry of `sum K^H K` is this far from that of the identity: probabilities would not add up to one.
    Trace {
        /// How far.
        off: f64,
    },
}

impl fmt::Display for NoChannel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Shape => write!(f, "Kraus operators are matrices of one size, 2 x 2 or 4 x 4"),
            Self::Trace { off } => write!(f, "`sum K^H K` is {off:.1e} away from the identity"),
        }
    }
}

impl std::error::Error for NoChannel {}

/// A channel on one or two wires. The first operator is the one that usually happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Channel {
    n_wires: usize,
    /// Row by row; first wire least significant.
    operators: Vec<Vec<C64>>,
}

impl Channel {
    /// The channel with these Kraus operators, row by row.
    ///
    /// # Errors
    /// If they are not matrices of one or two wires, or `sum K^H K` is not the identity.
    pub fn of_kraus(operators: Vec<Vec<C64>>) -> Result<Self, NoChannel> {
        let n_wires = match operators.first().map_or(0, Vec::len) {
            4 => 1,
            16 => 2,
            _ => return Err(NoChannel::Shape),
        };
        let dim = 1 << n_wires;
        if operators.iter().any(|operator| operator.len() != dim * dim) {
            return Err(NoChannel::Shape);
        }
        let channel = Self { n_wires, operators };
        let sum = channel.effects().into_iter().fold(vec![C64::default(); dim * dim], |mut sum, effect| {
            sum.iter_mut().zip(effect).for_each(|(sum, entry)| *sum += entry);
            sum
        });
        let off = |(i, entry): (usize, &C64)| {
            let identity = if i / dim == i % dim { 1.0 } else { 0.0 };
            (entry - identity).norm()
        };
        // Not the largest, which NaN never is.
        match sum.iter().enumerate().map(off).find(|off| !matches!(off, 0.0..=COMPLETE)) {
            Some(off) => Err(NoChannel::Trace { off }),
            None => Ok(channel),
        }
    }

    /// X, Y and Z with these probabilities.
    pub fn pauli([x, y, z]: [f64; 3]) -> Self {
        let stays = 1.0 - x - y - z;
        assert!([x, y, z, stays].iter().all(|p| *p >= -1e-12), "probabilities");
        let weights = [stays, x, y, z];
        let operators = weights.iter().zip(letters()).map(|(&p, letter)| scaled(&letter, p.max(0.0).sqrt()));
        Self { n_wires: 1, operators: operators.collect() }
    }

    /// `rho -> (1 - p) rho + p I / d` on one or two wires, `d` being 2 or 4: each Pauli string other than the identity
    /// happens with the probability `p / d^2`. Its average infidelity is `p (1 - 1/d)`.
    pub fn depolarizing(n_wires: usize, p: f64) -> Self {
        assert!((1..=2).contains(&n_wires) && (0.0..=1.0).contains(&p), "one or two wires, a probability");
        let letters = letters();
        let strings: Vec<Vec<C64>> = if n_wires == 1 {
            letters.to_vec()
        } else {
            letters.iter().flat_map(|high| letters.iter().map(move |low| kron(high, low))).collect()
        };
        let share = p / strings.len() as f64;
        let operators = strings.iter().enumerate().map(|(i, string)| {
            let probability = if i == 0 { 1.0 - p + share } else { share };
            scaled(string, probability.sqrt())
        });
        Self { n_wires, operators: operators.collect() }
    }

    /// `|1>` falls to `|0>` with the probability `gamma`.
    pub fn amplitude_damping(gamma: f64) -> Self {
        Self::relaxation(gamma, (1.0 - gamma).sqrt())
    }

    /// Coherences shrink by `sqrt(1 - lambda)`, populations stay.
    pub fn phase_damping(lambda: f64) -> Self {
        Self::relaxation(0.0, (1.0 - lambda).sqrt())
    }

    /// What a qubit loses in a time: `|1>` falls to `|0>` with `1 - exp(-t/T1)`, coherences shrink by `exp(-t/T2)`. A
    /// time that is `None` is infinite, but T2 is never longer than `2 T1`. Seconds.
    pub fn thermal_relaxation(t1: Option<f64>, t2: Option<f64>, seconds: f64) -> Self {
        let kept = |time: Option<f64>| time.map_or(1.0, |time| (-seconds / time).exp());
        let one = kept(t1);
        Self::relaxation(1.0 - one, kept(t2).min(one.sqrt()))
    }

    /// The population of `|1>` shrinks by `1 - gamma`, coherences by `kept`, which is at most `sqrt(1 - gamma)`.
    fn relaxation(gamma: f64, kept: f64) -> Self {
        let dephased = (1.0 - gamma - kept * kept).max(0.0);
        assert!((0.0..=1.0).contains(&gamma) && (0.0..=1.0).contains(&kept), "probabilities");
        let matrix = |entries: [f64; 4]| entries.map(|entry| C64::new(entry, 0.0)).to_vec();
        let mut operators = vec![matrix([1.0, 0.0, 0.0, kept])];
        if gamma > 0.0 {
            operators.push(matrix([0.0, gamma.sqrt(), 0.0, 0.0]));
        }
        if dephased > 0.0 {
            operators.push(matrix([0.0, 0.0, 0.0, dephased.sqrt()]));
        }
        Self { n_wires: 1, operators }
    }

    /// Wires that it acts on.
    pub fn n_wires(&self) -> usize {
        self.n_wires
    }

    /// The Kraus operators, row by row.
    pub fn operators(&self) -> &[Vec<C64>] {
        &self.operators
    }

    /// `K^H K` of each operator: its probability in a state `rho` is `tr(K^H K rho)`.
    pub(crate) fn effects(&self) -> Vec<Vec<C64>> {
        let dim = 1 << self.n_wires;
        let effect = |k: &Vec<C64>| {
            let entry = |i: usize| {
                let (row, column) = (i / dim, i % dim);
                (0..dim).map(|j| k[j * dim + row].conj() * k[j * dim + column]).sum::<C64>()
            };
            (0..dim * dim).map(entry).collect()
        };
        self.operators.iter().map(effect).collect()
    }

    /// The probabilities of the operators where they are those of a mixture of unitaries, the same in each state.
    pub(crate) fn mixture(&self) -> Option<Vec<f64>> {
        let dim = 1 << self.n_wires;
        let probability = |effect: &Vec<C64>| {
            let p = effect[0].re;
            let is_multiple = |(i, entry): (usize, &C64)| {
                let expected = if i / dim == i % dim { p } else { 0.0 };
                (entry - expected).norm() < 1e-14
            };
            effect.iter().enumerate().all(is_multiple).then_some(p)
        };
        self.effects().iter().map(probability).collect()
    }

    /// The matrix `sum K (x) conj(K)` that takes `vec(rho)`: row and column have the ket's bits first, then the bra's.
    pub(crate) fn superoperator(&self) -> Vec<C64> {
        let dim = 1 << self.n_wires;
        let size = dim * dim;
        let mut matrix = vec![C64::default(); size * size];
        for k in &self.operators {
            for (i, entry) in matrix.iter_mut().enumerate() {
                let (row, column) = (i / size, i % size);
                let ket = k[(row % dim) * dim + column % dim];
                let bra = k[(row / dim) * dim + column / dim];
                *entry += ket * bra.conj();
            }
        }
        matrix
    }
}

/// I, X, Y, Z.
fn letters() -> [Vec<C64>; 4] {
    [Gate::Id, Gate::X, Gate::Y, Gate::Z].map(|gate| (gate.def().matrix)(&[]).data.to_vec())
}

fn scaled(matrix: &[C64], factor: f64) -> Vec<C64> {
    matrix.iter().map(|entry| entry * factor).collect()
}

/// The product of two 2 x 2 matrices; `low` has the lower bit of the index.
fn kron(high: &[C64], low: &[C64]) -> Vec<C64> {
    let entry = |i: usize| {
        let (row, column) = (i / 4, i % 4);
        high[(row / 2) * 2 + column / 2] * low[(row % 2) * 2 + column % 2]
    };
    (0..16).map(entry).collect()
}
