//! Division with remainder: `a = m * q + r` with `0 <= r < m`, as linear constraints.

use super::{Cases, eliminate, opposite};
use crate::size::{Atom, Size, SizeOp};

/// The quotients by something that is no number that are looked at.
const QUOTIENTS: std::ops::Range<i64> = -2..4;

/// `div(a, m)` and `a % m`, as variables.
#[derive(Clone, Debug)]
pub(super) struct Quotient {
    dividend: Size,
    divisor: Size,
    result: Size,
    remainder: Size,
}

/// All divisions among some operations.
pub(super) fn all(operations: &[Atom]) -> Vec<Quotient> {
    let mut quotients: Vec<Quotient> = Vec::new();
    for operation in operations {
        let Atom::Operation(SizeOp::Div | SizeOp::Rem, dividend, divisor) = operation else { continue };
        if quotients.iter().any(|known| known.dividend == **dividend && known.divisor == **divisor) {
            continue;
        }
        let atom = |operation| {
            let atom = Atom::Operation(operation, dividend.clone(), divisor.clone());
            Size { terms: [(vec![atom], 1)].into() }
        };
        quotients.push(Quotient {
            dividend: (**dividend).clone(),
            divisor: (**divisor).clone(),
            result: atom(SizeOp::Div),
            remainder: atom(SizeOp::Rem),
        });
    }
    quotients
}

impl Quotient {
    /// What is known of quotient and remainder, given some constraints: one of these cases.
    pub(super) fn cases(&self, system: &[Size]) -> Cases {
        let nothing = || vec![Vec::new()];
        match self.divisor.as_constant() {
            Some(1..) => self.described(&self.result).map_or_else(nothing, |case| vec![case]),
            Some(_) => nothing(),
            None => self.numbered(system).unwrap_or_else(nothing),
        }
    }

    /// The cases of a divisor that is no number.
    fn numbered(&self, system: &[Size]) -> Option<Cases> {
        let follows = |size: Size| Some(eliminate::has_no_solution(&[system, &[opposite(&size)?]].concat()));
        let one = Size::constant(1);
        if !follows(self.divisor.sub(&one)?)? {
            return None;
        }
        let bounds = || {
            vec![
                vec![Some(self.remainder.clone()), self.below(&self.remainder)]
                    .into_iter()
                    .flatten()
                    .collect(),
            ]
        };
        // a - k m: at least 0 for the least quotient, below 0 for the one after the greatest.
        let rest = |k: i64| self.dividend.sub(&self.divisor.scale(k)?);
        let mut least = None;
        for k in QUOTIENTS {
            if !follows(rest(k)?)? {
                break;
            }
            least = Some(k);
        }
        let Some(least) = least else { return Some(bounds()) };
        for end in least + 1..=QUOTIENTS.end {
            if !follows(opposite(&rest(end)?)?)? {
                continue;
            }
            return (least..end)
                .map(|k| {
                    let k = Size::constant(k);
                    let mut case = self.described(&k)?;
                    case.push(self.result.sub(&k)?);
                    case.push(k.sub(&self.result)?);
                    Some(case)
                })
                .collect();
        }
        Some(bounds())
    }

    /// `a = m * q + r`, `0 <= r < m`.
    fn described(&self, quotient: &Size) -> Option<Vec<Size>> {
        let gap = self.dividend.sub(&self.divisor.mul(quotient)?)?.sub(&self.remainder)?;
        Some(vec![gap.scale(-1)?, gap, self.remainder.clone(), self.below(&self.remainder)?])
    }

    /// `r < m`
    fn below(&self, size: &Size) -> Option<Size> {
        self.divisor.sub(size)?.sub(&Size::constant(1))
    }
}
