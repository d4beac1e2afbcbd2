//! What differentiated code calls. `Unit` is the zero cotangent of anything.

use super::pending;
use super::{Builtin, internal, pure};

pub(super) const ROWS: &[Builtin] = &[
    internal("ad.zeros_like", pending, "`(v)`: the zero cotangent of v; Unit if v has no derivative."),
    internal("ad.add", pending, "`(a, b)`: the sum of two cotangents."),
    internal("ad.unbroadcast", pending, "`(cot, like)`: summed down to the shape of `like`."),
    internal("ad.broadcast", pending, "`(cot, like)`: spread to the shape of `like`."),
    internal(
        "ad.vjp",
        pending,
        "`(name, args..., result, cot)`: the cotangents of the arguments as a tuple.",
    ),
    internal("ad.tuple_get", pending, "`(cot, i)`: part i of a tuple's cotangent."),
    internal("ad.tuple_add", pending, "`(cot, like, i, v)`: a tuple's cotangent with v added to part i."),
    pure("stop_gradient", &["stop_gradient(x: T) -> T"], pending, "`x`, taken as a constant by `grad`."),
];
