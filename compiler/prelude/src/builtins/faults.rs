//! The errors that several built-in functions can meet.

use qml_source::{Code, Diagnostic};

use crate::Fault;

/// An error with this code.
pub fn fault(code: Code, message: impl Into<String>) -> Fault {
    Box::new(Diagnostic::error(code, message))
}

/// An argument outside the domain of a function.
pub fn domain(message: impl Into<String>) -> Fault {
    fault(Code::Q0610, message)
}

/// The result of an operation on `int`s has more than 64 bits.
pub fn overflow(operation: impl std::fmt::Display) -> Fault {
    Box::new(
        Diagnostic::error(Code::Q0601, format!("integer overflow in `{operation}`"))
            .help("`float` has room for larger numbers, with 15 digits"),
    )
}

/// Two shapes that `what` can't put together, with the first axis at fault.
pub fn shapes(what: &str, a: &[usize], b: &[usize], axis: impl std::fmt::Display) -> Fault {
    fault(Code::Q0604, format!("{what}: shapes {a:?} and {b:?} don't fit, they differ on axis {axis}"))
}

/// A number that must be at least 0, as a size.
pub fn size(what: &str, n: i64) -> Result<usize, Fault> {
    usize::try_from(n).map_err(|_| domain(format!("{what} is {n}, it can't be negative")))
}
