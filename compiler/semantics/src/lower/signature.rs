//! What a function checks on entry: sizes are solved from its arguments, other dimensions compared with what is declared.

use qml_ir::host::{BinaryOp, Type, ValueId};
use qml_source::Span;

use super::body::Body;
use crate::hir::{self, Dim};

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
            let sizes = self.variables.clone();
            self.check_condition(&function.name.text, condition, &sizes, condition.span);
        }
    }

    /// A size from the dimension that gives it, checked to come out even and not negative.
    fn solve(&mut self, function: &hir::Function, size: &hir::SizeParameter, values: &[ValueId]) {
        let parameter = &function.locals[function.parameters[size.parameter].0 as usize];
        let span = parameter.name.span;
        let dim = self.dimension_of(size, values, span);
        let solution = self.solution(size, dim, span);
        if size.offset > 0 || size.scale != 1 {
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
        let sizes = self.variables.clone();
        let expected = self.size(size, &sizes, span);
        self.check(actual, expected, axis, what, span);
    }

    fn check(&mut self, actual: ValueId, expected: ValueId, axis: usize, what: &str, span: Span) {
        let args = vec![actual, expected, self.int(axis as i64, span), self.str(what, span)];
        self.builtin("op.shape_check", args, Type::Int, span);
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
