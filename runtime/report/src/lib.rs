//! What a person looks at: drawings of circuits, charts, the page of a run, and two runs beside each other.
//!
//! Everything here is a pure function from data to text: it reads and writes no files, and asks for no time. The crate must
//! never learn about the language's syntax, nor how programs are run.

pub mod chart;
pub mod circuit;
pub mod compare;
pub mod concerns;
mod figures;
mod markup;
pub mod page;
pub mod run;
