//! List literals, repetitions, comprehensions.

use qml_source::Span;
use qml_syntax::ast::{self, ClauseKind};

use crate::body::{Body, Facts, TypeError, error_expr};
use crate::effect::Surroundings;
use crate::hir::{Clause, Dim, Expr, ExprKind, Type};
use crate::types;

impl Body<'_, '_> {
    pub(super) fn list(&mut self, elements: &[ast::Expr], expected: Option<&Type>, span: Span) -> Expr {
        let wanted = expected.and_then(types::items).map(|(_, item)| item);
        if elements.is_empty() {
            return match expected {
                Some(Type::Tensor(element, dims)) => {
                    let dims = [&[types::known(0)], &dims[1..]].concat();
                    let ty = Type::Tensor(element.clone(), dims);
                    Expr { span, ty, kind: ExprKind::List(Vec::new()) }
                }
                _ => self.refuse(span, TypeError::EmptyList { span }),
            };
        }
        let elements: Vec<_> = elements.iter().map(|element| self.value(element, wanted.as_ref())).collect();
        if let Some(element) = elements.iter().find(|element| types::has_qubits(&element.ty)) {
            return self.refuse(element.span, self.copied(element));
        }
        if elements.iter().any(|element| types::has_error(&element.ty)) {
            return error_expr(span);
        }
        let all: Vec<_> = elements.iter().collect();
        let Some(common) = self.common_type(&all, "the elements of a list") else { return error_expr(span) };
        let dims = vec![types::known(elements.len() as i64)];
        let elements = elements.into_iter().map(|element| self.expect_type(element, &common)).collect();
        Expr { span, ty: types::tensor(common, dims), kind: ExprKind::List(elements) }
    }

    pub(super) fn repeat(&mut self, value: &ast::Expr, count: &ast::Expr, span: Span) -> Expr {
        let value = self.value(value, None);
        let count = self.expr_of(count, &Type::Int);
        if types::has_qubits(&value.ty) {
            return self.refuse(span, self.copied(&value));
        }
        let dim = self.dim(&count);
        if let Some(value @ ..0) = types::dim_constant(&dim) {
            return self.refuse(count.span, TypeError::NegativeSize { span: count.span, value });
        }
        let ty = types::tensor(value.ty.clone(), vec![dim]);
        Expr { span, ty, kind: ExprKind::Repeat(Box::new(value), Box::new(count)) }
    }

    /// An element of a comprehension: of a call that can't stand there, that it gives no value is no news.
    fn element(&mut self, element: &ast::Expr) -> Expr {
        let n_problems = self.checker.diagnostics.len();
        let checked = self.expr(element, None);
        match checked.ty {
            Type::Unit if self.checker.diagnostics.len() > n_problems => error_expr(element.span),
            Type::Unit => self.refuse(element.span, TypeError::NoValue { span: element.span }),
            _ => checked,
        }
    }

    pub(super) fn comprehension(&mut self, element: &ast::Expr, clauses: &[ast::Clause], span: Span) -> Expr {
        let first_inner = self.locals.len() as u32;
        let (checked, element, dim) = self.scoped(|body| {
            // The first sequence is evaluated outside.
            let mut dim = Dim::Unknown;
            let mut checked = Vec::new();
            let mut is_first = true;
            let mut enter = |body: &mut Self, clause: &ast::Clause| match &clause.kind {
                ClauseKind::For { pattern, iterable } => {
                    let (iterable, item, length) = body.iterable(iterable);
                    dim = if is_first { length } else { Dim::Unknown };
                    is_first = false;
                    let pattern = body.bind(pattern, &item, false, &Facts::default());
                    checked.push(Clause::For(pattern, iterable));
                }
                ClauseKind::If(condition) => {
                    dim = Dim::Unknown;
                    is_first = false;
                    checked.push(Clause::If(body.condition(condition)));
                }
            };
            let (first, others) =
                clauses.split_first().unwrap_or_else(|| qml_source::bug!("a comprehension without a clause"));
            enter(body, first);
            let element = body.in_region(Surroundings::Comprehension, span, |body| {
                others.iter().for_each(|clause| enter(body, clause));
                body.element(element)
            });
            (checked, element, dim)
        });
        if types::has_qubits(&element.ty) {
            return self.refuse(element.span, self.copied(&element));
        }
        let ty = Self::without_inner_sizes(&element.ty, first_inner);
        let ty = types::tensor(ty, vec![dim]);
        Expr { span, ty, kind: ExprKind::Comprehension { element: Box::new(element), clauses: checked } }
    }
}

/// The type that values of both types widen to.
pub(super) fn join(a: &Type, b: &Type) -> Option<Type> {
    match (a, b) {
        (Type::Error, other) | (other, Type::Error) => Some(other.clone()),
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            Some(Type::Tuple(a.iter().zip(b).map(|(a, b)| join(a, b)).collect::<Option<_>>()?))
        }
        _ => {
            let ((a, a_dims), (b, b_dims)) = (types::parts(a), types::parts(b));
            types::fit_dims(a_dims, b_dims).ok()?;
            let element = match (types::width(a), types::width(b)) {
                (Some(a), Some(b)) => types::of_width(a.max(b)),
                _ if matches!((a, b), (Type::Program(_), Type::Program(_))) => join_programs(a, b),
                _ => types::fit(a, b).ok().map(|()| a.clone())?,
            };
            let dims = a_dims.iter().zip(b_dims);
            let dims = dims.map(|(a, b)| if a == b { a.clone() } else { Dim::Unknown });
            Some(types::tensor(element, dims.collect()))
        }
    }
}

/// A program that may be one or the other.
fn join_programs(a: &Type, b: &Type) -> Type {
    let (Type::Program(Some(a)), Type::Program(Some(b))) = (a, b) else { return Type::Program(None) };
    let result = match (&**a, &**b) {
        (Type::Register(a), Type::Register(b)) if a == b => Some(Type::Register(a.clone())),
        (Type::Register(_), Type::Register(_)) => Some(Type::Register(Dim::Unknown)),
        (Type::Tuple(_), Type::Tuple(_)) if a != b => None,
        (a, b) => join(a, b),
    };
    Type::Program(result.map(Box::new))
}
