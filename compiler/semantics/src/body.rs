//! One body: its variables, what is in scope where, and what it does.

use std::collections::HashMap;
use std::rc::Rc;

use qml_source::{Diagnostic, Span};
use qml_syntax::ast::{self, Name};

use crate::check::Checker;
use crate::effect::{DeferredCall, EffectError, Effects, Surroundings};
use crate::function::{Signature, Target};
use crate::hir::{self, Expr, ExprKind, FunctionId, GlobalId, Local, LocalId, StructId, Type};
use crate::path::Path;
use crate::size::Size;
use crate::types::{self, Names};

pub(crate) mod coerce;
mod error;
mod pattern;
mod sizes;

pub(crate) use error::TypeError;

/// What a body belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    /// A gate or kernel.
    Quantum(ast::Effect),
    /// A `fn` or test.
    Fn,
    /// The value of a `const`, `param` or default, a type.
    Constant,
}

/// What is known of a variable besides its type.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    /// The value of an immutable int as a size.
    pub size: Option<Size>,
    /// Which variables its value was computed from.
    pub sources: Vec<Use>,
    /// Depends on the outcome of a measurement.
    pub is_outcome: bool,
    /// A parameter or size.
    pub is_parameter: bool,
    /// Depends on floats of a gate or kernel, which are bound after it is compiled.
    pub is_slot: bool,
}

/// One occurrence of a variable or of a field of it.
#[derive(Clone, Debug)]
pub(crate) struct Use {
    /// The variable.
    pub local: LocalId,
    /// The fields after it.
    pub fields: Vec<usize>,
    /// Where.
    pub span: Span,
}

/// A part of a body with rules of its own.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Region {
    /// Which.
    pub surroundings: Surroundings,
    /// Variables from here on belong to it.
    pub first_local: u32,
    /// Where it begins.
    pub span: Span,
}

/// The state of the check of a body.
pub(crate) struct Body<'c, 'a> {
    /// The whole program.
    pub checker: &'c mut Checker<'a>,
    /// The file.
    pub module: usize,
    /// What it belongs to.
    pub kind: Kind,
    /// Its variables.
    pub locals: Vec<Local>,
    /// One for each.
    pub facts: Vec<Facts>,
    scopes: Vec<HashMap<String, LocalId>>,
    /// The variables of scopes that have ended.
    pub ended: HashMap<String, LocalId>,
    /// What `return` gives.
    pub result: Type,
    /// Where that is declared.
    pub result_place: Option<Span>,
    /// Loops around the statement, as far as a jump may go.
    pub n_loops: usize,
    /// The block that no jump leaves, if the statement is in one.
    pub closed: Option<&'static str>,
    /// What is known at the statement.
    pub path: Path,
    /// The controls around the statement.
    pub controls: Vec<Expr>,
    /// Comprehensions, objectives and the like around the expression, outermost first.
    pub regions: Vec<Region>,
    /// The modifier around the statement that asks for gates only.
    pub modifier: Option<Span>,
    /// Occurrences of variables so far.
    pub uses: Vec<Use>,
    /// Whether an outcome occurred since this was last reset.
    pub saw_outcome: bool,
    /// What it does itself.
    pub effects: Effects,
    /// What it calls.
    pub calls: Vec<(FunctionId, Span)>,
    /// The `const`s and `param`s that it names.
    pub globals: Vec<(GlobalId, Span)>,
    /// The parameters that stand for functions.
    pub callables: HashMap<String, Target>,
    /// The function whose signature is being read.
    pub declares: Option<&'a ast::Callable>,
    /// The signature, of a function that takes functions.
    pub pattern: Option<Rc<Signature>>,
}

impl<'c, 'a> Body<'c, 'a> {
    /// A body without variables.
    pub fn new(checker: &'c mut Checker<'a>, module: usize, kind: Kind) -> Self {
        Self {
            checker,
            module,
            kind,
            locals: Vec::new(),
            facts: Vec::new(),
            scopes: vec![HashMap::new()],
            ended: HashMap::new(),
            result: Type::Unit,
            result_place: None,
            n_loops: 0,
            closed: None,
            path: Path::default(),
            controls: Vec::new(),
            regions: Vec::new(),
            modifier: None,
            uses: Vec::new(),
            saw_outcome: false,
            effects: Effects::PURE,
            calls: Vec::new(),
            globals: Vec::new(),
            callables: HashMap::new(),
            declares: None,
            pattern: None,
        }
    }

    /// Notes a problem.
    pub fn report(&mut self, error: impl Into<Diagnostic>) {
        self.checker.report(error);
    }

    /// Notes a problem, and gives the expression that stands for it.
    pub fn refuse(&mut self, span: Span, error: impl Into<Diagnostic>) -> Expr {
        self.report(error);
        error_expr(span)
    }

    /// The type as text.
    pub fn show(&self, ty: &Type) -> String {
        types::show(ty, self)
    }

    /// Runs `check` in a scope of its own.
    pub fn scoped<T>(&mut self, check: impl FnOnce(&mut Self) -> T) -> T {
        self.scopes.push(HashMap::new());
        let result = self.with_facts(check);
        self.ended.extend(self.scopes.pop().unwrap_or_default());
        result
    }

    /// Runs `check` in a region.
    pub fn in_region<T>(
        &mut self,
        surroundings: Surroundings,
        span: Span,
        check: impl FnOnce(&mut Self) -> T,
    ) -> T {
        self.regions.push(Region { surroundings, first_local: self.locals.len() as u32, span });
        let result = self.under_condition(check);
        self.regions.pop();
        result
    }

    /// A new variable, in scope from here on; one of the same name is shadowed.
    pub fn declare(&mut self, name: &Name, ty: Type, is_mutable: bool, facts: Facts) -> LocalId {
        let local = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: name.clone(), ty, is_mutable });
        self.facts.push(facts);
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(name.text.clone(), local);
        }
        local
    }

    /// Notes that a name that nothing declares was reported: once for the whole body is enough.
    pub fn forgive(&mut self, name: &Name) {
        let local = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: name.clone(), ty: Type::Error, is_mutable: true });
        self.facts.push(Facts::default());
        if let Some(scope) = self.scopes.first_mut() {
            scope.insert(name.text.clone(), local);
        }
    }

    /// A variable that the source has no name for.
    pub fn declare_hidden(&mut self, span: Span, ty: Type) -> LocalId {
        let local = LocalId(self.locals.len() as u32);
        self.locals.push(Local { name: Name { text: "_".to_owned(), span }, ty, is_mutable: false });
        self.facts.push(Facts::default());
        local
    }

    /// The variable of this name.
    pub fn find_local(&self, name: &str) -> Option<LocalId> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name).copied())
    }

    /// The variable.
    pub fn local(&self, local: LocalId) -> &Local {
        &self.locals[local.0 as usize]
    }

    /// What is known of it.
    pub fn facts(&self, local: LocalId) -> &Facts {
        &self.facts[local.0 as usize]
    }

    /// The names of all values in scope, for suggestions.
    pub fn value_names(&self) -> Vec<&str> {
        let locals = self.scopes.iter().flat_map(|scope| scope.keys().map(String::as_str));
        let items = self.checker.scopes[self.module].values.keys().copied();
        let constants = qml_prelude::CONSTANTS.iter().map(|(name, _)| *name);
        locals.chain(items).chain(constants).collect()
    }

    /// The expression as one of this type; a mismatch is reported.
    pub fn expect_type(&mut self, expr: Expr, wanted: &Type) -> Expr {
        let span = expr.span;
        self.coerce(expr, wanted).unwrap_or_else(|(expr, mismatch)| {
            let error = self.mismatch(&expr, wanted, mismatch);
            self.refuse(span, error)
        })
    }

    /// Checks an expression that has to be of this type.
    pub fn expr_of(&mut self, expr: &ast::Expr, wanted: &Type) -> Expr {
        let expr = self.expr(expr, Some(wanted));
        self.expect_type(expr, wanted)
    }

    /// Whether the body is a fn's, where programs run.
    pub fn is_fn(&self) -> bool {
        self.kind != Kind::Quantum(ast::Effect::Gate) && self.kind != Kind::Quantum(ast::Effect::Kernel)
    }

    /// Notes an effect that is had right here, by what is called `name`.
    pub fn has_effect(&mut self, effects: Effects, name: &str, span: Span) {
        self.effects = self.effects.with(effects);
        for surroundings in self.surroundings() {
            if let Some(effects) = surroundings.refused_of(effects) {
                self.report(EffectError::refused(name.to_owned(), span, effects, surroundings));
                return;
            }
        }
    }

    /// Notes a call of a function.
    pub fn has_call(&mut self, callee: FunctionId, span: Span) {
        self.calls.push((callee, span));
        for surroundings in self.surroundings() {
            self.checker.deferred.push(DeferredCall { callee, span, surroundings });
        }
    }

    fn surroundings(&self) -> Vec<Surroundings> {
        let kind = match self.kind {
            Kind::Quantum(effect) => Some(Surroundings::Quantum(effect)),
            Kind::Fn | Kind::Constant => None,
        };
        kind.into_iter().chain(self.regions.iter().map(|region| region.surroundings)).collect()
    }
}

impl Names for Body<'_, '_> {
    fn local(&self, local: LocalId) -> String {
        self.locals.get(local.0 as usize).map_or_else(|| "?".to_owned(), |local| local.name.text.clone())
    }

    fn structure(&self, id: StructId) -> String {
        self.checker.structs[id.0 as usize].name.text.clone()
    }
}

/// What stands for an expression that was reported.
pub(crate) fn error_expr(span: Span) -> Expr {
    Expr { span, ty: Type::Error, kind: ExprKind::Error }
}

/// Checks a test block.
pub(crate) fn check_test(checker: &mut Checker<'_>, module: usize, test: &ast::Test) -> hir::Test {
    let mut body = Body::new(checker, module, Kind::Fn);
    let block = body.block(&test.body);
    let locals = body.locals;
    hir::Test { name: test.name.text.clone(), locals, body: block, span: test.name.span }
}
