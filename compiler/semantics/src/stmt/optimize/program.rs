//! The program that an objective is about.

use qml_prelude::Effect;

use crate::hir::{Block, Callee, Expr, ExprKind, StmtKind, Type};
use crate::lower::visit::{Node, visit_block, visit_expr};

/// The argument of the one call that runs a program, if there is exactly one in the block and it isn't repeated.
pub(super) fn of_objective(statements: &Block, objective: &Expr) -> Option<Expr> {
    let (mut calls, mut is_repeated) = (Vec::new(), false);
    let mut meet = |node: Node| match node {
        Node::Stmt(stmt) => {
            is_repeated |=
                matches!(stmt.kind, StmtKind::For { .. } | StmtKind::While { .. } | StmtKind::If { .. });
        }
        Node::Expr(expr) => match &expr.kind {
            ExprKind::Comprehension { element, .. } => is_repeated |= runs_programs(element),
            ExprKind::Call(Callee::Builtin(id, _), args) if id.row().effect == Effect::Quantum => {
                calls.push(args.iter().filter(|arg| is_program(arg)).cloned().collect::<Vec<_>>());
            }
            _ => {}
        },
        Node::Place(_) => {}
    };
    visit_block(statements, &mut meet);
    visit_expr(objective, &mut meet);
    let (false, [programs]) = (is_repeated, &mut calls[..]) else { return None };
    if programs.len() == 1 { programs.pop() } else { None }
}

fn is_program(arg: &Expr) -> bool {
    matches!(arg.ty, Type::Program(_))
}

fn runs_programs(expr: &Expr) -> bool {
    let mut found = false;
    visit_expr(expr, &mut |node| {
        found |= matches!(
            node,
            Node::Expr(Expr { kind: ExprKind::Call(Callee::Builtin(id, _), _), .. })
                if id.row().effect == Effect::Quantum
        );
    });
    found
}
