//! Which names are links, and where they lead.

use std::collections::HashMap;

use qml_gates::Gate;
use qml_prelude::{BUILTINS, CONSTANTS};
use qml_semantics::modules::SourceModule;
use qml_syntax::ast::{Import, Item, ItemKind, Module};

use super::prelude::MORE;

/// The page of the prelude. Modules can't have this name.
pub(super) const PRELUDE: &str = "reference-prelude.html";

/// The page of the gates.
pub(super) const GATES: &str = "reference-gates.html";

/// The file of a module's page.
pub(super) fn page_file(path: &str) -> String {
    let name = super::module_title(path);
    if name == "index" { "index-module.html".to_owned() } else { format!("{name}.html") }
}

/// The names that lead to pages.
pub(super) struct Names {
    /// Callables of the prelude and gates.
    prelude: HashMap<&'static str, String>,
    constants: HashMap<&'static str, String>,
    /// By the path of a module.
    modules: HashMap<String, Declared>,
}

/// What a module declares: callables and values are apart.
#[derive(Default)]
struct Declared {
    callables: HashMap<String, String>,
    values: HashMap<String, String>,
}

/// What names mean in one module.
pub(super) struct Scope<'a> {
    names: &'a Names,
    declared: Declared,
}

impl Names {
    pub(super) fn new(modules: &[SourceModule]) -> Self {
        let mut prelude = HashMap::new();
        for row in BUILTINS.iter().filter(|row| is_shown(row.name)) {
            prelude.insert(row.name, format!("{PRELUDE}#{}", row.name));
        }
        for gate in Gate::ALL {
            let name = gate.def().name;
            prelude.insert(name, format!("{GATES}#{name}"));
        }
        for (name, ..) in MORE {
            prelude.insert(name, format!("{GATES}#{name}"));
        }
        let constants = CONSTANTS.iter().map(|(name, _)| (*name, format!("{PRELUDE}#constants"))).collect();
        let modules = modules.iter().map(|module| (module.path.clone(), declared(module))).collect();
        Self { prelude, constants, modules }
    }

    /// No name leads anywhere.
    pub(super) fn none() -> Self {
        Self { prelude: HashMap::new(), constants: HashMap::new(), modules: HashMap::new() }
    }

    /// What is in scope everywhere.
    pub(super) fn everywhere(&self) -> Scope<'_> {
        Scope { names: self, declared: Declared::default() }
    }

    /// What is in scope in a module.
    pub(super) fn scope(&self, path: &str, module: &Module) -> Scope<'_> {
        let mut scope = Declared::default();
        for item in &module.items {
            if let ItemKind::Use(item) = &item.kind {
                let segments: Vec<&str> = item.path.segments.iter().map(|name| name.text.as_str()).collect();
                let whole = path_of(&segments, item.path.is_local);
                match &item.import {
                    Import::Listed(names) => {
                        names.iter().for_each(|name| self.bring(&mut scope, &whole, &name.text, &name.text));
                    }
                    Import::As(_) | Import::Last => {
                        let last = segments[segments.len() - 1];
                        let name = if let Import::As(name) = &item.import { &name.text } else { last };
                        let module = path_of(&segments[..segments.len() - 1], item.path.is_local);
                        self.bring(&mut scope, &module, last, name);
                    }
                }
            }
        }
        if let Some(own) = self.modules.get(path) {
            scope.callables.extend(own.callables.clone());
            scope.values.extend(own.values.clone());
        }
        Scope { names: self, declared: scope }
    }

    /// Brings an item of a module into a scope, if there is one.
    fn bring(&self, scope: &mut Declared, module: &str, item: &str, name: &str) {
        let Some(from) = self.modules.get(module) else { return };
        if let Some(target) = from.callables.get(item) {
            scope.callables.insert(name.to_owned(), target.clone());
        }
        if let Some(target) = from.values.get(item) {
            scope.values.insert(name.to_owned(), target.clone());
        }
    }
}

impl Scope<'_> {
    /// Where the gate, kernel, function or struct of this name is described.
    pub(super) fn callable(&self, name: &str) -> Option<String> {
        self.declared.callables.get(name).or_else(|| self.names.prelude.get(name)).cloned()
    }

    /// Where the constant or parameter of this name is described.
    pub(super) fn value(&self, name: &str) -> Option<String> {
        self.declared.values.get(name).or_else(|| self.names.constants.get(name)).cloned()
    }
}

/// Whether a name of the prelude is one of the language.
pub(super) fn is_shown(name: &str) -> bool {
    !name.contains('.')
}

/// The anchor of an item on the page of its module.
pub(super) fn anchor(item: &Item) -> Option<String> {
    Some(item.name()?.text.clone())
}

fn path_of(segments: &[&str], is_local: bool) -> String {
    if is_local { format!("./{}", segments.join("/")) } else { segments.join(".") }
}

fn declared(module: &SourceModule) -> Declared {
    let mut declared = Declared::default();
    let file = page_file(&module.path);
    for item in &module.ast.items {
        let Some(name) = anchor(item) else { continue };
        let target = format!("{file}#{name}");
        match &item.kind {
            ItemKind::Struct(_) | ItemKind::Callable(_) => _ = declared.callables.insert(name, target),
            ItemKind::Const(_) | ItemKind::Param(_) => _ = declared.values.insert(name, target),
            ItemKind::Use(_) | ItemKind::Test(_) | ItemKind::Broken(_) => {}
        }
    }
    declared
}
