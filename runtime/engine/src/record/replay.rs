//! What the world told a run and what it was told, so that a resumed run meets the same.
//!
//! What is printed before the place where the run stopped is compared with `output.txt` and not printed again. `elapsed()`
//! gives what it gave (`checkpoints/elapsed.f64`, little endian). Files of data are known by their hashes; where the program
//! has written over one that it had read, what it had read is in `checkpoints/inputs/`.

use std::collections::VecDeque;
use std::fs::{self, File, OpenOptions};
use std::io::{self, BufWriter, Read as _, Write};
use std::path::Path;

use super::folder::{Folder, replace};
use super::manifest::{Read, sha256};

/// More answers of `elapsed` than these are not kept.
const MOST_TIMES: usize = 1 << 20;
/// How much of the output is read at once.
const CHUNK: usize = 1 << 16;

/// The output of a run, and what of it was printed by a process before.
#[derive(Debug)]
pub(super) struct Printed {
    file: File,
    /// The file once more, to compare with; none when its end was met.
    before: Option<File>,
}

impl Printed {
    pub fn new(path: &Path, is_resumed: bool) -> io::Result<Self> {
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        let before = if is_resumed { Some(File::open(path)?) } else { None };
        Ok(Self { file, before })
    }

    /// Takes a text; gives the part of it that nobody has seen yet, or nothing if something else was printed before.
    pub fn print<'t>(&mut self, text: &'t str) -> io::Result<Option<&'t str>> {
        let known = match &mut self.before {
            Some(before) => common(before, text.as_bytes())?,
            None => Some(0),
        };
        let Some(known) = known else { return Ok(None) };
        let seen = text.floor_char_boundary(known);
        if known < text.len() {
            self.before = None;
            // A letter that was cut in two is written anew.
            let length = self.file.metadata()?.len();
            self.file.set_len(length - (known - seen) as u64)?;
            self.file.write_all(&text.as_bytes()[seen..])?;
        }
        Ok(Some(&text[seen..]))
    }

    /// Whether there is output of a process before that was not printed again.
    pub fn has_more_before(&mut self) -> io::Result<bool> {
        match &mut self.before {
            Some(before) => Ok(before.read(&mut [0])? > 0),
            None => Ok(false),
        }
    }
}

/// How many bytes of the text come next in the file, which ends there if these are not all; nothing if others come.
fn common(file: &mut File, text: &[u8]) -> io::Result<Option<usize>> {
    let mut known = 0;
    let mut chunk = vec![0; CHUNK.min(text.len())];
    while known < text.len() {
        let room = chunk.len().min(text.len() - known);
        let n = file.read(&mut chunk[..room])?;
        if n == 0 {
            break;
        }
        if chunk[..n] != text[known..known + n] {
            return Ok(None);
        }
        known += n;
    }
    Ok(Some(known))
}

/// The answers of `elapsed`.
#[derive(Debug)]
pub(super) struct Times {
    file: BufWriter<File>,
    n_kept: usize,
    before: VecDeque<f64>,
}

impl Times {
    pub fn new(path: &Path) -> io::Result<Self> {
        let mut bytes = Vec::new();
        if path.exists() {
            File::open(path)?.read_to_end(&mut bytes)?;
        }
        let before: VecDeque<f64> =
            bytes.as_chunks().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect();
        let file = OpenOptions::new().create(true).append(true).open(path)?;
        // An answer that was cut off was not given.
        file.set_len(8 * before.len() as u64)?;
        Ok(Self { file: BufWriter::new(file), n_kept: before.len(), before })
    }

    /// What was answered before, else what the clock says.
    pub fn answer(&mut self, clock: f64) -> io::Result<f64> {
        if let Some(before) = self.before.pop_front() {
            return Ok(before);
        }
        if self.n_kept < MOST_TIMES {
            self.n_kept += 1;
            self.file.write_all(&clock.to_le_bytes())?;
        }
        Ok(clock)
    }

    /// To be called before something is seen that may depend on an answer.
    pub fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a file of data is, for the manifest.
pub(super) fn read_of(path: &str, content: &[u8]) -> Read {
    Read { path: path.to_owned(), sha256: sha256(content), bytes: content.len() as u64 }
}

/// Keeps what a file held that was read, and is about to be written over.
pub(super) fn keep_input(folder: &Folder, full: &Path, read: &Read) -> io::Result<()> {
    let kept = folder.checkpoint("inputs").join(&read.sha256);
    if kept.exists() {
        return Ok(());
    }
    let content = fs::read(full)?;
    // Else it is something that the program wrote itself, and will write again.
    if sha256(&content) == read.sha256 {
        fs::create_dir_all(folder.checkpoint("inputs"))?;
        replace(&kept, &content, true)?;
    }
    Ok(())
}

/// What was kept of an input.
pub(super) fn kept_input(folder: &Folder, read: &Read) -> Option<Vec<u8>> {
    fs::read(folder.checkpoint("inputs").join(&read.sha256)).ok()
}

#[cfg(test)]
mod tests;
