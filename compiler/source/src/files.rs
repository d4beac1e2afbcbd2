//! Source files and byte spans into them.

use std::ops::Range;
use std::sync::{Arc, OnceLock};

/// A file of a [`SourceMap`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// The bytes `start..end` of a file.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The bytes `start..end` of `file`.
    pub fn new(file: FileId, start: usize, end: usize) -> Self {
        Self { file, start: start as u32, end: end as u32 }
    }

    /// The smallest span that covers both; `other` must be of the same file.
    #[must_use]
    pub fn to(self, other: Self) -> Self {
        debug_assert_eq!(self.file, other.file);
        Self { file: self.file, start: self.start.min(other.start), end: self.end.max(other.end) }
    }
}

/// One source text with the name that messages show.
#[derive(Clone, Debug)]
struct SourceFile {
    name: String,
    text: Arc<str>,
    /// Where the lines begin.
    lines: Vec<u32>,
    /// The text as ariadne wants it, made for the first message and kept for the others.
    cut: OnceLock<ariadne::Source<Arc<str>>>,
}

/// All files of a compilation, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct SourceMap {
    files: Vec<SourceFile>,
}

impl SourceMap {
    /// Adds a file; `name` is what messages show (`vqe.qml`, `<std/ansatz.qml>`).
    pub fn add(&mut self, name: impl Into<String>, text: impl Into<String>) -> FileId {
        let text: Arc<str> = text.into().into();
        let ends = text.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(end, _)| end as u32 + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        self.files.push(SourceFile { name: name.into(), text, lines, cut: OnceLock::new() });
        FileId(self.files.len() as u32 - 1)
    }

    /// The name that messages show.
    pub fn name(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].name
    }

    /// The whole text.
    pub fn text(&self, file: FileId) -> &str {
        &self.files[file.0 as usize].text
    }

    /// The text under a span.
    pub fn snippet(&self, span: Span) -> &str {
        &self.text(span.file)[span.start as usize..span.end as usize]
    }

    /// Line and column of a byte offset, both from 1; the column counts characters.
    pub fn line_column(&self, file: FileId, offset: u32) -> (usize, usize) {
        let line = self.line(file, offset);
        let column = self.text(file)[self.line_range(file, line).start..offset as usize].chars().count() + 1;
        (line, column)
    }

    /// The line of a byte offset, from 1.
    pub(crate) fn line(&self, file: FileId, offset: u32) -> usize {
        self.files[file.0 as usize].lines.partition_point(|&start| start <= offset)
    }

    /// The bytes of a line (from 1), its newline among them.
    pub(crate) fn line_range(&self, file: FileId, line: usize) -> Range<usize> {
        let SourceFile { text, lines, .. } = &self.files[file.0 as usize];
        lines[line - 1] as usize..lines.get(line).map_or(text.len(), |&next| next as usize)
    }

    /// The text as ariadne wants it.
    pub(crate) fn cut(&self, file: FileId) -> &ariadne::Source<Arc<str>> {
        let file = &self.files[file.0 as usize];
        file.cut.get_or_init(|| file.text.clone().into())
    }

    /// All files, in the order they were added.
    pub fn ids(&self) -> impl Iterator<Item = FileId> + use<> {
        (0..self.files.len() as u32).map(FileId)
    }
}
