//! Words, quoted strings and marks of the printed form.

use super::ReadError;

#[derive(Clone, Debug, PartialEq)]
pub(super) enum Token {
    /// A name, number or `%3`, as it stands.
    Word(String),
    /// A string, escapes resolved.
    Quoted(String),
    /// Any other character.
    Mark(char),
    /// The end of the text.
    End,
}

/// The tokens with their lines; the last one is the end.
pub(super) fn tokens(text: &str) -> Result<Vec<(usize, Token)>, ReadError> {
    let mut tokens = Vec::new();
    let mut line = 1;
    let mut chars = text.chars().peekable();
    while let Some(&c) = chars.peek() {
        if is_word_char(c) {
            let mut word = String::new();
            while let Some(c) = chars.next_if(|&c| is_word_char(c)) {
                word.push(c);
            }
            tokens.push((line, Token::Word(word)));
            continue;
        }
        chars.next();
        match c {
            '\n' => line += 1,
            '"' => match quoted(&mut chars) {
                Some(content) => tokens.push((line, Token::Quoted(content))),
                None => return Err(ReadError { line, message: "the text ends in a string".into() }),
            },
            space if space.is_whitespace() => {}
            mark => tokens.push((line, Token::Mark(mark))),
        }
    }
    tokens.push((line, Token::End));
    Ok(tokens)
}

/// The rest of a string after its opening quote.
fn quoted(chars: &mut impl Iterator<Item = char>) -> Option<String> {
    let mut content = String::new();
    loop {
        match chars.next()? {
            '"' => return Some(content),
            '\\' => match chars.next()? {
                'n' => content.push('\n'),
                escaped => content.push(escaped),
            },
            other => content.push(other),
        }
    }
}

fn is_word_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '.' | '%' | '-' | '+')
}
