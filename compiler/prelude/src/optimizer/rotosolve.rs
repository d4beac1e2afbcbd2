//! Coordinate descent by the closed form of a rotation's angle.
//!
//! As a function of one angle that occurs once, in a rotation whose generator has eigenvalues -1/2 and 1/2, an expectation
//! value is `a sin(theta + b) + c`; three values give its minimum. Ostaszewski, Grant and Benedetti, arXiv:1905.09692,
//! algorithm 1.

use std::f64::consts::{FRAC_PI_2, PI};

use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Memory, Next, Optimizer, Step};

/// A sweep through the coordinates that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rotosolve {
    /// Where the sweep is.
    pub point: Vec<f64>,
    /// The coordinate that is turned; each has a value a quarter turn ahead, then one behind.
    pub coordinate: usize,
    /// The value here: measured at the beginning of the sweep, from then on the minimum of the sine.
    pub here: Option<f64>,
    /// The value a quarter turn ahead, once it is known.
    pub ahead: Option<f64>,
}

impl Rotosolve {
    pub(super) fn new(point: &[f64]) -> Self {
        Self { point: point.to_vec(), coordinate: 0, here: None, ahead: None }
    }

    fn ask(&self, turn: f64) -> Next {
        let mut point = self.point.clone();
        point[self.coordinate] += turn;
        Next::Ask(Ask::Value(point))
    }
}

pub(super) fn tell(optimizer: &mut Optimizer, answer: &Answer) -> Next {
    let Memory::Rotosolve(sweep) = &mut optimizer.memory else {
        qml_source::bug!("rotosolve was told before it asked")
    };
    let Some(here) = sweep.here else {
        sweep.here = Some(answer.value);
        if sweep.point.is_empty() {
            return done(sweep, answer.value);
        }
        return sweep.ask(FRAC_PI_2);
    };
    let Some(ahead) = sweep.ahead else {
        sweep.ahead = Some(answer.value);
        return sweep.ask(-FRAC_PI_2);
    };
    let behind = answer.value;
    // f(theta + t) = sine sin t + cosine cos t + centre.
    let centre = f64::midpoint(ahead, behind);
    let (sine, cosine) = ((ahead - behind) / 2.0, here - centre);
    let turn = -FRAC_PI_2 - cosine.atan2(sine);
    let angle = &mut sweep.point[sweep.coordinate];
    *angle = within_a_turn(*angle + turn);
    let value = centre - sine.hypot(cosine);
    sweep.here = Some(value);
    sweep.ahead = None;
    sweep.coordinate += 1;
    if sweep.coordinate == sweep.point.len() {
        return done(sweep, value);
    }
    sweep.ask(FRAC_PI_2)
}

fn done(sweep: &Rotosolve, value: f64) -> Next {
    let point = sweep.point.clone();
    Next::Step(Step { measured: point.clone(), point, value, is_converged: false })
}

/// The same angle in -pi to pi, as far as it is outside.
fn within_a_turn(angle: f64) -> f64 {
    if (-PI..=PI).contains(&angle) { angle } else { angle - 2.0 * PI * (angle / (2.0 * PI)).round() }
}
