//! The path to a statement: what sizes, `where`, and the loops and conditions around it tell of the variables there.

use qml_source::Span;
use qml_syntax::ast;

use crate::body::Body;
use crate::hir::{Expr, Iterable, LocalId, Pattern, Type};
use crate::prover::{Cases, Facts};
use crate::size::Size;

mod condition;
mod round;

pub(crate) use condition::cases_of;
pub(crate) use round::{Fault, Round, Rounds};

/// No statement that a person wrote has more around it.
const MAX_FACTS: usize = 60;

/// What is known at a statement.
#[derive(Clone, Debug, Default)]
pub(crate) struct Path {
    /// What holds whenever the statement runs.
    pub facts: Facts,
    /// The loops around the statement, outermost first, as far as it runs in each of their rounds.
    pub rounds: Vec<Round>,
    /// The variables of all loops over ranges around the statement.
    pub counters: Vec<LocalId>,
}

impl Path {
    /// Whether no further fact is kept.
    fn is_full(&self) -> bool {
        self.facts.all.len() + self.facts.one_of.len() >= MAX_FACTS
    }
}

impl Body<'_, '_> {
    /// Runs `check` on what may not run, on a condition that nothing is known of.
    pub fn under_condition<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let rounds = std::mem::take(&mut self.path.rounds);
        let result = check(self);
        self.path.rounds = rounds;
        result
    }

    /// Runs `check` on what runs if the condition has this value.
    pub fn if_it_is<T>(&mut self, condition: &Expr, value: bool, check: impl FnOnce(&mut Self) -> T) -> T {
        self.with_facts(|body| {
            body.suppose(condition, value);
            check(body)
        })
    }

    /// Runs `check`; what it assumes is forgotten.
    pub fn with_facts<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let (n_all, n_cases) = (self.path.facts.all.len(), self.path.facts.one_of.len());
        let rounds = self.path.rounds.clone();
        let result = check(self);
        self.path.facts.all.truncate(n_all);
        self.path.facts.one_of.truncate(n_cases);
        self.path.rounds = rounds;
        result
    }

    /// Notes that from here on the condition has this value.
    pub fn suppose(&mut self, condition: &Expr, value: bool) {
        let known = cases_of(condition, value, &|expr| self.size(expr));
        self.assume(known.cases);
        if !known.is_all {
            self.path.rounds.clear();
        }
    }

    /// Notes that one of these cases holds from here on. Where there are too many facts already, nothing is known of
    /// rounds either: this one may keep the statement from running in some.
    pub fn assume(&mut self, cases: Cases) {
        if self.path.is_full() {
            self.path.rounds.clear();
        } else {
            self.path.facts.assume(cases);
        }
    }

    /// Notes that a size is at least 0 from here on.
    pub fn assume_size(&mut self, size: &Size) {
        if size.as_constant().is_none() && !self.path.facts.all.contains(size) {
            self.assume(vec![vec![size.clone()]]);
        }
    }

    /// Runs `check` on the body of a `for`.
    pub fn in_rounds<T>(
        &mut self,
        (pattern, iterable, span): (&Pattern, &Iterable, Span),
        block: &ast::Block,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let Some((first, last)) = self.bounds(iterable) else { return self.under_condition(check) };
        self.with_facts(|body| {
            let n_counters = body.path.counters.len();
            let place = match pattern {
                Pattern::Local(local) => {
                    body.path.counters.push(*local);
                    let counter = Size::local(*local);
                    body.assume(vec![counter.sub(&first).into_iter().chain(last.sub(&counter)).collect()]);
                    Some(*local)
                }
                _ => {
                    body.assume(vec![last.sub(&first).into_iter().collect()]);
                    None
                }
            };
            let result = if may_jump(block) || body.path.is_full() {
                body.under_condition(check)
            } else {
                body.path.rounds.extend(place.map(|local| Round { local, first, last, span }));
                check(body)
            };
            body.path.counters.truncate(n_counters);
            result
        })
    }

    /// The first and the last value of a range.
    fn bounds(&self, iterable: &Iterable) -> Option<(Size, Size)> {
        let Iterable::Range(start, end) = iterable else { return None };
        Some((self.size(start)?, self.size(end)?.sub(&Size::constant(1))?))
    }

    /// Whether a variable takes all ints that satisfy the facts: a size, an int parameter or a counter.
    pub fn is_free(&self, local: LocalId) -> bool {
        self.path.counters.contains(&local)
            || self.facts(local).is_parameter && self.local(local).ty == Type::Int
    }
}

/// Whether a block always ends in a jump out of it.
pub(crate) fn leaves(block: &ast::Block) -> bool {
    block.statements.last().is_some_and(jumps)
}

/// Whether nothing behind the statement is run, whatever happens in it: it jumps, or all its branches do.
pub(crate) fn jumps(statement: &ast::Stmt) -> bool {
    match &statement.kind {
        ast::StmtKind::Break | ast::StmtKind::Continue | ast::StmtKind::Return(_) => true,
        ast::StmtKind::If(branch) => {
            let mut branch = branch;
            while leaves(&branch.then) {
                match &branch.otherwise {
                    Some(ast::Else::If(next)) => branch = next,
                    Some(ast::Else::Block(block)) => return leaves(block),
                    None => return false,
                }
            }
            false
        }
        _ => false,
    }
}

/// Whether a jump in the block may keep a round, or what follows in it, from running.
fn may_jump(block: &ast::Block) -> bool {
    block.statements.iter().any(|statement| match &statement.kind {
        ast::StmtKind::Break | ast::StmtKind::Continue | ast::StmtKind::Return(_) => true,
        ast::StmtKind::If(branch) => {
            let mut branch = branch;
            loop {
                if may_jump(&branch.then) {
                    return true;
                }
                match &branch.otherwise {
                    Some(ast::Else::If(next)) => branch = next,
                    Some(ast::Else::Block(block)) => return may_jump(block),
                    None => return false,
                }
            }
        }
        ast::StmtKind::For { body, .. } | ast::StmtKind::While { body, .. } => may_jump(body),
        ast::StmtKind::Modified { body: ast::ModifiedBody::Block(block), .. } => may_jump(block),
        ast::StmtKind::Modified { body: ast::ModifiedBody::Within(within), .. }
        | ast::StmtKind::Within(within) => may_jump(&within.within) || may_jump(&within.apply),
        _ => false,
    })
}
