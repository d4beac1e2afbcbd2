//! Shows diagnostics, and writes results.

use std::io::{IsTerminal, Write};
use std::path::Path;

use qml_driver::{Compilation, Disk};
use qml_source::{Code, Diagnostic, SourceMap, Style, render, render_json};

/// The command failed, and why has been shown.
#[derive(Debug)]
pub(crate) struct Shown;

/// How diagnostics are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// For people, on standard error.
    Text,
    /// A line of JSON each, on standard error.
    Json,
    /// A line of JSON each, on standard output: they are the result.
    JsonResult,
}

/// The most diagnostics that are shown of one file to a person, and to a program.
const MOST: usize = 50;
const MOST_JSON: usize = 1000;

/// Shows diagnostics, not all where there are too many.
pub(crate) fn show(diagnostics: &[Diagnostic], sources: &SourceMap, form: Form) {
    let style = Style { color: std::io::stderr().is_terminal() };
    let most = if form == Form::Text { MOST } else { MOST_JSON };
    // In source order, but an error is never left out for a warning.
    let n_errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error()).count();
    let (mut errors, mut others) = (most, most.saturating_sub(n_errors));
    let mut n_hidden = 0;
    for diagnostic in diagnostics {
        let room = if diagnostic.is_error() { &mut errors } else { &mut others };
        if *room == 0 {
            n_hidden += 1;
            continue;
        }
        *room -= 1;
        match form {
            Form::Text => say(&render(diagnostic, sources, style)),
            Form::Json => say(&format!("{}\n", render_json(diagnostic, sources))),
            Form::JsonResult => print(&format!("{}\n", render_json(diagnostic, sources))),
        }
    }
    if n_hidden > 0 && form == Form::Text {
        say(&format!("{n_hidden} more messages are not shown\n"));
    }
}

/// Writes to standard error. Whoever closed it wants to hear no more.
pub(crate) fn say(text: &str) {
    _ = std::io::stderr().write_all(text.as_bytes());
}

/// Shows one diagnostic; the command has failed.
pub(crate) fn fail(diagnostic: &Diagnostic, sources: &SourceMap) -> Shown {
    show(std::slice::from_ref(diagnostic), sources, Form::Text);
    Shown
}

/// Compiles a program and shows what there is to say; fails if there was an error.
pub(crate) fn compile(file: &Path, params: &[(String, String)]) -> Result<Compilation, Shown> {
    let compilation = qml_driver::compile(&Disk, file, params);
    show(&compilation.diagnostics, &compilation.sources, Form::Text);
    match compilation.module {
        Some(_) => Ok(compilation),
        None => Err(Shown),
    }
}

/// `name=value` pairs of a repeated option.
pub(crate) fn pairs(option: &str, texts: &[String]) -> Result<Vec<(String, String)>, Shown> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for text in texts {
        let problem = match text.split_once('=') {
            None => format!("`{option} {text}` has no value"),
            Some(("", _)) => format!("`{option} {text}` has no name"),
            Some((name, _)) if pairs.iter().any(|(other, _)| other == name) => {
                format!("`{option}` sets `{name}` twice")
            }
            Some((name, value)) => {
                pairs.push((name.to_owned(), value.to_owned()));
                continue;
            }
        };
        let diagnostic = Diagnostic::error(Code::Q0912, problem).help(format!("`{option} name=value`"));
        return Err(fail(&diagnostic, &SourceMap::default()));
    }
    Ok(pairs)
}

/// `1 qubit`, `2 qubits`.
pub(crate) fn count(n: usize, what: &str) -> String {
    if n == 1 { format!("1 {what}") } else { format!("{n} {what}s") }
}

/// Writes to standard output. A reader that stops reading ends the command quietly; anything else that goes wrong is told.
pub(crate) fn print(text: &str) {
    let Err(error) = write(text) else { return };
    if error.kind() == std::io::ErrorKind::BrokenPipe {
        std::process::exit(0);
    }
    let message = format!("cannot write to standard output: {error}");
    fail(&Diagnostic::error(Code::Q0906, message), &SourceMap::default());
    std::process::exit(1);
}

/// Writes to standard output.
pub(crate) fn write(text: &str) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    out.write_all(text.as_bytes())?;
    out.flush()
}

/// Writes a whole file or nothing. A file that is there keeps its permissions; a link stays one.
pub(crate) fn write_file(path: &Path, text: &str) -> Result<(), Shown> {
    replace(path, text).map_err(|error| {
        let why = match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such folder".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        };
        let message = format!("cannot write `{}`: {why}", path.display());
        fail(&Diagnostic::error(Code::Q0906, message), &SourceMap::default())
    })
}

fn replace(path: &Path, text: &str) -> std::io::Result<()> {
    let target = std::fs::canonicalize(path).unwrap_or_else(|_| path.to_owned());
    // A terminal or a pipe can't be replaced.
    if target.exists() && !target.is_file() {
        return std::fs::write(&target, text);
    }
    let mut beside = target.clone().into_os_string();
    beside.push(".partial");
    let written = std::fs::write(&beside, text).and_then(|()| {
        if let Ok(before) = std::fs::metadata(&target) {
            std::fs::set_permissions(&beside, before.permissions())?;
        }
        std::fs::rename(&beside, &target)
    });
    if written.is_err() {
        _ = std::fs::remove_file(&beside);
    }
    written
}
