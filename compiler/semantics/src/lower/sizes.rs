//! Sizes and conditions on them as values.

use qml_ir::host::{BinaryOp, OpKind, Type, ValueId};
use qml_source::{Span, bug};

use super::body::Body;
use crate::hir::{Condition, SizeParameter};
use crate::size::{Atom, Size, SizeOp};

/// The values of the sizes and int parameters of a function, by variable.
pub(super) type SizeValues = Vec<Option<ValueId>>;

impl Body<'_, '_> {
    /// The value of a size of this function.
    pub(super) fn size_here(&mut self, size: &Size, span: Span) -> ValueId {
        let values = self.variables.clone();
        self.size(size, &values, span)
    }

    /// The value of a size.
    pub(super) fn size(&mut self, size: &Size, values: &SizeValues, span: Span) -> ValueId {
        let mut sum: Option<ValueId> = None;
        for (monomial, &coefficient) in &size.terms {
            let mut product = (coefficient != 1 || monomial.is_empty()).then(|| self.int(coefficient, span));
            for atom in monomial {
                let factor = self.atom(atom, values, span);
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

    fn atom(&mut self, atom: &Atom, values: &SizeValues, span: Span) -> ValueId {
        match atom {
            Atom::Local(local) => values[local.0 as usize].unwrap_or_else(|| bug!("a size without a value")),
            Atom::Operation(operation, left, right) => {
                let (left, right) = (self.size(left, values, span), self.size(right, values, span));
                match operation {
                    SizeOp::Pow => self.builtin("op.pow", vec![left, right], Type::Int, span),
                    SizeOp::Div => self.int_op(BinaryOp::DivFloor, left, right, span),
                    SizeOp::Rem => self.int_op(BinaryOp::Mod, left, right, span),
                }
            }
        }
    }

    /// Whether one of the cases holds; those after it are not looked at, as with `or`.
    fn one_holds(&mut self, cases: &[Vec<Size>], values: &SizeValues, span: Span) -> ValueId {
        let Some((case, rest)) = cases.split_first() else { return self.bool(false, span) };
        let holds = self.all_hold(case, values, span);
        if rest.is_empty() {
            return holds;
        }
        self.choice(holds, |body| body.bool(true, span), |body| body.one_holds(rest, values, span), span)
    }

    /// Whether all are at least 0; those after one that isn't are not looked at, as with `and`.
    fn all_hold(&mut self, case: &[Size], values: &SizeValues, span: Span) -> ValueId {
        let Some((size, rest)) = case.split_first() else { return self.bool(true, span) };
        let (value, zero) = (self.size(size, values, span), self.int(0, span));
        let holds = self.one(OpKind::Binary(BinaryOp::Ge), vec![value, zero], Type::Bool, span);
        if rest.is_empty() {
            return holds;
        }
        self.choice(holds, |body| body.all_hold(rest, values, span), |body| body.bool(false, span), span)
    }

    fn choice(
        &mut self,
        condition: ValueId,
        then: impl FnOnce(&mut Self) -> ValueId,
        otherwise: impl FnOnce(&mut Self) -> ValueId,
        span: Span,
    ) -> ValueId {
        let then = self.region(Vec::new(), |body, _| vec![then(body)]);
        let otherwise = self.region(Vec::new(), |body, _| vec![otherwise(body)]);
        self.emit(OpKind::If, vec![condition], vec![Type::Bool], vec![then, otherwise], span)[0]
    }

    /// A fault at `span` unless the condition of the function `name` holds.
    pub(super) fn check_condition(
        &mut self,
        name: &str,
        condition: &Condition,
        values: &SizeValues,
        span: Span,
    ) {
        let holds = self.one_holds(&condition.holds, values, span);
        let locals = &condition.locals;
        let names: Vec<_> = locals.iter().map(|(_, name)| name.as_str()).collect();
        let text = format!("`{name}` needs `{}`", condition.text);
        let mut args = vec![holds, self.str(text, span), self.str(names.join(","), span)];
        args.extend(self.place(condition.span, span));
        args.extend(
            locals
                .iter()
                .map(|(local, _)| values[local.0 as usize].unwrap_or_else(|| bug!("a size without a value"))),
        );
        self.builtin_effect("op.call_where", args, span);
    }

    /// A place as values.
    pub(super) fn place(&mut self, place: Span, span: Span) -> [ValueId; 3] {
        [place.file.0, place.start, place.end].map(|number| self.int(i64::from(number), span))
    }

    /// The dimension of an argument from which a size follows.
    pub(super) fn dimension_of(
        &mut self,
        form: &SizeParameter,
        arguments: &[ValueId],
        span: Span,
    ) -> ValueId {
        let mut value = arguments[form.parameter];
        for &field in &form.fields {
            value = self.part(value, field, span);
        }
        self.dim(value, form.axis, span)
    }

    /// `(dimension - offset) / scale`, at least 0.
    pub(super) fn solution(&mut self, form: &SizeParameter, dim: ValueId, span: Span) -> ValueId {
        let mut solution = dim;
        if form.offset != 0 {
            let offset = self.int(form.offset, span);
            solution = self.int_op(BinaryOp::Sub, solution, offset, span);
        }
        if form.scale != 1 {
            let scale = self.int(form.scale, span);
            solution = self.int_op(BinaryOp::DivFloor, solution, scale, span);
        }
        if form.offset > 0 || form.scale != 1 {
            let zero = self.int(0, span);
            solution = self.builtin("maximum", vec![solution, zero], Type::Int, span);
        }
        solution
    }

    /// The size of an axis.
    pub(super) fn dim(&mut self, value: ValueId, axis: usize, span: Span) -> ValueId {
        if self.ty(value) == Type::Register {
            return self.one(OpKind::RegisterLen, vec![value], Type::Int, span);
        }
        let axis = self.int(axis as i64, span);
        self.builtin("op.dim", vec![value, axis], Type::Int, span)
    }

    pub(super) fn int_op(
        &mut self,
        operator: BinaryOp,
        left: ValueId,
        right: ValueId,
        span: Span,
    ) -> ValueId {
        self.one(OpKind::Binary(operator), vec![left, right], Type::Int, span)
    }
}
