//! Conditions, and words of bits that they compare.

use qml_ir::circuit::condition::{and, not, or, xor};
use qml_ir::circuit::{Bit, BitExpr};

use super::ast::{Expr, ExprKind};
use super::fault::Fault;
use super::lower::Lowering;
use super::names::Meaning;
use super::values::{Word, padded};

/// The most operators in a word: comparing copies its operands, so that short texts can mean long conditions.
pub const MAX_SIZE: usize = 4096;

/// The most bits that are compared at once; conditions nest as deep.
const MAX_BITS: usize = 1000;

impl Lowering<'_> {
    /// A condition on bits.
    pub fn condition(&mut self, expr: &Expr) -> Result<BitExpr, Fault> {
        let condition = self.any_condition(expr)?;
        check_size(std::slice::from_ref(&condition), expr)?;
        Ok(condition)
    }

    /// A number that is not negative, by its bits, lowest first.
    pub fn word(&mut self, expr: &Expr) -> Result<Word, Fault> {
        let word = self.any_word(expr)?;
        check_size(&word, expr)?;
        Ok(word)
    }

    fn any_condition(&mut self, expr: &Expr) -> Result<BitExpr, Fault> {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Bool(value) => Ok(BitExpr::Const(*value)),
            ExprKind::Name(_) | ExprKind::Index(..) => match self.bits(expr)? {
                (bits, false) => Ok(bits[0].clone()),
                (_, true) => {
                    Err(Fault::Kind { wanted: "a condition; compare the register with a number", span })
                }
            },
            ExprKind::Cast { value, .. } => Ok(self.word(value)?.into_iter().fold(BitExpr::Const(false), or)),
            ExprKind::Unary("!" | "~", operand) => Ok(not(self.condition(operand)?)),
            ExprKind::Binary(sign @ ("&&" | "||" | "&" | "|" | "^"), left, right) => {
                let (left, right) = (self.condition(left)?, self.condition(right)?);
                Ok(match *sign {
                    "&&" | "&" => and(left, right),
                    "||" | "|" => or(left, right),
                    _ => xor(left, right),
                })
            }
            ExprKind::Binary(sign @ ("==" | "!=" | "<" | "<=" | ">" | ">="), left, right) => {
                let (left, right) = (self.word(left)?, self.word(right)?);
                Ok(match *sign {
                    "==" => equal(&left, &right),
                    "!=" => not(equal(&left, &right)),
                    "<" => less(&left, &right),
                    ">" => less(&right, &left),
                    "<=" => not(less(&right, &left)),
                    _ => not(less(&left, &right)),
                })
            }
            _ => Err(Fault::Kind { wanted: "a condition on bits", span }),
        }
    }

    fn any_word(&mut self, expr: &Expr) -> Result<Word, Fault> {
        match &expr.kind {
            ExprKind::Bits(bits) => Ok(bits.iter().map(|&bit| BitExpr::Const(bit)).collect()),
            ExprKind::Cast { to: "bool", .. } => Ok(vec![self.condition(expr)?]),
            ExprKind::Cast { size, value, .. } => {
                let mut word = self.word(value)?;
                if let Some(size) = size {
                    word.truncate(self.count(size)?);
                }
                Ok(word)
            }
            ExprKind::Index(..) => Ok(self.bits(expr)?.0),
            ExprKind::Name(name) if self.is_bits(name) => {
                let word = self.bits(expr)?.0;
                if word.len() <= MAX_BITS { Ok(word) } else { Err(Fault::TooLarge(expr.span)) }
            }
            ExprKind::Unary("~", operand) => Ok(self.word(operand)?.into_iter().map(not).collect()),
            ExprKind::Binary(sign @ ("&" | "|" | "^"), left, right) => {
                let (left, right) = (self.word(left)?, self.word(right)?);
                let join = match *sign {
                    "&" => and,
                    "|" => or,
                    _ => xor,
                };
                Ok(padded(&left, &right).map(|(a, b)| join(a, b)).collect())
            }
            ExprKind::Binary(sign @ ("<<" | ">>"), left, right) => {
                let (mut word, n) = (self.word(left)?, self.count(right)?);
                let n = n.min(word.len());
                if *sign == "<<" {
                    word.rotate_right(n);
                    word[..n].fill(BitExpr::Const(false));
                } else {
                    word.drain(..n);
                }
                Ok(word)
            }
            ExprKind::Bool(_)
            | ExprKind::Unary("!", _)
            | ExprKind::Binary("&&" | "||" | "==" | "!=" | "<" | "<=" | ">" | ">=", ..) => {
                Ok(vec![self.condition(expr)?])
            }
            _ => {
                let value = self.count(expr)?;
                Ok((0..usize::BITS).map(|i| BitExpr::Const(value >> i & 1 == 1)).collect())
            }
        }
    }

    /// Whether a name stands for bits, or for nothing at all.
    fn is_bits(&self, name: &str) -> bool {
        match self.symbols.get(name).map(|symbol| &symbol.meaning) {
            Some(meaning) => {
                matches!(meaning, Meaning::Bits { .. } | Meaning::SomeBits(_) | Meaning::Variable(_))
            }
            None => !matches!(name, "pi" | "π" | "tau" | "τ" | "euler" | "ℇ"),
        }
    }

    /// The bits that an expression names, and whether they are a register.
    fn bits(&mut self, expr: &Expr) -> Result<(Word, bool), Fault> {
        let span = expr.span;
        let (name, index) = match &expr.kind {
            ExprKind::Name(name) => (name, None),
            ExprKind::Index(name, index) => (&name.text, Some(index)),
            _ => return Err(Fault::Kind { wanted: "bits", span }),
        };
        let lost = || {
            let what = format!(
                "`{name}`, which was never set, or is not known behind a branch that measured its own bits,"
            );
            Fault::Unsupported { what, span }
        };
        let (size, is_register) = match self.symbols.get(name).map(|symbol| &symbol.meaning) {
            Some(&Meaning::Bits { size, is_register, .. }) => (size, is_register),
            Some(Meaning::SomeBits(bits)) => (bits.len(), true),
            Some(&Meaning::Variable(variable)) => {
                let size = self.values.variable(variable).ok_or_else(lost)?.len();
                (size, size > 1)
            }
            Some(_) => return Err(Fault::Kind { wanted: "bits", span }),
            None => return Err(Fault::Unknown { name: name.clone(), what: "register", span, help: None }),
        };
        let (places, is_register) = match index {
            Some(index) => {
                let place = self.index(index, name, size)?;
                (place..place + 1, false)
            }
            None => (0..size, is_register),
        };
        let word: Option<Word> = places.map(|place| self.held(name, place)).collect();
        Ok((word.ok_or_else(lost)?, is_register))
    }

    /// What a bit of a register or a variable holds, if that is not lost.
    fn held(&self, name: &str, place: usize) -> Option<BitExpr> {
        match &self.symbols.get(name)?.meaning {
            Meaning::Bits { start, .. } => self.values.bit(Bit((start + place) as u32)),
            Meaning::SomeBits(bits) => self.values.bit(bits[place]),
            Meaning::Variable(variable) => self.values.variable(*variable)?.get(place).cloned(),
            _ => None,
        }
    }
}

fn check_size(word: &[BitExpr], expr: &Expr) -> Result<(), Fault> {
    let size: usize = word.iter().map(size).sum();
    if size <= MAX_SIZE { Ok(()) } else { Err(Fault::TooLarge(expr.span)) }
}

/// How many operators a condition has.
pub fn size(condition: &BitExpr) -> usize {
    match condition {
        BitExpr::Const(_) | BitExpr::Bit(_) => 0,
        BitExpr::Not(a) => 1 + size(a),
        BitExpr::And(a, b) | BitExpr::Or(a, b) | BitExpr::Xor(a, b) => 1 + size(a) + size(b),
    }
}

/// Whether two words are the same number.
pub fn equal(a: &[BitExpr], b: &[BitExpr]) -> BitExpr {
    padded(a, b).fold(BitExpr::Const(true), |same, (a, b)| and(same, not(xor(a, b))))
}

/// Whether the first word is the smaller number; decided by the highest bit in which they differ.
fn less(a: &[BitExpr], b: &[BitExpr]) -> BitExpr {
    padded(a, b).fold(BitExpr::Const(false), |lower, (a, b)| {
        let here = and(not(a.clone()), b.clone());
        or(here, and(not(xor(a, b)), lower))
    })
}
