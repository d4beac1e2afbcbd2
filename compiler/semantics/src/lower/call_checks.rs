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
        let shapes: Vec<(usize, Vec<usize>)> =
            (0..args.len()).flat_map(|at| known.open_parts(at, &args[at].ty)).collect();
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
        for (at, way) in shapes {
            self.check_shape(function, (at, &way), values[at], &sizes, args[at].span);
        }
        if let Some(condition) = condition {
            self.check_condition(&function.name.text, condition, &sizes, span);
        }
    }

    /// Checks the part of an argument that `way` leads to.
    fn check_shape(
        &mut self,
        function: &Function,
        (at, way): (usize, &[usize]),
        mut value: ValueId,
        sizes: &SizeValues,
        span: Span,
    ) {
        let parameter = &function.locals[function.parameters[at].0 as usize];
        let mut name = parameter.name.text.clone();
        for &step in way {
            value = self.part(value, step, span);
            name += &format!(".{step}");
        }
        let what = format!("the argument `{name}` of `{}`", function.name.text);
        let dims = part_of(&parameter.ty, way).map_or(&[][..], dims);
        self.check_shape_of(value, dims, sizes, &what, parameter.name.span, span);
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

    /// The parts of an argument that need not have the declared shape, by the ways to them.
    fn open_parts(&self, at: usize, found: &Type) -> Vec<(usize, Vec<usize>)> {
        let declared = &self.function.locals[self.function.parameters[at].0 as usize].ty;
        let mut open = Vec::new();
        self.collect_open(declared, found, &mut Vec::new(), &mut |way| open.push((at, way.to_vec())));
        open
    }

    fn collect_open(
        &self,
        declared: &Type,
        found: &Type,
        way: &mut Vec<usize>,
        push: &mut dyn FnMut(&[usize]),
    ) {
        if let (Type::Tuple(declared), Type::Tuple(found)) = (declared, found) {
            for (index, (declared, found)) in declared.iter().zip(found).enumerate() {
                way.push(index);
                self.collect_open(declared, found, way, push);
                way.pop();
            }
        } else if !self.fits(dims(declared), dims(found)) {
            push(way);
        }
    }

    /// Whether a value of this shape surely has the declared one.
    fn fits(&self, declared: &[Dim], found: &[Dim]) -> bool {
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
    match dims(part_of(found, &form.fields)?).get(form.axis)? {
        Dim::Size(size) => size.sub(&Size::constant(form.offset))?.exact_div(form.scale),
        Dim::Unknown => None,
    }
}

/// The type of the part of a tuple that `way` leads to.
fn part_of<'t>(ty: &'t Type, way: &[usize]) -> Option<&'t Type> {
    way.iter().try_fold(ty, |ty, &index| if let Type::Tuple(parts) = ty { parts.get(index) } else { None })
}

fn dims(ty: &Type) -> &[Dim] {
    match ty {
        Type::Tensor(_, dims) => dims,
        Type::Register(dim) => std::slice::from_ref(dim),
        _ => &[],
    }
}
