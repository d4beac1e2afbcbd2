//! `qmlang devices`

use qml_source::SourceMap;

use crate::cli::DevicesArgs;
use crate::show::{self, Shown};

pub(crate) fn devices(args: &DevicesArgs) -> Result<(), Shown> {
    let failed = |error| show::fail(&error, &SourceMap::default());
    let json = |text: Result<String, serde_json::Error>| text.map_or_else(|e| e.to_string(), |s| s + "\n");
    let text = match &args.name {
        Some(name) if args.file => qml_devices::device_file(name).map_err(failed)?,
        Some(name) => {
            let summary = qml_devices::find(name).map_err(failed)?.summary();
            if args.json { json(serde_json::to_string_pretty(&summary)) } else { summary.to_string() }
        }
        None => {
            let list = qml_devices::list().map_err(failed)?;
            if args.json { json(serde_json::to_string_pretty(&list)) } else { qml_devices::table(&list) }
        }
    };
    show::print(&text);
    Ok(())
}
