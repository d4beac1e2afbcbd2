//! Statistics of samples, and measures of how good a model is.

use super::pending;
use super::{Builtin, pure};

pub(super) const ROWS: &[Builtin] = &[
    pure(
        "variance",
        &["variance(x: float[..s]) -> float", "variance(x: float[..s], axis: axis) -> float[..s - axis]"],
        pending,
        "The mean of `(x - mean(x)) ** 2`, or along an axis.",
    ),
    pure(
        "stddev",
        &["stddev(x: float[..s]) -> float", "stddev(x: float[..s], axis: axis) -> float[..s - axis]"],
        pending,
        "The square root of the variance.",
    ),
    pure(
        "median",
        &["median(x: float[m]) -> float"],
        pending,
        "The middle element, or the mean of the two in the middle.",
    ),
    pure(
        "quantile",
        &["quantile(x: float[m], q: float) -> float"],
        pending,
        "The value with the share `q` of the elements below it, interpolated linearly.",
    ),
    pure(
        "accuracy",
        &["accuracy(predicted: T[m], actual: T[m]) -> float"],
        pending,
        "The share of the predictions that are right.",
    ),
    pure(
        "confusion",
        &["confusion(predicted: int[m], actual: int[m], classes?: int) -> int[?, ?]"],
        pending,
        "How often class `j` was predicted (column) where `i` was right (row).",
    ),
    pure(
        "mse",
        &["mse(predicted: float[..s], actual: float[..s]) -> float"],
        pending,
        "The mean of `(predicted - actual) ** 2`.",
    ),
    pure(
        "cross_entropy",
        &[
            "cross_entropy(logits: float[k], label: int) -> float",
            "cross_entropy(logits: float[m, k], labels: int[m]) -> float",
        ],
        pending,
        "The mean of `-log_softmax(logits)[label]`.",
    ),
];
