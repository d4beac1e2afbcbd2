//! Values as text.

use super::pending;
use super::{Builtin, internal};

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "op.format",
        pending,
        "`(value, spec)`: the value as text; spec as in `{x:>8.3f}`, may be empty.",
    ),
    internal(
        "op.format_counts",
        pending,
        "`(counts)`: the table of a `Counts`, no line end after the last row.",
    ),
    internal("op.concat", pending, "`(s0, s1, ...)`: the strings one after the other."),
];
