//! Which way a gradient goes: forward where that is cheaper, backward else.
//!
//! Forward mode carries a tangent for each number that a function is differentiated by, and needs no tape. The derivative of
//! a program's number is a cotangent in either mode, found once for all lanes. The tangent of many numbers of a program is
//! found by running it with tangents, one lane after the other: worth it where all of them are asked for, so for a Jacobian
//! of many rows. For that the kernel may not measure, and nothing may ask for shots.

use rustc_hash::FxHashSet;

use qml_prelude::builtins::jvp::pushforward;

use super::Key;
use super::activity::{Activities, BuiltinRule, builtin_rule};
use super::calls::{arguments, definition};
use super::tangent::n_floats;
use crate::host::{Constant, Function, FunctionId, FunctionKind, Op, OpKind, Region, Type, ValueId};

/// Most numbers that forward mode follows at once.
const MOST_LANES: usize = 4;

/// What programs may give on the way to a result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Programs {
    /// Single numbers.
    Numbers,
    /// Tensors too.
    Tensors,
}

/// Whether the gradient by these parameters is made by forward mode: they are made of a few floats, and all that is on the
/// way to the result has tangents.
pub(super) fn is_forward(activities: &mut Activities, key: &Key, wrt: &[usize]) -> bool {
    let function = activities.module.function(key.function);
    let counts = wrt.iter().map(|&i| n_floats(function.ty(function.body.params[i])));
    let n_lanes: Option<usize> = counts.sum();
    n_lanes.is_some_and(|n| n <= MOST_LANES)
        && has_tangents(activities, key.function, &key.active, Programs::Numbers)
}

/// Whether all that is on the way from these parameters to a result has tangents.
pub(super) fn has_tangents(
    activities: &mut Activities,
    function: FunctionId,
    active: &[bool],
    programs: Programs,
) -> bool {
    Search { activities, programs, seen: FxHashSet::default() }.function(function, active)
}

/// The row that tells how the many numbers of a program move.
pub(super) fn tangent_row(name: &str) -> Option<&'static str> {
    match name {
        "expect" => Some("ad.expect_jvp"),
        "probs" => Some("ad.probs_jvp"),
        "state" => Some("ad.state_jvp"),
        _ => None,
    }
}

struct Search<'a, 'm> {
    activities: &'a mut Activities<'m>,
    programs: Programs,
    seen: FxHashSet<(FunctionId, Vec<bool>)>,
}

impl Search<'_, '_> {
    fn function(&mut self, id: FunctionId, active: &[bool]) -> bool {
        if !self.seen.insert((id, active.to_vec())) {
            return true;
        }
        let function = self.activities.module.function(id);
        self.region(id, active, function, &function.body)
    }

    fn region(&mut self, id: FunctionId, active: &[bool], function: &Function, region: &Region) -> bool {
        region.ops.iter().all(|op| {
            self.op(id, active, function, op)
                && op.regions.iter().all(|region| self.region(id, active, function, region))
        })
    }

    /// Whether a kernel can be run with tangents: nothing is measured, and angles come from arithmetic alone.
    fn runs_forward(&self, id: FunctionId) -> bool {
        let function = self.activities.module.function(id);
        function.kind != FunctionKind::Fn && function.shots.is_none() && self.is_unitary(&function.body)
    }

    fn is_unitary(&self, region: &Region) -> bool {
        region.ops.iter().all(|op| {
            let itself = match op.kind {
                OpKind::Measure | OpKind::Reset => false,
                OpKind::Call(callee) => self.runs_forward(callee),
                _ => true,
            };
            itself && op.regions.iter().all(|region| self.is_unitary(region))
        })
    }

    fn op(&mut self, id: FunctionId, active: &[bool], function: &Function, op: &Op) -> bool {
        let activity = self.activities.of(id, active);
        if !op.results.iter().any(|&result| activity.is_active(result)) {
            return true;
        }
        match &op.kind {
            OpKind::Call(callee) => {
                let active: Vec<bool> = op.args.iter().map(|&arg| activity.is_active(arg)).collect();
                self.function(*callee, &active)
            }
            OpKind::Program(kernel) => self.programs == Programs::Numbers || self.runs_forward(*kernel),
            OpKind::Builtin(row) => match builtin_rule(row.row()) {
                BuiltinRule::Vjp => pushforward(row.row().name).is_some(),
                BuiltinRule::Quantum(..) if *function.ty(op.results[0]) == Type::Float => true,
                BuiltinRule::Quantum(_, of_coefficients) => {
                    // Of observables that move there is no such row.
                    let is_of_program = of_coefficients.is_none() || !activity.is_active(op.args[1]);
                    let has_row = tangent_row(row.row().name).is_some();
                    self.programs == Programs::Tensors && is_of_program && has_row && is_exact(function, op)
                }
                BuiltinRule::Batch(..) => gives_numbers(function, row.row().name, op),
                _ => false,
            },
            _ => true,
        }
    }
}

/// Whether a call of a result function asks for no shots: they stand last, but where there are none.
fn is_exact(function: &Function, op: &Op) -> bool {
    let asks_for_nothing = |shots: ValueId| {
        definition(&function.body, shots).is_some_and(|made| made.kind == OpKind::Const(Constant::Unit))
    };
    op.args.last().is_some_and(|&last| *function.ty(last) == Type::Program || asks_for_nothing(last))
}

/// Whether each of many calls gives one number.
fn gives_numbers(function: &Function, name: &str, op: &Op) -> bool {
    match name {
        "batch.expect" | "batch.variance" => {
            let observable = arguments(function, op.args[0])[1];
            *function.ty(observable) == Type::Observable
        }
        _ => name == "batch.fidelity",
    }
}
