//! Which way a gradient goes: forward where that is cheaper, backward else.
//!
//! Forward mode carries a tangent for each number that a function is differentiated by, and needs no tape. The derivative of
//! a program's number is a cotangent in either mode, found once for all lanes; that of several numbers would be one for each
//! of them, so there the way is back.

use std::collections::HashSet;

use qml_prelude::builtins::jvp::pushforward;

use super::Key;
use super::activity::{Activities, BuiltinRule, builtin_rule};
use super::calls::one_call;
use super::tangent::n_floats;
use crate::host::{Function, FunctionId, Op, OpKind, Region, Type};

/// Most numbers that forward mode follows at once.
const MOST_LANES: usize = 4;

/// Whether the gradient by these parameters is made by forward mode: they are made of a few floats, and all that is on the
/// way to the result has tangents.
pub(super) fn is_forward(activities: &mut Activities, key: &Key, wrt: &[usize]) -> bool {
    let function = activities.module.function(key.function);
    let counts = wrt.iter().map(|&i| n_floats(function.ty(function.body.params[i])));
    let n_lanes: Option<usize> = counts.sum();
    n_lanes.is_some_and(|n| n <= MOST_LANES) && has_tangents(activities, key.function, &key.active)
}

/// Whether all that is on the way from these parameters to a result has tangents.
pub(super) fn has_tangents(activities: &mut Activities, function: FunctionId, active: &[bool]) -> bool {
    Search { activities, seen: HashSet::new() }.function(function, active)
}

struct Search<'a, 'm> {
    activities: &'a mut Activities<'m>,
    seen: HashSet<(FunctionId, Vec<bool>)>,
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
            OpKind::Builtin(row) => match builtin_rule(row.row()) {
                BuiltinRule::Vjp => pushforward(row.row().name).is_some(),
                BuiltinRule::Quantum(..) => *function.ty(op.results[0]) == Type::Float,
                BuiltinRule::Batch(..) => gives_numbers(function, row.row().name, op),
                _ => false,
            },
            _ => true,
        }
    }
}

/// Whether each of many calls gives one number.
fn gives_numbers(function: &Function, name: &str, op: &Op) -> bool {
    match name {
        "batch.expect" | "batch.variance" => {
            let observable = one_call(function, op.args[0]).args[1];
            *function.ty(observable) == Type::Observable
        }
        _ => name == "batch.fidelity",
    }
}
