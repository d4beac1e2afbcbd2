//! How many elements of tensors of floats compare in one way: `sum(x > y)` counts at once, without a tensor of bools.
//!
//! It is counted where the comparison stands, which can fail; counting can't.

use rustc_hash::FxHashMap;

use cranelift::prelude::*;
use qml_ir::host::{Function, Op, OpKind, Region, Type as HostType, ValueId};
use qml_prelude::BuiltinId;

use super::function::Translator;
use super::operations::Operand;
use super::ownership::LastUses;
use crate::runtime::{Entry, Relation};
use crate::site::SiteKind;

/// The counting of a comparison, by its result.
pub(super) type Counts = FxHashMap<ValueId, (BuiltinId, Op)>;

/// All comparisons of floats whose results are only counted, and that in their regions.
pub(super) fn find_counts(
    function: &Function,
    region: &Region,
    n_uses: &FxHashMap<ValueId, usize>,
) -> Counts {
    let mut counts = Counts::default();
    find(function, region, n_uses, &mut counts);
    counts
}

fn find(function: &Function, region: &Region, n_uses: &FxHashMap<ValueId, usize>, counts: &mut Counts) {
    let mut compared: Vec<ValueId> = Vec::new();
    for op in &region.ops {
        op.regions.iter().for_each(|nested| find(function, nested, n_uses, counts));
        let OpKind::Builtin(id) = op.kind else { continue };
        let ty = |value: &ValueId| function.ty(*value);
        if Relation::of(id.row().name, &op.args.iter().map(ty).collect::<Vec<_>>()).is_some()
            && n_uses.get(&op.results[0]) == Some(&1)
        {
            compared.push(op.results[0]);
        }
        let is_whole = || op.args[1..].iter().all(|arg| *ty(arg) == HostType::Unit);
        if id.row().name == "sum" && compared.contains(&op.args[0]) && is_whole() {
            counts.insert(op.args[0], (id, op.clone()));
        }
    }
}

impl Translator<'_, '_> {
    /// Counts where a comparison stands, or has done so, if the operation is that.
    pub(super) fn count(&mut self, op: &Op, at: usize, last: &LastUses) -> bool {
        if op.results.first().is_some_and(|result| self.counted.contains(result)) {
            return true;
        }
        let OpKind::Builtin(comparison) = op.kind else { return false };
        let Some((sum, counting)) = op.results.first().and_then(|result| self.counts.remove(result)) else {
            return false;
        };
        let types: Vec<&HostType> = op.args.iter().map(|&arg| self.function.ty(arg)).collect();
        let Some(relation) = Relation::of(comparison.row().name, &types) else { return false };
        let entry = if relation.is_with_number() { Entry::CountWith } else { Entry::Count };
        let code = self.b.ins().iconst(types::I64, relation.code());
        let (x, y) = (self.word(op.args[0]), self.word(op.args[1]));
        let found = self.call_runtime(entry, &[code, x, y], Some(types::I64))[0];
        let is_counted = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, found, 0);
        let n = self.unless(is_counted, found, |this| {
            let operands = this.lent(op);
            let bools = this.operation(SiteKind::Builtin(comparison), &operands, op);
            let unit = this.b.ins().iconst(types::I64, 0);
            let mut operands = vec![Operand::owned(unit); counting.args.len()];
            operands[0] = Operand::owned(bools);
            this.operation(SiteKind::Builtin(sum), &operands, &counting)
        });
        self.drop_moved(op, at, last);
        self.values.insert(counting.results[0], n);
        self.counted.insert(counting.results[0]);
        true
    }
}
