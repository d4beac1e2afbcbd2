//! `qmlang explain`

use qml_source::{CODES, Code, Diagnostic, SourceMap};

use crate::cli::ExplainArgs;
use crate::show::{self, Shown};

pub(crate) fn explain(args: &ExplainArgs) -> Result<(), Shown> {
    match Code::find(&args.code) {
        Some(row) => {
            show::print(&format!("{}: {}", row.code, row.page.trim_start_matches("# ")));
            Ok(())
        }
        None => {
            let (first, last) = (CODES[0].code, CODES[CODES.len() - 1].code);
            let diagnostic = Diagnostic::error(Code::Q0924, format!("there is no code `{}`", args.code))
                .help(format!("codes look like `Q0201`; they go from {first} to {last}"));
            Err(show::fail(&diagnostic, &SourceMap::default()))
        }
    }
}
