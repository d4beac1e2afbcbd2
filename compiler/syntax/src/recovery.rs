//! Reading on after an error inside an item.
//!
//! The item is read from its start again and again: a missing `;` is put in, any other broken statement is left out, a
//! broken head of a block is replaced by a plain one. What remains broken at the end stays [`ItemKind::Broken`].

use crate::ast::{Item, ItemKind};
use crate::error::SyntaxError;
use crate::explain::{brackets::closing, explain};
use crate::items::{broken, is_first_on_line, is_item_keyword};
use crate::lexer::Lexeme;
use crate::parse::{Context, parse_item};
use crate::token::Token;

/// The most errors that are reported of one item.
const MOST_ERRORS: usize = 20;

/// Reads one item, `words`, at least one.
pub(crate) fn read_item(context: &mut Context<'_>, words: &[Lexeme]) -> Item {
    let mut rest = words.to_vec();
    let mut is_whole = true;
    for _ in 0..MOST_ERRORS {
        let n_errors = context.n_errors();
        let stop = match parse_item(context, &rest) {
            Ok(item) if is_whole => return item,
            Ok(_) => break,
            Err(stop) => stop,
        };
        let rest_len = rest.len();
        let error = explain(context, &rest, &stop, rest[rest.len() - 1].end);
        let is_missing_semicolon = matches!(error, SyntaxError::MissingSemicolon { .. });
        let misnamed = misnamed_around(context, &rest, stop.at, &error);
        let is_known = !misnamed.is_empty() || is_known(context, &rest, stop.at, &error);
        let repaired = if is_missing_semicolon && !is_known {
            let end = rest[stop.at - 1].end;
            rest.insert(stop.at, Lexeme { token: Token::Semicolon, start: end, end });
            true
        } else {
            is_whole = false;
            leave_out(context, &mut rest, stop.at)
        };
        if repaired {
            // What the actions reported, they will report again of all that is still there.
            context.forget_of(n_errors, &rest);
        }
        if !misnamed.is_empty() {
            context.hold(error, misnamed);
        } else if !is_known {
            context.report(error);
        }
        // At the end of the words a bracket is open; what comes before is read.
        if !repaired || stop.at == rest_len {
            break;
        }
    }
    let item = broken(context, words);
    if is_whole { Item { kind: ItemKind::Broken(item.name().cloned()), ..item } } else { item }
}

/// Whether the lexer has reported something in the same statement, of which this error is but a consequence.
fn is_known(context: &Context<'_>, words: &[Lexeme], at: usize, error: &SyntaxError) -> bool {
    if words.get(at).is_some_and(|word| word.token == Token::OpenString) {
        return true;
    }
    let first =
        Statement::around(context, words, at).and_then(|found| words.get(found.start)).unwrap_or(&words[0]);
    let start = first.start;
    let end = (error.span().end as usize).max(start);
    context.has_lexical_error_in(start, end)
}

/// The reserved words in the same statement that the file declares as names, of which this error may be a consequence.
fn misnamed_around(context: &Context<'_>, words: &[Lexeme], at: usize, error: &SyntaxError) -> Vec<String> {
    let Some(statement) = Statement::around(context, words, at) else { return Vec::new() };
    if context.misnamed.is_empty() || matches!(error, SyntaxError::ReservedWord { .. }) {
        return Vec::new();
    }
    let part = words.get(statement.start..statement.end).unwrap_or_default();
    let names = part.iter().filter(|word| context.misnamed.contains(&word.token));
    names.map(|word| context.text(word.start, word.end).to_owned()).collect()
}

/// A statement, by the indices of its words.
struct Statement {
    start: usize,
    end: usize,
    /// The brace of its first block, if it is the head before it that is broken.
    block: Option<usize>,
}

impl Statement {
    /// The statement that the word `at` stands in; `None` in the head of an item.
    fn around(context: &Context<'_>, words: &[Lexeme], at: usize) -> Option<Statement> {
        // Each open bracket, and where the statement in it begins.
        let mut open: Vec<(Token, usize)> = Vec::new();
        for (index, word) in words.iter().enumerate().take(at) {
            match word.token {
                Token::LeftParen | Token::LeftBracket | Token::LeftBrace => {
                    open.push((word.token, index + 1));
                }
                Token::RightParen | Token::RightBracket => {
                    open.pop_if(|last| last.0 != Token::LeftBrace);
                }
                Token::RightBrace => {
                    close_brackets(&mut open);
                    open.pop();
                    let next = words.get(index + 1).map(|word| word.token);
                    if !matches!(next, Some(Token::Else | Token::Apply)) {
                        start_statement(&mut open, index + 1);
                    }
                }
                Token::Semicolon => {
                    // `[0.0; n]`, or the end of a statement with an open bracket.
                    let in_list = open.last().is_some_and(|last| last.0 == Token::LeftBracket);
                    if !in_list || (index + 1 < words.len() && is_first_on_line(context, words, index + 1)) {
                        close_brackets(&mut open);
                        start_statement(&mut open, index + 1);
                    }
                }
                _ => {}
            }
        }
        // In `[qubit; 2]` the `;` ends no statement.
        let is_in_list = open.last().is_some_and(|last| last.0 == Token::LeftBracket);
        let is_semicolon = words.get(at).is_some_and(|word| word.token == Token::Semicolon);
        let goes_on = at + 1 < words.len() && !is_first_on_line(context, words, at + 1);
        let is_separator = is_in_list && is_semicolon && goes_on;
        close_brackets(&mut open);
        let start = open.last()?.1;
        Some(Self::from(context, words, start, at + usize::from(is_separator)))
    }

    fn from(context: &Context<'_>, words: &[Lexeme], start: usize, at: usize) -> Self {
        let mut depth = 0_usize;
        // Up to here a `;` ends no statement.
        let mut inner = end_of_loop_head(words, start);
        for index in at..words.len() {
            let is_next_line = index > at && is_first_on_line(context, words, index);
            match words[index].token {
                Token::OpenString => return Self { start, end: index + 1, block: None },
                Token::LeftBrace if depth == 0 && has_block(words[start].token) => {
                    return Self { start, end: index, block: Some(index) };
                }
                Token::LeftBrace => depth += 1,
                Token::RightBrace if depth == 0 => return Self { start, end: index, block: None },
                Token::RightBrace => {
                    depth -= 1;
                    if depth == 0 {
                        let has_semicolon =
                            words.get(index + 1).is_some_and(|word| word.token == Token::Semicolon);
                        return Self { start, end: index + 1 + usize::from(has_semicolon), block: None };
                    }
                }
                Token::LeftBracket => inner = inner.max(end_of_list(context, words, index)),
                Token::Semicolon if depth == 0 && index >= inner => {
                    return Self { start, end: index + 1, block: None };
                }
                token if depth == 0 && is_next_line && begins_statement(token) => {
                    return Self { start, end: index, block: None };
                }
                _ => {}
            }
        }
        Self { start, end: words.len(), block: None }
    }
}

/// Where the parentheses of `for (var i = 0; i < n; i += 1) {` end, in which `;` ends no statement; else 0.
fn end_of_loop_head(words: &[Lexeme], start: usize) -> usize {
    let token = |index: usize| words.get(index).map(|word| word.token);
    if (token(start), token(start + 1)) != (Some(Token::For), Some(Token::LeftParen)) {
        return 0;
    }
    let rest = &words[start..];
    let block = rest.iter().position(|word| word.token == Token::LeftBrace);
    block.filter(|block| rest[block - 1].token == Token::RightParen).map_or(0, |block| start + block)
}

/// Where the bracket ends that begins at a word, as in `[0.0; n]`; 0 if that is not on its line.
fn end_of_list(context: &Context<'_>, words: &[Lexeme], start: usize) -> usize {
    let next_line = (start + 1..words.len()).find(|&index| is_first_on_line(context, words, index));
    let line = &words[start..next_line.unwrap_or(words.len())];
    closing(line).map_or(0, |length| start + length)
}

fn close_brackets(open: &mut Vec<(Token, usize)>) {
    while open.pop_if(|last| last.0 != Token::LeftBrace).is_some() {}
}

fn start_statement(open: &mut [(Token, usize)], start: usize) {
    if let Some(last) = open.last_mut() {
        last.1 = start;
    }
}

fn has_block(token: Token) -> bool {
    use Token::{Adjoint, Control, For, If, Optimize, Power, While, Within};
    matches!(token, If | For | While | Optimize | Within | Adjoint | Control | Power)
}

fn begins_statement(token: Token) -> bool {
    use Token::{Break, Continue, Let, Maximize, Minimize, Return, Var};
    has_block(token) || matches!(token, Let | Var | Return | Break | Continue | Minimize | Maximize)
}

/// Leaves out what can't be read around the word `at`. Returns whether there is anything left to try.
fn leave_out(context: &Context<'_>, words: &mut Vec<Lexeme>, at: usize) -> bool {
    let n_words = words.len();
    // Between the fields of a struct the same is wrong again.
    if words[0].token == Token::Struct {
        return false;
    }
    if let Some(statement) = Statement::around(context, words, at) {
        // The words that stand in for what is left out have places, but no text is asked of them.
        let place = words[statement.start.min(n_words - 1)].start;
        let stand_in = |token| Lexeme { token, start: place, end: place };
        let head = [stand_in(Token::If), stand_in(Token::True)];
        let is_head = statement.block.is_some() && statement.end - statement.start > head.len();
        words.splice(statement.start..statement.end, if is_head { &head[..] } else { &[] }.iter().copied());
        return words.len() < n_words;
    }
    // The head of the item: read its body as that of a plain function.
    let keyword = words.iter().position(|word| is_item_keyword(word.token));
    let name =
        keyword.and_then(|keyword| words[keyword..].iter().find(|word| word.token == Token::Name)).copied();
    let block = words.iter().skip(at).position(|word| word.token == Token::LeftBrace).map(|n| at + n);
    let (Some(keyword), Some(name), Some(block)) = (keyword, name, block) else { return false };
    let has_body = matches!(words[keyword].token, Token::Gate | Token::Kernel | Token::Fn | Token::Test);
    let place = name.end;
    let stand_in = |token| Lexeme { token, start: place, end: place };
    let start = Lexeme { token: Token::Fn, ..words[0] };
    let head = [start, name, stand_in(Token::LeftParen), stand_in(Token::RightParen)];
    words.splice(..block, head);
    has_body && words.len() < n_words
}
