//! The conversions that the compiler inserts.

use super::pending;
use super::{Builtin, internal};

pub(super) const ROWS: &[Builtin] = &[
    internal("op.to_int", pending, "`(x)`: bool to int, scalar or tensor."),
    internal("op.to_float", pending, "`(x)`: bool or int to float, scalar or tensor."),
    internal("op.to_complex", pending, "`(x)`: bool, int or float to complex, scalar or tensor."),
    internal("op.to_observable", pending, "`(x)`: a number to a multiple of the identity, scalar or tensor."),
];
