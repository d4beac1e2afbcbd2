//! Statements.

use qml_source::{Code, Diagnostic};
use qml_syntax::ast::{self, StmtKind as Ast};

use crate::body::{Body, Facts, Kind, TypeError};
use crate::declared::Place as TypePlace;
use crate::effect::EffectError;
use crate::hir::{Block, Callee, Dim, Expr, ExprKind, Iterable, Stmt, StmtKind, Type};
use crate::path::{jumps, leaves};
use crate::place::PlaceError;
use crate::types;

mod assign;
mod optimize;
mod quantum;

impl Body<'_, '_> {
    /// A block with a scope of its own.
    pub fn block(&mut self, block: &ast::Block) -> Block {
        self.scoped(|body| body.statements(block))
    }

    /// The statements of a block in the scope that is there.
    pub fn statements(&mut self, block: &ast::Block) -> Block {
        let checked: Vec<_> = block.statements.iter().map(|statement| self.statement(statement)).collect();
        // In gates and kernels jumps have rules of their own.
        let at = block.statements.iter().position(jumps).filter(|_| !matches!(self.kind, Kind::Quantum(_)));
        if let Some(at) = at.filter(|&at| checked[at].is_some()) {
            self.warn_of_unreached(&block.statements[at], &block.statements[at + 1..]);
        }
        Block { statements: checked.into_iter().flatten().collect() }
    }

    /// Statements behind one that leaves the block.
    fn warn_of_unreached(&mut self, leaves: &ast::Stmt, unreached: &[ast::Stmt]) {
        let [first, ..] = unreached else { return };
        let last = unreached.last().unwrap_or(first);
        let warning = Diagnostic::warning(Code::Q0223, "nothing after this is ever run")
            .primary(first.span.to(last.span), "never reached")
            .secondary(leaves.span, "leaves the block")
            .help("delete it, or put it before");
        self.report(warning);
    }

    /// A statement; `None` for one that is reported and left out.
    fn statement(&mut self, statement: &ast::Stmt) -> Option<Stmt> {
        let span = statement.span;
        let kind = match &statement.kind {
            Ast::Let { is_mutable, pattern, ty, value } => {
                self.let_statement(*is_mutable, pattern, ty.as_ref(), value)
            }
            Ast::Assign { target, operator, value } => self.assign(target, *operator, value)?,
            Ast::Expr(expr) => return self.expr_statement(expr, span),
            Ast::Return(value) => self.return_statement(value.as_ref(), span),
            Ast::Break => self.jump(StmtKind::Break, "break", span)?,
            Ast::Continue => self.jump(StmtKind::Continue, "continue", span)?,
            Ast::If(branch) => self.if_statement(branch),
            Ast::For { pattern, iterable, body } => self.for_statement(pattern, iterable, body),
            Ast::While { condition, body } => self.while_statement(condition, body, span),
            Ast::Modified { modifiers, body } => self.modified(modifiers, body, span)?,
            Ast::Within(within) => self.within(within)?,
            Ast::Optimize(optimize) => self.optimize(optimize)?,
            Ast::Objective { .. } => {
                let problem = "`minimize` and `maximize` stand at the end of the block of an `optimize`";
                self.report(PlaceError::Objective { span, problem, help: None });
                return None;
            }
        };
        Some(Stmt { span, kind })
    }

    fn let_statement(
        &mut self,
        is_mutable: bool,
        pattern: &ast::Pattern,
        ty: Option<&ast::Type>,
        value: &ast::Expr,
    ) -> StmtKind {
        let declared = ty.map(|ty| self.declared_type(ty, TypePlace::Local));
        let first_use = self.uses.len();
        let saw_outcome = std::mem::replace(&mut self.saw_outcome, false);
        let mut value = match &declared {
            Some(ty) => self.expr_of(value, ty),
            None => self.value(value, None),
        };
        value = self.uncopied(value);
        let facts = Facts {
            size: if is_mutable { None } else { self.size(&value) },
            sources: self.uses[first_use..].to_vec(),
            is_outcome: self.saw_outcome,
            is_parameter: false,
            is_slot: !is_mutable && self.slot_in(&value).is_some(),
        };
        self.saw_outcome |= saw_outcome;
        if let Some((declared, ty)) = declared.as_ref().zip(ty) {
            value = Self::shaped(value, declared, ty.span);
        }
        let ty = declared.unwrap_or_else(|| value.ty.clone());
        let ty = if is_mutable { types::any_program(&ty) } else { ty };
        let pattern = self.bind(pattern, &ty, is_mutable, &facts);
        StmtKind::Let { pattern, value }
    }

    /// The value, unless it gives qubits that have a name a second one.
    fn uncopied(&mut self, value: Expr) -> Expr {
        if types::has_qubits(&value.ty) && !makes_qubits(&value) {
            return self.refuse(value.span, self.copied(&value));
        }
        value
    }

    fn expr_statement(&mut self, expr: &ast::Expr, span: qml_source::Span) -> Option<Stmt> {
        let checked = self.expr(expr, None);
        if checked.ty == Type::Error {
            return None;
        }
        self.warn_of_unused_value(&checked);
        Some(self.broadcast_call(checked, span))
    }

    /// A value that is computed for nothing: a program that is not run, a function without an effect.
    fn warn_of_unused_value(&mut self, value: &Expr) {
        let (what, help) = match &value.kind {
            ExprKind::Program(..) => (
                "the program is not run",
                "`run`, `counts` or `expect` runs it: `print(counts(..., shots: 1000));`",
            ),
            ExprKind::Call(Callee::Builtin(id, _), _)
                if id.row().effect != qml_prelude::Effect::Io && value.ty != Type::Unit =>
            {
                ("the value is not used", "`print(...)` shows it, `let x = ...;` keeps it")
            }
            _ => return,
        };
        let warning =
            Diagnostic::warning(Code::Q0222, what).primary(value.span, "computed for nothing").help(help);
        self.report(warning);
    }

    fn return_statement(&mut self, value: Option<&ast::Expr>, span: qml_source::Span) -> StmtKind {
        if self.kind == Kind::Quantum(ast::Effect::Gate) {
            self.report(EffectError::EarlyReturn { span, effect: ast::Effect::Gate, next: None });
            return StmtKind::Return(None);
        }
        if !self.regions.is_empty() {
            let help =
                value.and_then(crate::suggest::written).map(|value| format!("write `minimize {value};`"));
            self.report(PlaceError::Objective { span, problem: optimize::NO_OBJECTIVE, help });
            return StmtKind::Return(None);
        }
        let wanted = self.result.clone();
        match value {
            None if wanted == Type::Unit || wanted == Type::Error => StmtKind::Return(None),
            None => {
                let problem = format!("`{}` is to be returned", self.show(&wanted));
                self.report(TypeError::Return { span, problem, declared: None });
                StmtKind::Return(None)
            }
            Some(value) if wanted == Type::Unit => {
                let checked = self.expr(value, None);
                if checked.ty != Type::Error {
                    let problem =
                        format!("no result is declared: `-> {}` is missing", self.show(&checked.ty));
                    self.report(TypeError::Return { span: value.span, problem, declared: None });
                }
                StmtKind::Return(None)
            }
            Some(value) => {
                let value = self.expr_of(value, &wanted);
                self.refuse_returned_parameters(&value);
                let declared = self.result_place.unwrap_or(value.span);
                StmtKind::Return(Some(Self::shaped(value, &wanted, declared)))
            }
        }
    }

    fn refuse_returned_parameters(&mut self, value: &Expr) {
        match &value.kind {
            ExprKind::Tuple(parts) => parts.iter().for_each(|part| self.refuse_returned_parameters(part)),
            ExprKind::Index(base, _) => self.refuse_returned_parameters(base),
            ExprKind::Local(local) if types::has_qubits(&value.ty) && self.facts(*local).is_parameter => {
                let declared = self.local(*local).name.span;
                self.report(EffectError::ParameterReturned { span: value.span, declared });
            }
            _ => {}
        }
    }

    fn jump(&mut self, kind: StmtKind, word: &'static str, span: qml_source::Span) -> Option<StmtKind> {
        if self.n_loops == 0 {
            self.report(TypeError::OutsideLoop { span, word, closed: self.closed });
            return None;
        }
        Some(kind)
    }

    /// Checks a block that no jump leaves.
    pub(super) fn closed<T>(&mut self, block: &'static str, check: impl FnOnce(&mut Self) -> T) -> T {
        let outer = (std::mem::take(&mut self.n_loops), self.closed.replace(block));
        let checked = check(self);
        (self.n_loops, self.closed) = outer;
        checked
    }

    /// A condition: a scalar `bool`.
    pub fn condition(&mut self, condition: &ast::Expr) -> Expr {
        let checked = self.value(condition, Some(&Type::Bool));
        if matches!(checked.ty, Type::Bool | Type::Error) {
            self.refuse_slot(&checked, "a branch");
            return checked;
        }
        let (span, found) = (condition.span, self.show(&checked.ty));
        let help = self.condition_help(condition, &checked);
        self.refuse(span, TypeError::Condition { span, found, help })
    }

    /// The way from a value of another type to a condition.
    fn condition_help(&self, written: &ast::Expr, checked: &Expr) -> Option<String> {
        let (element, _) = types::parts(&checked.ty);
        if *element == Type::Bool {
            let many = "`any(x)` or `all(x)` makes one `bool` of many";
            return Some(match self.first_element(checked) {
                Some(element) => format!("one of them is `{element}`; {many}"),
                None => many.to_owned(),
            });
        }
        if types::width(&checked.ty).is_some() {
            let name = crate::suggest::written(written).unwrap_or_else(|| "x".to_owned());
            let name = if matches!(written.kind, ast::ExprKind::Name(_)) { name } else { "x".to_owned() };
            return Some(format!("compare it: `{name} != 0`"));
        }
        self.outcome_help(checked)
    }

    fn if_statement(&mut self, branch: &ast::If) -> StmtKind {
        // A chain of `else if` may be long: it is built from its end.
        let mut chain = vec![branch];
        let mut last = None;
        while let Some(otherwise) = &chain[chain.len() - 1].otherwise {
            match otherwise {
                ast::Else::If(next) => chain.push(next),
                ast::Else::Block(block) => {
                    last = Some(block);
                    break;
                }
            }
        }
        let (branches, mut otherwise) = self.with_facts(|body| {
            let check = |branch: &&ast::If| {
                let condition = body.condition(&branch.condition);
                let then = body.if_it_is(&condition, true, |body| body.block(&branch.then));
                // What follows is looked at only where this doesn't hold.
                body.suppose(&condition, false);
                (branch.span, condition, then)
            };
            let branches: Vec<_> = chain.iter().map(check).collect();
            (branches, last.map_or_else(Block::default, |block| body.block(block)))
        });
        if let ([(_, condition, _)], None, true) = (branches.as_slice(), last, leaves(&branch.then)) {
            self.suppose(condition, false);
        }
        let mut kind = None;
        for (span, condition, then) in branches.into_iter().rev() {
            if let Some(kind) = kind.take() {
                otherwise = Block { statements: vec![Stmt { span, kind }] };
            }
            kind = Some(StmtKind::If { condition, then, otherwise: std::mem::take(&mut otherwise) });
        }
        kind.unwrap_or_else(|| qml_source::bug!("an `if` without a branch"))
    }

    fn for_statement(
        &mut self,
        pattern: &ast::Pattern,
        iterable: &ast::Iterable,
        block: &ast::Block,
    ) -> StmtKind {
        let span = iterable.span;
        let (iterable, item, _) = self.iterable(iterable);
        self.n_loops += 1;
        let (pattern, body) = self.scoped(|body| {
            let is_slot = match &iterable {
                Iterable::Sequence(sequence) => body.slot_in(sequence).is_some() && body.holds_floats(&item),
                Iterable::Range(..) => false,
            };
            let pattern = body.bind(pattern, &item, false, &Facts { is_slot, ..Facts::default() });
            let block = body.in_rounds((&pattern, &iterable, span), block, |body| body.block(block));
            (pattern, block)
        });
        self.n_loops -= 1;
        StmtKind::For { pattern, iterable, body }
    }

    fn while_statement(
        &mut self,
        condition: &ast::Expr,
        block: &ast::Block,
        span: qml_source::Span,
    ) -> StmtKind {
        if self.kind == Kind::Quantum(ast::Effect::Gate) {
            self.report(EffectError::WhileInGate { span });
        }
        let condition = self.condition(condition);
        self.n_loops += 1;
        let body = self.under_condition(|body| body.block(block));
        self.n_loops -= 1;
        StmtKind::While { condition, body }
    }

    /// What a `for` runs through: with the type of an item, and how many there are.
    pub fn iterable(&mut self, iterable: &ast::Iterable) -> (Iterable, Type, Dim) {
        match &iterable.kind {
            ast::IterableKind::Range { start, end } => {
                let start = self.static_int(start, "a loop bound");
                let end = self.static_int(end, "a loop bound");
                let dim = match (self.size(&start), self.size(&end)) {
                    (Some(start), Some(end)) => end.sub(&start).map_or(Dim::Unknown, Dim::Size),
                    _ => Dim::Unknown,
                };
                // An empty range has no elements, whatever its bounds.
                let dim = match types::dim_constant(&dim) {
                    Some(..0) => types::known(0),
                    _ => dim,
                };
                (Iterable::Range(start, end), Type::Int, dim)
            }
            ast::IterableKind::Expr(expr) => {
                let sequence = self.value(expr, None);
                let (item, dim) = Self::item_type(&sequence.ty).unwrap_or_else(|| {
                    let found = self.show(&sequence.ty);
                    let help = not_iterable_help(expr, &sequence.ty);
                    self.report(TypeError::NotIterable { span: expr.span, found, help });
                    (Type::Error, Dim::Unknown)
                });
                (Iterable::Sequence(sequence), item, dim)
            }
        }
    }

    /// The type of the items of a sequence, and how many there are.
    pub fn item_type(ty: &Type) -> Option<(Type, Dim)> {
        match ty {
            Type::Error => Some((Type::Error, Dim::Unknown)),
            Type::Tensor(..) => types::items(ty).map(|(dim, item)| (item, dim)),
            Type::Tuple(parts) => {
                let items: Vec<_> = parts.iter().map(Self::item_type).collect::<Option<_>>()?;
                let dim = items.iter().map(|(_, dim)| dim).find(|dim| **dim != Dim::Unknown);
                let dim = dim.cloned().unwrap_or(Dim::Unknown);
                Some((Type::Tuple(items.into_iter().map(|(item, _)| item).collect()), dim))
            }
            _ => None,
        }
    }

    /// An int that may not depend on an outcome.
    pub fn static_int(&mut self, expr: &ast::Expr, what: &'static str) -> Expr {
        let saw_outcome = std::mem::replace(&mut self.saw_outcome, false);
        let checked = self.expr_of(expr, &Type::Int);
        if self.saw_outcome && !self.is_fn() {
            let outcome = outcome_name(expr, &checked.ty);
            self.report(EffectError::Outcome { span: expr.span, what, outcome });
        }
        self.saw_outcome |= saw_outcome;
        self.refuse_slot(&checked, what);
        checked
    }
}

/// The condition that a bit is, or a number made of bits, if the expression names one.
pub(crate) fn outcome_name(expr: &ast::Expr, ty: &Type) -> Option<String> {
    let is_name = matches!(expr.kind, ast::ExprKind::Name(_) | ast::ExprKind::Index { .. });
    let name = is_name.then(|| crate::suggest::written(expr)).flatten()?;
    Some(match ty {
        Type::Int => format!("{name} != 0"),
        Type::Float => format!("{name} > 0.0"),
        _ => name,
    })
}

/// What a loop over something without items is meant to be.
fn not_iterable_help(expr: &ast::Expr, ty: &Type) -> String {
    let name = crate::suggest::written(expr);
    match (ty, name) {
        (Type::Counts, Some(name)) if matches!(expr.kind, ast::ExprKind::Name(_)) => {
            format!("its parts go side by side: `for (outcome, n) in zip({name}.outcomes, {name}.n) {{ }}`")
        }
        (Type::Counts, _) => {
            "name it, and take its parts: `let c = ...; for (outcome, n) in zip(c.outcomes, c.n) { }`"
                .to_owned()
        }
        (Type::Program(_), Some(name)) => {
            format!("run it first: `counts({name}, shots: 1000)`, `probs({name})`")
        }
        (Type::Int, Some(name)) => format!("count with a range: `for i in 0..{name} {{ }}`"),
        _ => "count with a range: `for i in 0..n { }`".to_owned(),
    }
}

/// Whether an expression gives qubits that nobody else names.
fn makes_qubits(value: &Expr) -> bool {
    match &value.kind {
        ExprKind::Allocate(_) | ExprKind::Call(Callee::Function(_), _) | ExprKind::Error => true,
        ExprKind::Tuple(parts) => parts.iter().all(|part| !types::has_qubits(&part.ty) || makes_qubits(part)),
        _ => false,
    }
}
