//! A `map` as a loop: where more than its items is made, or in order.

use qml_prelude::BuiltinId;
use qml_source::bug;

use crate::host::{Builder, OpKind, Type, ValueId};

/// A loop over indices that collects items, while its region is open.
pub(super) struct Collected {
    /// The index of the round.
    pub(super) index: ValueId,
    count: ValueId,
    empty: Vec<ValueId>,
    so_far: Vec<ValueId>,
}

impl Collected {
    /// Begins a loop of `count` rounds that make items of these types.
    pub(super) fn open(builder: &mut Builder, count: ValueId, items: &[Type]) -> Self {
        let lists: Vec<Type> = items.iter().map(|item| Type::List(Box::new(item.clone()))).collect();
        let empty = lists.iter().map(|list| builder.builtin("list.new", Vec::new(), list.clone())).collect();
        let params = builder.open([vec![Type::Int], lists].concat());
        Self { index: params[0], count, empty, so_far: params[1..].to_vec() }
    }

    /// Ends the region, which made these items; the tensors of all of them get these names.
    pub(super) fn close(self, builder: &mut Builder, items: &[ValueId], results: &[ValueId]) {
        let longer = self.so_far.iter().zip(items).map(|(&so_far, &item)| {
            let list = builder.ty(so_far).clone();
            builder.builtin("list.push", vec![so_far, item], list)
        });
        let longer = longer.collect();
        let body = builder.close(longer);
        let lo = builder.int(0);
        let types = self.empty.iter().map(|&empty| builder.ty(empty).clone()).collect();
        let args = [vec![lo, self.count], self.empty].concat();
        let lists = builder.op_with_regions(OpKind::For, args, types, vec![body]);
        let Some(stack) = BuiltinId::find("list.stack") else { bug!("lists cannot be stacked") };
        for (list, &result) in lists.into_iter().zip(results) {
            builder.push(OpKind::Builtin(stack), vec![list], vec![result], Vec::new());
        }
    }
}
