//! How deep a tree its words would make: a limit here keeps every later stage, which walks trees by recursion, from
//! running out of stack.

use crate::error::SyntaxError;
use crate::lexer::Lexeme;
use crate::parse::Context;
use crate::token::Token;

/// The deepest tree that is built.
pub(crate) const LIMIT: usize = 400;

/// So many terms of a sum count as one level: people write Hamiltonians out, and each term adds little to the stack.
const TERMS_OF_A_LEVEL: usize = 8;

/// Operators since the last comma, by group of precedence: a weaker operator starts the stronger ones anew.
#[derive(Clone, Copy, Default)]
struct Counts {
    words: usize,
    sums: usize,
    products: usize,
    prefixes: usize,
}

impl Counts {
    fn depth(self) -> usize {
        self.words + self.sums / TERMS_OF_A_LEVEL + self.products + self.prefixes
    }

    fn max(self, other: Self) -> Self {
        Self {
            words: self.words.max(other.words),
            sums: self.sums.max(other.sums),
            products: self.products.max(other.products),
            prefixes: self.prefixes.max(other.prefixes),
        }
    }
}

/// What stands in one bracket.
#[derive(Clone, Copy, Default)]
struct Level {
    /// Now.
    now: Counts,
    /// The most since the last comma: operators after an operand nest around it.
    peak: Counts,
    /// The deepest bracket closed since the last comma.
    inside: usize,
    /// The deepest between two commas so far.
    deepest: usize,
}

impl Level {
    fn depth(&self) -> usize {
        self.deepest.max(self.peak.depth() + self.inside)
    }

    fn start_anew(&mut self) {
        *self = Level { deepest: self.depth(), ..Level::default() };
    }

    fn add(&mut self, token: Token) {
        let now = self.now;
        self.now = match token {
            Token::Comma | Token::Semicolon | Token::For | Token::In => return self.start_anew(),
            Token::If
            | Token::Then
            | Token::Else
            | Token::Grad
            | Token::And
            | Token::Or
            | Token::Not
            | Token::Adjoint
            | Token::Control
            | Token::Power => Counts { words: now.words + 1, ..Counts::default() },
            Token::Plus => Counts { words: now.words, sums: now.sums + 1, ..Counts::default() },
            Token::Star | Token::Slash | Token::Percent | Token::At => {
                Counts { products: now.products + 1, prefixes: 0, ..now }
            }
            // A minus may stand before or between; calls and indices nest in what they follow: f(a)(b)(c).
            Token::Minus
            | Token::StarStar
            | Token::Dot
            | Token::LeftParen
            | Token::LeftBracket
            | Token::LeftBrace => Counts { prefixes: now.prefixes + 1, ..now },
            _ => return,
        };
        self.peak = self.peak.max(self.now);
    }
}

/// The place where the words nest too deep, if they do.
pub(crate) fn too_deep(context: &Context<'_>, words: &[Lexeme]) -> Option<SyntaxError> {
    let mut open: Vec<Level> = Vec::new();
    let mut level = Level::default();
    let mut outside = 0;
    for (index, word) in words.iter().enumerate() {
        match word.token {
            Token::LeftParen | Token::LeftBracket | Token::LeftBrace => {
                level.add(word.token);
                outside += level.now.depth();
                open.push(std::mem::take(&mut level));
            }
            Token::RightParen | Token::RightBracket | Token::RightBrace => {
                if let Some(mut before) = open.pop() {
                    outside -= before.now.depth();
                    before.inside = before.inside.max(level.depth());
                    level = before;
                }
                let goes_on =
                    words.get(index + 1).is_some_and(|next| matches!(next.token, Token::Else | Token::Apply));
                if word.token == Token::RightBrace && !goes_on {
                    level.start_anew();
                }
            }
            // Between two operands a minus is a sum.
            Token::Minus if index > 0 && words[index - 1].token.ends_expr() => level.add(Token::Plus),
            token => level.add(token),
        }
        if outside + level.now.depth() > LIMIT || level.depth() > LIMIT {
            return Some(SyntaxError::TooDeep { span: context.span(word.start, word.end), limit: LIMIT });
        }
    }
    None
}
