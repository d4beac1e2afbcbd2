//! The syntax tree: what was written, with the bytes where it stands.
//!
//! A node is a struct with `span` and `kind`; a kind is a plain enum, to be matched exhaustively. Nothing here knows
//! what a name means: a call of a gate and a call of a function look the same.

mod expr;
mod stmt;
mod types;

use qml_source::{FileId, Span};

pub use expr::*;
pub use stmt::*;
pub use types::*;

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
    Callable(Box<Callable>),
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
