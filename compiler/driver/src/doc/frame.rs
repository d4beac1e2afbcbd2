//! What stands around the contents of each page: head, style, navigation.

use super::Page;
use super::code::escape;
use super::markdown;

/// A page as others show it.
pub(super) struct Link {
    /// The name of its file.
    pub(super) file: String,
    /// Its title.
    pub(super) title: String,
    /// What it holds, in Markdown.
    pub(super) summary: String,
}

/// A part of a page that the navigation shows.
pub(super) struct Anchor {
    /// After the `#`.
    pub(super) id: String,
    /// As shown.
    pub(super) text: String,
}

/// What all pages have around them.
pub(super) struct Frame<'a> {
    /// Of the whole.
    pub(super) title: &'a str,
    /// All pages but the index.
    pub(super) links: &'a [Link],
}

impl Frame<'_> {
    /// A page with this title and contents.
    pub(super) fn page(&self, file: &str, title: &str, anchors: &[Anchor], contents: &str) -> Page {
        let style = include_str!("style.css");
        let whole = escape(self.title);
        let title = escape(title);
        let navigation = self.navigation(file, anchors);
        let head = if title == whole { whole.clone() } else { format!("{title} - {whole}") };
        let html = format!(
            "<!DOCTYPE html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
             <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
             <title>{head}</title>\n<style>\n{style}</style>\n</head>\n<body>\n\
             <nav>\n<a class=\"home\" href=\"index.html\">{whole}</a>\n{navigation}</nav>\n\
             <main>\n<h1>{title}</h1>\n{contents}</main>\n</body>\n</html>\n"
        );
        Page { file: file.to_owned(), html }
    }

    fn navigation(&self, file: &str, anchors: &[Anchor]) -> String {
        let mut html = "<ul>\n".to_owned();
        for link in self.links {
            let is_here = link.file == file;
            let class = if is_here { " class=\"here\"" } else { "" };
            html += &format!("<li><a{class} href=\"{}\">{}</a>", escape(&link.file), escape(&link.title));
            if is_here && !anchors.is_empty() {
                html += "\n<ul>\n";
                for anchor in anchors {
                    let (id, text) = (escape(&anchor.id), escape(&anchor.text));
                    html += &format!("<li><a href=\"#{id}\">{text}</a></li>\n");
                }
                html += "</ul>\n";
            }
            html += "</li>\n";
        }
        html + "</ul>\n"
    }

    /// The index of all pages.
    pub(super) fn index(&self) -> Page {
        let mut html = "<dl class=\"pages\">\n".to_owned();
        for link in self.links {
            let summary = markdown::inline(&link.summary);
            html += &format!(
                "<dt><a href=\"{}\">{}</a></dt>\n<dd>{summary}</dd>\n",
                escape(&link.file),
                escape(&link.title)
            );
        }
        html += "</dl>\n";
        self.page("index.html", self.title, &[], &html)
    }
}
