//! Printing, asserting, time, and what an optimization reports.

use super::pending;
use super::{Builtin, Call, Effect, internal, row};

pub(super) const ROWS: &[Builtin] = &[
    io(
        "print",
        &[
            "print()",
            "print(x: T)",
            "print(x: T, y: U)",
            "print(x: T, y: U, z: V)",
            "print(x: T, y: U, z: V, w: W)",
        ],
        pending,
        "Writes its arguments, with spaces between, and ends the line.",
    ),
    io(
        "table",
        &["table(header: string[n], rows: num[m, n])", "table(header: string[n], rows: string[m, n])"],
        pending,
        "Writes a table with aligned columns.",
    ),
    io(
        "assert",
        &["assert(condition: bool, message?: string)"],
        pending,
        "Stops with an error unless the condition holds.",
    ),
    io(
        "assert_close",
        &[
            "assert_close(a: float[..s], b: float[..t], tolerance: float = 1e-9)",
            "assert_close(a: complex[..s], b: complex[..t], tolerance: float = 1e-9)",
        ],
        pending,
        "Stops with an error unless `abs(a - b) <= tolerance` everywhere.",
    ),
    io("elapsed", &["elapsed() -> float"], pending, "Seconds since the program started."),
    row(
        Effect::Io,
        "run.progress",
        &[],
        pending,
        "`(step, steps, objective)`: tells how an optimization goes; `steps` is Unit if unknown.",
    ),
    internal(
        "run.check_finite",
        pending,
        "`(objective)`: a fault unless it is a finite number; gives it back.",
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
