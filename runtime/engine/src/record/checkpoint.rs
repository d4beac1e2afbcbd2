//! What a run goes on from: `checkpoints/state.msgpack` and `checkpoints/finished.msgpack`.
//!
//! A run is a function of its program, its inputs and its seed, so a resumed one begins at the start of `main`. Each
//! `optimize` that had ended gives back at once what it came to, and the one that was running goes on from its last kept
//! step. Finished ones are appended to a file, each with its length before it; the state says how much of that file counts,
//! and takes the place of the one before it in one move. Whatever moment a process is killed at, there is one whole state.
//!
//! Both are `MessagePack`, in which floats are bits; before each record stands its SHA-256, so that a bit that a disk has lost
//! is an error and not another result.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Write};
use std::sync::Arc;

use qml_prelude::{Fault, Optimizer};
use qml_source::{Code, Diagnostic, bug};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::folder::{Folder, replace};
use super::meter::Reading;
use crate::ledger::Ledger;

const STATE: &str = "state.msgpack";
const FINISHED: &str = "finished.msgpack";
const VERSION: u32 = 2;
/// Bytes of a checksum.
const SUM: usize = 32;

/// An `optimize` after one of its steps.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Its number.
    pub id: u64,
    /// Parameters, moments, counters: all of it.
    pub optimizer: Arc<Optimizer>,
    /// What the run had spent then.
    pub ledger: Ledger,
}

/// What is replaced as a whole.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct State {
    version: u32,
    /// How much of the file of those that had ended counts.
    finished_bytes: u64,
    /// The one that was running.
    pub current: Option<Kept>,
    /// How much of `metrics.csv` counts.
    pub metrics_bytes: u64,
    /// Wall time, processor time and energy up to now.
    pub meter: Reading,
}

/// The two files, to write.
#[derive(Debug)]
pub(super) struct Checkpoints {
    finished: File,
    finished_bytes: u64,
    /// Those that have ended since the last state was written.
    pending: Vec<u8>,
}

impl Checkpoints {
    /// Begins with nothing kept, or with what a state counts of the file.
    pub fn new(folder: &Folder, state: &State) -> io::Result<Self> {
        let finished = OpenOptions::new().create(true).append(true).open(folder.checkpoint(FINISHED))?;
        finished.set_len(state.finished_bytes)?;
        Ok(Self { finished, finished_bytes: state.finished_bytes, pending: Vec::new() })
    }

    /// An `optimize` has ended.
    pub fn finish(&mut self, kept: &Kept) {
        let bytes = pack(kept);
        self.pending.extend((bytes.len() as u64).to_le_bytes());
        self.pending.extend(bytes);
    }

    /// Makes all that is known outlive this process, and a loss of power.
    pub fn write(
        &mut self,
        folder: &Folder,
        current: Option<Kept>,
        metrics_bytes: u64,
        meter: Reading,
    ) -> io::Result<()> {
        if !self.pending.is_empty() {
            self.finished.write_all(&self.pending)?;
            self.finished.sync_data()?;
            self.finished_bytes += self.pending.len() as u64;
            self.pending.clear();
        }
        let finished_bytes = self.finished_bytes;
        let state = State { version: VERSION, finished_bytes, current, metrics_bytes, meter };
        replace(&folder.checkpoint(STATE), &pack(&state), true)
    }
}

/// The record with its checksum before it.
fn pack<T: Serialize>(value: &T) -> Vec<u8> {
    let record = rmp_serde::to_vec_named(value);
    let record = record.unwrap_or_else(|error| bug!("a checkpoint can't be written: {error}"));
    [Sha256::digest(&record).to_vec(), record].concat()
}

/// The record, or what is wrong with it.
fn unpack<T: for<'a> Deserialize<'a>>(bytes: &[u8]) -> Result<T, String> {
    let (sum, record) = bytes.split_at_checked(SUM).ok_or("a part of it is missing")?;
    if Sha256::digest(record).as_slice() != sum {
        return Err("it is damaged, or of another version of this tool".to_owned());
    }
    rmp_serde::from_slice(record).map_err(|error| error.to_string())
}

/// What was kept of a run; nothing if it had come to no checkpoint.
pub(super) fn read(folder: &Folder) -> Result<(State, Vec<Kept>), Fault> {
    let bytes = match fs::read(folder.checkpoint(STATE)) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Default::default()),
        Err(error) => return Err(damaged(folder, &error.to_string())),
    };
    let state: State = unpack(&bytes).map_err(|why| damaged(folder, &why))?;
    if state.version != VERSION {
        return Err(damaged(folder, &format!("its version is {}, this tool reads {VERSION}", state.version)));
    }
    let log = fs::read(folder.checkpoint(FINISHED)).map_err(|error| damaged(folder, &error.to_string()))?;
    let counted = usize::try_from(state.finished_bytes).ok().and_then(|n| log.get(..n));
    let counted = counted.ok_or_else(|| damaged(folder, "a part of it is missing"))?;
    let finished = unpack_all(counted).map_err(|why| damaged(folder, &why))?;
    Ok((state, finished))
}

fn unpack_all(mut bytes: &[u8]) -> Result<Vec<Kept>, String> {
    let mut all = Vec::new();
    while !bytes.is_empty() {
        let split = bytes.split_first_chunk::<8>().and_then(|(length, rest)| {
            let length = usize::try_from(u64::from_le_bytes(*length)).ok()?;
            rest.split_at_checked(length)
        });
        let (kept, rest) = split.ok_or("a part of it is missing")?;
        all.push(unpack(kept)?);
        bytes = rest;
    }
    Ok(all)
}

fn damaged(folder: &Folder, why: &str) -> Fault {
    let message = format!("what `{}` goes on from can't be read: {why}", folder.path.display());
    Box::new(Diagnostic::error(Code::Q0926, message).help("begin anew with `qmlang run`"))
}
