//! `qmlang run`

use std::collections::BTreeMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::path::{Path, PathBuf};

use qml_devices::Device;
use qml_driver::Disk;
use qml_engine::Place;
use qml_engine::manifest::{DeviceNote, Manifest};
use qml_source::{Diagnostic, SourceMap};

use crate::cli::RunArgs;
use crate::execute::{self, Job};
use crate::show::{self, Shown};
use crate::signals;

/// Where runs are kept, in the working folder.
const RUNS: &str = "runs";

pub(crate) fn run(args: &RunArgs) -> Result<(), Shown> {
    signals::listen_early();
    let params = show::pairs("-D", &args.params.define)?;
    let emulated =
        execute::emulated(&args.target).map_err(|error| show::fail(&error, &SourceMap::default()))?;
    let device = device_note(&args.target, emulated.as_ref())
        .map_err(|error| show::fail(&error, &SourceMap::default()))?;
    let executable = execute::compile(&Disk, &args.file, &params, &args.how)?;
    let seed = args.seed.unwrap_or_else(draw_seed);
    let manifest = Manifest {
        params: params.into_iter().collect(),
        seed,
        shots: args.shots,
        target: args.target.clone(),
        device,
        price: emulated.as_ref().and_then(|device| device.price.clone()),
        method: args.simulation.method.clone(),
        max_bond: args.simulation.max_bond,
        truncation: args.simulation.truncation,
        precision: args.simulation.precision.clone(),
        ..about(&args.file)
    };
    let place = match &args.run_dir {
        _ if args.no_run_dir => None,
        Some(path) => Some(Place::At(path.clone())),
        None => Some(Place::In(PathBuf::from(RUNS))),
    };
    let tells_seed = args.seed.is_none();
    execute::execute(Job { executable: &executable, emulated, manifest, place, tells_seed }, &args.how)
}

/// What the process knows of a run of this program.
fn about(file: &Path) -> Manifest {
    let versions = [
        ("qmlang", env!("CARGO_PKG_VERSION")),
        ("os", std::env::consts::OS),
        ("arch", std::env::consts::ARCH),
    ];
    Manifest {
        format: Manifest::FORMAT.to_owned(),
        version: Manifest::VERSION,
        name: file.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
        command: std::env::args().collect(),
        folder: std::env::current_dir().map_or_else(|_| String::new(), |path| path.display().to_string()),
        program: file.display().to_string(),
        versions: BTreeMap::from(versions.map(|(name, version)| (name.to_owned(), version.to_owned()))),
        ..Manifest::default()
    }
}

/// What a manifest says of the device of a target; nothing of the simulator.
pub(crate) fn device_note(target: &str, device: Option<&Device>) -> Result<Option<DeviceNote>, Diagnostic> {
    let Some(device) = device else { return Ok(None) };
    let kind = Some(device.calibration.kind.clone()).filter(|kind| !kind.is_empty());
    Ok(Some(DeviceNote {
        name: device.name.clone(),
        calibration: device.calibration.timestamp.clone().or(kind),
        figures: blake3::hash(figures(target)?.as_bytes()).to_hex().to_string(),
    }))
}

/// The file of the device without its price, at another of which a run may go on. What the tool learns to read of devices
/// changes no file.
fn figures(target: &str) -> Result<String, Diagnostic> {
    let text = qml_devices::device_file(target.strip_prefix("emulator:").unwrap_or(target))?;
    let mut file: serde_json::Value = serde_json::from_str(&text).unwrap_or_default();
    if let Some(fields) = file.as_object_mut() {
        fields.remove("price");
    }
    Ok(file.to_string())
}

/// A seed that is short enough to type again.
fn draw_seed() -> u64 {
    RandomState::new().build_hasher().finish() % 1_000_000
}
