//! The one function that shows a diagnostic.

use crate::{Diagnostic, SourceMap};

/// How messages are shown.
#[derive(Clone, Copy, Debug, Default)]
pub struct Style {
    /// With terminal colours.
    pub color: bool,
}

/// The message as a person reads it, ending in a newline.
pub fn render(diagnostic: &Diagnostic, sources: &SourceMap, style: Style) -> String {
    let _ = (sources, style);
    format!("{}: {}\n", diagnostic.code, diagnostic.message)
}

/// The message as one line of JSON, for programs.
pub fn render_json(diagnostic: &Diagnostic, sources: &SourceMap) -> String {
    let _ = sources;
    serde_json::json!({ "code": diagnostic.code.as_str(), "message": diagnostic.message }).to_string()
}
