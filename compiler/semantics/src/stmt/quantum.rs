//! Modifiers, `within`, and gates that broadcast over registers.

use qml_source::Span;
use qml_syntax::ast::{self, Effect, ModifiedBody, ModifierKind};

use crate::body::{Body, Kind};
use crate::effect::EffectError;
use crate::hir::{
    Block, Callee, Dim, Expr, ExprKind, Index, Iterable, Modifier, Pattern, Stmt, StmtKind, Type,
};
use crate::types;

impl Body<'_, '_> {
    pub(super) fn modified(
        &mut self,
        modifiers: &[ast::Modifier],
        body: &ModifiedBody,
        span: Span,
    ) -> Option<StmtKind> {
        let first = modifiers.first().map_or(span, |modifier| modifier.span);
        if !self.is_quantum_statement("`adjoint`, `control` and `power`", first) {
            return None;
        }
        let n_controls = self.controls.len();
        let modifiers: Vec<_> = modifiers.iter().map(|modifier| self.modifier(modifier)).collect();
        // A power of 0 does nothing.
        let is_repeated = modifiers.iter().any(|modifier| matches!(modifier, Modifier::Power(_)));
        let body = if is_repeated {
            self.under_condition(|checker| checker.modified_body(first, body))
        } else {
            self.modified_body(first, body)
        };
        self.controls.truncate(n_controls);
        Some(StmtKind::Modified { modifiers, body })
    }

    fn modified_body(&mut self, first: Span, body: &ModifiedBody) -> Block {
        self.under_modifier(first, |checker| match body {
            ModifiedBody::Call(call) => {
                let statements = checker.expr_statement(call, call.span).into_iter().collect();
                Block { statements }
            }
            ModifiedBody::Block(block) => checker.block(block),
            ModifiedBody::Within(within) => {
                let kind = checker.within_blocks(within);
                Block { statements: vec![Stmt { span: within.span, kind }] }
            }
        })
    }

    fn modifier(&mut self, modifier: &ast::Modifier) -> Modifier {
        match &modifier.kind {
            ModifierKind::Adjoint => Modifier::Adjoint,
            ModifierKind::Power(exponent) => Modifier::Power(self.static_int(exponent, "a power")),
            ModifierKind::Control(controls) => {
                let controls: Vec<_> = controls
                    .iter()
                    .map(|control| (self.qubits(&control.qubit), control.is_negated))
                    .collect();
                let qubits: Vec<_> = controls.iter().map(|(control, _)| control.clone()).collect();
                self.refuse_shared_qubits(&qubits);
                self.controls.extend(qubits);
                Modifier::Control(controls)
            }
        }
    }

    pub(super) fn within(&mut self, within: &ast::Within) -> Option<StmtKind> {
        if !self.is_quantum_statement("`within`", within.within.span) {
            return None;
        }
        Some(self.within_blocks(within))
    }

    fn within_blocks(&mut self, within: &ast::Within) -> StmtKind {
        let span = within.within.span;
        let v = self.under_modifier(span, |body| body.closed("within", |body| body.block(&within.within)));
        let u = self.block(&within.apply);
        StmtKind::Within { within: v, apply: u }
    }

    fn is_quantum_statement(&mut self, what: &str, span: Span) -> bool {
        let is_quantum = !self.is_fn();
        if !is_quantum {
            self.report(EffectError::QuantumInFn { what: what.to_owned(), span });
        }
        is_quantum
    }

    fn under_modifier<T>(&mut self, span: Span, check: impl FnOnce(&mut Self) -> T) -> T {
        let outer = self.modifier;
        self.modifier = outer.or(Some(span));
        let result = check(self);
        self.modifier = outer;
        result
    }

    /// A statement of the language's that gates are no part of: measurement and the like. Says whether it may stand here.
    pub fn may_leave_gates(&mut self, what: &str, span: Span) -> bool {
        if self.is_fn() {
            self.report(EffectError::QuantumInFn { what: what.to_owned(), span });
            return false;
        }
        if self.kind == Kind::Quantum(Effect::Gate) {
            self.report(EffectError::NotInGate { what: what.to_owned(), span });
            return false;
        }
        if let Some(modifier) = self.modifier {
            self.report(EffectError::NotReversible { what: what.to_owned(), span, modifier });
            return false;
        }
        true
    }

    /// A call as a statement. A gate of the program that is given registers where it takes qubits, or tensors where it
    /// takes floats, becomes a loop over them; the gates of the table do that by themselves.
    pub(super) fn broadcast_call(&mut self, call: Expr, span: Span) -> Stmt {
        let ExprKind::Call(Callee::Function(id), arguments) = &call.kind else {
            return Stmt { span, kind: StmtKind::Expr(call) };
        };
        let entry = &self.checker.functions[id.0 as usize];
        if entry.callable.effect != Effect::Gate {
            return Stmt { span, kind: StmtKind::Expr(call) };
        }
        let parameters = &entry.signature.parameters;
        let lengths: Vec<Option<Dim>> = arguments
            .iter()
            .zip(parameters)
            .map(|(argument, parameter)| match (&argument.ty, &parameter.ty) {
                (Type::Register(dim), Type::Qubit) => Some(dim.clone()),
                (Type::Tensor(_, dims), Type::Float) => dims.first().cloned(),
                _ => None,
            })
            .collect();
        let Some(length) = lengths.iter().flatten().next().cloned() else {
            return Stmt { span, kind: StmtKind::Expr(call) };
        };
        let length = match length {
            Dim::Size(size) => Self::size_expr(&size, span),
            Dim::Unknown => None,
        };
        let Some(length) = length else {
            let error = crate::body::TypeError::NotASize {
                span,
                why: "how often this gate is applied is not known when the program is compiled".to_owned(),
            };
            return Stmt { span, kind: StmtKind::Expr(self.refuse(span, error)) };
        };
        self.loop_over(call, &lengths, length, span)
    }

    fn loop_over(&mut self, call: Expr, lengths: &[Option<Dim>], length: Expr, span: Span) -> Stmt {
        let ExprKind::Call(callee, arguments) = call.kind else { qml_source::bug!("a loop over no call") };
        let index = self.declare_hidden(span, Type::Int);
        let arguments = arguments.into_iter().zip(lengths).map(|(argument, length)| {
            if length.is_none() {
                return argument;
            }
            let ty = if types::has_qubits(&argument.ty) { Type::Qubit } else { Type::Float };
            let at = Expr { span: argument.span, ty: Type::Int, kind: ExprKind::Local(index) };
            Expr { span: argument.span, ty, kind: ExprKind::Index(Box::new(argument), vec![Index::At(at)]) }
        });
        let kind = ExprKind::Call(callee, arguments.collect());
        let body = Block {
            statements: vec![Stmt { span, kind: StmtKind::Expr(Expr { span, ty: Type::Unit, kind }) }],
        };
        let start = Expr { span, ty: Type::Int, kind: ExprKind::Int(0) };
        let iterable = Iterable::Range(start, length);
        Stmt { span, kind: StmtKind::For { pattern: Pattern::Local(index), iterable, body } }
    }
}
