//! Branches and loops.

use super::super::ast::{Range, StatementKind, Values};
use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn branch(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        self.expect("(")?;
        let condition = self.expr()?;
        self.expect(")")?;
        let then = self.block_or_statement()?;
        let otherwise = if self.eat("else") { self.block_or_statement()? } else { Vec::new() };
        Ok(StatementKind::If { condition, then, otherwise })
    }

    /// `for int i in [0:2] { .. }`; the type may be missing.
    pub(super) fn repetition(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        if matches!(self.peek(), "int" | "uint" | "float" | "angle") {
            self.scalar_type()?;
        }
        let name = self.name()?;
        self.expect("in")?;
        let values = if self.eat("{") {
            Values::Set(self.set()?)
        } else {
            self.expect("[")?;
            let first = self.expr()?;
            self.expect(":")?;
            let second = self.expr()?;
            let third = if self.eat(":") { Some(self.expr()?) } else { None };
            self.expect("]")?;
            Values::Range(Box::new(match third {
                Some(last) => Range { first, step: Some(second), last },
                None => Range { first, step: None, last: second },
            }))
        };
        Ok(StatementKind::For { name, values, body: self.block_or_statement()? })
    }

    pub(super) fn switch(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        self.expect("(")?;
        let subject = self.expr()?;
        self.expect(")")?;
        self.expect("{")?;
        let (mut cases, mut default) = (Vec::new(), Vec::new());
        while !self.eat("}") {
            if self.eat("default") {
                default = self.block()?;
                continue;
            }
            self.expect("case")?;
            let mut values = vec![self.expr()?];
            while self.eat(",") {
                values.push(self.expr()?);
            }
            cases.push((values, self.block()?));
        }
        Ok(StatementKind::Switch { subject, cases, default })
    }

    /// `box { .. }`, perhaps with a duration.
    pub(super) fn boxed(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        self.duration()?;
        Ok(StatementKind::Box(self.block()?))
    }
}
