//! `qmlang doc`

use std::path::Path;

use qml_driver::doc::{document, document_std};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::DocArgs;
use crate::show::{self, Form, Shown};

pub(crate) fn doc(args: &DocArgs) -> Result<(), Shown> {
    let pages = if args.file == Path::new("std") {
        document_std()
    } else {
        document(&qml_driver::Disk, &args.file).map_err(|(diagnostics, sources)| {
            show::show(&diagnostics, &sources, Form::Text);
            Shown
        })?
    };
    let folder = &args.output;
    std::fs::create_dir_all(folder).map_err(|error| {
        let message = format!("cannot make the folder `{}`: {error}", folder.display());
        show::fail(&Diagnostic::error(Code::Q0906, message), &SourceMap::default())
    })?;
    for page in pages {
        show::write_file(&folder.join(&page.file), &page.html)?;
    }
    show::print(&format!("{}\n", folder.join("index.html").display()));
    Ok(())
}
