//! What is known of outcomes in a branch: that its condition holds, or that it doesn't.
//!
//! `if a or b { } else { ... }` knows in its second block that both are false, and so does a round of a loop that was not
//! left in the rounds before. Without this, a variable that says whether a loop was left stays a formula that grows
//! with every round.

use std::borrow::Cow;

use qml_prelude::Value;
use rustc_hash::FxHashMap;

use super::value::{Abstract, Grid};
use crate::circuit::condition::{and, not, or, xor};
use crate::circuit::{Bit, BitExpr};

/// Facts about outcomes, those of inner branches last.
#[derive(Debug, Default)]
pub(super) struct Seen {
    bits: FxHashMap<Bit, bool>,
    /// Facts in the order in which they were assumed; those on single bits are in `bits` too.
    facts: Vec<(BitExpr, bool)>,
}

impl Seen {
    /// Assumes that a condition has this value; gives what [`Self::forget`] takes.
    pub(super) fn assume(&mut self, condition: &BitExpr, holds: bool) -> usize {
        let before = self.facts.len();
        self.add(&self.outcome(condition), holds);
        before
    }

    /// Forgets what was assumed since.
    pub(super) fn forget(&mut self, before: usize) {
        for (fact, _) in self.facts.drain(before..) {
            if let BitExpr::Bit(bit) = fact {
                self.bits.remove(&bit);
            }
        }
    }

    fn add(&mut self, condition: &BitExpr, holds: bool) {
        match (condition, holds) {
            (BitExpr::Const(_), _) => {}
            (BitExpr::Not(a), _) => self.add(a, !holds),
            (BitExpr::And(a, b), true) | (BitExpr::Or(a, b), false) => {
                self.add(a, holds);
                self.add(b, holds);
            }
            (BitExpr::Bit(bit), _) => {
                self.bits.insert(*bit, holds);
                self.facts.push((condition.clone(), holds));
            }
            _ => self.facts.push((condition.clone(), holds)),
        }
    }

    /// That this point is reached.
    pub(super) fn condition(&self) -> BitExpr {
        let all =
            self.facts.iter().map(|(fact, holds)| if *holds { fact.clone() } else { not(fact.clone()) });
        all.fold(BitExpr::Const(true), and)
    }

    /// A condition as far as it isn't known.
    pub(super) fn outcome(&self, outcome: &BitExpr) -> BitExpr {
        if self.facts.is_empty() {
            return outcome.clone();
        }
        match outcome {
            BitExpr::Const(_) => outcome.clone(),
            BitExpr::Bit(bit) => {
                self.bits.get(bit).map_or_else(|| outcome.clone(), |&bit| BitExpr::Const(bit))
            }
            BitExpr::Not(a) => not(self.outcome(a)),
            _ => {
                let is_composite = |fact: &BitExpr| !matches!(fact, BitExpr::Bit(_));
                if let Some((_, holds)) =
                    self.facts.iter().find(|(fact, _)| is_composite(fact) && fact == outcome)
                {
                    return BitExpr::Const(*holds);
                }
                match outcome {
                    BitExpr::And(a, b) => and(self.outcome(a), self.outcome(b)),
                    BitExpr::Or(a, b) => or(self.outcome(a), self.outcome(b)),
                    BitExpr::Xor(a, b) => xor(self.outcome(a), self.outcome(b)),
                    other => other.clone(),
                }
            }
        }
    }

    /// A value as far as it isn't known.
    pub(super) fn value<'v>(&self, value: &'v Abstract) -> Cow<'v, Abstract> {
        if self.facts.is_empty() || !depends_on_outcomes(value) {
            return Cow::Borrowed(value);
        }
        let all = |items: &[Abstract]| items.iter().map(|item| self.value(item).into_owned()).collect();
        Cow::Owned(match value {
            Abstract::Outcome(outcome) => Abstract::outcome(self.outcome(outcome)),
            Abstract::Number(cases) => {
                let cases = cases.iter().map(|(holds, value)| (self.outcome(holds), *value));
                let mut cases: Vec<_> = cases.filter(|(holds, _)| *holds != BitExpr::Const(false)).collect();
                if cases.is_empty() {
                    // What is known contradicts itself: this point is never reached.
                    return Cow::Borrowed(value);
                }
                // Exactly one of the conditions holds.
                match cases.iter().position(|(holds, _)| *holds == BitExpr::Const(true)) {
                    Some(position) => Abstract::Known(Value::Int(cases[position].1)),
                    None if cases.len() == 1 => Abstract::Known(Value::Int(cases.remove(0).1)),
                    None => Abstract::Number(cases.into()),
                }
            }
            Abstract::Grid(grid) => {
                Grid { shape: grid.shape.clone(), items: all(&grid.items) }.into_abstract()
            }
            Abstract::Tuple(parts) => Abstract::tuple(all(parts)),
            Abstract::List(items) => Abstract::list(all(items)),
            other => other.clone(),
        })
    }
}

/// Whether a value has to do with outcomes.
fn depends_on_outcomes(value: &Abstract) -> bool {
    match value {
        Abstract::Outcome(_) | Abstract::Number(_) => true,
        Abstract::Grid(grid) => grid.items.iter().any(depends_on_outcomes),
        Abstract::Tuple(parts) => parts.iter().any(depends_on_outcomes),
        Abstract::List(items) => items.iter().any(depends_on_outcomes),
        Abstract::Known(_) | Abstract::Float(_) | Abstract::Observable(_) | Abstract::Qubits(_) => false,
    }
}
