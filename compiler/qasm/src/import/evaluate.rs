//! Expressions: angles, whole numbers, conditions.

use std::f64::consts::{E, PI, TAU};

use qml_ir::circuit::{Angle, BitExpr, Slot};
use qml_source::Span;

use super::ast::{Expr, ExprKind, Name};
use super::fault::Fault;
use super::lower::Lowering;
use super::names::Meaning;
use super::program::{Computed, Function};

/// The angles of a gate definition and their values.
pub type Locals<'a> = &'a [(String, Angle)];

impl Lowering<'_> {
    /// The value of an expression, which is finite where no input occurs. What is not affine goes to a slot of its own.
    pub fn angle(&mut self, expr: &Expr, locals: Locals) -> Result<Angle, Fault> {
        let value = self.value(expr, locals)?;
        let is_finite = value.constant.is_finite() && value.terms.iter().all(|term| term.1.is_finite());
        if is_finite { Ok(value) } else { Err(Fault::Kind { wanted: "a finite number", span: expr.span }) }
    }

    fn value(&mut self, expr: &Expr, locals: Locals) -> Result<Angle, Fault> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Number(value) => Ok(Angle::constant(*value)),
            ExprKind::Name(name) => self.named_value(name, span, locals),
            ExprKind::Unary("-", operand) => Ok(self.value(operand, locals)?.negated()),
            ExprKind::Binary(sign @ ("+" | "-" | "*" | "/" | "**"), left, right) => {
                let (left, right) = (self.value(left, locals)?, self.value(right, locals)?);
                Ok(match *sign {
                    "+" => left.plus(&right),
                    "-" => left.plus(&right.negated()),
                    "*" if right.is_constant() => left.times(right.constant),
                    "*" if left.is_constant() => right.times(left.constant),
                    "*" => self.compute(Function::Multiply, vec![left, right], span),
                    "/" if right.is_constant() => divide(left, right.constant),
                    "/" => self.compute(Function::Divide, vec![left, right], span),
                    _ => self.compute(Function::Power, vec![left, right], span),
                })
            }
            ExprKind::Call(name, arguments) => {
                let [argument] = &arguments[..] else {
                    return self.two_arguments(name, arguments, locals, span);
                };
                let Some((_, function)) = Function::NAMES.iter().find(|(text, _)| *text == name.text) else {
                    return Err(unknown_function(name));
                };
                let argument = self.value(argument, locals)?;
                Ok(self.compute(*function, vec![argument], span))
            }
            ExprKind::Cast { to: "int" | "uint", value, .. } => self.value(value, locals),
            ExprKind::Bool(_)
            | ExprKind::Bits(_)
            | ExprKind::Index(..)
            | ExprKind::Unary(..)
            | ExprKind::Binary(..)
            | ExprKind::Cast { .. } => Err(Fault::Kind { wanted: "a number", span }),
        }
    }

    fn two_arguments(
        &mut self,
        name: &Name,
        arguments: &[Expr],
        locals: Locals,
        span: Span,
    ) -> Result<Angle, Fault> {
        let [base, exponent] = arguments else {
            return Err(Fault::Count {
                name: name.text.clone(),
                what: "argument",
                wanted: 1,
                given: arguments.len(),
                span,
            });
        };
        if name.text != "pow" {
            return Err(unknown_function(name));
        }
        let arguments = vec![self.value(base, locals)?, self.value(exponent, locals)?];
        Ok(self.compute(Function::Power, arguments, span))
    }

    fn named_value(&self, name: &str, span: Span, locals: Locals) -> Result<Angle, Fault> {
        if let Some((_, value)) = locals.iter().find(|(local, _)| local == name) {
            return Ok(value.clone());
        }
        match self.symbols.get(name).map(|symbol| &symbol.meaning) {
            Some(Meaning::Value(value)) => return Ok(value.clone()),
            Some(&Meaning::Variable(variable)) => {
                let known = self.values.variable(variable).and_then(|word| number(word));
                return known.map(Angle::constant).ok_or(Fault::Kind { wanted: "a known number", span });
            }
            Some(_) => return Err(Fault::Kind { wanted: "a number", span }),
            None => {}
        }
        match name {
            "pi" | "π" => Ok(Angle::constant(PI)),
            "tau" | "τ" => Ok(Angle::constant(TAU)),
            "euler" | "ℇ" => Ok(Angle::constant(E)),
            _ => Err(Fault::Unknown { name: name.to_owned(), what: "number", span, help: None }),
        }
    }

    /// The value of a function: at once for known arguments, else a slot, the same one for the same arguments.
    fn compute(&mut self, function: Function, arguments: Vec<Angle>, span: Span) -> Angle {
        if arguments.iter().all(Angle::is_constant) {
            let known: Vec<f64> = arguments.iter().map(|angle| angle.constant).collect();
            return Angle::constant(function.apply(&known));
        }
        let computed = &mut self.program.computed;
        if let Some(same) = computed.iter().find(|c| c.function == function && c.arguments == arguments) {
            return Angle::slot(same.slot);
        }
        let slots = &mut self.program.circuit.slots;
        let slot = Slot(slots.len() as u32);
        let mut name = format!("computed_{}", computed.len());
        while slots.contains(&name) {
            name.push('_');
        }
        slots.push(name);
        computed.push(Computed { slot, function, arguments, span });
        Angle::slot(slot)
    }

    /// A whole number that is known, not negative, and at most `MAX_OPS`.
    pub fn count(&mut self, expr: &Expr) -> Result<usize, Fault> {
        let value = self.whole(expr, &[])?;
        usize::try_from(value)
            .map_err(|_| Fault::Kind { wanted: "a number that is not negative", span: expr.span })
    }

    /// A whole number that is known.
    pub fn whole(&mut self, expr: &Expr, locals: Locals) -> Result<i64, Fault> {
        let value = self.angle(expr, locals)?;
        let is_whole = value.is_constant() && value.constant.fract() == 0.0 && value.constant.abs() < 1e15;
        if is_whole {
            Ok(value.constant as i64)
        } else {
            Err(Fault::Kind { wanted: "a known whole number", span: expr.span })
        }
    }

    /// An index into a register; OpenQASM 3 counts negative ones from the end.
    pub fn index(&mut self, expr: &Expr, name: &str, size: usize) -> Result<usize, Fault> {
        let index = self.whole(expr, &[])?;
        let from_start = if index < 0 && self.version > 2 { index + size as i64 } else { index };
        match usize::try_from(from_start) {
            Ok(i) if i < size => Ok(i),
            _ => Err(Fault::Index { name: name.to_owned(), size, index: index as f64, span: expr.span }),
        }
    }
}

/// The number of a word that depends on no outcome.
fn number(word: &[BitExpr]) -> Option<f64> {
    let bit = |(place, bit): (usize, &BitExpr)| match bit {
        BitExpr::Const(value) => Some(f64::from(*value) * 2_f64.powi(place as i32)),
        _ => None,
    };
    word.iter().enumerate().map(bit).sum()
}

fn divide(mut angle: Angle, divisor: f64) -> Angle {
    angle.constant /= divisor;
    angle.terms.iter_mut().for_each(|term| term.1 /= divisor);
    angle
}

fn unknown_function(name: &Name) -> Fault {
    Fault::Unknown { name: name.text.clone(), what: "function", span: name.span, help: None }
}
