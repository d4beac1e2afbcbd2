//! Takes out of a body what is known when it is reached: sizes, and checks of them that have passed.
//!
//! A function checks the sizes of its arguments. Copied into a loop, it would check in each round what its caller has
//! checked before. Values are numbered (Cooper and Torczon, Engineering a Compiler, section 8.4): those with the same key
//! are the same. Only ints are replaced: to sum the cotangents of two values as those of one could change their last bits.

use std::collections::BTreeSet;

use rustc_hash::FxHashMap;

use super::rows::is_numbers;
use crate::host::copy::used;
use crate::host::{Constant, GlobalId, Op, OpKind, Region, Type, ValueId};

/// How a value is made.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Int(i64),
    Global(GlobalId),
    Part(ValueId, u32),
    /// The size of an axis of a tensor.
    Size(ValueId, i64),
    /// Two sizes that agree.
    Same(ValueId, ValueId),
}

/// What is known at a place of a function.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    first: FxHashMap<Key, ValueId>,
    /// The first value with the same key.
    numbers: FxHashMap<ValueId, ValueId>,
    ints: FxHashMap<ValueId, i64>,
    /// Tensors that are items of others.
    items: FxHashMap<ValueId, ValueId>,
}

impl Known {
    /// Notes what an operation computes; gives the value that is the same as its result, if there is one.
    pub(super) fn note(&mut self, op: &Op, types: &[Type]) -> Option<ValueId> {
        let result = *op.results.first()?;
        let key = match &op.kind {
            OpKind::Const(Constant::Int(number)) => {
                self.ints.insert(result, *number);
                Key::Int(*number)
            }
            OpKind::Global(global) => Key::Global(*global),
            OpKind::TupleGet(part) => Key::Part(self.number(op.args[0]), *part),
            OpKind::Builtin(id) => match id.row().name {
                "op.dim" => self.size(op.args[0], *self.ints.get(&op.args[1])?),
                "op.shape_check" => {
                    let (actual, expected) = (self.number(op.args[0]), self.number(op.args[1]));
                    self.numbers.insert(result, actual);
                    return if actual == expected || self.first.contains_key(&Key::Same(actual, expected)) {
                        Some(actual)
                    } else {
                        self.first.insert(Key::Same(actual, expected), actual);
                        None
                    };
                }
                "op.index" => {
                    let [tensor, index] = op.args[..] else { return None };
                    let is_item = types[index.0 as usize] == Type::Int;
                    // The items of a tensor of numbers have the shape of the rest.
                    if is_item && is_numbers(&types[tensor.0 as usize]) {
                        self.items.insert(result, self.number(tensor));
                    }
                    return None;
                }
                _ => return None,
            },
            _ => return None,
        };
        let first = *self.first.entry(key).or_insert(result);
        self.numbers.insert(result, first);
        (first != result).then_some(first)
    }

    /// Takes out of a body what is known before it, or earlier in it.
    pub(super) fn take_out(&self, body: &mut Region, types: &[Type]) {
        let mut names = FxHashMap::default();
        self.clone().take_out_of(body, types, &mut names);
        let mut needed: BTreeSet<ValueId> = body.ops.iter().flat_map(used).collect();
        needed.extend(&body.yields);
        body.ops.retain(|op| !matches!(op.kind, OpKind::Const(_)) || needed.contains(&op.results[0]));
    }

    fn take_out_of(&mut self, region: &mut Region, types: &[Type], names: &mut FxHashMap<ValueId, ValueId>) {
        let renamed = |value: &mut ValueId, names: &FxHashMap<ValueId, ValueId>| {
            *value = names.get(value).copied().unwrap_or(*value);
        };
        region.ops.retain_mut(|op| {
            op.args.iter_mut().for_each(|arg| renamed(arg, names));
            op.regions.iter_mut().for_each(|inner| self.clone().take_out_of(inner, types, names));
            let same = self.note(op, types).filter(|_| matches!(op.kind, OpKind::Builtin(_)));
            if let Some(same) = same {
                names.insert(op.results[0], same);
            }
            same.is_none()
        });
        region.yields.iter_mut().for_each(|value| renamed(value, names));
    }

    fn number(&self, value: ValueId) -> ValueId {
        self.numbers.get(&value).copied().unwrap_or(value)
    }

    fn size(&self, tensor: ValueId, mut axis: i64) -> Key {
        let mut tensor = self.number(tensor);
        while let Some(&whole) = self.items.get(&tensor) {
            (tensor, axis) = (whole, axis + 1);
        }
        Key::Size(tensor, axis)
    }
}
