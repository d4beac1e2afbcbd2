//! The operators of the language: elementwise with broadcasting on numbers and tensors, part by part on tuples, and the
//! algebra of observables.

use super::pending;
use super::{Builtin, internal};

pub(super) const ROWS: &[Builtin] = &[
    internal("op.add", pending, "`(a, b)`: a + b."),
    internal("op.sub", pending, "`(a, b)`: a - b."),
    internal("op.mul", pending, "`(a, b)`: a * b."),
    internal("op.div", pending, "`(a, b)`: a / b, true division."),
    internal("op.mod", pending, "`(a, b)`: a % b, with the sign of b."),
    internal("op.pow", pending, "`(a, b)`: a ** b."),
    internal("op.neg", pending, "`(a)`: -a."),
    internal("op.eq", pending, "`(a, b)`: a == b."),
    internal("op.ne", pending, "`(a, b)`: a != b."),
    internal("op.lt", pending, "`(a, b)`: a < b."),
    internal("op.le", pending, "`(a, b)`: a <= b."),
    internal("op.gt", pending, "`(a, b)`: a > b."),
    internal("op.ge", pending, "`(a, b)`: a >= b."),
    internal("op.and", pending, "`(a, b)`: a and b, both evaluated."),
    internal("op.or", pending, "`(a, b)`: a or b, both evaluated."),
    internal("op.not", pending, "`(a)`: not a."),
    internal("op.matmul", pending, "`(a, b)`: a @ b for ranks 1 and 2."),
    internal("op.div_floor", pending, "`(a, b)`: the quotient rounded down."),
];
