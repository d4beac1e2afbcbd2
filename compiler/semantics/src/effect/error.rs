//! What can be wrong with effects and the use of qubits.

use qml_source::{Code, Diagnostic, Span};
use qml_syntax::ast::{self, Name};

use super::{Effects, Surroundings};

/// Something is done where it can't be done, or qubits are used as they can't be used.
#[derive(Clone, Debug)]
pub(crate) enum EffectError {
    /// A gate, `measure` and the like outside of gates and kernels.
    QuantumInFn { what: String, span: Span },
    /// `z(0)` in a fn, where `Z(0)` is meant.
    GateForObservable { name: Name, span: Span, observable: String },
    /// Measurement, reset, allocation or the call of a kernel in a gate.
    NotInGate { what: String, span: Span },
    /// A fn with effects is called in a gate or kernel.
    ImpureInQuantum { name: String, span: Span, effects: Effects, effect: ast::Effect },
    /// Input, output or training where elements or evaluations are counted on to be repeatable.
    NotRepeatable { name: String, span: Span, effects: Effects, surroundings: Surroundings },
    /// One qubit twice in a call, in these rounds of loops.
    SameQubit { first: Span, second: Span, rounds: Vec<(Span, String)> },
    /// A register bound to a second name, put in a list and the like.
    Copied { span: Span, declared: Option<Span> },
    /// A register that came in is returned.
    ParameterReturned { span: Span, declared: Span },
    /// A kernel's result is more than a register and bits.
    KernelResult { span: Span, ty: String, n_registers: usize },
    /// `return` in the middle of a kernel, or in a gate; with the statement that follows.
    EarlyReturn { span: Span, effect: ast::Effect, next: Option<Span> },
    /// Measurement and the like under `adjoint`, `control`, `power` or in `within`.
    NotReversible { what: String, span: Span, modifier: Span },
    /// A gate or kernel that calls itself.
    Recursion { name: Name, effect: ast::Effect, span: Span },
    /// A statement that only fns have.
    OnlyInFn { what: &'static str, span: Span, effect: ast::Effect },
    /// A `while` in a gate.
    WhileInGate { span: Span },
    /// A qubit in the type of a value.
    QubitInData { span: Span },
    /// A kernel that takes qubits, as a program.
    ProgramWithQubits { name: String, span: Span, declared: Span },
    /// A branch, bound or index that depends on a float of a gate or kernel.
    FloatDependent { span: Span, what: &'static str, declared: Span },
    /// An outcome as an index, size, bound or angle.
    Outcome { span: Span, what: &'static str, outcome: Option<String> },
    /// A result function that is about the register of a program whose kernel returns none.
    NoRegister { span: Span, name: String, result: Option<String> },
}

impl EffectError {
    /// A call of `name` with effects that its surroundings refuse.
    pub fn refused(name: String, span: Span, effects: Effects, surroundings: Surroundings) -> Self {
        match surroundings {
            Surroundings::Quantum(effect) => Self::ImpureInQuantum { name, span, effects, effect },
            _ => Self::NotRepeatable { name, span, effects, surroundings },
        }
    }
}

impl From<EffectError> for Diagnostic {
    fn from(error: EffectError) -> Self {
        match error {
            EffectError::QuantumInFn { what, span } => {
                Diagnostic::error(Code::Q0401, format!("{what} in a `fn`"))
                    .primary(span, "only gates and kernels hold quantum operations")
                    .note("a `fn` runs on the host; the call of a kernel is the way from there to qubits")
                    .help("move it into a `kernel`, and run that: `counts(my_kernel())`")
            }
            EffectError::GateForObservable { name, span, observable } => {
                Diagnostic::error(Code::Q0401, format!("the gate `{}` in a `fn`", name.text))
                    .primary(span, "only gates and kernels hold quantum operations")
                    .help(format!("did you mean the observable `{observable}`?"))
            }
            EffectError::NotInGate { what, span } => {
                Diagnostic::error(Code::Q0402, format!("{what} in a `gate`"))
                    .primary(span, "a gate has to have an inverse, this has none")
                    .help("declare a `kernel` in place of the `gate`")
            }
            EffectError::ImpureInQuantum { name, span, effects, effect } => {
                let message = format!("`{name}` can't be called in a `{}`", effect.keyword());
                let help = if name == "print" {
                    "return the bits, and print them in the `fn` that runs the kernel: `print(run(k()));`"
                } else {
                    "compute the value in a `fn` and pass it as an argument"
                };
                Diagnostic::error(Code::Q0403, message)
                    .primary(span, format!("it {}", effects.describe()))
                    .note("gates and kernels call pure functions only: a circuit is compiled once and run often")
                    .help(help)
            }
            EffectError::NotRepeatable { name, span, effects, surroundings } => {
                not_repeatable(&name, span, effects, surroundings)
            }
            EffectError::SameQubit { first, second, rounds } => {
                let diagnostic = Diagnostic::error(Code::Q0405, "one qubit is used twice in a call")
                    .primary(second, "used again here")
                    .secondary(first, "used here")
                    .note("an operation on several qubits needs different ones");
                rounds.into_iter().fold(diagnostic, |diagnostic, (span, text)| diagnostic.secondary(span, text))
            }
            EffectError::Copied { span, declared } => {
                let diagnostic = Diagnostic::error(Code::Q0406, "qubits can't be copied")
                    .primary(span, "a second name or place for the same qubits")
                    .help("use the register itself, or pass it to a gate or kernel");
                declared.into_iter().fold(diagnostic, |diagnostic, declared| {
                    diagnostic.secondary(declared, "they have this name")
                })
            }
            EffectError::ParameterReturned { span, declared } => {
                Diagnostic::error(Code::Q0407, "qubits that came in as a parameter are returned")
                    .primary(span, "returned here")
                    .secondary(declared, "they belong to the caller, who still has them")
                    .help("leave out the `return`: what was done to them stays done")
            }
            EffectError::KernelResult { span, ty, n_registers } => {
                let help = if n_registers > 1 {
                    "return one register that holds them all, such as `qubit[2]`"
                } else {
                    "compute other values in a `fn` from the results of the program"
                };
                Diagnostic::error(Code::Q0408, format!("a kernel can't return `{ty}`"))
                    .primary(
                        span,
                        "at most one register, and bits: `qubit[n]`, `bool[n]`, `(qubit[n], bool)`",
                    )
                    .help(help)
            }
            EffectError::EarlyReturn { span, effect: ast::Effect::Gate, .. } => {
                Diagnostic::error(Code::Q0409, "`return` in a `gate`")
                    .primary(span, "a gate returns nothing, and always runs to its end")
            }
            EffectError::EarlyReturn { span, next, .. } => {
                let diagnostic = Diagnostic::error(Code::Q0409, "`return` in the middle of a kernel")
                    .primary(span, "it can only be the last statement")
                    .note("a kernel is one circuit, which always runs to its end");
                next.into_iter().fold(diagnostic, |diagnostic, next| {
                    diagnostic.secondary(next, "the kernel ends before this")
                })
            }
            EffectError::NotReversible { what, span, modifier } => Diagnostic::error(
                Code::Q0410,
                format!("{what} can't be inverted, controlled or repeated as a gate"),
            )
            .primary(span, "no gate")
            .secondary(modifier, "asks for gates only"),
            EffectError::Recursion { name, effect, span } => {
                let message = format!("the {} `{}` calls itself", effect.keyword(), name.text);
                Diagnostic::error(Code::Q0411, message)
                    .primary(span, "by way of this call")
                    .secondary(name.span, "declared here")
                    .help("use a loop, `for i in 0..n { }`; only a `fn` may be recursive")
            }
            EffectError::OnlyInFn { what, span, effect } => {
                Diagnostic::error(Code::Q0412, format!("{what} in a `{}`", effect.keyword()))
                    .primary(span, "only a `fn` can do that")
                    .help("do it in the `fn` that calls the kernel")
            }
            EffectError::WhileInGate { span } => Diagnostic::error(Code::Q0413, "`while` in a `gate`")
                .primary(span, "how often it runs has to be known when the gate is compiled")
                .help("use `for i in 0..n { }`"),
            EffectError::QubitInData { span } => Diagnostic::error(Code::Q0414, "qubits are no values")
                .primary(span, "they can't be part of a struct, tensor or variable's type")
                .help("use a register, `qubit[n]`"),
            EffectError::ProgramWithQubits { name, span, declared } => {
                let message = format!("the kernel `{name}` takes qubits, and can't be run from a `fn`");
                Diagnostic::error(Code::Q0415, message)
                    .primary(span, "there are no qubits here to pass")
                    .secondary(declared, "declared here")
                    .help("write a kernel that makes the qubits, `let q = qubit[n];`, and calls this one")
            }
            EffectError::FloatDependent { span, what, declared } => {
                Diagnostic::error(Code::Q0443, format!("{what} depends on a float argument"))
                    .primary(span, "its value is bound later")
                    .secondary(declared, "a float, or made of one")
                    .note(
                        "a kernel is compiled once for all values of its floats, so branches, bounds and indices can't \
                         depend on them",
                    )
                    .help("pass an `int` or `bool`, or call a `fn` that decides and gives a float")
            }
            EffectError::Outcome { span, what, outcome } => {
                let outcome = outcome.as_deref().unwrap_or("outcome");
                Diagnostic::error(Code::Q0416, format!("the outcome of a measurement as {what}"))
                    .primary(span, "known only while the circuit runs")
                    .help(format!("branch on it: `if {outcome} {{ x(q[0]); }}`"))
            }
            EffectError::NoRegister { span, name, result } => {
                let result = match result {
                    Some(result) => format!("its kernel returns `{result}`"),
                    None => "its kernel returns nothing".to_owned(),
                };
                Diagnostic::error(Code::Q0417, format!("`{name}` of a program without a register"))
                    .primary(span, result)
                    .help(
                        "return the qubits, without measuring them: `-> qubit[n]`; bits come from `run`, `counts` and `samples`",
                    )
            }
        }
    }
}

fn not_repeatable(name: &str, span: Span, effects: Effects, surroundings: Surroundings) -> Diagnostic {
    let (place, why) = match surroundings {
        Surroundings::Optimize => {
            ("the block of an `optimize`", "it is evaluated as often as the optimizer asks")
        }
        Surroundings::Gradient => {
            ("what a `grad` differentiates", "it is evaluated as often as the gradient rule asks")
        }
        _ => ("a comprehension", "its elements may be computed in any order and in parallel"),
    };
    let code = if effects.has(Effects::IO) { Code::Q0404 } else { Code::Q0513 };
    let fault = if effects.has(Effects::IO) { Effects::IO } else { effects };
    Diagnostic::error(code, format!("`{name}` can't be called in {place}"))
        .primary(span, format!("it {}", fault.describe()))
        .note(why)
        .help(if code == Code::Q0513 && surroundings == Surroundings::Gradient {
            "do it before or after; of a gradient again: `use std.curvature.hessian;`, which takes a `fn` by its name"
        } else {
            "do it before or after"
        })
}
