//! Lexer, grammar and syntax tree.
//!
//! Text becomes [`ast::Module`] and a list of problems ([`parse`]); broken text is a normal input. This crate must never
//! learn what a name means.

mod token;

mod error;
mod foreign;
mod lexer;

pub mod ast;
mod interpolation;
mod literal;
mod parse;

mod explain;
mod items;
mod nesting;
mod recovery;

mod format;

pub use foreign::{function as foreign_function, type_name as foreign_type, word as foreign_word};
pub use format::format;
pub use lexer::{Lexeme, lex};
pub use parse::{Parsed, parse};
pub use token::Token;

#[cfg(test)]
mod tests;
