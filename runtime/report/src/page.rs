//! A run as one HTML page that needs no other file: no script, no font, nothing from a network.

mod cost;
mod facts;
mod html;
mod program;
mod training;

use crate::concerns::concerns;
use crate::figures::{count, duration, short};
use crate::run::Run;
use html::{concern, element};
pub(crate) use html::{document, escape, section};

/// The page. `highlight` turns a program into HTML with its words in spans of the classes `kw`, `str`, `num`, `com`, `def`.
pub fn page(run: &Run, highlight: &dyn Fn(&str) -> String) -> String {
    let found: Vec<String> = concerns(run).iter().map(concern).collect();
    let sections = [
        section("concerns", "To look at", &found.concat()),
        section("training", "Training", &training::all(run)),
        section("charts", "Charts", &program::charts(run)),
        section("circuits", "Circuits", &program::circuits(run)),
        section("output", "Output", &program::output(run)),
        section("cost", "Cost", &cost::ledger(run)),
        section("program", "Program", &program::sources(run, highlight)),
        section("facts", "How it was run", &facts::manifest(run)),
    ];
    document(&run.manifest.name, &(header(run) + &figures(run) + &sections.concat()))
}

/// The name, and how it ended.
fn header(run: &Run) -> String {
    let manifest = &run.manifest;
    let state = element("span", &format!("state {}", manifest.status), &manifest.status);
    let mut under = vec![state];
    under.extend(manifest.started.as_deref().map(readable_time));
    under.extend(manifest.seconds.map(|seconds| format!("ran {}", duration(seconds))));
    under.push(format!("on {}", escape(&manifest.target)));
    under.extend(manifest.seed.map(|seed| format!("seed {seed}")));
    let fault = manifest.fault.as_ref().map_or_else(String::new, |fault| {
        let line = fault.line.map_or_else(String::new, |line| format!(" in line {line}"));
        html::paragraph(&format!("{}{line}: {}", fault.code, fault.message))
    });
    format!(
        "<header>\n<h1>{}</h1>\n<p class=\"under\">{}</p>\n{fault}</header>\n",
        escape(&manifest.name),
        under.join(" · ")
    )
}

/// `2026-11-29 18:34 UTC` of `2026-11-29T18:34:12.5Z`.
fn readable_time(time: &str) -> String {
    let text = match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(minute)) => format!("{day} {minute} UTC"),
        _ => time.to_owned(),
    };
    escape(&text)
}

/// What one wants to know first.
fn figures(run: &Run) -> String {
    let mut figures: Vec<(&str, String, String)> = Vec::new();
    if let Some(optimize) = run.manifest.optimizes.last()
        && let Some(objective) = run.objective(optimize.id)
    {
        let n_steps = run.steps_of(optimize.id).count() as u64;
        figures.push((
            "objective",
            short(objective, 7),
            format!("{}, {} steps", optimize.rule, count(n_steps)),
        ));
        figures
            .extend(optimize.n_parameters.map(|n| ("parameters", count(n), optimize.variables.join(", "))));
    }
    if let Some(total) = &run.total {
        let exact = if total.shots == 0 { "results are exact" } else { "" };
        figures.push(("shots", count(total.shots), exact.to_owned()));
        figures.push(("circuits", count(total.circuits), format!("{} kernel calls", count(total.calls))));
        figures.extend(
            total.qpu_seconds.map(|s| ("device time", duration(s), "as the device would take".to_owned())),
        );
        figures.extend(total.price.map(|price| ("price", cost::money(price, total), String::new())));
        figures.extend(
            total
                .energy_joules
                .map(|e| ("energy", format!("{} J", short(e, 3)), "of the processor".to_owned())),
        );
    }
    let cards = figures.iter().map(|(name, value, note)| {
        let note = if note.is_empty() { String::new() } else { element("small", "", note) };
        format!("<div><dt>{name}</dt><dd>{}{note}</dd></div>\n", escape(value))
    });
    format!("<dl class=\"figures\">\n{}</dl>\n", cards.collect::<String>())
}

#[cfg(test)]
mod tests;
