//! Assignments.

use qml_syntax::ast::{self, BinaryOp};

use crate::body::{Body, TypeError};
use crate::hir::{ExprKind, Place, Projection, StmtKind, Type};
use crate::place::PlaceError;
use crate::scope::NameError;
use crate::types;

impl Body<'_, '_> {
    /// `place = e`, `place += e`, `(a, b) = e`
    pub(super) fn assign(
        &mut self,
        target: &ast::Expr,
        operator: Option<BinaryOp>,
        value: &ast::Expr,
    ) -> Option<StmtKind> {
        match (&target.unparenthesized().kind, operator) {
            (ast::ExprKind::Tuple(targets), None) => self.assign_tuple(target, targets, value),
            (ast::ExprKind::Name(name), None) if self.is_undeclared(name) => {
                let nearest = crate::suggest::nearest(&name.text, self.value_names()).map(str::to_owned);
                self.report(NameError::NotDeclared { name: name.clone(), nearest });
                self.forgive(name);
                self.expr(value, None);
                None
            }
            (_, None) => {
                let place = self.assigned_place(target);
                let Some(place) = place else {
                    self.expr(value, None);
                    return None;
                };
                let value = self.value(value, Some(&place.ty));
                let wanted = Self::assigned_type(&place, &value.ty);
                let value = self.expect_type(value, wanted);
                Some(StmtKind::Assign { places: vec![place], operator: None, value })
            }
            (_, Some(operator)) => self.assign_operator(target, operator, value),
        }
    }

    /// What a value must be to go to a place: a single one goes to all elements of a slice.
    fn assigned_type<'a>(place: &'a Place, found: &Type) -> &'a Type {
        match (&place.ty, place.projections.last()) {
            (Type::Tensor(element, _), Some(Projection::Index(_))) if !matches!(found, Type::Tensor(..)) => {
                element
            }
            (whole, _) => whole,
        }
    }

    /// Whether nothing of this name is in scope.
    fn is_undeclared(&self, name: &ast::Name) -> bool {
        let scope = &self.checker.scopes[self.module];
        let text = name.text.as_str();
        self.find_local(text).is_none()
            && !self.ended.contains_key(text)
            && !scope.values.contains_key(text)
            && !scope.broken.contains(text)
            && !qml_prelude::CONSTANTS.iter().any(|(known, _)| *known == text)
    }

    fn assign_tuple(
        &mut self,
        target: &ast::Expr,
        targets: &[ast::Expr],
        value: &ast::Expr,
    ) -> Option<StmtKind> {
        let places: Vec<_> = targets.iter().map(|target| self.assigned_place(target)).collect();
        let Some(places) = places.into_iter().collect::<Option<Vec<_>>>() else {
            self.expr(value, None);
            return None;
        };
        let wanted = Type::Tuple(places.iter().map(|place| place.ty.clone()).collect());
        let value = self.value(value, Some(&wanted));
        let has_parts = match &value.ty {
            Type::Tuple(parts) => parts.len() == places.len(),
            other => *other == Type::Error,
        };
        if !has_parts {
            let found = self.show(&value.ty);
            self.report(PlaceError::TupleAssignment { span: target.span, n_places: places.len(), found });
            return None;
        }
        let value = self.expect_type(value, &wanted);
        Some(StmtKind::Assign { places, operator: None, value })
    }

    fn assign_operator(
        &mut self,
        target: &ast::Expr,
        operator: BinaryOp,
        value: &ast::Expr,
    ) -> Option<StmtKind> {
        let place = self.assigned_place(target);
        let value = self.value(value, None);
        let place = place?;
        // What `place + value` gives has to fit the place again.
        let current = crate::hir::Expr { span: target.span, ty: place.ty.clone(), kind: ExprKind::Omitted };
        let result = self.binary(operator, target.span, target.span, current, value);
        let ExprKind::Binary(_, _, right) = result.kind else { return None };
        if let Err(mismatch) = types::fit(&result.ty, &place.ty) {
            let found = crate::hir::Expr { span: target.span, ty: result.ty, kind: ExprKind::Error };
            let error = match self.mismatch(&found, &place.ty, mismatch) {
                TypeError::Mismatch { span, found, wanted, help } => {
                    let help = help.or_else(|| Some(format!("declare the variable as `{found}`")));
                    TypeError::Mismatch { span, found, wanted, help }
                }
                other => other,
            };
            self.report(error);
            return None;
        }
        Some(StmtKind::Assign { places: vec![place], operator: Some(operator), value: *right })
    }
}
