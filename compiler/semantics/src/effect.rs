//! What functions do besides giving a value: found for each body, then carried along the calls.

use qml_source::Span;
use qml_syntax::ast;

use crate::check::Checker;
use crate::hir::FunctionId;

mod error;

pub(crate) use error::EffectError;

/// A set of effects.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Effects(u8);

impl Effects {
    /// None.
    pub const PURE: Self = Self(0);
    /// Draws random numbers.
    pub const RANDOM: Self = Self(1);
    /// Runs programs.
    pub const QUANTUM: Self = Self(2);
    /// Reads or writes outside.
    pub const IO: Self = Self(4);
    /// Holds a `grad` or `optimize`.
    pub const TRAINS: Self = Self(8);

    /// Both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// Whether one of `other` is among them.
    pub fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    /// What a row of the prelude does.
    pub fn of_builtin(effect: qml_prelude::Effect) -> Self {
        match effect {
            qml_prelude::Effect::Pure => Self::PURE,
            qml_prelude::Effect::Random => Self::RANDOM,
            qml_prelude::Effect::Quantum => Self::QUANTUM,
            qml_prelude::Effect::Io => Self::IO,
        }
    }

    /// The first effect in words.
    pub fn describe(self) -> &'static str {
        if self.has(Self::IO) {
            "reads or writes outside the program"
        } else if self.has(Self::TRAINS) {
            "holds a `grad` or `optimize`"
        } else if self.has(Self::QUANTUM) {
            "runs programs"
        } else {
            "draws random numbers"
        }
    }
}

/// Where a call stands that allows some effects only.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Surroundings {
    /// The body of a gate or kernel: pure functions only.
    Quantum(ast::Effect),
    /// A comprehension: no input or output.
    Comprehension,
    /// The block of an `optimize`: no input or output, no `grad` or `optimize`.
    Optimize,
    /// What a `grad` differentiates: the same.
    Gradient,
}

impl Surroundings {
    /// The effects that are not allowed.
    pub fn refused(self) -> Effects {
        match self {
            Self::Quantum(_) => {
                Effects::RANDOM.with(Effects::QUANTUM).with(Effects::IO).with(Effects::TRAINS)
            }
            Self::Comprehension => Effects::IO,
            Self::Optimize | Self::Gradient => Effects::IO.with(Effects::TRAINS),
        }
    }

    /// The effects of `effects` that are refused.
    pub fn refused_of(self, effects: Effects) -> Option<Effects> {
        let refused = Effects(self.refused().0 & effects.0);
        (refused != Effects::PURE).then_some(refused)
    }
}

/// A call of a fn where some effects are refused.
#[derive(Clone, Copy, Debug)]
pub(crate) struct DeferredCall {
    /// The fn.
    pub callee: FunctionId,
    /// The call.
    pub span: Span,
    /// Where it stands.
    pub surroundings: Surroundings,
}

/// Checks the calls that had to wait until the effects of all functions are known, and that no gate or kernel calls
/// itself.
pub(crate) fn check_calls(checker: &mut Checker<'_>) {
    let effects = carry(checker);
    for call in std::mem::take(&mut checker.deferred) {
        if let Some(effects) = call.surroundings.refused_of(effects[call.callee.0 as usize]) {
            let name = checker.functions[call.callee.0 as usize].callable.name.text.clone();
            checker.report(EffectError::refused(name, call.span, effects, call.surroundings));
        }
    }
    refuse_recursion(checker);
}

/// The effects of each function with those of all it calls.
fn carry(checker: &Checker<'_>) -> Vec<Effects> {
    let functions = &checker.functions;
    let mut callers = vec![Vec::new(); functions.len()];
    for (caller, function) in functions.iter().enumerate() {
        for (callee, _) in &function.calls {
            callers[callee.0 as usize].push(caller);
        }
    }
    let mut effects: Vec<_> = functions.iter().map(|function| function.effects).collect();
    let mut pending: Vec<_> = (0..functions.len()).collect();
    while let Some(callee) = pending.pop() {
        for &caller in &callers[callee] {
            let all = effects[caller].with(effects[callee]);
            if all != effects[caller] {
                effects[caller] = all;
                pending.push(caller);
            }
        }
    }
    effects
}

/// Gates and kernels are unrolled when they are specialised, so none may reach itself.
fn refuse_recursion(checker: &mut Checker<'_>) {
    #[derive(Clone, Copy, PartialEq)]
    enum Mark {
        New,
        Open,
        Done,
    }
    let functions = &checker.functions;
    let is_quantum = |id: usize| functions[id].callable.effect != ast::Effect::Fn;
    let mut marks = vec![Mark::New; functions.len()];
    let mut errors = Vec::new();
    for root in (0..functions.len()).filter(|&id| is_quantum(id)) {
        // A stack of its own: a long chain of calls must not exhaust that of the machine.
        let mut stack = vec![(root, 0)];
        if marks[root] != Mark::New {
            continue;
        }
        marks[root] = Mark::Open;
        while let Some((id, next)) = stack.pop() {
            let Some(&(callee, span)) = functions[id].calls.get(next) else {
                marks[id] = Mark::Done;
                continue;
            };
            stack.push((id, next + 1));
            let callee = callee.0 as usize;
            match marks[callee] {
                _ if !is_quantum(callee) => {}
                Mark::New => {
                    marks[callee] = Mark::Open;
                    stack.push((callee, 0));
                }
                Mark::Open => {
                    let callable = functions[callee].callable;
                    errors.push(EffectError::Recursion {
                        name: callable.name.clone(),
                        effect: callable.effect,
                        span,
                    });
                }
                Mark::Done => {}
            }
        }
    }
    errors.into_iter().for_each(|error| checker.report(error));
}
