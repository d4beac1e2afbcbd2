//! How a gate depends on its angles: derivatives and frequencies.
//!
//! Every entry of every matrix of the table is, in each angle `t`, a sum of `c_k exp(i k t/2)` with `k` in `-2..=2`
//! (a test walks the table). So both are known exactly from the matrix at a few angles, without more columns.

use std::f64::consts::PI;

use crate::{C64, Gate, Matrix};

/// Largest `k` in `exp(i k t/2)`.
const DEGREE: usize = 2;

impl Gate {
    /// The matrix for these angles, in radians.
    pub fn matrix(self, angles: &[f64]) -> Matrix {
        (self.def().matrix)(angles)
    }

    /// The derivative of the matrix with respect to angle `index`.
    ///
    /// Exact up to rounding. For a trigonometric polynomial of degree R in `x = t/2`
    ///
    /// `f'(x) = sum over m = 1..=2R of (-1)^(m-1) / (4R sin^2(x_m/2)) f(x + x_m)`, `x_m = (2m - 1) pi / (2R)`
    ///
    /// (M. Riesz; Wierichs et al., arXiv:2107.12390, eq. 24).
    pub fn derivative(self, angles: &[f64], index: usize) -> Matrix {
        let mut angles = angles.to_vec();
        let at = angles[index];
        let mut sum: Option<Matrix> = None;
        for m in 1..=2 * DEGREE {
            let shift = (2 * m - 1) as f64 * PI / (2 * DEGREE) as f64;
            let sign = if m % 2 == 1 { 1.0 } else { -1.0 };
            // One half for x = t/2.
            let weight = 0.5 * sign / (4.0 * DEGREE as f64 * (shift / 2.0).sin().powi(2));
            angles[index] = at + 2.0 * shift;
            let mut term = self.matrix(&angles);
            term.data.iter_mut().for_each(|entry| *entry *= weight);
            match &mut sum {
                Some(sum) => sum.data.iter_mut().zip(&term.data).for_each(|(a, b)| *a += b),
                None => sum = Some(term),
            }
        }
        sum.expect("there is a shift")
    }

    /// The frequencies of angle `index` when at least one control is added to the gate: with the idle part, whose
    /// phase is zero, there are more differences. `rz` gets `[0.5, 1.0]`, `p` keeps `[1.0]`, `gphase` gets `[1.0]`.
    pub fn controlled_frequencies(self, index: usize) -> Vec<f64> {
        differences(&self.harmonics(index), true)
    }

    /// Which `k` occur in the entries as functions of angle `index`, seen at some angles that are nothing special.
    fn harmonics(self, index: usize) -> Vec<i32> {
        const N: usize = 2 * DEGREE + 1;
        let mut angles: Vec<f64> = (0..self.def().params.len()).map(|i| 0.7 + 0.45 * i as f64).collect();
        let samples: Vec<Matrix> = (0..N)
            .map(|i| {
                angles[index] = 4.0 * PI * i as f64 / N as f64;
                self.matrix(&angles)
            })
            .collect();
        let occurs = |k: i32| {
            (0..samples[0].data.len()).any(|entry| {
                let turn = |i: usize| C64::from_polar(1.0, -2.0 * PI * f64::from(k) * i as f64 / N as f64);
                samples.iter().enumerate().map(|(i, s)| s.data[entry] * turn(i)).sum::<C64>().norm() > 1e-9
            })
        };
        (-(DEGREE as i32)..=DEGREE as i32).filter(|&k| occurs(k)).collect()
    }
}

/// The positive differences of the phases `k/2`, rising, each once.
fn differences(harmonics: &[i32], with_zero: bool) -> Vec<f64> {
    let mut phases = harmonics.to_vec();
    if with_zero {
        phases.push(0);
    }
    let mut found: Vec<i32> =
        phases.iter().flat_map(|a| phases.iter().map(move |b| a - b)).filter(|d| *d > 0).collect();
    found.sort_unstable();
    found.dedup();
    found.into_iter().map(|d| f64::from(d) / 2.0).collect()
}
