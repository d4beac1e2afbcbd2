//! Who gives up a value, and when.
//!
//! A value of an owned type belongs to the region that defines it. The last operation of that region that uses it takes it
//! over, if it takes it as an operand exactly once; where the last use is inside a nested region or among several operands,
//! uses get copies (which share what they hold) and the region drops the value afterwards. So a tensor that is changed in a
//! loop is handed from iteration to iteration, and changed in place. The regions of an `if` get what ends there: one of them
//! runs, and gives it up.

use rustc_hash::{FxHashMap, FxHashSet};

use qml_ir::host::{Op, Region, ValueId};

/// For the values that a region defines: after which of its operations each is no longer needed. The position after the
/// last operation stands for the yields.
#[derive(Debug)]
pub(super) struct LastUses {
    position: FxHashMap<ValueId, usize>,
    /// The same by position, in order.
    ending: Vec<(usize, ValueId)>,
    /// Parameters, and values handed down to the region, that nothing uses.
    pub unused: Vec<ValueId>,
}

impl LastUses {
    /// `handed_down` are values from outside that the region is to give up.
    pub(super) fn of(region: &Region, handed_down: &[ValueId]) -> Self {
        // A result that nothing uses ends where it is made.
        let mut position: FxHashMap<ValueId, usize> = FxHashMap::default();
        let mut unused = [&region.params, handed_down].concat();
        let own: FxHashSet<ValueId> = unused.iter().copied().collect();
        for (i, op) in region.ops.iter().enumerate() {
            position.extend(op.results.iter().map(|&value| (value, i)));
            for_each_use(op, &mut |value| {
                if own.contains(&value) || position.contains_key(&value) {
                    position.insert(value, i);
                }
            });
        }
        for &value in &region.yields {
            if own.contains(&value) || position.contains_key(&value) {
                position.insert(value, region.ops.len());
            }
        }
        unused.retain(|param| !position.contains_key(param));
        let mut ending: Vec<_> = position.iter().map(|(&value, &last)| (last, value)).collect();
        ending.sort_unstable();
        Self { position, ending, unused }
    }

    /// Whether the region gives the value up.
    pub(super) fn owns(&self, value: ValueId) -> bool {
        self.position.contains_key(&value) || self.unused.contains(&value)
    }

    /// Whether the region uses `value` after the last use of `other`.
    pub(super) fn is_after(&self, value: ValueId, other: ValueId) -> bool {
        self.position.get(&value) > self.position.get(&other)
    }

    /// Whether an operand at this position may be taken over: it is the last use, and the only one there.
    pub(super) fn is_moved(
        &self,
        value: ValueId,
        at: usize,
        operands: &[ValueId],
        nested: &[Region],
    ) -> bool {
        self.position.get(&value) == Some(&at)
            && operands.iter().filter(|&&operand| operand == value).count() == 1
            && !nested.iter().any(|region| uses(region, value))
    }

    /// Values that end at this position.
    pub(super) fn ending_at(&self, at: usize) -> Vec<ValueId> {
        let start = self.ending.partition_point(|&(last, _)| last < at);
        let rest = self.ending[start..].iter();
        rest.take_while(|&&(last, _)| last == at).map(|&(_, value)| value).collect()
    }
}

/// Whether the region uses a value.
pub(super) fn uses(region: &Region, value: ValueId) -> bool {
    let mut found = region.yields.contains(&value);
    for op in &region.ops {
        for_each_use(op, &mut |used| found |= used == value);
    }
    found
}

/// How many uses each value has.
pub(super) fn count_uses(region: &Region) -> FxHashMap<ValueId, usize> {
    let mut n_uses = FxHashMap::default();
    for op in &region.ops {
        for_each_use(op, &mut |value| *n_uses.entry(value).or_default() += 1);
    }
    region.yields.iter().for_each(|&value| *n_uses.entry(value).or_default() += 1);
    n_uses
}

/// All values that the operation and its regions use.
pub(super) fn for_each_use(op: &Op, action: &mut dyn FnMut(ValueId)) {
    op.args.iter().copied().for_each(&mut *action);
    for region in &op.regions {
        for nested in &region.ops {
            for_each_use(nested, &mut *action);
        }
        region.yields.iter().copied().for_each(&mut *action);
    }
}
