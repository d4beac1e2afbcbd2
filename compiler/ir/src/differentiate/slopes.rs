//! Functions of one float whose derivative is worth operations of its own, for either way of differentiating.

use crate::host::{BinaryOp, Builder, Type, UnaryOp, ValueId};

/// The derivative of y = f(x).
pub(super) struct Slope {
    /// Whether it is told by y, else by x.
    pub(super) of_result: bool,
    /// The derivative times a number, from that one and x or y.
    pub(super) times: fn(&mut Builder, ValueId, ValueId) -> ValueId,
}

/// The derivative of the built-in function of this name.
pub(super) fn slope(name: &str) -> Option<Slope> {
    let of_x = |times| Some(Slope { of_result: false, times });
    let of_y = |times| Some(Slope { of_result: true, times });
    match name {
        "sin" => of_x(|builder, t, x| {
            let slope = builder.builtin("cos", vec![x], Type::Float);
            builder.binary(BinaryOp::Mul, t, slope)
        }),
        "cos" => of_x(|builder, t, x| {
            let slope = builder.builtin("sin", vec![x], Type::Float);
            let part = builder.binary(BinaryOp::Mul, t, slope);
            builder.unary(UnaryOp::Neg, part)
        }),
        "exp" => of_y(|builder, t, y| builder.binary(BinaryOp::Mul, t, y)),
        "log" => of_x(|builder, t, x| builder.binary(BinaryOp::Div, t, x)),
        "sqrt" => of_y(|builder, t, y| {
            let half = builder.float(0.5);
            let slope = builder.binary(BinaryOp::Div, half, y);
            builder.binary(BinaryOp::Mul, t, slope)
        }),
        "tanh" => of_y(|builder, t, y| {
            let square = builder.binary(BinaryOp::Mul, y, y);
            let one = builder.float(1.0);
            let slope = builder.binary(BinaryOp::Sub, one, square);
            builder.binary(BinaryOp::Mul, t, slope)
        }),
        _ => None,
    }
}
