//! Vector-Jacobian products of the differentiable built-in functions.

/// Whether a function has a derivative.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Differentiability {
    /// It has one, which [`vjp`] knows.
    Yes,
    /// It is constant wherever it is continuous (comparisons, counts, conversions to `int`): its derivative is zero.
    Zero,
    /// It has none that is known here.
    No,
}

/// Whether the function of this name (`op.mul`, `sin`) is differentiable.
pub fn is_differentiable(name: &str) -> Differentiability {
    match name {
        "op.add" | "op.sub" | "op.mul" | "op.div" | "op.neg" | "op.pow" | "op.matmul" | "op.index"
        | "op.index_set" | "op.index_add" | "op.slice_zeros_add" | "op.stack" | "op.fill" | "op.tuple"
        | "op.tuple_get" | "op.tuple_set" | "op.to_float" | "list.stack" | "list.get" | "list.push"
        | "full" | "reshape" | "transpose" | "concat" | "stack" | "append" | "take" | "reverse" | "sort"
        | "maximum" | "minimum" | "clip" | "sum" | "prod" | "mean" | "min" | "max" | "dot" | "outer"
        | "kron" | "norm" | "trace" | "det" | "inv" | "solve" | "float" | "abs" | "sqrt" | "exp" | "log"
        | "log2" | "sin" | "cos" | "tan" | "asin" | "acos" | "atan" | "atan2" | "tanh" | "sigmoid"
        | "relu" | "softmax" | "log_softmax" | "variance" | "stddev" | "mse" | "cross_entropy" => {
            Differentiability::Yes
        }
        _ => Differentiability::No,
    }
}
