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
        let diagnostic = match from {
            Origin::File(file) if path.is_local => self.missing_file(path.span, &names, file),
            _ => missing_module(path, &names),
        };
        self.diagnostics.push(diagnostic);
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

impl Loader<'_> {
    /// A file beside `user` that isn't there: of `./enc.angle` first of all `enc.qml`, which `angle` is to be in.
    fn missing_file(&self, span: Span, names: &[&str], user: &Path) -> Diagnostic {
        let (file, other) = match names {
            [folders @ .., _] if !folders.is_empty() => (folders, Some(format!("{}.qml", names.join("/")))),
            all => (all, None),
        };
        let start = user.parent().unwrap_or(Path::new(""));
        let shown = Some(start.display().to_string()).filter(|folder| !folder.is_empty());
        let shown = shown.unwrap_or_else(|| ".".to_owned());
        let also = other.map_or_else(String::new, |other| format!("; there is no `{other}` either"));
        let diagnostic = Diagnostic::error(Code::Q0190, format!("there is no file `{}.qml`", file.join("/")))
            .primary(span, "used here")
            .note(format!("paths after `./` start at the folder of this file, `{shown}`{also}"));
        let nearest = self.nearest_file(start, file).map(|path| format!("did you mean `./{path}`?"));
        nearest.into_iter().fold(diagnostic, Diagnostic::help)
    }

    /// The path of the file whose name is nearest, in the same folder.
    fn nearest_file(&self, start: &Path, path: &[&str]) -> Option<String> {
        let (name, folders) = path.split_last()?;
        let mut folder = start.to_path_buf();
        folder.extend(folders);
        let files = self.files.names(&folder);
        let stems = files.iter().filter_map(|file| file.strip_suffix(".qml"));
        let nearest = qml_semantics::nearest(name, stems)?;
        Some([folders, &[nearest]].concat().join("."))
    }
}

/// A module of the standard library that isn't there, or a path that begins otherwise.
fn missing_module(path: &ast::UsePath, names: &[&str]) -> Diagnostic {
    let span: Span = path.span;
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
