//! Types of the language as types of the host IR.

use qml_ir::host;
use qml_source::bug;

use crate::hir;

/// The type of a value of this type.
pub(super) fn host_type(program: &hir::Program, ty: &hir::Type) -> host::Type {
    match ty {
        hir::Type::Unit => host::Type::Unit,
        hir::Type::Bool => host::Type::Bool,
        hir::Type::Int => host::Type::Int,
        hir::Type::Float => host::Type::Float,
        hir::Type::Complex => host::Type::Complex,
        hir::Type::Str => host::Type::Str,
        hir::Type::Observable => host::Type::Observable,
        hir::Type::Program(_) => host::Type::Program,
        hir::Type::Optimizer => host::Type::Optimizer,
        hir::Type::Qubit => host::Type::Qubit,
        hir::Type::Register(_) => host::Type::Register,
        hir::Type::Tensor(element, dims) => {
            host::Type::Tensor(Box::new(host_type(program, element)), dims.len() as u8)
        }
        hir::Type::Tuple(parts) => {
            host::Type::Tuple(parts.iter().map(|part| host_type(program, part)).collect())
        }
        hir::Type::Struct(id) => {
            let fields = &program.structs[id.0 as usize].fields;
            host::Type::Tuple(fields.iter().map(|(_, field)| host_type(program, field)).collect())
        }
        hir::Type::Counts => host::Type::Tuple(vec![
            host::Type::Tensor(Box::new(host::Type::Bool), 2),
            host::Type::Tensor(Box::new(host::Type::Int), 1),
        ]),
        hir::Type::Error => bug!("an expression without a type was lowered"),
    }
}

/// The types of a function's results: none for `Unit`.
pub(super) fn results(program: &hir::Program, ty: &hir::Type) -> Vec<host::Type> {
    match ty {
        hir::Type::Unit => Vec::new(),
        _ => vec![host_type(program, ty)],
    }
}

/// The type of an item of a sequence.
pub(super) fn row_type(ty: &host::Type) -> host::Type {
    match ty {
        host::Type::Tensor(element, 1) => (**element).clone(),
        host::Type::Tensor(element, rank) => host::Type::Tensor(element.clone(), rank - 1),
        _ => bug!("the rows of a value of type {ty:?}"),
    }
}
