//! What ints can be: where their sums and products fit, nobody looks whether they overflow.

use qml_ir::host::{BinaryOp, ValueId};

use super::function::Translator;

/// The smallest and the largest of the numbers that an int can be.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Range {
    pub low: i64,
    pub high: i64,
}

impl Range {
    /// Of a length, or of the counter of a loop from zero.
    pub const COUNT: Self = Self { low: 0, high: i64::MAX - 1 };

    /// Of any int.
    const ALL: Self = Self { low: i64::MIN, high: i64::MAX };
    /// Of ints of 32 bits without sign.
    pub const HALF: Self = Self { low: 0, high: u32::MAX as i64 };

    pub fn is_within(self, other: Self) -> bool {
        other.low <= self.low && self.high <= other.high
    }

    /// The range of a sum, difference or product, if it fits; of a quotient or remainder of a divisor that is larger than zero.
    fn of(operator: BinaryOp, a: Self, b: Self) -> Option<Self> {
        let products = || [a.low, a.high].map(|x| [b.low, b.high].map(|y| i128::from(x) * i128::from(y)));
        let wide = |x: i64, y: i64| i128::from(x) + i128::from(y);
        let (low, high) = match operator {
            BinaryOp::Add => (wide(a.low, b.low), wide(a.high, b.high)),
            BinaryOp::Sub => (i128::from(a.low) - i128::from(b.high), i128::from(a.high) - i128::from(b.low)),
            BinaryOp::Mul => {
                let products = products();
                let all = products.iter().flatten().copied();
                (all.clone().min()?, all.max()?)
            }
            BinaryOp::DivFloor if b.low > 0 => {
                let quotient = |x: i64| [b.low, b.high].map(|y| i128::from(x.div_euclid(y)));
                (quotient(a.low).into_iter().min()?, quotient(a.high).into_iter().max()?)
            }
            BinaryOp::Mod if b.low > 0 => (0, i128::from(b.high) - 1),
            _ => return None,
        };
        Some(Self { low: i64::try_from(low).ok()?, high: i64::try_from(high).ok()? })
    }
}

impl Translator<'_, '_> {
    /// What an int can be, if something is known of it.
    pub(super) fn range(&self, value: ValueId) -> Option<Range> {
        let constant = || self.constant_int(self.word(value)).map(|x| Range { low: x, high: x });
        self.ranges.get(&value).copied().or_else(constant)
    }

    /// Whether it is known that the result of an operation fits; then its range is known from here on.
    pub(super) fn fits(&mut self, operator: BinaryOp, args: &[ValueId], result: ValueId) -> bool {
        let [a, b] = [0, 1].map(|i| self.range(args[i]).unwrap_or(Range::ALL));
        let range = Range::of(operator, a, b);
        match range {
            Some(range) => _ = self.ranges.insert(result, range),
            // What was known in other rounds.
            None => _ = self.ranges.remove(&result),
        }
        range.is_some()
    }
}
