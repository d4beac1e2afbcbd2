//! Simultaneous perturbation: two values a step, whatever the number of parameters.
//!
//! Spall, IEEE Transactions on Automatic Control 37, 332 (1992), with the gain sequences of IEEE Transactions on
//! Aerospace and Electronic Systems 34, 817 (1998).

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Memory, Next, Optimizer, Step, along};
use crate::random::sign_at;

/// A step that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Spsa {
    /// Random signs.
    pub signs: Vec<f64>,
    /// How far to either side it evaluates: `c / (k + 1)^gamma`, `k` counting steps from 0.
    pub distance: f64,
    /// The learning rate: `lr / (stability + k + 1)^alpha`.
    pub rate: f64,
    /// The value on the plus side, once it is known.
    pub plus: Option<f64>,
}

impl Spsa {
    /// Draws the signs of step `k`: number `i` is the top bit at the place `(k, i)` of the stream of `key`.
    pub(super) fn begin(optimizer: &Optimizer, point: &[f64], key: u64, k: u64) -> Self {
        let number = (k + 1) as f64;
        Self {
            signs: (0..point.len()).map(|i| sign_at(key, k, i as u64)).collect(),
            distance: optimizer.option("c") / number.powf(optimizer.option("gamma")),
            rate: optimizer.rate() / (optimizer.option("stability") + number).powf(optimizer.option("alpha")),
            plus: None,
        }
    }

    pub(super) fn ask(&self, point: &[f64]) -> Ask {
        let side = if self.plus.is_none() { self.distance } else { -self.distance };
        Ask::Value(along(point, side, &self.signs))
    }
}

/// After both sides: `w -= rate * (f+ - f-) / (2 c) * sign`, as the inverse of a sign is itself.
pub(super) fn tell(optimizer: &mut Optimizer, point: &[f64], answer: &Answer) -> Next {
    let Memory::Spsa(spsa) = &mut optimizer.memory else { qml_source::bug!("spsa was told before it asked") };
    let Some(plus) = spsa.plus else {
        spsa.plus = Some(answer.value);
        return Next::Ask(spsa.ask(point));
    };
    let slope = (plus - answer.value) / (2.0 * spsa.distance);
    let value = f64::midpoint(plus, answer.value);
    let next = along(point, -spsa.rate * slope, &spsa.signs);
    Next::Step(Step { point: next, value, measured: point.to_vec(), is_converged: false })
}
