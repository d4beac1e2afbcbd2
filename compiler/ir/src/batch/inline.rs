//! Copies functions that make calls of kernels into the bodies of loops.

use super::split::Split;
use crate::host::copy::Names;
use crate::host::{FunctionId, Op, OpKind, Region, Type};

/// Larger functions stay calls.
const MOST_OPS: usize = 500;

impl Split<'_> {
    /// A copy of the body of a loop, in which calls of functions that make calls of kernels are replaced by what these
    /// functions do, and loops are split; without what is known before.
    pub(super) fn opened(&mut self, region: &Region) -> Region {
        let types = self.function.types.clone();
        let mut names = Names::default();
        let params = names.define(&region.params, &types, &mut self.function);
        let ops = self.opened_ops(&region.ops, &types, &mut names, &mut Vec::new());
        let mut opened = Region { params, ops, yields: names.all(&region.yields) };
        self.known.take_out(&mut opened, &self.function.types);
        opened
    }

    /// `types` are those of the function that the operations come from, `within` the functions that are being copied.
    fn opened_ops(
        &mut self,
        ops: &[Op],
        types: &[Type],
        names: &mut Names,
        within: &mut Vec<FunctionId>,
    ) -> Vec<Op> {
        let mut opened = Vec::new();
        for op in ops {
            match op.kind {
                OpKind::Call(callee) if self.is_copied(callee, within) => {
                    let module = self.module;
                    let function = module.function(callee);
                    let mut inner = Names::default();
                    for (&param, &arg) in function.body.params.iter().zip(&op.args) {
                        inner.set(param, names.get(arg));
                    }
                    within.push(callee);
                    opened.extend(self.opened_ops(&function.body.ops, &function.types, &mut inner, within));
                    within.pop();
                    for (&result, &value) in op.results.iter().zip(&function.body.yields) {
                        names.set(result, inner.get(value));
                    }
                }
                _ => {
                    let copy = names.op(op, types, &mut self.function);
                    opened.extend(self.inner(copy));
                }
            }
        }
        opened
    }

    fn is_copied(&self, callee: FunctionId, within: &[FunctionId]) -> bool {
        let is_small = || self.module.function(callee).body.n_ops() <= MOST_OPS;
        self.facts.makes_calls_in(callee) && !within.contains(&callee) && is_small()
    }
}
