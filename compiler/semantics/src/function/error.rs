//! What can be wrong with declarations.

use qml_source::{Code, Diagnostic, Span};
use qml_syntax::ast::Name;

/// An item that can't be as it is.
#[derive(Clone, Debug)]
pub(crate) enum DeclarationError {
    /// A struct that holds itself.
    RecursiveStruct {
        name: Name,
        span: Span,
    },
    /// An attribute that doesn't exist, or not here.
    Attribute {
        name: Name,
    },
    /// `@shots` without a number.
    Shots {
        span: Span,
    },
    /// `main` with parameters.
    MainWithParameters {
        span: Span,
    },
    /// A const or param that needs itself.
    Cycle {
        name: Name,
        used: Span,
    },
    /// A function whose signature calls it.
    SignatureCycle {
        name: Name,
        used: Span,
    },
    /// The default of a `param` has to be computed.
    ParamDefault {
        span: Span,
    },
    /// A `param` of a type that can't be given from outside.
    ParamType {
        span: Span,
        ty: String,
    },
    /// `-D` with a name that no `param` has.
    UnknownParam {
        name: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    AmbiguousParam {
        name: String,
        known: Vec<String>,
    },
    /// `-D` with a value of another type.
    ParamValue {
        name: Name,
        value: String,
        ty: String,
    },
}

impl From<DeclarationError> for Diagnostic {
    fn from(error: DeclarationError) -> Self {
        match error {
            DeclarationError::RecursiveStruct { name, span } => {
                Diagnostic::error(Code::Q0109, format!("the struct `{}` holds itself", name.text))
                    .primary(span, "this would never end")
                    .secondary(name.span, "declared here")
            }
            DeclarationError::Attribute { name } => {
                Diagnostic::error(Code::Q0110, format!("there is no attribute `@{}` here", name.text))
                    .primary(name.span, "not known")
                    .note("the only attribute is `@shots(k)` before a `kernel`")
                    .help("leave it out")
            }
            DeclarationError::Shots { span } => {
                Diagnostic::error(Code::Q0110, "`@shots` takes one number, at least 1")
                    .primary(span, "not a number of shots")
                    .help("`@shots(1000)`")
            }
            DeclarationError::MainWithParameters { span } => {
                Diagnostic::error(Code::Q0111, "`main` takes no parameters")
                    .primary(span, "nobody would pass this")
                    .help("a `param` at the top of the file is set from outside: `param steps: int = 100;`")
            }
            DeclarationError::Cycle { name, used } => {
                Diagnostic::error(Code::Q0113, format!("the value of `{}` needs itself", name.text))
                    .primary(name.span, "to compute this")
                    .secondary(used, "this is needed first")
            }
            DeclarationError::SignatureCycle { name, used } => {
                Diagnostic::error(Code::Q0113, format!("the signature of `{}` needs itself", name.text))
                    .primary(used, "called here, to know what can be called")
                    .secondary(name.span, "declared here")
            }
            DeclarationError::ParamDefault { span } => {
                Diagnostic::error(Code::Q0114, "the default of a `param` is a constant")
                    .primary(span, "has to be computed")
                    .help("use a `const` for values that are computed")
            }
            DeclarationError::ParamType { span, ty } => {
                Diagnostic::error(Code::Q0114, format!("a `param` can't be `{ty}`"))
                    .primary(span, "it is a scalar or a string, so that it can be set from outside")
            }
            DeclarationError::UnknownParam { name, known, nearest } => {
                let diagnostic = Diagnostic::error(Code::Q0115, format!("no `param` is named `{name}`"));
                let diagnostic = if known.is_empty() {
                    diagnostic.note("the program has no `param`")
                } else {
                    diagnostic.note(format!("the params of the program: {}", known.join(", ")))
                };
                match nearest {
                    Some(nearest) => diagnostic.help(format!("did you mean `-D {nearest}=...`?")),
                    None => diagnostic,
                }
            }
            DeclarationError::AmbiguousParam { name, known } => {
                let message = format!("several modules have a `param` named `{name}`");
                let known: Vec<_> = known.iter().map(|name| format!("`-D {name}=...`")).collect();
                Diagnostic::error(Code::Q0115, message).help(format!("say which one: {}", known.join(", ")))
            }
            DeclarationError::ParamValue { name, value, ty } => {
                let message = format!("`{value}` is not of the type of the `param` `{}`", name.text);
                let help = match ty.as_str() {
                    "bool" => format!("it is `true` or `false`: `-D {}=true`", name.text),
                    "int" => format!("a whole number is needed: `-D {}=3`", name.text),
                    "float" => {
                        format!("a plain number is needed, as nothing is computed: `-D {}=1.57`", name.text)
                    }
                    _ => format!("a plain number is needed: `-D {0}=1.5` or `-D {0}=2.0im`", name.text),
                };
                Diagnostic::error(Code::Q0116, message)
                    .primary(name.span, format!("declared as `{ty}`"))
                    .help(help)
            }
        }
    }
}
