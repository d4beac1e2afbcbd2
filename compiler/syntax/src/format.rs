//! The formatter: one way to write a program, and nothing to configure.
//!
//! The tree says what belongs together, the words say what was written. The formatter walks the tree and takes word
//! after word from the text, each with the comments around it ([`words`]); so no comment is lost, and none passes a
//! word other than a comma or a semicolon. What comes out is a [`layout`]: text with places where lines may break.
//! Lines break where they must, from the outside in.
//!
//! The rules: four spaces, 110 columns, one blank line between functions and at most one elsewhere, `{}` for what is
//! empty, a trailing comma where each part has its own line and the grammar has one. A block or `struct` that was written
//! on one line stays there if it fits. A comment after code stays on its line, and in its column if two spaces or more
//! were before it.

mod builder;
mod expressions;
mod items;
mod layout;
mod statements;
mod types;
mod words;

use qml_source::{Diagnostic, FileId, bug};

use crate::{Token, lex, parse};
use builder::Builder;

/// The text as the formatter writes it, with the same words (but for commas before a closing bracket) and all comments.
///
/// Formatting what is formatted changes nothing.
///
/// # Errors
///
/// The syntax errors, if there are any.
pub fn format(file: FileId, text: &str) -> Result<String, Vec<Diagnostic>> {
    let parsed = parse(file, text);
    if !parsed.diagnostics.is_empty() {
        return Err(parsed.diagnostics);
    }
    let mut builder = Builder::new(text);
    builder.module(&parsed.module);
    let formatted = layout::print(&builder.finish());
    // Better to stop than to write a file that is another program.
    if !has_same_words(text, &formatted) {
        bug!("the formatter changed more than space");
    }
    Ok(formatted)
}

/// Whether two texts differ in space, comments and commas before closing brackets alone.
fn has_same_words(one: &str, other: &str) -> bool {
    essential_words(one).eq(essential_words(other))
}

/// The words without comments and without commas before closing brackets.
fn essential_words(text: &str) -> impl Iterator<Item = &str> {
    let words: Vec<_> = lex(text).into_iter().filter(|word| word.token != Token::Doc).collect();
    (0..words.len()).filter_map(move |index| {
        let closes = words.get(index + 1).is_some_and(|next| {
            matches!(next.token, Token::RightParen | Token::RightBracket | Token::RightBrace)
        });
        let is_dropped = words[index].token == Token::Comma && closes;
        (!is_dropped).then(|| &text[words[index].start..words[index].end])
    })
}

#[cfg(test)]
mod tests;
