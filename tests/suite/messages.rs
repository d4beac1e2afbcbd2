//! A program compiled and run, and all that is said of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use qml_driver::{Disk, Files};
use qml_engine::{Budget, Options, Output, Progress, Run, Simulation};
use qml_source::{Diagnostic, SourceMap, Style, render};

/// Everything that was said of a program.
pub(crate) struct Said {
    /// In order: of the source, then while it ran.
    pub diagnostics: Vec<Diagnostic>,
    /// What they point into.
    pub sources: SourceMap,
}

/// A text in the place of the file at `name`; other files are read from `folder`.
#[allow(clippy::struct_field_names)] // It is the text.
pub(crate) struct Text<'a> {
    pub folder: &'a Path,
    pub name: &'a str,
    pub text: &'a str,
}

impl Files for Text<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        if path == Path::new(self.name) {
            Ok(self.text.to_owned())
        } else {
            Disk.read(&self.folder.join(path))
        }
    }
}

/// Compiles a program, and if that succeeds runs its `main` and its tests with seed 1.
pub(crate) fn compile_and_run(text: &Text<'_>) -> Said {
    compile_and_run_until(text, &Arc::new(AtomicBool::new(false)))
}

/// The same; the run stops when the flag is set.
pub(crate) fn compile_and_run_until(text: &Text<'_>, interrupt: &Arc<AtomicBool>) -> Said {
    let mut compilation = qml_driver::compile(text, Path::new(text.name), &[]);
    let mut diagnostics = std::mem::take(&mut compilation.diagnostics);
    if let Some(module) = &compilation.module {
        let options = Options {
            seed: 1,
            shots: None,
            emulated: None,
            simulation: Simulation::default(),
            threads: 2,
            folder: text.folder.to_path_buf(),
            interrupt: Arc::clone(interrupt),
            budget: Budget::default(),
            record: None,
        };
        if module.main.is_some() {
            match Run::main(module, &options, &mut Quiet) {
                Ok(run) => diagnostics.extend(run.warnings),
                Err((fault, run)) => diagnostics.extend(run.warnings.into_iter().chain([*fault])),
            }
        }
        let mut faults = Vec::new();
        let tests = Run::tests(module, "", &options, &mut Quiet, &mut |outcome| faults.extend(outcome.fault));
        match tests {
            Ok(run) => faults.extend(run.warnings),
            // A constant that `main` has stumbled over already is told once.
            Err((fault, _)) if module.main.is_none() => faults.push(*fault),
            Err(_) => {}
        }
        diagnostics.extend(faults);
    }
    Said { diagnostics, sources: compilation.sources }
}

impl Said {
    /// The codes, in order.
    pub fn codes(&self) -> Vec<&'static str> {
        self.diagnostics.iter().map(|diagnostic| diagnostic.code.as_str()).collect()
    }

    /// As a user sees it.
    pub fn text(&self) -> String {
        let style = Style { color: false };
        self.diagnostics.iter().map(|diagnostic| render(diagnostic, &self.sources, style)).collect()
    }
}

struct Quiet;

impl Output for Quiet {
    fn print(&mut self, _: &str) -> std::io::Result<()> {
        Ok(())
    }
    fn progress(&mut self, _: &Progress<'_>) {}
}

/// The `.qml` files below a folder, sorted; hidden folders are left out.
pub(crate) fn programs(folder: &Path) -> Vec<PathBuf> {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    let mut found = Vec::new();
    for path in entries {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        if path.is_dir() && !name.starts_with('.') && name != "target" {
            found.extend(programs(&path));
        } else if path.extension().is_some_and(|extension| extension == "qml") {
            found.push(path);
        }
    }
    found
}
