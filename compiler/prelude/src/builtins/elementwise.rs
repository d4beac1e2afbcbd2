//! Functions that work element by element.

use super::pending;
use super::{Builtin, pure};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "int",
        &["int(x: bool[..s]) -> int[..s]", "int(x: int[..s]) -> int[..s]", "int(x: float[..s]) -> int[..s]"],
        pending,
        "A whole number: the fraction is cut off.",
    ),
    pure(
        "float",
        &["float(x: bool[..s]) -> float[..s]", "float(x: float[..s]) -> float[..s]"],
        pending,
        "A floating-point number.",
    ),
    pure(
        "abs",
        &[
            "abs(x: int[..s]) -> int[..s]",
            "abs(x: float[..s]) -> float[..s]",
            "abs(x: complex[..s]) -> float[..s]",
        ],
        pending,
        "The absolute value.",
    ),
    pure(
        "sign",
        &["sign(x: int[..s]) -> int[..s]", "sign(x: float[..s]) -> float[..s]"],
        pending,
        "-1, 0 or 1.",
    ),
    pure("floor", &["floor(x: float[..s]) -> float[..s]"], pending, "Rounded down."),
    pure("ceil", &["ceil(x: float[..s]) -> float[..s]"], pending, "Rounded up."),
    pure(
        "round",
        &["round(x: float[..s]) -> float[..s]"],
        pending,
        "Rounded to the nearest whole number, halves to the even one.",
    ),
    pure(
        "sqrt",
        &["sqrt(x: float[..s]) -> float[..s]", "sqrt(x: complex[..s]) -> complex[..s]"],
        pending,
        "The square root.",
    ),
    pure(
        "exp",
        &["exp(x: float[..s]) -> float[..s]", "exp(x: complex[..s]) -> complex[..s]"],
        pending,
        "`euler ** x`.",
    ),
    pure(
        "log",
        &["log(x: float[..s]) -> float[..s]", "log(x: complex[..s]) -> complex[..s]"],
        pending,
        "The natural logarithm.",
    ),
    pure("log2", &["log2(x: float[..s]) -> float[..s]"], pending, "The logarithm to base 2."),
    pure(
        "sin",
        &["sin(x: float[..s]) -> float[..s]", "sin(x: complex[..s]) -> complex[..s]"],
        pending,
        "The sine.",
    ),
    pure(
        "cos",
        &["cos(x: float[..s]) -> float[..s]", "cos(x: complex[..s]) -> complex[..s]"],
        pending,
        "The cosine.",
    ),
    pure("tan", &["tan(x: float[..s]) -> float[..s]"], pending, "The tangent."),
    pure(
        "asin",
        &["asin(x: float[..s]) -> float[..s]"],
        pending,
        "The angle with this sine, from -pi/2 to pi/2.",
    ),
    pure(
        "acos",
        &["acos(x: float[..s]) -> float[..s]"],
        pending,
        "The angle with this cosine, from 0 to pi.",
    ),
    pure(
        "atan",
        &["atan(x: float[..s]) -> float[..s]"],
        pending,
        "The angle with this tangent, from -pi/2 to pi/2.",
    ),
    pure(
        "atan2",
        &["atan2(y: float[..s], x: float[..t]) -> float[..s & ..t]"],
        pending,
        "The angle of the point (x, y), from -pi to pi.",
    ),
    pure("tanh", &["tanh(x: float[..s]) -> float[..s]"], pending, "The hyperbolic tangent."),
    pure("sigmoid", &["sigmoid(x: float[..s]) -> float[..s]"], pending, "`1 / (1 + exp(-x))`."),
    pure("relu", &["relu(x: float[..s]) -> float[..s]"], pending, "`maximum(x, 0)`."),
    pure(
        "softmax",
        &["softmax(x: float[m]) -> float[m]", "softmax(x: float[..s]) -> float[..s]"],
        pending,
        "`exp(x) / sum(exp(x))` along the last axis.",
    ),
    pure(
        "log_softmax",
        &["log_softmax(x: float[m]) -> float[m]", "log_softmax(x: float[..s]) -> float[..s]"],
        pending,
        "`log(softmax(x))` along the last axis.",
    ),
    pure("real", &["real(x: complex[..s]) -> float[..s]"], pending, "The real part."),
    pure("imag", &["imag(x: complex[..s]) -> float[..s]"], pending, "The imaginary part."),
    pure("conj", &["conj(x: complex[..s]) -> complex[..s]"], pending, "The complex conjugate."),
];
