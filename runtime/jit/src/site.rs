//! What a call from machine code refers to: constants that live as long as the code.

use qml_ir::host::{BinaryOp, Type};
use qml_prelude::BuiltinId;
use qml_prelude::builtins::vjp::Derivative;
use qml_source::Span;

use crate::chain::Chain;
use crate::runtime::Shortcut;
use crate::slot::Slot;

/// One place in the code that calls the runtime.
#[derive(Debug)]
pub(crate) struct Site {
    /// What is asked for.
    pub kind: SiteKind,
    /// Types of the words that are passed.
    pub args: Vec<Type>,
    /// Which of them are only lent; the others are given up. Shorter than `args` where none is lent after it.
    pub lent: Vec<bool>,
    /// Type of the word that comes back, or of each of them.
    pub result: Type,
    /// The place in the source.
    pub span: Span,
}

/// What a site asks for.
#[derive(Debug)]
pub(crate) enum SiteKind {
    /// A built-in function.
    Builtin(BuiltinId),
    /// A built-in function for which there is something shorter.
    Shortcut(Shortcut, BuiltinId),
    /// The cotangents of these arguments of a built-in function, from all arguments, the result and its cotangent.
    Cotangents(Derivative, Vec<usize>),
    /// A chain of elementwise operations.
    Chain(Chain),
    /// A constant that isn't a scalar.
    Constant(Box<Slot>),
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
