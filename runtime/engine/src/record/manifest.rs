//! `manifest.json`: what was run, with what, and how it ended. The book tells of each field.

use std::collections::BTreeMap;

use qml_devices::Price;
use qml_prelude::optimizer::{Ended, Settings};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// What is known of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Manifest {
    /// `"qml run"`
    pub format: String,
    /// Of the format.
    pub version: u32,
    /// The program's file without its ending.
    pub name: String,
    /// How it goes or went.
    pub status: Status,
    /// Of the process; none while it runs.
    pub exit_status: Option<i32>,
    /// Why it failed.
    pub fault: Option<Said>,
    /// What was warned of while it ran.
    pub warnings: Vec<Said>,
    /// When its first process started, as `2026-11-29T18:34:12.5Z`.
    pub started: String,
    /// When its last process ended.
    pub ended: Option<String>,
    /// How long all its processes ran.
    pub seconds: f64,
    /// The command line.
    pub command: Vec<String>,
    /// Where it was started.
    pub folder: String,
    /// The program, as it was given.
    pub program: String,
    /// The program's file and those that it uses.
    pub sources: Vec<Source>,
    /// Files of data that were read, in order.
    pub reads: Vec<Read>,
    /// Files that were written, in order.
    pub writes: Vec<String>,
    /// The names of its charts in `plots`, without endings, in the order in which they were drawn.
    #[serde(default)]
    pub plots: Vec<String>,
    /// Each `-D name=value`.
    pub params: BTreeMap<String, String>,
    /// Of all random numbers.
    pub seed: u64,
    /// Of `--shots`.
    pub shots: Option<i64>,
    /// Each limit of `--budget`.
    pub budget: Vec<String>,
    /// Where kernels ran.
    pub target: String,
    /// What circuits were simulated by: `auto`, `statevector`, `stabilizer`, `mps`.
    pub method: String,
    /// The largest bond of matrix-product states.
    #[serde(default)]
    pub max_bond: usize,
    /// What a cut of them may leave out.
    #[serde(default)]
    pub truncation: f64,
    /// Of amplitudes: `f32`, `f64`.
    pub precision: String,
    /// The device of the target.
    pub device: Option<DeviceNote>,
    /// What that costs, if it is known.
    #[serde(default)]
    pub price: Option<Price>,
    /// For simulation.
    pub threads: usize,
    /// Of the tool and its surroundings.
    pub versions: BTreeMap<String, String>,
    /// Each `optimize`, in the order in which they began.
    pub optimizes: Vec<OptimizeNote>,
    /// Each time that it was resumed.
    pub resumed: Vec<ResumedNote>,
}

/// How a run goes or went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// A process is at it, or was killed.
    #[default]
    Running,
    /// It came to its end.
    Finished,
    /// An error ended it.
    Failed,
    /// A signal ended it.
    Interrupted,
}

/// A message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Said {
    /// The code, `Q0603`.
    pub code: String,
    /// What was said.
    pub message: String,
    /// The file that it is about.
    pub file: Option<String>,
    /// The line there.
    pub line: Option<u32>,
}

/// A file of the program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Source {
    /// As messages show it.
    pub path: String,
    /// The copy, by its path in the run's folder.
    pub kept: String,
    /// Of its text.
    pub sha256: String,
}

/// A file of data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// As the program names it.
    pub path: String,
    /// Of what was read.
    pub sha256: String,
    /// How much that was.
    pub bytes: u64,
}

/// A device.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeviceNote {
    /// Its name.
    pub name: String,
    /// When, or from which data set, its figures are.
    pub calibration: Option<String>,
    /// A hash of all that is known of it but its price.
    #[serde(default)]
    pub figures: String,
}

/// An `optimize`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OptimizeNote {
    /// Its number, from 0.
    pub id: u64,
    /// Where it stands.
    pub file: String,
    /// From 1.
    pub line: u32,
    /// The rule, `adam`.
    pub rule: String,
    /// Names of what is trained.
    pub variables: Vec<String>,
    /// How many numbers these are.
    pub n_parameters: usize,
    /// The names of what `metrics:` shows.
    #[serde(default)]
    pub metrics: Vec<String>,
    /// `minimize` or `maximize`.
    pub goal: String,
    /// Its options.
    pub settings: Settings,
    /// Steps done.
    pub steps: u64,
    /// Of the last step.
    pub objective: Option<f64>,
    /// Why it ended; none while it runs.
    pub ended: Option<Ended>,
}

/// When a run was resumed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ResumedNote {
    /// When.
    pub at: String,
    /// In which `optimize`, if it had come to one.
    pub optimize: Option<u64>,
    /// After which of its steps.
    pub step: u64,
}

impl Manifest {
    /// The name of the format.
    pub const FORMAT: &'static str = "qml run";
    /// Its version.
    pub const VERSION: u32 = 1;
}

/// The SHA-256 of a file's content, in hexadecimal digits.
pub fn sha256(content: &[u8]) -> String {
    Sha256::digest(content).iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"))
}
