//! Random numbers. Each function is a pure function of its key: same key, same numbers.

use super::pending;
use super::{Builtin, Call, Effect, internal, row};

pub(super) const ROWS: &[Builtin] = &[
    random(
        "uniform",
        &["uniform(lo: float, hi: float, shape?: shape[..s], seed?: int) -> float[..s]"],
        pending,
        "Uniform numbers from `lo` (included) to `hi` (not included).",
    ),
    random(
        "normal",
        &["normal(mean: float, sd: float, shape?: shape[..s], seed?: int) -> float[..s]"],
        pending,
        "Numbers of a normal distribution with this mean and standard deviation.",
    ),
    random(
        "random_int",
        &["random_int(lo: int, hi: int, shape?: shape[..s], seed?: int) -> int[..s]"],
        pending,
        "Whole numbers from `lo` (included) to `hi` (not included).",
    ),
    random(
        "permutation",
        &["permutation(n: int, seed?: int) -> int[n]"],
        pending,
        "The numbers 0 to `n - 1` in random order.",
    ),
    random(
        "choice",
        &["choice(s: T[m, ..r], k: int, seed?: int) -> T[k, ..r]"],
        pending,
        "`k` different items in random order.",
    ),
    random("shuffle", &["shuffle(s: seq[m], seed?: int) -> seq[m]"], pending, "The items in random order."),
    internal("op.mix", pending, "`op.mix(key, salt)`: a random key derived from another one."),
];

const fn random(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Random, name, signatures, call, doc)
}
