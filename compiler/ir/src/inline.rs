//! Small functions in the places of their calls.
//!
//! Only one level: calls that are put in stay calls. So a recursion makes one call in the place of several, and has an end.

use std::borrow::Cow;

use crate::host::copy::Names;
use crate::host::{Function, FunctionId, FunctionKind, Module, Op, OpKind, Region, Type};

/// Larger functions stay calls.
const MOST_OPS: usize = 24;
/// A function doesn't grow by more operations.
const MOST_GROWTH: usize = 200;

/// The function with what small functions do in the places of their calls. Where a function `runs_once`, only in its loops.
///
/// A function is small if it has no loops, which take longer than a call, and makes or gets no tape, which must end where it was made.
pub fn with_small_calls_inside(module: &Module, id: FunctionId, runs_once: bool) -> Cow<'_, Function> {
    let function = module.function(id);
    if !has_small_calls(module, &function.body, runs_once) {
        return Cow::Borrowed(function);
    }
    let mut changed = function.clone();
    let mut body = std::mem::take(&mut changed.body);
    let room = MOST_GROWTH;
    let mut inliner = Inliner { module, function: &mut changed, names: Names::default(), room };
    inliner.region(&mut body, runs_once);
    changed.body = body;
    Cow::Owned(changed)
}

fn has_small_calls(module: &Module, region: &Region, runs_once: bool) -> bool {
    region.ops.iter().any(|op| {
        let is_inside = |nested| has_small_calls(module, nested, runs_once && !is_loop(&op.kind));
        (!runs_once && small_callee(module, op).is_some()) || op.regions.iter().any(is_inside)
    })
}

fn is_loop(kind: &OpKind) -> bool {
    matches!(kind, OpKind::For | OpKind::While | OpKind::Map)
}

/// The function that is called, if it is small.
fn small_callee<'a>(module: &'a Module, op: &Op) -> Option<&'a Function> {
    let OpKind::Call(callee) = op.kind else { return None };
    let callee = module.function(callee);
    let is_small = callee.kind == FunctionKind::Fn
        && !callee.types.contains(&Type::Tape)
        && callee.body.n_ops() <= MOST_OPS
        && is_straight(&callee.body);
    is_small.then_some(callee)
}

/// Whether there are no loops, and nothing that must stand in a function of its own.
fn is_straight(region: &Region) -> bool {
    region.ops.iter().all(|op| match op.kind {
        OpKind::Ahead(_) | OpKind::Behind | OpKind::ValueAndGradient { .. } => false,
        _ => !is_loop(&op.kind) && op.regions.iter().all(is_straight),
    })
}

struct Inliner<'a> {
    module: &'a Module,
    function: &'a mut Function,
    /// What stands for the results of calls.
    names: Names,
    room: usize,
}

impl Inliner<'_> {
    fn region(&mut self, region: &mut Region, runs_once: bool) {
        for mut op in std::mem::take(&mut region.ops) {
            op.args = self.names.all(&op.args);
            let callee = small_callee(self.module, &op).filter(|callee| callee.body.n_ops() <= self.room);
            match callee {
                Some(callee) if !runs_once => self.call(callee, &op, &mut region.ops),
                _ => {
                    let once = runs_once && !is_loop(&op.kind);
                    op.regions.iter_mut().for_each(|nested| self.region(nested, once));
                    region.ops.push(op);
                }
            }
        }
        region.yields = self.names.all(&region.yields);
    }

    /// What the callee does, with the arguments of the call.
    fn call(&mut self, callee: &Function, op: &Op, ops: &mut Vec<Op>) {
        self.room -= callee.body.n_ops();
        let mut inner = Names::default();
        for (&param, &arg) in callee.body.params.iter().zip(&op.args) {
            inner.set(param, arg);
        }
        ops.extend(callee.body.ops.iter().map(|op| inner.op(op, &callee.types, self.function)));
        for (&result, &value) in op.results.iter().zip(&callee.body.yields) {
            self.names.set(result, inner.get(value));
        }
    }
}
