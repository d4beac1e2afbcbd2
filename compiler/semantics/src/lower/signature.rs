//! What a function checks on entry: sizes are solved from its arguments, other dimensions compared with what is declared.

use qml_ir::host::{BinaryOp, OpKind, Type, ValueId};
use qml_source::Span;

use super::body::Body;
use crate::hir::{self, Dim};
use crate::size::{Atom, Size, SizeOp};

impl Body<'_, '_> {
    /// Parameters, sizes and checks of a function.
    pub(super) fn signature(&mut self, function: &hir::Function) {
        let mut values = Vec::with_capacity(function.parameters.len());
        for local in &function.parameters {
            let declared = &function.locals[local.0 as usize];
            let ty = self.host_type(&declared.ty);
            let value = self.parameter(&declared.name.text, ty);
            self.variables[local.0 as usize] = Some(value);
            values.push(value);
        }
        for size in &function.sizes {
            self.solve(function, size, &values);
        }
        for (position, (local, &value)) in function.parameters.iter().zip(&values).enumerate() {
            let declared = &function.locals[local.0 as usize];
            let span = declared.name.span;
            let mut way = Vec::new();
            self.check_dims(function, position, value, &declared.ty, &mut way, &declared.name.text, span);
        }
        if let Some(condition) = &function.condition {
            let holds = self.expr(condition);
            let message = format!("the condition of `{}` after `where` doesn't hold", function.name.text);
            let message = self.str(message, condition.span);
            self.builtin_effect("assert", vec![holds, message], condition.span);
        }
    }

    /// `size = (dimension - offset) / scale`, checked to come out even and not negative.
    fn solve(&mut self, function: &hir::Function, size: &hir::SizeParameter, values: &[ValueId]) {
        let parameter = &function.locals[function.parameters[size.parameter].0 as usize];
        let span = parameter.name.span;
        let mut value = values[size.parameter];
        for &field in &size.fields {
            value = self.part(value, field, span);
        }
        let dim = self.dim(value, size.axis, span);
        let mut solution = dim;
        if size.offset != 0 {
            let offset = self.int(size.offset, span);
            solution = self.int_op(BinaryOp::Sub, solution, offset, span);
        }
        if size.scale != 1 {
            let scale = self.int(size.scale, span);
            solution = self.int_op(BinaryOp::DivFloor, solution, scale, span);
        }
        if size.offset > 0 || size.scale != 1 {
            let zero = self.int(0, span);
            solution = self.builtin("maximum", vec![solution, zero], Type::Int, span);
            let scale = self.int(size.scale, span);
            let offset = self.int(size.offset, span);
            let scaled = self.int_op(BinaryOp::Mul, solution, scale, span);
            let expected = self.int_op(BinaryOp::Add, scaled, offset, span);
            self.check(dim, expected, size.axis, &parameter.name.text, span);
        }
        self.variables[size.local.0 as usize] = Some(solution);
    }

    #[expect(clippy::too_many_arguments, reason = "a walk with its place")]
    fn check_dims(
        &mut self,
        function: &hir::Function,
        position: usize,
        value: ValueId,
        ty: &hir::Type,
        way: &mut Vec<usize>,
        what: &str,
        span: Span,
    ) {
        match ty {
            hir::Type::Tensor(_, dims) => {
                for (axis, dim) in dims.iter().enumerate() {
                    self.check_dim(function, (position, way, axis), value, dim, what, span);
                }
            }
            hir::Type::Register(dim) => self.check_dim(function, (position, way, 0), value, dim, what, span),
            hir::Type::Tuple(parts) => {
                for (index, part) in parts.iter().enumerate() {
                    if has_sizes(self.context.program, part) {
                        let value = self.part(value, index, span);
                        way.push(index);
                        self.check_dims(function, position, value, part, way, what, span);
                        way.pop();
                    }
                }
            }
            hir::Type::Struct(id) => {
                let fields = &self.context.program.structs[id.0 as usize].fields;
                for (index, (name, part)) in fields.iter().enumerate() {
                    if has_sizes(self.context.program, part) {
                        let value = self.part(value, index, span);
                        let what = format!("{what}.{}", name.text);
                        way.push(index);
                        self.check_dims(function, position, value, part, way, &what, span);
                        way.pop();
                    }
                }
            }
            _ => {}
        }
    }

    fn check_dim(
        &mut self,
        function: &hir::Function,
        (position, way, axis): (usize, &[usize], usize),
        value: ValueId,
        dim: &Dim,
        what: &str,
        span: Span,
    ) {
        let Dim::Size(size) = dim else { return };
        let solves = |solved: &hir::SizeParameter| {
            solved.parameter == position && solved.fields == way && solved.axis == axis
        };
        if function.sizes.iter().any(solves) {
            return;
        }
        let actual = self.dim(value, axis, span);
        let expected = self.size(size, span);
        self.check(actual, expected, axis, what, span);
    }

    fn check(&mut self, actual: ValueId, expected: ValueId, axis: usize, what: &str, span: Span) {
        let args = vec![actual, expected, self.int(axis as i64, span), self.str(what, span)];
        self.builtin("op.shape_check", args, Type::Int, span);
    }

    fn dim(&mut self, value: ValueId, axis: usize, span: Span) -> ValueId {
        if self.ty(value) == Type::Register {
            return self.one(OpKind::RegisterLen, vec![value], Type::Int, span);
        }
        let axis = self.int(axis as i64, span);
        self.builtin("op.dim", vec![value, axis], Type::Int, span)
    }

    fn int_op(&mut self, operator: BinaryOp, left: ValueId, right: ValueId, span: Span) -> ValueId {
        self.one(OpKind::Binary(operator), vec![left, right], Type::Int, span)
    }

    /// The value of a size of this function.
    pub(super) fn size_here(&mut self, size: &Size, span: Span) -> ValueId {
        self.size(size, span)
    }

    /// The value of a size.
    fn size(&mut self, size: &Size, span: Span) -> ValueId {
        let mut sum: Option<ValueId> = None;
        for (monomial, &coefficient) in &size.terms {
            let mut product = (coefficient != 1 || monomial.is_empty()).then(|| self.int(coefficient, span));
            for atom in monomial {
                let factor = self.atom(atom, span);
                product = Some(match product {
                    Some(product) => self.int_op(BinaryOp::Mul, product, factor, span),
                    None => factor,
                });
            }
            sum = match (sum, product) {
                (Some(sum), Some(product)) => Some(self.int_op(BinaryOp::Add, sum, product, span)),
                (sum, product) => sum.or(product),
            };
        }
        sum.unwrap_or_else(|| self.int(0, span))
    }

    fn atom(&mut self, atom: &Atom, span: Span) -> ValueId {
        match atom {
            Atom::Local(local) => self.get(local.0 as usize),
            Atom::Operation(operation, left, right) => {
                let (left, right) = (self.size(left, span), self.size(right, span));
                match operation {
                    SizeOp::Pow => self.builtin("op.pow", vec![left, right], Type::Int, span),
                    SizeOp::Div => self.int_op(BinaryOp::DivFloor, left, right, span),
                    SizeOp::Rem => self.int_op(BinaryOp::Mod, left, right, span),
                }
            }
        }
    }
}

fn has_sizes(program: &hir::Program, ty: &hir::Type) -> bool {
    match ty {
        hir::Type::Tensor(..) | hir::Type::Register(_) => true,
        hir::Type::Tuple(parts) => parts.iter().any(|part| has_sizes(program, part)),
        hir::Type::Struct(id) => {
            program.structs[id.0 as usize].fields.iter().any(|(_, part)| has_sizes(program, part))
        }
        _ => false,
    }
}
