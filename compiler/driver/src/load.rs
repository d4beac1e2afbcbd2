//! Reads a source and everything that it uses.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use qml_semantics::modules::{SourceModule, UseTarget};
use qml_source::{Code, Diagnostic, SourceMap, Span};
use qml_syntax::ast::{self, ItemKind};

use crate::{Files, stdlib};

/// Where a module comes from.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Origin {
    /// A file, its path as written from the root.
    File(PathBuf),
    /// A module of the standard library.
    Std(String),
}

/// The modules of the program at `path`, its own first; none if it cannot be read.
pub(crate) fn load(
    files: &dyn Files,
    path: &Path,
    sources: &mut SourceMap,
    diagnostics: &mut Vec<Diagnostic>,
) -> Vec<SourceModule> {
    let mut loader = Loader { files, sources, diagnostics, modules: Vec::new(), known: HashMap::new() };
    match files.read(path) {
        Ok(text) => loader.add(Origin::File(path.to_path_buf()), "main".to_owned(), &text),
        Err(why) => {
            let message = format!("cannot read `{}`: {why}", path.display());
            loader.diagnostics.push(Diagnostic::error(Code::Q0910, message));
            return Vec::new();
        }
    };
    // Modules are appended while their uses are followed.
    let mut next = 0;
    while next < loader.modules.len() {
        loader.follow(next);
        next += 1;
    }
    loader.modules.into_iter().map(|(_, module)| module).collect()
}

struct Loader<'a> {
    files: &'a dyn Files,
    sources: &'a mut SourceMap,
    diagnostics: &'a mut Vec<Diagnostic>,
    modules: Vec<(Origin, SourceModule)>,
    known: HashMap<Origin, usize>,
}

impl Loader<'_> {
    /// Parses a module and gives its position.
    fn add(&mut self, origin: Origin, path: String, text: &str) -> usize {
        let name = match &origin {
            Origin::File(path) => path.display().to_string(),
            Origin::Std(module) => stdlib::file_name(module),
        };
        let file = self.sources.add(name, text);
        let parsed = qml_syntax::parse(file, text);
        self.diagnostics.extend(parsed.diagnostics);
        let position = self.modules.len();
        self.known.insert(origin.clone(), position);
        self.modules.push((origin, SourceModule { path, ast: parsed.module, uses: Vec::new() }));
        position
    }

    /// Finds what each `use` of a module names.
    fn follow(&mut self, position: usize) {
        let (origin, module) = &self.modules[position];
        let origin = origin.clone();
        let paths: Vec<ast::UsePath> = module
            .ast
            .items
            .iter()
            .filter_map(|item| match &item.kind {
                ItemKind::Use(item) => Some(item.path.clone()),
                _ => None,
            })
            .collect();
        let uses = paths.iter().map(|path| self.target(path, &origin)).collect();
        self.modules[position].1.uses = uses;
    }

    /// The whole path as a module, else all but its last segment.
    fn target(&mut self, path: &ast::UsePath, from: &Origin) -> Option<UseTarget> {
        let names: Vec<&str> = path.segments.iter().map(|name| name.text.as_str()).collect();
        for (length, last_is_item) in [(names.len(), false), (names.len() - 1, true)] {
            if let Some(module) = self.module(path.is_local, &names[..length], from) {
                return Some(UseTarget { module, last_is_item });
            }
        }
        self.diagnostics.push(missing(path, &names, from));
        None
    }

    fn module(&mut self, is_local: bool, names: &[&str], from: &Origin) -> Option<usize> {
        if names.is_empty() {
            return None;
        }
        let (origin, path) = match (is_local, from) {
            (true, Origin::File(file)) => {
                let mut target = file.parent().map(Path::to_path_buf).unwrap_or_default();
                target.extend(names);
                target.set_extension("qml");
                (Origin::File(target), format!("./{}", names.join("/")))
            }
            (true, Origin::Std(_)) => return None,
            (false, _) => (Origin::Std(names.join(".")), names.join(".")),
        };
        if let Some(&position) = self.known.get(&origin) {
            return Some(position);
        }
        let text = match &origin {
            Origin::File(file) => self.files.read(file).ok()?,
            Origin::Std(module) => stdlib::text(module)?.to_owned(),
        };
        Some(self.add(origin, path, &text))
    }
}

fn missing(path: &ast::UsePath, names: &[&str], from: &Origin) -> Diagnostic {
    let span: Span = path.span;
    if path.is_local {
        let folder = match from {
            Origin::File(file) => file.parent().map(|folder| folder.display().to_string()),
            Origin::Std(_) => None,
        };
        let folder = folder.filter(|folder| !folder.is_empty()).unwrap_or_else(|| ".".to_owned());
        return Diagnostic::error(Code::Q0190, format!("there is no file `{}.qml`", names.join("/")))
            .primary(span, "used here")
            .note(format!("paths after `./` start at the folder of this file, `{folder}`"));
    }
    let diagnostic = Diagnostic::error(Code::Q0191, format!("there is no module `{}`", names.join(".")))
        .primary(span, "used here");
    if names[0] == "std" {
        let modules: Vec<&str> = stdlib::MODULES.iter().map(|(name, _)| *name).collect();
        diagnostic.help(format!("the standard library has {}", modules.join(", ")))
    } else {
        diagnostic.help(format!(
            "a file beside this one is `use ./{}`, the standard library `use std. ...`",
            names.join(".")
        ))
    }
}

#[cfg(test)]
mod tests;
