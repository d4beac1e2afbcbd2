//! Charts of a program as files.

use std::path::Path;

use qml_prelude::Fault;
use qml_prelude::chart::Chart;
use qml_source::{Code, Diagnostic};

use crate::session::write_whole;

/// Writes a chart to the file that it names, whose path starts at `folder`, and to the folder of the run if there is one: as
/// `plots/NAME.svg` and `plots/NAME.png`. Without both it is drawn nowhere.
pub(crate) fn write(chart: &Chart, name: &str, folder: &Path, run: Option<&Path>) -> Result<(), Fault> {
    if let Some(run) = run {
        let name = format!("plots/{name}");
        _ = std::fs::create_dir_all(run.join("plots"));
        write_as(chart, &format!("{name}.svg"), run)?;
        write_as(chart, &format!("{name}.png"), run)?;
    }
    chart.file.as_ref().map_or(Ok(()), |path| write_as(chart, path, folder))
}

fn write_as(chart: &Chart, path: &str, folder: &Path) -> Result<(), Fault> {
    let picture = if Path::new(path).extension().is_some_and(|ending| ending == "png") {
        qml_report::chart::png(chart)
    } else {
        qml_report::chart::svg(chart, qml_report::chart::SIZE).map(String::into_bytes)
    };
    let written =
        picture.and_then(|bytes| write_whole(&folder.join(path), &bytes).map_err(|e| e.to_string()));
    written.map_err(|why| Box::new(Diagnostic::error(Code::Q0906, format!("cannot write `{path}`: {why}"))))
}
