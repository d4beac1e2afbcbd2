//! The Markdown of comments.

use pulldown_cmark::{
    BrokenLink, CodeBlockKind, CowStr, Event, HeadingLevel, LinkType, Options, Parser, Tag, TagEnd, html,
};

use super::code::{self, escape};
use super::names::Scope;

/// A text as paragraphs; code that is a name becomes a link, unless it is one of the names in the signature that the
/// text is about.
pub(super) fn blocks(text: &str, signature: &str, scope: &Scope<'_>) -> String {
    let own: Vec<&str> = signature.split(|c: char| !c.is_alphanumeric() && c != '_').collect();
    let target = |name: &str| {
        let target = scope.callable(name).or_else(|| scope.value(name));
        target.filter(|_| !own.contains(&name))
    };
    let (mut program, mut is_name) = (None::<String>, false);
    let parser = Parser::new_with_broken_link_callback(text, Options::ENABLE_TABLES, Some(in_brackets));
    let events = parser.filter_map(|event| match event {
        Event::Code(name) => {
            let code = format!("<code>{}</code>", escape(&name));
            Some(Event::Html(match target(&name) {
                Some(target) => format!("<a href=\"{}\">{code}</a>", escape(&target)).into(),
                None => code.into(),
            }))
        }
        Event::Start(Tag::CodeBlock(kind)) if is_program(&kind) => {
            program = Some(String::new());
            None
        }
        Event::Text(line) if program.is_some() => {
            program.as_mut()?.push_str(&line);
            None
        }
        Event::End(TagEnd::CodeBlock) if program.is_some() => {
            Some(Event::Html(code::block(&program.take()?, scope).into()))
        }
        // The code in the brackets is the link.
        Event::Start(Tag::Link { link_type: LinkType::ShortcutUnknown, .. }) => {
            is_name = true;
            None
        }
        Event::End(TagEnd::Link) if std::mem::take(&mut is_name) => None,
        event => Some(plain(lowered(event))),
    });
    let mut result = String::new();
    html::push_html(&mut result, events);
    result
}

/// A name in brackets and backticks is a link to what has the name.
fn in_brackets(link: BrokenLink<'_>) -> Option<(CowStr<'_>, CowStr<'_>)> {
    let is_code = link.link_type == LinkType::Shortcut && link.reference.starts_with('`');
    is_code.then(|| (link.reference, "".into()))
}

fn is_program(kind: &CodeBlockKind<'_>) -> bool {
    match kind {
        CodeBlockKind::Fenced(language) => language.split_whitespace().next() == Some("qml"),
        CodeBlockKind::Indented => false,
    }
}

/// Headings stand below those of the page, which are of the first two levels.
fn lowered(event: Event<'_>) -> Event<'_> {
    let lower = |level: HeadingLevel| HeadingLevel::try_from(level as usize + 2).unwrap_or(HeadingLevel::H6);
    match event {
        Event::Start(Tag::Heading { level, id, classes, attrs }) => {
            Event::Start(Tag::Heading { level: lower(level), id, classes, attrs })
        }
        Event::End(TagEnd::Heading(level)) => Event::End(TagEnd::Heading(lower(level))),
        event => event,
    }
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
