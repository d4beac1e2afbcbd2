//! The gradient of a `fn` that is called when a kernel is bound, as functions of the host IR.

use qml_source::{Span, bug};

use crate::host::build::Builder;
use crate::host::{BinaryOp, Constant, Function, FunctionId, FunctionKind, Module, OpKind, Type, ValueId};

/// `(args..., w) -> sum of w * f(args...)`, part by part.
pub(super) fn weighted_sum(module: &Module, id: FunctionId, span: Span) -> Function {
    let callee = module.function(id);
    let mut builder = Builder::new(format!("{}.weighted", callee.name), FunctionKind::Fn, span);
    let params: Vec<ValueId> =
        callee.body.params.iter().map(|&param| builder.param("x", callee.ty(param).clone())).collect();
    let weights = builder.param("w", callee.results[0].clone());
    let result = builder.op(OpKind::Call(id), params, callee.results.clone())[0];
    let sum = weighted(&mut builder, result, weights);
    builder.finish(vec![sum])
}

fn weighted(builder: &mut Builder, value: ValueId, weight: ValueId) -> ValueId {
    match builder.ty(value).clone() {
        Type::Float => builder.binary(BinaryOp::Mul, value, weight),
        Type::Tuple(parts) => {
            let mut sum = builder.float(0.0);
            for (i, ty) in parts.into_iter().enumerate() {
                let part = builder.value(OpKind::TupleGet(i as u32), vec![value], ty.clone());
                let part_weight = builder.value(OpKind::TupleGet(i as u32), vec![weight], ty);
                let part = weighted(builder, part, part_weight);
                sum = builder.binary(BinaryOp::Add, sum, part);
            }
            sum
        }
        ty @ Type::Tensor(..) => {
            let product = builder.builtin("op.mul", vec![value, weight], ty);
            let all = builder.constant(Constant::Unit);
            builder.builtin("sum", vec![product, all], Type::Float)
        }
        other => bug!("a result of type {other:?} has floats only"),
    }
}
