//! What depends on the floats of a gate or kernel, which are bound after it is compiled.

use crate::body::{Body, Kind};
use crate::effect::EffectError;
use crate::hir::{Callee, Expr, ExprKind, Index, LocalId, Type};

impl Body<'_, '_> {
    /// Reports a branch, bound or index of a gate or kernel that surely depends on a float. What isn't sure is looked at
    /// when the kernel is specialised.
    pub fn refuse_slot(&mut self, expr: &Expr, what: &'static str) {
        if matches!(self.kind, Kind::Quantum(_))
            && let Some(local) = self.slot_in(expr)
        {
            let declared = self.local(local).name.span;
            self.report(EffectError::FloatDependent { span: expr.span, what, declared });
        }
    }

    /// A variable with floats that the value of an expression depends on.
    pub fn slot_in(&self, expr: &Expr) -> Option<LocalId> {
        match &expr.kind {
            ExprKind::Local(local) => self.facts(*local).is_slot.then_some(*local),
            ExprKind::Field(base, _) => self.holds_floats(&expr.ty).then(|| self.slot_in(base)).flatten(),
            ExprKind::Widen(operand) | ExprKind::Shaped(operand, _) | ExprKind::Unary(_, operand) => {
                self.slot_in(operand)
            }
            ExprKind::Binary(_, left, right) => self.slot_in(left).or_else(|| self.slot_in(right)),
            ExprKind::Index(base, indices) => self.slot_in(base).or_else(|| {
                indices.iter().find_map(|index| match index {
                    Index::At(index) | Index::Gather(index) => self.slot_in(index),
                    Index::Range(..) => None,
                })
            }),
            ExprKind::Tuple(items) | ExprKind::List(items) => {
                items.iter().find_map(|item| self.slot_in(item))
            }
            ExprKind::Call(Callee::Builtin(id, _), arguments)
                if !matches!(id.row().name, "len" | "shape") =>
            {
                arguments.iter().find_map(|argument| self.slot_in(argument))
            }
            _ => None,
        }
    }

    /// Whether floats that are bound later may be in a value of this type.
    pub fn holds_floats(&self, ty: &Type) -> bool {
        match ty {
            Type::Float => true,
            Type::Tensor(element, _) => self.holds_floats(element),
            Type::Tuple(parts) => parts.iter().any(|part| self.holds_floats(part)),
            Type::Struct(id) => self.checker.field_types(*id).iter().any(|field| self.holds_floats(field)),
            _ => false,
        }
    }
}
