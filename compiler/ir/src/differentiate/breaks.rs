//! Where the chain from a parameter to the result breaks: the first operation that makes something without a derivative
//! of what depends on the parameter, such as a comparison or `stop_gradient`.

use rustc_hash::FxHashSet;

use qml_source::Span;

use super::activity::{BuiltinRule, builtin_rule};
use super::carries_floats;
use crate::host::{FunctionId, Module, Op, OpKind, Region, ValueId};

/// How deep calls are followed.
const MAX_DEPTH: usize = 20;

/// The place of the first such operation in the function or in what it calls.
pub(super) fn first_break(module: &Module, function: FunctionId, param: usize) -> Option<Span> {
    Search { module, depth: 0 }.function(function, &[param])
}

struct Search<'m> {
    module: &'m Module,
    depth: usize,
}

impl Search<'_> {
    fn function(&mut self, id: FunctionId, params: &[usize]) -> Option<Span> {
        if self.depth == MAX_DEPTH {
            return None;
        }
        self.depth += 1;
        let body = &self.module.function(id).body;
        let mut reached = params.iter().map(|&i| body.params[i]).collect();
        let found = self.region(id, body, &mut reached);
        self.depth -= 1;
        found
    }

    fn region(&mut self, id: FunctionId, region: &Region, reached: &mut FxHashSet<ValueId>) -> Option<Span> {
        region.ops.iter().find_map(|op| self.op(id, op, reached))
    }

    fn op(&mut self, id: FunctionId, op: &Op, reached: &mut FxHashSet<ValueId>) -> Option<Span> {
        let is_reached = op.args.iter().any(|arg| reached.contains(arg));
        if is_reached {
            if let OpKind::Call(callee) = op.kind {
                let params: Vec<usize> =
                    (0..op.args.len()).filter(|&i| reached.contains(&op.args[i])).collect();
                if let Some(found) = self.function(callee, &params) {
                    return Some(found);
                }
            }
            let types = &self.module.function(id).types;
            let is_lost = op.regions.is_empty()
                && !op.results.is_empty()
                && !op.results.iter().any(|result| carries_floats(&types[result.0 as usize]));
            let is_zero =
                matches!(op.kind, OpKind::Builtin(row) if builtin_rule(row.row()) == BuiltinRule::Zero);
            // The size of a tensor is no use of its numbers.
            let is_size = matches!(op.kind, OpKind::Builtin(row) if ["op.dim", "op.len", "len", "shape"].contains(&row.row().name));
            if (is_lost || is_zero) && !is_size {
                return Some(op.span);
            }
            if !is_size {
                reached.extend(&op.results);
            }
        }
        for region in &op.regions {
            if is_reached {
                reached.extend(&region.params);
            }
            if let Some(found) = self.region(id, region, reached) {
                return Some(found);
            }
            if region.yields.iter().any(|value| reached.contains(value)) {
                reached.extend(&op.results);
            }
        }
        None
    }
}
