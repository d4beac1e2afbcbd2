//! The one function that shows a diagnostic, and its twin for programs.

use std::fmt;
use std::sync::Arc;

use ariadne::{Cache, Color, Config, Fmt, IndexType, Label, Report, ReportKind, Source};
use serde_json::{Value, json};

use crate::{Diagnostic, FileId, Severity, SourceMap, Span};

/// The longest line in bytes that a message shows: what a person can't take in is named by its place alone.
const LONGEST_LINE: usize = 2000;

/// The longest word in bytes that a message shows whole.
const LONGEST_WORD: usize = 200;

/// How messages are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With terminal colours.
    pub color: bool,
}

/// The message as a person reads it, ending in a newline.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let diagnostic = &shortened(diagnostic);
    let Some(primary) = &diagnostic.primary else {
        return render_without_source(diagnostic, &[], style);
    };
    if labels(diagnostic).any(|label| is_on_long_line(label.span, sources)) {
        let places = labels(diagnostic).map(|label| place_text(label, sources)).collect::<Vec<_>>();
        return render_without_source(diagnostic, &places, style);
    }
    let config = Config::default().with_index_type(IndexType::Byte).with_color(style.color);
    let mut report = Report::build(kind(diagnostic.severity), Place(primary.span))
        .with_code(diagnostic.code)
        .with_message(&diagnostic.message)
        .with_config(config);
    // In source order, the file of the primary place first: ariadne starts a new excerpt where lines go back.
    let mut labels: Vec<_> = diagnostic.secondary.iter().map(|label| (label, Color::Cyan)).collect();
    labels.push((primary, color(diagnostic.severity)));
    labels.sort_by_key(|(label, _)| (label.span.file != primary.span.file, label.span));
    for (label, color) in labels {
        let text = if label.text.is_empty() { "here" } else { &label.text };
        report = report.with_label(Label::new(Place(label.span)).with_color(color).with_message(text));
    }
    for note in &diagnostic.notes {
        report = report.with_note(note);
    }
    for help in &diagnostic.help {
        report = report.with_help(help);
    }
    let mut bytes = Vec::new();
    let cache = Sources(sources);
    if report.finish().write(cache, &mut bytes).is_err() {
        crate::bug!("a message could not be written into memory: {diagnostic:?}");
    }
    // Lines of nothing but frame end in blanks.
    let text = String::from_utf8_lossy(&bytes);
    text.lines().flat_map(|line| [line.trim_end(), "\n"]).collect()
}

/// The message with the middle left out of words that nobody reads to their end.
fn shortened(diagnostic: &Diagnostic) -> Diagnostic {
    let mut short = diagnostic.clone();
    let labels = short.primary.iter_mut().chain(&mut short.secondary).map(|label| &mut label.text);
    let texts = std::iter::once(&mut short.message).chain(&mut short.notes).chain(&mut short.help);
    texts.chain(labels).for_each(shorten_words);
    short
}

fn shorten_words(text: &mut String) {
    if text.len() <= LONGEST_WORD {
        return;
    }
    let shorten = |word: &str| match word.char_indices().nth(LONGEST_WORD) {
        None => word.to_owned(),
        Some(_) => {
            let head: String = word.chars().take(LONGEST_WORD / 2).collect();
            let last = word.chars().next_back().filter(char::is_ascii_punctuation);
            format!("{head}…{}", last.map(String::from).unwrap_or_default())
        }
    };
    let words: Vec<String> = text.split(' ').map(shorten).collect();
    *text = words.join(" ");
}

/// The message as one line of JSON, for programs: `severity`, `code`, `message`, `primary` (or null), `secondary`,
/// `notes`, `help`. A place has `file`, `start` and `end` in bytes, and `line`, `column`, `end_line`, `end_column`
/// from 1, columns in characters.
pub fn render_json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let label = |label: &crate::Label| place_json(label.span, &label.text, sources);
    json!({
        "severity": severity_word(diagnostic.severity).to_lowercase(),
        "code": diagnostic.code.as_str(),
        "message": diagnostic.message,
        "primary": diagnostic.primary.as_ref().map(label),
        "secondary": diagnostic.secondary.iter().map(label).collect::<Vec<_>>(),
        "notes": diagnostic.notes,
        "help": diagnostic.help,
    })
    .to_string()
}

fn place_json(span: Span, text: &str, sources: &SourceMap) -> Value {
    let (line, column) = sources.line_column(span.file, span.start);
    let (end_line, end_column) = sources.line_column(span.file, span.end);
    json!({
        "file": sources.name(span.file),
        "start": span.start,
        "end": span.end,
        "line": line,
        "column": column,
        "end_line": end_line,
        "end_column": end_column,
        "text": text,
    })
}

/// The primary place, then the others.
fn labels(diagnostic: &Diagnostic) -> impl Iterator<Item = &crate::Label> {
    diagnostic.primary.iter().chain(&diagnostic.secondary)
}

/// Whether the first or last line of a span is too long to be shown.
fn is_on_long_line(span: Span, sources: &SourceMap) -> bool {
    let is_long = |offset| {
        let line = sources.line(span.file, offset);
        sources.line_range(span.file, line).len() > LONGEST_LINE
    };
    is_long(span.start) || is_long(span.end)
}

/// Where a label is, and what it says, without the text under it.
fn place_text(label: &crate::Label, sources: &SourceMap) -> String {
    let (line, column) = sources.line_column(label.span.file, label.span.start);
    let text = if label.text.is_empty() { "here" } else { &label.text };
    format!("{}:{line}:{column}: {text}", sources.name(label.span.file))
}

/// The layout of a message that is not about a source text, or about lines too long to be shown.
fn render_without_source(diagnostic: &Diagnostic, places: &[String], style: Style) -> String {
    let word = severity_word(diagnostic.severity);
    let head = format!("[{}] {word}:", diagnostic.code);
    let paint =
        |text: &str, color: Color| if style.color { text.fg(color).to_string() } else { text.to_owned() };
    let mut text = format!("{} {}\n", paint(&head, color(diagnostic.severity)), diagnostic.message);
    places.iter().for_each(|place| text += &["  ", place, "\n"].concat());
    for note in &diagnostic.notes {
        text += &["  ", &paint("Note", Color::Cyan), ": ", note, "\n"].concat();
    }
    for help in &diagnostic.help {
        text += &["  ", &paint("Help", Color::Cyan), ": ", help, "\n"].concat();
    }
    text
}

fn severity_word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "Error",
        Severity::Warning => "Warning",
        Severity::Note => "Note",
    }
}

fn kind(severity: Severity) -> ReportKind<'static> {
    match severity {
        Severity::Error => ReportKind::Error,
        Severity::Warning => ReportKind::Warning,
        Severity::Note => ReportKind::Advice,
    }
}

fn color(severity: Severity) -> Color {
    match severity {
        Severity::Error => Color::Red,
        Severity::Warning => Color::Yellow,
        Severity::Note => Color::Blue,
    }
}

/// A span as ariadne wants it.
struct Place(Span);

impl ariadne::Span for Place {
    type SourceId = FileId;

    fn source(&self) -> &FileId {
        &self.0.file
    }

    fn start(&self) -> usize {
        self.0.start as usize
    }

    fn end(&self) -> usize {
        self.0.end as usize
    }
}

/// The files as ariadne asks for them.
struct Sources<'a>(&'a SourceMap);

impl Cache<FileId> for Sources<'_> {
    type Storage = Arc<str>;

    fn fetch(&mut self, file: &FileId) -> Result<&Source<Arc<str>>, impl fmt::Debug> {
        Ok::<_, fmt::Error>(self.0.cut(*file))
    }

    fn display<'a>(&self, file: &'a FileId) -> Option<impl fmt::Display + 'a> {
        Some(self.0.name(*file).to_owned())
    }
}

#[cfg(test)]
mod tests;
