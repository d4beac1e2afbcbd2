//! What can be wrong with a kernel for given sizes, as messages.

use qml_source::{Code, Diagnostic, Span};

use super::qubits::Qubits;
use crate::circuit::Wire;

/// An error with its place.
pub(super) type Failure = Box<Diagnostic>;

fn error(code: Code, message: impl Into<String>, span: Span, label: impl Into<String>) -> Failure {
    Box::new(Diagnostic::error(code, message).primary(span, label))
}

/// How many calls of those that led to an error are shown.
const MAX_CALLS: usize = 8;

/// The error with the call in which it came up.
pub(super) fn called_from(mut failure: Failure, name: &str, span: Span) -> Failure {
    let is_call = |label: &&qml_source::Label| label.text.ends_with("is called here");
    if failure.secondary.iter().filter(is_call).count() < MAX_CALLS {
        let name = shown(name);
        let label = qml_source::Label { span, text: format!("`{name}` is called here") };
        // A function that calls itself is shown once.
        if !failure.secondary.contains(&label) {
            failure.secondary.push(label);
        }
    }
    failure
}

/// One qubit in two operands of an operation.
pub(super) fn same_qubit_twice(
    first: &Qubits,
    second: &Qubits,
    wire: Wire,
    what: &str,
    span: Span,
) -> Failure {
    let diagnostic = Diagnostic::error(Code::Q0440, format!("{what} uses one qubit twice"))
        .note(format!("for these sizes both operands contain the qubit on wire {}", wire.0))
        .help(
            "where only some sizes lead here, a condition after the signature keeps them out: `where n >= 2`",
        );
    let places: Vec<Span> =
        [first, second].iter().map(|operand| operand.span).filter(|&at| at != span).collect();
    Box::new(match places[..] {
        [first, second] if first != second => {
            diagnostic.primary(second, "used again here").secondary(first, "used here")
        }
        _ => {
            let diagnostic = diagnostic.primary(span, "needs different qubits");
            places
                .into_iter()
                .fold(diagnostic, |diagnostic, at| diagnostic.secondary(at, "this operand contains it"))
        }
    })
}

/// An operation on a qubit that also controls it.
pub(super) fn control_is_target(operand: Span, span: Span) -> Failure {
    Box::new(
        Diagnostic::error(Code::Q0440, "a qubit controls an operation on itself")
            .primary(span, "acts on the qubit")
            .secondary(operand, "which is a control here"),
    )
}

/// `q[i]` with `i` outside.
pub(super) fn qubit_out_of_range(index: i64, register: &Qubits, span: Span) -> Failure {
    let len = register.wires.len();
    let range =
        if len == 0 { "has no qubits".to_string() } else { format!("has the qubits 0 to {}", len - 1) };
    let failure = error(
        Code::Q0441,
        format!("qubit index {index} is out of range"),
        span,
        format!("the register {range}"),
    );
    of_register(failure, register, span)
}

/// `q[a..b]` with a bound outside.
pub(super) fn slice_out_of_range(start: i64, end: i64, register: &Qubits, span: Span) -> Failure {
    let failure = error(
        Code::Q0441,
        format!("the slice {start}..{end} is out of range"),
        span,
        format!("the register has {} qubits", register.wires.len()),
    );
    of_register(failure, register, span)
}

/// The error with the place that the register comes from.
fn of_register(mut failure: Failure, register: &Qubits, span: Span) -> Failure {
    if register.span != span {
        failure.secondary.push(qml_source::Label { span: register.span, text: "the register".to_owned() });
    }
    failure
}

pub(super) use crate::host::shown_name as shown;

/// Registers and tensors of different lengths in a broadcast.
pub(super) fn lengths_differ(what: &str, first: usize, second: usize, span: Span) -> Failure {
    let message = format!("{what} gets operands of {first} and of {second} items");
    let mut failure = error(Code::Q0442, message, span, "registers and tensors must agree in length");
    failure.help.push("a single qubit or float is repeated for every item".into());
    failure
}

/// A branch, bound, index or size that depends on a float.
pub(super) fn depends_on_float(what: &str, span: Span) -> Failure {
    let mut failure =
        error(Code::Q0443, format!("{what} depends on a float argument"), span, "its value is bound later");
    failure.notes.push(
        "a kernel is compiled once for all values of its floats, so branches, bounds and indices can't depend on them"
            .into(),
    );
    failure.help.push("pass an `int` or `bool`, or call a `fn` that decides and gives a float".into());
    failure
}

/// Something that may not depend on an outcome.
pub(super) fn depends_on_outcome(what: &str, span: Span) -> Failure {
    let mut failure = error(
        Code::Q0444,
        format!("{what} depends on the outcome of a measurement"),
        span,
        "known only while the circuit runs",
    );
    failure.help.push("outcomes are for conditions of `if` and for results".into());
    failure
}

/// A value with more cases than can be told apart.
pub(super) fn too_many_cases(span: Span) -> Failure {
    let mut failure = error(
        Code::Q0455,
        "a value depends on too many outcomes",
        span,
        "has too many cases to be worked out while the circuit runs",
    );
    failure.help.push("return the bits, and compute the value from `run` or `samples` in a `fn`".into());
    failure
}

/// A measurement where the inverse or a controlled version is needed.
pub(super) fn not_reversible(what: &str, around: &str, outer: Span, span: Span) -> Failure {
    Box::new(
        Diagnostic::error(Code::Q0410, format!("{what} inside `{around}`"))
            .primary(span, "can't be undone or controlled")
            .secondary(outer, format!("`{around}` stands here")),
    )
}

/// `evolve` without steps of terms that don't commute.
pub(super) fn terms_do_not_commute(first: &str, second: &str, span: Span) -> Failure {
    let mut failure = error(
        Code::Q0446,
        "the terms of the observable don't commute",
        span,
        format!("{first} and {second} don't commute"),
    );
    failure.help.push("give the number of Trotter steps: `evolve(h, t, q, steps: 10)`".into());
    failure
}

/// `evolve` with complex coefficients.
pub(super) fn not_hermitian(span: Span) -> Failure {
    error(Code::Q0447, "the observable is not Hermitian", span, "has coefficients that aren't real")
}

/// `evolve` on too few qubits.
pub(super) fn observable_too_large(qubit: usize, len: usize, span: Span) -> Failure {
    error(
        Code::Q0447,
        format!("the observable acts on qubit {qubit}"),
        span,
        format!("but only {len} qubits are given"),
    )
}

/// `unitary` with a matrix that is none.
pub(super) fn not_unitary(message: String, span: Span) -> Failure {
    error(Code::Q0448, message, span, "not a unitary of these qubits")
}

/// A circuit, or the work to make it, beyond all bounds.
pub(super) fn too_large(what: &str, span: Span) -> Failure {
    let mut failure =
        error(Code::Q0449, format!("the kernel is too large: more than {what}"), span, "reached here");
    failure.help.push("make the loops shorter or the register smaller".into());
    failure
}

/// A gate or kernel that calls itself.
pub(super) fn recursion(name: &str, span: Span) -> Failure {
    error(
        Code::Q0450,
        format!("`{}` calls itself", shown(name)),
        span,
        "gates and kernels can't be recursive",
    )
}

/// A `fn` in a kernel that calls itself too often.
pub(super) fn recursion_too_deep(name: &str, span: Span) -> Failure {
    error(Code::Q0450, format!("calls of `{}` are nested too deeply", shown(name)), span, "called again here")
}

/// What can't be made of floats that are bound later.
pub(super) fn not_on_floats(name: &str, span: Span) -> Failure {
    let message = match name {
        "op.to_complex" | "complex" => "a complex number is made of a float argument of a kernel".to_owned(),
        _ => format!("`{name}` of a float argument of a kernel is no float"),
    };
    let mut failure = error(Code::Q0451, message, span, "its operand is bound later");
    failure
        .help
        .push("call a `fn` that computes it and gives floats: it runs when the floats are bound".into());
    failure
}

/// The same for outcomes.
pub(super) fn not_on_outcomes(name: &str, span: Span) -> Failure {
    error(
        Code::Q0444,
        format!("`{name}` is not supported on outcomes of measurements yet"),
        span,
        "its operand is known only while the circuit runs",
    )
}

/// A number that must be at least `least`.
pub(super) fn too_small(what: &str, value: i64, least: i64, span: Span) -> Failure {
    error(Code::Q0452, format!("{what} is {value}"), span, format!("must be at least {least}"))
}

/// An order of the Trotter product that there is none of.
pub(super) fn unknown_order(order: i64, span: Span) -> Failure {
    error(Code::Q0452, format!("a Trotter product of order {order}"), span, "orders 1, 2, 4, 6, ... exist")
}

/// An angle that is no number.
pub(super) fn angle_not_finite(angle: f64, span: Span) -> Failure {
    error(Code::Q0453, format!("an angle is {angle}"), span, "angles must be finite numbers")
}

/// A result with two registers.
pub(super) fn second_register(span: Span) -> Failure {
    error(Code::Q0408, "a kernel returns at most one register", span, "returns two")
}

/// A result that is neither qubits nor bits.
pub(super) fn not_a_result(span: Span) -> Failure {
    error(Code::Q0408, "a kernel returns qubits and classical bits", span, "returns something else")
}
