//! The words of a file, cut into items, so that a broken one hides no other.
//!
//! An item ends at its closing brace or semicolon; and, where that is missing, at the next line that begins an item and
//! is indented no more than this one.

use crate::ast::{Docs, Item, ItemKind, Name};
use crate::error::SyntaxError;
use crate::lexer::{self, Lexeme};
use crate::parse::Context;
use crate::token::Token;
use crate::{nesting, recovery};

/// Reads all items of the file; what is wrong goes to the context.
pub(crate) fn items(context: &mut Context<'_>) -> Vec<Item> {
    let (words, errors) = lexer::lex_part(context.file(), context.source(), 0);
    if let Some(error) = qt_qml(context, &words) {
        context.report(error);
        return Vec::new();
    }
    for error in errors {
        context.report(error);
    }

    context.misnamed = misnamed(&words);

    let mut items = Vec::new();
    let mut docs = None;
    let mut at = 0;
    while at < words.len() {
        if words[at].token == Token::Doc {
            (docs, at) = docs_at(context, &words, at);
        } else if starts_item(&words, at) {
            let (part, end) = cut(context, &words, at, Inner::Reported);
            let item = if context.is_full() {
                broken(context, &part)
            } else if let Some(error) = nesting::too_deep(context, &part) {
                context.report(error);
                broken(context, &part)
            } else {
                recovery::read_item(context, &part)
            };
            items.push(Item { docs: docs.take(), ..item });
            items.extend(inner_items(context, &words, at, end));
            at = end;
        } else {
            docs = None;
            let end = skip_stray(context, &words, at);
            items.extend(stray_items(context, &words, at, end));
            at = end;
        }
    }
    items
}

/// The reserved words that are declared as names: what follows from that isn't reported again.
fn misnamed(words: &[Lexeme]) -> Vec<Token> {
    use Token::{Const, Fn, Gate, Kernel, Let, Param, Struct, Var};
    let declares = |token| matches!(token, Const | Param | Struct | Gate | Kernel | Fn | Let | Var);
    let ends_name = |token| {
        matches!(
            token,
            Token::LeftParen | Token::LeftBracket | Token::LeftBrace | Token::Colon | Token::Assign
        )
    };
    let is_misnamed = |at: usize| {
        let (before, name, after) = (words[at - 1].token, words[at].token, words[at + 1].token);
        // `m.param` is a field.
        let is_field = at > 1 && words[at - 2].token == Token::Dot;
        declares(before) && name.is_keyword() && ends_name(after) && !is_field
    };
    (1..words.len().saturating_sub(1)).filter(|&at| is_misnamed(at)).map(|at| words[at].token).collect()
}

/// Stands for each item inside of another, which is reported, so that the uses of its name aren't.
fn inner_items(context: &Context<'_>, words: &[Lexeme], at: usize, end: usize) -> Vec<Item> {
    let inner = (at + 1..end).filter(|&index| {
        is_item_keyword(words[index].token)
            && starts_item(words, index)
            && words.get(index + 1).is_some_and(|word| word.token == Token::Name)
            && words[at..index].iter().any(|word| word.token == Token::LeftBrace)
    });
    let names = inner.map(|index| context.name(words[index + 1].start, words[index + 1].end));
    names.map(|name| unread(name.span, Some(name))).collect()
}

/// Stands for what lines at top level declare that begin no item, which is reported.
fn stray_items(context: &Context<'_>, words: &[Lexeme], at: usize, end: usize) -> Vec<Item> {
    let lines = (at..end).filter(|&index| {
        is_first_on_line(context, words, index) && column(context, words[index]) <= column(context, words[at])
    });
    let names = lines.filter_map(|index| stray_name(context, words, index));
    names.map(|name| unread(name.span, Some(name))).collect()
}

/// What a line at top level declares that begins no item: `def f(x):`, `let n = 3;`, `n = 3`.
fn stray_name(context: &Context<'_>, words: &[Lexeme], at: usize) -> Option<Name> {
    let word = |index: usize| words.get(index).filter(|word| word.token == Token::Name);
    let follows =
        |index: usize, tokens: &[Token]| words.get(index).is_some_and(|word| tokens.contains(&word.token));
    let ends_name = [Token::Assign, Token::LeftParen, Token::Colon, Token::LeftBrace];
    let found = match words[at].token {
        Token::Name if follows(at + 1, &[Token::Assign]) => word(at),
        Token::Name | Token::Let | Token::Var if follows(at + 2, &ends_name) => word(at + 1),
        _ => None,
    };
    found.map(|word| context.name(word.start, word.end))
}

/// The item that stands for words with errors.
pub(crate) fn broken(context: &Context<'_>, words: &[Lexeme]) -> Item {
    let (start, end) = (words[0].start, words[words.len() - 1].end);
    let keyword = words.iter().position(|word| is_item_keyword(word.token));
    let name = keyword.and_then(|keyword| words.get(keyword + 1)).filter(|word| word.token == Token::Name);
    let name = name.map(|word| context.name(word.start, word.end));
    unread(context.span(start, end), name)
}

/// An item of which nothing is known but perhaps its name.
fn unread(span: qml_source::Span, name: Option<Name>) -> Item {
    Item { span, docs: None, attributes: Vec::new(), kind: ItemKind::Broken(name) }
}

/// The words that begin an item.
pub(crate) fn is_item_keyword(token: Token) -> bool {
    use Token::{Const, Fn, Gate, Kernel, Param, Struct, Test, Use};
    matches!(token, Use | Const | Param | Struct | Gate | Kernel | Fn | Test)
}

/// Whether an item begins here, by this word and the next: items never nest, so this holds inside a block as well.
fn starts_item(words: &[Lexeme], at: usize) -> bool {
    let next = words.get(at + 1).map(|word| word.token);
    let next_but_one = words.get(at + 2).map(|word| word.token);
    // In `let gate = 3;` and `use std.gate.qft;` the word is taken for a name.
    if at > 0 && matches!(words[at - 1].token, Token::Let | Token::Var | Token::For | Token::Dot) {
        return false;
    }
    match words[at].token {
        Token::Use => true,
        Token::Const | Token::Struct => true,
        Token::Gate | Token::Kernel | Token::Fn => {
            !matches!(next, Some(Token::LeftParen | Token::RightParen | Token::Comma | Token::Semicolon))
        }
        Token::Param => next == Some(Token::Name) && next_but_one != Some(Token::RightParen),
        Token::Test => matches!(next, Some(Token::String | Token::OpenString)),
        Token::At => next == Some(Token::Name) && (at == 0 || !words[at - 1].token.ends_expr()),
        _ => false,
    }
}

/// What becomes of an item inside of another.
#[derive(Clone, Copy)]
enum Inner {
    /// It is reported and left out.
    Reported,
    /// Its words are words of the item around it. Items inside of items inside of items need no stack.
    Words,
}

/// The words of the item that begins at `at`, and the index after its last.
fn cut(context: &mut Context<'_>, words: &[Lexeme], at: usize, inner: Inner) -> (Vec<Lexeme>, usize) {
    let mut part = Vec::new();
    let mut open: Vec<Lexeme> = Vec::new();
    let mut index = at;
    let mut has_keyword = false;
    while index < words.len() {
        let word = words[index];
        if word.token == Token::Doc {
            index += 1;
            continue;
        }
        if index > at && has_keyword && starts_item(words, index) {
            let block = open.iter().rfind(|word| word.token == Token::LeftBrace);
            let Some(&block) = block else { break };
            if is_first_on_line(context, words, index) && column(context, word) <= column(context, words[at])
            {
                break;
            }
            if let Inner::Reported = inner {
                let span = context.span(word.start, word.end);
                let text = context.text(word.start, word.end).to_owned();
                let block = context.span(block.start, block.end);
                context.report(SyntaxError::NestedItem { span, word: text, block });
                index = cut(context, words, index, Inner::Words).1;
                continue;
            }
        }
        has_keyword |= is_item_keyword(word.token);
        part.push(word);
        index += 1;
        match word.token {
            Token::LeftParen | Token::LeftBracket | Token::LeftBrace => open.push(word),
            Token::RightParen | Token::RightBracket => {
                open.pop_if(|last| last.token != Token::LeftBrace);
            }
            Token::RightBrace => {
                while open.pop_if(|last| last.token != Token::LeftBrace).is_some() {}
                open.pop();
                let is_list =
                    part.iter().find(|word| word.token != Token::At).is_some_and(|w| w.token == Token::Use);
                if open.is_empty() && !is_list {
                    break;
                }
            }
            Token::Semicolon if open.is_empty() => break,
            _ => {}
        }
    }
    (part, index)
}

/// The documentation at `at`, if an item follows it, and the index after it.
fn docs_at(context: &Context<'_>, words: &[Lexeme], at: usize) -> (Option<Docs>, usize) {
    let end = words[at..].iter().position(|word| word.token != Token::Doc).map_or(words.len(), |n| at + n);
    let lines = words[at..end].iter().map(|word| {
        let line = context.text(word.start + 3, word.end).trim_end();
        line.strip_prefix(' ').unwrap_or(line)
    });
    let text = lines.collect::<Vec<_>>().join("\n");
    let span = context.span(words[at].start, words[end - 1].end);
    (Some(Docs { text, span }), end)
}

/// Reports words at top level that begin no item, once, and returns the index of the next that may.
fn skip_stray(context: &mut Context<'_>, words: &[Lexeme], at: usize) -> usize {
    let end = (at + 1..words.len())
        .find(|&index| words[index].token == Token::Doc || starts_item(words, index))
        .unwrap_or(words.len());
    let word = words[at];
    if word.token == Token::OpenString {
        return end;
    }
    let span = context.span(word.start, word.end);
    let text = context.text(word.start, word.end);
    context.report(match word.token {
        Token::RightParen | Token::RightBracket | Token::RightBrace => {
            SyntaxError::Unbalanced { span, bracket: text.chars().next().unwrap_or('}'), is_open: false }
        }
        Token::Semicolon => SyntaxError::NotAnItem {
            span,
            message: "nothing stands before this `;`".to_owned(),
            help: "delete it: no `;` follows a closing brace".to_owned(),
        },
        _ => stray_word(span, text, word.token),
    });
    end
}

fn stray_word(span: qml_source::Span, text: &str, token: Token) -> SyntaxError {
    let help = match text {
        "def" | "function" | "func" | "fun" | "void" | "int" | "float" | "double" | "async" => {
            "a function is declared with `fn name(x: float) -> float { ... }`"
        }
        "OPENQASM" => {
            "OpenQASM is read from files that end in `.qasm`: `qmlang build circuit.qasm --target line:5`"
        }
        "import" | "from" | "include" => "modules are brought in with `use std.chem.{h2};`",
        "class" | "type" | "enum" | "record" => {
            "a record is declared with `struct Model { w: float[4], b: float }`"
        }
        "let" | "var" => "a constant of the file is `const N = 7;`; variables stand in functions",
        "pub" | "public" | "private" | "export" => "leave it out: all items can be used from other files",
        "qubit" | "qreg" | "creg" => {
            "registers are made inside of a kernel: `kernel bell() -> qubit[2] { ... }`"
        }
        "return" | "for" | "if" | "while" => {
            "statements stand in functions; perhaps a `}` before this closes too much"
        }
        "mod" | "module" => "a file is a module; there is no declaration of one",
        "test" => "a test has a name in quotes: `test \"what it shows\" { ... }`",
        "operation" | "circuit" => "quantum code is declared with `kernel` or `gate`",
        _ => "statements stand in functions, `fn main() { ... }`",
    };
    let text = if token == Token::String { "a string" } else { &format!("`{text}`") };
    SyntaxError::NotAnItem {
        span,
        message: format!(
            "expected `use`, `const`, `param`, `struct`, `gate`, `kernel`, `fn` or `test`, found {text}"
        ),
        help: help.to_owned(),
    }
}

pub(crate) fn is_first_on_line(context: &Context<'_>, words: &[Lexeme], at: usize) -> bool {
    at == 0 || context.text(words[at - 1].end, words[at].start).contains('\n')
}

/// How far a word is from the start of its line in bytes, 200 at most: nobody indents more.
fn column(context: &Context<'_>, word: Lexeme) -> usize {
    let before = &context.source().as_bytes()[..word.start];
    before.iter().rev().take(200).take_while(|&&byte| byte != b'\n').count()
}

/// Whether the file is written in Qt's language: `import QtQuick`, `Item {`.
fn qt_qml(context: &Context<'_>, words: &[Lexeme]) -> Option<SyntaxError> {
    let text = |index: usize| words.get(index).map_or("", |word| context.text(word.start, word.end));
    let token = |index: usize| words.get(index).map(|word| word.token);
    let is_type = |index| token(index) == Some(Token::Name) && text(index).starts_with(char::is_uppercase);
    let length = match text(0) {
        "pragma" if token(1) == Some(Token::Name) => 2,
        "import" if text(1).starts_with("Qt") || token(1) == Some(Token::String) => 2,
        "import" if is_type(1) && matches!(token(2), Some(Token::Number | Token::Dot)) => 2,
        _ if is_type(0) && token(1) == Some(Token::LeftBrace) => 2,
        _ => return None,
    };
    Some(SyntaxError::QtQml { span: context.span(words[0].start, words[length - 1].end) })
}
