//! Rows of matrices that are only looked at: no tensor is made of them.
//!
//! `dot(row, row) for row in a` needs to know where a row is, not to hold it. What tells it is in the frame of the function;
//! where there is no such row, the operation makes one after all, or tells what is wrong. The matrix is held by a region
//! around the one in which the row is, so it outlives the row, and nothing changes it.

use cranelift::prelude::*;
use qml_ir::host::{Function, Op, OpKind, Region, Type as HostType, ValueId};

use super::elements::{element_bytes, element_kind};
use super::function::{POINTER, Translator};
use super::ownership::LastUses;
use crate::runtime::{Entry, Shortcut};
use crate::site::SiteKind;
use crate::slot::Slot;

impl Translator<'_, '_> {
    /// Looks at a row, if the operation takes one that is only looked at.
    pub(super) fn view_row(&mut self, op: &Op, region: &Region, last: &LastUses) -> bool {
        let OpKind::Builtin(id) = op.kind else { return false };
        let &[matrix, index] = &op.args[..] else { return false };
        let HostType::Tensor(element, 2) = self.function.ty(matrix) else { return false };
        let is_row = id.row().name == "op.index" && *self.function.ty(index) == HostType::Int;
        let row = op.results[0];
        if !is_row
            || element_bytes(element).is_none()
            || last.owns(matrix)
            || self.pinned.contains(&matrix)
            || !is_only_seen(self.function, region, row)
        {
            return false;
        }
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size_of::<Slot>() as u32, 3);
        let slot = self.b.create_sized_stack_slot(data);
        let place = self.b.ins().stack_addr(POINTER, slot, 0);
        let args = [self.word(matrix), self.word(index), place];
        let found = self.call_runtime(Entry::View, &args, Some(POINTER))[0];
        let (made, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(made);
        self.b.append_block_param(done, POINTER);
        self.b.ins().brif(found, done, &[found.into()], made, &[]);
        self.b.switch_to_block(made);
        let operands = self.lent(op);
        let word = self.operation(SiteKind::Builtin(id), &operands, op);
        self.b.ins().jump(done, &[word.into()]);
        self.b.switch_to_block(done);
        self.values.insert(row, self.b.block_params(done)[0]);
        self.views.insert(row, place);
        true
    }

    /// Gives up a row, if it is more than looked at.
    pub(super) fn end_view(&mut self, word: Value, place: Value) {
        let (made, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(made);
        let is_made = self.b.ins().icmp(IntCC::NotEqual, word, place);
        self.b.ins().brif(is_made, made, &[], done, &[]);
        self.b.switch_to_block(made);
        self.call_runtime(Entry::Drop, &[word], None);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
    }
}

/// Whether all that uses a value needs only to know where its elements are.
fn is_only_seen(function: &Function, region: &Region, value: ValueId) -> bool {
    let is_seen_by = |op: &Op| {
        let OpKind::Builtin(id) = op.kind else { return false };
        let types: Vec<HostType> = op.args.iter().map(|&arg| function.ty(arg).clone()).collect();
        match Shortcut::of(id.row().name, &types) {
            Some(Shortcut::Product | Shortcut::Sum) => true,
            _ => {
                let looks = id.row().name == "op.dim"
                    || (id.row().name == "op.index" && element_kind(function, op).is_some());
                looks && op.args[0] == value
            }
        }
    };
    !region.yields.contains(&value)
        && region.ops.iter().all(|op| {
            (!op.args.contains(&value) || is_seen_by(op))
                && op.regions.iter().all(|nested| is_only_seen(function, nested, value))
        })
}
