//! Statements.

use qml_source::Span;

use super::{BinaryOp, Expr, Name, Pattern, Type};

/// `{ ... }`
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// With both braces.
    pub span: Span,
    /// The statements in order.
    pub statements: Vec<Stmt>,
}

/// A statement.
#[derive(Clone, Debug, PartialEq)]
pub struct Stmt {
    /// With the semicolon, if it ends in one.
    pub span: Span,
    /// What it is.
    pub kind: StmtKind,
}

/// The forms of a statement.
#[derive(Clone, Debug, PartialEq)]
pub enum StmtKind {
    /// `let x: float = 1.0;`, `var x = 1.0;`
    Let {
        /// `var`
        is_mutable: bool,
        /// What is bound.
        pattern: Pattern,
        /// The type, if written.
        ty: Option<Type>,
        /// The value.
        value: Expr,
    },
    /// `a[i] = e;`, `m.w += e;`, `(a, b) = e;`
    Assign {
        /// What is assigned to: names, fields, indices, tuples of them; anything else is for the checker to refuse.
        target: Expr,
        /// `Add` in `+=`; one of `Add`, `Sub`, `Mul`, `Div`.
        operator: Option<BinaryOp>,
        /// The value.
        value: Expr,
    },
    /// `print(x);`
    Expr(Expr),
    /// `return x;`
    Return(Option<Expr>),
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `if c { } else { }`
    If(If),
    /// `for x in xs { }`
    For {
        /// What each round binds.
        pattern: Pattern,
        /// What is run through.
        iterable: Iterable,
        /// The body.
        body: Block,
    },
    /// `while c { }`
    While {
        /// The condition.
        condition: Expr,
        /// The body.
        body: Block,
    },
    /// `adjoint control(a, not b) u(x, q);`
    Modified {
        /// At least one, outermost first.
        modifiers: Vec<Modifier>,
        /// What they apply to.
        body: ModifiedBody,
    },
    /// `within { v } apply { u }`
    Within(Within),
    /// `optimize w with adam(lr: 0.1), steps: 10 { ... }`
    Optimize(Box<Optimize>),
    /// `minimize e;`, `maximize e;`
    Objective {
        /// `minimize` or `maximize`.
        goal: Goal,
        /// What is made small or large.
        value: Expr,
    },
}

/// `if c { } else if d { } else { }`
#[derive(Clone, Debug, PartialEq)]
pub struct If {
    /// From `if` to the last brace.
    pub span: Span,
    /// The condition.
    pub condition: Expr,
    /// The block where it holds.
    pub then: Block,
    /// The rest.
    pub otherwise: Option<Else>,
}

/// What follows `else`.
#[derive(Clone, Debug, PartialEq)]
pub enum Else {
    /// `else { }`
    Block(Block),
    /// `else if c { }`
    If(Box<If>),
}

/// What `for` runs through.
#[derive(Clone, Debug, PartialEq)]
pub struct Iterable {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: IterableKind,
}

/// The forms of what `for` runs through.
#[derive(Clone, Debug, PartialEq)]
pub enum IterableKind {
    /// `0..n`, without the end
    Range {
        /// The first.
        start: Box<Expr>,
        /// One past the last.
        end: Box<Expr>,
    },
    /// A tensor, or a tuple of tensors of one length.
    Expr(Expr),
}

/// `adjoint`, `control(a, not b)` or `power(k)`
#[derive(Clone, Debug, PartialEq)]
pub struct Modifier {
    /// With the parentheses.
    pub span: Span,
    /// What it is.
    pub kind: ModifierKind,
}

/// The forms of a modifier.
#[derive(Clone, Debug, PartialEq)]
pub enum ModifierKind {
    /// `adjoint`
    Adjoint,
    /// `control(a, not b)`, at least one
    Control(Vec<Control>),
    /// `power(k)`
    Power(Expr),
}

/// An argument of `control`.
#[derive(Clone, Debug, PartialEq)]
pub struct Control {
    /// With the `not`.
    pub span: Span,
    /// `not b`: acts where `b` is zero.
    pub is_negated: bool,
    /// A qubit or a register.
    pub qubit: Expr,
}

/// What modifiers apply to.
#[derive(Clone, Debug, PartialEq)]
pub enum ModifiedBody {
    /// `u(x, q);`
    Call(Expr),
    /// `{ ... }`
    Block(Block),
    /// `within { ... } apply { ... }`
    Within(Within),
}

/// `within { v } apply { u }`: v, u, v-inverse
#[derive(Clone, Debug, PartialEq)]
pub struct Within {
    /// From `within` to the last brace.
    pub span: Span,
    /// v
    pub within: Block,
    /// u
    pub apply: Block,
}

/// `optimize (w, b) with adam(lr: 0.05), epochs: 40 over (xs, ys) in batches((data, labels), 16) { ... }`
#[derive(Clone, Debug, PartialEq)]
pub struct Optimize {
    /// From `optimize` to the closing brace.
    pub span: Span,
    /// The parameters.
    pub places: Places,
    /// The optimizer.
    pub optimizer: Expr,
    /// `epochs: 40`
    pub options: Vec<NamedOption>,
    /// The batches.
    pub over: Option<Over>,
    /// The objective: ends in its only `minimize` or `maximize`.
    pub body: Block,
}

/// `epochs: 40`
#[derive(Clone, Debug, PartialEq)]
pub struct NamedOption {
    /// Name and value.
    pub span: Span,
    /// Its name, which may be a reserved word.
    pub name: Name,
    /// Its value.
    pub value: OptionValue,
}

/// What an option is given.
#[derive(Clone, Debug, PartialEq)]
pub enum OptionValue {
    /// One value.
    Expr(Expr),
    /// `(accuracy: a, loss: b)`, with the span of the parentheses.
    Named(Span, Vec<NamedValue>),
}

/// `accuracy: a`
#[derive(Clone, Debug, PartialEq)]
pub struct NamedValue {
    /// Name and value.
    pub span: Span,
    /// Its name, which may be a reserved word.
    pub name: Name,
    /// Its value.
    pub value: Expr,
}

impl OptionValue {
    /// Where it stands.
    pub fn span(&self) -> Span {
        match self {
            Self::Expr(value) => value.span,
            Self::Named(span, _) => *span,
        }
    }
}

/// `over (xs, ys) in batches((data, labels), 16)`
#[derive(Clone, Debug, PartialEq)]
pub struct Over {
    /// From `over`.
    pub span: Span,
    /// What each step binds.
    pub pattern: Pattern,
    /// Evaluated anew each epoch.
    pub iterable: Iterable,
}

/// Whether the objective is made small or large.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Goal {
    /// `minimize`
    Minimize,
    /// `maximize`
    Maximize,
}

/// `w` or `(m.w, b)`: what is optimized or differentiated by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Places {
    /// With the parentheses.
    pub span: Span,
    /// One without parentheses, or at least two.
    pub list: Vec<Place>,
}

/// `m.w`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Where it stands.
    pub span: Span,
    /// The variable.
    pub root: Name,
    /// The fields after it, outermost first.
    pub fields: Vec<Name>,
}
