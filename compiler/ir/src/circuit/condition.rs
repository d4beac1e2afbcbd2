//! Conditions on bits put together and taken apart; what is known at once is simplified.

use super::{Bit, BitExpr};

/// `not a`.
pub fn not(a: BitExpr) -> BitExpr {
    match a {
        BitExpr::Const(a) => BitExpr::Const(!a),
        BitExpr::Not(a) => *a,
        a => BitExpr::Not(Box::new(a)),
    }
}

/// `a and b`.
pub fn and(a: BitExpr, b: BitExpr) -> BitExpr {
    match (a, b) {
        (BitExpr::Const(false), _) | (_, BitExpr::Const(false)) => BitExpr::Const(false),
        (BitExpr::Const(true), other) | (other, BitExpr::Const(true)) => other,
        (a, b) if a == b => a,
        (a, b) => BitExpr::And(Box::new(a), Box::new(b)),
    }
}

/// `a or b`.
pub fn or(a: BitExpr, b: BitExpr) -> BitExpr {
    match (a, b) {
        (BitExpr::Const(true), _) | (_, BitExpr::Const(true)) => BitExpr::Const(true),
        (BitExpr::Const(false), other) | (other, BitExpr::Const(false)) => other,
        (a, b) if a == b => a,
        (a, b) => BitExpr::Or(Box::new(a), Box::new(b)),
    }
}

/// `a != b`.
pub fn xor(a: BitExpr, b: BitExpr) -> BitExpr {
    match (a, b) {
        (BitExpr::Const(false), other) | (other, BitExpr::Const(false)) => other,
        (BitExpr::Const(true), other) | (other, BitExpr::Const(true)) => not(other),
        (a, b) if a == b => BitExpr::Const(false),
        (a, b) => BitExpr::Xor(Box::new(a), Box::new(b)),
    }
}

/// `if condition then a else b`.
pub fn choose(condition: &BitExpr, a: BitExpr, b: BitExpr) -> BitExpr {
    let (c, not_c) = (condition.clone(), not(condition.clone()));
    match (a, b) {
        (BitExpr::Const(true), b) => or(c, b),
        (BitExpr::Const(false), b) => and(not_c, b),
        (a, BitExpr::Const(true)) => or(not_c, a),
        (a, BitExpr::Const(false)) => and(c, a),
        (a, b) => or(and(c, a), and(not_c, b)),
    }
}

/// The condition on other bits.
pub fn map_bits(condition: &BitExpr, map: &mut dyn FnMut(Bit) -> Bit) -> BitExpr {
    match condition {
        BitExpr::Const(value) => BitExpr::Const(*value),
        BitExpr::Bit(bit) => BitExpr::Bit(map(*bit)),
        BitExpr::Not(a) => not(map_bits(a, map)),
        BitExpr::And(a, b) => BitExpr::And(map_bits(a, map).into(), map_bits(b, map).into()),
        BitExpr::Or(a, b) => BitExpr::Or(map_bits(a, map).into(), map_bits(b, map).into()),
        BitExpr::Xor(a, b) => BitExpr::Xor(map_bits(a, map).into(), map_bits(b, map).into()),
    }
}

/// What is left of a condition where the value of a bit is known.
pub fn given(condition: &BitExpr, bit: Bit, value: bool) -> BitExpr {
    let inner = |a: &BitExpr| given(a, bit, value);
    match condition {
        BitExpr::Bit(other) if *other == bit => BitExpr::Const(value),
        BitExpr::Const(_) | BitExpr::Bit(_) => condition.clone(),
        BitExpr::Not(a) => not(inner(a)),
        BitExpr::And(a, b) => and(inner(a), inner(b)),
        BitExpr::Or(a, b) => or(inner(a), inner(b)),
        BitExpr::Xor(a, b) => xor(inner(a), inner(b)),
    }
}
