//! Copies of operations, in which each value has a new name.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::{Function, Op, Region, Type, ValueId};

/// New values by old ones. What is not copied keeps its name.
#[derive(Clone, Debug, Default)]
pub(crate) struct Names(FxHashMap<ValueId, ValueId>);

impl Names {
    /// Gives an old value a name that there is.
    pub(crate) fn set(&mut self, old: ValueId, new: ValueId) {
        self.0.insert(old, new);
    }

    pub(crate) fn get(&self, value: ValueId) -> ValueId {
        self.0.get(&value).copied().unwrap_or(value)
    }

    pub(crate) fn all(&self, values: &[ValueId]) -> Vec<ValueId> {
        values.iter().map(|&value| self.get(value)).collect()
    }

    /// New values of the function for old ones, whose types are `types`.
    pub(crate) fn define(
        &mut self,
        old: &[ValueId],
        types: &[Type],
        function: &mut Function,
    ) -> Vec<ValueId> {
        let new = |&value: &ValueId| {
            let new = function.new_value(types[value.0 as usize].clone());
            self.0.insert(value, new);
            new
        };
        old.iter().map(new).collect()
    }

    /// A copy of an operation whose values have `types`, for the function.
    pub(crate) fn op(&mut self, op: &Op, types: &[Type], function: &mut Function) -> Op {
        let args = self.all(&op.args);
        let regions = op.regions.iter().map(|region| self.region(region, types, function)).collect();
        let results = self.define(&op.results, types, function);
        Op { kind: op.kind.clone(), args, results, regions, span: op.span }
    }

    pub(crate) fn region(&mut self, region: &Region, types: &[Type], function: &mut Function) -> Region {
        let params = self.define(&region.params, types, function);
        let ops = region.ops.iter().map(|op| self.op(op, types, function)).collect();
        Region { params, ops, yields: self.all(&region.yields) }
    }
}

/// All values that an operation uses, those of its regions included.
pub(crate) fn used(op: &Op) -> BTreeSet<ValueId> {
    let mut used: BTreeSet<ValueId> = op.args.iter().copied().collect();
    op.regions.iter().for_each(|region| used.extend(region.captured()));
    used
}
