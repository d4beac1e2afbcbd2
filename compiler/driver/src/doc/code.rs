//! Programs as HTML: words in colours, names as links.

use qml_syntax::{Lexeme, Token, lex};

use super::names::Scope;

/// Text with the characters that mean something in HTML replaced.
pub(super) fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

/// A program in a block of its own.
pub(super) fn block(text: &str, scope: &Scope<'_>) -> String {
    format!("<pre><code>{}</code></pre>\n", highlighted(text.trim_end(), scope))
}

/// A program in colours.
pub(super) fn highlighted(text: &str, scope: &Scope<'_>) -> String {
    let words = lex(text);
    let mut html = String::new();
    let mut position = 0;
    for (index, word) in words.iter().enumerate() {
        html += &gap(&text[position..word.start]);
        html += &self::word(text, &words, index, scope);
        position = word.end;
    }
    html + &gap(&text[position..])
}

/// Space and comments.
fn gap(text: &str) -> String {
    let comment = |line: &str| match line.find("//") {
        Some(at) => format!("{}<span class=\"com\">{}</span>", &line[..at], escape(&line[at..])),
        None => line.to_owned(),
    };
    text.split('\n').map(comment).collect::<Vec<_>>().join("\n")
}

fn word(text: &str, words: &[Lexeme], index: usize, scope: &Scope<'_>) -> String {
    let word = words[index];
    let before = index.checked_sub(1).map(|before| words[before].token);
    let next = words.get(index + 1).map(|next| next.token);
    let shown = escape(&text[word.start..word.end]);
    let class = match word.token {
        Token::Doc => "com",
        Token::String => "str",
        Token::Number | Token::True | Token::False => "num",
        Token::Test if next != Some(Token::String) => return shown,
        Token::Test => "kw",
        Token::Name => {
            use Token::{Const, Dot, Fn, Gate, Kernel, Param, Struct};
            if matches!(before, Some(Const | Param | Struct | Gate | Kernel | Fn)) {
                return format!("<span class=\"def\">{shown}</span>");
            }
            return match target(&text[word.start..word.end], before == Some(Dot), next, scope) {
                Some(target) => format!("<a href=\"{}\">{shown}</a>", escape(&target)),
                None => shown,
            };
        }
        token if token.is_keyword() => "kw",
        _ => return shown,
    };
    format!("<span class=\"{class}\">{shown}</span>")
}

/// Where a name leads: a call to what is called, any other to a constant or a struct, unless it names an argument.
fn target(name: &str, is_field: bool, next: Option<Token>, scope: &Scope<'_>) -> Option<String> {
    if is_field || next == Some(Token::Colon) {
        return None;
    }
    if next == Some(Token::LeftParen) {
        return scope.callable(name);
    }
    let is_type = name.starts_with(char::is_uppercase);
    scope.value(name).or_else(|| scope.callable(name).filter(|_| is_type))
}
