//! `qmlang fmt`

use std::io::Read;
use std::path::Path;

use qml_driver::{Disk, Files};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::FmtArgs;
use crate::commands::test::collect;
use crate::show::{self, Form, Shown};

pub(crate) fn fmt(args: &FmtArgs) -> Result<(), Shown> {
    let mut result = Ok(());
    let mut files = Vec::new();
    for path in &args.files {
        if let Err(error) = collect(path, &mut files) {
            let message = format!("cannot read `{}`: {error}", path.display());
            result = Err(show::fail(&Diagnostic::error(Code::Q0910, message), &SourceMap::default()));
        }
    }
    for file in files {
        let done =
            if file == Path::new("-") { format_input(args.check) } else { format_file(&file, args.check) };
        result = result.and(done);
    }
    result
}

/// Formats a file in place, or says that it isn't formatted.
fn format_file(file: &Path, is_check: bool) -> Result<(), Shown> {
    let text = Disk.read(file).map_err(|why| cannot_read(&file.display().to_string(), &why))?;
    let formatted = format(&file.display().to_string(), &text)?;
    match (formatted == text, is_check) {
        (true, _) => Ok(()),
        (false, true) => {
            show::print(&format!("{}\n", file.display()));
            Err(Shown)
        }
        (false, false) => show::write_file(file, &formatted),
    }
}

/// Formats standard input to standard output.
fn format_input(is_check: bool) -> Result<(), Shown> {
    let mut text = String::new();
    std::io::stdin().read_to_string(&mut text).map_err(|error| cannot_read("-", &error.to_string()))?;
    let formatted = format("<standard input>", &text)?;
    if !is_check {
        show::print(&formatted);
    } else if formatted != text {
        show::print("-\n");
        return Err(Shown);
    }
    Ok(())
}

fn cannot_read(name: &str, why: &str) -> Shown {
    let message = format!("cannot read `{name}`: {why}");
    show::fail(&Diagnostic::error(Code::Q0910, message), &SourceMap::default())
}

fn format(name: &str, text: &str) -> Result<String, Shown> {
    let mut sources = SourceMap::default();
    let file = sources.add(name.to_owned(), text);
    qml_syntax::format(file, text).map_err(|diagnostics| {
        show::show(&diagnostics, &sources, Form::Text);
        Shown
    })
}
