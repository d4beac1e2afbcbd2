//! Sources in, diagnostics and a program out.
//!
//! [`compile`] reads a file and what it uses, checks it, and lowers it to host IR whose gradients are expanded. Files come
//! through [`Files`], so an editor can hand in what it has not saved. The crate must never learn how programs are run.

pub mod bindings;
pub mod doc;
pub mod kernel;
mod load;
pub mod stdlib;
pub mod target;
mod world;

use std::path::{Path, PathBuf};

use qml_ir::host;
use qml_ir::survey::Survey;
use qml_semantics::{hir, modules::SourceModule};
use qml_source::{Diagnostic, SourceMap};

/// Where sources are read from.
pub trait Files {
    /// The text of a file; an error tells why there is none.
    fn read(&self, path: &Path) -> Result<String, String>;

    /// The names of the files in a folder, for suggestions; none where they can't be listed.
    fn names(&self, _folder: &Path) -> Vec<String> {
        Vec::new()
    }
}

/// The files of this computer.
pub struct Disk;

impl Files for Disk {
    fn names(&self, folder: &Path) -> Vec<String> {
        let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let mut names: Vec<_> = entries.filter_map(|entry| entry.file_name().into_string().ok()).collect();
        names.sort();
        names
    }

    fn read(&self, path: &Path) -> Result<String, String> {
        let bytes = std::fs::read(path).map_err(|error| match error.kind() {
            std::io::ErrorKind::NotFound => "there is no such file".to_owned(),
            std::io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
            _ => error.to_string(),
        })?;
        String::from_utf8(bytes).map_err(|error| {
            format!(
                "it is not UTF-8 text (byte {} is the first that isn't)",
                error.utf8_error().valid_up_to()
            )
        })
    }
}

/// What became of a source.
pub struct Compilation {
    /// All files that were read.
    pub sources: SourceMap,
    /// What there is to say, errors among it if there is no [`Self::module`].
    pub diagnostics: Vec<Diagnostic>,
    /// The typed program, as far as it could be checked.
    pub program: hir::Program,
    /// The program in host IR, if there was no error.
    pub module: Option<host::Module>,
    /// What `main` will ask of a device, as far as it is known before it runs.
    pub survey: Survey,
    /// The folder of the source: where the paths of data start.
    pub folder: PathBuf,
}

/// Operations that a program is followed for by [`qml_ir::survey`]: a fraction of a second.
const SURVEY_BUDGET: usize = 100_000;

/// Parses, checks and lowers the program at `path` with the given values of its `param`s.
pub fn compile(files: &dyn Files, path: &Path, params: &[(String, String)]) -> Compilation {
    let unsurveyed = compile_unsurveyed(files, path, params);
    let survey = unsurveyed.survey(files);
    unsurveyed.with(survey)
}

/// A compilation without its survey, which takes time and on which the module doesn't depend.
pub struct Unsurveyed {
    compilation: Compilation,
    /// The module before gradients were replaced: a gradient in one piece is easier to follow.
    plain: Option<host::Module>,
}

/// Does what [`compile`] does before the survey.
pub fn compile_unsurveyed(files: &dyn Files, path: &Path, params: &[(String, String)]) -> Unsurveyed {
    let mut compilation = check(files, path, params);
    if compilation.diagnostics.iter().any(Diagnostic::is_error) {
        return Unsurveyed { compilation, plain: None };
    }
    let plain = qml_semantics::lower::lower(&compilation.program, &compilation.sources);
    let mut module = plain.clone();
    qml_ir::batch_calls(&mut module);
    match qml_ir::differentiate(&mut module) {
        Ok(warnings) => {
            compilation.diagnostics.extend(warnings);
            compilation.module = Some(module);
            Unsurveyed { compilation, plain: Some(plain) }
        }
        Err(errors) => {
            compilation.diagnostics.extend(errors);
            Unsurveyed { compilation, plain: None }
        }
    }
}

impl Unsurveyed {
    /// The program in host IR, if there was no error.
    pub fn module(&self) -> Option<&host::Module> {
        self.compilation.module.as_ref()
    }

    /// What `main` will ask of a device; nothing of a program with an error.
    pub fn survey(&self, files: &dyn Files) -> Survey {
        let Compilation { program, folder, .. } = &self.compilation;
        let Some(plain) = &self.plain else { return Survey::default() };
        let fields = |variable: &str, way: &[usize]| field_name(program, variable, way);
        qml_ir::survey::survey(plain, &mut world::Data { files, folder }, SURVEY_BUDGET, &fields)
    }

    /// The whole compilation.
    pub fn with(self, survey: Survey) -> Compilation {
        let mut compilation = self.compilation;
        compilation.diagnostics.extend(survey.zeros.iter().cloned());
        compilation.survey = survey;
        compilation
    }
}

/// The name of a part of a variable, or of a place in one (`model.layer`), by the way to it; none if the variables of
/// this name have several types.
fn field_name(program: &hir::Program, variable: &str, way: &[usize]) -> Option<String> {
    let mut names = variable.split('.');
    let name = names.next()?;
    let locals = program.functions.iter().flat_map(|function| &function.locals);
    let mut types = locals.filter(|local| local.name.text == name).map(|local| &local.ty);
    let mut ty = types.next()?;
    if types.any(|other| other != ty) {
        return None;
    }
    for name in names {
        ty = fields_of(program, ty).into_iter().find(|(field, _)| field == name)?.1;
    }
    let mut found = None;
    for &part in way {
        let (field, part_type) = fields_of(program, ty).into_iter().nth(part)?;
        (found, ty) = (Some(field), part_type);
    }
    found
}

/// The fields of a struct or tuple; of a tensor, those of its elements.
fn fields_of<'p>(program: &'p hir::Program, ty: &'p hir::Type) -> Vec<(String, &'p hir::Type)> {
    match ty {
        hir::Type::Tensor(element, _) => program.fields(element),
        other => program.fields(other),
    }
}

/// Parses and checks the program at `path`; lowers nothing.
pub fn check(files: &dyn Files, path: &Path, params: &[(String, String)]) -> Compilation {
    let mut sources = SourceMap::default();
    let mut diagnostics = Vec::new();
    let modules: Vec<SourceModule> = load::load(files, path, &mut sources, &mut diagnostics);
    let mut program = hir::Program::default();
    if !modules.is_empty() {
        let checked = qml_semantics::check(&modules, params, stdlib::module_of);
        diagnostics.extend(checked.diagnostics);
        program = checked.program;
    }
    // In source order, the program's own file first; what has no place comes first.
    diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    let folder = path.parent().map(Path::to_path_buf).unwrap_or_default();
    Compilation { sources, diagnostics, program, module: None, survey: Survey::default(), folder }
}
