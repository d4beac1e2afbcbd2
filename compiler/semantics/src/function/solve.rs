//! Sizes from parameters: which dimension gives each, and what an argument makes of it.

use qml_syntax::ast::Name;

use crate::body::{Body, TypeError};
use crate::hir::{Dim, LocalId, SizeParameter, Type};
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

/// The size that an argument of this type gives, if it is known.
pub(super) fn solved(form: &SizeParameter, argument: &Type) -> Option<Size> {
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
    let Dim::Size(size) = dim else { return None };
    size.sub(&Size::constant(form.offset))?.exact_div(form.scale)
}
