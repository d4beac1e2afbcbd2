//! Text to words. What is no word is reported here, and replaced by what was meant where that is clear, so that one
//! slip gives one message.

use logos::Logos;
use qml_source::{FileId, Span};

use crate::error::{NumberProblem, SyntaxError};
use crate::foreign;
use crate::parse::MOST_ERRORS;
use crate::token::Token;

/// A word and its bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lexeme {
    /// The word.
    pub token: Token,
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

/// The words of a text, `///` lines among them, without other comments. For editors: what is no word is left out.
pub fn lex(text: &str) -> Vec<Lexeme> {
    Lexer::new(FileId::default(), text, 0).run().0
}

/// The words of `text`, which begins at byte `offset` of its file, and what is wrong with them.
pub(crate) fn lex_part(file: FileId, text: &str, offset: usize) -> (Vec<Lexeme>, Vec<SyntaxError>) {
    Lexer::new(file, text, offset).run()
}

struct Lexer<'text> {
    file: FileId,
    text: &'text str,
    offset: usize,
    words: Vec<Lexeme>,
    errors: Vec<SyntaxError>,
}

impl<'text> Lexer<'text> {
    fn new(file: FileId, text: &'text str, offset: usize) -> Self {
        Self { file, text, offset, words: Vec::new(), errors: Vec::new() }
    }

    fn run(mut self) -> (Vec<Lexeme>, Vec<SyntaxError>) {
        let mut tokens = Token::lexer(self.text).spanned().peekable();
        while let Some((token, range)) = tokens.next() {
            let (start, mut end) = (range.start, range.end);
            let token = match token {
                // One bad run of characters, one message.
                Err(()) => {
                    while let Some((_, next)) =
                        tokens.next_if(|(token, next)| token.is_err() && next.start == end)
                    {
                        end = next.end;
                    }
                    self.unknown(start, end);
                    continue;
                }
                Ok(token) => token,
            };
            match token {
                Token::Foreign => self.foreign(start, end),
                Token::OpenString => {
                    let end = start + self.text[start..end].trim_end().len();
                    self.report(SyntaxError::OpenString { span: self.span(start, end) });
                    self.words.push(Lexeme { token: Token::OpenString, start, end });
                }
                Token::Name | Token::Number => self.word_or_number(token, start, end),
                Token::Dot => self.point(start, end),
                _ => self.words.push(Lexeme { token, start, end }),
            }
        }
        self.number_forms();
        for word in &mut self.words {
            word.start += self.offset;
            word.end += self.offset;
        }
        (self.words, self.errors)
    }

    /// Reports an error, unless there are more than anybody reads.
    fn report(&mut self, error: SyntaxError) {
        if self.errors.len() < MOST_ERRORS {
            self.errors.push(error);
        }
    }

    fn span(&self, start: usize, end: usize) -> Span {
        Span::new(self.file, self.offset + start, self.offset + end)
    }

    /// The word before byte `start`, if nothing stands between.
    fn adjacent(&mut self, start: usize) -> Option<&mut Lexeme> {
        self.words.last_mut().filter(|word| word.end == start)
    }

    /// A name or a number; directly after a number it belongs to it, and the number is none.
    fn word_or_number(&mut self, token: Token, start: usize, end: usize) {
        let file_span = self.span(start, end);
        match self.adjacent(start) {
            Some(word) if word.token == Token::Number => word.end = end,
            // Of length 1: `::` has been taken for a point.
            Some(word)
                if word.token == Token::Dot && word.end - word.start == 1 && token == Token::Number =>
            {
                let point = word.start;
                self.words.pop();
                let follows_value = self.adjacent(point).is_some_and(|word| word.token.ends_expr());
                let problem =
                    if follows_value { NumberProblem::TupleField } else { NumberProblem::NothingBeforePoint };
                let span = Span { start: (self.offset + point) as u32, ..file_span };
                let text = self.text[point..end].to_owned();
                self.report(SyntaxError::MalformedNumber { span, problem, text });
                if !follows_value {
                    self.words.push(Lexeme { token, start, end });
                }
            }
            _ => self.words.push(Lexeme { token, start, end }),
        }
    }

    /// A point directly after a number, but no second one: `1.`
    fn point(&mut self, start: usize, end: usize) {
        match self.adjacent(start) {
            Some(word) if word.token == Token::Number => word.end = end,
            _ => self.words.push(Lexeme { token: Token::Dot, start, end }),
        }
    }

    /// Numbers that more was added to are none.
    fn number_forms(&mut self) {
        for word in &self.words {
            if word.token != Token::Number {
                continue;
            }
            let text = &self.text[word.start..word.end];
            let problem = if text.ends_with('.') {
                NumberProblem::NothingAfterPoint
            } else if matches!(text, "0x" | "0b")
                || text.starts_with("0x_") && text[2..].chars().all(|c| c == '_')
            {
                NumberProblem::NoDigits
            } else if Token::lexer(text).spanned().next().is_some_and(|(_, first)| first.end < text.len()) {
                NumberProblem::LettersAfter
            } else {
                continue;
            };
            if self.errors.len() < MOST_ERRORS {
                let (span, text) = (self.span(word.start, word.end), text.to_owned());
                self.errors.push(SyntaxError::MalformedNumber { span, problem, text });
            }
        }
        self.errors.sort_by_key(|error| error.span().start);
    }

    /// What another language would write: replaced by our word where one means the same.
    fn foreign(&mut self, start: usize, end: usize) {
        let text = &self.text[start..end];
        if text == "::" && self.is_slice(end) {
            self.words.extend((start..end).map(|at| Lexeme { token: Token::Colon, start: at, end: at + 1 }));
            return;
        }
        let operator = foreign::operator(text).filter(|_| !self.is_closure(text));
        let Some(operator) = operator else {
            self.words.push(Lexeme { token: Token::Foreign, start, end });
            return;
        };
        let shown = text.lines().next().unwrap_or_default().trim_end().chars().take(40).collect();
        let help = self.assignment(text, end).unwrap_or_else(|| operator.help.to_owned());
        self.report(SyntaxError::Foreign { span: self.span(start, end), text: shown, help });
        if let Some(token) = operator.meant {
            self.words.push(Lexeme { token, start, end });
        }
    }

    /// `x %= 2` as it is written here.
    fn assignment(&self, operator: &str, end: usize) -> Option<String> {
        let symbol = operator.strip_suffix('=').filter(|symbol| matches!(*symbol, "%" | "**"))?;
        let variable = self.words.last().filter(|word| word.token == Token::Name)?;
        let variable = &self.text[variable.start..variable.end];
        let value = self.text[end..].lines().next()?.split(';').next()?.trim();
        let is_simple =
            !value.is_empty() && value.chars().all(|c| c.is_alphanumeric() || matches!(c, '_' | '.'));
        is_simple.then(|| format!("write `{variable} = {variable} {symbol} {value}`"))
    }

    /// Whether `::` before byte `end` is that of `xs[::2]`, not of a path.
    fn is_slice(&self, end: usize) -> bool {
        let is_name = self.words.last().is_some_and(|word| word.token == Token::Name);
        let begins_name = |character: char| character.is_alphabetic() || character == '_';
        !(is_name && self.text[end..].starts_with(begins_name))
    }

    /// Whether a bar is one of `|a, b| a + b`: no operand stands before the first, only names after it.
    fn is_closure(&self, text: &str) -> bool {
        if !matches!(text, "|" | "||") {
            return false;
        }
        let before = self.words.iter().rev().find(|word| !matches!(word.token, Token::Name | Token::Comma));
        let opens = self.words.last().is_none_or(|word| !word.token.ends_expr());
        opens
            || before
                .is_some_and(|word| word.token == Token::Foreign && &self.text[word.start..word.end] == "|")
    }

    /// Characters that begin no word, or that only look like one that does.
    fn unknown(&mut self, start: usize, end: usize) {
        for (index, character) in self.text[start..end].char_indices() {
            let start = start + index;
            let (at, end) = (start, start + character.len_utf8());
            if let Some((meant, token)) = foreign::lookalike(character) {
                self.report(SyntaxError::Lookalike { span: self.span(at, end), character, meant });
                self.words.extend(token.map(|token| Lexeme { token, start: at, end }));
            } else if index == 0 {
                self.report(SyntaxError::UnexpectedCharacter { span: self.span(at, end), character });
            }
        }
    }
}
