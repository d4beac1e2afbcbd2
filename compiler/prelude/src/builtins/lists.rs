//! Collecting values: brackets, comprehensions, tuples.

use super::pending;
use super::{Builtin, internal};

pub(super) const ROWS: &[Builtin] = &[
    internal(
        "op.stack",
        pending,
        "`(e0, e1, ...)`: a tensor with these items; without any an empty float tensor.",
    ),
    internal("op.fill", pending, "`(v, n)`: a tensor of n items v."),
    internal("op.range", pending, "`(a, b)`: the ints from a to before b."),
    internal("op.tuple", pending, "`(e0, e1, ...)`: a tuple or struct."),
    internal("op.tuple_get", pending, "`(t, i)`: part i of a tuple."),
    internal("op.tuple_set", pending, "`(t, i, v)`: the tuple with part i replaced."),
    internal("op.len", pending, "`(t)`: the number of items of a tensor, list or tuple sequence."),
    internal("list.new", pending, "`()`: an empty list."),
    internal(
        "list.push",
        pending,
        "`(list, v)`: the list with v at its end; in place if nobody else holds it.",
    ),
    internal("list.stack", pending, "`(list)`: a tensor of its items."),
    internal("list.get", pending, "`(list, i)`: item i."),
];
