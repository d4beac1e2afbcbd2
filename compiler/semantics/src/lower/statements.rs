//! Statements.

use qml_ir::host::{self, OpKind, Region, ValueId};
use qml_source::Span;

use super::body::Body;
use crate::hir::{Block, Expr, Modifier, Pattern, Stmt, StmtKind, Type};

impl Body<'_, '_> {
    /// A statement.
    pub(super) fn stmt(&mut self, stmt: &Stmt) {
        match &stmt.kind {
            StmtKind::Let { pattern, value } => {
                let value = self.expr(value);
                self.bind(pattern, value, stmt.span);
            }
            StmtKind::Assign { places, operator, value } => self.assign(places, *operator, value),
            StmtKind::Expr(value) => {
                self.result(value);
            }
            StmtKind::Return(value) => {
                let results: Vec<ValueId> = value.iter().flat_map(|value| self.result(value)).collect();
                let Some((flag, variable)) = self.returned else {
                    qml_source::bug!("a return without a flag")
                };
                self.set_all(variable.as_slice(), &results);
                self.jump(Some(flag), stmt.span);
            }
            StmtKind::Break => self.jump(self.loops.last().and_then(|flags| flags.0), stmt.span),
            StmtKind::Continue => self.jump(self.loops.last().and_then(|flags| flags.1), stmt.span),
            StmtKind::If { condition, then, otherwise } => {
                self.if_stmt(condition, then, otherwise, stmt.span);
            }
            StmtKind::For { pattern, iterable, body } => self.for_stmt(pattern, iterable, body, stmt.span),
            StmtKind::While { condition, body } => self.while_stmt(condition, body, stmt.span),
            StmtKind::Modified { modifiers, body } => self.modified(modifiers, body, stmt.span),
            StmtKind::Within { within, apply } => {
                // Each block has its own changes; only those of `apply` are seen afterwards, as those of `within` are undone.
                let changed = self.changed(&apply.statements);
                let within = self.region(Vec::new(), |body, _| {
                    body.stmts(&within.statements);
                    Vec::new()
                });
                let apply = self.block(apply, &changed);
                self.quantum_region(OpKind::Within, Vec::new(), vec![within, apply], &changed, stmt.span);
            }
            StmtKind::Optimize(optimize) => self.optimize(optimize, stmt.span),
        }
    }

    /// An expression that may have no value: gives none or one.
    pub(super) fn result(&mut self, expr: &Expr) -> Vec<ValueId> {
        if expr.ty == Type::Unit {
            self.unit_expr(expr);
            return Vec::new();
        }
        vec![self.expr(expr)]
    }

    /// Binds what a pattern names to the parts of a value.
    pub(super) fn bind(&mut self, pattern: &Pattern, value: ValueId, span: Span) {
        match pattern {
            Pattern::Local(local) => self.variables[local.0 as usize] = Some(value),
            Pattern::Ignore => {}
            Pattern::Tuple(patterns) => {
                for (index, pattern) in patterns.iter().enumerate() {
                    let part = self.part(value, index, span);
                    self.bind(pattern, part, span);
                }
            }
        }
    }

    fn block(&mut self, block: &Block, changed: &[usize]) -> Region {
        self.region(Vec::new(), |body, _| {
            body.stmts(&block.statements);
            body.get_all(changed)
        })
    }

    fn if_stmt(&mut self, condition: &Expr, then: &Block, otherwise: &Block, span: Span) {
        let condition = self.expr(condition);
        let changed = self.changed(then.statements.iter().chain(&otherwise.statements));
        let regions = vec![self.block(then, &changed), self.block(otherwise, &changed)];
        let types = self.types_of(&changed);
        let results = self.emit(OpKind::If, vec![condition], types, regions, span);
        self.set_all(&changed, &results);
    }

    fn modified(&mut self, modifiers: &[Modifier], block: &Block, span: Span) {
        let Some((outermost, inner)) = modifiers.split_first() else {
            return self.stmts(&block.statements);
        };
        let (modifier, args) = match outermost {
            Modifier::Adjoint => (host::Modifier::Adjoint, Vec::new()),
            Modifier::Control(operands) => {
                let on_one = operands.iter().map(|(_, is_negated)| !is_negated).collect();
                let args = operands.iter().map(|(operand, _)| self.expr(operand)).collect();
                (host::Modifier::Control(on_one), args)
            }
            Modifier::Power(exponent) => (host::Modifier::Power, vec![self.expr(exponent)]),
        };
        let changed = self.changed(&block.statements);
        let region = self.region(Vec::new(), |body, _| {
            body.modified(inner, block, span);
            body.get_all(&changed)
        });
        self.quantum_region(OpKind::Modified(modifier), args, vec![region], &changed, span);
    }

    fn quantum_region(
        &mut self,
        kind: OpKind,
        args: Vec<ValueId>,
        regions: Vec<Region>,
        changed: &[usize],
        span: Span,
    ) {
        let types = self.types_of(changed);
        let results = self.emit(kind, args, types, regions, span);
        self.set_all(changed, &results);
    }
}
