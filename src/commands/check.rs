//! `qmlang check`

use qml_devices::Device;
use qml_driver::Compilation;
use qml_ir::circuit::Circuit;
use qml_source::{Diagnostic, SourceMap};
use qml_transpile::Options;

use crate::cache::Cache;
use crate::cli::CheckArgs;
use crate::show::{self, Form, Shown};

pub(crate) fn check(args: &CheckArgs) -> Result<(), Shown> {
    let form = if args.json { Form::JsonResult } else { Form::Text };
    let params = show::pairs("-D", &args.params.define)?;
    let device = match &args.target {
        Some(target) => Some(device(target).map_err(|error| show::fail(&error, &SourceMap::default()))?),
        None => None,
    };
    let cache = Cache::new(args.no_cache);
    let mut is_wrong = false;
    for file in &args.files {
        let mut compilation = qml_driver::compile(&qml_driver::Disk, file, &params);
        if let Some(device) = &device {
            let said = check_device(&compilation, device, args.shots, &cache);
            compilation.diagnostics.extend(said);
        }
        show::show(&compilation.diagnostics, &compilation.sources, form);
        is_wrong |= compilation.diagnostics.iter().any(Diagnostic::is_error);
    }
    if is_wrong { Err(Shown) } else { Ok(()) }
}

/// A device that circuits are compiled for; its emulator has the same limits.
fn device(target: &str) -> Result<Device, Diagnostic> {
    let device = qml_devices::find(target.strip_prefix("emulator:").unwrap_or(target))?;
    device.native_basis()?;
    Ok(device)
}

/// What there is to say of the program on the device, in the order of the source.
fn check_device(
    compilation: &Compilation,
    device: &Device,
    shots: Option<i64>,
    cache: &Cache,
) -> Vec<Diagnostic> {
    let Some(module) = &compilation.module else { return Vec::new() };
    let known = qml_driver::target::known(compilation, module);
    let shots = shots.map(|shots| (shots, None));
    let shots = shots.into_iter().chain(known.shots.iter().map(|&(shots, span)| (shots, Some(span))));
    let mut said: Vec<Diagnostic> =
        shots.filter_map(|(shots, span)| qml_transpile::check_shots(shots, span, device)).collect();
    said.extend(known.diagnostics);
    let compile =
        |circuit: &Circuit, device: &Device, options: &Options| cache.compile(circuit, device, options);
    for known in &known.circuits {
        let options = Options { from_zeros: true, ..Options::default() };
        for diagnostic in qml_transpile::diagnose(&known.circuit, known.span, device, &options, &compile) {
            if !said.contains(&diagnostic) {
                said.push(diagnostic);
            }
        }
    }
    said.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
    said
}
