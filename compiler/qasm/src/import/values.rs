//! What variables hold, and bits that were assigned: words of conditions on measured bits, lowest bit first.
//!
//! The circuit has no variables: a value is what it was computed from. After a branch it is one or the other, by the
//! branch's condition. Where a bit is measured again whose last outcome is still part of a value, the new outcome goes to
//! a bit of its own.

use std::collections::BTreeMap;

use qml_ir::circuit::condition::choose;
use qml_ir::circuit::{Bit, BitExpr};

use super::classical::size;

/// A number by its bits, lowest first.
pub type Word = Vec<BitExpr>;

/// The values at a point of the file.
#[derive(Clone, Debug, Default)]
pub struct Values {
    /// Of variables by their number; none before the first assignment, nor where it is lost after a branch.
    variables: Vec<Option<Word>>,
    /// Of bits that hold something else than their own outcome; none where it is lost.
    assigned: BTreeMap<Bit, Option<BitExpr>>,
}

impl Values {
    /// A new variable.
    pub fn add(&mut self, value: Option<Word>) -> usize {
        self.variables.push(value);
        self.variables.len() - 1
    }

    /// What a variable holds.
    pub fn variable(&self, variable: usize) -> Option<&Word> {
        self.variables[variable].as_ref()
    }

    /// Gives a variable a value.
    pub fn set(&mut self, variable: usize, value: Word) {
        self.variables[variable] = Some(value);
    }

    /// What a bit holds.
    pub fn bit(&self, bit: Bit) -> Option<BitExpr> {
        self.assigned.get(&bit).map_or(Some(BitExpr::Bit(bit)), Clone::clone)
    }

    /// Gives a bit a value that is no outcome.
    pub fn set_bit(&mut self, bit: Bit, value: BitExpr) {
        self.assigned.insert(bit, Some(value));
    }

    /// A bit holds its own outcome.
    pub fn forget(&mut self, bit: Bit) {
        self.assigned.remove(&bit);
    }

    /// Whether a value was computed from the outcome of a bit.
    pub fn is_read(&self, bit: Bit) -> bool {
        let of_others = self.assigned.iter().filter(|(other, _)| **other != bit);
        let mut all = self
            .variables
            .iter()
            .flatten()
            .flatten()
            .chain(of_others.filter_map(|(_, value)| value.as_ref()));
        all.any(|value| reads(value, &[bit]))
    }

    /// How many operators they have.
    pub fn size(&self) -> usize {
        let words = self.variables.iter().flatten().flatten();
        words.chain(self.assigned.values().flatten()).map(size).sum()
    }

    /// The values after a branch, from those at the ends of its sides. Where they differ they are lost if bits of the
    /// condition were measured on the way.
    pub fn after_branch(condition: &BitExpr, then: &Self, otherwise: &Self, measured: &[Bit]) -> Self {
        let is_lost = reads(condition, measured);
        let choose = |a: &BitExpr, b: &BitExpr| choose(condition, a.clone(), b.clone());
        let word = |a: &Option<Word>, b: &Option<Word>| match (a, b) {
            (a, b) if a == b => a.clone(),
            (Some(a), Some(b)) if !is_lost => Some(padded(a, b).map(|(a, b)| choose(&a, &b)).collect()),
            _ => None,
        };
        let variables = then.variables.iter().zip(&otherwise.variables);
        let mut after = Self { variables: variables.map(|(a, b)| word(a, b)).collect(), ..Self::default() };
        for &bit in then.assigned.keys().chain(otherwise.assigned.keys()) {
            let value = match (then.bit(bit), otherwise.bit(bit)) {
                (a, b) if a == b => a,
                (Some(a), Some(b)) if !is_lost => Some(choose(&a, &b)),
                _ => None,
            };
            if value != Some(BitExpr::Bit(bit)) {
                after.assigned.insert(bit, value);
            }
        }
        after
    }
}

/// Both words at the length of the longer one.
pub fn padded<'a>(a: &'a [BitExpr], b: &'a [BitExpr]) -> impl Iterator<Item = (BitExpr, BitExpr)> + 'a {
    let at = |word: &[BitExpr], i: usize| word.get(i).cloned().unwrap_or(BitExpr::Const(false));
    (0..a.len().max(b.len())).map(move |i| (at(a, i), at(b, i)))
}

/// Whether a condition reads one of these bits.
fn reads(condition: &BitExpr, bits: &[Bit]) -> bool {
    let mut is_read = false;
    condition.each_bit(&mut |bit| is_read |= bits.contains(&bit));
    is_read
}
