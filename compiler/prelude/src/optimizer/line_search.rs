//! A line search for the conditions of Wolfe.
//!
//! Moré and Thuente, ACM Transactions on Mathematical Software 20, 286 (1994), as in MINPACK-2 (`dcsrch`, `dcstep`) with
//! the constants of L-BFGS-B 3.0. Names as in the paper: `phi(t)` is the objective along the direction.

use serde::{Deserialize, Serialize};

/// Sufficient decrease.
const F_TOL: f64 = 1e-3;
/// Curvature.
const G_TOL: f64 = 0.9;
/// The shortest interval, by its upper end.
const X_TOL: f64 = 0.1;
/// The longest step.
const STEP_MAX: f64 = 1e10;

/// An end of the interval that holds the minimum: the step, the value and the slope there.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct End {
    /// The step.
    pub t: f64,
    /// `phi(t)`
    pub f: f64,
    /// `phi'(t)`
    pub g: f64,
}

/// A search that is under way.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LineSearch {
    /// The step that is tried.
    pub t: f64,
    start: End,
    /// The best step so far, and the other end.
    best: End,
    other: End,
    is_bracketed: bool,
    is_second_stage: bool,
    low: f64,
    high: f64,
    width: f64,
    width_before: f64,
}

/// What a search says of the step that was tried.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Another step is to be tried.
    Again,
    /// The step is good, or the best that rounding leaves.
    Accept,
}

impl LineSearch {
    /// A search from the value and the (negative) slope at 0 that tries `t` first.
    pub(super) fn new(f: f64, g: f64, t: f64) -> Self {
        let start = End { t: 0.0, f, g };
        Self {
            t,
            start,
            best: start,
            other: start,
            is_bracketed: false,
            is_second_stage: false,
            low: 0.0,
            high: 5.0 * t,
            width: STEP_MAX,
            width_before: 2.0 * STEP_MAX,
        }
    }

    /// Takes the value and the slope at the step that was tried.
    pub(super) fn tell(&mut self, f: f64, g: f64) -> Verdict {
        let g_test = F_TOL * self.start.g;
        let f_test = self.start.f + self.t * g_test;
        self.is_second_stage |= f <= f_test && g >= 0.0;
        let is_stuck = self.is_bracketed
            && (self.t <= self.low || self.t >= self.high || self.high - self.low <= X_TOL * self.high);
        let is_longest = self.t >= STEP_MAX && f <= f_test && g <= g_test;
        let is_good = f <= f_test && g.abs() <= G_TOL * -self.start.g;
        if is_stuck || is_longest || is_good {
            return Verdict::Accept;
        }
        let tried = End { t: self.t, f, g };
        if !self.is_second_stage && f <= self.best.f && f > f_test {
            // On the auxiliary function phi(t) - phi(0) - f_tol phi'(0) t.
            let lowered = |end: End| End { f: end.f - end.t * g_test, g: end.g - g_test, ..end };
            let raised = |end: End| End { f: end.f + end.t * g_test, g: end.g + g_test, ..end };
            (self.best, self.other) = (lowered(self.best), lowered(self.other));
            self.shrink(lowered(tried));
            (self.best, self.other) = (raised(self.best), raised(self.other));
        } else {
            self.shrink(tried);
        }
        if self.is_bracketed {
            if (self.other.t - self.best.t).abs() >= 0.66 * self.width_before {
                self.t = f64::midpoint(self.best.t, self.other.t);
            }
            self.width_before = self.width;
            self.width = (self.other.t - self.best.t).abs();
            self.low = self.best.t.min(self.other.t);
            self.high = self.best.t.max(self.other.t);
        } else {
            self.low = self.t + 1.1 * (self.t - self.best.t);
            self.high = self.t + 4.0 * (self.t - self.best.t);
        }
        self.t = self.t.clamp(0.0, STEP_MAX);
        if self.is_bracketed
            && (self.t <= self.low || self.t >= self.high || self.high - self.low <= X_TOL * self.high)
        {
            self.t = self.best.t;
        }
        Verdict::Again
    }

    /// Chooses the next step and updates the interval: `dcstep`.
    fn shrink(&mut self, p: End) {
        let (x, y) = (self.best, self.other);
        let are_opposite = p.g * x.g.signum() < 0.0;
        let secant = p.t + (p.g / (p.g - x.g)) * (x.t - p.t);
        let next = if p.f > x.f {
            // A higher value: the minimum is bracketed.
            let (theta, gamma) = cubic(x, p, false);
            let gamma = if p.t < x.t { -gamma } else { gamma };
            let r = ((gamma - x.g) + theta) / (((gamma - x.g) + gamma) + p.g);
            let cubic = x.t + r * (p.t - x.t);
            let quadratic = x.t + ((x.g / ((x.f - p.f) / (p.t - x.t) + x.g)) / 2.0) * (p.t - x.t);
            self.is_bracketed = true;
            if (cubic - x.t).abs() <= (quadratic - x.t).abs() {
                cubic
            } else {
                cubic + (quadratic - cubic) / 2.0
            }
        } else if are_opposite {
            // A lower value, and the slope has turned: the minimum is bracketed.
            let (theta, gamma) = cubic(x, p, false);
            let gamma = if p.t > x.t { -gamma } else { gamma };
            let r = ((gamma - p.g) + theta) / (((gamma - p.g) + gamma) + x.g);
            let cubic = p.t + r * (x.t - p.t);
            self.is_bracketed = true;
            if (cubic - p.t).abs() > (secant - p.t).abs() { cubic } else { secant }
        } else if p.g.abs() < x.g.abs() {
            // A lower value, and a flatter slope of the same sign.
            let (theta, gamma) = cubic(x, p, true);
            let gamma = if p.t > x.t { -gamma } else { gamma };
            let r = ((gamma - p.g) + theta) / ((gamma + (x.g - p.g)) + gamma);
            let cubic = if r < 0.0 && gamma != 0.0 {
                p.t + r * (x.t - p.t)
            } else if p.t > x.t {
                self.high
            } else {
                self.low
            };
            let is_cubic_nearer = (cubic - p.t).abs() < (secant - p.t).abs();
            if self.is_bracketed {
                let next = if is_cubic_nearer { cubic } else { secant };
                let limit = p.t + 0.66 * (y.t - p.t);
                if p.t > x.t { next.min(limit) } else { next.max(limit) }
            } else {
                let is_cubic_farther = (cubic - p.t).abs() > (secant - p.t).abs();
                let next = if is_cubic_farther { cubic } else { secant };
                next.max(self.low).min(self.high)
            }
        } else if self.is_bracketed {
            // A lower value, and a steeper slope of the same sign.
            let (theta, gamma) = cubic(y, p, false);
            let gamma = if p.t > y.t { -gamma } else { gamma };
            let r = ((gamma - p.g) + theta) / (((gamma - p.g) + gamma) + y.g);
            p.t + r * (y.t - p.t)
        } else if p.t > x.t {
            self.high
        } else {
            self.low
        };
        if p.f > x.f {
            self.other = p;
        } else {
            if are_opposite {
                self.other = x;
            }
            self.best = p;
        }
        self.t = next;
    }
}

/// `theta` and the size of `gamma` of the cubic through two ends; a negative root is taken as 0 if `is_clipped`.
fn cubic(a: End, p: End, is_clipped: bool) -> (f64, f64) {
    let theta = 3.0 * (a.f - p.f) / (p.t - a.t) + a.g + p.g;
    let s = theta.abs().max(a.g.abs()).max(p.g.abs());
    let root = (theta / s).powi(2) - (a.g / s) * (p.g / s);
    (theta, s * if is_clipped { root.max(0.0) } else { root }.sqrt())
}
