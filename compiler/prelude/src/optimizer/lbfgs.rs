//! Quasi-Newton steps with a limited memory and a line search.
//!
//! Liu and Nocedal, Mathematical Programming 45, 503 (1989): the two-loop recursion, scaled by the latest pair. Steps,
//! line search and what is done where curvature is lost are those of L-BFGS-B 3.0 without bounds.

use serde::{Deserialize, Serialize};

use super::line_search::Verdict;
use super::{Answer, Ask, LineSearch, Memory, Next, Optimizer, Step, along, dot};

/// The longest line search.
const MAX_TRIES: u32 = 20;

/// What the rule remembers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Lbfgs {
    /// Where it is.
    point: Vec<f64>,
    /// The objective there, unless it must be asked for.
    value: Option<f64>,
    /// Its gradient.
    gradient: Vec<f64>,
    /// Differences of points and of gradients, oldest first.
    pairs: Vec<(Vec<f64>, Vec<f64>)>,
    /// The direction of the line search that is under way, and the search.
    search: Option<(Vec<f64>, LineSearch)>,
    /// How many steps the search has tried.
    tries: u32,
    /// Whether no step was done yet, so that nothing is known of the scale.
    is_first: bool,
}

impl Lbfgs {
    pub(super) fn new(point: &[f64]) -> Self {
        Self {
            point: point.to_vec(),
            value: None,
            gradient: Vec::new(),
            pairs: Vec::new(),
            search: None,
            tries: 0,
            is_first: true,
        }
    }

    pub(super) fn n_parameters(&self) -> usize {
        self.point.len()
    }

    /// The objective may be another one now.
    pub(super) fn forget_values(&mut self) {
        (self.value, self.search) = (None, None);
    }

    /// `-H g` by the two-loop recursion.
    fn direction(&self) -> Vec<f64> {
        let mut d: Vec<f64> = self.gradient.iter().map(|g| -g).collect();
        let mut factors = Vec::with_capacity(self.pairs.len());
        for (s, y) in self.pairs.iter().rev() {
            let factor = dot(s, &d) / dot(s, y);
            d = along(&d, -factor, y);
            factors.push(factor);
        }
        if let Some((s, y)) = self.pairs.last() {
            let scale = dot(s, y) / dot(y, y);
            d.iter_mut().for_each(|d| *d *= scale);
        }
        for ((s, y), factor) in self.pairs.iter().zip(factors.iter().rev()) {
            d = along(&d, factor - dot(y, &d) / dot(s, y), s);
        }
        d
    }

    /// Begins a line search; none if the gradient is (nearly) zero.
    fn start_search(&mut self, gtol: f64) -> Next {
        let value = self.value.unwrap_or(f64::NAN);
        if self.gradient.iter().all(|g| g.abs() <= gtol) {
            return self.done(value, true);
        }
        let mut direction = self.direction();
        if dot(&direction, &self.gradient) >= 0.0 {
            self.pairs.clear();
            direction = self.direction();
        }
        let slope = dot(&direction, &self.gradient);
        let first = if self.is_first { 1.0 / dot(&direction, &direction).sqrt() } else { 1.0 };
        self.search = Some((direction, LineSearch::new(value, slope, first)));
        self.tries = 0;
        self.try_step()
    }

    fn try_step(&self) -> Next {
        let Some((direction, search)) = &self.search else { qml_source::bug!("no line search") };
        Next::Ask(Ask::Gradient(along(&self.point, search.t, direction)))
    }

    fn done(&mut self, value: f64, is_converged: bool) -> Next {
        self.search = None;
        Next::Step(Step { point: self.point.clone(), value, measured: self.point.clone(), is_converged })
    }

    /// Goes to the end of the search, whose gradient is this one.
    fn accept(&mut self, answer: Answer, memory: usize, gtol: f64) -> Next {
        let Some((direction, search)) = self.search.take() else { qml_source::bug!("no line search") };
        let s: Vec<f64> = direction.iter().map(|d| search.t * d).collect();
        let y = along(&answer.gradient, -1.0, &self.gradient);
        if dot(&s, &y) > f64::EPSILON * -dot(&s, &self.gradient) {
            self.pairs.push((s, y));
            if self.pairs.len() > memory {
                self.pairs.remove(0);
            }
        }
        self.point = along(&self.point, search.t, &direction);
        (self.value, self.gradient) = (Some(answer.value), answer.gradient);
        self.is_first = false;
        let is_converged = self.gradient.iter().all(|g| g.abs() <= gtol);
        self.done(answer.value, is_converged)
    }
}

pub(super) fn begin(optimizer: &mut Optimizer, point: &[f64]) -> Next {
    let gtol = optimizer.option("gtol");
    let Memory::Lbfgs(lbfgs) = &mut optimizer.memory else { qml_source::bug!("lbfgs without its memory") };
    if lbfgs.point != point {
        // The parameters were set from outside: what was learnt of the surroundings is of no use.
        *lbfgs = Lbfgs::new(point);
    }
    if lbfgs.value.is_none() {
        return Next::Ask(Ask::Gradient(point.to_vec()));
    }
    let next = lbfgs.start_search(gtol);
    if let Next::Step(_) = next {
        optimizer.steps += 1;
    }
    next
}

pub(super) fn tell(optimizer: &mut Optimizer, answer: Answer) -> Next {
    let (memory, gtol) = (optimizer.option("memory") as usize, optimizer.option("gtol"));
    let Memory::Lbfgs(lbfgs) = &mut optimizer.memory else { qml_source::bug!("lbfgs without its memory") };
    let Some((direction, search)) = &mut lbfgs.search else {
        (lbfgs.value, lbfgs.gradient) = (Some(answer.value), answer.gradient);
        return lbfgs.start_search(gtol);
    };
    lbfgs.tries += 1;
    let slope = dot(direction, &answer.gradient);
    if search.tell(answer.value, slope) == Verdict::Accept {
        return lbfgs.accept(answer, memory, gtol);
    }
    if lbfgs.tries < MAX_TRIES {
        return lbfgs.try_step();
    }
    // The search fails: from here with steepest descent, or no further if that was it.
    if lbfgs.pairs.is_empty() {
        let value = lbfgs.value.unwrap_or(answer.value);
        return lbfgs.done(value, true);
    }
    lbfgs.pairs.clear();
    lbfgs.is_first = true;
    lbfgs.start_search(gtol)
}
