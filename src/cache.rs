//! Compiled circuits that are kept on disk from one command to the next.
//!
//! An entry's name is the hash of all that its content depends on: the circuit, the device, the options, and this build
//! of the tool. Its first line is the hash of the rest, so that what was cut off or changed is noticed. Entries are
//! written beside and renamed: readers and other writers see whole ones. Nothing here is an error: what cannot be read
//! is compiled, what cannot be written is compiled again next time.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Instant, SystemTime};

use qml_devices::Device;
use qml_ir::circuit::Circuit;
use qml_source::Diagnostic;
use qml_transpile::{Compiled, Options, compile, stored};

/// All entries together take at most so many bytes.
const MOST_BYTES: u64 = 256 << 20;

const ENDING: &str = "circuit";

/// The cache of this user.
pub(crate) struct Cache {
    /// None if nothing is kept.
    folder: Option<PathBuf>,
    build: String,
}

impl Cache {
    /// `$QMLANG_CACHE_DIR`, or `qmlang` in the folder that the system has for caches; with `is_off` nothing is kept.
    pub(crate) fn new(is_off: bool) -> Self {
        let variable =
            |name: &str| std::env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
        let of_user = || {
            let caches = variable("XDG_CACHE_HOME").filter(|path| path.is_absolute());
            Some(caches.or_else(|| Some(std::env::home_dir()?.join(".cache")))?.join("qmlang"))
        };
        let folder = if is_off { None } else { variable("QMLANG_CACHE_DIR").or_else(of_user) };
        match build() {
            Some(build) => Self { folder, build },
            None => Self { folder: None, build: String::new() },
        }
    }

    /// Compiles a circuit, or reads what it was compiled to before; the time it took then is its `compile_ms`.
    pub(crate) fn compile(
        &self,
        circuit: &Circuit,
        device: &Device,
        options: &Options,
    ) -> Result<Compiled, Diagnostic> {
        let path = self.folder.as_ref().map(|folder| {
            let key = format!("{}\n{}", self.build, stored::key(circuit, device, options));
            folder.join(format!("{}.{ENDING}", blake3::hash(key.as_bytes()).to_hex()))
        });
        let kept = path.as_deref().and_then(read).and_then(|text| stored::read(&text, circuit));
        if let Some(compiled) = kept {
            return Ok(compiled);
        }
        #[expect(clippy::disallowed_methods, reason = "the time is reported, nothing depends on it")]
        let start = Instant::now();
        let mut compiled = compile(circuit, device, options)?;
        compiled.stats.compile_ms = Some(start.elapsed().as_secs_f64() * 1e3);
        if let (Some(path), Some(text)) = (&path, stored::write(&compiled, circuit)) {
            write(path, &text);
            let folder = path.parent().unwrap_or(path);
            make_room(folder, MOST_BYTES);
        }
        Ok(compiled)
    }
}

/// What tells this build of the tool from others; none if it can't be told.
fn build() -> Option<String> {
    let file = fs::metadata(std::env::current_exe().ok()?).ok()?;
    let age = file.modified().ok()?.duration_since(SystemTime::UNIX_EPOCH).ok()?;
    Some(format!("{} {} {}", env!("CARGO_PKG_VERSION"), file.len(), age.as_nanos()))
}

/// The content of an entry, if it is whole.
fn read(path: &Path) -> Option<String> {
    let text = fs::read_to_string(path).ok()?;
    let (hash, content) = text.split_once('\n')?;
    (hash == blake3::hash(content.as_bytes()).to_hex().as_str()).then(|| content.to_owned())
}

/// Writes an entry, if that is possible.
fn write(path: &Path, content: &str) {
    let beside = path.with_extension(format!("{}.partial", std::process::id()));
    let written = || {
        fs::create_dir_all(path.parent()?).ok()?;
        let mut file = fs::File::create(&beside).ok()?;
        writeln!(file, "{}", blake3::hash(content.as_bytes()).to_hex()).ok()?;
        file.write_all(content.as_bytes()).ok()?;
        fs::rename(&beside, path).ok()
    };
    if written().is_none() {
        _ = fs::remove_file(&beside);
    }
}

/// Removes the oldest entries until the others take at most so many bytes, and what writers left that were killed.
fn make_room(folder: &Path, most: u64) {
    let Ok(files) = fs::read_dir(folder) else { return };
    let mut entries: Vec<(SystemTime, PathBuf, u64)> = files
        .filter_map(|file| {
            let file = file.ok()?;
            let path = file.path();
            // The folder may hold what is not ours.
            let is_ours = path.extension().is_some_and(|ending| ending == ENDING || ending == "partial");
            let facts = file.metadata().ok().filter(|facts| is_ours && facts.is_file())?;
            Some((facts.modified().ok()?, path, facts.len()))
        })
        .collect();
    entries.sort_unstable();
    let mut n_bytes: u64 = entries.iter().map(|entry| entry.2).sum();
    for (_, path, size) in entries {
        if n_bytes <= most {
            return;
        }
        _ = fs::remove_file(path);
        n_bytes -= size;
    }
}

#[cfg(test)]
mod tests {
    use super::{ENDING, make_room, read, write};

    #[test]
    fn the_oldest_entries_make_room_and_files_of_others_stay() {
        let folder = std::env::temp_dir().join(format!("qmlang-cache-{}", std::process::id()));
        let path = |name: &str| folder.join(format!("{name}.{ENDING}"));
        for (i, name) in ["a", "b", "c"].into_iter().enumerate() {
            write(&path(name), &"x".repeat(1000));
            let age = std::time::Duration::from_secs(1000 + i as u64);
            let file = std::fs::File::options().append(true).open(path(name)).unwrap();
            file.set_modified(std::time::SystemTime::UNIX_EPOCH + age).unwrap();
        }
        std::fs::write(folder.join("note.txt"), "y".repeat(5000)).unwrap();
        make_room(&folder, 2200);
        assert_eq!(["a", "b", "c"].map(|name| read(&path(name)).is_some()), [false, true, true]);
        assert!(folder.join("note.txt").exists());
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
