//! The folder of a run: made, locked, and written to so that a reader never meets half of a file.

use std::fs::{self, File, TryLockError};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use qml_prelude::Fault;
use qml_source::{Code, Diagnostic};

/// The folder of a run that a process is at.
#[derive(Debug)]
pub(super) struct Folder {
    pub path: PathBuf,
    /// Held while the process lives, however it ends.
    _lock: File,
}

/// Where `resume` finds what it needs.
const CHECKPOINTS: &str = "checkpoints";

impl Folder {
    /// A new folder of this name in another one; with a number if there is one already.
    pub fn create_in(parent: &Path, name: &str) -> Result<Self, Fault> {
        fs::create_dir_all(parent).map_err(|error| cannot(&parent.join(name), &error))?;
        let numbered = |n: u32| if n == 1 { name.to_owned() } else { format!("{name}-{n}") };
        let made = (1..1000).find_map(|n| {
            let path = parent.join(numbered(n));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => None,
                Err(error) => Some(Err(cannot(&path, &error))),
                Ok(()) => Some(Ok(path)),
            }
        });
        let path = made.unwrap_or_else(|| Err(taken(&parent.join(name))))?;
        Self::lock(path)
    }

    /// This very folder, which must be new or empty.
    pub fn create_at(path: &Path) -> Result<Self, Fault> {
        fs::create_dir_all(path).map_err(|error| cannot(path, &error))?;
        let mut entries = fs::read_dir(path).map_err(|error| cannot(path, &error))?;
        if entries.next().is_some() {
            return Err(taken(path));
        }
        Self::lock(path.to_owned())
    }

    /// The folder of a run that was.
    pub fn open(path: &Path) -> Result<Self, Fault> {
        Self::lock(path.to_owned())
    }

    fn lock(path: PathBuf) -> Result<Self, Fault> {
        let checkpoints = path.join(CHECKPOINTS);
        let file = fs::create_dir_all(&checkpoints).and_then(|()| File::create(checkpoints.join("lock")));
        let file = file.map_err(|error| cannot(&path, &error))?;
        match file.try_lock() {
            Err(TryLockError::WouldBlock) => {
                let message = format!("`{}` belongs to a process that is still running", path.display());
                return Err(Box::new(Diagnostic::error(Code::Q0926, message)));
            }
            // A file system without locks is no reason not to run.
            Ok(()) | Err(TryLockError::Error(_)) => {}
        }
        Ok(Self { path, _lock: file })
    }

    pub fn file(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    pub fn checkpoint(&self, name: &str) -> PathBuf {
        self.path.join(CHECKPOINTS).join(name)
    }
}

/// Writes beside the file and takes its place. What is `durable` outlives a loss of power.
pub(super) fn replace(path: &Path, content: &[u8], durable: bool) -> io::Result<()> {
    let mut beside = path.as_os_str().to_owned();
    beside.push(".partial");
    let mut file = File::create(&beside)?;
    file.write_all(content)?;
    if durable {
        file.sync_all()?;
    }
    fs::rename(&beside, path)?;
    if durable && let Some(parent) = path.parent() {
        sync_folder(parent)?;
    }
    Ok(())
}

/// Makes names of files as durable as what they hold, where folders can be opened.
fn sync_folder(path: &Path) -> io::Result<()> {
    match File::open(path) {
        Ok(folder) => folder.sync_all(),
        Err(_) => Ok(()),
    }
}

/// Something of a run's folder can't be written.
pub(super) fn cannot(path: &Path, error: &io::Error) -> Fault {
    let why = match error.kind() {
        io::ErrorKind::AlreadyExists => "there is a file of this name".to_owned(),
        io::ErrorKind::NotADirectory => "a part of this path is a file".to_owned(),
        io::ErrorKind::NotFound => "there no folder can be made".to_owned(),
        io::ErrorKind::PermissionDenied => "you may not write there".to_owned(),
        io::ErrorKind::ReadOnlyFilesystem => "nothing can be written there".to_owned(),
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => "there is no room left".to_owned(),
        io::ErrorKind::InvalidFilename => "the name is not one of a file, or too long".to_owned(),
        _ => error.to_string(),
    };
    let message = format!("cannot write `{}`: {why}", path.display());
    Box::new(Diagnostic::error(Code::Q0906, message).help("`--no-run-dir` keeps nothing"))
}

fn taken(path: &Path) -> Fault {
    let message = format!("`{}` is there already, and is not empty", path.display());
    Box::new(
        Diagnostic::error(Code::Q0928, message).help("each run has a folder of its own: choose another name"),
    )
}
