//! Parts of tensors from one index to another, and assignments to them: `x[1..] - x[..n - 1]`.
//!
//! The tuple of the bounds is made only where a row of the built-in functions gets it.

use std::mem::offset_of;

use cranelift::prelude::*;
use qml_ir::host::{Function, Op, OpKind, Region, Type as HostType, ValueId};
use qml_prelude::BuiltinId;
use rustc_hash::FxHashMap;

use super::elements::{axis, element_bytes};
use super::function::{POINTER, Translator};
use super::operations::Operand;
use super::ownership::LastUses;
use crate::runtime::Entry;
use crate::site::SiteKind;
use crate::slot::Axis;

/// The operations that make tuples of bounds, by their results.
pub(super) type Bounds = FxHashMap<ValueId, Op>;

/// All tuples that nothing but [parts](part_of) needs.
pub(super) fn find_bounds(function: &Function, body: &Region, n_uses: &FxHashMap<ValueId, usize>) -> Bounds {
    let (mut made, mut n_parts) = (Bounds::default(), FxHashMap::default());
    find(function, body, &mut made, &mut n_parts);
    made.retain(|tuple, _| n_parts.get(tuple) == n_uses.get(tuple));
    made
}

fn find(function: &Function, region: &Region, made: &mut Bounds, n_parts: &mut FxHashMap<ValueId, usize>) {
    for op in &region.ops {
        let is_bound = |arg: &ValueId| matches!(function.ty(*arg), HostType::Int | HostType::Unit);
        if op.kind == OpKind::Tuple && op.args.len() == 2 && op.args.iter().all(is_bound) {
            made.insert(op.results[0], op.clone());
        } else if let Some((.., bounds)) = part_of(function, op) {
            *n_parts.entry(bounds).or_default() += 1;
        }
        op.regions.iter().for_each(|nested| find(function, nested, made, n_parts));
    }
}

/// What is done with a part of a tensor.
pub(super) enum Part {
    /// It is taken.
    Taken,
    /// It is replaced by another vector.
    Replaced(ValueId),
}

/// What an operation does with a part of which tensor, and its bounds.
fn part_of(function: &Function, op: &Op) -> Option<(Part, BuiltinId, ValueId)> {
    let OpKind::Builtin(id) = op.kind else { return None };
    let HostType::Tensor(element, rank) = function.ty(op.args.first().copied()?) else { return None };
    match (id.row().name, &op.args[1..]) {
        ("op.index", &[bounds]) => Some((Part::Taken, id, bounds)),
        ("op.index_set", &[new, bounds]) => {
            let is_vector = *rank == 1 && element_bytes(element).is_some();
            (is_vector && function.ty(new) == function.ty(op.args[0])).then_some((
                Part::Replaced(new),
                id,
                bounds,
            ))
        }
        _ => None,
    }
}

impl Translator<'_, '_> {
    /// What an operation does with a part of a tensor between bounds of which no tuple is made.
    pub(super) fn part(&self, op: &Op) -> Option<(Part, BuiltinId, ValueId)> {
        part_of(self.function, op).filter(|(.., bounds)| self.bounds.contains_key(bounds))
    }

    /// Takes or replaces a part, if the operation is that; or leaves out the tuple of its bounds.
    pub(super) fn part_operation(&mut self, op: &Op, at: usize, last: &LastUses) -> bool {
        if op.results.first().is_some_and(|result| self.bounds.contains_key(result)) {
            return true;
        }
        let Some((part, id, bounds)) = self.part(op) else { return false };
        self.operations.extend(self.b.current_block());
        let tensor = op.args[0];
        let word = match part {
            Part::Taken => {
                let whole = self.word(tensor);
                let [low, high] = self.low_and_high(bounds, whole);
                let part = self.call_runtime(Entry::Part, &[whole, low, high], Some(POINTER))[0];
                let word = self.unless(part, part, |this| {
                    let whole = this.lend(tensor);
                    this.operation_on_part(id, vec![whole], bounds, op)
                });
                self.drop_moved(op, at, last);
                word
            }
            Part::Replaced(new) => {
                let taken = self.take(tensor, at, &op.args, &op.regions, last);
                let whole = self.own(taken);
                let [low, high] = self.low_and_high(bounds, whole);
                let args = [whole, low, high, self.word(new)];
                let is_done = self.call_runtime(Entry::SetPart, &args, Some(types::I8))[0];
                let word = self.unless(is_done, whole, |this| {
                    let new = this.lend(new);
                    this.operation_on_part(id, vec![Operand::owned(whole), new], bounds, op)
                });
                if last.is_moved(new, at, &op.args, &op.regions) && !self.is_lent(new) {
                    self.drop_owned(new);
                }
                word
            }
        };
        self.values.insert(op.results[0], word);
        true
    }

    /// The bounds of a part.
    pub(super) fn low_and_high(&mut self, bounds: ValueId, tensor: Value) -> [Value; 2] {
        let given = |bound: &ValueId| (*self.function.ty(*bound) == HostType::Int).then(|| self.word(*bound));
        let bounds = &self.bounds[&bounds].args;
        let (low, high) = (given(&bounds[0]), given(&bounds[1]));
        let low = low.unwrap_or_else(|| self.b.ins().iconst(types::I64, 0));
        let len = axis(0) + offset_of!(Axis, len);
        [low, high.unwrap_or_else(|| self.slot_field(types::I64, tensor, len))]
    }

    /// Asks the row of the built-in functions, with the tuple of the bounds behind the operands.
    pub(super) fn operation_on_part(
        &mut self,
        id: BuiltinId,
        mut operands: Vec<Operand>,
        bounds: ValueId,
        op: &Op,
    ) -> Value {
        let tuple = self.bounds[&bounds].clone();
        let parts = self.lent(&tuple);
        let made = self.operation(SiteKind::Tuple, &parts, &tuple);
        operands.push(Operand::owned(made));
        self.operation(SiteKind::Builtin(id), &operands, op)
    }
}
