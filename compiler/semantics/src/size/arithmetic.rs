//! Arithmetic of sizes. `None` where a number leaves 64 bits, a division is by zero, or a polynomial gets out of hand.

use super::{Atom, Size, SizeOp};
use crate::hir::LocalId;

/// More terms than a size that a person wrote.
const MAX_TERMS: usize = 256;

impl Size {
    /// The sum.
    pub fn add(&self, other: &Self) -> Option<Self> {
        let mut sum = self.clone();
        for (monomial, coefficient) in &other.terms {
            sum.add_term(monomial.clone(), *coefficient)?;
        }
        Some(sum)
    }

    /// The difference.
    pub fn sub(&self, other: &Self) -> Option<Self> {
        self.add(&other.scale(-1)?)
    }

    /// A multiple.
    pub fn scale(&self, factor: i64) -> Option<Self> {
        self.mul(&Self::constant(factor))
    }

    /// The product.
    pub fn mul(&self, other: &Self) -> Option<Self> {
        let mut product = Self::default();
        for (left, a) in &self.terms {
            for (right, b) in &other.terms {
                let mut monomial = [left.as_slice(), right.as_slice()].concat();
                monomial.sort();
                product.add_term(monomial, a.checked_mul(*b)?)?;
            }
        }
        Some(product)
    }

    /// `self ** other`.
    pub fn pow(&self, other: &Self) -> Option<Self> {
        match (self.as_constant(), other.as_constant()) {
            (Some(base), Some(exponent)) => {
                Some(Self::constant(base.checked_pow(u32::try_from(exponent).ok()?)?))
            }
            (None, Some(exponent @ 0..=8)) => {
                (0..exponent).try_fold(Self::constant(1), |power, _| power.mul(self))
            }
            (_, Some(..0)) => None,
            _ => Some(Self::operation(SizeOp::Pow, self, other)),
        }
    }

    /// `div(self, other)`, rounded down.
    pub fn div(&self, other: &Self) -> Option<Self> {
        match (self.as_constant(), other.as_constant()) {
            (_, Some(0)) => None,
            (_, Some(1)) => Some(self.clone()),
            (Some(a), Some(b)) => Some(Self::constant(floor_div(a, b)?)),
            _ => Some(Self::operation(SizeOp::Div, self, other)),
        }
    }

    /// `self % other`, with the sign of `other`.
    pub fn rem(&self, other: &Self) -> Option<Self> {
        match (self.as_constant(), other.as_constant()) {
            (_, Some(0)) => None,
            (_, Some(1)) => Some(Self::default()),
            (Some(a), Some(b)) => Some(Self::constant(a.checked_sub(floor_div(a, b)?.checked_mul(b)?)?)),
            _ => Some(Self::operation(SizeOp::Rem, self, other)),
        }
    }

    /// The size divided by a number, if nothing is left over.
    pub fn exact_div(&self, divisor: i64) -> Option<Self> {
        let mut quotient = Self::default();
        for (monomial, coefficient) in &self.terms {
            if coefficient.checked_rem(divisor)? != 0 {
                return None;
            }
            quotient.terms.insert(monomial.clone(), coefficient.checked_div(divisor)?);
        }
        Some(quotient)
    }

    /// The size with each variable replaced by what `value` gives for it; `None` if that is nothing for one of them.
    pub fn substitute(&self, value: &dyn Fn(LocalId) -> Option<Size>) -> Option<Self> {
        let mut sum = Self::default();
        for (monomial, coefficient) in &self.terms {
            let mut product = Self::constant(*coefficient);
            for atom in monomial {
                let factor = match atom {
                    Atom::Local(local) => value(*local)?,
                    Atom::Operation(operation, left, right) => {
                        let (left, right) = (left.substitute(value)?, right.substitute(value)?);
                        match operation {
                            SizeOp::Pow => left.pow(&right)?,
                            SizeOp::Div => left.div(&right)?,
                            SizeOp::Rem => left.rem(&right)?,
                        }
                    }
                };
                product = product.mul(&factor)?;
            }
            sum = sum.add(&product)?;
        }
        Some(sum)
    }

    /// The value for these values of the variables, if it has one.
    pub fn evaluate(&self, value: &dyn Fn(LocalId) -> Option<i64>) -> Option<i64> {
        self.terms.iter().try_fold(0i64, |sum, (monomial, coefficient)| {
            let product = monomial.iter().try_fold(*coefficient, |product, atom| {
                let factor = match atom {
                    Atom::Local(local) => value(*local)?,
                    Atom::Operation(operation, left, right) => {
                        let (left, right) = (left.evaluate(value)?, right.evaluate(value)?);
                        match operation {
                            SizeOp::Pow => left.checked_pow(u32::try_from(right).ok()?)?,
                            SizeOp::Div => floor_div(left, right)?,
                            SizeOp::Rem => left.checked_sub(floor_div(left, right)?.checked_mul(right)?)?,
                        }
                    }
                };
                product.checked_mul(factor)
            })?;
            sum.checked_add(product)
        })
    }

    fn operation(operation: SizeOp, left: &Self, right: &Self) -> Self {
        let atom = Atom::Operation(operation, Box::new(left.clone()), Box::new(right.clone()));
        Self { terms: [(vec![atom], 1)].into() }
    }

    fn add_term(&mut self, monomial: Vec<Atom>, coefficient: i64) -> Option<()> {
        let sum = self.terms.get(&monomial).copied().unwrap_or(0).checked_add(coefficient)?;
        if sum == 0 {
            self.terms.remove(&monomial);
        } else {
            self.terms.insert(monomial, sum);
        }
        (self.terms.len() <= MAX_TERMS).then_some(())
    }
}

fn floor_div(a: i64, b: i64) -> Option<i64> {
    let quotient = a.checked_div(b)?;
    Some(if a % b != 0 && (a < 0) != (b < 0) { quotient - 1 } else { quotient })
}
