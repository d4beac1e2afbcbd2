//! Where the grammar stopped, in the user's words: what was expected, and what people mean who write this.

use crate::error::SyntaxError;
use crate::foreign;
use crate::items::is_first_on_line;
use crate::lexer::Lexeme;
use crate::parse::{Context, Stop};
use crate::token::Token;

pub(crate) mod brackets;
mod division;
mod habits;
mod statements;

/// The error at `stop`; `end` is the byte where the words end.
pub(crate) fn explain(context: &Context<'_>, words: &[Lexeme], stop: &Stop, end: usize) -> SyntaxError {
    let site = Site { context, words, at: stop.at, expected: &stop.expected, end };
    site.commented_out()
        .or_else(|| site.unbalanced())
        .or_else(|| site.foreign_form())
        .or_else(|| site.rewritten())
        .or_else(|| site.assignment_or_comparison())
        .or_else(|| site.missing_semicolon())
        .or_else(|| site.reserved_word())
        .unwrap_or_else(|| site.unexpected())
}

/// The place where the grammar stopped.
struct Site<'a, 'text> {
    context: &'a Context<'text>,
    words: &'a [Lexeme],
    at: usize,
    expected: &'a [String],
    end: usize,
}

impl Site<'_, '_> {
    fn expects(&self, word: &str) -> bool {
        self.expected.iter().any(|expected| expected == word)
    }

    /// The word `offset` places from the one it stopped at.
    fn word(&self, offset: isize) -> Option<Lexeme> {
        self.at.checked_add_signed(offset).and_then(|index| self.words.get(index)).copied()
    }

    fn token(&self, offset: isize) -> Option<Token> {
        self.word(offset).map(|word| word.token)
    }

    fn text(&self, offset: isize) -> &str {
        self.word(offset).map_or("", |word| self.context.text(word.start, word.end))
    }

    /// Where it stopped; at the end of the words, the empty place after the last.
    fn span(&self) -> qml_source::Span {
        let (start, end) = self.word(0).map_or((self.end, self.end), |word| (word.start, word.end));
        self.context.span(start, end)
    }

    fn is_first_on_line(&self) -> bool {
        self.at < self.words.len() && is_first_on_line(self.context, self.words, self.at)
    }

    /// The innermost bracket that is open here.
    fn opened(&self) -> Option<Lexeme> {
        let mut open = Vec::new();
        for word in &self.words[..self.at] {
            match word.token {
                Token::LeftParen | Token::LeftBracket | Token::LeftBrace => open.push(*word),
                Token::RightParen | Token::RightBracket | Token::RightBrace => _ = open.pop(),
                _ => {}
            }
        }
        open.pop()
    }

    /// The words end inside a bracket, or one is closed that was never opened.
    fn unbalanced(&self) -> Option<SyntaxError> {
        let opened = self.opened();
        if self.at < self.words.len() {
            let bracket = if self.token(0) == Some(Token::RightParen) { ')' } else { ']' };
            let is_closing = matches!(self.token(0), Some(Token::RightParen | Token::RightBracket));
            let is_open = opened.is_some_and(|word| word.token != Token::LeftBrace);
            return (is_closing && !is_open).then(|| SyntaxError::Unbalanced {
                span: self.span(),
                bracket,
                is_open: false,
            });
        }
        let opened = opened?;
        let opened = self.unclosed_by_indentation().unwrap_or(opened);
        let bracket = self.context.text(opened.start, opened.end).chars().next()?;
        let span = self.context.span(opened.start, opened.end);
        Some(SyntaxError::Unbalanced { span, bracket, is_open: true })
    }

    /// The first brace whose partner stands further left than its own line: the one that it was closed for.
    fn unclosed_by_indentation(&self) -> Option<Lexeme> {
        let indentation = |word: &Lexeme| {
            let line = self.context.source()[..word.start].rfind('\n').map_or(0, |end| end + 1);
            self.context.text(line, word.start).chars().take_while(|c| *c == ' ' || *c == '\t').count()
        };
        let mut open: Vec<Lexeme> = Vec::new();
        for (index, word) in self.words.iter().enumerate() {
            match word.token {
                Token::LeftBrace => open.push(*word),
                Token::RightBrace => {
                    let opened = open.pop()?;
                    let is_own_line = is_first_on_line(self.context, self.words, index);
                    if is_own_line && indentation(word) < indentation(&opened) {
                        return Some(opened);
                    }
                }
                _ => {}
            }
        }
        None
    }

    /// `x = 1` where a value is expected, `let x == 1`.
    fn assignment_or_comparison(&self) -> Option<SyntaxError> {
        let span = self.span();
        match self.token(0)? {
            Token::Assign if self.expects("==") || self.expects("and") => {
                Some(SyntaxError::AssignmentForComparison { span, chained: self.chained_assignment() })
            }
            Token::Equal if self.expects("=") => Some(SyntaxError::ComparisonForAssignment { span }),
            _ => None,
        }
    }

    /// `let a = b = 1;` as two statements.
    fn chained_assignment(&self) -> Option<String> {
        let [first, .., last] = self.statement() else { return None };
        let (name, before) = (self.text(-1), self.context.text(first.start, last.start).trim_end());
        let is_chain =
            last.token == Token::Name && self.token(-2) == Some(Token::Assign) && self.expects(";");
        let keyword = match first.token {
            Token::Let | Token::Var => format!("{} ", self.context.text(first.start, first.end)),
            _ => String::new(),
        };
        let value = self.words[self.at + 1..].iter().position(|word| word.token == Token::Semicolon)?;
        let (start, end) = (self.word(1)?, self.word(value as isize)?);
        let value = self.context.text(start.start, end.end.max(start.start));
        (is_chain && (1..=30).contains(&value.trim_matches([';', ' ']).len()))
            .then(|| format!("{keyword}{name} = {value}; {before} {name};"))
    }

    /// The statement is whole and its end is missing.
    fn missing_semicolon(&self) -> Option<SyntaxError> {
        let previous = self.word(-1)?;
        let ends = self.is_first_on_line() || matches!(self.token(0), Some(Token::RightBrace) | None);
        if !self.expects(";") || !ends || self.opened().is_some_and(|word| word.token == Token::LeftBracket) {
            return None;
        }
        let next = self.word(0).map_or(self.end, |word| word.start);
        let line = self.context.text(previous.end, next).lines().next().unwrap_or_default().trim_start();
        // A remark after a line without `;` is a remark; a division has its second operand directly behind.
        let is_number = |text: &str| text.trim().parse::<f64>().is_ok();
        let is_division = line.starts_with("//=")
            || line.strip_prefix("//").is_some_and(|rest| rest.ends_with(';') || is_number(rest));
        let help =
            if is_division { Some(self.floor_division(self.at - 1, line)) } else { self.closed_statement() };
        Some(SyntaxError::MissingSemicolon { span: self.context.span(previous.end, previous.end), help })
    }

    /// The statement before this place with its `;`, if it is short.
    fn closed_statement(&self) -> Option<String> {
        let statement = self.statement();
        let text = self.context.text(statement.first()?.start, statement.last()?.end);
        let is_short = text.chars().count() <= 60 && !text.contains('\n');
        is_short.then(|| format!("write `{text};`"))
    }

    /// A keyword where only a name would do.
    fn reserved_word(&self) -> Option<SyntaxError> {
        let is_name = self.expects("NAME") && !self.expects("NUMBER") && !self.expects("qubit");
        let is_reserved = self.token(0)?.is_keyword();
        let word = self.text(0).to_owned();
        let help = match (self.head(), self.text(-2)) {
            (Some(Token::Use), "std") if word == "gate" => "did you mean `std.gates`?".to_owned(),
            _ => format!("choose another name, for example `{word}_`"),
        };
        (is_name && is_reserved).then(|| SyntaxError::ReservedWord { span: self.span(), word, help })
    }

    fn unexpected(&self) -> SyntaxError {
        let expected = self.expectation();
        let closers = [(")", Token::LeftParen), ("]", Token::LeftBracket), ("}", Token::LeftBrace)];
        let opened = self.opened().filter(|opened| {
            closers
                .iter()
                .any(|&(closer, opener)| opened.token == opener && expected.contains(&format!("`{closer}`")))
        });
        let opened = opened.map(|word| self.context.span(word.start, word.end));
        SyntaxError::Unexpected {
            span: self.span(),
            found: self.found(),
            expected,
            opened,
            help: self.help(),
        }
    }

    fn found(&self) -> String {
        match self.token(0) {
            None => "the end".to_owned(),
            Some(Token::String) => "a string".to_owned(),
            Some(_) => format!("`{}`", self.text(0)),
        }
    }

    /// What was expected, from general to particular; operators go without saying.
    fn expectation(&self) -> String {
        let mut list: Vec<String> = Vec::new();
        if self.expects("let") {
            list.push("a statement".to_owned());
        } else if self.expects("NUMBER") {
            list.push("an expression".to_owned());
        } else if self.expects("NAME") {
            list.push(if self.expects("qubit") { "a type" } else { "a name" }.to_owned());
        } else if self.expects("STRING") {
            list.push("a string".to_owned());
        }
        let is_start = !list.is_empty();
        let marks = if is_start {
            &["}", ")", "]"][..]
        } else {
            &[
                ";", ")", "]", "}", "{", ",", ":", "=", "->", "in", "then", "else", "wrt", "with", "apply",
                "(", ".",
            ]
        };
        // After a whole expression it may also be called or taken apart; nobody wants to hear that.
        let is_whole = self.expects("**");
        let marks = marks
            .iter()
            .filter(|mark| self.expects(mark) && !(is_whole && matches!(**mark, "(" | ".")))
            .take(3);
        list.extend(marks.map(|mark| format!("`{mark}`")));
        match list.as_slice() {
            [] if is_whole => "an operator".to_owned(),
            [] => "the end of the item".to_owned(),
            [one] => one.clone(),
            [first @ .., last] => format!("{} or {last}", first.join(", ")),
        }
    }

    /// A hint that needs no message of its own.
    fn help(&self) -> Option<String> {
        let help = match (self.token(-1), self.token(0)) {
            (Some(Token::Comma), Some(Token::RightParen | Token::RightBracket)) => {
                "no comma before the closing bracket"
            }
            (_, Some(Token::Semicolon)) if self.expects("let") => "delete it: a statement cannot be empty",
            (Some(Token::DotDot), Some(Token::Assign)) => "a range leaves out its end: `a..b + 1`",
            (_, Some(Token::DotDot)) if self.head() == Some(Token::Use) => {
                "paths go down from the folder of this file: `use ./folder.file;`"
            }
            (_, Some(Token::DotDot)) if !self.expects("..") && self.head() != Some(Token::For) => {
                "ranges stand in indices, `for` and comprehensions"
            }
            (
                _,
                Some(
                    Token::Equal
                    | Token::NotEqual
                    | Token::Less
                    | Token::Greater
                    | Token::LessEqual
                    | Token::GreaterEqual,
                ),
            ) if self.expects("and") => "comparisons do not chain: write `a < b and b < c`",
            (_, Some(Token::LeftBrace)) if self.expects("then") => {
                "as an expression, write `if condition then a else b`"
            }
            (Some(Token::Name), Some(Token::LeftBrace)) if self.expects(";") => {
                "a struct is built by calling its name: `Model(w: x, b: y)`"
            }
            (_, Some(Token::If)) if self.expects(";") => {
                "the conditional expression is `if condition then a else b`"
            }
            (_, Some(Token::Colon)) if self.expects("]") => "a slice is written `a..b`, without b",
            (_, Some(Token::Comma)) if self.expects(";") || self.head() == Some(Token::Let) => {
                "a tuple stands in parentheses: `(a, b)`"
            }
            (Some(Token::Name), Some(Token::RightParen | Token::Comma | Token::Assign))
                if self.expects(":") && !self.expects(")") =>
            {
                return Some(self.untyped_parameter());
            }
            (_, Some(Token::DotDot)) if self.head() == Some(Token::For) => {
                "a range with steps: `for i in range(0, 10, 2) { ... }`"
            }
            (Some(Token::Colon), Some(Token::LeftBrace)) if self.head() == Some(Token::Optimize) => {
                "values with names stand in parentheses: `metrics: (accuracy: a, loss: b)`"
            }
            (Some(Token::Break | Token::Continue), Some(Token::Name)) => {
                "it leaves the innermost loop, and loops have no names: a function around the loops is left by `return`"
            }
            (Some(Token::Name), Some(Token::Colon))
                if matches!(self.token(1), Some(Token::For | Token::While)) =>
            {
                "loops have no names"
            }
            (_, Some(Token::LeftBrace)) if self.expects("NUMBER") => {
                "a list stands in brackets, `[1, 2]`; names with values are a `struct`"
            }
            (_, Some(Token::With)) => {
                "write `optimize x with adam(lr: 0.1), steps: 100 { minimize loss(x); }`"
            }
            (Some(Token::RightParen), Some(Token::Name)) if self.head() == Some(Token::Optimize) => {
                "a comma stands before each option: `with adam(lr: 0.1), steps: 100 { ... }`"
            }
            (_, Some(Token::Semicolon | Token::RightParen)) if self.expects("wrt") => {
                "write `let (value, slope) = grad f(x) wrt x;`"
            }
            (Some(Token::RightParen), Some(Token::Semicolon))
                if matches!(self.head(), Some(Token::Control | Token::Power)) =>
            {
                "the gate stands behind the parentheses: `control(q[0]) x(q[1]);`"
            }
            (_, Some(Token::As)) => "`int(x)` and `float(x)` convert",
            (_, Some(Token::Star)) if self.head() == Some(Token::Use) => {
                "name what is needed: `use std.gates.{qft};`"
            }
            (_, Some(Token::Using)) if self.head() == Some(Token::Optimize) => {
                "the optimizer follows `with`: `optimize x with adam(lr: 0.1), steps: 100 { ... }`"
            }
            (_, Some(Token::Using)) => {
                "a register is made with `let q = qubit[n];`, and lives to the end of its kernel"
            }
            (Some(Token::Name | Token::Test), Some(Token::Number | Token::Name | Token::String))
                if self.opened().is_some_and(|word| word.token == Token::LeftBracket) =>
            {
                "elements are separated by commas: `[1.0, 2.0]`"
            }
            (Some(Token::Number | Token::String), Some(Token::Number | Token::Name | Token::String))
                if self.expects(",") =>
            {
                "elements and arguments are separated by commas: `[1.0, 2.0]`"
            }
            (Some(Token::String), Some(Token::String)) => {
                "a text that explains something is a comment: `// text`, or `/// text` before an item"
            }
            (_, Some(Token::Foreign | Token::Fn)) if matches!(self.text(0), "=>" | "|" | "||" | "fn") => {
                "there are no closures; declare a `fn`"
            }
            (_, Some(Token::Foreign)) if matches!(self.text(0), "<<" | ">>") => {
                "ints are shifted by `a * 2 ** b` and `div(a, 2 ** b)`"
            }
            _ => return self.word_help(),
        };
        Some(help.to_owned())
    }

    fn untyped_parameter(&self) -> String {
        let (name, first) = (self.text(-1), self.words.first().map(|word| word.token));
        let other = if matches!(first, Some(Token::Gate | Token::Kernel)) { "qubit" } else { "float" };
        format!("each parameter has a type: `{name}: float`, `{name}: {other}[n]`")
    }

    fn word_help(&self) -> Option<String> {
        let word = foreign::word(self.text(0)).or_else(|| foreign::word(self.text(-1)));
        word.map(str::to_owned)
    }

    /// Whole forms of other languages.
    fn foreign_form(&self) -> Option<SyntaxError> {
        let (message, label, help) = self.form()?;
        let (message, label, help) = (message.to_owned(), label.to_owned(), help.to_owned());
        Some(SyntaxError::ForeignForm { span: self.span(), message, label, help })
    }

    fn form(&self) -> Option<(&'static str, &'static str, &'static str)> {
        let statement = self.head();
        Some(match (self.token(-1), self.token(0)?) {
            _ if matches!(self.text(-1), "elif" | "elseif" | "elsif") => {
                ("there is no `elif`", "", "write `else if condition { ... }`")
            }
            _ if matches!(self.text(-1), "def" | "function" | "func")
                && self.token(0) == Some(Token::Name) =>
            {
                (
                    "functions are declared with `fn`, at the top level of the file",
                    "",
                    "write `fn name(x: float) -> float { ... }`",
                )
            }
            (_, Token::Name) if self.text(0) == "is" && self.expects("==") => {
                let is_negated = self.token(1) == Some(Token::Not);
                (
                    "there is no `is`",
                    "",
                    if is_negated {
                        "write `a != b` for `a is not b`"
                    } else {
                        "write `a == b` for `a is b`"
                    },
                )
            }
            (Some(Token::String), Token::String) => (
                "strings don't follow one another",
                "",
                "a text that explains something is a comment: `// text`, or `/// text` before an item",
            ),
            (_, Token::Colon) if self.expects("{") && self.expects("->") => (
                "the type of the result follows `->`",
                "write `->`",
                "write `fn name(x: float) -> float { ... }`",
            ),
            (_, Token::Colon) if self.expects("{") => (
                "blocks stand in braces",
                "`{` is expected",
                "write `{ ... }` in place of `:` and indentation",
            ),
            (Some(Token::RightParen), Token::Name | Token::Qubit) if self.expects("->") => (
                "`->` is missing before the type of the result",
                "write `->` before it",
                "write `fn name(x: float) -> float { ... }`",
            ),
            (Some(Token::RightParen), Token::Arrow) if self.expects("where") => {
                ("a gate has no result", "", "a gate acts on its qubits; a `kernel` can return them")
            }
            (Some(Token::Name), Token::Less)
                if self.expects("(") && !self.expects("NUMBER") && !self.expects("+") =>
            {
                ("there are no generics", "", "sizes stand in brackets: `fn mean[n](x: float[n]) -> float`")
            }
            (Some(Token::Name), Token::Less) if self.is_type_before() => {
                ("types have no angle brackets", "", "dimensions stand in brackets: `float[n, 2]`")
            }
            (Some(Token::Name), Token::Name) if self.text(-1) == "mut" => {
                ("there is no `mut`", "", "a variable that changes is declared with `var x = ...;`")
            }
            (Some(Token::Name | Token::RightBracket), Token::Name)
                if self.token(1) == Some(Token::Assign) && self.expects(";") && !self.is_first_on_line() =>
            {
                if self.text(-1) == "set" {
                    ("`set` is not needed", "", "write `x = 4;`, where x was declared with `var`")
                } else {
                    (
                        "a variable is declared with `let` or `var`",
                        "",
                        "write `let x = 3;` or `var x: int = 3;`",
                    )
                }
            }
            (_, Token::Question) => {
                ("`?` is no operator", "", "the conditional expression is `if condition then a else b`")
            }
            (_, found) if statement == Some(Token::For) && self.is_in_parens_of_for(found) => {
                ("`for` has no parentheses", "", "write `for i in 0..n { ... }`")
            }
            (_, found)
                if matches!(statement, Some(Token::If | Token::While))
                    && matches!(found, Token::Name | Token::Return | Token::Break | Token::Continue)
                    && self.only_block() =>
            {
                (
                    "the body of `if` and `while` stands in braces",
                    "`{` is expected",
                    if statement == Some(Token::While) {
                        "write `while condition { ... }`"
                    } else {
                        "write `if condition { ... }`"
                    },
                )
            }
            _ => return None,
        })
    }

    /// The words of the statement before the one it stopped at.
    fn statement(&self) -> &[Lexeme] {
        let before = &self.words[..self.at];
        let is_end =
            |word: &Lexeme| matches!(word.token, Token::Semicolon | Token::LeftBrace | Token::RightBrace);
        &before[before.iter().rposition(is_end).map_or(0, |index| index + 1)..]
    }

    /// The word that the statement begins with.
    fn head(&self) -> Option<Token> {
        match self.statement() {
            [first, next, ..] if first.token == Token::Else => Some(next.token),
            statement => statement.first().map(|word| word.token),
        }
    }

    /// `float<3>`: what stands before is a type.
    fn is_type_before(&self) -> bool {
        matches!(self.token(-2), Some(Token::Colon | Token::Arrow)) && !self.expects("+")
    }

    /// `for (i in ...`, `for (int i = ...`
    fn is_in_parens_of_for(&self, found: Token) -> bool {
        let head = self.words[..self.at].iter().rposition(|word| word.token == Token::For);
        head.is_some_and(|head| {
            self.words.get(head + 1).is_some_and(|word| word.token == Token::LeftParen)
                && matches!(found, Token::In | Token::Name | Token::Assign | Token::Let | Token::Var)
                && !self.expects("+")
        })
    }

    /// Nothing but a block, or more of the condition, can follow.
    fn only_block(&self) -> bool {
        self.expects("{") && !self.expects("NUMBER") && !self.expects("->")
    }
}

#[cfg(test)]
mod tests;
