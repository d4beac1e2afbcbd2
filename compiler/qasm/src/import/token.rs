//! The words of OpenQASM 2 and 3.

use logos::Logos;

/// A token; its text is in the source.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq)]
#[logos(skip r"[ \t\r\n\f]+")]
#[logos(skip(r"//[^\n]*", allow_greedy = true))]
#[logos(skip r"/\*([^*]|\*+[^*/])*\*+/")]
pub enum Token {
    /// A name or keyword; keywords are told apart by their text.
    #[regex(r"[\p{XID_Start}_][\p{XID_Continue}]*")]
    Word,
    /// A qubit of the device, `$0`.
    #[regex(r"\$[0-9]+")]
    Physical,
    /// A whole number.
    #[regex(r"[0-9][0-9_]*")]
    Int,
    /// A number with a point or an exponent.
    #[regex(r"([0-9][0-9_]*\.[0-9]*|\.[0-9]+)([eE][+-]?[0-9]+)?|[0-9]+[eE][+-]?[0-9]+")]
    Float,
    /// A text in double quotes.
    #[regex(r#""[^"\n]*""#)]
    Text,
    /// A line for some tool.
    #[regex(r"#?pragma[^\n]*", allow_greedy = true, priority = 20)]
    Pragma,
    /// A sign.
    #[regex(r"->|\+\+|==|!=|<=|>=|&&|\|\||\*\*|<<|>>|[-+*/%^&|~!<>=(){}\[\],;:@.]")]
    Sign,
}
