//! Sizes: integer polynomials over the sizes and immutable int variables of a function, in a normal form.

use std::collections::{BTreeMap, BTreeSet};

use crate::hir::LocalId;

mod arithmetic;
mod display;
#[cfg(test)]
mod tests;

/// What a size is made of besides numbers.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Atom {
    /// A size or int variable of the function.
    Local(LocalId),
    /// `2 ** n`, `div(a, b)`, `a % b` of sizes, compared by their operands' normal forms.
    Operation(SizeOp, Box<Size>, Box<Size>),
}

/// Operations on sizes that are no polynomial.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum SizeOp {
    /// `a ** b`
    Pow,
    /// `div(a, b)`
    Div,
    /// `a % b`
    Rem,
}

/// A polynomial: for each monomial (atoms in order, repeated as often as they occur) its coefficient, none of them zero.
/// The empty monomial is the constant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Size {
    /// Monomials with their coefficients.
    pub terms: BTreeMap<Vec<Atom>, i64>,
}

impl Size {
    /// A number.
    pub fn constant(value: i64) -> Self {
        let mut size = Self::default();
        if value != 0 {
            size.terms.insert(Vec::new(), value);
        }
        size
    }

    /// A variable.
    pub fn local(local: LocalId) -> Self {
        Self { terms: BTreeMap::from([(vec![Atom::Local(local)], 1)]) }
    }

    /// The number, if it is one.
    pub fn as_constant(&self) -> Option<i64> {
        match self.terms.len() {
            0 => Some(0),
            1 => self.terms.get(&Vec::new()).copied(),
            _ => None,
        }
    }

    /// `(scale, offset)` if the size is `scale * local + offset`, with a scale other than zero.
    pub fn linear_in(&self, local: LocalId) -> Option<(i64, i64)> {
        let scale = *self.terms.get(&vec![Atom::Local(local)])?;
        let offset = self.terms.get(&Vec::new()).copied().unwrap_or(0);
        let n_terms = if offset == 0 { 1 } else { 2 };
        (self.terms.len() == n_terms).then_some((scale, offset))
    }

    /// Whether a variable for which `is_meant` holds occurs.
    pub fn mentions(&self, is_meant: &dyn Fn(LocalId) -> bool) -> bool {
        self.terms.keys().flatten().any(|atom| match atom {
            Atom::Local(local) => is_meant(*local),
            Atom::Operation(_, left, right) => left.mentions(is_meant) || right.mentions(is_meant),
        })
    }

    /// Adds the variables that occur.
    pub fn collect_locals(&self, locals: &mut BTreeSet<LocalId>) {
        for atom in self.terms.keys().flatten() {
            match atom {
                Atom::Local(local) => _ = locals.insert(*local),
                Atom::Operation(_, left, right) => {
                    left.collect_locals(locals);
                    right.collect_locals(locals);
                }
            }
        }
    }
}
