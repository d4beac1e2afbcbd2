//! Lines for tools; of these only matrices for Braket are understood.

use num_complex::Complex;
use qml_source::Span;

use super::super::ast::{Name, StatementKind};
use super::super::token::Token;
use super::{Parsed, Parser, tokens_of};

/// What stands before a matrix, behind the sign that may be missing.
const UNITARY: &str = "pragma braket unitary";

impl Parser<'_> {
    /// The line at `span`.
    pub(super) fn pragma(&self, span: Span) -> Parsed<StatementKind> {
        let line = self.slice(span);
        let Some(rest) = line.trim_start_matches('#').strip_prefix(UNITARY) else {
            return Ok(StatementKind::Pragma(Name { text: line.to_owned(), span }));
        };
        let mut faults = Vec::new();
        let start = span.end as usize - rest.len();
        let tokens = tokens_of(span.file, rest, start, &mut faults);
        if let Some(fault) = faults.pop() {
            return Err(fault);
        }
        let end = Span::new(span.file, span.end as usize, span.end as usize);
        let mut inner = Parser { text: self.text, tokens, at: 0, end, depth: 0, version: self.version };
        inner.expect("(")?;
        let matrix = inner.matrix()?;
        inner.expect(")")?;
        Ok(StatementKind::Unitary { matrix, operands: inner.operands()? })
    }

    /// `[[a, b], [c, d]]`, row by row.
    fn matrix(&mut self) -> Parsed<Vec<Complex<f64>>> {
        let mut entries = Vec::new();
        self.expect("[")?;
        loop {
            self.expect("[")?;
            loop {
                entries.push(self.complex()?);
                if !self.eat(",") {
                    break;
                }
            }
            self.expect("]")?;
            if !self.eat(",") {
                break;
            }
        }
        self.expect("]")?;
        Ok(entries)
    }

    /// `0.5 - 0.5im`
    fn complex(&mut self) -> Parsed<Complex<f64>> {
        let mut sum = Complex::ZERO;
        loop {
            let sign = if self.eat("-") { -1.0 } else { 1.0 };
            let span = self.span();
            let (Some(Token::Int | Token::Float), Ok(size)) = (self.token(), self.slice(span).parse::<f64>())
            else {
                return Err(self.expected("a number"));
            };
            self.at += 1;
            let value = Complex::new(sign * size, 0.0);
            sum += if self.eat("im") { value * Complex::I } else { value };
            if self.peek() != "-" && !self.eat("+") {
                return Ok(sum);
            }
        }
    }
}
