//! `qmlang resume`

use std::path::{Path, PathBuf};

use qml_devices::Price;
use qml_driver::{Disk, Files};
use qml_engine::Place;
use qml_engine::manifest::{Manifest, Source, Status, sha256};
use qml_source::{Code, Diagnostic, SourceMap};

use crate::cli::ResumeArgs;
use crate::commands::run::device_note;
use crate::execute::{self, Job};
use crate::show::{self, Shown};
use crate::signals;

pub(crate) fn resume(args: &ResumeArgs) -> Result<(), Shown> {
    signals::listen_early();
    let fail = |error: &Diagnostic| show::fail(error, &SourceMap::default());
    let manifest = read(&args.run).map_err(|error| fail(&error))?;
    if manifest.status == Status::Finished {
        show::say(&format!("`{}` has come to its end: there is nothing to go on with\n", args.run.display()));
        return Ok(());
    }
    // Paths of the run are told from where it was started; that of its folder from here.
    let here = std::fs::canonicalize(&args.run).unwrap_or_else(|_| args.run.clone());
    if std::env::set_current_dir(&manifest.folder).is_err() {
        let message = format!("`{}`, where this run was started, is not there", manifest.folder);
        return Err(fail(&Diagnostic::error(Code::Q0926, message)));
    }
    let emulated = execute::emulated(&manifest.target).map_err(|error| fail(&error))?;
    if device_note(&manifest.target, emulated.as_ref()).map_err(|error| fail(&error))? != manifest.device {
        let message = format!("`{}` has other figures than when this run began", manifest.target);
        return Err(fail(&Diagnostic::error(Code::Q0926, message).help("begin anew with `qmlang run`")));
    }
    let price = emulated.as_ref().and_then(|device| device.price.clone());
    let manifest = at_price(manifest, price).map_err(|error| fail(&error))?;
    tell_version(&manifest);
    let kept = Sources { folder: &here, sources: &manifest.sources };
    kept.check().map_err(|error| fail(&error))?;
    kept.tell_changed();
    let params: Vec<_> = manifest.params.clone().into_iter().collect();
    let executable = execute::compile(&kept, Path::new(&manifest.program), &params, &args.how)?;
    let place = Some(Place::Resumed(shortest(&args.run, here.clone())));
    let job = Job { executable: &executable, emulated, manifest, place, tells_seed: false };
    execute::execute(job, &args.how)
}

/// Says whether the device has another price than when the run began. What was spent stays spent; in another currency it can't
/// be added to.
fn at_price(manifest: Manifest, price: Option<Price>) -> Result<Manifest, Diagnostic> {
    if manifest.price == price {
        return Ok(manifest);
    }
    let shown = |price: Option<&Price>| price.map_or_else(|| "not known".to_owned(), Price::to_string);
    let (then, now) = (shown(manifest.price.as_ref()), shown(price.as_ref()));
    if let (Some(then), Some(now)) = (&manifest.price, &price)
        && then.currency != now.currency
    {
        let message = format!(
            "`{}` is paid in {} now, and this run began in {}",
            manifest.target, now.currency, then.currency
        );
        return Err(Diagnostic::error(Code::Q0926, message).help("begin anew with `qmlang run`"));
    }
    show::say(&format!(
        "the price of `{}` was {then}, and is {now}: what was spent stays as it is, the rest is at the new price\n",
        manifest.target
    ));
    Ok(Manifest { price, ..manifest })
}

/// Says whether another version of the tool began the run.
fn tell_version(manifest: &Manifest) {
    let here = env!("CARGO_PKG_VERSION");
    if let Some(then) = manifest.versions.get("qmlang").filter(|then| *then != here) {
        show::say(&format!(
            "qmlang {then} began this run, and this is {here}: it may not come to the same as if it had not been stopped\n"
        ));
    }
}

/// The path as it was given, if it still leads there.
fn shortest(given: &Path, absolute: PathBuf) -> PathBuf {
    let leads_there = std::fs::canonicalize(given).is_ok_and(|path| path == absolute);
    if leads_there { given.to_owned() } else { absolute }
}

/// The manifest of a run.
fn read(run: &Path) -> Result<Manifest, Diagnostic> {
    let path = run.join("manifest.json");
    let no_run = |why: String| {
        Diagnostic::error(Code::Q0926, format!("`{}` is no run: {why}", run.display()))
            .help("a run's folder has a `manifest.json`; `qmlang run` says where it keeps one")
    };
    let text = std::fs::read_to_string(&path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => no_run(format!("there is no `{}`", path.display())),
        _ => no_run(error.to_string()),
    })?;
    let manifest: Manifest = serde_json::from_str(&text).map_err(|error| no_run(error.to_string()))?;
    if manifest.format != Manifest::FORMAT {
        return Err(no_run("its manifest is of another kind".to_owned()));
    }
    if manifest.version != Manifest::VERSION {
        let (run, version, reads) = (run.display(), manifest.version, Manifest::VERSION);
        let tool = manifest.versions.get("qmlang").map_or("?", String::as_str);
        let message = format!(
            "`{run}` can't go on: its manifest is of version {version}, this tool reads version {reads}"
        );
        return Err(Diagnostic::error(Code::Q0926, message)
            .help(format!("qmlang {tool} began it, and goes on with it")));
    }
    Ok(manifest)
}

/// The files of a program as they were when its run began.
struct Sources<'a> {
    folder: &'a Path,
    sources: &'a [Source],
}

impl Sources<'_> {
    /// An error if a copy in the run's folder is not what the run began with.
    fn check(&self) -> Result<(), Diagnostic> {
        for source in self.sources {
            let copy = self.folder.join(&source.kept);
            let why = match std::fs::read(&copy) {
                Ok(text) if sha256(&text) == source.sha256 => continue,
                Ok(_) => "has changed since".to_owned(),
                Err(error) => format!("can't be read: {error}"),
            };
            let message = format!("`{}`, what this run began with, {why}", copy.display());
            return Err(Diagnostic::error(Code::Q0926, message).help("begin anew with `qmlang run`"));
        }
        Ok(())
    }

    /// Says which files have changed since.
    fn tell_changed(&self) {
        for source in self.sources {
            let path = Path::new(&source.path);
            let kept = self.read(path);
            if Disk.read(path) != kept {
                let path = path.display();
                show::say(&format!("`{path}` has changed since this run began: what it was then is run\n"));
            }
        }
    }
}

impl Files for Sources<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        match self.sources.iter().find(|source| Path::new(&source.path) == path) {
            Some(source) => Disk.read(&self.folder.join(&source.kept)),
            None => Disk.read(path),
        }
    }
}
