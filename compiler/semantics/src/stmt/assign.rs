//! Assignments.

use qml_source::bug;
use qml_syntax::ast::{self, BinaryOp};

use crate::body::{Body, TypeError};
use crate::hir::{Expr, ExprKind, Place, Projection, StmtKind, Type};
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
                if let Some(error) = self.too_narrow(&place, &value.ty, value.span) {
                    self.report(error);
                    return None;
                }
                let wanted = Self::assigned_type(&place, &value.ty);
                let value = self.expect_type(value, wanted);
                let value = self.uncopied(value);
                let value = self.shaped_for(value, &place);
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
        let value = self.uncopied(value);
        let value = Self::shaped(value, &wanted, target.span);
        Some(StmtKind::Assign { places, operator: None, value })
    }

    /// The value with a check of its shape; elements of a tensor are checked when they are put in their place.
    fn shaped_for(&self, value: Expr, place: &Place) -> Expr {
        if is_element(place) {
            return value;
        }
        Self::shaped(value, &place.ty, self.local(place.local).name.span)
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
        let current = Expr { span: target.span, ty: place.ty.clone(), kind: ExprKind::Omitted };
        let result = self.binary(operator, target.span, target.span, current, value);
        let ExprKind::Binary(_, left, right) = result.kind else { return None };
        if let Err(mismatch) = types::fit(&result.ty, &place.ty) {
            // Only the right side can bring axes that don't fit.
            let place_of_fault = if mismatch == types::Mismatch::Kind { target.span } else { right.span };
            let found = Expr { span: place_of_fault, ty: result.ty, kind: ExprKind::Error };
            let is_wider = types::width(types::parts(&right.ty).0) == types::width(types::parts(&found.ty).0);
            let at = if is_wider { right.span } else { target.span };
            let error = match self.too_narrow(&place, &found.ty, at) {
                Some(error) => error,
                None => self.mismatch(&found, &place.ty, mismatch),
            };
            self.report(error);
            return None;
        }
        if !is_element(&place) && !types::surely_fits(&result.ty, &place.ty) {
            // Two shapes may broadcast to one that the variable can't hold.
            let left = Box::new(Expr { kind: place_value(self, &place).kind, ..*left });
            let kind = ExprKind::Binary(operator, left, right);
            let value = self.shaped_for(Expr { span: target.span, ty: result.ty, kind }, &place);
            return Some(StmtKind::Assign { places: vec![place], operator: None, value });
        }
        Some(StmtKind::Assign { places: vec![place], operator: Some(operator), value: *right })
    }

    /// The error of a number in a variable whose first value was a narrower one.
    fn too_narrow(&self, place: &Place, found: &Type, span: qml_source::Span) -> Option<TypeError> {
        let (element, _) = types::parts(&place.ty);
        let wider = types::parts(found).0;
        let has_fields = place.projections.iter().any(|part| matches!(part, Projection::Field(_)));
        if has_fields || types::width(wider)? <= types::width(element)? {
            return None;
        }
        let variable = self.local(place.local);
        let declared = types::tensor(wider.clone(), types::parts(&variable.ty).1.to_vec());
        Some(TypeError::TooNarrow {
            span,
            found: self.show(found),
            wanted: self.show(&place.ty),
            name: variable.name.clone(),
            narrow: self.show(&variable.ty),
            declared: self.show(&declared),
        })
    }
}

fn is_element(place: &Place) -> bool {
    matches!(place.projections.last(), Some(Projection::Index(_)))
}

/// What stands in a place that is a variable or a field.
fn place_value(body: &Body<'_, '_>, place: &Place) -> Expr {
    let ty = body.local(place.local).ty.clone();
    let local = Expr { span: place.span, ty, kind: ExprKind::Local(place.local) };
    place.projections.iter().fold(local, |value, projection| match projection {
        Projection::Field(index) => {
            let ty = match &value.ty {
                Type::Struct(id) => body.checker.field_types(*id)[*index].clone(),
                Type::Tuple(parts) => parts[*index].clone(),
                other => bug!("a field of {other:?}"),
            };
            Expr { span: place.span, ty, kind: ExprKind::Field(Box::new(value), *index) }
        }
        Projection::Index(_) => bug!("an element is checked when it is put in its place"),
    })
}
