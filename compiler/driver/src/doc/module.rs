//! The page of a module.

use std::collections::HashSet;

use qml_semantics::modules::SourceModule;
use qml_source::{FileId, SourceMap, Span};
use qml_syntax::ast::{Item, ItemKind};
use qml_syntax::{Token, lex};

use super::code::{block, escape};
use super::frame::{Anchor, Frame};
use super::names::{Names, Scope, page_file};
use super::{Page, markdown, module_title};

/// The page of a module: what has documentation, then the rest, then the tests.
pub(super) fn page(frame: &Frame<'_>, module: &SourceModule, sources: &SourceMap, names: &Names) -> Page {
    let writer = Writer { module, sources, scope: names.scope(&module.path, &module.ast) };
    let intro = intro(sources.text(module.ast.file));
    let mut html = markdown::blocks(&intro, "", &writer.scope);
    html += &format!("<p><code>{}</code></p>\n", escape(&usage(&module.path)));

    let mut anchors = Vec::new();
    let named: Vec<&Item> = module.ast.items.iter().filter(|item| item.name().is_some()).collect();
    for (title, kind) in KINDS {
        let documented =
            || named.iter().copied().filter(|item| kind_of(item) == Some(*kind) && is_documented(item));
        if documented().next().is_some() {
            html += &format!("<h2>{title}</h2>\n");
        }
        for item in documented() {
            html += &writer.item(item);
            anchors.extend(anchor(item));
        }
    }
    let rest: Vec<&Item> = named.into_iter().filter(|item| !is_documented(item)).collect();
    if !rest.is_empty() {
        html += "<h2>Without documentation</h2>\n<div class=\"rest\">\n";
        for item in rest {
            html += &writer.item(item);
            anchors.extend(anchor(item));
        }
        html += "</div>\n";
    }
    frame.page(&page_file(&module.path), &module_title(&module.path), &anchors, &html)
}

/// The comment that a file begins with.
pub(super) fn intro(text: &str) -> String {
    let lines = text.lines().map_while(|line| line.strip_prefix("//").filter(|rest| !rest.starts_with('/')));
    // Who writes Rust begins a file with `//!`.
    let lines = lines.map(|line| line.strip_prefix('!').unwrap_or(line));
    lines.map(|line| line.strip_prefix(' ').unwrap_or(line)).collect::<Vec<_>>().join("\n")
}

/// How a module is brought into another.
fn usage(path: &str) -> String {
    if path.starts_with("std.") { format!("use {path};") } else { format!("use ./{};", module_title(path)) }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Param,
    Const,
    Struct,
    Gate,
    Kernel,
    Fn,
}

/// The sections of a page.
const KINDS: &[(&str, Kind)] = &[
    ("Parameters", Kind::Param),
    ("Constants", Kind::Const),
    ("Structs", Kind::Struct),
    ("Gates", Kind::Gate),
    ("Kernels", Kind::Kernel),
    ("Functions", Kind::Fn),
];

fn kind_of(item: &Item) -> Option<Kind> {
    use qml_syntax::ast::Effect;
    match &item.kind {
        ItemKind::Param(_) => Some(Kind::Param),
        ItemKind::Const(_) => Some(Kind::Const),
        ItemKind::Struct(_) => Some(Kind::Struct),
        ItemKind::Callable(callable) => Some(match callable.effect {
            Effect::Gate => Kind::Gate,
            Effect::Kernel => Kind::Kernel,
            Effect::Fn => Kind::Fn,
        }),
        ItemKind::Use(_) | ItemKind::Test(_) | ItemKind::Broken(_) => None,
    }
}

/// Constants and the like speak for themselves.
fn is_documented(item: &Item) -> bool {
    item.docs.is_some() || !matches!(item.kind, ItemKind::Callable(_))
}

fn anchor(item: &Item) -> Option<Anchor> {
    let name = item.name()?.text.clone();
    Some(Anchor { id: name.clone(), text: name })
}

struct Writer<'a> {
    module: &'a SourceModule,
    sources: &'a SourceMap,
    scope: Scope<'a>,
}

impl Writer<'_> {
    fn item(&self, item: &Item) -> String {
        let Some(name) = item.name() else { return String::new() };
        let mut html = format!("<section class=\"item\" id=\"{}\">\n", escape(&name.text));
        let signature = self.signature(item);
        html += &block(&signature, &self.scope);
        if let Some(docs) = &item.docs {
            html += &format!(
                "<div class=\"text\">\n{}</div>\n",
                markdown::blocks(&docs.text, &signature, &self.scope)
            );
        }
        if item.docs.is_some() {
            for test in self.module.ast.items.iter().filter_map(|test| self.example(test, &name.text)) {
                html += &test;
            }
        }
        html + "</section>\n"
    }

    /// An item without its body, as the formatter writes it.
    fn signature(&self, item: &Item) -> String {
        let whole = self.sources.snippet(item.span);
        let ItemKind::Callable(callable) = &item.kind else {
            let line_end = self.sources.text(item.span.file)[item.span.end as usize..].lines().next();
            let comment = line_end.filter(|rest| rest.trim_start().starts_with("//")).unwrap_or_default();
            return formatted(whole).trim_end().to_owned() + comment;
        };
        let head = &whole[..(callable.body.span.start - item.span.start) as usize];
        let head = formatted(&format!("{head}{{}}"));
        head.trim_end().trim_end_matches("{}").trim_end().to_owned()
    }

    /// A test that uses the item of this name, with the undocumented items that it calls.
    fn example(&self, test: &Item, name: &str) -> Option<String> {
        let ItemKind::Test(declared) = &test.kind else { return None };
        let used = self.words(test.span);
        let helpers: Vec<&Item> = self
            .module
            .ast
            .items
            .iter()
            .filter(|item| {
                item.name().is_some_and(|name| used.contains(name.text.as_str())) && !is_documented(item)
            })
            .collect();
        let is_about = used.contains(name) || helpers.iter().any(|item| self.words(item.span).contains(name));
        if !is_about {
            return None;
        }
        let parts = helpers.iter().chain([&test]).map(|item| self.sources.snippet(item.span));
        let text = parts.collect::<Vec<_>>().join("\n\n");
        let title = escape(&declared.name.text);
        Some(format!(
            "<details>\n<summary>Example: {title}</summary>\n{}</details>\n",
            block(&text, &self.scope)
        ))
    }

    /// The names of what is called in a part of the source.
    fn words(&self, span: Span) -> HashSet<&str> {
        let text = self.sources.snippet(span);
        let words = lex(text);
        // In a string too: `"{f(x)}"` is short for it.
        let names = words.iter().filter(|word| word.token == Token::Name);
        names.map(|word| &text[word.start..word.end]).collect()
    }
}

/// As the formatter writes it; what it refuses stays.
fn formatted(text: &str) -> String {
    qml_syntax::format(FileId::default(), text).unwrap_or_else(|_| text.to_owned())
}
