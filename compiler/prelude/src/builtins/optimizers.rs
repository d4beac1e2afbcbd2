//! Gradient descent and its relatives, one step at a time.

use super::pending;
use super::{Builtin, internal, pure};

pub(super) const ROWS: &[Builtin] = &[
    pure("sgd", &["sgd(lr: float = 0.1) -> optimizer"], pending, "Gradient descent: `w -= lr * g`."),
    pure(
        "momentum",
        &["momentum(lr: float = 0.01, beta: float = 0.9) -> optimizer"],
        pending,
        "Gradient descent with momentum: `v = beta * v + g; w -= lr * v`.",
    ),
    pure(
        "adam",
        &["adam(lr: float = 0.01, beta1: float = 0.9, beta2: float = 0.999, eps: float = 1e-8) -> optimizer"],
        pending,
        "Adam (Kingma and Ba, arXiv:1412.6980, algorithm 1).",
    ),
    pure(
        "step",
        &["step(opt: optimizer, w: T, g: T) -> (optimizer, T)"],
        pending,
        "One step from `w` with the gradient `g`: the optimizer with its new state, and the new `w`.",
    ),
    internal("opt.start", pending, "`(optimizer)`: the same rule without its state."),
    internal(
        "opt.step",
        pending,
        "`(optimizer, params, grads) -> (optimizer, params)`: one step; a Unit gradient is zero.",
    ),
];
