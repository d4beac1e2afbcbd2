//! `assert`: where a comparison fails, its sides are told with their values.
//!
//! `assert(a and b)` asserts `a`, then `b`. Of `assert(a or b)` the second is asserted where the first does not hold, and
//! tells the sides of both.

use qml_ir::host::{self, FunctionKind, OpKind, Type, ValueId};
use qml_source::Span;
use qml_syntax::ast::{BinaryOp, UnaryOp};

use super::body::Body;
use super::expressions::row_name;
use crate::hir::{Callee, Expr, ExprKind};

/// The longest text of a side that is told in full.
const MAX_CHARS: usize = 40;

/// What an assertion tells where it fails.
#[derive(Clone)]
struct Told {
    /// The user's text, or Unit.
    message: ValueId,
    /// Of each comparison that is told its row, and the text and the value of each side.
    sides: Vec<ValueId>,
    /// Where the call stands.
    span: Span,
    /// Where `a or b` stands, if the condition is one: all of it fails, not its last part.
    either: Option<Span>,
}

impl Body<'_, '_> {
    /// `assert(condition, message)`
    pub(super) fn assert(&mut self, condition: &Expr, message: &Expr, span: Span) {
        let told = Told { message: self.expr(message), sides: Vec::new(), span, either: None };
        self.assert_that(condition, false, told);
    }

    fn assert_that(&mut self, condition: &Expr, is_negated: bool, mut told: Told) {
        match as_logic(condition, is_negated) {
            Logic::Not(operand) => self.assert_that(operand, !is_negated, told),
            Logic::Both(left, right) => {
                self.assert_that(left, is_negated, told.clone());
                self.assert_that(right, is_negated, told);
            }
            // In a gate or kernel a branch on an angle would be refused as such.
            Logic::Either(left, right) if self.function.kind == FunctionKind::Fn => {
                told.either.get_or_insert(condition.span);
                let holds = self.looked_at(left, is_negated, &mut told);
                let nothing = self.region(Vec::new(), |_, _| Vec::new());
                let otherwise = self.region(Vec::new(), |body, _| {
                    body.assert_that(right, is_negated, told);
                    Vec::new()
                });
                self.emit(OpKind::If, vec![holds], Vec::new(), vec![nothing, otherwise], condition.span);
            }
            Logic::Either(..) | Logic::Other => {
                let is_plain = comparison(condition).is_none() && told.sides.is_empty();
                let span = if is_plain { told.span } else { condition.span };
                let span = told.either.unwrap_or(span);
                let holds = self.looked_at(condition, is_negated, &mut told);
                let mut args = vec![holds, told.message];
                args.extend(told.sides);
                self.builtin_effect(if is_plain { "assert" } else { "op.assert_compare" }, args, span);
            }
        }
    }

    /// Whether a condition holds; of a comparison the sides are added to what is told.
    fn looked_at(&mut self, condition: &Expr, is_negated: bool, told: &mut Told) -> ValueId {
        let holds = match comparison(condition) {
            Some(compared) => self.compared(&compared, told),
            None => self.expr(condition),
        };
        if !is_negated {
            return holds;
        }
        self.one(OpKind::Unary(host::UnaryOp::Not), vec![holds], Type::Bool, condition.span)
    }

    fn compared(&mut self, compared: &Comparison, told: &mut Told) -> ValueId {
        let Comparison { operator, left, right, whole, is_all } = *compared;
        let span = whole.span;
        told.sides.push(self.str(row_name(operator), span));
        let sides = [self.expr(left), self.expr(right)];
        for (side, value) in [left, right].into_iter().zip(sides) {
            let text = shortened(self.context.sources.snippet(side.span));
            told.sides.extend([self.str(text, span), value]);
        }
        let ty = self.host_type(&whole.ty);
        let holds = self.binary(operator, sides[0], sides[1], ty, span);
        if is_all { self.builtin("all", vec![holds], Type::Bool, span) } else { holds }
    }
}

/// A condition as a combination of others.
enum Logic<'e> {
    Not(&'e Expr),
    Both(&'e Expr, &'e Expr),
    Either(&'e Expr, &'e Expr),
    Other,
}

/// `not (a and b)` is one of `not a` and `not b`.
fn as_logic(condition: &Expr, is_negated: bool) -> Logic<'_> {
    match &condition.kind {
        ExprKind::Unary(UnaryOp::Not, operand) => Logic::Not(operand),
        ExprKind::Binary(BinaryOp::And, left, right) if is_negated => Logic::Either(left, right),
        ExprKind::Binary(BinaryOp::Or, left, right) if is_negated => Logic::Both(left, right),
        ExprKind::Binary(BinaryOp::And, left, right) => Logic::Both(left, right),
        ExprKind::Binary(BinaryOp::Or, left, right) => Logic::Either(left, right),
        _ => Logic::Other,
    }
}

/// A comparison of two sides.
#[derive(Clone, Copy)]
struct Comparison<'e> {
    operator: BinaryOp,
    left: &'e Expr,
    right: &'e Expr,
    /// The comparison itself.
    whole: &'e Expr,
    /// Element by element, and all have to hold.
    is_all: bool,
}

/// The condition as `a < b` or `all(a < b)`.
fn comparison(condition: &Expr) -> Option<Comparison<'_>> {
    if let ExprKind::Call(Callee::Builtin(id, _), args) = &condition.kind {
        let is_all = id.row().name == "all" && args.len() == 1;
        return args
            .first()
            .filter(|_| is_all)
            .and_then(comparison)
            .map(|inner| Comparison { is_all, ..inner });
    }
    let ExprKind::Binary(operator, left, right) = &condition.kind else { return None };
    let is_comparison = matches!(
        operator,
        BinaryOp::Eq | BinaryOp::Ne | BinaryOp::Lt | BinaryOp::Le | BinaryOp::Gt | BinaryOp::Ge
    );
    is_comparison.then_some(Comparison { operator: *operator, left, right, whole: condition, is_all: false })
}

/// A source text on one line, cut where it is long.
fn shortened(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(MAX_CHARS) {
        Some((end, _)) => format!("{}...", &line[..end]),
        None => line,
    }
}
