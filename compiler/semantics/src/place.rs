//! Places: what is assigned to, optimized, and differentiated by.

use qml_syntax::ast::{self, ExprKind as Ast};

use crate::body::{Body, Use};
use crate::expr::plain_name;
use crate::hir::{LocalId, Place, Projection, Type};
use crate::{suggest, types};

mod error;

pub(crate) use error::PlaceError;

impl Body<'_, '_> {
    /// What stands left of `=`; `None` if it is no place, which is reported.
    pub fn assigned_place(&mut self, target: &ast::Expr) -> Option<Place> {
        match &target.kind {
            Ast::Paren(inner) => self.assigned_place(inner),
            Ast::Name(name) => {
                let local = self.assigned_variable(name)?;
                let ty = self.local(local).ty.clone();
                Some(Place { local, projections: Vec::new(), ty, span: target.span })
            }
            Ast::Field { base, field } => {
                let mut place = self.assigned_place(base)?;
                if matches!(place.projections.last(), Some(Projection::Index(_))) {
                    self.report(PlaceError::FieldOfElement { span: target.span });
                    return None;
                }
                let (index, ty) = self.field(&place.ty, field, base)?;
                place.projections.push(Projection::Field(index));
                Some(Place { ty, span: target.span, ..place })
            }
            Ast::Index { base, indices } => {
                let mut place = self.assigned_place(base)?;
                if matches!(place.projections.last(), Some(Projection::Index(_))) {
                    self.report(PlaceError::FieldOfElement { span: target.span });
                    return None;
                }
                let (indices, ty) = self.indices(
                    &place.ty,
                    (base.span, self.local(place.local).name.span, plain_name(base)),
                    indices,
                    target.span,
                )?;
                place.projections.push(Projection::Index(indices));
                Some(Place { ty, span: target.span, ..place })
            }
            _ => {
                self.report(PlaceError::NotAPlace { span: target.span });
                None
            }
        }
    }

    fn assigned_variable(&mut self, name: &ast::Name) -> Option<LocalId> {
        let Some(local) = self.find_local(&name.text) else {
            let value = self.name(name);
            if !types::has_error(&value.ty) {
                self.report(PlaceError::Constant { name: name.clone() });
            }
            return None;
        };
        let variable = self.local(local).clone();
        if types::has_error(&variable.ty) {
            return None;
        }
        if !variable.is_mutable {
            let is_parameter = self.facts(local).is_parameter;
            self.report(PlaceError::Immutable {
                name: name.clone(),
                declared: variable.name.span,
                is_parameter,
                has_qubits: types::has_qubits(&variable.ty),
            });
            return None;
        }
        let region = self.regions.iter().rev().find(|region| local.0 < region.first_local).copied();
        if let Some(region) = region {
            self.report(PlaceError::AssignedOutside {
                name: name.clone(),
                declared: variable.name.span,
                region: region.span,
            });
            return None;
        }
        Some(local)
    }

    /// Reports places of one `wrt` or `optimize` that have something in common.
    pub fn refuse_overlapping(&mut self, places: &[Place]) {
        for (i, second) in places.iter().enumerate() {
            let is_same = |first: &&Place| first.local == second.local && is_prefix(first, second);
            if let Some(first) = places[..i].iter().find(is_same) {
                self.report(PlaceError::Overlapping { first: first.span, second: second.span });
            }
        }
    }

    /// What is differentiated or optimized by: a variable or field that carries floats.
    pub fn float_place(&mut self, place: &ast::Place) -> Option<(Place, Use)> {
        let Some(local) = self.find_local(&place.root.text) else {
            let value = self.name(&place.root);
            if !types::has_error(&value.ty) {
                self.report(PlaceError::ByConstant { name: place.root.clone() });
            }
            return None;
        };
        let mut ty = self.local(local).ty.clone();
        let mut fields = Vec::new();
        for field in &place.fields {
            let base = ast::Expr { span: place.root.span, kind: Ast::Name(place.root.clone()) };
            let (index, field_ty) = self.field(&ty, field, &base)?;
            fields.push(index);
            ty = field_ty;
        }
        if types::has_error(&ty) {
            return None;
        }
        if !types::carries_floats(&ty, &|id| self.checker.field_types(id)) {
            let error = self.no_floats(place, &ty, local);
            self.report(error);
            return None;
        }
        let used = Use { local, fields: fields.clone(), span: place.span };
        let projections = fields.into_iter().map(Projection::Field).collect();
        Some((Place { local, projections, ty, span: place.span }, used))
    }

    fn no_floats(&self, place: &ast::Place, ty: &Type, local: LocalId) -> PlaceError {
        let (span, found) = (place.span, self.show(ty));
        let carries = |ty: &Type| types::carries_floats(ty, &|id| self.checker.field_types(id));
        let fields = match ty {
            Type::Struct(id) => self.checker.structs[id.0 as usize].fields.as_slice(),
            _ => &[],
        };
        let Some((field, wrong)) = fields.iter().find(|(_, ty)| !carries(ty)) else {
            return PlaceError::NoFloats { span, found, declared: self.local(local).name.clone() };
        };
        let names = std::iter::once(&place.root).chain(&place.fields).map(|name| name.text.as_str());
        let path = names.collect::<Vec<_>>().join(".");
        let floats = fields.iter().filter(|(_, ty)| carries(ty));
        let floats = floats.map(|(name, _)| format!("{path}.{}", name.text)).collect();
        PlaceError::FieldWithoutFloats { span, found, field: field.clone(), ty: self.show(wrong), floats }
    }

    /// The position and type of a field; a wrong name is reported.
    pub fn field(&mut self, ty: &Type, field: &ast::Name, base: &ast::Expr) -> Option<(usize, Type)> {
        let fields: Vec<(String, Type)> = match ty {
            Type::Struct(id) => {
                let fields = &self.checker.structs[id.0 as usize].fields;
                fields.iter().map(|(name, ty)| (name.text.clone(), ty.clone())).collect()
            }
            Type::Counts => {
                types::counts_fields().into_iter().map(|(name, ty)| (name.to_owned(), ty)).collect()
            }
            _ => Vec::new(),
        };
        if let Some(found) = fields.iter().position(|(name, _)| *name == field.text) {
            return Some((found, fields[found].1.clone()));
        }
        if !types::has_error(ty) {
            let known: Vec<_> = fields.into_iter().map(|(name, _)| name).collect();
            let nearest = suggest::nearest(&field.text, known.iter().map(String::as_str)).map(str::to_owned);
            let function = function_for_field(ty, base, field);
            let ty = self.show(ty);
            self.report(crate::body::TypeError::Field { field: field.clone(), ty, known, nearest, function });
        }
        None
    }
}

/// Whether one of two places of a variable is a part of the other; their projections are fields.
fn is_prefix(a: &Place, b: &Place) -> bool {
    let field = |projection: &Projection| match projection {
        Projection::Field(index) => Some(*index),
        Projection::Index(_) => None,
    };
    a.projections.iter().zip(&b.projections).all(|(a, b)| field(a) == field(b))
}

/// The function that gives what is a field of tensors elsewhere.
fn function_for_field(ty: &Type, base: &ast::Expr, field: &ast::Name) -> Option<String> {
    let function = match field.text.as_str() {
        "T" | "mT" | "H" if matches!(ty, Type::Tensor(..)) => "transpose",
        name => suggest::known_elsewhere(name).unwrap_or(name),
    };
    qml_prelude::BuiltinId::find(function)?;
    let base = suggest::written(base).unwrap_or_else(|| "x".to_owned());
    let conjugated = if field.text == "H" { format!("conj({base})") } else { base };
    Some(format!("write `{function}({conjugated})`: there are no methods"))
}
