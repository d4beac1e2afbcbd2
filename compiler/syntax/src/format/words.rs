//! The words of a text, each with the comments that stand around it.

use crate::{Token, lex};

/// A word with its comments.
#[derive(Debug)]
pub(super) struct Word<'text> {
    /// The word; `None` stands for the end of the text.
    pub(super) token: Option<Token>,
    /// As written.
    pub(super) text: &'text str,
    /// First byte.
    pub(super) start: usize,
    /// Comments on lines of their own before it.
    pub(super) leading: Vec<Comment<'text>>,
    /// The comment after it on its line.
    pub(super) trailing: Option<Comment<'text>>,
    /// A blank line stands before it, after the comments.
    pub(super) is_after_blank: bool,
}

/// A comment; documentation is one too.
#[derive(Clone, Debug)]
pub(super) struct Comment<'text> {
    /// From the first slash, without space at the end.
    pub(super) text: &'text str,
    /// Begins with `///` and documents the next item, if it stands outside of all.
    pub(super) is_doc: bool,
    /// Stands on a line of its own.
    pub(super) is_alone: bool,
    /// Its column after the indentation of its line, if it was set off by two spaces or more.
    pub(super) column: Option<usize>,
    /// A blank line stands before it.
    pub(super) is_after_blank: bool,
}

/// All words of a text, the end last.
pub(super) fn words(text: &str) -> Vec<Word<'_>> {
    let mut scan = Scan { text, words: Vec::new(), leading: Vec::new(), n_newlines: 0 };
    let mut position = 0;
    for lexeme in lex(text) {
        scan.gap(position, lexeme.start);
        if lexeme.token == Token::Doc {
            scan.comment(lexeme.start, lexeme.end);
        } else {
            scan.word(Some(lexeme.token), lexeme.start, lexeme.end);
        }
        position = lexeme.end;
    }
    scan.gap(position, text.len());
    scan.word(None, text.len(), text.len());
    scan.words
}

struct Scan<'text> {
    text: &'text str,
    words: Vec<Word<'text>>,
    leading: Vec<Comment<'text>>,
    /// Since the last word or comment.
    n_newlines: usize,
}

impl Scan<'_> {
    /// What stands between two words: space and comments.
    fn gap(&mut self, start: usize, end: usize) {
        let mut line_start = start;
        for (index, line) in self.text[start..end].split('\n').enumerate() {
            self.n_newlines += usize::from(index > 0);
            if let Some(at) = line.find("//") {
                self.comment(line_start + at, line_start + line.len());
            }
            line_start += line.len() + 1;
        }
    }

    fn is_after_blank(&self) -> bool {
        // Documentation belongs to what follows it.
        self.n_newlines > 1 && !self.leading.last().is_some_and(|comment| comment.is_doc)
    }

    fn word(&mut self, token: Option<Token>, start: usize, end: usize) {
        let is_after_blank = self.is_after_blank();
        let (text, leading) = (&self.text[start..end], std::mem::take(&mut self.leading));
        self.words.push(Word { token, text, start, leading, trailing: None, is_after_blank });
        self.n_newlines = 0;
    }

    fn comment(&mut self, start: usize, end: usize) {
        let text = self.text[start..end].trim_end();
        let is_alone = self.n_newlines > 0 || self.words.is_empty();
        let is_doc = text.starts_with("///") && !text.starts_with("////");
        let is_after_blank = self.is_after_blank();
        let column = if is_alone { None } else { self.column(start) };
        let comment = Comment { text, is_doc, is_alone, column, is_after_blank };
        match self.words.last_mut() {
            Some(word) if !is_alone => word.trailing = Some(comment),
            _ => self.leading.push(comment),
        }
        self.n_newlines = 0;
    }

    fn column(&self, start: usize) -> Option<usize> {
        let line = &self.text[..start];
        let line = &line[line.rfind('\n').map_or(0, |newline| newline + 1)..];
        let n_chars = |text: &str| text.chars().count();
        let is_set_off = n_chars(line) - n_chars(line.trim_end()) >= 2;
        is_set_off.then(|| n_chars(line.trim_start()))
    }
}
