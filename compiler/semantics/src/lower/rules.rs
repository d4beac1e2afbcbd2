//! Which rule an optimizer follows, as far as the source tells.

use qml_prelude::Rule;

use super::visit::{self, Node};
use crate::hir::{Block, Callee, Expr, ExprKind, LocalId, Pattern, StmtKind};

/// The rule of a call that makes an optimizer.
pub(crate) fn made_by(expr: &Expr) -> Option<Rule> {
    match &expr.kind {
        ExprKind::Call(Callee::Builtin(id, _), _) => Rule::find(id.row().name),
        _ => None,
    }
}

/// The rule of the optimizer of an `optimize`: of the call that makes it, or of all calls whose values its variable gets in
/// the statements of the function.
pub(super) fn of_optimizer(optimizer: &Expr, statements: Option<&Block>) -> Option<Rule> {
    match (&optimizer.kind, statements) {
        (ExprKind::Local(local), Some(statements)) => of_variable(*local, statements),
        _ => made_by(optimizer),
    }
}

fn of_variable(local: LocalId, statements: &Block) -> Option<Rule> {
    // None: unknown. Some(None): nothing seen yet.
    let mut rule: Option<Option<Rule>> = Some(None);
    let mut meet = |value: Option<Rule>| {
        rule = match (rule, value) {
            (Some(None), Some(found)) => Some(Some(found)),
            (Some(Some(before)), Some(found)) if before == found => Some(Some(found)),
            _ => None,
        };
    };
    visit::visit_block(statements, &mut |node| {
        let Node::Stmt(stmt) = node else { return };
        match &stmt.kind {
            StmtKind::Let { pattern, value } if binds(pattern, local) => meet(made_by(value)),
            StmtKind::For { pattern, .. } if binds(pattern, local) => meet(None),
            StmtKind::Assign { places, value, .. }
                if places.iter().any(|place| place.local == local) && !steps(value, local) =>
            {
                meet(if places.len() == 1 { made_by(value) } else { None });
            }
            _ => {}
        }
    });
    rule.flatten()
}

/// `step(opt, w, g)`, which keeps the rule.
fn steps(value: &Expr, local: LocalId) -> bool {
    let ExprKind::Call(Callee::Builtin(id, _), args) = &value.kind else { return false };
    id.row().name == "step" && matches!(args[0].kind, ExprKind::Local(stepped) if stepped == local)
}

fn binds(pattern: &Pattern, local: LocalId) -> bool {
    match pattern {
        Pattern::Local(bound) => *bound == local,
        Pattern::Ignore => false,
        Pattern::Tuple(parts) => parts.iter().any(|part| binds(part, local)),
    }
}

/// Whether the optimizer may draw random numbers of its own.
pub(super) fn may_draw(rule: Option<Rule>) -> bool {
    rule.is_none_or(|rule| rule == Rule::Spsa)
}
