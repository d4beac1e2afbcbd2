//! Gradient descent in the geometry of the states: `w -= lr (G + lam)^-1 g`.
//!
//! `G` is the Fubini-Study metric of the one program in the objective, in full (Stokes, Izaac, Killoran and Carleo,
//! arXiv:1909.02108). With the fidelity `F(x, y)` of the states at `x` and at `y`, `F(x, x + d) = 1 - d G d` up to third
//! order, so `2 G[i][j]` is the derivative by `y[i]` of the gradient of `F` by `x[j]`, where `y = x`. That gradient is
//! exact; the derivative by `y[i]` is the central difference of eighth order, whose error is about 1e-11 for rotations.

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Memory, Next, Optimizer, Step, along, flatten};
use crate::Fault;
use crate::builtins::{from_elements, solve};

/// The distance of neighbouring points of the difference.
const DISTANCE: f64 = 0.1;
/// Weights of the points at 1, 2, 3 and 4 distances, by the distance; those behind have the other sign.
const WEIGHTS: [f64; 4] = [4.0 / 5.0, -1.0 / 5.0, 4.0 / 105.0, -1.0 / 280.0];
/// How many points a difference has.
const POINTS: usize = 2 * WEIGHTS.len();

/// A step that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Qng {
    /// Where it started.
    point: Vec<f64>,
    /// The objective there, once it is known.
    value: Option<f64>,
    /// Its gradient.
    gradient: Vec<f64>,
    /// The metric, row by row, as far as it is summed up.
    metric: Vec<f64>,
    /// How many points of differences are known, in the order of the rows.
    n_known: usize,
}

impl Qng {
    pub(super) fn new(point: &[f64]) -> Self {
        let metric = vec![0.0; point.len() * point.len()];
        Self { point: point.to_vec(), value: None, gradient: Vec::new(), metric, n_known: 0 }
    }

    /// The offset of the point that comes, along its row's axis, and its weight.
    fn offset(&self) -> (f64, f64) {
        let k = self.n_known % POINTS;
        let side = if k.is_multiple_of(2) { 1.0 } else { -1.0 };
        (side * DISTANCE * (k / 2 + 1) as f64, side * WEIGHTS[k / 2] / DISTANCE)
    }

    fn ask(&self) -> Next {
        let mut with = self.point.clone();
        with[self.n_known / POINTS] += self.offset().0;
        Next::Ask(Ask::Overlap { at: self.point.clone(), with })
    }

    /// `(G + lam)^-1 g`
    fn direction(&self, lam: f64) -> Result<Vec<f64>, Fault> {
        let n = self.point.len();
        let entry = |i: usize, j: usize| {
            let mean = f64::midpoint(self.metric[i * n + j], self.metric[j * n + i]);
            if i == j { mean + lam } else { mean }
        };
        let entries = (0..n * n).map(|k| entry(k / n, k % n)).collect();
        let gradient = from_elements(&[n], self.gradient.clone());
        let direction = solve(&from_elements(&[n, n], entries), &gradient).map_err(|fault| {
            Box::new(
                fault
                    .note("it is the metric of `qng`: there is a direction that doesn't change the state")
                    .help("give a larger `lam:`"),
            )
        })?;
        Ok(flatten(&direction))
    }
}

pub(super) fn tell(optimizer: &mut Optimizer, answer: Answer) -> Result<Next, Fault> {
    let (lr, lam) = (optimizer.rate(), optimizer.option("lam"));
    let Memory::Qng(qng) = &mut optimizer.memory else { qml_source::bug!("qng was told before it asked") };
    let n = qng.point.len();
    let Some(value) = qng.value else {
        (qng.value, qng.gradient) = (Some(answer.value), answer.gradient);
        return Ok(qng.ask());
    };
    let (row, (_, weight)) = (qng.n_known / POINTS, qng.offset());
    for (entry, slope) in qng.metric[row * n..].iter_mut().zip(&answer.gradient) {
        *entry += 0.5 * weight * slope;
    }
    qng.n_known += 1;
    if qng.n_known < n * POINTS {
        return Ok(qng.ask());
    }
    let direction = qng.direction(lam)?;
    Ok(Next::Step(Step {
        point: along(&qng.point, -lr, &direction),
        value,
        measured: qng.point.clone(),
        is_converged: false,
    }))
}
