//! What can be wrong with types and sizes.

use qml_source::{Code, Diagnostic, Span};
use qml_syntax::ast::Name;

/// A value of the wrong type or shape, or a call that doesn't match.
#[derive(Clone, Debug)]
pub(crate) enum TypeError {
    /// Another type than is asked for.
    Mismatch { span: Span, found: String, wanted: String, help: Option<String> },
    /// A wider number goes into a variable that was declared with a narrower one.
    TooNarrow { span: Span, found: String, wanted: String, name: Name, narrow: String, declared: String },
    /// The right elements in another shape.
    Shape { span: Span, found: String, wanted: String, axis: Option<usize> },
    /// Two shapes that don't go together in an operation.
    Shapes { span: Span, left: (Span, String), right: (Span, String), what: String },
    /// A statement that gives nothing, where a value is asked for.
    NoValue { span: Span },
    /// An operator on types that it doesn't have.
    Operator { span: Span, symbol: &'static str, operands: Vec<(Span, String)>, help: Option<String> },
    /// Arguments that are missing or too many.
    Arguments { span: Span, name: String, problem: String, signature: Option<String> },
    /// An argument that doesn't fit its parameter, of a function of the prelude.
    Argument { span: Span, name: String, problem: String, signature: &'static str, help: Option<String> },
    /// An argument name that isn't a parameter's.
    ArgumentName { name: Name, callee: String, known: Vec<String>, help: Option<String> },
    /// No signature of a function of the prelude takes these arguments.
    NoSignature {
        span: Span,
        name: String,
        found: Vec<String>,
        signatures: Vec<&'static str>,
        help: Option<String>,
    },
    /// No field of that name.
    Field { field: Name, ty: String, known: Vec<String>, nearest: Option<String>, function: Option<String> },
    /// Something that has no elements is indexed, or with too many indices.
    Index { span: Span, message: String, help: Option<String> },
    /// A condition that is no `bool`.
    Condition { span: Span, found: String, help: Option<String> },
    /// A pattern for something with other parts.
    Pattern { span: Span, n_parts: usize, found: String },
    /// Something that can't be run through.
    NotIterable { span: Span, found: String, help: String },
    /// `[]` without a type from elsewhere.
    EmptyList { span: Span },
    /// Elements or branches of different types.
    Differ { what: &'static str, first: (Span, String), second: (Span, String) },
    /// A `return` that doesn't fit.
    Return { span: Span, problem: String, declared: Option<Span> },
    /// A fn that may end without a value.
    MissingReturn { name: Name, wanted: String },
    /// A format for something else.
    Format { span: Span, format: String, found: String, why: &'static str },
    /// `break` or `continue` without a loop.
    OutsideLoop { span: Span, word: &'static str, closed: Option<&'static str> },
    /// The type of a function as that of a parameter.
    CallableType { span: Span },
    /// An argument that is no function of the type that is asked for.
    NotTheFunction { span: Span, wanted: String, problem: String, declared: Option<Span> },
    /// A size that doesn't follow from a parameter.
    SizeNotSolvable { name: Name },
    /// A dimension that is no size.
    NotASize { span: Span, why: String },
    /// `?` where sizes have to be known.
    UnknownSize { span: Span, place: &'static str },
    /// A dimension below 0.
    NegativeSize { span: Span, value: i64 },
    /// A dimension from which no size follows.
    NoSize { span: Span, axis: usize, found: i64, declared: String, size: String, parameter: Span },
    /// An index that is out of range for all sizes; with the rounds of loops in which it is, where the register was
    /// declared, and how its last element is written.
    OutOfRange {
        span: Span,
        index: String,
        length: String,
        rounds: Vec<(Span, String)>,
        register: Option<Span>,
        last: String,
    },
    /// A call whose sizes break the `where` of the function.
    WhereFails { span: Span, name: String, text: String, values: String, declared: Span },
    /// An axis that isn't there.
    Axis { span: Span, axis: i64, rank: usize },
}

impl From<TypeError> for Diagnostic {
    fn from(error: TypeError) -> Self {
        match error {
            TypeError::Mismatch { span, found, wanted, help } => helped(
                Diagnostic::error(Code::Q0201, format!("this is `{found}`, `{wanted}` is needed"))
                    .primary(span, format!("`{found}`")),
                help,
            ),
            TypeError::TooNarrow { span, found, wanted, name, narrow, declared } => {
                Diagnostic::error(Code::Q0201, format!("this is `{found}`, `{wanted}` is needed"))
                    .primary(span, format!("`{found}`"))
                    .secondary(name.span, format!("declared as `{narrow}`"))
                    .help(format!("declare it wider: `var {}: {declared} = ...;`", name.text))
            }
            TypeError::Shape { span, found, wanted, axis } => {
                let diagnostic = Diagnostic::error(Code::Q0301, format!("this is `{found}`, `{wanted}` is needed"))
                    .primary(span, format!("`{found}`"));
                match axis {
                    Some(axis) => diagnostic.note(format!("the shapes differ first in axis {axis}")),
                    None => diagnostic.note("the number of axes differs"),
                }
            }
            TypeError::Shapes { span, left, right, what } => {
                Diagnostic::error(Code::Q0301, format!("the shapes `{}` and `{}` don't go together", left.1, right.1))
                    .primary(span, what)
                    .secondary(left.0, format!("`{}`", left.1))
                    .secondary(right.0, format!("`{}`", right.1))
            }
            TypeError::NoValue { span } => {
                Diagnostic::error(Code::Q0202, "this gives no value").primary(span, "a value is needed here").help("let it stand as a statement of its own, or call a `fn` that returns something")
            }
            TypeError::Operator { span, symbol, operands, help } => {
                let types: Vec<_> = operands.iter().map(|(_, ty)| format!("`{ty}`")).collect();
                let message = format!("`{symbol}` is not defined for {}", types.join(" and "));
                let diagnostic = Diagnostic::error(Code::Q0203, message).primary(span, "this operator");
                let diagnostic = operands
                    .into_iter()
                    .fold(diagnostic, |diagnostic, (span, ty)| diagnostic.secondary(span, format!("`{ty}`")));
                helped(diagnostic, help)
            }
            TypeError::Arguments { span, name, problem, signature } => {
                let diagnostic = Diagnostic::error(Code::Q0204, format!("the call of `{name}` doesn't match"))
                    .primary(span, problem);
                match signature {
                    Some(signature) => diagnostic.note(format!("it is declared as `{signature}`")),
                    None => diagnostic,
                }
            }
            TypeError::Argument { span, name, problem, signature, help } => helped(
                Diagnostic::error(Code::Q0204, format!("the call of `{name}` doesn't match"))
                    .primary(span, problem)
                    .note(format!("it is declared as `{signature}`")),
                help,
            ),
            TypeError::ArgumentName { name, callee, known, help } => {
                let message = format!("`{callee}` has no parameter `{}`", name.text);
                let diagnostic = Diagnostic::error(Code::Q0205, message)
                    .primary(name.span, "no parameter of this name");
                let diagnostic = if known.is_empty() { diagnostic.note("it has no parameters") } else { diagnostic.note(format!("its parameters: {}", known.join(", "))) };
                let help = match name.text.as_str() {
                    "wires" | "wire" | "qubits" => {
                        let before = if known.len() > 1 { "..., " } else { "" };
                        Some(format!("qubits are passed themselves: `{callee}({before}q[0])`"))
                    }
                    _ => help,
                };
                helped(diagnostic, help)
            }
            TypeError::NoSignature { span, name, found, signatures, help } => {
                let message = format!("`{name}` doesn't take ({})", found.join(", "));
                let diagnostic = Diagnostic::error(Code::Q0206, message).primary(span, "no form of it fits these");
                let forms = signatures.into_iter();
                helped(forms.fold(diagnostic, |diagnostic, form| diagnostic.note(format!("it is `{form}`"))), help)
            }
            TypeError::Field { field, ty, known, nearest, function } => {
                let diagnostic = Diagnostic::error(Code::Q0207, format!("`{ty}` has no field `{}`", field.text))
                    .primary(field.span, "no such field");
                let diagnostic = if known.is_empty() { diagnostic.note("only structs have fields; the parts of a tuple are taken with `let (a, b) = t;`") } else { diagnostic.note(format!("its fields: {}", known.join(", "))) };
                helped(diagnostic, nearest.map(|nearest| format!("did you mean `{nearest}`?")).or(function))
            }
            TypeError::Index { span, message, help } => {
                helped(Diagnostic::error(Code::Q0208, message).primary(span, "this index"), help)
            }
            TypeError::Condition { span, found, help } => helped(
                Diagnostic::error(Code::Q0209, format!("a condition is a `bool`, this is `{found}`"))
                    .primary(span, format!("`{found}`")),
                help,
            ),
            TypeError::Pattern { span, n_parts, found } => {
                Diagnostic::error(Code::Q0210, format!("`{found}` doesn't have {n_parts} parts"))
                    .primary(span, format!("takes {n_parts} parts"))
                    .help("name every part; `_` stands for one that is not needed")
            }
            TypeError::NotIterable { span, found, help } => {
                Diagnostic::error(Code::Q0211, format!("`{found}` can't be run through"))
                    .primary(span, "a range, a tensor or a tuple of tensors is needed")
                    .help(help)
            }
            TypeError::EmptyList { span } => {
                Diagnostic::error(Code::Q0212, "the type of `[]` is not known")
                    .primary(span, "of what?")
                    .help("write the type: `var xs: float[?] = [];`")
            }
            TypeError::Differ { what, first, second } => {
                Diagnostic::error(Code::Q0213, format!("{what} have different types"))
                    .primary(second.0, format!("`{}`", second.1))
                    .secondary(first.0, format!("`{}`", first.1))
                    .note("all have to be of one type")
            }
            TypeError::Return { span, problem, declared } => {
                let diagnostic = Diagnostic::error(Code::Q0214, "this `return` doesn't match the declaration")
                    .primary(span, problem);
                match declared {
                    Some(declared) => diagnostic.secondary(declared, "declared here"),
                    None => diagnostic,
                }
            }
            TypeError::MissingReturn { name, wanted } => {
                Diagnostic::error(Code::Q0215, format!("`{}` may end without a `return`", name.text))
                    .primary(name.span, format!("declared to give `{wanted}`"))
                    .help("end it with `return value;`")
            }
            TypeError::Format { span, format, found, why } => {
                Diagnostic::error(Code::Q0216, format!("the format `{format}` doesn't fit `{found}`")).primary(span, why)
            }
            TypeError::OutsideLoop { span, word, closed } => {
                let place = closed.map_or_else(
                    || "no loop around it".to_owned(),
                    |block| format!("no loop around it in the block of `{block}`"),
                );
                let error = Diagnostic::error(Code::Q0217, format!("`{word}` outside of a loop")).primary(span, place);
                match closed {
                    Some("optimize") => error
                        .note("the block is what is computed in each step, and no jump leaves it")
                        .help("`patience:` and `tolerance:` end the training early"),
                    Some(_) => error
                        .note("the block is done and undone as a whole, and no jump leaves it")
                        .help("put the `if` around the whole `within`"),
                    None => error.help("`return;` leaves a `fn`; for the rest of a block use `if ... { } else { }`"),
                }
            }
            TypeError::CallableType { span } => {
                Diagnostic::error(Code::Q0218, "functions are no values")
                    .primary(span, "the type of a function stands for a parameter alone")
                    .help("call the function by its name")
            }
            TypeError::NotTheFunction { span, wanted, problem, declared } => {
                let diagnostic = Diagnostic::error(Code::Q0221, format!("this is no `{wanted}`"))
                    .primary(span, problem)
                    .help("give the name of an item; the function is compiled anew for each");
                match declared {
                    Some(declared) => diagnostic.secondary(declared, "declared here"),
                    None => diagnostic,
                }
            }
            TypeError::SizeNotSolvable { name } => {
                Diagnostic::error(Code::Q0302, format!("the size `{}` doesn't follow from a parameter", name.text))
                    .primary(name.span, "no dimension of a parameter gives it")
                    .note("a call solves each size from a dimension like `n`, `2 * n` or `n + 1`")
                    .help(format!("make it a parameter: `({}: int)`", name.text))
            }
            TypeError::NotASize { span, why } => {
                Diagnostic::error(Code::Q0303, "this is no size").primary(span, why).note(
                    "sizes are made of ints, `const`s, `param`s, declared sizes and immutable `int` parameters, with `+ - * % **` and `div`",
                )
            }
            TypeError::UnknownSize { span, place } => {
                Diagnostic::error(Code::Q0304, format!("`?` in {place}"))
                    .primary(span, "its size has to be known")
                    .help("name the size: `kernel f[n](x: float[n])`")
            }
            TypeError::NegativeSize { span, value } => {
                Diagnostic::error(Code::Q0305, format!("a size can't be {value}")).primary(span, format!("this is {value}"))
            }
            TypeError::NoSize { span, axis, found, declared, size, parameter } => {
                Diagnostic::error(Code::Q0308, format!("no size `{size}` makes `{declared}` equal to {found}"))
                    .primary(span, format!("axis {axis} has length {found}"))
                    .secondary(parameter, format!("`{declared}` is declared"))
                    .note("sizes are whole numbers from 0")
            }
            TypeError::OutOfRange { span, index, length, rounds, register, last } => {
                let diagnostic = Diagnostic::error(Code::Q0306, format!("the index {index} is out of range"))
                    .note("indices count from 0");
                let diagnostic = if index.starts_with('-') {
                    diagnostic.help(format!("the last element is `{last}`"))
                } else {
                    diagnostic
                };
                let diagnostic = match register {
                    Some(register) => diagnostic
                        .primary(span, "outside of the register")
                        .secondary(register, format!("of length {length}")),
                    None if length == "?" => diagnostic.primary(span, "before the first element"),
                    None => diagnostic.primary(span, format!("the length of this axis is {length}")),
                };
                rounds.into_iter().fold(diagnostic, |diagnostic, (span, text)| diagnostic.secondary(span, text))
            }
            TypeError::WhereFails { span, name, text, values, declared } => {
                Diagnostic::error(Code::Q0309, format!("`{name}` needs `{text}`"))
                    .primary(span, format!("here {values}"))
                    .secondary(declared, "the condition of its signature")
            }
            TypeError::Axis { span, axis, rank } => {
                Diagnostic::error(Code::Q0307, format!("there is no axis {axis}"))
                    .primary(span, format!("the tensor has {rank} axes, counted from 0"))
            }
        }
    }
}

fn helped(diagnostic: Diagnostic, help: Option<String>) -> Diagnostic {
    match help {
        Some(help) => diagnostic.help(help),
        None => diagnostic,
    }
}
