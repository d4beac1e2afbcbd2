//! The printed form of the host IR, and its reading: what is printed reads back as the same module.
//!
//! ```text
//! fn @square(%0 x: float) -> (float) {
//!   %1: float = mul %0, %0
//!   %3: float = for %4, %5, %1 { (%6: int, %7: float) yield %7 }
//!   return %1
//! }
//! ```
//!
//! An operation is its results with their types, its name with what it needs to know in brackets, its operands, its
//! regions, and `!file:start:end` if it has a place in the source. Names that aren't words are quoted.

mod print;
mod read;
mod tokens;
pub(crate) mod words;

#[cfg(test)]
mod tests;

pub use read::ReadError;
