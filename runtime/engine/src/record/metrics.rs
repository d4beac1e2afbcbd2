//! `metrics.csv`: a row for each step of each `optimize`.

use std::fmt::Write as _;
use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Seek, SeekFrom, Write};
use std::path::Path;

use qml_prelude::Optimizer;
use qml_prelude::optimizer::COLUMNS;

/// Whoever watches the file sees it grow this often, in seconds.
const FLUSH_EVERY: f64 = 1.0;

/// A step, as shown.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Row {
    pub optimize: u64,
    pub step: u64,
    pub round: u64,
    pub objective: f64,
    pub grad_norm: Option<f64>,
    pub validation: Option<f64>,
    pub learning_rate: Option<f64>,
    pub evaluations: u64,
    pub seconds: f64,
    pub shots: u64,
    pub qpu_seconds: f64,
    /// Of the program's own metrics, in the order of their columns.
    pub metrics: Vec<Option<f64>>,
}

impl Row {
    /// Of the last step of an `optimize` that runs.
    pub fn of(id: u64, optimizer: &Optimizer, seconds: f64, shots: u64, qpu_seconds: f64) -> Self {
        let run = optimizer.running();
        Self {
            optimize: id,
            step: run.steps,
            round: run.round + 1,
            objective: shown(optimizer, run.value),
            grad_norm: run.gradient_norm,
            validation: None,
            learning_rate: optimizer.last_rate(),
            evaluations: run.evaluations,
            seconds,
            shots,
            qpu_seconds,
            metrics: Vec::new(),
        }
    }

    /// Its line, with so many columns of metrics.
    fn text(&self, n_metrics: usize) -> String {
        let mut text = format!("{},{},{},{:?},", self.optimize, self.step, self.round, self.objective);
        for number in [self.grad_norm, self.validation, self.learning_rate] {
            if let Some(number) = number {
                _ = write!(text, "{number:?}");
            }
            text.push(',');
        }
        _ = write!(text, "{},{:.6},{},{:?}", self.evaluations, self.seconds, self.shots, self.qpu_seconds);
        for metric in self.metrics.iter().copied().chain(std::iter::repeat(None)).take(n_metrics) {
            text.push(',');
            if let Some(metric) = metric {
                _ = write!(text, "{metric:?}");
            }
        }
        text.push('\n');
        text
    }
}

/// An objective as the program writes it: with `maximize` the optimizer has it negated.
pub(super) fn shown(optimizer: &Optimizer, value: f64) -> f64 {
    if optimizer.running().settings.is_maximized { -value } else { value }
}

/// The file, to write. A row stays open until the next one, as its round may still be judged.
#[derive(Debug)]
pub(super) struct Metrics {
    file: BufWriter<File>,
    bytes: u64,
    /// The names of the program's own metrics: the columns after the others.
    names: Vec<String>,
    open: Option<Row>,
    flushed: f64,
    /// Whether rows are missing that were there.
    pub has_lost: bool,
}

impl Metrics {
    /// Begins the file, or goes on after so many bytes of it; if it has lost some of them, after its last whole row.
    pub fn new(path: &Path, names: &[String], kept_bytes: u64) -> io::Result<Self> {
        let columns = COLUMNS.iter().copied().chain(names.iter().map(String::as_str));
        let header = columns.collect::<Vec<_>>().join(",") + "\n";
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let mut text = Vec::new();
        file.read_to_end(&mut text)?;
        text.truncate(usize::try_from(kept_bytes).unwrap_or(usize::MAX));
        let whole_rows = text.iter().rposition(|byte| *byte == b'\n').map_or(0, |end| end as u64 + 1);
        let bytes = if text.starts_with(header.as_bytes()) { whole_rows } else { 0 };
        let has_lost = bytes < kept_bytes;
        file.set_len(bytes)?;
        file.seek(SeekFrom::End(0))?;
        let (file, names) = (BufWriter::new(file), names.to_vec());
        let mut metrics = Self { file, bytes, names, open: None, flushed: 0.0, has_lost };
        if bytes == 0 {
            metrics.put(&header)?;
            metrics.file.flush()?;
        }
        Ok(metrics)
    }

    fn put(&mut self, text: &str) -> io::Result<()> {
        self.bytes += text.len() as u64;
        self.file.write_all(text.as_bytes())
    }

    pub fn push(&mut self, row: Row) -> io::Result<()> {
        let now = row.seconds;
        self.close()?;
        self.open = Some(row);
        if now - self.flushed > FLUSH_EVERY {
            self.flushed = now;
            self.file.flush()?;
        }
        Ok(())
    }

    /// The round of the open row was judged by this, and these of the program's own metrics have been measured.
    pub fn judge(&mut self, validation: Option<f64>, names: &[String], measured: &[f64]) {
        if let Some(row) = &mut self.open {
            row.validation = validation;
            let of = |column: &String| names.iter().position(|name| name == column).map(|i| measured[i]);
            row.metrics = self.names.iter().map(of).collect();
        }
    }

    /// Writes the open row.
    pub fn close(&mut self) -> io::Result<()> {
        match self.open.take() {
            Some(row) => self.put(&row.text(self.names.len())),
            None => Ok(()),
        }
    }

    /// Makes all rows but the open one outlive a loss of power; gives their bytes.
    pub fn sync(&mut self) -> io::Result<u64> {
        self.file.flush()?;
        self.file.get_ref().sync_data()?;
        Ok(self.bytes)
    }

    /// Writes what there is.
    pub fn flush(&mut self) -> io::Result<()> {
        self.close()?;
        self.file.flush()
    }
}
