//! What a call checks of its arguments before the function begins: shapes and the condition of the signature, as far as
//! they don't follow from the types. A breach is told at the call.

use qml_ir::host::ValueId;
use qml_source::Span;

use super::body::Body;
use super::sizes::SizeValues;
use crate::hir::{Dim, Expr, Function, FunctionId, SizeParameter, Type};
use crate::size::Size;

impl Body<'_, '_> {
    /// Checks a call; `values` are the arguments.
    pub(super) fn check_call(&mut self, callee: FunctionId, args: &[Expr], values: &[ValueId], span: Span) {
        let program = self.context.program;
        let function = &program.functions[callee.0 as usize];
        let known = Known::new(function, args);
        let shapes: Vec<usize> = (0..args.len()).filter(|&at| !known.fits(at, &args[at].ty)).collect();
        let condition = function.condition.as_ref().filter(|condition| !known.holds(&condition.holds));
        if shapes.is_empty() && condition.is_none() {
            return;
        }
        let mut sizes: SizeValues = vec![None; function.locals.len()];
        for (&local, &value) in function.parameters.iter().zip(values) {
            sizes[local.0 as usize] = Some(value);
        }
        for form in &function.sizes {
            let dim = self.dimension_of(form, values, span);
            sizes[form.local.0 as usize] = Some(self.solution(form, dim, span));
        }
        for at in shapes {
            self.check_shape(function, at, values[at], &sizes, args[at].span);
        }
        if let Some(condition) = condition {
            self.check_condition(&function.name.text, condition, &sizes, span);
        }
    }

    fn check_shape(
        &mut self,
        function: &Function,
        at: usize,
        value: ValueId,
        sizes: &SizeValues,
        span: Span,
    ) {
        let parameter = &function.locals[function.parameters[at].0 as usize];
        let what = format!("the argument `{}` of `{}`", parameter.name.text, function.name.text);
        self.check_shape_of(value, dims(&parameter.ty), sizes, &what, parameter.name.span, span);
    }

    /// Checks the dimensions of a value of this function against those that are declared for it, part by part.
    pub(super) fn check_value_shape(
        &mut self,
        value: ValueId,
        ty: &Type,
        what: &str,
        declared: Span,
        span: Span,
    ) {
        if let Type::Tuple(parts) = ty {
            for (index, part) in parts.iter().enumerate() {
                let value = self.part(value, index, span);
                self.check_value_shape(value, part, what, declared, span);
            }
        } else if dims(ty).iter().any(|dim| *dim != Dim::Unknown) {
            let sizes = self.variables.clone();
            self.check_shape_of(value, dims(ty), &sizes, what, declared, span);
        }
    }

    /// A fault at `span` unless the dimensions of a value are these.
    fn check_shape_of(
        &mut self,
        value: ValueId,
        dims: &[Dim],
        sizes: &SizeValues,
        what: &str,
        declared: Span,
        span: Span,
    ) {
        let mut args = vec![self.str(what, span)];
        args.extend(self.place(declared, span));
        let actual: Vec<_> = (0..dims.len()).map(|axis| self.dim(value, axis, span)).collect();
        args.extend(&actual);
        for (dim, &actual) in dims.iter().zip(&actual) {
            args.push(match dim {
                Dim::Size(size) => self.size(size, sizes, span),
                Dim::Unknown => actual,
            });
        }
        self.builtin_effect("op.call_shape", args, span);
    }
}

/// What the types of the arguments tell.
struct Known<'f> {
    function: &'f Function,
    /// The sizes of the function, as sizes of the caller's.
    sizes: Vec<Option<Size>>,
}

impl<'f> Known<'f> {
    fn new(function: &'f Function, args: &[Expr]) -> Self {
        let mut sizes = vec![None; function.locals.len()];
        for form in &function.sizes {
            sizes[form.local.0 as usize] = args.get(form.parameter).and_then(|arg| solved(form, &arg.ty));
        }
        for (&local, arg) in function.parameters.iter().zip(args) {
            if let crate::hir::ExprKind::Int(value) = arg.kind {
                sizes[local.0 as usize] = Some(Size::constant(value));
            }
        }
        Self { function, sizes }
    }

    /// Whether an argument surely has the declared shape.
    fn fits(&self, at: usize, found: &Type) -> bool {
        let declared = &self.function.locals[self.function.parameters[at].0 as usize].ty;
        let (declared, found) = (dims(declared), dims(found));
        declared.len() != found.len()
            || declared.iter().zip(found).all(|(declared, found)| match (declared, found) {
                (Dim::Unknown, _) => true,
                (Dim::Size(declared), Dim::Size(found)) => self.put(declared).as_ref() == Some(found),
                (Dim::Size(_), Dim::Unknown) => false,
            })
    }

    fn holds(&self, cases: &[Vec<Size>]) -> bool {
        let is_so =
            |size: &Size| self.put(size).and_then(|size| size.as_constant()).is_some_and(|value| value >= 0);
        cases.iter().any(|case| case.iter().all(is_so))
    }

    fn put(&self, size: &Size) -> Option<Size> {
        size.substitute(&|local| self.sizes[local.0 as usize].clone())
    }
}

fn solved(form: &SizeParameter, found: &Type) -> Option<Size> {
    let mut ty = found;
    for &field in &form.fields {
        let Type::Tuple(parts) = ty else { return None };
        ty = parts.get(field)?;
    }
    match dims(ty).get(form.axis)? {
        Dim::Size(size) => size.sub(&Size::constant(form.offset))?.exact_div(form.scale),
        Dim::Unknown => None,
    }
}

fn dims(ty: &Type) -> &[Dim] {
    match ty {
        Type::Tensor(_, dims) => dims,
        Type::Register(dim) => std::slice::from_ref(dim),
        _ => &[],
    }
}
