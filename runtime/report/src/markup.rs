//! Text inside of SVG and HTML.

/// The text with the characters replaced that mean something in markup, in quotes too.
pub fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
