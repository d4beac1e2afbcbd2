//! Standard output of a program, and how its training goes.
//!
//! On a terminal one line shows the state; where standard error is a file or a pipe, a line is written now and then. A
//! run of a few seconds shows nothing there.

use std::io::IsTerminal;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use qml_engine::{Drawn, Output, Progress};

use crate::show;

/// Seconds before the first plain line, and from one to the next.
const EVERY: f64 = 10.0;
/// Seconds before the line of a terminal is shown, and from one state of it to the next.
const SOON: f64 = 0.2;
/// Columns of a terminal that has room for the long bar, and for a short one.
const WIDE: u16 = 110;
const NARROW: u16 = 70;

/// Where output and progress go.
pub(crate) struct Terminal {
    is_quiet: bool,
    /// Whether methods are told.
    is_verbose: bool,
    /// Standard error is a terminal.
    has_line: bool,
    /// The line of the `optimize` that runs, with the number of that.
    bar: Option<(u64, ProgressBar)>,
    /// When progress was shown last, in seconds of the run.
    shown: f64,
    /// Where the `optimize` that runs began to be watched: its number, the step, the time.
    began: Option<(u64, u64, f64)>,
}

impl Terminal {
    pub(crate) fn new(is_quiet: bool, is_verbose: bool) -> Self {
        let has_line = std::io::stderr().is_terminal();
        Self { is_quiet, is_verbose, has_line, bar: None, shown: 0.0, began: None }
    }

    /// Takes the progress line away.
    pub(crate) fn end_progress(&mut self) {
        if let Some((_, bar)) = self.bar.take() {
            bar.finish_and_clear();
        }
    }

    /// Steps a second since the `optimize` is watched.
    fn rate(&self, progress: &Progress<'_>) -> Option<f64> {
        let (_, step, seconds) = self.began?;
        let elapsed = progress.seconds - seconds;
        (elapsed > 0.0 && progress.step > step).then(|| (progress.step - step) as f64 / elapsed)
    }

    fn show_line(&mut self, progress: &Progress<'_>) {
        if self.bar.as_ref().is_some_and(|(id, _)| *id != progress.optimize) {
            self.end_progress();
        }
        let parts = parts(progress, self.rate(progress));
        let (_, bar) = self.bar.get_or_insert_with(|| {
            // Nothing is shown of it before there is something to show.
            (progress.optimize, ProgressBar::with_draw_target(progress.steps, ProgressDrawTarget::hidden()))
        });
        // The window may have another width now.
        let room = restyle(bar, progress.steps.is_some());
        bar.set_message(fitting(&parts, room));
        bar.set_position(progress.step);
        if bar.is_hidden() {
            bar.set_draw_target(ProgressDrawTarget::stderr());
            bar.tick();
        }
    }
}

impl Output for Terminal {
    fn print(&mut self, text: &str) -> std::io::Result<()> {
        self.end_progress();
        show::write(text)
    }

    fn progress(&mut self, progress: &Progress<'_>) {
        if self.began.is_none_or(|(id, _, _)| id != progress.optimize) {
            self.began = Some((progress.optimize, progress.step, progress.seconds));
        }
        let every = if self.has_line { SOON } else { EVERY };
        if self.is_quiet || progress.seconds - self.shown < every {
            return;
        }
        self.shown = progress.seconds;
        if self.has_line {
            self.show_line(progress);
        } else {
            show::say(&format!("{}\n", parts(progress, self.rate(progress)).join("  ")));
        }
    }

    fn method(&mut self, kernel: &str, qubits: usize, method: &str) {
        if self.is_verbose {
            self.end_progress();
            show::say(&format!("`{kernel}` on {}: {method}\n", show::count(qubits, "qubit")));
        }
    }

    fn batch(&mut self, kernel: &str, function: &str, calls: usize) {
        if self.is_verbose {
            self.end_progress();
            show::say(&format!("`{kernel}`: `{function}` of {calls} at once\n"));
        }
    }

    fn drawn(&mut self, drawn: &Drawn<'_>) {
        if self.is_verbose {
            self.end_progress();
            let Drawn { kernel, function, calls, circuits, shots, jobs } = *drawn;
            let of = if calls > 1 { format!(" of {calls}") } else { String::new() };
            let circuits = if circuits > 1 { format!(" of {circuits} circuits") } else { String::new() };
            let jobs =
                jobs.map_or_else(String::new, |jobs| format!(" in {}", show::count(jobs as usize, "job")));
            show::say(&format!("`{kernel}`: `{function}`{of} draws {shots} shots{circuits}{jobs}\n"));
        }
    }
}

/// A bar as long as there is room for, and a message behind it; gives the columns of that.
fn restyle(bar: &ProgressBar, has_end: bool) -> usize {
    let columns = terminal_size::terminal_size_of(std::io::stderr()).map_or(WIDE, |(width, _)| width.0);
    let (template, taken) = match has_end {
        true if columns >= WIDE => ("{bar:24.cyan} {wide_msg}", 25),
        true if columns >= NARROW => ("{bar:10.cyan} {wide_msg}", 11),
        true => ("{wide_msg}", 0),
        false => ("{spinner} {wide_msg}", 2),
    };
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("━╸─"));
    }
    usize::from(columns).saturating_sub(taken)
}

/// The parts that there is room for, those before others first: a number that is cut off is another one.
fn fitting(parts: &[String], room: usize) -> String {
    let mut text = String::new();
    for part in parts {
        let gap = if text.is_empty() { "" } else { "  " };
        if text.chars().count() + gap.len() + part.chars().count() <= room {
            text = format!("{text}{gap}{part}");
        }
    }
    text
}

/// `-1.117823`, `3.2e-9`: what is next to nothing is not shown as nothing.
fn number(x: f64) -> String {
    if x == 0.0 || (1e-3..1e7).contains(&x.abs()) { format!("{x:.6}") } else { format!("{x:.3e}") }
}

/// `step 40/500`, `objective -1.117823`, `validation 0.2`, `eta 12s`, `812 steps/s`, `48000 shots`, `0.48 QPU s`: what matters
/// most comes first.
fn parts(progress: &Progress<'_>, rate: Option<f64>) -> Vec<String> {
    let of = progress.steps.map_or_else(String::new, |steps| format!("/{steps}"));
    let mut parts =
        vec![format!("step {}{of}", progress.step), format!("objective {}", number(progress.objective))];
    parts.extend(progress.validation.map(|validation| format!("validation {}", number(validation))));
    parts.extend(progress.metrics.iter().map(|(name, value)| format!("{name} {}", number(*value))));
    if let Some(rate) = rate {
        let left = progress.steps.map(|steps| steps.saturating_sub(progress.step) as f64 / rate);
        parts.extend(left.map(|seconds| format!("eta {}", duration(seconds))));
        parts.push(if rate >= 1.0 {
            format!("{rate:.0} steps/s")
        } else {
            format!("{:.1} s/step", 1.0 / rate)
        });
    }
    if progress.shots > 0 {
        parts.push(format!("{} shots", progress.shots));
    }
    parts.extend(progress.qpu_seconds.map(|seconds| format!("{seconds:.3} QPU s")));
    parts
}

/// `12s`, `3m 05s`, `2h 10m`, `4d 3h`.
fn duration(seconds: f64) -> String {
    let seconds = Duration::from_secs_f64(seconds.clamp(0.0, 1e9)).as_secs();
    match (seconds / 86_400, seconds / 3600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, s) => format!("{s}s"),
        (0, 0, m, s) => format!("{m}m {s:02}s"),
        (0, h, m, _) => format!("{h}h {m:02}m"),
        (d, h, _, _) => format!("{d}d {h}h"),
    }
}

#[cfg(test)]
mod tests {
    use super::{fitting, number};

    #[test]
    fn parts_are_shown_whole_or_not_at_all() {
        let parts = ["step 40/500", "objective -1.117823", "accuracy 0.95", "eta 2s"].map(str::to_owned);
        assert_eq!(fitting(&parts, 80), "step 40/500  objective -1.117823  accuracy 0.95  eta 2s");
        assert_eq!(fitting(&parts, 42), "step 40/500  objective -1.117823  eta 2s");
        assert_eq!(fitting(&parts, 20), "step 40/500  eta 2s");
        assert_eq!(fitting(&parts, 5), "");
    }

    #[test]
    fn a_small_number_is_not_nothing() {
        let shown = [0.0, -1.117_823_1, 1e-9, 12345.6, 1e12].map(number);
        assert_eq!(shown, ["0.000000", "-1.117823", "1.000e-9", "12345.600000", "1.000e12"]);
    }
}
