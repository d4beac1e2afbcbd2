//! `qmlang check`

use qml_source::{Diagnostic, SourceMap};

use crate::cli::CheckArgs;
use crate::show::{self, Form, Shown};

pub(crate) fn check(args: &CheckArgs) -> Result<(), Shown> {
    let form = if args.json { Form::JsonResult } else { Form::Text };
    let params = show::pairs("-D", &args.params.define)?;
    let device = match &args.target {
        Some(target) => {
            Some(qml_devices::find(target).map_err(|error| show::fail(&error, &SourceMap::default()))?)
        }
        None => None,
    };
    let mut is_wrong = false;
    for file in &args.files {
        let mut compilation = qml_driver::compile(&qml_driver::Disk, file, &params);
        if let (Some(module), Some(device)) = (&compilation.module, &device) {
            let limits = qml_driver::kernel::check_device(&compilation.program, module, |circuit| {
                qml_transpile::check(circuit, device)
            });
            compilation.diagnostics.extend(limits);
        }
        show::show(&compilation.diagnostics, &compilation.sources, form);
        is_wrong |= compilation.diagnostics.iter().any(Diagnostic::is_error);
    }
    if is_wrong { Err(Shown) } else { Ok(()) }
}
