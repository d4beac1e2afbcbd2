//! The words of the language: one enum, and the table of keywords that everything else reads.

use logos::Logos;

/// A word of the language, without its text: that is in the source, under the span.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[logos(extras = Extras)]
#[logos(skip(r"[ \t\r\n\f\u{feff}]+"))]
#[logos(skip(r"//[^\n]*", priority = 1, allow_greedy = true))]
#[rustfmt::skip]
#[expect(missing_docs, reason = "a word speaks for itself")]
pub enum Token {
    // Declarations.
    #[token("use")] Use,
    #[token("as")] As,
    #[token("const")] Const,
    #[token("param")] Param,
    #[token("struct")] Struct,
    #[token("gate")] Gate,
    #[token("kernel")] Kernel,
    #[token("fn")] Fn,
    #[token("where")] Where,
    // Statements.
    #[token("let")] Let,
    #[token("var")] Var,
    #[token("if")] If,
    #[token("then")] Then,
    #[token("else")] Else,
    #[token("for")] For,
    #[token("in")] In,
    #[token("while")] While,
    #[token("break")] Break,
    #[token("continue")] Continue,
    #[token("return")] Return,
    // Values.
    #[token("and")] And,
    #[token("or")] Or,
    #[token("not")] Not,
    #[token("true")] True,
    #[token("false")] False,
    // Quantum, gradients, optimization.
    #[token("adjoint")] Adjoint,
    #[token("control")] Control,
    #[token("power")] Power,
    #[token("within")] Within,
    #[token("apply")] Apply,
    #[token("optimize")] Optimize,
    #[token("with")] With,
    #[token("over")] Over,
    #[token("minimize")] Minimize,
    #[token("maximize")] Maximize,
    #[token("grad")] Grad,
    #[token("wrt")] Wrt,
    #[token("using")] Using,
    #[token("qubit")] Qubit,
    /// Special only before a string at top level, else a name.
    #[token("test")] Test,

    #[token("(")] LeftParen,
    #[token(")")] RightParen,
    #[token("[")] LeftBracket,
    #[token("]")] RightBracket,
    #[token("{")] LeftBrace,
    #[token("}")] RightBrace,
    #[token(",")] Comma,
    #[token(";")] Semicolon,
    #[token(":")] Colon,
    #[token(".")] Dot,
    #[token("..")] DotDot,
    #[token("./")] DotSlash,
    #[token("->")] Arrow,
    #[token("@")] At,
    #[token("?")] Question,
    #[token("_", priority = 3)] Underscore,
    #[token("=")] Assign,
    #[token("+=")] AddAssign,
    #[token("-=")] SubAssign,
    #[token("*=")] MulAssign,
    #[token("/=")] DivAssign,
    #[token("==")] Equal,
    #[token("!=")] NotEqual,
    #[token("<")] Less,
    #[token("<=")] LessEqual,
    #[token(">")] Greater,
    #[token(">=")] GreaterEqual,
    #[token("+")] Plus,
    #[token("-")] Minus,
    #[token("*")] Star,
    #[token("**")] StarStar,
    #[token("/")] Slash,
    #[token("%")] Percent,

    /// `θ`, `ψ0`
    #[regex(r"[\p{XID_Start}_]\p{XID_Continue}*")] Name,
    /// `1_000`, `0x1f`, `0b101`, `1.5e-3`, `2.0im`
    #[regex(r"0x[0-9a-fA-F_]+|0b[01_]+|[0-9][0-9_]*(\.[0-9][0-9_]*)?([eE][+-]?[0-9]+)?(im)?")] Number,
    /// With both quotes; ends on its line.
    #[regex(r#""([^"\\\n]|\\[^\n])*""#)] String,
    /// `/// text`, but not `////`
    #[regex(r"///([^/\n][^\n]*)?", priority = 20, allow_greedy = true)] Doc,

    /// A string that its line doesn't close.
    #[regex(r#""([^"\\\n]|\\[^\n])*\\?"#, priority = 1)] OpenString,
    /// What other languages have and this one hasn't; the lexer says what to write.
    #[regex(r"&&|\|\||!|&|\||\^|~|\+\+|\.\.\.|\.\.=|::|:=|=>|\?\?|<<|>>|===|!==|<>|%=|\*\*=")]
    #[regex(r"\|[01+-]+>")]
    #[regex(r"'[^'\n]*'")]
    #[regex(r"#[^\n]*", allow_greedy = true)]
    #[token("/*", block_comment)]
    Foreign,
}

impl Token {
    /// The reserved words of the language, in the order of the reference.
    #[rustfmt::skip]
    pub const KEYWORDS: &[(&str, Token)] = &[
        ("use", Token::Use), ("as", Token::As), ("const", Token::Const), ("param", Token::Param),
        ("struct", Token::Struct), ("gate", Token::Gate), ("kernel", Token::Kernel), ("fn", Token::Fn),
        ("where", Token::Where), ("let", Token::Let), ("var", Token::Var), ("if", Token::If),
        ("then", Token::Then), ("else", Token::Else), ("for", Token::For), ("in", Token::In),
        ("while", Token::While), ("break", Token::Break), ("continue", Token::Continue),
        ("return", Token::Return), ("and", Token::And), ("or", Token::Or), ("not", Token::Not),
        ("true", Token::True), ("false", Token::False), ("adjoint", Token::Adjoint),
        ("control", Token::Control), ("power", Token::Power), ("within", Token::Within),
        ("apply", Token::Apply), ("optimize", Token::Optimize), ("with", Token::With),
        ("over", Token::Over), ("minimize", Token::Minimize), ("maximize", Token::Maximize),
        ("grad", Token::Grad), ("wrt", Token::Wrt), ("using", Token::Using), ("qubit", Token::Qubit),
    ];

    /// Words that are keywords in one place and names everywhere else.
    pub const SOFT_KEYWORDS: &[(&str, Token)] = &[("test", Token::Test)];

    /// Whether it is a reserved word.
    pub fn is_keyword(self) -> bool {
        Token::KEYWORDS.iter().any(|&(_, token)| token == self)
    }

    /// Whether an expression can end with it.
    pub(crate) fn ends_expr(self) -> bool {
        use Token::{False, Name, Number, RightBracket, RightParen, String, Test, True};
        matches!(self, Name | Number | String | Test | True | False | RightParen | RightBracket)
    }
}

/// What the lexer remembers.
#[derive(Clone, Copy, Debug, Default)]
pub struct Extras {
    /// There is no `*/` in what follows: it is not looked for again and again.
    is_never_closed: bool,
}

/// The comment of another language that `/*` begins: to its end, or the end of the line where it has none.
fn block_comment(lexer: &mut logos::Lexer<'_, Token>) {
    let rest = lexer.remainder();
    let end = if lexer.extras.is_never_closed { None } else { rest.find("*/") };
    lexer.extras.is_never_closed |= end.is_none();
    lexer.bump(end.map_or_else(|| rest.find('\n').unwrap_or(rest.len()), |end| end + 2));
}
