//! Jumps as flags: `return`, `break` and `continue` in structured code.
//!
//! Where a branch at the end of a function returns, what follows goes into the other branch. Elsewhere a jump sets a flag,
//! and what follows runs only where it isn't set.

use std::collections::BTreeSet;

use qml_ir::host::{BinaryOp, Constant, OpKind, Type, UnaryOp, ValueId};
use qml_source::Span;

use super::body::{Body, Variable};
use super::visit::{self, Exits};
use crate::hir::{Stmt, StmtKind};

impl Body<'_, '_> {
    /// The statements at the end of a function; gives the function's results.
    pub(super) fn tail(&mut self, stmts: &[&Stmt], span: Span) -> Vec<ValueId> {
        for (index, stmt) in stmts.iter().enumerate() {
            let rest = &stmts[index + 1..];
            match &stmt.kind {
                StmtKind::Return(value) => {
                    return value.iter().flat_map(|value| self.result(value)).collect();
                }
                StmtKind::If { condition, then, otherwise }
                    if visit::always_returns(&then.statements)
                        || visit::always_returns(&otherwise.statements) =>
                {
                    let condition = self.expr(condition);
                    let results = self.function.results.clone();
                    let regions = [then, otherwise]
                        .map(|block| {
                            let mut all: Vec<&Stmt> = block.statements.iter().collect();
                            if !visit::always_returns(&block.statements) {
                                all.extend(rest);
                            }
                            self.region(Vec::new(), |body, _| body.tail(&all, stmt.span))
                        })
                        .into();
                    return self.emit(OpKind::If, vec![condition], results, regions, stmt.span);
                }
                _ if visit::exits([*stmt]).returns => return self.tail_after_flag(stmt, rest, span),
                _ => self.stmt(stmt),
            }
        }
        if self.function.results.is_empty() {
            return Vec::new();
        }
        // Only reached where the checker knows that the end isn't.
        let ty = self.function.results[0].clone();
        vec![self.placeholder(ty, span)]
    }

    /// A statement that may return somewhere inside, and what follows it at the end of the function.
    fn tail_after_flag(&mut self, stmt: &Stmt, rest: &[&Stmt], span: Span) -> Vec<ValueId> {
        let flag = self.bool(false, stmt.span);
        let flag = self.hidden(flag);
        let result = self.function.results.first().cloned().map(|ty| {
            let placeholder = self.placeholder(ty, stmt.span);
            self.hidden(placeholder)
        });
        let before = self.returned.replace((flag, result));
        self.stmt(stmt);
        self.returned = before;
        let condition = self.get(flag);
        let returned = self.region(Vec::new(), |body, _| body.get_all(result.as_slice()));
        let others = self.region(Vec::new(), |body, _| body.tail(rest, span));
        let results = self.function.results.clone();
        self.emit(OpKind::If, vec![condition], results, vec![returned, others], stmt.span)
    }

    /// Statements that end where the block ends, with guards after those that may jump.
    pub(super) fn stmts(&mut self, stmts: &[Stmt]) {
        for (index, stmt) in stmts.iter().enumerate() {
            self.stmt(stmt);
            let exits = visit::exits([stmt]);
            let rest = &stmts[index + 1..];
            if !exits.any() || rest.is_empty() {
                continue;
            }
            if !matches!(stmt.kind, StmtKind::Return(_) | StmtKind::Break | StmtKind::Continue) {
                let goes_on = self.none_set(exits, stmt.span);
                self.if_then(goes_on, rest, stmt.span);
            }
            return;
        }
    }

    /// Whether none of the flags of these jumps is set.
    pub(super) fn none_set(&mut self, exits: Exits, span: Span) -> ValueId {
        let flags: Vec<ValueId> = self.flags(exits).iter().map(|&flag| self.get(flag)).collect();
        let mut any = flags[0];
        for &flag in &flags[1..] {
            any = self.one(OpKind::Binary(BinaryOp::Or), vec![any, flag], Type::Bool, span);
        }
        self.one(OpKind::Unary(UnaryOp::Not), vec![any], Type::Bool, span)
    }

    /// The flags that such jumps set.
    fn flags(&self, exits: Exits) -> Vec<Variable> {
        let (breaks, continues) = self.loops.last().copied().unwrap_or_default();
        let returned = self.returned.map(|(flag, _)| flag);
        [(exits.returns, returned), (exits.breaks, breaks), (exits.continues, continues)]
            .into_iter()
            .filter(|(is_used, _)| *is_used)
            .filter_map(|(_, flag)| flag)
            .collect()
    }

    fn if_then(&mut self, condition: ValueId, stmts: &[Stmt], span: Span) {
        let changed = self.changed(stmts);
        let then = self.region(Vec::new(), |body, _| {
            body.stmts(stmts);
            body.get_all(&changed)
        });
        let otherwise = self.region(Vec::new(), |body, _| body.get_all(&changed));
        let types = self.types_of(&changed);
        let results = self.emit(OpKind::If, vec![condition], types, vec![then, otherwise], span);
        self.set_all(&changed, &results);
    }

    /// The variables, flags included, that exist here and that the statements may change.
    pub(super) fn changed<'a>(&self, stmts: impl IntoIterator<Item = &'a Stmt> + Clone) -> Vec<Variable> {
        let mut variables: BTreeSet<Variable> =
            visit::assigned(stmts.clone()).into_iter().map(|local| local.0 as usize).collect();
        let exits = visit::exits(stmts);
        variables.extend(self.flags(exits));
        if exits.returns {
            variables.extend(self.returned.and_then(|(_, result)| result));
        }
        variables.into_iter().filter(|&variable| self.variables[variable].is_some()).collect()
    }

    /// A jump: sets its flag.
    pub(super) fn jump(&mut self, flag: Option<Variable>, span: Span) {
        let set = self.bool(true, span);
        match flag {
            Some(flag) => self.variables[flag] = Some(set),
            None => qml_source::bug!("a jump that leaves nothing"),
        }
    }

    /// A value of this type that is never looked at.
    pub(super) fn placeholder(&mut self, ty: Type, span: Span) -> ValueId {
        let constant = match &ty {
            Type::Bool => Constant::Bool(false),
            Type::Int => Constant::Int(0),
            Type::Float => Constant::Float(0.0),
            Type::Complex => Constant::Complex(0.0, 0.0),
            Type::Str => Constant::Str(String::new()),
            Type::Tuple(parts) => {
                let parts = parts.iter().map(|part| self.placeholder(part.clone(), span)).collect();
                return self.one(OpKind::Tuple, parts, ty, span);
            }
            Type::Tensor(element, rank) => {
                let item = match rank {
                    0 | 1 => (**element).clone(),
                    _ => Type::Tensor(element.clone(), rank - 1),
                };
                let args = vec![self.placeholder(item, span), self.int(0, span)];
                return self.builtin("op.fill", args, ty, span);
            }
            _ => {
                // Nothing of such a type can be made from nothing; this is nothing under its type.
                let unit = self.unit(span);
                return self.builtin("stop_gradient", vec![unit], ty, span);
            }
        };
        self.constant(constant, ty, span)
    }
}
