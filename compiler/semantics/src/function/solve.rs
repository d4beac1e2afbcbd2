//! Sizes from parameters: which dimension gives each, and what an argument makes of it.

use qml_syntax::ast::Name;

use super::Signature;
use crate::body::{Body, TypeError};
use crate::hir::{Dim, Expr, LocalId, SizeParameter, Type};
use crate::size::Size;

/// How each size follows from the parameters; the simplest dimension is taken.
pub(super) fn sizes(body: &mut Body<'_, '_>, names: &[Name], parameters: &[Type]) -> Vec<SizeParameter> {
    let mut dims = Vec::new();
    for (parameter, ty) in parameters.iter().enumerate() {
        collect(ty, parameter, &mut Vec::new(), &mut dims);
    }
    let mut solved = Vec::new();
    for (i, name) in names.iter().enumerate() {
        let local = LocalId(i as u32);
        let forms = dims.iter().filter_map(|place| {
            let (scale, offset) = place.size.linear_in(local)?;
            Some(SizeParameter {
                local,
                parameter: place.parameter,
                fields: place.fields.clone(),
                axis: place.axis,
                scale,
                offset,
            })
        });
        match forms.min_by_key(|form| (form.scale != 1, form.offset != 0)) {
            Some(form) => solved.push(form),
            // A parameter whose type is already refused may have been meant to give it.
            None if parameters.contains(&Type::Error) => {}
            None => body.report(TypeError::SizeNotSolvable { name: name.clone() }),
        }
    }
    solved
}

struct DimPlace {
    parameter: usize,
    fields: Vec<usize>,
    axis: usize,
    size: Size,
}

fn collect(ty: &Type, parameter: usize, fields: &mut Vec<usize>, places: &mut Vec<DimPlace>) {
    let mut push = |axis: usize, dim: &Dim| {
        if let Dim::Size(size) = dim {
            places.push(DimPlace { parameter, fields: fields.clone(), axis, size: size.clone() });
        }
    };
    match ty {
        Type::Register(dim) => push(0, dim),
        Type::Tensor(_, dims) => dims.iter().enumerate().for_each(|(axis, dim)| push(axis, dim)),
        Type::Tuple(parts) => {
            for (i, part) in parts.iter().enumerate() {
                fields.push(i);
                collect(part, parameter, fields, places);
                fields.pop();
            }
        }
        _ => {}
    }
}

impl Body<'_, '_> {
    /// Whether there is a size for each dimension of these arguments: none for 3 where `2 * n` is declared. Where there is
    /// none, that is reported.
    pub fn sizes_exist(&mut self, signature: &Signature, arguments: &[Expr]) -> bool {
        let mut exist = true;
        for form in &signature.sizes {
            let Some(argument) = arguments.get(form.parameter) else { continue };
            let Some(found) = dimension(form, &argument.ty).and_then(|size| size.as_constant()) else {
                continue;
            };
            let is_possible = found
                .checked_sub(form.offset)
                .is_some_and(|scaled| scaled % form.scale == 0 && scaled / form.scale >= 0);
            if is_possible {
                continue;
            }
            exist = false;
            let declared = Size::local(form.local).scale(form.scale);
            let declared =
                declared.and_then(|size| size.add(&Size::constant(form.offset))).unwrap_or_default();
            let name = &signature.locals[form.local.0 as usize].name;
            let declared = declared.show(&|_| name.text.clone());
            let parameter = signature.parameters[form.parameter].name.span;
            let (span, axis, size) = (argument.span, form.axis, name.text.clone());
            self.report(TypeError::NoSize { span, axis, found, declared, size, parameter });
        }
        exist
    }
}

/// The size that an argument of this type gives, if it is known.
pub(super) fn solved(form: &SizeParameter, argument: &Type) -> Option<Size> {
    dimension(form, argument)?.sub(&Size::constant(form.offset))?.exact_div(form.scale)
}

/// The dimension of an argument that gives a size.
fn dimension(form: &SizeParameter, argument: &Type) -> Option<Size> {
    let mut ty = argument;
    for field in &form.fields {
        let Type::Tuple(parts) = ty else { return None };
        ty = parts.get(*field)?;
    }
    let dim = match ty {
        Type::Register(dim) => dim,
        Type::Tensor(_, dims) => dims.get(form.axis)?,
        _ => return None,
    };
    match dim {
        Dim::Size(size) => Some(size.clone()),
        Dim::Unknown => None,
    }
}
