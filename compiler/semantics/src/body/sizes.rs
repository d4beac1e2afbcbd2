//! Expressions as sizes.

use qml_prelude::BuiltinId;
use qml_syntax::ast::{BinaryOp, UnaryOp};

use crate::body::Body;
use crate::hir::{Callee, Dim, Expr, ExprKind, LocalId, Type};
use crate::size::{Atom, Size};
use crate::types;

impl Body<'_, '_> {
    /// The value of an int expression over numbers, `const`s, `param`s, sizes and immutable variables.
    pub fn size(&self, expr: &Expr) -> Option<Size> {
        match &expr.kind {
            ExprKind::Int(value) => Some(Size::constant(*value)),
            ExprKind::Global(id) => self.checker.globals[id.0 as usize].value.clone(),
            ExprKind::Local(local) => self.size_of_local(*local),
            ExprKind::Unary(UnaryOp::Neg, operand) => self.size(operand)?.scale(-1),
            ExprKind::Binary(operator, left, right) if expr.ty == Type::Int => {
                let (left, right) = (self.size(left)?, self.size(right)?);
                match operator {
                    BinaryOp::Add => left.add(&right),
                    BinaryOp::Sub => left.sub(&right),
                    BinaryOp::Mul => left.mul(&right),
                    BinaryOp::Rem => left.rem(&right),
                    BinaryOp::Pow => left.pow(&right),
                    _ => None,
                }
            }
            ExprKind::Call(Callee::Builtin(id, _), arguments) if expr.ty == Type::Int => {
                self.size_of_call(*id, arguments)
            }
            _ => None,
        }
    }

    /// The dimension that an int expression gives.
    pub fn dim(&self, expr: &Expr) -> Dim {
        self.size(expr).map_or(Dim::Unknown, Dim::Size)
    }

    fn size_of_local(&self, local: LocalId) -> Option<Size> {
        let variable = self.local(local);
        if variable.is_mutable || variable.ty != Type::Int {
            return None;
        }
        Some(self.facts(local).size.clone().unwrap_or_else(|| Size::local(local)))
    }

    fn size_of_call(&self, id: BuiltinId, arguments: &[Expr]) -> Option<Size> {
        match (id.row().name, arguments) {
            ("div", [a, b]) => self.size(a)?.div(&self.size(b)?),
            ("len", [x]) => match types::items(&x.ty)?.0 {
                Dim::Size(size) => Some(size),
                Dim::Unknown => None,
            },
            _ => None,
        }
    }

    /// The type without sizes that only exist inside a comprehension.
    pub fn without_inner_sizes(ty: &Type, first_inner: u32) -> Type {
        types::map_dims(ty, &|dim| match dim {
            Dim::Size(size) if size.mentions(&|local| local.0 >= first_inner) => Dim::Unknown,
            other => other.clone(),
        })
    }

    /// An int expression with the value of a size.
    pub fn size_expr(size: &Size, span: qml_source::Span) -> Option<Expr> {
        let int = |kind| Expr { span, ty: Type::Int, kind };
        let binary = |op, a, b| int(ExprKind::Binary(op, Box::new(a), Box::new(b)));
        let mut sum: Option<Expr> = None;
        for (monomial, coefficient) in &size.terms {
            let mut product = int(ExprKind::Int(*coefficient));
            for atom in monomial {
                let Atom::Local(local) = atom else { return None };
                product = binary(BinaryOp::Mul, product, int(ExprKind::Local(*local)));
            }
            sum = Some(match sum {
                Some(sum) => binary(BinaryOp::Add, sum, product),
                None => product,
            });
        }
        Some(sum.unwrap_or_else(|| int(ExprKind::Int(0))))
    }
}
