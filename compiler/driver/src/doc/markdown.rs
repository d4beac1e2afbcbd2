//! The Markdown of comments.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd, html};

use super::code::escape;
use super::names::Scope;

/// A text as paragraphs; code that is a name becomes a link, unless it is one of the names in the signature that the
/// text is about.
pub(super) fn blocks(text: &str, signature: &str, scope: &Scope<'_>) -> String {
    let own: Vec<&str> = signature.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let target = |name: &str| {
        let target = scope.callable(name).or_else(|| scope.value(name));
        target.filter(|_| !own.contains(&name))
    };
    let events = Parser::new_ext(text, Options::empty()).map(|event| match event {
        Event::Code(name) => {
            let code = format!("<code>{}</code>", escape(&name));
            Event::Html(match target(&name) {
                Some(target) => format!("<a href=\"{}\">{code}</a>", escape(&target)).into(),
                None => code.into(),
            })
        }
        event => plain(event),
    });
    let mut result = String::new();
    html::push_html(&mut result, events);
    result
}

/// A text that is one paragraph, without the paragraph.
pub(super) fn inline(text: &str) -> String {
    let events = Parser::new_ext(text, Options::empty());
    let events =
        events.filter(|event| !matches!(event, Event::Start(Tag::Paragraph) | Event::End(TagEnd::Paragraph)));
    let mut result = String::new();
    html::push_html(&mut result, events.map(plain));
    result.trim_end().to_owned()
}

/// Kets look like tags: HTML in a comment is text.
fn plain(event: Event<'_>) -> Event<'_> {
    match event {
        Event::Html(text) | Event::InlineHtml(text) => Event::Text(text),
        event => event,
    }
}
