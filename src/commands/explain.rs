//! `qmlang explain`

use std::io::IsTerminal;

use qml_source::{CODES, Code, Diagnostic, SourceMap};

use crate::cli::ExplainArgs;
use crate::show::{self, Shown};

/// Columns of running text.
const WIDTH: usize = 88;

pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Shown> {
    match Code::find(&args.code) {
        Some(row) => {
            show::print(&page(row.code, row.page, std::io::stdout().is_terminal()));
            Ok(())
        }
        None => {
            let (first, last) = (CODES[0].code, CODES[CODES.len() - 1].code);
            let diagnostic = Diagnostic::error(Code::Q0924, format!("there is no code `{}`", args.code))
                .help(format!("codes look like `Q0201`; they go from {first} to {last}"));
            Err(show::fail(&diagnostic, &SourceMap::default()))
        }
    }
}

/// The page as it is shown: the title behind the code, running text wrapped, programs indented under a line that says
/// what they are.
fn page(code: Code, page: &str, is_colored: bool) -> String {
    let paint = |text: &str, color: &str| {
        if is_colored { format!("\u{1b}[{color}m{text}\u{1b}[0m") } else { text.to_owned() }
    };
    let mut shown = String::new();
    let mut paragraph = String::new();
    let mut block = None;
    for line in page.lines() {
        match (block, line.strip_prefix("```")) {
            (None, Some(info)) => {
                shown += &wrapped(&std::mem::take(&mut paragraph));
                let color = if info.ends_with("fail") { "31" } else { "32" };
                match info {
                    "qml fail" | "qasm fail" => shown += &format!("{}\n\n", paint("Fails:", color)),
                    "qml" | "qasm" => shown += &format!("{}\n\n", paint("Works:", color)),
                    _ => {}
                }
                block = Some(color);
            }
            (Some(_), Some(_)) => {
                shown.push('\n');
                block = None;
            }
            (Some(_), None) if line.is_empty() => shown.push('\n'),
            (Some(_), None) => shown += &format!("    {line}\n"),
            (None, None) if line.starts_with("# ") => {
                let title = format!("{code}: {}", line.trim_start_matches("# "));
                shown += &format!("{}\n\n", paint(&title, "1"));
            }
            (None, None) if line.is_empty() => shown += &wrapped(&std::mem::take(&mut paragraph)),
            (None, None) => paragraph = format!("{paragraph} {line}"),
        }
    }
    shown += &wrapped(&paragraph);
    format!("{}\n", shown.trim_end())
}

/// A paragraph in lines of [`WIDTH`] columns, with an empty line after it; nothing for an empty one.
fn wrapped(paragraph: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    for word in paragraph.split_whitespace() {
        match lines.last_mut() {
            Some(line) if line.chars().count() + 1 + word.chars().count() <= WIDTH => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    if lines.is_empty() { String::new() } else { format!("{}\n\n", lines.join("\n")) }
}
