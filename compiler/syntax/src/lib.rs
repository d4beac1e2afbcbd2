//! Lexer, grammar and syntax tree.
//!
//! Text becomes [`ast::Module`] and a list of problems; broken text is a normal input. This crate must never learn what
//! a name means.

pub mod ast;
