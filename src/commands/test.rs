//! `qmlang test`

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, mpsc};

use qml_driver::Disk;
use qml_engine::{Budget, Emulated, Options, Output, Progress, Run, Simulation};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::TestArgs;
use crate::execute::{emulated, threads, with_cache};
use crate::show::{self, Form, Shown};
use crate::signals;

pub(crate) fn test(args: &TestArgs) -> Result<(), Shown> {
    let params = show::pairs("-D", &args.params.define)?;
    let mut files = Vec::new();
    for path in &args.paths {
        if let Err(error) = collect(path, &mut files) {
            let message = format!("cannot read `{}`: {error}", path.display());
            return Err(show::fail(&Diagnostic::error(Code::Q0910, message), &SourceMap::default()));
        }
    }
    let emulated = emulated(&args.target).map_err(|error| show::fail(&error, &SourceMap::default()))?;
    let n_threads = threads(args.threads);
    let n_workers = n_threads.min(files.len()).max(1);
    let job = Job {
        filter: &args.filter,
        params: &params,
        emulated: emulated.map(with_cache),
        simulation: args.simulation.simulation(),
        threads: (n_threads / n_workers).max(1),
        interrupt: Arc::clone(&signals::listen().stop),
    };
    let (mut passed, mut failed) = (0, 0);
    in_parallel(&files, n_workers, &job, |report| {
        for line in &report.lines {
            show::print(&line.text);
            show::show(&line.diagnostics, &report.sources, Form::Text);
        }
        passed += report.passed;
        failed += report.failed;
    });
    if job.interrupt.load(Ordering::Relaxed) {
        show::print(&format!("interrupted: {passed} passed, {failed} failed so far\n"));
        return Err(Shown);
    }
    if passed + failed == 0 {
        let diagnostic = Diagnostic::error(Code::Q0914, "there is nothing to test")
            .help("`test \"what it shows\" { assert(...); }` in a `.qml` file");
        show::show(&[diagnostic], &SourceMap::default(), Form::Text);
        show::print("0 passed, 0 failed\n");
        return Err(Shown);
    }
    show::print(&format!("{passed} passed, {failed} failed\n"));
    if failed > 0 { Err(Shown) } else { Ok(()) }
}

/// How each file is tested.
struct Job<'a> {
    filter: &'a str,
    params: &'a [(String, String)],
    emulated: Option<Emulated>,
    simulation: Simulation,
    /// Threads of one simulator.
    threads: usize,
    interrupt: Arc<AtomicBool>,
}

/// What became of a file.
#[derive(Default)]
struct Report {
    lines: Vec<Line>,
    sources: SourceMap,
    passed: usize,
    failed: usize,
}

/// A line of the result, and what is said below it.
struct Line {
    text: String,
    diagnostics: Vec<Diagnostic>,
}

/// Tests the files, several at a time; the reports come in the order of the files.
fn in_parallel(files: &[PathBuf], n_workers: usize, job: &Job<'_>, mut show: impl FnMut(Report)) {
    let next = AtomicUsize::new(0);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..n_workers {
            let (next, sender) = (&next, sender.clone());
            let work = move || {
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    let Some(file) = files.get(index) else { return };
                    let report = test_file(file, job);
                    if sender.send((index, report)).is_err() {
                        return;
                    }
                }
            };
            // Without a thread the other workers do the work; without any, nothing is tested, which is an error.
            _ = std::thread::Builder::new().stack_size(crate::STACK).spawn_scoped(scope, work);
        }
        drop(sender);
        let mut waiting: Vec<Option<Report>> = files.iter().map(|_| None).collect();
        let mut shown = 0;
        for (index, report) in receiver {
            waiting[index] = Some(report);
            while let Some(report) = waiting.get_mut(shown).and_then(Option::take) {
                show(report);
                shown += 1;
            }
        }
    });
}

/// Compiles a file and runs its tests.
fn test_file(file: &Path, job: &Job<'_>) -> Report {
    let mut report = Report::default();
    if job.interrupt.load(Ordering::Relaxed) {
        return report;
    }
    let compilation = qml_driver::compile(&Disk, file, job.params);
    let name = file.display();
    report.sources = compilation.sources;
    let Some(module) = &compilation.module else {
        report.failed = 1;
        report.say(format!("FAILED {name}: does not compile\n"), compilation.diagnostics);
        return report;
    };
    report.say(String::new(), compilation.diagnostics);
    let options = Options {
        seed: 0,
        shots: None,
        emulated: job.emulated.clone(),
        simulation: job.simulation,
        threads: job.threads,
        folder: compilation.folder.clone(),
        interrupt: job.interrupt.clone(),
        budget: Budget::default(),
        record: None,
    };
    let mut tell = |outcome: qml_engine::TestOutcome| {
        let is_right = outcome.fault.is_none();
        let verdict = if is_right { "ok    " } else { "FAILED" };
        *(if is_right { &mut report.passed } else { &mut report.failed }) += 1;
        report.say(format!("{verdict} {name}: {}\n", outcome.name), outcome.fault.into_iter().collect());
    };
    match Run::tests(module, job.filter, &options, &mut Quiet, &mut tell) {
        Ok(run) => report.say(String::new(), run.warnings),
        Err((fault, _)) => {
            report.failed += 1;
            let what = if fault.code == Code::Q0699 { "interrupted" } else { "its constants" };
            report.say(format!("FAILED {name}: {what}\n"), vec![*fault]);
        }
    }
    report
}

impl Report {
    fn say(&mut self, text: String, diagnostics: Vec<Diagnostic>) {
        self.lines.push(Line { text, diagnostics });
    }
}

/// The programs at a path: itself, or those below it in order of their names.
pub(crate) fn collect(path: &Path, files: &mut Vec<PathBuf>) -> std::io::Result<()> {
    if !path.is_dir() {
        files.push(path.to_path_buf());
        return Ok(());
    }
    let mut entries: Vec<PathBuf> =
        std::fs::read_dir(path)?.map(|entry| Ok(entry?.path())).collect::<std::io::Result<_>>()?;
    entries.sort();
    for entry in entries {
        let is_hidden = entry.file_name().is_some_and(|name| name.as_encoded_bytes().starts_with(b"."));
        if entry.is_dir() && !is_hidden {
            collect(&entry, files)?;
        } else if entry.extension().is_some_and(|extension| extension == "qml") {
            files.push(entry);
        }
    }
    Ok(())
}

/// Tests print nothing.
struct Quiet;

impl Output for Quiet {
    fn print(&mut self, _: &str) -> std::io::Result<()> {
        Ok(())
    }
    fn progress(&mut self, _: &Progress<'_>) {}
}
