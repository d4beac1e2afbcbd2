//! `7 // 2`: a floor division in Python, a comment here.

use super::Site;
use crate::error::SyntaxError;
use crate::items::is_first_on_line;
use crate::token::Token;

impl Site<'_, '_> {
    /// `print(7 // 2);`: the comment holds what would have closed the bracket.
    pub(super) fn commented_out(&self) -> Option<SyntaxError> {
        let opened = self.opened().filter(|word| word.token != Token::LeftBrace)?;
        let first = self.words.iter().position(|word| word.start == opened.start)?;
        let ends = |index: &usize| is_first_on_line(self.context, self.words, index + 1);
        let last = (first..self.words.len() - 1).find(ends).unwrap_or(self.words.len() - 1);
        let word = self.words[last];
        let rest = self.context.source()[word.end..].lines().next()?;
        let comment = rest.trim_start();
        let start = word.end + rest.len() - comment.len();
        let is_division = comment.strip_prefix("//").is_some_and(closes_more_than_it_opens);
        (is_division && last < self.at && word.token.ends_expr()).then(|| SyntaxError::ForeignForm {
            span: self.context.span(start, start + 2),
            message: "`//` begins a comment".to_owned(),
            label: "the rest of this line is not read".to_owned(),
            help: self.floor_division(last, comment),
        })
    }

    /// How the division of the word `left` by what stands in the comment is written here.
    pub(super) fn floor_division(&self, left: usize, comment: &str) -> String {
        let word = self.words[left];
        let divided = self.context.text(word.start, word.end);
        let is_assignment = comment.starts_with("//=");
        let divisor = comment.trim_start_matches("//").trim_start_matches('=').trim_start();
        let end = divisor.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '.'));
        let divisor = &divisor[..end.unwrap_or(divisor.len())];
        let before = left.checked_sub(1).map(|index| self.words[index].token);
        let is_alone = matches!(
            before,
            Some(Token::Assign | Token::LeftParen | Token::Comma | Token::Return | Token::If | Token::While)
        );
        match (is_assignment, divisor.is_empty(), word.token) {
            (true, false, Token::Name) => {
                format!("`//` begins a comment; write `{divided} = div({divided}, {divisor});`")
            }
            (true, ..) => "`//` begins a comment; write `a = div(a, b);`".to_owned(),
            (false, false, Token::Name | Token::Number) if is_alone => {
                format!("floor division is `div({divided}, {divisor})`; `//` begins a comment")
            }
            _ => "floor division is `div(a, b)`; `//` begins a comment".to_owned(),
        }
    }
}

/// Whether a closing bracket stands in the text whose partner doesn't.
fn closes_more_than_it_opens(text: &str) -> bool {
    let mut depth = 0_i32;
    text.bytes().any(|byte| {
        depth += match byte {
            b'(' | b'[' => 1,
            b')' | b']' => -1,
            _ => 0,
        };
        depth < 0
    })
}
