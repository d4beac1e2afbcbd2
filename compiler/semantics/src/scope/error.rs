//! What can be wrong with names.

use qml_source::{Code, Diagnostic, Span};
use qml_syntax::ast::Name;

/// A name that doesn't say what is meant.
#[derive(Clone, Debug)]
pub(crate) enum NameError {
    /// No variable, `const` or `param` has the name; one did in a block that has ended, or something else does, of which
    /// this is said.
    UnknownValue { name: Name, nearest: Option<String>, other: Option<String>, ended: Option<Span> },
    /// No size has the name in the signature of an item that begins like this with the size declared.
    UnknownSize { name: Name, declared: String },
    /// A value is assigned to a name that nothing declares.
    NotDeclared { name: Name, nearest: Option<String> },
    /// No gate, kernel, fn or struct has the name; a module of the standard library may have it.
    UnknownCallable { name: Name, nearest: Option<String>, is_value: bool, module: Option<&'static str> },
    /// No type has the name.
    UnknownType { name: Name, nearest: Option<String> },
    /// Two declarations of one name.
    DeclaredTwice { name: Name, first: Span },
    /// Two imports of one name, or of that of an item.
    ImportedTwice { name: Name, first: Span },
    /// The module has no such item.
    NoSuchItem { name: Name, path: String, nearest: Option<String> },
    /// A function of a module stands as a value; it is called like this.
    FunctionOfModule { name: Name, call: String },
    /// A path that is no module and item.
    NotAPath { span: Span, text: String, help: Option<String> },
    /// `q[0].h()`
    Method { name: Name, help: Option<String> },
    /// `k[2](x)`
    SizesPassed { span: Span, help: String },
    /// `f(x)(y)`
    NotCallable { span: Span },
}

impl From<NameError> for Diagnostic {
    fn from(error: NameError) -> Self {
        match error {
            NameError::UnknownSize { name, declared } => {
                Diagnostic::error(Code::Q0101, format!("no size is named `{}`", name.text))
                    .primary(name.span, "not declared")
                    .help(format!("declare it behind the name: `{declared}(...)`"))
            }
            NameError::UnknownValue { name, nearest, other, ended } => {
                let message = format!("no variable is named `{}`", name.text);
                let diagnostic = Diagnostic::error(Code::Q0101, message).primary(name.span, "not known here");
                let diagnostic = match ended {
                    Some(ended) => diagnostic.secondary(ended, "declared here, in a block that has ended"),
                    None => meant(diagnostic, &name, nearest),
                };
                if matches!(name.text.as_str(), "X" | "Y" | "Z") {
                    diagnostic.help(format!("the Pauli operator on qubit 0 is `{}(0)`", name.text))
                } else {
                    other.into_iter().fold(diagnostic, Diagnostic::help)
                }
            }
            NameError::NotDeclared { name, nearest } => {
                let text = &name.text;
                let diagnostic = Diagnostic::error(Code::Q0101, format!("no variable is named `{text}`"))
                    .primary(name.span, "`=` gives a new value to a variable that is there")
                    .help(format!(
                        "`let {text} = ...;` declares it, `var {text} = ...;` if it changes later"
                    ));
                match nearest {
                    Some(nearest) => diagnostic.help(format!("did you mean `{nearest}`?")),
                    None => diagnostic,
                }
            }
            NameError::UnknownCallable { name, nearest, is_value, module } => {
                let message = format!("no gate, kernel, fn or struct is named `{}`", name.text);
                let diagnostic = Diagnostic::error(Code::Q0102, message).primary(name.span, "not known here");
                let foreign = qml_syntax::foreign_function(&name.text);
                let diagnostic = match (module, foreign) {
                    (Some(module), _) => {
                        diagnostic.help(format!("write `use {module}.{};` at the top of the file", name.text))
                    }
                    (None, Some(help)) => diagnostic.help(help),
                    (None, None) => meant(diagnostic, &name, nearest),
                };
                if is_value {
                    diagnostic.note(format!(
                        "`{}` is a variable; it can't be called, and is indexed with `[ ]`",
                        name.text
                    ))
                } else {
                    diagnostic
                }
            }
            NameError::UnknownType { name, nearest } => {
                let message = format!("no type is named `{}`", name.text);
                let diagnostic = Diagnostic::error(Code::Q0103, message).primary(name.span, "not known here");
                match qml_syntax::foreign_type(&name.text) {
                    Some(help) => diagnostic.help(help),
                    None => meant(diagnostic, &name, nearest),
                }
            }
            NameError::DeclaredTwice { name, first } => {
                Diagnostic::error(Code::Q0104, format!("`{}` is declared twice", name.text))
                    .primary(name.span, "declared again here")
                    .secondary(first, "first declared here")
                    .help("give one of them another name")
            }
            NameError::ImportedTwice { name, first } => {
                Diagnostic::error(Code::Q0105, format!("`{}` is brought into scope twice", name.text))
                    .primary(name.span, "imported here")
                    .secondary(first, "already in scope from here")
                    .help(format!("import one of them under another name: `use a.{0} as my_{0};`", name.text))
            }
            NameError::NoSuchItem { name, path, nearest } => {
                let message = format!("`{path}` has no item `{}`", name.text);
                let diagnostic =
                    Diagnostic::error(Code::Q0106, message).primary(name.span, "not in that module");
                meant(diagnostic, &name, nearest)
            }
            NameError::FunctionOfModule { name, call } => {
                Diagnostic::error(Code::Q0101, format!("no variable is named `{}`", name.text))
                    .primary(name.span, "a function of that module")
                    .help(format!("`{}` is a function: call it, `{call}`", name.text))
            }
            NameError::NotAPath { span, text, help } => {
                let diagnostic = Diagnostic::error(Code::Q0107, format!("`{text}` is no path to a function"))
                    .primary(span, "a module and the name of one of its items can be called")
                    .note("there are no methods: what would be `x.f(y)` elsewhere is `f(x, y)`");
                match help {
                    Some(help) => diagnostic.help(help),
                    None => diagnostic,
                }
            }
            NameError::Method { name, help } => {
                let message = format!("there are no methods: `{}` can't follow a point", name.text);
                let diagnostic =
                    Diagnostic::error(Code::Q0107, message).primary(name.span, "called like a method");
                diagnostic
                    .help(help.unwrap_or_else(|| "what would be `x.f(y)` elsewhere is `f(x, y)`".to_owned()))
            }
            NameError::SizesPassed { span, help } => Diagnostic::error(Code::Q0107, "sizes are not passed")
                .primary(span, "they follow from the arguments")
                .help(help),
            NameError::NotCallable { span } => Diagnostic::error(Code::Q0107, "this can't be called")
                .primary(span, "a value, not the name of a function")
                .help("functions are called by their names, and an element is taken with `[ ]`"),
        }
    }
}

/// What the name is here if it is a word of another language, else the nearest known name.
fn meant(diagnostic: Diagnostic, name: &Name, nearest: Option<String>) -> Diagnostic {
    match (qml_syntax::foreign_word(&name.text), nearest) {
        (Some(help), _) => diagnostic.help(help),
        (None, Some(nearest)) => diagnostic.help(format!("did you mean `{nearest}`?")),
        (None, None) => diagnostic,
    }
}
