//! `qmlang report` and `qmlang compare`

use std::path::{Path, PathBuf};

use qml_report::compare::compare;
use qml_report::page::page;
use qml_report::run::{Folder, Manifest, Run};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::{CompareArgs, ReportArgs};
use crate::show::{self, Shown};

pub(crate) fn report(args: &ReportArgs) -> Result<(), Shown> {
    let run = read(&args.run)?;
    let path = args.output.clone().unwrap_or_else(|| args.run.join("report.html"));
    show::write_file(&path, &page(&run, &qml_driver::doc::highlight))?;
    show::print(&format!("{}\n", path.display()));
    Ok(())
}

pub(crate) fn compare_runs(args: &CompareArgs) -> Result<(), Shown> {
    let (old, new) = (read(&args.old)?, read(&args.new)?);
    let names = [&args.old, &args.new].map(|path| name(path));
    let comparison = compare(names, [&old, &new]);
    match &args.html {
        Some(path) => show::write_file(path, &comparison.html()),
        None => {
            show::print(&comparison.text());
            Ok(())
        }
    }
}

/// The last part of a path.
fn name(path: &Path) -> String {
    path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned())
}

/// Reads what a run has left in its folder.
fn read(folder: &Path) -> Result<Run, Shown> {
    let fail = |why: String| {
        let message = format!("`{}` is not the folder of a run: {why}", folder.display());
        let help = "a folder that `qmlang run` made, like `runs/20261129-183412-vqe`; `qmlang run --run-dir DIR` chooses it";
        show::fail(&Diagnostic::error(Code::Q0930, message).help(help), &SourceMap::default())
    };
    let manifest = std::fs::read_to_string(folder.join("manifest.json"))
        .map_err(|_| fail("there is no `manifest.json`".to_owned()))?;
    // What a loss of power leaves may be no text in parts.
    let text = |name: &str| {
        let bytes = std::fs::read(folder.join(name)).unwrap_or_default();
        String::from_utf8_lossy(&bytes).into_owned()
    };
    let known: Manifest = serde_json::from_str(&manifest).unwrap_or_default();
    let sources = known.sources.into_iter().map(|source| (source.path, text(&source.kept))).collect();
    let texts = Folder {
        metrics: text("metrics.csv"),
        ledger: text("ledger.jsonl"),
        output: text("output.txt"),
        sources,
        plots: named_files(&folder.join("plots"), "svg"),
        circuits: named_files(&folder.join("circuits"), "txt"),
        is_left: is_left(folder),
        manifest,
    };
    let run = Run::read(texts).map_err(|why| {
        let message = format!("what `{}` holds can't be read: {why}", folder.display());
        show::fail(&Diagnostic::error(Code::Q0930, message), &SourceMap::default())
    })?;
    let here = env!("CARGO_PKG_VERSION");
    if let Some(then) = run.manifest.versions.get("qmlang").and_then(|version| version.as_str())
        && then != here
    {
        show::say(&format!("`{}` is a run of qmlang {then}, and this is {here}\n", folder.display()));
    }
    Ok(run)
}

/// Whether no process is at the run: the one that is holds a lock.
fn is_left(folder: &Path) -> bool {
    let lock = std::fs::File::open(folder.join("checkpoints/lock"));
    lock.is_ok_and(|lock| lock.try_lock_shared().is_ok())
}

/// The texts of the files with this ending, with their names without it, in the order of the numbers behind their names.
fn named_files(folder: &Path, ending: &str) -> Vec<(String, String)> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut paths: Vec<PathBuf> = entries
        .map(|entry| entry.path())
        .filter(|path| path.extension().is_some_and(|extension| extension == ending))
        .collect();
    let number = |path: &PathBuf| {
        let name = path.file_stem().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        name.rsplit_once('-').and_then(|(_, number)| number.parse::<u64>().ok())
    };
    paths.sort_by_cached_key(|path| (number(path), path.clone()));
    let file = |path: &PathBuf| {
        let name = path.file_stem()?.to_string_lossy().into_owned();
        Some((name, std::fs::read_to_string(path).ok()?))
    };
    paths.iter().filter_map(file).collect()
}
