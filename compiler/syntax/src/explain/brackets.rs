//! What stands in brackets, as Python, Rust and OpenQASM write it: slices, registers, types of tensors, comprehensions.

use super::Site;
use super::habits::Form;
use crate::lexer::Lexeme;
use crate::token::Token;

impl Site<'_, '_> {
    /// Brackets of other languages.
    pub(super) fn brackets(&self) -> Option<Form> {
        self.called_register()
            .or_else(|| self.slice())
            .or_else(|| self.type_without_size())
            .or_else(|| self.bracketed_type())
            .or_else(|| self.comprehension_in_parens())
            .or_else(|| self.quotes_in_braces())
    }

    /// `qubit(2)`, `qubit q[2];`, `[qubit; 2]`
    fn called_register(&self) -> Option<Form> {
        if self.token(-1)? != Token::Qubit {
            return None;
        }
        let size = |offset: isize| match (self.token(offset), self.token(offset + 1)) {
            (Some(Token::Name | Token::Number), Some(Token::RightParen | Token::RightBracket)) => {
                self.text(offset)
            }
            _ => "n",
        };
        let help = match self.token(0)? {
            Token::LeftParen | Token::Semicolon => {
                let offset = if self.token(0) == Some(Token::Semicolon) { -2 } else { -1 };
                let statement = self.statement();
                let before = match (statement, self.word(offset)) {
                    ([first, .., last], Some(register))
                        if first.token == Token::Let && last.token == Token::Qubit =>
                    {
                        self.context.text(first.start, register.start)
                    }
                    _ => "",
                };
                let end = if before.is_empty() { "" } else { ";" };
                format!("write `{before}qubit[{}]{end}`", size(1))
            }
            Token::Name if self.head() == Some(Token::Qubit) => {
                let size = if self.token(1) == Some(Token::LeftBracket) { size(2) } else { "1" };
                format!("write `let {} = qubit[{size}];`", self.text(0))
            }
            _ => return None,
        };
        Some(("a register is made by `qubit[n]`", help))
    }

    /// `x[:n]`, `x[:, 0:2]`, `x[::2]`
    fn slice(&self) -> Option<Form> {
        let is_slice = self.token(0)? == Token::Colon
            && self.opened().is_some_and(|word| word.token == Token::LeftBracket);
        if !is_slice {
            return None;
        }
        let message = "a slice is written `a..b`, without b";
        Some((
            message,
            self.rewritten_slice().unwrap_or_else(|| "write `x[1..3]`, `x[..2]`, `x[2..]`".to_owned()),
        ))
    }

    /// The index around this place with `..` for `:`, and `range` for a slice with steps.
    fn rewritten_slice(&self) -> Option<String> {
        let opened = self.opened()?;
        let start = self.words.iter().position(|word| word.start == opened.start)?;
        let length = closing(&self.words[start..])?;
        let name = self.words.get(start.checked_sub(1)?).filter(|word| word.token == Token::Name)?;
        let name = self.context.text(name.start, name.end);
        let parts: Vec<_> = split(&self.words[start + 1..start + length], Token::Comma)
            .into_iter()
            .map(|part| {
                split(part, Token::Colon).into_iter().map(|bound| self.text_of(bound)).collect::<Vec<_>>()
            })
            .collect();
        match parts.as_slice() {
            [part] if matches!(part.as_slice(), ["", "", "-1"]) => {
                return Some(format!("write `reverse({name})`"));
            }
            [part] if part.len() == 3 && !part[2].is_empty() => {
                let first = if part[0].is_empty() { "0" } else { part[0] };
                let end = if part[1].is_empty() { &format!("len({name})") } else { part[1] };
                return Some(format!("write `{name}[range({first}, {end}, {})]`", part[2]));
            }
            _ => {}
        }
        let parts: Vec<_> = parts.iter().map(|part| part[..part.len().min(2)].join("..")).collect();
        Some(format!("write `{name}[{}]`", parts.join(", "))).filter(|help| help.len() <= 60)
    }

    /// `x: float[]`
    fn type_without_size(&self) -> Option<Form> {
        let is_empty = (self.token(-1)?, self.token(0)?) == (Token::LeftBracket, Token::RightBracket);
        let is_type = is_empty && matches!(self.token(-3), Some(Token::Colon | Token::Arrow));
        let element = self.text(-2);
        is_type.then(|| ("the type of a tensor has its sizes in the brackets", self.sized(element)))
    }

    /// `x: [float]`, `x: [float; 3]`
    fn bracketed_type(&self) -> Option<Form> {
        let is_type = self.token(0)? == Token::LeftBracket
            && matches!(self.token(-1), Some(Token::Colon | Token::Arrow))
            && self.expects("qubit")
            && !self.expects("NUMBER");
        let element = (1..3).map(|offset| self.text(offset)).find(|text| !matches!(*text, "[" | "]"));
        is_type.then(|| {
            let help = self.sizes_first().unwrap_or_else(|| self.sized(element.unwrap_or("float")));
            ("the type of a tensor begins with that of its elements", help)
        })
    }

    /// `[n, 2]float`
    fn sizes_first(&self) -> Option<String> {
        let words = &self.words[self.at..];
        let end = closing(words)?;
        let element =
            words.get(end + 1).filter(|word| word.token == Token::Name && word.start == words[end].end)?;
        let sizes = self.context.text(words[0].end, words[end].start);
        let element = self.context.text(element.start, element.end);
        Some(format!("write `{element}[{}]`", if sizes.is_empty() { "?" } else { sizes }))
    }

    /// How a tensor of these elements is declared here: a variable may have a length that changes, a parameter has one
    /// with a name.
    fn sized(&self, element: &str) -> String {
        if matches!(self.head(), Some(Token::Let | Token::Var)) {
            return format!("write `{element}[n]`, or `{element}[?]` if the length changes");
        }
        match self.words {
            [first, name, ..] if first.token != Token::Struct && name.token == Token::Name => {
                let keyword = self.context.text(first.start, first.end);
                let name = self.context.text(name.start, name.end);
                format!("write `{element}[n]` and declare the size: `{keyword} {name}[n](...)`")
            }
            _ => format!("write `{element}[4]`"),
        }
    }

    /// `sum(x for x in xs)`, `max(*xs)`
    fn comprehension_in_parens(&self) -> Option<Form> {
        let opened = self.opened().filter(|word| word.token == Token::LeftParen)?;
        let callee = self.call_around(opened)?;
        match self.token(0)? {
            Token::For => {
                let end = self.rest_of_statement()?;
                let text = format!("{}{end}", self.context.text(opened.end, self.word(0)?.start));
                Some(("a comprehension stands in brackets", format!("write `{callee}([{text}])`")))
            }
            Token::Star | Token::StarStar
                if matches!(self.token(-1), Some(Token::LeftParen | Token::Comma)) =>
            {
                Some((
                    "arguments can't be spread",
                    format!("pass the tensor itself: `{callee}({})`", self.text(1)),
                ))
            }
            _ => None,
        }
    }

    /// `"{concat("b", s)}"`
    fn quotes_in_braces(&self) -> Option<Form> {
        let (string, next) = (self.word(-1)?, self.word(0)?);
        let text = self.context.text(string.start, string.end).replace("{{", "");
        let is_open =
            text.rfind('{').is_some_and(|brace| text.rfind('}').is_none_or(|closed| closed < brace));
        (string.token == Token::String && next.start == string.end && is_open).then(|| {
            (
                "there are no quotes inside the braces of a string",
                "name the value before: `let text = ...;`, then `{text}`".to_owned(),
            )
        })
    }

    fn text_of(&self, words: &[Lexeme]) -> &str {
        match words {
            [first, .., last] => self.context.text(first.start, last.end),
            [one] => self.context.text(one.start, one.end),
            [] => "",
        }
    }
}

/// The index of the word that closes the bracket which the words begin with.
pub(crate) fn closing(words: &[Lexeme]) -> Option<usize> {
    let mut depth = 0_usize;
    words.iter().position(|word| {
        match word.token {
            Token::LeftParen | Token::LeftBracket | Token::LeftBrace => depth += 1,
            Token::RightParen | Token::RightBracket | Token::RightBrace => depth = depth.saturating_sub(1),
            _ => {}
        }
        depth == 0
    })
}

/// The words between separators that stand outside of further brackets.
fn split(words: &[Lexeme], separator: Token) -> Vec<&[Lexeme]> {
    let mut depth = 0_usize;
    words
        .split(|word| {
            match word.token {
                Token::LeftParen | Token::LeftBracket | Token::LeftBrace => depth += 1,
                Token::RightParen | Token::RightBracket | Token::RightBrace => {
                    depth = depth.saturating_sub(1);
                }
                _ => {}
            }
            depth == 0 && word.token == separator
        })
        .collect()
}
