//! What a call from machine code refers to: constants that live as long as the code.

use qml_ir::host::{BinaryOp, Type};
use qml_prelude::{BuiltinId, Value};
use qml_source::Span;

/// One place in the code that calls the runtime.
#[derive(Debug)]
pub(crate) struct Site {
    /// What is asked for.
    pub kind: SiteKind,
    /// Types of the words that are passed.
    pub args: Vec<Type>,
    /// Type of the word that comes back.
    pub result: Type,
    /// The place in the source.
    pub span: Span,
}

/// What a site asks for.
#[derive(Debug)]
pub(crate) enum SiteKind {
    /// A built-in function.
    Builtin(BuiltinId),
    /// A constant that isn't a scalar.
    Constant(Value),
    /// A global, by index.
    Global(usize),
    /// A tuple of the arguments.
    Tuple,
    /// A part of a tuple.
    Part(usize),
    /// A program: the kernel's index, and the arguments.
    Program(u32),
    /// An operation on two ints that went wrong.
    Int(BinaryOp),
    /// Nothing more than types and place.
    Plain,
}
