//! Conditions as branches within each other that test one bit, or a register for a number.
//!
//! OpenQASM 3 has `&&`, `||` and `^`, but not every reader knows them: Qiskit's takes a bit, its negation, and a register
//! compared with a number. Any condition is a binary decision tree of such tests (Shannon's expansion). What happens may
//! have to be written at several leaves.

use qml_ir::circuit::condition::{and, given};
use qml_ir::circuit::{Bit, BitExpr, Op};

use super::names::BitNames;

/// Operations that may be written again for the sake of a condition; what needs more keeps its operators.
const MAX_COPIED: usize = 256;

/// A decision.
#[derive(Debug, PartialEq)]
pub enum Decision {
    /// Whether the condition holds is known.
    Known(bool),
    /// It depends on a test.
    Test { test: Test, holds: Box<Decision>, fails: Box<Decision> },
}

/// What is tested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Test {
    /// A bit.
    Bit(Bit),
    /// A register, by its number, for a value.
    Register(usize, u64),
}

/// How the condition is decided, if that does not copy too many operations of the two sides.
pub fn decide(condition: &BitExpr, names: &BitNames, then: &[Op], otherwise: &[Op]) -> Option<Decision> {
    let n_ops = |ops: &[Op]| {
        let mut n = 0;
        ops.iter().for_each(|op| op.visit(&mut |_| n += 1));
        n
    };
    let (then, otherwise) = (n_ops(then), n_ops(otherwise));
    let mut left = MAX_COPIED + then + otherwise;
    expand(condition, names, &mut |holds| {
        let n = if holds { then } else { otherwise };
        // A leaf where nothing happens costs its tests.
        left.checked_sub(n.max(1)).is_some_and(|rest| {
            left = rest;
            true
        })
    })
}

/// `leaf` counts the leaves; it says whether there may be more.
fn expand(condition: &BitExpr, names: &BitNames, leaf: &mut dyn FnMut(bool) -> bool) -> Option<Decision> {
    let mut first = None;
    condition.each_bit(&mut |bit| first = first.or(Some(bit)));
    let Some(bit) = first else {
        let value = condition.eval(&[]);
        return leaf(value).then_some(Decision::Known(value));
    };
    let (test, holds, fails) = match compare(condition, names, 2) {
        Some((register, value, rest)) => (Test::Register(register, value), rest, BitExpr::Const(false)),
        None => (Test::Bit(bit), given(condition, bit, true), given(condition, bit, false)),
    };
    let holds = Box::new(expand(&holds, names, leaf)?);
    let fails = Box::new(expand(&fails, names, leaf)?);
    Some(Decision::Test { test, holds, fails })
}

/// The first register of so many bits at least that has to have a certain value; the value, and what else has to hold.
pub fn compare(condition: &BitExpr, names: &BitNames, least: usize) -> Option<(usize, u64, BitExpr)> {
    let mut literals = Vec::new();
    if !conjuncts(condition, &mut literals) {
        return None;
    }
    let value_of = |bit: usize| literals.iter().find(|literal| literal.0.0 as usize == bit).map(|l| l.1);
    let value = |i: usize| {
        let bits = names.bits(i);
        let is_number = (least..64).contains(&bits.len());
        let mut values = bits.enumerate();
        let add = |value: u64, (place, bit): (usize, usize)| Some(value | u64::from(value_of(bit)?) << place);
        if is_number { values.try_fold(0, add) } else { None }
    };
    let (register, value) = (0..names.len()).find_map(|i| Some((i, value(i)?)))?;
    let bits = names.bits(register);
    let others = literals.iter().filter(|(bit, _)| !bits.contains(&(bit.0 as usize)));
    let rest = others.fold(BitExpr::Const(true), |rest, &(bit, value)| {
        let bit = BitExpr::Bit(bit);
        and(rest, if value { bit } else { BitExpr::Not(Box::new(bit)) })
    });
    Some((register, value, rest))
}

/// The bits and values that all have to be there, if the condition is no more than that.
fn conjuncts(condition: &BitExpr, literals: &mut Vec<(Bit, bool)>) -> bool {
    match condition {
        BitExpr::And(a, b) => conjuncts(a, literals) && conjuncts(b, literals),
        BitExpr::Bit(bit) => {
            literals.push((*bit, true));
            true
        }
        BitExpr::Not(a) => match **a {
            BitExpr::Bit(bit) => {
                literals.push((bit, false));
                true
            }
            _ => false,
        },
        _ => false,
    }
}
