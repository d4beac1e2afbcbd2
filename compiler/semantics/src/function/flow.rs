//! Whether a body always ends in a `return`, and where else one stands.

use qml_source::Span;
use qml_syntax::ast::{self, StmtKind as Ast};

use crate::body::Body;
use crate::effect::EffectError;
use crate::hir::{Block, ExprKind, Stmt, StmtKind};

/// Whether no way leads to the end of the block.
pub(super) fn always_returns(block: &Block) -> bool {
    block.statements.iter().any(|statement| match &statement.kind {
        StmtKind::Return(_) => true,
        StmtKind::If { then, otherwise, .. } => always_returns(then) && always_returns(otherwise),
        StmtKind::While { condition, body } => {
            matches!(condition.kind, ExprKind::Bool(true)) && !breaks(&body.statements)
        }
        _ => false,
    })
}

/// Whether a value is returned, declared or not.
pub(crate) fn returns_value(block: &ast::Block) -> bool {
    block.statements.iter().any(|statement| matches!(statement.kind, Ast::Return(Some(_))))
}

fn breaks(statements: &[Stmt]) -> bool {
    statements.iter().any(|statement| match &statement.kind {
        StmtKind::Break => true,
        StmtKind::If { then, otherwise, .. } => breaks(&then.statements) || breaks(&otherwise.statements),
        _ => false,
    })
}

impl Body<'_, '_> {
    /// Reports each `return` of a kernel but one at its end.
    pub(super) fn refuse_early_returns(&mut self, block: &ast::Block) {
        for (i, statement) in block.statements.iter().enumerate() {
            let next = block.statements.get(i + 1).map(|next| next.span);
            if next.is_some() || !matches!(statement.kind, Ast::Return(_)) {
                self.refuse_returns(statement, next);
            }
        }
    }

    fn refuse_returns(&mut self, statement: &ast::Stmt, next: Option<Span>) {
        let mut blocks: Vec<&ast::Block> = Vec::new();
        match &statement.kind {
            Ast::Return(_) => {
                let effect = ast::Effect::Kernel;
                self.report(EffectError::EarlyReturn { span: statement.span, effect, next });
            }
            Ast::If(branch) => {
                let mut branch = branch;
                loop {
                    blocks.push(&branch.then);
                    match &branch.otherwise {
                        Some(ast::Else::If(next)) => branch = next,
                        Some(ast::Else::Block(block)) => {
                            blocks.push(block);
                            break;
                        }
                        None => break,
                    }
                }
            }
            Ast::For { body, .. } | Ast::While { body, .. } => blocks.push(body),
            Ast::Modified { body: ast::ModifiedBody::Block(block), .. } => blocks.push(block),
            Ast::Modified { body: ast::ModifiedBody::Within(within), .. } | Ast::Within(within) => {
                blocks.extend([&within.within, &within.apply]);
            }
            _ => {}
        }
        for statement in blocks.into_iter().flat_map(|block| &block.statements) {
            self.refuse_returns(statement, next);
        }
    }
}
