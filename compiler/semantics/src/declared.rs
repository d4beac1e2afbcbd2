//! Types as written to types as meant.

use qml_source::Span;
use qml_syntax::ast::{self, DimKind, TypeKind};

use crate::body::{Body, Kind, TypeError};
use crate::check::Checker;
use crate::effect::EffectError;
use crate::function::DeclarationError;
use crate::hir::{self, Dim, StructId, Type};
use crate::scope::NameError;
use crate::size::Size;
use crate::{suggest, types};

const SCALARS: &[(&str, Type)] = &[
    ("int", Type::Int),
    ("float", Type::Float),
    ("complex", Type::Complex),
    ("bool", Type::Bool),
    ("string", Type::Str),
    ("observable", Type::Observable),
    ("program", Type::Program(None)),
    ("optimizer", Type::Optimizer),
    ("Counts", Type::Counts),
];

/// Where a type is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// A parameter or result.
    Signature(ast::Effect),
    /// A `let` or `var`.
    Local,
    /// A field, `const` or `param`.
    Item,
}

impl Body<'_, '_> {
    /// The type that is written here.
    pub fn declared_type(&mut self, ty: &ast::Type, place: Place) -> Type {
        match &ty.kind {
            TypeKind::Name(name) => self.named_type(name),
            TypeKind::Qubit => self.qubit_type(Type::Qubit, ty.span, place),
            TypeKind::Tuple(parts) => {
                Type::Tuple(parts.iter().map(|part| self.declared_type(part, place)).collect())
            }
            TypeKind::Array { element, dims } => {
                if let TypeKind::Name(name) = &element.kind
                    && self.named_type(name) == Type::Error
                {
                    // In `List[float]` there is no size.
                    return Type::Error;
                }
                let dims: Vec<_> = dims.iter().map(|dim| self.declared_dim(dim, place)).collect();
                if element.kind != TypeKind::Qubit {
                    let element = self.declared_type(element, place);
                    if types::has_qubits(&element) {
                        self.report(EffectError::QubitInData { span: ty.span });
                        return Type::Error;
                    }
                    return types::tensor(element, dims);
                }
                match <[Dim; 1]>::try_from(dims) {
                    Ok([dim]) => self.qubit_type(Type::Register(dim), ty.span, place),
                    Err(_) => {
                        self.report(EffectError::QubitInData { span: ty.span });
                        Type::Error
                    }
                }
            }
            TypeKind::Callable { .. } => {
                self.report(TypeError::CallableType { span: ty.span });
                Type::Error
            }
        }
    }

    fn qubit_type(&mut self, ty: Type, span: Span, place: Place) -> Type {
        match place {
            Place::Signature(ast::Effect::Gate | ast::Effect::Kernel) => return ty,
            Place::Signature(ast::Effect::Fn) => {
                self.report(EffectError::QuantumInFn {
                    what: "a qubit as parameter or result".to_owned(),
                    span,
                });
            }
            Place::Local | Place::Item => self.report(EffectError::QubitInData { span }),
        }
        Type::Error
    }

    fn named_type(&mut self, name: &ast::Name) -> Type {
        let scope = &self.checker.scopes[self.module];
        if let Some(entry) = scope.callables.get(name.text.as_str()).copied()
            && matches!(
                self.checker.modules[entry.module].ast.items[entry.item].kind,
                ast::ItemKind::Struct(_)
            )
        {
            return struct_id(self.checker, entry.module, entry.item, name.span)
                .map_or(Type::Error, Type::Struct);
        }
        if let Some((_, ty)) = SCALARS.iter().find(|(scalar, _)| *scalar == name.text) {
            return ty.clone();
        }
        if !scope.broken.contains(name.text.as_str()) {
            let known = SCALARS.iter().map(|(scalar, _)| *scalar).chain(scope.callables.keys().copied());
            let nearest = suggest::nearest(&name.text, known).map(str::to_owned);
            self.report(NameError::UnknownType { name: name.clone(), nearest });
        }
        Type::Error
    }

    fn declared_dim(&mut self, dim: &ast::Dim, place: Place) -> Dim {
        let expr = match &dim.kind {
            DimKind::Expr(expr) => expr,
            DimKind::Unknown => {
                let refused = match place {
                    Place::Signature(ast::Effect::Gate) => Some("the signature of a gate"),
                    Place::Signature(ast::Effect::Kernel) => Some("the signature of a kernel"),
                    _ => None,
                };
                if let Some(place) = refused {
                    self.report(TypeError::UnknownSize { span: dim.span, place });
                }
                return Dim::Unknown;
            }
        };
        let n_errors = self.checker.diagnostics.len();
        let expr = self.expr_of(expr, &Type::Int);
        if types::has_error(&expr.ty) || self.checker.diagnostics.len() > n_errors {
            return Dim::Unknown;
        }
        self.checked_size(&expr).map_or(Dim::Unknown, Dim::Size)
    }

    /// The size that an expression gives; what is none is reported.
    pub fn checked_size(&mut self, expr: &hir::Expr) -> Option<Size> {
        let size = self.size(expr);
        match &size {
            None => {
                let why = "not known when the program is compiled".to_owned();
                self.report(TypeError::NotASize { span: expr.span, why });
            }
            Some(size) => {
                if let Some(value @ ..0) = size.as_constant() {
                    self.report(TypeError::NegativeSize { span: expr.span, value });
                    return None;
                }
            }
        }
        size
    }
}

/// The struct's id; reads its fields when it is first asked for. `None` for one that holds itself.
pub(crate) fn struct_id(
    checker: &mut Checker<'_>,
    module: usize,
    item: usize,
    span: Span,
) -> Option<StructId> {
    let modules = checker.modules;
    let ast::ItemKind::Struct(structure) = &modules[module].ast.items[item].kind else { return None };
    match checker.struct_ids.get(&(module, item)) {
        Some(Some(id)) => return Some(*id),
        Some(None) => {
            checker.report(DeclarationError::RecursiveStruct { name: structure.name.clone(), span });
            return None;
        }
        None => checker.struct_ids.insert((module, item), None),
    };
    let mut fields: Vec<(ast::Name, Type)> = Vec::new();
    for field in &structure.fields {
        if let Some((first, _)) = fields.iter().find(|(name, _)| name.text == field.name.text) {
            let first = first.span;
            checker.report(NameError::DeclaredTwice { name: field.name.clone(), first });
            continue;
        }
        let ty = Body::new(checker, module, Kind::Constant).declared_type(&field.ty, Place::Item);
        fields.push((field.name.clone(), ty));
    }
    let id = StructId(checker.structs.len() as u32);
    checker.structs.push(hir::Struct { name: structure.name.clone(), fields });
    checker.struct_ids.insert((module, item), Some(id));
    Some(id)
}
