//! Rows of matrices and parts of vectors that are only looked at: no tensor is made of them.
//!
//! `dot(row, row) for row in a` needs to know where a row is, not to hold it, and so do the operations of a chain. What tells it
//! is in the frame of the function; where there is no such row or part, the operation makes one after all, or tells what is
//! wrong. The tensor is held by a region around the one that looks, or used after the last look by that region itself, so it
//! outlives the row, and nothing changes it in between.

use cranelift::prelude::*;
use qml_ir::host::{Op, OpKind, Region, Type as HostType, ValueId};

use super::direct::direct;
use super::elements::{element_bytes, element_kind};
use super::function::{POINTER, Translator};
use super::ownership::LastUses;
use super::parts::Part;
use crate::runtime::Entry;
use crate::site::SiteKind;
use crate::slot::Slot;

impl Translator<'_, '_> {
    /// Looks at a row or part, if the operation takes one that is only looked at.
    pub(super) fn view(&mut self, op: &Op, region: &Region, last: &LastUses) -> bool {
        let OpKind::Builtin(id) = op.kind else { return false };
        let (&[tensor, index], "op.index") = (&op.args[..], id.row().name) else { return false };
        let HostType::Tensor(element, rank) = self.function.ty(tensor) else { return false };
        let seen = op.results[0];
        let bounds = match (rank, self.function.ty(index)) {
            (2, HostType::Int) => None,
            (1, _) if self.part(op).is_some() => Some(index),
            _ => return false,
        };
        let outlives = !last.owns(tensor) || last.is_after(tensor, seen);
        let stays = !self.pinned.contains(&tensor) && !self.views.contains_key(&tensor);
        if element_bytes(element).is_none() || !outlives || !stays || !self.is_only_seen(region, seen) {
            return false;
        }
        let data = StackSlotData::new(StackSlotKind::ExplicitSlot, size_of::<Slot>() as u32, 3);
        let slot = self.b.create_sized_stack_slot(data);
        let place = self.b.ins().stack_addr(POINTER, slot, 0);
        let whole = self.word(tensor);
        let found = match bounds {
            None => {
                let args = [whole, self.word(index), place];
                self.call_runtime(Entry::ViewRow, &args, Some(POINTER))[0]
            }
            Some(bounds) => {
                let [low, high] = self.low_and_high(bounds, whole);
                self.call_runtime(Entry::ViewPart, &[whole, low, high, place], Some(POINTER))[0]
            }
        };
        let word = self.unless(found, found, |this| match bounds {
            None => {
                let operands = this.lent(op);
                this.operation(SiteKind::Builtin(id), &operands, op)
            }
            Some(bounds) => {
                let whole = this.lend(tensor);
                this.operation_on_part(id, vec![whole], bounds, op)
            }
        });
        self.values.insert(seen, word);
        self.views.insert(seen, place);
        true
    }

    /// Gives up a row, if it is more than looked at.
    pub(super) fn end_view(&mut self, word: Value, place: Value) {
        let (made, done) = (self.b.create_block(), self.b.create_block());
        self.b.set_cold_block(made);
        let is_made = self.b.ins().icmp(IntCC::NotEqual, word, place);
        self.b.ins().brif(is_made, made, &[], done, &[]);
        self.b.switch_to_block(made);
        self.call_runtime(Entry::Drop, &[word, self.context], None);
        self.b.ins().jump(done, &[]);
        self.b.switch_to_block(done);
    }

    /// Whether all that uses a value needs only to know where its elements are.
    fn is_only_seen(&self, region: &Region, value: ValueId) -> bool {
        let is_seen_by = |op: &Op| {
            if op.results.first().is_some_and(|result| self.chains.contains_key(result)) {
                return true;
            }
            let OpKind::Builtin(id) = op.kind else { return false };
            let looks = id.row().name == "op.dim"
                || (id.row().name == "op.index" && element_kind(self.function, op).is_some());
            let is_copied = || matches!(self.part(op), Some((Part::Replaced(new), ..)) if new == value && op.args[0] != value);
            direct(self.function, op).is_some() || (looks && op.args[0] == value) || is_copied()
        };
        !region.yields.contains(&value)
            && region.ops.iter().all(|op| {
                (!op.args.contains(&value) || is_seen_by(op))
                    && op.regions.iter().all(|nested| self.is_only_seen(nested, value))
            })
    }
}
