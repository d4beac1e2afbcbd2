//! The tool in an empty folder.

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};

/// The folder of the repository.
pub(crate) fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// A folder of a test's own, empty at first, gone at the end; beside it one for the tool's cache.
pub(crate) struct Folder(PathBuf);

/// What the last line on standard error says of each run.
const KEPT: &str = "kept in runs/";

/// How a command ended.
#[derive(Clone, Debug)]
pub(crate) struct Outcome {
    /// Exit status.
    pub status: i32,
    /// Standard output.
    pub out: String,
    /// Standard error.
    pub err: String,
}

impl Folder {
    /// A new one.
    pub fn new() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let name = format!("suite-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = Path::new(env!("CARGO_TARGET_TMPDIR")).join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A new one in memory where the system has a place for that: what is made durable there takes no time.
    pub fn in_memory() -> Self {
        static COUNT: AtomicUsize = AtomicUsize::new(0);
        let memory = Path::new("/dev/shm");
        if !memory.is_dir() {
            return Self::new();
        }
        let name = format!("qmlang-{}-{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        let path = memory.join(name);
        std::fs::create_dir_all(&path).unwrap();
        Self(path)
    }

    /// A new one with one file.
    pub fn with(name: &str, text: impl AsRef<[u8]>) -> Self {
        let folder = Self::new();
        folder.write(name, text);
        folder
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Where the tool keeps compiled circuits.
    pub fn cache(&self) -> PathBuf {
        self.0.with_extension("cache")
    }

    /// Writes a file, and the folders on the way to it.
    pub fn write(&self, name: &str, text: impl AsRef<[u8]>) {
        let path = self.0.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// The text of a file.
    pub fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.0.join(name)).unwrap()
    }

    /// The names of what is in it, sorted.
    pub fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(&self.0).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// Runs the tool in this folder; words are separated by blanks.
    pub fn qmlang(&self, command: &str) -> Outcome {
        self.qmlang_args(&command.split_whitespace().collect::<Vec<_>>())
    }

    /// Runs the tool in this folder.
    pub fn qmlang_args(&self, args: &[&str]) -> Outcome {
        let output = self.command(args).output().unwrap();
        let text = |bytes| String::from_utf8(bytes).unwrap();
        let status = output.status.code().unwrap_or_else(|| panic!("{args:?} was killed: {}", output.status));
        Outcome { status, out: text(output.stdout), err: text(output.stderr) }
    }

    /// Standard output and standard error in the order in which they are written, as on a terminal.
    pub fn shown(&self, args: &[&str]) -> String {
        let (mut reader, writer) = std::io::pipe().unwrap();
        let mut child =
            self.command(args).stdout(writer.try_clone().unwrap()).stderr(writer).spawn().unwrap();
        let mut text = String::new();
        reader.read_to_string(&mut text).unwrap();
        child.wait().unwrap();
        text
    }

    fn command(&self, args: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_qmlang"));
        command.args(args).current_dir(&self.0).env("QMLANG_CACHE_DIR", self.cache()).stdin(Stdio::null());
        command
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        _ = std::fs::remove_dir_all(&self.0);
        _ = std::fs::remove_dir_all(self.cache());
    }
}

impl Outcome {
    /// What is said on standard error, but for where the run is kept.
    pub fn said(&self) -> &str {
        match self.err.rfind(KEPT) {
            Some(at) if at == 0 || self.err[..at].ends_with('\n') => &self.err[..at],
            _ => &self.err,
        }
    }

    /// Success without a message; the results.
    #[track_caller]
    pub fn quiet(self) -> String {
        assert_eq!((self.status, self.said()), (0, ""), "{self:?}");
        self.out
    }

    /// Success with no more to say than the seed that was drawn; the results.
    #[track_caller]
    pub fn quiet_but_seed(self) -> String {
        let said = self.said();
        assert!(self.status == 0 && said.starts_with("seed ") && said.lines().count() == 1, "{self:?}");
        self.out
    }

    /// Success, with no more to say than notes; the results.
    #[track_caller]
    pub fn noted(self) -> String {
        assert_eq!(self.status, 0, "{self:?}");
        let mut heads = self.err.lines().filter(|line| line.starts_with('['));
        assert!(heads.all(|head| head.contains("] Advice: ")), "{self:?}");
        self.out
    }

    /// A diagnosed error with this code and all of these texts; results printed before it are allowed.
    #[track_caller]
    pub fn fails(self, code: &str, texts: &[&str]) -> Self {
        assert_eq!(self.status, 1, "{self:#?}");
        assert!(self.err.starts_with(&format!("[{code}] Error: ")), "{code}: {self:#?}");
        for text in texts {
            assert!(self.err.contains(text), "`{text}` is not said: {self:#?}");
        }
        self
    }

    /// As [`Self::fails`], with nothing on standard output.
    #[track_caller]
    pub fn fails_silent(self, code: &str, texts: &[&str]) {
        let outcome = self.fails(code, texts);
        assert_eq!(outcome.out, "", "results");
    }
}
