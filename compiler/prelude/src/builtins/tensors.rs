//! Making, reshaping, joining and sorting tensors.

use super::pending;
use super::{Builtin, pure};

pub(super) const ROWS: &[Builtin] = &[
    pure("zeros", &["zeros(shape: shape[..s]) -> float[..s]"], pending, "A tensor of zeros."),
    pure("ones", &["ones(shape: shape[..s]) -> float[..s]"], pending, "A tensor of ones."),
    pure(
        "full",
        &["full(shape: shape[..s], value: T) -> T[..s]"],
        pending,
        "A tensor of this shape, each element `value`.",
    ),
    pure("eye", &["eye(n: int) -> float[n, n]"], pending, "The identity matrix."),
    pure(
        "linspace",
        &["linspace(a: float, b: float, n: int) -> float[n]"],
        pending,
        "`n` numbers at equal distances from `a` to `b`, both included.",
    ),
    pure(
        "range",
        &["range(a: int, b: int, step: int = 1) -> int[?]"],
        pending,
        "`a`, `a + step`, ... as long as it is before `b`; `step` may be negative, not 0.",
    ),
    pure("len", &["len(x: T[m, ..s]) -> int"], pending, "The number of items: the first dimension."),
    pure("shape", &["shape(x: T[..s]) -> int[?]"], pending, "The dimensions."),
    pure(
        "reshape",
        &["reshape(x: T[..r], shape: shape[..s]) -> T[..s]"],
        pending,
        "The same elements, last index fastest, in another shape with as many elements.",
    ),
    pure(
        "transpose",
        &[
            "transpose(x: T[m]) -> T[m]",
            "transpose(x: T[a, b]) -> T[b, a]",
            "transpose(x: T[a, b, c]) -> T[c, b, a]",
            "transpose(x: T[a, b, c, d]) -> T[d, c, b, a]",
        ],
        pending,
        "The tensor with its dimensions reversed.",
    ),
    pure(
        "concat",
        &[
            "concat(a: num[m, ..s], b: num[n, ..s]) -> num[m + n, ..s]",
            "concat(a: T[m, ..s], b: T[n, ..s]) -> T[m + n, ..s]",
        ],
        pending,
        "The items of `a`, then those of `b`.",
    ),
    pure(
        "stack",
        &["stack(a: num[..s], b: num[..s]) -> num[2, ..s]", "stack(a: T[..s], b: T[..s]) -> T[2, ..s]"],
        pending,
        "Both, on a new first axis.",
    ),
    pure(
        "append",
        &[
            "append(x: num[m, ..s], item: num[..s]) -> num[m + 1, ..s]",
            "append(x: T[m, ..s], item: T[..s]) -> T[m + 1, ..s]",
        ],
        pending,
        "The items of `x`, then `item`.",
    ),
    pure(
        "take",
        &["take(x: T[m, ..s], indices: int[k]) -> T[k, ..s]"],
        pending,
        "The items at these indices of the first axis.",
    ),
    pure(
        "sort",
        &["sort(x: int[m]) -> int[m]", "sort(x: float[m]) -> float[m]", "sort(x: string[m]) -> string[m]"],
        pending,
        "The elements in rising order, `NaN` last.",
    ),
    pure(
        "argsort",
        &[
            "argsort(x: int[m]) -> int[m]",
            "argsort(x: float[m]) -> int[m]",
            "argsort(x: string[m]) -> int[m]",
        ],
        pending,
        "The indices that put the elements in rising order; equal ones keep their order.",
    ),
    pure("reverse", &["reverse(x: T[m, ..s]) -> T[m, ..s]"], pending, "The items from last to first."),
    pure(
        "zip",
        &[
            "zip(a: T[m, ..s], b: U[m, ..t]) -> (T[..s], U[..t])[m]",
            "zip(a: T[m, ..s], b: U[m, ..t], c: V[m, ..r]) -> (T[..s], U[..t], V[..r])[m]",
        ],
        pending,
        "The items of both in pairs.",
    ),
    pure(
        "enumerate",
        &["enumerate(x: T[m, ..s]) -> (int, T[..s])[m]"],
        pending,
        "The items, each with its index.",
    ),
    pure(
        "maximum",
        &[
            "maximum(x: int[..s], y: int[..t]) -> int[..s & ..t]",
            "maximum(x: float[..s], y: float[..t]) -> float[..s & ..t]",
        ],
        pending,
        "The larger one, element by element.",
    ),
    pure(
        "minimum",
        &[
            "minimum(x: int[..s], y: int[..t]) -> int[..s & ..t]",
            "minimum(x: float[..s], y: float[..t]) -> float[..s & ..t]",
        ],
        pending,
        "The smaller one, element by element.",
    ),
    pure(
        "clip",
        &[
            "clip(x: int[..s], lo: int, hi: int) -> int[..s]",
            "clip(x: float[..s], lo: float, hi: float) -> float[..s]",
        ],
        pending,
        "`lo` where `x` is smaller, `hi` where it is larger, else `x`.",
    ),
    pure(
        "div",
        &[
            "div(a: int[..s], b: int[..t]) -> int[..s & ..t]",
            "div(a: float[..s], b: float[..t]) -> float[..s & ..t]",
        ],
        pending,
        "The quotient, rounded down.",
    ),
    pure(
        "bits",
        &["bits(k: int, n: int) -> bool[n]"],
        pending,
        "The last `n` binary digits of `k`, least significant first.",
    ),
    pure(
        "to_int",
        &["to_int(bits: bool[n]) -> int", "to_int(bits: bool[m, n]) -> int[m]"],
        pending,
        "The number with these binary digits, least significant first; of each row of a matrix.",
    ),
    pure(
        "where_true",
        &["where_true(mask: bool[m]) -> int[?]"],
        pending,
        "The indices at which `mask` is true.",
    ),
];
