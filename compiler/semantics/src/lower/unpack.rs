//! One shot as the result of its kernel.

use qml_ir::host::{BinaryOp, OpKind, Type, ValueId};
use qml_source::Span;

use super::body::Body;
use crate::hir::{self, Expr};

impl Body<'_, '_> {
    /// The parts of a result, taken from the bits of one shot: the register, then the others in order.
    pub(super) fn unpack(
        &mut self,
        flat: &Expr,
        lengths: &[Option<Expr>],
        register: Option<usize>,
        ty: &hir::Type,
        span: Span,
    ) -> ValueId {
        let types: Vec<Type> = match self.host_type(ty) {
            Type::Tuple(parts) => parts,
            single => vec![single],
        };
        let bits = self.expr(flat);
        let lengths = self.lengths(bits, lengths, span);
        let mut order: Vec<usize> = (0..types.len()).collect();
        order.sort_by_key(|&part| register != Some(part));
        let mut start = self.int(0, span);
        let mut parts = vec![bits; types.len()];
        for part in order {
            let end = self.add(BinaryOp::Add, start, lengths[part], span);
            let index = match types[part] {
                Type::Bool => start,
                _ => self.tuple(vec![start, end], span),
            };
            parts[part] = self.builtin("op.index", vec![bits, index], types[part].clone(), span);
            start = end;
        }
        match ty {
            hir::Type::Tuple(_) => self.tuple(parts, span),
            _ => parts[0],
        }
    }

    /// The number of bits of each part; the one that isn't known has what the others leave.
    fn lengths(&mut self, bits: ValueId, lengths: &[Option<Expr>], span: Span) -> Vec<ValueId> {
        let axis = self.int(0, span);
        let mut rest = self.builtin("op.dim", vec![bits, axis], Type::Int, span);
        let known: Vec<Option<ValueId>> =
            lengths.iter().map(|length| length.as_ref().map(|length| self.expr(length))).collect();
        for &length in known.iter().flatten() {
            rest = self.add(BinaryOp::Sub, rest, length, span);
        }
        known.into_iter().map(|length| length.unwrap_or(rest)).collect()
    }

    fn add(&mut self, operator: BinaryOp, a: ValueId, b: ValueId, span: Span) -> ValueId {
        self.one(OpKind::Binary(operator), vec![a, b], Type::Int, span)
    }
}
