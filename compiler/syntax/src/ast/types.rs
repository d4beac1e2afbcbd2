//! Types and patterns.

use qml_source::Span;

use super::{Effect, Expr, Name};

/// A type as written.
#[derive(Clone, Debug, PartialEq)]
pub struct Type {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: TypeKind,
}

/// The forms of a type. Parentheses around a single type leave no trace but the span.
#[derive(Clone, Debug, PartialEq)]
pub enum TypeKind {
    /// `float`, `Model`
    Name(Name),
    /// `qubit`
    Qubit,
    /// `(float, int)`, at least two
    Tuple(Vec<Type>),
    /// `float[n, 2]`; of registers too, `qubit[n]`
    Array {
        /// The type before the bracket.
        element: Box<Type>,
        /// At least one.
        dims: Vec<Dim>,
    },
    /// `gate(float, qubit[2])`, `kernel(float[4]) -> qubit[4]`, `fn(float) -> float`
    Callable {
        /// Which of the three.
        effect: Effect,
        /// The types of the parameters.
        parameters: Vec<Type>,
        /// `None` for gates, and only for them.
        result: Option<Box<Type>>,
    },
}

/// A dimension of an array type.
#[derive(Clone, Debug, PartialEq)]
pub struct Dim {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: DimKind,
}

/// The forms of a dimension.
#[derive(Clone, Debug, PartialEq)]
pub enum DimKind {
    /// `2 * n + 1`
    Expr(Expr),
    /// `?`: known only at run time
    Unknown,
}

/// What `let`, `var` and `for` bind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: PatternKind,
}

/// The forms of a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternKind {
    /// `x`
    Name(Name),
    /// `_`
    Ignore,
    /// `(x, (y, _))`, at least two
    Tuple(Vec<Pattern>),
}
