//! Pieces of HTML.

use crate::concerns::Concern;
pub(crate) use crate::markup::escape;

/// A page with this title and contents.
pub(crate) fn document(title: &str, contents: &str) -> String {
    let style = include_str!("style.css");
    format!(
        "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>\n{style}</style>\n</head>\n<body>\n{contents}\
         <footer>Written by qmlang {}.</footer>\n</body>\n</html>\n",
        escape(title),
        env!("CARGO_PKG_VERSION")
    )
}

/// A section, if it has contents.
pub(crate) fn section(id: &str, title: &str, contents: &str) -> String {
    if contents.is_empty() {
        return String::new();
    }
    format!("<section id=\"{id}\">\n<h2>{}</h2>\n{contents}</section>\n", escape(title))
}

/// An element of a class that holds a text.
pub(super) fn element(tag: &str, class: &str, text: &str) -> String {
    let class = if class.is_empty() { String::new() } else { format!(" class=\"{}\"", escape(class)) };
    format!("<{tag}{class}>{}</{tag}>", escape(text))
}

/// A text as a paragraph.
pub(super) fn paragraph(text: &str) -> String {
    format!("<p>{}</p>\n", escape(text))
}

/// Something to look at.
pub(super) fn concern(concern: &Concern) -> String {
    format!(
        "<div class=\"concern\"><strong>{}</strong>\n<p>{}</p></div>\n",
        escape(&concern.title),
        escape(&concern.text)
    )
}

/// A picture, which is SVG already, with what it is called.
pub(super) fn figure(class: &str, svg: &str, caption: &str) -> String {
    let caption = if caption.is_empty() {
        String::new()
    } else {
        format!("<figcaption>{}</figcaption>\n", escape(caption))
    };
    format!("<figure class=\"{class}\">\n{}{caption}</figure>\n", drawing(svg))
}

/// An SVG document without what stands before its element, and without scripts and links to elsewhere: a picture comes from
/// a file that anybody may have written.
fn drawing(svg: &str) -> String {
    let text = svg.to_lowercase();
    let strange =
        ["<script", "<foreignobject", "javascript:", "<image", "<use", "<!entity", "@import", "url("];
    let is_harmless = !strange.iter().any(|word| text.contains(word)) && !has_handler(&text);
    match svg.find("<svg") {
        Some(start) if is_harmless => svg[start..].trim_end().to_owned() + "\n",
        _ => paragraph("This picture is not one of ours, and is left out."),
    }
}

/// Whether an attribute like `onload=` is in the text.
fn has_handler(text: &str) -> bool {
    text.split([' ', '\n', '\t', '"', '\'', '/']).filter_map(|word| word.strip_prefix("on")).any(|rest| {
        let name = rest.chars().take_while(char::is_ascii_lowercase).count();
        name > 0 && rest[name..].trim_start().starts_with('=')
    })
}

/// A table of facts: names, and values that are HTML already.
pub(super) fn facts(rows: &[(&str, String)]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let row =
        |(name, value): &(&str, String)| format!("<tr><th>{}</th><td>{value}</td></tr>\n", escape(name));
    let rows = rows.iter().map(row).collect::<Vec<_>>().concat();
    format!("<table class=\"facts\">\n{rows}</table>\n")
}

/// A table with a head; cells of columns from `text_columns` on are numbers.
pub(crate) fn table(
    head: &[&str],
    text_columns: usize,
    rows: &[Vec<String>],
    foot: Option<&[String]>,
) -> String {
    let line = |tag: &str, cells: &[&str]| -> String {
        let cells = cells.iter().enumerate().map(|(i, text)| {
            let class = if i < text_columns { "" } else { " class=\"n\"" };
            format!("<{tag}{class}>{}</{tag}>", escape(text))
        });
        format!("<tr>{}</tr>\n", cells.collect::<String>())
    };
    let texts = |row: &[String]| line("td", &row.iter().map(String::as_str).collect::<Vec<_>>());
    let body: String = rows.iter().map(|row| texts(row)).collect();
    let foot = foot.map_or_else(String::new, |row| format!("<tfoot>\n{}</tfoot>\n", texts(row)));
    format!(
        "<div class=\"scroll\"><table>\n<thead>\n{}</thead>\n<tbody>\n{body}</tbody>\n{foot}</table></div>\n",
        line("th", head)
    )
}
