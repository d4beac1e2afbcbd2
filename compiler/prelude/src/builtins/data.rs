//! Tables from and to files; splitting, batching and scaling data.

use super::pending;
use super::{Builtin, Call, Effect, pure, row};

pub(super) const ROWS: &[Builtin] = &[
    io(
        "read_csv",
        &[
            "read_csv(path: string, header: bool = true, columns?: string[k]) -> float[?, ?]",
            "read_csv(path: string, header: bool = true, columns: int[k]) -> float[?, k]",
        ],
        pending,
        "The numbers of a CSV file, all columns or those named or numbered (from 0).",
    ),
    io(
        "read_labels",
        &[
            "read_labels(path: string, column: string) -> int[?]",
            "read_labels(path: string, column: int, header: bool = true) -> int[?]",
        ],
        pending,
        "A column of a CSV file as class numbers: whole numbers as they are, words by their place in alphabetical order.",
    ),
    io(
        "write_csv",
        &["write_csv(path: string, x: float[m, n], header?: string[n])"],
        pending,
        "Writes a matrix as a CSV file.",
    ),
    random(
        "split",
        &["split(s: seq[m], fraction: float, seed?: int, stratify?: int[m]) -> (seq[?], seq[?])"],
        pending,
        "Shuffles, then cuts: the first part has the share `fraction` of the items (rounded), the second the others. With `stratify`, of each class.",
    ),
    random(
        "batches",
        &["batches(s: seq[m], size: int, seed?: int) -> (seq[?])[?]"],
        pending,
        "Shuffles, then cuts into parts of `size` items; the last one may be shorter.",
    ),
    pure(
        "standardize",
        &["standardize(x: float[m, n], reference?: float[k, n]) -> float[m, n]"],
        pending,
        "Each column minus its mean, divided by its standard deviation, both taken from `reference` (else `x`); a constant column becomes 0.",
    ),
    pure(
        "minmax",
        &["minmax(x: float[m, n], lo: float = 0.0, hi: float = 1.0, reference?: float[k, n]) -> float[m, n]"],
        pending,
        "Each column scaled so that its smallest value in `reference` (else `x`) becomes `lo` and its largest `hi`; a constant column becomes `lo`.",
    ),
];

const fn io(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Io, name, signatures, call, doc)
}

const fn random(
    name: &'static str,
    signatures: &'static [&'static str],
    call: Call,
    doc: &'static str,
) -> Builtin {
    row(Effect::Random, name, signatures, call, doc)
}
