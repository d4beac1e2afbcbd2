//! Declarations.

use std::rc::Rc;

use qml_gates::Gate;
use qml_ir::circuit::{BitExpr, Op};
use qml_source::{FileId, Span, bug};

use super::ast::{Expr, Name, Operand, Part, StatementKind, Value};
use super::fault::Fault;
use super::lower::{Lowering, check_distinct};
use super::names::{
    GateMeaning, MAX_OPS, Meaning, Origin, Symbol, definitions, included_file, is_built_in, table_gates,
    table_name,
};
use super::parse;
use crate::Register;

impl Lowering<'_> {
    /// What a declaration does beside giving a name a meaning: bits may be declared with a measurement.
    pub fn declaration(&mut self, statement: &StatementKind, span: Span) -> Result<Vec<Op>, Fault> {
        match statement {
            StatementKind::Include(name) => self.include(name)?,
            StatementKind::Qubits { name, size } => {
                let result = self.size(size.as_ref());
                let n = self.keep(result).unwrap_or(1);
                let meaning = self.new_wires(n, size.is_some(), span)?;
                self.program.registers.qubits.push(Register { name: name.text.clone(), size: n });
                self.declare(name, meaning);
            }
            StatementKind::Bits { name, size, value } => {
                return self.bits_declaration(name, size.as_ref(), value.as_ref(), span);
            }
            StatementKind::Alias { name, parts } => self.alias(name, parts, span)?,
            StatementKind::Constant { name, value } => {
                let result = self.angle(value, &[]);
                let value = self.keep(result).unwrap_or_default();
                self.declare(name, Meaning::Value(value));
            }
            StatementKind::Variable { name, value } => {
                let word = value.as_ref().map(|value| self.word(value)).transpose();
                let word = self.keep(word).flatten();
                let variable = self.values.add(word);
                self.declare(name, Meaning::Variable(variable));
            }
            StatementKind::Gate(definition) => {
                let defined = self.define(definition, &|lowering, name| lowering.file_gate(name));
                self.declare(&definition.name, Meaning::Gate(GateMeaning::Defined(defined)));
            }
            StatementKind::Opaque(name) => self.declare(name, Meaning::Gate(GateMeaning::Opaque(name.span))),
            // Inputs come first, wherever they stand.
            _ => {}
        }
        Ok(Vec::new())
    }

    fn include(&mut self, name: &Name) -> Result<(), Fault> {
        if name.text != included_file(self.version) {
            let what = format!("the file `{}` can't be included", name.text);
            return Err(Fault::Header { span: name.span, what });
        }
        self.is_included = true;
        self.bring_gates(Origin::Include);
        Ok(())
    }

    fn bits_declaration(
        &mut self,
        name: &Name,
        size: Option<&Expr>,
        value: Option<&Value>,
        span: Span,
    ) -> Result<Vec<Op>, Fault> {
        let result = self.size(size);
        let n = self.keep(result).unwrap_or(1);
        // Computed before the name means what is declared.
        let word = match value {
            Some(Value::Expr(value)) => Some(self.word(value)?),
            _ => None,
        };
        let start = self.new_bits(&name.text, n, span)?;
        self.declare(name, Meaning::Bits { start, size: n, is_register: size.is_some() });
        let to = Operand { name: name.clone(), part: Part::Whole, span: name.span };
        match value {
            Some(Value::Measured(from)) => self.measure(from, Some(&to), span),
            _ => {
                if let Some(word) = word {
                    self.assign_bits(&to, &word)?;
                }
                Ok(Vec::new())
            }
        }
    }

    /// Gives bits the digits of a number, from the lowest on.
    pub fn assign_bits(&mut self, to: &Operand, word: &[BitExpr]) -> Result<(), Fault> {
        let (bits, _) = self.operand_bits(to)?;
        let at = |i: usize| word.get(i).cloned().unwrap_or(BitExpr::Const(false));
        bits.into_iter().enumerate().for_each(|(i, bit)| self.values.set_bit(bit, at(i)));
        Ok(())
    }

    /// A second name for wires or bits.
    fn alias(&mut self, name: &Name, parts: &[Operand], span: Span) -> Result<(), Fault> {
        let is_bits = |operand: &Operand| {
            let symbol = self.symbols.get(&operand.name.text);
            symbol.is_some_and(|s| matches!(s.meaning, Meaning::Bits { .. } | Meaning::SomeBits(_)))
        };
        let meaning = if parts.iter().all(is_bits) {
            let mut bits = Vec::new();
            for part in parts {
                bits.extend(self.operand_bits(part)?.0);
            }
            Meaning::SomeBits(Rc::from(bits))
        } else {
            let mut wires = Vec::new();
            for part in parts {
                wires.extend(self.wires(part)?.0);
            }
            check_distinct(&wires, span)?;
            Meaning::SomeWires(Rc::from(wires))
        };
        self.declare(name, meaning);
        Ok(())
    }

    /// Declares the gates that the file does not define.
    pub fn bring_gates(&mut self, origin: Origin) {
        for gate in table_gates(self.version, origin) {
            let meaning = Meaning::Gate(GateMeaning::Table(gate));
            let name = table_name(self.version, gate).to_owned();
            self.symbols.entry(name).or_insert(Symbol { meaning, declared: None });
        }
        let (file, faults) = parse::parse(FileId::default(), definitions(self.version, origin));
        if !faults.is_empty() {
            bug!("faults in our own definitions: {faults:?}");
        }
        let mut own: Vec<(String, GateMeaning)> = Vec::new();
        for statement in file.statements {
            let StatementKind::Gate(definition) = statement.kind else { bug!("only gates are defined") };
            let defined = self.define(&definition, &|_, name| Gate::find(name).map(GateMeaning::Table));
            own.push((definition.name.text, GateMeaning::Defined(defined)));
        }
        for (name, gate) in own {
            if origin != Origin::Language || is_built_in(self.version, &name) {
                let meaning = Meaning::Gate(gate);
                self.symbols.entry(name).or_insert(Symbol { meaning, declared: None });
            }
        }
    }

    pub fn declare(&mut self, name: &Name, meaning: Meaning) {
        let symbol = Symbol { meaning, declared: Some(name.span) };
        if let Some(Symbol { declared: first @ Some(_), .. }) = self.symbols.insert(name.text.clone(), symbol)
        {
            self.faults.push(Fault::Twice { name: name.text.clone(), span: name.span, first });
        }
    }

    fn size(&mut self, size: Option<&Expr>) -> Result<usize, Fault> {
        let Some(size) = size else { return Ok(1) };
        match self.count(size)? {
            0 => Err(Fault::Kind { wanted: "a size of at least 1", span: size.span }),
            n => Ok(n),
        }
    }

    pub fn new_wires(&mut self, size: usize, is_register: bool, span: Span) -> Result<Meaning, Fault> {
        let start = self.program.circuit.n_wires;
        if size > MAX_OPS - start {
            return Err(Fault::TooLarge(span));
        }
        self.program.circuit.n_wires += size;
        Ok(Meaning::Qubits { start, size, is_register })
    }

    pub fn new_bits(&mut self, name: &str, size: usize, span: Span) -> Result<usize, Fault> {
        let start = self.program.circuit.n_bits;
        if size > MAX_OPS - start {
            return Err(Fault::TooLarge(span));
        }
        self.program.circuit.n_bits += size;
        self.program.registers.bits.push(Register { name: name.to_owned(), size });
        Ok(start)
    }
}
