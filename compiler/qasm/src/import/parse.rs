//! Tokens to statements, by recursive descent. After a fault it goes on behind the next semicolon.

mod control;
mod declarations;
mod expressions;
mod gates;
mod pragma;

use logos::Logos;
use qml_source::{FileId, Span};

use super::ast::{Call, Expr, File, Name, Operand, Part, Statement, StatementKind};
use super::fault::Fault;
use super::token::Token;

type Parsed<T> = Result<T, Fault>;

/// How deep expressions and blocks may nest.
const MAX_DEPTH: usize = 40;

/// Words of OpenQASM that begin what is not read, and what to do instead.
pub const UNKNOWN: [(&[&str], &str); 6] = [
    (
        &["while"],
        "how often it goes round is not known beforehand: a `for` with a fixed number of rounds is read, and kernels have \
         loops that an outcome ends: `while measure(q[0]) { .. }`",
    ),
    (
        &["def", "extern", "return"],
        "a `gate` is read where only gates are applied; write anything else where it is called",
    ),
    (&["cal", "defcal", "defcalgrammar"], "pulses are not compiled: leave them to the tools of the device"),
    (&["break", "continue", "end"], "put what comes after it into an `if`"),
    (&["duration", "stretch", "nop"], "times are not kept: leave it out"),
    (&["complex", "array"], "write `const` numbers, bits or ints instead"),
];

/// The statements of a file, and what is wrong with its text.
pub fn parse(file: FileId, text: &str) -> (File, Vec<Fault>) {
    let mut faults = Vec::new();
    let tokens = tokens_of(file, text, 0, &mut faults);
    let end = Span::new(file, text.len(), text.len());
    let mut parser = Parser { text, tokens, at: 0, end, depth: 0, version: 2 };
    match parser.version() {
        Ok(version) => parser.version = version,
        Err(fault) => {
            faults.push(fault);
            parser.skip_statement(0);
        }
    }
    let mut statements = Vec::new();
    while !parser.is_done() {
        let start = parser.at;
        match parser.statement() {
            Ok(found) => statements.push(found),
            Err(fault) => {
                faults.push(fault);
                parser.skip_statement(start);
            }
        }
    }
    let physical = parser.tokens.iter().filter(|token| token.0 == Token::Physical);
    let n_physical = physical
        .filter_map(|token| parser.slice(token.1)[1..].parse::<usize>().ok())
        .map(|i| i.saturating_add(1));
    (File { version: parser.version, n_physical: n_physical.max().unwrap_or(0), statements }, faults)
}

/// The tokens of a part of a file that begins at `start`.
fn tokens_of(file: FileId, part: &str, start: usize, faults: &mut Vec<Fault>) -> Vec<(Token, Span)> {
    let mut tokens = Vec::new();
    for (token, range) in Token::lexer(part).spanned() {
        let span = Span::new(file, start + range.start, start + range.end);
        match token {
            Ok(token) => tokens.push((token, span)),
            Err(()) => faults
                .push(Fault::Syntax { span, expected: "a word, a number or a sign of OpenQASM".to_owned() }),
        }
    }
    tokens
}

struct Parser<'a> {
    text: &'a str,
    tokens: Vec<(Token, Span)>,
    at: usize,
    /// The empty place at the end.
    end: Span,
    depth: usize,
    version: u32,
}

impl<'a> Parser<'a> {
    /// `OPENQASM 2.0;`, which may be missing: then the first words tell.
    fn version(&mut self) -> Parsed<u32> {
        if !self.eat("OPENQASM") {
            let is_old = self.tokens.iter().any(|&(_, span)| matches!(self.slice(span), "qreg" | "creg"));
            return Ok(if is_old { 2 } else { 3 });
        }
        let span = self.span();
        let version = match self.peek() {
            "2.0" | "2" => 2,
            "3" | "3.0" | "3.1" => 3,
            other => {
                return Err(Fault::Header {
                    span,
                    what: format!("version `{other}` of OpenQASM is not known"),
                });
            }
        };
        self.at += 1;
        self.expect(";")?;
        Ok(version)
    }

    fn statement(&mut self) -> Parsed<Statement> {
        self.deeper(|parser| {
            let start = parser.span();
            let kind = parser.statement_kind()?;
            Ok(Statement { kind, span: parser.since(start) })
        })
    }

    fn statement_kind(&mut self) -> Parsed<StatementKind> {
        match self.peek() {
            "include" => self.include(),
            "gate" => self.definition().map(StatementKind::Gate),
            "opaque" => self.opaque(),
            "if" => self.branch(),
            "for" => self.repetition(),
            "switch" => self.switch(),
            "box" => self.boxed(),
            "measure" | "reset" | "barrier" | "delay" => self.operation(),
            word if declarations::WORDS.contains(&word) => self.declaration(),
            word if UNKNOWN.iter().any(|(words, _)| words.contains(&word)) => {
                Err(Fault::Word { word: word.to_owned(), span: self.span() })
            }
            _ if self.token() == Some(Token::Pragma) => {
                let span = self.span();
                self.at += 1;
                self.pragma(span)
            }
            _ if matches!(self.token(), Some(Token::Word | Token::Physical)) => {
                let kind = self.call_or_assignment()?;
                self.expect(";")?;
                Ok(kind)
            }
            _ => Err(self.expected("a statement")),
        }
    }

    fn include(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        let span = self.span();
        let Some(Token::Text) = self.token() else { return Err(self.expected("a file name in quotes")) };
        self.at += 1;
        let text = self.slice(span).trim_matches('"').to_owned();
        self.expect(";")?;
        Ok(StatementKind::Include(Name { text, span }))
    }

    fn block(&mut self) -> Parsed<Vec<Statement>> {
        self.expect("{")?;
        let mut body = Vec::new();
        while !self.eat("}") {
            body.push(self.statement()?);
        }
        Ok(body)
    }

    fn operation(&mut self) -> Parsed<StatementKind> {
        let word = self.peek();
        if word == "delay" {
            let kind = self.delay()?;
            self.expect(";")?;
            return Ok(kind);
        }
        self.at += 1;
        let kind = match word {
            "measure" => {
                let from = self.operand()?;
                let to = if self.eat("->") { Some(self.operand()?) } else { None };
                StatementKind::Measure { from, to }
            }
            "reset" => StatementKind::Reset(self.operand()?),
            _ => StatementKind::Barrier(if self.peek() == ";" { Vec::new() } else { self.operands()? }),
        };
        self.expect(";")?;
        Ok(kind)
    }

    /// `delay[100ns] q;`, in OpenQASM 2 `delay(100) q;`.
    fn delay(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        if self.version == 2 {
            self.argument()?;
        } else {
            self.duration()?;
        }
        Ok(StatementKind::Delay(if self.peek() == ";" { Vec::new() } else { self.operands()? }))
    }

    /// `[100ns]`, if it is there.
    fn duration(&mut self) -> Parsed<()> {
        if !self.eat("[") {
            return Ok(());
        }
        self.expr()?;
        let _is_there = ["ns", "us", "µs", "ms", "s", "dt"].iter().any(|unit| self.eat(unit));
        self.expect("]")
    }

    fn block_or_statement(&mut self) -> Parsed<Vec<Statement>> {
        if self.peek() == "{" { self.block() } else { Ok(vec![self.statement()?]) }
    }

    fn call_or_assignment(&mut self) -> Parsed<StatementKind> {
        let start = self.at;
        if let Ok(to) = self.operand()
            && self.eat("=")
        {
            if self.eat("measure") {
                return Ok(StatementKind::Measure { from: self.operand()?, to: Some(to) });
            }
            return Ok(StatementKind::Assign { to, value: self.expr()? });
        }
        self.at = start;
        let mut modifiers = Vec::new();
        while let Some(modifier) = self.modifier()? {
            modifiers.push(modifier);
        }
        let name = self.name()?;
        let mut arguments = Vec::new();
        if self.eat("(") {
            while !self.eat(")") {
                arguments.push(self.expr()?);
                if self.peek() != ")" {
                    self.expect(",")?;
                }
            }
        }
        let operands = if self.peek() == ";" { Vec::new() } else { self.operands()? };
        Ok(StatementKind::Call(Call { modifiers, name, arguments, operands }))
    }

    /// `(expr)`, if it is there.
    fn argument(&mut self) -> Parsed<Option<Expr>> {
        if !self.eat("(") {
            return Ok(None);
        }
        let argument = self.expr()?;
        self.expect(")")?;
        Ok(Some(argument))
    }

    fn operands(&mut self) -> Parsed<Vec<Operand>> {
        let mut operands = vec![self.operand()?];
        while self.eat(",") {
            operands.push(self.operand()?);
        }
        Ok(operands)
    }

    fn operand(&mut self) -> Parsed<Operand> {
        let name = if let Some(Token::Physical) = self.token() {
            let span = self.span();
            self.at += 1;
            Name { text: self.slice(span).to_owned(), span }
        } else {
            self.name()?
        };
        let part = if self.eat("[") { self.part()? } else { Part::Whole };
        let span = self.since(name.span);
        Ok(Operand { name, part, span })
    }

    /// What stands behind `[`, and the closing bracket.
    fn part(&mut self) -> Parsed<Part> {
        let part = if self.eat("{") {
            Part::Set(self.set()?)
        } else {
            let first = self.expr()?;
            if self.eat(":") { Part::Range(first, self.expr()?) } else { Part::Index(first) }
        };
        self.expect("]")?;
        Ok(part)
    }

    /// Expressions between commas, and the closing brace.
    fn set(&mut self) -> Parsed<Vec<Expr>> {
        let mut values = vec![self.expr()?];
        while self.eat(",") {
            values.push(self.expr()?);
        }
        self.expect("}")?;
        Ok(values)
    }

    fn name(&mut self) -> Parsed<Name> {
        let span = self.span();
        let Some(Token::Word) = self.token() else { return Err(self.expected("a name")) };
        self.at += 1;
        Ok(Name { text: self.slice(span).to_owned(), span })
    }

    fn deeper<T>(&mut self, part: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            return Err(Fault::Unsupported { what: "such deep nesting".to_owned(), span: self.span() });
        }
        self.depth += 1;
        let result = part(self);
        self.depth -= 1;
        result
    }

    /// Goes behind the end of the statement that began at token `start`: a semicolon or brace outside of its braces.
    fn skip_statement(&mut self, start: usize) {
        self.depth = 0;
        let mut open = 0;
        for at in start..self.tokens.len() {
            let is_taken = at < self.at;
            match self.slice(self.tokens[at].1) {
                "{" => open += 1,
                "}" => open -= 1,
                ";" => {}
                _ => continue,
            }
            let is_end = open < 0 || open == 0 && self.slice(self.tokens[at].1) != "{";
            if is_end && !is_taken {
                self.at = at + 1;
                return;
            }
        }
        self.at = self.tokens.len();
    }

    fn is_done(&self) -> bool {
        self.at >= self.tokens.len()
    }

    fn token(&self) -> Option<Token> {
        self.tokens.get(self.at).map(|token| token.0)
    }

    fn span(&self) -> Span {
        self.tokens.get(self.at).map_or(self.end, |token| token.1)
    }

    /// From `start` to the last token that was taken.
    fn since(&self, start: Span) -> Span {
        if self.at == 0 { start } else { start.to(self.tokens[self.at - 1].1) }
    }

    fn slice(&self, span: Span) -> &'a str {
        &self.text[span.start as usize..span.end as usize]
    }

    fn peek(&self) -> &'a str {
        self.slice(self.span())
    }

    fn eat(&mut self, word: &str) -> bool {
        let found = self.peek() == word;
        self.at += usize::from(found);
        found
    }

    fn expect(&mut self, word: &str) -> Parsed<()> {
        if self.eat(word) { Ok(()) } else { Err(self.expected(&format!("`{word}`"))) }
    }

    fn expected(&self, what: &str) -> Fault {
        Fault::Syntax { span: self.span(), expected: what.to_owned() }
    }
}
