//! The words of the printed form: names of types, operators and kinds.

use crate::host::{BinaryOp, FunctionKind, GradientMethod, Modifier, OpKind, Type, UnaryOp};

pub(super) const SCALAR_TYPES: &[(&str, Type)] = &[
    ("unit", Type::Unit),
    ("bool", Type::Bool),
    ("int", Type::Int),
    ("float", Type::Float),
    ("complex", Type::Complex),
    ("string", Type::Str),
    ("observable", Type::Observable),
    ("program", Type::Program),
    ("optimizer", Type::Optimizer),
    ("cotangent", Type::Cotangent),
    ("tape", Type::Tape),
    ("qubit", Type::Qubit),
    ("register", Type::Register),
];

pub(super) const FUNCTION_KINDS: &[(&str, FunctionKind)] =
    &[("fn", FunctionKind::Fn), ("gate", FunctionKind::Gate), ("kernel", FunctionKind::Kernel)];

/// The names that `using` takes, and `auto`.
pub(crate) const METHODS: &[(&str, GradientMethod)] = &[
    ("auto", GradientMethod::Auto),
    ("adjoint", GradientMethod::Adjoint),
    ("parameter_shift", GradientMethod::ParameterShift),
    ("finite_difference", GradientMethod::FiniteDifference),
    ("spsa", GradientMethod::Spsa),
];

/// Kinds of operations that need to know nothing but their operands.
pub(super) const PLAIN_OPS: &[(&str, OpKind)] = &[
    ("neg", OpKind::Unary(UnaryOp::Neg)),
    ("not", OpKind::Unary(UnaryOp::Not)),
    ("to_float", OpKind::Unary(UnaryOp::ToFloat)),
    ("add", OpKind::Binary(BinaryOp::Add)),
    ("sub", OpKind::Binary(BinaryOp::Sub)),
    ("mul", OpKind::Binary(BinaryOp::Mul)),
    ("div", OpKind::Binary(BinaryOp::Div)),
    ("div_floor", OpKind::Binary(BinaryOp::DivFloor)),
    ("mod", OpKind::Binary(BinaryOp::Mod)),
    ("pow", OpKind::Binary(BinaryOp::Pow)),
    ("eq", OpKind::Binary(BinaryOp::Eq)),
    ("ne", OpKind::Binary(BinaryOp::Ne)),
    ("lt", OpKind::Binary(BinaryOp::Lt)),
    ("le", OpKind::Binary(BinaryOp::Le)),
    ("gt", OpKind::Binary(BinaryOp::Gt)),
    ("ge", OpKind::Binary(BinaryOp::Ge)),
    ("and", OpKind::Binary(BinaryOp::And)),
    ("or", OpKind::Binary(BinaryOp::Or)),
    ("tuple", OpKind::Tuple),
    ("if", OpKind::If),
    ("for", OpKind::For),
    ("while", OpKind::While),
    ("map", OpKind::Map),
    ("behind", OpKind::Behind),
    ("tape_new", OpKind::TapeNew),
    ("tape_push", OpKind::TapePush),
    ("tape_pop", OpKind::TapePop),
    ("allocate", OpKind::Allocate),
    ("qubit_at", OpKind::QubitAt),
    ("qubit_slice", OpKind::QubitSlice),
    ("register_len", OpKind::RegisterLen),
    ("unitary", OpKind::Unitary),
    ("evolve", OpKind::Evolve),
    ("measure", OpKind::Measure),
    ("reset", OpKind::Reset),
    ("adjoint", OpKind::Modified(Modifier::Adjoint)),
    ("power", OpKind::Modified(Modifier::Power)),
    ("within", OpKind::Within),
];

/// The value of this word.
pub(super) fn find<T: Clone>(table: &[(&str, T)], word: &str) -> Option<T> {
    table.iter().find(|row| row.0 == word).map(|row| row.1.clone())
}

/// The word of this value.
pub(crate) fn word<T: PartialEq>(table: &[(&'static str, T)], value: &T) -> Option<&'static str> {
    table.iter().find(|row| row.1 == *value).map(|row| row.0)
}
