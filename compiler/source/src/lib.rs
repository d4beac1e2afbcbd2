//! Files, spans, diagnostics and their codes: what every later part says to the user.
//!
//! The one place that knows how a message looks ([`render`]); it must never learn what a message is about.

mod codes;
mod diagnostic;
mod files;
mod render;

pub use codes::{CODES, Code, CodeInfo, Example, ExampleKind};
pub use diagnostic::{Diagnostic, Label, Severity};
pub use files::{FileId, SourceMap, Span};
pub use render::{Style, render, render_json};

/// Stops with a message that says the fault is ours, not the user's.
///
/// A diagnostic is for a wrong program; this is for a state that no program may lead to.
#[macro_export]
macro_rules! bug {
    ($($message:tt)*) => {
        panic!("internal error, please report it with the program that led here: {}", format_args!($($message)*))
    };
}
