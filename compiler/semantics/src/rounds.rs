//! The loops around a statement, and what surely comes about in one of their rounds.
//!
//! A statement that always runs in the body of `for i in a..b` runs with `i = a` and with `i = b - 1` wherever it runs at
//! all. What is wrong in one of these two rounds for all sizes is refused; what depends on the sizes is looked at when the
//! function is specialised or run.

use qml_source::Span;
use qml_syntax::ast;

use crate::body::Body;
use crate::hir::{Expr, Iterable, LocalId, Pattern};
use crate::size::Size;

/// More loops than this around a statement are not looked through.
const MAX_DEPTH: usize = 4;

/// A loop whose body runs from its start to its end in each round.
#[derive(Clone, Debug)]
pub(crate) struct Round {
    local: LocalId,
    first: Size,
    last: Size,
    /// What it goes through.
    span: Span,
}

/// A round in which something is wrong.
#[derive(Clone, Debug)]
pub(crate) struct Witness {
    /// The loops with their variables' values: `i = n - 1`.
    pub values: Vec<(Span, String)>,
}

impl Body<'_, '_> {
    /// Runs `check` on what may not run in each round.
    pub fn under_condition<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        let rounds = std::mem::take(&mut self.rounds);
        let result = check(self);
        self.rounds = rounds;
        result
    }

    /// Runs `check` on the body of a `for`.
    pub fn in_rounds<T>(
        &mut self,
        (pattern, iterable, span): (&Pattern, &Iterable, Span),
        block: &ast::Block,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        let Some(round) = self.round(pattern, iterable, span).filter(|_| !may_jump(block)) else {
            return self.under_condition(check);
        };
        self.rounds.push(round);
        let result = check(self);
        self.rounds.pop();
        result
    }

    fn round(&self, pattern: &Pattern, iterable: &Iterable, span: Span) -> Option<Round> {
        let (Pattern::Local(local), Iterable::Range(start, end)) = (pattern, iterable) else { return None };
        let (first, end): (Size, Size) = (self.size(start as &Expr)?, self.size(end as &Expr)?);
        if end.sub(&first)?.as_constant().is_some_and(|count| count <= 0) {
            return None;
        }
        let last = end.sub(&Size::constant(1))?;
        Some(Round { local: *local, first, last, span })
    }

    /// A round of the loops around in which `is_wrong` holds of these sizes; one without values if it always holds.
    pub fn witness(&self, sizes: &[Size], is_wrong: &dyn Fn(&[Size]) -> bool) -> Option<Witness> {
        let depth = self.rounds.len().saturating_sub(MAX_DEPTH);
        self.witness_from(self.rounds.len(), depth, sizes, is_wrong)
    }

    /// The same, with the variables of the loops from `level` on replaced already.
    fn witness_from(
        &self,
        level: usize,
        least: usize,
        sizes: &[Size],
        is_wrong: &dyn Fn(&[Size]) -> bool,
    ) -> Option<Witness> {
        if is_wrong(sizes) {
            return Some(Witness { values: Vec::new() });
        }
        let level = level.checked_sub(1).filter(|&level| level >= least)?;
        let round = &self.rounds[level];
        let mentions = |size: &Size| size.mentions(&|local| local == round.local);
        // Whether the inner loops run may depend on this variable.
        let is_bound =
            self.rounds[level + 1..].iter().any(|inner| mentions(&inner.first) || mentions(&inner.last));
        if !is_bound && sizes.iter().any(mentions) {
            for value in [&round.first, &round.last] {
                let put = |local| Some(if local == round.local { value.clone() } else { Size::local(local) });
                let replaced: Option<Vec<Size>> = sizes.iter().map(|size| size.substitute(&put)).collect();
                let found = replaced.and_then(|sizes| self.witness_from(level, least, &sizes, is_wrong));
                if let Some(mut witness) = found {
                    let shown = value.show(&|local| self.local(local).name.text.clone());
                    let name = &self.local(round.local).name.text;
                    witness.values.insert(0, (round.span, format!("in the round {name} = {shown}")));
                    return Some(witness);
                }
            }
        }
        self.witness_from(level, least, sizes, is_wrong)
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
