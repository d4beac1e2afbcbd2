//! The syntax tree: what was written, with the bytes where it stands.
//!
//! A node is a struct with `span` and `kind`; a kind is a plain enum, to be matched exhaustively. Nothing here knows
//! what a name means: a call of a gate and a call of a function look the same.

use qml_source::{FileId, Span};

/// A source file.
#[derive(Clone, Debug, PartialEq)]
pub struct Module {
    /// The file.
    pub file: FileId,
    /// The items that could be read, in source order; broken ones are [`ItemKind::Broken`].
    pub items: Vec<Item>,
}

/// An identifier where it stands.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Name {
    /// The identifier, as written.
    pub text: String,
    /// Where it stands.
    pub span: Span,
}

/// A string without interpolation: the name of a test, the method of a gradient.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StringLiteral {
    /// The text, escapes resolved.
    pub text: String,
    /// With both quotes.
    pub span: Span,
}

// ---- Items ----

/// A declaration at the top level of a file.
#[derive(Clone, Debug, PartialEq)]
pub struct Item {
    /// From the first attribute to the last token; documentation is not covered.
    pub span: Span,
    /// The `///` lines before it.
    pub docs: Option<Docs>,
    /// `@shots(1000)`
    pub attributes: Vec<Attribute>,
    /// What is declared.
    pub kind: ItemKind,
}

/// The `///` lines before an item.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Docs {
    /// The lines without `///` and one space after it, joined by newlines.
    pub text: String,
    /// From the first line to the last.
    pub span: Span,
}

/// `@name(arguments)`
#[derive(Clone, Debug, PartialEq)]
pub struct Attribute {
    /// From `@` to the closing parenthesis.
    pub span: Span,
    /// The word after `@`.
    pub name: Name,
    /// Empty also where there are no parentheses.
    pub arguments: Vec<Argument>,
}

/// What an item declares.
#[derive(Clone, Debug, PartialEq)]
pub enum ItemKind {
    /// `use std.gates.{qft};`
    Use(Use),
    /// `const N = 7;`
    Const(Const),
    /// `param lr: float = 0.05;`
    Param(Param),
    /// `struct Model { w: float[4, 2], b: float }`
    Struct(Struct),
    /// A `gate`, `kernel` or `fn`.
    Callable(Callable),
    /// `test "what it shows" { ... }`
    Test(Test),
    /// An item with a syntax error, which is already reported; its name, so that uses of it aren't reported too.
    Broken(Option<Name>),
}

/// `use std.chem as chem;`, `use ./encoder.angle;`, `use std.gates.{qft, iqft};`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Use {
    /// The path.
    pub path: UsePath,
    /// What the path brings into scope.
    pub import: Import,
}

/// `std.gates` or `./folder.file`
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UsePath {
    /// The whole path.
    pub span: Span,
    /// Begins with `./`: a file next to this one.
    pub is_local: bool,
    /// At least one.
    pub segments: Vec<Name>,
}

/// What a path of a `use` brings into scope.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Import {
    /// `use a.b;`: what `b` is, under its name.
    Last,
    /// `use a.b as c;`
    As(Name),
    /// `use a.b.{c, d};`
    Listed(Vec<Name>),
}

/// `const N: int = 7;`
#[derive(Clone, Debug, PartialEq)]
pub struct Const {
    /// Its name.
    pub name: Name,
    /// Its type, if written.
    pub ty: Option<Type>,
    /// Its value.
    pub value: Expr,
}

/// The item `param lr: float = 0.05;`, settable from outside. (A parameter of a function is a [`Parameter`].)
#[derive(Clone, Debug, PartialEq)]
pub struct Param {
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Its value where nothing else is given.
    pub default: Expr,
}

/// `struct Model { w: float[4, 2], b: float }`
#[derive(Clone, Debug, PartialEq)]
pub struct Struct {
    /// Its name.
    pub name: Name,
    /// Its fields in order.
    pub fields: Vec<FieldDeclaration>,
}

/// `w: float[4, 2]`
#[derive(Clone, Debug, PartialEq)]
pub struct FieldDeclaration {
    /// Name and type.
    pub span: Span,
    /// Its name, which may be a reserved word.
    pub name: Name,
    /// Its type.
    pub ty: Type,
}

/// A `gate`, `kernel` or `fn`.
#[derive(Clone, Debug, PartialEq)]
pub struct Callable {
    /// Which of the three.
    pub effect: Effect,
    /// Its name.
    pub name: Name,
    /// `[n, m]` after the name.
    pub sizes: Vec<Name>,
    /// The parameters in order.
    pub parameters: Vec<Parameter>,
    /// The type after `->`; a gate has none.
    pub result: Option<Type>,
    /// The condition after `where`.
    pub condition: Option<Expr>,
    /// The body.
    pub body: Block,
}

/// The three kinds of function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Effect {
    /// `gate`: reversible, on the quantum target.
    Gate,
    /// `kernel`: one job of the quantum target.
    Kernel,
    /// `fn`: on the host.
    Fn,
}

/// A parameter of a function: `w: float[n] = zeros([n])`.
#[derive(Clone, Debug, PartialEq)]
pub struct Parameter {
    /// Name, type and default.
    pub span: Span,
    /// Its name.
    pub name: Name,
    /// Its type.
    pub ty: Type,
    /// Its value where no argument is given.
    pub default: Option<Expr>,
}

/// `test "what it shows" { ... }`
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// What it shows.
    pub name: StringLiteral,
    /// The body.
    pub body: Block,
}

// ---- Types and patterns ----

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

// ---- Statements ----

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
    Optimize(Optimize),
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
        start: Expr,
        /// One past the last.
        end: Expr,
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
    pub value: Expr,
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

// ---- Expressions ----

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

impl Effect {
    /// The word that declares it: `gate`, `kernel`, `fn`.
    pub fn keyword(self) -> &'static str {
        match self {
            Effect::Gate => "gate",
            Effect::Kernel => "kernel",
            Effect::Fn => "fn",
        }
    }
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

impl Item {
    /// The name it declares, if it has one.
    pub fn name(&self) -> Option<&Name> {
        match &self.kind {
            ItemKind::Const(item) => Some(&item.name),
            ItemKind::Param(item) => Some(&item.name),
            ItemKind::Struct(item) => Some(&item.name),
            ItemKind::Callable(item) => Some(&item.name),
            ItemKind::Broken(name) => name.as_ref(),
            ItemKind::Use(_) | ItemKind::Test(_) => None,
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
