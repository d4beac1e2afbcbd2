//! The world of a program that is followed without being run: its data files, and nothing else.

use std::path::Path;

use qml_prelude::{Fault, Host};
use qml_source::{Code, Diagnostic};

use crate::Files;

/// Files of more bytes are left to the run: to make numbers of them takes long.
const LARGEST: usize = 1 << 22;

/// Files of data, read as sources are.
pub(crate) struct Data<'a> {
    pub files: &'a dyn Files,
    /// Where relative paths start.
    pub folder: &'a Path,
}

impl Host for Data<'_> {
    fn read_file(&mut self, path: &str) -> Result<Vec<u8>, Fault> {
        let text = self.files.read(&self.folder.join(path)).and_then(|text| {
            if text.len() <= LARGEST { Ok(text) } else { Err("it is too large to be followed".to_owned()) }
        });
        text.map(String::into_bytes)
            .map_err(|why| Box::new(Diagnostic::error(Code::Q0901, format!("cannot read `{path}`: {why}"))))
    }
}
