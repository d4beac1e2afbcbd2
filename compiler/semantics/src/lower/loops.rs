//! Loops and comprehensions.

use qml_ir::host::{BinaryOp, FunctionKind, OpKind, Type, ValueId};
use qml_prelude::BuiltinId;
use qml_source::{Span, bug};

use super::body::{Body, Variable};
use super::visit::Exits;
use super::{random, types, visit};
use crate::hir::{self, Block, Callee, Clause, Dim, Expr, ExprKind, Iterable, Pattern};

/// What is run through, evaluated.
pub(super) struct Rows {
    /// The index of the first round, and the one after the last.
    pub start: ValueId,
    pub end: ValueId,
    source: Source,
}

enum Source {
    /// The index itself.
    Range,
    Tensor(ValueId),
    /// Parts that run in step.
    Parallel(Vec<Source>),
}

/// A variable that holds the number of the round.
#[derive(Clone, Copy)]
struct Counter {
    variable: Variable,
    /// Whether the rounds draw random numbers, which its value then tells apart.
    draws: bool,
}

impl Body<'_, '_> {
    /// A `for`. On the host one that may end early is a loop that asks before each round, so that what is left of the rows
    /// costs nothing; in circuits the rounds stay, and do nothing where an outcome has ended the loop.
    pub(super) fn for_stmt(&mut self, pattern: &Pattern, iterable: &Iterable, block: &Block, span: Span) {
        let rows = self.rows(iterable, span);
        let outer = self.enter_loop(block, span);
        let exits = ends_of(block);
        if exits.any() && self.function.kind == FunctionKind::Fn {
            self.for_until_exit(pattern, &rows, exits, block, span);
        } else {
            let carried = self.changed_in_loop(block);
            let draws = random::block_draws(self.context, block);
            self.for_rows(&rows, &carried, draws, span, |body, index| {
                body.round(block, span, |body| body.bind_row(pattern, &rows, index, span));
            });
        }
        self.leave_loop(outer);
    }

    fn for_until_exit(&mut self, pattern: &Pattern, rows: &Rows, exits: Exits, block: &Block, span: Span) {
        let index = self.hidden(rows.start);
        let counter = Counter { variable: index, draws: random::block_draws(self.context, block) };
        let test = |body: &mut Self| {
            let goes_on = body.none_set(exits, span);
            let is_left =
                body.one(OpKind::Binary(BinaryOp::Lt), vec![body.get(index), rows.end], Type::Bool, span);
            body.one(OpKind::Binary(BinaryOp::And), vec![goes_on, is_left], Type::Bool, span)
        };
        self.run_rounds(block, Some(counter), span, test, |body| {
            body.bind_row(pattern, rows, body.get(index), span);
            body.stmts(&block.statements);
        });
    }

    /// A loop over all rows with the variables that it changes.
    pub(super) fn for_rows(
        &mut self,
        rows: &Rows,
        carried: &[Variable],
        draws: bool,
        span: Span,
        round: impl FnOnce(&mut Self, ValueId),
    ) {
        let mut params = vec![Type::Int];
        params.extend(self.types_of(carried));
        let types = self.types_of(carried);
        let mut args = vec![rows.start, rows.end];
        args.extend(self.get_all(carried));
        let region = self.region(params, |body, params| {
            body.set_all(carried, &params[1..]);
            if draws {
                body.enter_round(params[0], span);
            }
            round(body, params[0]);
            body.get_all(carried)
        });
        let results = self.emit(OpKind::For, args, types, vec![region], span);
        self.set_all(carried, &results);
    }

    pub(super) fn while_stmt(&mut self, condition: &Expr, block: &Block, span: Span) {
        let outer = self.enter_loop(block, span);
        let draws = random::block_draws(self.context, block) || random::expr_draws(self.context, condition);
        let counter = draws.then(|| {
            let zero = self.int(0, span);
            Counter { variable: self.hidden(zero), draws }
        });
        let exits = ends_of(block);
        let test = |body: &mut Self| {
            if !exits.any() {
                return body.expr(condition);
            }
            let goes_on = body.none_set(exits, span);
            let asked = body.region(Vec::new(), |body, _| vec![body.expr(condition)]);
            let stopped = body.region(Vec::new(), |body, _| vec![body.bool(false, span)]);
            body.emit(OpKind::If, vec![goes_on], vec![Type::Bool], vec![asked, stopped], span)[0]
        };
        self.run_rounds(block, counter, span, test, |body| body.stmts(&block.statements));
        self.leave_loop(outer);
    }

    /// Rounds while the test says so, with the variables that the block changes and the counter, which each round raises.
    fn run_rounds(
        &mut self,
        block: &Block,
        counter: Option<Counter>,
        span: Span,
        test: impl FnOnce(&mut Self) -> ValueId,
        round: impl FnOnce(&mut Self),
    ) {
        let mut carried = self.changed_in_loop(block);
        carried.extend(counter.map(|counter| counter.variable));
        let types = self.types_of(&carried);
        let enter = |body: &mut Self, params: &[ValueId]| {
            body.set_all(&carried, params);
            if let Some(counter) = counter.filter(|counter| counter.draws) {
                body.enter_round(body.get(counter.variable), span);
            }
        };
        let test = self.region(types.clone(), |body, params| {
            enter(body, params);
            vec![test(body)]
        });
        let round = self.region(types.clone(), |body, params| {
            enter(body, params);
            body.fresh_continue(span);
            round(body);
            if let Some(Counter { variable, .. }) = counter {
                let one = body.int(1, span);
                let next =
                    body.one(OpKind::Binary(BinaryOp::Add), vec![body.get(variable), one], Type::Int, span);
                body.variables[variable] = Some(next);
            }
            body.get_all(&carried)
        });
        let args = self.get_all(&carried);
        let results = self.emit(OpKind::While, args, types, vec![test, round], span);
        self.set_all(&carried, &results);
    }

    /// Makes the flags that the jumps in the body of a loop set.
    fn enter_loop(&mut self, block: &Block, span: Span) -> usize {
        let exits = visit::exits(&block.statements);
        let [broken, continued] = [exits.breaks, exits.continues].map(|is_used| {
            is_used.then(|| {
                let flag = self.bool(false, span);
                self.hidden(flag)
            })
        });
        self.loops.push((broken, continued));
        self.loops.len()
    }

    fn leave_loop(&mut self, depth: usize) {
        debug_assert_eq!(self.loops.len(), depth);
        self.loops.pop();
    }

    /// What the rounds hand on: everything that the body changes; the flag of `continue` is new in each round.
    fn changed_in_loop(&self, block: &Block) -> Vec<Variable> {
        let continued = self.loops.last().and_then(|flags| flags.1);
        let changed = self.changed(&block.statements);
        changed.into_iter().filter(|&variable| Some(variable) != continued).collect()
    }

    /// One round of a `for`: nothing once a flag is set.
    fn round(&mut self, block: &Block, span: Span, bind: impl FnOnce(&mut Self)) {
        self.fresh_continue(span);
        let exits = ends_of(block);
        if !exits.any() {
            bind(self);
            return self.stmts(&block.statements);
        }
        let goes_on = self.none_set(exits, span);
        let changed = self.changed(&block.statements);
        let then = self.region(Vec::new(), |body, _| {
            bind(body);
            body.stmts(&block.statements);
            body.get_all(&changed)
        });
        let otherwise = self.region(Vec::new(), |body, _| body.get_all(&changed));
        let types = self.types_of(&changed);
        let results = self.emit(OpKind::If, vec![goes_on], types, vec![then, otherwise], span);
        self.set_all(&changed, &results);
    }

    fn fresh_continue(&mut self, span: Span) {
        if let Some(flag) = self.loops.last().and_then(|flags| flags.1) {
            let unset = self.bool(false, span);
            self.variables[flag] = Some(unset);
        }
    }

    /// Evaluates what is run through, and checks that parallel parts have one length.
    pub(super) fn rows(&mut self, iterable: &Iterable, span: Span) -> Rows {
        match iterable {
            Iterable::Range(start, end) => {
                let (start, end) = (self.expr(start), self.expr(end));
                Rows { start, end, source: Source::Range }
            }
            Iterable::Sequence(sequence) => {
                let source = self.source(sequence);
                let start = self.int(0, span);
                let end = self.length(&source, sequence.span);
                Rows { start, end, source }
            }
        }
    }

    fn source(&mut self, sequence: &Expr) -> Source {
        // `zip` and `enumerate` needn't be made to be run through, and their parts stay differentiable.
        if let ExprKind::Call(Callee::Builtin(id, _), args) = &sequence.kind {
            if is_row(*id, "zip") {
                return Source::Parallel(args.iter().map(|arg| self.source(arg)).collect());
            }
            if is_row(*id, "enumerate") {
                return Source::Parallel(vec![Source::Range, self.source(&args[0])]);
            }
        }
        if let ExprKind::Tuple(items) = &sequence.kind {
            return Source::Parallel(items.iter().map(|item| self.source(item)).collect());
        }
        let value = self.expr(sequence);
        self.source_of(value, sequence.span)
    }

    fn source_of(&mut self, value: ValueId, span: Span) -> Source {
        match self.ty(value) {
            Type::Tuple(parts) => {
                let parts = (0..parts.len()).map(|index| {
                    let part = self.part(value, index, span);
                    self.source_of(part, span)
                });
                Source::Parallel(parts.collect())
            }
            _ => Source::Tensor(value),
        }
    }

    fn length(&mut self, source: &Source, span: Span) -> ValueId {
        let mut tensors = Vec::new();
        collect_tensors(source, &mut tensors);
        let axis = self.int(0, span);
        let Some((&first, rest)) = tensors.split_first() else { bug!("a sequence without a tensor") };
        let length = self.builtin("op.dim", vec![first, axis], Type::Int, span);
        for &tensor in rest {
            let actual = self.builtin("op.dim", vec![tensor, axis], Type::Int, span);
            let what = self.str("a part of the sequence", span);
            self.builtin("op.shape_check", vec![actual, length, axis, what], Type::Int, span);
        }
        length
    }

    /// Binds the row of this round.
    pub(super) fn bind_row(&mut self, pattern: &Pattern, rows: &Rows, index: ValueId, span: Span) {
        self.bind_source(pattern, &rows.source, index, span);
    }

    fn bind_source(&mut self, pattern: &Pattern, source: &Source, index: ValueId, span: Span) {
        match (pattern, source) {
            (Pattern::Ignore, _) => {}
            (Pattern::Tuple(patterns), Source::Parallel(parts)) => {
                for (pattern, part) in patterns.iter().zip(parts) {
                    self.bind_source(pattern, part, index, span);
                }
            }
            _ => {
                let row = self.row_of(source, index, span);
                self.bind(pattern, row, span);
            }
        }
    }

    fn row_of(&mut self, source: &Source, index: ValueId, span: Span) -> ValueId {
        match source {
            Source::Range => index,
            Source::Tensor(tensor) => self.row(*tensor, index, span),
            Source::Parallel(parts) => {
                let parts = parts.iter().map(|part| self.row_of(part, index, span)).collect();
                self.tuple(parts, span)
            }
        }
    }

    pub(super) fn comprehension(
        &mut self,
        element: &Expr,
        clauses: &[Clause],
        ty: &hir::Type,
        span: Span,
    ) -> ValueId {
        if let [Clause::For(pattern, iterable)] = clauses {
            return self.map(element, pattern, iterable, ty, span);
        }
        let item = types::row_type(&self.host_type(ty));
        let list =
            self.one(OpKind::Builtin(list_row("list.new")), Vec::new(), Type::List(Box::new(item)), span);
        let list = self.hidden(list);
        self.clauses(element, clauses, list, span);
        let host = self.host_type(ty);
        let stacked = self.builtin("list.stack", vec![self.get(list)], host, span);
        self.or_empty(stacked, ty, true, span)
    }

    /// The tensor, with the dimensions of its type even if it has no items; 0 for those that the type doesn't tell.
    /// `is_bare` if it is a vector of floats then, whatever its type.
    pub(super) fn or_empty(&mut self, tensor: ValueId, ty: &hir::Type, is_bare: bool, span: Span) -> ValueId {
        let hir::Type::Tensor(element, dims) = ty else { bug!("{ty:?} is no tensor") };
        let inner = &dims[1..];
        let is_known = inner.iter().any(|dim| matches!(dim, Dim::Size(_)));
        let is_as_made = if is_bare { inner.is_empty() && **element == hir::Type::Float } else { !is_known };
        if is_as_made {
            return tensor;
        }
        let host = self.host_type(ty);
        let element = self.host_type(element);
        let mut args = vec![tensor, self.placeholder(element, span)];
        args.extend(inner.iter().map(|dim| match dim {
            Dim::Size(size) => self.size_here(size, span),
            Dim::Unknown => self.int(0, span),
        }));
        self.builtin("op.or_empty", args, host, span)
    }

    fn map(
        &mut self,
        element: &Expr,
        pattern: &Pattern,
        iterable: &Iterable,
        ty: &hir::Type,
        span: Span,
    ) -> ValueId {
        let rows = self.rows(iterable, span);
        let draws = random::expr_draws(self.context, element);
        let is_range = matches!(rows.source, Source::Range);
        let count = if is_range {
            let zero = self.int(0, span);
            let count = self.one(OpKind::Binary(BinaryOp::Sub), vec![rows.end, rows.start], Type::Int, span);
            self.builtin("maximum", vec![count, zero], Type::Int, span)
        } else {
            rows.end
        };
        let region = self.region(vec![Type::Int], |body, params| {
            if draws {
                body.enter_round(params[0], span);
            }
            let index = if is_range {
                body.one(OpKind::Binary(BinaryOp::Add), vec![rows.start, params[0]], Type::Int, span)
            } else {
                params[0]
            };
            body.bind_row(pattern, &rows, index, span);
            vec![body.expr(element)]
        });
        let host = self.host_type(ty);
        let mapped = self.emit(OpKind::Map, vec![count], vec![host], vec![region], span)[0];
        self.or_empty(mapped, ty, false, span)
    }

    /// The rest of the clauses of a comprehension; items go to the end of the list.
    fn clauses(&mut self, element: &Expr, clauses: &[Clause], list: Variable, span: Span) {
        match clauses {
            [] => {
                let item = self.expr(element);
                let before = self.get(list);
                let ty = self.ty(before);
                let after = self.builtin("list.push", vec![before, item], ty, span);
                self.variables[list] = Some(after);
            }
            [Clause::If(condition), rest @ ..] => {
                let condition = self.expr(condition);
                let then = self.region(Vec::new(), |body, _| {
                    body.clauses(element, rest, list, span);
                    vec![body.get(list)]
                });
                let otherwise = self.region(Vec::new(), |body, _| vec![body.get(list)]);
                let types = self.types_of(&[list]);
                let results = self.emit(OpKind::If, vec![condition], types, vec![then, otherwise], span);
                self.set_all(&[list], &results);
            }
            [Clause::For(pattern, iterable), rest @ ..] => {
                let rows = self.rows(iterable, span);
                let draws = self.clauses_draw(element, rest);
                self.for_rows(&rows, &[list], draws, span, |body, index| {
                    body.bind_row(pattern, &rows, index, span);
                    body.clauses(element, rest, list, span);
                });
            }
        }
    }

    fn clauses_draw(&self, element: &Expr, clauses: &[Clause]) -> bool {
        let expr_draws = |expr: &Expr| random::expr_draws(self.context, expr);
        expr_draws(element)
            || clauses.iter().any(|clause| match clause {
                Clause::For(_, Iterable::Range(start, end)) => expr_draws(start) || expr_draws(end),
                Clause::For(_, Iterable::Sequence(sequence)) => expr_draws(sequence),
                Clause::If(condition) => expr_draws(condition),
            })
    }
}

/// The jumps of a block that end the loop whose block it is.
fn ends_of(block: &Block) -> Exits {
    Exits { continues: false, ..visit::exits(&block.statements) }
}

fn collect_tensors(source: &Source, tensors: &mut Vec<ValueId>) {
    match source {
        Source::Range => {}
        Source::Tensor(tensor) => tensors.push(*tensor),
        Source::Parallel(parts) => parts.iter().for_each(|part| collect_tensors(part, tensors)),
    }
}

fn is_row(id: BuiltinId, name: &str) -> bool {
    id.row().name == name
}

fn list_row(name: &str) -> BuiltinId {
    BuiltinId::find(name).unwrap_or_else(|| bug!("the prelude has no `{name}`"))
}
