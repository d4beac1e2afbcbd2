//! Finds what has no derivative and stands on the way from an active parameter to a result.

use rustc_hash::FxHashSet;

use qml_source::{Code, Diagnostic};

use super::Key;
use super::activity::{Activities, Activity, BuiltinRule, builtin_rule};
use crate::host::{Function, FunctionId, Op, OpKind, Region, Type, ValueId};

/// All breaks of the chain in a function and in what it calls.
pub(super) fn problems(activities: &mut Activities, key: &Key) -> Vec<Diagnostic> {
    let mut search = Search { activities, seen: FxHashSet::default(), found: Vec::new() };
    search.function(key.function, &key.active);
    search.found
}

struct Search<'a, 'm> {
    activities: &'a mut Activities<'m>,
    seen: FxHashSet<(FunctionId, Vec<bool>)>,
    found: Vec<Diagnostic>,
}

impl Search<'_, '_> {
    fn function(&mut self, id: FunctionId, active: &[bool]) {
        if !self.seen.insert((id, active.to_vec())) {
            return;
        }
        let activity = self.activities.of(id, active);
        let function = self.activities.module.function(id);
        self.region(function, &function.body, &activity);
    }

    fn region(&mut self, function: &Function, region: &Region, activity: &Activity) {
        for op in &region.ops {
            if let OpKind::Call(callee) = op.kind
                && on_the_way(op, activity)
            {
                let varied: Vec<_> = op.args.iter().map(|arg| activity.varied[arg.0 as usize]).collect();
                self.function(callee, &varied);
            }
            if let Some(message) = check_op(function, op, activity)
                && !self.found.contains(&message)
            {
                self.found.push(message);
            }
            op.regions.iter().for_each(|region| self.region(function, region, activity));
        }
    }
}

/// Whether an operand varies and a result matters.
fn on_the_way(op: &Op, activity: &Activity) -> bool {
    let flag = |flags: &[bool], value: &ValueId| flags[value.0 as usize];
    op.args.iter().any(|arg| flag(&activity.varied, arg))
        && op.results.iter().any(|result| flag(&activity.useful, result))
}

fn check_op(function: &Function, op: &Op, activity: &Activity) -> Option<Diagnostic> {
    match &op.kind {
        OpKind::ValueAndGradient { .. } => Some(
            Diagnostic::error(Code::Q0513, "a gradient inside of a gradient")
                .primary(op.span, "this is reached from inside another gradient")
                .help("compute it before, and use its value as a constant"),
        ),
        OpKind::Builtin(id) if on_the_way(op, activity) => {
            let name = id.row().name;
            match builtin_rule(id.row()) {
                BuiltinRule::ToInt => Some(
                    Diagnostic::error(Code::Q0520, "the conversion to an integer cannot be differentiated")
                        .primary(op.span, "here the chain breaks")
                        .help("`stop_gradient(...)` makes its argument a constant"),
                ),
                BuiltinRule::Outcomes => Some(
                    Diagnostic::error(Code::Q0523, format!("`{name}` cannot be differentiated"))
                        .primary(op.span, "here the chain breaks")
                        .help(
                            "`expect`, `variance`, `probs`, `state`, `fidelity` and `gram` have derivatives",
                        ),
                ),
                BuiltinRule::None => Some(
                    Diagnostic::error(Code::Q0520, format!("`{}` cannot be differentiated", spoken(name)))
                        .primary(op.span, "here the chain breaks")
                        .help("`stop_gradient(...)` makes its argument a constant"),
                ),
                BuiltinRule::Vjp
                | BuiltinRule::Quantum(..)
                | BuiltinRule::Batch(..)
                | BuiltinRule::Item
                | BuiltinRule::Zero => None,
            }
        }
        OpKind::Program(_) => check_program(function, op, activity),
        _ => None,
    }
}

/// A complex argument of a kernel is part of what the kernel is compiled for.
fn check_program(function: &Function, op: &Op, activity: &Activity) -> Option<Diagnostic> {
    let holds_complex = |arg: &ValueId| activity.is_active(*arg) && has_complex(function.ty(*arg));
    op.args.iter().any(holds_complex).then(|| {
        Diagnostic::error(Code::Q0520, "a complex argument of a kernel cannot be differentiated")
            .primary(op.span, "here the chain breaks")
            .help("pass the real and the imaginary part as floats")
    })
}

fn has_complex(ty: &Type) -> bool {
    match ty {
        Type::Complex => true,
        Type::Tensor(element, _) | Type::List(element) => has_complex(element),
        Type::Tuple(parts) => parts.iter().any(has_complex),
        _ => false,
    }
}

/// The name of a row as the user knows it.
fn spoken(name: &str) -> &str {
    match name {
        "op.mod" => "%",
        other => other.rsplit('.').next().unwrap_or(other),
    }
}
