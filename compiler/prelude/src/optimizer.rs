//! Optimizers: rules that ask where to evaluate, and the run of an `optimize` around them.
//!
//! An optimizer never calls the objective. It is asked for an [`Ask`] and told the answer, until a step is done; the
//! compiled loop evaluates. What it remembers is one plain record, [`Optimizer`], so that it can be written to a file and
//! read back between any two evaluations.

use serde::{Deserialize, Serialize};

use crate::Fault;
use crate::builtins::faults::{domain, fault};
use crate::builtins::length;
use qml_source::Code;

mod descent;
mod lbfgs;
mod line_search;
mod nelder_mead;
mod qng;
mod rotosolve;
mod rule;
mod run;
mod spsa;
#[cfg(test)]
mod tests;
mod tree;

pub use lbfgs::Lbfgs;
pub use line_search::LineSearch;
pub use nelder_mead::NelderMead;
pub use qng::Qng;
pub use rotosolve::Rotosolve;
pub use rule::Rule;
pub use run::{COLUMNS, Ended, Run, Settings};
pub use spsa::Spsa;
pub use tree::{Shape, flatten, flatten_like, is_finite, shape_of, unflatten};

/// An optimizer with its state.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Optimizer {
    /// The rule.
    pub rule: Rule,
    /// The learning rate of each step, the last one also of all later steps; empty for a rule without one.
    pub rates: Vec<f64>,
    /// The other numbers of the rule, in the order of [`Rule::options`].
    pub options: Vec<f64>,
    /// How many steps were done.
    pub steps: u64,
    /// What the rule remembers.
    pub memory: Memory,
    /// The `optimize` that runs, if one does.
    pub run: Option<Box<Run>>,
}

/// What a rule remembers from one step to the next.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Memory {
    /// Nothing: before the first step.
    Fresh,
    /// Moments, each as long as the parameters (`momentum`, `adagrad`, `rmsprop`, `adam`).
    Moments(Vec<Vec<f64>>),
    /// Of `lbfgs`.
    Lbfgs(Lbfgs),
    /// Of `spsa`.
    Spsa(Spsa),
    /// Of `nelder_mead`.
    NelderMead(NelderMead),
    /// Of `rotosolve`.
    Rotosolve(Rotosolve),
    /// Of `qng`.
    Qng(Qng),
}

/// What an optimizer wants to know.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Ask {
    /// The objective here.
    Value(Vec<f64>),
    /// The objective and its gradient here.
    Gradient(Vec<f64>),
    /// The gradient, by the parameters of the first state, of the fidelity of the states at the two points.
    Overlap {
        /// Where the first state is, and the gradient taken.
        at: Vec<f64>,
        /// Where the second state is.
        with: Vec<f64>,
    },
}

/// What an optimizer is told.
#[derive(Clone, Debug, PartialEq)]
pub struct Answer {
    /// The objective; of an overlap the fidelity.
    pub value: f64,
    /// The gradient; empty if it wasn't asked for.
    pub gradient: Vec<f64>,
}

/// What follows from an answer.
#[derive(Clone, Debug, PartialEq)]
pub enum Next {
    /// The step isn't done.
    Ask(Ask),
    /// The step is done.
    Step(Step),
}

/// A step that is done.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// Where it leads.
    pub point: Vec<f64>,
    /// The objective, as it was met in this step.
    pub value: f64,
    /// Where that value was measured: before the step for rules that follow a gradient.
    pub measured: Vec<f64>,
    /// Whether there is nothing left to do.
    pub is_converged: bool,
}

impl Optimizer {
    /// An optimizer that has done nothing.
    pub fn new(rule: Rule, rates: Vec<f64>, options: Vec<f64>) -> Self {
        Self { rule, rates, options, steps: 0, memory: Memory::Fresh, run: None }
    }

    /// The same rule without its state.
    #[must_use]
    pub fn fresh(&self) -> Self {
        Self::new(self.rule, self.rates.clone(), self.options.clone())
    }

    /// A number of the rule.
    pub fn option(&self, name: &str) -> f64 {
        match self.rule.options().iter().position(|option| *option == name) {
            Some(position) => self.options[position],
            None => qml_source::bug!("the rule {} has no {name}", self.rule.name()),
        }
    }

    /// The learning rate of the step that comes.
    pub fn rate(&self) -> f64 {
        let position = usize::try_from(self.steps).unwrap_or(usize::MAX).min(self.rates.len().max(1) - 1);
        self.rates.get(position).copied().unwrap_or(1.0)
    }

    /// The learning rate of the step before, for a rule that has one.
    pub fn last_rate(&self) -> Option<f64> {
        let last = usize::try_from(self.steps.checked_sub(1)?).unwrap_or(usize::MAX);
        self.rates.get(last.min(self.rates.len().max(1) - 1)).copied()
    }

    /// Begins a step from `point`. `key` is the random key of the run.
    pub fn begin_step(&mut self, point: &[f64], key: u64) -> Result<Next, Fault> {
        self.check_length(point.len())?;
        let steps = self.steps;
        Ok(match self.rule {
            Rule::Sgd | Rule::Momentum | Rule::Adagrad | Rule::Rmsprop | Rule::Adam => {
                Next::Ask(Ask::Gradient(point.to_vec()))
            }
            Rule::Lbfgs => {
                if self.memory == Memory::Fresh {
                    self.memory = Memory::Lbfgs(Lbfgs::new(point));
                }
                lbfgs::begin(self, point)
            }
            Rule::Spsa => {
                let spsa = Spsa::begin(self, point, key, steps);
                let ask = spsa.ask(point);
                self.memory = Memory::Spsa(spsa);
                Next::Ask(ask)
            }
            Rule::NelderMead => {
                if self.memory == Memory::Fresh {
                    self.memory = Memory::NelderMead(NelderMead::new(point, self.option("edge")));
                }
                nelder_mead::begin(self)
            }
            Rule::Rotosolve => {
                self.memory = Memory::Rotosolve(Rotosolve::new(point));
                Next::Ask(Ask::Value(point.to_vec()))
            }
            Rule::Qng => {
                self.memory = Memory::Qng(Qng::new(point));
                Next::Ask(Ask::Gradient(point.to_vec()))
            }
        })
    }

    /// Takes the answer to what was asked in the step from `point`. `tolerance` is for rules that judge by themselves when
    /// they are done.
    pub fn tell(&mut self, point: Vec<f64>, answer: Answer, tolerance: Option<f64>) -> Result<Next, Fault> {
        let next = match self.rule {
            Rule::Sgd | Rule::Momentum | Rule::Adagrad | Rule::Rmsprop | Rule::Adam => {
                Ok(Next::Step(descent::step(self, point, &answer)))
            }
            Rule::Lbfgs => Ok(lbfgs::tell(self, answer)),
            Rule::Spsa => Ok(spsa::tell(self, &point, &answer)),
            Rule::NelderMead => Ok(nelder_mead::tell(self, &answer, tolerance)),
            Rule::Rotosolve => Ok(rotosolve::tell(self, &answer)),
            Rule::Qng => qng::tell(self, answer),
        };
        if let Ok(Next::Step(_)) = &next {
            self.steps += 1;
        }
        next
    }

    /// A step by hand with a gradient: rules that ask for nothing else.
    pub fn step(&mut self, point: &[f64], gradient: Vec<f64>) -> Result<Vec<f64>, Fault> {
        if !self.rule.steps_once() {
            let name = self.rule.name();
            return Err(Box::new(
                qml_source::Diagnostic::error(
                    Code::Q0610,
                    format!("`{name}` has no step by hand: it chooses itself where to evaluate"),
                )
                .help(format!("`optimize w with {name}(...), steps: 100 {{ minimize loss(w); }}`")),
            ));
        }
        self.check_length(point.len())?;
        match self.tell(point.to_vec(), Answer { value: 0.0, gradient }, None)? {
            Next::Step(step) => Ok(step.point),
            Next::Ask(_) => qml_source::bug!("a rule of one evaluation asks again"),
        }
    }

    /// Refuses parameters of another number than those that the state is about.
    fn check_length(&self, n: usize) -> Result<(), Fault> {
        let remembered = match &self.memory {
            Memory::Moments(moments) => moments.first().map(Vec::len),
            Memory::Lbfgs(lbfgs) => Some(lbfgs.n_parameters()),
            Memory::NelderMead(simplex) => Some(simplex.n_parameters()),
            Memory::Fresh | Memory::Spsa(_) | Memory::Rotosolve(_) | Memory::Qng(_) => None,
        };
        match remembered {
            Some(remembered) if remembered != n => {
                let numbers = if remembered == 1 { "number" } else { "numbers" };
                let name = self.rule.name();
                let message = format!(
                    "the state of this `{name}` is about {remembered} {numbers}, the parameters are {n}"
                );
                let fault = qml_source::Diagnostic::error(Code::Q0604, message);
                Err(Box::new(fault.help("take a fresh optimizer for other parameters")))
            }
            _ => Ok(()),
        }
    }
}

/// The number of a rule, which must make sense.
pub(crate) fn check_option(rule: Rule, name: &str, x: f64) -> Result<(), Fault> {
    let is_good = match name {
        "lr" | "lam" | "gtol" | "stability" | "alpha" | "gamma" => x.is_finite() && x >= 0.0,
        "eps" | "c" | "edge" => x.is_finite() && x > 0.0,
        "memory" => x >= 1.0,
        _ => (0.0..1.0).contains(&x),
    };
    if is_good { Ok(()) } else { Err(domain(format!("{}: {name} is {x:?}", rule.name()))) }
}

/// A fault in how an optimizer is used by `optimize`.
pub(crate) fn misuse(message: impl Into<String>) -> Fault {
    fault(Code::Q0616, message)
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(x, y)| x * y).sum()
}

/// The length of a vector, also where the squares of its elements are no numbers of the machine.
fn norm(a: &[f64]) -> f64 {
    let square = dot(a, a);
    if square.is_normal() || square.is_nan() {
        return square.sqrt();
    }
    length(&a.iter().map(|x| x.abs()).collect::<Vec<f64>>())
}

/// `a + t * d`
fn along(a: &[f64], t: f64, d: &[f64]) -> Vec<f64> {
    a.iter().zip(d).map(|(x, d)| x + t * d).collect()
}
