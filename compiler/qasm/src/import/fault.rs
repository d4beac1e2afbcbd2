//! What can be wrong with an OpenQASM file.

use qml_source::{Code, Diagnostic, Span};

use super::parse::UNKNOWN;

/// A fact about a file, found where it is read.
#[derive(Clone, Debug, PartialEq)]
pub enum Fault {
    /// The text is not OpenQASM here.
    Syntax { span: Span, expected: String },
    /// A version or an included file that isn't known.
    Header { span: Span, what: String },
    /// A name has two declarations.
    Twice { name: String, span: Span, first: Option<Span> },
    /// A name has no declaration.
    Unknown { name: String, what: &'static str, span: Span, help: Option<String> },
    /// A gate gets too many or too few angles or qubits.
    Count { name: String, what: &'static str, wanted: usize, given: usize, span: Span },
    /// Registers of different lengths in one statement.
    Lengths { first: (usize, Span), second: (usize, Span) },
    /// An index beyond the register.
    Index { name: String, size: usize, index: f64, span: Span },
    /// One qubit twice in one operation.
    Repeated { span: Span },
    /// A gate without a definition is applied.
    Opaque { name: String, span: Span, declared: Span },
    /// An angle that no sum of inputs with factors gives.
    NotAffine(Span),
    /// A part of OpenQASM that isn't understood.
    Unsupported { what: String, span: Span },
    /// The same for what a word begins.
    Word { word: String, span: Span },
    /// A qubit, a bit, a number or a condition is wanted, and something else is there.
    Kind { wanted: &'static str, span: Span },
    /// More operations or wires than can be held.
    TooLarge(Span),
}

impl Fault {
    /// The place that has to change.
    pub fn span(&self) -> Span {
        match self {
            Self::Syntax { span, .. }
            | Self::Header { span, .. }
            | Self::Twice { span, .. }
            | Self::Unknown { span, .. }
            | Self::Count { span, .. }
            | Self::Lengths { second: (_, span), .. }
            | Self::Index { span, .. }
            | Self::Repeated { span }
            | Self::Opaque { span, .. }
            | Self::NotAffine(span)
            | Self::Unsupported { span, .. }
            | Self::Word { span, .. }
            | Self::Kind { span, .. }
            | Self::TooLarge(span) => *span,
        }
    }
}

impl From<Fault> for Diagnostic {
    fn from(fault: Fault) -> Self {
        let span = fault.span();
        match fault {
            Fault::Syntax { expected, .. } => {
                Self::error(Code::Q0801, format!("expected {expected}")).primary(span, "found this")
            }
            Fault::Header { what, .. } => Self::error(Code::Q0802, what)
                .primary(span, "")
                .help("OpenQASM 2.0 with `qelib1.inc` and OpenQASM 3 with `stdgates.inc` are known"),
            Fault::Twice { name, first, .. } => {
                let twice = Self::error(Code::Q0803, format!("`{name}` is declared twice"))
                    .primary(span, "declared here again");
                match first {
                    Some(first) => twice.secondary(first, "declared here first"),
                    None => twice,
                }
            }
            Fault::Unknown { name, what, help, .. } => {
                let unknown = Self::error(Code::Q0804, format!("there is no {what} `{name}`"))
                    .primary(span, "not declared");
                match help {
                    Some(help) => unknown.help(help),
                    None => unknown,
                }
            }
            Fault::Count { name, what, wanted, given, .. } => {
                let plural = if wanted == 1 { "" } else { "s" };
                Self::error(Code::Q0805, format!("`{name}` takes {wanted} {what}{plural}, not {given}"))
                    .primary(span, format!("{given} given here"))
            }
            Fault::Lengths { first, second } => {
                Self::error(Code::Q0805, "registers in one statement have to be of the same length")
                    .primary(span, format!("this has length {}", second.0))
                    .secondary(first.1, format!("this has length {}", first.0))
            }
            Fault::Index { name, size, index, .. } => {
                let range = match size {
                    0 => "has no elements".to_owned(),
                    _ => format!("has the elements 0 to {}", size - 1),
                };
                Self::error(Code::Q0806, format!("`{name}[{index}]` does not exist"))
                    .primary(span, format!("`{name}` {range}"))
            }
            Fault::Repeated { .. } => Self::error(Code::Q0807, "one qubit is used twice in one operation")
                .primary(span, "the operands have to be different qubits"),
            Fault::Opaque { name, declared, .. } => {
                Self::error(Code::Q0808, format!("`{name}` is opaque: what it does is not known"))
                    .primary(span, "applied here")
                    .secondary(declared, "declared here without a definition")
                    .help(format!("replace the declaration by a definition `gate {name} .. {{ .. }}`"))
            }
            Fault::NotAffine(_) => {
                Self::error(Code::Q0809, "this angle is not a sum of inputs, each times a number")
                    .primary(span, "computed from inputs")
                    .help("make the whole product or function value an input")
            }
            Fault::Unsupported { what, .. } => {
                Self::error(Code::Q0810, format!("{what} is not supported yet")).primary(span, "").note(
                    "circuits are read: registers, gates, measurements, resets, `if`, `switch`, `for`, and inputs",
                )
            }
            Fault::Word { word, .. } => {
                let unknown = Self::error(Code::Q0810, format!("`{word}` is not read")).primary(span, "");
                match UNKNOWN.iter().find(|(words, _)| words.contains(&word.as_str())) {
                    Some((_, help)) => unknown.help(*help),
                    None => unknown,
                }
            }
            Fault::Kind { wanted, .. } => {
                Self::error(Code::Q0811, format!("expected {wanted}")).primary(span, "this is something else")
            }
            Fault::TooLarge(_) => Self::error(Code::Q0814, "the circuit is too large")
                .primary(span, "here")
                .note(format!("up to {} operations are read", super::names::MAX_OPS)),
        }
    }
}
