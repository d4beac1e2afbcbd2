//! Operations of a function that is split, while they are made.

use qml_prelude::BuiltinId;
use qml_source::{Span, bug};

use super::split::Split;
use crate::host::{BinaryOp, Constant, Op, OpKind, Region, Type, ValueId};

/// Operations while they are made.
pub(super) struct Ops {
    pub done: Vec<Op>,
    pub span: Span,
}

impl Ops {
    pub(super) fn new(span: Span) -> Self {
        Self { done: Vec::new(), span }
    }

    pub(super) fn push(
        &mut self,
        kind: OpKind,
        args: Vec<ValueId>,
        results: Vec<ValueId>,
        regions: Vec<Region>,
    ) {
        self.done.push(Op { kind, args, results, regions, span: self.span });
    }

    pub(super) fn value(
        &mut self,
        split: &mut Split<'_>,
        kind: OpKind,
        args: Vec<ValueId>,
        ty: Type,
    ) -> ValueId {
        let value = split.function.new_value(ty);
        self.push(kind, args, vec![value], Vec::new());
        value
    }

    pub(super) fn int(&mut self, split: &mut Split<'_>, number: i64) -> ValueId {
        self.value(split, OpKind::Const(Constant::Int(number)), Vec::new(), Type::Int)
    }

    pub(super) fn binary(&mut self, split: &mut Split<'_>, op: BinaryOp, a: ValueId, b: ValueId) -> ValueId {
        self.value(split, OpKind::Binary(op), vec![a, b], Type::Int)
    }

    pub(super) fn tuple(&mut self, split: &mut Split<'_>, parts: Vec<ValueId>) -> ValueId {
        let ty = Type::Tuple(parts.iter().map(|&part| split.function.ty(part).clone()).collect());
        self.value(split, OpKind::Tuple, parts, ty)
    }

    pub(super) fn builtin(
        &mut self,
        split: &mut Split<'_>,
        name: &str,
        args: Vec<ValueId>,
        ty: Type,
    ) -> ValueId {
        let Some(id) = BuiltinId::find(name) else { bug!("no built-in function is called `{name}`") };
        self.value(split, OpKind::Builtin(id), args, ty)
    }

    /// The smaller one of two ints.
    pub(super) fn smaller(&mut self, split: &mut Split<'_>, a: ValueId, b: ValueId) -> ValueId {
        let is_less = self.value(split, OpKind::Binary(BinaryOp::Lt), vec![a, b], Type::Bool);
        let result = split.function.new_value(Type::Int);
        let branch = |value| Region { params: Vec::new(), ops: Vec::new(), yields: vec![value] };
        self.push(OpKind::If, vec![is_less], vec![result], vec![branch(a), branch(b)]);
        result
    }
}
