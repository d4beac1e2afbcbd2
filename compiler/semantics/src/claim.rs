//! What the checker makes of each use of qubits: proved for all sizes, or left to the specialiser.

use qml_source::Span;

/// Something that has to be so for a program to be right.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Claim {
    /// Two arguments or controls of one operation share no qubit.
    Different(Span, Span),
    /// An index or slice of a register is inside of it.
    InRange(Span),
}

/// A claim that wasn't refuted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Verdict {
    /// What is claimed.
    pub claim: Claim,
    /// Whether it holds for all sizes; else it is looked at when the kernel is specialised.
    pub is_proved: bool,
}

impl Claim {
    /// Where it is claimed.
    pub fn span(&self) -> Span {
        match self {
            Self::Different(_, second) => *second,
            Self::InRange(span) => *span,
        }
    }
}
