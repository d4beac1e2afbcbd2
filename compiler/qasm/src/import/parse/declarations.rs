//! Declarations of registers, inputs, constants, variables and aliases.

use super::super::ast::{Expr, Name, Operand, StatementKind, Value};
use super::super::fault::Fault;
use super::{Parsed, Parser};

/// The words that begin one.
pub(super) const WORDS: [&str; 13] = [
    "qreg", "creg", "qubit", "bit", "input", "output", "const", "let", "int", "uint", "bool", "float",
    "angle",
];

impl Parser<'_> {
    pub(super) fn declaration(&mut self) -> Parsed<StatementKind> {
        let word = self.peek();
        self.at += 1;
        let kind = match word {
            "qreg" => {
                let (name, size) = self.old_register()?;
                StatementKind::Qubits { name, size }
            }
            "creg" => {
                let (name, size) = self.old_register()?;
                StatementKind::Bits { name, size, value: None }
            }
            "qubit" => {
                let size = self.designator()?;
                StatementKind::Qubits { size, name: self.name()? }
            }
            "bit" => self.bits()?,
            // All bits are results.
            "output" if self.eat("bit") => self.bits()?,
            "output" => return Err(self.other_type("an output of type")),
            "input" => {
                if !matches!(self.peek(), "float" | "angle") {
                    return Err(self.other_type("an input of type"));
                }
                self.scalar_type()?;
                StatementKind::Input(self.name()?)
            }
            "const" => {
                self.scalar_type()?;
                self.constant()?
            }
            "float" | "angle" => {
                self.designator()?;
                self.constant()?
            }
            "let" => self.alias()?,
            _ => {
                self.designator()?;
                let name = self.name()?;
                let value = if self.eat("=") { Some(self.expr()?) } else { None };
                StatementKind::Variable { name, value }
            }
        };
        self.expect(";")?;
        Ok(kind)
    }

    fn old_register(&mut self) -> Parsed<(Name, Option<Expr>)> {
        let name = self.name()?;
        let size = self.designator()?;
        Ok((name, size))
    }

    fn bits(&mut self) -> Parsed<StatementKind> {
        let size = self.designator()?;
        let name = self.name()?;
        let value = match (self.eat("="), self.peek()) {
            (false, _) => None,
            (true, "measure") => {
                self.at += 1;
                Some(Value::Measured(self.operand()?))
            }
            (true, _) => Some(Value::Expr(self.expr()?)),
        };
        Ok(StatementKind::Bits { name, size, value })
    }

    fn constant(&mut self) -> Parsed<StatementKind> {
        let name = self.name()?;
        self.expect("=")?;
        Ok(StatementKind::Constant { name, value: self.expr()? })
    }

    fn alias(&mut self) -> Parsed<StatementKind> {
        let name = self.name()?;
        self.expect("=")?;
        let (separator, is_set) = if self.eat("{") { (",", true) } else { ("++", false) };
        let mut parts: Vec<Operand> = vec![self.operand()?];
        while self.eat(separator) {
            parts.push(self.operand()?);
        }
        if is_set {
            self.expect("}")?;
        }
        Ok(StatementKind::Alias { name, parts })
    }

    /// `[expr]`, if it is there.
    pub(super) fn designator(&mut self) -> Parsed<Option<Expr>> {
        if !self.eat("[") {
            return Ok(None);
        }
        let size = self.expr()?;
        self.expect("]")?;
        Ok(Some(size))
    }

    pub(super) fn scalar_type(&mut self) -> Parsed<()> {
        if !matches!(self.peek(), "float" | "angle" | "int" | "uint") {
            return Err(self.other_type("a constant of type"));
        }
        self.at += 1;
        self.designator().map(|_| ())
    }

    fn other_type(&self, what: &str) -> Fault {
        Fault::Unsupported { what: format!("{what} `{}`", self.peek()), span: self.span() }
    }
}
