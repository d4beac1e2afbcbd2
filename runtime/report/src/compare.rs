//! Two runs beside each other: what differs in what was run, and in what came out.

use std::collections::{BTreeMap, BTreeSet};

use similar::TextDiff;

use crate::figures::{count, duration, short};
use crate::page::{document, escape, section};
use crate::run::{Entry, Optimize, Run};

/// A row of a comparison.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// What is compared.
    pub name: String,
    /// How it is in each run.
    pub values: [String; 2],
}

impl Row {
    /// Whether the runs differ in it.
    pub fn differs(&self) -> bool {
        self.values[0] != self.values[1]
    }
}

/// Two runs beside each other.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// What the runs are called.
    pub names: [String; 2],
    /// With what they were run, only where that differs.
    pub settings: Vec<Row>,
    /// What came out.
    pub results: Vec<Row>,
    /// What it cost.
    pub costs: Vec<Row>,
    /// How files of the program differ.
    pub diff: String,
}

/// Compares two runs, which the user calls by these names.
pub fn compare(names: [String; 2], runs: [&Run; 2]) -> Comparison {
    Comparison {
        names,
        settings: settings(runs).into_iter().filter(Row::differs).collect(),
        results: results(runs),
        costs: costs(runs),
        diff: diff(runs),
    }
}

fn row(name: &str, values: [String; 2]) -> Row {
    Row { name: name.to_owned(), values }
}

/// A value of both runs; a dash where a run has none.
fn both<T>(runs: [&Run; 2], value: impl Fn(&Run) -> Option<T>, show: impl Fn(T) -> String) -> [String; 2] {
    runs.map(|run| value(run).map_or_else(dash, &show))
}

fn dash() -> String {
    "–".to_owned()
}

fn text_of(value: &serde_json::Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn settings(runs: [&Run; 2]) -> Vec<Row> {
    let text = |name: &str, value: fn(&Run) -> Option<String>| row(name, both(runs, value, |text| text));
    let mut rows = vec![
        text("program", |run| Some(run.manifest.program.clone())),
        text("source", |run| {
            let hashes: Vec<&str> =
                run.manifest.sources.iter().filter_map(|source| source.sha256.get(..8)).collect();
            Some(hashes.join(" "))
        }),
        text("target", |run| Some(run.manifest.target.clone())),
        text("calibration", |run| run.manifest.device.as_ref()?.calibration.clone()),
        text("seed", |run| run.manifest.seed.map(|seed| seed.to_string())),
        text("shots", |run| run.manifest.shots.map(|shots| count(shots as u64))),
        text("data", |run| {
            let hashes = run.manifest.reads.iter().filter_map(|data| data.sha256.get(..8));
            Some(hashes.collect::<Vec<_>>().join(" "))
        }),
        text("qmlang", |run| run.manifest.versions.get("qmlang").map(text_of)),
        text("state", |run| Some(run.manifest.status.clone())),
    ];
    let mut params: Vec<&String> = runs.iter().flat_map(|run| run.manifest.params.keys()).collect();
    params.sort();
    params.dedup();
    for name in params {
        rows.push(row(
            &format!("param {name}"),
            both(runs, |run| run.manifest.params.get(name).map(text_of), |v| v),
        ));
    }
    for (i, pair) in pairs(runs) {
        let optimize = |value: fn(&Optimize) -> String| pair.map(|one| one.map_or_else(dash, value));
        rows.push(row(&format!("rule{i}"), optimize(|one| one.rule.clone())));
        let n_parameters = |one: &Optimize| one.n_parameters.map_or_else(dash, count);
        rows.push(row(&format!("parameters{i}"), optimize(n_parameters)));
        let options = pair.map(|one| one.map(Optimize::options).unwrap_or_default());
        let names: BTreeSet<&str> = options.iter().flat_map(|options| options.keys().copied()).collect();
        for name in names {
            let value = |options: &BTreeMap<&str, String>| options.get(name).cloned().unwrap_or_else(dash);
            rows.push(row(&format!("{name}{i}"), options.each_ref().map(value)));
        }
    }
    rows
}

/// The `optimize`s of both runs by their number, and what to put behind a name: nothing if there is one at most.
fn pairs(runs: [&Run; 2]) -> Vec<(String, [Option<&Optimize>; 2])> {
    let n = runs.map(|run| run.manifest.optimizes.len());
    let n = n[0].max(n[1]);
    let suffix = |i: usize| if n > 1 { format!(" of optimize {i}") } else { String::new() };
    (0..n).map(|i| (suffix(i), runs.map(|run| run.manifest.optimizes.get(i)))).collect()
}

fn results(runs: [&Run; 2]) -> Vec<Row> {
    let mut rows = Vec::new();
    for (i, pair) in pairs(runs) {
        let objectives = [0, 1].map(|k| pair[k].map_or_else(Vec::new, |one| objectives(runs[k], one.id)));
        let sign = |k: usize| if pair[k].is_some_and(|one| one.goal == "maximize") { -1.0 } else { 1.0 };
        let show = |value: Option<f64>| value.map_or_else(dash, |value| short(value, 8));
        rows.push(row(&format!("steps{i}"), [0, 1].map(|k| count(objectives[k].len() as u64))));
        let last = [0, 1].map(|k| objectives[k].last().copied());
        rows.push(row(&format!("last objective{i}"), last.map(show)));
        let best = [0, 1].map(|k| {
            objectives[k].iter().copied().reduce(|a, b| if sign(k) * b < sign(k) * a { b } else { a })
        });
        rows.push(row(&format!("best objective{i}"), best.map(show)));
        // A value that both reach: the worse of both best ones.
        if let [Some(a), Some(b)] = best
            && sign(0) == sign(1)
        {
            let goal = if sign(0) * a > sign(0) * b { a } else { b };
            let steps = [0, 1].map(|k| {
                let reached = objectives[k].iter().position(|value| sign(k) * value <= sign(k) * goal);
                reached.map_or_else(dash, |step| count(step as u64 + 1))
            });
            rows.push(row(&format!("steps to {}{i}", short(goal, 6)), steps));
        }
        let of_either = pair.iter().flatten().flat_map(|one| &one.metrics);
        for name in of_either.fold(Vec::new(), |names, name| with(names, name)) {
            let last = [0, 1].map(|k| {
                let one = pair[k]?;
                runs[k].metric(one.id, name).filter_map(|(_, value)| value).last()
            });
            rows.push(row(&format!("last {name}{i}"), last.map(show)));
        }
    }
    rows
}

/// The names, and this one if it is not among them.
fn with<'n>(mut names: Vec<&'n str>, name: &'n str) -> Vec<&'n str> {
    if !names.contains(&name) {
        names.push(name);
    }
    names
}

fn objectives(run: &Run, optimize: usize) -> Vec<f64> {
    run.steps_of(optimize).filter_map(|step| step.objective).collect()
}

fn costs(runs: [&Run; 2]) -> Vec<Row> {
    let total = |name: &str, value: fn(&Entry) -> Option<String>| {
        row(name, both(runs, |run| run.total.as_ref().and_then(value), |text| text))
    };
    let rows = vec![
        total("kernel calls", |entry| Some(count(entry.calls))),
        total("circuits", |entry| Some(count(entry.circuits))),
        total("shots", |entry| Some(count(entry.shots))),
        row("time", both(runs, |run| run.manifest.seconds, duration)),
        total("device time", |entry| entry.qpu_seconds.map(duration)),
        total("energy", |entry| entry.energy_joules.map(|energy| format!("{} J", short(energy, 3)))),
        total("price", |entry| {
            entry.price.map(|price| format!("{price:.2} {}", entry.currency.as_deref().unwrap_or("")))
        }),
    ];
    rows.into_iter().filter(|row| row.values.iter().any(|value| *value != "–")).collect()
}

/// How the programs differ, file by file, as `diff -u` shows it.
fn diff(runs: [&Run; 2]) -> String {
    let [old, new] = runs.map(|run| &run.folder.sources);
    let text = |sources: &[(String, String)], path: &str| {
        sources.iter().find(|source| source.0 == path).map_or_else(String::new, |source| source.1.clone())
    };
    let mut paths: Vec<(&str, &str)> = Vec::new();
    // The program itself may have another name.
    if let (Some(a), Some(b)) = (old.first(), new.first()) {
        paths.push((&a.0, &b.0));
    }
    for (path, _) in old.iter().skip(1).chain(new.iter().skip(1)) {
        if !paths.contains(&(path, path)) {
            paths.push((path, path));
        }
    }
    let mut diff = String::new();
    for (a, b) in paths {
        let (before, after) = (text(old, a), text(new, b));
        let changes = TextDiff::from_lines(&before, &after);
        diff += &changes.unified_diff().context_radius(2).header(a, b).to_string();
    }
    diff
}

impl Comparison {
    /// The comparison as text.
    pub fn text(&self) -> String {
        let mut text = String::new();
        let all = || self.settings.iter().chain(&self.results).chain(&self.costs);
        let width = |texts: &mut dyn Iterator<Item = &String>| {
            texts.map(|text| text.chars().count()).max().unwrap_or(0)
        };
        let name = width(&mut all().map(|row| &row.name));
        let left = width(&mut all().map(|row| &row.values[0]).chain([&self.names[0]]));
        let line = |first: &str, [a, b]: &[String; 2]| {
            format!("{first:<name$}  {a:<left$}  {b}").trim_end().to_owned() + "\n"
        };
        text += &line("", &self.names);
        for (title, rows) in
            [("settings that differ", &self.settings), ("results", &self.results), ("cost", &self.costs)]
        {
            if !rows.is_empty() {
                text += &format!("\n{title}\n");
                rows.iter().for_each(|row| text += &line(&row.name, &row.values));
            }
        }
        if self.settings.is_empty() {
            text += "\nno setting differs\n";
        }
        if self.diff.is_empty() { text } else { format!("{text}\n{}", self.diff) }
    }

    /// The comparison as an HTML page that needs no other file.
    pub fn html(&self) -> String {
        let table = |rows: &[Row]| {
            let lines = rows.iter().map(|row| {
                let class = if row.differs() { "differs" } else { "same" };
                format!(
                    "<tr class=\"{class}\"><th>{}</th><td>{}</td><td>{}</td></tr>\n",
                    escape(&row.name),
                    escape(&row.values[0]),
                    escape(&row.values[1])
                )
            });
            let lines: String = lines.collect();
            if lines.is_empty() {
                return String::new();
            }
            format!(
                "<div class=\"scroll\"><table>\n<thead><tr><th></th><th>{}</th><th>{}</th></tr></thead>\n<tbody>\n{lines}</tbody></table></div>\n",
                escape(&self.names[0]),
                escape(&self.names[1])
            )
        };
        let diff =
            if self.diff.is_empty() { String::new() } else { format!("<pre>{}</pre>\n", escape(&self.diff)) };
        let title = format!("{} and {}", self.names[0], self.names[1]);
        let settings = if self.settings.is_empty() {
            "<p>No setting differs.</p>\n".to_owned()
        } else {
            table(&self.settings)
        };
        let contents = [
            format!("<header><h1>{}</h1></header>\n", escape(&title)),
            section("settings", "Settings that differ", &settings),
            section("results", "Results", &table(&self.results)),
            section("cost", "Cost", &table(&self.costs)),
            section("source", "The programs", &diff),
        ];
        document(&title, &contents.concat())
    }
}

#[cfg(test)]
mod tests;
