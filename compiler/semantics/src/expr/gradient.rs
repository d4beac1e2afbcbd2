//! `grad e wrt x`

use std::collections::HashSet;

use qml_ir::host::GradientMethod;
use qml_source::Span;
use qml_syntax::ast;

use crate::body::{Body, Kind, Use, error_expr};
use crate::effect::{EffectError, Effects, Surroundings};
use crate::hir::{Dim, Expr, ExprKind, LocalId, Type};
use crate::place::PlaceError;
use crate::{suggest, types};

const METHODS: &[(&str, GradientMethod)] = &[
    ("adjoint", GradientMethod::Adjoint),
    ("parameter_shift", GradientMethod::ParameterShift),
    ("finite_difference", GradientMethod::FiniteDifference),
    ("spsa", GradientMethod::Spsa),
];

impl Body<'_, '_> {
    pub(super) fn gradient(
        &mut self,
        objective: &ast::Expr,
        places: &ast::Places,
        method: Option<&ast::StringLiteral>,
        span: Span,
    ) -> Expr {
        if let Kind::Quantum(effect) = self.kind {
            return self.refuse(span, EffectError::OnlyInFn { what: "`grad`", span, effect });
        }
        self.refuse_nested(span);
        self.effects = self.effects.with(Effects::TRAINS);
        let first_use = self.uses.len();
        let objective =
            self.in_region(Surroundings::Gradient, span, |body| body.value(objective, Some(&Type::Float)));
        let uses = self.uses[first_use..].to_vec();
        let mut checked = Vec::new();
        for place in &places.list {
            let Some((found, wanted)) = self.float_place(place) else { continue };
            if *types::parts(&objective.ty).0 == Type::Float {
                let names = std::iter::once(&place.root).chain(&place.fields);
                let name = names.map(|name| name.text.as_str()).collect::<Vec<_>>().join(".");
                self.check_occurrence(name, &wanted, &uses, objective.span);
            }
            checked.push(found);
        }
        self.refuse_overlapping(&checked);
        let method = method.map_or(Some(GradientMethod::Auto), |method| self.method(method));
        if checked.len() != places.list.len() && objective.ty == Type::Int {
            // Ints come of ints, which is reported.
            return error_expr(span);
        }
        let objective = self.differentiated(objective);
        let (Some(objective), Some(method)) = (objective, method) else { return error_expr(span) };
        if checked.len() != places.list.len() {
            return error_expr(span);
        }
        let rows = types::parts(&objective.ty).1;
        let mut parts = Vec::new();
        for place in &checked {
            match with_rows(rows, &place.ty) {
                Some(ty) => parts.push(ty),
                None => {
                    let found = self.show(&place.ty);
                    return self.refuse(place.span, PlaceError::JacobianByStruct { span: place.span, found });
                }
            }
        }
        let gradient = if parts.len() == 1 { parts.remove(0) } else { Type::Tuple(parts) };
        let ty = Type::Tuple(vec![objective.ty.clone(), gradient]);
        Expr { span, ty, kind: ExprKind::Grad { objective: Box::new(objective), places: checked, method } }
    }

    /// What is differentiated: a float or a tensor of them.
    fn differentiated(&mut self, objective: Expr) -> Option<Expr> {
        match &objective.ty {
            Type::Tensor(element, _) if **element == Type::Float => Some(objective),
            _ => self.objective_type(objective),
        }
    }

    fn method(&mut self, method: &ast::StringLiteral) -> Option<GradientMethod> {
        let name = method.text.as_str();
        if let Some((_, method)) = METHODS.iter().find(|(known, _)| *known == name) {
            return Some(*method);
        }
        let (span, name) = (method.span, name.to_owned());
        let nearest = suggest::nearest(&name, METHODS.iter().map(|(known, _)| *known)).map(str::to_owned);
        self.report(PlaceError::UnknownMethod { span, name, nearest });
        None
    }

    /// The place has to be used in the objective itself; else the message points at where it was used before.
    fn check_occurrence(&mut self, name: String, wanted: &Use, uses: &[Use], objective: Span) {
        if uses.iter().any(|used| overlap(wanted, used)) {
            return;
        }
        let mut seen = HashSet::new();
        let earlier = uses.iter().find_map(|used| self.earlier_use(wanted, used, &mut seen));
        self.report(PlaceError::NoOccurrence { span: wanted.span, name, objective, earlier });
    }

    /// Where a variable in the objective was computed from the place, directly or by way of others.
    fn earlier_use(&self, wanted: &Use, used: &Use, seen: &mut HashSet<LocalId>) -> Option<(Span, String)> {
        if !seen.insert(used.local) {
            return None;
        }
        let sources = &self.facts(used.local).sources;
        let found = sources.iter().find(|source| overlap(wanted, source));
        match found {
            Some(source) => Some((source.span, self.local(used.local).name.text.clone())),
            None => sources.iter().find_map(|source| self.earlier_use(wanted, source, seen)),
        }
    }
}

/// The type of a derivative: the axes of what is differentiated before those of what it is differentiated by. A struct
/// has a derivative of its own type only where there are no axes before.
fn with_rows(rows: &[Dim], ty: &Type) -> Option<Type> {
    match ty {
        _ if rows.is_empty() => Some(ty.clone()),
        Type::Tuple(parts) => {
            Some(Type::Tuple(parts.iter().map(|part| with_rows(rows, part)).collect::<Option<_>>()?))
        }
        Type::Struct(_) => None,
        Type::Tensor(element, dims) => Some(types::tensor((**element).clone(), [rows, dims].concat())),
        scalar => Some(types::tensor(scalar.clone(), rows.to_vec())),
    }
}

/// Whether one place is part of the other.
fn overlap(a: &Use, b: &Use) -> bool {
    a.local == b.local && a.fields.iter().zip(&b.fields).all(|(a, b)| a == b)
}
