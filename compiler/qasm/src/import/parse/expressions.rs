//! Expressions, by the strength of their operators.

use super::super::ast::{Expr, ExprKind};
use super::super::fault::Fault;
use super::super::token::Token;
use super::{Parsed, Parser};

/// How many operators may follow each other.
const MAX_CHAIN: usize = 500;

/// What values are cast to.
const TYPES: [&str; 4] = ["bool", "bit", "int", "uint"];

impl Parser<'_> {
    pub(super) fn expr(&mut self) -> Parsed<Expr> {
        self.binary(0)
    }

    /// Operands with operators between them that bind at least as strongly as `least`.
    fn binary(&mut self, least: usize) -> Parsed<Expr> {
        const LEVELS: [&[&str]; 10] = [
            &["||"],
            &["&&"],
            &["|"],
            // In OpenQASM 2 this sign is the power, below.
            &["^"],
            &["&"],
            &["==", "!="],
            &["<", ">", "<=", ">="],
            &["<<", ">>"],
            &["+", "-"],
            &["*", "/"],
        ];
        let mut left = self.unary()?;
        for _ in 0..MAX_CHAIN {
            let found = LEVELS.iter().enumerate().skip(least).find_map(|(level, signs)| {
                let sign =
                    signs.iter().find(|sign| self.peek() == **sign && (**sign != "^" || self.version > 2));
                sign.map(|sign| (level, *sign))
            });
            let Some((level, sign)) = found else { return Ok(left) };
            self.at += 1;
            let right = self.binary(level + 1)?;
            left = Expr {
                span: left.span.to(right.span),
                kind: ExprKind::Binary(sign, left.into(), right.into()),
            };
        }
        Err(Fault::Unsupported { what: "such a long expression".to_owned(), span: self.span() })
    }

    fn unary(&mut self) -> Parsed<Expr> {
        self.deeper(|parser| {
            let start = parser.span();
            for sign in ["-", "!", "~"] {
                if parser.eat(sign) {
                    let operand = parser.unary()?;
                    let span = start.to(operand.span);
                    return Ok(Expr { kind: ExprKind::Unary(sign, operand.into()), span });
                }
            }
            parser.eat("+");
            parser.power()
        })
    }

    fn power(&mut self) -> Parsed<Expr> {
        let base = self.primary()?;
        if self.eat("**") || self.version == 2 && self.eat("^") {
            let exponent = self.unary()?;
            let span = base.span.to(exponent.span);
            return Ok(Expr { kind: ExprKind::Binary("**", base.into(), exponent.into()), span });
        }
        Ok(base)
    }

    fn primary(&mut self) -> Parsed<Expr> {
        let span = self.span();
        let kind = match self.token() {
            Some(Token::Int | Token::Float) => {
                let digits = self.slice(span).replace('_', "");
                self.at += 1;
                let Ok(value) = digits.parse() else { return Err(self.expected("a number")) };
                ExprKind::Number(value)
            }
            Some(Token::Text) => {
                let bits: Option<Vec<bool>> = self
                    .slice(span)
                    .trim_matches('"')
                    .chars()
                    .rev()
                    .filter(|digit| *digit != '_')
                    .map(|digit| digit.to_digit(2).map(|digit| digit == 1))
                    .collect();
                let Some(bits) = bits else { return Err(self.expected("a text of the digits 0 and 1")) };
                self.at += 1;
                ExprKind::Bits(bits)
            }
            Some(Token::Word) if TYPES.contains(&self.peek()) => self.cast()?,
            Some(Token::Word) => {
                let name = self.name()?;
                if self.eat("(") {
                    let mut arguments = vec![self.expr()?];
                    while self.eat(",") {
                        arguments.push(self.expr()?);
                    }
                    self.expect(")")?;
                    ExprKind::Call(name, arguments)
                } else if self.eat("[") {
                    let index = self.expr()?;
                    self.expect("]")?;
                    ExprKind::Index(name, index.into())
                } else {
                    match name.text.as_str() {
                        "true" => ExprKind::Bool(true),
                        "false" => ExprKind::Bool(false),
                        _ => ExprKind::Name(name.text),
                    }
                }
            }
            _ if self.eat("(") => {
                let inner = self.expr()?;
                self.expect(")")?;
                inner.kind
            }
            _ => return Err(self.expected("an expression")),
        };
        Ok(Expr { kind, span: self.since(span) })
    }

    /// `bool(x)`, `uint[8](x)`
    fn cast(&mut self) -> Parsed<ExprKind> {
        let Some(to) = TYPES.into_iter().find(|to| self.eat(to)) else {
            return Err(self.expected("a type"));
        };
        let size = self.designator()?.map(Box::new);
        let Some(value) = self.argument()? else { return Err(self.expected("`(`")) };
        Ok(ExprKind::Cast { to, size, value: value.into() })
    }
}
