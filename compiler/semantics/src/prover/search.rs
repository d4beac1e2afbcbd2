//! The search for small integers that satisfy constraints: a witness, told to the user.

use super::Facts;
use crate::hir::LocalId;
use crate::size::Size;
use std::collections::{BTreeMap, BTreeSet};

/// The values that are tried for each variable.
const VALUES: std::ops::RangeInclusive<i64> = -1..=8;
/// How many assignments are looked at.
const MAX_STEPS: usize = 20_000;

/// Values of variables.
pub type Values = BTreeMap<LocalId, i64>;

/// The least values, in the order of the variables, that satisfy all facts and `more`, if there are such among small
/// numbers.
pub fn search(facts: &Facts, more: &[Size]) -> Option<Values> {
    let mut variables = BTreeSet::new();
    facts.all.iter().chain(more).for_each(|size| size.collect_locals(&mut variables));
    facts.one_of.iter().flatten().flatten().for_each(|size| size.collect_locals(&mut variables));
    let variables: Vec<LocalId> = variables.into_iter().collect();
    let mut search = Search { facts, more, variables, values: Values::new(), n_steps: 0 };
    search.from(0).then_some(search.values)
}

struct Search<'f> {
    facts: &'f Facts,
    more: &'f [Size],
    variables: Vec<LocalId>,
    values: Values,
    n_steps: usize,
}

impl Search<'_> {
    fn from(&mut self, position: usize) -> bool {
        if !self.may_hold(position == self.variables.len()) {
            return false;
        }
        let Some(&variable) = self.variables.get(position) else { return true };
        for value in VALUES {
            self.n_steps += 1;
            if self.n_steps > MAX_STEPS {
                break;
            }
            self.values.insert(variable, value);
            if self.from(position + 1) {
                return true;
            }
        }
        self.values.remove(&variable);
        false
    }

    /// Whether the constraints whose variables all have values hold. In the end each of them has to have a value.
    fn may_hold(&self, is_end: bool) -> bool {
        let holds = |size: &Size| match size.evaluate(&|local| self.values.get(&local).copied()) {
            Some(value) => value >= 0,
            None => !is_end,
        };
        self.facts.all.iter().chain(self.more).all(holds)
            && self.facts.one_of.iter().all(|cases| cases.iter().any(|case| case.iter().all(holds)))
    }
}
