//! Gate definitions, and the modifiers of their calls.

use super::super::ast::{Definition, Modifier, Name, StatementKind};
use super::{Parsed, Parser};

impl Parser<'_> {
    pub(super) fn opaque(&mut self) -> Parsed<StatementKind> {
        self.at += 1;
        let name = self.name()?;
        self.params()?;
        self.names()?;
        self.expect(";")?;
        Ok(StatementKind::Opaque(name))
    }

    pub(super) fn definition(&mut self) -> Parsed<Definition> {
        self.at += 1;
        let name = self.name()?;
        let params = self.params()?;
        let wires = self.names()?;
        let body = self.block()?;
        Ok(Definition { name, params, wires, body })
    }

    /// Names in parentheses, if there are any.
    fn params(&mut self) -> Parsed<Vec<Name>> {
        if !self.eat("(") {
            return Ok(Vec::new());
        }
        let params = if self.peek() == ")" { Vec::new() } else { self.names()? };
        self.expect(")")?;
        Ok(params)
    }

    fn names(&mut self) -> Parsed<Vec<Name>> {
        let mut names = Vec::new();
        // A gate of no wires (a global phase) has an empty list.
        if matches!(self.peek(), "{" | ";") {
            return Ok(names);
        }
        loop {
            names.push(self.name()?);
            if !self.eat(",") {
                return Ok(names);
            }
        }
    }

    pub(super) fn modifier(&mut self) -> Parsed<Option<Modifier>> {
        let word = self.peek();
        let modifier = match word {
            "inv" => {
                self.at += 1;
                Modifier::Inverse
            }
            "ctrl" | "negctrl" => {
                self.at += 1;
                Modifier::Control { on_one: word == "ctrl", count: self.argument()? }
            }
            "pow" => {
                self.at += 1;
                let Some(power) = self.argument()? else { return Err(self.expected("`(`")) };
                Modifier::Power(power)
            }
            _ => return Ok(None),
        };
        self.expect("@")?;
        Ok(Some(modifier))
    }
}
