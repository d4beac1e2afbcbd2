//! Rounds of innermost loops in which every element is known to be there.
//!
//! Where a loop counts, and elements stand at its counter plus what stays the same, the lengths tell before the loop up to
//! which round all of them are there. These rounds come first and look at no index (R. Bodík, R. Gupta, V. Sarkar, "ABCD:
//! eliminating array bounds checks on demand", PLDI 2000, has the idea for single checks). The ordinary loop does all that is
//! left, and everything where something isn't as it should be; it tells what is wrong, and where.
//!
//! Of such a loop it is known as well that counter and bases are small, so that their sums and products can't overflow.

use std::mem::offset_of;

use cranelift::prelude::*;
use qml_ir::host::{BinaryOp, Constant, Op, OpKind, Region, Type as HostType, ValueId};
use rustc_hash::{FxHashMap, FxHashSet};

use super::elements::{axis, element_bytes, element_kind};
use super::function::{POINTER, Translator};
use super::ranges::Range;
use crate::slot::{Axis, Slot};

/// Numbers as large as this are small: products of two of them and a sum fit.
pub(super) const SMALL: i64 = 1 << 31;
/// Longer loops are not worth their code twice.
const MOST_OPS: usize = 48;

/// An index: the counter if it counts, plus what stays the same.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Index {
    /// Whether it goes with the counter.
    pub counts: bool,
    base: Option<ValueId>,
    offset: i64,
}

/// An element that a loop reads or writes.
#[derive(Debug)]
pub(super) struct Access {
    /// The operation's result.
    pub result: ValueId,
    /// The tensor, as it is known before the loop.
    pub tensor: ValueId,
    pub indices: Vec<Index>,
    pub is_write: bool,
    kind: u32,
    bytes: i64,
}

/// What a loop does with elements.
#[derive(Debug)]
pub(super) struct Plan {
    pub counter: ValueId,
    pub accesses: Vec<Access>,
}

/// Where an element is, of which it is known that it is known to be there.
#[derive(Clone, Copy, Debug)]
pub(super) struct Place {
    /// Its address when the counter is zero.
    pub base: Value,
    /// The counter that it goes with, and how many bytes each time.
    pub step: Option<(ValueId, i64)>,
}

impl Access {
    pub fn counts(&self) -> bool {
        self.indices.iter().any(|index| index.counts)
    }
}

impl Translator<'_, '_> {
    /// How rounds of a loop can be sure, if that gains something. Carried values that stay where they are have their words.
    pub(super) fn plan_rounds(&self, body: &Region, counter: ValueId) -> Option<Plan> {
        let plan = Plan { counter, accesses: Vec::new() };
        let mut planner = Planner {
            translator: self,
            plan,
            forms: FxHashMap::default(),
            roots: FxHashMap::default(),
            n_ops: 0,
            gains: false,
        };
        planner.forms.insert(counter, Index { counts: true, base: None, offset: 0 });
        planner.region(body)?;
        (planner.gains || !planner.plan.accesses.is_empty()).then_some(planner.plan)
    }

    /// The counter before which all rounds from `start` on are sure; not after `end`. Without a `step` it is 1. From here on
    /// the places of the elements are known, and that numbers are small.
    pub(super) fn begin_sure(
        &mut self,
        plan: &Plan,
        start: Value,
        end: Value,
        step: Option<Value>,
    ) -> (Value, WhatWasKnown) {
        let before = WhatWasKnown(self.ranges.clone());
        let mut bounds =
            Bounds { start, end, holds: None, holds_for_tensors: None, bases: FxHashSet::default() };
        let large = self.b.ins().iconst(types::I64, SMALL);
        bounds.end = self.b.ins().smin(end, large);
        self.is_small(&mut bounds, start);
        if let Some(step) = step {
            self.is_small(&mut bounds, step);
            let goes_up = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThan, step, 0);
            self.must_hold(&mut bounds, goes_up);
        }
        for access in &plan.accesses {
            let place = self.sure_place(plan, access, &mut bounds);
            self.places.insert(access.result, place);
        }
        let from_zero = self.constant_int(start).is_some_and(|start| start >= 0);
        self.ranges.insert(plan.counter, Range { low: if from_zero { 0 } else { -SMALL }, high: SMALL - 1 });
        let sure_end = [bounds.holds_for_tensors, bounds.holds]
            .into_iter()
            .flatten()
            .fold(bounds.end, |end, holds| self.b.ins().select(holds, end, start));
        (sure_end, before)
    }

    /// From here on nothing is sure.
    pub(super) fn end_sure(&mut self, plan: &Plan, before: WhatWasKnown) {
        self.ranges = before.0;
        for access in &plan.accesses {
            self.places.remove(&access.result);
        }
    }

    fn sure_place(&mut self, plan: &Plan, access: &Access, bounds: &mut Bounds) -> Place {
        let tensor = self.word(access.tensor);
        let kind = self.slot_field(types::I32, tensor, offset_of!(Slot, kind));
        let is_right = self.b.ins().icmp_imm_s(IntCC::Equal, kind, i64::from(access.kind));
        bounds.holds_for_tensors = Some(self.and(bounds.holds_for_tensors, is_right));
        let mut place = Place { base: self.slot_field(POINTER, tensor, offset_of!(Slot, data)), step: None };
        for (i, index) in access.indices.iter().enumerate() {
            let len = self.slot_field(types::I64, tensor, axis(i) + offset_of!(Axis, len));
            let stride = self.slot_field(types::I64, tensor, axis(i) + offset_of!(Axis, stride));
            let same = self.what_stays(index, bounds);
            if index.counts {
                let first = self.b.ins().iadd(bounds.start, same);
                let is_inside = self.b.ins().icmp_imm_s(IntCC::SignedGreaterThanOrEqual, first, 0);
                self.must_hold(bounds, is_inside);
                let limit = self.b.ins().isub(len, same);
                bounds.end = self.b.ins().smin(bounds.end, limit);
                let is_next = self.b.ins().icmp_imm_s(IntCC::Equal, stride, access.bytes);
                bounds.holds_for_tensors = Some(self.and(bounds.holds_for_tensors, is_next));
                place.step = Some((plan.counter, access.bytes));
            } else {
                // As a number without sign a negative index is larger than any length.
                let is_inside = self.b.ins().icmp(IntCC::UnsignedLessThan, same, len);
                self.must_hold(bounds, is_inside);
            }
            let offset = self.b.ins().imul(same, stride);
            place.base = self.b.ins().iadd(place.base, offset);
        }
        place
    }

    /// An index without the counter.
    fn what_stays(&mut self, index: &Index, bounds: &mut Bounds) -> Value {
        let Some(base) = index.base else { return self.b.ins().iconst(types::I64, index.offset) };
        let word = self.word(base);
        if bounds.bases.insert(base) {
            self.is_small(bounds, word);
            self.ranges.insert(base, Range { low: -SMALL, high: SMALL - 1 });
        }
        self.b.ins().iadd_imm_s(word, index.offset)
    }

    fn is_small(&mut self, bounds: &mut Bounds, word: Value) {
        if self.constant_int(word).is_some_and(|value| (-SMALL..SMALL).contains(&value)) {
            return;
        }
        let shifted = self.b.ins().iadd_imm_s(word, SMALL);
        let is_small = self.b.ins().icmp_imm_u(IntCC::UnsignedLessThan, shifted, 2 * SMALL);
        self.must_hold(bounds, is_small);
    }

    fn must_hold(&mut self, bounds: &mut Bounds, condition: Value) {
        bounds.holds = Some(self.and(bounds.holds, condition));
    }

    fn and(&mut self, others: Option<Value>, condition: Value) -> Value {
        match others {
            Some(others) => self.b.ins().band(others, condition),
            None => condition,
        }
    }

    /// The address of an element that is known to be there.
    pub(super) fn address(&mut self, place: Place) -> Value {
        let Some((counter, bytes)) = place.step else { return place.base };
        let counter = self.word(counter);
        let offset = self.b.ins().imul_imm_s(counter, bytes);
        self.b.ins().iadd(place.base, offset)
    }
}

/// What is known of the rounds of a loop.
struct Bounds {
    start: Value,
    end: Value,
    /// Without this no round is sure.
    holds: Option<Value>,
    /// The same, of what stays as it is in loops around as well: it is looked at before these.
    holds_for_tensors: Option<Value>,
    /// Ints of which it makes sure that they are small.
    bases: FxHashSet<ValueId>,
}

/// The ranges of ints before sure rounds.
pub(super) struct WhatWasKnown(FxHashMap<ValueId, Range>);

struct Planner<'a, 'b, 'f> {
    translator: &'a Translator<'b, 'f>,
    plan: Plan,
    /// Ints that may be indices.
    forms: FxHashMap<ValueId, Index>,
    /// Of versions of tensors that stay where they are, the one before the loop.
    roots: FxHashMap<ValueId, ValueId>,
    n_ops: usize,
    /// Whether small numbers are multiplied.
    gains: bool,
}

impl Planner<'_, '_, '_> {
    /// Looks at all operations; none if one of them is more than arithmetic on scalars and elements.
    fn region(&mut self, region: &Region) -> Option<()> {
        self.n_ops += region.ops.len();
        if self.n_ops > MOST_OPS {
            return None;
        }
        for op in &region.ops {
            self.operation(op)?;
        }
        Some(())
    }

    fn operation(&mut self, op: &Op) -> Option<()> {
        match &op.kind {
            OpKind::Const(Constant::Int(offset)) => {
                self.forms.insert(op.results[0], Index { counts: false, base: None, offset: *offset });
            }
            OpKind::Const(Constant::Float(_) | Constant::Bool(_)) | OpKind::Unary(_) => {}
            OpKind::Binary(operator) => {
                if let Some(sum) = self.sum(*operator, op) {
                    self.forms.insert(op.results[0], sum);
                }
                let is_known = |&value: &ValueId| self.index(value).is_some();
                self.gains |= *operator == BinaryOp::Mul && op.args.iter().all(is_known);
            }
            OpKind::If => {
                op.regions.iter().try_for_each(|region| self.region(region))?;
                for (i, &result) in op.results.iter().enumerate() {
                    let [one, other] = [0, 1].map(|side| self.root(op.regions[side].yields[i]));
                    if let Some(root) = one.filter(|_| one == other) {
                        self.roots.insert(result, root);
                    }
                }
            }
            OpKind::Builtin(id) => match element_kind(self.translator.function, op) {
                Some(kind) => self.access(kind, id.row().name == "op.index_set", op),
                None if op.args.first().is_some_and(|list| self.translator.growing.contains(list)) => {}
                None if self.is_of_scalars(op) => {}
                None => return None,
            },
            _ => return None,
        }
        Some(())
    }

    fn is_of_scalars(&self, op: &Op) -> bool {
        let is_scalar = |value: &ValueId| {
            matches!(self.translator.function.ty(*value), HostType::Int | HostType::Float | HostType::Bool)
        };
        op.args.iter().chain(&op.results).all(is_scalar)
    }

    fn access(&mut self, kind: u32, is_write: bool, op: &Op) {
        let Some(tensor) = self.root(op.args[0]) else { return };
        if is_write {
            // Else what is written is a copy, and the tensor around the loop stays what it was.
            if !self.translator.pinned.contains(&op.args[0]) {
                return;
            }
            self.roots.insert(op.results[0], tensor);
        }
        let indices: Option<Vec<Index>> =
            op.args[1 + usize::from(is_write)..].iter().map(|&index| self.index(index)).collect();
        let HostType::Tensor(element, _) = self.translator.function.ty(tensor) else { return };
        if let (Some(indices), Some(bytes)) = (indices, element_bytes(element))
            && indices.iter().filter(|index| index.counts).count() <= 1
        {
            let result = op.results[0];
            self.plan.accesses.push(Access { result, tensor, indices, is_write, kind, bytes });
        }
    }

    /// The tensor before the loop, if it is in its place all the time.
    fn root(&self, tensor: ValueId) -> Option<ValueId> {
        let is_known = || self.translator.values.contains_key(&tensor).then_some(tensor);
        self.roots.get(&tensor).copied().or_else(is_known)
    }

    fn index(&self, value: ValueId) -> Option<Index> {
        if let Some(&form) = self.forms.get(&value) {
            return Some(form);
        }
        let word = *self.translator.values.get(&value)?;
        let is_int = *self.translator.function.ty(value) == HostType::Int;
        let known = |offset| Index { counts: false, base: None, offset };
        let base = Index { counts: false, base: Some(value), offset: 0 };
        is_int.then(|| self.translator.constant_int(word).map_or(base, known))
    }

    /// A sum or difference of indices that is one.
    fn sum(&self, operator: BinaryOp, op: &Op) -> Option<Index> {
        let (a, b) = (self.index(op.args[0])?, self.index(op.args[1])?);
        let offset = match operator {
            BinaryOp::Add => a.offset.checked_add(b.offset)?,
            BinaryOp::Sub if !b.counts && b.base.is_none() => a.offset.checked_sub(b.offset)?,
            _ => return None,
        };
        let is_single = !(a.counts && b.counts) && (a.base.is_none() || b.base.is_none());
        let sum = Index { counts: a.counts || b.counts, base: a.base.or(b.base), offset };
        (is_single && (-SMALL..SMALL).contains(&offset)).then_some(sum)
    }
}
