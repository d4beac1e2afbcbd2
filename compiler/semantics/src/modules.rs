//! What the checker is given: parsed files, with what each `use` points at.

use qml_syntax::ast;

/// A parsed file.
#[derive(Clone, Debug)]
pub struct SourceModule {
    /// `main` for the first file, `std.ansatz` for a file of the standard library, `./encoder` for others.
    pub path: String,
    /// The tree.
    pub ast: ast::Module,
    /// For each `use` item of the tree, in order, what its path names; `None` where it names nothing, which is already
    /// reported.
    pub uses: Vec<Option<UseTarget>>,
}

/// What the path of a `use` names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct UseTarget {
    /// Index of the module in the list that the checker is given.
    pub module: usize,
    /// The path's last segment is an item of that module, not the module itself.
    pub last_is_item: bool,
}

/// The module of the standard library that has an item of this name, loaded or not: `std.gates` for `qft`.
pub type Library = fn(&str) -> Option<&'static str>;
