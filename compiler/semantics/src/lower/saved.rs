//! The types of values in files, as `save` and `load` are told them.

use qml_ir::host::ValueId;
use qml_source::{Span, bug};

use super::body::Body;
use crate::hir::{Dim, Program, Type};

/// The type as text; dimensions are `?`.
pub(super) fn type_text(program: &Program, ty: &Type) -> String {
    let all = |types: &mut dyn Iterator<Item = String>| types.collect::<Vec<_>>().join(", ");
    match ty {
        Type::Bool => "bool".to_owned(),
        Type::Int => "int".to_owned(),
        Type::Float => "float".to_owned(),
        Type::Complex => "complex".to_owned(),
        Type::Str => "string".to_owned(),
        Type::Observable => "observable".to_owned(),
        Type::Optimizer => "optimizer".to_owned(),
        Type::Program(_) => "program".to_owned(),
        Type::Tensor(element, dims) => {
            let dims = all(&mut dims.iter().map(|_| "?".to_owned()));
            format!("{}[{dims}]", type_text(program, element))
        }
        Type::Tuple(parts) => {
            format!("({})", all(&mut parts.iter().map(|part| type_text(program, part))))
        }
        Type::Struct(id) => {
            let declared = &program.structs[id.0 as usize];
            let field = |(name, ty): &(qml_syntax::ast::Name, Type)| {
                format!("{}: {}", name.text, type_text(program, ty))
            };
            format!("{} {{ {} }}", declared.name.text, all(&mut declared.fields.iter().map(field)))
        }
        Type::Counts => "Counts { outcomes: bool[?, ?], n: int[?] }".to_owned(),
        Type::Unit | Type::Qubit | Type::Register(_) | Type::Error => bug!("{ty:?} is no type of a value"),
    }
}

/// The dimensions in the order of the text.
pub(super) fn dims(program: &Program, ty: &Type) -> Vec<Dim> {
    match ty {
        Type::Tensor(element, dims) => dims.iter().cloned().chain(self::dims(program, element)).collect(),
        Type::Tuple(parts) => parts.iter().flat_map(|part| dims(program, part)).collect(),
        Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().flat_map(|(_, field)| dims(program, field)).collect()
        }
        Type::Counts => vec![Dim::Unknown; 3],
        _ => Vec::new(),
    }
}

impl Body<'_, '_> {
    /// The value of a dimension, -1 for one that isn't known.
    pub(super) fn dim_or_any(&mut self, dim: &Dim, span: Span) -> ValueId {
        match dim {
            Dim::Size(size) => self.size_here(size, span),
            Dim::Unknown => self.int(-1, span),
        }
    }
}
