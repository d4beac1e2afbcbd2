//! Conditions, and words of bits that they compare.

use qml_ir::circuit::{Bit, BitExpr};

use super::ast::{Expr, ExprKind};
use super::fault::Fault;
use super::lower::Lowering;
use super::names::Meaning;

/// The most operators in a word: comparing copies its operands, so that short texts can mean long conditions.
const MAX_SIZE: usize = 4096;

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
    pub fn word(&mut self, expr: &Expr) -> Result<Vec<BitExpr>, Fault> {
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

    fn any_word(&mut self, expr: &Expr) -> Result<Vec<BitExpr>, Fault> {
        match &expr.kind {
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
            Some(meaning) => matches!(meaning, Meaning::Bits { .. } | Meaning::Variable(_)),
            None => !matches!(name, "pi" | "π" | "tau" | "τ" | "euler" | "ℇ"),
        }
    }

    /// The bits that an expression names, and whether they are a register.
    fn bits(&mut self, expr: &Expr) -> Result<(Vec<BitExpr>, bool), Fault> {
        let span = expr.span;
        let (name, index) = match &expr.kind {
            ExprKind::Name(name) => (name, None),
            ExprKind::Index(name, index) => (&name.text, Some(index)),
            _ => return Err(Fault::Kind { wanted: "bits", span }),
        };
        let (mut bits, is_register) = match self.symbols.get(name).map(|symbol| &symbol.meaning) {
            Some(&Meaning::Bits { start, size, is_register }) => {
                let bits = (start..start + size).map(|bit| BitExpr::Bit(Bit(bit as u32)));
                (bits.collect::<Vec<_>>(), is_register)
            }
            Some(Meaning::Variable(Some(word))) => (word.clone(), word.len() > 1),
            Some(Meaning::Variable(None)) => {
                let what = format!("`{name}`, whose bits were measured again or never set,");
                return Err(Fault::Unsupported { what, span });
            }
            Some(_) => return Err(Fault::Kind { wanted: "bits", span }),
            None => return Err(Fault::Unknown { name: name.clone(), what: "register", span, help: None }),
        };
        match index {
            Some(index) => {
                let i = self.index(index, name, bits.len())?;
                Ok((vec![bits.swap_remove(i)], false))
            }
            None => Ok((bits, is_register)),
        }
    }
}

fn check_size(word: &[BitExpr], expr: &Expr) -> Result<(), Fault> {
    let size: usize = word.iter().map(size).sum();
    if size <= MAX_SIZE { Ok(()) } else { Err(Fault::TooLarge(expr.span)) }
}

/// How many operators a condition has.
fn size(condition: &BitExpr) -> usize {
    match condition {
        BitExpr::Const(_) | BitExpr::Bit(_) => 0,
        BitExpr::Not(a) => 1 + size(a),
        BitExpr::And(a, b) | BitExpr::Or(a, b) | BitExpr::Xor(a, b) => 1 + size(a) + size(b),
    }
}

/// Both words at the length of the longer one.
fn padded<'a>(a: &'a [BitExpr], b: &'a [BitExpr]) -> impl Iterator<Item = (BitExpr, BitExpr)> + 'a {
    let at = |word: &[BitExpr], i: usize| word.get(i).cloned().unwrap_or(BitExpr::Const(false));
    (0..a.len().max(b.len())).map(move |i| (at(a, i), at(b, i)))
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

fn not(a: BitExpr) -> BitExpr {
    match a {
        BitExpr::Const(value) => BitExpr::Const(!value),
        BitExpr::Not(inner) => *inner,
        a => BitExpr::Not(Box::new(a)),
    }
}

fn and(a: BitExpr, b: BitExpr) -> BitExpr {
    match (a, b) {
        (BitExpr::Const(false), _) | (_, BitExpr::Const(false)) => BitExpr::Const(false),
        (BitExpr::Const(true), other) | (other, BitExpr::Const(true)) => other,
        (a, b) => BitExpr::And(Box::new(a), Box::new(b)),
    }
}

/// Whether one of two holds.
pub fn or(a: BitExpr, b: BitExpr) -> BitExpr {
    match (a, b) {
        (BitExpr::Const(true), _) | (_, BitExpr::Const(true)) => BitExpr::Const(true),
        (BitExpr::Const(false), other) | (other, BitExpr::Const(false)) => other,
        (a, b) => BitExpr::Or(Box::new(a), Box::new(b)),
    }
}

fn xor(a: BitExpr, b: BitExpr) -> BitExpr {
    match (a, b) {
        (BitExpr::Const(value), other) | (other, BitExpr::Const(value)) => {
            if value {
                not(other)
            } else {
                other
            }
        }
        (a, b) => BitExpr::Xor(Box::new(a), Box::new(b)),
    }
}
