//! Takes word after word from the text, with their comments, and puts a layout together.

use qml_source::{Span, bug};

use super::layout::{Layout, any_breaks};
use super::words::{Comment, Word, words};
use crate::Token;

/// A layout in the making, and the words that are still to be taken.
pub(super) struct Builder<'text> {
    text: &'text str,
    words: Vec<Word<'text>>,
    at: usize,
    /// The parts of the layout being made, of those around it first.
    frames: Vec<Vec<Layout<'text>>>,
    /// The comments after the last word: a comma or semicolon may still come before them.
    held: Vec<Comment<'text>>,
}

impl<'text> Builder<'text> {
    pub(super) fn new(text: &'text str) -> Self {
        Self { text, words: words(text), at: 0, frames: vec![Vec::new()], held: Vec::new() }
    }

    /// The whole layout.
    pub(super) fn finish(mut self) -> Vec<Layout<'text>> {
        self.release();
        self.frames.pop().unwrap_or_default()
    }

    // ---- Words ----

    /// The next word.
    pub(super) fn peek(&self) -> Option<Token> {
        self.words[self.at].token
    }

    /// The next word, with what stands around it.
    pub(super) fn next_word(&mut self) -> &mut Word<'text> {
        &mut self.words[self.at]
    }

    /// Whether a blank line stands before the next word, after its comments.
    pub(super) fn is_after_blank(&self) -> bool {
        self.words[self.at].is_after_blank
    }

    /// Writes the next word, whatever it is.
    pub(super) fn any_word(&mut self) {
        self.lead();
        let (text, trailing) = {
            let word = &mut self.words[self.at];
            (word.text, word.trailing.take())
        };
        self.at += 1;
        self.add(Layout::Text(text));
        self.held.extend(trailing);
    }

    /// Writes the next word, which is known.
    pub(super) fn word(&mut self, token: Token) {
        self.expect(token);
        self.any_word();
    }

    /// Writes the next word, which is known, and a space.
    pub(super) fn keyword(&mut self, token: Token) {
        self.word(token);
        self.space();
    }

    /// Writes a comma or semicolon; comments before it move behind it.
    pub(super) fn punctuation(&mut self, token: Token) {
        self.skip(token);
        self.frame().push(Layout::Text(if token == Token::Comma { "," } else { ";" }));
    }

    /// Passes a comma or semicolon and keeps its comments.
    pub(super) fn skip(&mut self, token: Token) {
        self.expect(token);
        let word = &mut self.words[self.at];
        let mut comments: Vec<_> =
            std::mem::take(&mut word.leading).into_iter().chain(word.trailing.take()).collect();
        self.at += 1;
        if self.held.is_empty() && comments.first().is_some_and(|comment| !comment.is_alone) {
            self.held.push(comments.remove(0));
        }
        self.move_before_next(comments);
    }

    /// Gives comments to the next word, each a line of its own.
    fn move_before_next(&mut self, comments: Vec<Comment<'text>>) {
        let next = &mut self.words[self.at];
        if comments.last().is_some_and(|comment| comment.is_doc) {
            let is_after_blank =
                next.leading.first_mut().map_or(&mut next.is_after_blank, |next| &mut next.is_after_blank);
            *is_after_blank = false;
        }
        let alone = comments.into_iter().map(|comment| Comment { is_alone: true, column: None, ..comment });
        next.leading.splice(..0, alone);
    }

    /// Puts a comma where the last part of a broken list ends, whether there was one or not.
    pub(super) fn trailing_comma(&mut self) {
        if self.peek() == Some(Token::Comma) {
            self.skip(Token::Comma);
        }
        self.frame().push(Layout::IfBroken(","));
    }

    fn expect(&self, token: Token) {
        let word = &self.words[self.at];
        if word.token != Some(token) {
            bug!("the formatter looked for {token:?} and found {:?} at byte {}", word.token, word.start);
        }
    }

    /// The number of words before the one that starts at `byte`.
    pub(super) fn n_words_before(&self, byte: u32) -> usize {
        self.words[self.at..].iter().take_while(|word| word.start < byte as usize).count()
    }

    /// The number of opening parentheses that come next.
    pub(super) fn n_open_parens(&self) -> usize {
        self.words[self.at..].iter().take_while(|word| word.token == Some(Token::LeftParen)).count()
    }

    /// The text that is formatted.
    pub(super) fn source(&self) -> &'text str {
        self.text
    }

    /// Whether the next word is not the end.
    pub(super) fn has_more(&self) -> bool {
        self.peek().is_some()
    }

    /// Whether a semicolon or brace comes before the next word's comments.
    pub(super) fn follows_statement(&self) -> bool {
        let before = self.at.checked_sub(1).and_then(|before| self.words[before].token);
        before != Some(Token::LeftBrace)
    }

    /// Whether no documentation stands between the last word and the one after the next.
    pub(super) fn next_comments_are_plain(&self) -> bool {
        let word = &self.words[self.at];
        !self.held.iter().chain(&word.leading).any(|comment| comment.is_doc)
    }

    /// Whether comments stand between the words of a span, the first of which is the next word.
    pub(super) fn has_comments(&self, span: Span) -> bool {
        let words = self.words[self.at..].iter().take_while(|word| word.start < span.end as usize);
        let mut words = words.peekable();
        let mut is_first = true;
        while let Some(word) = words.next() {
            let is_last = words.peek().is_none();
            if (!is_first && !word.leading.is_empty()) || (!is_last && word.trailing.is_some()) {
                return true;
            }
            is_first = false;
        }
        false
    }

    // ---- Layout ----

    /// Writes the comments that stand before the next word.
    pub(super) fn lead(&mut self) {
        self.release();
        let comments = std::mem::take(&mut self.words[self.at].leading);
        self.frame().extend(comments.into_iter().map(Layout::Comment));
    }

    /// Adds a part after the comments of the last word.
    pub(super) fn add(&mut self, layout: Layout<'text>) {
        self.release();
        self.frame().push(layout);
    }

    pub(super) fn space(&mut self) {
        self.add(Layout::Space);
    }

    pub(super) fn line(&mut self) {
        self.add(Layout::Line);
    }

    /// What `inner` writes, flat if it fits.
    pub(super) fn group(&mut self, inner: impl FnOnce(&mut Self)) {
        self.lead();
        let parts = self.parts(inner);
        let is_broken = any_breaks(&parts);
        self.frame().push(Layout::Group { parts, is_broken });
    }

    /// What `inner` writes, standing in by one more level.
    pub(super) fn indent(&mut self, inner: impl FnOnce(&mut Self)) {
        let parts = self.parts(inner);
        self.frame().push(Layout::Indent(parts));
    }

    /// What `inner` writes, as parts of something larger.
    pub(super) fn parts(&mut self, inner: impl FnOnce(&mut Self)) -> Vec<Layout<'text>> {
        self.release();
        self.frames.push(Vec::new());
        inner(self);
        self.frames.pop().unwrap_or_default()
    }

    /// Parts with commas between them, that stand on one line or each on its own.
    pub(super) fn comma_list<Part>(
        &mut self,
        parts: &[Part],
        has_trailing_comma: bool,
        mut write: impl FnMut(&mut Self, &Part),
    ) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.punctuation(Token::Comma);
                self.line();
            }
            self.lead();
            write(self, part);
        }
        if has_trailing_comma && !parts.is_empty() {
            self.trailing_comma();
        }
    }

    /// Parts with commas between them that never break.
    pub(super) fn plain_list<Part>(&mut self, parts: &[Part], mut write: impl FnMut(&mut Self, &Part)) {
        for (index, part) in parts.iter().enumerate() {
            if index > 0 {
                self.punctuation(Token::Comma);
                self.space();
            }
            write(self, part);
        }
    }

    /// Parts with commas between them, none with comments inside, as many on a line as fit.
    pub(super) fn filled_list<Part>(&mut self, parts: &[Part], mut write: impl FnMut(&mut Self, &Part)) {
        let n_commas = parts.len().saturating_sub(1);
        let write = |(index, part): (usize, &Part)| {
            self.parts(|it| {
                write(it, part);
                if index < n_commas {
                    it.punctuation(Token::Comma);
                }
            })
        };
        let parts = parts.iter().enumerate().map(write).collect();
        self.fill(parts);
    }

    /// Parts with lines between them, as many on a line as fit.
    pub(super) fn fill(&mut self, parts: Vec<Vec<Layout<'text>>>) {
        // The comments of the last word come after the parts.
        self.frame().push(Layout::Fill(parts));
    }

    /// A bracket, what `inner` writes, and the closing bracket; broken, what is inside stands in.
    pub(super) fn brackets(&mut self, open: Token, close: Token, inner: impl FnOnce(&mut Self)) {
        self.group(|it| {
            it.word(open);
            it.indent(|it| {
                it.add(Layout::SoftLine);
                inner(it);
                // Comments before the closing bracket stand in too.
                it.lead();
            });
            it.add(Layout::SoftLine);
            it.word(close);
        });
    }

    fn frame(&mut self) -> &mut Vec<Layout<'text>> {
        match self.frames.last_mut() {
            Some(frame) => frame,
            None => bug!("the formatter has no frame to write to"),
        }
    }

    /// Writes the comments after the last word.
    fn release(&mut self) {
        let held = std::mem::take(&mut self.held);
        self.frame().extend(held.into_iter().map(Layout::Comment));
    }
}
