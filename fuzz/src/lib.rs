//! What the targets share: programs without files, and edits that keep most of a program whole.

use std::path::Path;

use libfuzzer_sys::fuzzer_mutate;
use qml_driver::Files;
use qml_syntax::{Token, lex};

/// The name that [`Only`] knows.
pub const NAME: &str = "a.qml";

/// One text and no other file.
pub struct Only<'a>(pub &'a str);

impl Files for Only<'_> {
    fn read(&self, path: &Path) -> Result<String, String> {
        if path == Path::new(NAME) { Ok(self.0.to_owned()) } else { Err("there is no such file".to_owned()) }
    }
}

/// Changes a program in place and returns its new length: half of the time as bytes, half as words, since random bytes
/// seldom get past the lexer.
pub fn edit_program(data: &mut [u8], size: usize, max_size: usize, seed: u32) -> usize {
    let mut random = Random(u64::from(seed) | 1 << 40);
    let Ok(text) = std::str::from_utf8(&data[..size]) else { return fuzzer_mutate(data, size, max_size) };
    let words = lex(text);
    if random.below(2) == 0 || words.is_empty() {
        return fuzzer_mutate(data, size, max_size);
    }
    let mut changed = text.to_owned();
    let chosen = words[random.below(words.len())];
    let other = words[random.below(words.len())];
    let new = match random.below(4) {
        0 => String::new(),
        1 => format!(" {} ", &text[other.start..other.end]),
        2 => format!(" {} {} ", &text[chosen.start..chosen.end], &text[other.start..other.end]),
        _ => format!(" {} ", Token::KEYWORDS[random.below(Token::KEYWORDS.len())].0),
    };
    changed.replace_range(chosen.start..chosen.end, &new);
    let length = changed.len().min(max_size);
    data[..length].copy_from_slice(&changed.as_bytes()[..length]);
    length
}

/// Xorshift: the same edits for the same seed.
struct Random(u64);

impl Random {
    fn below(&mut self, n: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 >> 20) as usize % n
    }
}
