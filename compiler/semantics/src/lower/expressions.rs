//! Expressions.

use qml_ir::host::{BinaryOp, Constant, OpKind, Region, Type, UnaryOp, ValueId};
use qml_source::{Span, bug};
use qml_syntax::ast;

use super::body::Body;
use super::types;
use crate::hir::{self, Expr, ExprKind, StrPart};

impl Body<'_, '_> {
    /// An expression with a value.
    pub(super) fn expr(&mut self, expr: &Expr) -> ValueId {
        let span = expr.span;
        match &expr.kind {
            ExprKind::Int(value) => self.int(*value, span),
            ExprKind::Float(value) => self.constant(Constant::Float(*value), Type::Float, span),
            ExprKind::Imaginary(value) => self.constant(Constant::Complex(0.0, *value), Type::Complex, span),
            ExprKind::Bool(value) => self.bool(*value, span),
            ExprKind::Str(parts) => self.string(parts, span),
            ExprKind::Local(local) => self.get(local.0 as usize),
            ExprKind::Global(global) => {
                let ty = self.host_type(&expr.ty);
                self.one(OpKind::Global(qml_ir::host::GlobalId(global.0)), Vec::new(), ty, span)
            }
            ExprKind::Omitted => self.unit(span),
            ExprKind::Widen(inner) => self.widen(inner, &expr.ty, span),
            ExprKind::Shaped(inner, declared) => {
                let value = self.expr(inner);
                self.check_value_shape(value, &expr.ty, "this value", *declared, span);
                value
            }
            ExprKind::Unary(operator, operand) => self.unary(*operator, operand, &expr.ty, span),
            ExprKind::Binary(operator, left, right) => {
                self.binary_expr(*operator, left, right, &expr.ty, span)
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.expr(condition);
                let regions =
                    [then, otherwise].map(|e| self.region(Vec::new(), |body, _| vec![body.expr(e)])).into();
                let ty = self.host_type(&expr.ty);
                self.emit(OpKind::If, vec![condition], vec![ty], regions, span)[0]
            }
            ExprKind::Call(..) if expr.ty == hir::Type::Unit => {
                self.unit_expr(expr);
                self.unit(span)
            }
            ExprKind::Call(callee, args) => {
                let ty = self.host_type(&expr.ty);
                match self.call(*callee, args, vec![ty], &expr.ty, span).first() {
                    Some(&value) => value,
                    None => bug!("a call without its result"),
                }
            }
            ExprKind::Program(kernel, args) => {
                let values: Vec<_> = args.iter().map(|arg| self.expr(arg)).collect();
                self.check_call(*kernel, args, &values, span);
                self.one(OpKind::Program(qml_ir::host::FunctionId(kernel.0)), values, Type::Program, span)
            }
            ExprKind::Field(base, field) => {
                let base = self.expr(base);
                self.part(base, *field, span)
            }
            ExprKind::Index(base, indices) => {
                let ty = self.host_type(&expr.ty);
                let base = self.expr(base);
                let indices = self.indices(indices, span);
                self.index(base, indices, ty, span)
            }
            ExprKind::Tuple(items) => {
                let items = items.iter().map(|item| self.expr(item)).collect();
                self.tuple(items, span)
            }
            ExprKind::List(items) => self.list(items, &expr.ty, span),
            ExprKind::Repeat(value, count) => {
                let ty = self.host_type(&expr.ty);
                let args = vec![self.expr(value), self.expr(count)];
                self.builtin("op.fill", args, ty, span)
            }
            ExprKind::Comprehension { element, clauses } => {
                self.comprehension(element, clauses, &expr.ty, span)
            }
            ExprKind::Unpack { flat, lengths, register } => {
                self.unpack(flat, lengths, *register, &expr.ty, span)
            }
            ExprKind::Grad { objective, places, method } => self.grad(objective, places, *method, span),
            ExprKind::Allocate(count) => {
                let count = self.expr(count);
                self.one(OpKind::Allocate, vec![count], Type::Register, span)
            }
            ExprKind::Error => bug!("an expression with an error was lowered"),
        }
    }

    /// An expression without a value.
    pub(super) fn unit_expr(&mut self, expr: &Expr) {
        match &expr.kind {
            ExprKind::Call(hir::Callee::Builtin(id, _), args) if id.row().name == "assert" => {
                self.assert(&args[0], &args[1], expr.span);
            }
            ExprKind::Call(callee, args) => {
                // A row of the prelude always gives something.
                let results =
                    if matches!(callee, hir::Callee::Builtin(..)) { vec![Type::Unit] } else { Vec::new() };
                self.call(*callee, args, results, &expr.ty, expr.span);
            }
            ExprKind::If(condition, then, otherwise) => {
                let condition = self.expr(condition);
                let branch = |body: &mut Self, e: &Expr| {
                    body.region(Vec::new(), |body, _| {
                        body.unit_expr(e);
                        Vec::new()
                    })
                };
                let regions = vec![branch(self, then), branch(self, otherwise)];
                self.emit(OpKind::If, vec![condition], Vec::new(), regions, expr.span);
            }
            _ => {}
        }
    }

    fn list(&mut self, items: &[Expr], ty: &hir::Type, span: Span) -> ValueId {
        let host = self.host_type(ty);
        if items.is_empty() {
            let empty = self.placeholder(host, span);
            return self.or_empty(empty, ty, false, span);
        }
        let items = items.iter().map(|item| self.expr(item)).collect();
        self.builtin("op.stack", items, host, span)
    }

    fn widen(&mut self, inner: &Expr, to: &hir::Type, span: Span) -> ValueId {
        if let (ExprKind::Int(value), hir::Type::Float) = (&inner.kind, to) {
            return self.constant(Constant::Float(*value as f64), Type::Float, span);
        }
        let value = self.expr(inner);
        let to = self.host_type(to);
        self.widen_value(value, &to, span)
    }

    fn widen_value(&mut self, value: ValueId, to: &Type, span: Span) -> ValueId {
        let from = self.ty(value);
        if from == *to {
            return value;
        }
        if let (Type::Int, Type::Float) = (&from, to) {
            return self.one(OpKind::Unary(UnaryOp::ToFloat), vec![value], Type::Float, span);
        }
        if let Type::Tuple(parts) = to {
            let parts = parts.iter().enumerate().map(|(index, to)| {
                let part = self.part(value, index, span);
                self.widen_value(part, to, span)
            });
            let parts = parts.collect();
            return self.tuple(parts, span);
        }
        let element = match to {
            Type::Tensor(element, _) => &**element,
            scalar => scalar,
        };
        let name = match element {
            Type::Int => "op.to_int",
            Type::Float => "op.to_float",
            Type::Complex => "op.to_complex",
            Type::Observable => "op.to_observable",
            _ => bug!("a widening to {to:?}"),
        };
        self.builtin(name, vec![value], to.clone(), span)
    }

    fn unary(&mut self, operator: ast::UnaryOp, operand: &Expr, ty: &hir::Type, span: Span) -> ValueId {
        match (operator, &operand.kind) {
            (ast::UnaryOp::Neg, ExprKind::Int(value)) => return self.int(value.wrapping_neg(), span),
            (ast::UnaryOp::Neg, ExprKind::Float(value)) => {
                return self.constant(Constant::Float(-value), Type::Float, span);
            }
            _ => {}
        }
        let ty = self.host_type(ty);
        let value = self.expr(operand);
        match (operator, self.ty(value)) {
            (ast::UnaryOp::Neg, Type::Int | Type::Float) => {
                self.one(OpKind::Unary(UnaryOp::Neg), vec![value], ty, span)
            }
            (ast::UnaryOp::Not, Type::Bool) => self.one(OpKind::Unary(UnaryOp::Not), vec![value], ty, span),
            (ast::UnaryOp::Neg, _) => self.builtin("op.neg", vec![value], ty, span),
            (ast::UnaryOp::Not, _) => self.builtin("op.not", vec![value], ty, span),
        }
    }

    fn binary_expr(
        &mut self,
        operator: ast::BinaryOp,
        left: &Expr,
        right: &Expr,
        ty: &hir::Type,
        span: Span,
    ) -> ValueId {
        let is_logic = matches!(operator, ast::BinaryOp::And | ast::BinaryOp::Or);
        let both_scalar = left.ty == hir::Type::Bool && right.ty == hir::Type::Bool;
        if is_logic && both_scalar && !is_simple(right) {
            return self.short_circuit(operator == ast::BinaryOp::And, left, right, span);
        }
        let ty = self.host_type(ty);
        if operator == ast::BinaryOp::Div
            && let (Some(left), Some(right)) = (widened_int(left), widened_int(right))
            && !matches!(right.kind, ExprKind::Int(divisor) if divisor != 0)
        {
            // An int by the int zero is a fault, where floats would give an infinity.
            let args = vec![self.expr(left), self.expr(right)];
            return self.builtin("op.div", args, ty, span);
        }
        let left = self.expr(left);
        let right = self.expr(right);
        self.binary(operator, left, right, ty, span)
    }

    /// `a and b` as `if a then b else false`, `a or b` as `if a then true else b`.
    fn short_circuit(&mut self, is_and: bool, left: &Expr, right: &Expr, span: Span) -> ValueId {
        let left = self.expr(left);
        let evaluated = self.region(Vec::new(), |body, _| vec![body.expr(right)]);
        let decided = self.region(Vec::new(), |body, _| vec![body.bool(!is_and, span)]);
        let regions: Vec<Region> = if is_and { vec![evaluated, decided] } else { vec![decided, evaluated] };
        self.emit(OpKind::If, vec![left], vec![Type::Bool], regions, span)[0]
    }

    /// An operator on two values.
    pub(super) fn binary(
        &mut self,
        operator: ast::BinaryOp,
        left: ValueId,
        right: ValueId,
        ty: Type,
        span: Span,
    ) -> ValueId {
        let (left_type, right_type) = (self.ty(left), self.ty(right));
        let args = vec![left, right];
        if left_type == right_type
            && let Some(scalar) = scalar_operator(operator, &left_type)
        {
            return self.one(OpKind::Binary(scalar), args, ty, span);
        }
        self.builtin(row_name(operator), args, ty, span)
    }

    fn string(&mut self, parts: &[StrPart], span: Span) -> ValueId {
        let mut pieces = Vec::with_capacity(parts.len());
        for part in parts {
            pieces.push(match part {
                StrPart::Text(text) => self.str(text.clone(), span),
                StrPart::Value(value, format) => {
                    let ty = value.ty.clone();
                    let place = value.span;
                    let value = self.expr(value);
                    self.text(value, &ty, format.as_deref().unwrap_or(""), place)
                }
            });
        }
        match pieces[..] {
            [] => self.str("", span),
            [piece] => piece,
            _ => self.builtin("op.concat", pieces, Type::Str, span),
        }
    }

    /// The row `index` of a tensor.
    pub(super) fn row(&mut self, tensor: ValueId, index: ValueId, span: Span) -> ValueId {
        let ty = types::row_type(&self.ty(tensor));
        self.builtin("op.index", vec![tensor, index], ty, span)
    }
}

/// Whether evaluating it costs nothing and can't fail, so that there is no need to go around it.
fn is_simple(expr: &Expr) -> bool {
    match &expr.kind {
        ExprKind::Int(_) | ExprKind::Float(_) | ExprKind::Bool(_) | ExprKind::Local(_) => true,
        ExprKind::Unary(ast::UnaryOp::Not, operand) => is_simple(operand),
        ExprKind::Binary(operator, left, right) => {
            let is_safe = matches!(
                operator,
                ast::BinaryOp::Eq
                    | ast::BinaryOp::Ne
                    | ast::BinaryOp::Lt
                    | ast::BinaryOp::Le
                    | ast::BinaryOp::Gt
                    | ast::BinaryOp::Ge
                    | ast::BinaryOp::And
                    | ast::BinaryOp::Or
            );
            let is_scalar = |e: &Expr| matches!(e.ty, hir::Type::Bool | hir::Type::Int | hir::Type::Float);
            is_safe && [left, right].iter().all(|e| is_scalar(e) && is_simple(e))
        }
        _ => false,
    }
}

/// The operation on two scalars of this type, if the host IR has it.
fn scalar_operator(operator: ast::BinaryOp, ty: &Type) -> Option<BinaryOp> {
    use ast::BinaryOp as Ast;
    let (is_int, is_float, is_bool) = (*ty == Type::Int, *ty == Type::Float, *ty == Type::Bool);
    let is_number = is_int || is_float;
    match operator {
        Ast::Add if is_number => Some(BinaryOp::Add),
        Ast::Sub if is_number => Some(BinaryOp::Sub),
        Ast::Mul if is_number => Some(BinaryOp::Mul),
        Ast::Rem if is_number => Some(BinaryOp::Mod),
        Ast::Div if is_float => Some(BinaryOp::Div),
        Ast::Pow if is_float => Some(BinaryOp::Pow),
        Ast::Eq if is_number || is_bool => Some(BinaryOp::Eq),
        Ast::Ne if is_number || is_bool => Some(BinaryOp::Ne),
        Ast::Lt if is_number => Some(BinaryOp::Lt),
        Ast::Le if is_number => Some(BinaryOp::Le),
        Ast::Gt if is_number => Some(BinaryOp::Gt),
        Ast::Ge if is_number => Some(BinaryOp::Ge),
        Ast::And if is_bool => Some(BinaryOp::And),
        Ast::Or if is_bool => Some(BinaryOp::Or),
        _ => None,
    }
}

/// The row of the prelude for an operator.
pub(super) fn row_name(operator: ast::BinaryOp) -> &'static str {
    match operator {
        ast::BinaryOp::Pow => "op.pow",
        ast::BinaryOp::Mul => "op.mul",
        ast::BinaryOp::Div => "op.div",
        ast::BinaryOp::Rem => "op.mod",
        ast::BinaryOp::MatMul => "op.matmul",
        ast::BinaryOp::Add => "op.add",
        ast::BinaryOp::Sub => "op.sub",
        ast::BinaryOp::Eq => "op.eq",
        ast::BinaryOp::Ne => "op.ne",
        ast::BinaryOp::Lt => "op.lt",
        ast::BinaryOp::Le => "op.le",
        ast::BinaryOp::Gt => "op.gt",
        ast::BinaryOp::Ge => "op.ge",
        ast::BinaryOp::And => "op.and",
        ast::BinaryOp::Or => "op.or",
    }
}

/// The int that is widened to a float here, if it is one.
fn widened_int(expr: &Expr) -> Option<&Expr> {
    match &expr.kind {
        ExprKind::Widen(inner) if inner.ty == hir::Type::Int && expr.ty == hir::Type::Float => Some(inner),
        _ => None,
    }
}
