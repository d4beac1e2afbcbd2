//! An `optimize` that runs: where it is, what it waits for, when it ends.
//!
//! The compiled loop goes through rounds: a step each, or with `over` an epoch each, which has a step for each item. It
//! answers what is asked until the step is done, and has each round judged.

use qml_source::bug;
use serde::{Deserialize, Serialize};

use super::{Answer, Ask, Memory, Next, Optimizer, Rule, Shape, Step, misuse};
use crate::Fault;

/// The columns that each `metrics.csv` has; those of the program's own metrics follow, and have other names.
pub const COLUMNS: &[&str] = &[
    "optimize",
    "step",
    "round",
    "objective",
    "grad_norm",
    "validation",
    "learning_rate",
    "evaluations",
    "seconds",
    "shots",
    "qpu_seconds",
];

/// What the options of an `optimize` say.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Settings {
    /// `steps:` or `epochs:`
    pub rounds: u64,
    /// Whether there is an `over`.
    pub is_over: bool,
    /// `tolerance:` ends it when the objective changes by no more from one round to the next.
    pub tolerance: Option<f64>,
    /// `patience:` ends it after so many rounds without a better one.
    pub patience: Option<u64>,
    /// `clip_norm:`, the longest gradient.
    pub clip_norm: Option<f64>,
    /// Whether `validate:` is given and to be judged instead of the objective.
    pub has_validation: bool,
    /// Whether larger is better. (What the optimizer is told is negated then.)
    pub is_maximized: bool,
}

/// Why an `optimize` ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Ended {
    /// All rounds are done.
    Rounds,
    /// `tolerance:`
    Tolerance,
    /// `patience:`
    Patience,
    /// The rule has nothing left to do.
    Converged,
}

/// The state of an `optimize`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Run {
    /// Its options.
    pub settings: Settings,
    /// The random key of the optimizer's own draws; the counter is the number of steps.
    pub key: u64,
    /// How the parameters are put together.
    pub shape: Shape,
    /// The parameters.
    pub point: Vec<f64>,
    /// The parameters when this round began, on which its items may depend.
    pub start: Vec<f64>,
    /// How many rounds are done.
    pub round: u64,
    /// How many steps of this round are done: the cursor in the data.
    pub item: u64,
    /// How many steps are done.
    pub steps: u64,
    /// How many evaluations this step has had.
    pub evaluations: u64,
    /// What the optimizer waits for.
    pub ask: Option<Ask>,
    /// The objective of the last step.
    pub value: f64,
    /// The length of the last gradient, before it was clipped.
    pub gradient_norm: Option<f64>,
    /// The sum of the objectives of this round.
    pub sum: f64,
    /// Where the last value was measured.
    pub measured: Vec<f64>,
    /// What the last round was judged by; smaller is better.
    pub last: Option<f64>,
    /// The best round: what it was judged by, and the parameters.
    pub best: Option<(f64, Vec<f64>)>,
    /// How many rounds there were since.
    pub waited: u64,
    /// Why there is nothing left to do, if so.
    pub ended: Option<Ended>,
}

impl Ended {
    /// Ends it; the first reason stays.
    fn enter(self, ended: &mut Option<Self>, is_over: bool) {
        if is_over {
            ended.get_or_insert(self);
        }
    }
}

impl Optimizer {
    /// Begins an `optimize`.
    pub fn begin(
        &mut self,
        settings: Settings,
        shape: Shape,
        point: Vec<f64>,
        key: u64,
    ) -> Result<(), Fault> {
        let name = self.rule.name();
        if settings.is_over && !self.rule.takes_batches() {
            return Err(misuse(format!(
                "`{name}` compares values of one objective, and with `over` each step has another"
            )));
        }
        if settings.clip_norm.is_some() && !self.rule.takes_clipping() {
            return Err(misuse(format!("`clip_norm:` has no meaning for `{name}`")));
        }
        match &mut self.memory {
            Memory::Lbfgs(lbfgs) => lbfgs.forget_values(),
            Memory::NelderMead(simplex) if simplex.best() == point => simplex.forget_values(),
            Memory::NelderMead(_) => self.memory = Memory::Fresh,
            _ => {}
        }
        let is_done = settings.rounds == 0 || point.is_empty();
        let ended = is_done.then_some(Ended::Rounds);
        self.run = Some(Box::new(Run {
            settings,
            key,
            shape,
            measured: point.clone(),
            start: point.clone(),
            point,
            round: 0,
            item: 0,
            steps: 0,
            evaluations: 0,
            ask: None,
            value: 0.0,
            gradient_norm: None,
            sum: 0.0,
            last: None,
            best: None,
            waited: 0,
            ended,
        }));
        Ok(())
    }

    /// The `optimize` that runs.
    pub fn running(&self) -> &Run {
        self.run.as_deref().unwrap_or_else(|| bug!("no `optimize` runs with this optimizer"))
    }

    fn running_mut(&mut self) -> &mut Run {
        self.run.as_deref_mut().unwrap_or_else(|| bug!("no `optimize` runs with this optimizer"))
    }

    /// Begins a step, unless there is nothing left to do.
    pub fn next_step(&mut self) -> Result<(), Fault> {
        let run = self.running();
        if run.ended.is_some() {
            return Ok(());
        }
        let (point, key) = (run.point.clone(), run.key);
        let next = self.begin_step(&point, key)?;
        self.running_mut().evaluations = 0;
        self.follow(next);
        Ok(())
    }

    /// Takes the answer to what is asked.
    pub fn answer(&mut self, mut answer: Answer) -> Result<(), Fault> {
        let run = self.running_mut();
        let point = run.point.clone();
        if let Some(Ask::Gradient(_)) = run.ask {
            let norm = super::norm(&answer.gradient);
            run.gradient_norm = Some(norm);
            if let Some(limit) = run.settings.clip_norm
                && norm > limit
            {
                let factor = limit / norm;
                // A number that is too small for a factor is none for a quotient.
                let shorten =
                    |g: &mut f64| *g = if factor.is_normal() { *g * factor } else { *g / norm * limit };
                answer.gradient.iter_mut().for_each(shorten);
            }
        }
        run.evaluations += 1;
        let tolerance = run.settings.tolerance;
        let next = self.tell(point, answer, tolerance)?;
        self.follow(next);
        Ok(())
    }

    fn follow(&mut self, next: Next) {
        let run = self.running_mut();
        match next {
            Next::Ask(ask) => run.ask = Some(ask),
            Next::Step(Step { point, value, measured, is_converged }) => {
                run.ask = None;
                (run.point, run.value, run.measured) = (point, value, measured);
                run.sum += value;
                run.item += 1;
                run.steps += 1;
                Ended::Converged.enter(&mut run.ended, is_converged);
            }
        }
    }

    /// Ends a round: by its validation, if there is one, else by its objective.
    pub fn judge(&mut self, validation: Option<f64>) {
        let judges_itself = self.rule == Rule::NelderMead;
        let run = self.running_mut();
        let mean = run.sum / run.item.max(1) as f64;
        let (judged, at) = match validation {
            Some(value) => (if run.settings.is_maximized { -value } else { value }, &run.point),
            None if run.settings.is_over => (mean, &run.point),
            None => (mean, &run.measured),
        };
        if let Some(tolerance) = run.settings.tolerance
            && (!judges_itself || validation.is_some())
            && let Some(last) = run.last
        {
            Ended::Tolerance.enter(&mut run.ended, (judged - last).abs() <= tolerance);
        }
        if let Some(patience) = run.settings.patience {
            if run.best.as_ref().is_none_or(|(best, _)| judged < *best) {
                run.best = Some((judged, at.clone()));
                run.waited = 0;
            } else {
                run.waited += 1;
                Ended::Patience.enter(&mut run.ended, run.waited >= patience);
            }
        }
        run.last = Some(judged);
        run.round += 1;
        Ended::Rounds.enter(&mut run.ended, run.round >= run.settings.rounds);
        (run.item, run.sum) = (0, 0.0);
        run.start.clone_from(&run.point);
    }

    /// Ends an `optimize`: the parameters that it leaves, the best ones if there is a patience.
    pub fn end(&mut self) -> Vec<f64> {
        let Some(run) = self.run.take() else { bug!("no `optimize` to end") };
        match run.best {
            Some((_, best)) => best,
            None => run.point,
        }
    }
}
