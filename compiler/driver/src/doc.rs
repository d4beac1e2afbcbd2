//! Documentation pages: what a module declares, with its signatures, comments and tests, as HTML.
//!
//! [`document`] takes a program, [`document_std`] the standard library. Both write a page a module, the pages of the
//! prelude and of the gates, so that every name in a signature or example can be a link, and an index. A page needs no
//! other file: no script, no font, nothing from a network.

mod code;
mod frame;
mod markdown;
mod module;
mod names;
mod prelude;

use std::path::Path;

use qml_semantics::modules::SourceModule;
use qml_source::{Diagnostic, SourceMap};

use crate::{Files, load, stdlib};
use frame::{Frame, Link};
use names::Names;

/// A file of documentation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    /// The name of the file.
    pub file: String,
    /// The whole page.
    pub html: String,
}

/// The pages of the program at `path` and of all modules that it uses, the index last.
///
/// # Errors
///
/// What is wrong with its syntax or its `use`s, with the files that were read.
pub fn document(files: &dyn Files, path: &Path) -> Result<Vec<Page>, (Vec<Diagnostic>, SourceMap)> {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let modules = load::load(files, path, &mut sources, &mut diagnostics);
    if diagnostics.iter().any(Diagnostic::is_error) {
        return Err((diagnostics, sources));
    }
    let stem = path.file_stem().map_or_else(|| "main".into(), |stem| stem.to_string_lossy());
    let named = modules.into_iter().map(|module| match module.path.as_str() {
        "main" => SourceModule { path: stem.clone().into_owned(), ..module },
        _ => module,
    });
    Ok(pages(&stem, &named.collect::<Vec<_>>(), &sources))
}

/// The pages of the standard library, the index last.
pub fn document_std() -> Vec<Page> {
    let mut sources = SourceMap::default();
    let mut modules: Vec<SourceModule> = Vec::new();
    for (name, text) in stdlib::MODULES {
        let file = sources.add(stdlib::file_name(name), *text);
        let ast = qml_syntax::parse(file, text).module;
        modules.push(SourceModule { path: (*name).to_owned(), ast, uses: Vec::new() });
    }
    pages("The QML library", &modules, &sources)
}

/// A program in colours: HTML with its words in spans of the classes `kw`, `str`, `num`, `com` and `def`.
pub fn highlight(text: &str) -> String {
    code::highlighted(text, &Names::none().everywhere())
}

fn pages(title: &str, modules: &[SourceModule], sources: &SourceMap) -> Vec<Page> {
    let names = Names::new(modules);
    let mut links: Vec<Link> = modules
        .iter()
        .map(|module| {
            let intro = module::intro(sources.text(module.ast.file));
            let summary = intro.split("\n\n").next().unwrap_or_default().replace('\n', " ");
            Link { file: names::page_file(&module.path), title: module_title(&module.path), summary }
        })
        .collect();
    links.push(Link {
        file: names::PRELUDE.to_owned(),
        title: "Prelude".to_owned(),
        summary: "The functions and constants that are in scope everywhere.".to_owned(),
    });
    links.push(Link {
        file: names::GATES.to_owned(),
        title: "Gates".to_owned(),
        summary: "The gates that are in scope everywhere, with their formulas.".to_owned(),
    });
    let frame = Frame { title, links: &links };
    let mut pages: Vec<Page> =
        modules.iter().map(|module| module::page(&frame, module, sources, &names)).collect();
    pages.push(prelude::functions(&frame, &names));
    pages.push(prelude::gates(&frame, &names));
    pages.push(frame.index());
    pages
}

/// `encoder` for `./encoder`, as a reader knows the module.
fn module_title(path: &str) -> String {
    path.trim_start_matches("./").replace('/', ".")
}

#[cfg(test)]
mod tests;
