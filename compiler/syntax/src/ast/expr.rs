//! Expressions, and strings with values in them.

use qml_source::Span;

use super::{Iterable, Name, Pattern, Places, StringLiteral};

/// An expression.
#[derive(Clone, Debug, PartialEq)]
pub struct Expr {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: ExprKind,
}

/// The forms of an expression.
#[derive(Clone, Debug, PartialEq)]
pub enum ExprKind {
    /// `x`
    Name(Name),
    /// `42`, `0x1f`, `0b101`: at most 2^63 - 1, the sign is an operator
    Int(i64),
    /// `1.5e-3`, `1e3`: finite
    Float(f64),
    /// `2.0im`, `2im`: finite
    Imaginary(f64),
    /// `true`, `false`
    Bool(bool),
    /// `"E = {e:.6} Ha"`
    String(Vec<StringPart>),
    /// `qubit[n]`: fresh qubits
    Qubit(Box<Expr>),
    /// `(e)`, kept because the formatter prints what was written
    Paren(Box<Expr>),
    /// `(a, b)`, at least two
    Tuple(Vec<Expr>),
    /// `[a, b]`, `[]`
    List(Vec<Expr>),
    /// `[e; n]`
    Repeat {
        /// Each element.
        value: Box<Expr>,
        /// How many.
        count: Box<Expr>,
    },
    /// `[e for x in xs if c]`
    Comprehension {
        /// Each element.
        element: Box<Expr>,
        /// At least one, outermost first.
        clauses: Vec<Clause>,
    },
    /// `-a`, `not a`
    Unary {
        /// The operator.
        operator: UnaryOp,
        /// What it applies to.
        operand: Box<Expr>,
    },
    /// `a + b`
    Binary {
        /// The operator.
        operator: BinaryOp,
        /// Where the operator stands.
        operator_span: Span,
        /// The left side.
        left: Box<Expr>,
        /// The right side.
        right: Box<Expr>,
    },
    /// `f(x, lr: 0.1)`, `chem.h2(0.735)`
    Call {
        /// A name or a path through modules (see [`Expr::as_path`]); anything else is for the checker to refuse.
        callee: Box<Expr>,
        /// The arguments in order.
        arguments: Vec<Argument>,
    },
    /// `a[i, 1..3]`
    Index {
        /// What is indexed.
        base: Box<Expr>,
        /// At least one.
        indices: Vec<Index>,
    },
    /// `m.w`
    Field {
        /// What has the field.
        base: Box<Expr>,
        /// Its name, which may be a reserved word.
        field: Name,
    },
    /// `if c then a else b`
    If {
        /// The condition.
        condition: Box<Expr>,
        /// The value where it holds.
        then: Box<Expr>,
        /// The value where it doesn't.
        otherwise: Box<Expr>,
    },
    /// `grad e wrt (m.w, b) using "adjoint"`
    Grad {
        /// What is differentiated.
        objective: Box<Expr>,
        /// By what.
        places: Places,
        /// The rule that is forced.
        method: Option<StringLiteral>,
    },
}

/// `-` or `not`
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `-`
    Neg,
    /// `not`
    Not,
}

/// An operator between two expressions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `**`
    Pow,
    /// `*`
    Mul,
    /// `/`, true division
    Div,
    /// `%`, of the floored division
    Rem,
    /// `@`, the matrix product
    MatMul,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `==`
    Eq,
    /// `!=`
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `and`
    And,
    /// `or`
    Or,
}

/// `x` or `lr: 0.1` in a call
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    /// Name and value.
    pub span: Span,
    /// The name, if written; it may be a reserved word.
    pub name: Option<Name>,
    /// The value.
    pub value: Expr,
}

/// What stands between the brackets of an index, per axis.
#[derive(Clone, Debug, PartialEq)]
pub struct Index {
    /// Where it stands.
    pub span: Span,
    /// What it is.
    pub kind: IndexKind,
}

/// The forms of an index.
#[derive(Clone, Debug, PartialEq)]
pub enum IndexKind {
    /// `i`; a tensor of ints gathers
    Expr(Expr),
    /// `1..3`, `2..`, `..3`, `..`, without the end
    Range {
        /// The first; absent means 0.
        start: Option<Expr>,
        /// One past the last; absent means all.
        end: Option<Expr>,
    },
}

/// A clause of a comprehension.
#[derive(Clone, Debug, PartialEq)]
pub struct Clause {
    /// From `for` or `if`.
    pub span: Span,
    /// What it is.
    pub kind: ClauseKind,
}

/// The forms of a clause.
#[derive(Clone, Debug, PartialEq)]
pub enum ClauseKind {
    /// `for x in xs`
    For {
        /// What each round binds.
        pattern: Pattern,
        /// What is run through.
        iterable: Iterable,
    },
    /// `if c`
    If(Expr),
}

/// A piece of a string.
#[derive(Clone, Debug, PartialEq)]
pub struct StringPart {
    /// Where it stands; with the braces, without the quotes.
    pub span: Span,
    /// What it is.
    pub kind: StringPartKind,
}

/// The forms of a piece of a string.
#[derive(Clone, Debug, PartialEq)]
pub enum StringPartKind {
    /// Text, escapes and doubled braces resolved; never empty.
    Text(String),
    /// `{e:.6}`
    Value {
        /// The expression.
        value: Expr,
        /// What stands after the colon.
        format: Option<Format>,
    },
}

/// `[<^>][width][.digits][d f e g %]`, at least one of them
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Format {
    /// Without the colon.
    pub span: Span,
    /// `<`, `^` or `>`
    pub align: Option<Align>,
    /// The least number of characters.
    pub width: Option<u32>,
    /// Digits after the point; significant ones for `g`.
    pub digits: Option<u32>,
    /// The last letter.
    pub style: Option<FormatStyle>,
}

/// Where the text stands in a wider field.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// `<`
    Left,
    /// `^`
    Center,
    /// `>`
    Right,
}

/// How a number is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum FormatStyle {
    /// `d`, an integer
    Integer,
    /// `f`, without exponent
    Fixed,
    /// `e`, with exponent
    Exponent,
    /// `g`, whichever of the two is shorter
    General,
    /// `%`, times 100 with a percent sign
    Percent,
}

impl UnaryOp {
    /// As written in the source.
    pub fn symbol(self) -> &'static str {
        match self {
            UnaryOp::Neg => "-",
            UnaryOp::Not => "not",
        }
    }
}

impl BinaryOp {
    /// As written in the source.
    pub fn symbol(self) -> &'static str {
        match self {
            BinaryOp::Pow => "**",
            BinaryOp::Mul => "*",
            BinaryOp::Div => "/",
            BinaryOp::Rem => "%",
            BinaryOp::MatMul => "@",
            BinaryOp::Add => "+",
            BinaryOp::Sub => "-",
            BinaryOp::Eq => "==",
            BinaryOp::Ne => "!=",
            BinaryOp::Lt => "<",
            BinaryOp::Le => "<=",
            BinaryOp::Gt => ">",
            BinaryOp::Ge => ">=",
            BinaryOp::And => "and",
            BinaryOp::Or => "or",
        }
    }
}

impl Expr {
    /// The names of `a.b.c`, if it is nothing but names and points.
    pub fn as_path(&self) -> Option<Vec<&Name>> {
        match &self.kind {
            ExprKind::Name(name) => Some(vec![name]),
            ExprKind::Field { base, field } => {
                let mut path = base.as_path()?;
                path.push(field);
                Some(path)
            }
            _ => None,
        }
    }

    /// The expression without parentheses around it.
    pub fn unparenthesized(&self) -> &Expr {
        match &self.kind {
            ExprKind::Paren(inner) => inner.unparenthesized(),
            _ => self,
        }
    }
}
