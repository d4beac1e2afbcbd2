//! Calls, arguments and declarations as Python and OpenQASM write them.

use super::Site;
use crate::error::SyntaxError;
use crate::foreign;
use crate::lexer::Lexeme;
use crate::token::Token;

/// A message and its help.
pub(super) type Form = (&'static str, String);

/// Other names of the last statement of an `optimize`.
const GOALS: [(&str, &str); 2] = [("minimise", "minimize"), ("maximise", "maximize")];

impl Site<'_, '_> {
    /// A form that the message shows again as it is written here.
    pub(super) fn rewritten(&self) -> Option<SyntaxError> {
        let (message, help) = self
            .named_argument()
            .or_else(|| self.statements())
            .or_else(|| self.brackets())
            .or_else(|| self.foreign_string())
            .or_else(|| self.foreign_register())
            .or_else(|| self.operands_after_angles())
            .or_else(|| self.bare_arguments())?;
        let span = self.span();
        Some(SyntaxError::ForeignForm { span, message: message.to_owned(), label: "here".to_owned(), help })
    }

    /// `counts(p, shots=100)`
    fn named_argument(&self) -> Option<Form> {
        let is_name = self.token(-1) == Some(Token::Name) && self.token(0)? == Token::Assign;
        let begins = matches!(self.token(-2), Some(Token::LeftParen | Token::Comma));
        let value = self.text(1);
        let value = if matches!(self.token(1), Some(Token::Number | Token::Name)) { value } else { "..." };
        let help = || format!("write `{}: {value}`", self.text(-1));
        if is_name && begins && self.expects(":") && self.head() == Some(Token::Optimize) {
            return Some(("an option takes `:`", help()));
        }
        (is_name && begins && self.expects("==") && self.is_in_call())
            .then(|| ("a named argument takes `:`", help()))
    }

    /// `f"E = {e}"`
    fn foreign_string(&self) -> Option<Form> {
        let (prefix, string) = (self.word(-1)?, self.word(0)?);
        let is_prefix = prefix.token == Token::Name && string.token == Token::String;
        (is_prefix && prefix.end == string.start)
            .then(|| ("a string has no prefix", format!("write `{}`: `{{x}}` in it inserts x", self.text(0))))
    }

    /// `qubit[2] q;`, `bit c;`
    fn foreign_register(&self) -> Option<Form> {
        let name = self.text(0);
        if self.token(0)? != Token::Name || !self.expects(";") || self.is_first_on_line() {
            return None;
        }
        let statement = self.statement();
        let is_short = statement.iter().all(|word| !matches!(word.token, Token::Assign | Token::LeftParen));
        let first = statement.first()?;
        match self.context.text(first.start, first.end) {
            "qubit" if is_short => {
                let size = self.context.text(first.start, self.word(-1)?.end);
                Some(("a register is made and named by `let`", format!("write `let {name} = {size};`")))
            }
            "qreg" if is_short && self.token(1) == Some(Token::LeftBracket) => {
                let size = self.text(2);
                let help = format!("write `let {name} = qubit[{size}];`");
                Some(("a register is made and named by `let`", help))
            }
            "bit" | "creg" if is_short => Some((
                "classical bits are not declared",
                "the result of a measurement is a `bool`: `let c = measure(q[0]);`".to_owned(),
            )),
            _ => None,
        }
    }

    /// `rx(0.3) q[0];`
    fn operands_after_angles(&self) -> Option<Form> {
        let is_operand = self.token(0)? == Token::Name
            && matches!(self.token(1), Some(Token::LeftBracket | Token::Comma | Token::Semicolon));
        if self.token(-1) != Some(Token::RightParen)
            || !is_operand
            || !self.expects(";")
            || self.is_first_on_line()
        {
            return None;
        }
        let call = self.context.text(self.statement().first()?.start, self.word(-2)?.end);
        let help = format!("write `{call}, {})`", self.rest_of_statement()?);
        Some(("qubits stand in the parentheses, behind the angles", help))
    }

    /// `cx q[0], q[1];`, `print "x";`, `len x`
    fn bare_arguments(&self) -> Option<Form> {
        let is_argument = matches!(self.token(0)?, Token::Name | Token::String | Token::Number);
        // Inside `"{ }"` there is no statement.
        let is_callee =
            self.token(-1) == Some(Token::Name) && self.expects("(") && !self.statement().is_empty();
        let is_callee = is_callee && (self.expects(";") || self.is_in_call());
        if !is_argument || !is_callee || self.is_first_on_line() || foreign::word(self.text(-1)).is_some() {
            return None;
        }
        let arguments = self.rest_of_statement().unwrap_or("...");
        if let Some(goal) = GOALS.iter().find(|(other, _)| *other == self.text(-1)).map(|(_, ours)| ours) {
            return Some(("it is written with a z", format!("write `{goal} {arguments};`")));
        }
        if let ("measure", Some((qubits, bits))) = (self.text(-1), arguments.split_once("->")) {
            let (qubits, bits) = (qubits.trim(), bits.trim());
            let bits = bits.split('[').next().unwrap_or(bits);
            return Some((
                "the outcome of a measurement is a value",
                format!("write `let {bits} = measure({qubits});`"),
            ));
        }
        Some(("arguments stand in parentheses", format!("write `{}({arguments})`", self.text(-1))))
    }

    /// Whether the innermost open bracket is that of a call.
    fn is_in_call(&self) -> bool {
        let opened = self.opened().filter(|word| word.token == Token::LeftParen);
        opened.is_some_and(|opened| self.call_around(opened).is_some())
    }

    /// The name of what is called with this parenthesis.
    pub(super) fn call_around(&self, opened: Lexeme) -> Option<&str> {
        let index = self.words.iter().position(|word| word.start == opened.start)?;
        let callee = self.words.get(index.checked_sub(1)?).filter(|word| word.token == Token::Name)?;
        Some(self.context.text(callee.start, callee.end))
    }

    /// What stands from here to the `;` or closing parenthesis on this line, if it is short.
    pub(super) fn rest_of_statement(&self) -> Option<&str> {
        let mut depth = 0;
        let mut end = None;
        for word in &self.words[self.at..] {
            match word.token {
                Token::LeftParen | Token::LeftBracket => depth += 1,
                Token::RightParen | Token::RightBracket if depth > 0 => depth -= 1,
                Token::RightParen | Token::RightBracket | Token::Semicolon => break,
                Token::LeftBrace | Token::RightBrace => return None,
                _ => {}
            }
            end = Some(word.end);
        }
        let text = self.context.text(self.word(0)?.start, end?);
        (text.chars().count() <= 40 && !text.contains('\n')).then_some(text)
    }
}
