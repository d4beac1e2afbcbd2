//! A prover for facts about integers: what no values of sizes, loop variables and int parameters can satisfy, for all of
//! them at once.
//!
//! A *constraint* is a [`Size`] that is at least 0. A question is whether some constraints contradict each other. Two
//! slices `a..b` and `c..d` of a register are disjoint if `b > c`, `d > a`, `b > a` and `d > c` contradict what is known of
//! the variables; an index `i` is in range if each of `i < 0` and `i >= n` does.
//!
//! The method has three steps.
//!
//! 1. *Cases.* A known disjunction (`i != j`) is split into its cases; each has to be contradictory.
//! 2. *Quotients* ([`quotient`]). `a % m` and `div(a, m)` are described by `a = m * q + r`, `0 <= r < m`: linear if `m` is a
//!    number. Else, `q` is bounded by numbers with the help of what is known (from `0 <= i < n` follows that `i + 1` is
//!    between `0 * n` and `2 * n`), and each value of `q` is a case.
//! 3. *Elimination* ([`eliminate`]). What is left are linear constraints over monomials; Fourier-Motzkin elimination with
//!    rounding finds a contradiction.
//!
//! It is sound: what is called contradictory has no solution in the integers. It is not complete: solutions in the
//! rationals that rounding doesn't exclude are taken for possible; a product of two variables is a variable of its own,
//! of which only products of two constraints tell something; and each step is bounded in effort. What it can't decide is
//! looked at by the specialiser, with numbers for all sizes.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::rc::Rc;

use crate::hir::LocalId;
use crate::size::{Atom, Size, SizeOp};

mod eliminate;
mod quotient;
pub mod search;
#[cfg(test)]
mod tests;

/// More splits than this are not followed for one question.
const MAX_SPLITS: usize = 200;

/// Nor more constraints than this, once for each split, for all questions on one function: what is left is looked at by
/// the specialiser.
const MAX_EFFORT: usize = 50_000;

/// A disjunction of conjunctions of constraints.
pub type Cases = Vec<Vec<Size>>;

/// What is known of some variables.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// Constraints that hold.
    pub all: Vec<Size>,
    /// Of each of these, one case holds.
    pub one_of: Vec<Cases>,
    /// The constraints looked at so far, also by facts that were these before something was added.
    effort: Rc<Cell<usize>>,
}

impl Facts {
    /// Other facts in the place of these, with the effort that is left for them.
    pub fn replaced(&self, all: Vec<Size>, one_of: Vec<Cases>) -> Self {
        Self { all, one_of, effort: Rc::clone(&self.effort) }
    }

    /// Adds one more: that some case holds.
    pub fn assume(&mut self, mut cases: Cases) {
        match cases.len() {
            1 => self.all.append(&mut cases[0]),
            _ if cases.iter().any(Vec::is_empty) => {}
            _ => self.one_of.push(cases),
        }
    }

    /// Whether no integers satisfy both what is known and `more`. `false` says nothing.
    pub fn contradict(&self, more: &[Size]) -> bool {
        if more.iter().any(|size| self.deny(size)) {
            return true;
        }
        let (mut system, splits) = self.about(more);
        let mut atoms = BTreeSet::new();
        system.iter().chain(splits.iter().flatten().flatten()).for_each(|size| operations(size, &mut atoms));
        // Inner operations come before those that they are operands of.
        let mut atoms: Vec<Atom> = atoms.into_iter().collect();
        atoms.sort_by_key(depth);
        system.extend(atoms.iter().filter_map(power_bound));
        let quotients = quotient::all(&atoms);
        let left = MAX_EFFORT.saturating_sub(self.effort.get()) / system.len().max(1);
        let most = left.min(MAX_SPLITS);
        let mut budget = most;
        let is_refuted = most > 0 && refute(&system, &splits, &quotients, &mut budget);
        self.effort.set(self.effort.get() + (most - budget + 1) * system.len());
        is_refuted
    }

    /// Whether one fact alone contradicts a constraint: the most frequent case.
    fn deny(&self, size: &Size) -> bool {
        let is_below =
            |sum: Option<Size>| sum.and_then(|sum| sum.as_constant()).is_some_and(|value| value < 0);
        is_below(Some(size.clone())) || self.all.iter().any(|fact| is_below(fact.add(size)))
    }

    /// What is known of the variables of some constraints, together with them: facts on other variables are left out.
    fn about(&self, more: &[Size]) -> (Vec<Size>, Vec<Cases>) {
        let mut variables = BTreeSet::new();
        more.iter().for_each(|size| size.collect_locals(&mut variables));
        let mut known: Vec<_> =
            self.all.iter().map(|size| (locals(std::slice::from_ref(size)), size)).collect();
        let mut splits: Vec<_> = self.one_of.iter().map(|cases| (locals_of_cases(cases), cases)).collect();
        let (mut system, mut chosen) = (more.to_vec(), Vec::new());
        loop {
            let before = variables.len() + system.len() + chosen.len();
            let mut reached = near(&mut known, &variables, |size: &Size| system.push(size.clone()));
            reached.extend(near(&mut splits, &variables, |cases: &Cases| chosen.push(cases.clone())));
            variables.extend(reached);
            if variables.len() + system.len() + chosen.len() == before {
                return (system, chosen);
            }
        }
    }
}

/// Takes those of some facts that have a variable in common with `variables`; gives all of their variables.
fn near<T>(
    facts: &mut Vec<(BTreeSet<LocalId>, &T)>,
    variables: &BTreeSet<LocalId>,
    mut take: impl FnMut(&T),
) -> BTreeSet<LocalId> {
    let mut reached = BTreeSet::new();
    facts.retain(|(locals, fact)| {
        let is_far = locals.is_disjoint(variables);
        if !is_far {
            take(fact);
            reached.extend(locals.iter().copied());
        }
        is_far
    });
    reached
}

/// The constraint that holds exactly where this one doesn't: `-size - 1 >= 0`.
pub fn opposite(size: &Size) -> Option<Size> {
    size.scale(-1)?.sub(&Size::constant(1))
}

fn refute(system: &[Size], splits: &[Cases], quotients: &[quotient::Quotient], budget: &mut usize) -> bool {
    if eliminate::has_no_solution(system) {
        return true;
    }
    let mut each = |cases: &[Vec<Size>], splits: &[Cases], quotients: &[quotient::Quotient]| {
        cases.iter().all(|case| {
            *budget = budget.saturating_sub(1);
            *budget > 0 && refute(&[system, case].concat(), splits, quotients, budget)
        })
    };
    match (splits, quotients) {
        ([cases, rest @ ..], _) => each(cases, rest, quotients),
        ([], [quotient, rest @ ..]) => each(&quotient.cases(system), &[], rest),
        ([], []) => false,
    }
}

fn locals(sizes: &[Size]) -> BTreeSet<LocalId> {
    let mut locals = BTreeSet::new();
    sizes.iter().for_each(|size| size.collect_locals(&mut locals));
    locals
}

fn locals_of_cases(cases: &Cases) -> BTreeSet<LocalId> {
    cases.iter().flat_map(|case| locals(case)).collect()
}

/// All operations in a size, also inside of others.
fn operations(size: &Size, found: &mut BTreeSet<Atom>) {
    for atom in size.terms.keys().flatten() {
        if let Atom::Operation(_, left, right) = atom {
            operations(left, found);
            operations(right, found);
            found.insert(atom.clone());
        }
    }
}

fn depth(atom: &Atom) -> usize {
    let of = |size: &Size| size.terms.keys().flatten().map(depth).max().unwrap_or(0);
    match atom {
        Atom::Local(_) => 0,
        Atom::Operation(_, left, right) => 1 + of(left).max(of(right)),
    }
}

/// `b ** e > e` for `b >= 2`: an exponent of ints is at least 0.
fn power_bound(atom: &Atom) -> Option<Size> {
    let Atom::Operation(SizeOp::Pow, base, exponent) = atom else { return None };
    let is_large = base.as_constant().is_some_and(|base| base >= 2);
    let power = Size { terms: [(vec![atom.clone()], 1)].into() };
    is_large.then(|| power.sub(exponent)?.sub(&Size::constant(1)))?
}
