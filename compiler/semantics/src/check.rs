//! The way of the check: scopes, then items, then bodies; diagnostics in source order.

use std::collections::{HashMap, HashSet};

use qml_source::{Diagnostic, Span};
use qml_syntax::ast;

use crate::claim::Verdict;
use crate::effect::{self, DeferredCall};
use crate::function::{FunctionEntry, Target};
use crate::global::GlobalState;
use crate::hir::{self, FunctionId, StructId};
use crate::modules::{Library, SourceModule};
use crate::scope::{self, NameError, Scope};
use crate::{body, declared, function, global};

#[cfg(test)]
mod tests;

/// What became of a program.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The typed program; whatever could be checked if there are errors.
    pub program: hir::Program,
    /// All independent problems, in source order.
    pub diagnostics: Vec<Diagnostic>,
}

/// Checks a program. `modules[0]` is the file that runs; `params` are the names and values given from outside
/// (`-D layers=3`); `library` knows what could be brought into scope.
pub fn check(modules: &[SourceModule], params: &[(String, String)], library: Library) -> Checked {
    // A function that takes functions is checked on its own as well as where it is called.
    if modules.iter().any(|module| function::has_callables(&module.ast)) {
        let (checked, _) = check_in_order((modules, library), params, &[], true);
        if checked.diagnostics.iter().any(Diagnostic::is_error) {
            return checked;
        }
    }
    let (checked, order) = check_in_order((modules, library), params, &[], false);
    // Values that call functions may need others that come later in the source. That is known when all bodies are
    // checked, and seldom: a second turn meets each value after those that it needs.
    match order {
        None => checked,
        Some(order) => check_in_order((modules, library), params, &order, false).0,
    }
}

/// Files and items of `const`s and `param`s, in the order of their initialisation.
type GlobalOrder = Vec<(usize, usize)>;

/// Checks with these `const`s and `param`s first. Also gives the order in which they have to stand, if it is another one.
fn check_in_order(
    (modules, library): (&[SourceModule], Library),
    params: &[(String, String)],
    first: &[(usize, usize)],
    checks_patterns: bool,
) -> (Checked, Option<GlobalOrder>) {
    let mut checker = Checker::new(modules, library);
    checker.checks_patterns = checks_patterns;
    checker.scopes = scope::build(modules, &mut checker.diagnostics);
    global::read_params(&mut checker, params);
    for (module, item) in first {
        global::state(&mut checker, *module, *item, None);
    }
    for module in 0..modules.len() {
        if !checker.is_std(module) {
            check_items(&mut checker, module);
        }
    }
    checker.check_queued();
    effect::check_calls(&mut checker);
    let order = global::order(&mut checker);
    let order = (!order.is_sorted()).then(|| order.iter().filter_map(|&i| checker.globals[i].item).collect());
    (checker.finish(), order)
}

/// The state of a check.
pub(crate) struct Checker<'a> {
    /// All files.
    pub modules: &'a [SourceModule],
    /// What could be brought into scope.
    pub library: Library,
    /// What is in scope in each.
    pub scopes: Vec<Scope<'a>>,
    /// Gates, kernels and fns that were reached, by id.
    pub functions: Vec<FunctionEntry<'a>>,
    /// Their ids by module and item.
    pub function_ids: HashMap<(usize, usize), FunctionId>,
    /// Functions whose signatures are being read.
    pub open_signatures: HashSet<(usize, usize)>,
    /// The ids of functions with what is put for their parameters that take functions.
    pub instances: HashMap<(FunctionId, Vec<Target>), FunctionId>,
    /// Whether functions that take functions are checked for all that they may be given. They are no part of a program.
    pub checks_patterns: bool,
    /// Those whose bodies are still to be checked.
    pub queue: Vec<FunctionId>,
    /// Structs by id.
    pub structs: Vec<hir::Struct>,
    /// Their ids by module and item; `None` while the fields are read.
    pub struct_ids: HashMap<(usize, usize), Option<StructId>>,
    /// `const`s and `param`s in the order of initialisation.
    pub globals: Vec<global::GlobalEntry>,
    /// What is known of each by module and item.
    pub global_states: HashMap<(usize, usize), GlobalState>,
    /// Values from outside by module and name, read as literals of the declared type.
    pub params: HashMap<(usize, String), hir::Expr>,
    /// Calls whose effect has to be looked at when those of all functions are known.
    pub deferred: Vec<DeferredCall>,
    /// What was found.
    pub diagnostics: Vec<Diagnostic>,
    /// What is claimed of qubits and wasn't refuted.
    pub verdicts: Vec<Verdict>,
    tests: Vec<hir::Test>,
}

impl<'a> Checker<'a> {
    fn new(modules: &'a [SourceModule], library: Library) -> Self {
        Self {
            modules,
            library,
            scopes: Vec::new(),
            functions: Vec::new(),
            function_ids: HashMap::new(),
            open_signatures: HashSet::new(),
            instances: HashMap::new(),
            checks_patterns: false,
            queue: Vec::new(),
            structs: Vec::new(),
            struct_ids: HashMap::new(),
            globals: Vec::new(),
            global_states: HashMap::new(),
            params: HashMap::new(),
            deferred: Vec::new(),
            diagnostics: Vec::new(),
            verdicts: Vec::new(),
            tests: Vec::new(),
        }
    }

    /// Notes a problem.
    pub fn report(&mut self, error: impl Into<Diagnostic>) {
        self.diagnostics.push(error.into());
    }

    /// Whether a module is of the standard library, of which only what is used is checked.
    pub fn is_std(&self, module: usize) -> bool {
        let path = &self.modules[module].path;
        module != 0 && (path == "std" || path.starts_with("std."))
    }

    /// The types of a struct's fields.
    pub fn field_types(&self, id: StructId) -> Vec<hir::Type> {
        self.structs[id.0 as usize].fields.iter().map(|(_, ty)| ty.clone()).collect()
    }

    fn check_queued(&mut self) {
        let mut next = 0;
        while next < self.queue.len() {
            function::check_body(self, self.queue[next]);
            next += 1;
        }
    }

    fn finish(mut self) -> Checked {
        let main = self.main();
        let functions = self.functions.into_iter().map(FunctionEntry::into_hir).collect();
        let globals = self.globals.into_iter().map(|entry| entry.global).collect();
        self.diagnostics.sort_by_key(position);
        self.diagnostics.dedup();
        // A function that is instantiated more than once makes its claims each time.
        self.verdicts.sort_by_key(|verdict| (verdict.claim.span(), verdict.claim, verdict.is_proved));
        self.verdicts.dedup_by_key(|verdict| verdict.claim);
        let (structs, tests, verdicts) = (self.structs, self.tests, self.verdicts);
        let program = hir::Program { functions, globals, structs, main, tests, verdicts };
        Checked { program, diagnostics: self.diagnostics }
    }

    fn main(&mut self) -> Option<FunctionId> {
        let items = &self.modules.first()?.ast.items;
        let item = items.iter().position(|item| {
            matches!(&item.kind, ast::ItemKind::Callable(callable)
                if callable.name.text == "main" && callable.effect == ast::Effect::Fn)
        })?;
        let id = *self.function_ids.get(&(0, item))?;
        let signature = &self.functions[id.0 as usize].signature;
        if let Some(parameter) = signature.parameters.first() {
            let span = parameter.name.span;
            self.report(function::DeclarationError::MainWithParameters { span });
            return None;
        }
        Some(id)
    }
}

fn check_items(checker: &mut Checker<'_>, module: usize) {
    let items = &checker.modules[module].ast.items;
    for (i, item) in items.iter().enumerate() {
        match &item.kind {
            ast::ItemKind::Callable(_) => {
                function::id(checker, module, i, None);
            }
            ast::ItemKind::Const(_) | ast::ItemKind::Param(_) => {
                global::state(checker, module, i, None);
            }
            ast::ItemKind::Struct(_) => {
                declared::struct_id(checker, module, i, item.span);
            }
            ast::ItemKind::Test(test) if module == 0 => {
                let namesake =
                    items[..i].iter().filter_map(test_name).find(|name| name.text == test.name.text);
                if let Some(first) = namesake {
                    let name = ast::Name { text: test.name.text.clone(), span: test.name.span };
                    checker.report(NameError::DeclaredTwice { name, first: first.span });
                }
                let test = body::check_test(checker, module, test);
                checker.tests.push(test);
            }
            ast::ItemKind::Test(_) | ast::ItemKind::Use(_) | ast::ItemKind::Broken(_) => {}
        }
        if !matches!(item.kind, ast::ItemKind::Callable(_)) {
            function::refuse_attributes(checker, &item.attributes);
        }
    }
}

fn test_name(item: &ast::Item) -> Option<&ast::StringLiteral> {
    match &item.kind {
        ast::ItemKind::Test(test) => Some(&test.name),
        _ => None,
    }
}

fn position(diagnostic: &Diagnostic) -> (u32, u32) {
    diagnostic.primary.as_ref().map_or((0, 0), |label| (label.span.file.0, label.span.start))
}

/// A span that stands for something outside of all files.
pub(crate) fn nowhere() -> Span {
    Span::default()
}
