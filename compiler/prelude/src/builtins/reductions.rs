//! Sums, products, extremes: many elements to one, over the whole tensor or along an axis.

use super::pending;
use super::{Builtin, pure};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "sum",
        &[
            "sum(x: num[..s]) -> num",
            "sum(x: num[..s], axis: axis) -> num[..s - axis]",
            "sum(x: observable[m]) -> observable",
        ],
        pending,
        "The sum of the elements, or along an axis; counts what is true among `bool`s.",
    ),
    pure(
        "prod",
        &["prod(x: num[..s]) -> num", "prod(x: num[..s], axis: axis) -> num[..s - axis]"],
        pending,
        "The product of the elements, or along an axis.",
    ),
    pure(
        "mean",
        &[
            "mean(x: float[..s]) -> float",
            "mean(x: float[..s], axis: axis) -> float[..s - axis]",
            "mean(x: bool[..s]) -> float",
            "mean(x: bool[..s], axis: axis) -> float[..s - axis]",
            "mean(x: complex[..s]) -> complex",
            "mean(x: complex[..s], axis: axis) -> complex[..s - axis]",
        ],
        pending,
        "The mean of the elements, or along an axis; the share of what is true among `bool`s.",
    ),
    pure(
        "min",
        &[
            "min(x: int[..s]) -> int",
            "min(x: int[..s], axis: axis) -> int[..s - axis]",
            "min(x: float[..s]) -> float",
            "min(x: float[..s], axis: axis) -> float[..s - axis]",
        ],
        pending,
        "The smallest element, or along an axis.",
    ),
    pure(
        "max",
        &[
            "max(x: int[..s]) -> int",
            "max(x: int[..s], axis: axis) -> int[..s - axis]",
            "max(x: float[..s]) -> float",
            "max(x: float[..s], axis: axis) -> float[..s - axis]",
        ],
        pending,
        "The largest element, or along an axis.",
    ),
    pure(
        "argmin",
        &["argmin(x: float[m]) -> int", "argmin(x: float[..s], axis: axis) -> int[..s - axis]"],
        pending,
        "The index of the smallest element, the first of several.",
    ),
    pure(
        "argmax",
        &["argmax(x: float[m]) -> int", "argmax(x: float[..s], axis: axis) -> int[..s - axis]"],
        pending,
        "The index of the largest element, the first of several.",
    ),
    pure(
        "any",
        &["any(x: bool[..s]) -> bool", "any(x: bool[..s], axis: axis) -> bool[..s - axis]"],
        pending,
        "Whether one element is true.",
    ),
    pure(
        "all",
        &["all(x: bool[..s]) -> bool", "all(x: bool[..s], axis: axis) -> bool[..s - axis]"],
        pending,
        "Whether each element is true.",
    ),
];
