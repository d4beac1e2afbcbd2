//! What a run has left, read from the texts of its folder (`docs/src/runs.md` tells what is in them).

use std::collections::BTreeMap;

use qml_prelude::optimizer::COLUMNS;
use serde::Deserialize;

/// The texts of a run's folder.
#[derive(Clone, Debug, Default)]
pub struct Folder {
    /// `manifest.json`.
    pub manifest: String,
    /// `metrics.csv`.
    pub metrics: String,
    /// `ledger.jsonl`.
    pub ledger: String,
    /// `output.txt`.
    pub output: String,
    /// The program, then the files that it uses, each with its path as the user knows it.
    pub sources: Vec<(String, String)>,
    /// Charts: name of the file, and the SVG document.
    pub plots: Vec<(String, String)>,
    /// Circuits: the kernel's name, and the circuit as text.
    pub circuits: Vec<(String, String)>,
    /// Whether no process is at it.
    pub is_left: bool,
}

/// The version of the format that is read.
const VERSION: u32 = 1;

/// A run.
#[derive(Clone, Debug)]
pub struct Run {
    /// What was run, with what, and how it ended.
    pub manifest: Manifest,
    /// What each step of each `optimize` gave.
    pub steps: Vec<Step>,
    /// The names of all metrics that the program shows by itself.
    pub metrics: Vec<String>,
    /// What each kernel cost.
    pub kernels: Vec<Entry>,
    /// What all cost together; none of a run that was killed early.
    pub total: Option<Entry>,
    /// Everything else in the folder.
    pub folder: Folder,
}

/// `manifest.json`. What is not known stays away.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// `qml run`.
    pub format: String,
    /// Of the format.
    pub version: u32,
    /// The name of the program.
    pub name: String,
    /// `running`, `finished`, `failed` or `interrupted`; `killed` where it says `running` and no process is at it.
    pub status: String,
    /// Why it failed.
    pub fault: Option<Message>,
    /// What was warned of while it ran.
    pub warnings: Vec<Message>,
    /// When it started.
    pub started: Option<String>,
    /// When it ended.
    pub ended: Option<String>,
    /// How long it ran.
    pub seconds: Option<f64>,
    /// The words of the command line.
    pub command: serde_json::Value,
    /// The path of the program.
    pub program: String,
    /// The program and the files that it uses.
    pub sources: Vec<SourceFile>,
    /// Files of data that were read.
    pub reads: Vec<DataFile>,
    /// The names of charts, in the order in which they were drawn.
    pub plots: Vec<String>,
    /// Each `-D name=value`.
    pub params: serde_json::Map<String, serde_json::Value>,
    /// The seed.
    pub seed: Option<u64>,
    /// Of `--shots`.
    pub shots: Option<i64>,
    /// Where kernels ran.
    pub target: String,
    /// The device of the target.
    pub device: Option<Device>,
    /// How many threads.
    pub threads: Option<u64>,
    /// Of the tool and the system.
    pub versions: serde_json::Map<String, serde_json::Value>,
    /// Each `optimize`, in the order in which they began.
    pub optimizes: Vec<Optimize>,
    /// When it was taken up again.
    pub resumed: Vec<Resumed>,
}

/// A diagnostic of the run.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Message {
    /// Its code.
    pub code: String,
    /// What it says.
    pub message: String,
    /// Where in the program.
    pub line: Option<u64>,
}

/// A file of the program.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SourceFile {
    /// Its path when it ran.
    pub path: String,
    /// The copy in the run's folder.
    pub kept: String,
    /// Of its text.
    pub sha256: String,
}

/// A file of data that was read.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct DataFile {
    /// Its path.
    pub path: String,
    /// Of its content.
    pub sha256: String,
    /// Its length.
    pub bytes: u64,
}

/// The device of the target.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Device {
    /// Its name.
    pub name: String,
    /// When or from which data its figures are.
    pub calibration: Option<String>,
}

/// An `optimize`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Optimize {
    /// Its number.
    pub id: usize,
    /// The file where it stands.
    pub file: String,
    /// And the line.
    pub line: Option<u64>,
    /// `adam`, ...
    pub rule: String,
    /// What is trained.
    pub variables: Vec<String>,
    /// How many numbers that is.
    pub n_parameters: Option<u64>,
    /// The names of what `metrics:` shows.
    pub metrics: Vec<String>,
    /// `minimize` or `maximize`.
    pub goal: String,
    /// The options.
    pub settings: serde_json::Map<String, serde_json::Value>,
    /// Why it ended.
    pub ended: Option<String>,
}

/// When a run was taken up again.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Resumed {
    /// The time.
    pub at: String,
    /// The step from which it went on.
    pub step: Option<u64>,
}

/// A row of `metrics.csv`; numbers that were not there are none.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Step {
    /// The number of the `optimize`.
    pub optimize: usize,
    /// From 1.
    pub step: u64,
    /// The objective.
    pub objective: Option<f64>,
    /// The length of the gradient.
    pub grad_norm: Option<f64>,
    /// What `validate:` gave.
    pub validation: Option<f64>,
    /// Seconds since the start.
    pub seconds: Option<f64>,
    /// Shots since the start.
    pub shots: Option<f64>,
    /// Device time since the start.
    pub qpu_seconds: Option<f64>,
    /// What `metrics:` gave, in the order of [`Run::metrics`].
    #[serde(skip)]
    pub metrics: Vec<Option<f64>>,
}

/// A line of `ledger.jsonl`.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Entry {
    /// `kernel` or `total`.
    pub kind: String,
    /// The kernel's name.
    pub kernel: String,
    /// How often a result of it was asked for.
    pub calls: u64,
    /// How many circuits were run.
    pub circuits: u64,
    /// How many jobs of a device they were.
    pub jobs: Option<u64>,
    /// How many shots were drawn.
    pub shots: u64,
    /// Time spent on it; of the sum, on the whole run.
    pub seconds: Option<f64>,
    /// Time of the processors.
    pub cpu_seconds: Option<f64>,
    /// How long the device would take.
    pub qpu_seconds: Option<f64>,
    /// Energy of the processor.
    pub energy_joules: Option<f64>,
    /// Why energy was not measured.
    pub energy_note: Option<String>,
    /// What the device's time costs.
    pub price: Option<f64>,
    /// Of the price.
    pub currency: Option<String>,
}

impl Optimize {
    /// The options that were given, as a program writes them.
    pub fn options<'s>(&'s self) -> BTreeMap<&'s str, String> {
        let settings = self.settings.iter().filter(|(_, value)| !value.is_null() && **value != false);
        let is_over = self.settings.get("is_over").is_some_and(|value| *value == true);
        let option = |(name, value): (&'s str, &serde_json::Value)| match name {
            "is_over" | "is_maximized" => None,
            "rounds" if is_over => Some(("epochs", value.to_string())),
            "rounds" => Some(("steps", value.to_string())),
            "has_validation" => Some(("validate", "given".to_owned())),
            _ => Some((name, value.to_string())),
        };
        settings.map(|(name, value)| (name.as_str(), value)).filter_map(option).collect()
    }

    /// Why it ended, in words; nothing while it runs.
    pub fn why_ended(&self) -> Option<&str> {
        Some(match self.ended.as_deref()? {
            "rounds" => "all that were asked for",
            "tolerance" => "then the objective changed by less than `tolerance`",
            "patience" => "then `validate` had not become better for `patience` rounds",
            "converged" => "then the rule had nothing left to do",
            other => other,
        })
    }
}

impl Run {
    /// Reads the texts.
    ///
    /// # Errors
    /// The name of the file that is not what it should be, and why.
    pub fn read(mut folder: Folder) -> Result<Self, String> {
        let mut manifest: Manifest =
            serde_json::from_str(&folder.manifest).map_err(|error| format!("`manifest.json`: {error}"))?;
        if manifest.format != "qml run" {
            return Err("`manifest.json` is not that of a run".to_owned());
        }
        if manifest.version != VERSION {
            let tool = manifest.versions.get("qmlang").and_then(|version| version.as_str()).unwrap_or("?");
            let version = manifest.version;
            return Err(format!(
                "`manifest.json` is of version {version}, written by qmlang {tool}; this tool reads version {VERSION}"
            ));
        }
        if folder.is_left && manifest.status == "running" {
            "killed".clone_into(&mut manifest.status);
        }
        let drawn = |name: &str| manifest.plots.iter().position(|plot| plot == name);
        folder.plots.sort_by_key(|(name, _)| drawn(name).unwrap_or(usize::MAX));
        let (steps, metrics) =
            read_steps(&folder.metrics).map_err(|error| format!("`metrics.csv`: {error}"))?;
        let lines = whole_lines(&folder.ledger).lines().filter(|line| !line.trim().is_empty());
        let entries = lines.map(serde_json::from_str).collect::<Result<Vec<Entry>, _>>();
        let entries = entries.map_err(|error| format!("`ledger.jsonl`: {error}"))?;
        let (kernels, others) = entries.into_iter().partition(|entry| entry.kind == "kernel");
        Ok(Self { manifest, steps, metrics, kernels, total: Vec::pop(&mut { others }), folder })
    }

    /// The steps of an `optimize`, in order.
    pub fn steps_of(&self, optimize: usize) -> impl Iterator<Item = &Step> + Clone {
        self.steps.iter().filter(move |step| step.optimize == optimize)
    }

    /// What a metric of an `optimize` was after its rounds, with the steps: none where a round had not ended.
    pub fn metric<'r>(
        &'r self,
        optimize: usize,
        name: &str,
    ) -> impl Iterator<Item = (&'r Step, Option<f64>)> + use<'r> {
        let column = self.metrics.iter().position(|metric| metric == name);
        let value = move |step: &Step| column.and_then(|i| step.metrics.get(i).copied().flatten());
        self.steps_of(optimize).map(move |step| (step, value(step)))
    }

    /// The last objective of an `optimize`.
    pub fn objective(&self, optimize: usize) -> Option<f64> {
        self.steps_of(optimize).last().and_then(|step| step.objective)
    }
}

/// The rows of `metrics.csv`, and the names of its last columns, which are the program's own.
fn read_steps(text: &str) -> Result<(Vec<Step>, Vec<String>), csv::Error> {
    let mut reader = csv::Reader::from_reader(whole_lines(text).as_bytes());
    let header = reader.headers()?.clone();
    let names: Vec<String> = header.iter().skip(COLUMNS.len()).map(str::to_owned).collect();
    let step = |record: Result<csv::StringRecord, csv::Error>| {
        let record = record?;
        let metrics = record.iter().skip(COLUMNS.len()).map(|cell| cell.parse().ok()).collect();
        Ok(Step { metrics, ..record.deserialize(Some(&header))? })
    };
    let steps = reader.records().map(step).collect::<Result<_, csv::Error>>()?;
    Ok((steps, names))
}

/// The text without a line that was cut off when the run was killed.
fn whole_lines(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}

#[cfg(test)]
pub(crate) mod tests;
