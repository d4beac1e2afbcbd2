//! What a careful reader would ask about a run.
//!
//! Each concern is a fact that the run's own numbers show, with what it most likely means and what to try.

use crate::figures::short;
use crate::run::{Optimize, Run};

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Concern {
    /// What it is called.
    pub title: String,
    /// What the numbers show, and what helps.
    pub text: String,
}

/// As many first steps are looked at for a plateau.
const FIRST_STEPS: usize = 10;
/// The root mean square of a gradient's elements that no step makes progress with.
const FLAT: f64 = 1e-4;

/// What there is to say of a run.
pub fn concerns(run: &Run) -> Vec<Concern> {
    let mut all: Vec<Concern> = run
        .manifest
        .warnings
        .iter()
        .map(|warning| Concern {
            title: warning
                .line
                .map_or_else(|| warning.code.clone(), |line| format!("{}, line {line}", warning.code)),
            text: warning.message.clone(),
        })
        .collect();
    for optimize in &run.manifest.optimizes {
        all.extend(plateau(run, optimize));
        all.extend(shot_noise(run, optimize));
        all.extend(still_falling(run, optimize));
    }
    all
}

/// Gradients that are next to nothing from the start: the variance of their elements, which falls exponentially with the
/// number of qubits on a barren plateau (arXiv:1803.11173).
fn plateau(run: &Run, optimize: &Optimize) -> Option<Concern> {
    let n_parameters = optimize.n_parameters.filter(|&n| n > 0)? as f64;
    let norms: Vec<f64> =
        run.steps_of(optimize.id).take(FIRST_STEPS).filter_map(|step| step.grad_norm).collect();
    let mean_square = norms.iter().map(|norm| norm * norm).sum::<f64>() / (norms.len() as f64 * n_parameters);
    let is_flat = norms.len() == FIRST_STEPS && mean_square < FLAT * FLAT;
    is_flat.then(|| Concern {
        title: format!("Barren plateau? (`optimize` {})", optimize.id),
        text: format!(
            "In the first {FIRST_STEPS} steps the elements of the gradient have the variance {} only. Fewer layers, local \
             observables, or a start near zero angles keep gradients larger.",
            short(mean_square, 2)
        ),
    })
}

/// Objectives that differ from step to step by more than the tolerance at which the training should stop.
fn shot_noise(run: &Run, optimize: &Optimize) -> Option<Concern> {
    let tolerance = optimize.settings.get("tolerance")?.as_f64().filter(|tolerance| *tolerance > 0.0)?;
    run.total.as_ref().filter(|total| total.shots > 0)?;
    let objectives: Vec<f64> = run.steps_of(optimize.id).filter_map(|step| step.objective).collect();
    let last = &objectives[objectives.len() / 2..];
    if last.len() < 6 {
        return None;
    }
    // Second differences are free of a trend; of independent errors they have six times the variance.
    let bends: Vec<f64> = last.windows(3).map(|w| w[0] - 2.0 * w[1] + w[2]).collect();
    let noise = (bends.iter().map(|bend| bend * bend).sum::<f64>() / (6.0 * bends.len() as f64)).sqrt();
    (noise > tolerance).then(|| Concern {
        title: format!("Shot noise above the tolerance (`optimize` {})", optimize.id),
        text: format!(
            "Objectives scatter by {} from step to step, the training should stop at changes below {}. With {} times the \
             shots they would scatter less than that.",
            short(noise, 2),
            short(tolerance, 2),
            short((noise / tolerance).powi(2).ceil(), 2)
        ),
    })
}

/// A training that was stopped by its number of steps while it still got better.
fn still_falling(run: &Run, optimize: &Optimize) -> Option<Concern> {
    if optimize.ended.as_deref() != Some("rounds") {
        return None;
    }
    let objectives: Vec<f64> = run.steps_of(optimize.id).filter_map(|step| step.objective).collect();
    let n = objectives.len();
    if n < 40 {
        return None;
    }
    let mean = |values: &[f64]| values.iter().sum::<f64>() / values.len() as f64;
    let (start, before, end) = (
        mean(&objectives[..n / 10]),
        mean(&objectives[n - n / 5..n - n / 10]),
        mean(&objectives[n - n / 10..]),
    );
    let sign = if optimize.goal == "maximize" { -1.0 } else { 1.0 };
    let (gained, lately) = (sign * (start - end), sign * (before - end));
    (gained > 0.0 && lately > 0.05 * gained).then(|| Concern {
        title: format!("Still getting better (`optimize` {})", optimize.id),
        text: format!(
            "The last tenth of the steps brought {} of all progress: more steps would bring more.",
            percent(lately / gained)
        ),
    })
}

fn percent(share: f64) -> String {
    format!("{}\u{202f}%", short(100.0 * share, 2))
}

#[cfg(test)]
mod tests;
