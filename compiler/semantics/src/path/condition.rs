//! Conditions on ints as cases for the prover.

use qml_syntax::ast::{BinaryOp, UnaryOp};

use crate::hir::{Expr, ExprKind, Type};
use crate::prover::{Cases, opposite};
use crate::size::Size;

/// More cases than this are not told apart.
const MAX_CASES: usize = 16;

/// What is known if a condition holds: one of some cases.
pub(crate) struct Known {
    /// The cases.
    pub cases: Cases,
    /// Whether that is all that the condition says.
    pub is_all: bool,
}

impl Known {
    fn nothing() -> Self {
        Self { cases: vec![Vec::new()], is_all: false }
    }

    fn of(cases: Option<Cases>) -> Self {
        cases.map_or_else(Self::nothing, |cases| Self { cases, is_all: true })
    }

    fn both(self, other: &Self) -> Self {
        let cases: Cases = self
            .cases
            .iter()
            .flat_map(|left| other.cases.iter().map(|right| [left.as_slice(), right.as_slice()].concat()))
            .collect();
        if cases.len() > MAX_CASES {
            return Self { is_all: false, ..self };
        }
        Self { cases, is_all: self.is_all && other.is_all }
    }

    fn either(mut self, other: Self) -> Self {
        self.cases.extend(other.cases);
        if self.cases.len() > MAX_CASES {
            return Self::nothing();
        }
        Self { is_all: self.is_all && other.is_all, ..self }
    }
}

/// What is known if `condition` is `value`; `size` gives ints as sizes.
pub(crate) fn cases_of(condition: &Expr, value: bool, size: &dyn Fn(&Expr) -> Option<Size>) -> Known {
    match &condition.kind {
        ExprKind::Bool(constant) if *constant == value => Known::of(Some(vec![Vec::new()])),
        ExprKind::Bool(_) => Known::of(Some(Vec::new())),
        ExprKind::Unary(UnaryOp::Not, operand) => cases_of(operand, !value, size),
        ExprKind::Binary(operator @ (BinaryOp::And | BinaryOp::Or), left, right) => {
            let (left, right) = (cases_of(left, value, size), cases_of(right, value, size));
            if (*operator == BinaryOp::And) == value { left.both(&right) } else { left.either(right) }
        }
        ExprKind::Binary(operator, left, right) if left.ty == Type::Int && right.ty == Type::Int => {
            let sides = size(left).zip(size(right));
            Known::of(sides.and_then(|(left, right)| comparison(*operator, value, &left, &right)))
        }
        _ => Known::nothing(),
    }
}

/// The cases in which a comparison has a value.
fn comparison(operator: BinaryOp, value: bool, left: &Size, right: &Size) -> Option<Cases> {
    let at_least = left.sub(right)?;
    let at_most = right.sub(left)?;
    let (less, more) = (opposite(&at_least)?, opposite(&at_most)?);
    let not_equal = || vec![vec![less.clone()], vec![more.clone()]];
    Some(match (operator, value) {
        (BinaryOp::Eq, true) | (BinaryOp::Ne, false) => vec![vec![at_least, at_most]],
        (BinaryOp::Eq, false) | (BinaryOp::Ne, true) => not_equal(),
        (BinaryOp::Lt, true) | (BinaryOp::Ge, false) => vec![vec![less]],
        (BinaryOp::Ge, true) | (BinaryOp::Lt, false) => vec![vec![at_least]],
        (BinaryOp::Gt, true) | (BinaryOp::Le, false) => vec![vec![more]],
        (BinaryOp::Le, true) | (BinaryOp::Gt, false) => vec![vec![at_most]],
        _ => return None,
    })
}
