//! What a run leaves when it ends: `values.npz`, `ledger.jsonl`, its circuits, the end of `manifest.json`; and the copies of its
//! sources.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, ErrorKind};
use std::path::Path;
use std::sync::atomic::Ordering;

use qml_ir::circuit::Circuit;
use qml_prelude::{Fault, Tensor, Value};
use qml_source::{Code, Diagnostic, Span};
use serde_json::{Value as Json, json};

use super::folder::{Folder, replace};
use super::manifest::{Said, Source, Status, sha256};
use super::{Record, RecordOptions};
use crate::clock::timestamp;
use crate::ledger::{Books, Costs};

/// Copies the files of a program, its own first; those of the standard library are in the tool.
pub(super) fn keep_sources(folder: &Folder, sources: &[(String, String)]) -> io::Result<Vec<Source>> {
    let mut names = BTreeSet::new();
    fs::create_dir_all(folder.file("source"))?;
    let files = sources.iter().filter(|(name, _)| !name.starts_with('<'));
    let kept = files.map(|(path, text)| {
        let name =
            Path::new(path).file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        let numbered = |n: usize| if n == 1 { name.clone() } else { format!("{n}-{name}") };
        let name = (1..=sources.len()).map(numbered).find(|name| !names.contains(name)).unwrap_or_default();
        let kept = format!("source/{name}");
        fs::write(folder.file(&kept), text)?;
        names.insert(name);
        Ok(Source { path: path.clone(), kept, sha256: sha256(text.as_bytes()) })
    });
    kept.collect()
}

/// The scalars and tensors of trained variables, by name.
pub(super) fn by_name(names: &[String], value: &Value) -> Vec<(String, Value)> {
    let mut leaves = Vec::new();
    collect(value, &mut leaves);
    names.iter().cloned().zip(leaves).collect()
}

fn collect(value: &Value, leaves: &mut Vec<Value>) {
    match value {
        Value::Tuple(parts) => parts.iter().for_each(|part| collect(part, leaves)),
        // A tensor of structs has one name: all its numbers in their order.
        Value::Tensor(Tensor::Value(_)) => {
            leaves.push(Value::vector(qml_prelude::optimizer::flatten(value)));
        }
        other => leaves.push(other.clone()),
    }
}

/// A file each, in the text of the circuit IR; the second of one name has a number.
fn write_circuits<'a>(
    folder: &Folder,
    circuits: impl Iterator<Item = (&'a str, &'a Circuit)>,
) -> io::Result<()> {
    fs::create_dir_all(folder.file("circuits"))?;
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, circuit) in circuits {
        let n = seen.entry(name).or_default();
        *n += 1;
        let number = if *n == 1 { String::new() } else { format!("-{n}") };
        let path = folder.file(&format!("circuits/{name}{number}.txt"));
        replace(&path, circuit.to_string().as_bytes(), false)?;
    }
    Ok(())
}

impl Record {
    /// Keeps the circuits that ran, if there is a folder and any of them.
    pub fn keep_circuits<'a>(&mut self, circuits: impl Iterator<Item = (&'a str, &'a Circuit)>) {
        let mut circuits = circuits.peekable();
        let Some(files) = self.files.as_ref().filter(|_| circuits.peek().is_some()) else { return };
        let written = write_circuits(&files.folder, circuits);
        self.tell(written);
    }

    /// The run has ended, by itself or by a fault.
    pub fn finish(&mut self, fault: Option<&Fault>, warnings: &[Diagnostic], books: &Books) {
        if self.files.is_none() {
            return;
        }
        let stopped = fault.is_some_and(|fault| fault.code == Code::Q0699);
        let signal = self.options.as_ref().map_or(0, |options| options.signal.load(Ordering::Relaxed));
        (self.manifest.status, self.manifest.exit_status) = match fault {
            None => (Status::Finished, Some(0)),
            Some(_) if stopped => (Status::Interrupted, Some(128 + signal as i32)),
            Some(_) => (Status::Failed, Some(1)),
        };
        self.manifest.fault = fault.map(|fault| self.said(fault));
        let own = std::mem::take(&mut self.warnings);
        self.manifest.warnings = warnings.iter().chain(&own).map(|warning| self.said(warning)).collect();
        self.warnings = own;
        if let Some(kept) = self.running.as_ref().map(|running| running.kept.clone()) {
            self.update_note(&kept);
        }
        let written = self.write_results(fault.is_none(), books);
        self.tell(written);
    }

    fn write_results(&mut self, is_finished: bool, books: &Books) -> io::Result<()> {
        // A row that waits for its judgement belongs to a step that will be done again.
        if !is_finished {
            self.checkpoint()?;
        }
        self.manifest.ended = Some(timestamp());
        let ledger = self.ledger_lines(books);
        let values = qml_prelude::builtins::npz(&self.values);
        let Some(files) = &mut self.files else { return Ok(()) };
        if is_finished {
            files.metrics.flush()?;
            // There is nothing to go on with.
            match fs::remove_dir_all(files.folder.file("checkpoints")) {
                Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
                _ => {}
            }
        }
        if !self.values.is_empty() {
            replace(&files.folder.file("values.npz"), &values, false)?;
        }
        replace(&files.folder.file("ledger.jsonl"), ledger.as_bytes(), false)?;
        self.write_manifest()
    }

    fn ledger_lines(&mut self, books: &Books) -> String {
        let line = |name: &str, costs: &Costs| {
            let is_timed = books.on_device && costs.untimed_shots == 0;
            json!({
                "kind": "kernel",
                "kernel": name,
                "calls": costs.calls,
                "circuits": costs.circuits,
                "jobs": if books.on_device { json!(costs.jobs) } else { Json::Null },
                "shots": costs.shots,
                "seconds": costs.seconds,
                "qpu_seconds": if is_timed { json!(costs.qpu_seconds) } else { Json::Null },
                "price": if books.tariff.is_some() { json!(costs.price) } else { Json::Null },
            })
        };
        let kernels = books.ledger.kernels.iter().map(|(name, costs)| line(name, costs));
        let mut lines: Vec<Json> = kernels.collect();
        let reading = self.meter.read();
        let mut total = line("", &books.ledger.total);
        if let Some(total) = total.as_object_mut() {
            total.remove("kernel");
            total.insert("kind".to_owned(), json!("total"));
            total.insert("kernel_seconds".to_owned(), json!(books.ledger.total.seconds));
            total.insert("seconds".to_owned(), json!(reading.seconds));
            total.insert("cpu_seconds".to_owned(), json!(reading.cpu_seconds));
            total.insert("energy_joules".to_owned(), json!(reading.joules));
            total.insert("energy_note".to_owned(), json!(self.meter.energy_note()));
            let currency = books.tariff.as_ref().map(|tariff| &tariff.currency);
            total.insert("currency".to_owned(), json!(currency));
        }
        lines.push(total);
        lines.iter().fold(String::new(), |text, line| text + &line.to_string() + "\n")
    }

    fn said(&self, diagnostic: &Diagnostic) -> Said {
        let place = diagnostic.primary.as_ref().map(|label| label.span);
        let place = place.and_then(|span| self.options.as_ref().and_then(|options| place_of(options, span)));
        let (file, line) = place.map_or((None, None), |(file, line)| (Some(file), Some(line)));
        Said { code: diagnostic.code.to_string(), message: diagnostic.message.clone(), file, line }
    }
}

/// File and line of a span.
fn place_of(options: &RecordOptions, span: Span) -> Option<(String, u32)> {
    let (name, text) = options.sources.get(span.file.0 as usize)?;
    let before = text.get(..span.start as usize)?;
    Some((name.clone(), before.matches('\n').count() as u32 + 1))
}
