//! What can be wrong with a text, as values, and the messages made of them.

use qml_source::{Code, Diagnostic, Span};

/// A fact about a text that is no program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum SyntaxError {
    /// A character that no word begins with.
    UnexpectedCharacter { span: Span, character: char },
    /// A character that looks like one of ours.
    Lookalike { span: Span, character: char, meant: &'static str },
    /// A string that its line doesn't close.
    OpenString { span: Span },
    /// `1.`, `.5`, `2x`, `0x`, `1__`.
    MalformedNumber { span: Span, problem: NumberProblem, text: String },
    /// A number that 64 bits can't hold.
    NumberTooLarge { span: Span, is_int: bool },
    /// `\q`
    UnknownEscape { span: Span, escape: char },
    /// A brace of an interpolation is missing, or nothing stands in it.
    Interpolation { span: Span, problem: InterpolationProblem },
    /// `{x:.3q}`
    UnknownFormat { span: Span, text: String },
    /// An operator or a comment of another language.
    Foreign { span: Span, text: String, help: String },
    /// A word of another language.
    ForeignForm { span: Span, message: String, label: String, help: String },
    /// Something else was expected here.
    Unexpected { span: Span, found: String, expected: String, opened: Option<Span>, help: Option<String> },
    /// A statement doesn't end.
    MissingSemicolon { span: Span, help: Option<String> },
    /// A reserved word where a name is expected.
    ReservedWord { span: Span, word: String, help: String },
    /// A bracket without its partner.
    Unbalanced { span: Span, bracket: char, is_open: bool },
    /// Something at top level that is no item.
    NotAnItem { span: Span, message: String, help: String },
    /// An item inside a block.
    NestedItem { span: Span, word: String, block: Span },
    /// Brackets in brackets, or operators after operators, beyond the limit.
    TooDeep { span: Span, limit: usize },
    /// `if a = b`
    AssignmentForComparison { span: Span, chained: Option<String> },
    /// `let a == b;`
    ComparisonForAssignment { span: Span },
    /// The arguments of `control` or `power`.
    ModifierArguments { span: Span, message: &'static str, help: &'static str },
    /// The file is written in the other QML.
    QtQml { span: Span },
}

/// What is wrong with a number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum NumberProblem {
    NothingAfterPoint,
    NothingBeforePoint,
    LettersAfter,
    NoDigits,
    TupleField,
}

/// What is wrong with an interpolation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum InterpolationProblem {
    NotClosed,
    NotOpened,
    Empty,
}

impl SyntaxError {
    /// Whether it is about a word, not about the order of words.
    pub(crate) fn is_lexical(&self) -> bool {
        matches!(
            self,
            SyntaxError::UnexpectedCharacter { .. }
                | SyntaxError::Lookalike { .. }
                | SyntaxError::OpenString { .. }
                | SyntaxError::MalformedNumber { .. }
                | SyntaxError::Foreign { .. }
        )
    }

    /// Where it is; messages are sorted by it.
    pub(crate) fn span(&self) -> Span {
        match self {
            SyntaxError::UnexpectedCharacter { span, .. }
            | SyntaxError::Lookalike { span, .. }
            | SyntaxError::OpenString { span }
            | SyntaxError::MalformedNumber { span, .. }
            | SyntaxError::NumberTooLarge { span, .. }
            | SyntaxError::UnknownEscape { span, .. }
            | SyntaxError::Interpolation { span, .. }
            | SyntaxError::UnknownFormat { span, .. }
            | SyntaxError::Foreign { span, .. }
            | SyntaxError::ForeignForm { span, .. }
            | SyntaxError::Unexpected { span, .. }
            | SyntaxError::MissingSemicolon { span, .. }
            | SyntaxError::ReservedWord { span, .. }
            | SyntaxError::Unbalanced { span, .. }
            | SyntaxError::NotAnItem { span, .. }
            | SyntaxError::NestedItem { span, .. }
            | SyntaxError::TooDeep { span, .. }
            | SyntaxError::AssignmentForComparison { span, .. }
            | SyntaxError::ComparisonForAssignment { span }
            | SyntaxError::ModifierArguments { span, .. }
            | SyntaxError::QtQml { span } => *span,
        }
    }
}

impl From<SyntaxError> for Diagnostic {
    fn from(error: SyntaxError) -> Self {
        match error {
            SyntaxError::UnexpectedCharacter { span, character } => {
                Diagnostic::error(Code::Q0001, format!("unexpected character `{}`", shown(character)))
                    .primary(span, "no word of the language begins with it")
            }
            SyntaxError::Lookalike { span, character, meant } => {
                Diagnostic::error(Code::Q0001, format!("unexpected character `{}`", shown(character)))
                    .primary(span, format!("it only looks like `{meant}`"))
                    .help(format!("write `{meant}`"))
            }
            SyntaxError::OpenString { span } => {
                Diagnostic::error(Code::Q0002, "this string is not closed on its line")
                    .primary(span, "`\"` is missing")
                    .help("a line break in a string is written `\\n`")
            }
            SyntaxError::MalformedNumber { span, problem, text } => malformed_number(span, problem, &text),
            SyntaxError::NumberTooLarge { span, is_int } => {
                let (message, note) = if is_int {
                    ("this integer is too large", "an `int` has 64 bits and ends at 9223372036854775807")
                } else {
                    ("this number is too large", "a `float` has 64 bits and ends at about 1.8e308")
                };
                Diagnostic::error(Code::Q0004, message).primary(span, "does not fit").note(note)
            }
            SyntaxError::UnknownEscape { span, escape } => {
                Diagnostic::error(Code::Q0005, format!("unknown escape `\\{}`", shown(escape)))
                    .primary(span, "has no meaning")
                    .help("the escapes are `\\\"`, `\\\\`, `\\n` and `\\t`; a backslash itself is `\\\\`")
            }
            SyntaxError::Interpolation { span, problem } => interpolation(span, problem),
            SyntaxError::UnknownFormat { span, text } => Diagnostic::error(
                Code::Q0007,
                format!("unknown format `{text}`"),
            )
            .primary(span, "not a format")
            .help("a format is `[<^>][width][.digits][d f e g %]`, as in `{x:.3}`, `{x:>10.2e}`, `{n:4d}`"),
            SyntaxError::Foreign { span, text, help } => {
                Diagnostic::error(Code::Q0008, format!("`{text}` is not part of the language"))
                    .primary(span, "")
                    .help(help)
            }
            SyntaxError::ForeignForm { span, message, label, help } => {
                Diagnostic::error(Code::Q0018, message).primary(span, label).help(help)
            }
            SyntaxError::Unexpected { span, found, expected, opened, help } => {
                let mut diagnostic =
                    Diagnostic::error(Code::Q0009, format!("expected {expected}, found {found}"))
                        .primary(span, format!("expected {expected}"));
                if let Some(opened) = opened {
                    diagnostic = diagnostic.secondary(opened, "to close this");
                }
                help.into_iter().fold(diagnostic, Diagnostic::help)
            }
            SyntaxError::MissingSemicolon { span, help } => {
                let diagnostic =
                    Diagnostic::error(Code::Q0010, "missing `;`").primary(span, "`;` is expected here");
                help.into_iter().fold(diagnostic, Diagnostic::help)
            }
            SyntaxError::ReservedWord { span, word, help } => {
                Diagnostic::error(Code::Q0011, format!("`{word}` is a reserved word"))
                    .primary(span, "a name is expected here")
                    .help(help)
            }
            SyntaxError::Unbalanced { span, bracket, is_open } => {
                let (message, label) = if is_open {
                    (format!("`{bracket}` is never closed"), "opened here")
                } else {
                    (format!("`{bracket}` closes nothing"), "nothing is open here")
                };
                let help = match bracket {
                    '{' => "write `}` where its block ends",
                    '(' => "write `)` where it ends",
                    '[' => "write `]` where it ends",
                    _ => "delete it, or open it before",
                };
                Diagnostic::error(Code::Q0012, message).primary(span, label).help(help)
            }
            SyntaxError::NotAnItem { span, message, help } => {
                Diagnostic::error(Code::Q0013, message).primary(span, "no item begins like this").help(help)
            }
            SyntaxError::NestedItem { span, word, block } => Diagnostic::error(
                Code::Q0013,
                format!("`{word}` cannot be declared inside a block"),
            )
            .primary(span, "declared here")
            .secondary(block, "inside this block")
            .help("move it to the top level of the file; if the block should have ended, `}` is missing"),
            SyntaxError::TooDeep { span, limit } => {
                Diagnostic::error(Code::Q0014, format!("nested more than {limit} levels deep"))
                    .primary(span, "too deep from here on")
                    .help("name parts of it with `let`; a long sum is `sum([...])`")
            }
            SyntaxError::AssignmentForComparison { span, chained } => {
                Diagnostic::error(Code::Q0015, "`=` assigns and has no value")
                    .primary(span, "here a value is expected")
                    .help(match chained {
                        Some(chained) => format!("write `{chained}`; comparison is `==`"),
                        None => "comparison is `==`".to_owned(),
                    })
            }
            SyntaxError::ComparisonForAssignment { span } => {
                Diagnostic::error(Code::Q0015, "`==` compares; a declaration takes `=`")
                    .primary(span, "write `=`")
            }
            SyntaxError::ModifierArguments { span, message, help } => {
                Diagnostic::error(Code::Q0016, message).primary(span, "").help(help)
            }
            SyntaxError::QtQml { span } => Diagnostic::error(
                Code::Q0017,
                "this file is written in Qt QML, another language of the same name",
            )
            .primary(span, "this is how files of Qt Quick begin")
            .note("this tool compiles QML, the language for hybrid quantum-classical programs")
            .help("Qt's files are run by Qt's own tools, `qml` and `qmlscene`"),
        }
    }
}

fn malformed_number(span: Span, problem: NumberProblem, text: &str) -> Diagnostic {
    let (message, label, help) = match problem {
        NumberProblem::NothingAfterPoint => (
            "a number needs digits on both sides of its point",
            "digits are missing after the point",
            format!("write `{text}0` for `{text}`; so `0..n` is always a range"),
        ),
        NumberProblem::NothingBeforePoint => (
            "a number needs digits on both sides of its point",
            "digits are missing before the point",
            format!("write `0{text}` for `{text}`"),
        ),
        NumberProblem::LettersAfter => {
            ("a name follows this number directly", "not a number", letters_after(text))
        }
        NumberProblem::NoDigits => (
            "this number has no digits",
            "digits are missing",
            "hexadecimal is `0x1f`, binary is `0b101`".to_owned(),
        ),
        NumberProblem::TupleField => (
            "parts of a tuple have no numbers",
            "not a field",
            "take a tuple apart with `let (a, b) = pair;`".to_owned(),
        ),
    };
    Diagnostic::error(Code::Q0003, message).primary(span, label).help(help)
}

/// What `2x` and `2j` are here.
fn letters_after(text: &str) -> String {
    let end = text.find(|character: char| !character.is_ascii_digit() && character != '.').unwrap_or(0);
    let (number, letters) = text.split_at(end);
    let is_plain = number.ends_with(|character: char| character.is_ascii_digit());
    match letters {
        "f" | "F" | "d" | "L" | "u" if is_plain => {
            format!("numbers have no suffix: an `int` is `{number}`, a `float` `{number}.0`")
        }
        "j" | "i" | "J" if is_plain => format!("an imaginary number is written `{number}im`"),
        _ if is_plain && letters.chars().all(char::is_alphabetic) => {
            format!("multiplication is written `{number} * {letters}`")
        }
        _ => "multiplication is written `2 * x`, an imaginary number `2.0im`".to_owned(),
    }
}

fn interpolation(span: Span, problem: InterpolationProblem) -> Diagnostic {
    let (message, label) = match problem {
        InterpolationProblem::NotClosed => ("`{` in a string is not closed", "`}` is missing"),
        InterpolationProblem::NotOpened => ("`}` in a string closes nothing", "no `{` before it"),
        InterpolationProblem::Empty => ("nothing stands between these braces", "an expression is expected"),
    };
    Diagnostic::error(Code::Q0006, message)
        .primary(span, label)
        .help("`{x}` inserts the value of x; braces themselves are `{{` and `}}`")
}

/// The character as it can be shown in a message.
fn shown(character: char) -> String {
    if character.is_control() || (character.is_whitespace() && character != ' ') {
        format!("U+{:04X}", character as u32)
    } else {
        character.to_string()
    }
}
