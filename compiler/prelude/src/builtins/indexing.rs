//! Indices and slices.
//!
//! An index is an `Int`; a range `Tuple(lo, hi)` with `Unit` for a missing bound; `Unit` for the whole axis; or a tensor
//! of `Int` or `Bool`, which gathers along its axis. Axes without an index are taken whole.

use super::pending;
use super::{Builtin, internal};

pub(super) const ROWS: &[Builtin] = &[
    internal("op.index", pending, "`(t, i0, i1, ...)`: the element, or the part."),
    internal("op.index_set", pending, "`(t, v, i0, ...)`: t with that part replaced by v, broadcast."),
    internal(
        "op.index_add",
        pending,
        "`(t, v, i0, ...)`: t with v added to that part, broadcast; Unit adds nothing.",
    ),
    internal(
        "op.slice_zeros_add",
        pending,
        "`(like, v, i0, ...)`: zeros shaped like `like` with v added there.",
    ),
    internal("op.dim", pending, "`(t, axis)`: the size of an axis."),
    internal(
        "op.shape_check",
        pending,
        "`(actual, expected, axis, what)`: a fault unless the sizes agree; gives `actual`.",
    ),
];
