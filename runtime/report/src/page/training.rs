//! How each `optimize` went.

use qml_prelude::chart::{Chart, Content};

use super::html::{escape, facts, figure};
use crate::chart;
use crate::figures::{count, short};
use crate::run::{Optimize, Run, Step};

/// The size of a curve, in pixels: two beside each other.
const CURVE: (u32, u32) = (470, 310);
/// Lines of more points are thinned: a page has no more pixels.
const MOST_POINTS: usize = 1200;

pub(super) fn all(run: &Run) -> String {
    let several = run.manifest.optimizes.len() > 1;
    run.manifest.optimizes.iter().map(|optimize| one(run, optimize, several)).collect()
}

fn one(run: &Run, optimize: &Optimize, has_heading: bool) -> String {
    let steps: Vec<&Step> = run.steps_of(optimize.id).collect();
    let mut text = String::new();
    if has_heading {
        let variables = optimize.variables.join(", ");
        text += &format!("<h3><code>optimize</code> {}: {}</h3>\n", optimize.id, escape(&variables));
    }
    let values = |of: fn(&Step) -> Option<f64>| -> Vec<f64> {
        steps.iter().map(|step| of(step).unwrap_or(f64::NAN)).collect()
    };
    let (objective, validation) = (values(|step| step.objective), values(|step| step.validation));
    let series = if validation.iter().any(|value| value.is_finite()) {
        vec![("training".to_owned(), objective), ("validation".to_owned(), joined(&validation))]
    } else {
        vec![(String::new(), objective)]
    };
    text += "<div class=\"pair\">\n";
    text += &curve("objective", &steps, &series, false);
    let norms = values(|step| step.grad_norm);
    if norms.iter().any(|norm| norm.is_finite() && *norm > 0.0) {
        let norms = norms.into_iter().map(|norm| if norm > 0.0 { norm } else { f64::NAN }).collect();
        text += &curve("length of the gradient", &steps, &[(String::new(), norms)], true);
    }
    for name in &optimize.metrics {
        let measured: Vec<f64> =
            run.metric(optimize.id, name).map(|(_, value)| value.unwrap_or(f64::NAN)).collect();
        text += &curve(name, &steps, &[(String::new(), joined(&measured))], false);
    }
    text += "</div>\n";
    text + &settings(run, optimize, steps.len())
}

/// Values with gaps between them, each held until the next one.
fn joined(values: &[f64]) -> Vec<f64> {
    let mut last = f64::NAN;
    let hold = |value: &f64| {
        last = if value.is_finite() { *value } else { last };
        last
    };
    values.iter().map(hold).collect()
}

fn curve(what: &str, steps: &[&Step], series: &[(String, Vec<f64>)], log_y: bool) -> String {
    let kept = thinned(&series[0].1);
    let pick = |values: &[f64]| -> Vec<f64> { kept.iter().map(|&i| values[i]).collect() };
    let series: Vec<(String, Vec<f64>)> =
        series.iter().map(|(name, values)| (name.clone(), pick(values))).collect();
    let has_numbers = series.iter().any(|(_, values)| values.iter().any(|value| value.is_finite()));
    let chart = Chart {
        function: "plot",
        title: String::new(),
        x_label: "step".to_owned(),
        y_label: what.to_owned(),
        file: None,
        content: Content::Lines { x: kept.iter().map(|&i| steps[i].step as f64).collect(), series, log_y },
    };
    match chart::svg(&chart, CURVE) {
        Ok(svg) if has_numbers => figure("", &svg, ""),
        _ => String::new(),
    }
}

/// The places of the smallest and the largest value of each of a number of stretches, and both ends.
fn thinned(values: &[f64]) -> Vec<usize> {
    if values.len() <= MOST_POINTS {
        return (0..values.len()).collect();
    }
    let length = values.len().div_ceil(MOST_POINTS / 2);
    let mut kept = vec![0, values.len() - 1];
    for start in (0..values.len()).step_by(length) {
        let stretch = || start..(start + length).min(values.len());
        kept.extend(stretch().min_by(|&i, &j| values[i].total_cmp(&values[j])));
        kept.extend(stretch().max_by(|&i, &j| values[i].total_cmp(&values[j])));
    }
    kept.sort_unstable();
    kept.dedup();
    kept
}

fn settings(run: &Run, optimize: &Optimize, n_steps: usize) -> String {
    let mut rows: Vec<(&str, String)> = Vec::new();
    let place = optimize.line.map_or_else(String::new, |line| format!("{}:{line}", optimize.file));
    rows.push(("where", format!("<code>{}</code>", escape(&place))));
    rows.push(("rule", escape(&optimize.rule)));
    let options: Vec<String> =
        optimize.options().iter().map(|(name, value)| format!("{name} {value}")).collect();
    if !options.is_empty() {
        rows.push(("options", escape(&options.join(", "))));
    }
    let ended = optimize.why_ended().map_or_else(String::new, |why| format!(", {why}"));
    rows.push(("steps", escape(&format!("{}{ended}", count(n_steps as u64)))));
    let end = |value: Option<f64>| value.map_or_else(|| "–".to_owned(), |value| short(value, 8));
    let first = run.steps_of(optimize.id).next().and_then(|step| step.objective);
    rows.push(("objective", escape(&format!("{} → {}", end(first), end(run.objective(optimize.id))))));
    for name in &optimize.metrics {
        let measured: Vec<f64> = run.metric(optimize.id, name).filter_map(|(_, value)| value).collect();
        let [first, last] = [measured.first(), measured.last()].map(|value| end(value.copied()));
        rows.push((name, escape(&format!("{first} → {last}"))));
    }
    facts(&rows.into_iter().filter(|row| !row.1.is_empty() && row.1 != "<code></code>").collect::<Vec<_>>())
}
