//! What each file has in scope: its items, and what its `use`s bring.

use std::collections::{HashMap, HashSet};

use qml_source::{Diagnostic, Span};
use qml_syntax::ast::{self, ItemKind};

use crate::modules::SourceModule;
use crate::suggest;

mod error;

pub(crate) use error::NameError;

/// An item of some file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Entry {
    /// Where the name was declared or imported.
    pub span: Span,
    /// The file.
    pub module: usize,
    /// Its position among the file's items.
    pub item: usize,
}

/// What is in scope in a file, besides the prelude. Callables (with structs) and values have a namespace each.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scope<'a> {
    /// Gates, kernels, fns, structs.
    pub callables: HashMap<&'a str, Entry>,
    /// `const`s and `param`s.
    pub values: HashMap<&'a str, Entry>,
    /// Modules, for paths.
    pub modules: HashMap<&'a str, (usize, Span)>,
    /// Names that stand for something broken, whose uses aren't reported.
    pub broken: HashSet<&'a str>,
}

/// The scopes of all files.
pub(crate) fn build<'a>(modules: &'a [SourceModule], diagnostics: &mut Vec<Diagnostic>) -> Vec<Scope<'a>> {
    let own: Vec<_> =
        modules.iter().enumerate().map(|(i, module)| own_items(i, module, diagnostics)).collect();
    let mut scopes = own.clone();
    for (module, scope) in modules.iter().zip(&mut scopes) {
        let uses = module.ast.items.iter().filter_map(|item| match &item.kind {
            ItemKind::Use(item) => Some(item),
            _ => None,
        });
        for (i, item) in uses.enumerate() {
            let target = module.uses.get(i).copied().flatten();
            let mut importer = Importer { modules, own: &own, scope, diagnostics };
            importer.import(item, target.map(|target| (target.module, target.last_is_item)));
        }
    }
    scopes
}

fn own_items<'a>(index: usize, module: &'a SourceModule, diagnostics: &mut Vec<Diagnostic>) -> Scope<'a> {
    let mut scope = Scope::default();
    for (i, item) in module.ast.items.iter().enumerate() {
        let Some(name) = item.name() else { continue };
        let entry = Entry { span: name.span, module: index, item: i };
        let namespace = match &item.kind {
            ItemKind::Callable(_) | ItemKind::Struct(_) => &mut scope.callables,
            ItemKind::Const(_) | ItemKind::Param(_) => &mut scope.values,
            ItemKind::Broken(_) | ItemKind::Use(_) | ItemKind::Test(_) => {
                scope.broken.insert(&name.text);
                continue;
            }
        };
        if let Some(first) = namespace.get(name.text.as_str()) {
            let error = NameError::DeclaredTwice { name: name.clone(), first: first.span };
            diagnostics.push(error.into());
        } else {
            namespace.insert(&name.text, entry);
        }
    }
    scope
}

struct Importer<'a, 's> {
    modules: &'a [SourceModule],
    own: &'s [Scope<'a>],
    scope: &'s mut Scope<'a>,
    diagnostics: &'s mut Vec<Diagnostic>,
}

impl<'a> Importer<'a, '_> {
    fn import(&mut self, item: &'a ast::Use, target: Option<(usize, bool)>) {
        let Some(last) = item.path.segments.last() else { return };
        match (&item.import, target) {
            (ast::Import::Listed(names), None) => {
                self.scope.broken.extend(names.iter().map(|name| name.text.as_str()));
            }
            (ast::Import::Last, None) => _ = self.scope.broken.insert(&last.text),
            (ast::Import::As(name), None) => _ = self.scope.broken.insert(&name.text),
            (ast::Import::Listed(names), Some((module, _))) => {
                names.iter().for_each(|name| self.import_item(module, name, name));
            }
            (ast::Import::Last, Some((module, true))) => self.import_item(module, last, last),
            (ast::Import::As(name), Some((module, true))) => self.import_item(module, last, name),
            (ast::Import::Last, Some((module, false))) => self.import_module(module, last),
            (ast::Import::As(name), Some((module, false))) => self.import_module(module, name),
        }
    }

    fn import_module(&mut self, module: usize, name: &'a ast::Name) {
        if let Some((_, first)) = self.scope.modules.get(name.text.as_str()) {
            let error = NameError::ImportedTwice { name: name.clone(), first: *first };
            self.diagnostics.push(error.into());
        } else {
            self.scope.modules.insert(&name.text, (module, name.span));
        }
    }

    fn import_item(&mut self, module: usize, item: &'a ast::Name, name: &'a ast::Name) {
        let own = &self.own[module];
        if own.broken.contains(item.text.as_str()) {
            self.scope.broken.insert(&name.text);
            return;
        }
        let callable = own.callables.get(item.text.as_str()).copied();
        let value = own.values.get(item.text.as_str()).copied();
        if callable.is_none() && value.is_none() {
            let known = own.callables.keys().chain(own.values.keys()).copied();
            let nearest = suggest::nearest(&item.text, known).map(str::to_owned);
            let path = self.modules[module].path.clone();
            self.diagnostics.push(NameError::NoSuchItem { name: item.clone(), path, nearest }.into());
            self.scope.broken.insert(&name.text);
            return;
        }
        let Scope { callables, values, .. } = &mut *self.scope;
        for (namespace, entry) in [(callables, callable), (values, value)] {
            let Some(entry) = entry else { continue };
            let first = namespace.get(name.text.as_str()).map(|first| first.span);
            if let Some(first) = first {
                let error = NameError::ImportedTwice { name: name.clone(), first };
                self.diagnostics.push(error.into());
            } else {
                namespace.insert(&name.text, Entry { span: name.span, ..entry });
            }
        }
    }
}
