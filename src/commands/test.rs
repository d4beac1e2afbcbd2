//! `qmlang test`

use std::path::{Path, PathBuf};

use qml_engine::{Options, Output, Progress, Run};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::TestArgs;
use crate::commands::run::{stop_on_interrupt, threads};
use crate::show::{self, Form, Shown};

pub(crate) fn test(args: &TestArgs) -> Result<(), Shown> {
    let params = show::pairs("-D", &args.params.define)?;
    let mut files = Vec::new();
    for path in &args.paths {
        if let Err(error) = collect(path, &mut files) {
            let message = format!("cannot read `{}`: {error}", path.display());
            return Err(show::fail(&Diagnostic::error(Code::Q0910, message), &SourceMap::default()));
        }
    }
    let interrupt = stop_on_interrupt();
    let (mut passed, mut failed) = (0, 0);
    for file in &files {
        let Ok(compilation) = show::compile(file, &params, Form::Text) else {
            show::print(&format!("FAILED {}: does not compile\n", file.display()));
            failed += 1;
            continue;
        };
        let (Some(module), sources) = (&compilation.module, &compilation.sources) else { return Err(Shown) };
        let options = Options {
            seed: 0,
            shots: None,
            threads: threads(args.threads),
            folder: compilation.folder.clone(),
            interrupt: interrupt.clone(),
        };
        let mut report = |outcome: qml_engine::TestOutcome| {
            let verdict = if outcome.fault.is_none() { "ok    " } else { "FAILED" };
            show::print(&format!("{verdict} {}: {}\n", file.display(), outcome.name));
            match outcome.fault {
                None => passed += 1,
                Some(fault) => {
                    failed += 1;
                    show::show(&[fault], sources, Form::Text);
                }
            }
        };
        match Run::tests(module, &args.filter, &options, &mut Quiet, &mut report) {
            Ok(run) => show::show(&run.warnings, sources, Form::Text),
            Err((fault, _)) => {
                failed += 1;
                show::print(&format!("FAILED {}: its constants\n", file.display()));
                show::show(&[*fault], sources, Form::Text);
            }
        }
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
    fn print(&mut self, _: &str) {}
    fn progress(&mut self, _: Progress) {}
}
