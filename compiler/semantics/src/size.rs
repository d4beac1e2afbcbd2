//! Sizes: integer polynomials over the sizes and immutable int parameters of a function, in a normal form.

use std::collections::BTreeMap;

use crate::hir::LocalId;

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
}
