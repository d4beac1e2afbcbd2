//! How many elements of tensors of floats compare in one way.

use qml_ir::host::Type;

use crate::slot::Slot;

/// A comparison of a tensor of floats with another one, or with a number.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Relation {
    sign: Sign,
    is_with_number: bool,
}

/// What a comparison asks; machine code passes its number.
#[repr(u64)]
#[derive(Clone, Copy, Debug)]
pub(super) enum Sign {
    Equal,
    NotEqual,
    Less,
    LessOrEqual,
    Greater,
    GreaterOrEqual,
}

impl Relation {
    /// That of a row with arguments of these types.
    pub fn of(row: &str, args: &[&Type]) -> Option<Self> {
        let sign = match row {
            "op.eq" => Sign::Equal,
            "op.ne" => Sign::NotEqual,
            "op.lt" => Sign::Less,
            "op.le" => Sign::LessOrEqual,
            "op.gt" => Sign::Greater,
            "op.ge" => Sign::GreaterOrEqual,
            _ => return None,
        };
        let is_floats = |ty: &Type| matches!(ty, Type::Tensor(element, _) if **element == Type::Float);
        match args {
            [x, y] if is_floats(x) && is_floats(y) => Some(Self { sign, is_with_number: false }),
            [x, Type::Float] if is_floats(x) => Some(Self { sign, is_with_number: true }),
            _ => None,
        }
    }

    /// Whether the second operand is a number.
    pub fn is_with_number(self) -> bool {
        self.is_with_number
    }

    /// The first argument of [`count`] and [`count_with`].
    pub fn code(self) -> i64 {
        self.sign as i64
    }
}

/// How many elements of `x` compare so with those of `y`; -1 if they don't lie in order, or if the shapes differ.
pub(super) extern "C" fn count(sign: Sign, x: &Slot, y: &Slot) -> i64 {
    match (x.floats(), y.floats()) {
        (Some(a), Some(b)) if x.has_shape_of(y) => counted(sign, a.iter().copied().zip(b.iter().copied())),
        _ => -1,
    }
}

/// How many elements of `x` compare so with a number; -1 if they don't lie in order.
pub(super) extern "C" fn count_with(sign: Sign, x: &Slot, y: f64) -> i64 {
    x.floats().map_or(-1, |floats| counted(sign, floats.iter().map(|&x| (x, y))))
}

fn counted(sign: Sign, pairs: impl Iterator<Item = (f64, f64)>) -> i64 {
    fn n(pairs: impl Iterator<Item = (f64, f64)>, holds: impl Fn(f64, f64) -> bool) -> i64 {
        pairs.map(|(x, y)| i64::from(holds(x, y))).sum()
    }
    match sign {
        Sign::Equal => n(pairs, |x, y| x == y),
        Sign::NotEqual => n(pairs, |x, y| x != y),
        Sign::Less => n(pairs, |x, y| x < y),
        Sign::LessOrEqual => n(pairs, |x, y| x <= y),
        Sign::Greater => n(pairs, |x, y| x > y),
        Sign::GreaterOrEqual => n(pairs, |x, y| x >= y),
    }
}
