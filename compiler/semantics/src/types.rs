//! Types: how they are built, compared, widened and shown.

use crate::hir::{Dim, LocalId, StructId, Type};
use crate::size::Size;

/// Why a value doesn't fit a type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    /// Another kind of type.
    Kind,
    /// Another number of axes.
    Rank,
    /// The first axis that differs.
    Axis(usize),
}

/// A tensor; one of tensors gets all their axes, one without axes is the element.
pub(crate) fn tensor(element: Type, mut dims: Vec<Dim>) -> Type {
    match element {
        Type::Error => Type::Error,
        element if dims.is_empty() => element,
        Type::Tensor(element, inner) => {
            dims.extend(inner);
            Type::Tensor(element, dims)
        }
        element => Type::Tensor(Box::new(element), dims),
    }
}

/// The type of the elements and the dimensions; a scalar has none.
pub(crate) fn parts(ty: &Type) -> (&Type, &[Dim]) {
    match ty {
        Type::Tensor(element, dims) => (element, dims),
        other => (other, &[]),
    }
}

/// The first dimension of a tensor and the type of its items.
pub(crate) fn items(ty: &Type) -> Option<(Dim, Type)> {
    let Type::Tensor(element, dims) = ty else { return None };
    Some((dims[0].clone(), tensor((**element).clone(), dims[1..].to_vec())))
}

/// The types of the parts of `Counts`.
pub(crate) fn counts_fields() -> [(&'static str, Type); 2] {
    [
        ("outcomes", tensor(Type::Bool, vec![Dim::Unknown, Dim::Unknown])),
        ("n", tensor(Type::Int, vec![Dim::Unknown])),
    ]
}

/// A dimension that is a number.
pub(crate) fn known(value: i64) -> Dim {
    Dim::Size(Size::constant(value))
}

/// The number, if the dimension is one.
pub(crate) fn dim_constant(dim: &Dim) -> Option<i64> {
    match dim {
        Dim::Size(size) => size.as_constant(),
        Dim::Unknown => None,
    }
}

/// Whether two dimensions differ for all sizes.
pub(crate) fn surely_differ(a: &Dim, b: &Dim) -> bool {
    let (Dim::Size(a), Dim::Size(b)) = (a, b) else { return false };
    a.sub(b).and_then(|difference| difference.as_constant()).is_some_and(|difference| difference != 0)
}

/// Whether an error is anywhere in the type.
pub(crate) fn has_error(ty: &Type) -> bool {
    match ty {
        Type::Error => true,
        Type::Tensor(element, _) => has_error(element),
        Type::Tuple(parts) => parts.iter().any(has_error),
        _ => false,
    }
}

/// Whether a value of type `found` can stand where `wanted` is asked for, without widening. Dimensions that are not
/// surely different agree.
pub(crate) fn fit(found: &Type, wanted: &Type) -> Result<(), Mismatch> {
    match (found, wanted) {
        (Type::Error, _) | (_, Type::Error) => Ok(()),
        (Type::Register(a), Type::Register(b)) if surely_differ(a, b) => Err(Mismatch::Axis(0)),
        (Type::Register(_), Type::Register(_)) => Ok(()),
        (Type::Tensor(a, a_dims), Type::Tensor(b, b_dims)) => {
            fit(a, b).map_err(|_| Mismatch::Kind)?;
            fit_dims(a_dims, b_dims)
        }
        (Type::Tuple(a), Type::Tuple(b)) if a.len() == b.len() => {
            a.iter().zip(b).try_for_each(|(a, b)| fit(a, b)).map_err(|_| Mismatch::Kind)
        }
        (Type::Program(_), Type::Program(_)) => Ok(()),
        (a, b) if a == b => Ok(()),
        _ => Err(Mismatch::Kind),
    }
}

/// Compares shapes.
pub(crate) fn fit_dims(found: &[Dim], wanted: &[Dim]) -> Result<(), Mismatch> {
    if found.len() != wanted.len() {
        return Err(Mismatch::Rank);
    }
    match found.iter().zip(wanted).position(|(a, b)| surely_differ(a, b)) {
        Some(axis) => Err(Mismatch::Axis(axis)),
        None => Ok(()),
    }
}

/// Whether a type that fits another one does so for all sizes.
pub(crate) fn surely_fits(found: &Type, wanted: &Type) -> bool {
    let is_sure = |(a, b): (&Dim, &Dim)| *b == Dim::Unknown || a == b;
    match (found, wanted) {
        (Type::Register(a), Type::Register(b)) => is_sure((a, b)),
        (Type::Tensor(_, a), Type::Tensor(_, b)) => a.iter().zip(b).all(is_sure),
        (Type::Tuple(a), Type::Tuple(b)) => a.iter().zip(b).all(|(a, b)| surely_fits(a, b)),
        _ => true,
    }
}

/// The place of a type in `int`, `float`, `complex`, `observable`: each widens to the later ones.
pub(crate) fn width(ty: &Type) -> Option<u8> {
    match ty {
        Type::Int => Some(1),
        Type::Float => Some(2),
        Type::Complex => Some(3),
        Type::Observable => Some(4),
        _ => None,
    }
}

/// The type with this place.
pub(crate) fn of_width(width: u8) -> Type {
    match width {
        0 => Type::Bool,
        1 => Type::Int,
        2 => Type::Float,
        3 => Type::Complex,
        _ => Type::Observable,
    }
}

/// Whether a value of this type can be differentiated by: floats; tensors, tuples and structs of such.
pub(crate) fn carries_floats(ty: &Type, fields: &dyn Fn(StructId) -> Vec<Type>) -> bool {
    match ty {
        Type::Tensor(element, _) => carries_floats(element, fields),
        Type::Tuple(parts) => parts.iter().all(|part| carries_floats(part, fields)),
        Type::Struct(id) => fields(*id).iter().all(|part| carries_floats(part, fields)),
        scalar => matches!(scalar, Type::Float | Type::Error),
    }
}

/// Whether arithmetic works part by part: floats, complex numbers and tensors of them all the way down.
pub(crate) fn is_arithmetic(ty: &Type, fields: &dyn Fn(StructId) -> Vec<Type>) -> bool {
    all_parts(ty, fields, &|scalar| matches!(scalar, Type::Float | Type::Complex))
}

fn all_parts(ty: &Type, fields: &dyn Fn(StructId) -> Vec<Type>, is_meant: &dyn Fn(&Type) -> bool) -> bool {
    match ty {
        Type::Error => true,
        Type::Tensor(element, _) => is_meant(element),
        Type::Tuple(parts) => parts.iter().all(|part| all_parts(part, fields, is_meant)),
        Type::Struct(id) => fields(*id).iter().all(|part| all_parts(part, fields, is_meant)),
        scalar => is_meant(scalar),
    }
}

/// All dimensions in a type that are sizes.
pub(crate) fn all_dims(ty: &Type) -> Vec<Size> {
    let known = |dim: &Dim| match dim {
        Dim::Size(size) => Some(size.clone()),
        Dim::Unknown => None,
    };
    match ty {
        Type::Register(dim) => known(dim).into_iter().collect(),
        Type::Tensor(element, dims) => dims.iter().filter_map(known).chain(all_dims(element)).collect(),
        Type::Tuple(parts) => parts.iter().flat_map(all_dims).collect(),
        _ => Vec::new(),
    }
}

/// Whether a qubit is anywhere in the type.
pub(crate) fn has_qubits(ty: &Type) -> bool {
    match ty {
        Type::Qubit | Type::Register(_) => true,
        Type::Tuple(parts) => parts.iter().any(has_qubits),
        _ => false,
    }
}

/// The type with each dimension replaced.
pub(crate) fn map_dims(ty: &Type, replace: &dyn Fn(&Dim) -> Dim) -> Type {
    match ty {
        Type::Register(dim) => Type::Register(replace(dim)),
        Type::Tensor(element, dims) => {
            Type::Tensor(Box::new(map_dims(element, replace)), dims.iter().map(replace).collect())
        }
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(|part| map_dims(part, replace)).collect()),
        Type::Program(Some(result)) => Type::Program(Some(Box::new(map_dims(result, replace)))),
        other => other.clone(),
    }
}

/// The type with the sizes that `value` knows put in; those that it doesn't know make a dimension unknown.
pub(crate) fn substitute(ty: &Type, value: &dyn Fn(LocalId) -> Option<Size>) -> Type {
    map_dims(ty, &|dim| match dim {
        Dim::Size(size) => size.substitute(value).map_or(Dim::Unknown, Dim::Size),
        Dim::Unknown => Dim::Unknown,
    })
}

/// The type of a variable that may hold other programs later: nothing is known of their results.
pub(crate) fn any_program(ty: &Type) -> Type {
    match ty {
        Type::Program(_) => Type::Program(None),
        Type::Tensor(element, dims) => Type::Tensor(Box::new(any_program(element)), dims.clone()),
        Type::Tuple(parts) => Type::Tuple(parts.iter().map(any_program).collect()),
        other => other.clone(),
    }
}

/// The shape that two shapes broadcast to, aligned at their ends; else the axis of the result where they differ.
pub(crate) fn broadcast(a: &[Dim], b: &[Dim]) -> Result<Vec<Dim>, usize> {
    let rank = a.len().max(b.len());
    let at = |dims: &[Dim], axis: usize| (axis + dims.len()).checked_sub(rank).map(|i| dims[i].clone());
    (0..rank)
        .map(|axis| match (at(a, axis), at(b, axis)) {
            (Some(a), Some(b)) => broadcast_dim(&a, &b).ok_or(axis),
            (Some(dim), None) | (None, Some(dim)) => Ok(dim),
            (None, None) => Ok(Dim::Unknown),
        })
        .collect()
}

fn broadcast_dim(a: &Dim, b: &Dim) -> Option<Dim> {
    match (dim_constant(a), dim_constant(b)) {
        _ if a == b => Some(a.clone()),
        (Some(1), _) => Some(b.clone()),
        (_, Some(1)) => Some(a.clone()),
        (Some(_), Some(_)) => None,
        // The other one is this number or 1.
        (Some(_), None) => Some(a.clone()),
        (None, Some(_)) => Some(b.clone()),
        (None, None) => Some(Dim::Unknown),
    }
}

/// What [`show`] asks for names.
pub(crate) trait Names {
    /// The name of a variable.
    fn local(&self, local: LocalId) -> String;
    /// The name of a struct.
    fn structure(&self, id: StructId) -> String;
}

/// The type as the user would write it.
pub(crate) fn show(ty: &Type, names: &dyn Names) -> String {
    match ty {
        Type::Unit => "nothing".to_owned(),
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Complex => "complex".to_owned(),
        Type::Str => "string".to_owned(),
        Type::Observable => "observable".to_owned(),
        Type::Program(_) => "program".to_owned(),
        Type::Optimizer => "optimizer".to_owned(),
        Type::Qubit => "qubit".to_owned(),
        Type::Register(dim) => format!("qubit[{}]", show_dim(dim, names)),
        Type::Tensor(element, dims) => format!("{}{}", show(element, names), show_shape(dims, names)),
        Type::Tuple(parts) => {
            let parts: Vec<_> = parts.iter().map(|part| show(part, names)).collect();
            format!("({})", parts.join(", "))
        }
        Type::Struct(id) => names.structure(*id),
        Type::Counts => "Counts".to_owned(),
        Type::Error => "_".to_owned(),
    }
}

/// The shape in brackets.
pub(crate) fn show_shape(dims: &[Dim], names: &dyn Names) -> String {
    let dims: Vec<_> = dims.iter().map(|dim| show_dim(dim, names)).collect();
    format!("[{}]", dims.join(", "))
}

fn show_dim(dim: &Dim, names: &dyn Names) -> String {
    match dim {
        Dim::Size(size) => size.show(&|local| names.local(local)),
        Dim::Unknown => "?".to_owned(),
    }
}
